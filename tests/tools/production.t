#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# KERNEL=production has no test equipment: the commands that need it refuse that kernel before they build anything.
. "$(dirname "$0")/../tap.sh"

# shellcheck disable=SC2317 # called by succeeds
# refuses COMMAND...: it ends with the one line, and has built nothing in a cache of its own.
refuses() {
	local output status
	output=$(KERNEL=production XDG_CACHE_HOME=$TEST_DIR/cache timeout 20 "$@" 2>&1)
	status=$?
	echo "exit status $status: $output"
	[ "$status" = 1 ] && [ "$(grep -c 'KERNEL=production: .* no test equipment' <<<"$output")" = 1 ] &&
		[ "$(wc -l <<<"$output")" = 1 ] && [ -z "$(find "$TEST_DIR/cache" -type f)" ]
}

cd "$TOP" || exit 1
succeeds 'make check' refuses scripts/check
succeeds 'make check with a test' refuses scripts/check tests/vm/cases/play.t
succeeds 'make check with one of tests/production, which is for the release kernel' refuses scripts/check tests/production/production.t
succeeds 'make check-all' refuses scripts/check --all
succeeds 'make soak' refuses scripts/soak
succeeds 'make smp' refuses scripts/smp
is "$(scripts/run-vm --help | grep -c 'KERNEL=production')" 1 'run-vm says that its machines lack it'

done_testing
