#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# tests/vm/host-time names the tests whose machines use QEMU's monitor, and so act when the host likes: those, and no
# other. All others have to be the same to the byte in each run.
. "$(dirname "$0")/../tap.sh"

cd "$TOP" || exit 1

# sources_of FILE: a test with all that it sources or puts into its jobs, without comments.
sources_of() {
	local file
	sed -E 's/(^|[[:space:]])#.*//' "$1"
	# shellcheck disable=SC2016 # it looks for $TOP
	while read -r file; do
		[[ " $seen " == *" $file "* ]] || { seen+=" $file"; sources_of "$file"; }
	done < <(sed -nE 's/(^|[[:space:]])#.*//
		s|.*\. "\$\(dirname [^)]*\)/([./a-z-]+\.sh)".*|'"$(dirname "$1")"'/\1|p
		s|^\. \./lib/([a-z-]+-job\.sh)$|tests/vm/cases/\1|p
		s|^\. \./lib/([a-z-]+\.sh)$|tests/vm/lib/job/\1|p
		s|.*\$TOP/(tests/[a-z/-]+\.sh)".*|\1|p' "$1")
}

# uses_monitor FILE: whether it calls one of the functions by which a job speaks to the monitor.
uses_monitor() {
	seen=$1
	sources_of "$1" | grep -Eq '(^|[^[:alnum:]_./$-])(host|pm_action_host|with_pm_hooks)([[:space:]]|$)'
}

is "$(for test in tests/vm/cases/*.t tests/plain/*.t tests/soak/*.t; do ! uses_monitor "$test" || echo "$test"; done)" \
	"$(sed '/^#/d' tests/vm/host-time)" 'the tests that use the monitor are those of tests/vm/host-time'

# Names that this test would find.
mkdir "$TEST_DIR/cases"
new=$TEST_DIR/cases/new.t
ln -s "$TOP/tests/vm/lib" "$TEST_DIR/lib"
cp tests/vm/cases/play.t "$new"
uses_monitor "$new"
is $? 1 'one that does not is none of them'
for line in "check 'it is unplugged' host device_del headset" '	pm_action_host late device_del hub' with_pm_hooks 'wait_for 5 host log none'; do
	{ cat tests/vm/cases/play.t; echo "$line"; } >"$new"
	succeeds "with this line it is: $line" uses_monitor "$new"
done
# shellcheck disable=SC2016 # as it stands
for line in '# the host is busy' 'hostile 5' 'echo "$host"' 'tests/host'; do
	{ cat tests/vm/cases/play.t; echo "$line"; } >"$new"
	uses_monitor "$new"
	is $? 1 "with this it is not: $line"
done

done_testing
