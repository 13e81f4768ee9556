#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each part of the way, from the sound card to the USB device, is taken from under a stream that plays: its driver
# unbound, its module unloaded, the DSP stopped. The player ends and nothing is held; when the part is there again, the
# DSP plays as before, bit for bit.
. "$(dirname "$0")/../lib/vm.sh"

noise noise.wav 1 2 16 24007
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 192000
vm_file noise.wav silence.wav "$TOP/tests/vm/lib/offload-job.sh"

# What the jobs have in common: take_PART and give_PART, and the one loop.
prelude=$(
	cat <<'PRELUDE'
. ./offload-job.sh
platform=/sys/bus/platform/drivers
rproc=/sys/class/remoteproc/remoteproc0
pci=0000:00:02.0

bound_to() { for bound in "$1"/*:* "$1"/*.* "$1"/virtio*; do [ -e "$bound/uevent" ] && echo "${bound##*/}" && return; done; }

take_usb_audio() { echo 1-1:1.0 >$snd_usb/unbind; }
# The interface that carries the samples is bound to the driver on its own account.
give_usb_audio() { echo 1-1:1.1 >$snd_usb/unbind; echo 1-1:1.0 >$snd_usb/bind; }
# The interface that carries the samples goes first: its endpoints end with it.
take_usb_stream_interface() { away_interface; }
give_usb_stream_interface() { back_interface; }
take_audio() { echo audio >$platform/vsoc-audio/unbind; }
give_audio() { echo audio >$platform/vsoc-audio/bind; }
take_sound_card() { echo sound >$platform/vsoc-sound/unbind; }
give_sound_card() { echo sound >$platform/vsoc-sound/bind; }
take_dsp_driver() { echo remoteproc >$platform/vsoc-dsp/unbind; }
give_dsp_driver() { echo remoteproc >$platform/vsoc-dsp/bind; }
take_dsp() { echo stop >$rproc/state; }
give_dsp() { echo start >$rproc/state; }

# A channel or the bus of channels: who is bound is remembered, and bound again.
take_bound() { bound=$(bound_to "$1") && [ -n "$bound" ] && echo "$bound" >/tmp/bound && echo "$bound" >"$1/unbind"; }
# A DSP that has lost its memory with the channel crashes, and is started again, with all of its channels.
is_bound() { [ -e "$1/$(cat /tmp/bound)" ] || cat /tmp/bound >"$1/bind"; }
give_bound() { wait_for 5 is_bound "$1"; }
take_control_channel() { take_bound /sys/bus/rpmsg/drivers/vsoc-audio-ipc; }
give_control_channel() { give_bound /sys/bus/rpmsg/drivers/vsoc-audio-ipc; }
take_qrtr_channel() { take_bound /sys/bus/rpmsg/drivers/qcom_smd_qrtr; }
give_qrtr_channel() { give_bound /sys/bus/rpmsg/drivers/qcom_smd_qrtr; }

take_root_hub() { echo on >/sys/bus/usb/devices/usb1/power/control && echo 0 >/sys/bus/usb/devices/usb1/bConfigurationValue; }
give_root_hub() { echo 1 >/sys/bus/usb/devices/usb1/bConfigurationValue; }
take_xhci_pci() { echo $pci >/sys/bus/pci/drivers/xhci_hcd/unbind; }
give_xhci_pci() { echo $pci >/sys/bus/pci/drivers/xhci_hcd/bind; }
take_pci_function() { echo 1 >/sys/bus/pci/devices/$pci/remove; }
give_pci_function() { echo 1 >/sys/bus/pci/rescan; }
take_xhci_pci_module() { rmmod xhci_pci; }
give_xhci_pci_module() { modprobe xhci_pci; }
take_xhci_plat() { basename "$(echo $platform/xhci-hcd/xhci-hcd.*)" >/tmp/bound && cat /tmp/bound >$platform/xhci-hcd/unbind; }
give_xhci_plat() { cat /tmp/bound >$platform/xhci-hcd/bind; }
take_xhci_plat_module() { rmmod xhci_plat_hcd; }
give_xhci_plat_module() { modprobe xhci_plat_hcd; }
take_vsoc_xhci() { echo $pci >/sys/bus/pci/drivers/vsoc-xhci/unbind; }
give_vsoc_xhci() { echo $pci >/sys/bus/pci/drivers/vsoc-xhci/bind; }
take_vsoc_dsp_module() { rmmod vsoc_dsp; }
give_vsoc_dsp_module() { modprobe vsoc_dsp; }

is_whole() { wait_for 10 cards 1 && wait_for 10 dsp_card && wait_for 10 test "$(cat $rproc/state)" = running && sound_is_ready; }

# lose PART...: each, one after the other.
lose() {
	for part; do
		begin playing
		check "$part: it plays" begun
		check "$part: it is taken away" take_$part
		end
		check "$part: the player ends" test "$status" -lt 2
		[ ! -e $service/state ] || check "$part: nothing is held" wait_for 2 nothing_held
		check "$part: it comes back" give_$part
		check "$part: everything is there" is_whole
		check "$part: it plays again" plays
	done
}
PRELUDE
)

parts='usb_stream_interface usb_audio audio sound_card dsp_driver dsp control_channel qrtr_channel root_hub xhci_pci pci_function xhci_pci_module vsoc_dsp_module'
vm 'drivers' <<JOB
$prelude
check 'the sound cards are ready' sound_is_ready
lose ${parts%% *}
check 'the DSP has been asked to stop: it has not crashed' eval '! dmesg | grep "DSP crash"'
lose ${parts#* }
JOB
# shellcheck disable=SC2046,SC2086 # file names, one for each part
captured_is $(printf 'noise.wav %.0s' $parts) 'drivers: each time it plays again, bit for bit'

parts='xhci_plat vsoc_xhci xhci_plat_module'
vm 'a platform xHC' --append 'vsoc_xhci.platform=1' <<JOB
$prelude
check 'the sound cards are ready' sound_is_ready
check 'the xHC is a platform device' test -e /sys/bus/platform/drivers/xhci-hcd
lose $parts
JOB
# shellcheck disable=SC2046,SC2086 # file names, one for each part
captured_is $(printf 'noise.wav %.0s' $parts) 'a platform xHC: each time it plays again, bit for bit'

vm 'modules' <<JOB
$prelude
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
begin playing
check 'it plays' begun
for module in vsoc_audio snd_usb_offload snd_usb_audio vsoc_mmu vsoc_hw; do
	check "$module is in use" fails rmmod $module
done
check 'the DSP MMU cannot be unbound' test ! -e $platform/vsoc-mmu/unbind
check 'it plays on' pcm_is RUNNING
kill "$player"
wait "$player"
for module in vsoc_audio snd_usb_offload snd_soc_usb snd_usb_audio xhci_pci vsoc_dsp; do
	check "unused, $module can go" rmmod $module
done
load_modules
check 'loaded again, everything is there' is_whole
check 'it plays again' plays
CASES
)
JOB
captured_is noise.wav 'modules: loaded again, it plays bit for bit'

done_testing
