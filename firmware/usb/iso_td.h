/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The common parts of isochronous Transfer Descriptors (TDs) of both directions: the places of their packet buffers
 * in the transfer buffer, and the fields that tell the xHC of bursts.
 */
#ifndef LULLABY_USB_ISO_TD_H
#define LULLABY_USB_ISO_TD_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"

#define ISO_TD_MAX_BYTES	49152u	/* 16 packets a burst, 3 bursts an interval (xHCI 4.14.2) */
#define ISO_TD_ALIGN		64u	/* a cache line: the DSP never writes a line that the xHC uses */

/**
 * struct iso_td_burst - how the packets of a TD form bursts; fixed after init
 * @packet_bytes: most that one packet carries
 * @packets_per_burst: of a SuperSpeed endpoint
 * @is_super_speed: the fields follow SuperSpeed's rule
 */
struct iso_td_burst {
	uint32_t packet_bytes;
	uint32_t packets_per_burst;
	bool is_super_speed;
};

/**
 * iso_td_burst_init() - learn an endpoint's bursts
 * @burst: written
 * @config: checked by usb_endpoint_check()
 */
void iso_td_burst_init(struct iso_td_burst *burst, const struct usb_endpoint_config *config);

/**
 * iso_td_burst_fields() - Transfer Burst Count and Transfer Last Burst Packet Count (xHCI 4.11.2.3)
 * @burst: the endpoint's
 * @bytes: length of the TD
 *
 * Return: the fields in their place in a TRB's control word.
 */
uint32_t iso_td_burst_fields(const struct iso_td_burst *burst, uint32_t bytes);

/**
 * iso_td_align() - the size of a packet buffer
 * @bytes: the most that it has to hold
 *
 * Return: bytes, a multiple of ISO_TD_ALIGN.
 */
uint32_t iso_td_align(uint32_t bytes);

/**
 * iso_td_buffer_bytes() - the size of a transfer buffer for so many packet buffers
 * @packet_buffer_bytes: the most that each has to hold, 1 .. ISO_TD_MAX_BYTES
 * @packet_buffers: how many
 *
 * Return: bytes, wherever the buffer lies.
 */
uint32_t iso_td_buffer_bytes(uint32_t packet_buffer_bytes, uint32_t packet_buffers);

/**
 * iso_td_lay_out() - find places for packet buffers
 * @buffer: the transfer buffer
 * @packet_buffer_bytes: of each, from iso_td_align()
 * @limit: how many at most
 * @offsets: room for @limit places, from the start of @buffer; written
 *
 * No packet buffer crosses a 64 KiB boundary of the bus (xHCI table 6-1), so a TD needs one TRB only.
 *
 * Return: how many there is room for.
 */
uint32_t iso_td_lay_out(const struct usb_memory *buffer, uint32_t packet_buffer_bytes, uint32_t limit,
			uint32_t *offsets);

#endif /* LULLABY_USB_ISO_TD_H */
