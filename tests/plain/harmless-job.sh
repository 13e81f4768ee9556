# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The common part of the jobs of tests/plain/*.t. They run on every kernel, so they use nothing of ours: neither
# modules nor debugfs files.
#
# A job is a row of acts. The kernel's trace has the events of each, which the job reports line by line ("trace ...");
# the state behind it is reported as "fact ACT: ...". tests/plain/acts.awk makes both comparable.

# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # in the machine, with the variables of the job
. ./lib/pm-test.sh
trace=/sys/kernel/tracing
usb=/sys/bus/usb/devices

# begin_job: every job calls it first; devices, below and correct are set.
begin_job() {
	all="$devices usb1"
	modprobe usbhid
	[ "$correct" = no ] || modprobe xhci_early
	check 'all devices are there' wait_for 10 devices_are $devices
	[ -z "$below" ] || check 'the sound card is there' wait_for 10 usb_card
}

# enable_events EVENT...: they are traced from now on.
enable_events() {
	for trace_event; do
		echo 1 >"$trace/events/$trace_event/enable"
	done
}

# set_messages +p|-p: whether the USB core's debug messages about power are printed.
set_messages() {
	for trace_function in usb_port_suspend usb_port_resume finish_port_resume hcd_bus_suspend hcd_bus_resume; do
		echo "func $trace_function $1" >/sys/kernel/debug/dynamic_debug/control
	done
}

# begin_trace: everything is traced that is counted. The buffer has to hold all of it.
begin_trace() {
	echo 16384 >$trace/buffer_size_kb
	echo boot >$trace/trace_clock
	enable_events power/suspend_resume power/device_pm_callback_start power/wakeup_source_activate \
		printk/console xhci-hcd/xhci_handle_command
	set_messages +p
}

# begin_times: nothing is traced any more but how long the phases of sleeps take, how much of that is waiting, and
# how much is ticks.
begin_times() {
	echo 0 >$trace/events/enable
	enable_events power/suspend_resume power/cpu_idle irq/irq_handler_entry irq/irq_handler_exit \
		irq/softirq_entry irq/softirq_exit
	set_messages -p
}

# end_trace: reports it.
end_trace() {
	echo 0 >$trace/tracing_on
	result left_out "$(cat /sys/module/xhci_early/parameters/left_out 2>/dev/null)"
	sed -n 's/^\(overrun\|dropped events\): /fact trace: \1 /p' $trace/per_cpu/cpu*/stats >&3
	sed '/^#/d; s/^/trace /' $trace/trace >&3
}

# wakeups: how many events each wake-up source has had, the clock's but not the power button's.
wakeups() {
	for wakeups_source in /sys/class/wakeup/*; do
		echo "$(cat "$wakeups_source/name") $(cat "$wakeups_source/event_count")"
	done | sort
}

# urbs: how many each USB device has had. Those of root hubs are no transfers, but calls within Linux, of which there is
# one more if the hub's thread looks at a port just before it changes.
urbs() {
	for urbs_device in "$usb"/[0-9]*/urbnum; do
		urbs_name=${urbs_device%/urbnum}
		echo "${urbs_name##*/} $(cat "$urbs_device")"
	done
}

# states: how each USB device, root hubs included, is.
states() {
	for states_device in "$usb"/*/devnum; do
		states_device=${states_device%/devnum}
		echo "${states_device##*/} $(cat "$states_device/power/runtime_status") number $(cat "$states_device/devnum")"
	done
	for states_device in /sys/bus/pci/drivers/xhci_hcd/0*; do
		echo "${states_device##*/} $(cat "$states_device/power/runtime_status")"
	done
}

# changes BEFORE AFTER: the numbers in AFTER that were another in BEFORE, by how much.
changes() {
	awk 'NR == FNR { before[$1] = $2; next } $2 != before[$1] { print $1, $2 - before[$1] }' "$1" "$2"
}

facts() { sed "s/^/fact $1: /" >&3; }

# act NAME COMMAND...: the command has to succeed. Five seconds later all that it has caused is over, autosuspend too.
act() {
	act_name=$1
	shift
	# The looks before an act are no part of it, nor is the end of the one before.
	wakeups >/tmp/wakeups; urbs >/tmp/urbs
	act_interrupts=$(xhci_interrupts)
	echo "act $act_name" >$trace/trace_marker
	check "$act_name" "$@"
	sleep 5
	echo "act none" >$trace/trace_marker
	act_interrupts=$(($(xhci_interrupts) - act_interrupts))
	wakeups >/tmp/wakeups-after; urbs >/tmp/urbs-after
	changes /tmp/wakeups /tmp/wakeups-after | sed 's/^/wake-ups of /' | facts "$act_name"
	# Each URB of a hub has an interrupt of its own.
	act_hub_urbs=0
	while read -r urbs_name urbs_number; do
		[ -n "$urbs_name" ] || continue
		if [ "$(cat "$usb/$urbs_name/maxchild")" -gt 0 ]; then
			act_hub_urbs=$((act_hub_urbs + urbs_number))
		else
			echo "URBs of $urbs_name $urbs_number" | facts "$act_name"
		fi
	done <<-URBS
	$(changes /tmp/urbs /tmp/urbs-after)
	URBS
	result hub "$act_name: $act_hub_urbs"
	result interrupts "$act_name: $((act_interrupts - act_hub_urbs))"
	states | sed 's/^/state of /' | facts "$act_name"
}

# devices_are DEVICE...: these are there, and have drivers.
devices_are() {
	for are_device; do
		test -e "$usb/$are_device:1.0/driver" || return 1
	done
}

# control WORD DEVICE...: on, or auto with a delay of a second.
control() {
	control_word=$1
	shift
	for control_device; do
		echo 1000 >"$usb/$control_device/power/autosuspend_delay_ms"
		echo "$control_word" >"$usb/$control_device/power/control"
	done
}

# are STATE DEVICE...: all of them.
are() {
	are_state=$1
	shift
	for are_device; do
		echo "$are_device $(cat "$usb/$are_device/power/runtime_status")"
		[ "$(cat "$usb/$are_device/power/runtime_status")" = "$are_state" ] || return 1
	done
}
go_down() {
	control auto "$@"
	sleep 8
	are suspended "$@"
}
come_up() {
	control on "$@"
	sleep 1
	are active "$@"
}

linux_plays_silence() { aplay -q -D "plughw:$(usb_card),0" silence.wav; }

# kernel_test PROGRAM CARD: one of the kernel's tests of ALSA: it has to pass, and reports its test cases. Times and
# random numbers are left out.
kernel_test() {
	"./$1" >"/tmp/$1.log" 2>&1
	kernel_status=$?
	grep -E '^(ok|not ok|1\.\.|# Totals)' "/tmp/$1.log" | facts "$1"
	[ $kernel_status = 0 ] || cat "/tmp/$1.log"
	return $kernel_status
}
