// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* A stream of either direction. */
#include "audio_stream.h"

#include <string.h>

#include "../platform.h"

_Static_assert(PLAYER_NEVER == UINT64_MAX && RECORDER_NEVER == UINT64_MAX, "both are never");

uint32_t audio_stream_transfer_buffer_bytes(const struct stream_config *config)
{
	return config->is_capture ? recorder_transfer_buffer_bytes(config) : player_transfer_buffer_bytes(config);
}

enum audio_control_status audio_stream_setup(struct audio_stream *stream, struct event_ring_pool *rings,
				       const struct stream_config *config,
				       const struct usb_endpoint_config *endpoint)
{
	if (stream->is_capture ? stream->recorder.state != RECORDER_FREE : stream->player.state != PLAYER_FREE)
		return AUDIO_STATUS_WRONG_STATE;
	memset(stream, 0, sizeof(*stream));
	stream->is_capture = config->is_capture;
	return stream->is_capture ? recorder_setup(&stream->recorder, rings, config, endpoint) :
				    player_setup(&stream->player, rings, config, endpoint);
}

enum audio_control_status audio_stream_reconfigure(struct audio_stream *stream, const struct stream_config *config)
{
	if (stream->is_capture != config->is_capture)
		return AUDIO_STATUS_UNSUPPORTED;
	return stream->is_capture ? recorder_reconfigure(&stream->recorder, config) :
				    player_reconfigure(&stream->player, config);
}

enum audio_control_status audio_stream_start(struct audio_stream *stream, uint64_t now_ticks)
{
	return stream->is_capture ? recorder_start(&stream->recorder, now_ticks) :
				    player_start(&stream->player, now_ticks);
}

enum audio_control_status audio_stream_stop(struct audio_stream *stream, enum audio_stop_mode mode, uint64_t now_ticks)
{
	return stream->is_capture ? recorder_stop(&stream->recorder, mode, now_ticks) :
				    player_stop(&stream->player, mode, now_ticks);
}

enum audio_control_status audio_stream_suspend(struct audio_stream *stream, uint64_t now_ticks)
{
	return stream->is_capture ? recorder_suspend(&stream->recorder, now_ticks) :
				    player_suspend(&stream->player, now_ticks);
}

enum audio_control_status audio_stream_resume(struct audio_stream *stream, struct event_ring_pool *rings,
					const struct usb_endpoint_config *endpoint, uint64_t now_ticks)
{
	return stream->is_capture ? recorder_resume(&stream->recorder, rings, endpoint, now_ticks) :
				    player_resume(&stream->player, rings, endpoint, now_ticks);
}

void audio_stream_lose(struct audio_stream *stream, enum audio_lost_reason reason, uint64_t now_ticks)
{
	if (stream->is_capture)
		recorder_lose(&stream->recorder, reason, now_ticks);
	else
		player_lose(&stream->player, reason, now_ticks);
}

void audio_stream_release(struct audio_stream *stream, uint64_t now_ticks)
{
	if (stream->is_capture)
		recorder_release(&stream->recorder, now_ticks);
	else
		player_release(&stream->player, now_ticks);
}

uint64_t audio_stream_service(struct audio_stream *stream, uint64_t now_ticks)
{
	return stream->is_capture ? recorder_service(&stream->recorder, now_ticks) :
				    player_service(&stream->player, now_ticks);
}

struct stream_results audio_stream_take_results(struct audio_stream *stream)
{
	return stream->is_capture ? recorder_take_results(&stream->recorder) :
				    player_take_results(&stream->player);
}

bool audio_stream_uses_endpoint(const struct audio_stream *stream)
{
	return stream->is_capture ? recorder_uses_endpoint(&stream->recorder) :
				    player_uses_endpoint(&stream->player);
}

bool audio_stream_is_suspending(const struct audio_stream *stream)
{
	return stream->is_capture ? recorder_is_suspending(&stream->recorder) :
				    player_is_suspending(&stream->player);
}

const struct transfer_ring *audio_stream_ring(const struct audio_stream *stream)
{
	return stream->is_capture ? &stream->recorder.pipe.in.ring : &stream->player.pipe.out.ring;
}

volatile struct audio_shared_dsp *audio_stream_position(const struct audio_stream *stream)
{
	return stream->is_capture ? stream->recorder.position.shared : stream->player.position.shared;
}
