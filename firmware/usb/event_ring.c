// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The consumer's end of an xHCI event ring (xHCI 1.2, section 4.9.4).
 *
 * 1. The ring is one piece of bus memory: one segment, or several that follow each other. There are no
 *    link TRBs in it. The segment table and its registers stay the AP's.
 * 2. An entry is new if its cycle bit equals the consumer cycle state, which toggles at each wrap. The control
 *    word is read first, the rest after a barrier: the xHC writes the cycle bit last.
 * 3. After each batch the dequeue pointer register gets the address of the next entry to read, with Event
 *    Handler Busy cleared. All reads of the batch are ordered before it: the xHC may then overwrite them.
 * 4. Where to begin is read from that same register: the AP set it when it made the ring, and all consumers since
 *    kept it up to date. So a stream may come to an interrupter that other streams have used before, or use: then
 *    it finds the place that they are at, unless the AP has made the ring anew meanwhile. The entry before that
 *    place belongs to the current lap, and so tells the cycle state.
 * 5. Every endpoint reserves as many entries as it can cause, so the ring cannot overflow. Entries are
 *    freed only by event_ring_poll(), for all endpoints at once.
 * 6. An event is the xHC's word about memory that the AP owns: listeners check it.
 */
#include "event_ring.h"

#include <stddef.h>
#include <string.h>

#include "../platform.h"

/* The endpoint's place in @listeners, or EVENT_RING_MAX_LISTENERS. */
static uint32_t find_listener(const struct event_ring *ring, uint32_t slot_id, uint32_t endpoint_id)
{
	uint32_t i;

	for (i = 0; i < EVENT_RING_MAX_LISTENERS; i++) {
		const struct event_ring_listener *listener = &ring->listeners[i];

		if (listener->handler && listener->slot_id == slot_id && listener->endpoint_id == endpoint_id)
			break;
	}
	return i;
}

/* Rule 4. */
static bool find_start(struct event_ring *ring)
{
	uint64_t dequeue_dma = platform_read32(ring->registers + XHCI_ERDP_LOW) & ~(TRB_BYTES - 1);
	uint64_t offset;

	dequeue_dma |= (uint64_t)platform_read32(ring->registers + XHCI_ERDP_HIGH) << 32;
	offset = dequeue_dma - ring->dma;
	if (offset >= (uint64_t)ring->trb_count * TRB_BYTES)
		return false;
	ring->dequeue = (uint32_t)(offset / TRB_BYTES);
	if (ring->dequeue > 0)
		ring->cycle = ring->trbs[ring->dequeue - 1].control & TRB_CYCLE;
	else
		ring->cycle = ~ring->trbs[ring->trb_count - 1].control & TRB_CYCLE;
	return true;
}

bool transfer_event_ends_endpoint(uint32_t completion)
{
	switch (completion) {
	case TRB_COMPLETION_TRB_ERROR:
	case TRB_COMPLETION_STALL_ERROR:
	case TRB_COMPLETION_SLOT_NOT_ENABLED:
	case TRB_COMPLETION_ENDPOINT_NOT_ENABLED:
	case TRB_COMPLETION_STOPPED:
	case TRB_COMPLETION_STOPPED_LENGTH_INVALID:
	case TRB_COMPLETION_STOPPED_SHORT_PACKET:
		return true;
	default:
		return false;
	}
}

struct event_ring *event_ring_get(struct event_ring_pool *pool, const struct usb_endpoint_config *config)
{
	const struct usb_memory *memory = &config->event_ring;
	volatile uint8_t *registers = (volatile uint8_t *)config->runtime;
	struct event_ring *unused = NULL;

	platform_assert(memory->va && memory->bytes >= TRB_BYTES && config->interrupter);
	registers += XHCI_INTERRUPTER_OFFSET(config->interrupter);
	for (uint32_t i = 0; i < EVENT_RING_POOL_RINGS; i++) {
		struct event_ring *ring = &pool->rings[i];

		if (!ring->users) {
			unused = ring;
			continue;
		}
		if (ring->registers != registers)
			continue;
		if (ring->trbs != memory->va || ring->dma != memory->dma ||
		    ring->trb_count != memory->bytes / TRB_BYTES)
			return NULL;
		platform_assert(!ring->is_polled);
		/* Those who use it may not have noticed yet that the AP has made it anew. */
		if (!find_start(ring))
			return NULL;
		ring->users++;
		return ring;
	}
	if (!unused)
		return NULL;
	memset(unused, 0, sizeof(*unused));
	unused->trbs = memory->va;
	unused->registers = registers;
	unused->dma = memory->dma;
	unused->trb_count = memory->bytes / TRB_BYTES;
	if (!find_start(unused))
		return NULL;
	unused->users = 1;
	return unused;
}

void event_ring_put(struct event_ring *ring)
{
	platform_assert(ring->users && !ring->is_polled);
	ring->users--;
}

uint32_t event_ring_available(const struct event_ring *ring)
{
	uint32_t available = ring->trb_count - EVENT_RING_SPARE_TRBS;

	platform_assert(ring->users);
	for (uint32_t i = 0; i < EVENT_RING_MAX_LISTENERS; i++)
		if (ring->listeners[i].handler)
			available -= ring->listeners[i].reserved_trbs;
	return available;
}

bool event_ring_has_listener(const struct event_ring *ring, uint32_t slot_id, uint32_t endpoint_id)
{
	platform_assert(ring->users);
	return find_listener(ring, slot_id, endpoint_id) < EVENT_RING_MAX_LISTENERS;
}

bool event_ring_listen(struct event_ring *ring, const struct event_ring_listener *listener)
{
	platform_assert(ring->users && !ring->is_polled && listener->handler);
	if (listener->reserved_trbs > event_ring_available(ring) ||
	    event_ring_has_listener(ring, listener->slot_id, listener->endpoint_id))
		return false;
	for (uint32_t i = 0; i < EVENT_RING_MAX_LISTENERS; i++) {
		if (!ring->listeners[i].handler) {
			ring->listeners[i] = *listener;
			return true;
		}
	}
	return false;
}

void event_ring_unlisten(struct event_ring *ring, uint32_t slot_id, uint32_t endpoint_id)
{
	uint32_t i = find_listener(ring, slot_id, endpoint_id);

	platform_assert(ring->users && !ring->is_polled);
	if (i < EVENT_RING_MAX_LISTENERS)
		ring->listeners[i].handler = NULL;
}

static void deliver(struct event_ring *ring, const struct trb *trb, uint64_t now_ticks)
{
	struct transfer_event event = {
		.trb_dma = trb->parameter,
		.residue_bytes = trb->status & TRB_EVENT_RESIDUE_MASK,
		.completion = trb->status >> TRB_EVENT_COMPLETION_SHIFT,
		.slot_id = trb->control >> TRB_EVENT_SLOT_SHIFT,
		.endpoint_id = (trb->control >> TRB_EVENT_ENDPOINT_SHIFT) & TRB_EVENT_ENDPOINT_MASK,
		.seen_ticks = now_ticks,
	};
	uint32_t i = EVENT_RING_MAX_LISTENERS;

	if (TRB_TYPE(trb->control) == TRB_TYPE_HOST_CONTROLLER_EVENT &&
	    event.completion == TRB_COMPLETION_EVENT_RING_FULL)
		ring->ring_full_events++;
	else if (TRB_TYPE(trb->control) == TRB_TYPE_TRANSFER_EVENT)
		i = find_listener(ring, event.slot_id, event.endpoint_id);
	if (i < EVENT_RING_MAX_LISTENERS)
		ring->listeners[i].handler(ring->listeners[i].owner, &event);
	else
		ring->stray_events++;
}

/* Rule 3. */
static void write_dequeue_pointer(struct event_ring *ring)
{
	uint32_t offset = ring->dequeue * TRB_BYTES;
	uint64_t dequeue_dma = ring->dma + offset;
	uint32_t segment = (offset / TRB_SEGMENT_BYTES) & XHCI_ERDP_SEGMENT_MASK;

	platform_mb();
	platform_write32(ring->registers + XHCI_ERDP_LOW,
			 (uint32_t)dequeue_dma | XHCI_ERDP_EVENT_HANDLER_BUSY | segment);
	platform_write32(ring->registers + XHCI_ERDP_HIGH, (uint32_t)(dequeue_dma >> 32));
}

uint32_t event_ring_poll(struct event_ring *ring, uint64_t now_ticks)
{
	uint32_t events = 0;

	platform_assert(ring->users && !ring->is_polled);
	ring->is_polled = true;
	while (events < ring->trb_count) {
		volatile const struct trb *entry = &ring->trbs[ring->dequeue];
		struct trb trb = { .control = entry->control };

		if ((trb.control & TRB_CYCLE) != ring->cycle)
			break;
		platform_dma_rmb();	/* the cycle bit before the rest of the entry */
		trb.parameter = entry->parameter;
		trb.status = entry->status;
		if (++ring->dequeue == ring->trb_count) {
			ring->dequeue = 0;
			ring->cycle ^= TRB_CYCLE;
		}
		events++;
		deliver(ring, &trb, now_ticks);
	}
	ring->is_polled = false;
	if (events)
		write_dequeue_pointer(ring);
	return events;
}
