# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of unbind.t: take_PART and give_PART for each part, and the one loop.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

platform=/sys/bus/platform/drivers
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
take_dsp() { stop_dsp; }
give_dsp() { start_dsp; }

# A channel or the bus of channels: the bound device is remembered, and bound again.
take_bound() { bound=$(bound_to "$1") && [ -n "$bound" ] && echo "$bound" >/tmp/bound && echo "$bound" >"$1/unbind"; }
# A DSP that has lost its memory with the channel crashes, and is started again, with all of its channels.
bind_again() { [ -e "$1/$(cat /tmp/bound)" ] || cat /tmp/bound >"$1/bind"; }
give_bound() { wait_for 5 bind_again "$1"; }
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

everything_is_there() { wait_for 10 cards 1 && wait_for 10 dsp_card && wait_for 10 test "$(cat $rproc/state)" = running && sound_is_ready; }

# lose PART...: each, one after the other.
lose() {
	for part; do
		start_player playing
		check "$part: it plays" player_started
		check "$part: it is taken away" take_$part
		end_player
		check "$part: the player ends" test "$status" -lt 2
		check "$part: nothing is held" wait_for 2 gone_or_nothing_held
		check "$part: it comes back" give_$part
		check "$part: everything is there" everything_is_there
		check "$part: it plays again" dsp_plays_out noise.wav
	done
}
