/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xHCI sideband: ring memory and decisions, apart from locks and hardware.
 */
#ifndef __XHCI_SIDEBAND_RING_H
#define __XHCI_SIDEBAND_RING_H

#include <linux/scatterlist.h>

#include "xhci.h"

bool xhci_sideband_ring_is_new(const struct xhci_ring *ring);
void xhci_sideband_reset_ring(struct xhci_ring *ring, bool chain_links);
struct sg_table *xhci_sideband_describe_ring(struct device *dev, const struct xhci_ring *ring);
int xhci_sideband_pick_interrupter(struct xhci_interrupter *const *interrupters,
				   unsigned int num_interrupters, int intr_num);
int xhci_sideband_stop_result(int completion_code, unsigned int ep_state, unsigned int attempt,
			      bool is_at_rest);

/* How often, and how far apart, a Stop Endpoint command is tried. */
#define XHCI_SIDEBAND_STOP_ATTEMPTS	50
#define XHCI_SIDEBAND_STOP_RETRY_US	2000

#endif /* __XHCI_SIDEBAND_RING_H */
