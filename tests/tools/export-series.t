#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# export-series writes patches that "git am" takes on a clean tree, and that make the same tree as apply-overlay. The tree here
# has of Linux the files that the patches change, as they were.
. "$(dirname "$0")/../tap.sh"
. "$TOP/tests/tools/pristine.sh"
unset GIT_DIR GIT_WORK_TREE
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_COMMITTER_NAME=tester GIT_COMMITTER_EMAIL=tester@example.org

# export_refuses TEXT NAME ARGUMENT...
export_refuses() {
	local text=$1 name=$2 output
	shift 2
	if output=$("${exporter:-$TOP/scripts/export-series}" "$@" 2>&1); then
		fail "$name" 'accepted'
	elif [[ $output == *"$text"* ]]; then
		pass "$name"
	else
		fail "$name" "$output"
	fi
}

# repository NAME: a clean tree as a git repository.
repository() {
	cp -a pristine "$1"
	git -C "$1" init -q
	git -C "$1" add -A
	git -C "$1" -c user.name=Linus -c user.email=linus@example.org commit -qm 'Linux 6.12'
	git -C "$1" tag clean
}

# count_changes REPOSITORY FILTER: how many files its commits have added (A), changed (M), deleted (D).
count_changes() {
	git -C "$1" diff --name-only --no-renames --diff-filter="$2" clean HEAD | wc -l
}

# takes REPOSITORY PATCH...: git am, without a complaint but for white space, of which Kconfig texts of Linux's have some.
# shellcheck disable=SC2317 # called by succeeds
takes() {
	git -C "$1" am -q --whitespace=nowarn "${@:2}"
}

make_pristine pristine
succeeds 'it is written' bash -c '"$@" >said' bash "$TOP/scripts/export-series" all
is "$(tail -n 1 said)" "The fixes of 6.12 alone: git am $PWD/all/*-fixes-*.patch" 'and the last line has the way to the fixes alone'
mapfile -t patches < <(ls all/*.patch)
is ${#patches[@]} "$(sed -E '/^(#|$)/d' "$TOP/linux/patches/series" | wc -l)" 'as many patches as the series has lines'

repository whole
succeeds 'git am takes them' takes whole "${patches[@]/#/$PWD/}"
cp -a pristine applied
succeeds 'as apply-overlay does' "$TOP/scripts/apply-overlay" --quiet applied
is "$(diff -r -x .git -x .lullaby applied whole 2>&1 | head -n 5)" '' 'the result is the same'
is "$(git -C whole log --format='%an <%ae>' clean.. | sort -u)" "$(sed -n 's/^From: //p' "${patches[0]}")" 'all by the one who wrote them'
is "$(git -C whole log --format='%h %b' clean.. | grep -c '^Signed-off-by: ')" ${#patches[@]} 'who has signed them off'
is "$(git -C whole log --format='%s' clean.. | awk 'length > 75')" '' 'with subjects that fit into a line'
short=$(for commit in $(git -C whole rev-list clean..); do
	[ "$(git -C whole log -1 --format=%b "$commit" | grep -vc '^Signed-off-by\|^$')" -ge 2 ] || git -C whole log -1 --format=%s "$commit"
done)
is "$short" '' 'and messages that say why'
is "$(git -C whole log --format= --name-only --diff-filter=M clean.. -- | sort -u | wc -l)" "$(find pristine -type f ! -path pristine/Makefile | wc -l)" 'no new file is changed by a later patch'

repository fixes
succeeds 'the fixes alone' takes fixes "$PWD"/all/*-fixes-*.patch
is "$(count_changes fixes A) $(count_changes fixes D)" '0 0' 'need no file of ours'
is "$(git -C fixes grep -lE 'CONFIG_(USB_OFFLOAD|USB_XHCI_SIDEBAND|RPMSG_HARDENING|QRTR_HARDENING)|sideband|offload\.h' -- . | grep -v '^drivers/usb/host/xhci-' || true)" '' 'nor name anything of ours'
mapfile -t feature < <(printf '%s\n' "$PWD"/all/*.patch | grep -v -- '-fixes-\|hardening')
succeeds 'the feature on top of them' takes fixes "${feature[@]}"
is "$(git -C fixes grep -lE 'IS_ENABLED\(CONFIG_(RPMSG|QRTR)_HARDENING' -- '*.c' || true)" '' 'needs no hardening'
succeeds 'which comes last' takes fixes "$PWD"/all/*hardening*.patch
is "$(git -C fixes rev-parse 'HEAD^{tree}')" "$(git -C whole rev-parse 'HEAD^{tree}')" 'and the result is the same'

# A part that builds has its includes: nothing that a patch calls comes later.
missing=$(git -C whole rev-list --reverse clean.. | while read -r commit; do
	git -C whole show --format= -U0 "$commit" -- '*.c' '*.h' | sed -nE 's/^\+#include "([a-z_-]*(offload|sideband|bounds|pace|queue|claim|platform)[a-z_-]*\.h)".*/\1/p' | sort -u | while read -r header; do
		grep -q "/$header\$" <<<"$(git -C whole ls-tree -r --name-only "$commit")" || echo "$header is included before it is there"
	done
done)
is "$missing" '' 'no patch includes a header that a later one adds'

succeeds 'for another SoC' "$TOP/scripts/export-series" --no-vsoc bare
repository other
succeeds 'git am takes it, too' takes other "$PWD"/bare/*.patch
"$TOP/scripts/apply-overlay" --remove --quiet applied
"$TOP/scripts/apply-overlay" --no-vsoc --quiet applied
is "$(diff -r -x .git -x .lullaby applied other 2>&1 | head -n 5)" '' 'and the result is that of apply-overlay --no-vsoc'

# The fragment, above nothing at all: each line of it takes effect.
fragment=all/usb-audio-offload.config
objects=$PWD/objects
mkdir "$objects"
printf 'CONFIG_MODULES=y\n' | cat - "$fragment" >"$objects/wanted"
succeeds 'the configuration is made' make -s -C "$OUT_DIR/linux/" O="$objects" ARCH=arm64 KCONFIG_ALLCONFIG="$objects/wanted" allnoconfig
is "$(grep '^CONFIG_' "$fragment" | grep -vxF -f "$objects/.config")" '' 'and has each line of the fragment'

export_refuses 'is not empty' 'a directory that has files' all
export_refuses 'unknown option' 'an unknown option' --all some
mkdir -p changed/linux
cp -a "$TOP/scripts" "$TOP/wire" "$TOP/vsoc" changed/
cp -a "$TOP/linux/." changed/linux/
exporter=changed/scripts/export-series
echo '/* new */' >changed/linux/kernel/new.c
export_refuses '  kernel/new.c' 'a new file that no subsystem has' forgotten
is "$(ls forgotten)" '' 'and nothing is written'
rm changed/linux/kernel/new.c
echo 'files/of/nobody.c' >>changed/linux/patches/new/pm
export_refuses 'new/pm: no file is called files/of/nobody.c' 'a name that no file has' forgotten
sed -i '$d' changed/linux/patches/new/pm
echo 'include/linux/suspend-request.h' >>changed/linux/patches/new/xhci
export_refuses 'new/xhci: no file is called include/linux/suspend-request.h, or' 'a file that two subsystems have' forgotten
sed -i '$d' changed/linux/patches/new/xhci
succeeds 'without all that it is written' "$exporter" forgotten

done_testing
