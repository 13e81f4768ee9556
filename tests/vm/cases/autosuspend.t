#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Autosuspend: a device that offloads never runtime-suspends, nor does anything above it; one that stops does, after its delay,
# even if the last put came in a system sleep. A get never wakes a device; its driver does that first.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound sound 1 $((slowness * 144013))
vm_file sound-silence.wav

# autosuspends NAME DEVICE OTHER ABOVE [run-vm option...]: DEVICE may autosuspend, and OTHER beside it, and all devices of
# ABOVE, which are above both.
autosuspends() {
	vm "$1" --set device="$2" --set other="$3" --set all="$2 $4" "${@:5}" <<'JOB'
. ./lib/pm.sh
. ./lib/usb.sh
hooks='begin prepare suspend late noirq wakened early resume complete end'
closed_hooks='prepare suspend late noirq wakened early resume complete'
# A second for each (a slow kernel: more of all): a device used half a second ago is still up; after six seconds
# all are down, up to the root.
delay_ms=$((1000 * slowness))
status() { cat "/sys/bus/usb/devices/$1/power/runtime_status"; }
all_are() {
	for are_device in $all; do
		echo "$are_device $(status "$are_device")"
		[ "$(status "$are_device")" = "$1" ] || return 1
	done
}
# does get|put DEVICE RESULT
does() { pm_action "now $1 $2" && happened "now $1 $3"; }
let_go_down() {
	for let_device in $other $all; do
		echo auto >"/sys/bus/usb/devices/$let_device/power/control"
		echo $delay_ms >"/sys/bus/usb/devices/$let_device/power/autosuspend_delay_ms"
	done
}
suspends_after_delay() {
	usleep $((500000 * slowness))
	check "$1: it is up until its delay is over" test "$(status $device)" = active
	sleep $((6 * slowness))
	check "$1: then it is down, and all above it" all_are suspended
}
# take NAME [DEVICE]: a use, and nothing else that keeps the device up.
take() {
	take_device=${2:-$device}
	echo on >/sys/bus/usb/devices/$take_device/power/control
	check "$1: a get of a device that is up" does get $take_device 0
	echo auto >/sys/bus/usb/devices/$take_device/power/control
}

check 'the sound cards are ready' sound_is_ready
with_pm_hooks
let_go_down
sleep $((8 * slowness))
check 'idle: all are down' all_are suspended

check 'a get does not wake it: -EBUSY' does get $device -16
sleep 1
check 'it is down as before' all_are suspended
check 'no use is counted' no_usb_use

# The driver resumes it first. Its delay would be over twice while it plays.
start_buffered sound-silence.wav
check 'while it plays all are up' all_are active
sleep 2
check 'and stay so' all_are active
wait $player
check 'the player ends well' test $? = 0
suspends_after_delay 'after playing'

take 'used'
sleep $((6 * slowness))
check 'used: it is up for longer than its delay, and all above it' all_are active
check 'used: uses nest' does get $device 0
check 'used: the first put' does put $device 0
sleep $((6 * slowness))
check 'used: it is still up' all_are active
check 'used: the last put' does put $device 0
suspends_after_delay 'put'

# From here on the other device keeps the controller up: QEMU's forgets its devices in a sleep.
take 'the other' $other
for when in $hooks; do
	take "put in $when"
	pm_action "$when put $device"
	check "put in $when: Linux sleeps" sleep_for 2
	check "put in $when: it was put" happened $when put 0
	usleep $((500000 * slowness))
	# The clock goes on in suspend-to-idle, and a device that was kept active is not used by being resumed.
	case $when in
	late | noirq) ;;
	*) check "put in $when: it is up until its delay is over" test "$(status $device)" = active ;;
	esac
	sleep $((3 * slowness))
	check "put in $when: then it is down" test "$(status $device)" = suspended
done

# In a sleep, and until it is over, a get is refused, whatever the device's state; and nothing is kept active for it.
for when in $closed_hooks; do
	pm_action "$when get $device"
	check "get in $when: Linux sleeps" sleep_for 2
	check "get in $when: -EAGAIN" happened $when get -11
	sleep $((4 * slowness))
	check "get in $when: it is down" test "$(status $device)" = suspended
done

check 'the other is put' does put $other 0
sleep $((8 * slowness))
check 'in the end all are down' all_are suspended
check 'and no use is counted any more' no_usb_use
start_buffered sound-silence.wav
wait $player
check 'and it plays' test $? = 0
sleep 1
JOB
	captured_is sound.wav sound.wav "$1: captured bit for bit"
}

vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2" "${vm_pm_hooks[@]}")
autosuspends 'on a root port' 1-1 1-2 usb1

vm_qemu=(
	-device "usb-hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci.0,port=1.1,audiodev=sound"
	-device "usb-tablet,bus=xhci.0,port=1.2"
	"${vm_pm_hooks[@]}"
)
autosuspends 'behind a hub' 1-1.1 1-1.2 '1-1 usb1' --no-audio

done_testing
