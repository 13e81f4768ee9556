# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Ends of the USB device at port 1 (away_NAME), each with its undoing (back_NAME); uses of devices; and how long a disconnect holds up a
# hub's thread.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

usb=/sys/bus/usb/devices/1-1
snd_usb=/sys/bus/usb/drivers/snd-usb-audio

away_unbind() { echo 1-1 >/sys/bus/usb/drivers/usb/unbind; }
back_unbind() { echo 1-1 >/sys/bus/usb/drivers/usb/bind; }
away_interface() { echo 1-1:1.1 >$snd_usb/unbind; }
back_interface() { echo 1-1:1.0 >$snd_usb/unbind && echo 1-1:1.0 >$snd_usb/bind; }
away_authorized() { echo 0 >$usb/authorized; }
back_authorized() { echo 1 >$usb/authorized; }
away_configuration() { echo -1 >$usb/bConfigurationValue; }
back_configuration() { echo 1 >$usb/bConfigurationValue; }
# A root hub whose port is off and which is suspended then does not wake up again in QEMU.
away_port() { echo on >/sys/bus/usb/devices/usb1/power/control && echo 1 >/sys/bus/usb/devices/1-0:1.0/usb1-port1/disable; }
# QEMU does not tell of what it finds at a port that gets power, so the hub's driver has to look.
back_port() {
	echo 0 >/sys/bus/usb/devices/1-0:1.0/usb1-port1/disable && echo 1-0:1.0 >/sys/bus/usb/drivers/hub/unbind &&
		echo 1-0:1.0 >/sys/bus/usb/drivers/hub/bind
}
away_reset() { usb-reset "/dev/bus/usb/$(printf '%03d/%03d' "$(cat $usb/busnum)" "$(cat $usb/devnum)")"; }
back_reset() { :; }

# no_usb_use: no device counts a use, and none has a sleep that has not ended. Prints those that do.
no_usb_use() {
	[ -r /sys/kernel/debug/usb/offload ] &&
		! grep -v ' users 0 users_below 0 children_active 0 sleep awake$' /sys/kernel/debug/usb/offload
}

#
# How long a hub's thread is held up.
#

trace=/sys/kernel/tracing

hub_watch() {
	echo 0 >$trace/tracing_on
	echo global >$trace/trace_clock
	echo 'p:lullaby/disconnect usb_disconnect' >$trace/kprobe_events
	echo 'r:lullaby/disconnected usb_disconnect' >>$trace/kprobe_events
	echo 1 >$trace/events/lullaby/enable
	echo >$trace/trace
	echo 1 >$trace/tracing_on
}

# hub_is_through: there were disconnects, and all have ended.
hub_is_through() {
	[ "$(grep -c ' disconnected:' $trace/trace)" -gt 0 ] &&
		[ "$(grep -c ' disconnect:' $trace/trace)" = "$(grep -c ' disconnected:' $trace/trace)" ]
}

# hub_held_us: the longest time from the beginning of a disconnect to its end, those inside of another included.
hub_held_us() {
	wait_for 10 hub_is_through
	echo 0 >$trace/tracing_on
	awk '
		{
			for (i = 1; i < NF; i++)
				if ($i ~ /^[0-9]+\.[0-9]+:$/) {
					now_us = substr($i, 1, length($i) - 1) * 1000000
					event = $(i + 1)
				}
		}
		event == "disconnect:" && !depth[$1]++ { begun_us[$1] = now_us }
		event == "disconnected:" && !--depth[$1] && now_us - begun_us[$1] > longest_us {
			longest_us = now_us - begun_us[$1]
		}
		{ event = "" }
		END { printf "%d\n", longest_us }' $trace/trace
	echo >$trace/trace
	echo 1 >$trace/tracing_on
}
