#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
#
# The DSP's firmware fails in every way that it can be made to, and recovers.
. "$(dirname "$0")/lib.sh"

noise first.wav 1 2 16 30011
vm_file first.wav

# What the jobs have in common.
prelude=$(
	cat <<'JOB'
rproc=/sys/class/remoteproc/remoteproc0
stats=/sys/kernel/debug/vsoc-audio/dsp_stats
provoke=/sys/kernel/debug/vsoc-audio/provoke
provoke() { echo "$*" >$provoke; }
crashes() { dmesg | grep -c 'vsoc-dsp .* DSP crash: '; }
# is_back N: the DSP runs again after its Nth crash.
is_back() { [ "$(crashes)" = "$1" ] && grep -qx running $rproc/state && grep -q busy_ticks $stats; }
plays() { aplay -q -D "plughw:$(dsp_card),0" first.wav; }
JOB
)

vm 'a product' <<JOB
$prelude
check 'the sound cards are ready' sound_is_ready
check 'it cannot be provoked' says 'Invalid argument' provoke panic
check 'it plays' plays
check 'nothing has happened' is_back 0
JOB

vm 'memory' --append vsoc_dsp.provoke=1 <<JOB
$prelude
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
check 'nonsense is refused' says 'Invalid argument' provoke frown
check 'an unaligned address is refused' says 'Invalid argument' provoke read 0xffffff807c500001
check 'its register page can be read' provoke read 0xffffff807c500000
check 'what is there is told' grep -qx 0x4c554c59 $provoke
check 'nothing has happened' is_back 0
check 'the first page of its memory cannot be read' says 'No such device' provoke read 0
check 'it is started again' wait_for 5 is_back 1
check 'the record says why' eval 'dmesg | grep -q "DSP crash: MMU fault: translation fault, read of 0x0"'
check 'its code cannot be written' says 'No such device' provoke write 0xffffff807c000000
check 'it is started again after that' wait_for 5 is_back 2
check 'the record says why' eval 'dmesg | grep -q "DSP crash: MMU fault: permission fault, write of 0xffffff807c000000"'
check 'its registers cannot be executed' says 'No such device' provoke jump 0xffffff807c500000
check 'it is started again after that, too' wait_for 5 is_back 3
check 'the record says why' eval 'dmesg | grep -q "DSP crash: MMU fault: permission fault, fetch of 0xffffff807c500000"'
check 'it plays' plays
sleep 1
CASES
)
JOB
captured_is first.wav 'memory: in the end it plays bit for bit'

done_testing
