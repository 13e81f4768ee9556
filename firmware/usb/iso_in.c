// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * A queue of isochronous IN transfers (xHCI 1.2, sections 3.2.11, 4.10.1, 4.10.3 and 4.11.2.3).
 *
 * 1. A TD is one Isoch TRB and one packet buffer, as in iso_out.c, and ownership follows the same rules.
 * 2. Every TD asks for an event: only there is its length, as the residue. Events come in the order of the TDs, so a TD
 *    without one before a TD with one is lost: the xHC has missed its interval, or told so without its address.
 * 3. Every TD starts as soon as possible (SIA), so TDs and service intervals correspond one to one, until the
 *    ring runs empty. Then the bus's microframe counter (MFINDEX, 5.5.1) tells how many intervals went by before
 *    the doorbell rang again. It counts 2 s; a ring that is empty for longer is an endpoint that is dead.
 * 4. Events do not interrupt the AP (BEI), whatever its driver has made of the interrupter.
 */
#include "iso_in.h"

#include <string.h>

#include "../platform.h"

#define MFINDEX_MASK		0x3fffu		/* 14 bits of microframes */

_Static_assert(ISO_IN_MAX_TDS < TRB_SEGMENT_DATA_TRBS, "the shortest ring holds all TDs");

uint32_t iso_in_init(struct iso_in *in, const struct usb_endpoint_config *config, uint32_t td_bytes,
		     uint32_t max_tds)
{
	volatile uint8_t *doorbell = (volatile uint8_t *)config->doorbells + config->slot_id * 4;
	uint32_t most_bytes = usb_endpoint_interval_max_bytes(&config->data, config->speed, config->max_burst);
	struct iso_td_burst burst;

	platform_assert(usb_endpoint_check(config) && (config->data.address & USB_ENDPOINT_DIRECTION_IN));
	memset(in, 0, sizeof(*in));
	if (td_bytes < 1)
		return 0;
	if (!transfer_ring_init(&in->ring, &config->data_ring, doorbell, usb_endpoint_id(config->data.address)))
		return 0;
	iso_td_burst_init(&burst, config);
	in->buffer = config->transfer_buffer;
	in->microframe = config->runtime;
	in->td_bytes = td_bytes < most_bytes ? td_bytes : most_bytes;
	in->interval_uframes = usb_endpoint_interval_uframes(&config->data, config->speed);
	in->interrupter = config->interrupter << TRB_STATUS_INTERRUPTER_SHIFT;
	in->td_control = TRB_TYPE_ISOCH << TRB_TYPE_SHIFT | TRB_SIA | TRB_IOC | TRB_ISP | TRB_BEI |
			 iso_td_burst_fields(&burst, in->td_bytes);
	in->packet_buffers = iso_td_lay_out(&in->buffer, iso_td_align(in->td_bytes),
					    max_tds < ISO_IN_MAX_TDS ? max_tds : ISO_IN_MAX_TDS,
					    in->packet_buffer_offset);
	return in->packet_buffers;
}

/* Rule 3: the doorbell of an empty ring has just rung. Returns how many intervals have had no TD. */
static uint32_t find_begin(struct iso_in *in)
{
	uint32_t now = platform_read32(in->microframe) & MFINDEX_MASK;
	/* The next interval is the first that the xHC can serve. */
	uint32_t due = (now / in->interval_uframes + 1) * in->interval_uframes & MFINDEX_MASK;
	uint32_t late = (due - in->next_uframe) & MFINDEX_MASK;
	bool was_running = in->has_begun;

	in->has_begun = true;
	in->next_uframe = due;
	/* It may be due in the very interval that the last TD was queued for: a moment early by our reading. */
	return was_running && late <= MFINDEX_MASK / 2 ? late / in->interval_uframes : 0;
}

uint32_t iso_in_refill(struct iso_in *in, uint32_t tds)
{
	bool was_empty = in->outstanding == 0;
	uint32_t queued = 0, lost = 0;

	platform_assert(tds >= 1 && tds <= in->packet_buffers);
	if (was_empty)
		in->tail_trb = in->ring.enqueue;
	for (; in->outstanding < tds; in->outstanding++, queued++) {
		transfer_ring_push(&in->ring, in->buffer.dma + in->packet_buffer_offset[in->head],
				   in->td_bytes | in->interrupter, in->td_control);
		if (++in->head == in->packet_buffers)
			in->head = 0;
	}
	transfer_ring_publish(&in->ring);
	if (was_empty)
		lost = find_begin(in);
	in->next_uframe = (in->next_uframe + queued * in->interval_uframes) & MFINDEX_MASK;
	return lost;
}

/* Gives up the oldest @tds; returns the packet buffer of the last of them. */
static uint32_t retire_oldest(struct iso_in *in, uint32_t tds)
{
	uint32_t last = in->tail + tds - 1;

	in->outstanding -= tds;
	in->tail = last + 1 < in->packet_buffers ? last + 1 : last + 1 - in->packet_buffers;
	in->tail_trb += tds;
	if (in->tail_trb >= in->ring.capacity)
		in->tail_trb -= in->ring.capacity;
	return last < in->packet_buffers ? last : last - in->packet_buffers;
}

bool iso_in_retire(struct iso_in *in, uint64_t trb_dma, uint32_t residue_bytes, struct iso_in_packet *packet)
{
	uint32_t tds;

	platform_assert(in->packet_buffers);
	tds = transfer_ring_count_done(&in->ring, trb_dma, in->tail_trb, in->outstanding);
	if (tds == 0)
		return false;
	packet->lost_tds = tds - 1;
	packet->data = (const uint8_t *)in->buffer.va + in->packet_buffer_offset[retire_oldest(in, tds)];
	packet->bytes = residue_bytes < in->td_bytes ? in->td_bytes - residue_bytes : 0;
	return true;
}

uint32_t iso_in_retire_all(struct iso_in *in)
{
	uint32_t tds = in->outstanding;

	platform_assert(in->packet_buffers);
	if (tds)
		retire_oldest(in, tds);
	return tds;
}
