/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * One USB audio endpoint as the AP hands it to the DSP: rings, buffer, registers, descriptor.
 *
 * Everything in struct usb_endpoint_config comes from messages and is checked by
 * usb_endpoint_check() before anything else uses it. Whether an address is really
 * mapped cannot be checked: the DSP's MMU sees to that.
 */
#ifndef LULLABY_USB_ENDPOINT_H
#define LULLABY_USB_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

#define USB_ENDPOINT_DIRECTION_IN	0x80	/* USB 2.0 table 9-13, bEndpointAddress */
#define USB_ENDPOINT_NUMBER_MASK	0x0f
#define USB_ENDPOINT_TYPE_MASK		0x03	/* bmAttributes */
#define USB_ENDPOINT_TYPE_ISOCHRONOUS	0x01
#define USB_ENDPOINT_USAGE_MASK		0x30
#define USB_ENDPOINT_USAGE_FEEDBACK	0x10
#define USB_ENDPOINT_MAX_PACKET_MASK	0x07ff	/* wMaxPacketSize, bits 11 and 12: transactions a microframe - 1 */
#define USB_ENDPOINT_MULT_SHIFT		11
#define USB_ENDPOINT_MULT_MASK		0x03

#define USB_ENDPOINT_MAX_BUFFER_BYTES	(1024u * 1024u)	/* largest transfer buffer that is accepted */

#define USB_UFRAMES_PER_SECOND		8000	/* microframes, 125 us each */
#define USB_UFRAMES_PER_FRAME		8

/**
 * struct usb_memory - memory that the DSP and the xHC share
 * @va: where the DSP dereferences it (the AP's "iova"); NULL: there is none
 * @dma: where the xHC dereferences it; the first segment's address if it is a ring
 * @bytes: its size
 */
struct usb_memory {
	void *va;
	uint64_t dma;
	uint32_t bytes;
};

/**
 * struct usb_endpoint_descriptor - the fields of a standard endpoint descriptor that matter here
 * @address: bEndpointAddress; 0: there is no such endpoint
 * @attributes: bmAttributes
 * @max_packet: wMaxPacketSize, whole
 * @interval: bInterval
 */
struct usb_endpoint_descriptor {
	uint8_t address;
	uint8_t attributes;
	uint16_t max_packet;
	uint8_t interval;
};

/**
 * struct usb_endpoint_config - fields of the STREAM response and of the controller's announcement
 * @data_ring: transfer ring of the data endpoint, segment k at @va + k * 4096
 * @sync_ring: transfer ring of the explicit feedback endpoint; va NULL if there is none
 * @event_ring: event ring of @interrupter, contiguous on the bus
 * @transfer_buffer: where the samples go, contiguous on the bus
 * @doorbells: doorbell array of the xHC (xHCI 5.6)
 * @runtime: runtime registers of the xHC (xHCI 5.5)
 * @doorbell_bytes: mapped from @doorbells
 * @runtime_bytes: mapped from @runtime
 * @max_slots: device slots of the xHC
 * @ist_uframes: Isochronous Scheduling Threshold of the xHC (xHCI 4.14.2.1.4)
 * @slot_id: device slot, 1 .. @max_slots
 * @interrupter: number of the interrupter whose ring is @event_ring, never 0 (the AP's)
 * @speed: enum uaudio_speed_info
 * @subslot_bytes: bytes of one sample on the bus (bSubslotSize)
 * @max_burst: bMaxBurst of a SuperSpeed endpoint; 0 if an older AP does not say
 * @data: the data endpoint
 * @sync: the explicit feedback endpoint, address 0 if there is none
 */
struct usb_endpoint_config {
	struct usb_memory data_ring;
	struct usb_memory sync_ring;
	struct usb_memory event_ring;
	struct usb_memory transfer_buffer;
	volatile void *doorbells;
	volatile void *runtime;
	uint32_t doorbell_bytes;
	uint32_t runtime_bytes;
	uint32_t max_slots;
	uint32_t ist_uframes;
	uint32_t slot_id;
	uint32_t interrupter;
	uint32_t speed;
	uint32_t subslot_bytes;
	uint32_t max_burst;
	struct usb_endpoint_descriptor data;
	struct usb_endpoint_descriptor sync;
};

/**
 * usb_endpoint_check() - is a configuration free of contradictions?
 * @config: from the AP, untrusted
 *
 * Return: true if every field that can be checked is in range, so that the functions below and the
 * rings may use it.
 */
bool usb_endpoint_check(const struct usb_endpoint_config *config);

/**
 * usb_endpoint_interval_uframes() - the service interval
 * @descriptor: an isochronous endpoint, checked
 * @speed: enum uaudio_speed_info, checked
 *
 * Return: microframes (125 us) between two services, a power of two.
 */
uint32_t usb_endpoint_interval_uframes(const struct usb_endpoint_descriptor *descriptor, uint32_t speed);

/**
 * usb_endpoint_interval_max_bytes() - how much one service interval carries
 * @descriptor: an isochronous endpoint, checked
 * @speed: enum uaudio_speed_info, checked
 * @max_burst: of a SuperSpeed endpoint, at most 15
 *
 * Return: bytes, at most 48 KiB.
 */
uint32_t usb_endpoint_interval_max_bytes(const struct usb_endpoint_descriptor *descriptor, uint32_t speed,
					 uint32_t max_burst);

/**
 * usb_uframes_to_ticks() - how long microframes last
 * @uframes: so many
 *
 * Return: ticks of platform_ticks().
 */
uint64_t usb_uframes_to_ticks(uint32_t uframes);

/**
 * usb_next_uframe_ticks() - when the next microframe begins that is counted from a given time
 * @start_ticks: platform_ticks() at that time
 * @now_ticks: platform_ticks(), not before it
 *
 * For a look at each microframe: the bus's time goes by from the doorbell on, and looking takes time, too.
 *
 * Return: a tick after @now_ticks.
 */
uint64_t usb_next_uframe_ticks(uint64_t start_ticks, uint64_t now_ticks);

/**
 * usb_endpoint_id() - the xHC's number of an endpoint (xHCI 4.5.1, Device Context Index)
 * @address: bEndpointAddress, its number is not 0
 *
 * Return: 2 .. 31: also the doorbell's target and the Endpoint ID of its events.
 */
uint32_t usb_endpoint_id(uint8_t address);

/**
 * usb_endpoint_is_explicit_feedback() - does an endpoint carry feedback values, and not audio?
 * @descriptor: an isochronous IN endpoint, checked
 *
 * Devices older than USB 2.0 do not say so, but nothing else has so small packets.
 *
 * Return: true for explicit, false for implicit feedback.
 */
bool usb_endpoint_is_explicit_feedback(const struct usb_endpoint_descriptor *descriptor);

#endif /* LULLABY_USB_ENDPOINT_H */
