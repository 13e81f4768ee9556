// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Explicit feedback (USB 2.0, 5.12.4.2).
 *
 * 1. A few Isoch IN TDs are always outstanding, one TRB each; every one asks for an event. Their order and
 *    ownership follow the rules of iso_out.c.
 * 2. A value has 3 or 4 bytes. A packet of another length has none: devices send empty ones until they know their
 *    rate, and when they are asked more often than they measure. A longer packet begins with its value.
 * 3. Values are the device's word: feedback_rate_judge() decides what they mean, and whether they count.
 */
#include "feedback_in.h"

#include <string.h>

#include "../platform.h"

#define MIN_VALUE_BYTES		3u
#define MAX_VALUE_BYTES		4u
#define MIN_TDS			2u

uint32_t feedback_in_init(struct feedback_in *feedback, const struct usb_endpoint_config *config,
			  const struct usb_memory *buffer, uint32_t ahead_uframes)
{
	volatile uint8_t *doorbell = (volatile uint8_t *)config->doorbells + config->slot_id * 4;
	uint32_t packet_bytes = config->sync.max_packet & USB_ENDPOINT_MAX_PACKET_MASK;
	uint32_t tds;

	platform_assert(usb_endpoint_check(config) && config->sync_ring.va);
	platform_assert(buffer->va && buffer->bytes >= FEEDBACK_IN_BUFFER_BYTES);
	memset(feedback, 0, sizeof(*feedback));
	if (packet_bytes < MIN_VALUE_BYTES)
		return 0;
	if (!transfer_ring_init(&feedback->ring, &config->sync_ring, doorbell,
				usb_endpoint_id(config->sync.address)))
		return 0;
	feedback->buffer = *buffer;
	feedback->td_bytes = packet_bytes < FEEDBACK_IN_PACKET_BUFFER_BYTES ? packet_bytes :
									      FEEDBACK_IN_PACKET_BUFFER_BYTES;
	feedback->interval_uframes = usb_endpoint_interval_uframes(&config->sync, config->speed);
	feedback->interrupter = config->interrupter << TRB_STATUS_INTERRUPTER_SHIFT;
	tds = ahead_uframes / feedback->interval_uframes + 1;
	if (tds < MIN_TDS)
		tds = MIN_TDS;
	feedback->max_tds = tds < FEEDBACK_IN_MAX_TDS ? tds : FEEDBACK_IN_MAX_TDS;
	return feedback->max_tds;
}

void feedback_in_refill(struct feedback_in *feedback)
{
	uint32_t control = TRB_TYPE_ISOCH << TRB_TYPE_SHIFT | TRB_SIA | TRB_IOC | TRB_ISP | TRB_BEI;

	platform_assert(feedback->max_tds);
	while (feedback->outstanding < feedback->max_tds) {
		if (feedback->outstanding == 0)
			feedback->tail_trb = feedback->ring.enqueue;
		transfer_ring_push(&feedback->ring,
				   feedback->buffer.dma + feedback->head * FEEDBACK_IN_PACKET_BUFFER_BYTES,
				   feedback->td_bytes | feedback->interrupter, control);
		feedback->head = (feedback->head + 1) % FEEDBACK_IN_MAX_TDS;
		feedback->outstanding++;
	}
	transfer_ring_publish(&feedback->ring);
}

/* Gives up the oldest @tds; returns the packet buffer of the last of them. */
static uint32_t retire_oldest(struct feedback_in *feedback, uint32_t tds)
{
	uint32_t packet_buffer = (feedback->tail + tds - 1) % FEEDBACK_IN_MAX_TDS;

	feedback->tail = (feedback->tail + tds) % FEEDBACK_IN_MAX_TDS;
	feedback->tail_trb = (feedback->tail_trb + tds) % feedback->ring.capacity;
	feedback->outstanding -= tds;
	return packet_buffer;
}

uint32_t feedback_in_retire(struct feedback_in *feedback, uint64_t trb_dma, uint32_t residue_bytes, uint32_t *value)
{
	const volatile uint8_t *bytes = feedback->buffer.va;
	uint32_t received_bytes;
	uint32_t tds;

	platform_assert(feedback->max_tds);
	tds = transfer_ring_count_done(&feedback->ring, trb_dma, feedback->tail_trb, feedback->outstanding);
	if (tds == 0)
		return 0;
	bytes += retire_oldest(feedback, tds) * FEEDBACK_IN_PACKET_BUFFER_BYTES;
	if (residue_bytes > feedback->td_bytes)
		return 0;
	received_bytes = feedback->td_bytes - residue_bytes;
	if (received_bytes < MIN_VALUE_BYTES)
		return 0;
	if (received_bytes > MAX_VALUE_BYTES)
		received_bytes = MAX_VALUE_BYTES;
	*value = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
	if (received_bytes == MAX_VALUE_BYTES)
		*value |= (uint32_t)bytes[3] << 24;
	return received_bytes;
}

void feedback_in_miss(struct feedback_in *feedback)
{
	platform_assert(feedback->max_tds);
	if (feedback->outstanding)
		retire_oldest(feedback, 1);
}
