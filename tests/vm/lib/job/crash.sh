# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Crashes of the DSP's firmware, at a given moment of a stream's life. The jobs play first-silence.wav and long-silence.wav of
# tests/vm/lib/crash.sh.
# shellcheck disable=SC1091,SC2016,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
dumps=/sys/class/devcoredump
parameters=/sys/module/vsoc_dsp/parameters

# says_since LINE TEXT: the kernel's log has it, from that line on.
says_since() { dmesg | tail -n +"$1" | grep -q "$2"; }

# The register page is the last segment. Reading has to come before the next crash: a device has one dump at a time.
dump_says() { tail -c 4096 $dumps/devcd*/data | grep -qa "$1"; }

# crash_at MOMENT ERRORS RECORD FAULT: the action of pcm-crash, its report (errors, joined by commas) and the
# text of the record. At most five crashes in ten seconds, or the next start waits.
crash_at() {
	crash_name="$4, $1"
	crash_line=$(($(dmesg | wc -l) + 1))
	crash_count=$(($(dsp_crashes) + 1))
	pcm-crash "$(dsp_card)" first-silence.wav "$1" "$4" >/tmp/crash.log 2>&1
	crash_status=$?
	crash_errors=$(sed -n 's/^error //p' /tmp/crash.log | tr '\n' ,)
	crash_us=$(sed -n 's/^us //p' /tmp/crash.log)
	check "$crash_name: it plays again" eval 'cat /tmp/crash.log; [ $crash_status = 0 ]'
	check "$crash_name: the application is told: ${2:-nothing}" eval 'echo "$crash_errors"; [ "${crash_errors%,}" = "'"$2"'" ]'
	check "$crash_name: within a second" test "${crash_us:-9999999}" -le $((1000000 * slowness))
	check "$crash_name: one crash" eval 'dsp_crashes; [ "$(dsp_crashes)" = '$crash_count' ]'
	check "$crash_name: the record says so" says_since $crash_line "$3"
	check "$crash_name: nothing is held" nothing_held
	result us "$crash_us $crash_name"
	sleep 2.5
	grep -qx enabled $rproc/coredump || return 0
	crash_text=$(dmesg | grep -A 1 'DSP crash:' | sed -n '$s/.*remoteproc:   //p')
	# Without words in the record, the page's first four bytes have to do.
	case $crash_text in pc*) crash_text=YLUL ;; esac
	check "$crash_name: there is a core dump with the record" dump_says "$crash_text"
	echo 1 >"$(ls $dumps/devcd*/data)"
}

# start_silence: plays silence with a buffer that holds all of it. Sets player.
start_silence() { start_buffered long-silence.wav; }

# ends_well SECONDS: the DSP has no fault any more when it starts; within that time it runs, and the next player plays.
ends_well() {
	echo 0 >$parameters/fault_at_boot
	check 'it runs in the end' wait_for "$1" dsp_runs
	kill $player
	wait $player
	check 'it plays' dsp_plays first-silence.wav
	check 'nothing is held' nothing_held
}

# is_refused: an application that plays is told that there is no device. aplay prints the text of an errno.
is_refused() { says 'No such device' dsp_plays first-silence.wav; }
