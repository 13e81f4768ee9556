#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# 10 N (2000) USB audio devices whose descriptors were changed at random, 200 in a boot.
. "$(dirname "$0")/../vm/lib/vm.sh"
. "$(dirname "$0")/../vm/lib/mutants.sh"

N=${N:-200}
[[ $N =~ ^[1-9][0-9]*$ ]] || { echo "N=$N: not a number of rounds" >&2; exit 1; }
VM_TIMEOUT_S=14400
VM_LIMIT_S=14400

for ((left = 10 * N, boot = 1; left > 0; left -= 200, boot++)); do
	mutants "mutants $boot" $((left < 200 ? left : 200)) $((SEED * 1000 + boot))
done
done_testing
