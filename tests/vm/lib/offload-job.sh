# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Functions for jobs that take something away from a stream that the DSP plays, and look at what is left. A job
# that has this file beside it begins with `. ./offload-job.sh`.

trace=/sys/kernel/tracing
service=/sys/kernel/debug/snd_usb_offload/audio
# shellcheck disable=SC2034 # for the jobs
fake=/sys/kernel/debug/snd_usb_offload_fake/audio

#
# What is held.
#

# nothing_held: no stream holds anything. Prints what is held.
nothing_held() {
	! grep -v ' 0$' $service/resources && ! grep -E 'starting|running|stopping|mapping|interrupter' $service/state
}

# nothing_left: nor is there a card or a controller.
nothing_left() {
	nothing_held && ! grep -E '^(card|controller)' $service/state
}

counter() {
	sed -n "s/^$1 //p" $service/counters
}

# streams N: so many run.
streams() {
	[ "$(grep -c 'playback running' $service/state)" = "$1" ]
}

# cards N: there are so many USB sound cards, and the DSP's service has them, too.
cards() {
	[ "$(grep -c USB-Audio /proc/asound/cards)" = "$1" ] && [ "$(grep -c '^card' $service/state)" = "$1" ]
}

#
# Players.
#

# pcm_is STATE [CARD]: the state of the DSP's first PCM, or of that card's. Looks without a further process: where Linux plays,
# a slow kernel has no time for many, and a drain is over in 2 s. Prints what it has seen, and leaves it in pcm_state.
pcm_is() {
	read -r pcm_state <"/proc/asound/card${2:-$(dsp_card)}/pcm0p/sub0/status" && echo "$pcm_state" && [ "$pcm_state" = "state: $1" ]
}

# begin STATE: opens the DSP's first PCM, plays silence.wav (of 4 s at least) to it, and waits until it is in that state: `playing`,
# `draining` or `prepared` (with an application that writes a bit when end() says so). Sets player. Not in
# a subshell, so not with check: begun() tells whether it went well.
begin() {
	begin_state=$1
	begin_card=$(dsp_card)
	has_begun=no
	case $1 in
	playing)
		aplay -q -D "plughw:$begin_card,0" --buffer-time=500000 silence.wav &
		player=$!
		wait_for 5 pcm_is RUNNING "$begin_card" && has_begun=yes
		;;
	draining)
		aplay -q -D "plughw:$begin_card,0" -d 4 --buffer-time=8000000 silence.wav &
		player=$!
		wait_for 5 pcm_is DRAINING "$begin_card" && has_begun=yes
		;;
	prepared)
		rm -f /tmp/samples
		mkfifo /tmp/samples
		aplay -q -D "plughw:$begin_card,0" -t raw -f S16_LE -r 48000 -c 2 --buffer-time=500000 - </tmp/samples &
		player=$!
		exec 4<>/tmp/samples
		wait_for 5 pcm_is PREPARED "$begin_card" && has_begun=yes
		;;
	esac
}

begun() {
	echo "$begin_state: $pcm_state"
	[ "$has_begun" = yes ]
}

# end: waits for what begin() has begun, but not for ever. Sets status, 137 if the player had to be killed.
end() {
	if [ "$begin_state" = prepared ]; then
		head -c 48000 /dev/zero >&4 2>/dev/null
		exec 4>&-
	fi
	(sleep 10 && kill -KILL "$player") 2>/dev/null &
	end_guard=$!
	wait "$player"
	status=$?
	kill "$end_guard" 2>/dev/null
}

# ended_well: as an application ends whose device has gone. What a drain returns, aplay does not look at.
ended_well() {
	echo "$begin_state: exit status $status"
	case $begin_state in
	draining) [ "$status" -le 1 ] ;;
	*) [ "$status" = 1 ] ;;
	esac
}

# plays [PCM]: the DSP plays noise.wav; then its last samples are on the bus.
plays() {
	aplay -q -D "plughw:$(dsp_card),${1:-0}" noise.wav && sleep 1
}

#
# Ends of a device, by what does them and undoes them.
#

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

#
# The class driver with a DSP that is not there (test/fake-dsp.c), and qrtr-peer in its place.
#

# bind_fake_dsp: the fake DSP takes the sound card's place.
bind_fake_dsp() {
	echo snd-usb-offload-fake-dsp >/sys/bus/platform/devices/audio/driver_override
	echo audio >/sys/bus/platform/drivers_probe
	wait_for 5 test -e $service/state
}

# peer_begin ACTION...: a peer that does ACTION, and then what tell() says, until peer_end().
peer_begin() {
	rm -f /tmp/to_peer
	mkfifo /tmp/to_peer
	qrtr-peer "$@" - </tmp/to_peer >/tmp/peer.log 2>&1 &
	peer=$!
	exec 6>/tmp/to_peer
}
tell() { echo "$*" >&6; }
peer_end() { exec 6>&-; wait "$peer"; }

# heard TEXT: what the peer has printed has it.
heard() {
	grep -qF -- "$1" /tmp/peer.log
}

#
# How long a hub's thread is held up.
#

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
