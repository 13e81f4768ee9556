/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The DSP's half of struct audio_shared: how far a stream has come, for the AP to read at any time.
 */
#ifndef LULLABY_AUDIO_POSITION_H
#define LULLABY_AUDIO_POSITION_H

#include <stdint.h>

#include "../../wire/audio_control.h"

/**
 * struct position - the next publication
 * @shared: where, in memory that the AP reads
 * @sequence: of the last publication, even. The copy in memory is only written: the AP could change it.
 * @running: as in struct audio_shared_dsp
 * @taken_frames: as in struct audio_shared_dsp
 * @released_frames: as in struct audio_shared_dsp
 * @bus_frames: as in struct audio_shared_dsp
 * @start_ticks: as in struct audio_shared_dsp
 * @first_frame_ticks: as in struct audio_shared_dsp
 * @gap_frames: as in struct audio_shared_dsp
 * @underruns: as in struct audio_shared_dsp
 * @overruns: as in struct audio_shared_dsp
 * @missed_services: as in struct audio_shared_dsp
 * @ring_underruns: as in struct audio_shared_dsp
 * @transfer_errors: as in struct audio_shared_dsp
 * @lost_intervals: as in struct audio_shared_dsp
 * @depth_frames: as in struct audio_shared_dsp; not of a run, so position_restart() leaves it
 * @interval_uframes: as in struct audio_shared_dsp; the same
 * @feedback_accepted: as in struct audio_shared_dsp
 * @feedback_scaled: as in struct audio_shared_dsp
 * @feedback_refused: as in struct audio_shared_dsp
 * @flags: as in struct audio_shared_dsp
 * @bus_ticks: as in struct audio_shared_dsp
 * @steady_frames: as in struct audio_shared_dsp
 */
struct position {
	volatile struct audio_shared_dsp *shared;
	uint32_t sequence;
	uint32_t running;
	uint64_t taken_frames;
	uint64_t released_frames;
	uint64_t bus_frames;
	uint64_t start_ticks;
	uint64_t first_frame_ticks;
	uint64_t gap_frames;
	uint32_t underruns;
	uint32_t overruns;
	uint32_t missed_services;
	uint32_t ring_underruns;
	uint32_t transfer_errors;
	uint32_t lost_intervals;
	uint32_t depth_frames;
	uint32_t interval_uframes;
	uint32_t feedback_accepted;
	uint32_t feedback_scaled;
	uint32_t feedback_refused;
	uint32_t flags;
	uint64_t bus_ticks;
	uint64_t steady_frames;
};

/**
 * position_init() - nothing has happened yet; nothing is published
 * @position: written
 * @shared: the DSP's half of the stream's shared memory, 8-byte aligned
 */
void position_init(struct position *position, volatile struct audio_shared_dsp *shared);

/**
 * position_restart() - as after init, but the sequence goes on
 * @position: the position
 */
void position_restart(struct position *position);

/**
 * position_publish() - write all fields so that the AP sees all or none of them
 * @position: the position
 * @now_ticks: when they were true
 */
void position_publish(struct position *position, uint64_t now_ticks);

#endif /* LULLABY_AUDIO_POSITION_H */
