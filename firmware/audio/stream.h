/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A playback stream: from the application's PCM buffer to the USB device.
 *
 * The control channel's code calls these functions; all are called from the one message loop, none
 * blocks, none allocates. stream.c tells the states. How to use it:
 *
 *	event_ring_pool, zeroed, one for all streams
 *	stream_setup()	-> READY. Parameters and endpoint are checked here; nothing runs yet.
 *	stream_start()	-> RUNNING. The first transfers are on the ring and the doorbell has rung.
 *	stream_service() at the tick it asked for, or at any time before; then stream_take_results()
 *	stream_stop()	-> DRAINING or ABORTING, until the results say `stopped`: READY again
 *	stream_pause()	-> PAUSING, until the results say `paused`: the endpoint is not touched any more
 *	stream_resume()	goes on with another endpoint, at the frame where the pause began
 *	stream_release() -> FREE, from any state: the memory is not touched any more
 */
#ifndef LULLABY_AUDIO_STREAM_H
#define LULLABY_AUDIO_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../usb/endpoint.h"
#include "../usb/event_ring.h"
#include "../usb/feedback_in.h"
#include "../usb/iso_out.h"
#include "../usb/packet_clock.h"
#include "pcm_source.h"
#include "position.h"
#include "stream_config.h"

#define STREAM_NEVER	UINT64_MAX	/* stream_service(): no need to call again before something is asked for */

/**
 * struct stream_results - what happened since it was last asked
 * @periods_elapsed: periods that queued_frames has crossed; 0 with no_period_wakeup
 * @ran_dry: the last sample there is has been taken (once each time)
 * @stopped: a stop has been completed, and the stream can be started again
 * @paused: a pause has begun: the endpoint's memory is not touched any more
 * @lost: the endpoint is gone; only stream_release() is left. It comes once; a stop under way ends with it.
 * @lost_reason: enum audio_lost_reason, if @lost
 */
struct stream_results {
	uint32_t periods_elapsed;
	bool ran_dry;
	bool stopped;
	bool paused;
	bool lost;
	uint32_t lost_reason;
};

enum stream_state {
	STREAM_FREE,
	STREAM_READY,
	STREAM_RUNNING,
	STREAM_DRAINING,
	STREAM_ABORTING,
	STREAM_PAUSING,
	STREAM_PAUSED,
	STREAM_LOST,
};

/**
 * struct stream - a stream; all zero is FREE. Its fields are private to stream.c.
 * @state: enum stream_state
 * @resume_to: PAUSING, PAUSED: READY, RUNNING or DRAINING, where the stream goes on
 * @tail_tds: PAUSING: TDs of silence that are still to be queued
 * @source: the application's samples
 * @clock: frames per service interval
 * @out: transfers on the data endpoint
 * @feedback: transfers on the feedback endpoint, if @has_feedback
 * @position: what the AP sees
 * @event_ring: shared with other streams of the device
 * @results: not yet taken
 * @slot_id: device slot
 * @data_endpoint_id: of the data endpoint
 * @sync_endpoint_id: of the feedback endpoint
 * @has_feedback: whether the device has an explicit feedback endpoint
 * @no_period_wakeup: never report elapsed periods
 * @usb_format: enum uaudio_format on the bus
 * @usb_channels: on the bus
 * @interval_uframes: service interval
 * @report_every_tds: one TD in so many asks for an event
 * @since_report_tds: TDs queued after the last one that did
 * @td_limit: TDs outstanding after a refill
 * @low_water_tds: a refill is due when so many are left
 * @silent_intervals: intervals without enough samples that are no underruns yet
 * @is_failed: an event said that the endpoint is gone
 * @is_gone_past: an event said that TDs were missed, but not which, and no TD was retired since
 * @progress_ticks: when a TD was last retired, or queued on an empty ring
 * @doorbell_ticks: when transfers were last published, before the event of the first since START
 * @refused_feedback: feedback values that no device with this rate can mean
 */
struct stream {
	enum stream_state state;
	enum stream_state resume_to;
	uint32_t tail_tds;
	struct pcm_source source;
	struct packet_clock clock;
	struct iso_out out;
	struct feedback_in feedback;
	struct position position;
	struct event_ring *event_ring;
	struct stream_results results;
	uint32_t slot_id;
	uint32_t data_endpoint_id;
	uint32_t sync_endpoint_id;
	bool has_feedback;
	bool no_period_wakeup;
	uint32_t usb_format;
	uint32_t usb_channels;
	uint32_t interval_uframes;
	uint32_t report_every_tds;
	uint32_t since_report_tds;
	uint32_t td_limit;
	uint32_t low_water_tds;
	uint32_t silent_intervals;
	bool is_failed;
	bool is_gone_past;
	uint64_t progress_ticks;
	uint64_t doorbell_ticks;
	uint32_t refused_feedback;
};

/**
 * stream_transfer_buffer_bytes() - what to ask of the AP's USB service as xfer_buff_size
 * @config: checked by stream_config_check()
 *
 * Return: bytes that hold all transfers ahead, whatever the device's service interval.
 */
uint32_t stream_transfer_buffer_bytes(const struct stream_config *config);

/**
 * stream_setup() - prepare a stream
 * @stream: FREE; on failure it stays so
 * @rings: the pool of event rings, the same for all streams
 * @config: untrusted
 * @endpoint: untrusted; it describes a running interrupter and an endpoint on whose ring nothing is queued
 *
 * Return: AUDIO_STATUS_OK; AUDIO_STATUS_WRONG_STATE; AUDIO_STATUS_INVALID: a field contradicts another;
 * AUDIO_STATUS_UNSUPPORTED: formats do not convert, or the endpoint cannot carry them;
 * AUDIO_STATUS_NO_MEMORY: the event ring or transfer buffer cannot take this stream.
 */
enum audio_control_status stream_setup(struct stream *stream, struct event_ring_pool *rings,
				       const struct stream_config *config,
				       const struct usb_endpoint_config *endpoint);

/**
 * stream_reconfigure() - replace the application's side of a READY stream, with the same USB format
 * @stream: READY, or PAUSED since it was READY
 * @config: untrusted; rate_hz, usb_format and usb_channels are those of stream_setup()
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE, AUDIO_STATUS_INVALID; AUDIO_STATUS_UNSUPPORTED: the
 * device's side would change: release, and set up anew.
 */
enum audio_control_status stream_reconfigure(struct stream *stream, const struct stream_config *config);

/**
 * stream_start() - queue the first transfers; position and counters start from 0
 * @stream: READY, or PAUSED since it was READY: then it begins when it is resumed
 * @now_ticks: platform_ticks()
 *
 * Results of the run before that have not been taken are forgotten; that a pause has begun is not.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE.
 */
enum audio_control_status stream_start(struct stream *stream, uint64_t now_ticks);

/**
 * stream_stop() - end what stream_start() began
 * @stream: RUNNING, DRAINING, ABORTING or PAUSING; READY and LOST are stopped at once. PAUSED is, unless a DRAIN has
 *	samples left: these are played when it is resumed
 * @mode: DRAIN plays what the application has written so far; ABORT silences all but what is on the bus just now
 * @now_ticks: platform_ticks()
 *
 * Its completion is in the results, never before this returns. An ABORT overtakes a DRAIN.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE, AUDIO_STATUS_INVALID (mode).
 */
enum audio_control_status stream_stop(struct stream *stream, enum audio_stop_mode mode, uint64_t now_ticks);

/**
 * stream_pause() - come to rest at a frame, and let go of the endpoint
 * @stream: READY, RUNNING, DRAINING or ABORTING; PAUSING and PAUSED stay so
 * @now_ticks: platform_ticks()
 *
 * What has been taken out of the buffer is played, and a little silence after it; nothing else is taken. The results
 * say when that is over.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE.
 */
enum audio_control_status stream_pause(struct stream *stream, uint64_t now_ticks);

/**
 * stream_resume() - go on after a pause
 * @stream: PAUSED; on failure it stays so
 * @rings: the pool of event rings
 * @endpoint: untrusted; as for stream_setup(). It may differ from the one before
 * @now_ticks: platform_ticks()
 *
 * Return: as stream_setup().
 */
enum audio_control_status stream_resume(struct stream *stream, struct event_ring_pool *rings,
					const struct usb_endpoint_config *endpoint, uint64_t now_ticks);

/**
 * stream_lose() - the AP said that the device is gone or will be: touch neither rings nor buffer any more
 * @stream: any state; FREE stays so
 * @reason: enum audio_lost_reason
 * @now_ticks: platform_ticks()
 */
void stream_lose(struct stream *stream, enum audio_lost_reason reason, uint64_t now_ticks);

/**
 * stream_release() - forget everything; nothing of the stream's memory is used from here on
 * @stream: any state
 * @now_ticks: platform_ticks()
 *
 * A stream that still runs is cut off: the AP stops its endpoint before it frees the memory.
 */
void stream_release(struct stream *stream, uint64_t now_ticks);

/**
 * stream_service() - read events, refill the ring, publish the position
 * @stream: any state
 * @now_ticks: platform_ticks()
 *
 * Return: the tick at which to call again at the latest, or STREAM_NEVER.
 */
uint64_t stream_service(struct stream *stream, uint64_t now_ticks);

/**
 * stream_take_results() - what happened; asking resets it
 * @stream: any state
 *
 * Return: what happened since the last call.
 */
struct stream_results stream_take_results(struct stream *stream);

/**
 * stream_uses_endpoint() - may the stream still touch its endpoint's rings and transfer buffer?
 * @stream: any state
 *
 * Return: false if nothing but stream_setup() or stream_resume() makes it touch them again.
 */
bool stream_uses_endpoint(const struct stream *stream);

/**
 * stream_is_pausing() - has a pause been asked for, and is not over?
 * @stream: any state
 *
 * Return: true from stream_pause() to stream_resume().
 */
bool stream_is_pausing(const struct stream *stream);

#endif /* LULLABY_AUDIO_STREAM_H */
