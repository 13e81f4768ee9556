# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For tests that boot the virtual SoC: TAP output, one function that boots it with a job, and the checks that
# every boot gets. A test looks like this:
#
#	. "$(dirname "$0")/../lib/vm.sh"
#	vm_file noise.wav                       # goes into the job's directory
#	vm 'playing' <<'JOB'                    # a shell script, run in the machine
#	. ./lib/pcm.sh                          # one of the libraries of tests/vm/lib/job
#	check 'the card is there' wait_for 10 card_number vSoC
#	result position "$(cat ...)"
#	JOB
#	is "$(value position)" 4800 'the position is right'
#	captured_is noise.wav 'the capture equals the source'
#	done_testing
#
# tests/vm/cases/template.t is such a test, and docs/testing.md walks through it.
#
# Each `check` of the job becomes a test here. In every boot the machine has to end by itself, the job with
# exit status 0, and the kernel without a warning, an oops, a lockdep report or a taint; and once the job's processes
# are gone, the leak check has to find nothing (see docs/testing.md), unless the job says `expect_leak WHY`.
. "$(dirname "${BASH_SOURCE[0]}")/../../tap.sh"

# Of wall time, for a machine that hangs; no test is about it, and the host may be slow. All checks make it slower.
[ "$VARIANT" = release ] || : "${VM_TIMEOUT_S:=3600}"
VM_TIMEOUT_S=${VM_TIMEOUT_S:-600}
# Of virtual time; run-vm knows how much is enough for most.
VM_LIMIT_S=${VM_LIMIT_S:-}

# Of virtual time: promises are about the release kernel. One with all checks on takes some times as long
# for everything. Jobs have it, too, and the programs that they start.
slowness=1
[ "$VARIANT" = release ] || slowness=4

vm_files=()
vm_qemu=()	# more options for QEMU, for the boots that follow
VM_KERNEL=$VARIANT	# KERNEL of the boots that follow, and
VM_LEAK_CHECK=yes	# whether the leak check runs after the job: it needs our kernel

# vm_file FILE...: puts files into the directory of the jobs that follow.
vm_file() {
	vm_files+=("$@")
}

# The complaints of a kernel.
kernel_complaints='WARNING: |BUG: |Oops|Unable to handle|Internal error|INFO: (possible|task|rcu|suspicious|inconsistent)|Call trace|UBSAN|KASAN|kmemleak: [1-9]|soft lockup|refcount_t|sleeping function|possible circular|Kernel panic|ODEBUG'

# Functions that only the jobs of this test share: NAME-job.sh, beside NAME.t.
own_job_library=${TEST_FILE%.t}-job.sh

# make_job DIRECTORY [VARIABLE=VALUE]... <JOB: fills the directory with all that JOB needs, the job libraries in lib/. JOB
# finds the variables set.
make_job() {
	local job=$1 variable
	shift
	# A boot may have the name of an earlier one.
	rm -rf "$job"
	mkdir -p "$job"
	{
		echo "export slowness=$slowness"
		for variable; do printf "%s='%s'\n" "${variable%%=*}" "${variable#*=}"; done
		cat
	} >"$job/run"
	cp -R "$TOP/tests/vm/lib/job" "$job/lib"
	[ ! -e "$own_job_library" ] || cp "$own_job_library" "$job/lib/"
	[ ${#vm_files[@]} -eq 0 ] || cp -R "${vm_files[@]}" "$job/"
}

# vm NAME [--set VARIABLE=VALUE]... [run-vm options] <JOB: boots, runs JOB with these variables set, and does the tests of
# every boot. A VALUE has no single quote in it. Sets VM to the directory of the run; scripts/run-vm says what
# is in it.
vm() {
	local name=$1 job status=0 key text complaints taint variables=() leak_check=()
	shift
	while [ "${1:-}" = --set ]; do
		variables+=("$2")
		shift 2
	done
	VM=$TEST_DIR/${name//[^A-Za-z0-9]/-}
	job=$VM-job
	make_job "$job" "${variables[@]}"
	[ "$VM_LEAK_CHECK" = no ] || leak_check=(--leak-check)
	KERNEL=$VM_KERNEL nested "$TOP/scripts/run-vm" --timeout "$VM_TIMEOUT_S" ${VM_LIMIT_S:+--limit "$VM_LIMIT_S"} "${leak_check[@]}" "$@" "$VM" "$job" ${vm_qemu[0]:+-- "${vm_qemu[@]}"} >"$job/run-vm.log" 2>&1 || status=$?

	while read -r key text; do
		case $key in
		ok) pass "$name: $text" ;;
		not_ok) fail "$name: $text" ;;
		'#') diag "$text" ;;
		esac
	done <"$VM/result"
	case $status in
	0) pass "$name: the job ends well" ;;
	124 | 125) fail "$name: the job ends well" "$(cat "$job/run-vm.log")" ;;
	*) fail "$name: the job ends well" "exit status $status; $(tail -n 15 "$VM/console.log")" ;;
	esac
	complaints=$(cat "$VM/console.log" "$VM/kernel.log" | grep -aE -A 12 "$kernel_complaints")
	# TAINT_TEST, bit 18, only says that KUnit tests ran, and TAINT_OOT_MODULE, bit 12, that tests/api was loaded.
	taint=$(value taint)
	[ $((${taint:-0} & ~(1 << 18 | 1 << 12))) -eq 0 ] || complaints+="tainted: $taint"
	[ "$(value lockdep)" != 0 ] || complaints+="lockdep has found something"
	is "${complaints:0:3000}" '' "$name: the kernel has no complaint"
	if [ "$VM_LEAK_CHECK" = no ]; then
		return
	elif [ -n "$(value expect_leak)" ]; then
		diag "$name: a leak is expected: $(value expect_leak)"
	else
		text=$(sed -n 's/^leak //p' "$VM/result")
		is "${text:0:3000}$(value leaks)" 0 "$name: no leak"
	fi
}

# value KEY: the last job's report under that key.
value() {
	sed -n "s/^$1 //p" "$VM/result" 2>/dev/null | tail -n 1
}

# captured_is FILE... NAME: the device of the last run received these files, one after the other.
captured_is() {
	local name=${*: -1} output
	if output=$("$TOOLS/wavdiff" "${@:1:$#-1}" "$VM/captured.wav" 2>&1); then
		pass "$name"
	else
		fail "$name" "$output"
	fi
}
