#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# make lint finds files that know each other in a circle: by their includes, and by the symbols that their objects use.
. "$(dirname "$0")/../tap.sh"

# In a tree of its own, with three files in one directory: upper uses middle, which uses lower.
mkdir -p tree/scripts/lib tree/linux/part tree/vsoc/linux tree/firmware objects/part firmware
cp "$TOP/scripts/lib/find-circles" tree/scripts/lib/
cat >tree/linux/part/Makefile <<'MAKEFILE'
# From top to bottom: each file uses only files that stand below it.
part-y := upper.o	# on top
part-y += middle.o
part-y += lower.o
MAKEFILE

# write NAME [USED]: a file that has NAME(), and uses USED() by its header.
write() {
	printf 'int %s(void);\n' "$1" >"tree/linux/part/$1.h"
	{
		[ -z "${2:-}" ] || printf '#include "%s.h"\n' "$2"
		printf 'int %s(void);\nint %s(void)\n{\n\treturn %s;\n}\n' "$1" "$1" "${2:+$2() + }1"
	} >"tree/linux/part/$1.c"
	gcc -c -o "objects/part/$1.o" "tree/linux/part/$1.c"
}
find_circles() { tree/scripts/lib/find-circles objects firmware 2>&1; }

echo 'int loop(void) { return 0; }' >tree/firmware/loop.c
gcc -c -o firmware/loop.c.o tree/firmware/loop.c

write lower
write middle lower
write upper middle
is "$(find_circles)" '' 'three layers are no circle'

write lower upper
output=$(find_circles)
is "$(grep -c 'in a circle, it includes' <<<"$output")" 3 'a circle of includes is found, with each of its steps'
is "$(grep '^linux/part/lower: .*uses' <<<"$output" | head -n 1)" \
	'linux/part/lower: error: in a circle, it uses upper of linux/part/upper' 'and one of uses, with the symbol'

write middle
is "$(find_circles | grep -v circle | head -n 1)" \
	'linux/part/lower: error: uses upper of linux/part/upper, which its Makefile lists above it' \
	'where a Makefile has the order, a use of something higher is found without a circle'
is "$(find_circles | grep -c circle)" 0 'which there is none of any more'
upward=$(find_circles)
sed -i 's/^part-y \(.=\) /part-y\t\t\1\t/' tree/linux/part/Makefile
is "$(find_circles)" "$upward" 'tabs may stand in the list'
printf '%s\n' "$(head -n 1 tree/linux/part/Makefile)" "part-y := upper.o middle.o lower.o" >tree/linux/part/Makefile
is "$(find_circles)" "$upward" 'and several objects in a line'
sed -i 's/:=/=/' tree/linux/part/Makefile
is "$(find_circles)" 'linux/part/Makefile: error: says that it lists its objects from top to bottom, but lists none as NAME-y := FILE.o' \
	'a list that cannot be read is an error'

sed -i '/^# From top/d' tree/linux/part/Makefile
is "$(find_circles)" 'find-circles: error: no Makefile says that it lists its objects from top to bottom' 'a list of layers cannot get lost'

mv objects elsewhere
is "$(find_circles)" "find-circles: error: nothing of the kernel is compiled in $PWD/objects" \
	'without objects of the kernel nothing is said to be right'
mv elsewhere objects
rm firmware/loop.c.o
is "$(find_circles)" "find-circles: error: nothing of the firmware is compiled in $PWD/firmware" 'nor without those of the firmware'

done_testing
