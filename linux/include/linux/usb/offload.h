/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * USB offload usage: which devices another processor is streaming to.
 *
 * A class driver that lets another processor (an audio DSP) drive a device's endpoints says so
 * here, for as long as it streams. <linux/usb.h> includes this header.
 */
#ifndef __LINUX_USB_OFFLOAD_H
#define __LINUX_USB_OFFLOAD_H

#include <linux/pm.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

struct usb_device;
struct usb_hcd;

#ifdef CONFIG_USB_OFFLOAD

/**
 * enum usb_offload_sleep - the state of a USB device in a system sleep
 * @USB_OFFLOAD_AWAKE: there is none; the only state in which a use can begin
 * @USB_OFFLOAD_PREPARED: it has begun and is not decided, or it is ending
 * @USB_OFFLOAD_ACTIVE: decided: the device is kept active
 * @USB_OFFLOAD_SUSPENDED: decided: the device suspends as it would without offload
 */
enum usb_offload_sleep {
	USB_OFFLOAD_AWAKE,
	USB_OFFLOAD_PREPARED,
	USB_OFFLOAD_ACTIVE,
	USB_OFFLOAD_SUSPENDED,
};

/**
 * struct usb_offload - the offload state of a USB device, or the one that the buses of a host
 * controller share; belongs to drivers/usb/core/offload-state.c
 * @lock: guards all fields but @parent, @is_controller and @wake_irq. Taken with interrupts off; a
 *	device's lock may be held while its ancestors' locks are taken, one at a time, and never the
 *	other way round.
 * @parent: the state of the hub above, or, for a root hub, of the controller, which is in its
 *	primary &struct usb_hcd; fixed, and valid until @is_detached is set. NULL for a controller.
 * @users: gets of this device not yet put
 * @users_below: gets of devices below this hub not yet put
 * @children_active: devices on this hub's ports whose state is USB_OFFLOAD_ACTIVE
 * @sleep: the state of the device in a system sleep
 * @may_child_wake: in a sleep: a device below this hub may wake the system
 * @is_detached: the device was disconnected: it no longer counts for the hubs above
 * @is_pm_locked: usb_offload_set_pm_locked() has said so
 * @is_controller: this is a controller's, not a device's; fixed
 * @wake_irq: controller: its interrupt while it is armed to wake the system, else 0;
 *	belongs to the controller's suspend and resume callbacks, which exclude each other
 */
struct usb_offload {
	spinlock_t lock; /* guards all but @parent, @is_controller and @wake_irq */
	struct usb_offload *parent;
	unsigned int users;
	unsigned int users_below;
	unsigned int children_active;
	enum usb_offload_sleep sleep;
	bool may_child_wake;
	bool is_detached;
	bool is_pm_locked;
	bool is_controller;
	unsigned int wake_irq;
};

int usb_offload_get(struct usb_device *udev);
int usb_offload_put(struct usb_device *udev);
bool usb_offload_check(struct usb_device *udev);
void usb_offload_set_pm_locked(struct usb_device *udev, bool locked);
bool usb_offload_is_kept_active(struct usb_device *udev);
bool usb_offload_survives_suspend(struct usb_device *udev);

bool usb_hcd_is_kept_active(struct usb_hcd *hcd);
bool usb_offload_hcd_suspend(struct usb_hcd *hcd, unsigned int irq);
bool usb_offload_hcd_resume(struct usb_hcd *hcd, pm_message_t *msg);

#else

struct usb_offload {
};

/* As in mainline: a driver may say that it streams even where uses are not counted. */
static inline int usb_offload_get(struct usb_device *udev)
{
	return 0;
}

static inline int usb_offload_put(struct usb_device *udev)
{
	return 0;
}

static inline bool usb_offload_check(struct usb_device *udev)
{
	return false;
}

static inline void usb_offload_set_pm_locked(struct usb_device *udev, bool locked)
{
}

static inline bool usb_offload_is_kept_active(struct usb_device *udev)
{
	return false;
}

static inline bool usb_offload_survives_suspend(struct usb_device *udev)
{
	return false;
}

static inline bool usb_hcd_is_kept_active(struct usb_hcd *hcd)
{
	return false;
}

static inline bool usb_offload_hcd_suspend(struct usb_hcd *hcd, unsigned int irq)
{
	return false;
}

static inline bool usb_offload_hcd_resume(struct usb_hcd *hcd, pm_message_t *msg)
{
	return false;
}

#endif /* CONFIG_USB_OFFLOAD */

#endif /* __LINUX_USB_OFFLOAD_H */
