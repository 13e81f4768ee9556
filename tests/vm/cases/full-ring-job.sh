# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of full-ring.t: no room for messages to the DSP.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

usb_authorized=/sys/bus/usb/devices/1-1/authorized
# clog MS: the DSP reads nothing for that time (0: any more), and the ring is full.
clog() {
	dsp_fault ignore-rx-for "$1" && echo fill >$dsp_fault
}
served() { grep -ac "control: request $1 done" $dsp_log; }
no_fault() { ! dmesg | grep 'DSP crash: MMU fault'; }
# kill_player: the player is killed, so that its PCM is stopped and released at once. Waits for the end of that.
kill_player() {
	kill -KILL $player
	wait $player
	wait_for 10 pcm_is_closed
}
pcm_is_closed() { grep -qx closed /proc/asound/card"$(dsp_card)"/pcm0p/sub0/status; }
