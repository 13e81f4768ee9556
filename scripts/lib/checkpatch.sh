# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The types of complaint that checkpatch --strict cannot be held to here, and why:
# - a new file needs no entry in MAINTAINERS;
# - trace headers have a layout of their own, upstream too;
# - wire/ is read by freestanding firmware as well: it has C's own types, and each structure's size asserted below it.

# shellcheck disable=SC2034 # for the scripts that source this
{
	ignored=FILE_PATH_CHANGES
	ignored_in_traces=$ignored,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
	ignored_in_wire=$ignored,PREFER_KERNEL_TYPES,CAMELCASE,LINE_SPACING
}
