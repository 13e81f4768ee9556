#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP's firmware fails in every way that it can be made to, at every moment of a stream's life: there is a record of
# it, the application is told, nothing is held any more, and the steps of an application after an xrun play again,
# bit for bit, within a second of virtual time.
. "$(dirname "$0")/../lib/crash.sh"

# report_us: how long each crash of the last run took.
report_us() {
	sed -n 's/^us \([0-9]*\) \(.*\)/# \1 us from the failure to the next sound: \2/p' "$VM/result"
}

vm 'a product' <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
check 'it does not misbehave on request' says 'Invalid argument' dsp_fault panic
check 'it is the firmware that refuses' grep -aq 'control: request 30 refused' $dsp_log
check 'it plays' dsp_plays first-silence.wav
check 'nothing has happened' dsp_is_back 0
JOB

vm 'memory' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
check 'nonsense is refused' says 'Invalid argument' dsp_fault frown
check 'an unaligned address is refused' says 'Invalid argument' dsp_fault read 0xffffff807c500001
check 'its register page can be read' dsp_fault read 0xffffff807c500000
check 'what is there is told' grep -qx 0x4c554c59 $dsp_fault
check 'nothing has happened' dsp_is_back 0
check 'the first page of its memory cannot be read' says 'No such device' dsp_fault read 0
check 'it is started again' wait_for 5 dsp_is_back 1
check 'the record says why' eval 'dmesg | grep -q "DSP crash: MMU fault: translation fault, read of 0x0"'
check 'its code cannot be written' says 'No such device' dsp_fault write 0xffffff807c000000
check 'it is started again after that' wait_for 5 dsp_is_back 2
check 'the record says why' eval 'dmesg | grep -q "DSP crash: MMU fault: permission fault, write of 0xffffff807c000000"'
check 'its registers cannot be executed' says 'No such device' dsp_fault jump 0xffffff807c500000
check 'it is started again after that, too' wait_for 5 dsp_is_back 3
check 'the record says why' eval 'dmesg | grep -q "DSP crash: MMU fault: permission fault, fetch of 0xffffff807c500000"'
check 'it plays' dsp_plays first-silence.wav
sleep 1
JOB
captured_is first.wav 'memory: in the end it plays bit for bit'

vm 'kinds' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
echo enabled >$rproc/coredump
crash_at playing 'write EPIPE' 'exception: undefined instruction' undefined
crash_at playing 'write EPIPE' 'DSP crash: panic' panic
crash_at playing 'write EPIPE' 'stack overflow' stack
crash_at playing 'write EPIPE' 'translation fault, read of 0x10' 'read 0x10'
crash_at playing 'write EPIPE' 'translation fault, write of 0x10' 'write 0x10'
crash_at playing 'write EPIPE' 'translation fault, fetch of 0x10' 'jump 0x10'
crash_at playing 'write EPIPE' 'watchdog: the message loop stands still' hang
crash_at playing 'write EPIPE' 'watchdog: the message loop stands still' stuck
crash_at playing '' 'does not answer, pulling its reset line' ignore-rx
# Writes become slow: nobody says that a period is over.
crash_at playing '' 'does not answer, pulling its reset line' drop-tx
crash_at playing 'write EIO' 'DSP crash: no record' off
# The buffer of the play before, which is unmapped by now.
crash_at closed '' 'MMU fault: translation fault, read' 'stale 0'
crash_at prepared 'write EPIPE' 'exception: undefined instruction' undefined
JOB
captured_copies 13 'kinds: each time it plays bit for bit'
report_us

for kind in undefined hang ignore-rx; do
	vm "moments, $kind" --set kind="$kind" --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
case $kind in
undefined) record='undefined instruction' ;;
hang) record=watchdog ;;
ignore-rx) record='reset line' ;;
esac
check 'the sound cards are ready' sound_is_ready
crash_at closed '' "$record" $kind
crash_at open '' "$record" $kind
crash_at setup '' "$record" $kind
crash_at stopped '' "$record" $kind
crash_at armed '' "$record" "$kind before setup"
crash_at armed '' "$record" "$kind after setup"
crash_at armed '' "$record" "$kind before stop"
crash_at armed '' "$record" "$kind before release"
crash_at armed 'write EPIPE' "$record" "$kind before start"
# Linux names the controller once to each life of the DSP.
count=$(dsp_crashes)
dsp_fault panic
check 'it has a new life' wait_for 5 dsp_is_back $((count + 1))
crash_at armed '' "$record" "$kind before controller-add"
# A DSP that ignores messages plays on.
if [ $kind = ignore-rx ]; then
	crash_at draining '' "$record" $kind
else
	crash_at draining 'drain EPIPE' "$record" $kind
	crash_at armed 'write EPIPE' "$record" "$kind after start"
fi
JOB
	if [ $kind = ignore-rx ]; then
		captured_copies 11 "moments, $kind: each time it plays bit for bit"
	else
		captured_copies 12 "moments, $kind: each time it plays bit for bit"
	fi
	report_us
done

done_testing
