#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The DSP's playback arrives bit for bit: once, again, in several formats, and in parts.
. "$(dirname "$0")/../lib/vm.sh"

# Lengths that are no multiple of anything: milliseconds, pages, periods.
noise first.wav 1 2 16 48013
noise second.wav 2 2 16 30011
noise mono.wav 3 1 16 20021
noise wide.wav 4 2 32 20023
noise packed.wav 5 2 24 20029
noise long.wav 6 2 16 240007

# QEMU's device drops the last few milliseconds if its interface is closed behind them. aplay fills up the last
# period with silence; where that is short, silence of our own follows.
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 1440
"$TOOLS/wavmake" long-silence.wav long.wav silence.wav

vm_file first.wav second.wav mono.wav wide.wav packed.wav
vm 'one boot, many plays' <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' sound_is_ready
check 'stereo, 16 bit' dsp_plays first.wav
check 'again, another file' dsp_plays second.wav
check 'mono' dsp_plays mono.wav
check '32 bit' dsp_plays wide.wav
check '24 bit, packed' dsp_plays packed.wav
sleep 1
JOB
captured_is first.wav second.wav mono.wav wide.wav packed.wav 'all that was played is captured bit for bit'

vm_files=(long-silence.wav)
vm 'small periods' <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' sound_is_ready
check 'periods of 5 ms, a small buffer' aplay -q -D "plughw:$(dsp_card),0" --period-time=5000 --buffer-time=20000 long-silence.wav
sleep 1
result underruns "$(stream_number underruns)"
JOB
captured_is long.wav 'small periods: captured bit for bit'
is "$(value underruns)" 0 'small periods: no underrun'

vm 'a long buffer' <<'JOB'
check 'the sound cards are ready' sound_is_ready
check 'a buffer of 80 s, periods of 10 s' aplay -q -D "plughw:$(dsp_card),0" --period-time=10000000 --buffer-time=80000000 long-silence.wav
sleep 1
JOB
captured_is long.wav 'a long buffer: captured bit for bit'

done_testing
