/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * USB offload usage: which devices another processor is streaming to.
 *
 * A class driver that lets another processor (an audio DSP) drive a device's endpoints says so
 * here, for as long as it streams. <linux/usb.h> includes this header.
 */
#ifndef __LINUX_USB_OFFLOAD_H
#define __LINUX_USB_OFFLOAD_H

#include <linux/spinlock_types.h>
#include <linux/types.h>

struct usb_device;

#ifdef CONFIG_USB_OFFLOAD

/**
 * struct usb_offload - a USB device's offload state; belongs to drivers/usb/core/offload.c
 * @lock: guards all fields but @parent. Taken with interrupts off; a device's lock may be held
 *	while its ancestors' locks are taken, one at a time, and never the other way round.
 * @parent: the state of the hub above, NULL for a root hub; fixed, and valid until @is_detached is
 *	set
 * @users: gets of this device not yet put
 * @users_below: gets of devices below this hub not yet put
 * @is_asleep: a system sleep transition of this device is under way
 * @is_detached: the device was disconnected: its users no longer count for the hubs above
 */
struct usb_offload {
	spinlock_t lock; /* guards all but @parent */
	struct usb_offload *parent;
	unsigned int users;
	unsigned int users_below;
	bool is_asleep;
	bool is_detached;
};

int usb_offload_get(struct usb_device *udev);
int usb_offload_put(struct usb_device *udev);
bool usb_offload_check(struct usb_device *udev);

#else

struct usb_offload {
};

/* As in mainline: a driver may say that it streams even where nobody keeps count. */
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

#endif /* CONFIG_USB_OFFLOAD */

#endif /* __LINUX_USB_OFFLOAD_H */
