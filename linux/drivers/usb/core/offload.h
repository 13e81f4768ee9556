/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * USB offload usage, as the USB core sees it: where a device's life touches its offload state.
 */
#ifndef __USB_CORE_OFFLOAD_H
#define __USB_CORE_OFFLOAD_H

#include <linux/usb.h>

#ifdef CONFIG_USB_OFFLOAD

void usb_offload_init_device(struct usb_device *udev, struct usb_device *parent);
void usb_offload_release_device(struct usb_device *udev);
void usb_offload_device_disconnected(struct usb_device *udev);
void usb_offload_sleep_begins(struct usb_device *udev);
void usb_offload_sleep_ended(struct usb_device *udev);

/* The state machine without a device around it, for its KUnit test. */
#if IS_ENABLED(CONFIG_KUNIT)
void usb_offload_state_init(struct usb_offload *offload, struct usb_offload *parent);
int usb_offload_state_get(struct usb_offload *offload, bool is_active);
bool usb_offload_state_put(struct usb_offload *offload);
void usb_offload_state_detach(struct usb_offload *offload);
void usb_offload_state_set_asleep(struct usb_offload *offload, bool is_asleep);
bool usb_offload_state_in_use(struct usb_offload *offload);
#endif

#else

static inline void usb_offload_init_device(struct usb_device *udev, struct usb_device *parent) { }
static inline void usb_offload_release_device(struct usb_device *udev) { }
static inline void usb_offload_device_disconnected(struct usb_device *udev) { }
static inline void usb_offload_sleep_begins(struct usb_device *udev) { }
static inline void usb_offload_sleep_ended(struct usb_device *udev) { }

#endif /* CONFIG_USB_OFFLOAD */

#endif /* __USB_CORE_OFFLOAD_H */
