#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# A sleep that cuts the controller's power as a DSP sees it, message by message: qrtr-peer plays one, and the class
# driver's fake DSP takes the place of the sound card's driver.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"
. "$(dirname "$0")/../lib/power.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

modules='lullaby.modules=vsoc_mmu,snd_usb_offload,snd_usb_audio,vsoc_xhci,xhci_plat_hcd,qrtr_tun,snd_usb_offload_fake_dsp'
vm 'messages' --append "$modules vsoc_xhci.platform=1 vsoc_sleep.cut_power=1" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/power.sh
timeout_ms() { echo "$1" >/sys/module/snd_usb_offload/parameters/response_timeout_ms; }

wait_for 10 usb_card
check 'the fake DSP has the card' fake_dsp_gets_card

peer_streams stop-when-told
check 'a sleep with a DSP that stops' abort_at freezer mem
check 'it was told of it' wait_for 5 heard 'indication .*message=1 bytes=32 event=2 slot=1 token=0x0 controller=0$'
check 'and of the end' wait_for 5 heard 'indication .*message=1 bytes=32 event=3 slot=1 token=0x0 controller=0$'
check 'its disable was served' wait_for 5 heard 'txn=2 .*status=0'
check 'nothing was forced' test "$(counter forced_releases)" = 0
check 'nothing is held' nothing_held
peer_end

peer_streams
timeout_ms 5000
(abort_at freezer mem) &
sleeping=$!
check 'a DSP that takes its time is told' wait_for 5 heard 'event=2'
tell enable
check 'no stream starts meanwhile' wait_for 5 heard 'txn=2 .*status=1 internal=-11'
tell disable
check 'its disable is served' wait_for 5 heard 'txn=3 .*status=0'
wait $sleeping
check 'nothing was forced' test "$(counter forced_releases)" = 0
check 'the end is told' wait_for 5 heard 'event=3'
tell enable
check 'and a stream can start' wait_for 5 heard 'txn=4 .*status=0 internal=0 slot='
check 'it is not waited for any more' nothing_waits
timeout_ms 200
check 'the next sleep does not wait for a DSP that does nothing' abort_at freezer mem
check 'what it had was released' test "$(counter forced_releases)" = 1
check 'nothing is held' nothing_held
check 'nothing else is told' test "$(grep -c indication /tmp/peer.log)" = 4
peer_end

peer_streams
timeout_ms 20000
before=$(uptime_ms)
(abort_at freezer mem) &
sleeping=$!
check 'a DSP is waited for' wait_for 5 heard 'event=2'
tell bye
wait $sleeping
check 'but not one that is gone' test $(($(uptime_ms) - before)) -lt 10000
check 'it is told nothing more' fails heard 'event=3'
check 'nothing waits' nothing_waits
check 'nothing is held' nothing_held
peer_end

peer_streams
before=$(uptime_ms)
(abort_at freezer mem) &
sleeping=$!
check 'it is told of the next sleep' wait_for 5 heard 'event=2'
echo 0 >/sys/bus/usb/devices/1-1/authorized &
unplugging=$!
check 'the device is unplugged meanwhile' wait_for 5 heard 'event=1 slot=1 token=0x0 '
tell disable
wait $sleeping $unplugging
check 'neither waited in vain' test $(($(uptime_ms) - before)) -lt 10000
check 'there is nobody to be told of the end' fails heard 'event=3'
check 'nothing is held' nothing_held
peer_end
JOB

done_testing
