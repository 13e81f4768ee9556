# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For jobs that make allocations and calls fail, one after the other, through vsoc-inject.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries
. ./lib/leak-check.sh
inject=/sys/kernel/debug/vsoc-inject
modprobe vsoc_inject

# text_of MODULE [PATTERN]: where that module's code is, or that part of it between the first and the last
# function whose name matches PATTERN. A module's code ends with a page that nobody has.
text_of() {
	text_lines=$(awk -v module="[$1]" -v pattern="${2:-.}" \
		'$4 == module && tolower($2) == "t" && $3 ~ pattern { print $1 }' /proc/kallsyms | sort)
	text_last=$(echo "$text_lines" | tail -n 1)
	printf '%s %x\n' "$(echo "$text_lines" | head -n 1)" $((0x$text_last + ${3:-4096}))
}

# symbols NAME...: where these functions of the kernel are, or the parts that the compiler made of them.
symbols() {
	sort /proc/kallsyms | awk -v names=" $* " '
		start && $1 != start { print start, $1; start = "" }
		{ name = $3; sub(/\..*/, "", name) }
		index(names, " " name " ") && tolower($2) == "t" { start = $1 }'
}

# text_around MODULE FUNCTION: where that module's code is, but for that function of it.
text_around() {
	around_text=$(text_of "$1")
	around_function=$(symbols "$2")
	echo "${around_text% *} ${around_function% *} ${around_function#* } ${around_text#* }"
}

# inject_in RANGE...: only calls on behalf of that code fail. The pages that the slab allocator takes now and then for
# later requests do not count: the requests do. Nor do the allocations of a kernel's own checks.
inject_in() {
	echo "$*" >$inject/ranges
	# In one write: awk writes each line by itself, and the last one would count.
	inject_except=$(symbols ___slab_alloc mem_pool_alloc __alloc_object __create_object kmemleak_scan_area \
		stack_depot_save_flags fill_pool dma_entry_alloc add_dma_entry)
	echo "$inject_except" >$inject/except
}

# inject_calls NAME RESULT...: these functions fail, too, beside the allocations.
inject_calls() {
	echo "$*" >$inject/functions
}

# has_failed: the call that has failed, or nothing: "usb_set_interface for configure", the latter being the innermost function of
# the code that fails.
has_failed() {
	sed -n 's/^\([^ ]*\) from .* for \([^ .]*\).*/\1 for \2/p' $inject/last
}

# walk WHAT DO CHECK: runs DO again and again, with another call failing in it each time, until there is none left.
# After each, CHECK has to succeed; it is told what failed, and the output of DO is in /tmp/walk.log. Each is a
# test by name. Leaves the failed calls in /tmp/walked.
walk() {
	: >/tmp/walked
	walk_calls=0
	while [ "$walk_calls" -lt 1000 ]; do
		echo 1 >$inject/armed
		"$2" >/tmp/walk.log 2>&1
		echo 0 >$inject/armed
		walk_failed=$(has_failed)
		[ -n "$walk_failed" ] || break
		cat $inject/last >>/tmp/walk.log
		walk_calls=$((walk_calls + 1))
		echo "$walk_failed" >>/tmp/walked
		check "$1, call $walk_calls: $walk_failed" "$3" "$walk_failed"
	done
	check "$1: all $walk_calls calls have failed, and then none" test -z "$walk_failed"
}

# all_failed PATTERN...: each of them is among the calls that the last walk made fail.
all_failed() {
	for all_pattern; do
		grep -q "$all_pattern" /tmp/walked || { echo "$all_pattern was never called"; return 1; }
	done
}
