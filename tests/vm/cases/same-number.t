#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# An open front end belongs to the very card that it was opened for. The card goes, in any state of the PCM, and
# another one gets its number: the old user is told that its device has gone, whatever it tries, and nothing of it reaches
# the new device. After another open, the front end plays there.
. "$(dirname "$0")/../lib/vm.sh"

noise noise.wav 1 2 16 24007
vm_file noise.wav

vm_qemu=(-audiodev 'wav,id=sound2,path=second.wav,out.frequency=48000')
for state in open params prepare write; do
	case $state in
	open) before=open then='params prepare write start' ;;
	params) before='open params' then='prepare write start' ;;
	prepare) before='open params prepare' then='write start prepare params' ;;
	write) before='open params prepare write' then='start prepare params' ;;
	esac
	vm "after $state" --set before="$before" --set then="$then" <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/same-number-job.sh
check 'the sound cards are ready' sound_is_ready
first=$(usb_card)
user $before wait=/tmp/go $then close
check 'a user' user_waits
check 'the device is unplugged' host device_del headset
check 'it has gone' wait_for 5 cards 0
check 'another is plugged' host device_add usb-audio,id=headset2,bus=xhci.0,audiodev=sound2
check 'it is there' wait_for 10 cards 1
check 'it has the number of the first' test "$(usb_card)" = "$first"
user_goes_on
check 'the user goes on' test "$status" = 0
check 'its device has gone' has_gone $then
check 'it can close' step_said close 0
check 'nobody has had a stream on the new device' nobody_streams
check 'the volume is set' set_unity_volume "$(usb_card)"
check 'a new user plays' dsp_plays_out noise.wav
JOB
	if output=$("$TOOLS/wavdiff" noise.wav "$VM/second.wav" 2>&1); then
		pass "after $state: the new device has received what its user has played, and nothing else"
	else
		fail "after $state: the new device has received what its user has played, and nothing else" "$output"
	fi
done

# The same within a call of the user: it is held where it has looked at the card's number.
vm_qemu=()
vm 'within a call' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/same-number-job.sh
. ./lib/delay.sh
# replug: the same device is another card.
replug() { away_authorized && wait_for 1 cards 0 && back_authorized && wait_for 1 cards 1; }

check 'the sound cards are ready' sound_is_ready
late snd_soc_usb_check_pcm_free 1500
user open wait=/tmp/go params prepare write start close
check 'open: it is held' wait_for 5 is_waiting
check 'open: another card comes' replug
check 'open: it is held until then' is_waiting
wait_for 5 test -s /tmp/steps
user_goes_on
check 'open: the user goes on' test "$status" = 0
check 'open: its device has gone' step_said open ENODEV
check 'open: nobody has had a stream' nobody_streams

user open params wait=/tmp/go prepare write start close
check 'prepare: a user' user_waits
late snd_soc_usb_find_pcm_format 1500
: >/tmp/go
check 'prepare: it is held' wait_for 5 is_waiting
check 'prepare: another card comes' replug
check 'prepare: it is held until then' is_waiting
user_goes_on
check 'prepare: the user goes on' test "$status" = 0
check 'prepare: its device has gone' has_gone prepare write start
check 'prepare: nothing is held' nothing_held
check 'a new user plays' dsp_plays_out noise.wav
JOB

done_testing
