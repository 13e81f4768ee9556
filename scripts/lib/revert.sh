# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The parallel lane's proof that it finds races: a patch reverts the fix of each, and the lane looks for the race again. For
# scripts/smp, which sources this.
#
# tests/smp/reverts/NAME.patch changes .c files of the kernel with the overlay in it. Before the patch itself it says what
# the race is, and in lines of their own
#
#	Pair: ACTION...		the actions of each round in which it is looked for
#	Test: TEST [CPUS=N]	or, where the lane does not find it, the test that holds its window open
#	Kernel: VARIANT		which kernel shows it; the release kernel if nothing is said
#	Found: REGEX		the message of a failed round or check that is this race, and no other

# shellcheck disable=SC2154 # rounds, seed, out, slow: of scripts/smp

# revert_field NAME FIELD: prints the value; fails if the patch does not have the field.
revert_field() {
	sed -n "/^diff --git/q; s/^$2: *//p" "$TOP/tests/smp/reverts/$1.patch" | grep . | head -n 1
}

# reverts: all there are.
reverts() {
	find "$TOP/tests/smp/reverts" -name '*.patch' -printf '%f\n' | sed 's/\.patch$//' | LC_ALL=C sort
}

# find_by_rounds NAME DIRECTORY: sets verdict; fails if the race is not found.
find_by_rounds() {
	local found round text
	found=$(revert_field "$1" Found)
	# shellcheck disable=SC2086 # options
	REVERT=$1 "$TOP/scripts/smp" --rounds "$rounds" --seed "$seed" --pair "$(revert_field "$1" Pair)" ${slow:+--slow $slow} \
		--until "$found" --out "$2" >"$2/log" 2>&1 || true
	round=$(sed -nE "s/^round ([0-9]+) .* failed: .*($found).*/\1/p" "$2/log" | head -n 1)
	if [ -n "$round" ]; then
		text=$(sed -nE "s/^round $round .* failed: (.*)/\1/p" "$2/log")
		verdict="found in round $round: ${text:0:120}"
		return 0
	fi
	verdict="not found: $(grep -E '^[0-9]+ rounds in' "$2/log" || tail -n 1 "$2/log")"
	return 1
}

# find_by_test NAME DIRECTORY
find_by_test() {
	local found test check
	found=$(revert_field "$1" Found)
	test=$(revert_field "$1" Test)
	(
		export REVERT=$1
		cd "$TOP"
		"$TOP/scripts/build" && TEST_LOGS=$2 tests/run "$test"
	) >"$2/log" 2>&1 || true
	check=$(grep -E "^not ok .*($found)" "$2/log" | head -n 1) || true
	if [ -n "$check" ]; then
		verdict="found by $test: ${check#not ok * - }"
		return 0
	fi
	verdict="not found by $test: $(tail -n 1 "$2/log")"
	return 1
}

# revert_and_find NAME|all: returns 1 if any was not found.
revert_and_find() {
	local names=("$1") name directory missed=0 verdict how
	[ "$1" != all ] || mapfile -t names < <(reverts)
	for name in "${names[@]}"; do
		[ -f "$TOP/tests/smp/reverts/$name.patch" ] || die "there is no race $name; they are: $(reverts | tr '\n' ' ')"
	done
	for name in "${names[@]}"; do
		directory=$out/revert/$name
		rm -rf "$directory"
		mkdir -p "$directory"
		how=find_by_rounds
		[ -z "$(revert_field "$name" Test)" ] || how=find_by_test
		export KERNEL
		KERNEL=$(revert_field "$name" Kernel) || KERNEL=release
		$how "$name" "$directory" || missed=$((missed + 1))
		printf '  %-24s %s\n' "$name" "$verdict"
	done
	printf '%d fixes reverted, %d races found. Everything of them: %s\n' ${#names[@]} $((${#names[@]} - missed)) "$out/revert"
	[ "$missed" -eq 0 ]
}
