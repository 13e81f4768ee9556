# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Of a clean Linux 6.12 the files that the patches change, as they were.

# make_pristine DIRECTORY
make_pristine() {
	local file
	mkdir -p "$1/drivers/usb/host"
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n' >"$1/Makefile"
	while read -r file; do
		mkdir -p "$1/$(dirname "$file")"
		cp "$OUT_DIR/linux/.lullaby/orig/$file" "$1/$file" 2>/dev/null || cp "$OUT_DIR/linux/$file" "$1/$file"
	done < <(cat "$TOP"/linux/patches/*/*.patch | sed -n 's|^+++ b/||p' | sort -u)
}
