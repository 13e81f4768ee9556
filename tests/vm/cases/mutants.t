#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# 100 USB audio devices whose descriptors were changed at random, some with faults in their answers: Linux and the DSP
# use or refuse them, without a report of the kernel, a hang, or anything that is left. `make soak` has more of them.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/mutants.sh"

mutants 'mutants' 100 "$SEED"
done_testing
