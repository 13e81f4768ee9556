#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP records from USB devices, whose every sample tells which frame it is.
. "$(dirname "$0")/../lib/vm.sh"

usbmodel=$OUT_DIR/devices/usbmodel
library=$TOP/vsoc/devices/library
# The job sends its recording through this port.
vm_qemu=(-chardev "file,id=recorded,path=recorded.wav" -device "virtserialport,chardev=recorded,name=lullaby.recorded")

# packets KEY STREAM: a number that the judge has for a stream of the last run's device.
packets() {
	sed -n "s/^$2 $1 //p" judged
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

# record_device NAME STREAM RATE CHANNELS FORMAT [ARECORD-OPTION...]: the DSP records two seconds from a device of the library.
record_device() {
	local name=$1
	vm "$name" --set "rate=$3" --set "channels=$4" --set "format=$5" --set "options=${*:6}" \
		--device "$library/$name.device" <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
before=$(xhci_interrupts)
# shellcheck disable=SC2086 # several words
check 'the DSP records' arecord -q $options -D "hw:$(dsp_card),0" -d 2 -f "$format" -r "$rate" -c "$channels" /tmp/recorded.wav
result interrupts $(($(xhci_interrupts) - before))
check 'no interval was lost' test "$(sed -n 's/^lost_intervals //p' /sys/kernel/debug/vsoc-audio/stream4)" = 0
check 'nothing is held' eval 'wait_for 5 nothing_held'
cat /tmp/recorded.wav >"$(port lullaby.recorded)"
JOB
	recording_is_complete "$name" "$2"
	at_most "$(value interrupts)" 200 "$name: Linux hears of the controller when streams begin and end, not of packets"
}

if [ $# -gt 0 ]; then
	record_device "$@"
	done_testing
fi

# Full, high and super speed; synchronous and not; the device's format, and wider ones; by writes and by mmap.
record_device dongle-buttons microphone 44100 1 S16_LE
record_device headset-feedback3 microphone 44100 1 S32_LE -M
record_device controller-dj mix 44100 2 S24_3LE --period-time=2000 --buffer-time=8000
record_device headset-uac3 microphone3 48000 1 S16_LE -M --period-time=1000000 --buffer-time=8000000
record_device camera-super microphone 32000 2 S16_LE -N

done_testing
