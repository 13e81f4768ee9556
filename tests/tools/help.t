#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A new user's first questions: make alone, and --help of each script, answer them.
. "$(dirname "$0")/../tap.sh"

# prints TEXT COMMAND...: the command succeeds, and its output has TEXT in it.
prints() {
	local text=$1 output
	shift
	if output=$(XDG_CACHE_HOME=$TEST_DIR/cache "$@" 2>&1) && [[ $output == *"$text"* ]]; then
		pass "$*"
	else
		fail "$*" "$output"
	fi
}

cd "$TOP" || exit 1
prints 'make check' make
for target in play devices check bench soak smp harmless lint lint-matrix coverage figures compile_commands shell build clean distclean; do
	prints "make $target" make help
done
for script in scripts/*; do
	[ ! -f "$script" ] || prints "Usage: ${script#scripts/}" "$script" --help
done
done_testing
