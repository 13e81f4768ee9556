#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# make lint notices a figure of the documentation that does not fit its source.
. "$(dirname "$0")/../tap.sh"

mkdir -p tree/scripts/lib tree/docs
cp "$TOP/scripts/figures" tree/scripts/
cp "$TOP"/scripts/lib/*.sh tree/scripts/lib/
cp -r "$TOP/docs/figures" tree/docs/
stale() { tree/scripts/figures --check 2>&1; }

is "$(stale)" '' 'the figures of this tree fit their sources'
is "$(find tree/docs/figures -name '*.svg' | wc -l)" "$(find tree/docs/figures -name '*.dot' -o -name '*.msc' | wc -l)" \
	'and each has a source'

echo '// another line' >>tree/docs/figures/parts.dot
is "$(stale | sed 's/: run.*//')" 'docs/figures/parts.svg: error: does not fit parts.dot' 'a source that was edited is noticed'
sed -i '2s/^/ /' tree/docs/figures/sleep.svg
is "$(stale | grep -c 'does not fit')" 2 'a drawing that was edited, too'
rm tree/docs/figures/stream.svg
is "$(stale | sed -n 's/: run.*//; /stream/p')" 'docs/figures/stream.msc: error: there is no stream.svg' 'and one that is not there'

for figure in "$TOP"/docs/figures/*.svg; do
	grep -q "(figures/$(basename "$figure"))" "$TOP/docs/architecture.md" || echo "$figure"
done >unused
is "$(<unused)" '' 'each figure is shown on the page about the architecture'

done_testing
