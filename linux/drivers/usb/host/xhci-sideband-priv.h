/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xHCI sideband: what its own files share. The rules and the locks are in xhci-sideband.c.
 */
#ifndef __XHCI_SIDEBAND_PRIV_H
#define __XHCI_SIDEBAND_PRIV_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/usb/xhci-sideband.h>

#include "xhci.h"

/* In place of a sideband: nobody may use the endpoint, or register for the device, any more. */
#define SIDEBAND_NOBODY	((struct xhci_sideband *)ERR_PTR(-ESHUTDOWN))

/**
 * struct xhci_sideband - what one USB device lends to another processor
 * @kref: the owner's reference, and one for each thread that tells the owner something
 * @xhci: the controller; fixed, its memory is held by a reference to its hcd
 * @intf: an interface of the device, which notify_client() is told; fixed, referenced
 * @type: what the sideband is for; fixed
 * @notify_client: tells the owner that something ends; fixed, may be NULL
 * @command: the one command that runs at a time; under @mutex. It is here, and not allocated when
 *	needed, so that an endpoint can always be given back.
 * @notify_mutex: held while notify_client() runs
 * @notifier: the task that runs notify_client(), NULL if none does; written under @notify_mutex,
 *	and compared with the current task without
 * @mutex: see the locking overview
 * @vdev: the device; under @mutex. NULL once the slot ended.
 * @ir: the interrupter that is lent; under @mutex, and changed under &struct xhci_hcd.lock, too.
 *	NULL if none is, or the controller ended.
 * @in_ctx: for the command that names @ir in the device's slot; under @mutex. It is there for as
 *	long as @ir is, so that the name can always be taken out again.
 * @eps: the endpoints that are lent, by index; under @mutex and &struct xhci_hcd.lock
 * @ending: the endpoints whose rings the controller no longer knows; under &struct xhci_hcd.lock
 * @node: in the controller's list; under &struct xhci_hcd.lock
 * @is_ending: the device slot ends, and no sideband follows this one; under &struct xhci_hcd.lock
 * @is_unregistered: the owner wants to hear no more; under &struct xhci_hcd.lock, read also under
 *	@notify_mutex
 */
struct xhci_sideband {
	struct kref kref;
	struct xhci_hcd *xhci;
	struct usb_interface *intf;
	enum xhci_sideband_type type;
	int (*notify_client)(struct usb_interface *intf, struct xhci_sideband_event *evt);
	struct xhci_command *command;
	struct mutex notify_mutex;	/* see above */
	struct task_struct *notifier;
	struct mutex mutex;		/* see above */
	struct xhci_virt_device *vdev;
	struct xhci_interrupter *ir;
	struct xhci_container_ctx *in_ctx;
	struct xhci_virt_ep *eps[EP_CTX_PER_DEV];
	DECLARE_BITMAP(ending, EP_CTX_PER_DEV);
	struct list_head node;
	bool is_ending;
	bool is_unregistered;
};

void xhci_sideband_put(struct xhci_sideband *sb);
void xhci_sideband_forget_interrupter(struct xhci_sideband *sb);
void xhci_sideband_end_loan(struct xhci_sideband *sb, struct xhci_virt_ep *ep,
			    struct xhci_sideband *heir);

int xhci_sideband_stop_ep(struct xhci_sideband *sb, struct xhci_virt_ep *ep);
int xhci_sideband_renew_ep(struct xhci_sideband *sb, struct xhci_virt_ep *ep);
int xhci_sideband_target_events(struct xhci_sideband *sb, unsigned int target);

#endif /* __XHCI_SIDEBAND_PRIV_H */
