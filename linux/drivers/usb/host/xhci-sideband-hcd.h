/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xHCI sideband, as the rest of the xHCI driver sees it: the events of a controller, a slot or a
 * ring that matter to offloaded endpoints. xhci.h includes this header.
 *
 * struct xhci_virt_ep.sideband is the sideband that has an endpoint. It is NULL for an endpoint
 * that is Linux's own, and an error pointer while the endpoint is disabled because its ring cannot
 * be used; see xhci-sideband.c.
 */
#ifndef __XHCI_SIDEBAND_HOOKS_H
#define __XHCI_SIDEBAND_HOOKS_H

#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct xhci_hcd;
struct xhci_interrupter;
struct xhci_virt_device;
struct xhci_virt_ep;

#ifdef CONFIG_USB_XHCI_SIDEBAND

/* More than there can be: HCSPARAMS1 has 11 bits for their number. */
#define XHCI_SIDEBAND_MAX_INTERRUPTERS	2048

/**
 * struct xhci_sideband_host - the sidebands of a controller
 * @sidebands: the registered ones; under &struct xhci_hcd.lock
 * @died_work: tells those owners that want to know that the controller died, from a context in
 *	which they may sleep
 * @slot_mutex: held by threads that change the slot context of a device, from reading it to the end
 *	of the command, so that no change is lost; innermost of the mutexes
 * @num_commands: commands of the sideband that the controller has not answered; under
 *	&struct xhci_hcd.lock
 * @commands_done: woken when @num_commands has come to 0
 * @is_suspended: the registers are not to be touched, from just before the driver suspends the
 *	controller until it has restored them; under &struct xhci_hcd.lock
 * @is_ending: all memory of the controller is about to be freed; under &struct xhci_hcd.lock
 * @stale: interrupters that went while their registers could not be touched, and so still point to
 *	their event rings; under &struct xhci_hcd.lock
 */
struct xhci_sideband_host {
	struct list_head sidebands;
	struct work_struct died_work;
	struct mutex slot_mutex;	/* see above */
	unsigned int num_commands;
	wait_queue_head_t commands_done;
	bool is_suspended;
	bool is_ending;
	DECLARE_BITMAP(stale, XHCI_SIDEBAND_MAX_INTERRUPTERS);
};

/**
 * struct xhci_sideband_ep - the state of an endpoint, beside its sideband
 * @is_dropped: the controller is about to forget the endpoint's ring, or has forgotten it; it may
 *	know another one by the same name. Nothing is said to the controller about the endpoint
 *	then, and it is not offloaded. Under &struct xhci_hcd.lock.
 * @is_at_rest: the last Stop Endpoint command found or left it stopped, and since then it was not
 *	offloaded again. Written by the threads that stop or offload the endpoint, one at a time.
 */
struct xhci_sideband_ep {
	bool is_dropped;
	bool is_at_rest;
};

void xhci_sideband_host_init(struct xhci_hcd *xhci);
void xhci_sideband_debugfs_create(struct xhci_hcd *xhci);
void xhci_sideband_host_died(struct xhci_hcd *xhci);
void xhci_sideband_host_suspends(struct xhci_hcd *xhci);
void xhci_sideband_host_resumed(struct xhci_hcd *xhci);
void xhci_sideband_host_ends(struct xhci_hcd *xhci);
bool xhci_sideband_may_touch_interrupters(struct xhci_hcd *xhci);
bool xhci_sideband_leave_interrupter(struct xhci_hcd *xhci, const struct xhci_interrupter *ir);
void xhci_sideband_slot_ends(struct xhci_hcd *xhci, unsigned int slot_id);
void xhci_sideband_endpoint_drops(struct xhci_virt_ep *ep);
void xhci_sideband_drops_undone(struct xhci_virt_device *vdev);
void xhci_sideband_endpoint_resets(struct xhci_virt_ep *ep);
void xhci_sideband_ring_ends(struct xhci_virt_ep *ep);
void xhci_sideband_ring_ended(struct xhci_virt_ep *ep);
void xhci_sideband_lock_slots(struct xhci_hcd *xhci);
void xhci_sideband_unlock_slots(struct xhci_hcd *xhci);
int xhci_stop_endpoint_sync(struct xhci_hcd *xhci, struct xhci_virt_ep *ep, int suspend,
			    gfp_t gfp_flags);

#else

struct xhci_sideband_host {
};

struct xhci_sideband_ep {
};

static inline void xhci_sideband_host_init(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_debugfs_create(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_host_died(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_host_suspends(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_host_resumed(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_host_ends(struct xhci_hcd *xhci) { }

static inline bool xhci_sideband_may_touch_interrupters(struct xhci_hcd *xhci)
{
	return true;
}

static inline bool xhci_sideband_leave_interrupter(struct xhci_hcd *xhci,
						   const struct xhci_interrupter *ir)
{
	return false;
}

static inline void xhci_sideband_slot_ends(struct xhci_hcd *xhci, unsigned int slot_id) { }
static inline void xhci_sideband_endpoint_drops(struct xhci_virt_ep *ep) { }
static inline void xhci_sideband_drops_undone(struct xhci_virt_device *vdev) { }
static inline void xhci_sideband_endpoint_resets(struct xhci_virt_ep *ep) { }
static inline void xhci_sideband_ring_ends(struct xhci_virt_ep *ep) { }
static inline void xhci_sideband_ring_ended(struct xhci_virt_ep *ep) { }
static inline void xhci_sideband_lock_slots(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_unlock_slots(struct xhci_hcd *xhci) { }

#endif /* CONFIG_USB_XHCI_SIDEBAND */

/* guard(xhci_sideband_slots)(xhci): no slot context of the controller is changed by others. */
DEFINE_GUARD(xhci_sideband_slots, struct xhci_hcd *, xhci_sideband_lock_slots(_T),
	     xhci_sideband_unlock_slots(_T))

#endif /* __XHCI_SIDEBAND_HOOKS_H */
