#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
#
# A USB PCM has one user at a time: while one path plays, the other is refused with EBUSY, and what plays
# is not disturbed. Afterwards the other path can play.
. "$(dirname "$0")/lib.sh"

noise first.wav 1 2 16 96001
noise second.wav 2 2 16 48007

prepare='
check "the sound cards are there" eval "wait_for 10 card_number USB-Audio && wait_for 10 card_number vSoC"
usb=$(card_number USB-Audio)
dsp=$(card_number vSoC)
amixer -q -c "$usb" cset numid=3 256
runs() { grep -Eq "RUNNING|DRAINING" "/proc/asound/card$1/pcm0p/sub0/status"; }
'
vm_file first.wav second.wav

vm 'the DSP plays' <<JOB
$prepare
aplay -q -D "plughw:\$dsp,0" first.wav &
check 'it runs' wait_for 5 runs "\$dsp"
check 'Linux is refused' says 'Device or resource busy' aplay -q -D "hw:\$usb,0" second.wav
check 'the DSP plays to the end' wait \$!
check 'then Linux may play' aplay -q -D "hw:\$usb,0" second.wav
sleep 1
JOB
captured_is first.wav second.wav 'the DSP plays: captured bit for bit, then what Linux played'

vm 'Linux plays' <<JOB
$prepare
aplay -q -D "hw:\$usb,0" first.wav &
check 'it runs' wait_for 5 runs "\$usb"
check 'the DSP is refused' says 'Device or resource busy' aplay -q -D "plughw:\$dsp,0" second.wav
wait \$!
check 'then the DSP may play' aplay -q -D "plughw:\$dsp,0" second.wav
sleep 1
JOB
captured_is first.wav second.wav 'Linux plays: captured bit for bit, then what the DSP played'

done_testing
