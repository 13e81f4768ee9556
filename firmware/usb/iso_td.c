// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Packet buffers and bursts of isochronous TDs (xHCI 1.2, table 6-1 and section 4.11.2.3). */
#include "iso_td.h"

#include "../../wire/usb_audio_stream.h"
#include "../platform.h"
#include "trb.h"

#define BOUNDARY_BYTES		65536u

void iso_td_burst_init(struct iso_td_burst *burst, const struct usb_endpoint_config *config)
{
	burst->packet_bytes = config->data.max_packet & USB_ENDPOINT_MAX_PACKET_MASK;
	burst->packets_per_burst = config->max_burst + 1;
	burst->is_super_speed = config->speed >= UAUDIO_SPEED_SUPER;
}

uint32_t iso_td_burst_fields(const struct iso_td_burst *burst, uint32_t bytes)
{
	uint32_t packets = bytes == 0 ? 1 : (bytes + burst->packet_bytes - 1) / burst->packet_bytes;
	uint32_t per_burst = burst->packets_per_burst;

	if (!burst->is_super_speed)
		return (packets - 1) << TRB_TLBPC_SHIFT;
	return ((packets + per_burst - 1) / per_burst - 1) << TRB_TBC_SHIFT |
	       ((packets - 1) % per_burst) << TRB_TLBPC_SHIFT;
}

uint32_t iso_td_align(uint32_t bytes)
{
	return (bytes + ISO_TD_ALIGN - 1) / ISO_TD_ALIGN * ISO_TD_ALIGN;
}

uint32_t iso_td_buffer_bytes(uint32_t packet_buffer_bytes, uint32_t packet_buffers)
{
	uint32_t packet_buffer = iso_td_align(packet_buffer_bytes);
	uint32_t boundaries;

	platform_assert(packet_buffer_bytes >= 1 && packet_buffer_bytes <= ISO_TD_MAX_BYTES);
	boundaries = packet_buffers / (BOUNDARY_BYTES / packet_buffer) + 1;
	/* At each boundary less than one packet buffer is left over; and at the start, an alignment. */
	return (packet_buffers + boundaries) * packet_buffer + ISO_TD_ALIGN;
}

uint32_t iso_td_lay_out(const struct usb_memory *buffer, uint32_t packet_buffer_bytes, uint32_t limit,
			uint32_t *offsets)
{
	uint32_t packet_buffers = 0;
	uint64_t offset = iso_td_align((uint32_t)(buffer->dma % BOUNDARY_BYTES)) - buffer->dma % BOUNDARY_BYTES;

	while (packet_buffers < limit) {
		uint64_t to_boundary = BOUNDARY_BYTES - (buffer->dma + offset) % BOUNDARY_BYTES;

		if (to_boundary < packet_buffer_bytes)
			offset += to_boundary;
		if (offset + packet_buffer_bytes > buffer->bytes)
			break;
		offsets[packet_buffers++] = (uint32_t)offset;
		offset += packet_buffer_bytes;
	}
	return packet_buffers;
}
