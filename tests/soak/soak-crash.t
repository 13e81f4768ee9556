#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP's firmware crashes while it plays, N times, each time in another way.
. "$(dirname "$0")/lib.sh"

soak 'crashed while it plays' vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/soak.sh
. ./lib/dsp.sh
is_back_after() { [ "$(dsp_crashes)" -gt "$1" ] && dsp_runs; }
# crash_somehow ROUND
crash_somehow() {
	case $(($1 % 8)) in
	0) crash_dsp ;;
	1) dsp_fault read 0 || true ;;
	2) dsp_fault jump 0xffffff807c500000 || true ;;
	3) dsp_fault undefined ;;
	4) dsp_fault panic ;;
	5) dsp_fault stack ;;
	6) dsp_fault hang ;;
	7) dsp_fault ignore-rx ;;
	esac
}
crash_round() {
	before=$(dsp_crashes)
	player_begins round.wav || { echo 'it does not play'; return 1; }
	crash_somehow "$1"
	wait_for 10 is_back_after "$before" || { echo 'the DSP does not come back'; return 1; }
	kill $player
	player_ends_by_itself || { echo 'aplay hangs'; return 1; }
}
all_rounds crash_round
JOB

done_testing
