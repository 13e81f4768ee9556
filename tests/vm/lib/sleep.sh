# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For the tests of system sleep, after lib.sh: sounds that end in silence, what their jobs have in common, and things
# that happen at a given moment of a sleep.

# sound NAME SEED FRAMES: makes NAME.wav, and NAME-silence.wav for the job to play: QEMU's device drops the last few
# milliseconds if its interface is closed behind them.
sound() {
	noise "$1.wav" "$2" 2 16 "$3"
	[ -e silence.wav ] || "$TOOLS/wavmake" silence.wav --silence 48000 2 16 1440
	"$TOOLS/wavmake" "$1-silence.wav" "$1.wav" silence.wav
}

# What the jobs have in common.
# shellcheck disable=SC2034 # for the tests
prelude=$(
	cat <<'JOB'
echo 'file drivers/usb/core/hub.c +p; file drivers/usb/core/hcd.c func hcd_bus_suspend +p' >/sys/kernel/debug/dynamic_debug/control
trace=/sys/kernel/tracing
echo boot >$trace/trace_clock
echo 1 >$trace/events/power/suspend_resume/enable

# sleep_s S: suspend-to-idle for so many seconds.
sleep_s() { sleep_for "$1"; }
# begin FILE: plays to the DSP with a buffer that holds all of it. Sets player.
begin() {
	aplay -q -D "plughw:$(dsp_card),0" --period-time=10000000 --buffer-time=80000000 "$1" &
	player=$!
	check 'it plays' wait_for 10 pcm_runs "$(dsp_card)"
}
suspends() { cat /sys/power/suspend_stats/success; }
failures() { cat /sys/power/suspend_stats/fail; }
# xhc_state DEVICE SLOT: what a reset would change: the address that the device has, and the state of its port.
xhc_state() {
	cat /sys/bus/usb/devices/"$1"/devnum
	for state_file in /sys/kernel/debug/usb/xhci/*/devices/"$2"/slot-context /sys/kernel/debug/usb/xhci/*/ports/*/portsc; do
		grep -H . "$state_file"
	done
}
# suspended DEVICE: or root hub.
suspended() { dmesg | grep -Eq "usb $1: (usb|bus) suspend"; }
# port_resumed DEVICE: its port was suspended, and so it had to be resumed.
port_resumed() { dmesg | grep -q "usb $1: usb resume"; }
was_reset() { dmesg | sed -n '/PM: suspend entry/,$p' | grep -i 'reset'; }
position_moves() {
	position=$(sed -n 's/^hw_ptr *: //p' "/proc/asound/card$(dsp_card)/pcm0p/sub0/status")
	sleep 0.1
	test "$(sed -n 's/^hw_ptr *: //p' "/proc/asound/card$(dsp_card)/pcm0p/sub0/status")" -gt "$position"
}
# position_now CARD: looks at what the DSP has played, and at the clock that goes on in a sleep, without another process:
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
underruns() { sed -n 's/^underruns //p' /sys/kernel/debug/vsoc-audio/stream0; }
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
	result given_up "$(failures)"
	result wakeups "$(grep -c 'machine_suspend.* end$' $trace/trace)"
	result underruns "$(underruns)"
}
# The offload driver's account of what streams hold: all of it is back.
nothing_held() {
	! grep -v ' 0$' /sys/kernel/debug/snd_usb_offload/*/resources
}

# Things at moments of a sleep, see vsoc/linux/test/vsoc-moment.c. In late sleep, the port by which jobs talk to QEMU
# would be asleep as well; so it is kept awake, and devices suspend and resume one after the other, so that each
# moment is the same each time.
moment=/sys/kernel/debug/vsoc-moment
with_moments() {
	modprobe vsoc-moment awake=0000:00:01.0
	echo 0 >/sys/power/pm_async
	exec 6<>/dev/hvc0
	stty raw -echo <&6
	# QEMU's greeting was there before, and has been echoed perhaps, all of it or half. Byte 255 ends whatever QEMU
	# takes for the beginning of a command.
	printf '\377{"execute":"qmp_capabilities"}\n' >&6
	until [ "${late_answer#'{"return"'}" != "$late_answer" ]; do
		read -r late_answer <&6
	done
}
# plan MOMENT refuse|wake|wait MS
plan() { echo "$*" >$moment/plan; }
# plan_host MOMENT COMMAND...: QEMU's monitor gets the command.
plan_host() {
	plan_moment=$1
	shift
	printf '%s ask 6\n{"execute":"human-monitor-command","arguments":{"command-line":"%s"}}\n' "$plan_moment" "$*" >/tmp/plan
	cat /tmp/plan >$moment/plan
}
# happened TEXT: that is what is in the log of what was planned, which then is forgotten.
happened() {
	happened_log=$(cat $moment/log)
	echo >$moment/log
	echo "$happened_log"
	[ "$happened_log" = "$*" ]
}
JOB
)

# Add these to vm_qemu for with_moments: one more monitor, at a console of its own.
# shellcheck disable=SC2034,SC2054 # for the tests; commas are QEMU's
vm_moments=(
	-chardev socket,id=late,path=late,server=on,wait=off -mon chardev=late,mode=control
	-chardev socket,id=console,path=late -device virtconsole,chardev=console,name=lullaby.late
)

# was_one_sleep NAME: the last run captured sound.wav through one sleep.
was_one_sleep() {
	captured_is sound.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
	is "$(value suspends)" 1 "$1: it slept"
	is "$(value wakeups)" 1 "$1: one wake-up"
}
