// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * One stream of the audio control channel. The states are in control_stream.h.
 *
 * Rules:
 * 1. In READY, RUNNING and STOPPING the audio stream (a player or a recorder) is set up; in all other states it is free,
 *    so no memory of the stream is touched.
 * 2. Each event changes the state, the wanted lease, or the audio stream; then reconcile() has the lease follow. Nothing
 *    else asks the USB service for anything.
 * 3. The audio stream lets go of the endpoint before the disable is asked for: the AP unmaps rings and buffer when it
 *    sees the disable. So a lease that is held, but not used by the audio stream, is one to end, even if another is
 *    wanted next.
 * 4. A suspend, once begun, is carried out, even if RESUME comes meanwhile: the audio stream comes to rest, the lease
 *    ends, and another one begins.
 * 5. A suspend changes nothing of the state. Requests find the audio stream as it would be without: a START begins when
 *    it is resumed, a STOP has nothing to wait for but samples that a DRAIN has left. Only a SETUP that changes the
 *    USB stream is refused; after a RELEASE it is one like any other.
 * 6. The AP's responses and its indications overtake each other. A sleep that refuses an enable may be over, and its
 *    RESUME here, before the refusal is: then the enable is asked for once more, as no other RESUME will come.
 */
#include "control_stream.h"

#include <stddef.h>

#include "../platform.h"

static bool has_audio(const struct control_stream *stream)
{
	return stream->state == CONTROL_STREAM_READY || stream->state == CONTROL_STREAM_RUNNING ||
	       stream->state == CONTROL_STREAM_STOPPING;
}

/* Whether the last SETUP still needs its USB stream, now or after a suspend. */
static bool needs_lease(const struct control_stream *stream)
{
	return has_audio(stream) || stream->state == CONTROL_STREAM_SETTING_UP;
}

bool control_stream_uses(const struct control_stream *stream, uint32_t controller)
{
	return has_audio(stream) && stream->lease.controller == controller;
}

static void reply_stopped(struct control *control, struct control_stream *stream)
{
	outbox_reply_pending(&control->outbox, AUDIO_CONTROL_STOP, &stream->drain, AUDIO_STATUS_OK, 0);
	outbox_reply_pending(&control->outbox, AUDIO_CONTROL_STOP, &stream->abort, AUDIO_STATUS_OK, 0);
}

/* Ends a stream whose device is gone, or will be. */
static void lose(struct control *control, struct control_stream *stream, uint32_t reason,
		 uint64_t now)
{
	audio_stream_lose(&stream->audio, (enum audio_lost_reason)reason, now);
	audio_stream_release(&stream->audio, now);
	stream->state = CONTROL_STREAM_LOST;
	stream->is_suspended = false;
	stream->has_early_resume = false;
	stream->period_due = false;
	stream->lost_due = true;
	stream->lost_reason = reason;
	reply_stopped(control, stream);
}

/* A SETUP has failed; its reply comes when its lease has ended, so that another SETUP can follow. */
static void fail_setup(struct control_stream *stream, uint32_t status, uint32_t detail)
{
	stream->state = CONTROL_STREAM_RELEASING;
	stream->is_suspended = false;
	stream->setup_status = status;
	stream->setup_detail = detail;
}

/* The client has no place for the request that a lease needed. */
static void fail_reconcile(struct control *control, struct control_stream *stream, uint64_t now)
{
	if (stream->state == CONTROL_STREAM_SETTING_UP)
		fail_setup(stream, AUDIO_STATUS_FAILED, 0);
	else if (stream->state == CONTROL_STREAM_RELEASING)
		stream->release_status = AUDIO_STATUS_FAILED;
	else if (has_audio(stream))
		lose(control, stream, AUDIO_LOST_SUSPENDED, now);
}

static void become_idle(struct control *control, struct control_stream *stream)
{
	stream->state = CONTROL_STREAM_IDLE;
	outbox_reply_pending(&control->outbox, AUDIO_CONTROL_SETUP, &stream->setup, stream->setup_status,
			     stream->setup_detail);
	outbox_reply_pending(&control->outbox, AUDIO_CONTROL_RELEASE, &stream->release,
			     stream->release_status, 0);
}

/* Should be called after each event: has audio stream and lease follow the state. */
static void reconcile(struct control *control, struct control_stream *stream, uint64_t now)
{
	bool is_wanted = needs_lease(stream) && !stream->is_suspended;

	if (has_audio(stream) && stream->is_suspended && !audio_stream_is_suspending(&stream->audio))
		audio_stream_suspend(&stream->audio, now);
	/* An enable that is asked for from here on gets a RESUME of its own. */
	if (stream->lease.state == LEASE_NONE)
		stream->has_early_resume = false;
	if (!lease_reconcile(&stream->lease, is_wanted ? &stream->wanted : NULL,
			     audio_stream_uses_endpoint(&stream->audio), now))
		fail_reconcile(control, stream, now);
	if (stream->lease.state != LEASE_NONE)
		return;
	if (stream->state == CONTROL_STREAM_RELEASING ||
	    (stream->state == CONTROL_STREAM_LOST && stream->release.is_pending))
		become_idle(control, stream);
}

static void set_up_audio(struct control *control, struct control_stream *stream,
			  const struct usb_stream_response *response)
{
	uint32_t status = AUDIO_STATUS_FAILED;
	struct usb_endpoint_config endpoint;

	if (controller_get_endpoint(control->controllers, response, &control->memory, &endpoint))
		status = audio_stream_setup(&stream->audio, &control->event_rings, &stream->config,
				      &endpoint);
	if (status != AUDIO_STATUS_OK) {
		fail_setup(stream, status, 0);
		return;
	}
	stream->state = CONTROL_STREAM_READY;
	outbox_reply_pending(&control->outbox, AUDIO_CONTROL_SETUP, &stream->setup, AUDIO_STATUS_OK, 0);
}

/* The endpoint may be another one than before the suspend. */
static void resume_audio(struct control *control, struct control_stream *stream,
			  const struct usb_stream_response *response, uint64_t now)
{
	struct usb_endpoint_config endpoint;

	if (!controller_get_endpoint(control->controllers, response, &control->memory, &endpoint) ||
	    audio_stream_resume(&stream->audio, &control->event_rings, &endpoint, now) != AUDIO_STATUS_OK)
		lose(control, stream, AUDIO_LOST_ENDPOINT, now);
}

static void on_granted(struct control *control, struct control_stream *stream,
		       const struct usb_stream_response *response, uint64_t now)
{
	if (stream->state == CONTROL_STREAM_SETTING_UP)
		set_up_audio(control, stream, response);
	else if (has_audio(stream) && !stream->is_suspended)
		resume_audio(control, stream, response, now);
}

static void on_refused(struct control *control, struct control_stream *stream,
		       enum usb_stream_outcome outcome, const struct usb_stream_response *response,
		       uint64_t now)
{
	uint32_t status = lease_refusal_status(outcome, response);

	if (stream->state == CONTROL_STREAM_SETTING_UP || stream->state == CONTROL_STREAM_RELEASING)
		fail_setup(stream, status, response ? response->internal_status : 0);
	else if (has_audio(stream) && lease_is_refused_by_sleep(outcome, response))
		stream->is_suspended = !stream->has_early_resume;
	else if (has_audio(stream))
		lose(control, stream, status == AUDIO_STATUS_NO_DEVICE ? AUDIO_LOST_DISCONNECTED :
									 AUDIO_LOST_ENDPOINT, now);
}

static void on_completed(void *context, uint32_t id, enum usb_stream_outcome outcome,
			 const struct usb_stream_response *response)
{
	struct control *control = context;
	struct control_stream *stream = &control->streams[id];
	uint64_t now = platform_ticks();

	switch (lease_complete(&stream->lease, outcome, response)) {
	case LEASE_EVENT_NONE:
		return;
	case LEASE_GRANTED:
		on_granted(control, stream, response, now);
		break;
	case LEASE_REFUSED:
		on_refused(control, stream, outcome, response, now);
		break;
	case LEASE_ENDED:
		if (stream->state == CONTROL_STREAM_RELEASING && outcome == USB_STREAM_TIMED_OUT)
			stream->release_status = AUDIO_STATUS_TIMED_OUT;
		break;
	}
	reconcile(control, stream, now);
}

void control_stream_lose(struct control *control, uint32_t id, uint32_t reason, uint64_t now)
{
	struct control_stream *stream = &control->streams[id];

	if (!has_audio(stream))
		return;
	lose(control, stream, reason, now);
	reconcile(control, stream, now);
}

uint64_t control_stream_service(struct control *control, uint32_t id, uint64_t now)
{
	struct control_stream *stream = &control->streams[id];
	struct stream_results results;
	uint64_t deadline;

	if (!has_audio(stream))
		return UINT64_MAX;
	deadline = audio_stream_service(&stream->audio, now);
	results = audio_stream_take_results(&stream->audio);
	if (results.lost) {
		control_stream_lose(control, id, results.lost_reason, now);
		return UINT64_MAX;
	}
	if (results.periods_elapsed || results.ran_out)
		stream->period_due = true;
	if (results.stopped && stream->state == CONTROL_STREAM_STOPPING) {
		stream->state = CONTROL_STREAM_READY;
		reply_stopped(control, stream);
	}
	reconcile(control, stream, now);
	return deadline;
}

/* A USB stream that is not asked for yet has nothing to suspend: the AP will refuse it. */
static void suspend(struct control_stream *stream)
{
	if (has_audio(stream) || (stream->state == CONTROL_STREAM_SETTING_UP &&
				   stream->lease.state == LEASE_ENABLING))
		stream->is_suspended = true;
	stream->has_early_resume = false;
}

static void resume(struct control_stream *stream)
{
	stream->is_suspended = false;
	stream->has_early_resume = has_audio(stream) && stream->lease.state == LEASE_ENABLING;
}

static void on_device_event(void *context, const struct usb_stream_indication *indication)
{
	struct control *control = context;
	uint64_t now = platform_ticks();

	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		struct control_stream *stream = &control->streams[i];

		if (!lease_is_meant(&stream->lease, indication))
			continue;
		if (indication->event == UAUDIO_DEV_EVENT_DISCONNECT)
			control_stream_lose(control, i, AUDIO_LOST_DISCONNECTED, now);
		else if (indication->event == UAUDIO_DEV_EVENT_SUSPEND)
			suspend(stream);
		else if (indication->event == UAUDIO_DEV_EVENT_RESUME)
			resume(stream);
		reconcile(control, stream, now);
	}
}

static void on_service_lost(void *context)
{
	struct control *control = context;
	uint64_t now = platform_ticks();

	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		lease_service_lost(&control->streams[i].lease);
		control_stream_lose(control, i, AUDIO_LOST_DISCONNECTED, now);
	}
}

const struct usb_stream_client_ops control_client_ops = {
	.completed = on_completed,
	.device_event = on_device_event,
	.service_lost = on_service_lost,
};

/* Whether fields that have to be 0 are. */
static bool has_nothing_unknown(const struct audio_setup *setup)
{
	return !(setup->flags & ~(uint32_t)AUDIO_SETUP_NO_PERIOD_WAKEUP) && !setup->reserved[0] &&
	       !setup->reserved[1];
}

static bool has_channel_map(const struct audio_setup *setup)
{
	for (uint32_t i = 0; i < AUDIO_SETUP_MAX_CHANNELS; i++) {
		if (setup->channel_map[i])
			return true;
	}
	return false;
}

/* Makes the audio stream's configuration of the AP's request; the audio stream checks it further. */
static uint32_t get_config(struct control *control, const struct audio_setup *setup,
			   struct stream_config *config)
{
	uint32_t direction = setup->usb_token & UAUDIO_TOKEN_DIRECTION_MASK;
	bool is_capture = setup->direction == AUDIO_DIRECTION_CAPTURE;

	if (setup->direction > AUDIO_DIRECTION_CAPTURE ||
	    direction != (is_capture ? UAUDIO_DIRECTION_CAPTURE : UAUDIO_DIRECTION_PLAYBACK) ||
	    !has_nothing_unknown(setup))
		return AUDIO_STATUS_INVALID;
	if (has_channel_map(setup))
		return AUDIO_STATUS_UNSUPPORTED;
	*config = (struct stream_config){
		.is_capture = is_capture,
		.buffer = control->ops->memory(control->context, setup->buffer_iova,
					       setup->buffer_bytes),
		.buffer_bytes = setup->buffer_bytes,
		.period_bytes = setup->period_bytes,
		.format = setup->format,
		.channels = setup->channels,
		.rate_hz = setup->rate_hz,
		.usb_format = setup->usb_format,
		.usb_channels = setup->usb_channels,
		.shared = control->ops->memory(control->context, setup->shared_iova,
					       sizeof(struct audio_shared)),
		.latency_us = setup->latency_us,
		.no_period_wakeup = setup->flags & AUDIO_SETUP_NO_PERIOD_WAKEUP,
	};
	if (!config->buffer || !config->shared)
		return AUDIO_STATUS_INVALID;
	return stream_config_check(config);
}

/* Whether the stream has that USB PCM, or asks for it. A lost stream has one only while it waits for an enable. */
static bool has_claimed(const struct control_stream *stream, uint32_t usb_token)
{
	if (stream->lease.state == LEASE_ENABLING && stream->lease.usb_token == usb_token)
		return true;
	return needs_lease(stream) && stream->wanted.usb_token == usb_token;
}

/*
 * The AP's service would refuse a USB PCM that another stream has, too. But if its answer came too late, the undo
 * that follows would end the other's stream: tokens name USB PCMs, not streams.
 */
static bool is_claimed_by_another(const struct control *control, const struct control_stream *stream,
				  uint32_t usb_token)
{
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		if (&control->streams[i] != stream && has_claimed(&control->streams[i], usb_token))
			return true;
	}
	return false;
}

/* Has the stream play @config without another USB stream; UNSUPPORTED: it cannot. */
static uint32_t reconfigure(struct control_stream *stream, const struct stream_config *config,
			    const struct lease_terms *wanted)
{
	uint32_t status;

	if (stream->state != CONTROL_STREAM_READY ||
	    wanted->usb_token != stream->wanted.usb_token ||
	    wanted->transfer_buffer_bytes > stream->wanted.transfer_buffer_bytes)
		return AUDIO_STATUS_UNSUPPORTED;
	status = audio_stream_reconfigure(&stream->audio, config);
	if (status == AUDIO_STATUS_OK)
		stream->config = *config;
	return status;
}

uint32_t control_stream_setup(struct control *control, const struct audio_setup *setup,
			      uint16_t sequence, uint64_t now, bool *deferred)
{
	struct control_stream *stream = &control->streams[setup->stream];
	struct stream_config config;
	struct lease_terms wanted;
	uint32_t status;

	status = get_config(control, setup, &config);
	if (status != AUDIO_STATUS_OK)
		return status;
	if (stream->state != CONTROL_STREAM_IDLE && stream->state != CONTROL_STREAM_READY)
		return AUDIO_STATUS_WRONG_STATE;

	wanted = (struct lease_terms){
		.usb_token = setup->usb_token,
		.usb_format = config.usb_format,
		.usb_channels = config.usb_channels,
		.rate_hz = config.rate_hz,
		.transfer_buffer_bytes = audio_stream_transfer_buffer_bytes(&config),
	};
	status = reconfigure(stream, &config, &wanted);
	if (status != AUDIO_STATUS_UNSUPPORTED)
		return status;
	if (audio_stream_is_suspending(&stream->audio))
		return AUDIO_STATUS_WRONG_STATE;
	if (is_claimed_by_another(control, stream, setup->usb_token))
		return AUDIO_STATUS_BUSY;

	if (stream->state == CONTROL_STREAM_READY)
		audio_stream_release(&stream->audio, now);
	stream->config = config;
	stream->wanted = wanted;
	stream->state = CONTROL_STREAM_SETTING_UP;
	stream->setup = (struct outbox_pending){ .is_pending = true, .sequence = sequence };
	*deferred = true;
	lease_forget_slot(&stream->lease);
	reconcile(control, stream, now);
	return AUDIO_STATUS_OK;
}

uint32_t control_stream_start(struct control *control, uint32_t id, uint64_t now)
{
	struct control_stream *stream = &control->streams[id];
	uint32_t status;

	if (stream->state != CONTROL_STREAM_READY)
		return AUDIO_STATUS_WRONG_STATE;
	status = audio_stream_start(&stream->audio, now);
	if (status == AUDIO_STATUS_OK)
		stream->state = CONTROL_STREAM_RUNNING;
	return status;
}

uint32_t control_stream_stop(struct control *control, const struct audio_stop *stop,
			     uint16_t sequence, uint64_t now, bool *deferred)
{
	struct control_stream *stream = &control->streams[stop->stream];
	struct outbox_pending *pending = stop->mode == AUDIO_STOP_DRAIN ? &stream->drain :
								     &stream->abort;
	uint32_t status;

	if (stop->mode != AUDIO_STOP_DRAIN && stop->mode != AUDIO_STOP_ABORT)
		return AUDIO_STATUS_INVALID;
	switch (stream->state) {
	case CONTROL_STREAM_READY:
	case CONTROL_STREAM_LOST:
		/* Stopped it is. */
		return AUDIO_STATUS_OK;
	case CONTROL_STREAM_STOPPING:
		/* An ABORT overtakes a DRAIN, and nothing else. */
		if (stop->mode == AUDIO_STOP_DRAIN || stream->abort.is_pending)
			return AUDIO_STATUS_WRONG_STATE;
		break;
	case CONTROL_STREAM_RUNNING:
		break;
	default:
		return AUDIO_STATUS_WRONG_STATE;
	}
	status = audio_stream_stop(&stream->audio, (enum audio_stop_mode)stop->mode, now);
	if (status != AUDIO_STATUS_OK)
		return status;
	stream->state = CONTROL_STREAM_STOPPING;
	*pending = (struct outbox_pending){ .is_pending = true, .sequence = sequence };
	*deferred = true;
	return AUDIO_STATUS_OK;
}

/* Towards IDLE from any state. */
static void go_idle(struct control *control, struct control_stream *stream, uint64_t now)
{
	stream->is_suspended = false;
	stream->has_early_resume = false;
	stream->period_due = false;
	stream->lost_due = false;
	if (has_audio(stream)) {
		audio_stream_release(&stream->audio, now);
		reply_stopped(control, stream);
	}
	if (stream->state == CONTROL_STREAM_SETTING_UP)
		fail_setup(stream, AUDIO_STATUS_WRONG_STATE, 0);
	/* Nobody asks how the disable of a device ends that is gone: LOST waits for it, too, and says OK. */
	if (stream->state != CONTROL_STREAM_LOST || !stream->release.is_pending)
		stream->state = CONTROL_STREAM_RELEASING;
	reconcile(control, stream, now);
}

uint32_t control_stream_release(struct control *control, uint32_t id, uint16_t sequence,
				uint64_t now, bool *deferred)
{
	struct control_stream *stream = &control->streams[id];

	/* Each RELEASE is answered, so one at a time can wait. */
	if (stream->release.is_pending)
		return AUDIO_STATUS_WRONG_STATE;
	stream->release = (struct outbox_pending){ .is_pending = true, .sequence = sequence };
	stream->release_status = AUDIO_STATUS_OK;
	*deferred = true;
	go_idle(control, stream, now);
	return AUDIO_STATUS_OK;
}

void control_stream_abort(struct control *control, uint32_t id, uint64_t now)
{
	struct control_stream *stream = &control->streams[id];

	stream->setup.is_pending = false;
	stream->drain.is_pending = false;
	stream->abort.is_pending = false;
	stream->release.is_pending = false;
	go_idle(control, stream, now);
}
