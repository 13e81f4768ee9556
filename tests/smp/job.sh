# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The part of the parallel lane that runs in the machine: the rounds of the file "rounds", one after the other. Reports, beside
# the lines that actions.sh explains:
#
#	begin ROUND		a round begins; the kernel's log says "smp: round N begins", too
#	ok ROUND		it has ended, and everything is as it should be
#	bad ROUND WHY		it has ended, and something is not
#	last ROUND		after one of them: the machine is not used any more
#	churned NAME COUNT	at the end: the work of vsoc-churn's kernel threads
#
# Judged after each round: both actions have ended; all that was taken away can be brought back; the DSP plays, and so
# does Linux; no stream has left anything behind; the kernel has not oopsed. The host looks at its other complaints.

# shellcheck disable=SC1091,SC2154 # beside the job; slowness, END_S, length_ms, until_ms: the first line of the job
. ./lib/leak-check.sh
. ./lib/fake-dsp.sh
. ./lib/usb.sh
. ./lib/dsp.sh
. ./actions.sh

bad() { bad="$bad${bad:+; }$*"; }

# ends_within SECONDS PID: that child ends. By looking, as to wait for it might take for ever; its status can be waited for then.
ends_within() {
	ends_tries=$(($1 * 20))
	while kill -0 "$2" 2>/dev/null; do
		ends_tries=$((ends_tries - 1))
		[ "$ends_tries" -gt 0 ] || return 1
		usleep 50000
	done
	return 0
}

# begin_action NAME SEED: sets action_pid.
begin_action() {
	(
		dice_seed "$2"
		seed=$2
		"act_$1"
	) >/dev/null 2>&1 &
	action_pid=$!
}

run_actions() {
	now_ms
	round_end_ms=$((now_ms + length_ms))
	pids=
	number=0
	for action; do
		number=$((number + 1))
		begin_action "$action" $((round_seed + number))
		pids="$pids $action:$action_pid"
	done
	for pid in $pids; do
		ends_within "$END_S" "${pid#*:}" && continue
		bad "${pid%:*} does not end"
		is_hanging=yes
	done
}

becomes_whole() {
	whole_tries=$((10 * slowness))
	while :; do
		repair
		wait_for 1 is_whole && return 0
		whole_tries=$((whole_tries - 1))
		[ "$whole_tries" -gt 0 ] || return 1
	done
}

# churn_plays CARD: it plays to its end. ALSA gives a drain a tenth more time than the sound takes, which a busy host may exceed: so
# there are three tries. One that never ends fails at once.
churn_plays() {
	for play_try in 1 2 3; do
		echo "try $play_try" >>/tmp/round.log
		pcm-churn "$1" >>/tmp/round.log 2>&1 &
		if ! ends_within "$END_S" $!; then
			kill -KILL $!
			echo 'does not end' >>/tmp/round.log
			return 1
		fi
		wait $! && return 0
	done
	return 1
}

judge() {
	if ! becomes_whole >>/tmp/round.log 2>&1; then
		bad "it does not come back: $(repair 2>&1 | tail -n 1), $(is_whole 2>&1 | tail -n 1)"
		return
	fi
	if [ -e /job/fake ]; then
		# The next client is served when the rest of a flood has been.
		wait_for 10 eval 'qrtr-peer enable disable | grep -q "status=0 internal=0 slot="' || bad 'an honest client is not served'
	else
		churn_plays "$(dsp_card)" || bad "the DSP does not play: $(tail -n 1 /tmp/round.log)"
	fi
	churn_plays "$(usb_card)" || bad "Linux does not play: $(tail -n 1 /tmp/round.log)"
	wait_for 10 no_resource_held || bad "held: $(held_resources | head -n 3 | tr '\n' ',')"
}

# is_broken: nothing that happens on this machine from now on says anything.
is_broken() {
	# TAINT_DIE, bit 7
	[ "$is_hanging" = yes ] || [ $(($(cat /proc/sys/kernel/tainted) & 128)) -ne 0 ] ||
		grep -qs 'debug_locks: *0' /proc/lockdep_stats
}

run_round() {
	bad=
	is_hanging=no
	: >/tmp/round.log
	result begin "$round"
	echo "<4>smp: round $round begins: $*" >/dev/kmsg
	run_actions "$@"
	if [ $is_hanging = yes ]; then
		dmesg -n 8
		echo w >/proc/sysrq-trigger
		echo l >/proc/sysrq-trigger
	else
		judge
	fi
	echo "<4>smp: round $round ends${bad:+: $bad}" >/dev/kmsg
	if [ -z "$bad" ]; then
		result ok "$round"
	else
		result bad "$round $bad"
	fi
}

is_hanging=no
modprobe vsoc-pm-test
modprobe vsoc-churn
[ ! -e /job/fake ] || bind_fake_dsp
becomes_whole >/dev/null 2>&1 || { result bad "0 the sound cards are not ready"; exit 1; }

while read -r round round_seed actions; do
	now_ms
	[ "$now_ms" -lt "$until_ms" ] || break
	# shellcheck disable=SC2086 # words
	run_round $actions
	if [ -n "$bad" ] || is_broken; then
		result last "$round"
		break
	fi
done <rounds
[ ! -e /tmp/churned ] || awk '{ sum[$1] += $2 } END { for (name in sum) print name, sum[name] }' /tmp/churned | while read -r name sum; do
	result churned "$name $sum"
done
# A hanging process would keep the end of the job from being reported.
if [ "$is_hanging" = yes ]; then
	result exit 0
	poweroff -f
fi
exit 0
