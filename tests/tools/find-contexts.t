#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# make lint finds a "Context:" of kernel-doc that is none of the fixed phrases.
. "$(dirname "$0")/../tap.sh"

# of LINE...: the findings in a kernel-doc comment that has these lines.
of() {
	{
		echo '/**'
		printf ' * %s\n' "$@"
		echo ' */'
	} >file.c
	"$TOP/scripts/lib/find-contexts" file.c
}

is "$(of 'f() - do it' 'Context: Any context.' 'Return: 0.')" '' 'a phrase is right'
is "$(of 'Context: Process context. Does not sleep.'; of 'Context: Process context. May sleep.')" '' 'so are others'
is "$(of 'Context: Process context. May wait for the DSP.' '@late: a parameter')" '' 'and the fourth'
is "$(of 'f() - do it' 'Context: may sleep.')" 'file.c:3: error: "Context: may sleep." is none of the fixed phrases' \
	'something else is not'
is "$(of 'Context: Any context. A lock is held.')" \
	'file.c:2: error: "Context: Any context. A lock is held." is none of the fixed phrases' 'nor is a phrase with a lock'
is "$(of 'Context: Any context.' 'A lock is held.' 'Return: 0.')" \
	'file.c:2: error: Context: goes on, put locks and the rest into the description' 'nor one that goes on in the next line'
is "$(of 'context: Any context.')" 'file.c:2: error: "Context: Any context." is none of the fixed phrases' 'it is written so'
is "$(of ' Context: might sleep.' $'\tContext: might sleep.')" 'file.c:2: error: "Context: might sleep." is none of the fixed phrases
file.c:3: error: "Context: might sleep." is none of the fixed phrases' 'it is found behind more blanks'
is "$(of '  Context: Any context.')" 'file.c:2: error: "Context: Any context." is none of the fixed phrases' 'which are one too many'
is "$(of 'In a sentence the Context: of a function is not looked at.')" '' 'it stands at the beginning of a line'

done_testing
