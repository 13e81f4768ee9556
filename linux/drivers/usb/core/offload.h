/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * USB offload usage, for the rest of the USB core: the events of a device that change its offload
 * state.
 */
#ifndef __USB_CORE_OFFLOAD_H
#define __USB_CORE_OFFLOAD_H

#include <linux/pm.h>
#include <linux/usb.h>

struct pci_dev;

#ifdef CONFIG_USB_OFFLOAD

void usb_offload_init_hcd(struct usb_hcd *hcd);
struct usb_offload *usb_offload_controller(struct usb_hcd *hcd);
void usb_offload_init_device(struct usb_device *udev, struct usb_device *parent);
void usb_offload_release_device(struct usb_device *udev);
void usb_offload_device_disconnected(struct usb_device *udev);
void usb_offload_sleep_begins(struct usb_device *udev);
bool usb_offload_pci_kept_config(struct pci_dev *pci);
bool usb_offload_suspend(struct usb_device *udev, pm_message_t msg);
bool usb_offload_resume(struct usb_device *udev);
void usb_offload_sleep_ended(struct usb_device *udev);
bool usb_offload_needs_port_suspend(struct usb_device *hdev, pm_message_t msg);
void usb_offload_hub_changed(struct usb_device *hdev);

void usb_offload_debugfs_init(void);
void usb_offload_debugfs_cleanup(void);

/**
 * struct usb_offload_counts - the values of a state at one moment, for people
 * @users: gets of the device not yet put
 * @users_below: gets of devices below this hub not yet put
 * @children_active: devices on this hub's ports that are kept active in a system sleep
 * @sleep: the state of the device in a system sleep
 */
struct usb_offload_counts {
	unsigned int users;
	unsigned int users_below;
	unsigned int children_active;
	enum usb_offload_sleep sleep;
};

/* The state machine without a device around it: offload-state.c */
void usb_offload_state_init(struct usb_offload *offload, struct usb_offload *parent);
void usb_offload_state_init_controller(struct usb_offload *offload);
int usb_offload_state_get(struct usb_offload *offload, bool is_active);
bool usb_offload_state_put(struct usb_offload *offload);
void usb_offload_state_set_pm_locked(struct usb_offload *offload, bool is_locked);
void usb_offload_state_detach(struct usb_offload *offload);
void usb_offload_state_prepare(struct usb_offload *offload);
bool usb_offload_state_suspend(struct usb_offload *offload, bool survives, bool may_wake);
bool usb_offload_state_resume(struct usb_offload *offload);
void usb_offload_state_complete(struct usb_offload *offload);
bool usb_offload_state_is_kept_active(struct usb_offload *offload);
bool usb_offload_state_in_use(struct usb_offload *offload);
bool usb_offload_state_may_be_kept_active(struct usb_offload *offload);
bool usb_offload_state_has_active_child(struct usb_offload *offload);
bool usb_offload_state_may_wake(struct usb_offload *offload);
void usb_offload_state_read(struct usb_offload *offload, struct usb_offload_counts *counts);

#else

static inline void usb_offload_init_hcd(struct usb_hcd *hcd) { }
static inline void usb_offload_init_device(struct usb_device *udev, struct usb_device *parent) { }
static inline void usb_offload_release_device(struct usb_device *udev) { }
static inline void usb_offload_device_disconnected(struct usb_device *udev) { }
static inline void usb_offload_sleep_begins(struct usb_device *udev) { }
static inline void usb_offload_sleep_ended(struct usb_device *udev) { }
static inline void usb_offload_hub_changed(struct usb_device *hdev) { }
static inline void usb_offload_debugfs_init(void) { }
static inline void usb_offload_debugfs_cleanup(void) { }

static inline bool usb_offload_pci_kept_config(struct pci_dev *pci)
{
	return false;
}

static inline bool usb_offload_suspend(struct usb_device *udev, pm_message_t msg)
{
	return false;
}

static inline bool usb_offload_resume(struct usb_device *udev)
{
	return false;
}

static inline bool usb_offload_needs_port_suspend(struct usb_device *hdev, pm_message_t msg)
{
	return false;
}

#endif /* CONFIG_USB_OFFLOAD */

#endif /* __USB_CORE_OFFLOAD_H */
