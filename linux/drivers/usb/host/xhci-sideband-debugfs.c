// SPDX-License-Identifier: GPL-2.0-only
/*
 * The offloaded endpoints and interrupters of a controller, for people and for tests.
 *
 * /sys/kernel/debug/usb/xhci/<controller>/sidebands has one line for each sideband, and none when
 * nothing is offloaded:
 *
 *	<device> slot <number> interrupter <number> endpoint <address> ...
 *
 * The controller's directory goes with all that is in it, so nothing is removed here.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "xhci-sideband-priv.h"

/* xHCI 4.5.1: an endpoint's index is twice its number, plus one for IN, less one. */
static unsigned int endpoint_address(unsigned int ep_index)
{
	unsigned int number = (ep_index + 1) / 2;

	return number | (ep_index % 2 ? USB_DIR_OUT : USB_DIR_IN);
}

static void show_sideband(struct seq_file *file, const struct xhci_sideband *sb)
{
	struct usb_device *udev = interface_to_usbdev(sb->intf);
	unsigned int i;

	lockdep_assert_held(&sb->xhci->lock);

	seq_printf(file, "%s slot %d", dev_name(&udev->dev), sb->vdev ? sb->vdev->slot_id : 0);
	if (sb->ir)
		seq_printf(file, " interrupter %u", sb->ir->intr_num);
	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i])
			seq_printf(file, " endpoint 0x%02x", endpoint_address(i));
	}
	seq_putc(file, '\n');
}

static int sidebands_show(struct seq_file *file, void *unused)
{
	struct xhci_hcd *xhci = file->private;
	struct xhci_sideband *sb;

	spin_lock_irq(&xhci->lock);
	list_for_each_entry(sb, &xhci->sideband_host.sidebands, node)
		show_sideband(file, sb);
	spin_unlock_irq(&xhci->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sidebands);

/**
 * xhci_sideband_debugfs_create - show what a controller offloads
 * @xhci: the controller; its own directory is there already
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_debugfs_create(struct xhci_hcd *xhci)
{
	debugfs_create_file("sidebands", 0400, xhci->debugfs_root, xhci, &sidebands_fops);
}
