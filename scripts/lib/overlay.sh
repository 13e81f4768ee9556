# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The overlay: its own files, and the series of patches to upstream files. The including script has set top, the checkout, and
# vsoc, yes or no: whether the virtual SoC's part of it counts.

: "${top:?}" "${vsoc:?}"

# stage_own_files DIRECTORY: puts the overlay's own files there, by the names that they have in a kernel tree.
stage_own_files() {
	(cd "$top/linux" && find . -type f ! -path './patches/*' -print0 | cpio -0pdm --quiet "$1")
	mkdir -p "$1/include/lullaby"
	cp "$top"/wire/*.h "$1/include/lullaby/"
	if [ "$vsoc" = yes ]; then
		mkdir -p "$1/drivers/soc/vsoc"
		(cd "$top/vsoc/linux" && find . -type f -print0 | cpio -0pdm --quiet "$1/drivers/soc/vsoc")
	fi
}

# read_series: prints the lines of the series that count, without their marks: GROUP/NAME.patch, or new/NAME.
read_series() {
	local name mark
	while read -r name mark; do
		case $name in '' | '#'*) continue ;; esac
		case $mark,$vsoc in vsoc,no) continue ;; esac
		printf '%s\n' "$name"
	done <"$top/linux/patches/series"
}

# changed_by PATCH: the upstream files that it changes.
changed_by() {
	sed -n 's|^+++ b/||p' "$1"
}

# overlay_version: the name of this checkout, if git knows it.
overlay_version() {
	[ -e "$top/.git" ] || return 0
	git -C "$top" --no-optional-locks describe --always --tags --dirty 2>/dev/null || true
}
