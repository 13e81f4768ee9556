#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each quirk of snd-usb-audio has a decision: in docs/quirks.md, and in obstacle.c. And the check finds one that has none.
. "$(dirname "$0")/../tap.sh"

usb=$OUT_DIR/linux/sound/usb
undecided() { "$TOP/tests/tools/undecided-quirks" "$@" 2>&1; }

is "$(undecided "$usb" "$TOP/docs/quirks.md")" '' 'each quirk of the kernel has a decision'

# A kernel with one more of each kind.
mkdir usb
cp "$usb"/{usbaudio,card}.h "$usb"/{quirks,obstacle}.c usb
sed -i 's|^#define QUIRK_FLAG_MIXER_MIN_MUTE.*|&\n#define QUIRK_FLAG_PLAYS_BACKWARDS	(1U << 25)|' usb/usbaudio.h
is "$(undecided usb "$TOP/docs/quirks.md")" 'QUIRK_FLAG_PLAYS_BACKWARDS: not in the table
QUIRK_FLAG_PLAYS_BACKWARDS: not in obstacle.c' 'a new flag is found'
cp "$usb/usbaudio.h" usb
sed -i 's|case USB_ID(0x534d, 0x0021):|case USB_ID(0xf055, 0x0001):\n\t&|' usb/quirks.c
is "$(undecided usb "$TOP/docs/quirks.md")" 'f055:0001: a device that is not in the table' 'a new device is found'
cp "$usb/quirks.c" usb
sed -i 's|unsigned int tenor_fb_quirk:1;|&\n\tunsigned int reversed_quirk:1;|' usb/card.h
is "$(undecided usb "$TOP/docs/quirks.md")" 'reversed_quirk: a field that is not in the table' 'a new field is found'
cp "$usb/card.h" usb
grep -v '^| .QUIRK_FLAG_FIXED_RATE.' "$TOP/docs/quirks.md" >page.md
is "$(undecided usb page.md)" 'QUIRK_FLAG_FIXED_RATE: not in the table' 'a row that is missing is found'
sed -i '/^#define QUIRK_FLAG_FIXED_RATE/d' usb/usbaudio.h
is "$(undecided usb "$TOP/docs/quirks.md")" 'QUIRK_FLAG_FIXED_RATE: in the table, and not in the kernel' 'so is one that is of no use any more'
: >usb/quirks.c
is "$(undecided usb "$TOP/docs/quirks.md")" "cannot read the quirks in usb" 'a kernel that cannot be read is no kernel without quirks'

done_testing
