/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_INTERRUPTER_H
#define __SND_USB_OFFLOAD_INTERRUPTER_H

#include "memory.h"

struct offload_card;
struct xhci_sideband;

/**
 * struct offload_interrupter - a card's connection to its xHC, while a stream needs it
 * @sideband: through which the xHC driver lends endpoints; NULL while @users is 0
 * @number: the xHC's interrupter that the card's events go to
 * @event_ring: that interrupter's event ring, in the DSP's MMU
 * @is_lost: the event ring has ended under us; guarded by the card's rings_lock
 * @users: streams that hold it
 *
 * Guarded by the card's lock; @event_ring by its rings_lock, too, see lost.c.
 */
struct offload_interrupter {
	struct xhci_sideband *sideband;
	int number;
	struct offload_region event_ring;
	bool is_lost;
	unsigned int users;
};

int offload_interrupter_get(struct offload_card *card);
void offload_interrupter_put(struct offload_card *card);

#endif /* __SND_USB_OFFLOAD_INTERRUPTER_H */
