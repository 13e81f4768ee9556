#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# QEMU's interfaces that the device model's plug-in declares for itself (vsoc/devices/qemu/qemu.h) are as the headers of
# the QEMU that is installed have them.
. "$(dirname "$0")/../tap.sh"

programs=$TOP/tests/tools/device-headers
if ! headers=$("$TOP/scripts/fetch-qemu-headers" 2>said); then
	skip 'the plug-in and QEMU agree' "$(tail -n 1 said)"
	done_testing
fi
succeeds 'a program with our declarations compiles' \
	cc -std=c11 -Wall -Wextra -Werror -I"$TOP" -I"$programs" -o ours "$programs/ours.c"
# Inline functions of the headers call others, which no one calls here.
succeeds "a program with QEMU's headers compiles, and the types of functions agree" \
	cc -std=gnu11 -w -isystem "$headers/glib-headers" -I"$headers/generated" -I"$headers/include" -I"$programs" \
	-Wl,--unresolved-symbols=ignore-all -o theirs "$programs/theirs.c"
is "$(./ours)" "$(./theirs)" 'all fields are in the same places, and all numbers are the same'
is "$(./theirs | wc -l)" 49 'that many are compared'

# And a difference is found.
sed 's/int speedmask;/int64_t speedmask;/' "$TOP/vsoc/devices/qemu/qemu.h" >qemu.h
sed 's|"vsoc/devices/qemu/qemu.h"|"qemu.h"|' "$programs/ours.c" >other.c
succeeds 'a program with other declarations compiles' cc -std=c11 -I. -I"$programs" -o other other.c
is "$(diff <(./other) <(./theirs) | grep -c '^<.*USBDevice')" 8 'a field that is larger shows'
done_testing
