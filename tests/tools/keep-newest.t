#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The cache forgets all that has not been used for hours, but for the newest.
. "$(dirname "$0")/../tap.sh"

# used NAME HOURS: a directory of the cache that was used last so long ago.
used() {
	mkdir -p "cache/$1"
	touch -d "$2 hours ago" "cache/$1"
}

used a 0
used b 1
used c 2
used d 30
used e 40
keep_newest 4 cache/*
is "$(cd cache && echo *)" 'a b c d' 'the oldest goes'
keep_newest 2 cache/*
is "$(cd cache && echo *)" 'a b c' 'what tests may still run on stays, whatever its number'
keep_newest 2 cache/none*
is "$(cd cache && echo *)" 'a b c' 'of nothing, nothing goes'

touch -d '9 hours ago' cache/file
keep_newest 1 cache/*
is "$(cd cache && echo *)" 'a b c' 'files go as directories do'

done_testing
