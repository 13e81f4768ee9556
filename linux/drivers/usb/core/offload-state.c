// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state machine behind USB offload: one state per USB device, and nothing but states in it.
 *
 * The transitions of a state in a system sleep:
 *
 *           prepare             suspend               resume              complete
 *   AWAKE ----------> PREPARED ---------> ACTIVE    ----------> PREPARED -----------> AWAKE
 *                          \------------> SUSPENDED ------------/
 *
 * Rules:
 *
 * 1. Uses begin in AWAKE only: PREPARED, ACTIVE and SUSPENDED refuse a get with -EAGAIN. So a start
 *    that races with a sleep has two outcomes: its get came before prepare, and suspend sees it; or
 *    it is refused. From prepare to complete the number of uses can only fall.
 * 2. A put is never refused, and never changes the sleep's decision.
 * 3. A device that has users, or a child that is kept active, when it is its turn to suspend, is
 *    kept active. The decision is latched until its own resume. It leaves a mark in the hub above,
 *    which the resume takes back. As children suspend before their parents and resume after them, a
 *    hub has all marks when it decides, and keeps its own decision for as long as a child relies on
 *    it.
 * 4. A sleep that is aborted takes each device back from where it had got to: resume follows each
 *    suspend, complete follows each prepare. From every state a complete leads to AWAKE.
 * 5. A hub knows how many uses there are below it. A use counts for the hubs above until it is put
 *    or the device is disconnected, whichever comes first: nothing looks at a hub once the device
 *    below it is gone. A disconnect takes the mark back as well. A reset changes nothing here: the
 *    device keeps its users, and the sleep's decision.
 * 6. Above the root hubs of a controller is the controller's own state, which all of them share. It
 *    counts uses and marks as a hub does, and decides nothing. A root hub is kept active for as
 *    long as the controller's state says that another bus needs it. So nobody ever looks at another
 *    root hub, which may be removed at any moment; and like any device, a root hub that was removed
 *    no longer looks at the states above it.
 * 7. A lock of the PM transition (usb_offload_set_pm_locked()) refuses gets like a sleep, whatever
 *    the state is, and changes nothing else.
 *
 * Locking overview:
 *
 * struct usb_offload.lock is the only lock. It is taken with interrupts off, so every function here
 * works in any context. A device's own lock is held while the hubs above are told of it, so that
 * the changes of one device reach all of them in one order. The hubs' locks are taken one at a time
 * inside it. As the way is always up the tree, there is no cycle; as nothing else is taken inside,
 * there is none with the device lock, the hub's locks or runtime PM either.
 *
 * A sleep's transition takes a time that does not depend on the tree: it tells the parent only.
 */
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <kunit/visibility.h>

#include "offload.h"

static void count_uses_above(struct usb_offload *offload, int change)
{
	struct usb_offload *hub;

	lockdep_assert_held(&offload->lock);

	for (hub = offload->parent; hub; hub = hub->parent) {
		spin_lock_nested(&hub->lock, SINGLE_DEPTH_NESTING);
		hub->users_below += change;
		spin_unlock(&hub->lock);
	}
}

static void tell_parent(struct usb_offload *offload, int children_active_change, bool may_wake)
{
	struct usb_offload *hub = offload->parent;

	lockdep_assert_held(&offload->lock);

	if (!hub || offload->is_detached)
		return;

	spin_lock_nested(&hub->lock, SINGLE_DEPTH_NESTING);
	hub->children_active += children_active_change;
	hub->may_child_wake |= may_wake;
	spin_unlock(&hub->lock);
}

/* The state of the controller, for a root hub that has not been removed; for others NULL. */
static struct usb_offload *controller_of(struct usb_offload *offload)
{
	lockdep_assert_held(&offload->lock);

	if (offload->is_detached || !offload->parent || !offload->parent->is_controller)
		return NULL;

	return offload->parent;
}

/* Whether a bus of the controller has uses or is kept active, the root hub's own bus included. */
static bool is_bus_needed(struct usb_offload *offload)
{
	struct usb_offload *controller = controller_of(offload);
	bool is_needed;

	if (!controller)
		return false;

	spin_lock_nested(&controller->lock, SINGLE_DEPTH_NESTING);
	is_needed = controller->users_below || controller->children_active;
	spin_unlock(&controller->lock);

	return is_needed;
}

/* Before the first of its root hubs says anything in this sleep: all are prepared by then. */
static void forget_controller_wakeup(struct usb_offload *offload)
{
	struct usb_offload *controller = controller_of(offload);

	if (!controller)
		return;

	spin_lock_nested(&controller->lock, SINGLE_DEPTH_NESTING);
	controller->may_child_wake = false;
	spin_unlock(&controller->lock);
}

static void leave_decision(struct usb_offload *offload, enum usb_offload_sleep next)
{
	lockdep_assert_held(&offload->lock);

	if (offload->sleep == USB_OFFLOAD_ACTIVE)
		tell_parent(offload, -1, false);
	offload->sleep = next;
}

/**
 * usb_offload_state_init - start the life of a state: no users, awake
 * @offload: the state
 * @parent: the state of the hub above; for a root hub, that of the controller
 *
 * Call this before anybody else knows the state.
 *
 * Context: Any context.
 */
void usb_offload_state_init(struct usb_offload *offload, struct usb_offload *parent)
{
	*offload = (struct usb_offload){ .parent = parent };
	spin_lock_init(&offload->lock);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_init);

/**
 * usb_offload_state_init_controller - start the life of a controller's state
 * @offload: the state
 *
 * Call this before anybody else knows the state.
 *
 * Context: Any context.
 */
void usb_offload_state_init_controller(struct usb_offload *offload)
{
	usb_offload_state_init(offload, NULL);
	offload->is_controller = true;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_init_controller);

/**
 * usb_offload_state_get - count one more use, if the device may be used
 * @offload: the state
 * @is_active: whether the device is up
 *
 * Context: Any context.
 * Return: 0, -ENODEV, -EAGAIN or -EBUSY, in this order of precedence.
 */
int usb_offload_state_get(struct usb_offload *offload, bool is_active)
{
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&offload->lock, flags);
	if (offload->is_detached) {
		ret = -ENODEV;
	} else if (offload->sleep != USB_OFFLOAD_AWAKE || offload->is_pm_locked) {
		ret = -EAGAIN;
	} else if (!is_active) {
		ret = -EBUSY;
	} else {
		offload->users++;
		count_uses_above(offload, 1);
	}
	spin_unlock_irqrestore(&offload->lock, flags);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_get);

/**
 * usb_offload_state_put - end one use
 * @offload: the state
 *
 * Context: Any context.
 * Return: false if there was none: the caller's gets and puts do not match.
 */
bool usb_offload_state_put(struct usb_offload *offload)
{
	unsigned long flags;
	bool was_used;

	spin_lock_irqsave(&offload->lock, flags);
	was_used = offload->users;
	if (was_used) {
		offload->users--;
		if (!offload->is_detached)
			count_uses_above(offload, -1);
	}
	spin_unlock_irqrestore(&offload->lock, flags);

	return was_used;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_put);

/**
 * usb_offload_state_set_pm_locked - refuse gets, or no longer
 * @offload: the state
 * @is_locked: whether they are refused
 *
 * Context: Any context.
 */
void usb_offload_state_set_pm_locked(struct usb_offload *offload, bool is_locked)
{
	unsigned long flags;

	spin_lock_irqsave(&offload->lock, flags);
	offload->is_pm_locked = is_locked;
	spin_unlock_irqrestore(&offload->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_set_pm_locked);

/**
 * usb_offload_state_detach - take the device out of the hubs above, for good
 * @offload: the state
 *
 * Uses that are left can still be put.
 *
 * Context: Any context.
 */
void usb_offload_state_detach(struct usb_offload *offload)
{
	unsigned long flags;

	spin_lock_irqsave(&offload->lock, flags);
	if (!offload->is_detached) {
		if (offload->sleep == USB_OFFLOAD_ACTIVE)
			leave_decision(offload, USB_OFFLOAD_SUSPENDED);
		count_uses_above(offload, -(int)offload->users);
		offload->is_detached = true;
	}
	spin_unlock_irqrestore(&offload->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_detach);

/**
 * usb_offload_state_prepare - begin a system sleep: no get from here on
 * @offload: the state
 *
 * Call this before the prepare of the devices below.
 *
 * Context: Any context.
 */
void usb_offload_state_prepare(struct usb_offload *offload)
{
	unsigned long flags;

	spin_lock_irqsave(&offload->lock, flags);
	if (offload->sleep == USB_OFFLOAD_AWAKE) {
		offload->sleep = USB_OFFLOAD_PREPARED;
		offload->may_child_wake = false;
		forget_controller_wakeup(offload);
	}
	spin_unlock_irqrestore(&offload->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_prepare);

/**
 * usb_offload_state_suspend - decide whether the device is kept active in this sleep
 * @offload: the state
 * @survives: whether a stream would survive this sleep at all
 * @may_wake: whether the user lets this device wake the system
 *
 * Call this after the suspend of the devices below, between prepare and complete. Anywhere else it
 * decides nothing.
 *
 * Context: Any context.
 * Return: true if the device is kept active.
 */
bool usb_offload_state_suspend(struct usb_offload *offload, bool survives, bool may_wake)
{
	unsigned long flags;
	bool is_kept_active;

	spin_lock_irqsave(&offload->lock, flags);
	if (offload->sleep == USB_OFFLOAD_PREPARED) {
		is_kept_active = survives && !offload->is_detached &&
				 (offload->users || offload->children_active ||
				  is_bus_needed(offload));
		offload->sleep = is_kept_active ? USB_OFFLOAD_ACTIVE : USB_OFFLOAD_SUSPENDED;
		tell_parent(offload, is_kept_active, may_wake || offload->may_child_wake);
	}
	is_kept_active = offload->sleep == USB_OFFLOAD_ACTIVE;
	spin_unlock_irqrestore(&offload->lock, flags);

	return is_kept_active;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_suspend);

/**
 * usb_offload_state_resume - undo the decision of this sleep
 * @offload: the state
 *
 * Call this before the resume of the devices below.
 *
 * Context: Any context.
 * Return: true if the device had been kept active.
 */
bool usb_offload_state_resume(struct usb_offload *offload)
{
	unsigned long flags;
	bool was_kept_active;

	spin_lock_irqsave(&offload->lock, flags);
	was_kept_active = offload->sleep == USB_OFFLOAD_ACTIVE;
	if (offload->sleep != USB_OFFLOAD_AWAKE)
		leave_decision(offload, USB_OFFLOAD_PREPARED);
	spin_unlock_irqrestore(&offload->lock, flags);

	return was_kept_active;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_resume);

/**
 * usb_offload_state_complete - end the system sleep of a state, also of one that was aborted
 * @offload: the state
 *
 * Call this after the complete of the devices below.
 *
 * Context: Any context.
 */
void usb_offload_state_complete(struct usb_offload *offload)
{
	unsigned long flags;

	spin_lock_irqsave(&offload->lock, flags);
	leave_decision(offload, USB_OFFLOAD_AWAKE);
	spin_unlock_irqrestore(&offload->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_complete);

/**
 * usb_offload_state_is_kept_active - tell whether the device is kept active in the sleep that is
 * under way
 * @offload: the state
 *
 * The answer holds from the device's suspend to its resume.
 *
 * Context: Any context.
 * Return: true if it does.
 */
bool usb_offload_state_is_kept_active(struct usb_offload *offload)
{
	unsigned long flags;
	bool is_kept_active;

	spin_lock_irqsave(&offload->lock, flags);
	is_kept_active = offload->sleep == USB_OFFLOAD_ACTIVE;
	spin_unlock_irqrestore(&offload->lock, flags);

	return is_kept_active;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_is_kept_active);

/**
 * usb_offload_state_in_use - tell whether the device, or one below it, is in use
 * @offload: the state
 *
 * Context: Any context.
 * Return: true if it is.
 */
bool usb_offload_state_in_use(struct usb_offload *offload)
{
	unsigned long flags;
	bool in_use;

	spin_lock_irqsave(&offload->lock, flags);
	in_use = offload->users || offload->users_below;
	spin_unlock_irqrestore(&offload->lock, flags);

	return in_use;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_in_use);

/**
 * usb_offload_state_may_be_kept_active - tell whether the device can still come to be kept active
 * @offload: the state
 *
 * Once all devices below are prepared, too, false is final: the number of uses can only fall. True
 * may still become a suspend, if the last use ends before the device's turn.
 *
 * Context: Any context.
 * Return: true if it can.
 */
bool usb_offload_state_may_be_kept_active(struct usb_offload *offload)
{
	unsigned long flags;
	bool may_be_kept_active;

	spin_lock_irqsave(&offload->lock, flags);
	may_be_kept_active = offload->sleep != USB_OFFLOAD_SUSPENDED &&
			     (offload->users || offload->users_below || offload->children_active ||
			      offload->sleep == USB_OFFLOAD_ACTIVE || is_bus_needed(offload));
	spin_unlock_irqrestore(&offload->lock, flags);

	return may_be_kept_active;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_may_be_kept_active);

/**
 * usb_offload_state_has_active_child - tell whether a device below is kept active
 * @offload: the state of a hub or a controller
 *
 * The answer is complete once the devices on its ports, or its root hubs, have suspended.
 *
 * Context: Any context.
 * Return: true if there is one.
 */
bool usb_offload_state_has_active_child(struct usb_offload *offload)
{
	unsigned long flags;
	bool has_active_child;

	spin_lock_irqsave(&offload->lock, flags);
	has_active_child = offload->children_active;
	spin_unlock_irqrestore(&offload->lock, flags);

	return has_active_child;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_has_active_child);

/**
 * usb_offload_state_may_wake - tell whether a device below has been told to wake the system
 * @offload: the state of a hub or a controller
 *
 * The answer is complete once the hub, or each root hub, has suspended.
 *
 * Context: Any context.
 * Return: true if there is one.
 */
bool usb_offload_state_may_wake(struct usb_offload *offload)
{
	unsigned long flags;
	bool may_wake;

	spin_lock_irqsave(&offload->lock, flags);
	may_wake = offload->may_child_wake;
	spin_unlock_irqrestore(&offload->lock, flags);

	return may_wake;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_may_wake);

/**
 * usb_offload_state_read - look at a state
 * @offload: the state
 * @counts: filled in; all of one moment
 *
 * Context: Any context.
 */
void usb_offload_state_read(struct usb_offload *offload, struct usb_offload_counts *counts)
{
	unsigned long flags;

	spin_lock_irqsave(&offload->lock, flags);
	*counts = (struct usb_offload_counts){
		.users = offload->users,
		.users_below = offload->users_below,
		.children_active = offload->children_active,
		.sleep = offload->sleep,
	};
	spin_unlock_irqrestore(&offload->lock, flags);
}
