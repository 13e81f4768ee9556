#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# One teardown for all causes, from each state of a stream: while it starts, runs and stops. qrtr-peer plays the DSP and does
# not help. And a controller that dies under a stream of the real one.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

noise noise.wav 1 2 16 24007
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 $((slowness * 192000))
vm_file noise.wav silence.wav

vm 'states' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/clock.sh
. ./lib/teardown-job.sh
check 'the fake DSP has the card' eval 'bind_fake_dsp; wait_for 10 cards 1'
echo 1 >$trace/events/snd_usb_offload/offload_stream_state/enable

peer_begin timeout 500
for cause in dsp_down authorized stream_interface reset unregister controller del_client bye transport; do
	check "running, $cause: it runs" stream_starts
	check "running, $cause: it ends" cause_$cause
	check "running, $cause: nothing is held" wait_for 2 gone_or_nothing_held
	undo_$cause
	check "running, $cause: another can start" eval 'card_is_there && stream_starts'
	tell "disable card=$(usb_card)"
	check "running, $cause: and stop" wait_for 2 nothing_held
done
peer_end

# A disconnect waits for the DSP, and something else happens. It ends the wait, however long that might be.
for cause in dsp_down del_client bye transport; do
	echo 30000 >/sys/module/snd_usb_offload/parameters/response_timeout_ms
	peer_begin timeout 500
	check "stopping, $cause: it runs" stream_starts
	began=$(uptime_s)
	away_authorized &
	check "stopping, $cause: the DSP is asked" wait_for 2 grep -q stopping $service/state
	check "stopping, $cause: something else happens" cause_$cause
	wait $!
	check "stopping, $cause: the disconnect ends" test $(($(uptime_s) - began)) -le 3
	check "stopping, $cause: nothing is left" no_card_held
	peer_end
	echo 200 >/sys/module/snd_usb_offload/parameters/response_timeout_ms
	back_authorized
	check "stopping, $cause: the card is there again" card_is_there
done
# These have to wait for it, but not for long.
for cause in unregister controller reset; do
	peer_begin timeout 500
	check "stopping, $cause: it runs" stream_starts
	began=$(uptime_s)
	away_interface_0() { echo 1-1:1.0 >$snd_usb/unbind; }
	away_interface_0 &
	check "stopping, $cause: the DSP is asked" wait_for 2 grep -q stopping $service/state
	check "stopping, $cause: something else happens" cause_$cause
	wait $!
	check "stopping, $cause: the disconnect ends" test $(($(uptime_s) - began)) -le 3
	check "stopping, $cause: nothing is held" wait_for 2 gone_or_nothing_held
	peer_end
	undo_$cause
	[ $cause = controller ] || { away_unbind; back_unbind; } 2>/dev/null
	check "stopping, $cause: the card is there again" card_is_there
done

# Before a start, at some moment of it, and after it: the request is sent after 10 ms, the other thing happens so soon (all of it
# slower where the kernel is). A start takes 1 ms and holds the card's lock. With one core and a kernel that is not preemptible
# nothing comes between.
for cause in dsp_down authorized stream_interface reset unregister controller; do
	echo >$trace/trace
	: >/tmp/bad
	for offset_us in $(seq $((4000 * slowness)) $((1000 * slowness)) $((24000 * slowness))); do
		peer_begin timeout 300
		wait_for 2 heard service
		request="enable card=$(usb_card)"
		(
			usleep $((10000 * slowness))
			tell "$request"
		) &
		telling=$!
		usleep "$offset_us"
		echo cause >$trace/trace_marker
		cause_$cause
		wait $telling
		peer_end
		wait_for 2 gone_or_nothing_held || echo "$offset_us us: something is held" >>/tmp/bad
		# Messages about the stream make no sense to it before.
		awk '/^response / { answered = 1 } /^indication / && !answered { exit 1 }' /tmp/peer.log ||
			echo "$offset_us us: told before it was answered" >>/tmp/bad
		undo_$cause
		card_is_there || echo "$offset_us us: no card" >>/tmp/bad
	done
	check "starting, $cause: nothing is ever held, nothing told too early" eval 'cat /tmp/bad; ! grep -q . /tmp/bad'
	# Whether the stream had been started when it happened.
	awk '
		/stream_state:/ { state = $NF }
		/tracing_mark_write: cause/ { (state == "running" || state == "starting") ? after++ : before++ }
		END { print before + 0, after + 0 }' $trace/trace >/tmp/met
	read -r before after </tmp/met
	check "starting, $cause: it happened $before times before, $after times after it began" test "$before" -gt 0 -a "$after" -gt 0
done

# A controller goes while the platform is attaching it for the first stream, and looks at its registers. A disconnect that waits for
# that does not wait for a silent DSP as well.
echo $((190 * slowness)) >/sys/module/snd_usb_offload_fake_dsp/parameters/attach_delay_ms
echo Y >/sys/module/snd_usb_offload_fake_dsp/parameters/detach_waits
hub_watch
peer_begin timeout 500
check 'attaching: the card is there' card_is_there
echo 1 >$fake/down
tell "enable card=$(usb_card)"
check 'attaching: the platform attaches the controller' wait_for 2 grep -q attaching $service/state
check 'attaching: the controller goes' cause_controller
check 'attaching: the platform was waited for' eval 'grep -qx 0 $fake/attached && no_card_held'
check 'attaching: the request is refused' wait_for 2 grep -q 'status=[12] internal=-' /tmp/peer.log
peer_end
result attaching_hub_us "$(hub_held_us)"
undo_controller
check 'attaching: the card is there again' card_is_there
JOB
at_most "$(value attaching_hub_us)" $((250000 * slowness)) "attaching: the disconnect takes $(value attaching_hub_us) us"

# All registers of a dead controller read as ones. Nobody looks, until the DSP's stream is stopped.
vm 'a dead controller' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
pci=/sys/bus/pci/devices/0000:00:02.0
check 'the sound cards are ready' sound_is_ready
start_player playing
check 'it plays' player_started
# PCI command register: no memory space
check 'the controller dies' eval 'printf "\000" | dd of=$pci/config bs=1 seek=4 conv=notrunc'
end_player
check 'the player ends' test "$status" = 1
check 'Linux notices' wait_for 20 eval 'dmesg | grep -q "HC died"'
check 'nothing is left' wait_for 10 no_card_held
check 'its driver is unbound' eval 'echo 0000:00:02.0 >/sys/bus/pci/drivers/xhci_hcd/unbind'
check 'and bound' eval 'echo 0000:00:02.0 >/sys/bus/pci/drivers/xhci_hcd/bind'
check 'everything is there again' eval 'wait_for 10 cards 1 && sound_is_ready'
check 'it plays again' dsp_plays_out noise.wav
JOB
captured_is noise.wav 'a dead controller: replaced, it plays bit for bit'

done_testing
