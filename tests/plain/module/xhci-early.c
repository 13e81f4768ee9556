// SPDX-License-Identifier: GPL-2.0-only
/*
 * xhci-early: one correction of 6.12's xHCI driver, for a kernel that is otherwise as it is.
 *
 * When a controller is initialised anew after a sleep, 6.12 gives each device a new slot and then
 * resets its endpoint 0. For a full speed device it evaluates the context of that slot, which has
 * none before Address Device (xHCI 1.2, 4.6.7). QEMU's controller takes the context that the slot
 * had before, and writes to memory that may be somebody else's by then; so it is chance whether all
 * devices survive the sleep. Ours leaves that command out (the hook of xhci.c). With this module any
 * kernel does, so that all else can be compared.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include "xhci.h"

#define LINK_REGISTER	30

static unsigned int left_out;
module_param(left_out, uint, 0444);
MODULE_PARM_DESC(left_out, "how many commands were left out");

static bool is_early(struct usb_hcd *hcd, struct usb_host_endpoint *endpoint)
{
	struct xhci_virt_device *virt_dev;
	struct xhci_slot_ctx *slot;
	struct usb_device *udev;

	if (!usb_endpoint_xfer_control(&endpoint->desc) || usb_endpoint_num(&endpoint->desc))
		return false;
	udev = container_of(endpoint, struct usb_device, ep0);
	if (udev->speed != USB_SPEED_FULL || !udev->slot_id)
		return false;
	virt_dev = hcd_to_xhci(hcd)->devs[udev->slot_id];
	if (!virt_dev || virt_dev->udev != udev)
		return false;
	/* A device context begins with that of its slot. */
	slot = (struct xhci_slot_ctx *)virt_dev->out_ctx->bytes;

	return GET_SLOT_STATE(le32_to_cpu(slot->dev_state)) == SLOT_STATE_DISABLED;
}

/* At the function's first instruction: to return from it, go to where it would return to. */
static int skip_if_early(struct kprobe *probe, struct pt_regs *regs)
{
	if (!is_early((struct usb_hcd *)regs->regs[0], (struct usb_host_endpoint *)regs->regs[1]))
		return 0;
	left_out++;
	instruction_pointer_set(regs, regs->regs[LINK_REGISTER]);

	return 1;
}

static struct kprobe probe = {
	.symbol_name = "xhci_endpoint_reset",
	.pre_handler = skip_if_early,
};

static int __init xhci_early_init(void)
{
	return register_kprobe(&probe);
}

static void __exit xhci_early_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(xhci_early_init);
module_exit(xhci_early_exit);

MODULE_DESCRIPTION("No Evaluate Context for a slot that has no context yet");
MODULE_LICENSE("GPL");
