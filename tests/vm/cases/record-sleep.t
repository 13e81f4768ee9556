#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP records while Linux sleeps: for minutes in suspend-to-idle, without a gap; and over a sleep that cuts the controller's
# power, with a gap whose length is known.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/device.sh"
. "$(dirname "$0")/../lib/record.sh"

# Three minutes fit the buffer at this rate, with a period that is longer.
vm 'three minutes asleep' --device "$library/speaker-conference.device" <<'JOB'
. ./lib/record.sh
. ./lib/pm.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
start_recording -d 190 -f S16_LE -r 16000 -c 1 --period-time=190000000 --buffer-time=380000000
check 'it records' wait_for 10 recording_runs
sleep 1
before=$(xhci_interrupts)
check 'Linux sleeps' sleep_for 180
check 'it still records' recording_runs
result interrupts $(($(xhci_interrupts) - before))
end_recording
check 'arecord ends well' test "$status" = 0
check 'no interval was lost' test "$(recording_number lost_intervals)" = 0
check 'nothing was overwritten' test "$(recording_number overruns)" = 0
check 'nothing is held' wait_for 5 nothing_held
result suspends "$(suspends)"
send_recording
JOB
recording_is_complete 'three minutes asleep' microphones
is "$(value suspends)" 1 'three minutes asleep: it slept'
is "$(value interrupts)" 0 'three minutes asleep: no interrupt of the controller'
is "$(pattern frames)" $((190 * 16000)) 'three minutes asleep: all of it is there'

vm 'a sleep that cuts the power' --device "$library/headset-uac3.device" --append 'vsoc_sleep.cut_power=1' <<'JOB'
. ./lib/record.sh
. ./lib/power.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
start_recording -d 4 -f S16_LE -r 48000 -c 1 --buffer-time=8000000
check 'it records' wait_for 10 recording_runs
sleep 1
check 'Linux sleeps' sleep_for 5 mem
check 'the controller had lost its power' test "$(lost_power)" = 1
end_recording
check 'arecord ends well' test "$status" = 0
check 'the DSP was told' test "$(told 2) $(told 3)" = '1 1'
check 'the application has seen nothing' eval '[ ! -s /tmp/arecord.log ]'
check 'nothing is held' wait_for 5 nothing_held
result gap "$(recording_number gap_frames)"
send_recording
JOB
is "$(pattern gaps)" 1 'a sleep that cuts the power: one gap in the recording'
lost=$(pattern lost)
difference=$(($(value gap) - lost))
at_most "${difference#-}" 96 'a sleep that cuts the power: the gap is as long as the DSP says, to 2 ms'
at_most $((4 * 48000)) "$lost" 'a sleep that cuts the power: it lasted as long as the sleep'
at_most "$lost" $((8 * 48000)) 'a sleep that cuts the power: ... and not much longer'

done_testing
