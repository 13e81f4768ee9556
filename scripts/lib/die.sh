# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For scripts that need nothing of common.sh, and for common.sh.

# die MESSAGE...: ends the script with it.
die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}
