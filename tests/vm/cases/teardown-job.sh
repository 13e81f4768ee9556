# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of teardown.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

xhc=0000:00:02.0

# cause_NAME: ends the stream, and returns when that is complete. undo_NAME: makes a new one possible.
cause_dsp_down() { echo 1 >$fake/down; }
undo_dsp_down() { :; }
cause_authorized() { away_authorized; }
undo_authorized() { back_authorized; }
cause_stream_interface() { away_interface; }
undo_stream_interface() { back_interface; }
cause_reset() { away_reset; }
undo_reset() { :; }
cause_unregister() { unbind_fake_dsp; }
undo_unregister() { bind_fake_dsp; }
cause_controller() { echo $xhc >/sys/bus/pci/drivers/xhci_hcd/unbind; }
undo_controller() { echo $xhc >/sys/bus/pci/drivers/xhci_hcd/bind; }
# The peer's next action comes after its present one; nobody else is in the way.
cause_del_client() { tell del-client; }
undo_del_client() { :; }
cause_bye() { tell bye; }
undo_bye() { tell hello; }
cause_transport() { kill "$peer"; }
undo_transport() { peer_end; peer_begin timeout 500; }

card_is_there() { wait_for 5 cards 1; }
stream_starts() { tell "enable card=$(usb_card)" && wait_for 5 streams 1; }
