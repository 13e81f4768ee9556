#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A writer that a timer drives, as a sound server is, and that keeps two quanta in flight: it has no xrun with the DSP, at
# quanta at which it has some with snd-usb-audio, too. The position advances as the system clock does, and the
# DSP queues no silence while the writer is in time.
. "$(dirname "$0")/../lib/vm.sh"

# judge_writer NAME DEVICE: plays at each quantum, by Linux and by the DSP, to that device of the library.
judge_writer() {
	local name=$1 quantum
	vm "$name" --device "$TOP/vsoc/devices/library/$2.device" <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
timer_plays() {
	pcm-timer "/dev/snd/pcmC$1D0p" "$quantum" $((4 * slowness)) >/tmp/output || return 1
	while read -r key value; do result "$2$quantum-$key" "$value"; done </tmp/output
}
for quantum in 64 128 256 512 1024; do
	check "Linux plays by quanta of $quantum" timer_plays "$(usb_card)" linux
	usleep 200000
	check "the DSP plays by quanta of $quantum" timer_plays "$(dsp_card)" dsp
	result "dsp$quantum-underruns" "$(stream_number underruns)"
	result "dsp$quantum-lost" "$(stream_number lost_intervals)"
	usleep 200000
done
JOB
	for quantum in 64 128 256 512 1024; do
		diag "$name, $quantum frames: xruns $(value "linux$quantum-xruns") of Linux, $(value "dsp$quantum-xruns") of the DSP;" \
			"at least $(value "linux$quantum-least") and $(value "dsp$quantum-least") in flight; the position is off by" \
			"$(value "linux$quantum-skew") and $(value "dsp$quantum-skew") us at most; silence in" \
			"$(value "dsp$quantum-underruns") intervals"
		is "$(value "dsp$quantum-xruns") $(value "dsp$quantum-lost")" '0 0' "$name: no xrun and no lost interval at $quantum frames"
	done
	# At 64 and 128 frames, 2.7 and 5.3 ms are in flight, less the time of the writer.
	for quantum in 256 512 1024; do
		is "$(value "dsp$quantum-underruns")" 0 "$name: no silence at $quantum frames"
		succeeds "$name: the position is right to 100 us at $quantum frames" test "$(value "dsp$quantum-skew")" -le $((100 * slowness))
	done
}

judge_writer 'full speed' headset-two-functions
judge_writer 'high speed' headset-shared-clock

done_testing
