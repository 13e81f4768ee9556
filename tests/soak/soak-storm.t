#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Storms of starts and stops, N of them: five playbacks in a row that are killed after a few milliseconds each, at another
# moment each time, and then one that plays to its end.
. "$(dirname "$0")/lib.sh"

soak 'stormed' <<'JOB'
. ./lib/soak.sh
storm_round() {
	for start in 1 2 3 4 5; do
		aplay -q -D "plughw:$(dsp_card),0" round.wav >/dev/null 2>&1 &
		player=$!
		usleep $(((5000 + $1 * 977 + start * 7919) % 60000))
		kill -KILL $player
		wait $player
	done
	head -c 9644 round.wav | aplay -q -D "plughw:$(dsp_card),0" -t wav - || { echo 'it does not play'; return 1; }
}
all_rounds storm_round
JOB

done_testing
