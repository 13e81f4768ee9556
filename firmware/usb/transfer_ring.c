// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The producer's end of an xHCI transfer ring (xHCI 1.2, sections 4.9.2 and 4.11.5).
 *
 * Shape
 * 1. A ring is segments of 256 TRBs. The last TRB of each is a link to the next segment, that of the
 *    last segment leads to the first and has Toggle Cycle set. The AP writes the links before it offloads
 *    the ring; their addresses are the xHC's. For the DSP segment k is at trbs + k * 256.
 * 2. A new ring is empty: nothing in it is the xHC's, enqueue is TRB 0 of segment 0, producer cycle 1.
 *
 * Ownership
 * 3. A TRB is the xHC's if its cycle bit equals the cycle state with which the xHC will get there. The DSP
 *    writes only TRBs that are not: those it has not handed over, or whose transfer has completed.
 * 4. After init the DSP never reads a TRB back: the ring's state is in its own memory.
 *
 * Producing
 * 5. The first TRB of a batch is written with its cycle bit inverted, all others as they have to be. The xHC stops
 *    at the first, so it sees none of them, and no link behind it either.
 * 6. With the last data TRB of a segment, its link is handed over too, so enqueue never rests on a link.
 *    The link's Chain bit stays as the AP set it (some controllers need it): no TD here spans two TRBs.
 * 7. transfer_ring_publish() is the one place where the xHC gets anything: it orders the batch before the first TRB's
 *    control word, writes that, orders it before the doorbell, and rings. It rings each time: an endpoint whose
 *    ring had run empty does not move otherwise (4.10.3.1), and on a running one it does no harm (4.7).
 * 8. At most capacity - 1 TRBs are outstanding. The caller counts them: it knows what has completed.
 */
#include "transfer_ring.h"

#include <stddef.h>

#include "../platform.h"

static struct trb *data_trb(const struct transfer_ring *ring, uint32_t number)
{
	uint32_t segment = number / TRB_SEGMENT_DATA_TRBS;

	return &ring->trbs[segment * TRB_SEGMENT_TRBS + number % TRB_SEGMENT_DATA_TRBS];
}

/* Volatile: each word is stored once and whole, in this order. The cycle bit comes with the last. */
static void write_trb(struct trb *trb, uint64_t parameter, uint32_t status, uint32_t control)
{
	volatile struct trb *shared = trb;

	shared->parameter = parameter;
	shared->status = status;
	shared->control = control;
}

bool transfer_ring_init(struct transfer_ring *ring, const struct usb_memory *memory,
			volatile void *doorbell, uint32_t doorbell_value)
{
	uint32_t segments = memory->bytes / TRB_SEGMENT_BYTES;

	platform_assert(memory->bytes % TRB_SEGMENT_BYTES == 0 && memory->dma % 64 == 0);
	platform_assert(doorbell_value >= 2 && doorbell_value <= 31);
	if (segments == 0 || segments > TRANSFER_RING_MAX_SEGMENTS)
		return false;
	ring->trbs = memory->va;
	ring->segments = segments;
	ring->link_control = TRB_TYPE_LINK << TRB_TYPE_SHIFT;
	ring->link_control |= ring->trbs[TRB_SEGMENT_DATA_TRBS].control & TRB_CHAIN;
	ring->segment_dma[0] = memory->dma;
	for (uint32_t segment = 0; segment < segments; segment++) {
		bool is_last = segment == segments - 1;
		const volatile struct trb *link = &ring->trbs[(segment + 1) * TRB_SEGMENT_TRBS - 1];
		uint64_t next = link->parameter & TRB_LINK_ADDRESS_MASK;
		uint32_t control = link->control;

		if (TRB_TYPE(control) != TRB_TYPE_LINK || !(control & TRB_LINK_TOGGLE_CYCLE) == is_last)
			return false;
		if (is_last && next != memory->dma)
			return false;
		if (next % 64 != 0 || next > UINT64_MAX - TRB_SEGMENT_BYTES)
			return false;
		if (!is_last)
			ring->segment_dma[segment + 1] = next;
	}
	/* TRBs of a former owner would be the xHC's at once, by rule 3. */
	ring->capacity = segments * TRB_SEGMENT_DATA_TRBS;
	for (uint32_t number = 0; number < ring->capacity; number++)
		write_trb(data_trb(ring, number), 0, 0, 0);
	ring->doorbell = doorbell;
	ring->doorbell_value = doorbell_value;
	ring->enqueue = 0;
	ring->cycle = TRB_CYCLE;
	ring->unpublished = NULL;
	return true;
}

/* Rule 6. */
static void hand_over_link(struct transfer_ring *ring, uint32_t segment)
{
	volatile struct trb *link = &ring->trbs[(segment + 1) * TRB_SEGMENT_TRBS - 1];
	bool is_last = segment == ring->segments - 1;
	uint32_t control = ring->link_control | ring->cycle;

	if (is_last)
		control |= TRB_LINK_TOGGLE_CYCLE;
	link->control = control;
	if (is_last)
		ring->cycle ^= TRB_CYCLE;
}

void transfer_ring_push(struct transfer_ring *ring, uint64_t parameter, uint32_t status, uint32_t control)
{
	struct trb *trb = data_trb(ring, ring->enqueue);
	uint32_t cycle = ring->cycle;

	platform_assert(ring->enqueue < ring->capacity && !(control & TRB_CYCLE));
	if (!ring->unpublished) {
		ring->unpublished = trb;
		ring->unpublished_control = control | cycle;
		cycle ^= TRB_CYCLE;
	}
	write_trb(trb, parameter, status, control | cycle);

	ring->enqueue++;
	if (ring->enqueue % TRB_SEGMENT_DATA_TRBS == 0)
		hand_over_link(ring, ring->enqueue / TRB_SEGMENT_DATA_TRBS - 1);
	if (ring->enqueue == ring->capacity)
		ring->enqueue = 0;
}

void transfer_ring_publish(struct transfer_ring *ring)
{
	volatile struct trb *first = ring->unpublished;

	platform_assert(ring->capacity);
	if (!first)
		return;
	ring->unpublished = NULL;
	platform_dma_wmb();	/* the batch, and the data it points to, before the cycle bit */
	first->control = ring->unpublished_control;
	platform_mb();		/* the cycle bit before the doorbell */
	platform_write32(ring->doorbell, ring->doorbell_value);
}

/* Number of the data TRB at a bus address, or the capacity if there is none. */
static uint32_t find_data_trb(const struct transfer_ring *ring, uint64_t trb_dma)
{
	for (uint32_t segment = 0; segment < ring->segments; segment++) {
		uint64_t offset = trb_dma - ring->segment_dma[segment];

		if (offset >= TRB_SEGMENT_BYTES)
			continue;
		if (offset % TRB_BYTES != 0 || offset / TRB_BYTES == TRB_SEGMENT_DATA_TRBS)
			break;
		return segment * TRB_SEGMENT_DATA_TRBS + (uint32_t)offset / TRB_BYTES;
	}
	return ring->capacity;
}

uint32_t transfer_ring_count_done(const struct transfer_ring *ring, uint64_t trb_dma, uint32_t tail,
				  uint32_t outstanding)
{
	uint32_t number = find_data_trb(ring, trb_dma);
	uint32_t distance;

	platform_assert(tail < ring->capacity && outstanding < ring->capacity);
	if (number == ring->capacity)
		return 0;
	distance = number >= tail ? number - tail : number + ring->capacity - tail;
	return distance < outstanding ? distance + 1 : 0;
}
