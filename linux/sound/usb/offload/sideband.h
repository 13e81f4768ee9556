/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_SIDEBAND_H
#define __SND_USB_OFFLOAD_SIDEBAND_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "memory.h"

struct device;
struct offload_link;
struct usb_device;
struct usb_host_endpoint;
struct usb_interface;
struct xhci_sideband;

/**
 * struct offload_sideband - a card's connection to its xHC
 * @link: the way to the DSP; fixed
 * @dev: the card, for messages; fixed
 * @udev: the USB device; fixed
 * @intf: the interface that stands for it at the xHC's driver; fixed, valid while the card is not
 *	gone
 * @lock: the card's lock, which guards what follows; fixed
 * @ring_ended: called when a ring has ended, with locks of USB and of the xHC's driver held; fixed.
 *	It must not sleep for long, and takes no lock above @rings_lock.
 * @xhci: through which the xHC's driver offloads endpoints; NULL while @users is 0
 * @interrupter: number of the xHC's interrupter that the card's events go to
 * @users: number of streams that use the interrupter
 * @rings_lock: innermost: guards which rings are mapped, against their end
 * @event_ring: that interrupter's event ring, in the DSP's MMU; under @rings_lock, too
 * @is_invalid: the event ring has ended while it was used; under @rings_lock alone
 * @rings: the rings of the card's streams; changed under @rings_lock, too
 */
struct offload_sideband {
	struct offload_link *link;
	struct device *dev;
	struct usb_device *udev;
	struct usb_interface *intf;
	struct mutex *lock; /* see above */
	void (*ring_ended)(struct offload_sideband *sideband);

	struct xhci_sideband *xhci;
	int interrupter;
	unsigned int users;

	spinlock_t rings_lock; /* see above */
	struct offload_mapping event_ring;
	bool is_invalid;
	struct list_head rings;
};

/**
 * struct offload_rings - the transfer rings of one stream
 * @sideband: the card's; fixed
 * @node: in @sideband->rings
 * @data_ep: the data endpoint, offloaded by the xHC's driver, or NULL
 * @sync_ep: the feedback endpoint, offloaded by the xHC's driver, or NULL
 * @data_ring: @data_ep's ring, in the DSP's MMU
 * @sync_ring: @sync_ep's ring, in the DSP's MMU
 * @is_invalid: a ring has ended while the stream used it; under @sideband->rings_lock alone
 *
 * Guarded by the card's lock. The rings are changed under @sideband->rings_lock, too.
 */
struct offload_rings {
	struct offload_sideband *sideband;
	struct list_head node;
	struct usb_host_endpoint *data_ep;
	struct usb_host_endpoint *sync_ep;
	struct offload_mapping data_ring;
	struct offload_mapping sync_ring;
	bool is_invalid;
};

void offload_sideband_init(struct offload_sideband *sideband);
int offload_sideband_get(struct offload_sideband *sideband);
void offload_sideband_put(struct offload_sideband *sideband);

void offload_rings_add(struct offload_rings *rings, struct offload_sideband *sideband);
void offload_rings_begin(struct offload_rings *rings);
bool offload_rings_are_invalid(struct offload_rings *rings);
int offload_rings_add_endpoints(struct offload_rings *rings, unsigned int data_pipe,
				unsigned int sync_pipe);
int offload_rings_map(struct offload_rings *rings);
void offload_rings_stop(struct offload_rings *rings);
void offload_rings_unmap(struct offload_rings *rings);
void offload_rings_remove_endpoints(struct offload_rings *rings);

#endif /* __SND_USB_OFFLOAD_SIDEBAND_H */
