#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP's firmware crashes while it plays, N times, each time in another way.
. "$(dirname "$0")/lib.sh"

soak 'crashed while it plays' vsoc_dsp.provoke=1 <<'JOB'
rproc=/sys/class/remoteproc/remoteproc0
provoke=/sys/kernel/debug/vsoc-audio/provoke
crashes() { dmesg | grep -c 'vsoc-dsp .* DSP crash: '; }
is_back() { [ "$(crashes)" -gt "$1" ] && grep -qx running $rproc/state && grep -q busy_ticks /sys/kernel/debug/vsoc-audio/dsp_stats; }
crash() {
	case $(($1 % 8)) in
	0) echo 1 >/sys/kernel/debug/remoteproc/remoteproc0/crash ;;
	1) echo 'read 0' >$provoke || true ;;
	2) echo 'jump 0xffffff807c500000' >$provoke || true ;;
	3) echo undefined >$provoke ;;
	4) echo panic >$provoke ;;
	5) echo stack >$provoke ;;
	6) echo hang >$provoke ;;
	7) echo deaf >$provoke ;;
	esac
}
one_round() {
	before=$(crashes)
	begin round.wav || { echo 'it does not play'; return 1; }
	crash "$1"
	wait_for 10 is_back "$before" || { echo 'the DSP does not come back'; return 1; }
	kill $player
	ended || { echo 'aplay hangs'; return 1; }
}
JOB

done_testing
