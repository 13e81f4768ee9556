#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Wake-up by another USB device than the one that streams, while the music goes on: if the user allows it to any, and
# not if not. A key is pressed before Linux sleeps, and let go some seconds later, in its sleep; or it is pressed when
# all devices are suspended, but Linux does not sleep yet: then it must not fall asleep.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound first 1 $((slowness * 480013))
sound short 2 48017
sound second 3 $((slowness * 480017))
vm_file first-silence.wav short-silence.wav second-silence.wav

# had_five_sleeps NAME
had_five_sleeps() {
	captured_is first.wav short.wav second.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
	# The one in which a key is pressed as Linux falls asleep may be given up on the way, or end as soon as it begins.
	is $(($(value suspends) + $(value given_up))) 5 "$1: five sleeps"
	at_most "$(value given_up)" 1 "$1: one of them given up at most"
	is "$(value wakeups)" "$(value suspends)" "$1: as many wake-ups"
}

# keyboard NAME KEYBOARD [run-vm option...]: KEYBOARD, a USB device, wakes Linux or does not.
keyboard() {
	vm "$1" --set keyboard="/sys/bus/usb/devices/$2" "${@:3}" <<'JOB'
. ./lib/pm.sh
. ./lib/wake-job.sh
modprobe usbhid
let_controller_wake
echo 'module xhci_hcd format "Underrun event" +p' >/sys/kernel/debug/dynamic_debug/control
check 'the sound cards are ready' sound_is_ready
check 'there is a keyboard' wait_for 5 test -e "$keyboard/power/wakeup"
check 'and its driver arms it' wait_for 5 grep -qx enabled "$keyboard/power/wakeup"

start_buffered first-silence.wav
check 'a key is pressed' host sendkey a $((5000 * slowness))
usleep 300000
check 'armed: Linux sleeps' times_sleep 60
check 'and wakes when the key is let go' was_short
check 'by the interrupt of the xHC' woken_by xhci
with_pm_hooks
pm_action_host late 'sendkey c 100'
check 'armed: Linux is about to sleep' times_sleep 60
check 'and wakes by the key that is pressed then' was_short
check 'which was then' happened late answered
check 'the music goes on' position_moves
player_ends 'to its end'

# The sound ends while Linux sleeps, and the ring runs empty: that is for the DSP to know.
start_buffered short-silence.wav
check 'armed and untouched: Linux sleeps' times_sleep 8
check 'all of the time' took_all_of 8
check 'and the clock wakes it' woken_by rtc
player_ends 'the sound has come to its end'
check 'and Linux was not told of the ring' fails ring_ran_empty

echo disabled >"$keyboard/power/wakeup"
start_buffered second-silence.wav
check 'a key is pressed again' host sendkey b 2000
usleep 300000
check 'not armed: Linux sleeps' times_sleep 8
check 'all of the time, whoever lets go of a key' took_all_of 8
check 'and the clock wakes it again' woken_by rtc
pm_action_host late 'sendkey d 100'
check 'not armed: nor is it by one that is pressed as it falls asleep' times_sleep 3
check 'all of the time, then, too' took_all_of 3
check 'that was then, too' happened late answered
check 'the music goes on again' position_moves
player_ends 'to the end of that'
report_sleep
JOB
	had_five_sleeps "$1"
}

# plugging NAME HUB PORT PATH [run-vm option...]: HUB is told of plugs; PORT is QEMU's name for its free ports but the last
# digit, PATH is Linux's.
plugging() {
	vm "$1" --set hub="/sys/bus/usb/devices/$2" --set port="$3" --set path="/sys/bus/usb/devices/$4" "${@:5}" <<'JOB'
. ./lib/pm.sh
. ./lib/wake-job.sh
check 'the sound cards are ready' sound_is_ready
let_controller_wake
with_pm_hooks
port_has_device() { wait_for 5 test -e "$path$1"; }
port_is_empty() { wait_for 5 test ! -e "$path$1"; }

start_buffered first-silence.wav
echo enabled >"$hub/power/wakeup"
pm_action_host late "device_add usb-tablet,id=three,bus=xhci.0,port=${port}3"
times_sleep 60
check 'armed: a plug ends the sleep' was_short
check 'in which it was plugged' happened late answered
check 'the device is there' port_has_device 3
pm_action_host late device_del three
times_sleep 60
check 'armed: so does the unplugging' was_short
check 'in which it was unplugged' happened late answered
check 'the device is gone' port_is_empty 3
check 'the music goes on' position_moves

echo disabled >"$hub/power/wakeup"
pm_action_host late "device_add usb-tablet,id=four,bus=xhci.0,port=${port}4"
check 'not armed: Linux sleeps' times_sleep 3
check 'all of the time, whatever is plugged' took_all_of 3
check 'the clock wakes it' woken_by rtc
check 'it was plugged in that sleep' happened late answered
check 'the new device is there' port_has_device 4
pm_action_host late device_del four
check 'not armed: Linux sleeps again' times_sleep 3
check 'all of the time, whatever is unplugged' took_all_of 3
check 'the clock wakes it again' woken_by rtc
check 'it was unplugged in that sleep' happened late answered
check 'the new device is gone' port_is_empty 4
player_ends 'the music goes on to its end'
result underruns "$(stream_number underruns)"
JOB
	captured_is first.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
}

vm_qemu=(-device "usb-kbd,bus=xhci.0,port=2" "${vm_pm_hooks[@]}")
keyboard 'a keyboard' 1-2
keyboard 'a keyboard on a platform xHC' 1-2 --append 'vsoc_xhci.platform=1'
plugging 'plugging' usb1 '' 1-
plugging 'plugging on a platform xHC' usb1 '' 1- --append 'vsoc_xhci.platform=1'

vm_qemu=(
	-device "usb-hub,id=hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,id=headset,bus=xhci.0,port=1.1,audiodev=sound"
	-device "usb-kbd,bus=xhci.0,port=1.2"
	"${vm_pm_hooks[@]}"
)
keyboard 'a keyboard behind the same hub' 1-1.2 --no-audio
plugging 'plugging into the same hub' 1-1 1. 1-1. --no-audio

done_testing
