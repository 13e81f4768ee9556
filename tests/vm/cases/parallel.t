#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Three minutes of the parallel lane (scripts/smp): processors that run truly at once, two things at a time. A pair that the
# lane has found once, which failed in the second or third round. And that the lane can fail: a planted race is reported, as
# ours, with the line that tries it again.
. "$(dirname "$0")/../../tap.sh"
unset N ROUND MINUTES SLOW

output=$("$TOP/scripts/smp" --rounds 999 --minutes 3 --seed 1 --out . 2>&1)
status=$?
diag "$output"
# The reason stands in the test's own result: of a run elsewhere, that is often all there is to see.
is "$(sed -n '/^round .* failed: /p' <<<"$output" | tr '\n' ' ')" '' 'no round fails'
is $status 0 'and the lane says so'
rounds=$(grep -cE '^  round [0-9]+ .* ok \(' <<<"$output")
# Ten times as many on an idle host.
if [ "$rounds" -ge 2 ]; then
	pass "there were some: $rounds"
else
	fail "there were some: $rounds"
fi
is "$(sed -n 's/^Reports with a function of ours: //p' <<<"$output")" 0 'the kernel complains of nothing of ours'

# A start by user space beside the automatic one, when the driver comes and goes: the core ran on when that had gone.
output=$("$TOP/scripts/smp" --rounds 8 --seed 1 --pair 'dsp_driver dsp pcm' --out . 2>&1)
is $? 0 'the DSP is started and stopped while its driver is unbound and bound'
diag "$output"

# The kernel threads get to do their work. For a while, each change of an alternate setting was refused to them.
output=$("$TOP/scripts/smp" --rounds 2 --seed 1 --pair sideband --out . 2>&1)
is $? 0 'kernel threads use a sideband and change alternate settings'
diag "$output"
for what in register add interrupter alternate; do
	succeeds "they do: $what" grep -q "^churned $what [1-9]" smp/machine-1/result
done

# Whether it loses a count is chance, on a host with two processors above all.
output=$("$TOP/scripts/smp" --rounds 8 --seed 7 --pair race --out . 2>&1)
is $? 1 'a planted race fails'
case $output in
*'Reports with a function of ours: 0'*) fail 'it is reported' "$output" ;;
*vsoc_churn* | *churn_race*) pass 'it is reported' ;;
*) fail 'it is reported' "$output" ;;
esac
# A kernel that looks for data races sees the race itself, and not only its effects.
if [ "$VARIANT" = kcsan ]; then
	is "$(grep -c 'KCSAN: data-race in churn_race' <<<"${output%again: *}" | sed 's/^[1-9].*/some/')" some 'by KCSAN, as a data race'
fi
is "$(grep -cE 'again: make smp SEED=7 ROUND=[0-9]+ N=20' <<<"$output" | sed 's/^[1-9].*/some/')" some 'with the line that tries it again'

done_testing
