#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A platform that is wrong about a controller's power: it says that a sleep leaves it, and the sleep cuts it. That costs
# the stream, and never the controller: all USB behind it works afterwards, as it does where nothing streams. The
# application has an underrun, and goes on.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"
. "$(dirname "$0")/../lib/power.sh"

sound sound 1 480013
sound short 2 48013
vm_file sound-silence.wav short-silence.wav

# wrong NAME OPTIONS [run-vm option...]: sleeps that cut power, with a stream and without.
wrong() {
	local name=$1 options=$2
	shift 2
	vm "$name" --append "$options vsoc_xhci.power_kept=1 vsoc_sleep.cut_power=1" "$@" <<'JOB'
. ./lib/power.sh
. ./lib/usb.sh
. ./lib/power-wrong-job.sh
modprobe usbhid
check 'the sound cards are ready' sound_is_ready
check 'there is a keyboard' wait_for 5 grep -q 'QEMU USB Keyboard' /proc/bus/input/devices
before=$(usb_devices)
check 'without a stream it sleeps' sleep_for 2 mem
check 'nothing was left running' controller_was_not_given_up
check 'all devices are there' eval 'test "$(usb_devices)" = "$before"'
check 'it plays' both_ready_and_dsp_plays

for kind in $kinds_of_sleep; do
	start_running sound-silence.wav
	usleep 1000000
	check "$kind: it sleeps with a stream" sleep_for 3 $kind
	check "$kind: the controller was to be kept active, and was not" controller_was_given_up
	given_up=$((given_up + 1))
	check "$kind: it lives" fails controller_died
	wait $player
	check "$kind: the application ends well" test $? = 0
	starts=$((starts + 2))
	check "$kind: after it has started again" grep -q " playback idle starts $starts$" $service/state
	check "$kind: nothing is held" wait_for 5 nothing_held
	check "$kind: nothing waits" nothing_waits
	check "$kind: all devices are there" wait_for 5 eval 'test "$(usb_devices)" = "$before"'
	check "$kind: the DSP plays again" both_ready_and_dsp_plays
	starts=$((starts + 1))
	check "$kind: and has never crashed" dsp_is_back 0
	check "$kind: no device sleeps" no_usb_use
done
check 'the next sleep without a stream' sleep_for 2 mem
check 'is as ever' controller_was_not_given_up
check 'and it plays' both_ready_and_dsp_plays
JOB
}

vm_qemu=(-device "usb-kbd,bus=xhci.0,port=2")
wrong 'PCI' ''
wrong 'platform' 'vsoc_xhci.platform=1'

vm_qemu=(
	-device "usb-hub,bus=xhci.0,port=1"
	-audiodev "wav,id=sound,path=captured.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci.0,port=1.1,audiodev=sound"
	-device "usb-kbd,bus=xhci.0,port=2"
)
wrong 'behind a hub' '' --no-audio

done_testing
