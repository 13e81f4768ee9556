# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
# shellcheck shell=sh
#
# For jobs that play to and record from a device of the device model: which PCM leads to an interface, and routes.

# pcm_of_interface out|in NUMBER: the PCM of the USB sound card that streams through this interface, from the card's
# descriptions of its streams.
pcm_of_interface() {
	for pcm_stream in /proc/asound/card"$(usb_card)"/stream*; do
		awk -v direction="$1" -v interface="$2" '
			/^Playback:/ { now = "out" }
			/^Capture:/ { now = "in" }
			/^  Interface / && now == direction && $2 == interface { found = 1 }
			END { exit !found }' "$pcm_stream" || continue
		echo "${pcm_stream##*/stream}"
		return 0
	done
	return 1
}

# route_front_end NUMBER CARD PCM: lets a front end of the vSoC's card play to that USB PCM.
route_front_end() {
	amixer -q -c "$(dsp_card)" cset "name=USB $1 Playback Card Route" "$2" &&
		amixer -q -c "$(dsp_card)" cset "name=USB $1 Playback PCM Route" "$3"
}

# route_capture NUMBER CARD PCM: lets a front end record from that USB PCM.
route_capture() {
	amixer -q -c "$(dsp_card)" cset "name=USB $1 Capture Card Route" "$2" &&
		amixer -q -c "$(dsp_card)" cset "name=USB $1 Capture PCM Route" "$3"
}

# find_capture ap|dsp INTERFACE: sets record_card and record_pcm to those that record from this interface by that way, or
# reason.
# shellcheck disable=SC2034 # for the jobs
find_capture() {
	wait_for 5 pcm_of_interface in "$2" || { reason="snd-usb-audio has no PCM that records from interface $2"; return 1; }
	record_card=$(usb_card)
	record_pcm=$(pcm_of_interface in "$2")
	[ "$1" = dsp ] || return 0
	wait_for 10 dsp_card || { reason="there is no vSoC sound card"; return 1; }
	[ -e "/proc/asound/card$(dsp_card)/pcm0c" ] || { reason="the sound card of the DSP has no capture PCM"; return 1; }
	route_capture 0 "$record_card" "$record_pcm" || { reason="the route to PCM $record_pcm cannot be set"; return 1; }
	record_card=$(dsp_card)
	record_pcm=0
}
