# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The memory of make lint: the files in which a checker found nothing. All checkouts share it: it is an empty file for each
# file that is clean, which goes when nobody has asked for it for a month.

# check_changed CHECKER COMMAND FILE...: runs COMMAND, a function that prints complaints, on those of the files in which it
# has to look, and prints its complaints. It looks at a file again only when the file or CHECKER has changed: a text that
# names the checker, its version, its options, and all else that decides what it finds in a file.
check_changed() {
	local memory=$CACHE/clean-files checker command=$2 complaints file sum name names=() changed=()
	checker=$(hash_text "$1")
	shift 2
	mkdir -p "$memory"
	find "$memory" -type f -mtime +30 -delete
	while read -r sum file; do
		name=$checker-${sum:0:32}-${file//\//%}
		names+=("$name")
		[ -e "$memory/$name" ] || changed+=("$file")
	done < <(sha256sum "$@")
	(cd "$memory" && printf '%s\0' "${names[@]}" | xargs -0 touch --no-create)
	[ ${#changed[@]} -gt 0 ] || return 0

	complaints=$("$command" "${changed[@]}" 2>&1) || complaints+=" ($command: exit status $?)"
	if [ -n "$complaints" ]; then
		printf '%s\n' "$complaints"
	else
		(cd "$memory" && printf '%s\0' "${names[@]}" | xargs -0 touch)
	fi
}
