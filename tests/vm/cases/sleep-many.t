#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Several devices stream through a sleep, on one controller and on two, and two more sleep beside them. Then one device
# alone: its controller is kept active, the other one sleeps.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound first 1 $((slowness * 480013))
sound second 2 $((slowness * 240019))
sound third 3 $((slowness * 480023))
sound alone 4 $((slowness * 240007))
vm_file first-silence.wav second-silence.wav third-silence.wav alone-silence.wav

vm_qemu=(
	-device "usb-tablet,bus=xhci.0,port=2"
	-audiodev "wav,id=sound2,path=second.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci.0,port=3,audiodev=sound2"
	-device "qemu-xhci,id=xhci2,addr=03.0"
	-audiodev "wav,id=sound3,path=third.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci2.0,port=1,audiodev=sound3"
	-device "usb-tablet,bus=xhci2.0,port=2"
)

# many NAME [run-vm option...]
many() {
	vm "$@" <<'JOB'
. ./lib/pm.sh
card_of() {
	card_dir=$(echo /sys/bus/usb/devices/"$1"/"$1":1.0/sound/card*)
	[ -d "$card_dir" ] && echo "${card_dir##*card}"
}
check 'there are three devices' eval 'wait_for 10 card_of 1-1 && wait_for 10 card_of 1-3 && wait_for 10 card_of 3-1'
check 'and the card of the DSP' wait_for 10 dsp_card
dsp=$(dsp_card)
# play_on FRONT-END DEVICE FILE: sets player.
play_on() {
	amixer -q -c "$dsp" cset "name=USB $1 Playback Card Route" "$(card_of "$2")"
	aplay -q -D "plughw:$dsp,$1" --period-time=5000000 --buffer-time=20000000 "$3" &
	player=$!
	check "$2 plays" wait_for 10 grep -Eq 'RUNNING|DRAINING' "/proc/asound/card$dsp/pcm${1}p/sub0/status"
}
for device in 1-1 1-3 3-1; do
	check "$device: the volume is set" set_unity_volume "$(card_of $device)"
done

play_on 0 1-1 first-silence.wav
first=$player
play_on 1 1-3 second-silence.wav
second=$player
play_on 2 3-1 third-silence.wav
third=$player
check 'Linux sleeps' sleep_for 8
for device in 1-1 1-3 3-1 usb1 usb3; do
	check "$device was not suspended" fails was_suspended $device
done
check '1-2 was suspended' was_suspended 1-2
check '3-2 was suspended' was_suspended 3-2
check 'nothing was reset' fails was_reset
for player in $first $second $third; do
	wait $player
	check 'a player ends well' test $? = 0
done
sleep 1

# The first controller has nothing to be kept active for, and QEMU's loses its state when it is suspended: Linux initialises it anew,
# and resets its devices. On several processors it does so for all of them at the same time.
play_on 0 3-1 alone-silence.wav
echo 1 >$trace/events/xhci-hcd/xhci_handle_command/enable
check 'Linux sleeps again' sleep_for 3
echo 0 >$trace/events/xhci-hcd/xhci_handle_command/enable
# evaluated_unaddressed: the slots that were to be evaluated before they were addressed. Only the first controller has commands.
evaluated_unaddressed() {
	sed -n 's/.*CMD: \(.*\) Command: .* slot \([0-9]*\) .*/\1 \2/p' $trace/trace | awk '
		/Address Device/ { addressed[$NF] = 1; count++ }
		/Evaluate Context/ && !addressed[$NF]
		END { if (count < 3) print count + 0 " slots were addressed" }'
}
check 'its slots were addressed before anything else' eval '! evaluated_unaddressed | grep .'
check '3-1 was not suspended' fails was_suspended 3-1
check '1-1 was suspended' was_suspended 1-1
check '1-3 was suspended' was_suspended 1-3
check 'and their bus' was_suspended usb1
check 'nor was its bus' fails was_suspended usb3
wait $player
check 'the player ends well' test $? = 0
sleep 1
report_sleep
JOB
	captured_is first.wav "$1: what the first captured"
	succeeds "$1: what the second captured" "$TOOLS/wavdiff" second.wav "$VM/second.wav"
	succeeds "$1: what the third captured, and once more alone" "$TOOLS/wavdiff" third.wav alone.wav "$VM/third.wav"
	is "$(value suspends)" 2 "$1: it slept"
	is "$(value wakeups)" 2 "$1: a wake-up for each sleep"
}

many 'PCI'
many 'platform' --append 'vsoc_xhci.platform=1'

done_testing
