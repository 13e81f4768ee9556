#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# make lint finds links of documents that lead nowhere.
. "$(dirname "$0")/../tap.sh"

find_broken_links() { "$TOP/scripts/lib/find-broken-links" page.md sub/other.md 2>&1; }

mkdir sub
cat >page.md <<'MD'
# A page: `code()`, and more

## Twice

A link [to another](sub/other.md), [to a heading](sub/other.md#a-heading), [to this page](#twice),
[over a
line](sub/other.md), [to `code`](#a-page-code-and-more), [outside](https://example.org/nothing), and
[by name][name]. `[no link](nowhere.md)`

```
[no link](nowhere.md)
# no-heading
```

[name]: sub/other.md
MD
printf '# A heading\n\n[back](../page.md)\n' >sub/other.md
is "$(find_broken_links)" '' 'links to files and headings are right'

printf '\n[one](nothing.md) [two](#no-heading)\n\n[name2]: sub/nothing.md#twice\n' >>page.md
echo '[three](../page.md#thrice) [four](page.md)' >>sub/other.md
is "$(find_broken_links)" 'page.md:17: error: there is no nothing.md
page.md:17: error: page.md has no heading for #no-heading
page.md:19: error: there is no sub/nothing.md
sub/other.md:4: error: sub/../page.md has no heading for #thrice
sub/other.md:4: error: there is no page.md' 'others are found, with file and line'

# shellcheck disable=SC2016 # text
printf 'A backtick ` alone.\n\n[five](gone.md) and `code`.\n\n[six](gone.md "A title")\n[seven](page.md "A title")\n' >page.md
echo '[back](../page.md)' >sub/other.md
is "$(find_broken_links)" 'page.md:3: error: there is no gone.md
page.md:5: error: there is no gone.md' 'behind a backtick without another, and with a title'

rm sub/other.md
find_broken_links >said
is "$? $(grep other.md said)" '2 sub/other.md: error: No such file or directory' 'a document that cannot be read is told'

done_testing
