/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xHCI sideband: declarations for its own files. The rules and the locks are in xhci-sideband.c.
 */
#ifndef __XHCI_SIDEBAND_PRIV_H
#define __XHCI_SIDEBAND_PRIV_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/pm.h>
#include <linux/usb/xhci-sideband.h>
#include <linux/wait.h>

#include "xhci.h"

/* In place of a sideband: the endpoint is disabled, or no sideband can be registered any more. */
#define SIDEBAND_DISABLED	((struct xhci_sideband *)ERR_PTR(-ESHUTDOWN))

/**
 * struct xhci_sideband - the endpoints and the interrupter of a USB device for another processor
 * @kref: the owner's reference, and one for each thread that tells the owner something
 * @xhci: the controller; fixed, its memory is held by a reference to its hcd
 * @intf: an interface of the device, which notify_client() is told; fixed, referenced
 * @type: the use of the sideband; fixed
 * @notify_client: tells an owner that registered as in mainline that a ring ends; fixed, may be
 *	NULL
 * @ops: tell any other owner that something ends; fixed, NULL for the former
 * @owner: first argument of @ops; fixed
 * @command: the one command that runs at a time; under @mutex. It is here, and not allocated when
 *	needed, so that an endpoint can always be given back.
 * @notify_mutex: held while the owner is told something; orders the threads that do
 * @notifier: the task that tells the owner something, NULL if none does; under
 *	&struct xhci_hcd.lock
 * @notified: woken when @notifier has become NULL
 * @mutex: see the locking overview
 * @vdev: the device; changed under @mutex and &struct xhci_hcd.lock. NULL while it has no slot.
 * @ir: the interrupter that is offloaded; under @mutex, and changed under &struct xhci_hcd.lock,
 *	too. NULL if none is, or the controller ended.
 * @in_ctx: for the command that names @ir in the device's slot; under @mutex. It is there for as
 *	long as @ir is, so that the name can always be taken out again.
 * @eps: the endpoints that are offloaded, by index; under @mutex and &struct xhci_hcd.lock
 * @node: in the controller's list; under &struct xhci_hcd.lock
 * @is_ending: the device slot ends, and no sideband follows this one in it; under
 *	&struct xhci_hcd.lock
 * @is_unregistered: the owner has unregistered, and is told no more; under &struct xhci_hcd.lock
 */
struct xhci_sideband {
	struct kref kref;
	struct xhci_hcd *xhci;
	struct usb_interface *intf;
	enum xhci_sideband_type type;
	int (*notify_client)(struct usb_interface *intf, struct xhci_sideband_event *evt);
	const struct xhci_sideband_ops *ops;
	void *owner;
	struct xhci_command *command;
	struct mutex notify_mutex;	/* see above */
	struct task_struct *notifier;
	wait_queue_head_t notified;
	struct mutex mutex;		/* see above */
	struct xhci_virt_device *vdev;
	struct xhci_interrupter *ir;
	struct xhci_container_ctx *in_ctx;
	struct xhci_virt_ep *eps[EP_CTX_PER_DEV];
	struct list_head node;
	bool is_ending;
	bool is_unregistered;
};

/**
 * enum xhci_sideband_ending - an end of which a sideband's owner is told
 * @XHCI_SIDEBAND_RING_ENDS: the transfer ring of one endpoint
 * @XHCI_SIDEBAND_DEVICE_ENDS: all that the device offloads
 */
enum xhci_sideband_ending {
	XHCI_SIDEBAND_RING_ENDS,
	XHCI_SIDEBAND_DEVICE_ENDS,
};

/* Runtime PM resumes a device, and resets it if need be, without the device lock. */
#ifdef CONFIG_PM
static inline bool sideband_is_runtime_resuming(struct usb_device *udev)
{
	return READ_ONCE(udev->dev.power.runtime_status) == RPM_RESUMING;
}
#else
static inline bool sideband_is_runtime_resuming(struct usb_device *udev)
{
	return false;
}
#endif

void xhci_sideband_put(struct xhci_sideband *sb);
void xhci_sideband_forget_interrupter(struct xhci_sideband *sb);
void xhci_sideband_end_offload(struct xhci_sideband *sb, struct xhci_virt_ep *ep,
			       struct xhci_sideband *next);
bool xhci_sideband_is_dropped(struct xhci_sideband *sb, struct xhci_virt_ep *ep);
int xhci_sideband_update_event_target(struct xhci_sideband *sb);
void xhci_sideband_clear_event_target(struct xhci_sideband *sb);
bool xhci_sideband_attach_to_slot(struct xhci_sideband *sb);
bool xhci_sideband_find_slot(struct xhci_sideband *sb);

void xhci_sideband_take_back_endpoint(struct xhci_sideband *sb, struct xhci_virt_ep *ep);
void xhci_sideband_take_back_interrupter(struct xhci_sideband *sb);

void xhci_sideband_notify(struct xhci_sideband *sb, enum xhci_sideband_ending what,
			  unsigned int ep_index);
void xhci_sideband_wait_for_callbacks(struct xhci_sideband *sb);

int xhci_sideband_stop_ep(struct xhci_virt_ep *ep, struct xhci_command *command);
int xhci_sideband_reset_ep_ring(struct xhci_virt_ep *ep, struct xhci_command *command);
int xhci_sideband_reclaim_ep(struct xhci_virt_ep *ep, struct xhci_command *command);
int xhci_sideband_target_events(struct xhci_sideband *sb, unsigned int target);

#endif /* __XHCI_SIDEBAND_PRIV_H */
