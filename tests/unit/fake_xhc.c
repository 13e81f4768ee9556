// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "fake_xhc.h"

#include "fake_platform.h"
#include "wire/usb_audio_stream.h"

#define TICKS_OF(uframes)	((uframes) * (uint64_t)FAKE_TICKS_PER_SECOND / 8000)

static uint64_t now_uframe(void)
{
	return fake_platform.now_ticks * 8000 / FAKE_TICKS_PER_SECOND;
}

/* ---- bus memory ---- */

static uint8_t *bus_to_va(const struct fake_xhc *xhc, uint64_t dma, uint32_t bytes)
{
	for (uint32_t i = 0; i < xhc->region_count; i++) {
		const struct fake_region *region = &xhc->regions[i];

		if (dma >= region->dma && dma - region->dma < region->bytes &&
		    bytes <= region->bytes - (dma - region->dma))
			return region->va + (dma - region->dma);
	}
	fail_msg("bus access to 0x%llx, %u bytes, where there is no memory", (unsigned long long)dma, bytes);
	return NULL;
}

static void add_region(struct fake_xhc *xhc, uint64_t dma, uint8_t *va, uint32_t bytes, void *allocation)
{
	assert_true(xhc->region_count < FAKE_XHC_REGIONS);
	xhc->regions[xhc->region_count++] = (struct fake_region){ dma, va, bytes, allocation };
}

static uint64_t new_dma(struct fake_xhc *xhc, uint32_t bytes)
{
	uint64_t dma = xhc->next_dma;

	xhc->next_dma += (bytes + 4095) / 4096 * 4096 + 4096 * (1 + random_below(&xhc->random, 20));
	return dma;
}

static void *alloc_pages(uint32_t bytes)
{
	void *va = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);

	assert_non_null(va);
	memset(va, 0, (bytes + 4095) / 4096 * 4096);
	return va;
}

struct usb_memory fake_xhc_alloc(struct fake_xhc *xhc, uint32_t bytes)
{
	struct usb_memory memory = { alloc_pages(bytes), new_dma(xhc, bytes), bytes };

	add_region(xhc, memory.dma, memory.va, bytes, memory.va);
	return memory;
}

/* ---- event rings ---- */

static struct trb *event_entry(struct fake_interrupter *interrupter, uint32_t index)
{
	return (struct trb *)interrupter->ring.va + index;
}

void fake_xhc_post_event(struct fake_xhc *xhc, uint32_t number, uint64_t parameter, uint32_t status,
			 uint32_t control)
{
	struct fake_interrupter *interrupter = &xhc->interrupters[number];
	volatile struct trb *entry = event_entry(interrupter, interrupter->enqueue);

	/* One entry stays free (4.9.4). */
	assert_true(interrupter->pending < interrupter->trb_count - 1);
	entry->parameter = parameter;
	entry->status = status;
	entry->control = (control & ~TRB_CYCLE) | interrupter->cycle;
	if (++interrupter->enqueue == interrupter->trb_count) {
		interrupter->enqueue = 0;
		interrupter->cycle ^= TRB_CYCLE;
	}
	interrupter->events++;
	if (++interrupter->pending > interrupter->most_pending)
		interrupter->most_pending = interrupter->pending;
}

static void post_transfer_event(struct fake_endpoint *endpoint, uint64_t trb_dma, uint32_t residue_bytes,
				uint32_t completion)
{
	fake_xhc_post_event(endpoint->xhc, endpoint->interrupter, trb_dma,
			    residue_bytes | completion << TRB_EVENT_COMPLETION_SHIFT,
			    TRB_TYPE_TRANSFER_EVENT << TRB_TYPE_SHIFT |
			    endpoint->endpoint_id << TRB_EVENT_ENDPOINT_SHIFT |
			    endpoint->slot_id << TRB_EVENT_SLOT_SHIFT);
}

static uint32_t read_runtime(void *context, uint32_t offset)
{
	struct fake_xhc *xhc = context;
	uint32_t number = (offset - XHCI_INTERRUPTER_OFFSET(0)) / XHCI_INTERRUPTER_BYTES;
	uint32_t reg = offset % XHCI_INTERRUPTER_BYTES;

	if (offset == 0)
		return now_uframe() & 0x3fff;	/* MFINDEX */
	assert_true(offset >= XHCI_INTERRUPTER_OFFSET(1));	/* interrupter 0 is the AP's */
	assert_true(reg == XHCI_ERDP_LOW || reg == XHCI_ERDP_HIGH);
	return reg == XHCI_ERDP_LOW ? xhc->interrupters[number].erdp_low : xhc->interrupters[number].erdp_high;
}

static void write_runtime(void *context, uint32_t offset, uint32_t value)
{
	struct fake_xhc *xhc = context;
	uint32_t number = (offset - XHCI_INTERRUPTER_OFFSET(0)) / XHCI_INTERRUPTER_BYTES;
	uint32_t reg = offset % XHCI_INTERRUPTER_BYTES;
	struct fake_interrupter *interrupter = &xhc->interrupters[number];
	uint64_t dequeue_dma;
	uint32_t index, consumed;

	assert_true(offset >= XHCI_INTERRUPTER_OFFSET(1));
	if (reg == XHCI_ERDP_LOW) {
		assert_true(value & XHCI_ERDP_EVENT_HANDLER_BUSY);
		interrupter->erdp_low = value & ~XHCI_ERDP_EVENT_HANDLER_BUSY;
		return;
	}
	assert_int_equal(reg, XHCI_ERDP_HIGH);
	interrupter->erdp_high = value;
	dequeue_dma = (uint64_t)value << 32 | (interrupter->erdp_low & ~15u);
	assert_true(dequeue_dma >= interrupter->ring.dma);
	index = (uint32_t)((dequeue_dma - interrupter->ring.dma) / TRB_BYTES);
	assert_true(index < interrupter->trb_count);
	assert_int_equal(interrupter->erdp_low & XHCI_ERDP_SEGMENT_MASK, (index / TRB_SEGMENT_TRBS) & 7);
	consumed = (index + interrupter->trb_count - interrupter->dequeue) % interrupter->trb_count;
	assert_true(consumed <= interrupter->pending);
	interrupter->pending -= consumed;
	interrupter->dequeue = index;
}

void fake_xhc_add_interrupter(struct fake_xhc *xhc, uint32_t number, uint32_t segments)
{
	struct fake_interrupter *interrupter = &xhc->interrupters[number];

	interrupter->ring = fake_xhc_alloc(xhc, segments * TRB_SEGMENT_BYTES);
	interrupter->trb_count = segments * TRB_SEGMENT_TRBS;
	interrupter->cycle = TRB_CYCLE;
	interrupter->erdp_low = (uint32_t)interrupter->ring.dma;
	interrupter->erdp_high = (uint32_t)(interrupter->ring.dma >> 32);
}

void fake_xhc_renew_interrupter(struct fake_xhc *xhc, uint32_t number)
{
	struct fake_interrupter *interrupter = &xhc->interrupters[number];

	memset(interrupter->ring.va, 0, interrupter->ring.bytes);
	*interrupter = (struct fake_interrupter){
		.ring = interrupter->ring,
		.trb_count = interrupter->trb_count,
		.cycle = TRB_CYCLE,
		.erdp_low = (uint32_t)interrupter->ring.dma,
		.erdp_high = (uint32_t)(interrupter->ring.dma >> 32),
	};
}

/* ---- transfer rings ---- */

static uint32_t max_td_bytes(const struct fake_endpoint *endpoint)
{
	uint32_t packet = endpoint->descriptor.max_packet & 0x7ff;

	if (endpoint->speed == UAUDIO_SPEED_HIGH)
		return packet * (1 + ((endpoint->descriptor.max_packet >> 11) & 3));
	return endpoint->speed >= UAUDIO_SPEED_SUPER ? packet * (endpoint->max_burst + 1) : packet;
}

static void check_td(const struct fake_endpoint *endpoint, const struct trb *trb)
{
	uint32_t bytes = trb->status & TRB_STATUS_LENGTH_MASK;
	uint32_t packet = endpoint->descriptor.max_packet & 0x7ff;
	uint32_t packets = bytes ? (bytes + packet - 1) / packet : 1;
	uint32_t tbc = (trb->control >> TRB_TBC_SHIFT) & TRB_TBC_MASK;
	uint32_t tlbpc = (trb->control >> TRB_TLBPC_SHIFT) & TRB_TLBPC_MASK;

	assert_int_equal(TRB_TYPE(trb->control), TRB_TYPE_ISOCH);
	assert_false(trb->control & TRB_CHAIN);
	assert_true(trb->control & TRB_SIA);
	assert_int_equal(trb->status >> TRB_STATUS_INTERRUPTER_SHIFT, endpoint->interrupter);
	assert_int_equal((trb->status >> 17) & 0x1f, 0);	/* TD size: nothing after this TRB */
	assert_int_equal(!(trb->control & TRB_IOC), !(trb->control & TRB_BEI));
	assert_true(bytes <= max_td_bytes(endpoint));
	assert_true(bytes == 0 || trb->parameter >> 16 == (trb->parameter + bytes - 1) >> 16);
	if (endpoint->speed >= UAUDIO_SPEED_SUPER) {
		/* All bursts but the last are full. */
		assert_int_equal(packets, tbc * (endpoint->max_burst + 1) + tlbpc + 1);
		assert_true(tlbpc <= endpoint->max_burst);
	} else {
		assert_int_equal(tbc, 0);
		assert_int_equal(tlbpc, packets - 1);
	}
}

/* Takes all TRBs that have become the xHC's. */
static void scan(struct fake_endpoint *endpoint)
{
	struct fake_xhc *xhc = endpoint->xhc;

	if (endpoint->is_dead)
		return;
	for (;;) {
		struct trb trb = *(volatile struct trb *)bus_to_va(xhc, endpoint->scan_dma, TRB_BYTES);
		struct fake_owned_td *td;
		uint32_t bytes;

		if ((trb.control & TRB_CYCLE) != endpoint->cycle)
			return;
		if (TRB_TYPE(trb.control) == TRB_TYPE_LINK) {
			endpoint->scan_dma = trb.parameter;
			if (trb.control & TRB_LINK_TOGGLE_CYCLE) {
				endpoint->cycle ^= TRB_CYCLE;
				endpoint->laps++;
			}
			continue;
		}
		check_td(endpoint, &trb);
		assert_true(endpoint->owned_count < FAKE_XHC_OWNED_TDS);
		td = &endpoint->owned[(endpoint->owned_head + endpoint->owned_count) % FAKE_XHC_OWNED_TDS];
		bytes = trb.status & TRB_STATUS_LENGTH_MASK;
		td->trb_dma = endpoint->scan_dma;
		td->trb = trb;
		td->data = malloc(bytes + 1);
		if (bytes)
			memcpy(td->data, bus_to_va(xhc, trb.parameter, bytes), bytes);
		endpoint->last_control = trb.control;
		endpoint->owned_count++;
		if (endpoint->owned_count > endpoint->most_owned)
			endpoint->most_owned = endpoint->owned_count;
		endpoint->scan_dma += TRB_BYTES;
	}
}

static void capture(struct fake_endpoint *endpoint, const uint8_t *data, uint32_t bytes)
{
	if (endpoint->capture_bytes + bytes > endpoint->capture_capacity) {
		endpoint->capture_capacity = 2 * (endpoint->capture_capacity + bytes);
		endpoint->capture = realloc(endpoint->capture, endpoint->capture_capacity);
		assert_non_null(endpoint->capture);
	}
	if (bytes)
		memcpy(endpoint->capture + endpoint->capture_bytes, data, bytes);
	endpoint->capture_bytes += bytes;
}

static bool is_all(const uint8_t *data, uint32_t bytes, uint8_t value)
{
	while (bytes--)
		if (*data++ != value)
			return false;
	return true;
}

static void send_packet(struct fake_endpoint *endpoint, const struct fake_owned_td *td)
{
	uint32_t bytes = td->trb.status & TRB_STATUS_LENGTH_MASK;
	const uint8_t *data = bytes ? bus_to_va(endpoint->xhc, td->trb.parameter, bytes) : NULL;

	/* The data of a TD that is the xHC's has not changed. */
	if (bytes && memcmp(data, td->data, bytes) != 0)
		assert_true(endpoint->may_be_silenced && is_all(data, bytes, 0));
	capture(endpoint, data, bytes);
}

static uint32_t receive_packet(struct fake_endpoint *endpoint, const struct fake_owned_td *td)
{
	uint32_t bytes = td->trb.status & TRB_STATUS_LENGTH_MASK;
	uint8_t *data = bus_to_va(endpoint->xhc, td->trb.parameter, bytes);
	uint32_t received = endpoint->in_bytes < bytes ? endpoint->in_bytes : bytes;

	if (endpoint->in_source)
		received = endpoint->in_source(endpoint, endpoint->in_context, data, bytes);
	else
		memcpy(data, &endpoint->in_value, received);
	return bytes - received;
}

static void execute(struct fake_endpoint *endpoint)
{
	struct fake_owned_td *td = &endpoint->owned[endpoint->owned_head];
	enum fake_fault fault = endpoint->fault ? endpoint->fault(endpoint, endpoint->fault_context) :
						  FAKE_FAULT_NONE;
	bool reports = td->trb.control & TRB_IOC;
	uint32_t residue = 0, completion = TRB_COMPLETION_SUCCESS;
	uint64_t pointer = td->trb_dma;

	endpoint->owned_head = (endpoint->owned_head + 1) % FAKE_XHC_OWNED_TDS;
	endpoint->owned_count--;
	endpoint->tds++;
	assert_memory_equal(bus_to_va(endpoint->xhc, td->trb_dma, TRB_BYTES), &td->trb, TRB_BYTES);
	switch (fault) {
	case FAKE_FAULT_MISSED_UNNAMED:
		pointer = 0;
		/* fall through */
	case FAKE_FAULT_MISSED:
		endpoint->missed++;
		completion = TRB_COMPLETION_MISSED_SERVICE;
		reports = true;
		break;
	case FAKE_FAULT_TRB_ERROR:
		completion = TRB_COMPLETION_TRB_ERROR;
		endpoint->is_dead = true;
		endpoint->is_running = false;
		reports = true;
		break;
	case FAKE_FAULT_TRANSACTION_ERROR:
		endpoint->errors++;
		completion = TRB_COMPLETION_USB_TRANSACTION_ERROR;
		reports = true;
		break;
	case FAKE_FAULT_SILENT:
		reports = false;
		/* fall through */
	case FAKE_FAULT_NONE:
		if (endpoint->descriptor.address & USB_ENDPOINT_DIRECTION_IN)
			residue = receive_packet(endpoint, td);
		else
			send_packet(endpoint, td);
		if (residue > TRB_STATUS_LENGTH_MASK) {
			completion = TRB_COMPLETION_BABBLE_DETECTED;
			residue = 0;
			endpoint->errors++;
		} else if (residue) {
			completion = TRB_COMPLETION_SHORT_PACKET;
		}
		break;
	}
	free(td->data);
	if (reports)
		post_transfer_event(endpoint, pointer, residue, completion);
}

static void serve_interval(struct fake_endpoint *endpoint)
{
	if (endpoint->owned_count) {
		if (!endpoint->tds)
			endpoint->first_uframe = endpoint->next_uframe;
		endpoint->last_uframe = endpoint->next_uframe;
		execute(endpoint);
		return;
	}
	endpoint->is_running = false;
	endpoint->underruns++;
	if (endpoint->tells_underruns)
		post_transfer_event(endpoint, 0, 0, endpoint->descriptor.address & USB_ENDPOINT_DIRECTION_IN ?
				    TRB_COMPLETION_RING_OVERRUN : TRB_COMPLETION_RING_UNDERRUN);
}

void fake_xhc_run(struct fake_xhc *xhc)
{
	uint64_t now = now_uframe();

	if (xhc->is_running)
		return;
	xhc->is_running = true;
	for (uint32_t i = 0; i < xhc->endpoint_count; i++) {
		struct fake_endpoint *endpoint = &xhc->endpoints[i];

		for (;;) {
			scan(endpoint);
			if (!endpoint->is_running || endpoint->next_uframe > now)
				break;
			serve_interval(endpoint);
			endpoint->next_uframe += endpoint->interval_uframes;
		}
	}
	xhc->is_running = false;
}

static void write_doorbell(void *context, uint32_t offset, uint32_t value)
{
	struct fake_xhc *xhc = context;

	for (uint32_t i = 0; i < xhc->endpoint_count; i++) {
		struct fake_endpoint *endpoint = &xhc->endpoints[i];
		uint64_t interval = endpoint->interval_uframes;

		if (endpoint->slot_id != offset / 4 || endpoint->endpoint_id != value)
			continue;
		endpoint->doorbells++;
		if (endpoint->is_dead)
			return;
		scan(endpoint);
		/* The last TD must report, or the producer would wait for ever. */
		assert_true(endpoint->last_control & TRB_IOC);
		if (endpoint->is_running)
			return;
		assert_true(endpoint->owned_count > 0);
		endpoint->is_running = true;
		endpoint->next_uframe = (now_uframe() / interval + 1) * interval;
		return;
	}
	fail_msg("doorbell of slot %u, endpoint %u, which was not offloaded", offset / 4, value);
}

static uint32_t read_doorbell(void *context, uint32_t offset)
{
	(void)context;
	(void)offset;
	return 0;	/* xHCI 5.6: reads return 0 */
}

static void at_barrier(void *context)
{
	struct fake_xhc *xhc = context;

	if (xhc->is_running)
		return;
	for (uint32_t i = 0; i < xhc->endpoint_count; i++)
		scan(&xhc->endpoints[i]);
	if (xhc->runs_at_barriers && random_below(&xhc->random, 4) == 0) {
		fake_platform.now_ticks += random_below(&xhc->random, (uint32_t)TICKS_OF(2));
		fake_xhc_run(xhc);
	}
}

/* Links as Linux's xhci-mem.c leaves them: no cycle bit, Toggle Cycle on the last. */
static void link_segments(struct fake_xhc *xhc, struct usb_memory *ring, uint32_t segments)
{
	uint64_t dma[16];

	assert_in_range(segments, 1, 16);
	ring->bytes = segments * TRB_SEGMENT_BYTES;
	ring->va = alloc_pages(ring->bytes);
	for (uint32_t i = 0; i < segments; i++) {
		dma[i] = new_dma(xhc, TRB_SEGMENT_BYTES);
		add_region(xhc, dma[i], (uint8_t *)ring->va + i * TRB_SEGMENT_BYTES, TRB_SEGMENT_BYTES,
			   i == 0 ? ring->va : NULL);
	}
	ring->dma = dma[0];
	for (uint32_t i = 0; i < segments; i++) {
		struct trb *link = (struct trb *)ring->va + (i + 1) * TRB_SEGMENT_TRBS - 1;

		link->parameter = dma[(i + 1) % segments];
		link->control = TRB_TYPE_LINK << TRB_TYPE_SHIFT;
		if (i == segments - 1)
			link->control |= TRB_LINK_TOGGLE_CYCLE;
	}
}

struct fake_endpoint *fake_xhc_add_endpoint(struct fake_xhc *xhc, uint32_t slot_id, uint32_t speed,
					    const struct usb_endpoint_descriptor *descriptor,
					    uint32_t segments, uint32_t interrupter)
{
	struct fake_endpoint *endpoint = &xhc->endpoints[xhc->endpoint_count++];

	assert_true(xhc->endpoint_count <= FAKE_XHC_ENDPOINTS);
	endpoint->xhc = xhc;
	endpoint->descriptor = *descriptor;
	endpoint->slot_id = slot_id;
	endpoint->endpoint_id = (descriptor->address & 15u) * 2 + (descriptor->address >> 7);
	endpoint->speed = speed;
	endpoint->interrupter = interrupter;
	endpoint->interval_uframes = (speed == UAUDIO_SPEED_FULL ? 8u : 1u) << (descriptor->interval - 1);
	link_segments(xhc, &endpoint->ring, segments);
	endpoint->scan_dma = endpoint->ring.dma;
	endpoint->cycle = TRB_CYCLE;
	endpoint->tells_underruns = true;
	return endpoint;
}

void fake_xhc_describe(const struct fake_xhc *xhc, const struct fake_endpoint *data,
		       const struct fake_endpoint *sync, const struct usb_memory *buffer,
		       uint32_t subslot_bytes, struct usb_endpoint_config *config)
{
	*config = (struct usb_endpoint_config){
		.data_ring = data->ring,
		.event_ring = xhc->interrupters[data->interrupter].ring,
		.transfer_buffer = *buffer,
		.doorbells = xhc->doorbells,
		.runtime = xhc->runtime,
		.doorbell_bytes = (FAKE_XHC_SLOTS + 1) * 4,
		.runtime_bytes = xhc->runtime_bytes,
		.max_slots = FAKE_XHC_SLOTS,
		.slot_id = data->slot_id,
		.interrupter = data->interrupter,
		.speed = data->speed,
		.subslot_bytes = subslot_bytes,
		.max_burst = data->max_burst,
		.data = data->descriptor,
	};
	if (sync) {
		config->sync_ring = sync->ring;
		config->sync = sync->descriptor;
	}
}

void fake_xhc_stop_endpoint(struct fake_endpoint *endpoint)
{
	uint64_t pointer = endpoint->owned_count ? endpoint->owned[endpoint->owned_head].trb_dma :
						   endpoint->scan_dma;

	endpoint->is_dead = true;
	endpoint->is_running = false;
	post_transfer_event(endpoint, pointer, 0, TRB_COMPLETION_STOPPED_LENGTH_INVALID);
}

static void forget_owned(struct fake_endpoint *endpoint)
{
	for (; endpoint->owned_count; endpoint->owned_count--) {
		free(endpoint->owned[endpoint->owned_head].data);
		endpoint->owned_head = (endpoint->owned_head + 1) % FAKE_XHC_OWNED_TDS;
	}
}

void fake_xhc_renew_endpoint(struct fake_endpoint *endpoint)
{
	struct trb *trbs = endpoint->ring.va;

	forget_owned(endpoint);
	for (uint32_t i = 0; i < endpoint->ring.bytes / TRB_BYTES; i++) {
		if (i % TRB_SEGMENT_TRBS == TRB_SEGMENT_TRBS - 1)
			trbs[i].control &= ~TRB_CYCLE;
		else
			trbs[i] = (struct trb){ 0 };
	}
	endpoint->scan_dma = endpoint->ring.dma;
	endpoint->cycle = TRB_CYCLE;
	endpoint->is_running = false;
	endpoint->is_dead = false;
	endpoint->may_be_silenced = false;
	endpoint->capture_bytes = 0;
}

struct fake_xhc *fake_xhc_create(uint64_t seed)
{
	struct fake_xhc *xhc = calloc(1, sizeof(*xhc));

	assert_non_null(xhc);
	xhc->random.state = seed * 2 + 1;
	xhc->next_dma = 0xffff400000ull + 4096 * random_below(&xhc->random, 64);
	xhc->doorbells = calloc(FAKE_XHC_SLOTS + 1, 4);
	xhc->runtime_bytes = XHCI_INTERRUPTER_OFFSET(FAKE_XHC_INTERRUPTERS);
	xhc->runtime = calloc(1, xhc->runtime_bytes);
	fake_platform_reset();
	fake_platform_add_device(&(struct fake_device){
		xhc->doorbells, (FAKE_XHC_SLOTS + 1) * 4, read_doorbell, write_doorbell, xhc });
	fake_platform_add_device(&(struct fake_device){
		xhc->runtime, xhc->runtime_bytes, read_runtime, write_runtime, xhc });
	fake_platform.on_barrier = at_barrier;
	fake_platform.barrier_context = xhc;
	return xhc;
}

void fake_xhc_destroy(struct fake_xhc *xhc)
{
	for (uint32_t i = 0; i < xhc->endpoint_count; i++) {
		struct fake_endpoint *endpoint = &xhc->endpoints[i];

		forget_owned(endpoint);
		free(endpoint->capture);
	}
	for (uint32_t i = 0; i < xhc->region_count; i++)
		free(xhc->regions[i].allocation);
	free(xhc->runtime);
	free(xhc->doorbells);
	free(xhc);
	fake_platform_reset();
}
