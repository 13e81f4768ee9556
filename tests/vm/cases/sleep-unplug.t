#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Unplugging and resetting in a system sleep: of what streams, of what idles beside it, and of the hub above both.
# The disconnect is handled after the sleep, the stream ends with an error, nothing is left, and what is played
# once it is plugged again is captured bit for bit.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound sound 1 $((slowness * 480013))
sound last 2 48013
vm_file sound-silence.wav last-silence.wav

unplug_prelude=$(
	cat <<'JOB'
# QEMU answers no request to a device that is gone, and each takes Linux 5 s. Where the kernel is slow the DSP's stop begins before
# Linux is asleep, and the sleep waits for it: the alarm must not come before.
nap_s=2
[ "$slowness" = 1 ] || nap_s=20
plug_headset() { host "device_add usb-audio,id=headset,bus=xhci.0,audiodev=sound,port=$port"; }
usage_is_clean() { ! grep -v ' users 0 users_below 0 children_active 0 sleep awake$' /sys/kernel/debug/usb/offload; }
seconds() { cut -d. -f1 /proc/uptime; }
# ended_early NAME [SECONDS]: waits for the player, whose stream was lost: long before the sound's 10 s are over. It counts from the
# end of the sleep: how long the host takes to pull a plug in it is not the player's time.
ended_early() {
	woken=$(seconds)
	wait $player
	check "$1: the player ends at once" test $(($(seconds) - woken)) -le ${2:-$((3 * slowness))}
}
# plays_again NAME: to its end; the capture begins anew with each plug.
plays_again() {
	check "$1: the sound cards are ready again" sound_is_ready
	begin last-silence.wav
	wait $player
	check "$1: it plays again" test $? = 0
	sleep 1
}
JOB
)

# streaming DEVICE PORT MOMENT...: the job in which DEVICE, at QEMU's PORT, is unplugged while it streams.
streaming() {
	printf '%s\n' "$prelude" "$unplug_prelude" "device=$1 port=$2 moments='${*:3}'"
	cat <<'JOB'
check 'the sound cards are ready' sound_is_ready
with_moments
for when in $moments; do
	begin sound-silence.wav
	plan_host $when device_del headset
	check "$when: Linux sleeps" sleep_s $nap_s
	check "$when: it was unplugged" happened $when answered
	ended_early $when
	check "$when: nothing is held" wait_for 5 nothing_held
	check "$when: the device is gone" wait_for 5 test ! -e /sys/bus/usb/devices/$device
	check "$when: no use is counted" wait_for 5 usage_is_clean
	check "$when: it is plugged again" plug_headset
	check "$when: the card is there" wait_for 10 usb_card
	check "$when: the volume is set" sound_is_ready
done
# Not streaming: nothing is kept active, and Linux finds out when it resumes.
plan_host late device_del headset
check 'idle: Linux sleeps' sleep_s $nap_s
check 'idle: it was unplugged' happened late answered
check 'idle: the device is gone' wait_for 5 test ! -e /sys/bus/usb/devices/$device
check 'idle: it is plugged again' plug_headset
plays_again 'in the end'
JOB
}

# beside DEVICE IDLE PORT: the job in which IDLE is unplugged, plugged and unplugged while DEVICE streams.
beside() {
	printf '%s\n' "$prelude" "$unplug_prelude" "device=$1 idle=/sys/bus/usb/devices/$2 port=$3"
	cat <<'JOB'
check 'the sound cards are ready' sound_is_ready
with_moments
begin sound-silence.wav
for when in suspend late early; do
	plan_host $when device_del idle
	check "$when: Linux sleeps" sleep_s 1
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
}

# resetting DEVICE IDLE: the job in which DEVICE is reset in a sleep, streaming or not, and IDLE.
resetting() {
	printf '%s\n' "$prelude" "$unplug_prelude" "device=$1 idle=$2"
	cat <<'JOB'
check 'the sound cards are ready' sound_is_ready
with_moments
for when in begin late early complete; do
	begin sound-silence.wav
	plan $when reset $device
	check "$when: Linux sleeps" sleep_s $nap_s
	check "$when: it was reset" happened $when reset 0
	ended_early $when
	check "$when: nothing is held" wait_for 5 nothing_held
	check "$when: no use is counted" wait_for 5 usage_is_clean
	check "$when: the card is there" wait_for 10 usb_card
	check "$when: the volume is set" sound_is_ready
done
begin sound-silence.wav
plan late reset $idle
check 'idle: Linux sleeps' sleep_s $nap_s
check 'idle: one that sleeps cannot be reset' happened late reset -22
wait $player
check 'idle: and does not disturb the one that streams' test $? = 0
sleep 1
report_sleep
JOB
}

vm_qemu=(-device "usb-tablet,id=idle,bus=xhci.0,port=2" "${vm_moments[@]}")
vm 'streaming' < <(streaming 1-1 1 begin prepare suspend late early resume complete end)
captured_is last.wav 'streaming: what is played in the end is captured bit for bit'
vm 'streaming on a platform xHC' --append 'vsoc_xhci.platform=1' < <(streaming 1-1 1 suspend late early)
captured_is last.wav 'streaming on a platform xHC: what is played in the end is captured bit for bit'
vm 'beside' < <(beside 1-1 1-2 2)
captured_is sound.wav 'beside: captured bit for bit'
is "$(value underruns)" 0 'beside: no underrun'
vm 'reset' < <(resetting 1-1 1-2)

# A device that Linux resets when it resumes is not reset if it was kept active.
vm 'reset-resume' --append 'usbcore.quirks=46f4:0002:b' <<JOB
$prelude
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
begin sound-silence.wav
xhc_state 1-1 01 >/tmp/before
check 'Linux sleeps' sleep_s 3
check 'nothing was reset' fails was_reset
xhc_state 1-1 01 >/tmp/after
check 'the address and the ports are as they were' diff /tmp/before /tmp/after
wait $player
check 'the player ends well' test $? = 0
sleep 1
report_sleep
CASES
)
JOB
captured_is sound.wav 'reset-resume: captured bit for bit'

vm_qemu=(
	-device "usb-hub,id=hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,id=headset,bus=xhci.0,port=1.1,audiodev=sound"
	-device "usb-tablet,id=idle,bus=xhci.0,port=1.2"
	"${vm_moments[@]}"
)
vm 'behind a hub' --no-audio < <(streaming 1-1.1 1.1 suspend late early)
captured_is last.wav 'behind a hub: what is played in the end is captured bit for bit'
vm 'beside, behind a hub' --no-audio < <(beside 1-1.1 1-1.2 1.2)
captured_is sound.wav 'beside, behind a hub: captured bit for bit'
is "$(value underruns)" 0 'beside, behind a hub: no underrun'

vm 'the hub itself' --no-audio <<JOB
$prelude
$unplug_prelude
port=1.1
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
with_moments
for when in suspend late; do
	begin sound-silence.wav
	plan_host $when device_del hub
	check "$when: Linux sleeps" sleep_s 20
	check "$when: it was unplugged" happened $when answered
	ended_early $when 40
	check "$when: nothing is held" wait_for 20 nothing_held
	check "$when: the hub is gone" wait_for 5 test ! -e /sys/bus/usb/devices/1-1
	check "$when: no use is counted" wait_for 5 usage_is_clean
	check "$when: the hub is plugged again" host device_add usb-hub,id=hub,bus=xhci.0,port=1
	check "$when: so is the headset" plug_headset
	check "$when: the card is there" wait_for 10 usb_card
	check "$when: the volume is set" sound_is_ready
done
plays_again 'in the end'
CASES
)
JOB
captured_is last.wav 'the hub itself: what is played in the end is captured bit for bit'

done_testing
