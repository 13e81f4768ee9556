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
 * 2. A refill brings the packets outstanding to the stream's depth, and the next one is due when half are left: with
 *    16 ms, the DSP wakes 125 times a second. An application may keep less than that in flight. So where its samples
 *    end, silence is queued up to the least depth alone, and the DSP looks for samples each millisecond.
 *    An empty ring is filled before the xHC is told of it, as far as a millisecond suffices for writing: the ring
 *    cannot run empty meanwhile. The rest follows in batches, each as long as all before it, which the xHC sends while
 *    it is written.
 * 3. RUNNING always has TDs outstanding: silence if there are no samples. DRAINING ends with a short packet.
 * 4. A suspend plays the samples that have been taken out of the buffer, so the frame at which it goes on is
 *    taken_frames: nothing is lost or heard twice. Silence follows, as devices pass their last samples on late,
 *    and forget them when their interface is closed. SUSPENDED has no endpoint; the application's side of it is as
 *    it was.
 * 5. Frames are released when they are on the bus, and not when they are taken: an application that keeps little in
 *    flight would seem to have run out whenever the DSP has taken all of it.
 */
#include "player.h"

#include <string.h>

#include "../platform.h"

#define FIRST_BATCH_UFRAMES	USB_UFRAMES_PER_FRAME		/* rule 2: so long for writing it */
#define FIRST_BATCH_TDS		2u
#define USUAL_DEPTH_UFRAMES	(16u * USB_UFRAMES_PER_FRAME)
#define SILENCE			0		/* of every format in format.c */
#define TRAILING_SILENCE_UFRAMES (32u * USB_UFRAMES_PER_FRAME)	/* rule 4 */

static bool is_active(const struct player *player)
{
	return player->state == PLAYER_RUNNING || player->state == PLAYER_DRAINING ||
	       player->state == PLAYER_ABORTING || player->state == PLAYER_SUSPENDING;
}

static void set_state(struct player *player, enum player_state state)
{
	player->state = state;
	if (!is_active(player))
		playback_pipe_set_phase(&player->pipe, PLAYBACK_PIPE_IDLE);
	else if (state == PLAYER_RUNNING)
		playback_pipe_set_phase(&player->pipe, PLAYBACK_PIPE_RUNNING);
	else
		playback_pipe_set_phase(&player->pipe, PLAYBACK_PIPE_ENDING);
}

/* Has no START to forget: can be started and reconfigured. */
static bool is_ready(const struct player *player)
{
	return player->state == PLAYER_READY ||
	       (player->state == PLAYER_SUSPENDED && player->resume_to == PLAYER_READY);
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
	player->rate_hz = config->rate_hz;
	player->latency_us = config->latency_us;
	player->usb_format = config->usb_format;
	player->usb_channels = config->usb_channels;
}

/* As deep as usual, or less if the application wishes it. */
static uint32_t choose_depth(uint32_t latency_us)
{
	uint32_t latency_uframes = latency_us / (1000000u / USB_UFRAMES_PER_SECOND);

	return latency_us && latency_uframes < USUAL_DEPTH_UFRAMES ? latency_uframes : USUAL_DEPTH_UFRAMES;
}

/* The device's side. */
static enum audio_control_status open_pipe(struct player *player, struct event_ring_pool *rings,
					   const struct usb_endpoint_config *endpoint)
{
	enum audio_control_status status;

	status = playback_pipe_open(&player->pipe, rings, endpoint, player->usb_format, player->usb_channels,
				    player->rate_hz, &player->position);
	if (status == AUDIO_STATUS_OK)
		playback_pipe_set_depth(&player->pipe, choose_depth(player->latency_us));
	return status;
}

uint32_t player_transfer_buffer_bytes(const struct stream_config *config)
{
	return playback_pipe_buffer_bytes(config);
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

	memset(player, 0, sizeof(*player));
	source_init(player, config);
	status = open_pipe(player, rings, endpoint);
	if (status != AUDIO_STATUS_OK) {
		memset(player, 0, sizeof(*player));
		return status;
	}
	set_state(player, PLAYER_READY);
	return AUDIO_STATUS_OK;
}

enum audio_control_status player_reconfigure(struct player *player, const struct stream_config *config)
{
	enum audio_control_status status = stream_config_check(config);

	if (!is_ready(player))
		return AUDIO_STATUS_WRONG_STATE;
	if (status != AUDIO_STATUS_OK)
		return status;
	if (config->rate_hz != player->rate_hz || config->usb_format != player->usb_format ||
	    config->usb_channels != player->usb_channels)
		return AUDIO_STATUS_UNSUPPORTED;
	source_init(player, config);
	if (playback_pipe_is_open(&player->pipe))
		playback_pipe_set_depth(&player->pipe, choose_depth(player->latency_us));
	return AUDIO_STATUS_OK;
}

/* Whether @left samples do not fill a packet. Mostly there are far more, so the clock is not asked for each packet. */
static bool is_less_than_packet(const struct player *player, uint32_t left)
{
	const struct packet_clock *clock = &player->pipe.clock;

	return left < clock->max_frames && left < packet_clock_peek(clock);
}

/* Whether a refill ends with the packet that is about to be queued, with @left samples after it. See is_enough(). */
static bool is_last(const struct player *player, uint32_t left)
{
	if (player->state == PLAYER_DRAINING)
		return left == 0;
	return player->pipe.out.outstanding + 1 >= player->pipe.least_tds && is_less_than_packet(player, left);
}

/*
 * Fills the next packet buffer and queues its TD. @left: samples that there are. If they do not fill it, silence does,
 * but the last one of a DRAIN is sent short: the device gets no more than was written.
 */
static uint32_t queue_interval(struct player *player, uint32_t left)
{
	struct pcm_source *source = &player->source;
	uint32_t frames = playback_pipe_frames(&player->pipe);
	uint32_t taken = left < frames ? left : frames;
	uint8_t *packet_buffer = playback_pipe_packet_buffer(&player->pipe);
	uint32_t taken_bytes = taken * source->device_frame_bytes;

	pcm_source_take(source, packet_buffer, taken);
	if (taken) {
		/* The silence before these samples was a gap in them. */
		player->position.underruns += player->silent_intervals;
		player->silent_intervals = 0;
	}
	if (taken < frames && player->state == PLAYER_DRAINING) {
		frames = taken;
	} else if (taken < frames) {
		memset(packet_buffer + taken_bytes, SILENCE, (frames - taken) * source->device_frame_bytes);
		player->silent_intervals++;
		player->gap_frames = source->taken_frames;
	}
	left -= taken;
	playback_pipe_queue(&player->pipe, frames, taken, is_last(player, left));
	return left;
}

/* Rule 2. May the batch that is being written end here? Its last packet has to report. */
static bool is_batch_full(const struct playback_pipe *pipe, uint32_t least_tds, uint64_t start_ticks)
{
	return pipe->out.outstanding >= least_tds && pipe->since_report_tds == 0 &&
	       platform_ticks() - start_ticks >= usb_uframes_to_ticks(FIRST_BATCH_UFRAMES);
}

/* Rule 2. Nothing follows the end of a DRAIN; and part of a packet waits for the rest, as long as there is time. */
static bool is_enough(const struct player *player, uint32_t left)
{
	if (player->state == PLAYER_DRAINING)
		return left == 0;
	return player->pipe.out.outstanding >= player->pipe.least_tds && is_less_than_packet(player, left);
}

static void queue_samples(struct player *player)
{
	struct playback_pipe *pipe = &player->pipe;
	uint32_t batch_tds = pipe->out.outstanding ? pipe->td_limit : FIRST_BATCH_TDS;
	uint32_t left = pcm_source_look(&player->source);
	uint64_t start_ticks = platform_ticks();

	while (pipe->out.outstanding < pipe->td_limit) {
		if (is_enough(player, left))
			break;
		left = queue_interval(player, left);
		if (is_batch_full(pipe, batch_tds, start_ticks)) {
			playback_pipe_publish(pipe);
			batch_tds = 2 * pipe->out.outstanding;
		}
	}
}

/* Rule 4. */
static void queue_trailing_silence(struct player *player)
{
	struct playback_pipe *pipe = &player->pipe;

	while (player->trailing_silence_tds && pipe->out.outstanding < pipe->td_limit) {
		uint32_t frames = playback_pipe_frames(pipe);

		player->trailing_silence_tds--;
		memset(playback_pipe_packet_buffer(pipe), SILENCE, frames * pipe->frame_bytes);
		playback_pipe_queue(pipe, frames, 0, player->trailing_silence_tds == 0);
	}
}

/* Rule 2. */
static void refill(struct player *player, uint64_t now_ticks)
{
	struct playback_pipe *pipe = &player->pipe;

	if (pipe->out.outstanding > pipe->low_water_tds && player->state == PLAYER_RUNNING)
		return;
	playback_pipe_begin_refill(pipe, now_ticks);
	if (player->state == PLAYER_SUSPENDING)
		queue_trailing_silence(player);
	else
		queue_samples(player);
	playback_pipe_publish(pipe);
	playback_pipe_request_feedback(pipe);
}

/* Rule 5. */
static void release(struct player *player)
{
	struct pcm_source *source = &player->source;
	uint64_t before_frames = source->released_frames;
	uint32_t periods = pcm_source_release(source, player->position.bus_frames);

	if (!player->no_period_wakeup)
		player->results.periods_elapsed += periods;
	if (source->released_frames != before_frames && source->released_frames == source->taken_frames &&
	    pcm_source_left(source) == 0)
		player->results.ran_out = true;
}

static void publish_position(struct player *player, uint64_t now_ticks)
{
	player->position.taken_frames = player->source.taken_frames;
	player->position.released_frames = player->source.released_frames;
	/* A frame behind the last gap is not on the bus before the gap is. */
	player->position.steady_frames = player->position.bus_frames <= player->gap_frames ? player->gap_frames :
											     player->source.taken_frames;
	player->position.depth_frames = player->pipe.depth_frames;
	player->position.interval_uframes = player->pipe.interval_uframes;
	position_publish(&player->position, now_ticks);
}

enum audio_control_status player_start(struct player *player, uint64_t now_ticks)
{
	if (!is_ready(player))
		return AUDIO_STATUS_WRONG_STATE;
	/* Events that an earlier run has left go to a player that does not listen. */
	if (playback_pipe_is_open(&player->pipe))
		playback_pipe_poll(&player->pipe, now_ticks);
	playback_pipe_restart(&player->pipe);
	pcm_source_restart(&player->source);
	position_restart(&player->position);
	/* The run before is over, and so are its results. */
	player->results = (struct stream_results){ 0 };
	player->silent_intervals = 0;
	player->gap_frames = 0;
	player->position.running = 1;
	if (player->state == PLAYER_SUSPENDED) {
		player->resume_to = PLAYER_RUNNING;
	} else {
		set_state(player, PLAYER_RUNNING);
		player->position.start_ticks = now_ticks;
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
			playback_pipe_poll(&player->pipe, now_ticks);
			playback_pipe_silence(&player->pipe, SILENCE);
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
		playback_pipe_poll(&player->pipe, now_ticks);
		player->position.underruns += player->silent_intervals;
		playback_pipe_silence(&player->pipe, SILENCE);
		set_state(player, PLAYER_ABORTING);
	} else if (player->state == PLAYER_RUNNING) {
		pcm_source_mark_end(&player->source);
		set_state(player, PLAYER_DRAINING);
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
		playback_pipe_close(&player->pipe);
		set_state(player, PLAYER_SUSPENDED);
		player->resume_to = PLAYER_READY;
		return AUDIO_STATUS_OK;
	case PLAYER_RUNNING:
	case PLAYER_DRAINING:
		player->resume_to = player->state;
		player->trailing_silence_tds = TRAILING_SILENCE_UFRAMES / player->pipe.interval_uframes;
		break;
	case PLAYER_ABORTING:
		player->resume_to = PLAYER_READY;
		player->trailing_silence_tds = 0;
		break;
	}
	set_state(player, PLAYER_SUSPENDING);
	refill(player, now_ticks);
	return AUDIO_STATUS_OK;
}

/* The last transfer of a suspending player is done. */
static void finish_suspend(struct player *player)
{
	playback_pipe_close(&player->pipe);
	set_state(player, PLAYER_SUSPENDED);
	end_stop_if_done(player);
}

enum audio_control_status player_resume(struct player *player, struct event_ring_pool *rings,
					const struct usb_endpoint_config *endpoint, uint64_t now_ticks)
{
	enum audio_control_status status;

	if (player->state != PLAYER_SUSPENDED)
		return AUDIO_STATUS_WRONG_STATE;
	status = open_pipe(player, rings, endpoint);
	if (status != AUDIO_STATUS_OK)
		return status;
	/* The end of the endpoint before may still be told here: to a player that does not listen. */
	playback_pipe_poll(&player->pipe, now_ticks);
	set_state(player, player->resume_to);
	if (is_active(player)) {
		if (!player->position.start_ticks)
			player->position.start_ticks = now_ticks;
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
	playback_pipe_close(&player->pipe);
	set_state(player, PLAYER_LOST);
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
	playback_pipe_close(&player->pipe);
	memset(player, 0, sizeof(*player));
}

static bool has_finished(const struct player *player)
{
	if (player->pipe.out.outstanding || player->state == PLAYER_RUNNING)
		return false;
	if (player->state == PLAYER_SUSPENDING)
		return player->trailing_silence_tds == 0;
	return player->state == PLAYER_ABORTING || pcm_source_left(&player->source) == 0;
}

/* Packets until the next period is complete, rounded up to one that reports. */
static uint32_t tds_to_period(const struct player *player)
{
	const struct playback_pipe *pipe = &player->pipe;
	uint32_t frames = pipe->clock.nominal_frames ? pipe->clock.nominal_frames : 1;
	uint32_t tds = (player->source.period_left_frames + frames - 1) / frames;

	return (tds + pipe->report_every_tds - 1) / pipe->report_every_tds * pipe->report_every_tds;
}

static uint64_t next_service_ticks(const struct player *player, uint64_t now_ticks)
{
	const struct playback_pipe *pipe = &player->pipe;
	uint32_t outstanding = pipe->out.outstanding;
	bool adds = player->state == PLAYER_RUNNING ||
		    (player->state == PLAYER_DRAINING && pcm_source_left(&player->source)) ||
		    player->trailing_silence_tds;
	uint32_t left_tds = 0;

	if (!player->position.first_frame_ticks)
		return playback_pipe_first_look_ticks(pipe, now_ticks);
	if (adds && outstanding > pipe->low_water_tds)
		left_tds = pipe->low_water_tds;
	else if (adds)		/* out of samples: look for more soon */
		left_tds = outstanding > pipe->least_tds ? outstanding - pipe->report_every_tds : pipe->guard_tds;
	if (!player->no_period_wakeup && outstanding > tds_to_period(player) &&
	    left_tds < outstanding - tds_to_period(player))
		left_tds = outstanding - tds_to_period(player);
	return playback_pipe_look_ticks(pipe, left_tds, now_ticks);
}

uint64_t player_service(struct player *player, uint64_t now_ticks)
{
	if (!is_active(player))
		return PLAYER_NEVER;
	playback_pipe_poll(&player->pipe, now_ticks);
	if (!playback_pipe_check(&player->pipe, now_ticks)) {
		player_lose(player, AUDIO_LOST_ENDPOINT, now_ticks);
		return PLAYER_NEVER;
	}
	if (player->state != PLAYER_ABORTING)
		refill(player, now_ticks);
	release(player);
	if (has_finished(player) && player->state == PLAYER_SUSPENDING) {
		finish_suspend(player);
	} else if (has_finished(player)) {
		set_state(player, PLAYER_READY);
		player->position.running = 0;
		player->results.stopped = true;
	}
	publish_position(player, now_ticks);
	return is_active(player) ? next_service_ticks(player, now_ticks) : PLAYER_NEVER;
}

struct stream_results player_take_results(struct player *player)
{
	struct stream_results results = player->results;

	memset(&player->results, 0, sizeof(player->results));
	return results;
}

bool player_uses_endpoint(const struct player *player)
{
	return playback_pipe_is_open(&player->pipe);
}

bool player_is_suspending(const struct player *player)
{
	return player->state == PLAYER_SUSPENDING || player->state == PLAYER_SUSPENDED;
}
