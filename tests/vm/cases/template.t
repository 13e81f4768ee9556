#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A template for tests on the virtual SoC, which docs/testing.md explains line by line. It is a test as well: the DSP plays a
# sound, and the USB device receives it bit for bit; while the DSP is stopped, an application is told so.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 48013
vm_file sound.wav

vm 'playing' <<'JOB'
. ./lib/pcm.sh
check 'the sound cards are ready' sound_is_ready
check 'the DSP plays' dsp_plays_out sound.wav
result underruns "$(stream_number underruns)"
JOB
captured_is sound.wav 'playing: captured bit for bit'
is "$(value underruns)" 0 'playing: no underrun'

vm 'stopped' --set error='No such device' --cpus 3 <<'JOB'
. ./lib/pcm.sh
. ./lib/dsp.sh
check 'the sound cards are ready' sound_is_ready
check 'the DSP is stopped' stop_dsp
check 'an application is told' says "$error" dsp_plays sound.wav
check 'the DSP is started' start_dsp
check 'it runs' wait_for 5 dsp_runs
check 'it plays again' dsp_plays_out sound.wav
JOB
captured_is sound.wav 'stopped: captured bit for bit, once'

done_testing
