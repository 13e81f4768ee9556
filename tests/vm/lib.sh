# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
#
# For tests that boot the virtual SoC: TAP output, one function that boots it with a job, and the checks that
# every boot gets. A test looks like this:
#
#	. "$(dirname "$0")/lib.sh"
#	vm_file noise.wav                       # goes into the job's directory
#	vm 'playing' <<'JOB'                    # a shell script, run in the machine
#	check 'the card is there' wait_for 10 card_number vSoC
#	result position "$(cat ...)"
#	JOB
#	is "$(value position)" 4800 'the position is right'
#	captured_is noise.wav 'what was captured is what was played'
#	done_testing
#
# Each `check` of the job becomes a test here. In every boot the machine has to end by itself, the job with
# exit status 0, and the kernel without a warning, an oops, a lockdep report or a taint.
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/common.sh"
set +e

TOOLS=$OUT_DIR/tools
TEST_DIR=$OUT_DIR/tests/$(basename "$0" .t)
VM_TIMEOUT_S=${VM_TIMEOUT_S:-120}
rm -rf "$TEST_DIR"
mkdir -p "$TEST_DIR/files"
cd "$TEST_DIR" || exit 1

tests_run=0
tests_failed=0
vm_files=()

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

# vm_file FILE...: puts files into the directory of the jobs that follow.
vm_file() {
	vm_files+=("$@")
}

# What a kernel says when something is wrong with it.
kernel_complaints='WARNING: |BUG: |Oops|Unable to handle|Internal error|INFO: (possible|task|rcu|suspicious|inconsistent)|Call trace|UBSAN|KASAN|kmemleak: [1-9]|soft lockup|refcount_t|DMA-API:|sleeping function|possible circular|Kernel panic|ODEBUG'

# vm NAME [run-vm options] <JOB: boots, runs JOB, and tests what every boot is tested for. Leaves the directory
# of the run in VM, see scripts/run-vm for what is in it.
vm() {
	local name=$1 job status=0 key text complaints
	shift
	VM=$TEST_DIR/${name//[^A-Za-z0-9]/-}
	job=$VM-job
	mkdir -p "$job"
	cat >"$job/run"
	[ ${#vm_files[@]} -eq 0 ] || cp "${vm_files[@]}" "$job/"
	"$TOP/scripts/run-vm" --timeout "$VM_TIMEOUT_S" "$@" "$VM" "$job" >"$job/run-vm.log" 2>&1 || status=$?

	while read -r key text; do
		case $key in
		ok) pass "$name: $text" ;;
		not_ok) fail "$name: $text" ;;
		'#') diag "$text" ;;
		esac
	done <"$VM/result"
	case $status in
	0) pass "$name: the job ends well" ;;
	124) fail "$name: the job ends well" "time-out after $VM_TIMEOUT_S s; $(tail -n 15 "$VM/console.log")" ;;
	125) fail "$name: the job ends well" "the machine ended early; $(tail -n 15 "$VM/console.log")$(cat "$job/run-vm.log")" ;;
	*) fail "$name: the job ends well" "exit status $status; $(tail -n 15 "$VM/console.log")" ;;
	esac
	complaints=$(cat "$VM/console.log" "$VM/kernel.log" | grep -aE -A 12 "$kernel_complaints")
	[ -z "$(value taint)" ] || [ "$(value taint)" = 0 ] || complaints+="tainted: $(value taint)"
	[ "$(value lockdep)" != 0 ] || complaints+="lockdep has found something"
	is "${complaints:0:3000}" '' "$name: the kernel has no complaint"
}

# value KEY: what the last job reported under that key.
value() {
	sed -n "s/^$1 //p" "$VM/result" 2>/dev/null | tail -n 1
}

# captured_is FILE... NAME: what the device of the last run received is these files, one after the other.
captured_is() {
	local name=${*: -1} output
	if output=$("$TOOLS/wavdiff" "${@:1:$#-1}" "$VM/captured.wav" 2>&1); then
		pass "$name"
	else
		fail "$name" "$output"
	fi
}

# noise FILE SEED CHANNELS BITS FRAMES: a test sound of 48 kHz.
noise() {
	"$TOOLS/wavmake" "$1" --noise "$2" 48000 "$3" "$4" "$5"
}
