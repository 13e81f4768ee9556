#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Storms of requests, and clients that vanish at every moment: the time between two steps is swept in small ones, so
# that each step of a start, a stop and a disconnect is hit. qrtr-hostile asks, and checks after each
# round that nothing is held; nothing may be left at the end.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

noise after.wav 1 2 16 48007
vm_file after.wav

vm 'storms' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
check '250 enables and disables, 0 to 10 ms apart' hostile storm 250 40
check 'each is answered' grep -q 'answered=500' /tmp/hostile.log
check 'nothing is held' wait_for 2 nothing_held
check 'from two clients, of whom one stops what the other started' hostile two 100 50
check 'each is answered' grep -q 'answered=200' /tmp/hostile.log
check 'nothing is held' wait_for 2 nothing_held
check 'it still works' hostile enable expect 'status=0 internal=0' disable expect 'status=0 internal=0'
check 'the volume can be set' set_unity_volume "$(usb_card)"
check 'Linux plays' linux_plays after.wav
sleep 1
JOB
captured_is after.wav 'storms: what Linux played afterwards is captured bit for bit'

vm 'clients that vanish' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card
works() { grep -q 'then .*status=0 internal=0' /tmp/hostile.log && wait_for 2 nothing_held; }
for how in bye del-client close; do
	for when in enabling disabling; do
		check "$how while $when, at 60 moments" hostile vanish $how $when 60 200
		check "$how while $when: and then it works" works
	done
	check "$how while unplugging, at 12 moments" hostile vanish $how unplugging 12 20000
	check "$how while unplugging: and then it works" works
done
# One client dies, the other's stream is its own.
peer_begin enable port 17000
check 'two clients' wait_for 5 grep -q running $service/state
tell del-client
sleep 0.2
check 'one that has no stream dies: the stream goes on' grep -q running $service/state
tell port 16384
tell del-client
check 'the one that has it dies: it ends' wait_for 2 nothing_held
peer_end
JOB

done_testing
