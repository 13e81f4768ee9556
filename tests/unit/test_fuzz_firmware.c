// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
/*
 * The whole of the firmware but its target, as main.c puts it together, against a hostile AP: one that knows the
 * protocols, goes some way with them and then says something else; that corrupts the rings; and whose xHC writes
 * nonsense into event rings, transfer rings and the shared position memory.
 *
 * The AP's memory is one block, guarded by the sanitizer at both of its ends, and it may be pointed at from everywhere: rings
 * in buffers and buffers in rings. A real DSP's MMU sees to what lies outside; what is tested here is that the
 * firmware stays within what it was told, whatever it reads there, and that each of its turns ends.
 *
 * The seed is fixed, and so are the sessions. After each session the firmware has to work for an honest AP.
 *
 * Whoever the AP is, the firmware has said and done all that it could when it goes to sleep.
 */
#include "unit.h"

#include "fake_driver.h"
#include "fake_platform.h"
#include "firmware/ipc/control.h"
#include "firmware/ipc/qrtr.h"
#include "tests/mutate.h"

#define SEED		0xf1a5c0
#define SESSIONS	12000
#define STEPS		160
#define TURNS_MAX	64		/* of the message loop, until it wants to sleep */

#define NODE		5
#define AP_NODE		1
#define SERVER_PORT	0x4007
#define CONTROL_PORT	0xfffffffeu
#define SLOT		1
#define TOKEN		0x10000u	/* of the USB PCM that honest SETUPs name */
#define QRTR_ADDRESS	0x400
#define AUDIO_ADDRESS	0x401
#define TIMEOUT_TICKS	(FAKE_TICKS_PER_SECOND * 9ull / 10)

/* The AP's memory as the DSP sees it. What an honest AP has where: */
#define ARENA_IOVA	0x100000ull
#define ARENA_BYTES	0x20000u
#define DOORBELLS	ARENA_IOVA
#define RUNTIME		(ARENA_IOVA + 0x1000)
#define EVENT_RING	(ARENA_IOVA + 0x2000)
#define DATA_RING	(ARENA_IOVA + 0x3000)		/* two segments */
#define TRANSFER_BUFFER	(ARENA_IOVA + 0x6000)
#define SHARED		(ARENA_IOVA + 0x8000)
#define BUFFER		(ARENA_IOVA + ARENA_BYTES - BUFFER_BYTES)
#define BUFFER_BYTES	19200u
#define DMA_OFFSET	0x4000000000ull			/* how the xHC sees the same */
#define ERDP_OFFSET	(0x1000 + 0x20 + 0x20 + 0x18)	/* interrupter 1's, from DOORBELLS */

enum { DATA = 1, HELLO = 2, BYE = 3, NEW_SERVER = 4, DEL_SERVER = 5, DEL_CLIENT = 6, RESUME_TX = 7 };

struct dsp {
	struct fake_driver driver;
	struct rpmsg rpmsg;
	struct rpmsg_endpoint qrtr_endpoint;
	struct rpmsg_endpoint audio_endpoint;
	struct qrtr qrtr;
	struct usb_stream_client client;
	struct control control;
	struct random mutator;
	uint8_t *arena;
	uint32_t erdp[2];
	bool is_honest;
	bool has_corrupt_rings;
	uint64_t deadline;
	uint16_t sequence;
	/* of the last QMI request that came out */
	uint16_t transaction;
	uint32_t token;
	bool is_enable;
	bool is_asked;
	/* what came out */
	uint32_t replies;
	uint32_t losses;
	uint32_t last_status;
	uint16_t last_reply;
};

/* What all sessions came to, so that it shows whether they got anywhere. */
static struct {
	uint32_t broken_rings;
	uint32_t enables;
	uint32_t setups;
	uint32_t starts;
	uint32_t notifications;
	uint32_t register_writes;
	uint32_t dropped;
	uint32_t longest;
} totals;

/* The firmware's surroundings */

static bool qrtr_transmit(void *transport, const uint8_t *packet, uint32_t bytes)
{
	struct dsp *dsp = transport;

	return rpmsg_send(&dsp->rpmsg, &dsp->qrtr_endpoint, packet, bytes);
}

static void on_qrtr_connected(void *context)
{
	qrtr_link_up(context);
}

/* rpmsg hands over a piece of a larger buffer: a copy of its own shows a read beyond. */
static void on_qrtr_packet(void *context, const uint8_t *packet, uint32_t bytes)
{
	uint8_t *copy = malloc(bytes);

	memcpy(copy, packet, bytes);
	qrtr_receive(context, copy, bytes);
	free(copy);
}

static void on_audio_message(void *context, const uint8_t *message, uint32_t bytes)
{
	uint8_t *copy = malloc(bytes);

	memcpy(copy, message, bytes);
	control_receive(context, copy, bytes);
	free(copy);
}

static bool control_send(void *context, const void *message, uint32_t bytes)
{
	struct dsp *dsp = context;

	return rpmsg_send(&dsp->rpmsg, &dsp->audio_endpoint, message, bytes);
}

/* As an MMU: what lies outside is not there. */
static void *control_memory(void *context, uint64_t iova, uint64_t bytes)
{
	struct dsp *dsp = context;

	if (iova < ARENA_IOVA || iova - ARENA_IOVA > ARENA_BYTES ||
	    bytes > ARENA_BYTES - (iova - ARENA_IOVA))
		return NULL;
	return dsp->arena + (iova - ARENA_IOVA);
}

static void control_stats(void *context, struct audio_stats *stats)
{
	(void)context;
	stats->wakeups = 1;
}

static const struct control_ops control_ops = {
	.send = control_send,
	.memory = control_memory,
	.stats = control_stats,
};

/* Registers may be anywhere. Those of an xHC that is hostile, too, say anything at times. */
static uint32_t read_register(void *context, uint32_t offset)
{
	struct dsp *dsp = context;

	if (!dsp->is_honest && random_below(&dsp->mutator, 16) == 0)
		return (uint32_t)random_u64(&dsp->mutator);
	if (offset == ERDP_OFFSET || offset == ERDP_OFFSET + 4)
		return dsp->erdp[offset != ERDP_OFFSET];
	return (uint32_t)(fake_platform.now_ticks / 7812);	/* MFINDEX */
}

static void write_register(void *context, uint32_t offset, uint32_t value)
{
	struct dsp *dsp = context;

	if (offset == ERDP_OFFSET || offset == ERDP_OFFSET + 4)
		dsp->erdp[offset != ERDP_OFFSET] = value;
	totals.register_writes++;
}

static void start_bus(struct dsp *dsp)
{
	dsp->has_corrupt_rings = false;
	fake_driver_init(&dsp->driver);
	assert_true(rpmsg_start(&dsp->rpmsg, &dsp->driver.window, 1, &fake_driver_vrings[0],
				&fake_driver_vrings[1]));
}

static struct dsp *dsp_create(uint64_t seed)
{
	struct dsp *dsp = calloc(1, sizeof(*dsp));
	struct fake_device device = { .read = read_register, .write = write_register, .context = dsp,
				      .bytes = ARENA_BYTES };

	dsp->mutator.state = seed;
	dsp->arena = aligned_alloc(4096, ARENA_BYTES);
	memset(dsp->arena, 0, ARENA_BYTES);
	fake_platform_reset();
	device.base = dsp->arena;
	fake_platform_add_device(&device);
	dsp->qrtr = (struct qrtr){ .node = NODE, .transmit = qrtr_transmit, .transport = dsp,
				   .hello_retry_ticks = FAKE_TICKS_PER_SECOND };
	dsp->qrtr_endpoint = (struct rpmsg_endpoint){
		.name = "IPCRTR", .address = QRTR_ADDRESS, .connected = on_qrtr_connected,
		.receive = on_qrtr_packet, .context = &dsp->qrtr,
	};
	dsp->audio_endpoint = (struct rpmsg_endpoint){
		.name = AUDIO_CONTROL_CHANNEL, .address = AUDIO_ADDRESS, .receive = on_audio_message,
		.context = &dsp->control,
	};
	assert_true(rpmsg_add_endpoint(&dsp->rpmsg, &dsp->qrtr_endpoint));
	assert_true(rpmsg_add_endpoint(&dsp->rpmsg, &dsp->audio_endpoint));
	assert_true(usb_stream_client_init(&dsp->client, &dsp->qrtr, &control_client_ops, &dsp->control,
					   TIMEOUT_TICKS, 0));
	control_init(&dsp->control, &control_ops, dsp, &dsp->client);
	start_bus(dsp);
	return dsp;
}

static void dsp_destroy(struct dsp *dsp)
{
	totals.dropped += dsp->rpmsg.dropped + dsp->rpmsg.rx.bad_buffers + dsp->rpmsg.tx.bad_buffers +
			  dsp->qrtr.dropped + dsp->client.dropped + dsp->control.dropped;
	fake_driver_uninit(&dsp->driver);
	free(dsp->arena);
	free(dsp);
}

/* Before the sleep: what is still to be said finds no way out, and the AP rings as soon as there is one. */
static void check_all_is_said(const struct dsp *dsp)
{
	bool has_way = dsp->rpmsg.is_up && !dsp->rpmsg.is_starved && !dsp->rpmsg.tx.is_broken &&
		       !dsp->has_corrupt_rings;
	bool can_ask = has_way && dsp->qrtr.is_linked && dsp->qrtr_endpoint.has_remote &&
		       dsp->client.port.has_server && dsp->client.port.tx_pending < QRTR_TX_FLOW_HIGH;
	bool can_tell = has_way && dsp->audio_endpoint.has_remote;

	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		const struct control_stream *stream = &dsp->control.streams[i];

		assert_false(stream->engine.results.periods_elapsed || stream->engine.results.ran_dry ||
			     stream->engine.results.stopped || stream->engine.results.paused ||
			     stream->engine.results.lost);
		if (can_ask)
			assert_false(dsp->client.requests[i].state == USB_STREAM_TRANSACTION_QUEUED ||
				     dsp->client.undos[i].state == USB_STREAM_TRANSACTION_QUEUED);
		if (can_tell)
			assert_false(stream->period_due || stream->lost_due);
	}
	if (can_tell)
		assert_int_equal(dsp->control.outbox_count, 0);
}

/* The message loop until it would sleep: it must, whatever has come. */
static void run(struct dsp *dsp)
{
	uint32_t turns = 0;
	bool has_more;

	do {
		uint64_t now = fake_platform.now_ticks, next;

		has_more = rpmsg_poll(&dsp->rpmsg);
		dsp->deadline = control_service(&dsp->control, now);
		next = qrtr_service(&dsp->qrtr, now);
		if (next < dsp->deadline)
			dsp->deadline = next;
		rpmsg_needs_notify(&dsp->rpmsg);
		if (++turns > totals.longest)
			totals.longest = turns;
		assert_true(turns < TURNS_MAX);
	} while (has_more || dsp->deadline <= fake_platform.now_ticks);
	check_all_is_said(dsp);
}

/* The AP takes what the DSP has said. */

static void take_qrtr(struct dsp *dsp, const uint8_t *data, uint32_t bytes)
{
	struct usb_stream_request request;
	struct qmi_header header;
	struct qmi_reader reader;
	uint32_t words[8];

	assert_true(bytes >= sizeof(words));
	memcpy(words, data, sizeof(words));
	assert_int_equal(words[0], 1);
	assert_int_equal(words[2], NODE);
	assert_int_equal(bytes, sizeof(words) + ((words[5] + 3) & ~3u));
	if (words[1] != DATA)
		return;
	/* Whatever it was fed with, what it asks is sound. */
	assert_true(qmi_read_header(data + sizeof(words), words[5], &header, &reader));
	assert_true(usb_stream_decode_request(reader, &request));
	dsp->transaction = header.transaction;
	dsp->token = request.usb_token;
	dsp->is_enable = request.enable;
	dsp->is_asked = true;
	totals.enables += request.enable;
}

static void take_audio(struct dsp *dsp, const uint8_t *data, uint32_t bytes)
{
	struct audio_control_header header;

	assert_true(bytes >= sizeof(header) && bytes <= AUDIO_CONTROL_MAX_BYTES);
	memcpy(&header, data, sizeof(header));
	if (!(header.type & AUDIO_CONTROL_REPLY)) {
		assert_true(header.type == AUDIO_CONTROL_PERIOD_ELAPSED ||
			    header.type == AUDIO_CONTROL_STREAM_LOST);
		totals.notifications++;
		dsp->losses += header.type == AUDIO_CONTROL_STREAM_LOST;
		return;
	}
	dsp->replies++;
	dsp->last_status = header.status;
	dsp->last_reply = header.type & ~AUDIO_CONTROL_REPLY;
	if (header.status == AUDIO_STATUS_OK && dsp->last_reply == AUDIO_CONTROL_SETUP)
		totals.setups++;
	if (header.status == AUDIO_STATUS_OK && dsp->last_reply == AUDIO_CONTROL_START)
		totals.starts++;
}

/* With rings that may be corrupt: as far as they make sense. */
static void take_all(struct dsp *dsp)
{
	struct fake_ring *ring = &dsp->driver.to_ap;
	struct vring_used_elem elem;

	while (fake_ring_take(ring, &elem)) {
		uint64_t address;
		uint32_t header[4];
		const uint8_t *data;

		assert_true(elem.id < FAKE_DRIVER_NUM);
		address = ring->desc[elem.id].address;
		if (elem.bytes >= sizeof(header) && address >= FAKE_DRIVER_ADDRESS &&
		    address - FAKE_DRIVER_ADDRESS + RPMSG_BUFFER_BYTES <= FAKE_DRIVER_BYTES) {
			data = fake_driver_memory(&dsp->driver, address);
			memcpy(header, data, sizeof(header));
			if ((header[3] & 0xffff) + sizeof(header) == elem.bytes && header[0] == QRTR_ADDRESS &&
			    header[1] != 53)
				take_qrtr(dsp, data + sizeof(header), header[3] & 0xffff);
			else if ((header[3] & 0xffff) + sizeof(header) == elem.bytes &&
				 header[0] == AUDIO_ADDRESS && header[1] != 53)
				take_audio(dsp, data + sizeof(header), header[3] & 0xffff);
		}
		fake_ring_offer(ring, (uint16_t)elem.id, (struct vring_desc){
			.address = ring->address + elem.id * RPMSG_BUFFER_BYTES,
			.bytes = RPMSG_BUFFER_BYTES, .flags = VRING_DESC_F_WRITE });
	}
}

static void say(struct dsp *dsp, uint32_t address, const void *data, uint32_t bytes)
{
	fake_driver_send(&dsp->driver, address + 1000, address, data, bytes);
}

static void audio(struct dsp *dsp, bool is_hostile, uint16_t type, const void *body, uint32_t bytes)
{
	struct audio_control_header header = { .type = type, .sequence = ++dsp->sequence };
	uint8_t message[RPMSG_PAYLOAD_BYTES];

	memcpy(message, &header, sizeof(header));
	if (bytes)
		memcpy(message + sizeof(header), body, bytes);
	bytes += (uint32_t)sizeof(header);
	if (is_hostile)
		bytes = mutate_bytes(&dsp->mutator, message, bytes, sizeof(message));
	say(dsp, AUDIO_ADDRESS, message, bytes);
}

static void qrtr(struct dsp *dsp, bool is_hostile, uint32_t type, const void *data, uint32_t bytes)
{
	uint32_t header[8] = { 1, type, AP_NODE, type == DATA ? SERVER_PORT : CONTROL_PORT,
			       random_below(&dsp->mutator, 2), bytes, NODE,
			       type == DATA ? USB_STREAM_CLIENT_PORT : CONTROL_PORT };
	uint8_t packet[RPMSG_PAYLOAD_BYTES] = { 0 };

	memcpy(packet, header, sizeof(header));
	memcpy(packet + sizeof(header), data, bytes);
	bytes = (uint32_t)sizeof(header) + ((bytes + 3) & ~3u);
	if (is_hostile)
		bytes = mutate_bytes(&dsp->mutator, packet, bytes, sizeof(packet));
	say(dsp, QRTR_ADDRESS, packet, bytes);
}

static void qrtr_control(struct dsp *dsp, bool is_hostile, uint32_t type)
{
	uint32_t server[5] = { type, UAUDIO_STREAM_SERVICE_ID, UAUDIO_STREAM_SERVICE_VERS, AP_NODE, SERVER_PORT };
	uint32_t client[5] = { type, AP_NODE, SERVER_PORT };

	qrtr(dsp, is_hostile, type, type == NEW_SERVER || type == DEL_SERVER ? server : client, sizeof(server));
}

/* A size, and a place that it ends with the AP's memory: one more byte, and it is seen. */
static uint32_t hostile_bytes(struct random *m, uint32_t usual)
{
	switch (random_below(m, 4)) {
	case 0:
		return usual;
	case 1:
		return (uint32_t)mutator_edge(m);
	case 2:
		return 4096 * random_below(m, 5);
	default:
		return 16 * random_below(m, 400);
	}
}

static uint64_t hostile_place(struct random *m, uint64_t usual, uint32_t bytes)
{
	return random_below(m, 3) ? ARENA_IOVA + ARENA_BYTES - bytes : usual + 4 * random_below(m, 2);
}

static void distort_response(struct random *m, struct usb_stream_response *response)
{
	struct usb_stream_mem *regions[] = { &response->memory.event_ring, &response->memory.data_ring,
					     &response->memory.sync_ring, &response->memory.transfer_buffer };
	struct usb_stream_mem *region = regions[random_below(m, 4)];

	switch (random_below(m, 8)) {
	case 0:
		response->interrupter = (uint8_t)mutator_edge(m);
		break;
	case 1:
		response->slot_id = (uint32_t)mutator_edge(m);
		break;
	case 2:
		response->speed = (int32_t)random_below(m, 7);
		break;
	case 3:
		response->data_endpoint.max_packet = (uint16_t)mutator_edge(m);
		response->data_endpoint.interval = (uint8_t)random_below(m, 6);
		break;
	default:
		region->bytes = hostile_bytes(m, region->bytes);
		region->iova = hostile_place(m, region->iova, region->bytes);
		break;
	}
}

/* Answers the last request, as the AP would, or nearly so. */
static void respond(struct dsp *dsp, bool is_hostile)
{
	struct usb_stream_response response = {
		.present = 0x0ffffffcu & ~(1u << UAUDIO_RESP_TLV_SYNC_EP_DESC),
		.slot_id = SLOT, .usb_token = dsp->token,
		.data_endpoint = { 9, 5, 0x01, 0x0d, 192, 1, 0, 0 },
		.spec_revision = 0x100, .subslot_bytes = 2,
		.memory = {
			.event_ring = { EVENT_RING, EVENT_RING + DMA_OFFSET, 4096 },
			.data_ring = { DATA_RING, DATA_RING + DMA_OFFSET, 8192 },
			.transfer_buffer = { TRANSFER_BUFFER, TRANSFER_BUFFER + DMA_OFFSET, 8192 },
		},
		.interrupter = 1, .speed = UAUDIO_SPEED_FULL,
	};
	uint8_t packet[RPMSG_PAYLOAD_BYTES - 32];
	uint32_t bytes;

	response.present = USB_STREAM_HAS(UAUDIO_RESP_TLV_RESULT) | USB_STREAM_HAS(UAUDIO_RESP_TLV_STATUS) |
			   USB_STREAM_HAS(UAUDIO_RESP_TLV_USB_TOKEN);
	if (dsp->is_enable)
		response.present |= USB_STREAM_HAS(UAUDIO_RESP_TLV_SLOT_ID) |
				    USB_STREAM_HAS(UAUDIO_RESP_TLV_DATA_EP_DESC) |
				    USB_STREAM_HAS(UAUDIO_RESP_TLV_SUBSLOT_SIZE) |
				    USB_STREAM_HAS(UAUDIO_RESP_TLV_XHCI_MEM_INFO) |
				    USB_STREAM_HAS(UAUDIO_RESP_TLV_INTERRUPTER_NUM) |
				    USB_STREAM_HAS(UAUDIO_RESP_TLV_SPEED_INFO) |
				    USB_STREAM_HAS(UAUDIO_RESP_TLV_CONTROLLER_NUM);
	if (is_hostile && random_below(&dsp->mutator, 2)) {
		distort_response(&dsp->mutator, &response);
		is_hostile = false;
	}
	bytes = usb_stream_encode_response(&response, dsp->transaction, packet);
	assert_true(bytes > 0);
	if (is_hostile)
		bytes = mutate_qmi(&dsp->mutator, packet, bytes, sizeof(packet));
	qrtr(dsp, false, DATA, packet, bytes ? bytes : 1);
}

static void indicate(struct dsp *dsp, bool is_hostile, int32_t event)
{
	/* A device goes as a whole; a sleep concerns a stream. */
	struct usb_stream_indication indication = {
		.present = USB_STREAM_HAS(UAUDIO_IND_TLV_DEV_EVENT) | USB_STREAM_HAS(UAUDIO_IND_TLV_SLOT_ID) |
			   USB_STREAM_HAS(UAUDIO_IND_TLV_CONTROLLER_NUM) |
			   (event == UAUDIO_DEV_EVENT_DISCONNECT ? 0 : USB_STREAM_HAS(UAUDIO_IND_TLV_USB_TOKEN)),
		.event = event, .slot_id = SLOT, .usb_token = TOKEN,
	};
	uint8_t packet[RPMSG_PAYLOAD_BYTES - 32];
	uint32_t bytes = usb_stream_encode_indication(&indication, 0, packet);

	assert_true(bytes > 0);
	if (is_hostile)
		bytes = mutate_qmi(&dsp->mutator, packet, bytes, sizeof(packet));
	qrtr(dsp, false, DATA, packet, bytes ? bytes : 1);
}

/* A ring as Linux makes it: each segment ends in a link to the next. */
static void put_trb(struct dsp *dsp, uint64_t iova, uint64_t parameter, uint32_t status, uint32_t control)
{
	uint8_t *at = dsp->arena + (iova - ARENA_IOVA);

	memcpy(at, &parameter, 8);
	memcpy(at + 8, &status, 4);
	memcpy(at + 12, &control, 4);
}

static void init_rings(struct dsp *dsp)
{
	memset(dsp->arena + (EVENT_RING - ARENA_IOVA), 0, TRANSFER_BUFFER - EVENT_RING);
	dsp->erdp[0] = (uint32_t)EVENT_RING;
	dsp->erdp[1] = DMA_OFFSET >> 32;
	put_trb(dsp, DATA_RING + 0xff0, DATA_RING + 0x1000 + DMA_OFFSET, 0, 6 << 10);
	put_trb(dsp, DATA_RING + 0x1ff0, DATA_RING + DMA_OFFSET, 0, 6 << 10 | 2);
}

static void controller(struct dsp *dsp, bool is_hostile, uint16_t type)
{
	struct audio_controller body = { .max_slots = 16, .doorbell_iova = DOORBELLS, .runtime_iova = RUNTIME,
					 .doorbell_bytes = 68, .runtime_bytes = 0x220 };

	if (is_hostile && random_below(&dsp->mutator, 2)) {
		body.doorbell_bytes = hostile_bytes(&dsp->mutator, body.doorbell_bytes);
		body.doorbell_iova = hostile_place(&dsp->mutator, DOORBELLS, body.doorbell_bytes);
		is_hostile = false;
	}
	audio(dsp, is_hostile, type, &body, sizeof(body));
}

static void setup_stream(struct dsp *dsp, bool is_hostile, uint32_t stream)
{
	struct audio_setup body = {
		.stream = stream, .usb_token = TOKEN, .format = UAUDIO_FORMAT_S16_LE, .channels = 2,
		.rate_hz = 48000, .buffer_iova = BUFFER, .shared_iova = SHARED + stream * sizeof(struct audio_shared),
		.buffer_bytes = BUFFER_BYTES, .period_bytes = 1920, .usb_format = UAUDIO_FORMAT_S16_LE,
		.usb_channels = 2,
	};

	init_rings(dsp);
	if (is_hostile && random_below(&dsp->mutator, 2)) {
		body.buffer_bytes = hostile_bytes(&dsp->mutator, BUFFER_BYTES);
		body.period_bytes = body.buffer_bytes / (1 + random_below(&dsp->mutator, 4));
		body.buffer_iova = hostile_place(&dsp->mutator, BUFFER, body.buffer_bytes);
		body.shared_iova = hostile_place(&dsp->mutator, SHARED,
						 (uint32_t)sizeof(struct audio_shared) -
						 64 * random_below(&dsp->mutator, 2));
		is_hostile = false;
	}
	audio(dsp, is_hostile, AUDIO_CONTROL_SETUP, &body, sizeof(body));
}

/* What an xHC could have written: a transfer event, or none of this world. */
static void write_event(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	uint32_t which = random_below(m, 256);
	uint32_t code = random_below(m, 2) ? 1 : random_below(m, 40);
	uint32_t type = random_below(m, 4) ? 32 : random_below(m, 64);

	put_trb(dsp, EVENT_RING + which % (1 + random_below(m, 256)) * 16,
		random_below(m, 4) ? DATA_RING + DMA_OFFSET + random_below(m, 512) * 16 : mutator_edge(m),
		code << 24 | random_below(m, 4096), random_below(m, 2) | type << 10 |
		(random_below(m, 4) ? 2u : random_below(m, 32)) << 16 | 1u << 24);
}

static void scribble(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	static const uint64_t places[] = { EVENT_RING, DATA_RING, TRANSFER_BUFFER, SHARED, BUFFER };
	uint64_t at = places[random_below(m, 5)] - ARENA_IOVA + 8 * random_below(m, 512);
	uint64_t value = random_below(m, 2) ? mutator_edge(m) : random_u64(m);

	memcpy(dsp->arena + at, &value, sizeof(value));
}

static void write_samples(struct dsp *dsp, uint64_t frames)
{
	memcpy(dsp->arena + (SHARED - ARENA_IOVA), &frames, sizeof(frames));
}

static void corrupt_ring(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	struct fake_ring *ring = random_below(m, 2) ? &dsp->driver.to_dsp : &dsp->driver.to_ap;
	struct vring_desc desc = { .address = ring->address + random_below(m, 8) * RPMSG_BUFFER_BYTES,
				   .bytes = RPMSG_BUFFER_BYTES };

	uint32_t header[4] = { 2000, AUDIO_ADDRESS, 0, random_below(m, RPMSG_PAYLOAD_BYTES + 1) };
	uint32_t room = 16 + random_below(m, RPMSG_BUFFER_BYTES);

	dsp->has_corrupt_rings = true;
	switch (random_below(m, 5)) {
	case 0:
		ring->avail->idx = (uint16_t)(ring->avail->idx + random_below(m, 3));
		break;
	case 1:
		ring->avail->idx = (uint16_t)mutator_edge(m);
		break;
	case 2:
		desc.address = random_below(m, 2) ? mutator_edge(m) :
			       FAKE_DRIVER_ADDRESS + random_below(m, FAKE_DRIVER_BYTES + 600);
		desc.bytes = random_below(m, 2) ? (uint32_t)mutator_edge(m) : RPMSG_BUFFER_BYTES;
		desc.flags = (uint16_t)random_below(m, 8);
		fake_ring_offer(ring, (uint16_t)random_below(m, FAKE_DRIVER_NUM), desc);
		break;
	case 3: /* a message that ends beyond the shared memory */
		desc.address = FAKE_DRIVER_ADDRESS + FAKE_DRIVER_BYTES - room;
		memcpy(fake_driver_memory(&dsp->driver, desc.address), header, sizeof(header));
		fake_ring_offer(&dsp->driver.to_dsp, (uint16_t)random_below(m, FAKE_DRIVER_NUM), desc);
		break;
	default:
		fake_ring_offer(ring, (uint16_t)mutator_edge(m), desc);
		break;
	}
}

/* The AP's driver starts over, as it must when a ring is beyond repair. */
static void restart_if_broken(struct dsp *dsp)
{
	if (!dsp->rpmsg.tx.is_broken && !dsp->rpmsg.rx.is_broken)
		return;
	totals.broken_rings++;
	rpmsg_stop(&dsp->rpmsg);
	qrtr_link_down(&dsp->qrtr);
	fake_driver_uninit(&dsp->driver);
	start_bus(dsp);
}

static void step(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	bool is_hostile = random_below(m, 3) == 0;
	struct audio_stream_ref ref = { .stream = random_below(m, 2) };
	struct audio_stop stop = { .stream = ref.stream, .mode = random_below(m, 2) };
	struct audio_hello hello = { AUDIO_CONTROL_VERSION, 4 };
	static const int32_t events[] = { UAUDIO_DEV_EVENT_DISCONNECT, UAUDIO_DEV_EVENT_SUSPEND,
					  UAUDIO_DEV_EVENT_RESUME };
	static const uint32_t qrtr_types[] = { HELLO, BYE, NEW_SERVER, DEL_SERVER, DEL_CLIENT, RESUME_TX };

	if (dsp->is_asked && random_below(m, 4)) {
		dsp->is_asked = false;
		respond(dsp, random_below(m, 6) == 0);
		return;
	}
	switch (random_below(m, 20)) {
	case 0:
		if (random_below(m, 6) == 0)
			audio(dsp, is_hostile, AUDIO_CONTROL_HELLO, &hello, sizeof(hello));
		break;
	case 1:
		/* Either ends the controller's streams. */
		if (random_below(m, 6) == 0)
			controller(dsp, is_hostile, random_below(m, 4) ? AUDIO_CONTROL_CONTROLLER_ADD :
								  AUDIO_CONTROL_CONTROLLER_REMOVE);
		break;
	case 2:
	case 3:
		setup_stream(dsp, is_hostile, ref.stream);
		break;
	case 4:
		respond(dsp, is_hostile);
		break;
	case 5:
	case 6:
	case 7:
	case 8:
		audio(dsp, is_hostile, AUDIO_CONTROL_START, &ref, sizeof(ref));
		break;
	case 9:
		audio(dsp, is_hostile, AUDIO_CONTROL_STOP, &stop, sizeof(stop));
		break;
	case 10:
		audio(dsp, is_hostile, AUDIO_CONTROL_RELEASE, &ref, sizeof(ref));
		break;
	case 11:
		audio(dsp, is_hostile, AUDIO_CONTROL_GET_STATS, NULL, 0);
		break;
	case 12:
		qrtr_control(dsp, is_hostile, random_below(m, 4) ? NEW_SERVER :
							   qrtr_types[random_below(m, 6)]);
		break;
	case 13:
		if (random_below(m, 3) == 0)
			indicate(dsp, is_hostile, events[random_below(m, 3)]);
		break;
	case 14:
		if (random_below(m, 8) == 0)
			corrupt_ring(dsp);
		break;
	case 15:
		scribble(dsp);
		break;
	case 16:
	case 17:
		for (uint32_t i = random_below(m, 12); i; i--)
			write_event(dsp);
		break;
	case 18:
		write_samples(dsp, is_hostile ? mutator_edge(m) : random_below(m, 9600));
		break;
	default:
		fake_platform.now_ticks += random_below(m, FAKE_TICKS_PER_SECOND / (random_below(m, 8) ? 100 : 1));
		break;
	}
}

/* How both sides meet. */
static void greet(struct dsp *dsp)
{
	struct audio_hello hello = { AUDIO_CONTROL_VERSION, 4 };

	run(dsp);
	take_all(dsp);
	say(dsp, QRTR_ADDRESS, "", 0);
	qrtr_control(dsp, false, HELLO);
	qrtr_control(dsp, false, NEW_SERVER);
	audio(dsp, false, AUDIO_CONTROL_HELLO, &hello, sizeof(hello));
	run(dsp);
	take_all(dsp);
}

/* Whatever came before: an honest AP begins a session. */
static void begin_honest_session(struct dsp *dsp)
{
	dsp->is_honest = true;
	rpmsg_stop(&dsp->rpmsg);
	qrtr_link_down(&dsp->qrtr);
	fake_driver_uninit(&dsp->driver);
	start_bus(dsp);
	greet(dsp);
	/* Disables of the session before may have to time out first. */
	for (unsigned int i = 0; i < 4 && dsp->last_reply != AUDIO_CONTROL_HELLO; i++) {
		fake_platform.now_ticks += TIMEOUT_TICKS;
		run(dsp);
		take_all(dsp);
	}
	assert_int_equal(dsp->last_reply, AUDIO_CONTROL_HELLO);
	assert_int_equal(dsp->last_status, AUDIO_STATUS_OK);
	controller(dsp, false, AUDIO_CONTROL_CONTROLLER_ADD);
	run(dsp);
	take_all(dsp);
}

/* ... and gets what it asks for. */
static void check_sanity(struct dsp *dsp)
{
	begin_honest_session(dsp);
	setup_stream(dsp, false, 0);
	run(dsp);
	take_all(dsp);
	assert_true(dsp->is_enable);
	respond(dsp, false);
	run(dsp);
	take_all(dsp);
	assert_int_equal(dsp->last_reply, AUDIO_CONTROL_SETUP);
	assert_int_equal(dsp->last_status, AUDIO_STATUS_OK);
}

/* The AP takes what the DSP has said when the DSP sleeps. */
static void run_and_take(struct dsp *dsp)
{
	run(dsp);
	take_all(dsp);
}

/* A stream that is set up, and then disabled for a sleep of the AP's. */
static struct dsp *dsp_create_resting(void)
{
	struct dsp *dsp = dsp_create(SEED);

	check_sanity(dsp);
	indicate(dsp, false, UAUDIO_DEV_EVENT_SUSPEND);
	run_and_take(dsp);
	assert_false(dsp->is_enable);
	respond(dsp, false);
	run_and_take(dsp);
	assert_int_equal(dsp->control.streams[0].pause, CONTROL_PAUSE_RESTING);
	return dsp;
}

/*
 * The AP does not answer the enable after its sleep. When that has timed out, the stream is lost, and the AP's sound card
 * hears of it at once: nothing else has to wake the DSP first.
 */
static void a_time_out_is_told_before_the_next_sleep(void **state)
{
	struct dsp *dsp = dsp_create_resting();

	(void)state;
	indicate(dsp, false, UAUDIO_DEV_EVENT_RESUME);
	run_and_take(dsp);
	assert_true(dsp->is_enable);
	assert_int_equal(dsp->losses, 0);
	assert_int_equal(dsp->deadline, fake_platform.now_ticks + TIMEOUT_TICKS);
	fake_platform.now_ticks = dsp->deadline;
	run_and_take(dsp);
	assert_int_equal(dsp->losses, 1);
	/* What may have been enabled all the same is undone. */
	assert_false(dsp->is_enable);
	dsp_destroy(dsp);
}

/*
 * SUSPEND overtakes the answer to an enable, so the pause begins with that answer, and the sound card's START follows at
 * once, all in one turn. The AP's sleep waits for the disable: the pause must not be forgotten over the START.
 */
static void a_start_may_overtake_the_disable_for_a_sleep(void **state)
{
	struct audio_stream_ref ref = { .stream = 0 };
	struct dsp *dsp = dsp_create(SEED);

	(void)state;
	begin_honest_session(dsp);
	setup_stream(dsp, false, 0);
	run_and_take(dsp);
	assert_true(dsp->is_enable);
	indicate(dsp, false, UAUDIO_DEV_EVENT_SUSPEND);
	respond(dsp, false);
	audio(dsp, false, AUDIO_CONTROL_START, &ref, sizeof(ref));
	run_and_take(dsp);
	assert_int_equal(dsp->last_reply, AUDIO_CONTROL_START);
	assert_int_equal(dsp->last_status, AUDIO_STATUS_OK);
	assert_false(dsp->is_enable);
	respond(dsp, false);
	run_and_take(dsp);
	/* The START happens when the sleep is over. */
	assert_int_equal(dsp->control.streams[0].pause, CONTROL_PAUSE_RESTING);
	indicate(dsp, false, UAUDIO_DEV_EVENT_RESUME);
	run_and_take(dsp);
	assert_true(dsp->is_enable);
	respond(dsp, false);
	run_and_take(dsp);
	assert_int_equal(dsp->control.streams[0].engine.state, STREAM_RUNNING);
	dsp_destroy(dsp);
}

static void hostile_sessions_are_survived(void **state)
{
	(void)state;
	memset(&totals, 0, sizeof(totals));
	for (uint32_t session = 0; session < SESSIONS; session++) {
		struct dsp *dsp = dsp_create(SEED + session);

		/* Most begin as they should, so that they get somewhere. */
		if (random_below(&dsp->mutator, 8)) {
			greet(dsp);
			controller(dsp, false, AUDIO_CONTROL_CONTROLLER_ADD);
		}
		for (uint32_t i = 0; i < STEPS; i++) {
			step(dsp);
			run(dsp);
			/* One that does not take its messages is hostile, too. */
			if (random_below(&dsp->mutator, 4))
				take_all(dsp);
			restart_if_broken(dsp);
		}
		dsp->last_reply = 0;
		check_sanity(dsp);
		dsp_destroy(dsp);
	}
	print_message("# seed %#x: %u dropped, %u broken rings, %u enables, %u setups, %u starts, %u notifications, "
		      "%u register writes, at most %u turns\n", SEED, totals.dropped, totals.broken_rings,
		      totals.enables, totals.setups, totals.starts, totals.notifications, totals.register_writes,
		      totals.longest);
	/* The sessions get somewhere. */
	assert_true(totals.setups > 2 * SESSIONS && totals.starts > SESSIONS / 2);
	assert_true(totals.dropped > SESSIONS && totals.broken_rings > SESSIONS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_out_is_told_before_the_next_sleep),
		cmocka_unit_test(a_start_may_overtake_the_disable_for_a_sleep),
		cmocka_unit_test(hostile_sessions_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
