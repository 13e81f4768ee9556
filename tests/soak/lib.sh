# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For the long tests of `make soak`: N rounds of something in one machine, in which no memory may be lost and nothing may
# hang, and then a playback that is captured bit for bit.
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib/vm.sh"

N=${N:-200}
[[ $N =~ ^[1-9][0-9]*$ ]] || { echo "N=$N: not a number of rounds" >&2; exit 1; }
# Of wall time, and of virtual time, for all rounds.
VM_TIMEOUT_S=$((3600 + N * 60))
VM_LIMIT_S=$VM_TIMEOUT_S

# The memory that a round may keep for good, in kB. It is more than memory management's noise makes of 200 rounds, and less than the
# smallest loss of a page.
KEPT_KB_PER_ROUND=1

noise round.wav 1 2 16 480011
noise last.wav 2 2 16 96013
vm_file round.wav last.wav

# soak NAME [WORD...] <JOB: with these words more on the kernel's command line. The job sources lib/soak.sh and calls
# all_rounds with its function for a round.
soak() {
	local name=$1 kept
	shift
	# The kernel's log has to hold all rounds, to be searched for objects that were not destroyed.
	vm "$name" --set rounds="$N" --append "log_buf_len=$((N > 400 ? 64 : 16))M $*"
	captured_is last.wav "$name: what is played last is captured bit for bit"
	kept=$(awk -v first="$(value slab_first)" -v last="$(value slab_last)" -v rounds="$(value slab_rounds)" \
		'BEGIN { printf "%.2f", (last - first) / rounds }')
	diag "measured: $name: $(value rounds) rounds in $(value seconds) s of virtual time, $kept kB of kernel memory kept in a round"
	# Where every check is on, freed memory is kept back for long, and kmemleak says what is lost.
	[ "$N" -lt 100 ] || [ "$VARIANT" != release ] || at_most "$kept" $KEPT_KB_PER_ROUND "$name: no memory is lost"
}
