// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The recorder of a capture stream: its state machine.
 *
 *	FREE --setup--> READY --start--> RUNNING --stop--> STOPPING --last TD done--> READY
 *	READY .. STOPPING --suspend--> SUSPENDING --last TD done--> SUSPENDED --resume--> READY or RUNNING
 *	any but FREE --the AP's word, or an event that ends the endpoint--> LOST
 *	any --release--> FREE
 *
 * 1. Only the message loop runs this code; nothing here is touched by an interrupt.
 * 2. RUNNING looks for samples when half of the TDs are done, every 8 ms; or when the next period is complete, or four
 *    times a buffer, if that is earlier. It refills the ring each time. For an application that wants no period
 *    wake-ups, its period does not count.
 * 3. A TD cannot be taken back (iso_out.c, rule 5), so a stop waits for the last one, but no samples are taken any
 *    more.
 * 4. A suspend records the transfers that are queued already and then leaves frames out: those between the last packet
 *    before it and the first one after it. It goes on at taken_frames, and gap_frames says how many are missing there.
 */
#include "recorder.h"

#include <string.h>

#include "../platform.h"
#include "format.h"

#define POLL_UFRAMES		(8u * USB_UFRAMES_PER_FRAME)
#define MIN_POLL_UFRAMES	USB_UFRAMES_PER_FRAME
#define FIRST_UFRAMES		(4u * USB_UFRAMES_PER_FRAME)

static bool is_active(const struct recorder *recorder)
{
	return recorder->state == RECORDER_RUNNING || recorder->state == RECORDER_STOPPING ||
	       recorder->state == RECORDER_SUSPENDING;
}

static void set_state(struct recorder *recorder, enum recorder_state state)
{
	recorder->state = state;
	if (!is_active(recorder))
		capture_pipe_set_phase(&recorder->pipe, CAPTURE_PIPE_IDLE);
	else if (state == RECORDER_RUNNING)
		capture_pipe_set_phase(&recorder->pipe, CAPTURE_PIPE_RUNNING);
	else if (state == RECORDER_SUSPENDING && recorder->resumes_running)
		capture_pipe_set_phase(&recorder->pipe, CAPTURE_PIPE_ENDING);
	else
		capture_pipe_set_phase(&recorder->pipe, CAPTURE_PIPE_DISCARDING);
}

/* Has no START to forget: can be started and reconfigured. */
static bool is_ready(const struct recorder *recorder)
{
	return recorder->state == RECORDER_READY ||
	       (recorder->state == RECORDER_SUSPENDED && !recorder->resumes_running);
}

/* Rule 2. */
static uint32_t find_poll_uframes(const struct stream_config *config, const struct pcm_sink *sink)
{
	uint64_t uframes = POLL_UFRAMES, buffer_uframes, latency_uframes;

	buffer_uframes = (uint64_t)sink->buffer_frames * USB_UFRAMES_PER_SECOND / config->rate_hz / 4;
	if (buffer_uframes < uframes)
		uframes = buffer_uframes;
	latency_uframes = (uint64_t)config->latency_us * USB_UFRAMES_PER_SECOND / 1000000u;
	if (config->latency_us && latency_uframes < uframes)
		uframes = latency_uframes;
	return uframes < MIN_POLL_UFRAMES ? MIN_POLL_UFRAMES : (uint32_t)uframes;
}

static void init(struct recorder *recorder, const struct stream_config *config)
{
	recorder->config = *config;
	pcm_sink_init(&recorder->sink, config);
	position_init(&recorder->position, &config->shared->dsp);
	recorder->poll_uframes = find_poll_uframes(config, &recorder->sink);
}

static enum audio_control_status open_pipe(struct recorder *recorder, struct event_ring_pool *rings,
					   const struct usb_endpoint_config *endpoint)
{
	return capture_pipe_open(&recorder->pipe, rings, endpoint, &recorder->config, &recorder->sink,
				 &recorder->position);
}

uint32_t recorder_transfer_buffer_bytes(const struct stream_config *config)
{
	return capture_pipe_buffer_bytes(config);
}

enum audio_control_status recorder_setup(struct recorder *recorder, struct event_ring_pool *rings,
					 const struct stream_config *config,
					 const struct usb_endpoint_config *endpoint)
{
	enum audio_control_status status;

	if (recorder->state != RECORDER_FREE)
		return AUDIO_STATUS_WRONG_STATE;
	status = stream_config_check(config);
	if (status != AUDIO_STATUS_OK)
		return status;

	memset(recorder, 0, sizeof(*recorder));
	init(recorder, config);
	status = open_pipe(recorder, rings, endpoint);
	if (status != AUDIO_STATUS_OK) {
		memset(recorder, 0, sizeof(*recorder));
		return status;
	}
	set_state(recorder, RECORDER_READY);
	return AUDIO_STATUS_OK;
}

enum audio_control_status recorder_reconfigure(struct recorder *recorder, const struct stream_config *config)
{
	enum audio_control_status status = stream_config_check(config);

	if (!is_ready(recorder))
		return AUDIO_STATUS_WRONG_STATE;
	if (status != AUDIO_STATUS_OK)
		return status;
	if (config->rate_hz != recorder->config.rate_hz || config->usb_format != recorder->config.usb_format ||
	    config->usb_channels != recorder->config.usb_channels)
		return AUDIO_STATUS_UNSUPPORTED;
	init(recorder, config);
	return AUDIO_STATUS_OK;
}

static void publish_position(struct recorder *recorder, uint64_t now_ticks)
{
	struct position *position = &recorder->position;

	position->taken_frames = recorder->sink.taken_frames;
	position->released_frames = recorder->sink.taken_frames;
	position->depth_frames = recorder->pipe.depth_frames;
	position->interval_uframes = recorder->pipe.interval_uframes;
	position_publish(position, now_ticks);
}

/* The rest follows in the next service, which is due at once. */
static void queue_first(struct recorder *recorder, uint64_t now_ticks)
{
	uint32_t tds = FIRST_UFRAMES / recorder->pipe.interval_uframes;

	if (tds > recorder->pipe.td_limit)
		tds = recorder->pipe.td_limit;
	if (!recorder->position.start_ticks)
		recorder->position.start_ticks = now_ticks;
	capture_pipe_refill(&recorder->pipe, tds, now_ticks);
}

enum audio_control_status recorder_start(struct recorder *recorder, uint64_t now_ticks)
{
	if (!is_ready(recorder))
		return AUDIO_STATUS_WRONG_STATE;
	/* Events that an earlier run has left go to a recorder that does not listen. */
	if (capture_pipe_is_open(&recorder->pipe))
		capture_pipe_poll(&recorder->pipe, now_ticks);
	capture_pipe_restart(&recorder->pipe);
	pcm_sink_restart(&recorder->sink);
	position_restart(&recorder->position);
	/* The run before is over, and so are its results. */
	recorder->results = (struct stream_results){ 0 };
	recorder->gap_start_ticks = 0;
	recorder->position.running = 1;
	if (recorder->state == RECORDER_SUSPENDED) {
		recorder->resumes_running = true;
	} else {
		set_state(recorder, RECORDER_RUNNING);
		queue_first(recorder, now_ticks);
	}
	publish_position(recorder, now_ticks);
	return AUDIO_STATUS_OK;
}

/* Reads events, and the results that follow from them. */
static void poll(struct recorder *recorder, uint64_t now_ticks)
{
	uint32_t periods;

	capture_pipe_poll(&recorder->pipe, now_ticks);
	periods = capture_pipe_take_periods(&recorder->pipe);
	if (!recorder->config.no_period_wakeup)
		recorder->results.periods_elapsed += periods;
}

static void finish_stop(struct recorder *recorder)
{
	recorder->position.running = 0;
	recorder->results.stopped = true;
}

enum audio_control_status recorder_stop(struct recorder *recorder, enum audio_stop_mode mode, uint64_t now_ticks)
{
	if (mode != AUDIO_STOP_ABORT && mode != AUDIO_STOP_DRAIN)
		return AUDIO_STATUS_INVALID;
	switch (recorder->state) {
	case RECORDER_FREE:
		return AUDIO_STATUS_WRONG_STATE;
	case RECORDER_READY:
	case RECORDER_LOST:
		recorder->results.stopped = true;
		return AUDIO_STATUS_OK;
	case RECORDER_STOPPING:
		return AUDIO_STATUS_OK;
	case RECORDER_SUSPENDED:
		recorder->resumes_running = false;
		finish_stop(recorder);
		break;
	case RECORDER_RUNNING:
	case RECORDER_SUSPENDING:
		poll(recorder, now_ticks);
		capture_pipe_end(&recorder->pipe);
		recorder->resumes_running = false;
		set_state(recorder, recorder->state == RECORDER_RUNNING ? RECORDER_STOPPING : RECORDER_SUSPENDING);
		break;
	}
	publish_position(recorder, now_ticks);
	return AUDIO_STATUS_OK;
}

enum audio_control_status recorder_suspend(struct recorder *recorder, uint64_t now_ticks)
{
	(void)now_ticks;
	switch (recorder->state) {
	case RECORDER_FREE:
	case RECORDER_LOST:
		return AUDIO_STATUS_WRONG_STATE;
	case RECORDER_SUSPENDING:
	case RECORDER_SUSPENDED:
		return AUDIO_STATUS_OK;
	case RECORDER_READY:
		recorder->resumes_running = false;
		capture_pipe_close(&recorder->pipe);
		set_state(recorder, RECORDER_SUSPENDED);
		return AUDIO_STATUS_OK;
	case RECORDER_RUNNING:
	case RECORDER_STOPPING:
		recorder->resumes_running = recorder->state == RECORDER_RUNNING;
		break;
	}
	set_state(recorder, RECORDER_SUSPENDING);
	return AUDIO_STATUS_OK;
}

/* The last transfer of a suspending recorder is done. */
static void finish_suspend(struct recorder *recorder)
{
	capture_pipe_end(&recorder->pipe);
	/* A suspend may come before the end of the one before is seen. */
	if (!recorder->gap_start_ticks)
		recorder->gap_start_ticks = recorder->pipe.progress_ticks;
	capture_pipe_close(&recorder->pipe);
	set_state(recorder, RECORDER_SUSPENDED);
	if (!recorder->resumes_running)
		finish_stop(recorder);
}

enum audio_control_status recorder_resume(struct recorder *recorder, struct event_ring_pool *rings,
					  const struct usb_endpoint_config *endpoint, uint64_t now_ticks)
{
	enum audio_control_status status;

	if (recorder->state != RECORDER_SUSPENDED)
		return AUDIO_STATUS_WRONG_STATE;
	status = open_pipe(recorder, rings, endpoint);
	if (status != AUDIO_STATUS_OK)
		return status;
	/* The end of the endpoint before may still be told here: to a recorder that does not listen. */
	capture_pipe_poll(&recorder->pipe, now_ticks);
	set_state(recorder, recorder->resumes_running ? RECORDER_RUNNING : RECORDER_READY);
	if (recorder->state == RECORDER_RUNNING) {
		queue_first(recorder, now_ticks);
		publish_position(recorder, now_ticks);
	}
	return AUDIO_STATUS_OK;
}

void recorder_lose(struct recorder *recorder, enum audio_lost_reason reason, uint64_t now_ticks)
{
	platform_assert(reason <= AUDIO_LOST_ENDPOINT);
	if (recorder->state == RECORDER_FREE || recorder->state == RECORDER_LOST)
		return;
	capture_pipe_close(&recorder->pipe);
	set_state(recorder, RECORDER_LOST);
	recorder->results.lost = true;
	recorder->results.lost_reason = reason;
	recorder->position.running = 0;
	publish_position(recorder, now_ticks);
}

void recorder_release(struct recorder *recorder, uint64_t now_ticks)
{
	if (recorder->position.running) {
		recorder->position.running = 0;
		publish_position(recorder, now_ticks);
	}
	capture_pipe_close(&recorder->pipe);
	memset(recorder, 0, sizeof(*recorder));
}

static uint64_t ticks_to_frames(uint64_t ticks, uint32_t rate_hz)
{
	uint32_t second = platform_ticks_per_second();

	return ticks / second * rate_hz + ticks % second * rate_hz / second;
}

/* Rule 4. The first packet had been recorded for one interval when it came. */
static void account_gap(struct recorder *recorder)
{
	uint64_t start_ticks = recorder->gap_start_ticks, end_ticks = recorder->pipe.first_event_ticks;
	uint64_t interval_ticks = usb_uframes_to_ticks(recorder->pipe.interval_uframes);

	if (!start_ticks || !end_ticks || recorder->state != RECORDER_RUNNING)
		return;
	recorder->gap_start_ticks = 0;
	if (end_ticks > start_ticks + interval_ticks)
		recorder->position.gap_frames += ticks_to_frames(end_ticks - interval_ticks - start_ticks,
								 recorder->config.rate_hz);
}

/*
 * Rule 2: how long until the packet that completes the period has come. All packets until now have been taken, so one
 * comes in each interval from here on.
 */
static uint32_t period_due_uframes(const struct recorder *recorder)
{
	const struct packet_clock *clock = &recorder->pipe.clock;
	uint32_t per_interval = clock->nominal_frames ? clock->nominal_frames : 1;

	return (recorder->sink.period_left_frames + per_interval - 1) / per_interval * recorder->pipe.interval_uframes;
}

static uint32_t next_look_uframes(const struct recorder *recorder)
{
	uint32_t queued_uframes = recorder->pipe.in.outstanding * recorder->pipe.interval_uframes;
	uint32_t due_uframes = recorder->config.no_period_wakeup ? UINT32_MAX : period_due_uframes(recorder);
	uint32_t uframes = due_uframes < queued_uframes / 2 ? due_uframes : queued_uframes / 2;

	return recorder->poll_uframes < uframes ? recorder->poll_uframes : uframes;
}

static uint64_t next_service_ticks(const struct recorder *recorder, uint64_t now_ticks)
{
	uint32_t uframes;

	if (!recorder->pipe.first_event_ticks)
		return capture_pipe_first_look_ticks(&recorder->pipe, now_ticks);
	/* The time of the last packet before a suspend is where the gap begins. */
	if (recorder->state == RECORDER_SUSPENDING)
		uframes = MIN_POLL_UFRAMES;
	else if (recorder->state == RECORDER_STOPPING)
		uframes = recorder->pipe.in.outstanding * recorder->pipe.interval_uframes;
	else
		uframes = next_look_uframes(recorder);
	return now_ticks + usb_uframes_to_ticks(uframes ? uframes : recorder->pipe.interval_uframes);
}

static void finish(struct recorder *recorder)
{
	if (recorder->state == RECORDER_SUSPENDING) {
		finish_suspend(recorder);
	} else {
		set_state(recorder, RECORDER_READY);
		finish_stop(recorder);
	}
}

uint64_t recorder_service(struct recorder *recorder, uint64_t now_ticks)
{
	if (!is_active(recorder))
		return RECORDER_NEVER;
	poll(recorder, now_ticks);
	if (!capture_pipe_check(&recorder->pipe, now_ticks)) {
		recorder_lose(recorder, AUDIO_LOST_ENDPOINT, now_ticks);
		return RECORDER_NEVER;
	}
	account_gap(recorder);
	if (recorder->state == RECORDER_RUNNING)
		capture_pipe_refill(&recorder->pipe, recorder->pipe.td_limit, now_ticks);
	else if (recorder->pipe.in.outstanding == 0)
		finish(recorder);
	recorder->results.ran_out |= pcm_sink_take_full(&recorder->sink);
	publish_position(recorder, now_ticks);
	return is_active(recorder) ? next_service_ticks(recorder, now_ticks) : RECORDER_NEVER;
}

struct stream_results recorder_take_results(struct recorder *recorder)
{
	struct stream_results results = recorder->results;

	memset(&recorder->results, 0, sizeof(recorder->results));
	return results;
}

bool recorder_uses_endpoint(const struct recorder *recorder)
{
	return capture_pipe_is_open(&recorder->pipe);
}

bool recorder_is_suspending(const struct recorder *recorder)
{
	return recorder->state == RECORDER_SUSPENDING || recorder->state == RECORDER_SUSPENDED;
}
