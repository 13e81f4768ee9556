#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The exercises of HACKING.md fit the code: the lines that it changes are there, and the first one fails as it says.
. "$(dirname "$0")/../tap.sh"

# block N LANGUAGE: the Nth code block of that language in HACKING.md.
block() {
	awk -v wanted="$1" -v fence="^\`\`\`$2\$" '$0 ~ fence { n++; inside = n == wanted; next } /^```/ { inside = 0 } inside' "$TOP/HACKING.md"
}

# shellcheck disable=SC2016 # Markdown's marks of code
in_place_of=$(sed -n 's/^in the place of `\([^`]*\)`.*/\1/p' "$TOP/HACKING.md")
written=$(block 1 c)
clock=$TOP/firmware/usb/packet_clock.c
is "$(grep -cF -e "$in_place_of" "$clock")" 1 "firmware/usb/packet_clock.c has the line that is to be changed: $in_place_of"

cp -r "$TOP"/{firmware,wire,tests,tools,vsoc} .
rm -rf tests/unit/build
LINE=$in_place_of WRITTEN=$written awk 'index($0, ENVIRON["LINE"]) { print ENVIRON["WRITTEN"]; next } { print }' "$clock" >firmware/usb/packet_clock.c
succeeds 'the changed firmware compiles' make -C tests/unit BUILD="$PWD/build" "$PWD/build/test_packet_clock"
said=$(env -u CMOCKA_MESSAGE_OUTPUT build/test_packet_clock 2>&1) && status=0 || status=$?
is "$status" 5 'five cases of its test fail'
while read -r line; do
	if grep -qF -e "$line" <<<"$said"; then pass "and says: $line"; else fail "and says: $line" "$said"; fi
done < <(awk '/^```$/ { inside = !inside; next } inside && /ERROR|Failure|FAILED/' "$TOP/HACKING.md" | head -n 3)

request=$TOP/linux/sound/usb/offload/request.c
written=$(block 2 c | sed 's/^[[:space:]]*//; s/ + 1)$/)/')
is "$(grep -cF -e "$written" "$request")" 1 "linux/sound/usb/offload/request.c has the line that is to be changed: $written"
succeeds 'and a case of its test is named in HACKING.md' \
	grep -qF "$(grep -oE '256 channels' "$TOP/HACKING.md" | head -n 1)" "$TOP/linux/sound/usb/offload/request-test.c"

done_testing
