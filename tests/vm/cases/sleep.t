#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The music goes on while Linux sleeps: in suspend-to-idle, woken by the clock, with a capture that equals the
# source bit for bit, and the device as it was. Everything else on the bus sleeps as ever.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound sound 1 480013
sound short 2 48013
# 50 naps. A kernel with all checks on takes seconds to fall asleep, and must not miss its alarm. Each nap ends with a second of
# the clock, and lasts up to a second more there.
nap_s=$slowness
sound minute 3 $(((nap_s + (nap_s > 1)) * 2880011))

# sleeps_once NAME DEVICE IDLE [run-vm option...]: sleeps 8 s of 10, with DEVICE streaming and IDLE not.
sleeps_once() {
	vm "$1" --set device="$2" --set idle="$3" "${@:4}" <<'JOB'
. ./lib/pm.sh
check 'the sound cards are ready' sound_is_ready
start_buffered sound-silence.wav
# While its endpoint is offloaded, events about the device go to the DSP.
target() { sed -n 's/.*Intr \([0-9]*\).*/\1/p' /sys/kernel/debug/usb/xhci/*/devices/"$slot"/slot-context; }
slot=$(printf '%02d' "$(sed -n 's/^card.* slot //p' /sys/kernel/debug/snd_usb_offload/audio/state)")
interrupter=$(sed -n 's/^ *interrupter \([0-9]*\).*/\1/p' /sys/kernel/debug/snd_usb_offload/audio/state)
check 'the slot names the offloaded interrupter' test "$(target)" = "$interrupter"
xhc_state "$device" "$slot" >/tmp/before
dsp=$(dsp_card)
position_now "$dsp"
check 'Linux sleeps' sleep_for 8
check 'the position is that of the moment, not that of before' position_is_right "$dsp" "$played_ms" "$boot_ms"
check 'and goes on' position_moves
check 'the device that streams was not suspended' fails was_suspended "$device"
check 'nor its bus' fails was_suspended usb1
check 'the idle device was' was_suspended "$idle"
check 'by its port' port_resumed "$idle"
check 'nothing was reset' fails was_reset
xhc_state "$device" "$slot" >/tmp/after
check 'the address and the ports are as they were' diff /tmp/before /tmp/after
wait $player
check 'aplay ends well' test $? = 0
sleep 1
check 'then the slot names Linux'"'"'s own' test "$(target)" = 0
report_sleep
JOB
	was_one_sleep "$1"
}

vm_file sound-silence.wav
vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2")
sleeps_once 'streaming' 1-1 1-2
sleeps_once 'a platform xHC' 1-1 1-2 --append 'vsoc_xhci.platform=1'

vm_qemu=(
	-device "usb-hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci.0,port=1.1,audiodev=sound"
	-device "usb-tablet,bus=xhci.0,port=1.2"
)
sleeps_once 'behind a hub' 1-1.1 1-1.2 --no-audio

# On the bus that is up because it shares its controller with one that is needed: asleep by itself, and woken as ever.
vm_qemu=(-device "usb-uas,id=fast,bus=xhci.0,port=2")
vm_files=(short-silence.wav sound-silence.wav)
vm 'a SuperSpeed device that sleeps by itself' <<'JOB'
. ./lib/pm.sh
check 'the sound cards are ready' sound_is_ready
fast=/sys/bus/usb/devices/2-2
check 'there is a SuperSpeed device' wait_for 5 grep -qx 5000 $fast/speed
echo auto >$fast/power/control
echo 0 >$fast/power/autosuspend_delay_ms
device_and_bus_sleep() { grep -qx suspended $fast/power/runtime_status && grep -qx suspended /sys/bus/usb/devices/usb2/power/runtime_status; }
check 'it sleeps, and its bus' wait_for 10 device_and_bus_sleep
before=$(cat $fast/devnum)
start_buffered sound-silence.wav
check 'Linux sleeps' sleep_for 8
check 'the device is still the same' test "$(cat $fast/devnum)" = "$before"
check 'nothing was reset' fails was_reset
check 'nothing was lost' eval '! dmesg | grep disconnect'
check 'it sleeps by itself again, and its bus' wait_for 10 device_and_bus_sleep
echo on >$fast/power/control
check 'and wakes' wait_for 5 grep -qx active $fast/power/runtime_status
wait $player
check 'aplay ends well' test $? = 0
sleep 1
report_sleep
JOB
was_one_sleep 'a SuperSpeed device that sleeps by itself'

# fifty NAME [run-vm option...]: sleeps 50 times.
fifty() {
	vm "$1" --set nap_s="$nap_s" "${@:2}" <<'JOB'
. ./lib/pm.sh
check 'the sound cards are ready' sound_is_ready
start_buffered minute-silence.wav
usleep 100000
before=$(xhci_interrupts)
# The first sleep ends with a second of the clock, so the others last all of theirs.
check 'it sleeps' sleep_for $((nap_s + 1))
sleeps_49_times() {
	for _ in $(seq 49); do sleep_for $nap_s || return 1; done
}
check 'and 49 times more' sleeps_49_times
check 'it still plays' position_moves
check 'nothing was reset' fails was_reset
result interrupts $(($(xhci_interrupts) - before))
wait $player
check 'aplay ends well' test $? = 0
sleep 1
report_sleep
JOB
	captured_is minute.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
	is "$(value suspends)" 50 "$1: it slept 50 times"
	is "$(value wakeups)" 50 "$1: 50 wake-ups"
	is "$(value interrupts)" 0 "$1: no interrupt of the xHC"
}

vm_qemu=()
vm_files=(minute-silence.wav)
fifty '50 sleeps on a platform xHC' --append 'vsoc_xhci.platform=1'
fifty '50 sleeps'
streaming_suspend_us=$(value suspend_us)
streaming_resume_us=$(value resume_us)

vm_files=(short-silence.wav)
vm 'nothing streams' <<'JOB'
. ./lib/pm.sh
check 'the sound cards are ready' sound_is_ready
check 'Linux sleeps' sleep_for 3
check 'the device was suspended' was_suspended 1-1
check 'and its bus' was_suspended usb1
# QEMU's xHC cannot save its state: Linux resets it, and the device is found anew.
sleep 1
check 'the sound cards are ready again' sound_is_ready
check 'and play' dsp_plays short-silence.wav
sleep 1
report_sleep
JOB
captured_is short.wav 'nothing streams: what is played afterwards is captured bit for bit'
is "$(value suspends)" 1 'nothing streams: it slept'
diag "suspend and resume of all devices, us: streaming $streaming_suspend_us and $streaming_resume_us," \
	"nothing streams $(value suspend_us) and $(value resume_us)"
# Promises about time are about the release kernel; another one keeps them only nearly.
without_a_stream() { echo $(($(value "$1") * (100 + 4 * (slowness - 1)) / 100)); }
at_most "$streaming_suspend_us" "$(without_a_stream suspend_us)" 'to suspend takes no longer with a stream'
at_most "$streaming_resume_us" "$(without_a_stream resume_us)" 'to resume takes no longer with a stream'

# The contrast: why all of this is there.
vm_files=(sound-silence.wav)
vm 'through Linux' <<'JOB'
. ./lib/pm.sh
check 'the sound cards are ready' sound_is_ready
aplay -q -D "plughw:$(usb_card),0" sound-silence.wav &
player=$!
check 'it plays' wait_for 10 pcm_runs "$(usb_card)"
sleep 1
check 'Linux sleeps' sleep_for 8
check 'the device was suspended' was_suspended 1-1
kill $player
wait $player
sleep 1
JOB
# Its beginning has arrived, then it differs from the source.
verdict=$("$TOOLS/wavdiff" --json sound.wav "$VM/captured.wav" | jq -r '
	if .bit_exact then "all of it was captured" elif .frames_captured < 9600 then "nothing was captured"
	elif .first_difference.frame != null and .first_difference.frame < 9600 then "it never played" else "it stops" end')
is "$verdict" 'it stops' 'through Linux: the music stops'

done_testing
