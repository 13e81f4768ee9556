#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation fails once while the MMU's driver comes, and while somebody comes behind the MMU. Nothing is left of
# what has failed; in the end the DSP plays.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 9607
vm_file "$TOP/tests/vm/lib/inject.sh" sound.wav

vm 'the MMU comes' --append 'lullaby.modules=xhci_pci,snd_usb_audio' <<'JOB'
. ./inject.sh
platform=/sys/bus/platform/drivers
play() { aplay -q -D "plughw:$(dsp_card),0" sound.wav; }
# Where the module's code will be is not known before it is loaded: all that its start does can fail.
mmu=/sys/kernel/debug/vsoc-mmu
come() { modprobe vsoc_mmu; }
go() { ! grep -q '^vsoc_mmu ' /proc/modules || rmmod vsoc_mmu; ! grep -q '^vsoc_hw ' /proc/modules || rmmod vsoc_hw; }
is_there() { [ -e $mmu/mapped_bytes ] && ls /sys/class/iommu | grep -qv smmu; }
comes_again() {
	cat /tmp/walk.log
	go
	[ ! -e $mmu ] && ! ls /sys/class/iommu | grep -v smmu && come && is_there && go && [ ! -e $mmu ]
}
check 'it comes' eval 'come && is_there'
check 'it goes' eval 'go && ! is_there'
inject_in "$(symbols do_one_initcall)"
walk 'coming' come comes_again
check 'it is there' is_there

# Somebody who is behind it: once that has succeeded it is for good, so nothing is tried again between the failures. It comes by
# hand: if its module came, the driver core might try again by itself, in another thread and with no failure any more.
echo 0 >/sys/bus/platform/drivers_autoprobe
modprobe vsoc_audio
behind() { echo audio >$platform/vsoc-audio/bind; }
is_behind() { [ -e $platform/vsoc-audio/audio ]; }
comes_behind() {
	cat /tmp/walk.log
	! is_behind || echo audio >$platform/vsoc-audio/unbind
	nothing_left && [ "$(cat $mmu/mapped_bytes)" = 0 ]
}
inject_in "$(text_of vsoc_mmu)"
walk 'somebody behind it' behind comes_behind
check 'some of that is called for whoever is behind it' all_failed 'for vsoc_mmu_domain_alloc_paging' 'for vsoc_mmu_probe_device'
check 'there is somebody behind it' is_behind
echo 1 >/sys/bus/platform/drivers_autoprobe
echo sound >$platform/vsoc-sound/bind
modprobe vsoc_dsp
check 'the sound cards are ready' sound_is_ready
check 'it plays' play
JOB

done_testing
