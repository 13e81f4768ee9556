#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Requests to the USB audio stream service, right and wrong ones, one by one. qrtr-peer plays the DSP, and the
# class driver's fake DSP takes the place of the sound card's driver, so no firmware is involved. After each
# wrong request nothing may be held, and after all of them Linux can play.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

noise after.wav 1 2 16 $((slowness * 48007))
vm_file after.wav

vm 'requests' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/clock.sh
. ./lib/qmi-job.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
check 'an enable succeeds' expect 'status=0 internal=0 slot=1 token=0x0 interface=09040101010102000a data_ep=0905010dc000010000 revision=0x100 delay=0 subslot=2' enable
check 'both rings and the buffer are described' grep -Eq 'event=0x[1-9a-f][0-9a-f]*,0x[1-9a-f][0-9a-f]*,4096 data=0x[1-9a-f][0-9a-f]*,0x[1-9a-f][0-9a-f]*,8192 sync=0x0,0x0,0 buffer=0x[1-9a-f][0-9a-f]*,0x[1-9a-f][0-9a-f]*,8192 dcba=0x0,0x0,0 interrupter=[1-9][0-9]* speed=2 controller=0$' /tmp/peer.log

check 'second enable' expect 'txn=2 message=1 bytes=35 result=0,0 status=1 internal=-16 token=0x0' enable enable
check 'second enable from another port' expect 'status=1 internal=-16 ' enable port 17000 enable
check 'the first one goes on' expect 'status=0 internal=0 token=0x0' enable enable disable
check 'disable without enable' refused 2 -2 disable
check 'second disable' expect 'txn=3 message=1 bytes=35 result=0,0 status=2 internal=-2 token=0x0' enable disable disable
check 'enable again and again' expect 'txn=6 message=1 bytes=35 result=0,0 status=0' enable disable enable disable enable disable

check 'unknown card' refused 2 -19 enable card=5
check 'unknown card, disable' refused 2 -19 disable card=5
check 'unknown PCM' refused 2 -6 enable pcm=7
check 'unknown PCM, disable' refused 2 -6 disable pcm=7
check 'a direction the PCM lacks' refused 2 -6 enable direction=1
check 'no such direction' refused 2 -6 enable direction=2
check 'no enable' refused 3 -61 enable enable=
check 'no token' refused 3 -61 enable token=
check 'enable 2' refused 3 -22 enable enable=2
check 'no format' refused 3 -61 enable format=
check 'no such format' refused 3 -34 enable format=18
check 'a format the device lacks' refused 3 -95 enable format=10
check 'no channels' refused 3 -61 enable channels=
check '0 channels' refused 3 -34 enable channels=0
check '256 channels' refused 3 -34 enable channels=256
check 'channels the device lacks' refused 3 -95 enable channels=6
check 'no rate' refused 3 -61 enable rate=
check 'rate 0' refused 3 -34 enable rate=0
check 'rate 2^24' refused 3 -34 enable rate=16777216
check 'a rate the device lacks' refused 3 -95 enable rate=44100
check 'no buffer size' refused 3 -61 enable buffer=
check 'buffer too large' refused 3 -34 enable buffer=1048577
check 'largest buffer' expect ',1048576 dcba' enable buffer=1048576
check 'buffer of 1 byte' expect ',4096 dcba' enable buffer=1
check 'buffer of 0 bytes' expect ',4096 dcba' enable buffer=0
check 'no interval' expect 'status=0' enable interval=
check 'interval 0' refused 3 -34 enable interval=0
check 'interval 1500' refused 3 -34 enable interval=1500
check 'interval too long' refused 3 -34 enable interval=65536000
check 'an interval the endpoint lacks' refused 3 -95 enable interval=2000
check 'audio fields of a disable are ignored' expect 'txn=2 message=1 bytes=35 result=0,0 status=0' enable disable format=99 rate=0 channels= interval=1

check 'another node is refused' counted refused refused 1 -13 --node 7 enable
peer_streams
check 'another node cannot stop a stream' eval 'qrtr-peer --node 7 disable | grep -qF "status=1 internal=-13" && grep -q running $service/state'
peer_end
check 'its own can end it' wait_for 2 nothing_held

good=00010001002e000101000102040000000000100400020000001104000200000012040080bb000013040000200000140400e8030000
check 'the recorded enable, byte for byte' expect 'response txn=1 message=1 bytes=197 result=0,0 status=0' raw $good
check 'cut in the header' counted bad_length is_dropped 000100010000
check 'cut after the header' counted bad_length is_dropped 00010001002e00
check 'cut in a TLV' counted bad_length is_dropped $(echo $good | cut -c 1-80)
check 'cut by one byte' counted bad_length is_dropped $(echo $good | cut -c 1-104)
check 'one byte too long' counted bad_length is_dropped ${good}00
check 'over-long' counted bad_length is_dropped 000100010041000101000102040000000000${good}${good}
check 'a TLV longer than the packet' counted bad_length is_dropped 0001000100040001ffff01
check 'a TLV of the wrong length' counted bad_tlv is_dropped 00010001000c00010200010002040000000000
check 'a TLV twice' counted bad_tlv is_dropped 00010001000f00010100010101000102040000000000
check 'an unknown mandatory TLV' counted bad_tlv is_dropped 00010001000f00010100010204000000000003010000
check 'an unknown optional TLV is skipped' refused 3 -61 raw 00010001000f00010100010204000000000020010000
check 'no TLV at all' refused 3 -61 raw 00010001000000
check 'not a request' counted bad_message is_dropped 04010001000b000101000102040000000000
check 'another message' counted bad_message is_dropped 00010002000b000101000102040000000000
check 'after all that it still works' expect 'status=0 internal=0 slot=1' enable
check 'controllers are attached once' test "$(cat $fake/attached)" = 1
check 'the volume can be set' set_unity_volume "$(usb_card)"
aplay -q -D "hw:$(usb_card),0" after.wav &
wait_for 5 pcm_runs "$(usb_card)"
check 'Linux has the PCM' refused 1 -16 enable
wait $!
peer_streams
check 'the DSP has it' says 'Device or resource busy' linux_plays after.wav
peer_end
wait_for 2 nothing_held
check 'Linux plays' linux_plays after.wav
sleep 1
JOB
captured_is after.wav after.wav 'requests: what Linux played is captured bit for bit'

vm 'endings' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/clock.sh
. ./lib/usb.sh
. ./lib/qmi-job.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card

fake_dsp_crashes() { echo 1 >$fake/down; }
device_comes() { back_authorized; wait_for 5 usb_card && wait_for 5 grep -q '^card' $service/state; }

peer_streams
tell del-client
check 'client gone: released' wait_for 2 nothing_held
peer_end

peer_streams
tell bye
check 'node gone: released' wait_for 2 nothing_held
peer_end

peer_streams
peer_end
check 'transport gone: released' wait_for 2 nothing_held

peer_streams stop-when-told
forced=$(counter forced_releases)
away_authorized
check 'unplugged: the DSP is told' wait_for 2 grep -qF 'indication' /tmp/peer.log
check 'in the recorded bytes' grep -q 'message=1 bytes=25 event=1 slot=[1-9][0-9]* controller=0$' /tmp/peer.log
check 'and its disable is served' wait_for 2 grep -q 'txn=2 .*status=0' /tmp/peer.log
check 'unplugged: nothing is held' nothing_held
check 'nothing was forced' test "$(counter forced_releases)" = "$forced"
peer_end
check 'plugged in again' device_comes
check 'it works again' expect 'status=0 internal=0 slot=' enable

peer_streams
forced=$(counter forced_releases)
away_authorized
check 'unplugged, and the DSP does not care: nothing is held' nothing_held
check 'forced' test "$(counter forced_releases)" = $((forced + 1))
check 'the card is not found' eval 'tell enable; wait_for 2 grep -q "status=2 internal=-19" /tmp/peer.log'
peer_end
check 'plugged in again' device_comes

peer_streams
fake_dsp_crashes
check 'the DSP crashed: nothing is held' nothing_held
check 'and no controller is attached' test "$(cat $fake/attached)" = 0
tell enable
check 'a new DSP may start' wait_for 2 grep -q running $service/state
peer_end

# The next generation has the same address, and may count its transactions from the same number.
fake_dsp_crashes
echo 1000 >/sys/module/snd_usb_offload_fake_dsp/parameters/attach_delay_ms
peer_begin timeout 100 enable enable wait 3000
check 'a request is being served, another waits' eval 'wait_for 2 grep -q "no-response txn=2" /tmp/peer.log && grep -q attaching $service/state'
fake_dsp_crashes
tell timeout 3000
tell enable
echo 0 >/sys/module/snd_usb_offload_fake_dsp/parameters/attach_delay_ms
check 'the DSP crashes meanwhile: who asks next is answered' wait_for 5 grep -q 'response txn=3 .*status=0' /tmp/peer.log
check 'and nobody before' eval 'cat /tmp/peer.log; ! grep "^response txn=[12]" /tmp/peer.log'
peer_end

peer_streams
echo 30000 >/sys/module/snd_usb_offload/parameters/response_timeout_ms
began=$(uptime_s)
away_authorized &
unplugging=$!
check 'a disconnect waits for the DSP' eval 'wait_for 2 grep -q indication /tmp/peer.log; grep -q stopping $service/state'
fake_dsp_crashes
wait $unplugging
check 'the DSP crashes: the wait ends at once' test $(($(uptime_s) - began)) -le 3
check 'nothing is held' nothing_held
echo 200 >/sys/module/snd_usb_offload/parameters/response_timeout_ms
peer_end
check 'plugged in again' device_comes

fake_dsp_crashes
echo -5 >/sys/module/snd_usb_offload_fake_dsp/parameters/attach_result
check 'the platform does not attach the controller' refused 1 -5 enable
echo 300 >/sys/module/snd_usb_offload_fake_dsp/parameters/attach_result
check 'the platform returns nonsense' refused 1 -75 enable
echo 3 >/sys/module/snd_usb_offload_fake_dsp/parameters/attach_result
check 'its number arrives' expect 'controller=3' enable

peer_streams stop-when-told
unbind_fake_dsp
check 'unregistered, and the DSP stops: its disable is served' wait_for 2 grep -q 'txn=2 .*status=0' /tmp/peer.log
peer_end
check 'registered again' fake_dsp_gets_card

peer_streams
check 'the device does not autosuspend' grep -q active $usb/power/runtime_status
unbind_fake_dsp
check 'the DSP is unregistered while it streams' test ! -e $service
check 'the service is withdrawn' wait_for 2 grep -q '^gone' /tmp/peer.log
peer_end
check 'registered again' fake_dsp_gets_card
peer_streams
check 'a system sleep while it streams' sleep_for 2
tell bye
check 'nothing is held' wait_for 2 nothing_held
peer_end
check 'the card is there again' wait_for 5 grep -q '^card' $service/state

peer_streams
check 'the controller goes while it streams' rmmod xhci_pci
check 'nothing is held' nothing_held
peer_end
check 'and comes again' eval 'modprobe xhci_pci; wait_for 10 usb_card'
check 'and it works' eval 'wait_for 5 grep -q ^card $service/state; expect "status=0" enable'
check 'modules can go' rmmod snd_usb_offload_fake_dsp
check 'all of them' rmmod snd_usb_offload
check 'the volume can be set' set_unity_volume "$(usb_card)"
check 'Linux plays' linux_plays after.wav
sleep 1
JOB
captured_is after.wav 'endings: what Linux played afterwards is captured bit for bit'

vm_qemu=(
	-audiodev "wav,id=sound2,path=second.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci.0,audiodev=sound2"
	-device "qemu-xhci,id=xhci2,addr=03.0"
	-audiodev "wav,id=sound3,path=third.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci2.0,audiodev=sound3"
)
vm 'several cards' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/qmi-job.sh
check 'the fake DSP has three cards' eval 'fake_dsp_gets_card; wait_for 10 cards 3'
peer_begin enable card=0 enable card=1 enable card=2
check 'all stream at once' wait_for 5 streams 3
check 'each has its own memory' test "$(grep -o 'iova [^ ]*' $service/state | sort -u | wc -l)" = 9
check 'both controllers are attached' test "$(cat $fake/attached)" = 2
check 'interrupters of one controller differ' test "$(grep -A 1 -E '^card.*usb 1-' $service/state | grep -o 'interrupter [0-9]*' | sort -u | wc -l)" = 2
tell disable card=1
check 'one ends' wait_for 2 streams 2
away_authorized
check 'another is unplugged, the third goes on' wait_for 2 streams 1
tell bye
check 'the node goes: nothing is held' wait_for 2 nothing_held
peer_end
JOB

# A controller of which the device tree does not say that it is this DSP's, and a sound card on it.
vm_qemu=(
	-device "qemu-xhci,id=xhci3,addr=04.0"
	-audiodev "wav,id=sound4,path=fourth.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci3.0,audiodev=sound4"
)
vm "a card that is not the DSP's" --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/clock.sh
. ./lib/qmi-job.sh
# card_at FUNCTION: the sound card on the controller that is this PCI function.
card_at() {
	for card_dir in /sys/class/sound/card*; do
		realpath "$card_dir/device" | grep -q "/0000:00:$1/" && echo "${card_dir##*card}" && return
	done
	return 1
}
check 'there are both' eval 'wait_for 10 card_at 02.0 && wait_for 10 card_at 04.0'
mine=$(card_at 02.0) other=$(card_at 04.0)
check 'the fake DSP has one of them' eval 'fake_dsp_gets_card; test "$(grep -c "^card" $service/state)" = 1'
check 'the volumes can be set' eval 'set_unity_volume "$mine" && set_unity_volume "$other"'
check 'its own can be had' expect 'status=0 internal=0' enable card=$mine
check 'the other cannot' refused 2 -19 enable card=$other
check 'nor ended' refused 2 -19 disable card=$other
aplay -q -D "hw:$other,0" after.wav &
check 'Linux plays to it' wait_for 5 pcm_runs "$other"
check 'nor then' refused 2 -19 enable card=$other
check 'nor ended then' refused 2 -19 disable card=$other
check 'while its own is had' expect 'status=2 internal=-19' enable card=$mine enable card=$other disable card=$mine
wait $!
status=$?
check 'Linux plays to the end' test $status = 0
sleep 1
JOB
succeeds "a card that is not the DSP's: what Linux plays to it is captured bit for bit" "$TOOLS/wavdiff" after.wav "$VM/fourth.wav"

done_testing
