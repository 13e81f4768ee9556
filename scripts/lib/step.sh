# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# How a step of a build shows its progress. A terminal gets a bar that moves. A log file or CI gets a line at the beginning
# of each step, with its usual time and the place of its log, one each half minute, and one at its end. A step that fails
# says why. For common.sh.

# The time between two lines where there is no terminal.
report_s=30

progress_is_live() {
	[ -t 1 ] && [ "${TERM:-dumb}" != dumb ]
}

# progress_draw TEXT DONE TOTAL SECONDS: one line, drawn over the one before. TOTAL 0: not known.
progress_draw() {
	local text=$1 count=$2 total=$3 seconds=$4 width=28 filled percent bar
	if [ "$total" -gt 0 ]; then
		percent=$((count * 100 / total))
		[ "$percent" -le 99 ] || percent=99
		filled=$((percent * width / 100))
		printf -v bar '%*s' "$filled" ''
		bar=${bar// /#}
		printf '\r\033[K  %-38s [%-*s] %2d %%  %d:%02d' "$text" "$width" "$bar" "$percent" $((seconds / 60)) $((seconds % 60))
	else
		filled=$((seconds % (width - 2)))
		printf -v bar '%*s' "$filled" ''
		printf '\r\033[K  %-38s [%-*s]       %d:%02d' "$text" "$width" "$bar###" $((seconds / 60)) $((seconds % 60))
	fi
}

# progress_report PID TEXT LOG PATTERN TOTAL: a line each half minute for as long as process PID, the step, lives.
progress_report() {
	local pid=$1 text=$2 log=$3 pattern=$4 total=$5 begin=$SECONDS count
	trap 'kill $! 2>/dev/null; exit' TERM
	while :; do
		sleep "$report_s" &
		wait $!
		kill -0 "$pid" 2>/dev/null || return 0
		count=$(grep -c "$pattern" "$log" || true)
		if [ "$total" -gt 0 ]; then
			count=$((count * 100 / total))
			printf '  %-38s %d s, %d %%\n' "$text" $((SECONDS - begin)) $((count < 99 ? count : 99))
		else
			printf '  %-38s %d s, %d lines of log\n' "$text" $((SECONDS - begin)) "$(wc -l <"$log")"
		fi
	done
}

# remember_time TEXT SECONDS: how long that step took on this machine.
remember_time() {
	mkdir -p "$CACHE/times"
	echo "$2" >"$CACHE/times/$(hash_text "$1")"
}

# expected_time TEXT: ", about N s": as long as the step took the last time on this machine, or, if it is new here, as long as
# on two idle processors. Nothing if that is not known, or a moment.
expected_time() {
	local seconds
	seconds=$(cat "$CACHE/times/$(hash_text "$1")" 2>/dev/null) ||
		seconds=$(awk -F '\t' -v text="$1" '$1 == text { print $2 }' "$TOP/scripts/lib/step-seconds")
	[ "${seconds:-0}" -lt 2 ] || printf ', about %d s' "$seconds"
}

# Patterns of the complaints of compilers, linkers, dtc, apt and our own scripts.
complaints='^[^ ]+:[0-9]+(:[0-9]+)?: (fatal )?[Ee]rror|^(ERROR|Error|error|E|FATAL|fatal): |^dpkg: error'
complaints+='|undefined reference|multiple definition|does not apply|No space left|Cannot allocate|Killed|command not found'

# show_complaints LOG: the reason of a failure, from a log: the first complaints that match, if there are any, each with
# the lines below it; make only repeats at the end that a command failed. Otherwise the end of the log.
show_complaints() {
	if grep -qE "$complaints" "$1"; then
		grep -E -m 4 -A 3 --no-group-separator "$complaints" "$1" | grep -vE '^make(\[[0-9]+\])?: |^  [A-Z]+ ' || true
	else
		tail -n 12 "$1"
	fi | sed 's/^/    /'
}

# step TEXT LOG TOTAL COMMAND...: runs COMMAND with its output in $LOG_DIR/LOG. The bar counts lines of that
# file that look like a compiler's ("  CC  file"), or all lines if TOTAL is given as lines:N.
# A failure says which step, shows what the log says of it and where the rest is, and ends the script.
step() {
	local text=$1 log=$LOG_DIR/$2 total=$3 begin=$SECONDS pid reporter='' known_as=$1 status=0 pattern='^  [A-Z]'
	shift 3
	if [[ $total == lines:* ]]; then
		total=${total#lines:}
		pattern=''
	fi
	# A build of all is not like one of the files that have changed.
	[ "$total" -eq 0 ] || known_as+=', all of it'
	: >"$log"
	"$@" >"$log" 2>&1 9>&- &
	pid=$!
	# shellcheck disable=SC2064 # this step's pid, now
	trap "kill \$(process_tree $pid) 2>/dev/null; exit 130" INT TERM
	if progress_is_live; then
		while kill -0 "$pid" 2>/dev/null; do
			progress_draw "$text" "$(grep -c "$pattern" "$log" || true)" "$total" $((SECONDS - begin))
			sleep 0.3
		done
		printf '\r\033[K'
	else
		printf '  %-38s begins%s (%s)\n' "$text" "$(expected_time "$known_as")" "$log"
		progress_report "$pid" "$text" "$log" "$pattern" "$total" 9>&- &
		reporter=$!
	fi
	wait "$pid" || status=$?
	[ -z "$reporter" ] || { kill "$reporter" && wait "$reporter"; } 2>/dev/null || true
	trap - INT TERM
	if [ "$status" -ne 0 ]; then
		printf 'FAILED: %s (exit status %d):\n' "$text" "$status" >&2
		show_complaints "$log" >&2
		printf 'The whole log: %s\n' "$log" >&2
		exit 1
	fi
	remember_time "$known_as" $((SECONDS - begin))
	printf '  %-38s done (%d s)\n' "$text" $((SECONDS - begin))
}
