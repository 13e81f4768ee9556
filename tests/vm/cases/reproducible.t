#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A run in virtual time is the same to the byte each time, however busy the host is: console, kernel log, report and
# captures. It follows from the seed alone: another seed makes another run, and that one repeats, too.
#
# tests/vm/host-time names the tests to which this does not apply. Nor does it apply where Linux has several processors: QEMU
# may end a turn of one when the host interrupts it, and if another is waiting for its own, that comes earlier.
. "$(dirname "$0")/../lib/vm.sh"

noise sound0.wav 1 2 16 $((slowness * 240011))
noise sound1.wav 2 2 16 $((slowness * 240017))
noise short.wav 3 2 16 48013
vm_file sound0.wav sound1.wav short.wav

job=$(
	cat <<'JOB'
. ./lib/pcm.sh
. ./lib/dsp.sh
both_are_there() { [ "$(usb_cards | wc -l)" = 2 ]; }
check 'two devices are there' wait_for 10 both_are_there
check 'the sound card is there' wait_for 10 dsp_card
dsp=$(dsp_card) front_end=0
for usb in $(usb_cards); do
	check "the volume of card $usb is set" set_unity_volume "$usb"
	check "front end $front_end plays to it" amixer -q -c "$dsp" cset "name=USB $front_end Playback Card Route" "$usb"
	front_end=$((front_end + 1))
done
for front_end in 0 1; do
	aplay -q -D "plughw:$dsp,$front_end" --period-time=10000000 --buffer-time=80000000 sound$front_end.wav &
done
check 'both play' wait_for 10 eval 'grep -Eq "RUNNING|DRAINING" /proc/asound/card$dsp/pcm0p/sub0/status && grep -Eq "RUNNING|DRAINING" /proc/asound/card$dsp/pcm1p/sub0/status'
check 'Linux sleeps' sleep_for $((2 * slowness))
result playing "$(offloadctl status --json | tr -d '\n')"
dsp_fault undefined
check 'the DSP crashes' wait_for 5 eval 'dmesg | grep -q "DSP crash:"'
kill %1 %2 2>/dev/null
wait
check 'it is recovered' wait_for 5 dsp_runs
check 'it plays again' dsp_plays short.wav
sleep 1
result crashed "$(offloadctl status --json | tr -d '\n')"
result interrupts "$(tr '\n' '|' </proc/interrupts)"
result random "$(cat /proc/sys/kernel/random/uuid)"
JOB
)

vm_qemu=(-audiodev "wav,id=sound2,path=second.wav,out.frequency=48000" -device "usb-audio,bus=xhci.0,audiodev=sound2")

# runs_with_seed NAME SEED: boots the job.
runs_with_seed() {
	vm "$1" --cpus 1 --seed "$2" --append vsoc_dsp.fault_injection=1 <<<"$job"
}

# is_same NAME ONE OTHER: everything that the two runs have left is the same.
is_same() {
	local file difference=
	for file in result console.log kernel.log captured.wav second.wav; do
		[ -s "$TEST_DIR/$2/$file" ] || difference+="$2 has left no $file; "
		cmp "$TEST_DIR/$2/$file" "$TEST_DIR/$3/$file" >cmp.log 2>&1 ||
			difference+="$(cat cmp.log; diff "$TEST_DIR/$2/$file" "$TEST_DIR/$3/$file" | head -n 6 | cut -c1-400); "
	done
	is "$difference" '' "$1"
}

runs_with_seed 'alone' 1
# Nothing lasts for ever: a test that is killed leaves no loop behind.
busy=()
for _ in $(seq $(($(nproc) + 1))); do
	timeout 300 sh -c 'while :; do :; done' &
	busy+=($!)
done
runs_with_seed 'beside busy loops' 1
kill "${busy[@]}"
wait "${busy[@]}" 2>/dev/null
is_same 'the same seed gives the same run, beside busy loops, too' alone beside-busy-loops

runs_with_seed 'another seed' 2
runs_with_seed 'another seed again' 2
is_same 'another seed repeats as well' another-seed another-seed-again
[ "$(sed -n 's/^random //p' alone/result)" != "$(sed -n 's/^random //p' another-seed/result)" ]
is $? 0 'and is another run'

done_testing
