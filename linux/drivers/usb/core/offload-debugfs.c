// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB offload usage of all devices, for people and for tests.
 *
 * /sys/kernel/debug/usb/offload has one line for each USB device:
 *
 *	<device> users <uses> users_below <uses> children_active <devices> sleep <state>
 *
 * Each line is one device at one moment; two lines may be of different moments.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/usb.h>

#include "offload.h"

static const char *sleep_name(enum usb_offload_sleep sleep)
{
	switch (sleep) {
	case USB_OFFLOAD_AWAKE:
		return "awake";
	case USB_OFFLOAD_PREPARED:
		return "prepared";
	case USB_OFFLOAD_ACTIVE:
		return "active";
	case USB_OFFLOAD_SUSPENDED:
		return "suspended";
	}
	return "?";
}

static int show_device(struct usb_device *udev, void *data)
{
	struct seq_file *file = data;
	struct usb_offload_counts counts;

	usb_offload_state_read(&udev->offload, &counts);
	seq_printf(file, "%s users %u users_below %u children_active %u sleep %s\n",
		   dev_name(&udev->dev), counts.users, counts.users_below, counts.children_active,
		   sleep_name(counts.sleep));
	return 0;
}

static int offload_show(struct seq_file *file, void *unused)
{
	return usb_for_each_dev(file, show_device);
}
DEFINE_SHOW_ATTRIBUTE(offload);

/**
 * usb_offload_debugfs_init - show the offload usage of all devices
 *
 * For the USB core's init, before there are devices.
 *
 * Context: Process context. May sleep.
 */
void usb_offload_debugfs_init(void)
{
	debugfs_create_file("offload", 0400, usb_debug_root, NULL, &offload_fops);
}

/**
 * usb_offload_debugfs_cleanup - undo usb_offload_debugfs_init()
 *
 * For the USB core's exit. Nobody reads the file any more when this returns.
 *
 * Context: Process context. May sleep.
 */
void usb_offload_debugfs_cleanup(void)
{
	debugfs_lookup_and_remove("offload", usb_debug_root);
}
