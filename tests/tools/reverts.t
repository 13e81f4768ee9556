#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The patches that revert fixes of races (tests/smp/reverts) fit the kernel as it is and say how their race is found; and
# scripts/smp --revert tells a race that was found from another failure. No kernel is built here.
. "$(dirname "$0")/../tap.sh"
. "$TOP/scripts/lib/revert.sh"

tree=$(realpath "$OUT_DIR/linux")

# shellcheck disable=SC2317 # called by succeeds
# applies NAME: to the files of the tree that it changes, which are C.
applies() {
	local patch=$TOP/tests/smp/reverts/$1.patch file
	rm -rf copy
	while read -r file; do
		[[ $file == *.c ]] || { echo "$file is no C file"; return 1; }
		mkdir -p "copy/$(dirname "$file")"
		cp "$tree/$file" "copy/$file" || return 1
	done < <(sed -n 's|^+++ b/||p' "$patch" | cut -f1)
	(cd copy && GIT_CEILING_DIRECTORIES=$PWD/.. git apply --whitespace=nowarn "$patch")
}

# shellcheck disable=SC2317 # called by succeeds
# says_how NAME: by a pair of actions that there are, or a test that there is.
says_how() {
	local pair test action
	revert_field "$1" Found || { echo 'no line Found:'; return 1; }
	pair=$(revert_field "$1" Pair)
	test=$(revert_field "$1" Test)
	case $pair,$test in
	,) echo 'no line Pair: or Test:'; return 1 ;;
	,*) [ -x "$TOP/${test% CPUS=*}" ] ;;
	*,)
		for action in $pair; do
			grep -q "^act_$action()" "$TOP/tests/smp/actions.sh" || { echo "no action $action"; return 1; }
		done
		;;
	*) echo 'both Pair: and Test:'; return 1 ;;
	esac
}

mapfile -t patches < <(reverts)
succeeds 'there are some' test ${#patches[@]} -ge 5
for name in "${patches[@]}"; do
	succeeds "$name applies" applies "$name"
	succeeds "$name says how it is found" says_how "$name"
done

# Reading an answer. The rest of this uses a lane and a test of its own.
output=$("$TOP/scripts/smp" --revert nothing 2>&1)
is "$?,$(grep -c 'there is no race nothing' <<<"$output")" 1,1 'a race that there is not'
output=$(REVERT=nothing "$TOP/scripts/smp" 2>&1)
is "$?,$(grep -c 'there is no tests/smp/reverts/nothing.patch' <<<"$output")" 1,1 'nor is there a kernel with it'

mkdir -p top/scripts top/tests/smp/reverts
TOP=$PWD/top
printf '%s\n' 'A race.' '' 'Pair: pcm' 'Kernel: debug' 'Found: lost|hangs' 'diff --git a/a.c b/a.c' 'Found: nothing' >top/tests/smp/reverts/lane.patch
printf '%s\n' 'A race.' 'Test: tests/held.t CPUS=3' 'Found: the window' 'diff --git a/a.c b/a.c' >top/tests/smp/reverts/held.patch
# shellcheck disable=SC2016 # for the scripts
printf '%s\n' '#!/bin/sh' 'echo "$REVERT $KERNEL $*" >>arguments' 'cat answer' 'exit 1' >top/scripts/smp
printf '%s\n' '#!/bin/sh' 'echo built' >top/scripts/build
# shellcheck disable=SC2016 # for the script
printf '%s\n' '#!/bin/sh' 'echo "$REVERT $KERNEL $*" >>../arguments' 'cat ../answer' 'exit 1' >top/tests/run
chmod +x top/scripts/* top/tests/run
# shellcheck disable=SC2034 # for revert_and_find
rounds=50 seed=7 slow='' out=$PWD/out

# answers NAME ANSWER STATUS VERDICT NAME-OF-CHECK
answers() {
	local output status
	rm -f arguments
	printf '%s\n' "$2" >answer
	output=$(revert_and_find "$1" 2>&1)
	status=$?
	is "$status: $(sed -n "s/^  $1 *//p" <<<"$output")" "$3: $4" "$5"
}

answers lane 'round 3 (pcm) failed: it hangs
round 4 (pcm) failed: it hangs' 0 'found in round 3: it hangs' 'a race is found in the first round that says so'
is "$(cut -d ' ' -f 1-9 arguments)" 'lane debug --rounds 50 --seed 7 --pair pcm --until' 'in the kernel that shows it, by its pair'
answers lane 'round 2 (pcm) failed: no memory

50 rounds in 9:00, 1 failed' 1 'not found: 50 rounds in 9:00, 1 failed' 'another failure is not that race'
answers lane 'FAILED: Building' 1 'not found: FAILED: Building' 'nor is a kernel that cannot be built'
answers held 'ok 1 - the window is there
not ok 2 - job: the window is shut' 0 'found by tests/held.t CPUS=3: job: the window is shut' 'a check that fails is a race that is found'
is "$(cat arguments)" 'held release tests/held.t CPUS=3' 'in the release kernel, if nothing is said'
answers held 'not ok 1 - job: it boots
ok 2 - job: the window is shut' 1 'not found by tests/held.t CPUS=3: ok 2 - job: the window is shut' 'another check that fails is not'

printf '%s\n' 'round 1 (pcm) failed: lost' >answer
output=$(revert_and_find all 2>&1)
is "$?,$(tail -n 1 <<<"$output" | cut -d . -f 1)" '1,2 fixes reverted, 1 races found' 'all of them, and how many were found'

done_testing
