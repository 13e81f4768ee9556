#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The part of harmless.t that needs the world outside of the machine: keys that are pressed, and plugs that are pulled,
# which happens when the host likes.
. "$(dirname "$0")/harmless-lib.sh"

# Keys go to the keyboard that came last: so there is only one at a time.
# shellcheck disable=SC2034 # compare_jobs knows it by its name
keyboard=$(
	cat <<'JOB'
modprobe evdev
settle
control on $all
# listen DEVICE: the keys of its keyboard go to a file.
listen() {
	for listen_event in "$usb/$1:1.0"/*/input/input*/event*; do
		cat "/dev/input/${listen_event##*/}" >"/tmp/keys-$1" &
	done
}
said_something() { test -s "/tmp/keys-$1"; }
# wakes DEVICE ABOVE...: a key wakes the keyboard DEVICE, and all above it, from autosuspend.
wakes() {
	wakes_device=$1
	go_down $all || return 1
	for wakes_name in $all; do
		echo 5000 >"$usb/$wakes_name/power/autosuspend_delay_ms"
	done
	host sendkey a 100
	wait_for 2 said_something "$wakes_device" && are active "$@"
}
slept_through() {
	host sendkey b 2000
	slept_began=$(cut -d. -f1 /proc/uptime)
	sleep_for 5
	test $(($(cut -d. -f1 /proc/uptime) - slept_began)) -ge 4
}
begin_trace

all='1-1.1 1-1.2 1-1.3 1-1 1-3 usb1'
act 'unplug the keyboard at the root' host device_del direct
listen 1-1.2
act 'a key wakes the keyboard behind the hub' wakes 1-1.2 1-1 usb1
act 'up again' come_up $all
act 'sleep with a key in it' slept_through
act 'unplug the keyboard behind the hub' host device_del behind
act 'plug another in at the root' host device_add usb-kbd,id=other,bus=xhci.0,port=2
check 'it is there' wait_for 5 devices_are 1-2
all='1-1.1 1-1.3 1-1 1-2 1-3 usb1'
control on $all
listen 1-2
act 'a key wakes the keyboard at the root' wakes 1-2 usb1
act 'up once more' come_up $all
act 'sleep with a key of the other in it' slept_through
act 'unplug the hub' host device_del hub
end_trace
JOB
)

all_devices
compare_jobs keyboard bare
done_testing
