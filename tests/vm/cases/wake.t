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

wake_prelude=$(
	cat <<'JOB'
seconds() { cut -d. -f1 /proc/uptime; }
# slept S: a system sleep that the clock ends after S seconds. Leaves how long it took in /tmp/took_s.
slept() {
	slept_began=$(seconds)
	sleep_s "$1"
	slept_status=$?
	echo $(($(seconds) - slept_began)) >/tmp/took_s
	return $slept_status
}
was_short() { cat /tmp/took_s; test "$(cat /tmp/took_s)" -lt $((15 * slowness)); }
took_all_of() { cat /tmp/took_s; test "$(cat /tmp/took_s)" -ge $(($1 - 1)); }
woken_by() {
	woken_irq=$(cat /sys/power/pm_wakeup_irq)
	grep "^ *$woken_irq:" /proc/interrupts
	grep "^ *$woken_irq:" /proc/interrupts | grep -q "$1"
}
# ends NAME: waits for the player.
ends() {
	wait $player
	check "$1" test $? = 0
	sleep 1
}
# A platform's controller has a switch of its own, and it is off.
let_controller_wake() {
	for controller_wakeup in /sys/bus/platform/devices/xhci-hcd.*/power/wakeup; do
		[ ! -e "$controller_wakeup" ] || echo enabled >"$controller_wakeup"
	done
}
ring_ran_empty() { dmesg | grep 'Underrun event'; }
JOB
)

# keyboard KEYBOARD: the job in which KEYBOARD wakes or does not.
keyboard() {
	printf '%s\n' "$prelude" "$wake_prelude" "keyboard=/sys/bus/usb/devices/$1"
	cat <<'JOB'
modprobe usbhid
let_controller_wake
echo 'module xhci_hcd format "Underrun event" +p' >/sys/kernel/debug/dynamic_debug/control
check 'the sound cards are ready' sound_is_ready
check 'there is a keyboard' wait_for 5 test -e "$keyboard/power/wakeup"
check 'and its driver arms it' wait_for 5 grep -qx enabled "$keyboard/power/wakeup"

begin first-silence.wav
check 'a key is pressed' host sendkey a $((5000 * slowness))
usleep 300000
check 'armed: Linux sleeps' slept 60
check 'and wakes when the key is let go' was_short
check 'by the interrupt of the xHC' woken_by xhci
with_moments
plan_host late 'sendkey c 100'
check 'armed: Linux is about to sleep' slept 60
check 'and wakes by the key that is pressed then' was_short
check 'which was then' happened late answered
check 'the music goes on' position_moves
ends 'to its end'

# The sound ends while Linux sleeps, and the ring runs empty: that is for the DSP to know.
begin short-silence.wav
check 'armed and untouched: Linux sleeps' slept 8
check 'all of the time' took_all_of 8
check 'and the clock wakes it' woken_by rtc
ends 'the sound has come to its end'
check 'and Linux was not told of the ring' fails ring_ran_empty

echo disabled >"$keyboard/power/wakeup"
begin second-silence.wav
check 'a key is pressed again' host sendkey b 2000
usleep 300000
check 'not armed: Linux sleeps' slept 8
check 'all of the time, whoever lets go of a key' took_all_of 8
check 'and the clock wakes it again' woken_by rtc
plan_host late 'sendkey d 100'
check 'not armed: nor is it by one that is pressed as it falls asleep' slept 3
check 'all of the time, then, too' took_all_of 3
check 'that was then, too' happened late answered
check 'the music goes on again' position_moves
ends 'to the end of that'
report_sleep
JOB
}

# was_woken NAME
was_woken() {
	captured_is first.wav short.wav second.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
	# The one in which a key is pressed as Linux falls asleep may be given up on the way, or end as soon as it begins.
	is $(($(value suspends) + $(value given_up))) 5 "$1: five sleeps"
	at_most "$(value given_up)" 1 "$1: one of them given up at most"
	is "$(value wakeups)" "$(value suspends)" "$1: as many wake-ups"
}

# plugging HUB PORT PATH: the job in which HUB is told of plugs; PORT is QEMU's name for its free ports but the
# last digit, PATH is Linux's.
plugging() {
	printf '%s\n' "$prelude" "$wake_prelude" "hub=/sys/bus/usb/devices/$1 port=$2 path=/sys/bus/usb/devices/$3"
	cat <<'JOB'
check 'the sound cards are ready' sound_is_ready
let_controller_wake
with_moments
is_there() { wait_for 5 test -e "$path$1"; }
is_gone() { wait_for 5 test ! -e "$path$1"; }

begin first-silence.wav
echo enabled >"$hub/power/wakeup"
plan_host late "device_add usb-tablet,id=three,bus=xhci.0,port=${port}3"
slept 60
check 'armed: a plug ends the sleep' was_short
check 'in which it was plugged' happened late answered
check 'the device is there' is_there 3
plan_host late device_del three
slept 60
check 'armed: so does the unplugging' was_short
check 'in which it was unplugged' happened late answered
check 'the device is gone' is_gone 3
check 'the music goes on' position_moves

echo disabled >"$hub/power/wakeup"
plan_host late "device_add usb-tablet,id=four,bus=xhci.0,port=${port}4"
check 'not armed: Linux sleeps' slept 3
check 'all of the time, whatever is plugged' took_all_of 3
check 'the clock wakes it' woken_by rtc
check 'it was plugged in that sleep' happened late answered
check 'the new device is there' is_there 4
plan_host late device_del four
check 'not armed: Linux sleeps again' slept 3
check 'all of the time, whatever is unplugged' took_all_of 3
check 'the clock wakes it again' woken_by rtc
check 'it was unplugged in that sleep' happened late answered
check 'the new device is gone' is_gone 4
ends 'the music goes on to its end'
result underruns "$(underruns)"
JOB
}

# was_plugged NAME
was_plugged() {
	captured_is first.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
}

vm_qemu=(-device "usb-kbd,bus=xhci.0,port=2" "${vm_moments[@]}")
vm 'a keyboard' < <(keyboard 1-2)
was_woken 'a keyboard'
vm 'a keyboard on a platform xHC' --append 'vsoc_xhci.platform=1' < <(keyboard 1-2)
was_woken 'a keyboard on a platform xHC'
vm 'plugging' < <(plugging usb1 '' 1-)
was_plugged 'plugging'
vm 'plugging on a platform xHC' --append 'vsoc_xhci.platform=1' < <(plugging usb1 '' 1-)
was_plugged 'plugging on a platform xHC'

vm_qemu=(
	-device "usb-hub,id=hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,id=headset,bus=xhci.0,port=1.1,audiodev=sound"
	-device "usb-kbd,bus=xhci.0,port=1.2"
	"${vm_moments[@]}"
)
vm 'a keyboard behind the same hub' --no-audio < <(keyboard 1-1.2)
was_woken 'a keyboard behind the same hub'
vm 'plugging into the same hub' --no-audio < <(plugging 1-1 1. 1-1.)
was_plugged 'plugging into the same hub'

done_testing
