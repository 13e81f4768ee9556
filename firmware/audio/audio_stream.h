/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A stream of either direction: a player or a recorder. The control channel's code knows no more of them than these
 * functions, each of which is that of player.h or recorder.h.
 */
#ifndef LULLABY_AUDIO_AUDIO_STREAM_H
#define LULLABY_AUDIO_AUDIO_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "player.h"
#include "recorder.h"
#include "stream_config.h"
#include "stream_results.h"

/**
 * struct audio_stream - a player or a recorder; all zero is one that is not set up
 * @is_capture: since the last audio_stream_setup(): it is a recorder
 * @player: if it is one
 * @recorder: if it is one
 */
struct audio_stream {
	bool is_capture;
	union {
		struct player player;
		struct recorder recorder;
	};
};

/**
 * audio_stream_transfer_buffer_bytes() - see player_transfer_buffer_bytes()
 * @config: checked by stream_config_check()
 *
 * Return: see there.
 */
uint32_t audio_stream_transfer_buffer_bytes(const struct stream_config *config);

/**
 * audio_stream_setup() - see player_setup(); it becomes a stream of @config's direction
 * @stream: not set up
 * @rings: see there
 * @config: see there
 * @endpoint: see there
 *
 * Return: see there.
 */
enum audio_control_status audio_stream_setup(struct audio_stream *stream, struct event_ring_pool *rings,
				       const struct stream_config *config,
				       const struct usb_endpoint_config *endpoint);

/**
 * audio_stream_reconfigure() - see player_reconfigure(); the direction cannot change
 * @stream: see there
 * @config: see there
 *
 * Return: see there.
 */
enum audio_control_status audio_stream_reconfigure(struct audio_stream *stream, const struct stream_config *config);

/**
 * audio_stream_start() - see player_start() and recorder_start()
 * @stream: see there
 * @now_ticks: platform_ticks()
 *
 * Return: see there.
 */
enum audio_control_status audio_stream_start(struct audio_stream *stream, uint64_t now_ticks);

/**
 * audio_stream_stop() - see player_stop() and recorder_stop()
 * @stream: see there
 * @mode: see there
 * @now_ticks: platform_ticks()
 *
 * Return: see there.
 */
enum audio_control_status audio_stream_stop(struct audio_stream *stream, enum audio_stop_mode mode, uint64_t now_ticks);

/**
 * audio_stream_suspend() - see player_suspend() and recorder_suspend()
 * @stream: see there
 * @now_ticks: platform_ticks()
 *
 * Return: see there.
 */
enum audio_control_status audio_stream_suspend(struct audio_stream *stream, uint64_t now_ticks);

/**
 * audio_stream_resume() - see player_resume() and recorder_resume()
 * @stream: see there
 * @rings: see there
 * @endpoint: see there
 * @now_ticks: platform_ticks()
 *
 * Return: see there.
 */
enum audio_control_status audio_stream_resume(struct audio_stream *stream, struct event_ring_pool *rings,
					const struct usb_endpoint_config *endpoint, uint64_t now_ticks);

/**
 * audio_stream_lose() - see player_lose() and recorder_lose()
 * @stream: any
 * @reason: enum audio_lost_reason
 * @now_ticks: platform_ticks()
 */
void audio_stream_lose(struct audio_stream *stream, enum audio_lost_reason reason, uint64_t now_ticks);

/**
 * audio_stream_release() - see player_release() and recorder_release()
 * @stream: any
 * @now_ticks: platform_ticks()
 */
void audio_stream_release(struct audio_stream *stream, uint64_t now_ticks);

/**
 * audio_stream_service() - see player_service() and recorder_service()
 * @stream: any
 * @now_ticks: platform_ticks()
 *
 * Return: when to call again at the latest, or UINT64_MAX.
 */
uint64_t audio_stream_service(struct audio_stream *stream, uint64_t now_ticks);

/**
 * audio_stream_take_results() - take the results
 * @stream: any
 *
 * Return: events since the last call.
 */
struct stream_results audio_stream_take_results(struct audio_stream *stream);

/**
 * audio_stream_uses_endpoint() - may the stream still touch its endpoint's rings and transfer buffer?
 * @stream: any
 *
 * Return: false if nothing but audio_stream_setup() or audio_stream_resume() makes it touch them again.
 */
bool audio_stream_uses_endpoint(const struct audio_stream *stream);

/**
 * audio_stream_is_suspending() - has the stream been suspended, or is it about to be?
 * @stream: any
 *
 * Return: true from audio_stream_suspend() to audio_stream_resume().
 */
bool audio_stream_is_suspending(const struct audio_stream *stream);

/**
 * audio_stream_ring() - the data endpoint's transfer ring, for tests
 * @stream: any
 *
 * Return: the ring, zeroed if the stream is not set up.
 */
const struct transfer_ring *audio_stream_ring(const struct audio_stream *stream);

/**
 * audio_stream_position() - the stream's half of the shared memory, for tests
 * @stream: any
 *
 * Return: the memory, or NULL if the stream is not set up.
 */
volatile struct audio_shared_dsp *audio_stream_position(const struct audio_stream *stream);

#endif /* LULLABY_AUDIO_AUDIO_STREAM_H */
