/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The application's PCM ring buffer, read by the DSP. Its rules are in pcm_source.c.
 */
#ifndef LULLABY_AUDIO_PCM_SOURCE_H
#define LULLABY_AUDIO_PCM_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "format.h"

/**
 * struct pcm_source - how far the application's samples have been taken
 * @buffer: the ring buffer, written by the AP; fixed after init
 * @appl_frames: how far the AP has written, written by the AP, untrusted; fixed after init
 * @convert: to the device's format; fixed after init
 * @buffer_frames: size of @buffer; fixed after init
 * @period_frames: fixed after init
 * @frame_bytes: of one frame in @buffer; fixed after init
 * @channels: in @buffer; fixed after init
 * @device_frame_bytes: of one frame on the bus; fixed after init
 * @silent_bytes: at the end of each of these, for channels without sound; fixed after init
 * @taken_frames: taken out since the start
 * @released_frames: of these, the ones that the application may overwrite
 * @limit_frames: @appl_frames when it was last looked at, made plausible
 * @position_frames: @taken_frames modulo @buffer_frames
 * @period_left_frames: how many have to be released until the next period is complete
 * @is_end_marked: @limit_frames is final, the application's word counts no more
 * @implausible_limits: how often @appl_frames was outside of the range that the buffer allows
 */
struct pcm_source {
	const uint8_t *buffer;
	const volatile uint64_t *appl_frames;
	format_converter convert;
	uint32_t buffer_frames;
	uint32_t period_frames;
	uint32_t frame_bytes;
	uint32_t channels;
	uint32_t device_frame_bytes;
	uint32_t silent_bytes;
	uint64_t taken_frames;
	uint64_t released_frames;
	uint64_t limit_frames;
	uint32_t position_frames;
	uint32_t period_left_frames;
	bool is_end_marked;
	uint32_t implausible_limits;
};

/**
 * struct pcm_format - formats of the application's buffer and of the device
 * @format: enum uaudio_format of the buffer
 * @channels: of the buffer
 * @device_format: enum uaudio_format of the device
 * @device_channels: of the device
 */
struct pcm_format {
	uint32_t format;
	uint32_t channels;
	uint32_t device_format;
	uint32_t device_channels;
};

/**
 * pcm_source_init() - read a buffer from its start
 * @source: written
 * @format: formats that format_find_converter() knows, with the channels of format_carrying_channels()
 * @buffer: the ring buffer
 * @buffer_bytes: a whole number of frames, not 0
 * @period_bytes: a whole number of frames, not 0
 * @appl_frames: where the AP says how far it has written, 8-byte aligned
 */
void pcm_source_init(struct pcm_source *source, const struct pcm_format *format, const void *buffer,
		     uint32_t buffer_bytes, uint32_t period_bytes, const volatile uint64_t *appl_frames);

/**
 * pcm_source_restart() - from the buffer's start again, nothing taken
 * @source: the source
 */
void pcm_source_restart(struct pcm_source *source);

/**
 * pcm_source_look() - see how far the application has written
 * @source: the source
 *
 * Return: frames that pcm_source_take() can take, at most one buffer.
 */
uint32_t pcm_source_look(struct pcm_source *source);

/**
 * pcm_source_mark_end() - look for the last time: samples that are written later do not count
 * @source: the source
 */
void pcm_source_mark_end(struct pcm_source *source);

/**
 * pcm_source_left() - frames that are there by the last look
 * @source: the source
 *
 * Return: frames that pcm_source_take() can take without another look.
 */
uint32_t pcm_source_left(const struct pcm_source *source);

/**
 * pcm_source_take() - convert frames into a packet buffer
 * @source: the source
 * @to: where they go
 * @frames: how many, at most pcm_source_left()
 */
void pcm_source_take(struct pcm_source *source, void *to, uint32_t frames);

/**
 * pcm_source_release() - the application may overwrite frames that were taken
 * @source: the source
 * @released_frames: since the start, never less than before, at most those that were taken
 *
 * Return: how many periods have become complete by it.
 */
uint32_t pcm_source_release(struct pcm_source *source, uint64_t released_frames);

#endif /* LULLABY_AUDIO_PCM_SOURCE_H */
