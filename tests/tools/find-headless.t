#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# make lint finds clauses that begin with a headless "what" or "who", and documents with long lines.
. "$(dirname "$0")/../tap.sh"

# In a tree of its own, whose limits allow one clause in a hundred words, and none in documents.
mkdir -p tree/scripts/lib tree/linux tree/docs
echo 'A page of words.' >tree/docs/index.md
cp "$TOP/scripts/lib/find-headless" tree/scripts/lib/
printf '%s\n' '# AREA LIMIT' 'linux 10' 'docs 0' 'scripts 1000' >tree/scripts/lib/headless-limits
git -C tree init -q
find_headless() { tree/scripts/lib/find-headless "$@" 2>&1; }
# clauses TEXT: how many are found in a document of that text.
clauses() {
	printf '%s\n' "$1" >tree/docs/page.md
	find_headless --all | grep -c '^docs/page.md:'
}

while IFS='|' read -r count text; do
	is "$(clauses "$text")" "$count" "$count in: $text"
done <<'SENTENCES'
1|What the device lacks is the fault of the request.
1|It returns what the driver gave.
1|Who cannot be asked is not waited for.
1|The list is given to who creates the card.
1|Whoever rings the doorbell yields.
1|It writes into whatever the memory has become.
2|It ends what began, and what is left goes.
0|What does the device lack?
0|It says what the device lacks and decides who waits.
0|It tells the DSP what to play.
0|The client who waits is told; those who do not wait are not.
0|The word "what" is counted, and `what()` is code.
0|What follows is a list.
0|The line is leak WHAT, with the resource.
0|It goes on, whatever the DSP writes.
0|The error that the driver gave is returned.
SENTENCES
rm tree/docs/page.md

cat >tree/linux/code.c <<'C'
// SPDX-License-Identifier: GPL-2.0-only
/**
 * give() - gives
 * @way: what it takes
 *
 * Return: what came.
 */
const char *text = "// what no comment is, who it may be";
int x; /* what is behind a line */
// what stands
// alone
C
is "$(find_headless --all | sed -n 's/^linux\/code.c:\([0-9]*\): .*/\1/p' | xargs)" '4 6 9 10' 'in C, it reads comments and nothing else'
printf '#!/bin/sh\n# what is here\necho "$#" what is not # what is behind\n' >tree/linux/script
is "$(find_headless --all | sed -n 's/^linux\/script:\([0-9]*\): .*/\1/p' | xargs)" '2 3' 'in a script, comments'
rm tree/linux/script

output=$(find_headless)
is "$(grep -c '^linux/code.c:[0-9]*: error: headless: ' <<<"$output")" 4 'above the limit, each clause is a complaint'
is "$(grep -c '^linux: error: .* the limit is 10$' <<<"$output")" 1 'and so is the limit'
{
	echo '/*'
	yes ' * This line has words of which none is headless.' | head -n 60
	echo ' */'
} >>tree/linux/code.c
is "$(find_headless)" '' 'below the limit, there is no complaint'
is "$(find_headless --all | tail -n 1 | sed 's/: .*//')" scripts 'but all is shown with --all'
echo 'firmware 1' >>tree/scripts/lib/headless-limits
is "$(find_headless | sed 's/.*: error: //')" 'no file counts for firmware' 'an area of which nothing is read is a complaint'
mkdir tree/firmware
echo 'int x;' >tree/firmware/code.c
is "$(find_headless | sed 's/.*: error: //')" 'has no words to count, although it has files to read' 'and so is one without words'
rm -r tree/firmware
sed -i '/^firmware/d' tree/scripts/lib/headless-limits
sed -i '/^linux/d' tree/scripts/lib/headless-limits
is "$(find_headless | sed 's/.*: error: //')" 'has no limit for linux' 'an area without a limit is a complaint'

# Lines of documents.
words() { yes 'word' | head -n "$1" | xargs; }
link="https://example.org/$(printf 'x%.0s' {1..100})"
printf '%s\n' "$(words 19) äöüäö" "$(words 19) äöüäöü" "| $(words 30) |" "- $link" "[name]: $link" "Behind $link" >page.md
is "$("$TOP/scripts/lib/find-long-lines" page.md)" 'page.md:2: error: 101 columns, 100 are the limit
page.md:6: error: 127 columns, 100 are the limit' 'long lines are found, but not in tables, nor where nothing can be broken'

done_testing
