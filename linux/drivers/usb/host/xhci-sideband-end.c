// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: telling owners of what ends.
 *
 * The rest of the driver calls this when it is about to free a ring, a slot or all memory of a
 * controller. Each function here returns when the owner has been told and nothing is lent of what
 * is to be freed. Who looks for a sideband takes a reference under &struct xhci_hcd.lock. The place
 * in which it was found is closed once it is empty, so that nobody else can move in.
 */
#include <linux/cleanup.h>
#include <linux/workqueue.h>

#include "xhci-sideband-priv.h"

static void notify_owner(struct xhci_sideband *sb, enum xhci_sideband_notify_type type,
			 unsigned int data)
{
	struct xhci_sideband_event event = { .type = type, .evt_data = &data };
	bool is_nested = READ_ONCE(sb->notifier) == current;

	if (!sb->notify_client)
		return;

	/* The owner's callback may end another ring, by changing an alternate setting say. */
	if (!is_nested)
		mutex_lock(&sb->notify_mutex);

	if (!READ_ONCE(sb->is_unregistered)) {
		WRITE_ONCE(sb->notifier, current);
		sb->notify_client(sb->intf, &event);
		if (!is_nested)
			WRITE_ONCE(sb->notifier, NULL);
	}

	if (!is_nested)
		mutex_unlock(&sb->notify_mutex);
}

/**
 * xhci_sideband_notify_ep_ring_free - tell a sideband's owner that a transfer ring is to be freed
 * @sb: the sideband; the caller holds a reference
 * @ep_index: the endpoint's index
 *
 * Context: process context; may sleep, for as long as the owner needs.
 */
void xhci_sideband_notify_ep_ring_free(struct xhci_sideband *sb, unsigned int ep_index)
{
	notify_owner(sb, XHCI_SIDEBAND_XFER_RING_FREE, ep_index);
}

/*
 * Finds whom *@place, a sideband pointer in an endpoint or a device, points at, and takes a
 * reference. If it points at nobody it is closed, so that it stays so.
 */
static struct xhci_sideband *get_sideband_or_close(struct xhci_hcd *xhci,
						   struct xhci_sideband **place)
{
	struct xhci_sideband *sb;

	lockdep_assert_held(&xhci->lock);

	sb = *place;
	if (IS_ERR_OR_NULL(sb)) {
		*place = SIDEBAND_NOBODY;
		return NULL;
	}

	kref_get(&sb->kref);
	return sb;
}

/**
 * xhci_sideband_ring_ends - an endpoint's ring is about to be freed
 * @ep: the endpoint. The controller no longer knows the ring; it may know another one by its name.
 *
 * When this returns the endpoint is not lent, and cannot be until xhci_sideband_ring_ended().
 *
 * Context: process context; may sleep. No lock of the xHCI driver held.
 */
void xhci_sideband_ring_ends(struct xhci_virt_ep *ep)
{
	struct xhci_hcd *xhci = ep->xhci;
	struct xhci_sideband *sb;

	for (;;) {
		scoped_guard(spinlock_irq, &xhci->lock) {
			sb = get_sideband_or_close(xhci, &ep->sideband);
			if (!sb)
				return;
			set_bit(ep->ep_index, sb->ending);
		}

		xhci_sideband_notify_ep_ring_free(sb, ep->ep_index);

		scoped_guard(mutex, &sb->mutex) {
			if (sb->eps[ep->ep_index])
				xhci_sideband_end_loan(sb, ep, SIDEBAND_NOBODY);
		}
		xhci_sideband_put(sb);
	}
}

/**
 * xhci_sideband_ring_ended - an endpoint's ring was freed
 * @ep: the endpoint
 *
 * Context: process context. After xhci_sideband_ring_ends().
 */
void xhci_sideband_ring_ended(struct xhci_virt_ep *ep)
{
	spin_lock_irq(&ep->xhci->lock);
	ep->sideband = NULL;
	spin_unlock_irq(&ep->xhci->lock);
}

/**
 * xhci_sideband_endpoint_drops - the controller is about to be told to forget an endpoint
 * @ep: the endpoint
 *
 * The other processor is not told yet, and keeps the endpoint if the controller refuses; it then
 * has to ring the doorbell again.
 *
 * Context: process context; may sleep. No lock of the xHCI driver held.
 */
void xhci_sideband_endpoint_drops(struct xhci_virt_ep *ep)
{
	struct xhci_sideband *sb;

	scoped_guard(spinlock_irq, &ep->xhci->lock) {
		sb = ep->sideband;
		if (IS_ERR_OR_NULL(sb))
			return;
		kref_get(&sb->kref);
	}

	scoped_guard(mutex, &sb->mutex) {
		if (sb->eps[ep->ep_index])
			xhci_sideband_stop_ep(sb, ep);
	}
	xhci_sideband_put(sb);
}

/* Tells the owner of all that ends with the device, and takes it back. */
static void end_sideband(struct xhci_sideband *sb, unsigned int slot_id)
{
	unsigned int i;

	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		bool is_lent;

		scoped_guard(mutex, &sb->mutex)
			is_lent = sb->eps[i];
		if (is_lent)
			xhci_sideband_notify_ep_ring_free(sb, i);
	}
	notify_owner(sb, XHCI_SIDEBAND_SLOT_FREE, slot_id);

	guard(mutex)(&sb->mutex);

	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i])
			xhci_sideband_end_loan(sb, sb->eps[i], SIDEBAND_NOBODY);
	}

	/* Unregistered in the meantime, perhaps; then the place may be somebody else's. */
	if (sb->vdev) {
		spin_lock_irq(&sb->xhci->lock);
		sb->vdev->sideband = SIDEBAND_NOBODY;
		spin_unlock_irq(&sb->xhci->lock);
		sb->vdev = NULL;
	}
}

/**
 * xhci_sideband_slot_ends - a device slot and all its rings are about to be freed
 * @xhci: the controller
 * @slot_id: the slot
 *
 * When this returns nothing of the slot is lent, and no sideband can be registered for it.
 *
 * Context: process context; may sleep. No lock of the xHCI driver held but &struct xhci_hcd.mutex.
 */
void xhci_sideband_slot_ends(struct xhci_hcd *xhci, unsigned int slot_id)
{
	struct xhci_sideband *sb;

	for (;;) {
		scoped_guard(spinlock_irq, &xhci->lock) {
			if (!xhci->devs[slot_id])
				return;
			sb = get_sideband_or_close(xhci, &xhci->devs[slot_id]->sideband);
			if (!sb)
				return;
			sb->is_ending = true;
		}

		end_sideband(sb, slot_id);
		xhci_sideband_put(sb);
	}
}

static void end_all_slots(struct xhci_hcd *xhci)
{
	unsigned int slot_id;

	for (slot_id = 1; slot_id < MAX_HC_SLOTS; slot_id++)
		xhci_sideband_slot_ends(xhci, slot_id);
}

static void died_work(struct work_struct *work)
{
	end_all_slots(container_of(work, struct xhci_hcd, sideband_host.died_work));
}

/**
 * xhci_sideband_host_init - a controller's driver state comes into being
 * @xhci: the controller
 *
 * Context: process context, once per controller, before anything else here.
 */
void xhci_sideband_host_init(struct xhci_hcd *xhci)
{
	INIT_LIST_HEAD(&xhci->sideband_host.sidebands);
	INIT_WORK(&xhci->sideband_host.died_work, died_work);
}

/**
 * xhci_sideband_host_died - a controller does not answer and was given up
 * @xhci: the controller
 *
 * The owners of its sidebands are told as soon as they can sleep. Memory is freed when
 * the usb core has disconnected the devices.
 *
 * Context: any, with &struct xhci_hcd.lock held.
 */
void xhci_sideband_host_died(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	if (!list_empty(&xhci->sideband_host.sidebands))
		queue_work(system_long_wq, &xhci->sideband_host.died_work);
}

/* Takes the first one out of the controller's list, with a reference. */
static struct xhci_sideband *unlist_sideband(struct xhci_hcd *xhci)
{
	struct xhci_sideband *sb;

	spin_lock_irq(&xhci->lock);
	sb = list_first_entry_or_null(&xhci->sideband_host.sidebands, struct xhci_sideband, node);
	if (sb) {
		list_del_init(&sb->node);
		kref_get(&sb->kref);
	}
	spin_unlock_irq(&xhci->lock);
	return sb;
}

/**
 * xhci_sideband_host_ends - all memory of a controller is about to be freed
 * @xhci: the controller
 *
 * Sidebands that are still registered keep nothing of it.
 *
 * Context: process context; may sleep. No lock of the xHCI driver held but &struct xhci_hcd.mutex.
 */
void xhci_sideband_host_ends(struct xhci_hcd *xhci)
{
	struct xhci_sideband *sb;

	end_all_slots(xhci);
	while ((sb = unlist_sideband(xhci))) {
		/* The interrupter's memory is freed with the table of interrupters. */
		scoped_guard(mutex, &sb->mutex)
			xhci_sideband_forget_interrupter(sb);
		xhci_sideband_put(sb);
	}

	/* With none left it is not queued again, should a command time out yet. */
	cancel_work_sync(&xhci->sideband_host.died_work);
}
