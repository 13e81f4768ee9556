# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of sleep-unplug.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# QEMU answers no request to a device that is gone, and each takes Linux 5 s. Where the kernel is slow the DSP's stop begins before
# Linux is asleep, and the sleep waits for it: the alarm must not come before.
nap_s=2
[ "$slowness" = 1 ] || nap_s=20
plug_headset() { host "device_add usb-audio,id=headset,bus=xhci.0,audiodev=sound,port=$port"; }
# ended_early NAME [SECONDS]: waits for the player, whose stream was lost: long before the sound's 10 s are over. It counts from the
# end of the sleep: how long the host takes to pull a plug in it is not the player's time.
ended_early() {
	woken=$(uptime_s)
	wait $player
	check "$1: the player ends at once" test $(($(uptime_s) - woken)) -le ${2:-$((3 * slowness))}
}
# plays_once_more NAME: to its end; the capture begins anew with each plug.
plays_once_more() {
	check "$1: the sound cards are ready again" sound_is_ready
	start_buffered last-silence.wav
	wait $player
	check "$1: it plays again" test $? = 0
	sleep 1
}
