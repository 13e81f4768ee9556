// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The writer's end of the sequence lock in struct audio_shared_dsp.
 *
 * The sequence is odd while the fields are written. A reader that saw the same even number before and after it read
 * the fields has a consistent set. The barriers here pair with the reader's smp_rmb() in the AP's driver.
 */
#include "position.h"

#include "../platform.h"

void position_init(struct position *position, volatile struct audio_shared_dsp *shared)
{
	platform_assert((uintptr_t)shared % 8 == 0);
	position->shared = shared;
	position->sequence = shared->sequence & ~1u;
	position_restart(position);
}

void position_restart(struct position *position)
{
	position->running = 0;
	position->taken_frames = 0;
	position->released_frames = 0;
	position->bus_frames = 0;
	position->start_ticks = 0;
	position->first_frame_ticks = 0;
	position->gap_frames = 0;
	position->underruns = 0;
	position->overruns = 0;
	position->missed_services = 0;
	position->ring_underruns = 0;
	position->transfer_errors = 0;
	position->lost_intervals = 0;
	position->feedback_accepted = 0;
	position->feedback_scaled = 0;
	position->feedback_refused = 0;
	position->flags = 0;
	position->bus_ticks = 0;
	position->steady_frames = 0;
}

void position_publish(struct position *position, uint64_t now_ticks)
{
	volatile struct audio_shared_dsp *shared = position->shared;

	platform_assert(position->sequence % 2 == 0);
	shared->sequence = position->sequence + 1;
	platform_dma_wmb();
	shared->running = position->running;
	shared->taken_frames = position->taken_frames;
	shared->released_frames = position->released_frames;
	shared->bus_frames = position->bus_frames;
	shared->updated_ticks = now_ticks;
	shared->start_ticks = position->start_ticks;
	shared->first_frame_ticks = position->first_frame_ticks;
	shared->gap_frames = position->gap_frames;
	shared->underruns = position->underruns;
	shared->overruns = position->overruns;
	shared->missed_services = position->missed_services;
	shared->ring_underruns = position->ring_underruns;
	shared->transfer_errors = position->transfer_errors;
	shared->lost_intervals = position->lost_intervals;
	shared->depth_frames = position->depth_frames;
	shared->interval_uframes = position->interval_uframes;
	shared->feedback_accepted = position->feedback_accepted;
	shared->feedback_scaled = position->feedback_scaled;
	shared->feedback_refused = position->feedback_refused;
	shared->flags = position->flags;
	shared->bus_ticks = position->bus_ticks;
	shared->steady_frames = position->steady_frames;
	platform_dma_wmb();
	position->sequence += 2;
	shared->sequence = position->sequence;
}
