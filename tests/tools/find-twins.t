#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# make lint finds static functions whose name stands twice in a kernel module.
. "$(dirname "$0")/../tap.sh"

mkdir one
cat >one/Makefile <<'MAKEFILE'
obj-$(CONFIG_ONE)	+= one.o two.o
one-y			:= a.o	# the first
one-y			+= b.o
two-$(CONFIG_TWO)	+= c.o
MAKEFILE
find_twins() { "$TOP/scripts/lib/find-twins" one; }

printf 'static int send(int a)\n{\n}\n' >one/a.c
printf 'static int sends(int a)\n{\n}\nint send(int a);\n' >one/b.c
printf 'static void send(void)\n{\n}\n' >one/c.c
is "$(find_twins)" '' 'a name that no other file of the module has is right'

printf 'static int sends(int a)\n{\n}\nstatic struct thing *\nsend(int a, int b)\n{\n}\n' >one/b.c
is "$(find_twins)" 'one/b.c:5: error: static send() is in one/a.c, too: give both a prefix' 'a twin is found, on whatever line its name stands'

printf 'static int __send(int a)\n{\n}\n' >one/b.c
cat one/b.c >>one/a.c
is "$(find_twins)" 'one/b.c:1: error: static __send() is in one/a.c, too: give both a prefix' 'and one that begins with an underscore'

# Without its second line, b.c is of no module.
cp one/Makefile kept
sed -i 's/^one-y.*:=.*/one-y := a.o \\\n\tb.o/; /^one-y.*+=/d' one/Makefile
is "$(find_twins)" 'one/b.c:1: error: static __send() is in one/a.c, too: give both a prefix' 'the list of a module may go on in the next line'
sed -i 's/b\.o/& missing.o/' one/Makefile
is "$("$TOP/scripts/lib/find-twins" one 2>&1 >/dev/null)" 'one/missing.c: error: No such file or directory' 'a file that cannot be read is told'
touch one/missing.S
is "$("$TOP/scripts/lib/find-twins" one 2>&1 >/dev/null)" '' 'but an object of assembler has no C file'
mv kept one/Makefile

printf 'static int number = send(1);\nstatic DEFINE_MUTEX(lock);\n' >one/b.c
printf 'static DEFINE_MUTEX(lock);\nstatic int send(int a)\n{\n}\n' >one/a.c
is "$(find_twins)" '' 'a call and a macro are none'

rm one/Makefile
is "$(find_twins)" 'one/c.c:1: error: static send() is in one/a.c, too: give both a prefix' 'without a Makefile all files are one module'
mv one/c.c one/c-test.c
is "$(find_twins)" '' 'but for tests'

done_testing
