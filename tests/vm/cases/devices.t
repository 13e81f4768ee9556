#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Devices of the library (vsoc/devices/library) on the virtual SoC: Linux plays to them and records from them bit for
# bit through snd-usb-audio, and the DSP plays to those that it can play to today.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/device.sh"

# format_of BITS: ALSA's name for samples of so many bits.
format_of() {
	case $1 in
	16) echo S16_LE ;;
	24) echo S24_3LE ;;
	*) echo S32_LE ;;
	esac
}

# judge_playback STREAM: the sound arrived as it was sent, and no packet was lost. The sound of the DSP follows that of Linux.
judge_playback() {
	local sent=() output
	[ -z "$play" ] || sent+=(linux.wav)
	[ "$dsp" != yes ] || sent+=(dsp.wav)
	[ ${#sent[@]} -gt 0 ] || return 0
	if output=$("$TOOLS/wavdiff" "${sent[@]}" "$VM/device1-$1.wav" 2>&1); then
		pass "$name: what was played arrived bit for bit: ${sent[*]%.wav}"
	else
		fail "$name: what was played arrived bit for bit: ${sent[*]%.wav}" "$output"
	fi
	is "$(packets missing_packets "$1") $(packets lost_frames "$1") $(packets silent_frames "$1")" '0 0 0' \
		"$name: nothing was lost in the device, and its FIFO never ran empty"
	diag "$name: FIFO of $(packets fifo_frames "$1") frames, $(packets fifo_least "$1") to $(packets fifo_greatest "$1") full;" \
		"$(packets lost_intervals "$1") of $(packets packets "$1") intervals without a packet"
}

# judge_capture STREAM: the recording is the pattern without a gap.
judge_capture() {
	local output
	if output=$("$usbmodel" pattern "$VM/recorded.wav" 2>&1); then
		pass "$name: what was recorded is the pattern, without a gap ($output)"
	else
		fail "$name: what was recorded is the pattern, without a gap" "$output"
	fi
	is "$(packets missing_packets "$1") $(packets lost_frames "$1") $(packets jumped_frames "$1")" '0 0 0' \
		"$name: nothing was lost in the device while it recorded"
}

# library_device NAME PLAYED DSP RECORDED: boots with that device. PLAYED and RECORDED are a stream of its file and
# RATE/CHANNELS/BITS, or "-"; DSP says whether the DSP can play to it: yes, no, or "-".
library_device() {
	local name=$1 dsp=$3 play_stream play_format record_stream record_format rate channels bits play='' record=''
	IFS=: read -r play_stream play_format <<<"$2"
	IFS=: read -r record_stream record_format <<<"$4"
	vm_files=()
	if [ "$2" != - ]; then
		IFS=/ read -r rate channels bits <<<"$play_format"
		"$TOOLS/wavmake" linux.wav --noise 11 "$rate" "$channels" "$bits" $((rate + 13))
		"$TOOLS/wavmake" dsp.wav --noise 12 "$rate" "$channels" "$bits" $((rate / 2 + 7))
		# Linux's last packet may have a few frames that its buffer of half a second had there before: these are silence.
		"$TOOLS/wavmake" silence.wav --silence "$rate" "$channels" "$bits" $((rate * 7 / 10))
		"$TOOLS/wavmake" play.wav linux.wav silence.wav
		"$TOOLS/wavmake" dsp-play.wav dsp.wav silence.wav
		vm_file play.wav dsp-play.wav
		play='play.wav'
	fi
	if [ "$4" != - ]; then
		IFS=/ read -r rate channels bits <<<"$record_format"
		record="-d 1 -r $rate -c $channels -f $(format_of "$bits")"
	fi
	# A kernel that checks itself is too slow to handle all of these packets in time: only the DSP streams there.
	[ "$slowness" = 1 ] || play='' record=''
	vm_qemu=(-chardev "file,id=recorded,path=recorded.wav" -device "virtserialport,chardev=recorded,name=lullaby.recorded")
	vm "$name" --set "play=$play" --set "dsp=$dsp" --set "record=$record" --device "$library/$name.device" <<'JOB'
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
pcm=hw:$(usb_card),0
[ -z "$play" ] || check 'Linux plays' aplay -q -D "$pcm" "$play"
usleep 200000
plays_by_dsp() { aplay -q -D "plughw:$(dsp_card),0" dsp-play.wav; }
case $dsp in
yes) check 'the DSP plays' plays_by_dsp ;;
no) check 'the DSP cannot play to it' fails plays_by_dsp ;;
esac
if [ -n "$record" ]; then
	# shellcheck disable=SC2086 # several words
	check 'Linux records' arecord -q -D "$pcm" $record /tmp/recorded.wav
	cat /tmp/recorded.wav >"$(port lullaby.recorded)"
fi
sleep 1
JOB
	"$usbmodel" packets "$VM/device1.packets" >judged
	[ "$2" = - ] || judge_playback "$play_stream"
	[ -z "$record" ] || judge_capture "$record_stream"
}

if [ $# -gt 0 ]; then
	library_device "$@"
	done_testing
fi

# Full speed.
library_device dongle-buttons headphones:48000/2/24 yes microphone:44100/1/16
library_device headset-two-functions game:48000/2/16 yes -
library_device headset-feedback3 headphones:44100/2/16 yes microphone:44100/1/16
library_device dac-feedback-10-14 line:96000/2/24 yes -
library_device controller-dj decks:44100/6/16 yes mix:44100/2/16
library_device speaker-conference loudspeaker:48000/1/16 yes microphones:16000/1/16
# Its second run is the same to the byte, with the time of each packet.
mv "$VM/device1.packets" first-run.packets
rm -r "$VM" "$VM-job"
library_device speaker-conference loudspeaker:48000/1/16 yes microphones:16000/1/16
succeeds 'a second run has the same record' cmp first-run.packets "$VM/device1.packets"
# High speed.
library_device headset-shared-clock headphones:44100/2/16 yes microphone:44100/1/16
library_device dac-768k line:768000/2/32 yes -
# Its capture interface comes first, where snd-usb-audio does not look for implicit feedback: the nominal rate is played.
library_device interface-implicit-18 outputs:48000/20/32 yes inputs:48000/18/32
library_device headset-uac3 headphones3:96000/2/24 yes microphone3:48000/1/16
library_device headset-badd headphones:48000/2/24 yes microphone:48000/1/16
library_device interface-34-channels outputs:48000/34/24 yes inputs:48000/34/24
library_device converter-8x384k outputs:192000/8/32 yes -
library_device dac-feedback-per-ms line:96000/2/32 yes -
# SuperSpeed. snd-usb-audio sends no more than one packet of an interval, whatever the burst: 1024 bytes.
library_device camera-super - - microphone:32000/2/16
library_device interface-super-burst outputs:48000/32/32 yes inputs:48000/32/32

# The device is pulled out under a sound of Linux's and put back, at moments of virtual time that the job names.
"$TOOLS/wavmake" long.wav --noise 13 48000 2 16 96000
vm_files=(long.wav)
vm_qemu=()
vm 'a device that comes and goes' --device "$library/dongle-buttons.device" \
	--moments 'after headphones 300 ms unplug 500 ms' <<'JOB'
usb_pcm() { echo "hw:$(usb_card),0"; }
check 'the sound cards are ready' eval 'wait_for 10 usb_card && wait_for 10 dsp_card'
check 'Linux plays until the device is gone' fails aplay -q -D "$(usb_pcm)" long.wav
check 'it is gone' fails usb_card
check 'it comes back' wait_for 10 usb_card
sleep 1
check 'Linux plays to it again' aplay -q -D "$(usb_pcm)" long.wav
sleep 1
JOB
sed -n 's/^\([0-9]*\) \(start headphones\|unplug\|plug\).*/\1 \2/p' "$VM/device1.packets" >events
is "$(cut -d ' ' -f 2- events | xargs)" 'plug start headphones unplug plug start headphones' \
	'a device that comes and goes: what happens, in this order'
is "$(awk '{ at[NR] = $1 } END { print at[3] - at[2], at[4] - at[3] }' events)" '300000000 500000000' \
	'a device that comes and goes: to the nanosecond of virtual time'

done_testing
