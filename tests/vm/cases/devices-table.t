#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# `make devices`: the table and devices.json say what has happened to each device.
. "$(dirname "$0")/../lib/vm.sh"

# in_json JQ-EXPRESSION EXPECTED NAME: of devices.json.
in_json() {
	is "$(jq -r "$1" out/devices.json)" "$2" "$3"
}

# A device whose playback fails for Linux as well as for the DSP: it is unplugged under each sound. And a dump.
sed 's/^special.*/special  pulled while it plays/' "$TOP/vsoc/devices/library/speaker-desktop.device" >pulled.device
echo 'after loudspeaker 200 ms unplug' >>pulled.device
"$OUT_DIR/devices/usbmodel" descriptors "$TOP/vsoc/devices/library/phone-8k.device" >phone.descriptors
output=$(JOBS=2 nested "$TOP/scripts/devices" DEVICE='dongle-buttons interface-loop ./pulled.device ./phone.descriptors' OUT=out 2>&1 </dev/null)
status=$?
diag "$output"
is "$(grep -Ec '^  (dongle-buttons|interface-loop|pulled|phone.descriptors) +done \([0-9]+ s\): ' <<<"$output")" 4 'a line of progress for each device'
in_json '[.[].device] | join(" ")' 'dongle-buttons interface-loop pulled phone.descriptors' 'the devices, in the order that was asked for'
in_json '.[0].playback | "\(.ap.exact) \(.dsp.exact) \(.sleep.exact) \(.rate_hz) \(.channels) \(.bits)"' 'true true true 48000 2 24' \
	'a dongle: played exactly in its widest format, by all ways'
in_json '.[0].capture.ap.exact' true 'a dongle: recorded exactly through Linux'
in_json '.[0].playback | if .dsp.xhci_interrupts == 0 and .ap.xhci_interrupts > 1000 then "none" else . end' none 'a dongle: the DSP spares Linux the interrupts'
in_json '.[0].playback | if .sleep.ap_asleep_us > 1000000 and .dsp.ap_asleep_us == 0 then "asleep" else . end' asleep 'a dongle: Linux was asleep where it was to be'
in_json '.[0].playback.dsp | if .dsp_busy_percent > 0 and .dsp_wakeups_per_s > 0 and .fifo_greatest > .fifo_least then "measured" else . end' measured \
	'a dongle: load and FIFO are measured'
in_json '.[0].capture.dsp.exact' true 'a dongle: and through the DSP'
in_json '.[1] | "\(.playback.ap.exact) \(.capture.ap.exact) \(.playback.dsp.exact) \(.capture.dsp.exact)"' 'true true true true' \
	'a cable: what is played comes back, through Linux and through the DSP'
in_json '.[2].playback | [.ap, .dsp, .sleep | .exact] | join(" ")' 'false false false' 'a device that is pulled: not exact by any way'
in_json '[.[2].playback | .ap, .dsp, .sleep | .reason | select(length > 10)] | length' 3 'a device that is pulled: each time with a reason'
is "$(grep -c '^    NO: playback, ' <<<"$output")" 3 'a device that is pulled: the table has the reasons'
in_json '.[3] | "\(.playback.ap.exact) \(.playback.dsp.exact) \(.capture.ap.exact) \(.capture.dsp.exact)"' 'true true true true' 'a dump: plays and records'
is "$status" 1 'the exit status says that something is not exact'
is "$(nested "$TOP/scripts/devices" DEVICE='dongle-buttons loudest' 2>&1 | grep -c 'DEVICE=loudest: there is neither')" 1 \
	'an unknown device is refused before anything is tried'
done_testing
