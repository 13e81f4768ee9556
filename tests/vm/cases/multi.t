#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Several USB devices at once, on one controller and on two: each gets its own sound, bit for bit, with any
# fate of the others. A resource that runs out is refused, and those that have it are not harmed.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

for n in 0 1 2 3; do
	noise source$n.wav 1$n 2 16 $((480001 + n))
	noise next$n.wav 2$n 2 16 $((slowness * 96001 + n))
done
vm_file source?.wav next?.wav

# device N BUS: one more USB device, that writes deviceN.wav.
device() {
	vm_qemu+=(-audiodev "wav,id=sound$1,path=device$1.wav,out.frequency=48000"
		-device "usb-audio,id=headset$1,bus=$2,audiodev=sound$1")
}

# device_is N WAV... NAME: that device received these files, one after the other.
device_is() {
	local name=${*: -1} output wav=$VM/device$1.wav
	[ "$1" != 0 ] || wav=$VM/captured.wav
	if output=$("$TOOLS/wavdiff" "${@:2:$#-2}" "$wav" 2>&1); then
		pass "$name"
	else
		fail "$name" "$output"
	fi
}

# The cost of four streams, measured by the job that make bench uses, on one controller.
vm_qemu=()
for n in 1 2 3; do device $n xhci.0; done
vm 'four devices' <"$TOP/vsoc/jobs/four"
for n in 0 1 2 3; do
	device_is $n source$n.wav "four devices: device $n gets its sound bit for bit"
	is "$(value underruns$n)" 0 "four devices: no underrun of stream $n"
done
is "$(value xhci_interrupts)" 0 'four devices: no interrupt of the controller'
at_most "$(awk -v busy="$(value dsp_busy_us)" -v window="$(value dsp_window_us)" 'BEGIN { print busy * 100 / window }')" 8 \
	"four devices: the DSP is busy for $(value dsp_busy_us) of $(value dsp_window_us) us"

# One of four is pulled, and the others hear nothing of it.
vm 'one of four' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/multi-job.sh
check 'four cards' cards_are_ready 4
play_all
check 'all play' streams 4
check 'one interrupter for each' test "$(grep -o 'interrupter [0-9]*' $service/state | sort -u | wc -l)" = 4
usleep 300000
check 'the third is pulled' host device_del headset2
front_end_ends 2 'with an error' -ne
check 'its stream is gone, not the others' wait_for 2 streams 3
for n in 0 1 3; do front_end_ends $n well -eq; done
check 'nothing is held' wait_for 2 nothing_held
sleep 1
JOB
for n in 0 1 3; do
	device_is $n next$n.wav "one of four: device $n gets its sound bit for bit"
done

# Two controllers with two devices each; one of the controllers goes, and then comes back.
vm_qemu=(-device "qemu-xhci,id=xhci2,addr=03.0")
device 1 xhci.0
device 2 xhci2.0
device 3 xhci2.0
vm 'two controllers' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/multi-job.sh
check 'four cards' cards_are_ready 4
check 'two of them on each controller' eval 'route_front_ends 0000:00:02.0 0000:00:03.0; test $routed = 4'
play_all
check 'all play' streams 4
check 'on two controllers' test "$(grep -c '^controller .* attached' $service/state)" = 2
usleep 300000
check 'a device is pulled' host device_del headset3
front_end_ends 3 'with an error' -ne
check 'the second controller goes' eval 'echo 0000:00:03.0 >/sys/bus/pci/drivers/xhci_hcd/unbind'
front_end_ends 2 'with an error' -ne
check 'two streams are left' wait_for 2 streams 2
check 'and one controller' test "$(grep -c '^controller .* attached' $service/state)" = 1
for n in 0 1; do front_end_ends $n well -eq; done
check 'it comes back' eval 'echo 0000:00:03.0 >/sys/bus/pci/drivers/xhci_hcd/bind; cards_are_ready 3'
amixer -q -c "$(dsp_card)" cset "name=USB 2 Playback Card Route" -- -1
play_next 2
front_end_ends 2 well -eq
check 'nothing is held' wait_for 2 nothing_held
sleep 1
JOB
for n in 0 1; do
	device_is $n next$n.wav "two controllers: device $n gets its sound bit for bit"
done

# Five devices for four front ends: the fifth is Linux's, or a front end's that is routed to it.
vm_qemu=(-device "qemu-xhci,id=xhci2,addr=03.0")
for n in 1 2 3; do device $n xhci.0; done
device 4 xhci2.0
vm 'five devices' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/multi-job.sh
check 'five cards' cards_are_ready 5
route_front_ends 0000:00:02.0 0000:00:03.0
check 'four of them have a front end' test $routed = 5
fifth=$last_routed
play_all
check 'four play' streams 4
aplay -q -D "hw:$fifth,0" next0.wav &
linux=$!
for n in 0 1 2 3; do front_end_ends $n well -eq; done
wait $linux
status=$?
check 'Linux plays to the fifth meanwhile' test $status = 0
check 'a front end is routed to the fifth' amixer -q -c "$(dsp_card)" cset "name=USB 1 Playback Card Route" "$fifth"
check 'and plays there' aplay -q -D "plughw:$(dsp_card),1" next1.wav
check 'nothing is held' wait_for 2 nothing_held
sleep 1
JOB
for n in 0 1 2 3; do
	device_is $n next$n.wav "five devices: device $n gets its sound bit for bit"
done
device_is 4 next0.wav next1.wav "five devices: the fifth gets what Linux and then the DSP played bit for bit"

# More devices than the controller has interrupters: 17 streams are asked for, 15 can be.
vm_qemu=()
for hub in 2 3; do
	vm_qemu+=(-device "usb-hub,id=hub$hub,bus=xhci.0,port=$hub")
	for n in 1 2 3 4 5 6 7 8; do
		vm_qemu+=(-audiodev "none,id=none$hub$n"
			-device "usb-audio,id=h$hub$n,bus=xhci.0,port=$hub.$n,audiodev=none$hub$n")
	done
done
vm 'more devices than interrupters' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
check 'seventeen cards' eval 'bind_fake_dsp; wait_for 20 cards 17'
action=
for n in $(seq 0 16); do action="$action enable card=$n"; done
# shellcheck disable=SC2086 # several words
peer_begin $action
check 'fifteen stream' wait_for 10 streams 15
check 'two are refused, and told why' wait_for 5 eval '[ "$(grep -c "status=1 internal=-28" /tmp/peer.log)" = 2 ]'
check 'each has its own interrupter' test "$(grep -o 'interrupter [0-9]*' $service/state | sort -u | wc -l)" = 15
check 'Linux can play to one that was refused' aplay -q -D hw:16,0 next0.wav
tell disable card=3
check 'one ends' wait_for 5 streams 14
tell enable card=16
check 'another may take its interrupter' wait_for 5 streams 15
peer_end
check 'nothing is held' wait_for 5 nothing_held
JOB

done_testing
