# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of multi.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# cards_are_ready N: there are N USB sound cards, at full volume.
cards_are_ready() {
	wait_for 20 cards "$1" && wait_for 10 dsp_card && for usb in $(usb_cards); do set_unity_volume "$usb" || return 1; done
}
# Both controllers look for their devices at the same time, so the front ends are told which are whose. route_front_ends FUNCTION...: front
# ends 0, 1, ... play to the devices of the controllers with these PCI functions, in their order.
route_front_ends() {
	routed=0
	for function; do
		for usb in $(usb_cards); do
			realpath "/sys/class/sound/card$usb/device" | grep -q "$function" || continue
			[ $routed -gt 3 ] || amixer -q -c "$(dsp_card)" cset "name=USB $routed Playback Card Route" "$usb" || return 1
			last_routed=$usb
			routed=$((routed + 1))
		done
	done
}
# play_next N: next<N>.wav to front end N. Sets player<N>. Its buffer must outlast the removal of a controller, in which a
# kernel of one core does nothing else.
play_next() {
	aplay -q -D "plughw:$(dsp_card),$1" --buffer-time=$((500000 * slowness)) "next$1.wav" &
	eval "player$1=$!"
}
# play_all: to all four, and waits until they play.
play_all() { for n in 0 1 2 3; do play_next $n; done; wait_for 10 streams 4; }
front_end_ends() { eval "wait \$player$1"; status=$?; check "front end $1: its player ends, $2" test $status "$3" 0; }
