#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A sleep that cuts the controller's power: streams are stopped before it and go on after it, at the very frame,
# whatever else happens meanwhile. xHCs are reset in `mem`, of which the platform has said nothing.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"
. "$(dirname "$0")/../lib/power.sh"

sound sound 1 480013
sound short 2 48013
platform='vsoc_xhci.platform=1 vsoc_sleep.cut_power=1'

# Each way to write to a PCM, on each kind of controller: a sound that fits the buffer is drained from the start; a longer
# one needs a writer.
vm_file sound-silence.wav
for way in draining running; do
	options=$platform
	[ $way = draining ] || options='vsoc_sleep.cut_power=1'
	vm "two sleeps, $way" --set way="$way" --append "$options" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
check 'there is a deep sleep' grep -q '\[deep\]' /sys/power/mem_sleep
start_$way sound-silence.wav
usleep 1000000
check 'Linux sleeps' sleep_for 3 mem
check 'the controller had lost its power' test "$(lost_power)" = 1
check 'the application has seen nothing' eval 'pcm_is RUNNING || pcm_is DRAINING'
queued=$(stream_number taken_frames)
usleep 1000000
check 'the music goes on' test "$(stream_number taken_frames)" -gt "$queued"
check 'Linux sleeps again' sleep_for 3 mem
wait_player
check 'aplay ends well' test $status = 0
check 'it was a sleep each time' test "$(suspends)" = 2
check 'the DSP was told of both' test "$(told 2)" = 2
check 'and of the ends' test "$(told 3)" = 2
check 'and of nothing else' test "$(told 1)" = 0
check 'it stopped by itself' test "$(counter forced_releases)" = 0
check 'nothing is held' nothing_held
check 'nothing waits' nothing_waits
result underruns "$(stream_number underruns)"
JOB
	paused "two sleeps, $way: captured bit for bit, with two pauses" 2 sound.wav
	is "$(value underruns)" 0 "two sleeps, $way: no underrun"
done

# Where the platform says that it keeps the controller's power in `mem`, and does, nothing of this happens.
for kind in PCI platform; do
	options='vsoc_xhci.power_kept=1'
	[ $kind = PCI ] || options+=' vsoc_xhci.platform=1'
	vm "power is kept, $kind" --append "$options" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
start_draining sound-silence.wav
usleep 1000000
check 'Linux sleeps' sleep_for 6 mem
wait_player
check 'aplay ends well' test $status = 0
check 'it was a sleep' test "$(suspends)" = 1
check 'the DSP was told nothing' test "$(told '[123]')" = 0
result underruns "$(stream_number underruns)"
JOB
	captured_is sound.wav "power is kept, $kind: captured bit for bit, without a pause"
	is "$(value underruns)" 0 "power is kept, $kind: no underrun"
done

vm_files=(short-silence.wav sound-silence.wav)
vm 'not running' --append "$platform" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
check 'with nothing streaming it sleeps' sleep_for 2 mem
check 'the DSP was told nothing' test "$(told '[123]')" = 0

# Samples that do not fill the buffer do not start the PCM.
mkfifo /tmp/sound
start_playing /tmp/sound -t wav --buffer-time=500000
exec 4>/tmp/sound
head -c 60044 short-silence.wav >&4
check 'it is prepared' wait_for 5 pcm_is PREPARED
check 'a sleep before the start' sleep_for 2 mem
check 'it is still prepared' pcm_is PREPARED
check 'the DSP was told' test "$(told 2),$(told 3)" = 1,1
tail -c +60045 short-silence.wav >&4
exec 4>&-
wait_player
check 'it starts and ends well' test $status = 0

# An application that has been stopped.
start_draining sound-silence.wav
usleep 200000
kill -STOP $player
check 'a sleep with an application that does not run' sleep_for 2 mem
kill -CONT $player
wait_player
check 'it ends well' test $status = 0
check 'nothing was forced' test "$(counter forced_releases)" = 0
check 'nothing is held' nothing_held
JOB
paused 'not running: captured bit for bit, and one pause' 1 short.wav sound.wav

vm_files=(sound-silence.wav)
vm 'aborted' --append "$platform" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
start_draining sound-silence.wav
for level in freezer devices platform processors core; do
	usleep 300000
	check "a sleep aborted at $level" abort_at $level mem
	check "the DSP knows of the end ($level)" wait_for 2 nothing_waits
done
wait_player
check 'aplay ends well' test $status = 0
check 'the DSP was told each time' test "$(told 2),$(told 3)" = 5,5
check 'nothing was forced' test "$(counter forced_releases)" = 0
check 'nothing is held' nothing_held
result underruns "$(stream_number underruns)"
JOB
paused 'aborted: captured bit for bit, with five pauses' 5 sound.wav
is "$(value underruns)" 0 'aborted: no underrun'

# Each start is either before the sleep, and pauses, or after it. No application sees the difference.
vm_files=(short-silence.wav)
vm 'racing starts' --append "$platform" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
start_before_sleep() {
	start_playing short-silence.wav --buffer-time=500000
	usleep $1
	abort_at freezer mem && wait $player && sleep 0.1
}
for offset_ms in 1 10 20 30 40 50 60 70 80 90 100 110 120 130 140 150; do
	check "a sleep $offset_ms ms after the application's begin" start_before_sleep ${offset_ms}000
done
sleep 1
check 'nothing was forced' test "$(counter forced_releases)" = 0
check 'nothing is held' nothing_held
check 'nothing waits' nothing_waits
JOB
mapfile -t races < <(yes short.wav | head -n 16)
if output=$("$TOOLS/wavdiff" --pauses "${races[@]}" "$VM/captured.wav" 2>&1); then
	pass 'racing starts: all captured bit for bit'
else
	fail 'racing starts: all captured bit for bit' "$output"
fi

# A DSP that does not stop when it is asked to: the sleep comes in time all the same, and afterwards it plays.
vm_files=(sound-silence.wav short-silence.wav)
for way in ignore-indications ignore-rx 'panic indication' 'stuck indication' 'drop-tx indication'; do
	vm "a DSP that is $way" --set way="$way" --append "$platform vsoc_dsp.fault_injection=1" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
start_running sound-silence.wav
echo "$way" >$dsp_fault
before=$(uptime_ms)
check 'a sleep is prepared' abort_at freezer mem
check 'in time' test $(($(uptime_ms) - before)) -lt $((2000 * slowness))
check 'the stream was released by force' test "$(counter forced_releases)" = 1
kill -KILL $player
wait $player
check 'nothing is held' wait_for 5 nothing_held
# One that says nothing at all is not missed before it is asked for something.
dsp_runs || crash_dsp
check 'the DSP is back' wait_for 10 dsp_runs
check 'it plays' dsp_plays short-silence.wav
sleep 1
JOB
done

# The end comes between SUSPEND and RESUME: by then processes run again, and these come before the one that slept.
for what in crash panic unplug unbind; do
	vm "a $what before the resume" --set what="$what" --append "$platform vsoc_dsp.fault_injection=1" <<'JOB'
. ./lib/power.sh
. ./lib/usb.sh
end_by_crash() { crash_dsp; }
end_by_panic() { dsp_fault panic indication; }
end_by_unplug() { away_authorized; }
end_by_unbind() { echo audio >/sys/bus/platform/drivers/vsoc-audio/unbind; }
check 'the sound cards are ready' sound_is_ready
echo 1 >/sys/module/suspend/parameters/pm_test_delay
start_running sound-silence.wav
(usleep 500000; end_by_$what) &
check 'Linux sleeps' abort_at freezer mem
wait $!
case $what in
crash | panic)
	check 'the DSP is back' wait_for 10 dsp_runs
	kill -KILL $player
	wait $player
	;;
unplug | unbind)
	wait $player
	check 'the application hears of it' test $? != 0
	;;
esac
check 'nothing is held' wait_for 5 gone_or_nothing_held
[ $what != unplug ] || back_authorized
[ $what != unbind ] || echo audio >/sys/bus/platform/drivers/vsoc-audio/bind
check 'the sound cards are ready again' sound_is_ready
check 'it plays' dsp_plays short-silence.wav
check 'and sleeps' abort_at freezer mem
sleep 1
JOB
done

# Drivers that look at pm_suspend_target_state see no other state than in 6.12, though streams are stopped by the one that
# was asked for: 0 is none, 1 suspend-to-idle, 3 `mem`.
vm_qemu=("${vm_pm_hooks[@]}")
vm 'what others are told' <<'JOB'
. ./lib/power.sh
with_pm_hooks
for when in begin prepare complete end; do
	pm_action $when state
done
check 'Linux sleeps' sleep_for 2 mem
check 'before and after, there is no state' happened 'begin entering 0 of 3
prepare entering 3 of 3
complete entering 3 of 3
end entering 0 of 3'
pm_action begin state
check 'Linux sleeps by suspend-to-idle' sleep_for 2
check 'nor is there then' happened 'begin entering 0 of 1'
JOB

# The device goes while its controller has no power.
vm_files=(sound-silence.wav short-silence.wav)
vm_qemu=("${vm_pm_hooks[@]}" -audiodev "wav,id=second,path=second.wav,out.frequency=48000")
vm 'unplugged asleep' --append "$platform" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
with_pm_hooks
start_running sound-silence.wav
pm_action_host late device_del headset
check 'Linux sleeps' sleep_for 3 mem
check 'it was unplugged then' happened late answered
wait $player
check 'the application hears of it' test $? != 0
check 'nothing is held' wait_for 5 nothing_held
check 'there is no USB card' wait_for 5 fails usb_card
host device_add usb-audio,id=second,bus=xhci.0,audiodev=second
check 'another one is there' sound_is_ready
check 'it plays' dsp_plays short-silence.wav
sleep 1
JOB

vm_qemu=(
	-device "usb-hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci.0,port=1.1,audiodev=sound"
)
vm 'behind a hub' --no-audio --append "$platform" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
start_running sound-silence.wav
usleep 1000000
check 'Linux sleeps' sleep_for 3 mem
check 'the controller had lost its power' test "$(lost_power)" = 1
wait_player
check 'aplay ends well' test $status = 0
check 'it was one pause' test "$(told 2) $(told 3) $(told 1)" = '1 1 0'
check 'nothing is held' nothing_held
JOB
paused 'behind a hub: captured bit for bit, with a pause' 1 sound.wav

# Without USB-persist it is another device for Linux afterwards.
vm 'behind a hub, not persistent' --no-audio --append "$platform" <<'JOB'
. ./lib/power.sh
check 'the sound cards are ready' sound_is_ready
check 'USB-persist is off' eval 'echo 0 >/sys/bus/usb/devices/1-1.1/power/persist'
start_running sound-silence.wav
check 'Linux sleeps' sleep_for 3 mem
wait $player
check 'the application hears of it' test $? != 0
check 'nothing is held' wait_for 5 nothing_held
check 'the device is there again' wait_for 5 sound_is_ready
check 'it plays' dsp_plays short-silence.wav
sleep 1
JOB

done_testing
