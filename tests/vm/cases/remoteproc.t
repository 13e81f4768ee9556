#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Failures around the DSP's start and end: firmware that is missing or no firmware, a stop under a playing
# stream, a driver that is unbound, a crash that never ends. And the traces of a crash.
. "$(dirname "$0")/../lib/vm.sh"

noise first.wav 1 2 16 30011
vm_file first.wav

vm 'bad firmware' <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
elf=/lib/firmware/lullaby-dsp.elf
check 'the sound cards are ready' sound_is_ready
cp $elf /tmp/good.elf
start_is() { text=$1; ! echo start >$rproc/state || return 1; dmesg | tail -n 8 | grep -q "$text"; }
check 'it stops' stop_dsp
rm $elf
check 'a missing file is refused' start_is 'request_firmware failed: -2'
cp /bin/busybox $elf
check 'a program without a resource table is refused' start_is 'lullaby-dsp.elf has no usable resource table'
head -c 1000 /tmp/good.elf >$elf
check 'a truncated file is refused' start_is 'Section header table is out of bounds'
: >$elf
check 'an empty file is refused' start_is 'Boot failed'
# e_machine is the 16-bit word at 18: 40 is a 32-bit Arm
cp /tmp/good.elf $elf
printf '\050\000' | dd of=$elf bs=1 seek=18 conv=notrunc 2>/dev/null
check 'a program for another processor is refused' start_is 'not a usable AArch64 executable'
check 'it is still offline' grep -qx offline $rproc/state
cp /tmp/good.elf $elf
check 'with its firmware it starts' start_dsp
check 'it says hello' wait_for 2 dsp_is_heard
check 'it plays' dsp_plays first.wav
sleep 1
JOB
captured_is first.wav 'bad firmware: in the end it plays bit for bit'

vm 'end of the run' <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
driver=/sys/bus/platform/drivers/vsoc-dsp
check 'the sound cards are ready' sound_is_ready
dsp_plays first.wav >/dev/null 2>&1 &
sleep 0.3
check 'it stops under a playing stream' stop_dsp
wait
check 'it starts again' start_dsp
check 'it says hello' wait_for 2 dsp_is_heard
dsp_plays first.wav >/dev/null 2>&1 &
sleep 0.3
check 'its driver is unbound under a playing stream' sh -c "echo remoteproc >$driver/unbind"
wait
check 'its driver is bound again' sh -c "echo remoteproc >$driver/bind"
check 'it is started by itself' wait_for 2 dsp_is_heard
# Its memory was taken from it only when it was off.
check 'none of this was a crash' fails eval 'dmesg | grep -q "DSP crash"'
check 'then it plays' dsp_plays first.wav
sleep 1
JOB

# remoteproc leaves the state as it was, and the doorbell is off already when it stops the core again. It must not stay off.
vm 'a stop that fails' <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/inject.sh
inject_in "$(symbols vsoc_dsp_stop)"
check 'the sound cards are ready' sound_is_ready
inject_calls vsoc_dsp_stop -5
echo 1 >$inject/armed
check 'a stop fails' says 'Input/output error' stop_dsp
echo 0 >$inject/armed
check 'it counts as running' grep -qx running $rproc/state
check 'the next stop does not fail' stop_dsp
check 'it starts again' start_dsp
check 'it is heard' wait_for 2 dsp_is_heard
inject_calls vsoc_dsp_stop -5
echo 1 >$inject/armed
crash_dsp
check 'the stop of a recovery fails' wait_for 2 eval "[ -n \"\$(cat $inject/last)\" ]"
echo 0 >$inject/armed
check 'it stays crashed' grep -qx crashed $rproc/state
check 'it can be recovered once more' eval "echo recover >$rproc/recovery"
check 'it is heard after that' wait_for 2 dsp_is_heard
check 'it plays' dsp_plays first.wav
sleep 1
JOB
captured_is first.wav 'a stop that fails: in the end it plays bit for bit'

# The virtqueues go and come while the DSP rings for them.
vm 'its messages have no driver' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
driver=/sys/bus/virtio/drivers/virtio_rpmsg_bus
device=$(basename $driver/virtio*)
# rebind NAME
rebind() {
	check "$1: the driver is unbound" eval "echo $device >$driver/unbind"
	wait
	check "$1: no channel is left" fails ls -d /sys/bus/rpmsg/devices/$device.*
	check "$1: the driver is bound" eval "echo $device >$driver/bind"
	check "$1: the DSP is heard" wait_for 5 dsp_is_heard
}
check 'the sound cards are ready' sound_is_ready
# One that sleeps does not see it go.
for seconds in 1 2; do
	sleep $seconds
	rebind "it has slept for $seconds s"
	check "it has slept for $seconds s: it plays" dsp_plays first.wav
done
check 'none of this was a crash' fails eval 'dmesg | grep -q "DSP crash"'
# While a stream is set up, no RELEASE can reach the DSP any more, and it may read the buffer: it is reset, and remoteproc
# brings it back with its channels.
resets() { dmesg | grep -c 'link to a DSP that is in use has gone'; }
expected=0
for ms in 150 300; do
	dsp_plays first.wav >/dev/null 2>&1 &
	usleep ${ms}000
	expected=$((expected + 1))
	check "it has played for $ms ms: the driver is unbound" eval "echo $device >$driver/unbind"
	wait
	check "it has played for $ms ms: the DSP was reset" eval 'resets; [ "$(resets)" = $expected ]'
	check "it has played for $ms ms: its channels are back" wait_for 5 ls -d /sys/bus/rpmsg/devices/$device.lullaby-audio.*
	check "it has played for $ms ms: the DSP is heard" wait_for 5 dsp_is_heard
	check "it has played for $ms ms: it plays again" dsp_plays first.wav
done
check 'it has not crashed otherwise' eval 'dmesg | grep "DSP crash"; [ "$(dmesg | grep -c "DSP crash")" = $expected ]'
for ms in 1 2 4 8 16 32; do
	echo "flood $((4000 + ms))" >/sys/kernel/debug/vsoc-audio/fault
	usleep ${ms}000
	rebind "it has flooded for $ms ms"
done
# Its messages may keep it from playing: a new generation.
check 'it stops' stop_dsp
check 'it starts' start_dsp
check 'it is heard' wait_for 2 dsp_is_heard
check 'it plays' dsp_plays first.wav
sleep 1
JOB

vm 'crash after crash' <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
dumps=/sys/class/devcoredump
check 'the sound cards are ready' sound_is_ready
echo enabled >$rproc/coredump
crash_dsp
check 'it is started again' wait_for 5 dsp_is_back 1
check 'there is a core dump' wait_for 2 test -e $dumps/devcd1/data
cp $dumps/devcd1/data /tmp/core
check 'it is an ELF core' eval 'head -c 4 /tmp/core | grep -q ELF'
check 'the register page with the record is in it' eval 'tail -c 4096 /tmp/core | head -c 4 | grep -q YLUL'
check 'the words of the record, too' eval 'tail -c 4096 /tmp/core | grep -q "reset line"'
echo 1 >$dumps/devcd1/data
for life in 2 3 4 5 6 7 8; do
	crash_dsp
	check "crash $life: it is started again" wait_for 5 dsp_is_back $life
done
check 'it plays' dsp_plays first.wav
sleep 1
JOB

done_testing
