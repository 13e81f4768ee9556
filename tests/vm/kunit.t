#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
#
# The KUnit tests of the kernel code, run on the virtual SoC. A suite's module runs its tests when it is
# loaded, and leaves their results in debugfs. The virtual SoC has all that they ask for, so none may be skipped.
. "$(dirname "$0")/lib.sh"

vm kunit <<'JOB'
wait_for 10 card_number USB-Audio
check 'there are test modules' eval 'find /lib/modules -name "*[-_]test.ko" -o -name "*kunit.ko" | grep -v "/kunit.ko" >/tmp/modules && [ -s /tmp/modules ]'
while read -r module; do
	check "loads: $(basename "$module")" modprobe "$(basename "$module" .ko)"
done </tmp/modules
check 'results are there' test -e /sys/kernel/debug/kunit
for results in /sys/kernel/debug/kunit/*/results; do
	suite=$(basename "$(dirname "$results")")
	# Cases are indented by 4, parameters of a case by 8; lines of the suite itself are not.
	sed -n 's/^    ok [0-9]* \(.*\) # SKIP/not_ok \1: skipped:/p; t
		s/^    ok [0-9]* \(.*\)/ok \1/p; s/^    not ok [0-9]* \(.*\)/not_ok \1/p' "$results" >/tmp/cases
	check "$suite has cases" test -s /tmp/cases
	while read -r verdict name; do
		result "$verdict" "$suite: $name"
	done </tmp/cases
	if grep -q '^ *not ok' "$results"; then
		sed 's/^/# /' "$results" >&3
	fi
done
JOB

done_testing
