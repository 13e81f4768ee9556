# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# System sleep: its phases, the devices that it suspends, and how a stream gets through it.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

. ./lib/pcm.sh
. ./lib/offload.sh

# The USB core says what it suspends, and the trace has the phases of each sleep.
echo 'file drivers/usb/core/hub.c +p; file drivers/usb/core/hcd.c func hcd_bus_suspend +p' >/sys/kernel/debug/dynamic_debug/control
trace=/sys/kernel/tracing
echo boot >$trace/trace_clock
echo 1 >$trace/events/power/suspend_resume/enable

suspends() { cat /sys/power/suspend_stats/success; }
failed_suspends() { cat /sys/power/suspend_stats/fail; }
# xhc_state DEVICE SLOT: the state that a reset would change: the address that the device has, and the state of its port.
xhc_state() {
	cat /sys/bus/usb/devices/"$1"/devnum
	for state_file in /sys/kernel/debug/usb/xhci/*/devices/"$2"/slot-context /sys/kernel/debug/usb/xhci/*/ports/*/portsc; do
		grep -H . "$state_file"
	done
}
# was_suspended DEVICE: or root hub.
was_suspended() { dmesg | grep -Eq "usb $1: (usb|bus) suspend"; }
# port_resumed DEVICE: its port was suspended, and so it had to be resumed.
port_resumed() { dmesg | grep -q "usb $1: usb resume"; }
was_reset() { dmesg | sed -n '/PM: suspend entry/,$p' | grep -i 'reset'; }
position_moves() {
	position=$(sed -n 's/^hw_ptr *: //p' "/proc/asound/card$(dsp_card)/pcm0p/sub0/status")
	sleep 0.1
	test "$(sed -n 's/^hw_ptr *: //p' "/proc/asound/card$(dsp_card)/pcm0p/sub0/status")" -gt "$position"
}
# position_now CARD: looks at the frames that the DSP has played, and at the clock that goes on in a sleep, without another process:
# time passes between the two looks. Sets played_ms and boot_ms.
position_now() {
	read -r position_boot_s position_rest </proc/uptime
	while read -r position_key position_colon position_value; do
		[ "$position_key" != hw_ptr ] || played_ms=$((position_value / 48))
	done <"/proc/asound/card$1/pcm0p/sub0/status"
	boot_ms=$((${position_boot_s%.*} * 1000 + 1${position_boot_s#*.} * 10 - 1000))
}
# position_is_right CARD PLAYED_MS BOOT_MS: since it was that, it has gone on as the clock has.
position_is_right() {
	position_now "$1"
	echo "played $((played_ms - $2)) ms in $((boot_ms - $3)) ms"
	position_late_ms=$((boot_ms - $3 - played_ms + $2))
	test "$position_late_ms" -ge $((-40 * slowness)) -a "$position_late_ms" -le $((40 * slowness))
}
# phase_us PHASE...: how long these phases of the last sleep took.
phase_us() {
	for phase_name; do
		grep "suspend_resume: $phase_name\[" $trace/trace | tail -n 2
	done | awk '
		{ for (i = 1; i < NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) now_us = $i * 1000000 }
		/ begin$/ { begin_us = now_us }
		/ end$/ { sum_us += now_us - begin_us }
		END { printf "%d\n", sum_us }'
}
report_sleep() {
	result suspend_us "$(phase_us dpm_suspend dpm_suspend_late dpm_suspend_noirq)"
	result resume_us "$(phase_us dpm_resume_noirq dpm_resume_early dpm_resume)"
	result suspends "$(suspends)"
	result given_up "$(failed_suspends)"
	result wakeups "$(grep -c 'machine_suspend.* end$' $trace/trace)"
	result underruns "$(stream_number underruns)"
}
#
# Actions at hooks of a system sleep, see vsoc/linux/test/vsoc-pm-test.c. In late sleep, the port by which jobs talk to QEMU
# would be asleep as well; so it is kept awake, and devices suspend and resume one after the other, so that each
# hook comes at the same time.
pm_hooks=/sys/kernel/debug/vsoc-pm-test

with_pm_hooks() {
	modprobe vsoc-pm-test awake=0000:00:01.0
	echo 0 >/sys/power/pm_async
	exec 6<>/dev/hvc0
	stty raw -echo <&6
	# QEMU's greeting was there before, and has been echoed perhaps, all of it or half. Byte 255 ends all that
	# QEMU takes for the beginning of a command.
	printf '\377{"execute":"qmp_capabilities"}\n' >&6
	until [ "${late_answer#'{"return"'}" != "$late_answer" ]; do
		read -r late_answer <&6
	done
}
# pm_action HOOK refuse|wake|wait MS
pm_action() { echo "$*" >$pm_hooks/action; }
# pm_action_host HOOK COMMAND...: QEMU's monitor gets the command.
pm_action_host() {
	pm_hook=$1
	shift
	printf '%s ask 6\n{"execute":"human-monitor-command","arguments":{"command-line":"%s"}}\n' "$pm_hook" "$*" >/tmp/action
	cat /tmp/action >$pm_hooks/action
}
# happened TEXT: the log of the actions has just that text; it is forgotten then.
happened() {
	happened_log=$(cat $pm_hooks/log)
	echo >$pm_hooks/log
	echo "$happened_log"
	[ "$happened_log" = "$*" ]
}
