#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# make lint notices a page of the kernel's documentation that Sphinx complains of, that no index lists, or that lacks a function.
. "$(dirname "$0")/../tap.sh"

# In a tree of its own, with a Sphinx of its own: that one copies the pages, and complains of the word WRONG.
mkdir -p tree/scripts/lib tree/linux/Documentation/sound tree/linux/sound kernel/Documentation/sound bin
cp "$TOP/scripts/lib/check-rst" tree/scripts/lib/
cat >bin/sphinx-build <<'STUB'
#!/bin/sh
for text; do
	source=$before
	before=$text
done
grep -rn WRONG "$source" | sed 's/:WRONG/: WARNING: wrong/' >&2
cp -r "$source" "$text"
STUB
chmod +x bin/sphinx-build
PATH=$PWD/bin:$PATH
check_rst() { tree/scripts/lib/check-rst kernel 2>&1; }

printf '   page\n' >kernel/Documentation/sound/index.rst
printf 'It shows one().\n' >tree/linux/Documentation/sound/page.rst
printf 'EXPORT_SYMBOL_GPL(one);\nEXPORT_SYMBOL_IF_KUNIT(two);\n' >tree/linux/sound/file.c
is "$(check_rst)" '' 'a page that shows all and is listed is right'

echo 'EXPORT_SYMBOL(three);' >>tree/linux/sound/file.c
is "$(check_rst)" 'linux/Documentation: error: no page shows three()' 'an exported function that no page shows is noticed'
echo 'And three().' >>tree/linux/Documentation/sound/page.rst
is "$(check_rst)" '' 'until it is shown'

echo WRONG >>tree/linux/Documentation/sound/page.rst
is "$(check_rst)" 'error: linux/Documentation/sound/page.rst:3: WARNING: wrong' 'a warning of Sphinx is shown, with the name of our file'
sed -i '/WRONG/d' tree/linux/Documentation/sound/page.rst

echo '   another' >kernel/Documentation/sound/index.rst
is "$(check_rst)" 'linux/Documentation/sound/page.rst: error: Documentation/sound/index.rst does not list it' 'a page that no index lists is noticed'
rm -r tree/linux/Documentation/sound
is "$(check_rst)" "check-rst: error: there is no page in $PWD/tree/linux/Documentation" 'without pages nothing is said to be right'

done_testing
