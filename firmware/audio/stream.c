// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The state machine of a playback stream.
 *
 *	FREE --setup--> READY --start--> RUNNING --stop(DRAIN)--> DRAINING --last TD done--> READY
 *	                                 RUNNING or DRAINING --stop(ABORT)--> ABORTING --last TD done--> READY
 *	READY .. ABORTING --pause--> PAUSING --last TD done--> PAUSED --resume--> READY, RUNNING or DRAINING
 *	any but FREE --the AP's word, or an event that ends the endpoint--> LOST
 *	any --release--> FREE
 *
 * 1. Only the message loop runs this code; nothing here is touched by an interrupt. What another processor can
 *    change is named where it is read: PCM buffer and appl_frames (the AP), events (the xHC).
 * 2. A refill brings the TDs outstanding to 16 ms (or what ring and buffer allow), and the next one is due when half
 *    are left: the DSP wakes 125 times a second. Where the application's samples end, silence is
 *    queued for half of that only, so that samples that come a little late wait less. Onto an empty ring, the first
 *    millisecond goes at once: the xHC waits for the bus's next frame while the rest is written.
 * 3. One event a millisecond is asked for. It retires all TDs before its own.
 * 4. RUNNING always has TDs outstanding: silence if there are no samples. DRAINING ends with a short packet.
 * 5. Event handlers only record. A stream that an event ended is taken down by its own stream_service(), when the
 *    event ring is not being walked.
 * 6. A pause plays what has been taken out of the buffer, so the frame at which it goes on is queued_frames, and nothing
 *    is lost or heard twice. Silence follows, as devices pass on late what they got last, and forget it when
 *    their interface is closed. PAUSED has no endpoint; the application's side of it is as it was.
 */
#include "stream.h"

#include <stddef.h>
#include <string.h>

#include "../platform.h"

#define AHEAD_UFRAMES		(16u * USB_UFRAMES_PER_FRAME)
#define MIN_AHEAD_UFRAMES	(4u * USB_UFRAMES_PER_FRAME)
#define MIN_TDS			4u
#define FIRST_UFRAMES		(1u * USB_UFRAMES_PER_FRAME)
#define FIRST_TDS		2u
#define MAX_INTERVAL_UFRAMES	MIN_AHEAD_UFRAMES
#define REPORT_UFRAMES		USB_UFRAMES_PER_FRAME
#define SILENCE			0		/* of every format in format.c */
#define TAIL_UFRAMES		(32u * USB_UFRAMES_PER_FRAME)	/* rule 6 */

/* Events an endpoint may cause beyond one for each TD: underruns and missed services between two polls. */
#define EXTRA_EVENTS		4u

/* An endpoint that retires nothing for so long after all its TDs were due is dead. */
#define STALL_UFRAMES		(100u * USB_UFRAMES_PER_FRAME)
/* ... and one that has said that it missed TDs has gone past the last of them this long after it was due. */
#define GONE_PAST_UFRAMES	(2u * USB_UFRAMES_PER_FRAME)

static uint64_t uframes_to_ticks(uint32_t uframes)
{
	return (uint64_t)uframes * platform_ticks_per_second() / USB_UFRAMES_PER_SECOND;
}

static uint64_t tds_to_ticks(const struct stream *stream, uint32_t tds)
{
	return uframes_to_ticks(tds * stream->interval_uframes);
}

static bool is_active(const struct stream *stream)
{
	return stream->state == STREAM_RUNNING || stream->state == STREAM_DRAINING ||
	       stream->state == STREAM_ABORTING || stream->state == STREAM_PAUSING;
}

/* Has no START to forget: can be started and reconfigured. */
static bool is_ready(const struct stream *stream)
{
	return stream->state == STREAM_READY ||
	       (stream->state == STREAM_PAUSED && stream->resume_to == STREAM_READY);
}

/* The endpoint ends with these: it is stopped, in an error state, or not there (xHCI 4.6.9, 4.10.2). */
static bool ends_endpoint(uint32_t completion)
{
	switch (completion) {
	case TRB_COMPLETION_TRB_ERROR:
	case TRB_COMPLETION_STALL_ERROR:
	case TRB_COMPLETION_SLOT_NOT_ENABLED:
	case TRB_COMPLETION_ENDPOINT_NOT_ENABLED:
	case TRB_COMPLETION_STOPPED:
	case TRB_COMPLETION_STOPPED_LENGTH_INVALID:
	case TRB_COMPLETION_STOPPED_SHORT_PACKET:
		return true;
	default:
		return false;
	}
}

static void retire(struct stream *stream, const struct transfer_event *event)
{
	struct position *position = &stream->position;
	uint32_t pcm_frames;

	if (!iso_out_retire(&stream->out, event->trb_dma, &pcm_frames)) {
		stream->is_gone_past |= event->completion == TRB_COMPLETION_MISSED_SERVICE;
		return;
	}
	stream->is_gone_past = false;
	stream->progress_ticks = event->seen_ticks;
	position->played_frames += pcm_frames;
	if (!position->first_frame_ticks)
		position->first_frame_ticks = event->seen_ticks;
}

static void handle_data_event(void *owner, const struct transfer_event *event)
{
	struct stream *stream = owner;

	/* A ring that has run empty after a stop says so: nothing to learn from it. */
	if (!is_active(stream))
		return;
	if (ends_endpoint(event->completion)) {
		stream->is_failed = true;
		return;
	}
	switch (event->completion) {
	case TRB_COMPLETION_RING_UNDERRUN:
	case TRB_COMPLETION_RING_OVERRUN:
		/* The TRB pointer is void. At the end of a stop it is as it should be. */
		if (stream->state == STREAM_RUNNING)
			stream->position.ring_underruns++;
		return;
	case TRB_COMPLETION_MISSED_SERVICE:
		stream->position.missed_services++;
		break;
	case TRB_COMPLETION_SUCCESS:
	case TRB_COMPLETION_SHORT_PACKET:
		break;
	default:
		stream->position.transfer_errors++;
		break;
	}
	retire(stream, event);
}

static void handle_sync_event(void *owner, const struct transfer_event *event)
{
	struct stream *stream = owner;
	uint32_t frames_per_ms_q16;
	bool has_value;

	if (ends_endpoint(event->completion)) {
		stream->is_failed |= is_active(stream);
		return;
	}
	if (event->completion == TRB_COMPLETION_RING_UNDERRUN ||
	    event->completion == TRB_COMPLETION_RING_OVERRUN)
		return;
	if (event->completion == TRB_COMPLETION_MISSED_SERVICE) {
		feedback_in_miss(&stream->feedback);
		return;
	}
	has_value = feedback_in_retire(&stream->feedback, event->trb_dma, event->residue_bytes,
				       &frames_per_ms_q16);
	if (event->completion != TRB_COMPLETION_SUCCESS && event->completion != TRB_COMPLETION_SHORT_PACKET)
		return;
	if (has_value && !packet_clock_set_feedback(&stream->clock, frames_per_ms_q16))
		stream->refused_feedback++;
}

uint32_t stream_transfer_buffer_bytes(const struct stream_config *config)
{
	uint32_t frame_bytes = format_bytes(config->usb_format) * config->usb_channels;
	uint32_t most = 0;

	platform_assert(stream_config_check(config) == AUDIO_STATUS_OK);
	/* The device's interval is not known yet. More TDs are shorter, but each has its own slot. */
	for (uint32_t interval_uframes = 1; interval_uframes <= MAX_INTERVAL_UFRAMES; interval_uframes *= 2) {
		uint32_t frames = packet_clock_max_frames(config->rate_hz, interval_uframes, true);
		uint32_t tds = AHEAD_UFRAMES / interval_uframes;
		uint32_t bytes = frames * frame_bytes;

		if (bytes > ISO_OUT_MAX_SLOT_BYTES)
			continue;	/* no endpoint carries that */
		bytes = iso_out_buffer_bytes(bytes, tds) + FEEDBACK_IN_BUFFER_BYTES;
		if (bytes > most)
			most = bytes;
	}
	return most < USB_ENDPOINT_MAX_BUFFER_BYTES ? most : USB_ENDPOINT_MAX_BUFFER_BYTES;
}

static void source_init(struct stream *stream, const struct stream_config *config)
{
	struct pcm_format format = {
		.format = config->format,
		.channels = config->channels,
		.device_format = config->usb_format,
		.device_channels = config->usb_channels,
	};

	pcm_source_init(&stream->source, &format, config->buffer, config->buffer_bytes, config->period_bytes,
			&config->shared->ap.appl_frames);
	position_init(&stream->position, &config->shared->dsp);
	stream->no_period_wakeup = config->no_period_wakeup;
	stream->usb_format = config->usb_format;
	stream->usb_channels = config->usb_channels;
}

/* Splits the transfer buffer, and sets up the feedback endpoint's queue on its end. */
static bool sync_init(struct stream *stream, struct usb_endpoint_config *endpoint)
{
	struct usb_memory *buffer = &endpoint->transfer_buffer;
	struct usb_memory values;
	uint32_t offset;

	if (buffer->bytes <= FEEDBACK_IN_BUFFER_BYTES)
		return false;
	offset = (buffer->bytes - FEEDBACK_IN_BUFFER_BYTES) / ISO_OUT_SLOT_ALIGN * ISO_OUT_SLOT_ALIGN;
	if (!offset)
		return false;
	values.va = (uint8_t *)buffer->va + offset;
	values.dma = buffer->dma + offset;
	values.bytes = buffer->bytes - offset;
	buffer->bytes = offset;
	return feedback_in_init(&stream->feedback, endpoint, &values, AHEAD_UFRAMES) != 0;
}

/* How many TDs to keep outstanding; 0 if what there is does not last long enough. */
static uint32_t find_td_limit(struct stream *stream, const struct usb_endpoint_config *endpoint,
			      uint32_t slot_bytes, uint32_t events)
{
	uint32_t wanted = AHEAD_UFRAMES / stream->interval_uframes;
	uint32_t least = MIN_AHEAD_UFRAMES / stream->interval_uframes;
	uint32_t tds;

	if (events <= EXTRA_EVENTS)
		return 0;
	if (least < MIN_TDS)
		least = MIN_TDS;
	tds = wanted < events - EXTRA_EVENTS ? wanted : events - EXTRA_EVENTS;
	tds = iso_out_init(&stream->out, endpoint, slot_bytes, tds);
	return tds >= least ? tds : 0;
}

static bool listen_to_endpoints(struct stream *stream)
{
	struct event_ring_listener data = {
		.handler = handle_data_event,
		.owner = stream,
		.slot_id = stream->slot_id,
		.endpoint_id = stream->data_endpoint_id,
		.reserved_trbs = stream->td_limit + EXTRA_EVENTS,
	};
	struct event_ring_listener sync = {
		.handler = handle_sync_event,
		.owner = stream,
		.slot_id = stream->slot_id,
		.endpoint_id = stream->sync_endpoint_id,
		.reserved_trbs = stream->feedback.max_tds + EXTRA_EVENTS,
	};

	if (!event_ring_listen(stream->event_ring, &data))
		return false;
	if (!stream->has_feedback || event_ring_listen(stream->event_ring, &sync))
		return true;
	event_ring_unlisten(stream->event_ring, data.slot_id, data.endpoint_id);
	return false;
}

static void detach(struct stream *stream)
{
	if (!stream->event_ring)
		return;
	event_ring_unlisten(stream->event_ring, stream->slot_id, stream->data_endpoint_id);
	if (stream->has_feedback)
		event_ring_unlisten(stream->event_ring, stream->slot_id, stream->sync_endpoint_id);
	event_ring_put(stream->event_ring);
	stream->event_ring = NULL;
}

/* Whether another stream uses one of the endpoints: their rings must not be touched then. */
static bool is_taken(const struct stream *stream)
{
	return event_ring_has_listener(stream->event_ring, stream->slot_id, stream->data_endpoint_id) ||
	       (stream->has_feedback &&
		event_ring_has_listener(stream->event_ring, stream->slot_id, stream->sync_endpoint_id));
}

/* Sets up rings and slots, and takes the events. */
static enum audio_control_status take_endpoints(struct stream *stream, struct usb_endpoint_config *endpoint,
						uint32_t slot_bytes)
{
	uint32_t events = event_ring_available(stream->event_ring);

	if (is_taken(stream))
		return AUDIO_STATUS_INVALID;
	if (stream->has_feedback) {
		uint32_t sync_events;

		if (!sync_init(stream, endpoint))
			return AUDIO_STATUS_INVALID;
		sync_events = stream->feedback.max_tds + EXTRA_EVENTS;
		events = events > sync_events ? events - sync_events : 0;
	}
	stream->td_limit = find_td_limit(stream, endpoint, slot_bytes, events);
	return stream->td_limit && listen_to_endpoints(stream) ? AUDIO_STATUS_OK : AUDIO_STATUS_NO_MEMORY;
}

/* On failure the caller clears @stream. */
static enum audio_control_status attach(struct stream *stream, struct event_ring_pool *rings,
					struct usb_endpoint_config *endpoint, uint32_t slot_bytes)
{
	enum audio_control_status status;

	stream->event_ring = event_ring_get(rings, endpoint);
	if (!stream->event_ring)
		return AUDIO_STATUS_INVALID;
	status = take_endpoints(stream, endpoint, slot_bytes);
	if (status != AUDIO_STATUS_OK)
		event_ring_put(stream->event_ring);
	return status;
}

/* Can an endpoint carry a stream at all? */
static enum audio_control_status check_endpoint(const struct usb_endpoint_config *endpoint, uint32_t usb_format)
{
	if (!usb_endpoint_check(endpoint) || endpoint->subslot_bytes != format_bytes(usb_format))
		return AUDIO_STATUS_INVALID;
	if (endpoint->data.address & USB_ENDPOINT_DIRECTION_IN)
		return AUDIO_STATUS_UNSUPPORTED;
	if (usb_endpoint_interval_uframes(&endpoint->data, endpoint->speed) > MAX_INTERVAL_UFRAMES)
		return AUDIO_STATUS_UNSUPPORTED;
	/* Implicit feedback is the rate at which the device records: that needs capture. */
	if (endpoint->sync_ring.va && !usb_endpoint_is_explicit_feedback(&endpoint->sync))
		return AUDIO_STATUS_UNSUPPORTED;
	return AUDIO_STATUS_OK;
}

/* The device's side of a stream. On failure its fields are of no use, but no event ring is held. */
static enum audio_control_status open_endpoint(struct stream *stream, struct event_ring_pool *rings,
					       const struct usb_endpoint_config *endpoint, uint32_t rate_hz,
					       uint32_t frame_bytes)
{
	struct usb_endpoint_config own = *endpoint;	/* sync_init() cuts its transfer buffer */
	enum audio_control_status status;
	uint32_t frames, max_bytes;

	stream->slot_id = endpoint->slot_id;
	stream->data_endpoint_id = usb_endpoint_id(endpoint->data.address);
	stream->has_feedback = endpoint->sync_ring.va != NULL;
	stream->sync_endpoint_id = stream->has_feedback ? usb_endpoint_id(endpoint->sync.address) : 0;
	stream->interval_uframes = usb_endpoint_interval_uframes(&endpoint->data, endpoint->speed);

	max_bytes = usb_endpoint_interval_max_bytes(&endpoint->data, endpoint->speed, endpoint->max_burst);
	frames = packet_clock_max_frames(rate_hz, stream->interval_uframes, stream->has_feedback);
	if (frames > max_bytes / frame_bytes)
		frames = max_bytes / frame_bytes;
	if (!packet_clock_init(&stream->clock, rate_hz, stream->interval_uframes, frames))
		return AUDIO_STATUS_UNSUPPORTED;
	status = attach(stream, rings, &own, frames * frame_bytes);
	if (status != AUDIO_STATUS_OK) {
		stream->event_ring = NULL;
		return status;
	}
	stream->low_water_tds = stream->td_limit / 2;
	stream->report_every_tds = stream->interval_uframes < REPORT_UFRAMES ?
				   REPORT_UFRAMES / stream->interval_uframes : 1;
	stream->since_report_tds = 0;
	stream->is_failed = false;
	stream->is_gone_past = false;
	return AUDIO_STATUS_OK;
}

enum audio_control_status stream_setup(struct stream *stream, struct event_ring_pool *rings,
				       const struct stream_config *config,
				       const struct usb_endpoint_config *endpoint)
{
	enum audio_control_status status;

	if (stream->state != STREAM_FREE)
		return AUDIO_STATUS_WRONG_STATE;
	status = stream_config_check(config);
	if (status != AUDIO_STATUS_OK)
		return status;
	status = check_endpoint(endpoint, config->usb_format);
	if (status != AUDIO_STATUS_OK)
		return status;

	memset(stream, 0, sizeof(*stream));
	status = open_endpoint(stream, rings, endpoint, config->rate_hz,
			       format_bytes(config->usb_format) * config->usb_channels);
	if (status != AUDIO_STATUS_OK) {
		memset(stream, 0, sizeof(*stream));
		return status;
	}
	source_init(stream, config);
	stream->state = STREAM_READY;
	return AUDIO_STATUS_OK;
}

enum audio_control_status stream_reconfigure(struct stream *stream, const struct stream_config *config)
{
	enum audio_control_status status = stream_config_check(config);

	if (!is_ready(stream))
		return AUDIO_STATUS_WRONG_STATE;
	if (status != AUDIO_STATUS_OK)
		return status;
	if (config->rate_hz != stream->clock.rate_hz || config->usb_format != stream->usb_format ||
	    config->usb_channels != stream->usb_channels)
		return AUDIO_STATUS_UNSUPPORTED;
	source_init(stream, config);
	return AUDIO_STATUS_OK;
}

/*
 * Fills the next slot and queues its TD. @left: samples that there are. A slot that they do not fill is filled up with
 * silence, but the last one of a DRAIN is sent short: the device gets just what was written.
 */
static uint32_t queue_interval(struct stream *stream, uint32_t left)
{
	struct pcm_source *source = &stream->source;
	uint32_t frames = packet_clock_next(&stream->clock);
	uint32_t taken = frames < left ? frames : left;
	uint8_t *slot = iso_out_slot(&stream->out);
	uint32_t taken_bytes = taken * source->device_frame_bytes;
	uint32_t periods = pcm_source_take(source, slot, taken);
	uint32_t next_limit;
	bool report;

	if (!stream->no_period_wakeup)
		stream->results.periods_elapsed += periods;
	if (taken) {
		/* The silence before these samples was a gap in them. */
		stream->position.underruns += stream->silent_intervals;
		stream->silent_intervals = 0;
		if (taken == left)
			stream->results.ran_dry = true;
	}
	if (taken < frames && stream->state == STREAM_DRAINING) {
		frames = taken;
	} else if (taken < frames) {
		memset(slot + taken_bytes, SILENCE, (frames - taken) * source->device_frame_bytes);
		stream->silent_intervals++;
	}
	/* Rule 3, and iso_out's: the last of a batch reports. refill() goes on while this is not the last. */
	left -= taken;
	next_limit = left == 0 && stream->state == STREAM_RUNNING ? stream->low_water_tds : stream->td_limit;
	report = stream->out.outstanding + 1 >= next_limit ||
		 (left == 0 && stream->state == STREAM_DRAINING) ||
		 ++stream->since_report_tds >= stream->report_every_tds;
	if (report)
		stream->since_report_tds = 0;
	iso_out_queue(&stream->out, frames * source->device_frame_bytes, taken, report);
	return left;
}

static void publish(struct stream *stream)
{
	iso_out_publish(&stream->out);
	if (!stream->position.first_frame_ticks)
		stream->doorbell_ticks = platform_ticks();
}

/* Two at least, so that the ring does not run empty meanwhile. */
static uint32_t first_batch_tds(const struct stream *stream)
{
	uint32_t tds = FIRST_UFRAMES / stream->interval_uframes;

	return tds < FIRST_TDS ? FIRST_TDS : tds;
}

static void queue_samples(struct stream *stream)
{
	uint32_t first_tds = stream->out.outstanding ? 0 : first_batch_tds(stream);
	uint32_t left = pcm_source_look(&stream->source);

	while (stream->out.outstanding < stream->td_limit) {
		if (left == 0 && (stream->state == STREAM_DRAINING ||
				  stream->out.outstanding >= stream->low_water_tds))
			break;
		left = queue_interval(stream, left);
		if (stream->out.outstanding == first_tds)
			publish(stream);
	}
}

/* Rule 6. */
static void queue_tail(struct stream *stream)
{
	while (stream->tail_tds && stream->out.outstanding < stream->td_limit) {
		uint32_t bytes = packet_clock_next(&stream->clock) * stream->source.device_frame_bytes;
		bool report = --stream->tail_tds == 0 || stream->out.outstanding + 1 >= stream->td_limit ||
			      ++stream->since_report_tds >= stream->report_every_tds;

		if (report)
			stream->since_report_tds = 0;
		memset(iso_out_slot(&stream->out), SILENCE, bytes);
		iso_out_queue(&stream->out, bytes, 0, report);
	}
}

/* Rule 2. */
static void refill(struct stream *stream, uint64_t now_ticks)
{
	if (stream->out.outstanding > stream->low_water_tds && stream->state == STREAM_RUNNING)
		return;
	if (stream->out.outstanding == 0)
		stream->progress_ticks = now_ticks;
	if (stream->state == STREAM_PAUSING)
		queue_tail(stream);
	else
		queue_samples(stream);
	publish(stream);
	if (stream->has_feedback)
		feedback_in_refill(&stream->feedback);
}

static void publish_position(struct stream *stream, uint64_t now_ticks)
{
	stream->position.queued_frames = stream->source.queued_frames;
	position_publish(&stream->position, now_ticks);
}

enum audio_control_status stream_start(struct stream *stream, uint64_t now_ticks)
{
	if (!is_ready(stream))
		return AUDIO_STATUS_WRONG_STATE;
	/* What is still there of an earlier run goes to a stream that does not listen. */
	if (stream->event_ring)
		event_ring_poll(stream->event_ring, now_ticks);
	packet_clock_restart(&stream->clock);
	pcm_source_restart(&stream->source);
	position_restart(&stream->position);
	/* The run before is over, and so are its results. A pause goes on, and who asked for it waits to hear of it. */
	stream->results = (struct stream_results){ .paused = stream->results.paused };
	stream->silent_intervals = 0;
	stream->since_report_tds = 0;
	stream->is_failed = false;
	stream->is_gone_past = false;
	stream->position.running = 1;
	if (stream->state == STREAM_PAUSED) {
		stream->resume_to = STREAM_RUNNING;
	} else {
		stream->state = STREAM_RUNNING;
		refill(stream, now_ticks);
	}
	publish_position(stream, now_ticks);
	return AUDIO_STATUS_OK;
}

/* Of a stop that came before or during a pause, nothing may be left to do when it goes on. */
static void end_stop_if_done(struct stream *stream)
{
	if (stream->resume_to == STREAM_RUNNING ||
	    (stream->resume_to == STREAM_DRAINING && pcm_source_left(&stream->source)))
		return;
	stream->resume_to = STREAM_READY;
	stream->position.running = 0;
	stream->results.stopped = true;
}

static void stop_pausing(struct stream *stream, enum audio_stop_mode mode, uint64_t now_ticks)
{
	if (mode == AUDIO_STOP_ABORT) {
		if (stream->state == STREAM_PAUSING) {
			event_ring_poll(stream->event_ring, now_ticks);
			iso_out_silence(&stream->out, SILENCE);
			stream->tail_tds = 0;
		}
		stream->position.underruns += stream->silent_intervals;
		stream->resume_to = STREAM_READY;
	} else if (stream->resume_to == STREAM_RUNNING) {
		pcm_source_seal(&stream->source);
		stream->resume_to = STREAM_DRAINING;
	}
	stream->silent_intervals = 0;
	if (stream->state == STREAM_PAUSED)
		end_stop_if_done(stream);
	publish_position(stream, now_ticks);
}

enum audio_control_status stream_stop(struct stream *stream, enum audio_stop_mode mode, uint64_t now_ticks)
{
	if (mode != AUDIO_STOP_ABORT && mode != AUDIO_STOP_DRAIN)
		return AUDIO_STATUS_INVALID;
	switch (stream->state) {
	case STREAM_FREE:
		return AUDIO_STATUS_WRONG_STATE;
	case STREAM_READY:
	case STREAM_LOST:
		stream->results.stopped = true;
		return AUDIO_STATUS_OK;
	case STREAM_ABORTING:
		return AUDIO_STATUS_OK;
	case STREAM_PAUSING:
	case STREAM_PAUSED:
		stop_pausing(stream, mode, now_ticks);
		return AUDIO_STATUS_OK;
	case STREAM_RUNNING:
	case STREAM_DRAINING:
		break;
	}
	if (mode == AUDIO_STOP_ABORT) {
		/* What has been heard has been played. */
		event_ring_poll(stream->event_ring, now_ticks);
		stream->position.underruns += stream->silent_intervals;
		iso_out_silence(&stream->out, SILENCE);
		stream->state = STREAM_ABORTING;
	} else if (stream->state == STREAM_RUNNING) {
		pcm_source_seal(&stream->source);
		stream->state = STREAM_DRAINING;
	}
	stream->silent_intervals = 0;
	publish_position(stream, now_ticks);
	return AUDIO_STATUS_OK;
}

enum audio_control_status stream_pause(struct stream *stream, uint64_t now_ticks)
{
	switch (stream->state) {
	case STREAM_FREE:
	case STREAM_LOST:
		return AUDIO_STATUS_WRONG_STATE;
	case STREAM_PAUSING:
	case STREAM_PAUSED:
		return AUDIO_STATUS_OK;
	case STREAM_READY:
		detach(stream);
		stream->state = STREAM_PAUSED;
		stream->resume_to = STREAM_READY;
		stream->results.paused = true;
		return AUDIO_STATUS_OK;
	case STREAM_RUNNING:
	case STREAM_DRAINING:
		stream->resume_to = stream->state;
		stream->tail_tds = TAIL_UFRAMES / stream->interval_uframes;
		break;
	case STREAM_ABORTING:
		stream->resume_to = STREAM_READY;
		stream->tail_tds = 0;
		break;
	}
	stream->state = STREAM_PAUSING;
	refill(stream, now_ticks);
	return AUDIO_STATUS_OK;
}

/* The last transfer of a pausing stream is done. */
static void finish_pause(struct stream *stream)
{
	detach(stream);
	stream->state = STREAM_PAUSED;
	stream->results.paused = true;
	end_stop_if_done(stream);
}

enum audio_control_status stream_resume(struct stream *stream, struct event_ring_pool *rings,
					const struct usb_endpoint_config *endpoint, uint64_t now_ticks)
{
	enum audio_control_status status;

	if (stream->state != STREAM_PAUSED)
		return AUDIO_STATUS_WRONG_STATE;
	status = check_endpoint(endpoint, stream->usb_format);
	if (status == AUDIO_STATUS_OK)
		status = open_endpoint(stream, rings, endpoint, stream->clock.rate_hz,
				       stream->source.device_frame_bytes);
	if (status != AUDIO_STATUS_OK)
		return status;
	/* The end of the endpoint before may still be told here: to a stream that does not listen. */
	event_ring_poll(stream->event_ring, now_ticks);
	stream->state = stream->resume_to;
	if (is_active(stream)) {
		refill(stream, now_ticks);
		publish_position(stream, now_ticks);
	}
	return AUDIO_STATUS_OK;
}

void stream_lose(struct stream *stream, enum audio_lost_reason reason, uint64_t now_ticks)
{
	platform_assert(reason <= AUDIO_LOST_ENDPOINT);
	if (stream->state == STREAM_FREE || stream->state == STREAM_LOST)
		return;
	detach(stream);
	stream->state = STREAM_LOST;
	stream->results.lost = true;
	stream->results.lost_reason = reason;
	stream->position.running = 0;
	publish_position(stream, now_ticks);
}

void stream_release(struct stream *stream, uint64_t now_ticks)
{
	if (stream->position.running) {
		stream->position.running = 0;
		publish_position(stream, now_ticks);
	}
	detach(stream);
	memset(stream, 0, sizeof(*stream));
}

/* Time has run out for what is outstanding: has the xHC gone past it, or is the endpoint dead? */
static void check_progress(struct stream *stream, uint64_t now_ticks)
{
	uint64_t waited_ticks = now_ticks - stream->progress_ticks;
	uint64_t due_ticks = tds_to_ticks(stream, stream->out.outstanding);

	if (stream->out.outstanding == 0)
		return;
	if (stream->is_gone_past && waited_ticks > due_ticks + uframes_to_ticks(GONE_PAST_UFRAMES)) {
		stream->position.played_frames += iso_out_retire_all(&stream->out);
		stream->progress_ticks = now_ticks;
		stream->is_gone_past = false;
	} else if (waited_ticks > due_ticks + uframes_to_ticks(STALL_UFRAMES)) {
		stream->is_failed = true;
	}
}

static bool has_finished(const struct stream *stream)
{
	if (stream->out.outstanding || stream->state == STREAM_RUNNING)
		return false;
	if (stream->state == STREAM_PAUSING)
		return stream->tail_tds == 0;
	return stream->state == STREAM_ABORTING || pcm_source_left(&stream->source) == 0;
}

static uint64_t next_service_ticks(const struct stream *stream, uint64_t now_ticks)
{
	uint32_t outstanding = stream->out.outstanding;
	bool adds = stream->state == STREAM_RUNNING ||
		    (stream->state == STREAM_DRAINING && pcm_source_left(&stream->source)) ||
		    stream->tail_tds;
	uint32_t tds = outstanding;

	if (adds && outstanding > stream->low_water_tds)
		tds = outstanding - stream->low_water_tds;
	else if (adds)
		tds = outstanding / 2;	/* out of samples: look for more soon */
	/*
	 * The event of the first transfer is the start latency: look for it often, and when it came is known. The
	 * bus's time goes by in microframes, so from the doorbell on: looking takes time, too.
	 */
	if (!stream->position.first_frame_ticks) {
		uint64_t uframe_ticks = uframes_to_ticks(1);
		uint64_t uframes = (now_ticks - stream->doorbell_ticks) / uframe_ticks + 1;

		return stream->doorbell_ticks + uframes * uframe_ticks;
	}
	return now_ticks + tds_to_ticks(stream, tds ? tds : 1);
}

uint64_t stream_service(struct stream *stream, uint64_t now_ticks)
{
	if (!is_active(stream))
		return STREAM_NEVER;
	platform_assert(stream->event_ring);
	event_ring_poll(stream->event_ring, now_ticks);
	check_progress(stream, now_ticks);
	if (stream->is_failed) {
		stream_lose(stream, AUDIO_LOST_ENDPOINT, now_ticks);
		return STREAM_NEVER;
	}
	if (stream->state != STREAM_ABORTING)
		refill(stream, now_ticks);
	if (has_finished(stream) && stream->state == STREAM_PAUSING) {
		finish_pause(stream);
	} else if (has_finished(stream)) {
		stream->state = STREAM_READY;
		stream->position.running = 0;
		stream->results.stopped = true;
	}
	publish_position(stream, now_ticks);
	return is_active(stream) ? next_service_ticks(stream, now_ticks) : STREAM_NEVER;
}

struct stream_results stream_take_results(struct stream *stream)
{
	struct stream_results results = stream->results;

	memset(&stream->results, 0, sizeof(stream->results));
	return results;
}

bool stream_uses_endpoint(const struct stream *stream)
{
	return stream->event_ring != NULL;
}

bool stream_is_pausing(const struct stream *stream)
{
	return stream->state == STREAM_PAUSING || stream->state == STREAM_PAUSED;
}
