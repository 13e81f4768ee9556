/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_LOST_H
#define __SND_USB_OFFLOAD_LOST_H

#include <linux/types.h>

struct offload_card;
struct offload_region;
struct work_struct;
struct xhci_sideband_ops;

int offload_region_publish(struct offload_card *card, struct offload_region *where,
			   const struct offload_region *region, const bool *is_lost);
void offload_region_retract(struct offload_card *card, struct offload_region *where);
struct offload_region offload_region_read(struct offload_card *card,
					  const struct offload_region *where);

extern const struct xhci_sideband_ops offload_lost_ops;
void offload_lost_work(struct work_struct *work);

#endif /* __SND_USB_OFFLOAD_LOST_H */
