// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The application's PCM ring buffer.
 *
 * 1. The AP writes samples, then appl_frames. The DSP reads appl_frames, then, after a barrier, samples
 *    before it and none behind it.
 * 2. appl_frames is the AP's word. Before taken_frames, or more than a buffer after it, it is no
 *    place that the application can have written up to: the first counts as nothing there, the second as one full
 *    buffer. So a wrong value gives wrong sound at worst, never an access outside the buffer. It may go
 *    back as long as it stays at or after taken_frames: applications rewind.
 * 3. The buffer holds a whole number of frames, so no frame wraps around its end.
 */
#include "pcm_source.h"

#include <string.h>

#include "../platform.h"

void pcm_source_init(struct pcm_source *source, const struct pcm_format *format, const void *buffer,
		     uint32_t buffer_bytes, uint32_t period_bytes, const volatile uint64_t *appl_frames)
{
	uint32_t carrying = format_carrying_channels(format->channels, format->device_channels);

	source->buffer = buffer;
	source->appl_frames = appl_frames;
	source->convert = format_find_converter(format->format, format->channels, format->device_format, carrying);
	platform_assert(source->convert);
	source->frame_bytes = format_bytes(format->format) * format->channels;
	source->channels = format->channels;
	source->device_frame_bytes = format_bytes(format->device_format) * format->device_channels;
	source->silent_bytes = source->device_frame_bytes - format_bytes(format->device_format) * carrying;
	platform_assert(source->frame_bytes && buffer_bytes && buffer_bytes % source->frame_bytes == 0);
	platform_assert(period_bytes && period_bytes % source->frame_bytes == 0);
	platform_assert((uintptr_t)appl_frames % sizeof(*appl_frames) == 0);
	source->buffer_frames = buffer_bytes / source->frame_bytes;
	source->period_frames = period_bytes / source->frame_bytes;
	source->implausible_limits = 0;
	pcm_source_restart(source);
}

void pcm_source_restart(struct pcm_source *source)
{
	platform_assert(source->buffer_frames);
	source->taken_frames = 0;
	source->released_frames = 0;
	source->limit_frames = 0;
	source->position_frames = 0;
	source->period_left_frames = source->period_frames;
	source->is_end_marked = false;
}

uint32_t pcm_source_look(struct pcm_source *source)
{
	uint64_t limit;

	platform_assert(source->buffer_frames);
	limit = *source->appl_frames;
	if (source->is_end_marked)
		return pcm_source_left(source);
	platform_dma_rmb();	/* appl_frames before the samples */
	if (limit < source->taken_frames) {
		source->implausible_limits++;
		limit = source->taken_frames;
	} else if (limit - source->taken_frames > source->buffer_frames) {
		source->implausible_limits++;
		limit = source->taken_frames + source->buffer_frames;
	}
	source->limit_frames = limit;
	return pcm_source_left(source);
}

void pcm_source_mark_end(struct pcm_source *source)
{
	pcm_source_look(source);
	source->is_end_marked = true;
}

uint32_t pcm_source_left(const struct pcm_source *source)
{
	return (uint32_t)(source->limit_frames - source->taken_frames);
}

/* Frame by frame, where the device has channels that stay silent. */
static void convert_narrow(const struct pcm_source *source, uint8_t *out, const uint8_t *in, uint32_t frames)
{
	uint32_t sound_bytes = source->device_frame_bytes - source->silent_bytes;

	for (; frames; frames--, in += source->frame_bytes, out += source->device_frame_bytes) {
		source->convert(out, in, source->channels);
		memset(out + sound_bytes, 0, source->silent_bytes);
	}
}

static void convert_frames(const struct pcm_source *source, uint8_t *out, uint32_t frames)
{
	const uint8_t *in = source->buffer + (uint64_t)source->position_frames * source->frame_bytes;

	if (source->silent_bytes)
		convert_narrow(source, out, in, frames);
	else
		source->convert(out, in, frames * source->channels);
}

void pcm_source_take(struct pcm_source *source, void *to, uint32_t frames)
{
	uint8_t *out = to;
	uint32_t left = frames;

	platform_assert(frames <= source->limit_frames - source->taken_frames);
	while (left) {
		uint32_t run = source->buffer_frames - source->position_frames;

		if (run > left)
			run = left;
		convert_frames(source, out, run);
		out += run * source->device_frame_bytes;
		left -= run;
		source->position_frames += run;
		if (source->position_frames == source->buffer_frames)
			source->position_frames = 0;
	}
	source->taken_frames += frames;
}

uint32_t pcm_source_release(struct pcm_source *source, uint64_t released_frames)
{
	uint32_t left = (uint32_t)(released_frames - source->released_frames);
	uint32_t periods = 0;

	platform_assert(released_frames >= source->released_frames && released_frames <= source->taken_frames);
	source->released_frames = released_frames;
	for (; left >= source->period_left_frames; periods++) {
		left -= source->period_left_frames;
		source->period_left_frames = source->period_frames;
	}
	source->period_left_frames -= left;
	return periods;
}
