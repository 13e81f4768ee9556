/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A queue of isochronous IN transfers: one Transfer Descriptor (TD) a service interval, each with its
 * own packet buffer in the transfer buffer. Its rules are in iso_in.c.
 */
#ifndef LULLABY_USB_ISO_IN_H
#define LULLABY_USB_ISO_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "iso_td.h"
#include "transfer_ring.h"

#define ISO_IN_MAX_TDS		128

/**
 * struct iso_in - the TDs between the DSP and the xHC, oldest first
 * @ring: the endpoint's transfer ring
 * @buffer: the transfer buffer; fixed after init
 * @microframe: the xHC's register MFINDEX; fixed after init
 * @packet_buffer_offset: where in @buffer each packet buffer is; fixed after init
 * @packet_buffers: how many packet buffers, and so TDs at most; fixed after init
 * @td_bytes: how much each TD has room for; fixed after init
 * @interval_uframes: service interval; fixed after init
 * @td_control: of each TD's TRB, but for the cycle bit; fixed after init
 * @interrupter: event ring that TDs report to, in place in the TRB's status; fixed after init
 * @head: packet buffer that is queued next
 * @tail: packet buffer of the oldest TD that the xHC may still fill
 * @outstanding: TDs from tail to head
 * @tail_trb: data TRB number of the oldest TD
 * @has_begun: a TD has been queued
 * @next_uframe: the bus's microframe in which the next TD is due, if the ring does not run empty before
 */
struct iso_in {
	struct transfer_ring ring;
	struct usb_memory buffer;
	volatile uint8_t *microframe;
	uint32_t packet_buffer_offset[ISO_IN_MAX_TDS];
	uint32_t packet_buffers;
	uint32_t td_bytes;
	uint32_t interval_uframes;
	uint32_t td_control;
	uint32_t interrupter;
	uint32_t head;
	uint32_t tail;
	uint32_t outstanding;
	uint32_t tail_trb;
	bool has_begun;
	uint32_t next_uframe;
};

/**
 * struct iso_in_packet - the end of a TD
 * @lost_tds: how many TDs before it have ended without a word
 * @data: the bytes that it has received, until iso_in_refill(); the xHC has written it, and may not have been honest
 * @bytes: length of @data
 */
struct iso_in_packet {
	uint32_t lost_tds;
	const void *data;
	uint32_t bytes;
};

/**
 * iso_in_init() - an empty queue on a ring that the AP has just offloaded
 * @in: written
 * @config: checked by usb_endpoint_check()
 * @td_bytes: the most that a TD shall have room for; more than an interval carries is of no use
 * @max_tds: the most TDs that shall be outstanding
 *
 * Return: how many TDs can be outstanding, limited by the transfer buffer, too; 0 if the ring is not usable.
 */
uint32_t iso_in_init(struct iso_in *in, const struct usb_endpoint_config *config, uint32_t td_bytes,
		     uint32_t max_tds);

/**
 * iso_in_refill() - queue TDs and hand them to the xHC
 * @in: the queue
 * @tds: how many shall be outstanding afterwards, at most as many as iso_in_init() returned
 *
 * Return: service intervals that have had no TD, as the ring had run empty.
 */
uint32_t iso_in_refill(struct iso_in *in, uint32_t tds);

/**
 * iso_in_retire() - an event came: its TD and all before it are done
 * @in: the queue
 * @trb_dma: TRB pointer of the event, untrusted
 * @residue_bytes: from the event, untrusted
 * @packet: written, if there is one
 *
 * Return: false if the address is not that of an outstanding TD.
 */
bool iso_in_retire(struct iso_in *in, uint64_t trb_dma, uint32_t residue_bytes, struct iso_in_packet *packet);

/**
 * iso_in_retire_all() - the xHC has certainly gone past all that is queued
 * @in: the queue
 *
 * Return: how many TDs that were.
 */
uint32_t iso_in_retire_all(struct iso_in *in);

#endif /* LULLABY_USB_ISO_IN_H */
