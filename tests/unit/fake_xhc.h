/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A fake xHC: executes isochronous transfer rings by bus address, in fake_platform's time, as hardware
 * does, and fails the test on anything that hardware would be entitled to mishandle:
 *
 * - a TRB is taken as soon as its cycle bit makes it the xHC's, at any barrier, not at the doorbell. From then
 *   until its event neither it nor its data may change (data: but to silence, when a test allows it);
 * - links are followed only if they are the xHC's, and addresses must be mapped;
 * - no buffer crosses 64 KiB, no TD is larger than the endpoint allows, burst fields fit, SIA and interrupter are set;
 * - the event ring never overflows, and its dequeue pointer register never goes back or beyond.
 */
#ifndef LULLABY_TESTS_FAKE_XHC_H
#define LULLABY_TESTS_FAKE_XHC_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/usb/endpoint.h"
#include "firmware/usb/trb.h"
#include "unit.h"

#define FAKE_XHC_ENDPOINTS	8
#define FAKE_XHC_INTERRUPTERS	4
#define FAKE_XHC_REGIONS	64
#define FAKE_XHC_SLOTS		64
#define FAKE_XHC_OWNED_TDS	1024

/* The fate of one TD. */
enum fake_fault {
	FAKE_FAULT_NONE,
	FAKE_FAULT_MISSED,		/* Missed Service Error that names the TD */
	FAKE_FAULT_MISSED_UNNAMED,	/* Missed Service Error with a void pointer */
	FAKE_FAULT_TRANSACTION_ERROR,
	FAKE_FAULT_TRB_ERROR,		/* ends the endpoint */
	FAKE_FAULT_SILENT,		/* executed, but its event is lost */
};

struct fake_xhc;
struct fake_endpoint;
typedef enum fake_fault (*fake_fault_source)(struct fake_endpoint *endpoint, void *context);
/* The packet of the service interval that begins with next_uframe; it returns its length, which may be too long. */
typedef uint32_t (*fake_in_source)(struct fake_endpoint *endpoint, void *context, uint8_t *data, uint32_t room_bytes);

struct fake_region {
	uint64_t dma;
	uint8_t *va;
	uint32_t bytes;
	void *allocation;	/* to free, or NULL: part of another region's */
};

struct fake_owned_td {
	uint64_t trb_dma;
	struct trb trb;
	uint8_t *data;		/* as it was when the xHC got it */
};

struct fake_endpoint {
	struct fake_xhc *xhc;
	struct usb_endpoint_descriptor descriptor;
	struct usb_memory ring;
	uint32_t slot_id;
	uint32_t endpoint_id;
	uint32_t speed;
	uint32_t max_burst;
	uint32_t interrupter;
	uint32_t interval_uframes;
	uint64_t scan_dma;		/* next TRB that may become the xHC's */
	uint32_t last_control;		/* of the last that did */
	uint32_t cycle;
	bool is_running;
	bool is_dead;
	bool tells_underruns;		/* QEMU tells them to another interrupter */
	bool may_be_silenced;
	uint64_t next_uframe;
	struct fake_owned_td owned[FAKE_XHC_OWNED_TDS];
	uint32_t owned_head;
	uint32_t owned_count;
	uint32_t most_owned;
	fake_fault_source fault;
	void *fault_context;
	/* the bytes that came out of it */
	uint8_t *capture;
	size_t capture_bytes;
	size_t capture_capacity;
	uint32_t tds;
	uint32_t missed;
	uint32_t errors;
	uint32_t underruns;
	uint32_t doorbells;
	uint32_t laps;
	uint64_t first_uframe;
	uint64_t last_uframe;
	/* of an IN endpoint: its packets, or one value for all */
	fake_in_source in_source;
	void *in_context;
	uint32_t in_value;
	uint32_t in_bytes;
};

struct fake_interrupter {
	struct usb_memory ring;
	uint32_t trb_count;
	uint32_t enqueue;
	uint32_t cycle;
	uint32_t dequeue;		/* from the register */
	uint32_t erdp_low;
	uint32_t erdp_high;
	uint32_t pending;		/* entries between dequeue and enqueue */
	uint32_t most_pending;
	uint64_t events;
};

struct fake_xhc {
	struct random random;
	uint32_t *doorbells;
	uint8_t *runtime;
	uint32_t runtime_bytes;
	uint64_t next_dma;
	struct fake_region regions[FAKE_XHC_REGIONS];
	uint32_t region_count;
	struct fake_interrupter interrupters[FAKE_XHC_INTERRUPTERS];
	struct fake_endpoint endpoints[FAKE_XHC_ENDPOINTS];
	uint32_t endpoint_count;
	bool runs_at_barriers;		/* time passes while the firmware runs, too */
	bool is_running;		/* against recursion */
};

struct fake_xhc *fake_xhc_create(uint64_t seed);
void fake_xhc_destroy(struct fake_xhc *xhc);

/* Bus memory of any size, page-aligned in both spaces, contiguous in both. */
struct usb_memory fake_xhc_alloc(struct fake_xhc *xhc, uint32_t bytes);

/* Interrupter @number with an event ring, as the AP sets it up. */
void fake_xhc_add_interrupter(struct fake_xhc *xhc, uint32_t number, uint32_t segments);

/* The AP takes it away and makes it anew, with the same memory. */
void fake_xhc_renew_interrupter(struct fake_xhc *xhc, uint32_t number);

/* An endpoint with a new transfer ring, whose segments are apart on the bus. */
struct fake_endpoint *fake_xhc_add_endpoint(struct fake_xhc *xhc, uint32_t slot_id, uint32_t speed,
					    const struct usb_endpoint_descriptor *descriptor,
					    uint32_t segments, uint32_t interrupter);

/* The AP's description of endpoints for the DSP. @sync may be NULL. */
void fake_xhc_describe(const struct fake_xhc *xhc, const struct fake_endpoint *data,
		       const struct fake_endpoint *sync, const struct usb_memory *buffer,
		       uint32_t subslot_bytes, struct usb_endpoint_config *config);

/* Executes all transfers that are due until fake_platform.now_ticks. */
void fake_xhc_run(struct fake_xhc *xhc);

/* The AP stops the endpoint: a Stopped event, and nothing more is executed. */
void fake_xhc_stop_endpoint(struct fake_endpoint *endpoint);

/* The AP sets the interface anew: a fresh ring, at the very same address. Queued transfers are forgotten. */
void fake_xhc_renew_endpoint(struct fake_endpoint *endpoint);

/* Any event, even nonsense; the cycle bit is set right. */
void fake_xhc_post_event(struct fake_xhc *xhc, uint32_t interrupter, uint64_t parameter, uint32_t status,
			 uint32_t control);

#endif /* LULLABY_TESTS_FAKE_XHC_H */
