/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xHCI sideband, as the rest of the xHCI driver sees it: the places where a controller's, a slot's
 * or a ring's life touches what is lent to another processor. xhci.h includes this header.
 *
 * struct xhci_virt_ep.sideband says who an endpoint is lent to. It is NULL for an endpoint that is
 * Linux's own, and an error pointer while the endpoint belongs to nobody because its ring cannot
 * be used; see xhci-sideband.c.
 */
#ifndef __XHCI_SIDEBAND_HOOKS_H
#define __XHCI_SIDEBAND_HOOKS_H

#include <linux/list.h>
#include <linux/workqueue.h>

struct xhci_hcd;
struct xhci_virt_ep;

#ifdef CONFIG_USB_XHCI_SIDEBAND

/**
 * struct xhci_sideband_host - what a controller knows of its sidebands
 * @sidebands: the registered ones; under &struct xhci_hcd.lock
 * @died_work: tells their owners that the controller died, from a context in which they may sleep
 */
struct xhci_sideband_host {
	struct list_head sidebands;
	struct work_struct died_work;
};

void xhci_sideband_host_init(struct xhci_hcd *xhci);
void xhci_sideband_debugfs_create(struct xhci_hcd *xhci);
void xhci_sideband_host_died(struct xhci_hcd *xhci);
void xhci_sideband_host_ends(struct xhci_hcd *xhci);
void xhci_sideband_slot_ends(struct xhci_hcd *xhci, unsigned int slot_id);
void xhci_sideband_endpoint_drops(struct xhci_virt_ep *ep);
void xhci_sideband_ring_ends(struct xhci_virt_ep *ep);
void xhci_sideband_ring_ended(struct xhci_virt_ep *ep);

#else

struct xhci_sideband_host {
};

static inline void xhci_sideband_host_init(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_debugfs_create(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_host_died(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_host_ends(struct xhci_hcd *xhci) { }
static inline void xhci_sideband_slot_ends(struct xhci_hcd *xhci, unsigned int slot_id) { }
static inline void xhci_sideband_endpoint_drops(struct xhci_virt_ep *ep) { }
static inline void xhci_sideband_ring_ends(struct xhci_virt_ep *ep) { }
static inline void xhci_sideband_ring_ended(struct xhci_virt_ep *ep) { }

#endif /* CONFIG_USB_XHCI_SIDEBAND */

#endif /* __XHCI_SIDEBAND_HOOKS_H */
