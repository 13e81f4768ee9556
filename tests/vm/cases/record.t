#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP records from USB devices, whose every sample tells which frame it is.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/device.sh"
. "$(dirname "$0")/../lib/record.sh"

# record_device NAME STREAM RATE CHANNELS FORMAT [ARECORD-OPTION...]: the DSP records two seconds from a device of the library.
record_device() {
	local name=$1
	vm "$name" --set "rate=$3" --set "channels=$4" --set "format=$5" --set "options=${*:6}" \
		--device "$library/$name.device" <<'JOB'
. ./lib/record.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
before=$(xhci_interrupts)
# shellcheck disable=SC2086 # several words
start_recording $options -d 2 -f "$format" -r "$rate" -c "$channels"
end_recording
check 'arecord ends well' test "$status" = 0
result interrupts $(($(xhci_interrupts) - before))
check 'no interval was lost' test "$(recording_number lost_intervals)" = 0
check 'nothing is held' wait_for 5 nothing_held
send_recording
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
