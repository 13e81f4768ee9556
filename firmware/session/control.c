// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The audio control channel, the DSP's side: messages in, replies and notifications out.
 * The streams' states are in control_stream.c; see control.h for both.
 */
#include "control.h"

#include <stddef.h>
#include <string.h>

#include "../platform.h"
#include "control_stream.h"

void control_init(struct control *control, const struct control_ops *ops, void *context,
		  struct usb_stream_client *client)
{
	control->ops = ops;
	control->context = context;
	control->client = client;
	control->memory = (struct dsp_memory){ .find = ops->memory, .context = context };
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++)
		lease_init(&control->streams[i].lease, client, i);
	outbox_init(&control->outbox, ops->send, context);
}

static void send_notifications(struct control *control)
{
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		struct control_stream *stream = &control->streams[i];
		struct audio_stream_ref ref = { .stream = i };
		struct audio_lost lost = { .stream = i, .reason = stream->lost_reason };

		if (stream->period_due &&
		    outbox_notify(&control->outbox, AUDIO_CONTROL_PERIOD_ELAPSED, &ref, sizeof(ref)))
			stream->period_due = false;
		if (stream->lost_due &&
		    outbox_notify(&control->outbox, AUDIO_CONTROL_STREAM_LOST, &lost, sizeof(lost)))
			stream->lost_due = false;
	}
}

static bool all_idle(const struct control *control)
{
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		if (control->streams[i].state != CONTROL_STREAM_IDLE)
			return false;
	}
	return true;
}

/* The session begins when nothing of the last one is left. */
static void greet_when_idle(struct control *control)
{
	struct audio_hello hello = {
		.version = AUDIO_CONTROL_VERSION,
		.max_streams = AUDIO_CONTROL_MAX_STREAMS,
		.features = AUDIO_FEATURE_CAPTURE,
	};

	if (!control->hello.is_pending || !all_idle(control))
		return;
	control->hello.is_pending = false;
	outbox_reply(&control->outbox, AUDIO_CONTROL_HELLO, control->hello.sequence, AUDIO_STATUS_OK, 0,
		   &hello, sizeof(hello));
}

/* A new session: the sound card's driver knows nothing of streams that it had before. */
static void receive_hello(struct control *control, const struct audio_hello *hello,
			  uint16_t sequence, uint64_t now)
{
	outbox_clear(&control->outbox);
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++)
		control_stream_abort(control, i, now);
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_CONTROLLERS; i++)
		control->controllers[i].is_known = false;
	control->hello = (struct outbox_pending){ .is_pending = true, .sequence = sequence };
	control->is_in_session = hello->version == AUDIO_CONTROL_VERSION;
	if (!control->is_in_session)
		control->ops->refuse_version(control->context, hello->version);
	greet_when_idle(control);
}

static void lose_controller_streams(struct control *control, uint32_t controller, uint64_t now)
{
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		if (control_stream_uses(&control->streams[i], controller))
			control_stream_lose(control, i, AUDIO_LOST_DISCONNECTED, now);
	}
}

static uint32_t controller_add(struct control *control, const struct audio_controller *from,
			       uint64_t now)
{
	struct controller controller;

	if (from->controller_num >= AUDIO_CONTROL_MAX_CONTROLLERS ||
	    !controller_parse(&controller, from, &control->memory))
		return AUDIO_STATUS_INVALID;
	/* Streams at the old address, if there are any, would ring at nothing. */
	lose_controller_streams(control, from->controller_num, now);
	control->controllers[from->controller_num] = controller;
	return AUDIO_STATUS_OK;
}

static uint32_t controller_remove(struct control *control, const struct audio_controller *from,
				  uint64_t now)
{
	if (from->controller_num >= AUDIO_CONTROL_MAX_CONTROLLERS ||
	    !control->controllers[from->controller_num].is_known)
		return AUDIO_STATUS_INVALID;
	lose_controller_streams(control, from->controller_num, now);
	control->controllers[from->controller_num].is_known = false;
	return AUDIO_STATUS_OK;
}

static void reply_stats(struct control *control, uint16_t sequence)
{
	struct audio_stats stats = { 0 };

	control->ops->stats(control->context, &stats);
	stats.control_dropped = control->dropped + control->outbox.dropped;
	outbox_reply(&control->outbox, AUDIO_CONTROL_GET_STATS, sequence, AUDIO_STATUS_OK, 0, &stats,
		   sizeof(stats));
}

/* The bodies of requests. */
union request_body {
	struct audio_hello hello;
	struct audio_controller controller;
	struct audio_setup setup;
	struct audio_start start;
	struct audio_stream_ref ref;
	struct audio_stop stop;
};

/* Length of a request's body, or -1 if no such request is known. */
static int request_body_bytes(uint16_t type)
{
	switch (type) {
	case AUDIO_CONTROL_HELLO:
		return sizeof(struct audio_hello);
	case AUDIO_CONTROL_CONTROLLER_ADD:
	case AUDIO_CONTROL_CONTROLLER_REMOVE:
		return sizeof(struct audio_controller);
	case AUDIO_CONTROL_SETUP:
		return sizeof(struct audio_setup);
	case AUDIO_CONTROL_START:
		return sizeof(struct audio_start);
	case AUDIO_CONTROL_RELEASE:
		return sizeof(struct audio_stream_ref);
	case AUDIO_CONTROL_STOP:
		return sizeof(struct audio_stop);
	case AUDIO_CONTROL_GET_STATS:
		return 0;
	default:
		return -1;
	}
}

/*
 * All streams are started, or none: the conditions of all are checked first. Playback streams come first, as these fill packets
 * before their doorbell rings, and capture streams queue little: so the doorbells ring close to each other.
 */
static uint32_t start_streams(struct control *control, const struct audio_start *start, uint64_t now)
{
	uint32_t status = AUDIO_STATUS_OK;

	if (!start->streams || start->streams >> AUDIO_CONTROL_MAX_STREAMS || start->reserved)
		return AUDIO_STATUS_INVALID;
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		if (start->streams >> i & 1 && control->streams[i].state != CONTROL_STREAM_READY)
			return AUDIO_STATUS_WRONG_STATE;
	}
	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS && status == AUDIO_STATUS_OK; i++) {
			if (start->streams >> i & 1 && control->streams[i].config.is_capture == (pass == 1))
				status = control_stream_start(control, i, now);
		}
	}
	return status;
}

/* Requests that concern one stream all begin with its number. */
static uint32_t stream_request(struct control *control, const struct audio_control_header *header,
			       const union request_body *body, uint64_t now, bool *deferred)
{
	if (body->ref.stream >= AUDIO_CONTROL_MAX_STREAMS)
		return AUDIO_STATUS_INVALID;
	switch (header->type) {
	case AUDIO_CONTROL_SETUP:
		return control_stream_setup(control, &body->setup, header->sequence, now,
					    deferred);
	case AUDIO_CONTROL_STOP:
		return control_stream_stop(control, &body->stop, header->sequence, now, deferred);
	default:
		return control_stream_release(control, body->ref.stream, header->sequence, now,
					      deferred);
	}
}

static uint32_t session_request(struct control *control, const struct audio_control_header *header,
				const union request_body *body, uint64_t now, bool *deferred)
{
	if (!control->is_in_session)
		return AUDIO_STATUS_WRONG_STATE;
	switch (header->type) {
	case AUDIO_CONTROL_CONTROLLER_ADD:
		return controller_add(control, &body->controller, now);
	case AUDIO_CONTROL_CONTROLLER_REMOVE:
		return controller_remove(control, &body->controller, now);
	case AUDIO_CONTROL_START:
		return start_streams(control, &body->start, now);
	default:
		return stream_request(control, header, body, now, deferred);
	}
}

void control_receive(struct control *control, const uint8_t *message, uint32_t bytes)
{
	struct audio_control_header header;
	union request_body body = { 0 };
	bool deferred = false;
	uint64_t now = platform_ticks();
	uint32_t status;
	int body_bytes;

	if (bytes < sizeof(header)) {
		control->dropped++;
		return;
	}
	memcpy(&header, message, sizeof(header));
	body_bytes = request_body_bytes(header.type);
	if (body_bytes < 0 && header.type < AUDIO_CONTROL_REQUESTS_END) {
		/* Of a later revision of this version */
		outbox_reply(&control->outbox, header.type, header.sequence, AUDIO_STATUS_UNSUPPORTED, 0, NULL, 0);
		return;
	}
	if (body_bytes < 0 || bytes != sizeof(header) + (uint32_t)body_bytes) {
		control->dropped++;
		return;
	}
	memcpy(&body, message + sizeof(header), (size_t)body_bytes);

	switch (header.type) {
	case AUDIO_CONTROL_HELLO:
		receive_hello(control, &body.hello, header.sequence, now);
		return;
	case AUDIO_CONTROL_GET_STATS:
		reply_stats(control, header.sequence);
		return;
	default:
		status = session_request(control, &header, &body, now, &deferred);
		break;
	}
	if (!deferred)
		outbox_reply(&control->outbox, header.type, header.sequence, status, 0, NULL, 0);
}

static uint64_t service_streams(struct control *control, uint64_t now)
{
	uint64_t deadline = UINT64_MAX;

	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		uint64_t next = control_stream_service(control, i, now);

		if (next < deadline)
			deadline = next;
	}
	return deadline;
}

/*
 * Each step only makes work for those after it, so one pass leaves nothing to do:
 * 1. The audio streams' results are acted on. That may ask something of the USB service, or leave a message to
 *    send.
 * 2. The client sends requests, and ends those that have timed out. That may ask more, which it sends as well, or
 *    leave a message to send; but no time-out sets one up or in motion, so none has a new result, or an
 *    earlier deadline than it said in step 1.
 * 3. Messages go out. Nothing is called back from there.
 */
uint64_t control_service(struct control *control, uint64_t now)
{
	uint64_t deadline = service_streams(control, now);
	uint64_t next;

	if (control->is_quiescing)
		return deadline;
	next = usb_stream_client_service(control->client, now);
	greet_when_idle(control);
	outbox_flush(&control->outbox);
	send_notifications(control);
	return next < deadline ? next : deadline;
}

void control_quiesce(struct control *control, uint64_t now)
{
	control->is_quiescing = true;
	outbox_close(&control->outbox);
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		struct control_stream *stream = &control->streams[i];

		if (stream->state != CONTROL_STREAM_RUNNING &&
		    stream->state != CONTROL_STREAM_STOPPING)
			continue;
		audio_stream_stop(&stream->audio, AUDIO_STOP_ABORT, now);
		stream->state = CONTROL_STREAM_STOPPING;
	}
}

bool control_is_quiet(const struct control *control)
{
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		if (control->streams[i].state == CONTROL_STREAM_RUNNING ||
		    control->streams[i].state == CONTROL_STREAM_STOPPING)
			return false;
	}
	return true;
}
