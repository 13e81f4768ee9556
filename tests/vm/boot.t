#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
#
# The virtual SoC comes up, with all its parts.
. "$(dirname "$0")/lib.sh"

vm boot <<'JOB'
check 'the USB sound card is there' wait_for 10 card_number USB-Audio
check 'every module is loaded' eval 'for module in $MODULES; do grep -q "^$module " /proc/modules || { echo "$module is not"; exit 1; }; done'
check 'Linux has one processor, the DSP is not among them' test "$(nproc --all)" = 1
check "QEMU's monitor takes commands" host log none
check 'and says what is wrong with one' says 'unknown command' host nonsense
JOB
# A kernel that checks itself takes its time.
[ "$VARIANT" != release ] || at_most "$(value boot_ms)" 3000 'the prompt is there within 3 s'

done_testing
