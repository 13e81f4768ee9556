#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A checker of make lint looks again at the files that changed, at all of them when the checker changed, and at those of a
# run that had a complaint.
# shellcheck disable=SC2317 # the checkers are called by their names
. "$(dirname "$0")/../tap.sh"
. "$TOP/scripts/lib/clean-files.sh"
CACHE=$PWD/cache

# A checker that complains of files with "bad" in them, and writes down at which files it looked.
look() {
	echo "$*" >>looked
	grep -H bad "$@" || true
}
# look_again CHECKER FILE...: sets looked, the files at which the checker looked, and said, its complaints.
look_again() {
	local version=$1
	shift
	rm -f looked
	said=$(check_changed "$version" look "$@")
	looked=$(cat looked 2>/dev/null) || looked=none
}

mkdir -p a b
echo good >a/x
echo good >b/x
look_again 'checker 1' a/x b/x
is "$looked $said" 'a/x b/x ' 'the first run looks at all files'
look_again 'checker 1' a/x b/x
is "$looked $said" 'none ' 'the second at none'
echo better >a/x
look_again 'checker 1' a/x b/x
is "$looked $said" 'a/x ' 'a file that changed is looked at'
look_again 'checker 2' a/x b/x
is "$looked $said" 'a/x b/x ' 'a checker that changed looks at all'
look_again 'checker 1' a/x b/x
is "$looked $said" 'none ' 'and an earlier one knows what it knew'
echo bad >b/x
look_again 'checker 1' a/x b/x
is "$looked $said" 'b/x b/x:bad' 'a complaint is printed'
look_again 'checker 1' a/x b/x
is "$looked $said" 'b/x b/x:bad' 'and printed again'
cp a/x c
look_again 'checker 1' a/x c
is "$looked $said" 'c ' 'a file of the same content and another name is looked at'

broken() { return 3; }
is "$(check_changed 'checker 3' broken a/x)" ' (broken: exit status 3)' 'a checker that fails in silence is a complaint'
is "$(check_changed 'checker 3' broken a/x)" ' (broken: exit status 3)' 'each time'

done_testing
