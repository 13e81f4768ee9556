#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# `make play DEVICE=`: the sound arrives bit for bit, and the report says how the device saw it.
. "$(dirname "$0")/../lib/vm.sh"

usbmodel=$OUT_DIR/devices/usbmodel
library=$TOP/vsoc/devices/library

# plays NAME ARGUMENT...: make play ends well; its output is in $output.
plays() {
	local name=$1
	shift
	if output=$(nested "$TOP/scripts/play" OUT=out "$@" 2>&1 </dev/null); then
		pass "$name: it is played bit for bit"
	else
		fail "$name: it is played bit for bit" "$output"
	fi
}

# reported JQ-EXPRESSION EXPECTED NAME: of the report of the last one.
reported() {
	is "$(jq -r "$1" out/report.json)" "$2" "$3"
}

# Wide samples, awake and asleep. On a kernel with all checks on, the alarm must not come before Linux is asleep.
"$TOOLS/wavmake" wide.wav --noise 1 48000 2 24 $((slowness * 168007))
plays 'a dongle' DEVICE=dongle-buttons WAV=wide.wav
reported '[.ap, .dsp, .sleep | "\(.stream) \(.interface) \(.altset) \(.interval_us) \(.synchronisation) \(.feedback)"] | unique | join(" and ")' \
	'headphones 1 2 1000 adaptive none' 'a dongle: the setting is the one of 24 bit, in each mode'
reported '[.ap, .dsp, .sleep | .lost_intervals, .silent_frames, .lost_frames] | add' 0 'a dongle: no packet is lost, and its FIFO has always some'
reported 'if .sleep.ap_asleep_us > 1000000 then "yes" else .sleep.ap_asleep_us end' yes 'a dongle: Linux was asleep meanwhile'
reported '[.dsp, .sleep | .xhci_interrupts] | add' 0 'a dongle: no interrupt'
is "$(grep -Ec '(Interface, Altset +1, 2 +1, 2 +1, 2|Data packet interval +1000 us +1000 us +1000 us)$' <<<"$output")" 2 'a dongle: the table says so'

# The second PCM of a card: the front end is routed to it.
"$TOOLS/wavmake" mono.wav --noise 2 48000 1 16 48007
plays 'the second function' DEVICE=headset-two-functions WAV=mono.wav MODE=dsp
reported '.dsp | "\(.stream) \(.interface)"' 'chat 3' 'the second function: its stream'

# The descriptors of a device, from a place with a space.
mkdir 'a place'
"$usbmodel" descriptors "$library/dac-feedback-10-14.device" >'a place/descriptors'
"$TOOLS/wavmake" fast.wav --noise 3 96000 2 24 96007
plays 'a dump' DEVICE='a place/descriptors' WAV=fast.wav MODE=dsp
reported '.dsp | "\(.stream) \(.altset) \(.synchronisation) \(.feedback) \(.feedback_values > 0)"' 'play1 1 asynchronous explicit true' \
	'a dump: the setting and its feedback'

# Stereo on a device that has only more channels, and the rest is silent.
"$TOOLS/wavmake" stereo.wav --noise 4 48000 2 24 24007
plays 'fewer channels' DEVICE=interface-34-channels WAV=stereo.wav MODE=all
reported '[.ap, .dsp, .sleep | "\(.stream) \(.altset) \(.interval_us)"] | unique | join(" and ")' 'outputs 3 125' \
	'fewer channels: the setting with the fewest'

# Both directions at once, through a cable of the device.
"$TOOLS/wavmake" cable.wav --noise 6 48000 2 24 24007
plays 'a cable' DEVICE=interface-loop WAV=cable.wav MODE=duplex
reported '[.duplex_ap, .duplex_dsp | "\(.bit_exact) \(.recorded.bit_exact) \(.recorded.frames_captured)"] | join(" ")' \
	'true true 24007 true true 24007' 'a cable: what is played is recorded bit for bit, by Linux and by the DSP'
reported '.duplex_dsp.xhci_interrupts' 0 'a cable: the DSP spares Linux all interrupts, in both directions'
is "$(grep -Ec 'recorded bit for bit +yes +yes$' <<<"$output")" 1 'a cable: the table says so'

# All of the channels.
"$TOOLS/wavmake" all.wav --noise 5 48000 34 24 24007
plays '34 channels' DEVICE=interface-34-channels WAV=all.wav MODE=dsp
reported '.dsp | "\(.stream) \(.altset) \(.xhci_interrupts)"' 'outputs 1 0' '34 channels: the setting with all of them, and no interrupt'

# A file that is played, but not as it should: the device is pulled out under it.
sed '/^special/d' "$library/speaker-desktop.device" >pulled.device
echo 'after loudspeaker 200 ms unplug' >>pulled.device
if output=$(nested "$TOP/scripts/play" OUT=pulled DEVICE=pulled.device WAV=wide.wav MODE=dsp 2>&1 </dev/null); then
	fail 'a device that is pulled: it is no success' "$output"
else
	is "$(jq -r '.dsp | "\(.bit_exact) \(.frames_captured)"' pulled/report.json) $(grep -Ec 'captured bit for bit +NO$' <<<"$output")" \
		'false 9600 1' 'a device that is pulled: the report and the table say how much arrived'
fi
done_testing
