// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The pipe of a playback stream.
 *
 * 1. The depth is the most that is outstanding: 16 ms, or less if the stream wishes it, or ring and buffer allow no more. A refill
 *    is due when half are left. The least that may be left is the guard: the controller's Isochronous Scheduling
 *    Threshold, and a frame for the DSP to come in. The depth is a frame more at least: the DSP wakes 1000 times a
 *    second then.
 * 2. One event a millisecond is asked for. It retires all packets before its own.
 * 3. The pipe keeps the time at which the last packet that is published will have been sent. It is known to a microframe
 *    from the first event on; and as the bus has a clock of its own, each look at the event ring corrects it: a packet
 *    whose event is there has been sent, and one whose event is not there has not. So looks are best right after an
 *    event is due. That time says when packets were on the bus, and how many service intervals are lost in a ring
 *    that has run empty, which few controllers tell.
 * 4. Event handlers only record. A pipe whose endpoint has ended is closed by its owner, when the event ring is not
 *    being walked.
 */
#include "playback_pipe.h"

#include <stddef.h>

#include "../platform.h"
#include "format.h"

#define AHEAD_UFRAMES		(16u * USB_UFRAMES_PER_FRAME)
#define GUARD_UFRAMES		USB_UFRAMES_PER_FRAME	/* beyond the Isochronous Scheduling Threshold */
#define MAX_INTERVAL_UFRAMES	(4u * USB_UFRAMES_PER_FRAME)
#define REPORT_UFRAMES		USB_UFRAMES_PER_FRAME

/* Events an endpoint may cause beyond one for each TD: underruns and missed services between two polls. */
#define EXTRA_EVENTS		4u

/* An endpoint that retires nothing for so long after all its TDs were due is dead. */
#define STALL_UFRAMES		(100u * USB_UFRAMES_PER_FRAME)
/* ... and one that has said that it missed TDs has gone past the last of them this long after it was due. */
#define GONE_PAST_UFRAMES	(2u * USB_UFRAMES_PER_FRAME)
/* Feedback of which every value is refused for so long is given up. */
#define REFUSAL_UFRAMES		USB_UFRAMES_PER_SECOND

uint64_t playback_pipe_tds_to_ticks(const struct playback_pipe *pipe, uint32_t tds)
{
	return usb_uframes_to_ticks(tds * pipe->interval_uframes);
}

static void retire(struct playback_pipe *pipe, const struct transfer_event *event)
{
	struct position *position = pipe->position;
	uint32_t pcm_frames;

	if (!iso_out_retire(&pipe->out, event->trb_dma, &pcm_frames)) {
		pipe->is_gone_past |= event->completion == TRB_COMPLETION_MISSED_SERVICE;
		return;
	}
	pipe->is_gone_past = false;
	pipe->is_timed = true;
	pipe->progress_ticks = event->seen_ticks;
	position->bus_frames += pcm_frames;
	if (!position->first_frame_ticks)
		position->first_frame_ticks = event->seen_ticks;
}

static void handle_data_event(void *owner, const struct transfer_event *event)
{
	struct playback_pipe *pipe = owner;

	/* A ring that has run empty after a stop says so: nothing to learn from it. */
	if (pipe->phase == PLAYBACK_PIPE_IDLE)
		return;
	if (transfer_event_ends_endpoint(event->completion)) {
		pipe->is_failed = true;
		return;
	}
	switch (event->completion) {
	case TRB_COMPLETION_RING_UNDERRUN:
	case TRB_COMPLETION_RING_OVERRUN:
		/* The TRB pointer is void. At the end of a stop it is as it should be. */
		if (pipe->phase == PLAYBACK_PIPE_RUNNING)
			pipe->position->ring_underruns++;
		return;
	case TRB_COMPLETION_MISSED_SERVICE:
		pipe->position->missed_services++;
		pipe->position->lost_intervals++;
		break;
	case TRB_COMPLETION_SUCCESS:
	case TRB_COMPLETION_SHORT_PACKET:
		break;
	default:
		pipe->position->transfer_errors++;
		pipe->position->lost_intervals++;
		break;
	}
	retire(pipe, event);
}

static void note_refusal(struct playback_pipe *pipe, uint64_t now_ticks)
{
	pipe->position->feedback_refused++;
	if (pipe->refused_in_a_row++ == 0)
		pipe->refused_since_ticks = now_ticks;
	else if (now_ticks - pipe->refused_since_ticks >= usb_uframes_to_ticks(REFUSAL_UFRAMES))
		pipe->position->flags |= AUDIO_STREAM_FEEDBACK_REFUSED;
}

static void judge_feedback(struct playback_pipe *pipe, uint32_t value, uint32_t bytes, uint64_t now_ticks)
{
	uint32_t frames_per_ms_q16;

	switch (feedback_rate_judge(&pipe->rate, value, bytes, &frames_per_ms_q16)) {
	case FEEDBACK_UNPROVEN:
		return;
	case FEEDBACK_REFUSED:
		note_refusal(pipe, now_ticks);
		return;
	case FEEDBACK_SCALED:
		pipe->position->feedback_scaled++;
		break;
	case FEEDBACK_ACCEPTED:
		break;
	}
	pipe->position->feedback_accepted++;
	pipe->refused_in_a_row = 0;
	packet_clock_set_feedback(&pipe->clock, frames_per_ms_q16);
}

static void handle_sync_event(void *owner, const struct transfer_event *event)
{
	struct playback_pipe *pipe = owner;
	uint32_t value, bytes;

	if (transfer_event_ends_endpoint(event->completion)) {
		pipe->is_failed |= pipe->phase != PLAYBACK_PIPE_IDLE;
		return;
	}
	if (event->completion == TRB_COMPLETION_RING_UNDERRUN ||
	    event->completion == TRB_COMPLETION_RING_OVERRUN)
		return;
	if (event->completion == TRB_COMPLETION_MISSED_SERVICE) {
		feedback_in_miss(&pipe->feedback);
		return;
	}
	bytes = feedback_in_retire(&pipe->feedback, event->trb_dma, event->residue_bytes, &value);
	if (event->completion != TRB_COMPLETION_SUCCESS && event->completion != TRB_COMPLETION_SHORT_PACKET)
		return;
	/* Values that were asked for in a run before are of that time. */
	if (bytes && pipe->phase != PLAYBACK_PIPE_IDLE)
		judge_feedback(pipe, value, bytes, event->seen_ticks);
}

uint32_t playback_pipe_buffer_bytes(const struct stream_config *config)
{
	uint32_t frame_bytes = format_bytes(config->usb_format) * config->usb_channels;
	uint32_t most = 0;

	platform_assert(stream_config_check(config) == AUDIO_STATUS_OK);
	/* The device's interval is not known yet. More TDs are shorter, but each has its own packet buffer. */
	for (uint32_t interval_uframes = 1; interval_uframes <= MAX_INTERVAL_UFRAMES; interval_uframes *= 2) {
		uint32_t frames = packet_clock_max_frames(config->rate_hz, interval_uframes, true);
		uint32_t tds = AHEAD_UFRAMES / interval_uframes;
		uint32_t bytes = frames * frame_bytes;

		if (bytes > ISO_OUT_MAX_PACKET_BUFFER_BYTES)
			continue;	/* no endpoint carries that */
		bytes = iso_out_buffer_bytes(bytes, tds) + FEEDBACK_IN_BUFFER_BYTES;
		if (bytes > most)
			most = bytes;
	}
	return most < USB_ENDPOINT_MAX_BUFFER_BYTES ? most : USB_ENDPOINT_MAX_BUFFER_BYTES;
}

/* Splits the transfer buffer, and sets up the feedback endpoint's queue on its end. */
static bool sync_init(struct playback_pipe *pipe, struct usb_endpoint_config *endpoint)
{
	struct usb_memory *buffer = &endpoint->transfer_buffer;
	struct usb_memory values;
	uint32_t offset;

	if (buffer->bytes <= FEEDBACK_IN_BUFFER_BYTES)
		return false;
	offset = buffer->bytes - FEEDBACK_IN_BUFFER_BYTES;
	offset -= offset % ISO_TD_ALIGN;
	if (!offset)
		return false;
	values.va = (uint8_t *)buffer->va + offset;
	values.dma = buffer->dma + offset;
	values.bytes = buffer->bytes - offset;
	buffer->bytes = offset;
	return feedback_in_init(&pipe->feedback, endpoint, &values, AHEAD_UFRAMES) != 0;
}

static uint32_t uframes_to_tds(const struct playback_pipe *pipe, uint32_t uframes)
{
	return (uframes + pipe->interval_uframes - 1) / pipe->interval_uframes;
}

/* Rule 1. Refills happen at packets that report, as far as possible. */
static uint32_t round_to_reports(const struct playback_pipe *pipe, uint32_t tds)
{
	return tds > pipe->report_every_tds ? tds - tds % pipe->report_every_tds : tds;
}

/* How many TDs may be outstanding; 0 if so many do not last long enough. */
static uint32_t find_max_tds(struct playback_pipe *pipe, const struct usb_endpoint_config *endpoint,
			     uint32_t packet_buffer_bytes, uint32_t events)
{
	uint32_t wanted = AHEAD_UFRAMES / pipe->interval_uframes;
	uint32_t tds;

	if (events <= EXTRA_EVENTS)
		return 0;
	/* A guard longer than the queue's usual length makes the queue longer. */
	if (wanted < 2 * pipe->guard_tds)
		wanted = 2 * pipe->guard_tds;
	tds = wanted < events - EXTRA_EVENTS ? wanted : events - EXTRA_EVENTS;
	tds = round_to_reports(pipe, iso_out_init(&pipe->out, endpoint, packet_buffer_bytes, tds));
	return tds >= pipe->least_tds ? tds : 0;
}

static bool listen_to_endpoints(struct playback_pipe *pipe)
{
	struct event_ring_listener data = {
		.handler = handle_data_event,
		.owner = pipe,
		.slot_id = pipe->slot_id,
		.endpoint_id = pipe->data_endpoint_id,
		.reserved_trbs = pipe->max_tds + EXTRA_EVENTS,
	};
	struct event_ring_listener sync = {
		.handler = handle_sync_event,
		.owner = pipe,
		.slot_id = pipe->slot_id,
		.endpoint_id = pipe->sync_endpoint_id,
		.reserved_trbs = pipe->feedback.max_tds + EXTRA_EVENTS,
	};

	if (!event_ring_listen(pipe->event_ring, &data))
		return false;
	if (!pipe->has_feedback || event_ring_listen(pipe->event_ring, &sync))
		return true;
	event_ring_unlisten(pipe->event_ring, data.slot_id, data.endpoint_id);
	return false;
}

/* Whether another pipe uses one of the endpoints: their rings must not be touched then. */
static bool is_taken(const struct playback_pipe *pipe)
{
	return event_ring_has_listener(pipe->event_ring, pipe->slot_id, pipe->data_endpoint_id) ||
	       (pipe->has_feedback &&
		event_ring_has_listener(pipe->event_ring, pipe->slot_id, pipe->sync_endpoint_id));
}

/* Sets up rings and packet buffers, and takes the events. */
static enum audio_control_status take_endpoints(struct playback_pipe *pipe, struct usb_endpoint_config *endpoint,
						uint32_t packet_buffer_bytes)
{
	uint32_t events = event_ring_available(pipe->event_ring);

	if (is_taken(pipe))
		return AUDIO_STATUS_INVALID;
	if (pipe->has_feedback) {
		uint32_t sync_events;

		if (!sync_init(pipe, endpoint))
			return AUDIO_STATUS_INVALID;
		sync_events = pipe->feedback.max_tds + EXTRA_EVENTS;
		events = events > sync_events ? events - sync_events : 0;
	}
	pipe->max_tds = find_max_tds(pipe, endpoint, packet_buffer_bytes, events);
	return pipe->max_tds && listen_to_endpoints(pipe) ? AUDIO_STATUS_OK : AUDIO_STATUS_NO_MEMORY;
}

static enum audio_control_status attach(struct playback_pipe *pipe, struct event_ring_pool *rings,
					struct usb_endpoint_config *endpoint, uint32_t packet_buffer_bytes)
{
	enum audio_control_status status;

	pipe->event_ring = event_ring_get(rings, endpoint);
	if (!pipe->event_ring)
		return AUDIO_STATUS_INVALID;
	status = take_endpoints(pipe, endpoint, packet_buffer_bytes);
	if (status != AUDIO_STATUS_OK) {
		event_ring_put(pipe->event_ring);
		pipe->event_ring = NULL;
	}
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

/* Nothing is queued or published. */
static void forget_packets(struct playback_pipe *pipe)
{
	pipe->since_report_tds = 0;
	pipe->unpublished_tds = 0;
	pipe->empty_ticks = 0;
	pipe->is_timed = false;
	pipe->is_failed = false;
	pipe->is_gone_past = false;
}

void playback_pipe_set_depth(struct playback_pipe *pipe, uint32_t depth_uframes)
{
	uint32_t tds = depth_uframes / pipe->interval_uframes;

	platform_assert(pipe->max_tds);
	if (tds < pipe->least_tds)
		tds = pipe->least_tds;
	if (tds > pipe->max_tds)
		tds = pipe->max_tds;
	pipe->td_limit = tds;
	pipe->low_water_tds = round_to_reports(pipe, tds / 2);
	if (pipe->low_water_tds < pipe->guard_tds)
		pipe->low_water_tds = pipe->guard_tds;
	pipe->depth_frames = (uint32_t)((uint64_t)tds * pipe->interval_uframes * pipe->rate_hz / USB_UFRAMES_PER_SECOND);
}

enum audio_control_status playback_pipe_open(struct playback_pipe *pipe, struct event_ring_pool *rings,
					     const struct usb_endpoint_config *endpoint, uint32_t usb_format,
					     uint32_t usb_channels, uint32_t rate_hz, struct position *position)
{
	struct usb_endpoint_config own = *endpoint;	/* sync_init() cuts its transfer buffer */
	enum audio_control_status status = check_endpoint(endpoint, usb_format);
	uint32_t frames, max_bytes;

	if (status != AUDIO_STATUS_OK)
		return status;
	pipe->position = position;
	pipe->phase = PLAYBACK_PIPE_IDLE;
	pipe->slot_id = endpoint->slot_id;
	pipe->data_endpoint_id = usb_endpoint_id(endpoint->data.address);
	pipe->has_feedback = endpoint->sync_ring.va != NULL;
	pipe->sync_endpoint_id = pipe->has_feedback ? usb_endpoint_id(endpoint->sync.address) : 0;
	pipe->interval_uframes = usb_endpoint_interval_uframes(&endpoint->data, endpoint->speed);
	pipe->frame_bytes = format_bytes(usb_format) * usb_channels;
	pipe->rate_hz = rate_hz;
	pipe->ist_uframes = endpoint->ist_uframes;
	pipe->report_every_tds = pipe->interval_uframes < REPORT_UFRAMES ?
				 REPORT_UFRAMES / pipe->interval_uframes : 1;
	pipe->guard_tds = uframes_to_tds(pipe, pipe->ist_uframes + GUARD_UFRAMES);
	pipe->least_tds = pipe->guard_tds + pipe->report_every_tds;

	max_bytes = usb_endpoint_interval_max_bytes(&endpoint->data, endpoint->speed, endpoint->max_burst);
	frames = packet_clock_max_frames(rate_hz, pipe->interval_uframes, pipe->has_feedback);
	if (frames > max_bytes / pipe->frame_bytes)
		frames = max_bytes / pipe->frame_bytes;
	if (!packet_clock_init(&pipe->clock, rate_hz, pipe->interval_uframes, frames))
		return AUDIO_STATUS_UNSUPPORTED;
	status = attach(pipe, rings, &own, frames * pipe->frame_bytes);
	if (status != AUDIO_STATUS_OK)
		return status;
	feedback_rate_init(&pipe->rate, rate_hz, endpoint->speed);
	pipe->refused_in_a_row = 0;
	playback_pipe_set_depth(pipe, AHEAD_UFRAMES);
	forget_packets(pipe);
	return AUDIO_STATUS_OK;
}

void playback_pipe_close(struct playback_pipe *pipe)
{
	pipe->phase = PLAYBACK_PIPE_IDLE;
	if (!pipe->event_ring)
		return;
	event_ring_unlisten(pipe->event_ring, pipe->slot_id, pipe->data_endpoint_id);
	if (pipe->has_feedback)
		event_ring_unlisten(pipe->event_ring, pipe->slot_id, pipe->sync_endpoint_id);
	event_ring_put(pipe->event_ring);
	pipe->event_ring = NULL;
}

bool playback_pipe_is_open(const struct playback_pipe *pipe)
{
	return pipe->event_ring != NULL;
}

void playback_pipe_restart(struct playback_pipe *pipe)
{
	platform_assert(pipe->phase == PLAYBACK_PIPE_IDLE);
	packet_clock_restart(&pipe->clock);
	feedback_rate_restart(&pipe->rate);
	pipe->refused_in_a_row = 0;
	forget_packets(pipe);
}

void playback_pipe_set_phase(struct playback_pipe *pipe, enum playback_pipe_phase phase)
{
	platform_assert(pipe->event_ring || phase == PLAYBACK_PIPE_IDLE);
	pipe->phase = phase;
}

/* Rule 3. All packets before those outstanding have been sent, and the next one that reports has not. */
static void correct_empty_ticks(struct playback_pipe *pipe, uint64_t now_ticks)
{
	uint32_t outstanding = pipe->out.outstanding;
	uint32_t unreported = pipe->report_every_tds < outstanding ? pipe->report_every_tds : outstanding;
	uint64_t latest = now_ticks + playback_pipe_tds_to_ticks(pipe, outstanding);
	uint64_t earliest = now_ticks + playback_pipe_tds_to_ticks(pipe, outstanding - unreported);

	if (!pipe->empty_ticks || outstanding == 0)
		return;
	if (pipe->empty_ticks > latest && pipe->is_timed)
		pipe->empty_ticks = latest;
	else if (pipe->empty_ticks < earliest)
		pipe->empty_ticks = earliest;
}

/* Rule 3. The packets that are about to be published may come too late: the packet after the last one is due an interval later. */
static void count_lost(struct playback_pipe *pipe, uint64_t now_ticks)
{
	if (pipe->empty_ticks && now_ticks >= pipe->empty_ticks && pipe->phase == PLAYBACK_PIPE_RUNNING)
		pipe->position->lost_intervals +=
			(uint32_t)((now_ticks - pipe->empty_ticks) / playback_pipe_tds_to_ticks(pipe, 1));
}

/* Rule 3. */
static void note_published(struct playback_pipe *pipe, uint64_t now_ticks)
{
	if (!pipe->empty_ticks || now_ticks >= pipe->empty_ticks) {
		/* At the latest; the first event tells. */
		pipe->empty_ticks = now_ticks + usb_uframes_to_ticks(pipe->ist_uframes + USB_UFRAMES_PER_FRAME) +
				    playback_pipe_tds_to_ticks(pipe, 1);
		pipe->is_timed = false;
	}
	pipe->empty_ticks += playback_pipe_tds_to_ticks(pipe, pipe->unpublished_tds);
	pipe->unpublished_tds = 0;
}

/* When the packets before the last @tds had been sent, or will have been. */
static uint64_t sent_ticks(const struct playback_pipe *pipe, uint32_t tds)
{
	return pipe->empty_ticks - playback_pipe_tds_to_ticks(pipe, tds);
}

void playback_pipe_poll(struct playback_pipe *pipe, uint64_t now_ticks)
{
	platform_assert(pipe->event_ring);
	event_ring_poll(pipe->event_ring, now_ticks);
	correct_empty_ticks(pipe, now_ticks);
	/* A packet is told of when it has been sent, early in its interval; the device consumes it for as long as that is. */
	if (pipe->position->first_frame_ticks && pipe->empty_ticks)
		pipe->position->bus_ticks = sent_ticks(pipe, pipe->out.outstanding) + playback_pipe_tds_to_ticks(pipe, 1);
}

uint64_t playback_pipe_look_ticks(const struct playback_pipe *pipe, uint32_t left_tds, uint64_t now_ticks)
{
	uint64_t uframe_ticks = usb_uframes_to_ticks(1);
	uint64_t least_ticks = now_ticks + uframe_ticks;
	uint64_t look_ticks;

	if (!pipe->empty_ticks)
		return now_ticks + playback_pipe_tds_to_ticks(pipe, 1);
	look_ticks = sent_ticks(pipe, left_tds) + uframe_ticks / 2;
	return look_ticks > least_ticks ? look_ticks : least_ticks;
}

/* Time has run out for the outstanding TDs: has the xHC gone past it, or is the endpoint dead? */
static void check_progress(struct playback_pipe *pipe, uint64_t now_ticks)
{
	uint64_t waited_ticks = now_ticks - pipe->progress_ticks;
	uint64_t due_ticks = playback_pipe_tds_to_ticks(pipe, pipe->out.outstanding);

	if (pipe->out.outstanding == 0)
		return;
	if (pipe->is_gone_past && waited_ticks > due_ticks + usb_uframes_to_ticks(GONE_PAST_UFRAMES)) {
		pipe->position->bus_frames += iso_out_retire_all(&pipe->out);
		pipe->progress_ticks = now_ticks;
		pipe->is_gone_past = false;
	} else if (waited_ticks > due_ticks + usb_uframes_to_ticks(STALL_UFRAMES)) {
		pipe->is_failed = true;
	}
}

bool playback_pipe_check(struct playback_pipe *pipe, uint64_t now_ticks)
{
	check_progress(pipe, now_ticks);
	return !pipe->is_failed;
}

void playback_pipe_begin_refill(struct playback_pipe *pipe, uint64_t now_ticks)
{
	if (pipe->out.outstanding == 0)
		pipe->progress_ticks = now_ticks;
}

uint32_t playback_pipe_frames(struct playback_pipe *pipe)
{
	return packet_clock_next(&pipe->clock);
}

void *playback_pipe_packet_buffer(const struct playback_pipe *pipe)
{
	return iso_out_packet_buffer(&pipe->out);
}

void playback_pipe_queue(struct playback_pipe *pipe, uint32_t frames, uint32_t pcm_frames, bool is_last)
{
	bool report;

	/* Rule 2, and iso_out's: the last of a batch reports. */
	report = is_last || pipe->out.outstanding + 1 >= pipe->td_limit ||
		 ++pipe->since_report_tds >= pipe->report_every_tds;
	if (report)
		pipe->since_report_tds = 0;
	iso_out_queue(&pipe->out, frames * pipe->frame_bytes, pcm_frames, report);
	pipe->unpublished_tds++;
}

void playback_pipe_publish(struct playback_pipe *pipe)
{
	uint64_t now_ticks;

	if (pipe->unpublished_tds)
		count_lost(pipe, platform_ticks());
	iso_out_publish(&pipe->out);
	now_ticks = platform_ticks();
	if (!pipe->position->first_frame_ticks)
		pipe->doorbell_ticks = now_ticks;
	if (pipe->unpublished_tds)
		note_published(pipe, now_ticks);
}

void playback_pipe_request_feedback(struct playback_pipe *pipe)
{
	if (pipe->has_feedback)
		feedback_in_refill(&pipe->feedback);
}

void playback_pipe_silence(struct playback_pipe *pipe, uint8_t pattern)
{
	iso_out_silence(&pipe->out, pattern);
}

uint64_t playback_pipe_first_look_ticks(const struct playback_pipe *pipe, uint64_t now_ticks)
{
	return usb_next_uframe_ticks(pipe->doorbell_ticks, now_ticks);
}
