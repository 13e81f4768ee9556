#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Alarms of system sleeps are not missed, wherever in a second of the clock they are set; and a machine that comes to
# a standstill all the same is ended soon, with a word on its last activity.
. "$(dirname "$0")/../lib/vm.sh"

vm 'alarms' <<'JOB'
. ./lib/alarm-job.sh
wait_for 10 usb_card
missed_count=0 plain_tries=0
for before_us in $(edges_us); do
	! missed $before_us || missed_count=$((missed_count + 1))
	plain_tries=$((plain_tries + 1))
done
result plain_tries $plain_tries
result plain_missed $missed_count
check 'a plain alarm may be due at once' test $missed_count -gt 0

suspends_before=$(cat /sys/power/suspend_stats/success) tries=0 early=0 failed='' longest=$(sleep_seconds | sed 's/.* //')
for before_us in $(sleep_edges_us); do
	for seconds in $(sleep_seconds); do
		tries=$((tries + 1))
		rtc-edge "$before_us" sleep-for -d 250000 "$seconds" freeze 2>/tmp/said && said=0 || said=$?
		cat /tmp/said >>/tmp/anew
		[ $said != 0 ] || continue
		if [ "$seconds" != "$longest" ] && grep -q 'the alarm has come before it' /tmp/said; then
			early=$((early + 1))
		else
			failed="$failed $before_us/$seconds"
		fi
	done
done
result tries $tries
result anew "$(grep -c 'due at once' /tmp/anew)"
check 'sleep_for: each time Linux sleeps' test -z "$failed"
check 'sleep_for: as often as it was to' test $(($(cat /sys/power/suspend_stats/success) - suspends_before)) = $((tries - early))
check 'sleep_for: most of them were not too late for the sleep' test $early -le $((tries / 2))
check 'sleep_for: alarms that were due at once were among them' grep -q 'due at once' /tmp/anew
JOB
diag "a plain alarm was due at once in $(value plain_missed) of $(value plain_tries) tries, one of sleep_for in $(value anew) of $(value tries)"

# is_ended NAME LIMIT TEXT [run-vm options] <JOB: the machine is ended with TEXT, after LIMIT seconds of processor time at
# most: wall time says more of the host.
is_ended() {
	local name=$1 limit=$2 text=$3 job status=0 output begin=$SECONDS
	shift 3
	VM=$TEST_DIR/${name//[^A-Za-z0-9]/-}
	job=$VM-job
	make_job "$job"
	local TIMEFORMAT='%U %S'
	{ time nested "$TOP/scripts/run-vm" --timeout "$VM_TIMEOUT_S" "$@" "$VM" "$job" >"$job/run-vm.log" 2>&1; } 2>"$job/time" || status=$?
	output=$(cat "$job/run-vm.log")
	diag "$name: $((SECONDS - begin)) s, processor time $(cat "$job/time")"
	is "$status" 125 "$name: the machine is ended"
	is "$(grep -cE "$text" <<<"$output")" 1 "$name: it is said why" || diag "$output"
	is "$(sed -n 's/^  the job was at: //p' <<<"$output")" "$name" "$name: and what it was doing"
	at_most "$(awk '{ print int($1 + $2) }' "$job/time")" $((limit * slowness * slowness)) "$name: soon"
}

noise sound.wav 1 2 16 3840013
vm_file sound.wav
is_ended 'a sleep without an alarm' 15 'ended by its watchdog: it slept on after its alarm' <<'JOB'
sound_is_ready
check 'a sleep without an alarm' eval 'echo freeze >/sys/power/state'
JOB
is_ended 'a stream and a missed alarm' 40 'ended by its watchdog: it slept on after its alarm' <<'JOB'
. ./lib/alarm-job.sh
sound_is_ready
aplay -q -D "plughw:$(dsp_card),0" --period-time=10000000 --buffer-time=80000000 sound.wav &
wait_for 10 pcm_runs "$(dsp_card)"
for before_us in $(edges_us); do
	missed $before_us || continue
	check 'a stream and a missed alarm' eval 'echo freeze >/sys/power/state'
	break
done
JOB
is_ended 'a deeper sleep' 15 'ended by its watchdog: it slept on after its alarm' <<'JOB'
sound_is_ready
modprobe vsoc_sleep
check 'a deeper sleep' eval 'echo mem >/sys/power/state'
JOB
is_ended 'waiting for ever' 30 'ended, as its job took longer than 200 s of virtual time' --limit 200 <<'JOB'
check 'waiting for ever' sleep 100000
JOB
is_ended 'running for ever' 60 'ended, as its job took longer than 20 s of virtual time' --limit 20 <<'JOB'
check 'running for ever' eval 'while :; do :; done'
JOB
is_ended 'playing for ever' 30 'ended, as captured\.wav has grown beyond 4 MB' --capture 4 <<'JOB'
sound_is_ready
check 'playing for ever' eval 'while aplay -q -D "plughw:$(dsp_card),0" sound.wav; do :; done'
JOB

done_testing
