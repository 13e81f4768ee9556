#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A driver that was written for mainline runs unmodified: tests/api, an ASoC back end and a class driver that do things
# in the order in which existing drivers do them, driven by a QMI client (qrtr-peer). Streams begin and end in every
# way there is, and after each, nothing is left and Linux can play.
. "$(dirname "$0")/../lib/vm.sh"

noise after.wav 1 2 16 $((slowness * 48007))
vm_file after.wav

# Nothing of Lullaby's own class driver, and no DSP.
modules='lullaby.modules=vsoc_mmu,snd_usb_audio,xhci_pci,qrtr_tun'

vm 'requests' --append "$modules" <<'JOB'
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/fake-dsp.sh
. ./lib/api-job.sh
wait_for 10 usb_card
check 'the volume is unity' set_unity_volume "$(usb_card)"
check 'the class driver' modprobe api_offload
check 'the back end' modprobe api_backend
check 'it is bound' bind_back_end
check 'the card is behind it' wait_for 5 cards_behind 1
check 'the jack says so' jack_is on "$(card_number API)"
check 'nothing is taken yet' idle
check 'an enable succeeds' ask 0 0 enable
check 'it describes everything' grep -Eq 'slot=1 token=0x0 subslot=2 event=0x40000000,0x[1-9a-f][0-9a-f]*,4096 data=0x40100000,0x[1-9a-f][0-9a-f]*,4096 sync=0x0,0x0,0 buffer=0x40500000,0x[1-9a-f][0-9a-f]*,8192 dcba=0x0,0x0,0 interrupter=[1-9]' /tmp/peer.log
check 'a client that is gone has nothing' wait_for 5 idle
check 'enable, disable' ask 0 0 enable disable
check 'everything is given back' idle
check 'enable, disable, again and again' ask 0 0 enable disable enable disable enable disable
check 'everything is given back again' idle
check 'a second enable' ask 1 -16 enable enable
check 'gone' wait_for 5 idle
check 'no such card' ask 1 -19 enable card=7
check 'no such PCM' ask 1 -19 enable pcm=3
check 'a format that the device lacks' ask 1 -22 enable format=10
check 'nothing is taken' idle
check 'the client says BYE' eval 'qrtr-peer enable bye wait 100 >/tmp/peer.log && wait_for 5 idle'

with_stream 'a stream' wait 1
check 'while it is there, Linux is refused' says EBUSY pcm-errno "$(usb_card)"
check 'the device is used' uses 1
tell disable
check 'stopped' wait_for 5 idle
peer_end
check 'Linux plays' linux_plays after.wav
linux_plays after.wav &
check 'while Linux plays' wait_for 5 pcm_runs "$(usb_card)"
check 'an enable is refused' ask 1 -16 enable
wait $!
check 'then not' ask 0 0 enable disable
check 'no event that mainline does not have' grep -qx 0 $parameters/unknown_events
check 'the back end goes' unbind_back_end
check 'and comes' bind_back_end
check 'the card is behind it again' wait_for 5 cards_behind 1
check 'an enable succeeds again' ask 0 0 enable disable
check 'the class driver goes' rmmod api_offload
check 'nothing is left' idle
check 'the class driver comes, last this time' modprobe api_offload
check 'the card is behind the port once more' wait_for 5 cards_behind 1
check 'an enable succeeds once more' ask 0 0 enable disable
check 'everything goes' eval 'unbind_back_end && rmmod api_offload && rmmod api_backend'
check 'Linux plays in the end' linux_plays after.wav
sleep 1
JOB
captured_is after.wav after.wav after.wav 'requests: what Linux played'

vm 'ends' --append "$modules" <<'JOB'
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/fake-dsp.sh
. ./lib/api-job.sh
wait_for 10 usb_card
check 'the drivers' eval 'modprobe api_offload && modprobe api_backend && bind_back_end && wait_for 5 cards_behind 1'

for client in stopping unresponsive; do
	for cause in unbind authorized configuration; do
		[ $client = unresponsive ] && actions='wait 1' || actions=stop-when-told
		with_stream "$client client, $cause: a stream" $actions
		check "$client client, $cause: the device goes" away_$cause
		check "$client client, $cause: it is told" wait_for 5 heard 'event=1 slot='
		check "$client client, $cause: nothing is left" wait_for 5 eval 'idle && cards_behind 0'
		check "$client client, $cause: the jack says so" jack_is off "$(card_number API)"
		peer_end
		check "$client client, $cause: the device comes" back_$cause
		check "$client client, $cause: it is behind the port" wait_for 10 cards_behind 1
		check "$client client, $cause: an enable succeeds" ask 0 0 enable disable
	done
	with_stream "$client client, reset: a stream" $actions
	check "$client client, reset: the device is reset" away_reset
	peer_end
	check "$client client, reset: nothing is left" wait_for 5 idle
	check "$client client, reset: an enable succeeds" ask 0 0 enable disable

	with_stream "$client client, class driver: a stream" $actions
	check "$client client, class driver: it is unloaded" rmmod api_offload
	check "$client client, class driver: nothing is left" wait_for 5 idle
	peer_end
	check "$client client, class driver: it is loaded" eval 'modprobe api_offload && wait_for 5 cards_behind 1'
	with_stream "$client client, back end: a stream" $actions
	check "$client client, back end: it is unbound" unbind_back_end
	check "$client client, back end: nothing is left" wait_for 5 idle
	peer_end
	check "$client client, back end: it is bound" eval 'bind_back_end && wait_for 5 cards_behind 1'
	check "$client client: an enable succeeds" ask 0 0 enable disable
done
check 'no event that mainline does not have' grep -qx 0 $parameters/unknown_events

pci=/sys/bus/pci/devices/0000:00:02.0
with_stream 'dead controller: a stream' wait 1
# PCI command register: no memory space
check 'dead controller: it dies' eval 'printf "\000" | dd of=$pci/config bs=1 seek=4 conv=notrunc'
tell disable
check 'dead controller: Linux notices' wait_for 20 eval 'dmesg | grep -q "HC died"'
check 'dead controller: nothing is behind the port' wait_for 10 cards_behind 0
check 'dead controller: nothing is left' wait_for 10 eval 'mapped 0 && ! grep . $sidebands'
peer_end
check 'dead controller: its driver is unbound' eval 'echo 0000:00:02.0 >/sys/bus/pci/drivers/xhci_hcd/unbind'
check 'dead controller: and bound' eval 'echo 0000:00:02.0 >/sys/bus/pci/drivers/xhci_hcd/bind'
check 'dead controller: the device is there again' eval 'wait_for 10 usb_card && wait_for 10 cards_behind 1'
check 'dead controller: an enable succeeds' ask 0 0 enable disable
check 'no event that mainline does not have, still' grep -qx 0 $parameters/unknown_events
check 'everything goes' eval 'unbind_back_end && rmmod api_offload && rmmod api_backend'
JOB

vm 'sleep' --append "$modules" <<'JOB'
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/fake-dsp.sh
. ./lib/api-job.sh
# sleep_by_alarm S: the alarm is not missed on the way into the sleep: nothing else would end that.
sleep_by_alarm() { echo 0 >/sys/class/rtc/rtc0/wakealarm && echo "+$(($1 * slowness))" >/sys/class/rtc/rtc0/wakealarm && echo freeze >/sys/power/state; }
# device_was_suspended: the device, in the last sleep.
device_was_suspended() { dmesg | awk '/PM: suspend entry/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' | grep -E 'usb 1-1: usb suspend|reset full-speed'; }
echo 'file drivers/usb/core/hub.c +p' >/sys/kernel/debug/dynamic_debug/control
wait_for 10 usb_card
check 'the drivers' eval 'modprobe api_offload && modprobe api_backend && bind_back_end && wait_for 5 cards_behind 1'

with_stream 'with a stream' wait 1
check 'with a stream: Linux sleeps' sleep_by_alarm 3
check 'with a stream: the device was not suspended' fails device_was_suspended
check 'with a stream: it is as it was' eval 'offloads 1 && uses 1'
check 'with a stream: its client was told nothing' fails heard indication
tell disable
check 'with a stream: it can be stopped' wait_for 5 eval 'answered 0 0 && idle'
tell enable
check 'with a stream: and started' wait_for 5 eval 'answered 0 0 && offloads 1'
peer_end
check 'with a stream: nothing is left' wait_for 5 idle

for round in 1 2; do
	check "without a stream, $round: Linux sleeps" sleep_by_alarm 3
	check "without a stream, $round: the device was suspended" device_was_suspended
	check "without a stream, $round: an enable succeeds" ask 0 0 enable disable
	check "without a stream, $round: nothing is left" idle
done
check 'Linux plays' linux_plays after.wav
check 'no event that mainline does not have' grep -qx 0 $parameters/unknown_events
check 'everything goes' eval 'unbind_back_end && rmmod api_offload && rmmod api_backend'
JOB

vm_qemu=(-audiodev 'wav,id=sound2,path=second.wav,out.frequency=48000' -device 'usb-audio,bus=xhci.0,audiodev=sound2')
vm 'two cards' --append "$modules" <<'JOB'
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/fake-dsp.sh
. ./lib/api-job.sh
two_cards() { [ "$(usb_cards | wc -l)" = 2 ]; }
check 'two cards' wait_for 10 two_cards
check 'the drivers' eval 'modprobe api_backend && modprobe api_offload && bind_back_end && wait_for 5 cards_behind 2'
peer_begin
tell 'enable card=0'
tell 'enable card=1'
check 'two streams' wait_for 5 offloads 2
check 'both are described' wait_for 5 eval 'grep -c "status=0 internal=0 slot=" /tmp/peer.log | grep -qx 2'
check 'each has an interrupter of its own' eval '[ "$(grep -o "interrupter=.*" /tmp/peer.log | sort -u | wc -l)" = 2 ]'
check 'both are in use' uses 2
tell 'disable card=0'
check 'one is stopped' wait_for 5 offloads 1
tell 'disable card=1'
check 'both are stopped' wait_for 5 idle
peer_end
check 'everything goes' eval 'unbind_back_end && rmmod api_offload && rmmod api_backend'
JOB
vm_qemu=()

done_testing
