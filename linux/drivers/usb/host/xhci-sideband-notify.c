// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: calling an owner back.
 *
 * One thread at a time calls, under the sideband's notify_mutex. An owner that unregisters waits
 * for that thread, without the mutex: it may hold a lock of its own that its callback takes as
 * well. Its callback may end another ring, which calls it back once more in the same thread.
 */
#include <linux/export.h>
#include <linux/wait.h>

#include "xhci-sideband-priv.h"

static void call_owner(struct xhci_sideband *sb, enum xhci_sideband_ending what,
		       unsigned int ep_index)
{
	struct xhci_sideband_event event = {
		.type = XHCI_SIDEBAND_XFER_RING_FREE,
		.evt_data = &ep_index,
	};

	lockdep_assert_held(&sb->notify_mutex);

	if (sb->ops && what == XHCI_SIDEBAND_DEVICE_ENDS)
		sb->ops->device_ends(sb->owner);
	else if (sb->ops)
		sb->ops->ring_ends(sb->owner, ep_index);
	else if (sb->notify_client)
		sb->notify_client(sb->intf, &event);
}

/* Returns false if the owner has unregistered. Otherwise unregistering waits for us. */
static bool begin_notification(struct xhci_sideband *sb)
{
	bool is_wanted;

	spin_lock_irq(&sb->xhci->lock);
	is_wanted = !sb->is_unregistered;
	if (is_wanted)
		sb->notifier = current;
	spin_unlock_irq(&sb->xhci->lock);

	return is_wanted;
}

static void end_notification(struct xhci_sideband *sb)
{
	spin_lock_irq(&sb->xhci->lock);
	sb->notifier = NULL;
	wake_up_all(&sb->notified);
	spin_unlock_irq(&sb->xhci->lock);
}

static bool is_notifier(struct xhci_sideband *sb)
{
	bool answer;

	spin_lock_irq(&sb->xhci->lock);
	answer = sb->notifier == current;
	spin_unlock_irq(&sb->xhci->lock);

	return answer;
}

/**
 * xhci_sideband_notify - tell a sideband's owner that something of it ends
 * @sb: the sideband; the caller holds a reference
 * @what: the ring or device that ends
 * @ep_index: the endpoint's index, if it is a ring
 *
 * Nothing is told to an owner that has unregistered.
 *
 * Waits for as long as the owner needs, and for other threads that call the owner back.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_notify(struct xhci_sideband *sb, enum xhci_sideband_ending what,
			  unsigned int ep_index)
{
	/* The owner's callback may end another ring, by changing an alternate setting say. */
	if (is_notifier(sb)) {
		if (begin_notification(sb))
			call_owner(sb, what, ep_index);
		return;
	}

	guard(mutex)(&sb->notify_mutex);

	if (begin_notification(sb)) {
		call_owner(sb, what, ep_index);
		end_notification(sb);
	}
}

static bool is_quiet(struct xhci_sideband *sb)
{
	bool is_quiet;

	spin_lock_irq(&sb->xhci->lock);
	is_quiet = !sb->notifier || sb->notifier == current;
	spin_unlock_irq(&sb->xhci->lock);

	return is_quiet;
}

/**
 * xhci_sideband_wait_for_callbacks - wait until no other thread runs a callback of the owner
 * @sb: the sideband, unregistered
 *
 * This takes no lock: an owner that holds the device lock may hold a lock here that its callback
 * takes as well.
 *
 * Waits for as long as the owner needs.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_wait_for_callbacks(struct xhci_sideband *sb)
{
	wait_event(sb->notified, is_quiet(sb));
}

/**
 * xhci_sideband_notify_ep_ring_free - tell a sideband's owner that a transfer ring is to be freed
 * @sb: the sideband; the caller holds a reference
 * @ep_index: the endpoint's index
 *
 * Takes &struct xhci_sideband.notify_mutex, and waits for as long as the owner needs. The caller
 * holds the device lock.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_notify_ep_ring_free(struct xhci_sideband *sb, unsigned int ep_index)
{
	xhci_sideband_notify(sb, XHCI_SIDEBAND_RING_ENDS, ep_index);
}
EXPORT_SYMBOL_GPL(xhci_sideband_notify_ep_ring_free);
