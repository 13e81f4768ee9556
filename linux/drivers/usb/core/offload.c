// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB offload usage: which USB devices another processor is streaming to.
 *
 * Rules:
 *
 * 1. A device is in use from a successful usb_offload_get() to the matching usb_offload_put(). Uses
 *    nest.
 * 2. A get never changes a device's power state: it takes a device that is up as it is, and refuses
 *    any other.
 * 3. Each get holds a runtime PM reference until its put, so a device in use never autosuspends.
 * 4. While the device goes through a system sleep, from prepare to complete, a get is refused:
 *    whether a device stays up is decided from the uses that it had when the sleep began. A put is
 *    never refused.
 * 5. A hub knows how many uses there are below it. A use counts for the hubs above until it is put
 *    or the device is disconnected, whichever comes first: nothing looks at a hub once the device
 *    below it is gone.
 *
 * Locking overview:
 *
 * struct usb_offload.lock is the only lock. It is taken with interrupts off, so every function here
 * works in any context; none needs the device lock. A device's own lock is held while the uses are
 * counted in the hubs above, so that a get, a put and the disconnect cannot pass each other on the
 * way up. The hubs' locks are taken one at a time inside it. As the way is always up the tree,
 * there is no cycle. Runtime PM is called outside the lock.
 */
#include <linux/export.h>
#include <linux/pm_runtime.h>
#include <linux/spinlock.h>
#include <linux/usb.h>
#include <kunit/visibility.h>

#include "offload.h"

static void offload_count_above(struct usb_offload *offload, int change)
{
	struct usb_offload *hub;

	lockdep_assert_held(&offload->lock);

	for (hub = offload->parent; hub; hub = hub->parent) {
		spin_lock_nested(&hub->lock, SINGLE_DEPTH_NESTING);
		hub->users_below += change;
		spin_unlock(&hub->lock);
	}
}

/*
 * Starts the life of a state: no users, awake, attached below @parent (NULL for a root hub).
 */
VISIBLE_IF_KUNIT
void usb_offload_state_init(struct usb_offload *offload, struct usb_offload *parent)
{
	*offload = (struct usb_offload){ .parent = parent };
	spin_lock_init(&offload->lock);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_init);

/*
 * Counts one more use, if the device may be used: 0, -ENODEV, -EAGAIN or -EBUSY, in this order of
 * precedence.
 */
VISIBLE_IF_KUNIT int usb_offload_state_get(struct usb_offload *offload, bool is_active)
{
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&offload->lock, flags);
	if (offload->is_detached) {
		ret = -ENODEV;
	} else if (offload->is_asleep) {
		ret = -EAGAIN;
	} else if (!is_active) {
		ret = -EBUSY;
	} else {
		offload->users++;
		offload_count_above(offload, 1);
	}
	spin_unlock_irqrestore(&offload->lock, flags);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_get);

/*
 * Ends one use. False if there was none: the caller's gets and puts do not match.
 */
VISIBLE_IF_KUNIT bool usb_offload_state_put(struct usb_offload *offload)
{
	unsigned long flags;
	bool was_used;

	spin_lock_irqsave(&offload->lock, flags);
	was_used = offload->users;
	if (was_used) {
		offload->users--;
		if (!offload->is_detached)
			offload_count_above(offload, -1);
	}
	spin_unlock_irqrestore(&offload->lock, flags);

	return was_used;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_put);

/*
 * Takes the device's uses out of the hubs above, for good. Uses that are left can still be put.
 */
VISIBLE_IF_KUNIT void usb_offload_state_detach(struct usb_offload *offload)
{
	unsigned long flags;

	spin_lock_irqsave(&offload->lock, flags);
	if (!offload->is_detached) {
		offload->is_detached = true;
		offload_count_above(offload, -(int)offload->users);
	}
	spin_unlock_irqrestore(&offload->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_detach);

/*
 * Notes that a system sleep begins (no get from here on) or has ended.
 */
VISIBLE_IF_KUNIT void usb_offload_state_set_asleep(struct usb_offload *offload, bool is_asleep)
{
	unsigned long flags;

	spin_lock_irqsave(&offload->lock, flags);
	offload->is_asleep = is_asleep;
	spin_unlock_irqrestore(&offload->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_set_asleep);

/*
 * Tells whether the device, or one below it, is in use.
 */
VISIBLE_IF_KUNIT bool usb_offload_state_in_use(struct usb_offload *offload)
{
	unsigned long flags;
	bool in_use;

	spin_lock_irqsave(&offload->lock, flags);
	in_use = offload->users || offload->users_below;
	spin_unlock_irqrestore(&offload->lock, flags);

	return in_use;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_state_in_use);

/*
 * Takes a runtime PM reference if the device is up. Without runtime PM a device is always up.
 */
static bool offload_hold_active(struct usb_device *udev)
{
	if (!IS_ENABLED(CONFIG_PM))
		return true;

	return pm_runtime_get_if_active(&udev->dev) > 0;
}

static void offload_drop_active(struct usb_device *udev)
{
	/* Asynchronous, as a put may come from any context; the autosuspend delay starts now. */
	pm_runtime_mark_last_busy(&udev->dev);
	pm_runtime_put_autosuspend(&udev->dev);
}

/**
 * usb_offload_get - say that another processor starts to drive a USB device
 * @udev: the device. The caller holds a reference to it until after the matching usb_offload_put().
 *
 * The device is in use until usb_offload_put(), and does not autosuspend in that time. A device
 * that is not up is not resumed for this: the caller resumes it first, with
 * usb_autopm_get_interface() for example, and may drop that reference afterwards.
 *
 * Context: any. Needs no lock; the device lock may be held or not.
 * Return: 0, -EBUSY if the device is not runtime-active, -EAGAIN if it is going through a system
 * sleep, or -ENODEV if it was disconnected.
 */
int usb_offload_get(struct usb_device *udev)
{
	bool is_active;
	int ret;

	if (READ_ONCE(udev->state) == USB_STATE_NOTATTACHED)
		return -ENODEV;

	/* First, as the answer must still be true when the use is counted. */
	is_active = offload_hold_active(udev);
	ret = usb_offload_state_get(&udev->offload, is_active);
	if (ret && is_active)
		offload_drop_active(udev);

	return ret;
}
EXPORT_SYMBOL_GPL(usb_offload_get);

/**
 * usb_offload_put - say that another processor no longer drives a USB device
 * @udev: the device
 *
 * Undoes one usb_offload_get(). It may come at any time: asleep, awake or after the device was
 * disconnected. A put without a get warns and changes nothing.
 *
 * Context: any. Needs no lock; the device lock may be held or not.
 * Return: 0. It cannot fail; the result is there for drivers written against mainline.
 */
int usb_offload_put(struct usb_device *udev)
{
	if (!WARN(!usb_offload_state_put(&udev->offload), "%s: offload put without a get\n",
		  dev_name(&udev->dev)))
		offload_drop_active(udev);

	return 0;
}
EXPORT_SYMBOL_GPL(usb_offload_put);

/**
 * usb_offload_check - tell whether a USB device or a device below it is in offload use
 * @udev: the device, hub or root hub
 *
 * The answer may be old when it arrives, unless the caller keeps gets and puts away.
 *
 * Context: any. Needs no lock; takes a time that does not depend on the number of devices.
 * Return: true if it is in use.
 */
bool usb_offload_check(struct usb_device *udev)
{
	return usb_offload_state_in_use(&udev->offload);
}
EXPORT_SYMBOL_GPL(usb_offload_check);

/**
 * usb_offload_init_device - a USB device structure comes into being
 * @udev: the device
 * @parent: the hub above, or NULL for a root hub
 *
 * Context: before anybody else knows the device.
 */
void usb_offload_init_device(struct usb_device *udev, struct usb_device *parent)
{
	usb_offload_state_init(&udev->offload, parent ? &parent->offload : NULL);
}

/**
 * usb_offload_release_device - a USB device structure is about to be freed
 * @udev: the device
 *
 * Context: nobody else knows the device any more.
 */
void usb_offload_release_device(struct usb_device *udev)
{
	WARN(udev->offload.users, "%s: offload get without a put\n", dev_name(&udev->dev));
}

/**
 * usb_offload_device_disconnected - a USB device was disconnected and its interface drivers are
 * unbound
 * @udev: the device
 *
 * Context: the hub above is still there; it may go as soon as this returns.
 */
void usb_offload_device_disconnected(struct usb_device *udev)
{
	usb_offload_state_detach(&udev->offload);
}

/**
 * usb_offload_sleep_begins - the PM core starts to take a USB device through a system sleep
 * @udev: the device
 *
 * Context: the device's prepare callback: before any suspend callback, devices before their
 * children.
 */
void usb_offload_sleep_begins(struct usb_device *udev)
{
	usb_offload_state_set_asleep(&udev->offload, true);
}

/**
 * usb_offload_sleep_ended - the PM core has taken a USB device through a system sleep
 * @udev: the device
 *
 * Context: the device's complete callback; it follows each prepare, whether the system slept or
 * not.
 */
void usb_offload_sleep_ended(struct usb_device *udev)
{
	usb_offload_state_set_asleep(&udev->offload, false);
}
