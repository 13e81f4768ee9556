#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each part of the way, from the sound card to the USB device, is taken from under a stream that plays: its driver
# unbound, its module unloaded, the DSP stopped. The player ends and nothing is held; when the part is there again, the
# DSP plays as before, bit for bit.
. "$(dirname "$0")/../lib/vm.sh"

noise noise.wav 1 2 16 24007
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 192000
vm_file noise.wav silence.wav

parts='usb_stream_interface usb_audio audio sound_card dsp_driver dsp control_channel qrtr_channel root_hub xhci_pci pci_function xhci_pci_module vsoc_dsp_module'
vm 'drivers' --set parts="$parts" <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/dsp.sh
. ./lib/unbind-job.sh
check 'the sound cards are ready' sound_is_ready
lose ${parts%% *}
check 'the DSP has been asked to stop: it has not crashed' eval '! dmesg | grep "DSP crash"'
lose ${parts#* }
JOB
# shellcheck disable=SC2046,SC2086 # file names, one for each part
captured_is $(printf 'noise.wav %.0s' $parts) 'drivers: each time it plays again, bit for bit'

parts='xhci_plat vsoc_xhci xhci_plat_module'
vm 'a platform xHC' --set parts="$parts" --append 'vsoc_xhci.platform=1' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/dsp.sh
. ./lib/unbind-job.sh
check 'the sound cards are ready' sound_is_ready
check 'the xHC is a platform device' test -e /sys/bus/platform/drivers/xhci-hcd
lose $parts
JOB
# shellcheck disable=SC2046,SC2086 # file names, one for each part
captured_is $(printf 'noise.wav %.0s' $parts) 'a platform xHC: each time it plays again, bit for bit'

vm 'modules' <<'JOB'
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/usb.sh
. ./lib/dsp.sh
. ./lib/unbind-job.sh
check 'the sound cards are ready' sound_is_ready
start_player playing
check 'it plays' player_started
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
check 'loaded again, everything is there' everything_is_there
check 'it plays again' dsp_plays_out noise.wav
JOB
captured_is noise.wav 'modules: loaded again, it plays bit for bit'

done_testing
