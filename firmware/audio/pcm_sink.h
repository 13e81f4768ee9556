/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The application's PCM ring buffer, written by the DSP. Its rules are in pcm_sink.c.
 */
#ifndef LULLABY_AUDIO_PCM_SINK_H
#define LULLABY_AUDIO_PCM_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "stream_config.h"
#include "format.h"

/**
 * struct pcm_sink - how far the application's buffer has been filled
 * @buffer: the ring buffer, read by the AP; fixed after init
 * @appl_frames: how far the AP has read, written by the AP, untrusted; fixed after init
 * @convert: from the device's format; fixed after init
 * @buffer_frames: size of @buffer; fixed after init
 * @period_frames: fixed after init
 * @frame_bytes: of one frame in @buffer; fixed after init
 * @device_channels: on the bus; fixed after init
 * @device_frame_bytes: of one frame on the bus; fixed after init
 * @taken_frames: put in since the start
 * @read_frames: @appl_frames when it was last looked at, made plausible
 * @position_frames: @taken_frames modulo @buffer_frames
 * @period_left_frames: how many until the next period is complete
 * @is_full: the buffer was full after the last look
 */
struct pcm_sink {
	uint8_t *buffer;
	const volatile uint64_t *appl_frames;
	format_converter convert;
	uint32_t buffer_frames;
	uint32_t period_frames;
	uint32_t frame_bytes;
	uint32_t device_channels;
	uint32_t device_frame_bytes;
	uint64_t taken_frames;
	uint64_t read_frames;
	uint32_t position_frames;
	uint32_t period_left_frames;
	bool is_full;
};

/**
 * pcm_sink_init() - write a buffer from its start
 * @sink: written
 * @config: of a capture stream, checked by stream_config_check()
 */
void pcm_sink_init(struct pcm_sink *sink, const struct stream_config *config);

/**
 * pcm_sink_restart() - from the buffer's start again, nothing written
 * @sink: the sink
 */
void pcm_sink_restart(struct pcm_sink *sink);

/**
 * pcm_sink_look() - see how far the application has read
 * @sink: the sink
 */
void pcm_sink_look(struct pcm_sink *sink);

/**
 * pcm_sink_put() - convert frames from a packet buffer
 * @sink: the sink
 * @from: where they are, need not be aligned
 * @frames: how many
 *
 * Return: how many periods have become complete by it.
 */
uint32_t pcm_sink_put(struct pcm_sink *sink, const void *from, uint32_t frames);

/**
 * pcm_sink_put_silence() - the same for frames that have not come
 * @sink: the sink
 * @frames: how many
 *
 * Return: how many periods have become complete by it.
 */
uint32_t pcm_sink_put_silence(struct pcm_sink *sink, uint32_t frames);

/**
 * pcm_sink_has_overrun() - have frames gone over others that the application had not read by the last look?
 * @sink: the sink
 *
 * Return: true if there are more unread frames than the buffer holds.
 */
bool pcm_sink_has_overrun(const struct pcm_sink *sink);

/**
 * pcm_sink_take_full() - has the buffer just become full?
 * @sink: the sink
 *
 * Return: true once each time.
 */
bool pcm_sink_take_full(struct pcm_sink *sink);

#endif /* LULLABY_AUDIO_PCM_SINK_H */
