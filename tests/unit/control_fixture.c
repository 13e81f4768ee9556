// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The fakes of the control channel's tests, and their words. */
#include "control_fixture.h"

struct fixture *f;

/* Fake QMI client */

bool usb_stream_client_request(struct usb_stream_client *client, uint32_t stream,
			       const struct usb_stream_request *request, uint64_t now)
{
	(void)now;
	assert_ptr_equal(client, &f->client);
	assert_true(stream < USB_STREAM_CLIENT_STREAMS);
	/* The disable comes after the player has let go. */
	if (!request->enable)
		assert_true(f->control.streams[stream].audio.player.state == PLAYER_FREE ||
			    f->control.streams[stream].audio.player.state == PLAYER_SUSPENDED);
	/* Nobody asks for what another has: see is_claimed_by_another(). */
	for (uint32_t i = 0; request->enable && i < AUDIO_CONTROL_MAX_STREAMS; i++)
		assert_true(i == stream || f->control.streams[i].audio.player.state == PLAYER_FREE ||
			    f->control.streams[i].lease.usb_token != request->usb_token);
	if (f->is_asked[stream])
		return false;
	f->is_asked[stream] = true;
	f->asked[stream] = *request;
	f->asked_count++;
	return true;
}

uint64_t usb_stream_client_service(struct usb_stream_client *client, uint64_t now)
{
	(void)now;
	assert_ptr_equal(client, &f->client);
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++) {
		if (!f->is_late[i])
			continue;
		f->is_late[i] = false;
		complete(i, USB_STREAM_TIMED_OUT, NULL);
	}
	return f->client_deadline_ticks;
}

/* Fake audio stream: a player's states, whatever the direction, and that it is used as its header says */

enum audio_control_status stream_config_check(const struct stream_config *config)
{
	f->config = *config;
	return f->check_status;
}

uint32_t audio_stream_transfer_buffer_bytes(const struct stream_config *config)
{
	(void)config;
	return f->transfer_buffer_bytes;
}

enum audio_control_status audio_stream_setup(struct audio_stream *audio, struct event_ring_pool *rings,
					     const struct stream_config *config,
					     const struct usb_endpoint_config *endpoint)
{
	assert_int_equal(audio->player.state, PLAYER_FREE);
	assert_ptr_equal(rings, &f->control.event_rings);
	f->config = *config;
	f->endpoint = *endpoint;
	f->setups++;
	if (f->setup_status == AUDIO_STATUS_OK)
		audio->player.state = PLAYER_READY;
	return f->setup_status;
}

static bool is_ready(const struct audio_stream *audio)
{
	return audio->player.state == PLAYER_READY ||
	       (audio->player.state == PLAYER_SUSPENDED && audio->player.resume_to == PLAYER_READY);
}

enum audio_control_status audio_stream_reconfigure(struct audio_stream *audio,
						   const struct stream_config *config)
{
	assert_true(is_ready(audio));
	f->config = *config;
	f->reconfigures++;
	return f->reconfigure_status;
}

enum audio_control_status audio_stream_start(struct audio_stream *audio, uint64_t now_ticks)
{
	(void)now_ticks;
	assert_true(is_ready(audio));
	if (f->start_status != AUDIO_STATUS_OK)
		return f->start_status;
	audio->player.position.start_ticks = ++f->starts;
	if (audio->player.state == PLAYER_SUSPENDED)
		audio->player.resume_to = PLAYER_RUNNING;
	else
		audio->player.state = PLAYER_RUNNING;
	return AUDIO_STATUS_OK;
}

enum audio_control_status audio_stream_stop(struct audio_stream *audio, enum audio_stop_mode mode,
				      uint64_t now_ticks)
{
	(void)now_ticks;
	f->stop_mode = mode;
	if (audio->player.state == PLAYER_SUSPENDING || audio->player.state == PLAYER_SUSPENDED) {
		/* A suspend that is stopped has nothing to wait for, but a DRAIN has samples left. */
		audio->player.resume_to = mode == AUDIO_STOP_DRAIN ? PLAYER_DRAINING : PLAYER_READY;
		audio->player.results.stopped = audio->player.state == PLAYER_SUSPENDED && mode == AUDIO_STOP_ABORT;
		return AUDIO_STATUS_OK;
	}
	assert_true(audio->player.state == PLAYER_RUNNING || audio->player.state == PLAYER_DRAINING ||
		    audio->player.state == PLAYER_ABORTING);
	audio->player.state = mode == AUDIO_STOP_DRAIN ? PLAYER_DRAINING : PLAYER_ABORTING;
	return AUDIO_STATUS_OK;
}

enum audio_control_status audio_stream_suspend(struct audio_stream *audio, uint64_t now_ticks)
{
	(void)now_ticks;
	assert_true(audio->player.state != PLAYER_FREE && audio->player.state != PLAYER_LOST);
	f->suspends++;
	if (audio->player.state == PLAYER_READY) {
		audio->player.state = PLAYER_SUSPENDED;
		audio->player.resume_to = PLAYER_READY;
	} else {
		audio->player.resume_to = audio->player.state == PLAYER_ABORTING ? PLAYER_READY : audio->player.state;
		audio->player.state = PLAYER_SUSPENDING;
	}
	return AUDIO_STATUS_OK;
}

enum audio_control_status audio_stream_resume(struct audio_stream *audio, struct event_ring_pool *rings,
					const struct usb_endpoint_config *endpoint, uint64_t now_ticks)
{
	(void)now_ticks;
	assert_int_equal(audio->player.state, PLAYER_SUSPENDED);
	assert_ptr_equal(rings, &f->control.event_rings);
	f->endpoint = *endpoint;
	f->resumes++;
	if (f->resume_status == AUDIO_STATUS_OK)
		audio->player.state = audio->player.resume_to;
	return f->resume_status;
}

void audio_stream_lose(struct audio_stream *audio, enum audio_lost_reason reason, uint64_t now_ticks)
{
	(void)reason;
	(void)now_ticks;
	f->losses++;
	audio->player.state = PLAYER_LOST;
}

void audio_stream_release(struct audio_stream *audio, uint64_t now_ticks)
{
	(void)now_ticks;
	f->releases++;
	audio->player.state = PLAYER_FREE;
}

uint64_t audio_stream_service(struct audio_stream *audio, uint64_t now_ticks)
{
	bool is_at_rest = f->comes_to_rest && audio->player.state == PLAYER_SUSPENDING;

	assert_int_not_equal(audio->player.state, PLAYER_FREE);
	/* Only a player that is stopping can have stopped, and so with suspends. */
	f->comes_to_rest = false;
	f->results.stopped = f->results.stopped && (audio->player.state == PLAYER_DRAINING ||
						    audio->player.state == PLAYER_ABORTING);
	if (f->results.stopped)
		audio->player.state = PLAYER_READY;
	if (is_at_rest) {
		audio->player.state = PLAYER_SUSPENDED;
		f->results.stopped = audio->player.resume_to == PLAYER_READY;
	}
	return audio->player.state == PLAYER_RUNNING ? now_ticks + 1000 : PLAYER_NEVER;
}

struct stream_results audio_stream_take_results(struct audio_stream *audio)
{
	struct stream_results results = f->results;

	/* The test's results and the fake's own. */
	results.stopped |= audio->player.results.stopped;
	f->results = (struct stream_results){ 0 };
	audio->player.results = (struct stream_results){ 0 };
	return results;
}

bool audio_stream_uses_endpoint(const struct audio_stream *audio)
{
	return audio->player.state != PLAYER_FREE && audio->player.state != PLAYER_SUSPENDED &&
	       audio->player.state != PLAYER_LOST;
}

bool audio_stream_is_suspending(const struct audio_stream *audio)
{
	return audio->player.state == PLAYER_SUSPENDING || audio->player.state == PLAYER_SUSPENDED;
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

static void refuse_version(void *context, uint32_t ap_version)
{
	(void)context;
	f->refused_version = ap_version;
}

static const struct control_ops ops = { .send = send, .memory = memory, .stats = stats,
					.refuse_version = refuse_version };

/* The AP */

void service(void)
{
	control_service(&f->control, fake_platform.now_ticks);
}

uint16_t say(uint16_t type, const void *body, uint32_t body_bytes)
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

struct message expect(uint16_t type, uint16_t sequence, uint32_t status)
{
	struct message message = f->sent[0];

	assert_true(f->sent_count > 0);
	assert_int_equal(message.header.type, type);
	assert_int_equal(message.header.sequence, sequence);
	assert_int_equal(message.header.status, status);
	memmove(&f->sent[0], &f->sent[1], --f->sent_count * sizeof(message));
	return message;
}

void expect_reply(uint16_t type, uint16_t sequence, uint32_t status)
{
	struct message message = expect(type | AUDIO_CONTROL_REPLY, sequence, status);

	assert_int_equal(message.body_bytes, 0);
}

void expect_silence(void)
{
	service();
	assert_int_equal(f->sent_count, 0);
}

struct audio_setup good_setup(uint32_t stream)
{
	return (struct audio_setup){
		.stream = stream,
		.usb_token = UAUDIO_TOKEN(1u + stream, 0u, UAUDIO_DIRECTION_PLAYBACK),
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

uint16_t say_setup(uint32_t stream)
{
	struct audio_setup body = good_setup(stream);

	return say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
}

uint16_t say_ref(uint16_t type, uint32_t stream)
{
	struct audio_stream_ref body = { .stream = stream };

	return say(type, &body, sizeof(body));
}

uint16_t say_start(uint32_t streams)
{
	struct audio_start body = { .streams = streams };

	return say(AUDIO_CONTROL_START, &body, sizeof(body));
}

uint16_t say_hello(uint32_t version)
{
	struct audio_hello body = { .version = version, .max_streams = 2 };

	return say(AUDIO_CONTROL_HELLO, &body, sizeof(body));
}

uint16_t say_stop(uint32_t stream, uint32_t mode)
{
	struct audio_stop body = { .stream = stream, .mode = mode };

	return say(AUDIO_CONTROL_STOP, &body, sizeof(body));
}

struct usb_stream_response good_response(void)
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

void complete(uint32_t stream, enum usb_stream_outcome outcome,
	      const struct usb_stream_response *response)
{
	assert_true(f->is_asked[stream]);
	f->is_asked[stream] = false;
	control_client_ops.completed(&f->control, stream, outcome, response);
}

void answer(uint32_t stream, int32_t status, uint32_t internal_status)
{
	struct usb_stream_response response = good_response();

	response.status = status;
	response.internal_status = internal_status;
	complete(stream, USB_STREAM_ANSWERED, &response);
}

void event(int32_t kind, uint32_t slot, uint8_t controller, uint32_t token)
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

void add_controller(uint32_t number)
{
	struct audio_controller body = {
		.controller_num = number,
		.max_slots = 64,
		.doorbell_iova = 0x30000000,
		.runtime_iova = 0x30001000,
		.doorbell_bytes = 260,
		.runtime_bytes = 544,
		.ist_uframes = 8,
	};

	expect_reply(AUDIO_CONTROL_CONTROLLER_ADD,
		     say(AUDIO_CONTROL_CONTROLLER_ADD, &body, sizeof(body)), AUDIO_STATUS_OK);
}

void make_ready(uint32_t stream)
{
	uint16_t sequence = say_setup(stream);

	answer(stream, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);
}

void make_running(uint32_t stream)
{
	make_ready(stream);
	expect_reply(AUDIO_CONTROL_START, say_start(1u << stream), AUDIO_STATUS_OK);
}

int setup(void **state)
{
	f = calloc(1, sizeof(*f));
	f->transfer_buffer_bytes = 16384;
	f->client_deadline_ticks = UINT64_MAX;
	fake_platform_reset();
	control_init(&f->control, &ops, f, &f->client);
	expect(AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY, say_hello(AUDIO_CONTROL_VERSION), AUDIO_STATUS_OK);
	add_controller(CONTROLLER);
	*state = f;
	return 0;
}

int teardown(void **state)
{
	(void)state;
	free(f);
	return 0;
}

void expect_lost(uint32_t stream, uint32_t reason)
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
