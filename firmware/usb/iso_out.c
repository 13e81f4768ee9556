// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * A queue of isochronous OUT transfers (xHCI 1.2, sections 3.2.11, 4.10.3 and 4.11.2.3).
 *
 * 1. A TD is one Isoch TRB and one packet buffer, a part of the transfer buffer; packet buffers are used in order,
 *    round and round.
 *    iso_td.c places them so that no TD needs a second TRB.
 * 2. A packet buffer and its TRB are the xHC's from iso_out_publish() until an event tells that this TD or a later one
 *    is done. TDs of one endpoint complete in order, so one event retires all before it, and most TDs of a
 *    high-speed endpoint need none. The last TD before a publish always asks for one.
 * 3. Every TD starts as soon as possible (SIA): the xHC takes one each service interval. If it found the
 *    ring empty, it begins again with the doorbell that every publish rings.
 * 4. Events do not interrupt the AP (BEI), whatever its driver has made of the interrupter.
 * 5. A TD cannot be taken back: its TRB is the xHC's until the endpoint is stopped (4.6.9), and only the AP can issue
 *    that command. A No-op TRB in its place would be a write to a TRB that the xHC may be reading or has
 *    cached. The data is different: it is fetched when the packet is due, and any byte of it is a valid byte. So to
 *    be quiet at once, iso_out_silence() overwrites the packet buffers and lets the TDs run out. The packet that is
 *    just being sent may be torn, no other carries sound.
 */
#include "iso_out.h"

#include <string.h>

#include "../platform.h"

_Static_assert(ISO_OUT_MAX_TDS < TRB_SEGMENT_DATA_TRBS, "the shortest ring holds all TDs");

uint32_t iso_out_buffer_bytes(uint32_t packet_buffer_bytes, uint32_t tds)
{
	platform_assert(packet_buffer_bytes >= 1 && packet_buffer_bytes <= ISO_OUT_MAX_PACKET_BUFFER_BYTES);
	platform_assert(tds <= ISO_OUT_MAX_TDS);
	return iso_td_buffer_bytes(packet_buffer_bytes, tds);
}

uint32_t iso_out_init(struct iso_out *out, const struct usb_endpoint_config *config,
		      uint32_t packet_buffer_bytes, uint32_t max_tds)
{
	volatile uint8_t *doorbell = (volatile uint8_t *)config->doorbells + config->slot_id * 4;
	uint32_t bytes_per_interval =
		usb_endpoint_interval_max_bytes(&config->data, config->speed, config->max_burst);

	platform_assert(usb_endpoint_check(config));
	memset(out, 0, sizeof(*out));
	if (packet_buffer_bytes < 1 || packet_buffer_bytes > bytes_per_interval)
		return 0;
	if (!transfer_ring_init(&out->ring, &config->data_ring, doorbell, usb_endpoint_id(config->data.address)))
		return 0;
	out->buffer = config->transfer_buffer;
	out->packet_buffer_bytes = iso_td_align(packet_buffer_bytes);
	iso_td_burst_init(&out->burst, config);
	out->interrupter = config->interrupter << TRB_STATUS_INTERRUPTER_SHIFT;
	if (max_tds > ISO_OUT_MAX_TDS)
		max_tds = ISO_OUT_MAX_TDS;
	out->packet_buffers = iso_td_lay_out(&out->buffer, out->packet_buffer_bytes, max_tds,
					     out->packet_buffer_offset);
	return out->packet_buffers;
}

void *iso_out_packet_buffer(const struct iso_out *out)
{
	platform_assert(out->outstanding < out->packet_buffers);
	return (uint8_t *)out->buffer.va + out->packet_buffer_offset[out->head];
}

void iso_out_queue(struct iso_out *out, uint32_t bytes, uint32_t pcm_frames, bool report)
{
	uint32_t control = TRB_TYPE_ISOCH << TRB_TYPE_SHIFT | TRB_SIA;

	platform_assert(out->outstanding < out->packet_buffers && bytes <= out->packet_buffer_bytes);
	control |= iso_td_burst_fields(&out->burst, bytes);
	out->last_reports = report;
	if (report)
		control |= TRB_IOC | TRB_BEI;
	if (out->outstanding == 0)
		out->tail_trb = out->ring.enqueue;
	transfer_ring_push(&out->ring, out->buffer.dma + out->packet_buffer_offset[out->head],
			   bytes | out->interrupter, control);
	out->pcm_frames[out->head] = pcm_frames;
	if (++out->head == out->packet_buffers)
		out->head = 0;
	out->outstanding++;
}

void iso_out_publish(struct iso_out *out)
{
	platform_assert(out->packet_buffers && (out->last_reports || !out->ring.unpublished));
	transfer_ring_publish(&out->ring);
}

/* Gives up the oldest @tds; returns the application's frames in them. */
static uint32_t retire_oldest(struct iso_out *out, uint32_t tds)
{
	uint32_t pcm_frames = 0;

	for (uint32_t i = 0; i < tds; i++) {
		pcm_frames += out->pcm_frames[out->tail];
		if (++out->tail == out->packet_buffers)
			out->tail = 0;
	}
	out->outstanding -= tds;
	out->tail_trb += tds;
	if (out->tail_trb >= out->ring.capacity)
		out->tail_trb -= out->ring.capacity;
	return pcm_frames;
}

uint32_t iso_out_retire(struct iso_out *out, uint64_t trb_dma, uint32_t *pcm_frames)
{
	uint32_t tds;

	platform_assert(out->packet_buffers);
	tds = transfer_ring_count_done(&out->ring, trb_dma, out->tail_trb, out->outstanding);
	*pcm_frames = retire_oldest(out, tds);
	return tds;
}

uint32_t iso_out_retire_all(struct iso_out *out)
{
	platform_assert(out->packet_buffers);
	return retire_oldest(out, out->outstanding);
}

void iso_out_silence(struct iso_out *out, uint8_t pattern)
{
	uint32_t packet_buffer = out->tail;

	platform_assert(out->packet_buffers);
	for (uint32_t i = 0; i < out->outstanding; i++) {
		memset((uint8_t *)out->buffer.va + out->packet_buffer_offset[packet_buffer], pattern,
		       out->packet_buffer_bytes);
		out->pcm_frames[packet_buffer] = 0;
		if (++packet_buffer == out->packet_buffers)
			packet_buffer = 0;
	}
}
