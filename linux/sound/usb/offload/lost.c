// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings that end while they are lent: another driver's usb_set_interface(), a dead controller.
 *
 * The xHC's driver says so before it frees the memory, from inside its own locks, and the DSP
 * must not reach the ring when we return. We cannot take the card's lock there: a stream that is
 * being started holds it and may wait for the very locks of USB that the notification comes
 * under. So:
 *
 *  - A ring's mapping is published in its place (a stream or the card's interrupter) and taken
 *    out of it under card->rings_lock, a spinlock at the bottom of the lock order. Who takes it
 *    out unmaps it, once.
 *  - The notification marks the stream as lost and takes the mapping out. A mapping that is being
 *    made at that moment is not published any more, and the DSP has never heard of it.
 *  - The rest of the stream is released by a work item, which may take the card's lock.
 *
 * A DSP that is writing into the ring gets a fault from its MMU. That is the point: what we
 * prevent is that it, or the xHC on its behalf, writes into memory that belongs to somebody else.
 *
 * In an orderly disconnect or reset none of this happens: snd-usb-audio is unbound before the
 * rings end.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/spinlock.h>
#include <linux/usb.h>
#include <linux/usb/xhci-sideband.h>

#include <lullaby/usb_audio_stream.h>

#include "card.h"
#include "indication.h"
#include "lost.h"
#include "service.h"
#include "stream.h"

/**
 * offload_region_publish() - put a ring's mapping in its place
 * @card: the card
 * @where: its place
 * @region: the mapping; unmapped if this fails
 * @is_lost: in the object around @where: its ring has ended
 *
 * Context: may sleep. @card->lock is held.
 * Return: 0, or -EIO if the ring has ended meanwhile.
 */
int offload_region_publish(struct offload_card *card, struct offload_region *where,
			   const struct offload_region *region, const bool *is_lost)
{
	struct offload_region unwanted;

	lockdep_assert_held(&card->lock);

	scoped_guard(spinlock, &card->rings_lock) {
		if (!*is_lost) {
			*where = *region;
			return 0;
		}
	}
	unwanted = *region;
	offload_region_unmap(&unwanted);
	return -EIO;
}

/**
 * offload_region_retract() - take a ring's mapping out of its place and unmap it
 * @card: the card
 * @where: its place; nothing happens if it is empty
 *
 * Context: may sleep. Any lock above @card->rings_lock may be held.
 */
void offload_region_retract(struct offload_card *card, struct offload_region *where)
{
	struct offload_region region;

	scoped_guard(spinlock, &card->rings_lock) {
		region = *where;
		*where = (struct offload_region) { };
	}
	offload_region_unmap(&region);
}

/**
 * offload_region_read() - look at a ring's mapping
 * @card: the card
 * @where: its place
 *
 * Context: any but interrupt. @card->lock is held.
 * Return: what is there at this moment.
 */
struct offload_region offload_region_read(struct offload_card *card,
					  const struct offload_region *where)
{
	struct offload_region region;

	spin_lock(&card->rings_lock);
	region = *where;
	spin_unlock(&card->rings_lock);
	return region;
}

/* xHCI 4.5.1: device context index less one, which is how the xHC's driver counts endpoints. */
static unsigned int endpoint_index(const struct usb_host_endpoint *ep)
{
	unsigned int number = usb_endpoint_num(&ep->desc);

	return 2 * number + usb_endpoint_dir_in(&ep->desc) - 1;
}

static bool is_endpoint(const struct usb_host_endpoint *ep, unsigned int index)
{
	return ep && endpoint_index(ep) == index;
}

static void lose_endpoint(struct offload_card *card, unsigned int ep_index)
{
	struct offload_region data_ring = { }, sync_ring = { };
	struct offload_stream *stream;

	scoped_guard(spinlock, &card->rings_lock) {
		list_for_each_entry(stream, &card->streams, node) {
			if (!is_endpoint(stream->data_ep, ep_index) &&
			    !is_endpoint(stream->sync_ep, ep_index))
				continue;
			/* With one of its rings gone the stream is of no use: take both. */
			stream->is_lost = true;
			swap(data_ring, stream->data_ring);
			swap(sync_ring, stream->sync_ring);
			break;
		}
	}
	offload_region_unmap(&data_ring);
	offload_region_unmap(&sync_ring);
}

static void lose_event_ring(struct offload_card *card)
{
	struct offload_region event_ring = { };
	struct offload_stream *stream;

	scoped_guard(spinlock, &card->rings_lock) {
		card->interrupter.is_lost = true;
		swap(event_ring, card->interrupter.event_ring);
		list_for_each_entry(stream, &card->streams, node)
			stream->is_lost = true;
	}
	offload_region_unmap(&event_ring);
}

/* The work holds a reference. If it is queued already, it has one. Freezable: power.c. */
static void release_later(struct offload_card *card)
{
	get_device(&card->dev);
	if (!queue_work(system_freezable_wq, &card->lost_work))
		put_device(&card->dev);
}

static void ring_ends(void *owner, unsigned int ep_index)
{
	struct offload_card *card = owner;

	lose_endpoint(card, ep_index);
	release_later(card);
}

static void device_ends(void *owner)
{
	struct offload_card *card = owner;

	lose_event_ring(card);
	release_later(card);
}

/*
 * The xHC's driver is about to free something that was lent, and may hold locks of its own and of
 * USB. The card is there: it unregisters its sideband, which waits for us, before it goes.
 */
const struct xhci_sideband_ops offload_lost_ops = {
	.ring_ends = ring_ends,
	.device_ends = device_ends,
};

/**
 * offload_lost_work() - release the streams whose rings have ended
 * @work: lost_work of a card, which holds a reference to the card
 *
 * Context: process.
 */
void offload_lost_work(struct work_struct *work)
{
	struct offload_card *card = container_of(work, struct offload_card, lost_work);
	struct offload_stream *stream;

	scoped_guard(mutex, &card->lock) {
		/* Once the card is gone and its service with it, all its streams are idle. */
		list_for_each_entry(stream, &card->streams, node) {
			if (!stream->is_lost || stream->state == OFFLOAD_STREAM_IDLE)
				continue;
			/*
			 * Behind the response, if that is to come: offload_card_answered(). The
			 * card's other streams may well go on.
			 */
			if (!stream->is_unanswered)
				offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_DISCONNECT);
			offload_count(card->service, OFFLOAD_COUNT_FORCED);
			offload_stream_release(stream);
		}
	}
	put_device(&card->dev);
}
