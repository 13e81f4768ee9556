#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP's firmware fails at moments when recovery is not the usual one: while it starts, while it is recovered, while
# Linux sleeps, while its USB device is unplugged, when it is not to be recovered, and when it cannot be.
. "$(dirname "$0")/../lib/crash.sh"

# The kinds: enum dsp_fault_kind.
vm 'it does not start' --append 'vsoc_dsp.fault_injection=1 vsoc_dsp.fault_at_boot=6' <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
check 'it has crashed' wait_for 5 eval 'dmesg | grep -q "DSP crash: panic"'
check 'it is offline' grep -qx offline $rproc/state
check 'a start says so' says 'Input/output error' start_dsp
check 'an application is told, in bounded time' takes_at_most 6000 is_refused
echo 8 >$parameters/fault_at_boot
check 'one that hangs does not start either' says 'Input/output error' start_dsp
check 'the record says so' eval 'dmesg | grep -q "watchdog: the message loop stands still"'
echo 0 >$parameters/fault_at_boot
check 'a good one starts' start_dsp
check 'it plays' dsp_plays first-silence.wav
check 'nothing is held' nothing_held
JOB
captured_is first.wav 'it does not start: in the end it plays bit for bit'

vm 'it does not greet' --append 'vsoc_dsp.fault_injection=1 vsoc_dsp.fault_at_hello=11' <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
check 'that is found out' wait_for 5 eval 'dmesg | grep -q "the DSP does not answer, pulling its reset line"'
check 'it is started again and again' wait_for 5 eval '[ "$(dsp_crashes)" -ge 3 ]'
check 'an application is told, in bounded time' takes_at_most 6000 is_refused
echo 5 >$parameters/fault_at_hello
check 'one that crashes over it is started again, too' wait_for 10 eval 'dmesg | grep -q "undefined instruction"'
echo 0 >$parameters/fault_at_hello
check 'a good one answers' wait_for 10 dsp_is_heard
check 'it plays' dsp_plays first-silence.wav
check 'nothing is held' nothing_held
JOB
captured_is first.wav 'it does not greet: in the end it plays bit for bit'

vm 'crash in a recovery' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
start_silence
echo 5 >$parameters/fault_at_boot
dsp_fault panic
check 'it crashes again when it is started again' wait_for 5 eval '[ "$(dsp_crashes)" -ge 3 ]'
ends_well 5
JOB
captured_is first.wav 'crash in a recovery: in the end it plays bit for bit'

# The core goes off while it is started again, and says nothing: only that it does not run tells of it.
vm 'silence in a recovery' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
start_silence
echo 17 >$parameters/fault_at_boot
dsp_fault panic
check 'it is found out' wait_for 5 eval 'dmesg | grep -q "DSP crash: no record"'
check 'it is started again and again' wait_for 5 eval '[ "$(dsp_crashes)" -ge 4 ]'
check 'an application is told, in bounded time' takes_at_most 6000 is_refused
check 'after some times it waits before the next one' wait_for 15 eval 'dmesg | grep -q "the next start is in 2000 ms"'
ends_well 10
JOB
captured_is first.wav 'silence in a recovery: in the end it plays bit for bit'

vm 'no recovery' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
audio_driver() { echo audio >/sys/bus/platform/drivers/vsoc-audio/$1; }
echo disabled >$rproc/recovery
# A wait for the DSP, or for ALSA's own time-out of 88 s, is noticed.
echo 20000 >/sys/module/vsoc_audio/parameters/setup_timeout_ms
for kind in undefined hang 'ignore-rx before stop'; do
	# One that waits to write, not for a drain.
	aplay -q -D "plughw:$(dsp_card),0" long-silence.wav >/tmp/begin.log 2>&1 &
	player=$!
	check "$kind: it plays" wait_for 10 pcm_runs "$(dsp_card)"
	usleep 200000
	dsp_fault $kind
	case $kind in ignore-rx*) kill $player ;; esac
	check "$kind: the application ends" takes_at_most 5000 wait_for 10 fails kill -0 $player
	wait $player
	check "$kind: the DSP is left as it is" wait_for 5 grep -qx crashed $rproc/state
	check "$kind: an application is told at once" takes_at_most 5000 is_refused
	check "$kind: nothing is held" wait_for 1 nothing_held
	check "$kind: the log tells why" eval 'dmesg | tail -n 20 | grep -q "the DSP has crashed, and its recovery is disabled"'
	check "$kind: the sound card's driver goes" audio_driver unbind
	check "$kind: it comes again" eval 'audio_driver bind && wait_for 5 dsp_card'
	check "$kind: it knows, too" takes_at_most 5000 is_refused
	echo recover >$rproc/recovery
	check "$kind: it is recovered on demand" wait_for 5 dsp_is_heard
	check "$kind: it plays" dsp_plays first-silence.wav
	sleep 2.5
done

check 'lost while the sound card has no driver: that goes' audio_driver unbind
crash_dsp
check 'lost while the sound card has no driver: the DSP is lost' wait_for 5 grep -qx crashed $rproc/state
check 'lost while the sound card has no driver: it comes' eval 'audio_driver bind && wait_for 5 dsp_card'
check 'lost while the sound card has no driver: it knows' takes_at_most 5000 is_refused
echo recover >$rproc/recovery
check 'lost while the sound card has no driver: the DSP is recovered' wait_for 5 dsp_is_heard
check 'lost while the sound card has no driver: it plays' dsp_plays first-silence.wav
sleep 1

# That is no recovery any more.
dsp_fault panic
check 'it is left as it is once more' wait_for 5 grep -qx crashed $rproc/state
check 'it can be stopped' stop_dsp
echo 6 >$parameters/fault_at_boot
check 'a start after that fails as a first one does' says 'Input/output error' start_dsp
check 'it is offline' grep -qx offline $rproc/state
echo 0 >$parameters/fault_at_boot
check 'a good one starts' start_dsp
check 'it is there' wait_for 5 dsp_is_heard
JOB
captured_copies 4 'no recovery: recovered on demand, it plays bit for bit'

vm 'asleep' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
wakeup=/sys/bus/platform/devices/remoteproc/power/wakeup
sleeps() {
	sleep_begin=$(rtc_s)
	slept=0
	sleep_for "$1" && slept=$(($(rtc_s) - sleep_begin))
}
check 'the sound cards are ready' sound_is_ready
count=0
for kind in undefined hang; do
	for policy in disabled enabled; do
		count=$((count + 1))
		name="$kind, wake-up $policy"
		echo $policy >$wakeup
		start_silence
		dsp_fault $kind in 4000
		sleeps 12
		check "$name: it slept" test $slept -ge 1
		case $policy in
		disabled) check "$name: on to the alarm" test $slept -ge 11 ;;
		enabled) check "$name: it was woken" test $slept -le 7 ;;
		esac
		check "$name: it is recovered" wait_for 5 dsp_is_back $count
		# All of the sound was in the buffer, so aplay was draining it.
		check "$name: the application ends" wait_for 1 fails kill -0 $player
		wait $player
		check "$name: nothing is held" wait_for 1 nothing_held
		check "$name: it plays" dsp_plays first-silence.wav
	done
done
JOB
captured_copies 4 'asleep: each time it plays bit for bit'

vm_qemu=(-audiodev "wav,id=sound2,path=second.wav,out.frequency=48000")
for fault in 'undefined indication' 'hang indication' 'ignore-rx indication' ignore-indications; do
	kind=${fault% *}
	vm "unplugged, $kind" --set fault="$fault" --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
start_silence
check 'it will fail when it hears of it' dsp_fault $fault
check 'the device is unplugged' host device_del headset
check 'its card goes' wait_for 5 fails usb_card
check 'the application ends' wait_for 5 fails kill -0 $player
check 'the DSP is there' wait_for 5 dsp_is_heard
# One that only ignores the indication learns of it otherwise: the PCM that played there is closed.
[ "$fault" = ignore-indications ] || check 'it has crashed, once' dsp_is_back 1
check 'nothing is held' wait_for 1 nothing_held
check 'another one is plugged' host device_add usb-audio,id=headset2,bus=xhci.0,audiodev=sound2
check 'it has a card' sound_is_ready
check 'it plays' dsp_plays first-silence.wav
sleep 1
JOB
	if output=$("$TOOLS/wavdiff" first.wav "$VM/second.wav" 2>&1); then
		pass "unplugged, $kind: then it plays bit for bit"
	else
		fail "unplugged, $kind: then it plays bit for bit" "$output"
	fi
done
# shellcheck disable=SC2034 # for vm()
vm_qemu=()

# A core that does not even answer its reset line stays lost, but nothing else is.
vm 'dead' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/crash.sh
check 'the sound cards are ready' sound_is_ready
aplay -q -D "plughw:$(dsp_card),0" long-silence.wav >/tmp/begin.log 2>&1 &
player=$!
check 'it plays' wait_for 10 pcm_runs "$(dsp_card)"
dsp_fault dead
check 'the application ends' wait_for 5 fails kill -0 $player
wait $player
check 'the log tells why' wait_for 2 eval 'dmesg | grep -q "the core does not answer its reset line"'
check 'nothing is held' wait_for 1 nothing_held
check 'it is not started over what still runs' grep -qx crashed $rproc/state
check 'the sound card says so' is_refused
check 'Linux plays' aplay -q -D "plughw:$(usb_card),0" first-silence.wav
JOB
captured_is first.wav 'dead: without it, Linux plays bit for bit'

done_testing
