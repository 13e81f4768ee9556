/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A queue of isochronous OUT transfers: one Transfer Descriptor (TD) a service interval, each with its
 * own packet buffer in the transfer buffer. Its rules are in iso_out.c.
 */
#ifndef LULLABY_USB_ISO_OUT_H
#define LULLABY_USB_ISO_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "iso_td.h"
#include "transfer_ring.h"

#define ISO_OUT_MAX_TDS		128
#define ISO_OUT_MAX_PACKET_BUFFER_BYTES	ISO_TD_MAX_BYTES

/**
 * struct iso_out - the TDs between the DSP and the xHC, oldest first
 * @ring: the endpoint's transfer ring
 * @buffer: the transfer buffer; fixed after init
 * @packet_buffer_offset: where in @buffer each packet buffer is; fixed after init
 * @pcm_frames: by packet buffer: frames of the application's that its TD carries
 * @packet_buffer_bytes: size of a packet buffer; fixed after init
 * @packet_buffers: how many packet buffers, and so TDs at most; fixed after init
 * @head: packet buffer that is filled next
 * @tail: packet buffer of the oldest TD that the xHC may still read
 * @outstanding: TDs from tail to head
 * @tail_trb: data TRB number of the oldest TD
 * @last_reports: the TD that was queued last asks for an event
 * @burst: how a TD's packets form bursts; fixed after init
 * @interrupter: event ring that TDs report to, in place in the TRB's status; fixed after init
 */
struct iso_out {
	struct transfer_ring ring;
	struct usb_memory buffer;
	uint32_t packet_buffer_offset[ISO_OUT_MAX_TDS];
	uint32_t pcm_frames[ISO_OUT_MAX_TDS];
	uint32_t packet_buffer_bytes;
	uint32_t packet_buffers;
	uint32_t head;
	uint32_t tail;
	uint32_t outstanding;
	uint32_t tail_trb;
	bool last_reports;
	struct iso_td_burst burst;
	uint32_t interrupter;
};

/**
 * iso_out_init() - an empty queue on a ring that the AP has just offloaded
 * @out: written
 * @config: checked by usb_endpoint_check()
 * @packet_buffer_bytes: the most that one TD carries
 * @max_tds: the most TDs that shall be outstanding
 *
 * Return: how many TDs can be outstanding, limited by the transfer buffer, too; 0 if the ring is not usable.
 */
uint32_t iso_out_init(struct iso_out *out, const struct usb_endpoint_config *config,
		      uint32_t packet_buffer_bytes, uint32_t max_tds);

/**
 * iso_out_buffer_bytes() - the size of a transfer buffer for so many TDs
 * @packet_buffer_bytes: the most that one TD carries, 1 .. ISO_OUT_MAX_PACKET_BUFFER_BYTES
 * @tds: how many, at most ISO_OUT_MAX_TDS
 *
 * Return: bytes, wherever the buffer lies.
 */
uint32_t iso_out_buffer_bytes(uint32_t packet_buffer_bytes, uint32_t tds);

/**
 * iso_out_packet_buffer() - where the next TD's data goes
 * @out: the queue, with fewer than @out->packet_buffers TDs outstanding
 *
 * Return: the packet buffer as the DSP dereferences it, @out->packet_buffer_bytes long.
 */
void *iso_out_packet_buffer(const struct iso_out *out);

/**
 * iso_out_queue() - make a TD of the packet buffer that iso_out_packet_buffer() returned
 * @out: the queue, with fewer than @out->packet_buffers TDs outstanding
 * @bytes: how much of the packet buffer to send, 0 .. @out->packet_buffer_bytes
 * @pcm_frames: how many of the application's frames are in it
 * @report: whether its completion is to be told by an event
 *
 * The xHC does not see it before iso_out_publish().
 */
void iso_out_queue(struct iso_out *out, uint32_t bytes, uint32_t pcm_frames, bool report);

/**
 * iso_out_publish() - hand all queued TDs to the xHC
 * @out: the queue; the last TD queued must report
 */
void iso_out_publish(struct iso_out *out);

/**
 * iso_out_retire() - an event came: its TD and all before it are done
 * @out: the queue
 * @trb_dma: TRB pointer of the event, untrusted
 * @pcm_frames: set to how many of the application's frames the TDs carried
 *
 * Return: how many TDs that were; 0 if the address is not that of an outstanding TD.
 */
uint32_t iso_out_retire(struct iso_out *out, uint64_t trb_dma, uint32_t *pcm_frames);

/**
 * iso_out_retire_all() - the xHC has certainly gone past all that is queued
 * @out: the queue
 *
 * Return: how many of the application's frames the TDs carried.
 */
uint32_t iso_out_retire_all(struct iso_out *out);

/**
 * iso_out_silence() - overwrite the packet buffers of outstanding TDs
 * @out: the queue
 * @pattern: byte that is silence
 *
 * The TDs stay on the ring, see the rules in iso_out.c; they carry none of the application's frames any more.
 */
void iso_out_silence(struct iso_out *out, uint8_t pattern);

#endif /* LULLABY_USB_ISO_OUT_H */
