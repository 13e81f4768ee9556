# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Prints FILE TAB TEXT for each message of kernel source files that is not rate-limited: the text may be on a line below the call. Of a
# patch only the lines that it adds.
FNR == 1 { waiting = 0; is_patch = FILENAME ~ /\.patch$/ }
is_patch && !/^\+/ { waiting = 0; next }
{
	line = $0
	if (is_patch)
		sub(/^\+/, "", line)
	if (line ~ /(^|[^a-z_])(dev|pr|usb_audio|xhci|netdev|hid|snd)_(emerg|alert|crit|err|warn|notice|info)\(/ ||
	    line ~ /(^|[^a-z_])printk\(/)
		waiting = 3
	if (waiting && match(line, /"([^"\\]|\\.)*"/)) {
		print FILENAME "\t" substr(line, RSTART + 1, RLENGTH - 2)
		waiting = 0
	} else if (waiting) {
		waiting--
	}
}
