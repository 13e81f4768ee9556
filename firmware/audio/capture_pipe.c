// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The pipe of a capture stream.
 *
 * 1. 16 ms of transfers are outstanding (or as many as ring, buffer and events allow). That costs no latency: samples
 *    are there when they have come, however many transfers wait behind them.
 * 2. Each transfer's event puts its samples into the application's buffer at once, whatever packets the device sends.
 * 3. Time does not slip. A lost packet (missed, failed, or too long) becomes silence of nominal length. The clock's count
 *    and the device's may differ by a frame at that place: the balance keeps that difference, so that it does not
 *    add up. A device that did not lose the frames, but sends them with its next packet, gets no silence for them.
 *    An empty packet is not lost: the device says that it has no frames yet, as a bus that asks a moment early makes
 *    it say.
 * 4. Event handlers only record. A pipe whose endpoint has ended is closed by its owner, when the event ring is not
 *    being walked.
 */
#include "capture_pipe.h"

#include <stddef.h>

#include "../platform.h"
#include "format.h"

#define AHEAD_UFRAMES		(16u * USB_UFRAMES_PER_FRAME)
#define MIN_AHEAD_UFRAMES	(4u * USB_UFRAMES_PER_FRAME)
#define MIN_TDS			4u
#define MAX_INTERVAL_UFRAMES	MIN_AHEAD_UFRAMES

/* Events an endpoint may cause beyond one for each TD: overruns and missed services between two polls. */
#define EXTRA_EVENTS		4u

/* An endpoint that retires nothing for so long after all its TDs were due is dead. */
#define STALL_UFRAMES		(100u * USB_UFRAMES_PER_FRAME)
/* ... and one that has said that it missed TDs has gone past the last of them this long after it was due. */
#define GONE_PAST_UFRAMES	(2u * USB_UFRAMES_PER_FRAME)

/* The most frames that a packet may have: a device that was not asked for a while has twice as many. */
static uint32_t max_frames(uint32_t rate_hz, uint32_t interval_uframes)
{
	return 2 * packet_clock_max_frames(rate_hz, interval_uframes, true);
}

static void put_silence(struct capture_pipe *pipe)
{
	pipe->periods += pcm_sink_put_silence(pipe->sink, pipe->lost_frames);
	pipe->position->bus_frames += pipe->lost_frames;
	pipe->lost_frames = 0;
}

/* Rule 3. So many service intervals went by without samples; only the last may still be made up for. */
static void lose(struct capture_pipe *pipe, uint32_t tds)
{
	pipe->position->lost_intervals += tds;
	for (; tds; tds--) {
		uint32_t frames = packet_clock_next(&pipe->clock);

		put_silence(pipe);
		if (pipe->balance_frames < 0 && frames == 0)
			continue;
		pipe->lost_frames = (uint32_t)((int32_t)frames + pipe->balance_frames);
		pipe->balance_frames = 0;
	}
}

static void put(struct capture_pipe *pipe, const struct iso_in_packet *packet, uint32_t frames)
{
	uint32_t nominal = packet_clock_next(&pipe->clock);
	uint32_t late_frames = frames > nominal + 1 ? frames - nominal : 0;

	if (late_frames < pipe->lost_frames)
		pipe->lost_frames -= late_frames;
	else
		pipe->lost_frames = 0;
	put_silence(pipe);
	if (frames > nominal && pipe->balance_frames > -1)
		pipe->balance_frames--;
	else if (frames < nominal && pipe->balance_frames < 1)
		pipe->balance_frames++;
	pipe->periods += pcm_sink_put(pipe->sink, packet->data, frames);
	pipe->position->bus_frames += frames;
}

static void take_packet(struct capture_pipe *pipe, const struct transfer_event *event, bool is_good)
{
	struct position *position = pipe->position;
	struct iso_in_packet packet;

	if (!iso_in_retire(&pipe->in, event->trb_dma, event->residue_bytes, &packet)) {
		pipe->is_gone_past |= event->completion == TRB_COMPLETION_MISSED_SERVICE;
		return;
	}
	pipe->is_gone_past = false;
	pipe->progress_ticks = event->seen_ticks;
	if (!pipe->first_event_ticks)
		pipe->first_event_ticks = event->seen_ticks;
	if (pipe->phase == CAPTURE_PIPE_DISCARDING)
		return;
	if (!position->first_frame_ticks)
		position->first_frame_ticks = event->seen_ticks;
	lose(pipe, packet.lost_tds);
	if (is_good)
		put(pipe, &packet, packet.bytes / pipe->frame_bytes);
	else
		lose(pipe, 1);
	if (pcm_sink_has_overrun(pipe->sink))
		position->overruns++;
}

static void handle_event(void *owner, const struct transfer_event *event)
{
	struct capture_pipe *pipe = owner;
	bool is_good = event->completion == TRB_COMPLETION_SUCCESS ||
		       event->completion == TRB_COMPLETION_SHORT_PACKET;

	/* A ring that has run empty after a stop says so: nothing to learn from it. */
	if (pipe->phase == CAPTURE_PIPE_IDLE)
		return;
	if (transfer_event_ends_endpoint(event->completion)) {
		pipe->is_failed = true;
		return;
	}
	switch (event->completion) {
	case TRB_COMPLETION_RING_UNDERRUN:
	case TRB_COMPLETION_RING_OVERRUN:
		/* The TRB pointer is void. At the end of a stop it is as it should be. */
		if (pipe->phase == CAPTURE_PIPE_RUNNING)
			pipe->position->ring_underruns++;
		return;
	case TRB_COMPLETION_MISSED_SERVICE:
		pipe->position->missed_services++;
		break;
	default:
		pipe->position->transfer_errors += !is_good;
		break;
	}
	take_packet(pipe, event, is_good);
}

uint32_t capture_pipe_buffer_bytes(const struct stream_config *config)
{
	uint32_t frame_bytes = format_bytes(config->usb_format) * config->usb_channels;
	uint32_t most = 0;

	platform_assert(stream_config_check(config) == AUDIO_STATUS_OK);
	/* The device's interval is not known yet. More TDs are shorter, but each has its own packet buffer. */
	for (uint32_t interval_uframes = 1; interval_uframes <= MAX_INTERVAL_UFRAMES; interval_uframes *= 2) {
		uint32_t bytes = max_frames(config->rate_hz, interval_uframes) * frame_bytes;

		if (bytes > ISO_TD_MAX_BYTES)
			bytes = ISO_TD_MAX_BYTES;	/* no endpoint carries more */
		bytes = iso_td_buffer_bytes(bytes, AHEAD_UFRAMES / interval_uframes);
		if (bytes > most)
			most = bytes;
	}
	return most < USB_ENDPOINT_MAX_BUFFER_BYTES ? most : USB_ENDPOINT_MAX_BUFFER_BYTES;
}

/* How many TDs to keep outstanding; 0 if so many do not last long enough. */
static uint32_t find_td_limit(struct capture_pipe *pipe, const struct usb_endpoint_config *endpoint,
			      uint32_t td_bytes)
{
	uint32_t events = event_ring_available(pipe->event_ring);
	uint32_t wanted = AHEAD_UFRAMES / pipe->interval_uframes;
	uint32_t least = MIN_AHEAD_UFRAMES / pipe->interval_uframes;
	uint32_t tds;

	if (events <= EXTRA_EVENTS)
		return 0;
	if (least < MIN_TDS)
		least = MIN_TDS;
	tds = wanted < events - EXTRA_EVENTS ? wanted : events - EXTRA_EVENTS;
	tds = iso_in_init(&pipe->in, endpoint, td_bytes, tds);
	return tds >= least ? tds : 0;
}

static enum audio_control_status take_endpoint(struct capture_pipe *pipe,
					       const struct usb_endpoint_config *endpoint, uint32_t td_bytes)
{
	struct event_ring_listener listener = {
		.handler = handle_event,
		.owner = pipe,
		.slot_id = pipe->slot_id,
		.endpoint_id = pipe->endpoint_id,
	};

	/* The ring of an endpoint that another pipe uses must not be touched. */
	if (event_ring_has_listener(pipe->event_ring, pipe->slot_id, pipe->endpoint_id))
		return AUDIO_STATUS_INVALID;
	pipe->td_limit = find_td_limit(pipe, endpoint, td_bytes);
	listener.reserved_trbs = pipe->td_limit + EXTRA_EVENTS;
	return pipe->td_limit && event_ring_listen(pipe->event_ring, &listener) ? AUDIO_STATUS_OK :
										   AUDIO_STATUS_NO_MEMORY;
}

/* Can an endpoint carry a stream at all? */
static enum audio_control_status check_endpoint(const struct usb_endpoint_config *endpoint, uint32_t usb_format)
{
	if (!usb_endpoint_check(endpoint) || endpoint->subslot_bytes != format_bytes(usb_format))
		return AUDIO_STATUS_INVALID;
	if (!(endpoint->data.address & USB_ENDPOINT_DIRECTION_IN))
		return AUDIO_STATUS_UNSUPPORTED;
	if (usb_endpoint_interval_uframes(&endpoint->data, endpoint->speed) > MAX_INTERVAL_UFRAMES)
		return AUDIO_STATUS_UNSUPPORTED;
	return AUDIO_STATUS_OK;
}

enum audio_control_status capture_pipe_open(struct capture_pipe *pipe, struct event_ring_pool *rings,
					    const struct usb_endpoint_config *endpoint,
					    const struct stream_config *config, struct pcm_sink *sink,
					    struct position *position)
{
	enum audio_control_status status = check_endpoint(endpoint, config->usb_format);
	uint32_t max_bytes;

	if (status != AUDIO_STATUS_OK)
		return status;
	pipe->sink = sink;
	pipe->position = position;
	pipe->phase = CAPTURE_PIPE_IDLE;
	pipe->slot_id = endpoint->slot_id;
	pipe->endpoint_id = usb_endpoint_id(endpoint->data.address);
	pipe->interval_uframes = usb_endpoint_interval_uframes(&endpoint->data, endpoint->speed);
	pipe->frame_bytes = format_bytes(config->usb_format) * config->usb_channels;
	pipe->rate_hz = config->rate_hz;

	max_bytes = usb_endpoint_interval_max_bytes(&endpoint->data, endpoint->speed, endpoint->max_burst);
	if (!packet_clock_init(&pipe->clock, config->rate_hz, pipe->interval_uframes, max_bytes / pipe->frame_bytes))
		return AUDIO_STATUS_UNSUPPORTED;
	pipe->event_ring = event_ring_get(rings, endpoint);
	if (!pipe->event_ring)
		return AUDIO_STATUS_INVALID;
	status = take_endpoint(pipe, endpoint, max_frames(config->rate_hz, pipe->interval_uframes) * pipe->frame_bytes);
	if (status != AUDIO_STATUS_OK) {
		event_ring_put(pipe->event_ring);
		pipe->event_ring = NULL;
		return status;
	}
	pipe->depth_frames = (uint32_t)((uint64_t)pipe->td_limit * pipe->interval_uframes * config->rate_hz /
					USB_UFRAMES_PER_SECOND);
	pipe->is_failed = false;
	pipe->is_gone_past = false;
	pipe->first_event_ticks = 0;
	return AUDIO_STATUS_OK;
}

void capture_pipe_close(struct capture_pipe *pipe)
{
	pipe->phase = CAPTURE_PIPE_IDLE;
	if (!pipe->event_ring)
		return;
	event_ring_unlisten(pipe->event_ring, pipe->slot_id, pipe->endpoint_id);
	event_ring_put(pipe->event_ring);
	pipe->event_ring = NULL;
}

bool capture_pipe_is_open(const struct capture_pipe *pipe)
{
	return pipe->event_ring != NULL;
}

void capture_pipe_restart(struct capture_pipe *pipe)
{
	platform_assert(pipe->phase == CAPTURE_PIPE_IDLE);
	packet_clock_restart(&pipe->clock);
	pipe->periods = 0;
	pipe->balance_frames = 0;
	pipe->lost_frames = 0;
	pipe->is_failed = false;
	pipe->is_gone_past = false;
	pipe->in.has_begun = false;
	pipe->first_event_ticks = 0;
}

void capture_pipe_set_phase(struct capture_pipe *pipe, enum capture_pipe_phase phase)
{
	platform_assert(pipe->event_ring || phase == CAPTURE_PIPE_IDLE);
	pipe->phase = phase;
}

void capture_pipe_poll(struct capture_pipe *pipe, uint64_t now_ticks)
{
	platform_assert(pipe->event_ring);
	pcm_sink_look(pipe->sink);
	event_ring_poll(pipe->event_ring, now_ticks);
}

static void give_up_all(struct capture_pipe *pipe)
{
	uint32_t tds = iso_in_retire_all(&pipe->in);

	if (pipe->phase != CAPTURE_PIPE_DISCARDING)
		lose(pipe, tds);
}

bool capture_pipe_check(struct capture_pipe *pipe, uint64_t now_ticks)
{
	uint64_t waited_ticks = now_ticks - pipe->progress_ticks;
	uint64_t due_ticks = usb_uframes_to_ticks(pipe->in.outstanding * pipe->interval_uframes);

	if (pipe->in.outstanding == 0)
		return !pipe->is_failed;
	if (pipe->is_gone_past && waited_ticks > due_ticks + usb_uframes_to_ticks(GONE_PAST_UFRAMES)) {
		give_up_all(pipe);
		pipe->progress_ticks = now_ticks;
		pipe->is_gone_past = false;
	} else if (waited_ticks > due_ticks + usb_uframes_to_ticks(STALL_UFRAMES)) {
		pipe->is_failed = true;
	}
	return !pipe->is_failed;
}

void capture_pipe_refill(struct capture_pipe *pipe, uint32_t tds, uint64_t now_ticks)
{
	uint32_t lost;

	if (pipe->in.outstanding == 0)
		pipe->progress_ticks = now_ticks;
	lost = iso_in_refill(&pipe->in, tds);
	lose(pipe, lost);
	if (!pipe->first_event_ticks)
		pipe->doorbell_ticks = now_ticks;
}

void capture_pipe_end(struct capture_pipe *pipe)
{
	put_silence(pipe);
}

uint64_t capture_pipe_first_look_ticks(const struct capture_pipe *pipe, uint64_t now_ticks)
{
	return usb_next_uframe_ticks(pipe->doorbell_ticks, now_ticks);
}

uint32_t capture_pipe_take_periods(struct capture_pipe *pipe)
{
	uint32_t periods = pipe->periods;

	pipe->periods = 0;
	return periods;
}
