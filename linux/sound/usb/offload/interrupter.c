// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card's connection to its xHC: the sideband, and the interrupter whose event ring the DSP
 * reads.
 *
 * All streams of a card share one interrupter: xHCI allows any endpoint to report to any, and
 * their number is small. The first stream takes it and the last one gives it back, so an idle
 * card holds nothing. It says nothing about power: that is for usb_offload_get() in stream.c.
 */
#include <linux/errno.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/xhci-sideband.h>

#include "../usbaudio.h"

#include "card.h"
#include "lost.h"
#include "service.h"

/*
 * One segment of 256 events. The DSP keeps far fewer transfers in flight than that, and a full
 * event ring costs events, not memory safety (xHCI 4.9.4).
 */
#define EVENT_RING_SEGMENTS	1

/*
 * The sideband's functions that return a pointer do not say why they return none. Our own use of
 * them is right, so that leaves a device or controller that has just gone, and no memory.
 */
static int reason_of_null(const struct offload_card *card)
{
	return card->udev->state == USB_STATE_NOTATTACHED ? -EIO : -ENOMEM;
}

static int map_event_ring(struct offload_card *card)
{
	struct snd_usb_offload_service *service = card->service;
	struct offload_region region;
	struct sg_table *sgt;
	int ret;

	sgt = xhci_sideband_get_event_buffer(card->interrupter.sideband);
	if (!sgt)
		return reason_of_null(card);

	ret = offload_region_map(&region, service->dsp.dev, sgt, sg_dma_address(sgt->sgl),
				 &service->held);
	if (ret < 0)
		return ret;
	return offload_region_publish(card, &card->interrupter.event_ring, &region,
				      &card->interrupter.is_lost);
}

/**
 * offload_interrupter_get() - take the card's interrupter for one more stream
 * @card: the card
 *
 * Context: may sleep. @card->lock is held and the card is not gone.
 * Return: 0, -EIO if the device or its controller has just gone, -ENOMEM, or what setting up or
 * mapping the interrupter returned. Nothing is held then.
 */
int offload_interrupter_get(struct offload_card *card)
{
	struct offload_interrupter *interrupter = &card->interrupter;
	int ret;

	lockdep_assert_held(&card->lock);

	if (interrupter->users) {
		interrupter->users++;
		return 0;
	}

	scoped_guard(spinlock, &card->rings_lock)
		interrupter->is_lost = false;

	interrupter->sideband = xhci_sideband_register_owner(card->chip->intf[0],
							     XHCI_SIDEBAND_AUDIO,
							     &offload_lost_ops, card);
	if (!interrupter->sideband)
		return reason_of_null(card);

	/* The DSP looks at its event ring when it likes: no moderation, no interrupt to Linux. */
	ret = xhci_sideband_create_interrupter(interrupter->sideband, EVENT_RING_SEGMENTS, true,
					       0, 0);
	if (ret < 0)
		goto err_unregister;
	interrupter->number = xhci_sideband_interrupter_id(interrupter->sideband);

	ret = map_event_ring(card);
	if (ret < 0)
		goto err_remove_interrupter;

	offload_held_add(&card->service->held, OFFLOAD_HELD_INTERRUPTERS, 1);
	interrupter->users = 1;
	dev_dbg(&card->dev, "created interrupter %d\n", interrupter->number);
	return 0;

err_remove_interrupter:
	xhci_sideband_remove_interrupter(interrupter->sideband);
err_unregister:
	xhci_sideband_unregister(interrupter->sideband);
	interrupter->sideband = NULL;
	return ret;
}

/**
 * offload_interrupter_put() - give the card's interrupter back
 * @card: the card
 *
 * Context: may sleep. @card->lock is held. The stream's endpoints have been stopped and given
 * back.
 */
void offload_interrupter_put(struct offload_card *card)
{
	struct offload_interrupter *interrupter = &card->interrupter;

	lockdep_assert_held(&card->lock);

	if (--interrupter->users)
		return;

	offload_region_retract(card, &interrupter->event_ring);
	xhci_sideband_remove_interrupter(interrupter->sideband);
	xhci_sideband_unregister(interrupter->sideband);
	interrupter->sideband = NULL;
	offload_held_sub(&card->service->held, OFFLOAD_HELD_INTERRUPTERS, 1);
	dev_dbg(&card->dev, "destroyed interrupter %d\n", interrupter->number);
}
