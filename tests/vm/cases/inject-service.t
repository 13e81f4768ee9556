#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each allocation and each call fails once while a DSP is registered, with a USB sound card there already. It is refused
# as a whole, or it works without the failed call; it can always be taken back, and the next one works.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

vm 'registered' --append "$fake_dsp_modules" <<'JOB'
. ./lib/inject.sh
. ./lib/fake-dsp.sh
dsp=audio
driver=/sys/bus/platform/drivers/snd-usb-offload-fake-dsp
echo snd-usb-offload-fake-dsp >/sys/bus/platform/devices/$dsp/driver_override

fake_dsp_is_bound() { [ -e $driver/$dsp ]; }
register() { echo $dsp >$driver/bind; }
unregister() { echo $dsp >$driver/unbind; }
dsp_is_gone() { no_resource_held && [ ! -e $service ] && [ ! -e /sys/class/usb_audio_offload/* ]; }
starts_and_stops() {
	qrtr-peer enable disable >/tmp/peer.log
	cat /tmp/peer.log
	grep -q 'txn=1 .*status=0' /tmp/peer.log && grep -q 'txn=2 .*status=0' /tmp/peer.log
}
# A DSP that is registered is found, and may lack the card, or the place where it is looked at; one that is not leaves
# nothing. Without the service's announcement nobody finds it, as if the name service had lost it.
service_is_right() {
	cat /tmp/walk.log
	if fake_dsp_is_bound; then
		qrtr-peer enable disable >/tmp/peer.log
		cat /tmp/peer.log
		if ! [ -e $service/state ] || grep -q '^card' $service/state; then
			grep -q 'txn=1 .*status=0' /tmp/peer.log || [ "$1" != "${1#* for snd_usb_offload_register_dsp}" ] || return 1
		else
			grep -q 'txn=1 .*status=2 internal=-19' /tmp/peer.log || return 1
		fi
		unregister
	fi
	dsp_is_gone && register && starts_and_stops && unregister && dsp_is_gone
}

wait_for 10 usb_card
check 'a DSP is registered' register
check 'it starts and stops' starts_and_stops
check 'it is unregistered' eval 'unregister && dsp_is_gone'
inject_in "$(text_of snd_usb_offload)" "$(text_of snd_usb_offload_fake_dsp)"
inject_calls qmi_handle_init -12 qmi_add_server -12 snd_usb_platform_register -16 device_add -12 \
	dma_set_mask -5 dma_set_coherent_mask -5
walk 'registering' register service_is_right
check 'all of them were called' all_failed qmi_handle_init qmi_add_server snd_usb_platform_register device_add \
	'should_failslab for snd_usb_offload_register_dsp' 'should_failslab for fake_dsp_probe'
check 'it starts and stops again' starts_and_stops
JOB

done_testing
