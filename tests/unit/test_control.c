// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
/*
 * The audio control channel's server. The stream engine and the QMI client are fakes in this file: the test
 * says how they answer, and sees what they are asked.
 */
#include "unit.h"

#include "fake_platform.h"
#include "firmware/ipc/control.h"

#define RANDOM_SEED	0xc0117201
#define IOVA_END	0x100000000ull
#define BUFFER_IOVA	0x10000000ull
#define SHARED_IOVA	0x20000000ull
#define TOKEN		UAUDIO_TOKEN(1u, 0u, UAUDIO_DIRECTION_PLAYBACK)
#define SLOT		3
#define CONTROLLER	2
#define MESSAGES_MAX	64
#define EBUSY_WIRE	((uint32_t)-16)
#define ENODEV_WIRE	((uint32_t)-19)

/* A message from the channel, taken apart. */
struct message {
	struct audio_control_header header;
	uint8_t body[sizeof(struct audio_stats)];
	uint32_t body_bytes;
};

struct fixture {
	struct control control;
	struct usb_stream_client client;
	struct message sent[MESSAGES_MAX];
	unsigned int sent_count;
	bool is_blocked;
	unsigned int refusals;
	/* QMI: one request a stream */
	struct usb_stream_request asked[USB_STREAM_CLIENT_STREAMS];
	bool is_asked[USB_STREAM_CLIENT_STREAMS];
	unsigned int asked_count;
	/* engine: what it answers, what it was told last */
	enum audio_control_status check_status;
	enum audio_control_status setup_status;
	enum audio_control_status reconfigure_status;
	enum audio_control_status start_status;
	uint32_t transfer_buffer_bytes;
	struct stream_results results;
	struct stream_config config;
	struct usb_endpoint_config endpoint;
	enum audio_stop_mode stop_mode;
	unsigned int setups;
	unsigned int reconfigures;
	unsigned int releases;
	unsigned int losses;
	uint16_t sequence;
};

static struct fixture *f;

/* Fake QMI client */

bool usb_stream_client_request(struct usb_stream_client *client, uint32_t stream,
			       const struct usb_stream_request *request, uint64_t now)
{
	(void)now;
	assert_ptr_equal(client, &f->client);
	assert_true(stream < USB_STREAM_CLIENT_STREAMS);
	/* The disable comes after the engine has let go. */
	if (!request->enable)
		assert_int_equal(f->control.streams[stream].engine.state, STREAM_FREE);
	if (f->is_asked[stream])
		return false;
	f->is_asked[stream] = true;
	f->asked[stream] = *request;
	f->asked_count++;
	return true;
}

/* Fake engine: keeps its state, and that it is used as its header says */

enum audio_control_status stream_config_check(const struct stream_config *config)
{
	f->config = *config;
	return f->check_status;
}

uint32_t stream_transfer_buffer_bytes(const struct stream_config *config)
{
	(void)config;
	return f->transfer_buffer_bytes;
}

enum audio_control_status stream_setup(struct stream *stream, struct event_ring_pool *rings,
				       const struct stream_config *config,
				       const struct usb_endpoint_config *endpoint)
{
	assert_int_equal(stream->state, STREAM_FREE);
	assert_ptr_equal(rings, &f->control.event_rings);
	f->config = *config;
	f->endpoint = *endpoint;
	f->setups++;
	if (f->setup_status == AUDIO_STATUS_OK)
		stream->state = STREAM_READY;
	return f->setup_status;
}

enum audio_control_status stream_reconfigure(struct stream *stream,
					     const struct stream_config *config)
{
	assert_int_equal(stream->state, STREAM_READY);
	f->config = *config;
	f->reconfigures++;
	return f->reconfigure_status;
}

enum audio_control_status stream_start(struct stream *stream, uint64_t now_ticks)
{
	(void)now_ticks;
	assert_int_equal(stream->state, STREAM_READY);
	if (f->start_status == AUDIO_STATUS_OK)
		stream->state = STREAM_RUNNING;
	return f->start_status;
}

enum audio_control_status stream_stop(struct stream *stream, enum audio_stop_mode mode,
				      uint64_t now_ticks)
{
	(void)now_ticks;
	assert_true(stream->state == STREAM_RUNNING || stream->state == STREAM_DRAINING ||
		    stream->state == STREAM_ABORTING);
	f->stop_mode = mode;
	stream->state = mode == AUDIO_STOP_DRAIN ? STREAM_DRAINING : STREAM_ABORTING;
	return AUDIO_STATUS_OK;
}

void stream_lose(struct stream *stream, enum audio_lost_reason reason, uint64_t now_ticks)
{
	(void)reason;
	(void)now_ticks;
	f->losses++;
	stream->state = STREAM_LOST;
}

void stream_release(struct stream *stream, uint64_t now_ticks)
{
	(void)now_ticks;
	f->releases++;
	stream->state = STREAM_FREE;
}

uint64_t stream_service(struct stream *stream, uint64_t now_ticks)
{
	assert_int_not_equal(stream->state, STREAM_FREE);
	/* Only what is being stopped can have stopped. */
	f->results.stopped = f->results.stopped && (stream->state == STREAM_DRAINING ||
						    stream->state == STREAM_ABORTING);
	if (f->results.stopped)
		stream->state = STREAM_READY;
	return stream->state == STREAM_RUNNING ? now_ticks + 1000 : STREAM_NEVER;
}

struct stream_results stream_take_results(struct stream *stream)
{
	struct stream_results results = f->results;

	(void)stream;
	f->results = (struct stream_results){ 0 };
	return results;
}

/* The owner */

static bool send(void *context, const void *message, uint32_t bytes)
{
	struct message *to = &f->sent[f->sent_count];

	assert_ptr_equal(context, f);
	if (f->is_blocked)
		return false;
	if (f->refusals) {
		f->refusals--;
		return false;
	}
	assert_true(bytes >= sizeof(to->header) && bytes <= AUDIO_CONTROL_MAX_BYTES);
	assert_true(f->sent_count < MESSAGES_MAX);
	to->body_bytes = bytes - (uint32_t)sizeof(to->header);
	memcpy(&to->header, message, sizeof(to->header));
	memcpy(to->body, (const uint8_t *)message + sizeof(to->header), to->body_bytes);
	f->sent_count++;
	return true;
}

static void *memory(void *context, uint64_t iova, uint64_t bytes)
{
	(void)context;
	if (!iova || iova >= IOVA_END || bytes > IOVA_END - iova)
		return NULL;
	return (void *)(uintptr_t)iova;
}

static void stats(void *context, struct audio_stats *stats)
{
	(void)context;
	stats->busy_ticks = 7;
	stats->wakeups = 9;
}

/* Refuses kind 0; loads the argument of all others. */
static uint32_t provoke(void *context, const struct audio_provoke *provoke,
			struct audio_provoked *provoked)
{
	assert_ptr_equal(context, f);
	if (!provoke->kind)
		return AUDIO_STATUS_INVALID;
	provoked->value = provoke->argument;
	return AUDIO_STATUS_OK;
}

static const struct control_ops ops = { .send = send, .memory = memory, .stats = stats };

static const struct control_ops provocable_ops = {
	.send = send,
	.memory = memory,
	.stats = stats,
	.provoke = provoke,
};

/* The AP */

static void service(void)
{
	control_service(&f->control, fake_platform.now_ticks);
}

static uint16_t say(uint16_t type, const void *body, uint32_t body_bytes)
{
	struct audio_control_header header = { .type = type, .sequence = ++f->sequence };
	uint8_t *message = malloc(sizeof(header) + body_bytes);

	memcpy(message, &header, sizeof(header));
	if (body_bytes)
		memcpy(message + sizeof(header), body, body_bytes);
	control_receive(&f->control, message, (uint32_t)sizeof(header) + body_bytes);
	free(message);
	return f->sequence;
}

/* Takes the oldest message from the channel and checks its header. */
static struct message expect(uint16_t type, uint16_t sequence, uint32_t status)
{
	struct message message = f->sent[0];

	assert_true(f->sent_count > 0);
	assert_int_equal(message.header.type, type);
	assert_int_equal(message.header.sequence, sequence);
	assert_int_equal(message.header.status, status);
	memmove(&f->sent[0], &f->sent[1], --f->sent_count * sizeof(message));
	return message;
}

static void expect_reply(uint16_t type, uint16_t sequence, uint32_t status)
{
	struct message message = expect(type | AUDIO_CONTROL_REPLY, sequence, status);

	assert_int_equal(message.body_bytes, 0);
}

static void expect_silence(void)
{
	service();
	assert_int_equal(f->sent_count, 0);
}

static struct audio_setup good_setup(uint32_t stream)
{
	return (struct audio_setup){
		.stream = stream,
		.usb_token = TOKEN,
		.format = UAUDIO_FORMAT_S16_LE,
		.channels = 1,
		.rate_hz = 48000,
		.buffer_iova = BUFFER_IOVA,
		.shared_iova = SHARED_IOVA,
		.buffer_bytes = 96000,
		.period_bytes = 9600,
		.usb_format = UAUDIO_FORMAT_S24_3LE,
		.usb_channels = 2,
	};
}

static uint16_t say_setup(uint32_t stream)
{
	struct audio_setup body = good_setup(stream);

	return say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
}

static uint16_t say_ref(uint16_t type, uint32_t stream)
{
	struct audio_stream_ref body = { .stream = stream };

	return say(type, &body, sizeof(body));
}

static uint16_t say_stop(uint32_t stream, uint32_t mode)
{
	struct audio_stop body = { .stream = stream, .mode = mode };

	return say(AUDIO_CONTROL_STOP, &body, sizeof(body));
}

static struct usb_stream_response good_response(void)
{
	return (struct usb_stream_response){
		.present = UINT32_MAX,
		.slot_id = SLOT,
		.usb_token = TOKEN,
		.data_endpoint = { .length = 9, .descriptor_type = 5, .address = 0x01,
				   .attributes = 0x0d, .max_packet = 288, .interval = 1 },
		.subslot_bytes = 3,
		.memory = {
			.event_ring = { 0x1000, 0xff001000, 4096 },
			.data_ring = { 0x2000, 0xff002000, 8192 },
			.transfer_buffer = { 0x8000, 0xff008000, 16384 },
		},
		.interrupter = 1,
		.speed = UAUDIO_SPEED_FULL,
		.controller = CONTROLLER,
	};
}

static void complete(uint32_t stream, enum usb_stream_outcome outcome,
		     const struct usb_stream_response *response)
{
	assert_true(f->is_asked[stream]);
	f->is_asked[stream] = false;
	control_client_ops.completed(&f->control, stream, outcome, response);
}

static void answer(uint32_t stream, int32_t status, uint32_t internal_status)
{
	struct usb_stream_response response = good_response();

	response.status = status;
	response.internal_status = internal_status;
	complete(stream, USB_STREAM_ANSWERED, &response);
}

static void event(int32_t kind, uint32_t slot, uint8_t controller, uint32_t token)
{
	struct usb_stream_indication indication = {
		.present = token ? USB_STREAM_HAS(UAUDIO_IND_TLV_USB_TOKEN) : 0,
		.event = kind,
		.slot_id = slot,
		.usb_token = token,
		.controller = controller,
	};

	control_client_ops.device_event(&f->control, &indication);
}

static void add_controller(uint32_t number)
{
	struct audio_controller body = {
		.controller_num = number,
		.max_slots = 64,
		.doorbell_iova = 0x30000000,
		.runtime_iova = 0x30001000,
		.doorbell_bytes = 260,
		.runtime_bytes = 544,
	};

	expect_reply(AUDIO_CONTROL_CONTROLLER_ADD,
		     say(AUDIO_CONTROL_CONTROLLER_ADD, &body, sizeof(body)), AUDIO_STATUS_OK);
}

static void make_ready(uint32_t stream)
{
	uint16_t sequence = say_setup(stream);

	answer(stream, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);
}

static void make_running(uint32_t stream)
{
	make_ready(stream);
	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, stream), AUDIO_STATUS_OK);
}

static int setup(void **state)
{
	f = calloc(1, sizeof(*f));
	f->transfer_buffer_bytes = 16384;
	fake_platform_reset();
	control_init(&f->control, &ops, f, &f->client);
	add_controller(CONTROLLER);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(f);
	return 0;
}

static void expect_lost(uint32_t stream, uint32_t reason)
{
	struct audio_lost lost;
	struct message message;

	service();
	message = expect(AUDIO_CONTROL_STREAM_LOST, 0, 0);
	assert_int_equal(message.body_bytes, sizeof(lost));
	memcpy(&lost, message.body, sizeof(lost));
	assert_int_equal(lost.stream, stream);
	assert_int_equal(lost.reason, reason);
}

static void hello_tells_version_and_streams(void **state)
{
	struct audio_hello hello = { .version = AUDIO_CONTROL_VERSION, .max_streams = 2 };
	struct message message;

	(void)state;
	message = expect(AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY,
			 say(AUDIO_CONTROL_HELLO, &hello, sizeof(hello)), AUDIO_STATUS_OK);
	assert_int_equal(message.body_bytes, sizeof(hello));
	memcpy(&hello, message.body, sizeof(hello));
	assert_int_equal(hello.version, AUDIO_CONTROL_VERSION);
	assert_int_equal(hello.max_streams, AUDIO_CONTROL_MAX_STREAMS);

	hello.version = 2;
	message = expect(AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY,
			 say(AUDIO_CONTROL_HELLO, &hello, sizeof(hello)), AUDIO_STATUS_INVALID);
	assert_int_equal(message.body_bytes, sizeof(hello));
}

static void hello_ends_the_session_before(void **state)
{
	struct audio_hello hello = { .version = AUDIO_CONTROL_VERSION };
	uint16_t sequence;

	(void)state;
	make_running(0);
	say_setup(1);
	sequence = say(AUDIO_CONTROL_HELLO, &hello, sizeof(hello));
	expect_silence();
	assert_int_equal(f->releases, 1);
	assert_int_equal(f->asked[0].enable, 0);
	answer(0, 0, 0);
	expect_silence();
	/* The other's enable comes too late and is undone. */
	answer(1, 0, 0);
	expect_silence();
	assert_int_equal(f->asked[1].enable, 0);
	answer(1, 0, 0);
	expect(AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY, sequence, AUDIO_STATUS_OK);
	expect_silence();
	/* Controllers are to be told anew. */
	sequence = say_setup(0);
	answer(0, 0, 0);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
}

static void a_stream_lives_its_life(void **state)
{
	uint16_t sequence;

	(void)state;
	sequence = say_setup(3);
	expect_silence();
	assert_int_equal(f->asked[3].enable, 1);
	assert_int_equal(f->asked[3].usb_token, TOKEN);
	assert_int_equal(f->asked[3].audio_format, UAUDIO_FORMAT_S24_3LE);
	assert_int_equal(f->asked[3].channels, 2);
	assert_int_equal(f->asked[3].rate_hz, 48000);
	assert_int_equal(f->asked[3].transfer_buffer_bytes, 16384);
	assert_int_equal(f->setups, 0);
	answer(3, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);

	assert_int_equal(f->setups, 1);
	assert_ptr_equal(f->config.buffer, (void *)BUFFER_IOVA);
	assert_ptr_equal(f->config.shared, (void *)SHARED_IOVA);
	assert_int_equal(f->config.format, UAUDIO_FORMAT_S16_LE);
	assert_int_equal(f->config.channels, 1);
	assert_false(f->config.no_period_wakeup);
	assert_ptr_equal(f->endpoint.data_ring.va, (void *)0x2000);
	assert_int_equal(f->endpoint.data_ring.dma, 0xff002000);
	assert_int_equal(f->endpoint.data_ring.bytes, 8192);
	assert_null(f->endpoint.sync_ring.va);
	assert_ptr_equal((void *)(uintptr_t)f->endpoint.doorbells, (void *)0x30000000);
	assert_int_equal(f->endpoint.slot_id, SLOT);
	assert_int_equal(f->endpoint.data.max_packet, 288);
	assert_int_equal(f->endpoint.sync.address, 0);

	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, 3), AUDIO_STATUS_OK);
	sequence = say_stop(3, AUDIO_STOP_DRAIN);
	assert_int_equal(f->stop_mode, AUDIO_STOP_DRAIN);
	expect_silence();
	f->results.stopped = true;
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);

	/* Stopped and started again, as often as one likes. */
	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, 3), AUDIO_STATUS_OK);
	sequence = say_stop(3, AUDIO_STOP_ABORT);
	f->results.stopped = true;
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);

	sequence = say_ref(AUDIO_CONTROL_RELEASE, 3);
	expect_silence();
	assert_int_equal(f->releases, 1);
	assert_int_equal(f->asked[3].enable, 0);
	assert_int_equal(f->asked[3].usb_token, TOKEN);
	answer(3, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, sequence, AUDIO_STATUS_OK);
	assert_int_equal(f->control.streams[3].state, CONTROL_STREAM_IDLE);
}

static void refusals_are_translated(void **state)
{
	const struct {
		int32_t status;
		uint32_t internal_status;
		uint32_t expected;
	} cases[] = {
		{ UAUDIO_STREAM_STATUS_FAILURE, EBUSY_WIRE, AUDIO_STATUS_BUSY },
		{ UAUDIO_STREAM_STATUS_FAILURE, ENODEV_WIRE, AUDIO_STATUS_NO_DEVICE },
		{ UAUDIO_STREAM_STATUS_FAILURE, (uint32_t)-5, AUDIO_STATUS_FAILED },
		{ UAUDIO_STREAM_STATUS_NOT_FOUND, ENODEV_WIRE, AUDIO_STATUS_NO_DEVICE },
		{ UAUDIO_STREAM_STATUS_NOT_FOUND, 0, AUDIO_STATUS_NO_DEVICE },
		{ UAUDIO_STREAM_STATUS_INVALID_PARAMETER, (uint32_t)-95, AUDIO_STATUS_UNSUPPORTED },
		{ UAUDIO_STREAM_STATUS_OUT_OF_MEMORY, (uint32_t)-12, AUDIO_STATUS_NO_MEMORY },
		{ 99, 0, AUDIO_STATUS_FAILED },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint16_t sequence = say_setup(0);
		struct message message;

		answer(0, cases[i].status, cases[i].internal_status);
		message = expect(AUDIO_CONTROL_SETUP | AUDIO_CONTROL_REPLY, sequence,
				 cases[i].expected);
		assert_int_equal(message.header.detail, cases[i].internal_status);
		assert_int_equal(f->control.streams[0].state, CONTROL_STREAM_IDLE);
	}
	/* A failure of QMI itself, whatever the service's status says */
	{
		struct usb_stream_response response = good_response();
		uint16_t sequence = say_setup(0);

		response.result.result = QMI_RESULT_FAILURE;
		complete(0, USB_STREAM_ANSWERED, &response);
		expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
	}
	assert_int_equal(f->setups, 0);
}

static void a_service_that_is_silent_or_gone_ends_the_setup(void **state)
{
	uint16_t sequence;

	(void)state;
	sequence = say_setup(0);
	complete(0, USB_STREAM_TIMED_OUT, NULL);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_TIMED_OUT);
	sequence = say_setup(0);
	complete(0, USB_STREAM_SERVICE_LOST, NULL);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
	make_ready(0);
}

static void a_response_that_does_not_fit_is_undone(void **state)
{
	(void)state;
	for (int i = 0; i < 9; i++) {
		struct usb_stream_response response = good_response();
		uint16_t sequence = say_setup(0);

		switch (i) {
		case 0: response.controller = AUDIO_CONTROL_MAX_CONTROLLERS; break;
		case 1: response.controller = CONTROLLER - 1; break;
		case 2: response.present &= ~USB_STREAM_HAS(UAUDIO_RESP_TLV_XHCI_MEM_INFO); break;
		case 3: response.present &= ~USB_STREAM_HAS(UAUDIO_RESP_TLV_SLOT_ID); break;
		case 4: response.present &= ~USB_STREAM_HAS(UAUDIO_RESP_TLV_DATA_EP_DESC); break;
		case 5: response.memory.data_ring.iova = IOVA_END; break;
		case 6: response.memory.event_ring.iova = 0xffffff807c000000; break;
		case 7: response.memory.transfer_buffer.bytes = UINT32_MAX; break;
		case 8: response.memory.sync_ring.bytes = 1; break;
		}
		complete(0, USB_STREAM_ANSWERED, &response);
		expect_silence();
		assert_int_equal(f->asked[0].enable, 0);
		answer(0, 0, 0);
		expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
		assert_int_equal(f->control.streams[0].state, CONTROL_STREAM_IDLE);
	}
	assert_int_equal(f->setups, 0);
}

static void an_engine_that_refuses_is_undone(void **state)
{
	uint16_t sequence;

	(void)state;
	f->setup_status = AUDIO_STATUS_NO_MEMORY;
	sequence = say_setup(0);
	answer(0, 0, 0);
	expect_silence();
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_NO_MEMORY);
	f->setup_status = AUDIO_STATUS_OK;
	make_ready(0);
}

static void bad_setups_are_refused_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		struct audio_setup body = good_setup(0);
		uint32_t expected = AUDIO_STATUS_INVALID;

		switch (i) {
		case 0: body.stream = AUDIO_CONTROL_MAX_STREAMS; break;
		case 1: body.stream = UINT32_MAX; break;
		case 2: body.buffer_iova = 0; break;
		case 3: body.buffer_iova = IOVA_END - 95999; break;
		case 4: body.shared_iova = IOVA_END - 127; break;
		case 5: body.shared_iova = 0xffffff807c000000; break;
		case 6: body.flags = 2; break;
		case 7: body.usb_token = TOKEN | 2; break;
		case 8:
			body.usb_token = TOKEN | UAUDIO_DIRECTION_CAPTURE;
			expected = AUDIO_STATUS_UNSUPPORTED;
			break;
		case 9: f->check_status = expected = AUDIO_STATUS_UNSUPPORTED; break;
		}
		expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)),
			     expected);
	}
	assert_int_equal(f->asked_count, 0);
}

static void requests_in_the_wrong_state_are_refused(void **state)
{
	uint16_t setup, release;

	(void)state;
	/* IDLE */
	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, 0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_ABORT), AUDIO_STATUS_WRONG_STATE);
	/* ENABLING */
	setup = say_setup(0);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, 0), AUDIO_STATUS_WRONG_STATE);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_OK);
	/* READY */
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_DRAIN), AUDIO_STATUS_OK);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, 2), AUDIO_STATUS_INVALID);
	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, 0), AUDIO_STATUS_OK);
	/* RUNNING */
	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, 0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	/* DISABLING */
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0),
		     AUDIO_STATUS_WRONG_STATE);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
	/* Streams that do not exist */
	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, 8), AUDIO_STATUS_INVALID);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(UINT32_MAX, 0), AUDIO_STATUS_INVALID);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 8),
		     AUDIO_STATUS_INVALID);
}

static void release_is_idempotent(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0),
			     AUDIO_STATUS_OK);
	assert_int_equal(f->asked_count, 0);
}

static void release_while_enabling_undoes_it(void **state)
{
	uint16_t setup = say_setup(0);
	uint16_t release = say_ref(AUDIO_CONTROL_RELEASE, 0);

	(void)state;
	expect_silence();
	answer(0, 0, 0);
	expect_silence();
	assert_int_equal(f->asked[0].enable, 0);
	assert_int_equal(f->setups, 0);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);

	/* The same with an enable that fails */
	setup = say_setup(0);
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	answer(0, UAUDIO_STREAM_STATUS_NOT_FOUND, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_NO_DEVICE);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
}

static void release_while_running_or_stopping_cuts_off(void **state)
{
	uint16_t stop, release;

	(void)state;
	make_running(0);
	stop = say_stop(0, AUDIO_STOP_DRAIN);
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	expect_reply(AUDIO_CONTROL_STOP, stop, AUDIO_STATUS_OK);
	assert_int_equal(f->releases, 1);
	complete(0, USB_STREAM_TIMED_OUT, NULL);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_TIMED_OUT);
	assert_int_equal(f->control.streams[0].state, CONTROL_STREAM_IDLE);
}

static void an_abort_overtakes_a_drain(void **state)
{
	uint16_t drain, abort;

	(void)state;
	make_running(0);
	drain = say_stop(0, AUDIO_STOP_DRAIN);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_DRAIN), AUDIO_STATUS_WRONG_STATE);
	abort = say_stop(0, AUDIO_STOP_ABORT);
	assert_int_equal(f->stop_mode, AUDIO_STOP_ABORT);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_ABORT), AUDIO_STATUS_WRONG_STATE);
	expect_silence();
	f->results.stopped = true;
	service();
	expect_reply(AUDIO_CONTROL_STOP, drain, AUDIO_STATUS_OK);
	expect_reply(AUDIO_CONTROL_STOP, abort, AUDIO_STATUS_OK);
}

static void setup_again_replaces_the_parameters(void **state)
{
	struct audio_setup body = good_setup(0);
	uint16_t sequence;

	(void)state;
	make_ready(0);
	body.flags = AUDIO_SETUP_NO_PERIOD_WAKEUP;
	body.buffer_bytes = 192000;
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)),
		     AUDIO_STATUS_OK);
	assert_int_equal(f->reconfigures, 1);
	assert_int_equal(f->config.buffer_bytes, 192000);
	assert_true(f->config.no_period_wakeup);
	assert_int_equal(f->asked_count, 1);

	/* Another USB format means another USB stream: the old one is disabled first. */
	f->reconfigure_status = AUDIO_STATUS_UNSUPPORTED;
	body.usb_format = UAUDIO_FORMAT_S32_LE;
	sequence = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	expect_silence();
	assert_int_equal(f->asked[0].enable, 0);
	answer(0, 0, 0);
	expect_silence();
	assert_int_equal(f->asked[0].enable, 1);
	assert_int_equal(f->asked[0].audio_format, UAUDIO_FORMAT_S32_LE);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);

	/* So does a transfer buffer that must be larger. */
	f->reconfigure_status = AUDIO_STATUS_OK;
	f->transfer_buffer_bytes = 32768;
	sequence = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	answer(0, 0, 0);
	assert_int_equal(f->asked[0].transfer_buffer_bytes, 32768);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);

	/* So does another PCM. */
	f->reconfigure_status = AUDIO_STATUS_OK;
	body.usb_token = UAUDIO_TOKEN(2u, 1u, UAUDIO_DIRECTION_PLAYBACK);
	sequence = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	assert_int_equal(f->asked[0].usb_token, TOKEN);
	answer(0, 0, 0);
	assert_int_equal(f->asked[0].usb_token, body.usb_token);
	/* And a release meanwhile wins. */
	{
		uint16_t release = say_ref(AUDIO_CONTROL_RELEASE, 0);

		answer(0, 0, 0);
		answer(0, 0, 0);
		expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_WRONG_STATE);
		expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
	}
}

static void release_while_replacing_ends_both(void **state)
{
	struct audio_setup body = good_setup(0);
	uint16_t setup, release;

	(void)state;
	make_ready(0);
	body.usb_token = UAUDIO_TOKEN(2u, 1u, UAUDIO_DIRECTION_PLAYBACK);
	setup = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
	assert_false(f->is_asked[0]);
}

static void periods_are_notified(void **state)
{
	struct audio_stream_ref ref;
	struct message message;

	(void)state;
	make_running(5);
	f->results.periods_elapsed = 3;
	service();
	message = expect(AUDIO_CONTROL_PERIOD_ELAPSED, 0, 0);
	assert_int_equal(message.body_bytes, sizeof(ref));
	memcpy(&ref, message.body, sizeof(ref));
	assert_int_equal(ref.stream, 5);
	f->results.ran_dry = true;
	service();
	expect(AUDIO_CONTROL_PERIOD_ELAPSED, 0, 0);
	expect_silence();
}

static void a_lost_endpoint_is_told_and_disabled(void **state)
{
	uint16_t sequence;

	(void)state;
	make_running(0);
	sequence = say_stop(0, AUDIO_STOP_DRAIN);
	f->results.lost = true;
	f->results.lost_reason = AUDIO_LOST_ENDPOINT;
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);
	expect_lost(0, AUDIO_LOST_ENDPOINT);
	assert_int_equal(f->asked[0].enable, 0);
	/* RELEASE waits for the disable; START and SETUP have to wait for RELEASE. */
	expect_reply(AUDIO_CONTROL_START, say_ref(AUDIO_CONTROL_START, 0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_ABORT), AUDIO_STATUS_OK);
	sequence = say_ref(AUDIO_CONTROL_RELEASE, 0);
	expect_silence();
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, sequence, AUDIO_STATUS_OK);
	make_ready(0);
}

static void a_disconnect_ends_the_streams_of_that_device_only(void **state)
{
	(void)state;
	make_running(0);
	make_ready(1);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT + 1, CONTROLLER, 0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER + 1, 0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, TOKEN + 256);
	event(UAUDIO_DEV_EVENT_CONNECT, SLOT, CONTROLLER, 0);
	event(UAUDIO_DEV_EVENT_RESUME, SLOT, CONTROLLER, 0);
	event(-1, SLOT, CONTROLLER, 0);
	assert_int_equal(f->losses, 0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
	assert_int_equal(f->losses, 2);
	assert_int_equal(f->releases, 2);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_lost(1, AUDIO_LOST_DISCONNECTED);
	expect_silence();
	/* A disable that is refused, since the AP did it itself, is as good as one that is not. */
	answer(0, UAUDIO_STREAM_STATUS_NOT_FOUND, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0), AUDIO_STATUS_OK);
}

static void a_suspend_loses_the_stream(void **state)
{
	(void)state;
	make_running(0);
	event(UAUDIO_DEV_EVENT_SUSPEND, SLOT, CONTROLLER, TOKEN);
	expect_lost(0, AUDIO_LOST_SUSPENDED);
}

static void a_service_that_goes_takes_its_streams_along(void **state)
{
	(void)state;
	make_running(0);
	f->asked_count = 0;
	control_client_ops.service_lost(&f->control);
	assert_int_equal(f->releases, 1);
	assert_int_equal(f->asked_count, 0);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0), AUDIO_STATUS_OK);
}

static void a_release_takes_back_what_was_not_told_yet(void **state)
{
	uint16_t sequence;

	(void)state;
	make_running(0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
	sequence = say_ref(AUDIO_CONTROL_RELEASE, 0);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, sequence, AUDIO_STATUS_OK);
	expect_silence();
}

static void bad_controllers_are_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		struct audio_controller body = {
			.controller_num = 0,
			.max_slots = 64,
			.doorbell_iova = 0x30000000,
			.runtime_iova = 0x30001000,
			.doorbell_bytes = 260,
			.runtime_bytes = 544,
		};

		switch (i) {
		case 0: body.controller_num = AUDIO_CONTROL_MAX_CONTROLLERS; break;
		case 1: body.max_slots = 0; break;
		case 2: body.max_slots = 256; break;
		case 3: body.doorbell_iova = 0; break;
		case 4: body.doorbell_iova |= 2; break;
		case 5: body.runtime_iova |= 16; break;
		case 6: body.runtime_iova = IOVA_END; break;
		case 7: body.doorbell_bytes = UINT32_MAX; break;
		}
		expect_reply(AUDIO_CONTROL_CONTROLLER_ADD,
			     say(AUDIO_CONTROL_CONTROLLER_ADD, &body, sizeof(body)),
			     AUDIO_STATUS_INVALID);
		assert_false(f->control.controllers[0].is_known);
	}
}

static void a_controller_that_goes_takes_its_streams_along(void **state)
{
	struct audio_controller body = { .controller_num = CONTROLLER };

	(void)state;
	make_running(0);
	expect_reply(AUDIO_CONTROL_CONTROLLER_REMOVE,
		     say(AUDIO_CONTROL_CONTROLLER_REMOVE, &body, sizeof(body)), AUDIO_STATUS_OK);
	assert_int_equal(f->releases, 1);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_reply(AUDIO_CONTROL_CONTROLLER_REMOVE,
		     say(AUDIO_CONTROL_CONTROLLER_REMOVE, &body, sizeof(body)),
		     AUDIO_STATUS_INVALID);
}

static void stats_are_told(void **state)
{
	struct audio_stats stats;
	struct message message;

	(void)state;
	say(0x7777, NULL, 0);
	message = expect(AUDIO_CONTROL_GET_STATS | AUDIO_CONTROL_REPLY,
			 say(AUDIO_CONTROL_GET_STATS, NULL, 0), AUDIO_STATUS_OK);
	assert_int_equal(message.body_bytes, sizeof(stats));
	memcpy(&stats, message.body, sizeof(stats));
	assert_int_equal(stats.busy_ticks, 7);
	assert_int_equal(stats.wakeups, 9);
	assert_int_equal(stats.control_dropped, 1);
}

static void provoked(uint32_t kind, uint32_t status, uint64_t value)
{
	struct audio_provoke body = { .kind = kind, .argument = 0x123456789abcdef0 };
	struct audio_provoked provoked;
	struct message message;

	message = expect(AUDIO_CONTROL_PROVOKE | AUDIO_CONTROL_REPLY,
			 say(AUDIO_CONTROL_PROVOKE, &body, sizeof(body)), status);
	assert_int_equal(message.body_bytes, sizeof(provoked));
	memcpy(&provoked, message.body, sizeof(provoked));
	assert_int_equal(provoked.value, value);
}

static void only_a_dsp_made_for_it_can_be_provoked(void **state)
{
	(void)state;
	provoked(AUDIO_PROVOKE_READ, AUDIO_STATUS_UNSUPPORTED, 0);
	f->control.ops = &provocable_ops;
	provoked(AUDIO_PROVOKE_READ, AUDIO_STATUS_OK, 0x123456789abcdef0);
	provoked(0, AUDIO_STATUS_INVALID, 0);
}

static void lengths_are_exact_or_the_message_is_dropped(void **state)
{
	const struct {
		uint16_t type;
		int bytes;
	} types[] = {
		{ AUDIO_CONTROL_HELLO, sizeof(struct audio_hello) },
		{ AUDIO_CONTROL_CONTROLLER_ADD, sizeof(struct audio_controller) },
		{ AUDIO_CONTROL_CONTROLLER_REMOVE, sizeof(struct audio_controller) },
		{ AUDIO_CONTROL_SETUP, sizeof(struct audio_setup) },
		{ AUDIO_CONTROL_START, sizeof(struct audio_stream_ref) },
		{ AUDIO_CONTROL_STOP, sizeof(struct audio_stop) },
		{ AUDIO_CONTROL_RELEASE, sizeof(struct audio_stream_ref) },
		{ AUDIO_CONTROL_GET_STATS, 0 },
		{ AUDIO_CONTROL_PROVOKE, sizeof(struct audio_provoke) },
		{ AUDIO_CONTROL_PERIOD_ELAPSED, -1 },
		{ AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY, -1 },
		{ 0, -1 },
	};
	uint8_t body[484] = { 0 };
	unsigned int dropped = 0;

	(void)state;
	for (uint32_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		for (int bytes = 0; bytes <= (int)sizeof(body); bytes++) {
			if (bytes == types[i].bytes)
				continue;
			say(types[i].type, body, (uint32_t)bytes);
			assert_int_equal(f->control.dropped, ++dropped);
		}
	}
	for (uint32_t bytes = 0; bytes < sizeof(struct audio_control_header); bytes++) {
		control_receive(&f->control, body, bytes);
		assert_int_equal(f->control.dropped, ++dropped);
	}
	expect_silence();
}

static void replies_wait_for_room_in_order(void **state)
{
	uint16_t first, second;

	(void)state;
	make_running(0);
	f->is_blocked = true;
	f->results.periods_elapsed = 1;
	service();
	first = say_ref(AUDIO_CONTROL_START, 0);
	second = say_ref(AUDIO_CONTROL_START, 1);
	f->is_blocked = false;
	/* Also if there is room a moment later */
	f->refusals = 1;
	service();
	assert_int_equal(f->sent_count, 0);
	service();
	expect_reply(AUDIO_CONTROL_START, first, AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_START, second, AUDIO_STATUS_WRONG_STATE);
	expect(AUDIO_CONTROL_PERIOD_ELAPSED, 0, 0);
	expect_silence();

	f->is_blocked = true;
	for (int i = 0; i < CONTROL_OUTBOX_MESSAGES + 3; i++)
		say_ref(AUDIO_CONTROL_START, 0);
	assert_int_equal(f->control.dropped, 3);
	f->is_blocked = false;
	service();
	assert_int_equal(f->sent_count, CONTROL_OUTBOX_MESSAGES);
}

static void quiesce_aborts_and_tells_nobody(void **state)
{
	(void)state;
	make_running(0);
	make_ready(1);
	assert_false(control_is_quiet(&f->control));
	control_quiesce(&f->control, 0);
	assert_int_equal(f->stop_mode, AUDIO_STOP_ABORT);
	service();
	assert_false(control_is_quiet(&f->control));
	f->results.stopped = true;
	service();
	assert_true(control_is_quiet(&f->control));
	assert_int_equal(f->sent_count, 0);
}

static void the_deadline_is_the_engines(void **state)
{
	(void)state;
	assert_int_equal(control_service(&f->control, 5), UINT64_MAX);
	make_running(0);
	assert_int_equal(control_service(&f->control, 5), 1005);
}

/*
 * Whatever comes in whatever order: each request is answered once at most, the fakes' own checks hold, and when the
 * dust has settled, RELEASE brings every stream to IDLE.
 */
static void chaos_ends_in_order(void **state)
{
	struct random random = { RANDOM_SEED };

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t stream = random_below(&random, 3);

		f->setup_status = random_below(&random, 8) ? AUDIO_STATUS_OK : AUDIO_STATUS_NO_MEMORY;
		f->reconfigure_status = random_below(&random, 2) ? AUDIO_STATUS_OK :
								    AUDIO_STATUS_UNSUPPORTED;
		f->is_blocked = random_below(&random, 10) == 0;
		f->results = (struct stream_results){ 0 };
		switch (random_below(&random, 12)) {
		case 0:
			say_setup(stream);
			break;
		case 1:
			say_ref(AUDIO_CONTROL_START, stream);
			break;
		case 2:
			say_stop(stream, random_below(&random, 3));
			break;
		case 3:
			say_ref(AUDIO_CONTROL_RELEASE, stream);
			break;
		case 4:
		case 5:
		case 6:
			if (f->is_asked[stream])
				answer(stream, (int32_t)random_below(&random, 2), EBUSY_WIRE);
			break;
		case 7:
			if (f->is_asked[stream])
				complete(stream, USB_STREAM_TIMED_OUT, NULL);
			break;
		case 8:
			if (random_below(&random, 4) == 0)
				event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
			break;
		case 9:
			f->results.stopped = true;
			break;
		case 10:
			f->results.lost = random_below(&random, 4) == 0;
			break;
		case 11:
			if (random_below(&random, 20) == 0)
				control_client_ops.service_lost(&f->control);
			break;
		}
		service();
		f->sent_count = 0;
	}
	f->is_blocked = false;
	f->results = (struct stream_results){ 0 };
	for (uint32_t stream = 0; stream < 3; stream++) {
		say_ref(AUDIO_CONTROL_RELEASE, stream);
		while (f->is_asked[stream])
			answer(stream, 0, 0);
		assert_int_equal(f->control.streams[stream].state, CONTROL_STREAM_IDLE);
		assert_false(f->control.streams[stream].setup.is_owed);
		assert_false(f->control.streams[stream].drain.is_owed);
		assert_false(f->control.streams[stream].abort.is_owed);
		assert_false(f->control.streams[stream].release.is_owed);
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_tells_version_and_streams),
		TEST(hello_ends_the_session_before),
		TEST(a_stream_lives_its_life),
		TEST(refusals_are_translated),
		TEST(a_service_that_is_silent_or_gone_ends_the_setup),
		TEST(a_response_that_does_not_fit_is_undone),
		TEST(an_engine_that_refuses_is_undone),
		TEST(bad_setups_are_refused_at_once),
		TEST(requests_in_the_wrong_state_are_refused),
		TEST(release_is_idempotent),
		TEST(release_while_enabling_undoes_it),
		TEST(release_while_running_or_stopping_cuts_off),
		TEST(an_abort_overtakes_a_drain),
		TEST(setup_again_replaces_the_parameters),
		TEST(release_while_replacing_ends_both),
		TEST(periods_are_notified),
		TEST(a_lost_endpoint_is_told_and_disabled),
		TEST(a_disconnect_ends_the_streams_of_that_device_only),
		TEST(a_suspend_loses_the_stream),
		TEST(a_service_that_goes_takes_its_streams_along),
		TEST(a_release_takes_back_what_was_not_told_yet),
		TEST(bad_controllers_are_refused),
		TEST(a_controller_that_goes_takes_its_streams_along),
		TEST(stats_are_told),
		TEST(only_a_dsp_made_for_it_can_be_provoked),
		TEST(lengths_are_exact_or_the_message_is_dropped),
		TEST(replies_wait_for_room_in_order),
		TEST(quiesce_aborts_and_tells_nobody),
		TEST(the_deadline_is_the_engines),
		TEST(chaos_ends_in_order),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
