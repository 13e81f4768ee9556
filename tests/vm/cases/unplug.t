#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A USB device goes while the DSP plays to it: pulled, reset, switched off, with its hub or with its controller; in
# every state of the PCM and of the stream; with a DSP that helps and with one that does not. Each time the player
# ends, nothing is left, no hub's thread is held up for long, and the device plays again, bit for bit.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

noise noise.wav 1 2 16 24007
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 $((slowness * 192000))
vm_file noise.wav silence.wav

# times N FILE: FILE, N times.
times() {
	local i
	for ((i = 0; i < $1; i++)); do printf '%s\n' "$2"; done
}

# file_is WAV NAME: a further audio device received noise.wav, once.
file_is() {
	local output
	if output=$("$TOOLS/wavdiff" noise.wav "$VM/$1" 2>&1); then
		pass "$2"
	else
		fail "$2" "$output"
	fi
}

# audio N: N more audio devices of QEMU, second1 ...
audio() {
	local n
	for ((n = 1; n <= $1; n++)); do
		vm_qemu+=(-audiodev "wav,id=second$n,path=second$n.wav,out.frequency=48000")
	done
}

# Actions of Linux itself on a device.
vm 'causes' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
check 'the sound cards are ready' sound_is_ready
forced=0
for cause in unbind interface authorized configuration port reset; do
	for state in playing draining prepared; do
		before=$(counter forced_releases)
		start_player $state
	check "$cause, $state: it is" player_started
		check "$cause, $state: the device goes" away_$cause
		end_player
		# A stream that only loses its rings may be started again by the player.
		if [ $cause = interface ]; then
			check "$cause, $state: the player ends" test "$status" -le 1
		else
			check "$cause, $state: the player ends" player_lost_device
		fi
		case $cause in
		interface) check "$cause, $state: nothing is held" wait_for 2 nothing_held ;;
		reset) ;;
		*) check "$cause, $state: nothing is left" no_card_held ;;
		esac
		check "$cause, $state: it comes back" back_$cause
		check "$cause, $state: there is one card" eval 'wait_for 10 cards 1 && sound_is_ready'
		check "$cause, $state: nothing is held" nothing_held
		check "$cause, $state: it plays again" dsp_plays_out noise.wav
		# A stream that loses its rings is released without asking the DSP.
		[ $cause = interface ] || forced=$((forced + $(counter forced_releases) - before))
	done
done
result forced "$forced"
JOB
# shellcheck disable=SC2046 # file names
captured_is $(times 18 noise.wav) 'causes: each time it plays again, bit for bit'
is "$(value forced)" 0 'causes: the DSP has stopped all of its streams by itself'

# The plug is pulled. QEMU begins a new file with each device.
vm_qemu=()
audio 5
vm 'pulled' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/unplug-job.sh
check 'the sound cards are ready' sound_is_ready
n=0
for state in playing draining prepared; do
	start_player $state
	check "$state: it is" player_started
	check "$state: it is pulled" pull
	end_player
	check "$state: the player ends" player_lost_device
	check "$state: nothing is left" wait_for 5 no_card_held
	n=$((n + 1))
	check "$state: it is put back" put $n
	check "$state: it plays again" dsp_plays_out noise.wav
done

# At some moment of a start, or shortly before or after it.
echo 0 >/tmp/bad
for offset_us in $(seq 0 2500 75000); do
	aplay -q -D "plughw:$(dsp_card),0" --buffer-time=500000 silence.wav 2>/dev/null &
	player=$! player_state=starting
	usleep "$offset_us"
	pull >/tmp/pull.log || echo "$offset_us: not pulled"
	end_player
	[ $status -lt 128 ] && wait_for 5 no_card_held && put 4 && wait_for 2 nothing_held || echo "$offset_us us: status $status"
done >/tmp/starts 2>&1
check 'pulled at any moment of a start: nothing is left' eval 'cat /tmp/starts; ! grep -q . /tmp/starts'
check 'pulled once more' eval 'pull; wait_for 5 no_card_held'
check 'put back' put 5
check 'it plays again' dsp_plays_out noise.wav
JOB
file_is second1.wav 'pulled while it plays: it plays again, bit for bit'
file_is second2.wav 'pulled while it drains: it plays again, bit for bit'
file_is second3.wav 'pulled when it is prepared: it plays again, bit for bit'
file_is second5.wav 'pulled at any moment of a start: it plays again, bit for bit'

# Linux's own path to the same device: drivers that we have changed.
vm_qemu=()
audio 4
vm 'Linux plays' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/unplug-job.sh
player_card=usb_card
linux_plays_out() { aplay -q -D "plughw:$(usb_card),0" noise.wav && sleep 1; }
check 'the sound cards are ready' sound_is_ready
hub_watch
n=0
for state in playing draining prepared; do
	start_player $state
	check "$state: it is" player_started
	check "$state: it is pulled" pull
	end_player
	check "$state: the player ends" player_lost_device
	check "$state: no card is left" wait_for 5 no_card_held
	n=$((n + 1))
	check "$state: it is put back" put $n
	check "$state: it plays again" linux_plays_out
done
for cause in unbind reset; do
	start_player draining
	check "$cause: it drains" player_started
	check "$cause: the device goes" away_$cause
	end_player
	check "$cause: the player ends" player_lost_device
	check "$cause: it comes back" back_$cause
	check "$cause: there is one card" eval 'wait_for 10 cards 1 && sound_is_ready'
done
result hub_us "$(hub_held_us)"
JOB
at_most "$(value hub_us)" $((250000 * slowness)) "Linux plays: a hub's thread is held up for $(value hub_us) us"
for n in 1 2 3; do
	file_is second$n.wav "Linux plays: $n: afterwards bit for bit"
done

# behind_hub N: QEMU's options for N devices behind a hub, which make no file.
behind_hub() {
	local n
	vm_qemu=(-device "usb-hub,id=hub,bus=xhci.0,port=2")
	for ((n = 1; n <= $1; n++)); do
		vm_qemu+=(-audiodev "none,id=none$n" -device "usb-audio,id=h$n,bus=xhci.0,port=2.$n,audiodev=none$n")
	done
}

# hub_held_at_most_its_limit NAME: a kernel with all checks on needs longer than the limit if nothing plays. There, playing
# streams may make it twice as long, and the DSP is waited for once.
hub_held_at_most_its_limit() {
	local limit_us=$((250000 * slowness))
	[ "$VARIANT" = release ] || limit_us=$((limit_us + 2 * $(value idle_us)))
	at_most "$(value hub_us)" $limit_us "$1: the hub's thread is held up for $(value hub_us) us ($(value idle_us) if nothing plays)"
}

# A hub with devices that all play, pulled: with the DSP's help, and with a DSP that hears nothing.
behind_hub 4
for dsp in helps 'ignores messages'; do
	vm "a hub, the DSP $dsp" --set dsp="$dsp" --no-audio --append "vsoc_dsp.fault_injection=1" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/unplug-job.sh
check 'four cards' wait_for 10 cards 4
pull_idle_hub 4
players=
for n in 0 1 2 3; do
	aplay -q -D "plughw:$(dsp_card),$n" silence.wav &
	players="$players $!"
done
check 'four streams' wait_for 10 streams 4
if [ "$dsp" = 'ignores messages' ]; then
	check 'the DSP reads nothing any more' eval 'echo ignore-rx >/sys/kernel/debug/vsoc-audio/fault'
fi
hub_watch
check 'the hub is pulled' host device_del hub
check 'nothing is left' wait_for 5 no_card_held
result hub_us "$(hub_held_us)"
result forced "$(counter forced_releases)"
for player in $players; do
	wait "$player"
	status=$?
	check "its player ends: $player" test "$status" = 1
done
JOB
	hub_held_at_most_its_limit "a hub, the DSP $dsp"
	if [ "$dsp" = helps ]; then
		is "$(value forced)" 0 "a hub, the DSP $dsp: no stream was cut off"
	fi
done

# The class driver with a DSP that is not there: more streams than the sound card has.
for count in 1 4 8; do
	behind_hub $count
	for dsp in 'is unresponsive' 'is slow'; do
		vm "$count devices, the DSP $dsp" --set dsp="$dsp" --set count="$count" --no-audio --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pcm.sh
. ./lib/usb.sh
. ./lib/unplug-job.sh
check 'the cards' eval 'bind_fake_dsp; wait_for 10 cards $count'
pull_idle_hub $count
[ "$dsp" = 'is unresponsive' ] || action='stop-late 150'
for n in $(seq $count); do
	action="$action enable card=$((n - 1))"
done
# shellcheck disable=SC2086 # several words
peer_begin $action
check 'all stream' wait_for 10 streams $count
hub_watch
check 'the hub is pulled' host device_del hub
check 'nothing is left' wait_for 5 no_card_held
result hub_us "$(hub_held_us)"
result forced "$(counter forced_releases)"
check 'all controllers are detached' grep -qx 0 $fake/attached
peer_end
JOB
		hub_held_at_most_its_limit "$count devices, the DSP $dsp"
		if [ "$dsp" = 'is unresponsive' ]; then
			is "$(value forced)" $count "$count devices, the DSP $dsp: all streams were cut off"
		fi
	done
done

done_testing
