#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Unplugging and resetting in a system sleep: of a device that streams, of an idle one beside it, and of the hub above both.
# The disconnect is handled after the sleep, the stream ends with an error, nothing is left, and the playback
# after it is plugged in again is captured bit for bit.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound sound 1 $((slowness * 480013))
sound last 2 48013
vm_file sound-silence.wav last-silence.wav

# streaming NAME DEVICE PORT MOMENTS [run-vm option...]: DEVICE, at QEMU's PORT, is unplugged while it streams, at each of MOMENTS.
streaming() {
	vm "$1" --set device="$2" --set port="$3" --set hooks="$4" "${@:5}" <<'JOB'
. ./lib/pm.sh
. ./lib/usb.sh
. ./lib/clock.sh
. ./lib/sleep-unplug-job.sh
check 'the sound cards are ready' sound_is_ready
with_pm_hooks
for when in $hooks; do
	start_buffered sound-silence.wav
	pm_action_host $when device_del headset
	check "$when: Linux sleeps" sleep_for $nap_s
	check "$when: it was unplugged" happened $when answered
	ended_early $when
	check "$when: nothing is held" wait_for 5 nothing_held
	check "$when: the device is gone" wait_for 5 test ! -e /sys/bus/usb/devices/$device
	check "$when: no use is counted" wait_for 5 no_usb_use
	check "$when: it is plugged again" plug_headset
	check "$when: the card is there" wait_for 10 usb_card
	check "$when: the volume is set" sound_is_ready
done
# Not streaming: nothing is kept active, and Linux finds out when it resumes.
pm_action_host late device_del headset
check 'idle: Linux sleeps' sleep_for $nap_s
check 'idle: it was unplugged' happened late answered
check 'idle: the device is gone' wait_for 5 test ! -e /sys/bus/usb/devices/$device
check 'idle: it is plugged again' plug_headset
plays_once_more 'in the end'
JOB
	captured_is last.wav "$1: what is played in the end is captured bit for bit"
}

# beside NAME DEVICE IDLE PORT [run-vm option...]: IDLE, at QEMU's PORT, is unplugged, plugged and unplugged while DEVICE streams.
beside() {
	vm "$1" --set device="$2" --set idle="/sys/bus/usb/devices/$3" --set port="$4" "${@:5}" <<'JOB'
. ./lib/pm.sh
check 'the sound cards are ready' sound_is_ready
with_pm_hooks
start_buffered sound-silence.wav
for when in suspend late early; do
	pm_action_host $when device_del idle
	check "$when: Linux sleeps" sleep_for 1
	check "$when: the idle device was unplugged" happened $when answered
	check "$when: it is gone" wait_for 5 test ! -e $idle
	check "$when: it is plugged again" host "device_add usb-tablet,id=idle,bus=xhci.0,port=$port"
	check "$when: it is there" wait_for 5 test -e $idle
done
check 'the music goes on' position_moves
wait $player
check 'the player ends well' test $? = 0
sleep 1
report_sleep
JOB
	captured_is sound.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
}

vm_qemu=(-device "usb-tablet,id=idle,bus=xhci.0,port=2" "${vm_pm_hooks[@]}")
streaming 'streaming' 1-1 1 'begin prepare suspend late early resume complete end'
streaming 'streaming on a platform xHC' 1-1 1 'suspend late early' --append 'vsoc_xhci.platform=1'
beside 'beside' 1-1 1-2 2

# The device that streams is reset in a sleep, and then the idle one.
vm 'reset' --set device=1-1 --set idle=1-2 <<'JOB'
. ./lib/pm.sh
. ./lib/usb.sh
. ./lib/clock.sh
. ./lib/sleep-unplug-job.sh
check 'the sound cards are ready' sound_is_ready
with_pm_hooks
for when in begin late early complete; do
	start_buffered sound-silence.wav
	pm_action $when reset $device
	check "$when: Linux sleeps" sleep_for $nap_s
	check "$when: it was reset" happened $when reset 0
	ended_early $when
	check "$when: nothing is held" wait_for 5 nothing_held
	check "$when: no use is counted" wait_for 5 no_usb_use
	check "$when: the card is there" wait_for 10 usb_card
	check "$when: the volume is set" sound_is_ready
done
start_buffered sound-silence.wav
pm_action late reset $idle
check 'idle: Linux sleeps' sleep_for $nap_s
check 'idle: one that sleeps cannot be reset' happened late reset -22
wait $player
check 'idle: and does not disturb the one that streams' test $? = 0
sleep 1
report_sleep
JOB

# A device that Linux resets when it resumes is not reset if it was kept active.
vm 'reset-resume' --append 'usbcore.quirks=46f4:0002:b' <<'JOB'
. ./lib/pm.sh
check 'the sound cards are ready' sound_is_ready
start_buffered sound-silence.wav
xhc_state 1-1 01 >/tmp/before
check 'Linux sleeps' sleep_for 3
check 'nothing was reset' fails was_reset
xhc_state 1-1 01 >/tmp/after
check 'the address and the ports are as they were' diff /tmp/before /tmp/after
wait $player
check 'the player ends well' test $? = 0
sleep 1
report_sleep
JOB
captured_is sound.wav 'reset-resume: captured bit for bit'

vm_qemu=(
	-device "usb-hub,id=hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,id=headset,bus=xhci.0,port=1.1,audiodev=sound"
	-device "usb-tablet,id=idle,bus=xhci.0,port=1.2"
	"${vm_pm_hooks[@]}"
)
streaming 'behind a hub' 1-1.1 1.1 'suspend late early' --no-audio
beside 'beside, behind a hub' 1-1.1 1-1.2 1.2 --no-audio

vm 'the hub itself' --set port=1.1 --no-audio <<'JOB'
. ./lib/pm.sh
. ./lib/usb.sh
. ./lib/clock.sh
. ./lib/sleep-unplug-job.sh
check 'the sound cards are ready' sound_is_ready
with_pm_hooks
for when in suspend late; do
	start_buffered sound-silence.wav
	pm_action_host $when device_del hub
	check "$when: Linux sleeps" sleep_for 20
	check "$when: it was unplugged" happened $when answered
	ended_early $when 40
	check "$when: nothing is held" wait_for 20 nothing_held
	check "$when: the hub is gone" wait_for 5 test ! -e /sys/bus/usb/devices/1-1
	check "$when: no use is counted" wait_for 5 no_usb_use
	check "$when: the hub is plugged again" host device_add usb-hub,id=hub,bus=xhci.0,port=1
	check "$when: so is the headset" plug_headset
	check "$when: the card is there" wait_for 10 usb_card
	check "$when: the volume is set" sound_is_ready
done
plays_once_more 'in the end'
JOB
captured_is last.wav 'the hub itself: what is played in the end is captured bit for bit'

done_testing
