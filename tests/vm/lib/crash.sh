# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# What the tests of the DSP's crashes share: first.wav, to be heard and compared, long-silence.wav, to be cut off, and
# what their jobs begin with.
. "$(dirname "${BASH_SOURCE[0]}")/vm.sh"

# QEMU's device drops the last few milliseconds if its interface is closed behind them.
noise first.wav 1 2 16 30011
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 1440
"$TOOLS/wavmake" first-silence.wav first.wav silence.wav
"$TOOLS/wavmake" long-silence.wav --silence 48000 2 16 960000
vm_file first-silence.wav long-silence.wav

# What the jobs have in common.
# shellcheck disable=SC2034 # for the tests
prelude=$(
	cat <<'JOB'
rproc=/sys/class/remoteproc/remoteproc0
stats=/sys/kernel/debug/vsoc-audio/dsp_stats
provoke=/sys/kernel/debug/vsoc-audio/provoke
dumps=/sys/class/devcoredump
provoke() { echo "$*" >$provoke; }
crashes() { dmesg | grep -c 'vsoc-dsp .* DSP crash: '; }
# is_back N: the DSP runs again after its Nth crash.
is_back() { [ "$(crashes)" = "$1" ] && grep -qx running $rproc/state && grep -q busy_ticks $stats; }
plays() { aplay -q -D "plughw:$(dsp_card),0" first-silence.wav; }
nothing_is_held() { ! grep -v ' 0$' /sys/kernel/debug/snd_usb_offload/*/resources; }
says_since() { dmesg | tail -n +"$1" | grep -q "$2"; }

# The register page is the last segment. Reading has to come before the next crash: a device has one dump at a time.
dump_says() { tail -c 4096 $dumps/devcd*/data | grep -qa "$1"; }

# crash MOMENT ERRORS RECORD PROVOCATION: what pcm-crash does, what it reports (errors, joined by commas) and what the
# record says. At most five crashes in ten seconds, or the next start waits.
crash() {
	crash_name="$4, $1"
	crash_line=$(($(dmesg | wc -l) + 1))
	crash_count=$(($(crashes) + 1))
	pcm-crash "$(dsp_card)" first-silence.wav "$1" "$4" >/tmp/crash.log 2>&1
	crash_status=$?
	crash_errors=$(sed -n 's/^error //p' /tmp/crash.log | tr '\n' ,)
	crash_us=$(sed -n 's/^us //p' /tmp/crash.log)
	check "$crash_name: it plays again" eval 'cat /tmp/crash.log; [ $crash_status = 0 ]'
	check "$crash_name: the application is told: ${2:-nothing}" eval 'echo "$crash_errors"; [ "${crash_errors%,}" = "'"$2"'" ]'
	check "$crash_name: within a second" test "${crash_us:-9999999}" -le $((1000000 * slowness))
	check "$crash_name: one crash" eval 'crashes; [ "$(crashes)" = '$crash_count' ]'
	check "$crash_name: the record says so" says_since $crash_line "$3"
	check "$crash_name: nothing is held" nothing_is_held
	result us "$crash_us $crash_name"
	sleep 2.5
	grep -qx enabled $rproc/coredump || return 0
	crash_text=$(dmesg | grep -A 1 'DSP crash:' | sed -n '$s/.*remoteproc:   //p')
	# Without words in the record, the page's first four bytes have to do.
	case $crash_text in pc*) crash_text=YLUL ;; esac
	check "$crash_name: there is a core dump with the record" dump_says "$crash_text"
	echo 1 >"$(ls $dumps/devcd*/data)"
}

parameters=/sys/module/vsoc_dsp/parameters
# begin: plays silence with a buffer that holds all of it. Sets player.
begin() {
	aplay -q -D "plughw:$(dsp_card),0" --period-time=10000000 --buffer-time=80000000 long-silence.wav >/tmp/begin.log 2>&1 &
	player=$!
	check 'it plays' wait_for 10 pcm_runs "$(dsp_card)"
}
# ends_well SECONDS: the DSP is provoked no more when it starts; within that time it runs, and the next player plays.
ends_well() {
	echo 0 >$parameters/provoke_boot
	check 'it runs in the end' wait_for "$1" eval 'grep -qx running $rproc/state && grep -q busy_ticks $stats'
	kill $player
	wait $player
	check 'it plays' plays
	check 'nothing is held' nothing_is_held
}
uptime_ms() { sed 's/\([0-9]*\)\.\([0-9]*\) .*/\1\20/' /proc/uptime; }
# takes_at_most MS COMMAND...: as many times that as the kernel is slower.
takes_at_most() {
	takes_limit=$(($1 * slowness))
	takes_begin=$(uptime_ms)
	shift
	"$@" || return 1
	takes_ms=$(($(uptime_ms) - takes_begin))
	echo "took $takes_ms ms"
	[ $takes_ms -le "$takes_limit" ]
}
# aplay tells of an errno by its text.
is_refused() { says 'No such device' plays; }
JOB
)

# captured_copies N NAME: what the device of the last run received is first.wav, N times.
captured_copies() {
	local files=() i
	for ((i = 0; i < $1; i++)); do files+=(first.wav); done
	captured_is "${files[@]}" "$2"
}
