#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
#
# The music goes on while Linux sleeps: in suspend-to-idle, woken by the clock, with what is captured bit for bit
# what was played, and the device as it was. Everything else on the bus sleeps as ever.
. "$(dirname "$0")/lib.sh"

noise sound.wav 1 2 16 480013
noise short.wav 2 2 16 48013
noise minute.wav 3 2 16 2880011
# QEMU's device drops the last few milliseconds if its interface is closed behind them.
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 1440
for name in sound short minute; do
	"$TOOLS/wavmake" $name-silence.wav $name.wav silence.wav
done

# What the jobs have in common.
prelude=$(
	cat <<'JOB'
echo 'file drivers/usb/core/hub.c +p' >/sys/kernel/debug/dynamic_debug/control
trace=/sys/kernel/tracing
echo boot >$trace/trace_clock
echo 1 >$trace/events/power/suspend_resume/enable

# sleep_s S: system sleep until the clock's Sth second from now begins.
sleep_s() {
	echo 0 >/sys/class/rtc/rtc0/wakealarm &&
		echo "+$1" >/sys/class/rtc/rtc0/wakealarm &&
		echo freeze >/sys/power/state
}
# begin FILE: plays to the DSP with a buffer that holds all of it. Sets player.
begin() {
	aplay -q -D "plughw:$(dsp_card),0" --period-time=10000000 --buffer-time=80000000 "$1" &
	player=$!
	check 'it plays' wait_for 10 pcm_runs "$(dsp_card)"
}
suspends() { cat /sys/power/suspend_stats/success; }
# What a reset would change: the address that the device has, and the state of its port.
xhc_state() {
	cat /sys/bus/usb/devices/"$1"/devnum
	for state_file in /sys/kernel/debug/usb/xhci/*/devices/01/slot-context /sys/kernel/debug/usb/xhci/*/ports/*/portsc; do
		grep -H . "$state_file"
	done
}
suspended() { dmesg | grep -q "usb $1: usb suspend"; }
was_reset() { dmesg | sed -n '/PM: suspend entry/,$p' | grep -i 'reset'; }
position_moves() {
	position=$(sed -n 's/^hw_ptr *: //p' "/proc/asound/card$(dsp_card)/pcm0p/sub0/status")
	sleep 0.1
	test "$(sed -n 's/^hw_ptr *: //p' "/proc/asound/card$(dsp_card)/pcm0p/sub0/status")" -gt "$position"
}
report_sleep() {
	result suspends "$(suspends)"
	result wakeups "$(grep -c 'machine_suspend.* end$' $trace/trace)"
	result underruns "$(sed -n 's/^underruns //p' /sys/kernel/debug/vsoc-audio/stream0)"
}
JOB
)

# sleeps_once DEVICE IDLE: the job that sleeps 8 s of 10, with DEVICE streaming and IDLE not.
sleeps_once() {
	cat <<JOB
$prelude
device=$1 idle=$2
JOB
	cat <<'JOB'
check 'the sound cards are ready' sound_is_ready
begin sound-silence.wav
xhc_state "$device" >/tmp/before
interrupts() { awk '/xhci/ { sum += $2 } END { print sum }' /proc/interrupts; }
usleep 100000
before=$(interrupts)
check 'Linux sleeps' sleep_s 8
check 'the position goes on' position_moves
check 'the device that streams was not suspended' fails suspended "$device"
check 'nor its bus' fails suspended usb1
check 'the idle device was' suspended "$idle"
check 'nothing was reset' fails was_reset
xhc_state "$device" >/tmp/after
check 'the address and the ports are as they were' diff /tmp/before /tmp/after
wait $player
check 'aplay ends well' test $? = 0
sleep 1
result xhci_interrupts $(($(interrupts) - before))
report_sleep
JOB
}

# was_one_sleep NAME
was_one_sleep() {
	captured_is sound.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
	is "$(value suspends)" 1 "$1: it slept"
	is "$(value wakeups)" 1 "$1: one wake-up"
}

vm_file sound-silence.wav
vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2")
vm 'streaming' < <(sleeps_once 1-1 1-2)
was_one_sleep 'streaming'

vm 'a platform xHC' --append 'vsoc_xhci.platform=1' < <(sleeps_once 1-1 1-2)
was_one_sleep 'a platform xHC'

vm_qemu=(
	-device "usb-hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci.0,port=1.1,audiodev=sound"
	-device "usb-tablet,bus=xhci.0,port=1.2"
)
vm 'behind a hub' --no-audio < <(sleeps_once 1-1.1 1-1.2)
was_one_sleep 'behind a hub'

vm_qemu=()
vm_files=(minute-silence.wav)
vm '50 sleeps' <<JOB
$prelude
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
begin minute-silence.wav
# The first sleep ends with a second of the clock, so the others last all of theirs.
check 'it sleeps' sleep_s 2
sleeps_49_times() {
	for _ in $(seq 49); do sleep_s 1 || return 1; done
}
check 'and 49 times more' sleeps_49_times
check 'it still plays' position_moves
check 'nothing was reset' fails was_reset
wait $player
check 'aplay ends well' test $? = 0
sleep 1
report_sleep
CASES
)
JOB
captured_is minute.wav '50 sleeps: captured bit for bit'
is "$(value underruns)" 0 '50 sleeps: no underrun'
is "$(value suspends)" 50 '50 sleeps: it slept 50 times'
is "$(value wakeups)" 50 '50 sleeps: 50 wake-ups'

vm_files=(short-silence.wav)
vm 'nothing streams' <<JOB
$prelude
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
check 'Linux sleeps' sleep_s 3
check 'the device was suspended' suspended 1-1
# QEMU's xHC cannot save its state: Linux resets it, and the device is found anew.
sleep 1
check 'the sound cards are ready again' sound_is_ready
check 'and play' aplay -q -D "plughw:$(dsp_card),0" short-silence.wav
sleep 1
report_sleep
CASES
)
JOB
captured_is short.wav 'nothing streams: what is played afterwards is captured bit for bit'
is "$(value suspends)" 1 'nothing streams: it slept'

# The contrast: why all of this is there.
vm_files=(sound-silence.wav)
vm 'through Linux' <<JOB
$prelude
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
aplay -q -D "plughw:$(usb_card),0" sound-silence.wav &
player=$!
check 'it plays' wait_for 10 pcm_runs "$(usb_card)"
sleep 1
check 'Linux sleeps' sleep_s 8
check 'the device was suspended' suspended 1-1
kill $player
wait $player
sleep 1
CASES
)
JOB
if "$TOOLS/wavdiff" sound.wav "$VM/captured.wav" >/dev/null; then
	fail 'through Linux: the music stops' 'all of it was captured: did it sleep?'
else
	pass 'through Linux: the music stops'
fi

done_testing
