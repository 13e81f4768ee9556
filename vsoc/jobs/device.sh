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
