#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# make lint finds shell functions that are defined twice.
. "$(dirname "$0")/../tap.sh"

# duplicates FILE...: the names that are found, in one line.
duplicates() {
	"$TOP/scripts/lib/find-duplicates" "$@" | sed 's/.*: error: \(.*\)() is also.*/\1/' | xargs
}

printf '%s\n' 'usage() {' '}' 'plays() { true; }' '	unplug() ( true )' >one
printf '%s\n' 'usage() {' '}' 'sleeps() { true; }' >two
is "$(duplicates one two)" '' 'there is none; each command has its own usage()'

printf '%s\n' "vm 'playing' <<'JOB'" 'plays() { false; }' JOB unplug 'plays() { true; }' >three
is "$(duplicates one two three)" 'plays plays' 'in a here document, and twice in one file'
is "$("$TOP/scripts/lib/find-duplicates" one three | head -n 1)" 'three:2: error: plays() is also defined in one:3' 'it says where'

printf '%s\n' "awk '" 'function plays(n) {' '	unplug()' '}' "'" 'echo "plays() {"' >four
is "$(duplicates one four)" '' 'functions of awk, calls and text are none'

printf '%s\n' 'function plays {' '}' 'function sleeps() {' '}' 'wakes-up() { true; }' 'ends () { true; }' >five
printf '%s\n' 'function wakes-up {' '}' 'ends() { true; }' >six
is "$(duplicates one two five six)" 'plays sleeps wakes-up ends' 'however a definition is written'

done_testing
