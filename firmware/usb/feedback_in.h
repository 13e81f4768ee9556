/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Explicit feedback: an asynchronous device tells by small isochronous IN transfers how fast it plays
 * (USB 2.0, 5.12.4.2).
 */
#ifndef LULLABY_USB_FEEDBACK_IN_H
#define LULLABY_USB_FEEDBACK_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "transfer_ring.h"

#define FEEDBACK_IN_MAX_TDS	16
#define FEEDBACK_IN_PACKET_BUFFER_BYTES	8u
/* The end of the transfer buffer has room for the feedback values. */
#define FEEDBACK_IN_BUFFER_BYTES (FEEDBACK_IN_MAX_TDS * FEEDBACK_IN_PACKET_BUFFER_BYTES)

/**
 * struct feedback_in - the feedback endpoint's TDs, oldest first
 * @ring: the endpoint's transfer ring
 * @buffer: one packet buffer a TD; fixed after init
 * @head: packet buffer of the TD that is queued next
 * @tail: packet buffer of the oldest TD
 * @outstanding: TDs from tail to head
 * @max_tds: how many are kept outstanding; fixed after init
 * @tail_trb: data TRB number of the oldest TD
 * @td_bytes: length of a TD, 3 at least; fixed after init
 * @interval_uframes: the endpoint's service interval; fixed after init
 * @interrupter: event ring that TDs report to, in place in the TRB's status; fixed after init
 */
struct feedback_in {
	struct transfer_ring ring;
	struct usb_memory buffer;
	uint32_t head;
	uint32_t tail;
	uint32_t outstanding;
	uint32_t max_tds;
	uint32_t tail_trb;
	uint32_t td_bytes;
	uint32_t interval_uframes;
	uint32_t interrupter;
};

/**
 * feedback_in_init() - an empty queue on a ring that the AP has just offloaded
 * @feedback: written
 * @config: checked by usb_endpoint_check(), with a sync endpoint
 * @buffer: FEEDBACK_IN_BUFFER_BYTES for the values
 * @ahead_uframes: how long the queue shall last
 *
 * Return: how many TDs are kept outstanding; 0 if the ring is not usable.
 */
uint32_t feedback_in_init(struct feedback_in *feedback, const struct usb_endpoint_config *config,
			  const struct usb_memory *buffer, uint32_t ahead_uframes);

/**
 * feedback_in_refill() - queue and publish as many TDs as are missing
 * @feedback: the queue
 */
void feedback_in_refill(struct feedback_in *feedback);

/**
 * feedback_in_retire() - an event came: its TD and all before it are done
 * @feedback: the queue
 * @trb_dma: TRB pointer of the event, untrusted
 * @residue_bytes: of the event, untrusted
 * @value: set to the little-endian number that the TD has brought, for feedback_rate_judge()
 *
 * Return: how many bytes the value has, 3 or 4; 0 if there is none.
 */
uint32_t feedback_in_retire(struct feedback_in *feedback, uint64_t trb_dma, uint32_t residue_bytes, uint32_t *value);

/**
 * feedback_in_miss() - an event came that says a TD was missed, but not which
 * @feedback: the queue
 *
 * The oldest is given up. If that was wrong, the next event that names a TD sets it right.
 */
void feedback_in_miss(struct feedback_in *feedback);

#endif /* LULLABY_USB_FEEDBACK_IN_H */
