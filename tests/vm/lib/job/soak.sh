# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Rounds of a soak, see tests/soak/lib.sh, which sets rounds.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

. ./lib/pcm.sh

# The memory that the kernel has allocated and cannot give back, in kB.
slab_kb() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	usleep 500000
	echo 3 >/proc/sys/vm/drop_caches
	sed -n 's/^SUnreclaim: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# player_begins FILE: the DSP plays it, in the background.
player_begins() {
	start_playing "$1"
	wait_for 5 pcm_runs "$(dsp_card)"
}

# player_ends_by_itself: whatever its status is, it need not be killed.
player_ends_by_itself() {
	(sleep 20 && kill -KILL "$player") 2>/dev/null &
	ended_guard=$!
	wait "$player"
	ended_status=$?
	kill $ended_guard 2>/dev/null
	wait $ended_guard 2>/dev/null
	[ $ended_status != 137 ]
}

# plays_a_second: a short playback, whole.
plays_a_second() { aplay -q -D "plughw:$(dsp_card),0" -d 1 round.wav; }

# all_rounds ROUND: calls this function with the number of each round. It fails if anything is not as it has to be.
all_rounds() {
	check 'the sound cards are ready' sound_is_ready
	check 'it plays' plays_a_second
	began=$(cut -d. -f1 /proc/uptime)
	# The first rounds fill caches that stay.
	warm=$((rounds / 5))
	done=0 failed=none
	while [ $done -lt "$rounds" ]; do
		[ $done != $warm ] || result slab_first "$(slab_kb)"
		if ! "$1" $done >/tmp/round.log 2>&1; then
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
	check 'the last playback' dsp_plays last.wav
	sleep 1
}
