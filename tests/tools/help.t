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

# is_answered TEXT COMMAND...: the command fails, and its output has TEXT in it.
is_answered() {
	local text=$1 output
	shift
	if ! output=$(XDG_CACHE_HOME=$TEST_DIR/cache "$@" 2>&1) && [[ $output == *"$text"* ]]; then
		pass "$* is refused: $text"
	else
		fail "$* is refused: $text" "$output"
	fi
}

is_answered "there is no target 'paly'; is 'make play' meant?; 'make help' lists them" make paly
is_answered "there is no target 'xyzzy'; 'make help' lists them" make xyzzy
is_answered "mode: there is no such variable; is MODE meant?; 'make help' lists them" make play mode=dsp
is_answered "FROBNICATE: there is no such variable; 'make help' lists them" make check FROBNICATE=1
is_answered 'play: there is no such test; is tests/vm/cases/play.t meant?' make check TESTS=play
is_answered 'tests/vm/play.t: there is no such test; is tests/vm/cases/play.t meant?' make check TESTS=tests/vm/play.t
is_answered 'wavdif: there is no such test; is tests/tools/wavdiff.t meant?' make check TESTS=wavdif
is_answered 'frobnicate: there is no such test; they are tests/unit' make check TESTS=frobnicate
for word in paly:play chekc:check benhc:bench lnit:lint distclaen:distclean xyz: plainly:; do
	is "$(scripts/lib/nearest "${word%:*}" play check bench lint clean distclean)" "${word#*:}" "${word%:*} is near to ${word#*:}"
done
done_testing
