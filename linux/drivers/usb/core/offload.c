// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB offload: the USB devices that another processor streams to, and that are kept active in a
 * sleep.
 *
 * This file connects the states of offload-state.c to devices, runtime PM and the PM core.
 *
 * Rules:
 *
 * 1. A device is in use from a successful usb_offload_get() to the matching usb_offload_put(). Uses
 *    nest.
 * 2. A get never changes a device's power state: it takes a device that is up as it is, and refuses
 *    any other.
 * 3. Each get holds a runtime PM reference until its put, so a device in use never autosuspends.
 *    The put's own idle request may come to nothing in a system sleep, when runtime PM is off; but
 *    there the PM core holds a reference as well, from prepare to complete, and when it drops that
 *    one the device is idle and autosuspends.
 * 4. Whether a device is kept active in a system sleep is decided when the PM core suspends it, and
 *    holds until it is resumed: see offload-state.c. If it is, neither the device nor its
 *    interfaces are suspended, and their drivers do not hear of the sleep.
 * 5. A device that is kept active needs everything above it: the hubs, the root hub, and the
 *    controller (offload-hcd.c). Root hubs that share a controller are kept active together, as
 *    they share its PHYs: they look at the controller's state, in the primary HCD, and never at
 *    each other.
 *
 * This cannot deadlock: the PM core calls with the device lock held, and waits for children before
 * parents; gets and puts come from any context, with any locks. All of them only take the states'
 * locks, which are innermost, and start runtime PM outside of those, asynchronously. Nothing here
 * waits for anything, so no thread can wait for this code.
 *
 * Effects on other code:
 *
 * - A device that is unplugged in a sleep is disconnected after it, and a device that is reset in a
 *   sleep has its drivers unbound for that: their puts may come at any time, and the disconnect
 *   takes back the device's counts and marks in the hubs above.
 * - The hub driver's work queue is frozen in a sleep, so the port events of a hub that is kept
 *   active are handled after it. usb_offload_hub_changed() ends the sleep if a device there may. If
 *   the report comes before the hub has decided to be kept active, the decision ends it.
 * - USB 2 devices do not suspend by themselves on a bus that stays active:
 *   usb_offload_needs_port_suspend() has each suspended by its port.
 */
#include <linux/export.h>
#include <linux/pm_runtime.h>
#include <linux/property.h>
#include <linux/suspend.h>
#include <linux/suspend-request.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <kunit/visibility.h>

#include "hub.h"
#include "offload.h"

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
 * Needs no lock. The caller may hold the device lock.
 *
 * Context: Any context.
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
 * disconnected. A put without a get changes nothing and is reported in the log: drivers written
 * against mainline may make one, as it is ignored there.
 *
 * Needs no lock. The caller may hold the device lock.
 *
 * Context: Any context.
 * Return: 0. It cannot fail; the result is there for drivers written against mainline.
 */
int usb_offload_put(struct usb_device *udev)
{
	if (usb_offload_state_put(&udev->offload))
		offload_drop_active(udev);
	else
		dev_warn_ratelimited(&udev->dev, "offload put without a get: ignored\n");

	return 0;
}
EXPORT_SYMBOL_GPL(usb_offload_put);

/**
 * usb_offload_check - tell whether a USB device or a device below it is in offload use
 * @udev: the device, hub or root hub
 *
 * The answer may be old when it arrives, unless the caller keeps gets and puts away.
 *
 * Needs no lock, and takes a time that does not depend on the number of devices.
 *
 * Context: Any context.
 * Return: true if it is in use.
 */
bool usb_offload_check(struct usb_device *udev)
{
	return usb_offload_state_in_use(&udev->offload);
}
EXPORT_SYMBOL_GPL(usb_offload_check);

/**
 * usb_offload_set_pm_locked - refuse offload uses of a USB device, or no longer
 * @udev: the device
 * @locked: whether they are refused
 *
 * While it is locked, usb_offload_get() returns -EAGAIN. Uses that exist go on, and
 * usb_offload_put() ends them as ever. The USB core has no need of this: it refuses uses in a
 * system sleep anyway. It is here for drivers written against mainline.
 *
 * Context: Any context.
 */
void usb_offload_set_pm_locked(struct usb_device *udev, bool locked)
{
	usb_offload_state_set_pm_locked(&udev->offload, locked);
}
EXPORT_SYMBOL_GPL(usb_offload_set_pm_locked);

/**
 * usb_offload_is_kept_active - tell whether a USB device is kept active in the system sleep that is
 * under way
 * @udev: the device, hub or root hub
 *
 * The answer holds from the device's suspend callback to its resume callback; it is false outside
 * of them.
 *
 * Context: Any context.
 * Return: true if it does.
 */
bool usb_offload_is_kept_active(struct usb_device *udev)
{
	return usb_offload_state_is_kept_active(&udev->offload);
}
EXPORT_SYMBOL_GPL(usb_offload_is_kept_active);

/**
 * usb_offload_survives_suspend - tell whether streams go on in the system suspend that is under way
 * @udev: the device
 *
 * They do in suspend-to-idle. In deeper states they only do if the controller, or the platform
 * above it, has the device property "usb-offload-power-kept-in-suspend": most platforms cut the
 * power there, and those that know nothing of offload say nothing of it.
 *
 * The answer is valid from the PM_SUSPEND_PREPARE notification to the end of the resume.
 * Hibernation is not a suspend: no stream survives it.
 *
 * Context: Process context. May sleep.
 * Return: true if they do; also if no suspend is under way.
 */
bool usb_offload_survives_suspend(struct usb_device *udev)
{
	struct device *dev;

	if (pm_suspend_requested_state == PM_SUSPEND_ON ||
	    pm_suspend_requested_state == PM_SUSPEND_TO_IDLE)
		return true;

	for (dev = bus_to_hcd(udev->bus)->self.controller; dev; dev = dev->parent)
		if (device_property_read_bool(dev, "usb-offload-power-kept-in-suspend"))
			return true;

	return false;
}
EXPORT_SYMBOL_GPL(usb_offload_survives_suspend);

static bool offload_survives(struct usb_device *udev, pm_message_t msg)
{
	return msg.event == PM_EVENT_SUSPEND && usb_offload_survives_suspend(udev);
}

/**
 * usb_offload_init_device - initialise the state of a USB device
 * @udev: the device
 * @parent: the hub above, or NULL for a root hub
 *
 * Call this before anybody else knows the device, and when its bus is known.
 *
 * Context: Any context.
 */
void usb_offload_init_device(struct usb_device *udev, struct usb_device *parent)
{
	struct usb_offload *above;

	above = parent ? &parent->offload : usb_offload_controller(bus_to_hcd(udev->bus));
	usb_offload_state_init(&udev->offload, above);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_init_device);

/**
 * usb_offload_release_device - should be called when a USB device structure is about to be freed
 * @udev: the device
 *
 * Nobody else knows the device any more.
 *
 * Context: Any context.
 */
void usb_offload_release_device(struct usb_device *udev)
{
	WARN(udev->offload.users, "%s: offload get without a put\n", dev_name(&udev->dev));
}

/**
 * usb_offload_device_disconnected - should be called when a USB device was disconnected and its
 * interface drivers are unbound
 * @udev: the device
 *
 * The hub above is still there; it may go as soon as this returns.
 *
 * Context: Process context. May sleep.
 */
void usb_offload_device_disconnected(struct usb_device *udev)
{
	usb_offload_state_detach(&udev->offload);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_device_disconnected);

/**
 * usb_offload_sleep_begins - should be called when the PM core starts to take a USB device through
 * a system sleep
 * @udev: the device
 *
 * For the device's prepare callback, which comes before any suspend callback, and for devices
 * before their children.
 *
 * Context: Process context. May sleep.
 */
void usb_offload_sleep_begins(struct usb_device *udev)
{
	usb_offload_state_prepare(&udev->offload);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_sleep_begins);

/*
 * Whether ports of @hdev have reported something that nobody has handled: the hub driver's work
 * queue is frozen, and a resume signal on a root hub's port is reported when it ends. An event that
 * comes later finds the hub's decision, as it is made before this is asked.
 */
static bool hub_has_news(struct usb_device *hdev)
{
	struct usb_hub *hub = usb_hub_to_struct_hub(hdev);

	return (hub && work_pending(&hub->events)) ||
	       (!hdev->parent && hdev->bus->resuming_ports);
}

/**
 * usb_offload_suspend - decide whether a USB device is kept active in the system sleep that is
 * under way
 * @udev: the device
 * @msg: the kind of sleep
 *
 * For the device's suspend, freeze or poweroff callback.
 *
 * Context: Process context. May sleep.
 * Return: true if it does; the caller then leaves it and its interfaces alone.
 */
bool usb_offload_suspend(struct usb_device *udev, pm_message_t msg)
{
	bool survives, is_kept_active;

	/* Most devices have nothing to do with offload: they do not get to look at properties. */
	survives = usb_offload_state_may_be_kept_active(&udev->offload) &&
		   offload_survives(udev, msg);
	is_kept_active = usb_offload_state_suspend(&udev->offload, survives,
						   device_may_wakeup(&udev->dev));
	if (is_kept_active && hub_has_news(udev))
		usb_offload_hub_changed(udev);

	return is_kept_active;
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_suspend);

/**
 * usb_offload_resume - should be called when the PM core resumes a USB device
 * @udev: the device
 *
 * For the device's resume, thaw or restore callback.
 *
 * Context: Process context. May sleep.
 * Return: true if it had been kept active; the caller then leaves it and its interfaces alone.
 */
bool usb_offload_resume(struct usb_device *udev)
{
	return usb_offload_state_resume(&udev->offload);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_resume);

/**
 * usb_offload_sleep_ended - should be called when the PM core has taken a USB device through a
 * system sleep
 * @udev: the device
 *
 * For the device's complete callback, which follows each prepare, whether the system slept or not.
 *
 * Context: Process context. May sleep.
 */
void usb_offload_sleep_ended(struct usb_device *udev)
{
	usb_offload_state_complete(&udev->offload);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_sleep_ended);

/**
 * usb_offload_needs_port_suspend - tell whether a USB 2 device has to be suspended by its port
 * @hdev: the hub that the device is on
 * @msg: the kind of sleep
 *
 * Where the whole bus is suspended, its devices follow, and their ports need not be suspended. On a
 * bus that stays active they do not.
 *
 * For the suspend callback of a device on that hub.
 *
 * Context: Process context. May sleep.
 * Return: true if the hub may come to be kept active.
 */
bool usb_offload_needs_port_suspend(struct usb_device *hdev, pm_message_t msg)
{
	return usb_offload_state_may_be_kept_active(&hdev->offload) && offload_survives(hdev, msg);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_needs_port_suspend);

/**
 * usb_offload_hub_changed - should be called when a hub reports a change of its ports
 * @hdev: the hub
 *
 * Ends a system sleep, or keeps it from being entered, if the hub goes on meanwhile and the user
 * lets it, or a device below it, wake the system.
 *
 * Context: Any context.
 */
void usb_offload_hub_changed(struct usb_device *hdev)
{
	if (usb_offload_state_is_kept_active(&hdev->offload) &&
	    (device_may_wakeup(&hdev->dev) || usb_offload_state_may_wake(&hdev->offload)))
		pm_system_wakeup();
}
