# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of api.t: the drivers of tests/api, and their resources.
# shellcheck disable=SC1091,SC2034,SC2086,SC2125,SC2154 # files beside the job, variables of the job and of other libraries

sidebands=/sys/kernel/debug/usb/xhci/*/sidebands
parameters=/sys/module/api_offload/parameters

# bind_back_end: the back end takes the place of the sound card's driver.
bind_back_end() {
	echo api-backend >/sys/bus/platform/devices/audio/driver_override
	echo audio >/sys/bus/platform/drivers_probe
	wait_for 5 card_number API
}
unbind_back_end() { echo audio >/sys/bus/platform/drivers/api-backend/unbind; }
# cards_behind N: so many USB sound cards are behind the back end's port.
cards_behind() { [ "$(cat /sys/module/api_backend/parameters/connected)" = "$1" ]; }
# offloads N: so many endpoints are offloaded.
offloads() { cat $sidebands; [ "$(cat $sidebands | grep -o endpoint | wc -l)" = "$1" ]; }
uses() { cat /sys/kernel/debug/usb/offload; [ "$(grep -c ' users 1 ' /sys/kernel/debug/usb/offload)" = "$1" ]; }
mapped() { [ "$(cat /sys/kernel/debug/vsoc-mmu/mapped_bytes)" = "$1" ]; }
idle() { offloads 0 && uses 0 && mapped 0 && ! grep interrupter $sidebands; }

# answered STATUS INTERNAL [N]: the N-th response (the last one) says so.
answered() {
	cat /tmp/peer.log
	grep '^response' /tmp/peer.log | sed -n "${3:-$}p" | grep -q "status=$1 internal=$2\\>"
}
# ask STATUS INTERNAL ACTION...: a client that does just that.
ask() {
	ask_status=$1 ask_internal=$2
	shift 2
	qrtr-peer "$@" >/tmp/peer.log 2>&1
	answered "$ask_status" "$ask_internal"
}
# with_stream NAME ACTION...: a client that does ACTION and enables a stream, until peer_end.
with_stream() {
	stream_name=$1
	shift
	peer_begin "$@"
	tell "enable card=$(usb_card)"
	check "$stream_name" wait_for 5 eval 'offloads 1 && answered 0 0'
}
