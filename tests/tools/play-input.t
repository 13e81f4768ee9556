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
play_refuses 'MODE=loud: it is ap, dsp, sleep or all' 'an unknown mode' MODE=loud
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
is "$(cat out/report.json)" precious 'the report of an earlier run is still there'

done_testing
