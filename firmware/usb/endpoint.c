// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Checks and numbers of an endpoint, by USB 2.0 chapter 9 and xHCI 4.5.1.
 */
#include "endpoint.h"

#include <stddef.h>

#include "../../wire/usb_audio_stream.h"
#include "../platform.h"
#include "trb.h"

#define MAX_INTERVAL		16	/* bInterval is an exponent (USB 2.0, table 9-13) */
#define MAX_SLOT_ID		255u	/* xHCI 5.3.3, MaxSlots */
#define MAX_INTERRUPTER		1023u	/* xHCI 5.3.3, MaxIntrs */
#define MAX_EVENT_RING_BYTES	(16u * TRB_SEGMENT_BYTES)
#define MAX_ISOCH_PACKET_BYTES	1024u
#define MAX_BURST		15u	/* USB 3.2, table 9-32 */
#define DOORBELL_BYTES		4u
#define FEEDBACK_VALUE_MAX_BYTES 4u	/* USB 2.0, 5.12.4.2 */

static bool is_aligned(const volatile void *address, uint32_t alignment)
{
	return (uintptr_t)address % alignment == 0;
}

static bool memory_wraps(const struct usb_memory *memory)
{
	return (uintptr_t)memory->va > UINTPTR_MAX - memory->bytes || memory->dma > UINT64_MAX - memory->bytes;
}

/* xHCI 6.5 and table 6-1 want 64-byte alignment of a segment; Linux gives it a page. */
static bool ring_check(const struct usb_memory *ring, uint32_t max_bytes)
{
	return ring->va && is_aligned(ring->va, 64) && ring->dma % 64 == 0 && ring->bytes != 0 &&
	       ring->bytes % TRB_SEGMENT_BYTES == 0 && ring->bytes <= max_bytes && !memory_wraps(ring);
}

static bool is_supported_speed(uint32_t speed)
{
	return speed == UAUDIO_SPEED_FULL || speed == UAUDIO_SPEED_HIGH || speed == UAUDIO_SPEED_SUPER ||
	       speed == UAUDIO_SPEED_SUPER_PLUS;
}

static bool descriptor_check(const struct usb_endpoint_descriptor *descriptor)
{
	if ((descriptor->attributes & USB_ENDPOINT_TYPE_MASK) != USB_ENDPOINT_TYPE_ISOCHRONOUS)
		return false;
	if ((descriptor->address & USB_ENDPOINT_NUMBER_MASK) == 0)
		return false;
	if (descriptor->interval < 1 || descriptor->interval > MAX_INTERVAL)
		return false;
	uint32_t bytes = descriptor->max_packet & USB_ENDPOINT_MAX_PACKET_MASK;
	uint32_t mult = (descriptor->max_packet >> USB_ENDPOINT_MULT_SHIFT) & USB_ENDPOINT_MULT_MASK;

	return bytes >= 1 && bytes <= MAX_ISOCH_PACKET_BYTES && mult <= 2;
}

static bool registers_check(const struct usb_endpoint_config *config)
{
	if (!config->doorbells || !is_aligned(config->doorbells, 4) || !config->runtime ||
	    !is_aligned(config->runtime, 4))
		return false;
	if (config->slot_id < 1 || config->slot_id > config->max_slots || config->slot_id > MAX_SLOT_ID)
		return false;
	if (config->doorbell_bytes < (config->slot_id + 1) * DOORBELL_BYTES)
		return false;
	if (config->interrupter < 1 || config->interrupter > MAX_INTERRUPTER)
		return false;
	return config->runtime_bytes >= XHCI_INTERRUPTER_OFFSET(config->interrupter) + XHCI_INTERRUPTER_BYTES;
}

static bool sync_check(const struct usb_endpoint_config *config)
{
	if (!config->sync_ring.va)
		return true;
	return descriptor_check(&config->sync) &&
	       (config->sync.address & USB_ENDPOINT_DIRECTION_IN) &&
	       ring_check(&config->sync_ring, TRANSFER_RING_MAX_SEGMENTS * TRB_SEGMENT_BYTES);
}

bool usb_endpoint_check(const struct usb_endpoint_config *config)
{
	const struct usb_memory *buffer = &config->transfer_buffer;

	if (!is_supported_speed(config->speed) || !registers_check(config))
		return false;
	if (!ring_check(&config->data_ring, TRANSFER_RING_MAX_SEGMENTS * TRB_SEGMENT_BYTES) ||
	    !ring_check(&config->event_ring, MAX_EVENT_RING_BYTES))
		return false;
	if (!buffer->va || !is_aligned(buffer->va, 16) || buffer->dma % 16 != 0 || buffer->bytes == 0 ||
	    buffer->bytes > USB_ENDPOINT_MAX_BUFFER_BYTES || memory_wraps(buffer))
		return false;
	if (config->max_burst > MAX_BURST || config->subslot_bytes < 1 || config->subslot_bytes > 4)
		return false;
	return descriptor_check(&config->data) && sync_check(config);
}

uint64_t usb_uframes_to_ticks(uint32_t uframes)
{
	return (uint64_t)uframes * platform_ticks_per_second() / USB_UFRAMES_PER_SECOND;
}

uint64_t usb_next_uframe_ticks(uint64_t start_ticks, uint64_t now_ticks)
{
	uint64_t uframe_ticks = usb_uframes_to_ticks(1);

	return start_ticks + ((now_ticks - start_ticks) / uframe_ticks + 1) * uframe_ticks;
}

uint32_t usb_endpoint_interval_uframes(const struct usb_endpoint_descriptor *descriptor, uint32_t speed)
{
	uint32_t unit = speed == UAUDIO_SPEED_FULL ? USB_UFRAMES_PER_FRAME : 1;

	platform_assert(is_supported_speed(speed));
	platform_assert(descriptor->interval >= 1 && descriptor->interval <= MAX_INTERVAL);
	return unit << (descriptor->interval - 1);
}

uint32_t usb_endpoint_interval_max_bytes(const struct usb_endpoint_descriptor *descriptor, uint32_t speed,
					 uint32_t max_burst)
{
	uint32_t bytes = descriptor->max_packet & USB_ENDPOINT_MAX_PACKET_MASK;

	platform_assert(is_supported_speed(speed));
	platform_assert(bytes >= 1 && bytes <= MAX_ISOCH_PACKET_BYTES && max_burst <= MAX_BURST);
	if (speed == UAUDIO_SPEED_HIGH)
		bytes *= 1 + ((descriptor->max_packet >> USB_ENDPOINT_MULT_SHIFT) & USB_ENDPOINT_MULT_MASK);
	else if (speed != UAUDIO_SPEED_FULL)
		bytes *= 1 + max_burst;
	return bytes;
}

uint32_t usb_endpoint_id(uint8_t address)
{
	platform_assert(address & USB_ENDPOINT_NUMBER_MASK);
	return 2u * (address & USB_ENDPOINT_NUMBER_MASK) + (address & USB_ENDPOINT_DIRECTION_IN ? 1 : 0);
}

bool usb_endpoint_is_explicit_feedback(const struct usb_endpoint_descriptor *descriptor)
{
	uint32_t usage = descriptor->attributes & USB_ENDPOINT_USAGE_MASK;

	platform_assert((descriptor->attributes & USB_ENDPOINT_TYPE_MASK) == USB_ENDPOINT_TYPE_ISOCHRONOUS &&
			(descriptor->address & USB_ENDPOINT_DIRECTION_IN));
	if (usage == USB_ENDPOINT_USAGE_FEEDBACK)
		return true;
	return usage == 0 && (descriptor->max_packet & USB_ENDPOINT_MAX_PACKET_MASK) <= FEEDBACK_VALUE_MAX_BYTES;
}
