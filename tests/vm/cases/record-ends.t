#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A recording ends, or has to begin again, by no wish of the application's: the device is pulled out, disconnected or reset; the DSP
# crashes; the application is too slow, or is killed. Each time it is told, nothing is left, and the DSP records again.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/device.sh"
. "$(dirname "$0")/../lib/record.sh"

vm 'causes' --device "$library/dongle-buttons.device" <<'JOB'
. ./lib/record.sh
. ./lib/dsp.sh
. ./lib/usb.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
parameters='-f S16_LE -r 44100 -c 1'
records() { arecord -q -D "hw:$(dsp_card),0" $parameters -d 1 /tmp/short.wav && test "$(wc -c </tmp/short.wav)" = 88244; }
for cause in unbind authorized configuration port reset; do
	start_recording $parameters -d 60
	check "$cause: it records" wait_for 10 recording_runs
	check "$cause: the device goes" away_$cause
	end_recording
	check "$cause: the application is told" test "$status" = 1
	check "$cause: nothing is held" wait_for 5 nothing_held
	check "$cause: the device comes back" back_$cause
	check "$cause: and records" eval 'wait_for 10 usb_card && wait_for 10 records'
done

start_recording $parameters -d 4
check 'crash: it records' wait_for 10 recording_runs
crash_dsp
end_recording
check 'crash: the application goes on' test "$status" = 0
check 'crash: it was told of an overrun' grep -q overrun /tmp/arecord.log
check 'crash: nothing is held' wait_for 5 nothing_held
check 'crash: the DSP records again' wait_for 10 records

start_recording $parameters -d 60
check 'kill: it records' wait_for 10 recording_runs
kill -KILL $recorder
end_recording
check 'kill: nothing is held' wait_for 5 nothing_held
check 'kill: the DSP records again' records
JOB

vm 'an application that is too slow' --device "$library/dongle-buttons.device" <<'JOB'
. ./lib/record.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
parameters='-f S16_LE -r 44100 -c 1'
# The pipe holds less than a second, and then nobody reads for two more; with periods that wake up and without.
for wakeup in '' '--no-period-wakeup'; do
	arecord -q -t raw -D "hw:$(dsp_card),0" $parameters --buffer-time=200000 -d 4 2>/tmp/arecord.log | { sleep 3 && wc -c >/tmp/bytes; }
	cat /tmp/arecord.log
	check "it is told of an overrun, and records all that it was to ($wakeup)" eval 'grep -q overrun /tmp/arecord.log && test "$(cat /tmp/bytes)" = 352800'
done
check 'nothing is held' wait_for 5 nothing_held
start_recording $parameters -d 1
end_recording
check 'then it is fast enough' eval 'test "$status" = 0 -a ! -s /tmp/arecord.log'
send_recording
JOB
"$usbmodel" packets "$VM/device1.packets" >judged
is "$(pattern gaps) $(pattern wrong)" '0 0' 'an application that is too slow: then the recording is the device'"'"'s samples'

vm 'the device is pulled out' --device "$library/dongle-buttons.device" --moments 'after microphone 700 ms unplug 500 ms' <<'JOB'
. ./lib/record.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
parameters='-f S16_LE -r 44100 -c 1'
start_recording $parameters -d 60
end_recording
check 'the application is told' test "$status" = 1
check 'nothing is held' wait_for 5 nothing_held
check 'it comes back' wait_for 10 usb_card
sleep 1
start_recording $parameters -d 1
end_recording
check 'and records' test "$status" = 0
send_recording
JOB
recording_is_complete 'the device is pulled out' microphone

# Faults of single packets, while others go well: silence of their length.
vm 'packets are lost' --device "$library/headset-uac3.device" \
	--moments 'on packet microphone3 1000 babble 3; on packet microphone3 2000 missing 2' <<'JOB'
. ./lib/record.sh
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
start_recording -f S16_LE -r 48000 -c 1 -d 4
end_recording
check 'arecord ends well' test "$status" = 0
result lost "$(recording_number lost_intervals)"
result errors "$(recording_number transfer_errors)"
send_recording
JOB
is "$(value lost) $(value errors)" '5 5' 'packets are lost: so many'

done_testing
