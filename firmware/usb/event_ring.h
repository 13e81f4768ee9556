/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The consumer's end of an xHCI event ring, shared by all streams that use its interrupter.
 * Its rules are in event_ring.c.
 */
#ifndef LULLABY_USB_EVENT_RING_H
#define LULLABY_USB_EVENT_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "trb.h"

#define EVENT_RING_MAX_LISTENERS	16	/* data and feedback endpoint of 8 streams */
#define EVENT_RING_POOL_RINGS		8
/* Entries never promised to a listener: the xHC keeps one free and may need one for Event Ring Full (4.9.4). */
#define EVENT_RING_SPARE_TRBS		2

/**
 * struct transfer_event - a Transfer Event, taken apart (6.4.2.1)
 * @trb_dma: the TRB it is about, or garbage with some completion codes
 * @residue_bytes: bytes of that TRB which were not transferred
 * @completion: enum trb_completion
 * @slot_id: device slot
 * @endpoint_id: Device Context Index
 * @seen_ticks: when it was read
 */
struct transfer_event {
	uint64_t trb_dma;
	uint32_t residue_bytes;
	uint32_t completion;
	uint32_t slot_id;
	uint32_t endpoint_id;
	uint64_t seen_ticks;
};

/**
 * transfer_event_ends_endpoint() - does an endpoint end with this event?
 * @completion: enum trb_completion
 *
 * Return: true if it is stopped, in an error state, or not there (xHCI 4.6.9, 4.10.2).
 */
bool transfer_event_ends_endpoint(uint32_t completion);

/* A handler may neither get nor put the ring, nor listen, unlisten or poll: event_ring_poll() is walking it. */
typedef void (*event_ring_handler)(void *owner, const struct transfer_event *event);

/**
 * struct event_ring_listener - who wants the events of one endpoint
 * @handler: called from event_ring_poll(); NULL: the entry is free
 * @owner: first argument of @handler
 * @slot_id: device slot
 * @endpoint_id: Device Context Index
 * @reserved_trbs: the most events this endpoint can have in the ring at once
 */
struct event_ring_listener {
	event_ring_handler handler;
	void *owner;
	uint32_t slot_id;
	uint32_t endpoint_id;
	uint32_t reserved_trbs;
};

/**
 * struct event_ring - an interrupter's event ring; written by the xHC, read by the DSP
 * @trbs: the ring; fixed while used
 * @registers: the interrupter's register set; fixed while used
 * @dma: bus address of the ring; fixed while used
 * @trb_count: entries; fixed while used
 * @dequeue: entry that is read next
 * @cycle: consumer cycle state (4.9.4)
 * @users: listeners and other references; 0: the object is free
 * @is_polled: event_ring_poll() is walking it
 * @stray_events: events that no listener wanted, or that are no Transfer Event
 * @ring_full_events: Host Controller Events that say that events were lost
 * @listeners: by endpoint
 */
struct event_ring {
	volatile const struct trb *trbs;
	volatile uint8_t *registers;
	uint64_t dma;
	uint32_t trb_count;
	uint32_t dequeue;
	uint32_t cycle;
	uint32_t users;
	bool is_polled;
	uint32_t stray_events;
	uint32_t ring_full_events;
	struct event_ring_listener listeners[EVENT_RING_MAX_LISTENERS];
};

/**
 * struct event_ring_pool - the event rings in use; all zero is an empty pool
 * @rings: those with users are in use
 */
struct event_ring_pool {
	struct event_ring rings[EVENT_RING_POOL_RINGS];
};

/**
 * event_ring_get() - a reference to the event ring that a configuration names
 * @pool: where it is, or is made
 * @config: checked by usb_endpoint_check()
 *
 * Return: the ring, or NULL if the pool is full, the interrupter is in use with other memory, or its dequeue
 * pointer register does not point into the ring.
 */
struct event_ring *event_ring_get(struct event_ring_pool *pool, const struct usb_endpoint_config *config);

/**
 * event_ring_put() - give a reference back
 * @ring: from event_ring_get()
 */
void event_ring_put(struct event_ring *ring);

/**
 * event_ring_available() - how many entries no listener has reserved
 * @ring: the ring
 *
 * Return: entries that event_ring_listen() can still reserve.
 */
uint32_t event_ring_available(const struct event_ring *ring);

/**
 * event_ring_has_listener() - are an endpoint's events delivered already?
 * @ring: the ring
 * @slot_id: device slot
 * @endpoint_id: Device Context Index
 *
 * Return: true if the endpoint, and so its transfer ring, is in use.
 */
bool event_ring_has_listener(const struct event_ring *ring, uint32_t slot_id, uint32_t endpoint_id);

/**
 * event_ring_listen() - have an endpoint's events delivered
 * @ring: the ring
 * @listener: copied, with a handler
 *
 * Return: false if the entries cannot be reserved, or the endpoint has a listener.
 */
bool event_ring_listen(struct event_ring *ring, const struct event_ring_listener *listener);

/**
 * event_ring_unlisten() - no events of this endpoint from here on
 * @ring: the ring
 * @slot_id: device slot
 * @endpoint_id: Device Context Index
 */
void event_ring_unlisten(struct event_ring *ring, uint32_t slot_id, uint32_t endpoint_id);

/**
 * event_ring_poll() - deliver new events, and tell the xHC how far they were read
 * @ring: the ring
 * @now_ticks: platform_ticks()
 *
 * At most one lap, so that a wild producer cannot hold the caller.
 *
 * Return: how many entries were read.
 */
uint32_t event_ring_poll(struct event_ring *ring, uint64_t now_ticks);

#endif /* LULLABY_USB_EVENT_RING_H */
