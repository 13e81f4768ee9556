#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The KUnit tests of the kernel code, run on the virtual SoC. A suite's module runs its tests when it is
# loaded, and leaves their results in debugfs. The virtual SoC has all that they ask for, so none may be skipped.
. "$(dirname "$0")/../lib/vm.sh"

vm kunit <<'JOB'
wait_for 10 card_number USB-Audio
check 'there are test modules' eval 'find /lib/modules -name "*[-_]test.ko" -o -name "*kunit.ko" | grep -v "/kunit.ko" >/tmp/modules && [ -s /tmp/modules ]'
while read -r module; do
	check "loads: $(basename "$module")" modprobe "$(basename "$module" .ko)"
done </tmp/modules
check 'results are there' test -e /sys/kernel/debug/kunit
for results in /sys/kernel/debug/kunit/*/results; do
	suite=$(basename "$(dirname "$results")")
	# Cases are indented by 4, parameters of a case by 8; lines of the suite itself are not. The messages of a case come
	# before its result.
	awk '
		/^    (# Subtest|KTAP|1\.\.)/ { next }
		/^    (not )?ok [0-9]/ {
			verdict = /^    ok / && !/ # SKIP/ ? "ok" : "not_ok"
			sub(/^    (not )?ok [0-9]* (- )?/, "")
			print verdict, $0
			if (verdict != "ok")
				printf "%s", said
			said = ""
			next
		}
		{ said = said "# " $0 "\n" }' "$results" >/tmp/cases
	check "$suite has cases" test -s /tmp/cases
	while read -r verdict name; do
		case $verdict in
		'#') result '#' "$name" ;;
		*) result "$verdict" "$suite: $(echo "$name" | tr '#' ':')" ;;
		esac
	done </tmp/cases
done
JOB

done_testing
