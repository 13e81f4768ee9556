/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The producer's end of an xHCI transfer ring. Its rules are in transfer_ring.c.
 */
#ifndef LULLABY_USB_TRANSFER_RING_H
#define LULLABY_USB_TRANSFER_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "trb.h"

/**
 * struct transfer_ring - an xHC's transfer ring, written by the DSP alone while it is offloaded
 * @trbs: all segments, contiguous for the DSP; fixed after init
 * @segment_dma: bus address of each segment, from the link TRBs; fixed after init
 * @doorbell: doorbell register of the device slot; fixed after init
 * @doorbell_value: the endpoint's id; fixed after init
 * @segments: how many; fixed after init
 * @capacity: data TRBs in all segments, one less than that may be outstanding; fixed after init
 * @enqueue: data TRB that is written next, 0 .. @capacity - 1, link TRBs not counted
 * @cycle: producer cycle state (4.9.2)
 * @link_control: of every link TRB but for cycle and Toggle Cycle; fixed after init
 * @unpublished: the first TRB written since the last publish, or NULL: its cycle bit is still inverted
 * @unpublished_control: that TRB's control word as it has to be
 */
struct transfer_ring {
	struct trb *trbs;
	uint64_t segment_dma[TRANSFER_RING_MAX_SEGMENTS];
	volatile void *doorbell;
	uint32_t doorbell_value;
	uint32_t segments;
	uint32_t capacity;
	uint32_t enqueue;
	uint32_t cycle;
	uint32_t link_control;
	struct trb *unpublished;
	uint32_t unpublished_control;
};

/**
 * transfer_ring_init() - take over a ring in the state in which the AP leaves a new one
 * @ring: written
 * @memory: whole segments, checked; link TRBs are read from it and not trusted
 * @doorbell: doorbell register of the device slot
 * @doorbell_value: the endpoint's id, 2 .. 31
 *
 * Return: false if a link TRB is missing, wrong or does not close the ring.
 */
bool transfer_ring_init(struct transfer_ring *ring, const struct usb_memory *memory,
			volatile void *doorbell, uint32_t doorbell_value);

/**
 * transfer_ring_push() - write the next TRB; the xHC does not see it before transfer_ring_publish()
 * @ring: the ring, set up; the caller keeps fewer than @ring->capacity TRBs outstanding
 * @parameter: as the TRB's type demands
 * @status: as the TRB's type demands
 * @control: type and flags, without the cycle bit
 */
void transfer_ring_push(struct transfer_ring *ring, uint64_t parameter, uint32_t status, uint32_t control);

/**
 * transfer_ring_publish() - hand all that was pushed to the xHC and ring the doorbell
 * @ring: the ring, set up; nothing happens if nothing was pushed
 */
void transfer_ring_publish(struct transfer_ring *ring);

/**
 * transfer_ring_count_done() - how many TRBs an event tells to be done
 * @ring: the ring
 * @trb_dma: TRB pointer of the event, untrusted
 * @tail: number of the oldest outstanding data TRB, less than @ring->capacity
 * @outstanding: how many are outstanding, less than @ring->capacity
 *
 * Return: the named TRB and all before it; 0 if it is none of the outstanding ones.
 */
uint32_t transfer_ring_count_done(const struct transfer_ring *ring, uint64_t trb_dma, uint32_t tail,
				  uint32_t outstanding);

#endif /* LULLABY_USB_TRANSFER_RING_H */
