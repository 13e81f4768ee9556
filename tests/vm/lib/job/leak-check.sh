# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The leak check: which resources of streams and sound cards are held. It runs after each job that vm() boots, and
# a job may call it, too.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# expect_leak WHY...: this job ends with resources held, on purpose, so the leak check does not run after it.
expect_leak() {
	result expect_leak "$*"
	touch /tmp/expect_leak
}

# mapped_by_name: how many bytes of the DSP's address space the drivers say they have mapped, in whole pages.
mapped_by_name() {
	mapped=0
	# shellcheck disable=SC2013 # the lines have no spaces
	for mapped_line in $(sed -n 's/.*iova \(0x[0-9a-f]*\).* bytes \([0-9]*\)$/\1:\2/p' \
		/sys/kernel/debug/snd_usb_offload/*/state /sys/kernel/debug/vsoc-audio/mappings 2>/dev/null); do
		mapped_first=$((${mapped_line%:*} & 4095))
		mapped=$((mapped + ((mapped_first + ${mapped_line#*:} + 4095) & ~4095)))
	done
	echo $mapped
}

# unpaired_objects: prints the objects that the log says were created and not destroyed. Services, cards and
# controllers may exist still; the driver says how many do.
unpaired_objects() {
	dmesg | grep -q 'Booting Linux' || echo "log: too long to tell which objects were created and destroyed"
	unpaired_state=$(cat /sys/kernel/debug/snd_usb_offload/*/state 2>/dev/null)
	dmesg | awk -v services="$(echo "$unpaired_state" | grep -c '^dsp')" \
		-v cards="$(echo "$unpaired_state" | grep -c '^card')" \
		-v controllers="$(echo "$unpaired_state" | grep -c '^controller')" '
		/: (created|destroyed) (service|card|controller|interrupter|stream|endpoint|buffer|mapping)/ {
			what = $0
			sub(/^\[ *[0-9.]*\] /, "", what)
			change = sub(/: created /, ": ", what) ? 1 : -1
			sub(/: destroyed /, ": ", what)
			count[what] += change
		}
		END {
			there["service"] = services; there["card"] = cards; there["controller"] = controllers
			for (what in count) {
				kind = what
				sub(/^.*: /, "", kind)
				sub(/ .*/, "", kind)
				if (kind in there)
					there[kind] -= count[what]
				else if (count[what])
					print "log: created and not destroyed: " what " (" count[what] ")"
			}
			for (kind in there)
				if (there[kind])
					print "log: " kind "s there and never created: " there[kind]
		}'
}

# held_resources: prints a line for each resource that a stream or a sound card holds now.
held_resources() {
	for held_file in /sys/kernel/debug/snd_usb_offload/*/resources; do
		[ ! -e "$held_file" ] || sed -n '/ 0$/!s/^/resources: /p' "$held_file"
	done
	grep -hE 'mapping|interrupter|starting|running|stopping|attaching|detaching| gone' \
		/sys/kernel/debug/snd_usb_offload/*/state 2>/dev/null | sed 's/^ */state: /'
	sed -n '/ users 0 users_below 0 children_active 0 sleep awake$/!s/^/usage: /p' /sys/kernel/debug/usb/offload 2>&1
	grep -h . /sys/kernel/debug/usb/xhci/*/sidebands 2>/dev/null | sed 's/^/offloaded: /'
	held_named=$(mapped_by_name)
	held_bytes=$(cat /sys/kernel/debug/vsoc-mmu/mapped_bytes 2>/dev/null || echo "$held_named")
	[ "$held_bytes" = "$held_named" ] ||
		echo "mmu: $held_bytes bytes mapped, $held_named by somebody that says so"
	grep -h '^buffer' /sys/kernel/debug/vsoc-audio/mappings 2>/dev/null | sed 's/^/mapped: /'
	for held_file in /proc/asound/card[0-9]*; do
		held_card=${held_file#/proc/asound/card}
		[ ! -e "$held_file" ] || grep -q "^ *$held_card \[" /proc/asound/cards || echo "proc: $held_file"
	done
}

# no_resource_held: succeeds if there is none. Prints those that there are. For use with check.
no_resource_held() {
	! held_resources | grep .
}

# find_leaks: prints those resources, and the objects without an end in the whole log of the kernel, which takes time.
find_leaks() {
	held_resources
	unpaired_objects
}

# kmemleak_reports: the findings of kmemleak, where there is one. It does not tell before an object is 5 s old, and a second
# scan finds objects whose pointers moved during the first.
kmemleak_reports() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	# It switches itself off if it cannot get memory of its own.
	echo scan >/sys/kernel/debug/kmemleak || { echo 'leak: kmemleak is off'; return; }
	echo scan >/sys/kernel/debug/kmemleak
	sed 's/^/leak: /' /sys/kernel/debug/kmemleak
}

# report_leaks: the check after a job. Releases that are under way have ten seconds.
report_leaks() {
	[ ! -e /tmp/expect_leak ] || return 0
	for _ in $(seq 10); do
		leaks=$(find_leaks)
		[ -n "$leaks" ] || break
		sleep 1
	done
	# Each of them ends with its last line, without a line feed.
	leaks=$(printf '%s\n' "$leaks" "$(kmemleak_reports)" | grep .)
	[ -z "$leaks" ] || echo "$leaks" | head -n 60 | while read -r leak_line; do result leak "$leak_line"; done
	result leaks "$(echo "$leaks" | grep -c .)"
}
