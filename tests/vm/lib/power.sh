# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For the tests of sleeps that cut the controller's power, after sleep.sh: how to look at the capture. Their
# jobs source job/power.sh.

# paused NAME PAUSES FILE...: the device of the last run received these files, one after the other, with
# silence within them in so many places.
paused() {
	local output
	output=$("$TOOLS/wavdiff" --pauses "${@:3}" "$VM/captured.wav" 2>&1)
	[[ $output == *pauses* ]] || output+=', pauses: 0'
	if [[ $output == "bit-exact: "*", pauses: $2" ]]; then
		pass "$1"
	else
		fail "$1" "$output"
	fi
}
