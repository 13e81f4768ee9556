# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# shellcheck disable=SC2154 # rounds is the job's
#
# The part of a soak's job that runs in the machine; the job has set rounds and defines one_round.

# What the kernel has allocated and cannot give back, in kB.
slab_kb() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	usleep 500000
	echo 3 >/proc/sys/vm/drop_caches
	sed -n 's/^SUnreclaim: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# begin FILE: plays it through the DSP, in the background.
begin() {
	aplay -q -D "plughw:$(dsp_card),0" "$1" >/dev/null 2>&1 &
	player=$!
	wait_for 5 pcm_runs "$(dsp_card)"
}

# ended: the player that began ends by itself, whatever with, and need not be killed.
ended() {
	(sleep 20 && kill -KILL "$player") 2>/dev/null &
	ended_guard=$!
	wait "$player"
	ended_status=$?
	kill $ended_guard 2>/dev/null
	wait $ended_guard 2>/dev/null
	[ $ended_status != 137 ]
}

# plays: a short playback, whole.
plays() { aplay -q -D "plughw:$(dsp_card),0" -d 1 round.wav; }

all_rounds() {
	check 'the sound cards are ready' sound_is_ready
	check 'it plays' plays
	began=$(cut -d. -f1 /proc/uptime)
	# The first rounds fill caches that stay.
	warm=$((rounds / 5))
	done=0 failed=none
	while [ $done -lt "$rounds" ]; do
		[ $done != $warm ] || result slab_first "$(slab_kb)"
		if ! one_round $done >/tmp/round.log 2>&1; then
			failed=$done
			break
		fi
		done=$((done + 1))
	done
	result slab_last "$(slab_kb)"
	result slab_rounds $((rounds - warm))
	result rounds $done
	result seconds $(($(cut -d. -f1 /proc/uptime) - began))
	check "all $rounds rounds" eval "cat /tmp/round.log; test $failed = none"

	# A device that is plugged in begins a new capture.
	check 'unplugged' host device_del headset
	check 'Linux has noticed' wait_for 5 fails usb_card
	check 'plugged in' host device_add usb-audio,id=headset,bus=xhci.0,audiodev=sound
	check 'the sound cards are ready again' sound_is_ready
	check 'the last playback' aplay -q -D "plughw:$(dsp_card),0" last.wav
	sleep 1
}
