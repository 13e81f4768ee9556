#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
#
# apply-overlay puts Lullaby into a kernel tree and takes it out again, without a trace, and touches only what changed. The
# tree here has of Linux the files that the hooks change, as they were.
. "$(dirname "$0")/../tap.sh"

overlay() {
	"$TOP/scripts/apply-overlay" "$@" 2>&1
}

# content DIRECTORY: one name for all names and bytes below it, directories too.
content() {
	(cd "$1" && find . -print0 | LC_ALL=C sort -z | xargs -0 sha256sum 2>/dev/null; find . | LC_ALL=C sort) | sha256sum
}

# refuses TEXT NAME ARGUMENT...
refuses() {
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

mkdir -p tree/drivers/usb/host
printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n' >tree/Makefile
while read -r file; do
	mkdir -p "tree/$(dirname "$file")"
	cp "$OUT_DIR/linux/.lullaby/orig/$file" "tree/$file" 2>/dev/null || cp "$OUT_DIR/linux/$file" "tree/$file"
done < <(cat "$TOP"/linux/hooks/*.patch | sed -n 's|^+++ b/||p' | cut -f 1)
before=$(cd tree && content .)
cp -a tree pristine

succeeds 'it goes in' overlay tree
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

# An update of the tree replaces files that the hooks have changed.
sed 's/^MODULE_LICENSE.*/&\n\/* newer *\//' pristine/net/qrtr/smd.c >tree/net/qrtr/smd.c
succeeds 'after an update of the tree' overlay tree
is "$(grep -c 'newer' tree/net/qrtr/smd.c)" 1 'the newer file is kept'
is "$(cmp <(grep -v newer tree/net/qrtr/smd.c) smd.c)" '' 'with its hook'
cp -p tree/net/qrtr/smd.c updated.c
echo '/* half a merge */' >>tree/net/qrtr/smd.c
edited=$(content tree)
refuses 'net-qrtr-smd.c.patch does not apply to this tree, of which nothing was changed' 'a file that is neither' tree
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
is "$(cmp tree/drivers/soc/qcom/qmi_interface.c qmi_interface.c)" '' 'and no hook but theirs'
succeeds 'it goes out' overlay --remove tree
is "$(cd tree && content .)" "$before" 'and leaves what was there before, byte for byte'

refuses 'is not a Linux source tree' 'what is no tree' "$TEST_DIR"
sed -i 's/PATCHLEVEL = 12/PATCHLEVEL = 13/' tree/Makefile
refuses 'is not Linux 6.12' 'another version' tree
cp pristine/Makefile tree/Makefile
sed -i '1,$d' tree/drivers/usb/host/xhci-mem.c
refuses 'drivers-usb-host-xhci-mem.c.patch does not apply' 'a tree in which a hook does not apply' tree
is "$(find tree/sound/usb -name '*offload*')" '' 'of which nothing is changed then'
is "$(cd tree && content . )" "$(cp -a pristine bad && sed -i '1,$d' bad/drivers/usb/host/xhci-mem.c && mkdir -p bad/.lullaby/orig && touch bad/.lullaby/files && cd bad && content .)" 'byte for byte'
refuses 'unknown option' 'an unknown option' --all tree

done_testing
