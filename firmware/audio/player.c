// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The player of a playback stream: its state machine.
 *
 *	FREE --setup--> READY --start--> RUNNING --stop(DRAIN)--> DRAINING --last TD done--> READY
 *	                                 RUNNING or DRAINING --stop(ABORT)--> ABORTING --last TD done--> READY
 *	READY .. ABORTING --suspend--> SUSPENDING --last TD done--> SUSPENDED --resume--> READY, RUNNING or DRAINING
 *	any but FREE --the AP's word, or an event that ends the endpoint--> LOST
 *	any --release--> FREE
 *
 * 1. Only the message loop runs this code; nothing here is touched by an interrupt. A value that another
 *    processor can change is named where it is read: PCM buffer and appl_frames (the AP), events (the xHC).
 * 2. A refill brings the TDs outstanding to 16 ms (or as many as ring and buffer allow), and the next one is due
 *    when half are left: the DSP wakes 125 times a second. Where the application's samples end, silence is queued
 *    for half of that only, so that samples that come a little late wait less. Onto an empty ring, the first
 *    millisecond goes at once: the xHC waits for the bus's next frame while the rest is written.
 * 3. One event a millisecond is asked for. It retires all TDs before its own.
 * 4. RUNNING always has TDs outstanding: silence if there are no samples. DRAINING ends with a short packet.
 * 5. Event handlers only record. A player whose endpoint has ended is taken down by its own player_service(), when the
 *    event ring is not being walked.
 * 6. A suspend plays the samples that have been taken out of the buffer, so the frame at which it goes on is
 *    queued_frames: nothing is lost or heard twice. Silence follows, as devices pass their last samples on late,
 *    and forget them when their interface is closed. SUSPENDED has no endpoint; the application's side of it is as
 *    it was.
 */
#include "player.h"

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
#define TRAILING_SILENCE_UFRAMES (32u * USB_UFRAMES_PER_FRAME)	/* rule 6 */

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

static uint64_t tds_to_ticks(const struct player *player, uint32_t tds)
{
	return uframes_to_ticks(tds * player->interval_uframes);
}

static bool is_active(const struct player *player)
{
	return player->state == PLAYER_RUNNING || player->state == PLAYER_DRAINING ||
	       player->state == PLAYER_ABORTING || player->state == PLAYER_SUSPENDING;
}

/* Has no START to forget: can be started and reconfigured. */
static bool is_ready(const struct player *player)
{
	return player->state == PLAYER_READY ||
	       (player->state == PLAYER_SUSPENDED && player->resume_to == PLAYER_READY);
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

static void retire(struct player *player, const struct transfer_event *event)
{
	struct position *position = &player->position;
	uint32_t pcm_frames;

	if (!iso_out_retire(&player->out, event->trb_dma, &pcm_frames)) {
		player->is_gone_past |= event->completion == TRB_COMPLETION_MISSED_SERVICE;
		return;
	}
	player->is_gone_past = false;
	player->progress_ticks = event->seen_ticks;
	position->played_frames += pcm_frames;
	if (!position->first_frame_ticks)
		position->first_frame_ticks = event->seen_ticks;
}

static void handle_data_event(void *owner, const struct transfer_event *event)
{
	struct player *player = owner;

	/* A ring that has run empty after a stop says so: nothing to learn from it. */
	if (!is_active(player))
		return;
	if (ends_endpoint(event->completion)) {
		player->is_failed = true;
		return;
	}
	switch (event->completion) {
	case TRB_COMPLETION_RING_UNDERRUN:
	case TRB_COMPLETION_RING_OVERRUN:
		/* The TRB pointer is void. At the end of a stop it is as it should be. */
		if (player->state == PLAYER_RUNNING)
			player->position.ring_underruns++;
		return;
	case TRB_COMPLETION_MISSED_SERVICE:
		player->position.missed_services++;
		break;
	case TRB_COMPLETION_SUCCESS:
	case TRB_COMPLETION_SHORT_PACKET:
		break;
	default:
		player->position.transfer_errors++;
		break;
	}
	retire(player, event);
}

static void handle_sync_event(void *owner, const struct transfer_event *event)
{
	struct player *player = owner;
	uint32_t frames_per_ms_q16;
	bool has_value;

	if (ends_endpoint(event->completion)) {
		player->is_failed |= is_active(player);
		return;
	}
	if (event->completion == TRB_COMPLETION_RING_UNDERRUN ||
	    event->completion == TRB_COMPLETION_RING_OVERRUN)
		return;
	if (event->completion == TRB_COMPLETION_MISSED_SERVICE) {
		feedback_in_miss(&player->feedback);
		return;
	}
	has_value = feedback_in_retire(&player->feedback, event->trb_dma, event->residue_bytes,
				       &frames_per_ms_q16);
	if (event->completion != TRB_COMPLETION_SUCCESS && event->completion != TRB_COMPLETION_SHORT_PACKET)
		return;
	if (has_value && !packet_clock_set_feedback(&player->clock, frames_per_ms_q16))
		player->refused_feedback++;
}

uint32_t player_transfer_buffer_bytes(const struct stream_config *config)
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

static void source_init(struct player *player, const struct stream_config *config)
{
	struct pcm_format format = {
		.format = config->format,
		.channels = config->channels,
		.device_format = config->usb_format,
		.device_channels = config->usb_channels,
	};

	pcm_source_init(&player->source, &format, config->buffer, config->buffer_bytes, config->period_bytes,
			&config->shared->ap.appl_frames);
	position_init(&player->position, &config->shared->dsp);
	player->no_period_wakeup = config->no_period_wakeup;
	player->usb_format = config->usb_format;
	player->usb_channels = config->usb_channels;
}

/* Splits the transfer buffer, and sets up the feedback endpoint's queue on its end. */
static bool sync_init(struct player *player, struct usb_endpoint_config *endpoint)
{
	struct usb_memory *buffer = &endpoint->transfer_buffer;
	struct usb_memory values;
	uint32_t offset;

	if (buffer->bytes <= FEEDBACK_IN_BUFFER_BYTES)
		return false;
	offset = buffer->bytes - FEEDBACK_IN_BUFFER_BYTES;
	offset -= offset % ISO_OUT_PACKET_BUFFER_ALIGN;
	if (!offset)
		return false;
	values.va = (uint8_t *)buffer->va + offset;
	values.dma = buffer->dma + offset;
	values.bytes = buffer->bytes - offset;
	buffer->bytes = offset;
	return feedback_in_init(&player->feedback, endpoint, &values, AHEAD_UFRAMES) != 0;
}

/* How many TDs to keep outstanding; 0 if so many do not last long enough. */
static uint32_t find_td_limit(struct player *player, const struct usb_endpoint_config *endpoint,
			      uint32_t packet_buffer_bytes, uint32_t events)
{
	uint32_t wanted = AHEAD_UFRAMES / player->interval_uframes;
	uint32_t least = MIN_AHEAD_UFRAMES / player->interval_uframes;
	uint32_t tds;

	if (events <= EXTRA_EVENTS)
		return 0;
	if (least < MIN_TDS)
		least = MIN_TDS;
	tds = wanted < events - EXTRA_EVENTS ? wanted : events - EXTRA_EVENTS;
	tds = iso_out_init(&player->out, endpoint, packet_buffer_bytes, tds);
	return tds >= least ? tds : 0;
}

static bool listen_to_endpoints(struct player *player)
{
	struct event_ring_listener data = {
		.handler = handle_data_event,
		.owner = player,
		.slot_id = player->slot_id,
		.endpoint_id = player->data_endpoint_id,
		.reserved_trbs = player->td_limit + EXTRA_EVENTS,
	};
	struct event_ring_listener sync = {
		.handler = handle_sync_event,
		.owner = player,
		.slot_id = player->slot_id,
		.endpoint_id = player->sync_endpoint_id,
		.reserved_trbs = player->feedback.max_tds + EXTRA_EVENTS,
	};

	if (!event_ring_listen(player->event_ring, &data))
		return false;
	if (!player->has_feedback || event_ring_listen(player->event_ring, &sync))
		return true;
	event_ring_unlisten(player->event_ring, data.slot_id, data.endpoint_id);
	return false;
}

static void detach(struct player *player)
{
	if (!player->event_ring)
		return;
	event_ring_unlisten(player->event_ring, player->slot_id, player->data_endpoint_id);
	if (player->has_feedback)
		event_ring_unlisten(player->event_ring, player->slot_id, player->sync_endpoint_id);
	event_ring_put(player->event_ring);
	player->event_ring = NULL;
}

/* Whether another player uses one of the endpoints: their rings must not be touched then. */
static bool is_taken(const struct player *player)
{
	return event_ring_has_listener(player->event_ring, player->slot_id, player->data_endpoint_id) ||
	       (player->has_feedback &&
		event_ring_has_listener(player->event_ring, player->slot_id, player->sync_endpoint_id));
}

/* Sets up rings and packet buffers, and takes the events. */
static enum audio_control_status take_endpoints(struct player *player, struct usb_endpoint_config *endpoint,
						uint32_t packet_buffer_bytes)
{
	uint32_t events = event_ring_available(player->event_ring);

	if (is_taken(player))
		return AUDIO_STATUS_INVALID;
	if (player->has_feedback) {
		uint32_t sync_events;

		if (!sync_init(player, endpoint))
			return AUDIO_STATUS_INVALID;
		sync_events = player->feedback.max_tds + EXTRA_EVENTS;
		events = events > sync_events ? events - sync_events : 0;
	}
	player->td_limit = find_td_limit(player, endpoint, packet_buffer_bytes, events);
	return player->td_limit && listen_to_endpoints(player) ? AUDIO_STATUS_OK : AUDIO_STATUS_NO_MEMORY;
}

/* On failure the caller clears @player. */
static enum audio_control_status attach(struct player *player, struct event_ring_pool *rings,
					struct usb_endpoint_config *endpoint, uint32_t packet_buffer_bytes)
{
	enum audio_control_status status;

	player->event_ring = event_ring_get(rings, endpoint);
	if (!player->event_ring)
		return AUDIO_STATUS_INVALID;
	status = take_endpoints(player, endpoint, packet_buffer_bytes);
	if (status != AUDIO_STATUS_OK)
		event_ring_put(player->event_ring);
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

/* The device's side of a player. On failure its fields are of no use, but no event ring is held. */
static enum audio_control_status open_endpoint(struct player *player, struct event_ring_pool *rings,
					       const struct usb_endpoint_config *endpoint, uint32_t rate_hz,
					       uint32_t frame_bytes)
{
	struct usb_endpoint_config own = *endpoint;	/* sync_init() cuts its transfer buffer */
	enum audio_control_status status;
	uint32_t frames, max_bytes;

	player->slot_id = endpoint->slot_id;
	player->data_endpoint_id = usb_endpoint_id(endpoint->data.address);
	player->has_feedback = endpoint->sync_ring.va != NULL;
	player->sync_endpoint_id = player->has_feedback ? usb_endpoint_id(endpoint->sync.address) : 0;
	player->interval_uframes = usb_endpoint_interval_uframes(&endpoint->data, endpoint->speed);

	max_bytes = usb_endpoint_interval_max_bytes(&endpoint->data, endpoint->speed, endpoint->max_burst);
	frames = packet_clock_max_frames(rate_hz, player->interval_uframes, player->has_feedback);
	if (frames > max_bytes / frame_bytes)
		frames = max_bytes / frame_bytes;
	if (!packet_clock_init(&player->clock, rate_hz, player->interval_uframes, frames))
		return AUDIO_STATUS_UNSUPPORTED;
	status = attach(player, rings, &own, frames * frame_bytes);
	if (status != AUDIO_STATUS_OK) {
		player->event_ring = NULL;
		return status;
	}
	player->low_water_tds = player->td_limit / 2;
	player->report_every_tds = player->interval_uframes < REPORT_UFRAMES ?
				   REPORT_UFRAMES / player->interval_uframes : 1;
	player->since_report_tds = 0;
	player->is_failed = false;
	player->is_gone_past = false;
	return AUDIO_STATUS_OK;
}

enum audio_control_status player_setup(struct player *player, struct event_ring_pool *rings,
				       const struct stream_config *config,
				       const struct usb_endpoint_config *endpoint)
{
	enum audio_control_status status;

	if (player->state != PLAYER_FREE)
		return AUDIO_STATUS_WRONG_STATE;
	status = stream_config_check(config);
	if (status != AUDIO_STATUS_OK)
		return status;
	status = check_endpoint(endpoint, config->usb_format);
	if (status != AUDIO_STATUS_OK)
		return status;

	memset(player, 0, sizeof(*player));
	status = open_endpoint(player, rings, endpoint, config->rate_hz,
			       format_bytes(config->usb_format) * config->usb_channels);
	if (status != AUDIO_STATUS_OK) {
		memset(player, 0, sizeof(*player));
		return status;
	}
	source_init(player, config);
	player->state = PLAYER_READY;
	return AUDIO_STATUS_OK;
}

enum audio_control_status player_reconfigure(struct player *player, const struct stream_config *config)
{
	enum audio_control_status status = stream_config_check(config);

	if (!is_ready(player))
		return AUDIO_STATUS_WRONG_STATE;
	if (status != AUDIO_STATUS_OK)
		return status;
	if (config->rate_hz != player->clock.rate_hz || config->usb_format != player->usb_format ||
	    config->usb_channels != player->usb_channels)
		return AUDIO_STATUS_UNSUPPORTED;
	source_init(player, config);
	return AUDIO_STATUS_OK;
}

/*
 * Fills the next packet buffer and queues its TD. @left: samples that there are. If they do not fill it, silence does,
 * but the last one of a DRAIN is sent short: the device gets no more than was written.
 */
static uint32_t queue_interval(struct player *player, uint32_t left)
{
	struct pcm_source *source = &player->source;
	uint32_t frames = packet_clock_next(&player->clock);
	uint32_t taken = frames < left ? frames : left;
	uint8_t *packet_buffer = iso_out_packet_buffer(&player->out);
	uint32_t taken_bytes = taken * source->device_frame_bytes;
	uint32_t periods = pcm_source_take(source, packet_buffer, taken);
	uint32_t next_limit;
	bool report;

	if (!player->no_period_wakeup)
		player->results.periods_elapsed += periods;
	if (taken) {
		/* The silence before these samples was a gap in them. */
		player->position.underruns += player->silent_intervals;
		player->silent_intervals = 0;
		if (taken == left)
			player->results.drained = true;
	}
	if (taken < frames && player->state == PLAYER_DRAINING) {
		frames = taken;
	} else if (taken < frames) {
		memset(packet_buffer + taken_bytes, SILENCE, (frames - taken) * source->device_frame_bytes);
		player->silent_intervals++;
	}
	/* Rule 3, and iso_out's: the last of a batch reports. refill() goes on while this is not the last. */
	left -= taken;
	next_limit = left == 0 && player->state == PLAYER_RUNNING ? player->low_water_tds : player->td_limit;
	report = player->out.outstanding + 1 >= next_limit ||
		 (left == 0 && player->state == PLAYER_DRAINING) ||
		 ++player->since_report_tds >= player->report_every_tds;
	if (report)
		player->since_report_tds = 0;
	iso_out_queue(&player->out, frames * source->device_frame_bytes, taken, report);
	return left;
}

static void publish(struct player *player)
{
	iso_out_publish(&player->out);
	if (!player->position.first_frame_ticks)
		player->doorbell_ticks = platform_ticks();
}

/* Two at least, so that the ring does not run empty meanwhile. */
static uint32_t first_batch_tds(const struct player *player)
{
	uint32_t tds = FIRST_UFRAMES / player->interval_uframes;

	return tds < FIRST_TDS ? FIRST_TDS : tds;
}

static void queue_samples(struct player *player)
{
	uint32_t first_tds = player->out.outstanding ? 0 : first_batch_tds(player);
	uint32_t left = pcm_source_look(&player->source);

	while (player->out.outstanding < player->td_limit) {
		if (left == 0 && (player->state == PLAYER_DRAINING ||
				  player->out.outstanding >= player->low_water_tds))
			break;
		left = queue_interval(player, left);
		if (player->out.outstanding == first_tds)
			publish(player);
	}
}

/* Rule 6. */
static void queue_trailing_silence(struct player *player)
{
	while (player->trailing_silence_tds && player->out.outstanding < player->td_limit) {
		uint32_t bytes = packet_clock_next(&player->clock) * player->source.device_frame_bytes;
		bool report = --player->trailing_silence_tds == 0 || player->out.outstanding + 1 >= player->td_limit ||
			      ++player->since_report_tds >= player->report_every_tds;

		if (report)
			player->since_report_tds = 0;
		memset(iso_out_packet_buffer(&player->out), SILENCE, bytes);
		iso_out_queue(&player->out, bytes, 0, report);
	}
}

/* Rule 2. */
static void refill(struct player *player, uint64_t now_ticks)
{
	if (player->out.outstanding > player->low_water_tds && player->state == PLAYER_RUNNING)
		return;
	if (player->out.outstanding == 0)
		player->progress_ticks = now_ticks;
	if (player->state == PLAYER_SUSPENDING)
		queue_trailing_silence(player);
	else
		queue_samples(player);
	publish(player);
	if (player->has_feedback)
		feedback_in_refill(&player->feedback);
}

static void publish_position(struct player *player, uint64_t now_ticks)
{
	player->position.queued_frames = player->source.queued_frames;
	position_publish(&player->position, now_ticks);
}

enum audio_control_status player_start(struct player *player, uint64_t now_ticks)
{
	if (!is_ready(player))
		return AUDIO_STATUS_WRONG_STATE;
	/* Events that an earlier run has left go to a player that does not listen. */
	if (player->event_ring)
		event_ring_poll(player->event_ring, now_ticks);
	packet_clock_restart(&player->clock);
	pcm_source_restart(&player->source);
	position_restart(&player->position);
	/* The run before is over, and so are its results. */
	player->results = (struct player_results){ 0 };
	player->silent_intervals = 0;
	player->since_report_tds = 0;
	player->is_failed = false;
	player->is_gone_past = false;
	player->position.running = 1;
	if (player->state == PLAYER_SUSPENDED) {
		player->resume_to = PLAYER_RUNNING;
	} else {
		player->state = PLAYER_RUNNING;
		refill(player, now_ticks);
	}
	publish_position(player, now_ticks);
	return AUDIO_STATUS_OK;
}

/* Of a stop that came before or during a suspend, nothing may be left to do when it goes on. */
static void end_stop_if_done(struct player *player)
{
	if (player->resume_to == PLAYER_RUNNING ||
	    (player->resume_to == PLAYER_DRAINING && pcm_source_left(&player->source)))
		return;
	player->resume_to = PLAYER_READY;
	player->position.running = 0;
	player->results.stopped = true;
}

static void stop_suspending(struct player *player, enum audio_stop_mode mode, uint64_t now_ticks)
{
	if (mode == AUDIO_STOP_ABORT) {
		if (player->state == PLAYER_SUSPENDING) {
			event_ring_poll(player->event_ring, now_ticks);
			iso_out_silence(&player->out, SILENCE);
			player->trailing_silence_tds = 0;
		}
		player->position.underruns += player->silent_intervals;
		player->resume_to = PLAYER_READY;
	} else if (player->resume_to == PLAYER_RUNNING) {
		pcm_source_mark_end(&player->source);
		player->resume_to = PLAYER_DRAINING;
	}
	player->silent_intervals = 0;
	if (player->state == PLAYER_SUSPENDED)
		end_stop_if_done(player);
	publish_position(player, now_ticks);
}

enum audio_control_status player_stop(struct player *player, enum audio_stop_mode mode, uint64_t now_ticks)
{
	if (mode != AUDIO_STOP_ABORT && mode != AUDIO_STOP_DRAIN)
		return AUDIO_STATUS_INVALID;
	switch (player->state) {
	case PLAYER_FREE:
		return AUDIO_STATUS_WRONG_STATE;
	case PLAYER_READY:
	case PLAYER_LOST:
		player->results.stopped = true;
		return AUDIO_STATUS_OK;
	case PLAYER_ABORTING:
		return AUDIO_STATUS_OK;
	case PLAYER_SUSPENDING:
	case PLAYER_SUSPENDED:
		stop_suspending(player, mode, now_ticks);
		return AUDIO_STATUS_OK;
	case PLAYER_RUNNING:
	case PLAYER_DRAINING:
		break;
	}
	if (mode == AUDIO_STOP_ABORT) {
		/* Samples that have been heard count as played. */
		event_ring_poll(player->event_ring, now_ticks);
		player->position.underruns += player->silent_intervals;
		iso_out_silence(&player->out, SILENCE);
		player->state = PLAYER_ABORTING;
	} else if (player->state == PLAYER_RUNNING) {
		pcm_source_mark_end(&player->source);
		player->state = PLAYER_DRAINING;
	}
	player->silent_intervals = 0;
	publish_position(player, now_ticks);
	return AUDIO_STATUS_OK;
}

enum audio_control_status player_suspend(struct player *player, uint64_t now_ticks)
{
	switch (player->state) {
	case PLAYER_FREE:
	case PLAYER_LOST:
		return AUDIO_STATUS_WRONG_STATE;
	case PLAYER_SUSPENDING:
	case PLAYER_SUSPENDED:
		return AUDIO_STATUS_OK;
	case PLAYER_READY:
		detach(player);
		player->state = PLAYER_SUSPENDED;
		player->resume_to = PLAYER_READY;
		return AUDIO_STATUS_OK;
	case PLAYER_RUNNING:
	case PLAYER_DRAINING:
		player->resume_to = player->state;
		player->trailing_silence_tds = TRAILING_SILENCE_UFRAMES / player->interval_uframes;
		break;
	case PLAYER_ABORTING:
		player->resume_to = PLAYER_READY;
		player->trailing_silence_tds = 0;
		break;
	}
	player->state = PLAYER_SUSPENDING;
	refill(player, now_ticks);
	return AUDIO_STATUS_OK;
}

/* The last transfer of a suspending player is done. */
static void finish_suspend(struct player *player)
{
	detach(player);
	player->state = PLAYER_SUSPENDED;
	end_stop_if_done(player);
}

enum audio_control_status player_resume(struct player *player, struct event_ring_pool *rings,
					const struct usb_endpoint_config *endpoint, uint64_t now_ticks)
{
	enum audio_control_status status;

	if (player->state != PLAYER_SUSPENDED)
		return AUDIO_STATUS_WRONG_STATE;
	status = check_endpoint(endpoint, player->usb_format);
	if (status == AUDIO_STATUS_OK)
		status = open_endpoint(player, rings, endpoint, player->clock.rate_hz,
				       player->source.device_frame_bytes);
	if (status != AUDIO_STATUS_OK)
		return status;
	/* The end of the endpoint before may still be told here: to a player that does not listen. */
	event_ring_poll(player->event_ring, now_ticks);
	player->state = player->resume_to;
	if (is_active(player)) {
		refill(player, now_ticks);
		publish_position(player, now_ticks);
	}
	return AUDIO_STATUS_OK;
}

void player_lose(struct player *player, enum audio_lost_reason reason, uint64_t now_ticks)
{
	platform_assert(reason <= AUDIO_LOST_ENDPOINT);
	if (player->state == PLAYER_FREE || player->state == PLAYER_LOST)
		return;
	detach(player);
	player->state = PLAYER_LOST;
	player->results.lost = true;
	player->results.lost_reason = reason;
	player->position.running = 0;
	publish_position(player, now_ticks);
}

void player_release(struct player *player, uint64_t now_ticks)
{
	if (player->position.running) {
		player->position.running = 0;
		publish_position(player, now_ticks);
	}
	detach(player);
	memset(player, 0, sizeof(*player));
}

/* Time has run out for the outstanding TDs: has the xHC gone past it, or is the endpoint dead? */
static void check_progress(struct player *player, uint64_t now_ticks)
{
	uint64_t waited_ticks = now_ticks - player->progress_ticks;
	uint64_t due_ticks = tds_to_ticks(player, player->out.outstanding);

	if (player->out.outstanding == 0)
		return;
	if (player->is_gone_past && waited_ticks > due_ticks + uframes_to_ticks(GONE_PAST_UFRAMES)) {
		player->position.played_frames += iso_out_retire_all(&player->out);
		player->progress_ticks = now_ticks;
		player->is_gone_past = false;
	} else if (waited_ticks > due_ticks + uframes_to_ticks(STALL_UFRAMES)) {
		player->is_failed = true;
	}
}

static bool has_finished(const struct player *player)
{
	if (player->out.outstanding || player->state == PLAYER_RUNNING)
		return false;
	if (player->state == PLAYER_SUSPENDING)
		return player->trailing_silence_tds == 0;
	return player->state == PLAYER_ABORTING || pcm_source_left(&player->source) == 0;
}

static uint64_t next_service_ticks(const struct player *player, uint64_t now_ticks)
{
	uint32_t outstanding = player->out.outstanding;
	bool adds = player->state == PLAYER_RUNNING ||
		    (player->state == PLAYER_DRAINING && pcm_source_left(&player->source)) ||
		    player->trailing_silence_tds;
	uint32_t tds = outstanding;

	if (adds && outstanding > player->low_water_tds)
		tds = outstanding - player->low_water_tds;
	else if (adds)
		tds = outstanding / 2;	/* out of samples: look for more soon */
	/*
	 * The event of the first transfer is the start latency: look for it often, and when it came is known. The
	 * bus's time goes by in microframes, so from the doorbell on: looking takes time, too.
	 */
	if (!player->position.first_frame_ticks) {
		uint64_t uframe_ticks = uframes_to_ticks(1);
		uint64_t uframes = (now_ticks - player->doorbell_ticks) / uframe_ticks + 1;

		return player->doorbell_ticks + uframes * uframe_ticks;
	}
	return now_ticks + tds_to_ticks(player, tds ? tds : 1);
}

uint64_t player_service(struct player *player, uint64_t now_ticks)
{
	if (!is_active(player))
		return PLAYER_NEVER;
	platform_assert(player->event_ring);
	event_ring_poll(player->event_ring, now_ticks);
	check_progress(player, now_ticks);
	if (player->is_failed) {
		player_lose(player, AUDIO_LOST_ENDPOINT, now_ticks);
		return PLAYER_NEVER;
	}
	if (player->state != PLAYER_ABORTING)
		refill(player, now_ticks);
	if (has_finished(player) && player->state == PLAYER_SUSPENDING) {
		finish_suspend(player);
	} else if (has_finished(player)) {
		player->state = PLAYER_READY;
		player->position.running = 0;
		player->results.stopped = true;
	}
	publish_position(player, now_ticks);
	return is_active(player) ? next_service_ticks(player, now_ticks) : PLAYER_NEVER;
}

struct player_results player_take_results(struct player *player)
{
	struct player_results results = player->results;

	memset(&player->results, 0, sizeof(player->results));
	return results;
}

bool player_uses_endpoint(const struct player *player)
{
	return player->event_ring != NULL;
}

bool player_is_suspending(const struct player *player)
{
	return player->state == PLAYER_SUSPENDING || player->state == PLAYER_SUSPENDED;
}
