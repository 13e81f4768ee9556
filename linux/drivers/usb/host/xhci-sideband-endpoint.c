// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: the endpoints that are offloaded.
 *
 * An endpoint is offloaded with a ring that is new, and taken back with one that is new again, or
 * disabled if the controller does not do as told. The rules and the locks are in xhci-sideband.c.
 */
#include <linux/cleanup.h>

#include "xhci-sideband-priv.h"
#include "xhci-sideband-ring.h"

/**
 * xhci_sideband_take_back_endpoint - end the offload of an endpoint that may still run
 * @sb: the sideband
 * @ep: an endpoint that it offloads
 *
 * The caller holds &struct xhci_sideband.mutex.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_take_back_endpoint(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	int ret;

	lockdep_assert_held(&sb->mutex);

	/* If the drop is undone, xhci_sideband_drops_undone() resets the ring. */
	if (xhci_sideband_is_dropped(sb, ep)) {
		xhci_sideband_end_offload(sb, ep, SIDEBAND_DISABLED);
		return;
	}

	ret = xhci_sideband_reclaim_ep(ep, sb->command);
	xhci_sideband_end_offload(sb, ep, ret ? SIDEBAND_DISABLED : NULL);
	xhci_sideband_update_event_target(sb);
}

static struct xhci_virt_ep *find_offloaded_endpoint(struct xhci_sideband *sb,
						    struct usb_host_endpoint *host_ep)
{
	lockdep_assert_held(&sb->mutex);

	return sb->eps[xhci_get_endpoint_index(&host_ep->desc)];
}

static int check_endpoint(struct xhci_virt_ep *ep)
{
	lockdep_assert_held(&ep->xhci->lock);

	if (ep->ep_state & (EP_HAS_STREAMS | EP_GETTING_STREAMS | EP_GETTING_NO_STREAMS))
		return -EINVAL;
	/* In this order: the ring changes, without the lock, only while the place is closed. */
	if (ep->sideband == SIDEBAND_DISABLED || ep->sideband_ep.is_dropped || !ep->ring)
		return -ENODEV;
	if (ep->sideband || ep->ep_state || !list_empty(&ep->ring->td_list))
		return -EBUSY;

	return 0;
}

static int start_offload(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	int ret;

	lockdep_assert_held(&sb->mutex);

	ret = xhci_sideband_update_event_target(sb);
	if (!ret && !xhci_sideband_ring_is_new(ep->ring))
		ret = xhci_sideband_stop_ep(ep, sb->command);
	if (ret) {
		xhci_sideband_end_offload(sb, ep, NULL);
		return ret;
	}
	if (xhci_sideband_ring_is_new(ep->ring))
		return 0;

	ret = xhci_sideband_reset_ep_ring(ep, sb->command);
	if (ret)
		xhci_sideband_end_offload(sb, ep, SIDEBAND_DISABLED);
	return ret;
}

/**
 * xhci_sideband_add_endpoint - offload an endpoint
 * @sb: the sideband
 * @host_ep: an endpoint of the current alternate setting, other than endpoint 0
 *
 * From here on URBs for the endpoint are refused. Its ring is new: the other processor starts to
 * write at its first TRB with cycle bit 1. It has to ring the doorbell also after the device was
 * suspended and resumed: Linux does not.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: 0, -EINVAL if the endpoint cannot be offloaded (endpoint 0, or it has streams), -ENODEV
 * if the device is gone or the endpoint is not enabled, -EBUSY if it is offloaded already or has
 * URBs, -ESHUTDOWN if the controller is suspended or dead, -ETIMEDOUT or -EIO if it does not do as
 * told.
 */
int xhci_sideband_add_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	unsigned int ep_index = xhci_get_endpoint_index(&host_ep->desc);
	struct xhci_virt_ep *ep;
	int ret;

	if (!ep_index)
		return -EINVAL;

	guard(mutex)(&sb->mutex);

	if (!xhci_sideband_find_slot(sb))
		return -ENODEV;
	ep = &sb->vdev->eps[ep_index];

	scoped_guard(spinlock_irq, &sb->xhci->lock) {
		ret = check_endpoint(ep);
		if (ret)
			return ret;

		ep->sideband = sb;
		sb->eps[ep_index] = ep;
		ep->sideband_ep.is_at_rest = false;
	}
	xhci_dbg(sb->xhci, "slot %d ep %u: offloaded\n", ep->vdev->slot_id, ep_index);

	ret = start_offload(sb, ep);
	if (ret)
		xhci_sideband_update_event_target(sb);
	return ret;
}
EXPORT_SYMBOL_GPL(xhci_sideband_add_endpoint);

/**
 * xhci_sideband_remove_endpoint - take an endpoint back
 * @sb: the sideband
 * @host_ep: the endpoint
 *
 * Stops the endpoint first. The other processor must not touch its ring or doorbell any more.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENODEV if the endpoint is not offloaded.
 */
int xhci_sideband_remove_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_offloaded_endpoint(sb, host_ep);
	if (!ep)
		return -ENODEV;

	xhci_sideband_take_back_endpoint(sb, ep);
	return 0;
}
EXPORT_SYMBOL_GPL(xhci_sideband_remove_endpoint);

/**
 * xhci_sideband_stop_endpoint - stop an offloaded endpoint
 * @sb: the sideband
 * @host_ep: the endpoint
 *
 * When this has returned 0 the controller uses neither the ring nor any transfer buffer of the
 * endpoint, and writes no event for it, unless its doorbell rings again. It stays offloaded. Waits
 * for as long as the controller needs.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: 0 if it is stopped now, -ENODEV if it is not offloaded, -ESHUTDOWN if the controller is
 * suspended or dead, so that nothing runs, -ETIMEDOUT or -EIO if it does not do as told.
 */
int xhci_sideband_stop_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_offloaded_endpoint(sb, host_ep);
	if (!ep)
		return -ENODEV;

	return xhci_sideband_is_dropped(sb, ep) ? 0 : xhci_sideband_stop_ep(ep, sb->command);
}
EXPORT_SYMBOL_GPL(xhci_sideband_stop_endpoint);

/**
 * xhci_sideband_get_endpoint_buffer - describe the transfer ring of an offloaded endpoint
 * @sb: the sideband
 * @host_ep: the endpoint
 *
 * There is one entry per ring segment, in ring order: page, offset in that page, length, and, as
 * sg_dma_address() and sg_dma_len(), the xHC's view. Mapping the table for another device
 * overwrites these two: read them first.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: the table, which the caller frees with sg_free_table() and kfree(), or NULL if the
 * endpoint is not offloaded or there is no memory. The ring stays for as long as the endpoint is
 * offloaded.
 */
struct sg_table *xhci_sideband_get_endpoint_buffer(struct xhci_sideband *sb,
						   struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_offloaded_endpoint(sb, host_ep);
	if (!ep || xhci_sideband_is_dropped(sb, ep))
		return NULL;

	return xhci_sideband_describe_ring(xhci_to_hcd(sb->xhci)->self.sysdev, ep->ring);
}
EXPORT_SYMBOL_GPL(xhci_sideband_get_endpoint_buffer);
