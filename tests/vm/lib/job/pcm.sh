# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Playing through the DSP's sound card and through Linux's, and the state of a PCM.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# dsp_plays FILE [PCM]: the DSP plays the file to its end. Its last samples may still be on their way to the device.
dsp_plays() {
	aplay -q -D "plughw:$(dsp_card),${2:-0}" "$1"
}

# dsp_plays_out FILE [PCM]: the same, and then the last samples are on the bus.
dsp_plays_out() {
	dsp_plays "$@" && sleep 1
}

# linux_plays FILE: Linux plays it to the USB card, without the DSP.
linux_plays() {
	aplay -q -D "hw:$(usb_card),0" "$1"
}

# start_playing FILE [APLAY-OPTION...]: the DSP plays it, in the background. Sets player, the process.
start_playing() {
	playing_file=$1
	shift
	aplay -q -D "plughw:$(dsp_card),0" "$@" "$playing_file" &
	player=$!
}

# start_buffered FILE: the same with a buffer that holds all of the file, so that the application drains from the start.
start_buffered() {
	start_playing "$1" --period-time=10000000 --buffer-time=80000000
	check 'it plays' wait_for 10 pcm_runs "$(dsp_card)"
}

# start_draining FILE: the same, and waits until the PCM drains.
start_draining() {
	start_playing "$1" --period-time=10000000 --buffer-time=80000000
	check 'it drains' wait_for 10 pcm_is DRAINING
}

# start_running FILE: with a buffer of half a second, so that the application has to write while it plays.
start_running() {
	start_playing "$1" --buffer-time=500000
	check 'it runs' wait_for 10 pcm_is RUNNING
}

# wait_player: waits for the end of the player that start_playing() or one of the others has started, and of its last samples. Sets
# status, the player's.
wait_player() {
	wait "$player"
	status=$?
	sleep 1
}

# pcm_is STATE [CARD]: the state of the DSP's first PCM, or of that card's. Looks without a further process if CARD is
# given: where Linux plays, a slow kernel has no time for many, and a drain is over in 2 s. Prints the state, and leaves
# it in pcm_state.
pcm_is() {
	read -r pcm_state <"/proc/asound/card${2:-$(dsp_card)}/pcm0p/sub0/status" && echo "$pcm_state" && [ "$pcm_state" = "state: $1" ]
}

# stream_number KEY: a number of the sound card's driver about its first stream.
stream_number() {
	sed -n "s/^$1 //p" /sys/kernel/debug/vsoc-audio/stream0
}

# usb_cards: the number of each USB sound card, one a line.
usb_cards() {
	sed -n 's/^ *\([0-9]*\) .*USB-Audio.*/\1/p' /proc/asound/cards
}

# jack_is on|off [CARD]: the DSP's sound card, or that card, reports the headset so.
jack_is() {
	amixer -c "${2:-$(dsp_card)}" cget "iface=CARD,name='USB Offload Jack'" | tee /tmp/jack
	grep -q "values=$1" /tmp/jack
}

#
# A player of the DSP's first PCM (of the card that $player_card finds: dsp_card, if it is not set) in one of three states.
#

# start_player STATE: plays silence.wav (of 4 s at least), and waits until the PCM is in that state: `playing`, `draining`
# or `prepared` (with an application that writes a bit when end_player() says so). Sets player. Not in a subshell, so not
# with check: player_started() tells whether it went well.
start_player() {
	player_state=$1
	player_on=$("${player_card:-dsp_card}")
	has_started=no
	case $1 in
	playing)
		aplay -q -D "plughw:$player_on,0" --buffer-time=500000 silence.wav &
		player=$!
		wait_for 5 pcm_is RUNNING "$player_on" && has_started=yes
		;;
	draining)
		aplay -q -D "plughw:$player_on,0" -d 4 --buffer-time=8000000 silence.wav &
		player=$!
		wait_for 5 pcm_is DRAINING "$player_on" && has_started=yes
		;;
	prepared)
		rm -f /tmp/samples
		mkfifo /tmp/samples
		aplay -q -D "plughw:$player_on,0" -t raw -f S16_LE -r 48000 -c 2 --buffer-time=500000 - </tmp/samples &
		player=$!
		exec 4<>/tmp/samples
		wait_for 5 pcm_is PREPARED "$player_on" && has_started=yes
		;;
	esac
}

player_started() {
	echo "$player_state: $pcm_state"
	[ "$has_started" = yes ]
}

# end_player: waits for the player, for at most ten seconds. Sets status, 137 if it had to be killed.
end_player() {
	if [ "${player_state:-}" = prepared ]; then
		head -c 48000 /dev/zero >&4 2>/dev/null
		exec 4>&-
	fi
	(sleep 10 && kill -KILL "$player") 2>/dev/null &
	player_guard=$!
	wait "$player"
	status=$?
	kill "$player_guard" 2>/dev/null
}

# player_lost_device: the player has ended as an application does whose device has gone. aplay ignores the result of a
# drain.
player_lost_device() {
	echo "$player_state: exit status $status"
	case $player_state in
	draining) [ "$status" -le 1 ] ;;
	*) [ "$status" = 1 ] ;;
	esac
}
