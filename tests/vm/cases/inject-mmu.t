#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation fails once while the MMU's driver comes, and while somebody comes behind the MMU. Nothing is left of
# a failure; in the end the DSP plays.
. "$(dirname "$0")/../lib/vm.sh"

noise sound.wav 1 2 16 9607
vm_file sound.wav

vm 'the MMU comes' --append 'lullaby.modules=xhci_pci,snd_usb_audio' <<'JOB'
. ./lib/inject.sh
. ./lib/pcm.sh
platform=/sys/bus/platform/drivers
# Where the module's code will be is not known before it is loaded: all that its start does can fail.
mmu=/sys/kernel/debug/vsoc-mmu
mmu_comes() { modprobe vsoc_mmu; }
mmu_goes() { ! grep -q '^vsoc_mmu ' /proc/modules || rmmod vsoc_mmu; ! grep -q '^vsoc_hw ' /proc/modules || rmmod vsoc_hw; }
mmu_is_there() { [ -e $mmu/mapped_bytes ] && ls /sys/class/iommu | grep -qv smmu; }
mmu_comes_again() {
	cat /tmp/walk.log
	mmu_goes
	[ ! -e $mmu ] && ! ls /sys/class/iommu | grep -v smmu && mmu_comes && mmu_is_there && mmu_goes && [ ! -e $mmu ]
}
check 'it comes' eval 'mmu_comes && mmu_is_there'
check 'it goes' eval 'mmu_goes && ! mmu_is_there'
inject_in "$(symbols do_one_initcall)"
walk 'coming' mmu_comes mmu_comes_again
check 'it is there' mmu_is_there

# Somebody who is behind it: once that has succeeded it is for good, so nothing is tried again between the failures. It comes by
# hand: if its module came, the driver core might try again by itself, in another thread and with no failure any more.
echo 0 >/sys/bus/platform/drivers_autoprobe
modprobe vsoc_audio
bind_behind() { echo audio >$platform/vsoc-audio/bind; }
is_behind() { [ -e $platform/vsoc-audio/audio ]; }
comes_behind() {
	cat /tmp/walk.log
	! is_behind || echo audio >$platform/vsoc-audio/unbind
	no_resource_held && [ "$(cat $mmu/mapped_bytes)" = 0 ]
}
inject_in "$(text_of vsoc_mmu)"
walk 'somebody behind it' bind_behind comes_behind
check 'some of that is called for whoever is behind it' all_failed 'for vsoc_mmu_domain_alloc_paging' 'for vsoc_mmu_probe_device'
check 'there is somebody behind it' is_behind
echo 1 >/sys/bus/platform/drivers_autoprobe
echo sound >$platform/vsoc-sound/bind
modprobe vsoc_dsp
check 'the sound cards are ready' sound_is_ready
check 'it plays' dsp_plays sound.wav
JOB

done_testing
