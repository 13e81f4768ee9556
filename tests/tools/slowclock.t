#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The clock of the parallel lane's machines: it is slower than the host's by the factor, waits for the main loop, and
# does not go back.
. "$(dirname "$0")/../tap.sh"

gcc -O2 -Wall -Wextra -Werror -pthread -o slowclock "$TOP/tests/tools/slowclock.c" || exit 1

# with FACTOR WHAT
with() { env LD_PRELOAD="$TOOLS/slowclock.so" SLOWCLOCK="$1" ./slowclock "$2" 2>&1; }

# between MIN MAX VALUE NAME
between() {
	if [[ $3 =~ ^[0-9]+$ ]] && [ "$3" -ge "$1" ] && [ "$3" -le "$2" ]; then
		pass "$4"
	else
		fail "$4" "$3 is not from $1 to $2"
	fi
}

# A busy host makes waits longer, never shorter.
between 380 20000 "$(with 1 wait)" 'factor 1: the clock goes as the host does'
between 80 150 "$(with 4 wait)" 'factor 4: in 400 ms it goes 100 ms'
between 190 20000 "$(with 10 poll)" 'factor 10: a wait of 20 ms takes 200 ms'
between 0 6 "$(with 1 late)" 'a main loop that does not come back: the clock goes for 5 ms and waits'
between 0 6 "$(with 4 late)" 'so it does with a factor'
for factor in 0 x 1001; do
	case $(with $factor poll) in
	"SLOWCLOCK=$factor: it is a number"*) pass "SLOWCLOCK=$factor is refused" ;;
	*) fail "SLOWCLOCK=$factor is refused" "$(with $factor poll)" ;;
	esac
done

done_testing
