#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The output of `make play` about a minute asleep, and about the two other ways beside it: its exit status, its report and
# its table are true.
. "$(dirname "$0")/../lib/vm.sh"

noise minute.wav 1 2 16 2880011
# On a kernel with all checks on, the alarm must not come before Linux is asleep.
noise short.wav 2 2 16 $((slowness * 96001))

# make_play NAME ARGUMENT...: runs it; its output is in $output.
make_play() {
	local name=$1
	shift
	if output=$(nested "$TOP/scripts/play" "$@" 2>&1 </dev/null); then
		pass "$name: it ends well"
	else
		fail "$name: it ends well" "$output"
	fi
}
# report_value OUT JQ-EXPRESSION: of its report.
report_value() {
	jq -r "$2" "$1/report.json"
}

make_play 'a minute asleep' WAV=minute.wav MODE=sleep OUT=minute
is "$(report_value minute '.sleep | "\(.bit_exact) \(.frames_played) \(.frames_captured) \(.gaps) \(.underruns)"')" \
	'true 2880011 2880011 0 0' 'a minute asleep: captured bit for bit, no gap, no underrun'
is "$(report_value minute '.sleep | "\(.suspend_count) \(.sleep_wakeups)"')" '1 1' 'a minute asleep: one sleep, one wake-up'
is "$(report_value minute '.sleep.xhci_interrupts')" 0 'a minute asleep: no interrupt of the xHC'
asleep_percent=$(report_value minute '.sleep.ap_asleep_us / 600000 | floor')
at_most $((100 - asleep_percent)) $((5 * slowness)) "a minute asleep: asleep for $asleep_percent % of it"
is "$(grep -Ec 'captured bit for bit +yes$|suspends, wake-ups from them +1, 1$' <<<"$output")" 2 'a minute asleep: the table says so'

make_play 'all modes' WAV=short.wav OUT=all
is "$(report_value all '[.ap, .dsp, .sleep | .bit_exact] | join(" ")')" 'true true true' 'all modes: captured bit for bit'
is "$(report_value all 'if .ap.xhci_interrupts > 1000 then "many" else .ap.xhci_interrupts end')" many 'all modes: many interrupts through Linux'
is "$(report_value all '[.dsp, .sleep | .xhci_interrupts] | join(" ")')" '0 0' 'all modes: none through the DSP'
is "$(report_value all '[.ap, .dsp | .suspend_count] | join(" ")')" '0 0' 'all modes: no sleep where there is to be none'

done_testing
