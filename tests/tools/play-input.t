#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# `make play` with input that it cannot play: one line that says what is wrong and has the accepted values, before
# anything is booted, and nothing is overwritten.
. "$(dirname "$0")/../tap.sh"

mkdir out
echo precious >out/report.json

# play_refuses TEXT NAME ARGUMENT...
play_refuses() {
	local text=$1 name=$2 output
	shift 2
	if output=$("$TOP/scripts/play" OUT=out "$@" 2>&1 </dev/null); then
		fail "$name" "accepted: $output"
	elif [[ $output == *"$text"* && $(wc -l <<<"$output") -eq 1 ]]; then
		pass "$name"
	else
		fail "$name" "$output"
	fi
}

accepted='accepted are PCM WAV files of 16 bit, 48000 Hz, mono or stereo'

play_refuses 'missing.wav: No such file or directory' 'a missing file' WAV=missing.wav
echo 'no sound' >text.wav
play_refuses "not a WAV file (no RIFF/WAVE header) ($accepted" 'a file that is no WAV' WAV=text.wav
noise whole.wav 1 2 16 4800
head -c 9000 whole.wav >truncated.wav
play_refuses 'promises 19200 bytes of samples, 8956 are there' 'a truncated file' WAV=truncated.wav
cp whole.wav compressed.wav
printf '\x11' | dd of=compressed.wav bs=1 seek=20 conv=notrunc status=none
play_refuses 'IMA ADPCM (format 0x0011); accepted is PCM' 'a compressed file' WAV=compressed.wav
"$TOOLS/wavmake" cd.wav --noise 1 44100 2 16 4410
play_refuses "44100 Hz: the USB device lacks this rate ($accepted" 'a rate that the device lacks' WAV=cd.wav
noise wide.wav 1 2 24 4800
play_refuses '24 bit' 'a sample size that the device lacks' WAV=wide.wav
noise surround.wav 1 6 16 4800
play_refuses '6 channels: the USB device has 2' 'more channels than the device has' WAV=surround.wav
noise empty.wav 1 2 16 0
play_refuses 'no samples' 'a file without samples' WAV=empty.wav
play_refuses 'MODE=loud: it is ap, dsp, sleep, all or duplex' 'an unknown mode' MODE=loud
play_refuses 'unknown: VOLUME=11' 'an unknown argument' VOLUME=11
cp whole.wav float.wav
printf '\x03' | dd of=float.wav bs=1 seek=20 conv=notrunc status=none
play_refuses 'floating point' 'floating point samples' WAV=float.wav
play_refuses '.: Is a directory' 'a directory instead of a file' WAV=.
"$TOOLS/wavmake" long.wav --silence 48000 1 16 $((1201 * 48000))
play_refuses '1201 s: too long' 'a file that does not fit the memory of the machine' WAV=long.wav
rm long.wav
mkdir 'a directory'
cp surround.wav 'a directory/of 6 channels.wav'
play_refuses 'a directory/of 6 channels.wav: 6 channels' 'a name with spaces' WAV='a directory/of 6 channels.wav'
play_refuses 'OUT=text.wav/out: it has to be a directory' 'a place for the captures that is none' OUT=text.wav/out WAV=whole.wav
JOBS=many play_refuses 'JOBS=many: it is a number' 'a number of jobs that is none' WAV=whole.wav
KERNEL=fast play_refuses "KERNEL=fast: it is 'release', 'debug', 'kcsan', 'plain' or 'production'" 'an unknown kernel' WAV=whole.wav
KERNEL=plain play_refuses 'KERNEL=plain: that kernel knows no DSP' 'a kernel without the overlay' WAV=whole.wav

# Devices of the model.
"$TOOLS/wavmake" telephone.wav --noise 1 8000 1 16 800
library=$TOP/vsoc/devices/library
names=$(printf '%s\n' "$library"/*.device | sed 's|.*/||; s/\.device$//' | xargs)
play_refuses "DEVICE=loudest: there is neither such a file nor such a device; the devices are $names" \
	'a device that is none' DEVICE=loudest WAV=whole.wav
play_refuses 'DEVICE=.: it has to be a file' 'a directory instead of a device' DEVICE=. WAV=whole.wav
play_refuses 'text.wav:1: expected' 'a file that describes no device' DEVICE=./text.wav WAV=whole.wav
printf 'uac 1\nspeed fast\n' >wrong.device
play_refuses 'wrong.device:2: expected a speed (full, high, super), found "fast"' 'a device file with a mistake' DEVICE=wrong.device WAV=whole.wav
play_refuses 'camera-super: it has no stream that plays PCM samples' 'a device that only records' DEVICE=camera-super WAV=whole.wav
play_refuses 'missing.wav: No such file or directory' 'a missing file, for a device' DEVICE=phone-8k WAV=missing.wav
play_refuses 'no samples' 'a file without samples, for a device' DEVICE=phone-8k WAV=empty.wav

play_refuses 'MODE=duplex: it needs DEVICE=' 'both directions of no device' MODE=duplex WAV=whole.wav
play_refuses 'phone-8k has no cable from ear to an input' 'both directions of a device without a cable' MODE=duplex DEVICE=phone-8k WAV=telephone.wav

# converted NAME DEVICE FILE.wav WORDS: play refuses the file, saying these words of the device; and the line of sox that
# it prints makes a file that it takes, as far as to the place for the captures, which is none.
converted() {
	local name=$1 output line made
	if output=$("$TOP/scripts/play" OUT=out DEVICE="$2" WAV="$3" 2>&1 </dev/null); then
		fail "$name: it is refused" "$output"
		return
	fi
	line=$(sed -n 's/^ *\(sox .*\)/\1/p' <<<"$output")
	if [[ $output == *"$4"* && $(grep -c . <<<"$line") -eq 1 ]]; then
		pass "$name: it is refused with what there is"
	else
		fail "$name: it is refused with what there is" "$output"
	fi
	succeeds "$name: the line works ($line)" eval "$line"
	made=${3%.wav}-for-$2.wav
	play_refuses 'OUT=text.wav/out: it has to be a directory' "$name: what it makes is taken" OUT=text.wav/out \
		DEVICE="$2" WAV="$made"
}
"$TOOLS/wavmake" c.wav --noise 1 44100 2 16 4410
converted 'a rate that the device lacks' phone-8k c.wav 'c.wav: 44100 Hz, 2 channels, 16 bit: phone-8k lacks this format; it has'
"$TOOLS/wavmake" deep.wav --noise 1 48000 2 32 480
converted 'more bits than the device has' dongle-buttons deep.wav 'headphones: 2 channels, 24 bit, 44100 48000 Hz'
"$TOOLS/wavmake" bytes.wav --noise 1 48000 2 8 480
converted 'samples of a byte' dongle-buttons bytes.wav 'lacks this format'
"$TOOLS/wavmake" slow.wav --noise 1 4000 1 16 480
converted 'a rate below a range' dac-continuous slow.wav '8000..192000 Hz'
"$TOOLS/wavmake" 'of 40 channels.wav' --noise 1 48000 40 24 480
converted 'more channels than the device has, and a name with spaces' interface-34-channels 'of 40 channels.wav' '34 channels, 24 bit'
is "$(cat out/report.json)" precious 'the report of an earlier run is still there'

done_testing
