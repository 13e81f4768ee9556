# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of unplug.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# pull, put N: the headset is pulled; another one is plugged, which plays to the audio device secondN.
pull() { host device_del headset; }
put() { wait_for 5 host device_add usb-audio,id=headset,bus=xhci.0,port=1,audiodev="second$1" && wait_for 10 cards 1 && sound_is_ready; }

# pull_idle_hub N: pulls the hub when nothing plays, for comparison, and puts it back with its N devices.
pull_idle_hub() {
	hub_watch
	check 'idle: the hub is pulled' host device_del hub
	check 'idle: nothing is left' wait_for 5 no_card_held
	result idle_us "$(hub_held_us)"
	check 'idle: it is put back' host device_add usb-hub,id=hub,bus=xhci.0,port=2
	for idle_n in $(seq "$1"); do
		check "idle: so is device $idle_n" host device_add "usb-audio,id=h$idle_n,bus=xhci.0,port=2.$idle_n,audiodev=none$idle_n"
	done
	check 'idle: all cards are there again' wait_for 10 cards "$1"
}
