# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For tests in shell: TAP output, and an empty directory of their own to work in.
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/common.sh"
set +e
# Variables given to make are not for the programs under test.
unset DEVICE WAV OUT MODE

# shellcheck disable=SC2034 # for the tests
TOOLS=$OUT_DIR/tools
# shellcheck disable=SC2034 # for tests/vm/lib/vm.sh
TEST_FILE=$(realpath "$0")
TEST_DIR=$OUT_DIR/tests/$(basename "$0" .t)
[ "$CPUS" = 1 ] || TEST_DIR+=-cpus$CPUS
rm -rf "$TEST_DIR"
mkdir -p "$TEST_DIR"
cd "$TEST_DIR" || exit 1

tests_run=0
tests_failed=0

diag() {
	local text=$*
	printf '# %s\n' "${text//$'\n'/$'\n'# }"
}

# pass NAME, fail NAME [WHY]
pass() {
	tests_run=$((tests_run + 1))
	printf 'ok %d - %s\n' "$tests_run" "$1"
}

fail() {
	tests_run=$((tests_run + 1))
	tests_failed=$((tests_failed + 1))
	printf 'not ok %d - %s\n' "$tests_run" "$1"
	[ -z "${2:-}" ] || diag "$2"
	return 1
}

skip() {
	tests_run=$((tests_run + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tests_run" "$1" "$2"
}

# is GOT EXPECTED NAME
is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
	else
		fail "$3" "     got: $1
expected: $2"
	fi
}

# at_most GOT LIMIT NAME: numbers
at_most() {
	if [ -n "$1" ] && awk -v got="$1" -v limit="$2" 'BEGIN { exit !(got <= limit) }'; then
		pass "$3"
	else
		fail "$3" "     got: ${1:-nothing}
 at most: $2"
	fi
}

# succeeds NAME COMMAND...
succeeds() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		pass "$name"
	else
		fail "$name" "$*: exit status $?
$output"
	fi
}

done_testing() {
	printf '1..%d\n' "$tests_run"
	[ "$tests_failed" -eq 0 ]
	exit
}

# noise FILE SEED CHANNELS BITS FRAMES: a test sound of 48 kHz.
noise() {
	"$TOOLS/wavmake" "$1" --noise "$2" 48000 "$3" "$4" "$5"
}
