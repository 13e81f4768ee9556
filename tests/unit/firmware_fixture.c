// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The firmware but its target, and an AP; see firmware_fixture.h. */
#include "firmware_fixture.h"

#include "tests/mutate.h"

#define NODE		5
#define AP_NODE		1
#define SERVER_PORT	0x4007
#define CONTROL_PORT	0xfffffffeu
#define SLOT		1
#define QRTR_ADDRESS	0x400
#define DOORBELLS	ARENA_IOVA
#define RUNTIME		(ARENA_IOVA + 0x1000)
#define ERDP_OFFSET	(0x1000 + 0x20 + 0x20 + 0x18)	/* interrupter 1's, from DOORBELLS */

struct dsp_totals dsp_totals;

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

/* As an MMU: memory outside is not there. */
static void *control_memory(void *context, uint64_t iova, uint64_t bytes)
{
	struct dsp *dsp = context;

	if (iova < ARENA_IOVA || iova - ARENA_IOVA > ARENA_BYTES ||
	    bytes > ARENA_BYTES - (iova - ARENA_IOVA))
		return NULL;
	return dsp->arena + (iova - ARENA_IOVA);
}

static void control_refuse_version(void *context, uint32_t ap_version)
{
	(void)context;
	(void)ap_version;
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
	.refuse_version = control_refuse_version,
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
	dsp_totals.register_writes++;
}

static void start_bus(struct dsp *dsp)
{
	dsp->has_corrupt_rings = false;
	fake_driver_init(&dsp->driver);
	assert_true(rpmsg_start(&dsp->rpmsg, &dsp->driver.window, 1, &fake_driver_vrings[0],
				&fake_driver_vrings[1]));
}

struct dsp *dsp_create(uint64_t seed)
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
				   .hello_retry_ticks = FAKE_TICKS_PER_SECOND,
				   .resume_wait_ticks = TIMEOUT_TICKS / 4 };
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

void dsp_destroy(struct dsp *dsp)
{
	dsp_totals.dropped += dsp->rpmsg.dropped + dsp->rpmsg.rx.bad_buffers + dsp->rpmsg.tx.bad_buffers +
			  dsp->qrtr.dropped + dsp->client.dropped + dsp->control.dropped +
			  dsp->control.outbox.dropped;
	fake_driver_uninit(&dsp->driver);
	free(dsp->arena);
	free(dsp);
}

/* Before the sleep: a message that is still pending finds no way out, and the AP rings as soon as there is one. */
static void check_all_is_said(const struct dsp *dsp)
{
	bool has_way = dsp->rpmsg.is_up && !dsp->rpmsg.is_starved && !dsp->rpmsg.tx.is_broken &&
		       !dsp->has_corrupt_rings;
	bool can_ask = has_way && dsp->qrtr.is_linked && dsp->qrtr_endpoint.has_remote &&
		       dsp->client.port.has_server && dsp->client.port.tx_pending < QRTR_TX_FLOW_HIGH;
	bool can_tell = has_way && dsp->audio_endpoint.has_remote;

	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		const struct control_stream *stream = &dsp->control.streams[i];

		const struct stream_results *results = stream->audio.is_capture ?
						       &stream->audio.recorder.results :
						       &stream->audio.player.results;

		assert_false(results->periods_elapsed || results->ran_out || results->stopped || results->lost);
		/* A stream that has come to rest is seen. */
		assert_true(stream->lease.state != LEASE_HELD || audio_stream_uses_endpoint(&stream->audio));
		if (can_ask)
			assert_false(dsp->client.requests[i].state == USB_STREAM_TRANSACTION_QUEUED ||
				     dsp->client.undos[i].state == USB_STREAM_TRANSACTION_QUEUED);
		if (can_tell)
			assert_false(stream->period_due || stream->lost_due);
	}
	if (can_tell)
		assert_int_equal(dsp->control.outbox.count, 0);
}

/* The message loop until it would sleep: it must, whatever has come. */
void dsp_run(struct dsp *dsp)
{
	uint32_t iterations = 0;
	bool has_more;

	do {
		uint64_t now = fake_platform.now_ticks, next;

		has_more = rpmsg_poll(&dsp->rpmsg);
		dsp->deadline = control_service(&dsp->control, now);
		next = qrtr_service(&dsp->qrtr, now);
		if (next < dsp->deadline)
			dsp->deadline = next;
		rpmsg_needs_notify(&dsp->rpmsg);
		if (++iterations > dsp_totals.longest)
			dsp_totals.longest = iterations;
		assert_true(iterations < ITERATIONS_MAX);
	} while (has_more || dsp->deadline <= fake_platform.now_ticks);
	check_all_is_said(dsp);
}

/* The AP takes the DSP's messages. */

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
	/* Its requests are sound, even if its input was not. */
	assert_true(qmi_read_header(data + sizeof(words), words[5], &header, &reader));
	assert_true(usb_stream_decode_request(reader, &request));
	dsp->transaction = header.transaction;
	dsp->token = request.usb_token;
	dsp->is_enable = request.enable;
	dsp->is_asked = true;
	dsp_totals.enables += request.enable;
}

static bool is_set_up(const struct dsp *dsp, uint32_t stream)
{
	return dsp->control.streams[stream].audio.player.state != PLAYER_FREE;
}

static void take_audio(struct dsp *dsp, const uint8_t *data, uint32_t bytes)
{
	struct audio_control_header header;

	assert_true(bytes >= sizeof(header) && bytes <= AUDIO_CONTROL_MAX_BYTES);
	memcpy(&header, data, sizeof(header));
	if (!(header.type & AUDIO_CONTROL_REPLY)) {
		assert_true(header.type == AUDIO_CONTROL_PERIOD_ELAPSED ||
			    header.type == AUDIO_CONTROL_STREAM_LOST);
		dsp_totals.notifications++;
		dsp->losses += header.type == AUDIO_CONTROL_STREAM_LOST;
		return;
	}
	dsp->replies++;
	dsp->last_status = header.status;
	dsp->last_reply = header.type & ~AUDIO_CONTROL_REPLY;
	if (header.status == AUDIO_STATUS_OK && dsp->last_reply == AUDIO_CONTROL_SETUP)
		dsp_totals.setups++;
	if (header.status == AUDIO_STATUS_OK && dsp->last_reply == AUDIO_CONTROL_SETUP && is_set_up(dsp, 0) &&
	    is_set_up(dsp, 1))
		dsp_totals.pairs++;
	if (header.status == AUDIO_STATUS_OK && dsp->last_reply == AUDIO_CONTROL_START)
		dsp_totals.starts++;
}

/* With rings that may be corrupt: as far as they make sense. */
void ap_take(struct dsp *dsp)
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

void ap_control(struct dsp *dsp, bool is_hostile, uint16_t type, const void *body, uint32_t bytes)
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

void ap_qrtr_control(struct dsp *dsp, bool is_hostile, uint32_t type)
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
void ap_respond(struct dsp *dsp, bool is_hostile)
{
	uint32_t pcm = dsp->token == TOKEN(1);
	struct usb_stream_response response = {
		.present = USB_STREAM_HAS(UAUDIO_RESP_TLV_RESULT) | USB_STREAM_HAS(UAUDIO_RESP_TLV_STATUS) |
			   USB_STREAM_HAS(UAUDIO_RESP_TLV_USB_TOKEN),
		.slot_id = SLOT, .usb_token = dsp->token,
		.data_endpoint = { 9, 5, pcm ? 0x81 : 0x01, pcm ? 0x05 : 0x0d, 192, 1, 0, 0 },
		.spec_revision = 0x100, .subslot_bytes = 2,
		.memory = {
			.event_ring = { EVENT_RING, EVENT_RING + DMA_OFFSET, 4096 },
			.data_ring = { DATA_RING(pcm), DATA_RING(pcm) + DMA_OFFSET, PCM_BYTES },
			.transfer_buffer = { TRANSFER_BUFFER(pcm), TRANSFER_BUFFER(pcm) + DMA_OFFSET, PCM_BYTES },
		},
		.interrupter = 1, .speed = UAUDIO_SPEED_FULL,
	};
	uint8_t packet[RPMSG_PAYLOAD_BYTES - 32];
	uint32_t bytes;

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

void ap_indicate(struct dsp *dsp, bool is_hostile, int32_t event, uint32_t token)
{
	struct usb_stream_indication indication = {
		.present = USB_STREAM_HAS(UAUDIO_IND_TLV_DEV_EVENT) | USB_STREAM_HAS(UAUDIO_IND_TLV_SLOT_ID) |
			   USB_STREAM_HAS(UAUDIO_IND_TLV_CONTROLLER_NUM) |
			   (token ? USB_STREAM_HAS(UAUDIO_IND_TLV_USB_TOKEN) : 0),
		.event = event, .slot_id = SLOT, .usb_token = token,
	};
	uint8_t packet[RPMSG_PAYLOAD_BYTES - 32];
	uint32_t bytes = usb_stream_encode_indication(&indication, 0, packet);

	assert_true(bytes > 0);
	if (is_hostile)
		bytes = mutate_qmi(&dsp->mutator, packet, bytes, sizeof(packet));
	qrtr(dsp, false, DATA, packet, bytes ? bytes : 1);
}

/* A ring as Linux makes it: each segment ends in a link to the next. */
void ap_put_trb(struct dsp *dsp, uint64_t iova, uint64_t parameter, uint32_t status, uint32_t control)
{
	uint8_t *at = dsp->arena + (iova - ARENA_IOVA);

	memcpy(at, &parameter, 8);
	memcpy(at + 8, &status, 4);
	memcpy(at + 12, &control, 4);
}

static void init_rings(struct dsp *dsp, uint32_t pcm)
{
	uint64_t ring = DATA_RING(pcm);

	memset(dsp->arena + (ring - ARENA_IOVA), 0, PCM_BYTES);
	ap_put_trb(dsp, ring + 0xff0, ring + 0x1000 + DMA_OFFSET, 0, 6 << 10);
	ap_put_trb(dsp, ring + 0x1ff0, ring + DMA_OFFSET, 0, 6 << 10 | 2);
	/* The event ring is the device's. Not that its streams would always know that it is a new one. */
	if (is_set_up(dsp, !pcm) && random_below(&dsp->mutator, 4))
		return;
	memset(dsp->arena + (EVENT_RING - ARENA_IOVA), 0, 4096);
	dsp->erdp[0] = (uint32_t)EVENT_RING;
	dsp->erdp[1] = DMA_OFFSET >> 32;
}

void ap_controller(struct dsp *dsp, bool is_hostile, uint16_t type)
{
	struct audio_controller body = { .max_slots = 16, .doorbell_iova = DOORBELLS, .runtime_iova = RUNTIME,
					 .doorbell_bytes = 68, .runtime_bytes = 0x220 };

	if (is_hostile && random_below(&dsp->mutator, 2)) {
		body.doorbell_bytes = hostile_bytes(&dsp->mutator, body.doorbell_bytes);
		body.doorbell_iova = hostile_place(&dsp->mutator, DOORBELLS, body.doorbell_bytes);
		is_hostile = false;
	}
	ap_control(dsp, is_hostile, type, &body, sizeof(body));
}

void ap_setup(struct dsp *dsp, bool is_hostile, uint32_t stream)
{
	uint32_t pcm = dsp->is_honest || random_below(&dsp->mutator, 8) ? stream : 0;
	struct audio_setup body = {
		.stream = stream, .usb_token = TOKEN(pcm), .format = UAUDIO_FORMAT_S16_LE, .channels = 2,
		.rate_hz = 48000, .buffer_iova = BUFFER, .shared_iova = SHARED + stream * sizeof(struct audio_shared),
		.buffer_bytes = BUFFER_BYTES, .period_bytes = 1920, .usb_format = UAUDIO_FORMAT_S16_LE,
		.usb_channels = 2, .direction = pcm ? AUDIO_DIRECTION_CAPTURE : AUDIO_DIRECTION_PLAYBACK,
	};

	init_rings(dsp, pcm);
	if (is_hostile && random_below(&dsp->mutator, 2)) {
		body.buffer_bytes = hostile_bytes(&dsp->mutator, BUFFER_BYTES);
		body.period_bytes = body.buffer_bytes / (1 + random_below(&dsp->mutator, 4));
		body.buffer_iova = hostile_place(&dsp->mutator, BUFFER, body.buffer_bytes);
		body.shared_iova = hostile_place(&dsp->mutator, SHARED,
						 (uint32_t)sizeof(struct audio_shared) -
						 64 * random_below(&dsp->mutator, 2));
		is_hostile = false;
	}
	ap_control(dsp, is_hostile, AUDIO_CONTROL_SETUP, &body, sizeof(body));
}

/* The AP's driver starts over. */
void dsp_restart_bus(struct dsp *dsp)
{
	rpmsg_stop(&dsp->rpmsg);
	qrtr_link_down(&dsp->qrtr);
	fake_driver_uninit(&dsp->driver);
	start_bus(dsp);
}

/* How both sides meet. */
void ap_greet(struct dsp *dsp)
{
	struct audio_hello hello = { .version = AUDIO_CONTROL_VERSION, .max_streams = 4 };

	dsp_run(dsp);
	ap_take(dsp);
	say(dsp, QRTR_ADDRESS, "", 0);
	ap_qrtr_control(dsp, false, HELLO);
	ap_qrtr_control(dsp, false, NEW_SERVER);
	ap_control(dsp, false, AUDIO_CONTROL_HELLO, &hello, sizeof(hello));
	dsp_run(dsp);
	ap_take(dsp);
}

/* An honest AP begins a session, after any past. */
void ap_begin_honest_session(struct dsp *dsp)
{
	dsp->is_honest = true;
	dsp_restart_bus(dsp);
	ap_greet(dsp);
	/* Disables of the session before may have to time out first. */
	for (unsigned int i = 0; i < 4 && dsp->last_reply != AUDIO_CONTROL_HELLO; i++) {
		fake_platform.now_ticks += TIMEOUT_TICKS;
		dsp_run(dsp);
		ap_take(dsp);
	}
	assert_int_equal(dsp->last_reply, AUDIO_CONTROL_HELLO);
	assert_int_equal(dsp->last_status, AUDIO_STATUS_OK);
	ap_controller(dsp, false, AUDIO_CONTROL_CONTROLLER_ADD);
	dsp_run(dsp);
	ap_take(dsp);
}

/* ... and its requests succeed. */
void ap_check_sanity(struct dsp *dsp)
{
	ap_begin_honest_session(dsp);
	ap_setup(dsp, false, 0);
	dsp_run(dsp);
	ap_take(dsp);
	assert_true(dsp->is_enable);
	ap_respond(dsp, false);
	dsp_run(dsp);
	ap_take(dsp);
	assert_int_equal(dsp->last_reply, AUDIO_CONTROL_SETUP);
	assert_int_equal(dsp->last_status, AUDIO_STATUS_OK);
}

