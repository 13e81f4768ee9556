// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The application's PCM ring buffer, as the DSP writes it.
 *
 * 1. The DSP writes round and round, whether the application reads or not, as any capture hardware does: its time is
 *    that of the device.
 * 2. appl_frames is the AP's word, and only counts overruns. After the frames that were put in it is no reading but
 *    nonsense, or a pointer that the application has moved forward: then nothing is unread.
 * 3. Samples are written before the position that releases them: position.c has the barrier.
 */
#include "pcm_sink.h"

#include <string.h>

#include "../platform.h"

#define SILENCE			0	/* of every format in format.c */

void pcm_sink_init(struct pcm_sink *sink, const struct stream_config *config)
{
	platform_assert(config->is_capture);
	sink->convert = format_find_converter(config->usb_format, config->usb_channels, config->format,
					      config->channels);
	platform_assert(sink->convert);
	sink->buffer = config->buffer;
	sink->appl_frames = &config->shared->ap.appl_frames;
	sink->frame_bytes = format_bytes(config->format) * config->channels;
	sink->device_channels = config->usb_channels;
	sink->device_frame_bytes = format_bytes(config->usb_format) * config->usb_channels;
	platform_assert(config->buffer_bytes && config->buffer_bytes % sink->frame_bytes == 0);
	platform_assert(config->period_bytes && config->period_bytes % sink->frame_bytes == 0);
	sink->buffer_frames = config->buffer_bytes / sink->frame_bytes;
	sink->period_frames = config->period_bytes / sink->frame_bytes;
	pcm_sink_restart(sink);
}

void pcm_sink_restart(struct pcm_sink *sink)
{
	platform_assert(sink->buffer_frames);
	sink->taken_frames = 0;
	sink->read_frames = 0;
	sink->position_frames = 0;
	sink->period_left_frames = sink->period_frames;
	sink->is_full = false;
}

void pcm_sink_look(struct pcm_sink *sink)
{
	uint64_t read_frames = *sink->appl_frames;

	sink->read_frames = read_frames < sink->taken_frames ? read_frames : sink->taken_frames;
}

static uint32_t advance(struct pcm_sink *sink, uint32_t frames)
{
	uint32_t periods = 0;

	sink->taken_frames += frames;
	for (; frames >= sink->period_left_frames; periods++) {
		frames -= sink->period_left_frames;
		sink->period_left_frames = sink->period_frames;
	}
	sink->period_left_frames -= frames;
	return periods;
}

/* The frames that fit before the end of the buffer, at most @frames. */
static uint32_t run_of(const struct pcm_sink *sink, uint32_t frames)
{
	uint32_t run = sink->buffer_frames - sink->position_frames;

	return run < frames ? run : frames;
}

static uint8_t *place_of(const struct pcm_sink *sink)
{
	return sink->buffer + (uint64_t)sink->position_frames * sink->frame_bytes;
}

static void move_place(struct pcm_sink *sink, uint32_t run)
{
	sink->position_frames += run;
	if (sink->position_frames == sink->buffer_frames)
		sink->position_frames = 0;
}

uint32_t pcm_sink_put(struct pcm_sink *sink, const void *from, uint32_t frames)
{
	const uint8_t *in = from;

	platform_assert(sink->buffer_frames);
	for (uint32_t left = frames, run; left; left -= run) {
		run = run_of(sink, left);
		sink->convert(place_of(sink), in, run * sink->device_channels);
		in += run * sink->device_frame_bytes;
		move_place(sink, run);
	}
	return advance(sink, frames);
}

uint32_t pcm_sink_put_silence(struct pcm_sink *sink, uint32_t frames)
{
	platform_assert(sink->buffer_frames);
	for (uint32_t left = frames, run; left; left -= run) {
		run = run_of(sink, left);
		memset(place_of(sink), SILENCE, run * sink->frame_bytes);
		move_place(sink, run);
	}
	return advance(sink, frames);
}

bool pcm_sink_has_overrun(const struct pcm_sink *sink)
{
	return sink->taken_frames - sink->read_frames > sink->buffer_frames;
}

bool pcm_sink_take_full(struct pcm_sink *sink)
{
	bool was_full = sink->is_full;

	sink->is_full = sink->taken_frames - sink->read_frames >= sink->buffer_frames;
	return sink->is_full && !was_full;
}
