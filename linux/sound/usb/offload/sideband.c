// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card's connection to its xHC: the sideband, the interrupter whose event ring the DSP reads, and
 * the offloaded transfer rings.
 *
 * All streams of a card share one interrupter: xHCI allows any endpoint to report to any, and their
 * number is small. The first stream takes it and the last one gives it back, so an idle card holds
 * nothing. It does not keep the device active: usb_offload_get() in stream.c does.
 *
 * Rings may end while they are offloaded: by another driver's usb_set_interface(), or with a dead
 * controller. The xHC's driver says so before it frees the memory, from inside its own locks, and
 * the DSP must not reach the ring when we return. We cannot take the card's lock there: a stream
 * that is being started holds it and may wait for the very locks of USB that the notification comes
 * under. So:
 *
 *  - A ring's mapping is installed in its place and cleared from it under rings_lock, a spinlock
 *    at the bottom of the lock order.
 *  - The notification marks the stream's rings as invalid and clears the mappings. A mapping that
 *    is being made at that moment is not installed any more, and the DSP has never heard of it.
 *  - The rest of the stream is released later, by the owner of ring_ended(), who may take the
 *    card's lock for that.
 *
 * A DSP that is writing into the ring gets a fault from its MMU. This is intended: neither the DSP,
 * nor the xHC on its behalf, may write into memory that is somebody else's by then.
 *
 * In an orderly disconnect or reset none of this happens: snd-usb-audio is unbound before the
 * rings end.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/xhci-sideband.h>

#include "link.h"
#include "sideband.h"

/*
 * One segment of 256 events. The DSP keeps far fewer transfers in flight than that, and a full
 * event ring costs events, not memory safety (xHCI 4.9.4).
 */
#define EVENT_RING_SEGMENTS	1

/* xHCI 4.5.1: device context index less one, which is how the xHC's driver counts endpoints. */
static unsigned int endpoint_index(const struct usb_host_endpoint *ep)
{
	unsigned int number = usb_endpoint_num(&ep->desc);

	return 2 * number + usb_endpoint_dir_in(&ep->desc) - 1;
}

static bool is_endpoint(const struct usb_host_endpoint *ep, unsigned int index)
{
	return ep && endpoint_index(ep) == index;
}

static void invalidate_endpoint(struct offload_sideband *sideband, unsigned int ep_index)
{
	struct offload_mapping data_ring = { }, sync_ring = { };
	struct offload_rings *rings;

	scoped_guard(spinlock, &sideband->rings_lock) {
		list_for_each_entry(rings, &sideband->rings, node) {
			if (!is_endpoint(rings->data_ep, ep_index) &&
			    !is_endpoint(rings->sync_ep, ep_index))
				continue;
			/* With one of its rings gone the stream is of no use: take both. */
			rings->is_invalid = true;
			swap(data_ring, rings->data_ring);
			swap(sync_ring, rings->sync_ring);
			break;
		}
	}
	offload_mapping_destroy(&data_ring);
	offload_mapping_destroy(&sync_ring);
}

static void invalidate_event_ring(struct offload_sideband *sideband)
{
	struct offload_mapping event_ring = { };
	struct offload_rings *rings;

	scoped_guard(spinlock, &sideband->rings_lock) {
		sideband->is_invalid = true;
		swap(event_ring, sideband->event_ring);
		list_for_each_entry(rings, &sideband->rings, node)
			rings->is_invalid = true;
	}
	offload_mapping_destroy(&event_ring);
}

static void ring_ends(void *owner, unsigned int ep_index)
{
	struct offload_sideband *sideband = owner;

	invalidate_endpoint(sideband, ep_index);
	sideband->ring_ended(sideband);
}

static void device_ends(void *owner)
{
	struct offload_sideband *sideband = owner;

	invalidate_event_ring(sideband);
	sideband->ring_ended(sideband);
}

/*
 * The xHC's driver is about to free something that was offloaded, and may hold locks of its own and
 * of USB. The card is there: it unregisters its sideband, which waits for us, before it goes.
 */
static const struct xhci_sideband_ops xhci_ops = {
	.ring_ends = ring_ends,
	.device_ends = device_ends,
};

/**
 * offload_sideband_init() - initialise a card's connection, which holds nothing
 * @sideband: the connection; its first fields, up to ring_ended, are filled in
 *
 * Context: Any context.
 */
void offload_sideband_init(struct offload_sideband *sideband)
{
	spin_lock_init(&sideband->rings_lock);
	INIT_LIST_HEAD(&sideband->rings);
}

/*
 * The xHC driver's functions that return a pointer give no reason for a NULL. Our arguments are
 * right, so the device or its controller has just gone, or there is no memory.
 */
static int reason_of_null(const struct offload_sideband *sideband)
{
	return sideband->udev->state == USB_STATE_NOTATTACHED ? -EIO : -ENOMEM;
}

static int map_event_ring(struct offload_sideband *sideband)
{
	struct offload_link *link = sideband->link;
	struct offload_mapping mapping;
	struct sg_table *sgt;
	int ret;

	sgt = xhci_sideband_get_event_buffer(sideband->xhci);
	if (!sgt)
		return reason_of_null(sideband);

	ret = offload_mapping_create(&mapping, link->dsp.dev, sgt, sg_dma_address(sgt->sgl),
				     &link->resources);
	if (ret < 0)
		return ret;
	return offload_mapping_install(&sideband->rings_lock, &sideband->event_ring, &mapping,
				       &sideband->is_invalid);
}

/**
 * offload_sideband_get() - take the card's interrupter for one more stream
 * @sideband: the card's connection
 *
 * The caller holds the card's lock, and the card is not gone.
 *
 * Context: Process context. May sleep.
 * Return: 0, -EIO if the device or its controller has just gone, -ENOMEM, or the error of creating
 * or mapping the interrupter. Nothing is held after an error.
 */
int offload_sideband_get(struct offload_sideband *sideband)
{
	int ret;

	lockdep_assert_held(sideband->lock);

	if (sideband->users) {
		sideband->users++;
		return 0;
	}

	scoped_guard(spinlock, &sideband->rings_lock)
		sideband->is_invalid = false;

	sideband->xhci = xhci_sideband_register_owner(sideband->intf, XHCI_SIDEBAND_AUDIO,
						      &xhci_ops, sideband);
	if (!sideband->xhci)
		return reason_of_null(sideband);

	/* The DSP looks at its event ring when it likes: no moderation, no interrupt to Linux. */
	ret = xhci_sideband_create_interrupter(sideband->xhci, EVENT_RING_SEGMENTS, true, 0, 0);
	if (ret < 0)
		goto err_unregister;
	sideband->interrupter = xhci_sideband_interrupter_id(sideband->xhci);

	ret = map_event_ring(sideband);
	if (ret < 0)
		goto err_remove_interrupter;

	offload_resource_add(&sideband->link->resources, OFFLOAD_RESOURCE_INTERRUPTERS, 1);
	sideband->users = 1;
	dev_dbg(sideband->dev, "created interrupter %d\n", sideband->interrupter);
	return 0;

err_remove_interrupter:
	xhci_sideband_remove_interrupter(sideband->xhci);
err_unregister:
	xhci_sideband_unregister(sideband->xhci);
	sideband->xhci = NULL;
	return ret;
}

/**
 * offload_sideband_put() - give the card's interrupter back
 * @sideband: the card's connection
 *
 * The caller holds the card's lock. The stream's endpoints have been stopped and given back.
 *
 * Context: Process context. May sleep.
 */
void offload_sideband_put(struct offload_sideband *sideband)
{
	lockdep_assert_held(sideband->lock);

	if (--sideband->users)
		return;

	offload_mapping_clear(&sideband->rings_lock, &sideband->event_ring);
	xhci_sideband_remove_interrupter(sideband->xhci);
	xhci_sideband_unregister(sideband->xhci);
	sideband->xhci = NULL;
	offload_resource_sub(&sideband->link->resources, OFFLOAD_RESOURCE_INTERRUPTERS, 1);
	dev_dbg(sideband->dev, "destroyed interrupter %d\n", sideband->interrupter);
}

/**
 * offload_rings_add() - add the place for a stream's rings
 * @rings: the place, which stays as long as the card does
 * @sideband: the card's connection
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. Does not sleep.
 */
void offload_rings_add(struct offload_rings *rings, struct offload_sideband *sideband)
{
	lockdep_assert_held(sideband->lock);

	rings->sideband = sideband;
	guard(spinlock)(&sideband->rings_lock);
	list_add_tail(&rings->node, &sideband->rings);
}

/**
 * offload_rings_begin() - should be called when a stream begins to start
 * @rings: the stream's rings, none of which is offloaded
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. Does not sleep.
 */
void offload_rings_begin(struct offload_rings *rings)
{
	lockdep_assert_held(rings->sideband->lock);

	guard(spinlock)(&rings->sideband->rings_lock);
	rings->is_invalid = false;
}

/**
 * offload_rings_are_invalid() - find out whether one of a stream's rings has ended
 * @rings: the stream's rings
 *
 * Context: Process context. Does not sleep.
 * Return: true if so, since offload_rings_begin().
 */
bool offload_rings_are_invalid(struct offload_rings *rings)
{
	guard(spinlock)(&rings->sideband->rings_lock);
	return rings->is_invalid;
}

static void set_endpoint(struct offload_sideband *sideband, struct usb_host_endpoint **where,
			 struct usb_host_endpoint *ep)
{
	guard(spinlock)(&sideband->rings_lock);
	*where = ep;
}

static int add_endpoint(struct offload_sideband *sideband, unsigned int pipe,
			struct usb_host_endpoint **where)
{
	struct usb_host_endpoint *ep;
	int ret;

	ep = usb_pipe_endpoint(sideband->udev, pipe);
	if (!ep)
		return -EIO;
	/* First: its ring may end as soon as it is offloaded, and is looked up by @where then. */
	set_endpoint(sideband, where, ep);
	ret = xhci_sideband_add_endpoint(sideband->xhci, ep);
	if (ret < 0) {
		set_endpoint(sideband, where, NULL);
		return ret;
	}
	offload_resource_add(&sideband->link->resources, OFFLOAD_RESOURCE_ENDPOINTS, 1);
	dev_dbg(sideband->dev, "created endpoint 0x%02x\n", ep->desc.bEndpointAddress);
	return 0;
}

/**
 * offload_rings_add_endpoints() - take a stream's endpoints from the xHC's driver
 * @rings: the stream's rings
 * @data_pipe: of the data endpoint
 * @sync_pipe: of the feedback endpoint, or 0
 *
 * The caller holds the card's lock, and the card has its interrupter.
 *
 * Context: Process context. May sleep.
 * Return: 0, -EIO if there is no such endpoint, or the xHC driver's error. After an error,
 * offload_rings_remove_endpoints() gives back the endpoints that have been taken.
 */
int offload_rings_add_endpoints(struct offload_rings *rings, unsigned int data_pipe,
				unsigned int sync_pipe)
{
	int ret;

	lockdep_assert_held(rings->sideband->lock);

	ret = add_endpoint(rings->sideband, data_pipe, &rings->data_ep);
	if (ret < 0 || !sync_pipe)
		return ret;
	return add_endpoint(rings->sideband, sync_pipe, &rings->sync_ep);
}

static int map_ring(struct offload_rings *rings, struct usb_host_endpoint *ep,
		    struct offload_mapping *where)
{
	struct offload_sideband *sideband = rings->sideband;
	struct offload_link *link = sideband->link;
	struct offload_mapping mapping;
	struct sg_table *sgt;
	int ret;

	/* An offloaded endpoint's ring can be described, unless it ends or there is no memory. */
	sgt = xhci_sideband_get_endpoint_buffer(sideband->xhci, ep);
	if (!sgt)
		return offload_rings_are_invalid(rings) ? -EIO : -ENOMEM;
	ret = offload_mapping_create(&mapping, link->dsp.dev, sgt, sg_dma_address(sgt->sgl),
				     &link->resources);
	if (ret < 0)
		return ret;
	return offload_mapping_install(&sideband->rings_lock, where, &mapping, &rings->is_invalid);
}

/**
 * offload_rings_map() - map the rings of a stream's endpoints for the DSP
 * @rings: the stream's rings, whose endpoints are offloaded
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 * Return: 0, -EIO if a ring has ended, -ENOMEM, or the error of mapping. After an error,
 * offload_rings_unmap() undoes the mappings that have been made.
 */
int offload_rings_map(struct offload_rings *rings)
{
	int ret;

	lockdep_assert_held(rings->sideband->lock);

	ret = map_ring(rings, rings->data_ep, &rings->data_ring);
	if (ret < 0 || !rings->sync_ep)
		return ret;
	return map_ring(rings, rings->sync_ep, &rings->sync_ring);
}

static void stop_endpoint(struct offload_sideband *sideband, struct usb_host_endpoint *ep)
{
	int ret;

	if (!ep)
		return;
	ret = xhci_sideband_stop_endpoint(sideband->xhci, ep);
	/* Without a device or a controller there is nothing left to stop. */
	if (ret < 0 && ret != -ENODEV && ret != -ESHUTDOWN)
		dev_warn_ratelimited(sideband->dev, "endpoint 0x%02x did not stop: %d\n",
				     ep->desc.bEndpointAddress, ret);
}

/**
 * offload_rings_stop() - stop a stream's endpoints
 * @rings: the stream's rings; nothing happens if no endpoint is offloaded
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 */
void offload_rings_stop(struct offload_rings *rings)
{
	lockdep_assert_held(rings->sideband->lock);

	stop_endpoint(rings->sideband, rings->data_ep);
	stop_endpoint(rings->sideband, rings->sync_ep);
}

/**
 * offload_rings_unmap() - undo offload_rings_map()
 * @rings: the stream's rings, mapped or not; the endpoints have been stopped
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 */
void offload_rings_unmap(struct offload_rings *rings)
{
	spinlock_t *lock = &rings->sideband->rings_lock;

	lockdep_assert_held(rings->sideband->lock);

	offload_mapping_clear(lock, &rings->sync_ring);
	offload_mapping_clear(lock, &rings->data_ring);
}

static void remove_endpoint(struct offload_sideband *sideband, struct usb_host_endpoint **where)
{
	struct usb_host_endpoint *ep = *where;

	if (!ep)
		return;
	set_endpoint(sideband, where, NULL);
	xhci_sideband_remove_endpoint(sideband->xhci, ep);
	offload_resource_sub(&sideband->link->resources, OFFLOAD_RESOURCE_ENDPOINTS, 1);
	dev_dbg(sideband->dev, "destroyed endpoint 0x%02x\n", ep->desc.bEndpointAddress);
}

/**
 * offload_rings_remove_endpoints() - undo offload_rings_add_endpoints()
 * @rings: the stream's rings; nothing happens if no endpoint is offloaded
 *
 * The xHC's driver stops the endpoints once more, and empties their rings.
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 */
void offload_rings_remove_endpoints(struct offload_rings *rings)
{
	lockdep_assert_held(rings->sideband->lock);

	remove_endpoint(rings->sideband, &rings->sync_ep);
	remove_endpoint(rings->sideband, &rings->data_ep);
}
