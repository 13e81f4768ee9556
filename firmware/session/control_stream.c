// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The life of one stream of the audio control channel. The states are drawn in control_stream.h.
 *
 * Rules:
 * 1. In READY, RUNNING and STOPPING the engine is set up, and the USB stream is enabled unless it is
 *    paused; in all other states the engine is free, so no memory of the stream is touched.
 * 2. The engine is released, or paused, before the disable is asked for: the AP unmaps what it lent when it
 *    sees the disable.
 * 3. A stream leaves ENABLING and DISABLING, and a pause its states of these names, only by the completion of
 *    its one QMI request.
 * 4. A pause changes nothing of the state. Requests find the engine as it would be without: a START begins
 *    when it is resumed, a STOP has nothing to wait for but samples that a DRAIN has left. Only a SETUP
 *    that changes the USB stream is refused; after a RELEASE it is one like any other.
 */
#include "control_stream.h"

#include <stddef.h>

#include "../platform.h"

/* Errno values that internal_status carries, negated (they are Linux's, whatever the DSP is). */
enum {
	LINUX_EAGAIN	= 11,
	LINUX_EBUSY	= 16,
	LINUX_ENODEV	= 19,
};

static bool has_engine(const struct control_stream *stream)
{
	return stream->state == CONTROL_STREAM_READY || stream->state == CONTROL_STREAM_RUNNING ||
	       stream->state == CONTROL_STREAM_STOPPING;
}

bool control_stream_uses(const struct control_stream *stream, uint32_t controller)
{
	return has_engine(stream) && stream->controller == controller;
}

static uint32_t stream_id(const struct control *control, const struct control_stream *stream)
{
	return (uint32_t)(stream - control->streams);
}

static void reply_stopped(struct control *control, struct control_stream *stream)
{
	outbox_reply_owed(&control->outbox, AUDIO_CONTROL_STOP, &stream->drain, AUDIO_STATUS_OK, 0);
	outbox_reply_owed(&control->outbox, AUDIO_CONTROL_STOP, &stream->abort, AUDIO_STATUS_OK, 0);
}

/* A SETUP that is still owed an answer here was not to be: all others have had theirs. */
static void become_idle(struct control *control, struct control_stream *stream, uint32_t status,
			uint32_t detail)
{
	stream->state = CONTROL_STREAM_IDLE;
	stream->pause = CONTROL_PAUSE_NONE;
	stream->suspend_due = false;
	stream->resume_due = false;
	stream->is_releasing = false;
	stream->enable_after = false;
	outbox_reply_owed(&control->outbox, AUDIO_CONTROL_SETUP, &stream->setup, AUDIO_STATUS_FAILED, 0);
	outbox_reply_owed(&control->outbox, AUDIO_CONTROL_RELEASE, &stream->release, status, detail);
}

/* Asks for the disable; false if there is nobody to ask. */
static bool request_disable(struct control *control, struct control_stream *stream, uint64_t now)
{
	struct usb_stream_request request = {
		.present = USB_STREAM_HAS(UAUDIO_REQ_TLV_ENABLE) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_USB_TOKEN),
		.enable = 0,
		.usb_token = stream->enabled_token,
	};

	return usb_stream_client_request(control->client, stream_id(control, stream), &request,
					 now);
}

static void begin_disable(struct control *control, struct control_stream *stream, uint64_t now)
{
	if (request_disable(control, stream, now))
		stream->state = CONTROL_STREAM_DISABLING;
	else
		become_idle(control, stream, AUDIO_STATUS_FAILED, 0);
}

static bool request_enable(struct control *control, struct control_stream *stream, uint64_t now)
{
	/* No service interval: the AP takes the device's own, and the engine runs at any. */
	struct usb_stream_request request = {
		.present = USB_STREAM_HAS(UAUDIO_REQ_TLV_ENABLE) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_USB_TOKEN) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_AUDIO_FORMAT) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_NUMBER_OF_CH) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_BIT_RATE) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_XFER_BUFF_SIZE),
		.enable = 1,
		.usb_token = stream->usb_token,
		.audio_format = stream->config.usb_format,
		.channels = stream->config.usb_channels,
		.rate_hz = stream->config.rate_hz,
		.transfer_buffer_bytes = stream->transfer_buffer_bytes,
	};

	return usb_stream_client_request(control->client, stream_id(control, stream), &request,
					 now);
}

static bool begin_enable(struct control *control, struct control_stream *stream, uint64_t now)
{
	if (!request_enable(control, stream, now))
		return false;
	stream->state = CONTROL_STREAM_ENABLING;
	return true;
}

/* What the AP's USB service said, in the control channel's terms. */
static uint32_t refusal_status(const struct usb_stream_response *response)
{
	if (response->internal_status == (uint32_t)-LINUX_EBUSY)
		return AUDIO_STATUS_BUSY;
	if (response->internal_status == (uint32_t)-LINUX_ENODEV)
		return AUDIO_STATUS_NO_DEVICE;
	switch (response->status) {
	case UAUDIO_STREAM_STATUS_NOT_FOUND:
		return AUDIO_STATUS_NO_DEVICE;
	case UAUDIO_STREAM_STATUS_INVALID_PARAMETER:
		return AUDIO_STATUS_UNSUPPORTED;
	case UAUDIO_STREAM_STATUS_OUT_OF_MEMORY:
		return AUDIO_STATUS_NO_MEMORY;
	default:
		return AUDIO_STATUS_FAILED;
	}
}

static bool is_success(const struct usb_stream_response *response)
{
	return response->result.result == QMI_RESULT_SUCCESS &&
	       response->status == UAUDIO_STREAM_STATUS_SUCCESS;
}

static bool get_memory(const struct control *control, const struct usb_stream_mem *from,
		       struct usb_memory *to)
{
	*to = (struct usb_memory){ .dma = from->dma, .bytes = from->bytes };
	if (!from->bytes)
		return true;
	to->va = control->ops->memory(control->context, from->iova, from->bytes);
	return to->va != NULL;
}

static struct usb_endpoint_descriptor get_descriptor(const struct usb_stream_ep_desc *desc)
{
	return (struct usb_endpoint_descriptor){
		.address = desc->address,
		.attributes = desc->attributes,
		.max_packet = desc->max_packet,
		.interval = desc->interval,
	};
}

/* Puts together what the response and CONTROLLER_ADD told; false: they do not fit together. */
static bool get_endpoint(struct control *control, const struct usb_stream_response *response,
			 struct usb_endpoint_config *endpoint)
{
	const uint32_t needed = USB_STREAM_HAS(UAUDIO_RESP_TLV_SLOT_ID) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_DATA_EP_DESC) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_SUBSLOT_SIZE) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_XHCI_MEM_INFO) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_INTERRUPTER_NUM) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_SPEED_INFO);
	const struct control_controller *controller;

	if ((response->present & needed) != needed ||
	    response->controller >= AUDIO_CONTROL_MAX_CONTROLLERS)
		return false;
	controller = &control->controllers[response->controller];
	if (!controller->is_known)
		return false;

	*endpoint = (struct usb_endpoint_config){
		.doorbells = controller->doorbells,
		.runtime = controller->runtime,
		.doorbell_bytes = controller->doorbell_bytes,
		.runtime_bytes = controller->runtime_bytes,
		.max_slots = controller->max_slots,
		.slot_id = response->slot_id,
		.interrupter = response->interrupter,
		.speed = (uint32_t)response->speed,
		.subslot_bytes = response->subslot_bytes,
		.data = get_descriptor(&response->data_endpoint),
		.sync = get_descriptor(&response->sync_endpoint),
	};
	return get_memory(control, &response->memory.event_ring, &endpoint->event_ring) &&
	       get_memory(control, &response->memory.data_ring, &endpoint->data_ring) &&
	       get_memory(control, &response->memory.sync_ring, &endpoint->sync_ring) &&
	       get_memory(control, &response->memory.transfer_buffer, &endpoint->transfer_buffer);
}

/* Ends a stream whose device is gone. Its disable is asked for unless the service is gone too. */
static void lose(struct control *control, struct control_stream *stream, uint32_t reason,
		 bool has_service, uint64_t now)
{
	enum control_pause pause = stream->pause;

	stream_lose(&stream->engine, (enum audio_lost_reason)reason, now);
	stream_release(&stream->engine, now);
	stream->state = CONTROL_STREAM_LOST;
	stream->pause = CONTROL_PAUSE_NONE;
	stream->suspend_due = false;
	stream->resume_due = false;
	stream->period_due = false;
	stream->lost_due = true;
	stream->lost_reason = reason;
	reply_stopped(control, stream);
	stream->enable_under_way = pause == CONTROL_PAUSE_ENABLING;
	if (stream->enable_under_way || pause == CONTROL_PAUSE_DISABLING)
		stream->disable_under_way = true;
	else
		stream->disable_under_way = has_service && pause != CONTROL_PAUSE_RESTING &&
					    request_disable(control, stream, now);
}

/* What was under way when the stream was lost has been answered. */
static void complete_lost(struct control *control, struct control_stream *stream,
			  enum usb_stream_outcome outcome,
			  const struct usb_stream_response *response, uint64_t now)
{
	bool is_enabled = stream->enable_under_way && outcome == USB_STREAM_ANSWERED &&
			  is_success(response);

	stream->enable_under_way = false;
	stream->disable_under_way = is_enabled && request_disable(control, stream, now);
	if (stream->is_releasing && !stream->disable_under_way)
		become_idle(control, stream, AUDIO_STATUS_OK, 0);
}

/* Lets the engine come to rest; what it says of it is seen by control_stream_service(). */
static void begin_pause(struct control_stream *stream, uint64_t now)
{
	stream->suspend_due = false;
	stream_pause(&stream->engine, now);
	stream->pause = CONTROL_PAUSE_COMING;
}

static void begin_pause_disable(struct control *control, struct control_stream *stream, uint64_t now)
{
	if (request_disable(control, stream, now))
		stream->pause = CONTROL_PAUSE_DISABLING;
	else
		lose(control, stream, AUDIO_LOST_SUSPENDED, false, now);
}

static void begin_pause_enable(struct control *control, struct control_stream *stream, uint64_t now)
{
	stream->resume_due = false;
	if (request_enable(control, stream, now))
		stream->pause = CONTROL_PAUSE_ENABLING;
	else
		lose(control, stream, AUDIO_LOST_SUSPENDED, false, now);
}

/* An AP that did not answer has lost its patience, and done it without being asked. */
static void complete_pause_disable(struct control *control, struct control_stream *stream, uint64_t now)
{
	stream->pause = CONTROL_PAUSE_RESTING;
	if (stream->resume_due)
		begin_pause_enable(control, stream, now);
}

/* The enable after a pause succeeded: the endpoint may be another one than before. */
static void complete_pause_enabled(struct control *control, struct control_stream *stream,
				   const struct usb_stream_response *response, uint64_t now)
{
	struct usb_endpoint_config endpoint;

	stream->controller = response->controller;
	stream->slot_id = response->slot_id;
	if (stream->suspend_due) {
		stream->suspend_due = false;
		begin_pause_disable(control, stream, now);
		return;
	}
	stream->pause = CONTROL_PAUSE_NONE;
	if (!get_endpoint(control, response, &endpoint) ||
	    stream_resume(&stream->engine, &control->event_rings, &endpoint, now) != AUDIO_STATUS_OK)
		lose(control, stream, AUDIO_LOST_ENDPOINT, true, now);
}

static void complete_pause_enable(struct control *control, struct control_stream *stream,
				  enum usb_stream_outcome outcome,
				  const struct usb_stream_response *response, uint64_t now)
{
	uint32_t reason = AUDIO_LOST_ENDPOINT;

	if (outcome == USB_STREAM_ANSWERED && is_success(response)) {
		complete_pause_enabled(control, stream, response, now);
		return;
	}
	stream->pause = CONTROL_PAUSE_RESTING;
	if (outcome == USB_STREAM_ANSWERED) {
		/* The next sleep has begun: another RESUME will follow it. */
		if (response->internal_status == (uint32_t)-LINUX_EAGAIN) {
			stream->suspend_due = false;
			return;
		}
		if (refusal_status(response) == AUDIO_STATUS_NO_DEVICE)
			reason = AUDIO_LOST_DISCONNECTED;
	}
	lose(control, stream, reason, false, now);
}

/* The enable succeeded: set the engine up, or undo. */
static void complete_enabled(struct control *control, struct control_stream *stream,
			     const struct usb_stream_response *response, uint64_t now)
{
	struct usb_endpoint_config endpoint;

	stream->enabled_token = stream->usb_token;
	stream->controller = response->controller;
	stream->slot_id = response->slot_id;
	if (stream->is_releasing)
		stream->setup_status = AUDIO_STATUS_WRONG_STATE;
	else if (!get_endpoint(control, response, &endpoint))
		stream->setup_status = AUDIO_STATUS_FAILED;
	else
		stream->setup_status = stream_setup(&stream->engine, &control->event_rings,
						    &stream->config, &endpoint);
	if (stream->setup_status != AUDIO_STATUS_OK) {
		/* The reply to SETUP comes when it is undone, so that another SETUP can follow. */
		begin_disable(control, stream, now);
		return;
	}
	stream->state = CONTROL_STREAM_READY;
	outbox_reply_owed(&control->outbox, AUDIO_CONTROL_SETUP, &stream->setup, AUDIO_STATUS_OK, 0);
	if (stream->suspend_due)
		begin_pause(stream, now);
}

static void complete_enable(struct control *control, struct control_stream *stream,
			    enum usb_stream_outcome outcome,
			    const struct usb_stream_response *response, uint64_t now)
{
	uint32_t status = AUDIO_STATUS_FAILED;
	uint32_t detail = 0;

	if (outcome == USB_STREAM_ANSWERED && is_success(response)) {
		complete_enabled(control, stream, response, now);
		return;
	}
	if (outcome == USB_STREAM_TIMED_OUT) {
		status = AUDIO_STATUS_TIMED_OUT;
	} else if (outcome == USB_STREAM_ANSWERED) {
		status = refusal_status(response);
		detail = response->internal_status;
	}
	outbox_reply_owed(&control->outbox, AUDIO_CONTROL_SETUP, &stream->setup, status, detail);
	become_idle(control, stream, AUDIO_STATUS_OK, 0);
}

static void complete_disable(struct control *control, struct control_stream *stream,
			     enum usb_stream_outcome outcome, uint64_t now)
{
	/* A refusal means that the AP had disabled it already: just as well. */
	uint32_t status = outcome == USB_STREAM_TIMED_OUT ? AUDIO_STATUS_TIMED_OUT :
							    AUDIO_STATUS_OK;

	if (stream->enable_after && !stream->is_releasing) {
		stream->enable_after = false;
		if (begin_enable(control, stream, now))
			return;
		stream->setup_status = AUDIO_STATUS_FAILED;
	} else if (stream->enable_after) {
		stream->setup_status = AUDIO_STATUS_WRONG_STATE;
	}
	outbox_reply_owed(&control->outbox, AUDIO_CONTROL_SETUP, &stream->setup, stream->setup_status, 0);
	become_idle(control, stream, status, 0);
}

static void on_completed(void *context, uint32_t id, enum usb_stream_outcome outcome,
			 const struct usb_stream_response *response)
{
	struct control *control = context;
	struct control_stream *stream = &control->streams[id];
	uint64_t now = platform_ticks();

	switch (stream->state) {
	case CONTROL_STREAM_ENABLING:
		complete_enable(control, stream, outcome, response, now);
		break;
	case CONTROL_STREAM_DISABLING:
		complete_disable(control, stream, outcome, now);
		break;
	case CONTROL_STREAM_LOST:
		complete_lost(control, stream, outcome, response, now);
		break;
	default:
		if (stream->pause == CONTROL_PAUSE_DISABLING)
			complete_pause_disable(control, stream, now);
		else if (stream->pause == CONTROL_PAUSE_ENABLING)
			complete_pause_enable(control, stream, outcome, response, now);
		break;
	}
}

void control_stream_lose(struct control *control, uint32_t id, uint32_t reason, uint64_t now)
{
	struct control_stream *stream = &control->streams[id];

	if (has_engine(stream))
		lose(control, stream, reason, true, now);
}

uint64_t control_stream_service(struct control *control, uint32_t id, uint64_t now)
{
	struct control_stream *stream = &control->streams[id];
	struct stream_results results;
	uint64_t deadline;

	if (!has_engine(stream))
		return UINT64_MAX;
	deadline = stream_service(&stream->engine, now);
	results = stream_take_results(&stream->engine);
	if (results.lost) {
		control_stream_lose(control, id, results.lost_reason, now);
		return UINT64_MAX;
	}
	if (results.periods_elapsed || results.ran_dry)
		stream->period_due = true;
	if (results.stopped && stream->state == CONTROL_STREAM_STOPPING) {
		stream->state = CONTROL_STREAM_READY;
		reply_stopped(control, stream);
	}
	if (results.paused && stream->pause == CONTROL_PAUSE_COMING)
		begin_pause_disable(control, stream, now);
	return deadline;
}

static void suspend(struct control *control, struct control_stream *stream, uint64_t now)
{
	stream->resume_due = false;
	if (stream->state == CONTROL_STREAM_ENABLING || stream->pause == CONTROL_PAUSE_ENABLING)
		stream->suspend_due = true;
	else if (has_engine(stream) && stream->pause == CONTROL_PAUSE_NONE)
		begin_pause(stream, now);
	/* The engine of a stream that does not run is at rest at once. */
	control_stream_service(control, stream_id(control, stream), now);
}

static void resume(struct control *control, struct control_stream *stream, uint64_t now)
{
	stream->suspend_due = false;
	if (stream->pause == CONTROL_PAUSE_RESTING)
		begin_pause_enable(control, stream, now);
	else
		stream->resume_due = stream->pause == CONTROL_PAUSE_COMING ||
				     stream->pause == CONTROL_PAUSE_DISABLING;
}

/*
 * Without a token the whole device in that slot is meant. With one, it is that stream, wherever its device is. None is
 * known while it is enabled for the first time; and while it rests its device may get another slot, and another device
 * its old one. So who loses a device then has to name its streams.
 */
static bool is_meant(const struct control_stream *stream, const struct usb_stream_indication *indication)
{
	bool has_token = indication->present & USB_STREAM_HAS(UAUDIO_IND_TLV_USB_TOKEN);
	uint32_t token = stream->state == CONTROL_STREAM_ENABLING ? stream->usb_token :
								    stream->enabled_token;

	if (has_token)
		return token == indication->usb_token;
	if (indication->event == UAUDIO_DEV_EVENT_DISCONNECT &&
	    (stream->pause == CONTROL_PAUSE_RESTING || stream->pause == CONTROL_PAUSE_ENABLING))
		return false;
	return stream->state != CONTROL_STREAM_ENABLING && stream->slot_id == indication->slot_id &&
	       stream->controller == indication->controller;
}

static void on_device_event(void *context, const struct usb_stream_indication *indication)
{
	struct control *control = context;
	uint64_t now = platform_ticks();

	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		struct control_stream *stream = &control->streams[i];

		if (!is_meant(stream, indication))
			continue;
		if (indication->event == UAUDIO_DEV_EVENT_DISCONNECT)
			control_stream_lose(control, i, AUDIO_LOST_DISCONNECTED, now);
		else if (indication->event == UAUDIO_DEV_EVENT_SUSPEND)
			suspend(control, stream, now);
		else if (indication->event == UAUDIO_DEV_EVENT_RESUME)
			resume(control, stream, now);
	}
}

static void on_service_lost(void *context)
{
	struct control *control = context;
	uint64_t now = platform_ticks();

	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		if (has_engine(&control->streams[i]))
			lose(control, &control->streams[i], AUDIO_LOST_DISCONNECTED, false, now);
	}
}

const struct usb_stream_client_ops control_client_ops = {
	.completed = on_completed,
	.device_event = on_device_event,
	.service_lost = on_service_lost,
};

/* Makes the engine's configuration of the AP's request; what it checks further is the engine's. */
static uint32_t get_config(struct control *control, const struct audio_setup *setup,
			   struct stream_config *config)
{
	uint32_t direction = setup->usb_token & UAUDIO_TOKEN_DIRECTION_MASK;

	if (direction == UAUDIO_DIRECTION_CAPTURE)
		return AUDIO_STATUS_UNSUPPORTED;
	if (direction != UAUDIO_DIRECTION_PLAYBACK ||
	    (setup->flags & ~(uint32_t)AUDIO_SETUP_NO_PERIOD_WAKEUP))
		return AUDIO_STATUS_INVALID;
	*config = (struct stream_config){
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
		.no_period_wakeup = setup->flags & AUDIO_SETUP_NO_PERIOD_WAKEUP,
	};
	if (!config->buffer || !config->shared)
		return AUDIO_STATUS_INVALID;
	return stream_config_check(config);
}

/* Whether that USB PCM is the stream's, or what it asks for. One that was lost keeps nothing but what it waits for. */
static bool has_claimed(const struct control_stream *stream, uint32_t usb_token)
{
	if (has_engine(stream))
		return stream->enabled_token == usb_token;
	return stream->usb_token == usb_token &&
	       (stream->state == CONTROL_STREAM_ENABLING || stream->enable_under_way ||
		(stream->enable_after && !stream->is_releasing));
}

/*
 * The AP's service would refuse a USB PCM that another stream has, too. But if its answer came too late, the undo
 * that follows would end what the other plays: tokens name USB PCMs, not streams.
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

uint32_t control_stream_setup(struct control *control, const struct audio_setup *setup,
			      uint16_t sequence, uint64_t now, bool *deferred)
{
	struct control_stream *stream = &control->streams[setup->stream];
	struct stream_config config;
	uint32_t buffer_bytes, status;

	status = get_config(control, setup, &config);
	if (status != AUDIO_STATUS_OK)
		return status;
	if (stream->state != CONTROL_STREAM_IDLE && stream->state != CONTROL_STREAM_READY)
		return AUDIO_STATUS_WRONG_STATE;

	buffer_bytes = stream_transfer_buffer_bytes(&config);
	if (stream->state == CONTROL_STREAM_READY && setup->usb_token == stream->enabled_token &&
	    buffer_bytes <= stream->transfer_buffer_bytes) {
		status = stream_reconfigure(&stream->engine, &config);
		if (status == AUDIO_STATUS_OK)
			stream->config = config;
		/* UNSUPPORTED: the device's side changes too, so it is enabled anew. */
		if (status != AUDIO_STATUS_UNSUPPORTED)
			return status;
	}
	if (stream->pause != CONTROL_PAUSE_NONE)
		return AUDIO_STATUS_WRONG_STATE;
	if (is_claimed_by_another(control, stream, setup->usb_token))
		return AUDIO_STATUS_BUSY;

	stream->config = config;
	stream->usb_token = setup->usb_token;
	stream->transfer_buffer_bytes = buffer_bytes;
	if (stream->state == CONTROL_STREAM_READY) {
		stream_release(&stream->engine, now);
		stream->enable_after = true;
		begin_disable(control, stream, now);
		if (stream->state != CONTROL_STREAM_DISABLING)
			return AUDIO_STATUS_FAILED;
	} else if (!begin_enable(control, stream, now)) {
		return AUDIO_STATUS_FAILED;
	}
	stream->setup = (struct outbox_owed){ .is_owed = true, .sequence = sequence };
	*deferred = true;
	return AUDIO_STATUS_OK;
}

uint32_t control_stream_start(struct control *control, uint32_t id, uint64_t now)
{
	struct control_stream *stream = &control->streams[id];
	uint32_t status;

	if (stream->state != CONTROL_STREAM_READY)
		return AUDIO_STATUS_WRONG_STATE;
	status = stream_start(&stream->engine, now);
	if (status == AUDIO_STATUS_OK)
		stream->state = CONTROL_STREAM_RUNNING;
	return status;
}

uint32_t control_stream_stop(struct control *control, const struct audio_stop *stop,
			     uint16_t sequence, uint64_t now, bool *deferred)
{
	struct control_stream *stream = &control->streams[stop->stream];
	struct outbox_owed *owed = stop->mode == AUDIO_STOP_DRAIN ? &stream->drain :
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
		if (stop->mode == AUDIO_STOP_DRAIN || stream->abort.is_owed)
			return AUDIO_STATUS_WRONG_STATE;
		break;
	case CONTROL_STREAM_RUNNING:
		break;
	default:
		return AUDIO_STATUS_WRONG_STATE;
	}
	status = stream_stop(&stream->engine, (enum audio_stop_mode)stop->mode, now);
	if (status != AUDIO_STATUS_OK)
		return status;
	stream->state = CONTROL_STREAM_STOPPING;
	*owed = (struct outbox_owed){ .is_owed = true, .sequence = sequence };
	*deferred = true;
	return AUDIO_STATUS_OK;
}

/* The engine is free: what is under way, if anything, becomes that of the state. */
static void end_pause(struct control *control, struct control_stream *stream, uint64_t now)
{
	enum control_pause pause = stream->pause;

	stream->pause = CONTROL_PAUSE_NONE;
	stream->suspend_due = false;
	stream->resume_due = false;
	if (pause == CONTROL_PAUSE_DISABLING)
		stream->state = CONTROL_STREAM_DISABLING;
	else if (pause == CONTROL_PAUSE_ENABLING)
		stream->state = CONTROL_STREAM_ENABLING;
	else if (pause == CONTROL_PAUSE_RESTING)
		become_idle(control, stream, AUDIO_STATUS_OK, 0);
	else
		begin_disable(control, stream, now);
}

/* Towards IDLE from any state. */
static void go_idle(struct control *control, struct control_stream *stream, uint64_t now)
{
	stream->is_releasing = true;
	stream->period_due = false;
	stream->lost_due = false;
	if (has_engine(stream)) {
		stream_release(&stream->engine, now);
		reply_stopped(control, stream);
		end_pause(control, stream, now);
	} else if (stream->state == CONTROL_STREAM_LOST && !stream->disable_under_way) {
		become_idle(control, stream, AUDIO_STATUS_OK, 0);
	} else if (stream->state == CONTROL_STREAM_IDLE) {
		become_idle(control, stream, AUDIO_STATUS_OK, 0);
	}
}

uint32_t control_stream_release(struct control *control, uint32_t id, uint16_t sequence,
				uint64_t now, bool *deferred)
{
	struct control_stream *stream = &control->streams[id];

	/* Each RELEASE is answered, so one at a time can wait. */
	if (stream->release.is_owed)
		return AUDIO_STATUS_WRONG_STATE;
	stream->release = (struct outbox_owed){ .is_owed = true, .sequence = sequence };
	*deferred = true;
	go_idle(control, stream, now);
	return AUDIO_STATUS_OK;
}

void control_stream_drop(struct control *control, uint32_t id, uint64_t now)
{
	struct control_stream *stream = &control->streams[id];

	stream->setup.is_owed = false;
	stream->drain.is_owed = false;
	stream->abort.is_owed = false;
	stream->release.is_owed = false;
	go_idle(control, stream, now);
}
