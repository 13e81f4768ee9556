#!/usr/bin/awk -f
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Makes the result of a job of tests/plain comparable with that of the same job on another kernel: it leaves out all that
# differs between any two kernels, as times, addresses and numbers of processes. Prints, for each act:
#
#   command ACT: TYPE; TYPE; ...        xHCI commands for one device in their order, a line for each device. Devices are
#                                       resumed at the same time, so it is chance which gets which slot
#   early ACT: slot N                   not among them: Evaluate Context for a slot that has had no Address Device since
#                                       the controller was initialised anew
#   callback ACT: DEVICE: CALLBACK      calls of the drivers of USB devices and controllers in a sleep
#   message ACT: DEVICE: TEXT           the kernel's log about them; with the messages that the job turns on, each suspend and
#                                       resume of a device and of a bus, and why
#   source ACT: NAME                    wake-up events
#   fact ACT: ...                       the job's own counts and findings
#   hub ACT: N                          of that, the URBs of hubs
#   interrupts ACT: N                   and the controller's interrupts, without one for each of these
#   us ACT: suspend|resume N busy N     how long devices took to suspend or to resume, and for how much of that the
#                                       processor was busy with it: neither idle nor with a tick

function after(pattern,    text) {
	text = $0
	sub(".* " pattern ": *", "", text)
	return text
}

function time_us(    i) {
	for (i = 1; i <= NF; i++)
		if ($i ~ /^[0-9]+\.[0-9]+:$/)
			return substr($i, 1, length($i) - 1) * 1000000
}

function command(text,    slot, type) {
	type = text
	sub(/:.*/, "", type)
	slot = text
	if (!sub(/.* slot /, "", slot))
		slot = ""
	sub(/ .*/, "", slot)
	if (type == "Enable Slot Command" && resumed) {
		end_of_act()
		split("", addressed)
		initialised = 1
		resumed = 0
	}
	if (type == "Address Device Command")
		addressed[slot] = 1
	if (type == "Disable Slot Command")
		delete addressed[slot]
	if (type == "Evaluate Context Command" && initialised && !(slot in addressed)) {
		print "early " act ": slot " slot
		return
	}
	# Addresses go, and the cycle bit.
	gsub(/ (ctx|deq|stream) [0-9a-f]+/, "", text)
	gsub(/ slot [0-9]+/, "", text)
	sub(/:?[cC]$/, "", text)
	sub(/ flags *$/, "", text)
	sub(/:$/, "", text)
	commands[slot] = commands[slot] "; " text
}

function end_of_act(    slot) {
	for (slot in commands)
		print "command " act ": " substr(commands[slot], 3)
	split("", commands)
}

/^(fact|hub|interrupts) / { print; next }
!/^trace / { next }
/: act / {
	end_of_act()
	act = $0
	sub(/.*: act /, "", act)
	next
}
act == "" || act == "none" { next }

/ xhci_handle_command: / { command(after("xhci_handle_command: CMD")) }
/ device_pm_callback_start: / {
	text = after("device_pm_callback_start")
	if (text !~ /^(usb|hub|snd-usb-audio|usbhid|xhci_hcd|hid-generic) /)
		next
	name = text
	sub(/, parent.*/, "", name)
	sub(/.*, parent: [^,]*, /, "", text)
	print "callback " act ": " name ": " text
	if (name ~ /^xhci_hcd/ && text ~ /\[(resume|thaw|restore|recover)\]/)
		resumed = 1
}
/ console: / {
	text = after("console")
	sub(/^\[ *[0-9.]+\] /, "", text)
	if (text ~ /^(usb|hub|xhci_hcd) /)
		print "message " act ": " text
}
/ wakeup_source_activate: / {
	text = after("wakeup_source_activate")
	sub(/ .*/, "", text)
	print "source " act ": " text
}
phase && / cpu_idle: state=4294967295 / { idle_us[phase] += time_us() - idle_begin_us }
/ cpu_idle: / { idle_begin_us = time_us() }
/ irq_handler_entry: .* name=arch_timer/ || / softirq_entry: .*action=(TIMER|HRTIMER|SCHED|RCU)\]/ { tick_begin_us = time_us() }
/ (irq_handler|softirq)_exit: / && tick_begin_us {
	if (phase)
		idle_us[phase] += time_us() - tick_begin_us
	tick_begin_us = 0
}
/ suspend_resume: dpm_/ {
	split(after("suspend_resume"), word, /\[| /)
	if (/ begin$/) {
		begin_us[word[1]] = time_us()
		phase = word[1] ~ /^dpm_(prepare|suspend)/ ? "suspend" : "resume"
		next
	}
	took_us[word[1] ~ /^dpm_(prepare|suspend)/ ? "suspend" : "resume"] += time_us() - begin_us[word[1]]
	phase = ""
	if (word[1] == "dpm_complete") {
		for (way in took_us)
			printf "us %s: %s %d busy %d\n", act, way, took_us[way], took_us[way] - idle_us[way]
		split("", took_us)
		split("", idle_us)
	}
}
END { end_of_act() }
