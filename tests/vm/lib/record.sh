# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For the tests that record from devices of the library, after vm.sh and device.sh: the way of a recording out of the virtual SoC, and its judge.
# shellcheck disable=SC2034,SC2054,SC2154 # for the tests; commas are QEMU's

# The job sends its recording, a WAV file, to the port lullaby.recorded.
vm_qemu=(-chardev "file,id=recorded,path=recorded.wav" -device "virtserialport,chardev=recorded,name=lullaby.recorded")

# pattern KEY: a number of the recording: frames, gaps, lost (in the gaps), wrong.
pattern() {
	"$usbmodel" pattern "$VM/recorded.wav" 2>&1 | sed -n "s/.*\<$1 \([0-9]*\).*/\1/p"
}

# recording_is_complete NAME STREAM: the recording is the stream's samples, none is missing, and the device has lost none.
recording_is_complete() {
	local output
	"$usbmodel" packets "$VM/device1.packets" >judged
	if output=$("$usbmodel" pattern "$VM/recorded.wav" 2>&1); then
		pass "$1: the recording is the device's samples, without a gap ($output)"
	else
		fail "$1: the recording is the device's samples, without a gap" "$output"
	fi
	is "$(packets missing_packets "$2") $(packets lost_frames "$2") $(packets jumped_frames "$2")" '0 0 0' \
		"$1: nothing was lost in the device while it recorded"
}
