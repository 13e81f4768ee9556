// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: telling owners that rings, slots or controllers end.
 *
 * The rest of the driver calls this when it is about to free a ring, a slot or all memory of a
 * controller. Each function here returns when nothing of the memory that is to be freed is
 * offloaded any more. An owner with ops has been told by then. An owner that registered as in
 * mainline is told of device resets only: it may take a lock in its callback that another thread of
 * it holds while that thread waits for the USB core, and only the device lock keeps the two apart.
 *
 * A thread that looks for a sideband takes a reference under &struct xhci_hcd.lock. The pointer by
 * which it was found is set to SIDEBAND_DISABLED once it is empty, so that no other sideband can
 * take its place.
 */
#include <linux/cleanup.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "xhci-sideband-priv.h"

/*
 * Returns the sideband that *@place, a sideband pointer in an endpoint or a device, points at, with
 * a reference, or NULL.
 */
static struct xhci_sideband *get_sideband(struct xhci_hcd *xhci, struct xhci_sideband **place)
{
	lockdep_assert_held(&xhci->lock);

	if (IS_ERR_OR_NULL(*place))
		return NULL;

	kref_get(&(*place)->kref);
	return *place;
}

/* The same, and if *@place points at no sideband it is disabled, so that it stays so. */
static struct xhci_sideband *get_sideband_or_disable(struct xhci_hcd *xhci,
						     struct xhci_sideband **place)
{
	struct xhci_sideband *sb = get_sideband(xhci, place);

	if (!sb)
		*place = SIDEBAND_DISABLED;
	return sb;
}

/**
 * xhci_sideband_ring_ends - should be called when an endpoint's ring is about to be freed
 * @ep: the endpoint. The controller no longer knows the ring; it may know another one by its name.
 *
 * When this returns the endpoint is not offloaded, and cannot be until xhci_sideband_ring_ended().
 *
 * The caller holds no lock of the xHCI driver.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_ring_ends(struct xhci_virt_ep *ep)
{
	struct xhci_hcd *xhci = ep->xhci;
	struct xhci_sideband *sb;

	for (;;) {
		scoped_guard(spinlock_irq, &xhci->lock) {
			ep->sideband_ep.is_dropped = true;
			sb = get_sideband_or_disable(xhci, &ep->sideband);
			if (!sb)
				return;
		}

		if (sb->ops)
			xhci_sideband_notify(sb, XHCI_SIDEBAND_RING_ENDS, ep->ep_index);

		scoped_guard(mutex, &sb->mutex) {
			if (sb->eps[ep->ep_index])
				xhci_sideband_end_offload(sb, ep, SIDEBAND_DISABLED);
		}
		xhci_sideband_put(sb);
	}
}

/**
 * xhci_sideband_ring_ended - should be called when an endpoint's ring was freed
 * @ep: the endpoint
 *
 * Call this after xhci_sideband_ring_ends().
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_ring_ended(struct xhci_virt_ep *ep)
{
	spin_lock_irq(&ep->xhci->lock);
	ep->sideband = NULL;
	ep->sideband_ep.is_dropped = false;
	spin_unlock_irq(&ep->xhci->lock);
}

/*
 * From here on no sideband gets the endpoint. Returns the sideband that has it, with a reference,
 * or NULL.
 */
static struct xhci_sideband *mark_dropped(struct xhci_virt_ep *ep)
{
	guard(spinlock_irq)(&ep->xhci->lock);
	ep->sideband_ep.is_dropped = true;
	return get_sideband(ep->xhci, &ep->sideband);
}

/**
 * xhci_sideband_endpoint_resets - should be called when a device reset is about to free an
 * endpoint's ring
 * @ep: the endpoint. The controller has disabled it.
 *
 * This tells the owner that registered as in mainline, if the thread holds the device lock.
 * xhci_sideband_ring_ends() comes next.
 *
 * The caller holds the device lock, unless the reset is part of a runtime resume, and no lock of
 * the xHCI driver.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_endpoint_resets(struct xhci_virt_ep *ep)
{
	struct xhci_sideband *sb = mark_dropped(ep);

	if (!sb)
		return;
	if (!sb->ops && !sideband_is_runtime_resuming(interface_to_usbdev(sb->intf)))
		xhci_sideband_notify_ep_ring_free(sb, ep->ep_index);
	xhci_sideband_put(sb);
}

/**
 * xhci_sideband_endpoint_drops - should be called when a command is about to drop an endpoint
 * @ep: the endpoint
 *
 * When this returns no command of a sideband for the endpoint is under way, and none will be until
 * xhci_sideband_ring_ended() or xhci_sideband_drops_undone(). Nor can it be offloaded. The other
 * processor is not told yet, and keeps the endpoint if the controller refuses; it then has to ring
 * the doorbell again.
 *
 * The caller holds no lock of the xHCI driver.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_endpoint_drops(struct xhci_virt_ep *ep)
{
	struct xhci_sideband *sb = mark_dropped(ep);

	if (!sb)
		return;
	scoped_guard(mutex, &sb->mutex) {
		if (sb->eps[ep->ep_index])
			xhci_sideband_stop_ep(ep, sb->command);
	}
	xhci_sideband_put(sb);
}

/* Returns the sideband that still has an endpoint, with a reference, or NULL. */
static struct xhci_sideband *get_sideband_of_ep(struct xhci_virt_ep *ep)
{
	guard(spinlock_irq)(&ep->xhci->lock);
	return get_sideband(ep->xhci, &ep->sideband);
}

static void reopen(struct xhci_virt_ep *ep, struct xhci_sideband *next)
{
	spin_lock_irq(&ep->xhci->lock);
	ep->sideband = next;
	ep->sideband_ep.is_dropped = false;
	spin_unlock_irq(&ep->xhci->lock);
}

/* Returns true if the endpoint is offloaded as before. */
static bool keep_offloaded(struct xhci_virt_ep *ep)
{
	struct xhci_sideband *sb = get_sideband_of_ep(ep);
	bool is_offloaded = false;

	if (!sb)
		return false;

	scoped_guard(mutex, &sb->mutex) {
		is_offloaded = sb->eps[ep->ep_index];
		if (is_offloaded)
			reopen(ep, sb);
	}
	xhci_sideband_put(sb);
	return is_offloaded;
}

/* The owner gave it back in the meantime, and the ring is as the other processor has left it. */
static void reclaim(struct xhci_virt_ep *ep)
{
	struct xhci_command *command = xhci_alloc_command(ep->xhci, true, GFP_NOIO);
	int ret = -ENOMEM;

	if (command) {
		ret = xhci_sideband_reclaim_ep(ep, command);
		xhci_free_command(ep->xhci, command);
	}
	reopen(ep, ret ? SIDEBAND_DISABLED : NULL);
}

static bool is_disabled(struct xhci_virt_ep *ep)
{
	bool answer;

	spin_lock_irq(&ep->xhci->lock);
	answer = ep->sideband == SIDEBAND_DISABLED;
	spin_unlock_irq(&ep->xhci->lock);

	return answer;
}

static void undo_drop(struct xhci_virt_ep *ep)
{
	/* No sideband can get it now, so once it is not offloaded it stays so. */
	if (keep_offloaded(ep))
		return;

	if (is_disabled(ep))
		reclaim(ep);
	else
		reopen(ep, NULL);
}

/**
 * xhci_sideband_drops_undone - should be called when endpoints are not dropped after all
 * @vdev: the endpoints' device
 *
 * Those that were dropped since their rings were made are used as before, or can be offloaded
 * again.
 *
 * The caller holds no lock of the xHCI driver.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_drops_undone(struct xhci_virt_device *vdev)
{
	unsigned int i;

	for (i = 1; i < EP_CTX_PER_DEV; i++) {
		struct xhci_virt_ep *ep = &vdev->eps[i];

		/* Written by the threads that change settings only, and this is the one. */
		if (ep->ring && ep->sideband_ep.is_dropped)
			undo_drop(ep);
	}
}

static void tell_of_device(struct xhci_sideband *sb)
{
	unsigned int i;

	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		bool is_offloaded;

		scoped_guard(mutex, &sb->mutex)
			is_offloaded = sb->eps[i];
		if (is_offloaded)
			xhci_sideband_notify(sb, XHCI_SIDEBAND_RING_ENDS, i);
	}
	xhci_sideband_notify(sb, XHCI_SIDEBAND_DEVICE_ENDS, 0);
}

/* Tells the owner of all that ends with the device, and takes it back. */
static void end_sideband(struct xhci_sideband *sb)
{
	unsigned int i;

	if (sb->ops)
		tell_of_device(sb);

	guard(mutex)(&sb->mutex);

	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i])
			xhci_sideband_end_offload(sb, sb->eps[i], SIDEBAND_DISABLED);
	}

	/* Unregistered in the meantime, perhaps; then the place may be somebody else's. */
	scoped_guard(spinlock_irq, &sb->xhci->lock) {
		if (sb->vdev)
			sb->vdev->sideband = SIDEBAND_DISABLED;
		sb->vdev = NULL;
	}
}

/**
 * xhci_sideband_slot_ends - should be called when a device slot and all its rings are about to be
 * freed
 * @xhci: the controller
 * @slot_id: the slot
 *
 * When this returns nothing of the slot is offloaded, and no sideband can be registered for it.
 *
 * The caller holds no lock of the xHCI driver but &struct xhci_hcd.mutex.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_slot_ends(struct xhci_hcd *xhci, unsigned int slot_id)
{
	struct xhci_sideband *sb;

	for (;;) {
		scoped_guard(spinlock_irq, &xhci->lock) {
			if (!xhci->devs[slot_id])
				return;
			sb = get_sideband_or_disable(xhci, &xhci->devs[slot_id]->sideband);
			if (!sb)
				return;
			sb->is_ending = true;
		}

		end_sideband(sb);
		xhci_sideband_put(sb);
	}
}

static void end_all_slots(struct xhci_hcd *xhci)
{
	unsigned int slot_id;

	for (slot_id = 1; slot_id < MAX_HC_SLOTS; slot_id++)
		xhci_sideband_slot_ends(xhci, slot_id);
}

/* Those whose owners want to know that the controller died. They have a device until they do. */
static bool has_to_know(const struct xhci_sideband *sb)
{
	return sb->ops && sb->vdev;
}

/* Those whose interrupter's memory is freed with the controller's table of interrupters. */
static bool has_interrupter(const struct xhci_sideband *sb)
{
	return sb->ir;
}

/* Returns the first registered sideband like that, with a reference, or NULL. */
static struct xhci_sideband *get_first(struct xhci_hcd *xhci,
				       bool (*is_wanted)(const struct xhci_sideband *sb))
{
	struct xhci_sideband *found = NULL;
	struct xhci_sideband *sb;

	spin_lock_irq(&xhci->lock);
	list_for_each_entry(sb, &xhci->sideband_host.sidebands, node) {
		if (is_wanted(sb)) {
			kref_get(&sb->kref);
			found = sb;
			break;
		}
	}
	spin_unlock_irq(&xhci->lock);

	return found;
}

static void died_work(struct work_struct *work)
{
	struct xhci_hcd *xhci = container_of(work, struct xhci_hcd, sideband_host.died_work);
	struct xhci_sideband *sb;

	while ((sb = get_first(xhci, has_to_know))) {
		scoped_guard(spinlock_irq, &xhci->lock)
			sb->is_ending = true;
		end_sideband(sb);
		xhci_sideband_put(sb);
	}
}

/**
 * xhci_sideband_host_init - initialise the sideband state of a controller
 * @xhci: the controller
 *
 * Call this once per controller, before anything else here.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_host_init(struct xhci_hcd *xhci)
{
	struct xhci_sideband_host *host = &xhci->sideband_host;

	INIT_LIST_HEAD(&host->sidebands);
	INIT_WORK(&host->died_work, died_work);
	mutex_init(&host->slot_mutex);
	init_waitqueue_head(&host->commands_done);
}

/**
 * xhci_sideband_host_died - should be called when a controller was marked as dead
 * @xhci: the controller
 *
 * The owners that want to know are told as soon as they can sleep. Memory is freed when the usb
 * core has disconnected the devices.
 *
 * The caller holds &struct xhci_hcd.lock.
 *
 * Context: Any context.
 */
void xhci_sideband_host_died(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	if (!list_empty(&xhci->sideband_host.sidebands))
		queue_work(system_long_wq, &xhci->sideband_host.died_work);
}

/**
 * xhci_sideband_host_ends - all memory of a controller is about to be freed
 * @xhci: the controller. It was reset, or is dead.
 *
 * Sidebands that are still registered keep nothing of it. Commands that are under way will never
 * be answered: they end first, as a sideband cannot end while it waits for one.
 *
 * The caller holds no lock of the xHCI driver but &struct xhci_hcd.mutex.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_host_ends(struct xhci_hcd *xhci)
{
	struct xhci_sideband_host *host = &xhci->sideband_host;
	struct xhci_sideband *sb;

	scoped_guard(spinlock_irq, &xhci->lock) {
		host->is_ending = true;
		xhci_cleanup_command_queue(xhci);
	}

	end_all_slots(xhci);
	while ((sb = get_first(xhci, has_interrupter))) {
		scoped_guard(mutex, &sb->mutex)
			xhci_sideband_forget_interrupter(sb);
		xhci_sideband_put(sb);
	}

	/* With no device left it is of no use, even if the controller dies now. */
	cancel_work_sync(&host->died_work);

	scoped_guard(spinlock_irq, &xhci->lock) {
		host->is_ending = false;
		bitmap_zero(host->stale, XHCI_SIDEBAND_MAX_INTERRUPTERS);
	}
}
