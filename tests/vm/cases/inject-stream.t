#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Each step, each allocation and each call that can fail in a stream's start and stop does, one by one. Each time the
# request is refused with the right status, or the failure did no harm; nothing is held, and the next start works.
# qrtr-peer and the fake DSP take the DSP's place, as in qmi.t.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

vm 'steps' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/inject.sh
. ./lib/inject-stream-job.sh
knob=/sys/kernel/debug/snd_usb_offload/fail_step
echo 0 >$knob/verbose
echo 100 >$knob/probability
# fail_after N: the next start fails after its Nth step.
fail_after() {
	echo "$1" >$knob/space && echo 1 >$knob/times
	start_and_stop >/tmp/walk.log 2>&1
	echo 0 >$knob/times
}
for step in 1 2 3 4 5 6 7; do
	fail_after $step
	check "refused after step $step" answered_by '1 -5, 2 -2'
done
fail_after 8
check 'there is no step 8' answered_by '0 0, 0 0'
check 'the device is as good as new' eval 'set_unity_volume "$(usb_card)"'
JOB

# The failed call decides what is to be expected: '4 -12' is out of memory, '2 -2' a stop of a stream that does not run. "for
# configure" is all that snd-usb-audio and the USB core do, which can do without some allocations (debugfs, PCM
# constraints), and calls the lack of others an invalid parameter.
vm 'calls' --append "$fake_dsp_modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/inject.sh
. ./lib/inject-stream-job.sh
expected() {
	case $1 in
	*' for respond') answered_by 'none, 2 -2' '0 0, none' '0 0, 0 0' '4 -12, none' ;;
	'should_fail'*' for configure') answered_by '4 -12, 2 -2' '1 -5, 2 -2' '0 0, 0 0' ;;
	'should_fail'*' for offload_stream_release' | 'should_fail'*' for remove_endpoint' | \
	'should_fail'*' for offload_rings_remove_endpoints' | 'should_fail'*' for offload_rings_unmap' | \
	'should_fail'*' for offload_sideband_put' | 'should_fail'*' for offload_mapping_destroy' | \
	'should_fail'*' for offload_mapping_clear' | 'should_fail'*' for offload_buffer_free') answered_by '0 0, 0 0' ;;
	# Memory that cannot be had in one piece, a buffer or a slab, may be had in pieces.
	'should_fail_alloc_page'*) answered_by '4 -12, 2 -2' '0 0, 0 0' ;;
	'should_fail'*) answered_by '4 -12, 2 -2' ;;
	# Taken back again in the stop: a refusal of the xHC or the device there ends nothing.
	*' for offload_stream_release' | *' for remove_endpoint' | *' for offload_rings_remove_endpoints' | \
	*' for stop_endpoint' | *' for offload_rings_stop') answered_by '0 0, 0 0' ;;
	'snd_usb_pcm_claim '*) answered_by '1 -16, 2 -2' ;;
	'usb_offload_get '*) answered_by '1 -11, 2 -2' ;;
	'snd_usb_hw_params '*) answered_by '1 -5, 2 -2' ;;
	'snd_usb_pcm_prepare_claimed '*) answered_by '1 -71, 2 -2' ;;
	'usb_set_interface '*) answered_by '1 -32, 2 -2' ;;
	# The rate of an endpoint that cannot change it is read back and compared, no more.
	'usb_control_msg '*) answered_by '1 -71, 2 -2' '0 0, 0 0' ;;
	'xhci_sideband_create_interrupter '*) answered_by '1 -28, 2 -2' ;;
	'xhci_sideband_add_endpoint '*) answered_by '1 -16, 2 -2' ;;
	'dma_map_sgtable '*) answered_by '1 -5, 2 -2' ;;
	'dma_get_sgtable_attrs for offload_buffer_map') answered_by '1 -5, 2 -2' ;;
	# These return no reason.
	'xhci_sideband_'* | 'dma_alloc_attrs '* | 'dma_get_sgtable_attrs '*) answered_by '4 -12, 2 -2' ;;
	*) answered_by 'anything else' ;;
	esac
}
inject_in "$(text_of snd_usb_offload)"
inject_calls snd_usb_pcm_claim -16 usb_offload_get -11 snd_usb_hw_params -22 snd_usb_pcm_prepare_claimed -71 \
	usb_set_interface -32 usb_control_msg -71 xhci_sideband_register_owner 0 xhci_sideband_create_interrupter -28 \
	xhci_sideband_get_event_buffer 0 xhci_sideband_add_endpoint -16 xhci_sideband_get_endpoint_buffer 0 \
	xhci_sideband_stop_endpoint -110 dma_map_sgtable -5 dma_alloc_attrs 0 dma_get_sgtable_attrs -6 \
	qmi_send_response -19
walk 'a start and a stop' start_and_stop expected
check 'all of them were called' all_failed snd_usb_pcm_claim usb_offload_get snd_usb_hw_params \
	snd_usb_pcm_prepare_claimed usb_set_interface usb_control_msg xhci_sideband_register_owner \
	xhci_sideband_create_interrupter xhci_sideband_get_event_buffer xhci_sideband_add_endpoint \
	xhci_sideband_get_endpoint_buffer xhci_sideband_stop_endpoint dma_map_sgtable dma_alloc_attrs \
	'dma_get_sgtable_attrs for map_ring' 'dma_get_sgtable_attrs for offload_buffer_map' qmi_send_response \
	should_failslab should_fail_alloc_page
check 'the device is as good as new' eval 'set_unity_volume "$(usb_card)"'
JOB

done_testing
