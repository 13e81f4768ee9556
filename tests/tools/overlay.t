#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# apply-overlay puts Lullaby into a kernel tree and takes it out again, without a trace, and touches only files that changed. The
# tree here has of Linux the files that the patches change, as they were.
. "$(dirname "$0")/../tap.sh"
. "$TOP/tests/tools/pristine.sh"

overlay() {
	"$TOP/scripts/apply-overlay" "$@" 2>&1
}

# content DIRECTORY: one name for all names and bytes below it, directories too.
content() {
	(cd "$1" && find . -print0 | LC_ALL=C sort -z | xargs -0 sha256sum 2>/dev/null; find . | LC_ALL=C sort) | sha256sum
}

# overlay_refuses TEXT NAME ARGUMENT...
overlay_refuses() {
	local text=$1 name=$2 output
	shift 2
	if output=$(overlay "$@"); then
		fail "$name" 'accepted'
	elif [[ $output == *"$text"* ]]; then
		pass "$name"
	else
		fail "$name" "$output"
	fi
}

is "$(cd "$TOP/linux/patches" && find . -name '*.patch' -o -path './new/*' | sed 's|^\./||' | LC_ALL=C sort)" \
	"$(sed -E '/^(#|$)/d; s/ .*//' "$TOP/linux/patches/series" | LC_ALL=C sort)" 'each patch is in the series, once'

make_pristine tree
before=$(cd tree && content .)
cp -a tree pristine

said=$(overlay tree)
is $? 0 'it goes in'
groups=$(sed -nE 's|^([a-z-]+)/.*\.patch.*|\1|p' "$TOP/linux/patches/series" | uniq -c | awk '{ printf "%s%d %s", (NR > 1 ? ", " : ""), $1, $2 }')
is "$(grep '^  patches: ' <<<"$said")" "  patches: $groups; they change $(find pristine -type f ! -name Makefile -o -type f -path '*/*/Makefile' | wc -l) upstream files" 'it says how many patches of which group there are'
is "$(grep '^  new files: ' <<<"$said")" "  new files: $(find tree -type f ! -path '*/.lullaby/*' | wc -l | awk -v old="$(find pristine -type f | wc -l)" '{ print $1 - old }')" 'and how many new files'
if [[ $said == *'Next: make usb-audio-offload.config'* && -f tree/kernel/configs/usb-audio-offload.config ]]; then pass 'and the next step, which is there'; else fail 'and the next step, which is there' "$said"; fi
is "$(overlay --quiet tree)" '' 'and nothing if it is to be quiet'
is "$(cmp tree/drivers/usb/host/xhci-sideband.c "$TOP/linux/drivers/usb/host/xhci-sideband.c" 2>&1)" '' 'our files are there'
is "$(cmp tree/include/lullaby/types.h "$TOP/wire/types.h" 2>&1)" '' 'so are the headers of the wire'
is "$(cmp tree/drivers/soc/vsoc/Kconfig "$TOP/vsoc/linux/Kconfig" 2>&1)" '' "and the virtual SoC's drivers"
if grep -q xhci_sideband tree/drivers/usb/host/xhci-mem.c; then pass 'upstream files call them'; else fail 'upstream files call them'; fi

find tree -type f -exec touch -d '2026-01-01' {} +
after=$(cd tree && content .)
succeeds 'it goes in again' overlay tree
is "$(cd tree && content .)" "$after" 'and changes nothing'
is "$(find tree -newermt '2026-01-02' -type f ! -path '*/.lullaby/*' | wc -l)" 0 'nor any date'

echo '/* not ours */' >>tree/drivers/usb/host/xhci-sideband.c
succeeds 'once more, after an edit in the tree' overlay tree
is "$(cd tree && find . -newermt '2026-01-02' -type f ! -path '*/.lullaby/*')" ./drivers/usb/host/xhci-sideband.c 'touches that file only'
is "$(cd tree && content .)" "$after" 'and makes it ours again'
cp tree/net/qrtr/smd.c tree/drivers/soc/qcom/qmi_interface.c .

# An update of the tree replaces files that the patches have changed.
sed 's/^MODULE_LICENSE.*/&\n\/* newer *\//' pristine/net/qrtr/smd.c >tree/net/qrtr/smd.c
succeeds 'after an update of the tree' overlay tree
is "$(grep -c 'newer' tree/net/qrtr/smd.c)" 1 'the newer file is kept'
is "$(cmp <(grep -v newer tree/net/qrtr/smd.c) smd.c)" '' 'with its patches'
cp -p tree/net/qrtr/smd.c updated.c
echo '/* half a merge */' >>tree/net/qrtr/smd.c
edited=$(content tree)
overlay_refuses 'fixes/qrtr-ratelimit.patch does not apply to this tree, of which nothing was changed' 'a file that is neither' tree
is "$(content tree)" "$edited" 'and nothing was'
cp updated.c tree/net/qrtr/smd.c
succeeds 'without it' overlay tree
sed 's/^MODULE_LICENSE.*/&\n\/* newest *\//' pristine/net/qrtr/smd.c >tree/net/qrtr/smd.c
cp -a tree out
succeeds 'out of a tree that was updated meanwhile' overlay --remove out
is "$(cmp out/net/qrtr/smd.c tree/net/qrtr/smd.c)" '' 'what is newer stays'
is "$(cmp out/net/qrtr/ns.c pristine/net/qrtr/ns.c)" '' 'and the rest is as it was'
cp pristine/net/qrtr/smd.c tree/net/qrtr/smd.c
succeeds 'back again' overlay tree

succeeds 'for another SoC' overlay --no-vsoc tree
is "$(find tree -path '*vsoc*' ! -path '*/.lullaby/*' | grep -vc 'include/lullaby\|Documentation')" 0 "the virtual SoC's drivers are gone"
is "$(cmp tree/drivers/soc/qcom/qmi_interface.c qmi_interface.c)" '' 'and no patch but theirs'
succeeds 'it goes out' overlay --remove tree
is "$(cd tree && content .)" "$before" 'and leaves what was there before, byte for byte'

overlay_refuses 'is not a Linux source tree' 'what is no tree' "$TEST_DIR"
sed -i 's/PATCHLEVEL = 12/PATCHLEVEL = 13/' tree/Makefile
overlay_refuses 'is not Linux 6.12' 'another version' tree
cp pristine/Makefile tree/Makefile
sed -i '1,$d' tree/drivers/usb/host/xhci-mem.c
bad=$(content tree)
overlay_refuses 'usb-offload/xhci-interrupter-number.patch does not apply' 'a tree to which a patch does not apply' tree
is "$(find tree/sound/usb -name '*offload*')" '' 'of which nothing is changed then'
is "$(content tree)" "$bad" 'byte for byte'

# A vendor's tree has files that are called as ours are.
cp -a pristine vendor
mkdir -p vendor/include/linux/usb vendor/sound/soc
echo '/* of the vendor */' >vendor/drivers/usb/host/xhci-sideband.c
echo '/* of the vendor */' >vendor/include/linux/usb/xhci-sideband.h
ln -s nowhere vendor/sound/soc/soc-usb.c
cp -a vendor vendor-before
overlay_refuses 'drivers/usb/host/xhci-sideband.c' "a tree that has files of our names" vendor
overlay_refuses 'include/linux/usb/xhci-sideband.h' 'each of which is named' vendor
overlay_refuses 'sound/soc/soc-usb.c' 'and so is a link that leads nowhere' vendor
is "$(diff -r --no-dereference vendor vendor-before 2>&1)" '' 'of which nothing is changed'
succeeds 'to take out what was never in' overlay --remove vendor
is "$(diff -r --no-dereference vendor vendor-before 2>&1)" '' 'changes nothing, either'
rm vendor/drivers/usb/host/xhci-sideband.c vendor/include/linux/usb/xhci-sideband.h vendor/sound/soc/soc-usb.c
succeeds 'without them it goes in' overlay vendor
is "$(cat vendor/.lullaby/version 2>&1)" "$(git -C "$TOP" describe --always --tags --dirty)" 'of the version that it says'
mkdir -p other/linux
cp -a "$TOP/scripts" "$TOP/wire" "$TOP/vsoc" other/
cp -a "$TOP/linux/." other/linux/
echo '/* new */' >other/linux/sound/soc/soc-usb-new.c
echo '/* of the vendor */' >vendor/sound/soc/soc-usb-new.c
in=$(content vendor)
if output=$(other/scripts/apply-overlay vendor 2>&1); then fail 'a later version with one more file' 'accepted'; else
	is "${output##* }" sound/soc/soc-usb-new.c 'a later version with one more file, that the tree has meanwhile'
fi
is "$(content vendor)" "$in" 'is not put in'
rm vendor/sound/soc/soc-usb-new.c
succeeds 'it is, when it can be' other/scripts/apply-overlay vendor
is "$(cat vendor/.lullaby/version 2>&1)" 'cat: vendor/.lullaby/version: No such file or directory' 'without a version, as git knows none'
git init -q other
git -C other -c user.name=a -c user.email=a@b commit -q --allow-empty -m first
git -C other tag v1
succeeds 'a version with a name' other/scripts/apply-overlay vendor
is "$(cat vendor/.lullaby/version)" v1 'is called by it'
succeeds 'and goes out' other/scripts/apply-overlay --remove vendor
is "$(find vendor -name 'soc-usb*')" '' 'with its new file'
ln -sf ns.c vendor/net/qrtr/smd.c
overlay_refuses 'net/qrtr/smd.c is a symbolic link' 'a tree of links' vendor
is "$(readlink vendor/net/qrtr/smd.c) $(find vendor -name .lullaby)" 'ns.c ' 'is left as it is'

# files_in DIRECTORY: names, modes and content of all that is below it.
files_in() {
	(cd "$1" && find . -type f -printf '%p %m ' -exec sha256sum {} \; | LC_ALL=C sort)
}
cp -a pristine modes
chmod 755 modes/net/qrtr/smd.c
chmod 444 modes/net/qrtr/ns.c
chmod 600 modes/drivers/usb/core/hub.c
printf 'no end of line' >>modes/drivers/usb/core/hub.c
cp -al modes linked
modes=$(files_in modes)
succeeds 'files of all modes, with hard links' overlay modes
is "$(stat -c %a modes/net/qrtr/smd.c modes/net/qrtr/ns.c modes/drivers/usb/core/hub.c | tr '\n' ' ')" '755 444 600 ' 'keep their modes'
is "$(files_in linked)" "$modes" 'another tree with the same files is not changed with it'
succeeds 'out again' overlay --remove modes
is "$(files_in modes)" "$modes" 'and all is what it was, with its mode'
is "$(files_in linked)" "$modes" 'there, too'

# A run can be cut off anywhere: here when so many files have been written, each of which is moved to its place.
mkdir bin
cat >bin/mv <<-'MV'
	#!/bin/sh
	echo >>"$MOVES"
	[ "$(wc -l <"$MOVES")" -le "$MOVES_MAX" ] || kill -KILL $PPID
	exec /bin/mv "$@"
MV
chmod +x bin/mv
# cut_off MOVES ARGUMENT...
cut_off() {
	rm -f moves
	MOVES=$PWD/moves MOVES_MAX=$1 PATH=$PWD/bin:$PATH overlay "${@:2}" >/dev/null
}
pristine=$(files_in pristine)
cp -a pristine whole
succeeds 'without being cut off' overlay whole
whole=$(files_in whole | grep -v '/\.lullaby/')
for moves in 1 60; do
	cp -a pristine cut
	cut_off $moves cut
	cp -a cut again
	succeeds "cut off after $moves files: it goes in" overlay again
	is "$(files_in again | grep -v '/\.lullaby/')" "$whole" "cut off after $moves files: and is whole"
	succeeds "cut off after $moves files: it goes out" overlay --remove cut
	is "$(files_in cut)" "$pristine" "cut off after $moves files: and all is what it was"
	cut_off $moves --remove again
	succeeds "cut off after $moves files on its way out: it goes out" overlay --remove again
	is "$(files_in again)" "$pristine" "cut off after $moves files on its way out: and all is what it was"
	rm -rf cut again
done

mv other/linux/patches/series series
refuses_other() {
	if output=$(other/scripts/apply-overlay pristine 2>&1); then fail "$2" 'accepted'; elif [[ $output == *"$1"* ]]; then pass "$2"; else fail "$2" "$output"; fi
}
refuses_other 'there is no' 'a checkout without a series'
sed '/usb-audio-no-runtime/d' series >other/linux/patches/series
refuses_other 'usb-offload/usb-audio-list-lock.patch does not apply' 'a series in which one is left out'
is "$(files_in pristine)" "$pristine" 'and nothing is written'

overlay_refuses 'unknown option' 'an unknown option' --all tree

done_testing
