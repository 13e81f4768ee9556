// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far a stream is: reading the DSP's half of struct audio_shared, and the arithmetic between
 * its 64-bit frame counts and ALSA's pointers, which wrap. No state, no locks.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/processor.h>
#include <asm/barrier.h>
#include "vsoc-audio-position.h"

/* The DSP writes its half in well under a microsecond; a DSP that died in the middle never ends. */
#define READ_ATTEMPTS	64

/**
 * vsoc_audio_position_read() - read a consistent set of the DSP's counts
 * @dsp: the DSP's half of the shared memory
 * @position: to be filled in; unspecified on failure
 *
 * Takes a bounded time, even if the DSP writes all the time.
 *
 * Context: Any context.
 * Return: whether the set is consistent. If not, the last one read is the best there is.
 */
bool vsoc_audio_position_read(const struct audio_shared_dsp *dsp,
			      struct vsoc_audio_position *position)
{
	unsigned int attempt;
	u32 sequence;

	for (attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
		sequence = le32_to_cpu(READ_ONCE(dsp->sequence));
		if (sequence & 1) {
			cpu_relax();
			continue;
		}
		dma_rmb();	/* pairs with the DSP's barrier after making it odd */
		position->is_running = le32_to_cpu(READ_ONCE(dsp->running));
		position->taken_frames = le64_to_cpu(READ_ONCE(dsp->taken_frames));
		position->released_frames = le64_to_cpu(READ_ONCE(dsp->released_frames));
		position->bus_frames = le64_to_cpu(READ_ONCE(dsp->bus_frames));
		position->updated_ticks = le64_to_cpu(READ_ONCE(dsp->updated_ticks));
		position->start_ticks = le64_to_cpu(READ_ONCE(dsp->start_ticks));
		position->first_frame_ticks = le64_to_cpu(READ_ONCE(dsp->first_frame_ticks));
		position->gap_frames = le64_to_cpu(READ_ONCE(dsp->gap_frames));
		position->underruns = le32_to_cpu(READ_ONCE(dsp->underruns));
		position->overruns = le32_to_cpu(READ_ONCE(dsp->overruns));
		position->missed_services = le32_to_cpu(READ_ONCE(dsp->missed_services));
		position->ring_underruns = le32_to_cpu(READ_ONCE(dsp->ring_underruns));
		position->transfer_errors = le32_to_cpu(READ_ONCE(dsp->transfer_errors));
		position->lost_intervals = le32_to_cpu(READ_ONCE(dsp->lost_intervals));
		position->depth_frames = le32_to_cpu(READ_ONCE(dsp->depth_frames));
		position->interval_uframes = le32_to_cpu(READ_ONCE(dsp->interval_uframes));
		position->feedback_accepted = le32_to_cpu(READ_ONCE(dsp->feedback_accepted));
		position->feedback_scaled = le32_to_cpu(READ_ONCE(dsp->feedback_scaled));
		position->feedback_refused = le32_to_cpu(READ_ONCE(dsp->feedback_refused));
		position->flags = le32_to_cpu(READ_ONCE(dsp->flags));
		position->bus_ticks = le64_to_cpu(READ_ONCE(dsp->bus_ticks));
		position->steady_frames = le64_to_cpu(READ_ONCE(dsp->steady_frames));
		dma_rmb();	/* pairs with the DSP's barrier before making it even */
		if (le32_to_cpu(READ_ONCE(dsp->sequence)) == sequence)
			return true;
	}
	return false;
}

/**
 * vsoc_audio_pointer_delta() - get the distance that a wrapping pointer has moved
 * @from: old value, below @boundary
 * @to: new value, below @boundary
 * @boundary: where it wraps, at most S64_MAX
 *
 * Return: frames, negative for a rewind; always the shorter way round.
 */
s64 vsoc_audio_pointer_delta(u64 from, u64 to, u64 boundary)
{
	s64 delta = (s64)to - (s64)from;
	s64 half = boundary / 2;

	if (delta < -half)
		delta += boundary;
	else if (delta > half)
		delta -= boundary;
	return delta;
}

/**
 * vsoc_audio_advance_appl() - follow the application's pointer with a count that does not wrap
 * @appl_frames: frames written since START; unchanged on failure
 * @from: where the application's pointer was, below @boundary
 * @to: where it is now, below @boundary
 * @boundary: where it wraps
 *
 * Return: 0, or -EINVAL for a rewind to before the stream's start.
 */
int vsoc_audio_advance_appl(u64 *appl_frames, u64 from, u64 to, u64 boundary)
{
	s64 delta = vsoc_audio_pointer_delta(from, to, boundary);

	if (delta < 0 && (u64)-delta > *appl_frames)
		return -EINVAL;
	*appl_frames += delta;
	return 0;
}

/**
 * vsoc_audio_limit_position() - limit a playback position that the DSP wrote to possible values
 * @position: as it was read; counts that are too large are cut down
 * @appl_frames: frames that the application has written since START
 *
 * Nobody takes more out of a buffer than was put in, or releases or plays more than was taken.
 */
void vsoc_audio_limit_position(struct vsoc_audio_position *position, u64 appl_frames)
{
	position->taken_frames = min(position->taken_frames, appl_frames);
	position->released_frames = min(position->released_frames, position->taken_frames);
	position->bus_frames = min(position->bus_frames, position->taken_frames);
	position->steady_frames = clamp(position->steady_frames, position->bus_frames,
					position->taken_frames);
}

/* Frames that the bus carries in a time, of which no more than a second counts. */
static u64 ticks_to_frames(u64 ticks, u32 rate_hz, u32 ticks_hz)
{
	return mul_u64_u32_div(min_t(u64, ticks, ticks_hz), rate_hz, ticks_hz);
}

/**
 * vsoc_audio_played_frames() - get the playback position at a moment between two reports of the DSP
 * @position: the last report, limited by vsoc_audio_limit_position()
 * @now_ticks: system counter
 * @rate_hz: of the stream
 * @ticks_hz: rate of the system counter
 *
 * The DSP reports whole packets, and when their service interval ends. Until then, and after it,
 * frames pass at the stream's rate, as far as they are known to follow without a gap.
 *
 * Return: frames on the bus by then.
 */
u64 vsoc_audio_played_frames(const struct vsoc_audio_position *position, u64 now_ticks, u32 rate_hz,
			     u32 ticks_hz)
{
	u64 frames;

	if (!position->bus_ticks)
		return position->bus_frames;
	if (now_ticks < position->bus_ticks) {
		frames = ticks_to_frames(position->bus_ticks - now_ticks, rate_hz, ticks_hz);
		return position->bus_frames - min(position->bus_frames, frames);
	}
	frames = ticks_to_frames(now_ticks - position->bus_ticks, rate_hz, ticks_hz);
	return min(position->bus_frames + frames, position->steady_frames);
}

/**
 * vsoc_audio_free_frames() - get the frames that the application may overwrite at a moment
 * @position: the last report, limited by vsoc_audio_limit_position()
 * @now_ticks: system counter
 * @rate_hz: of the stream
 * @ticks_hz: rate of the system counter
 *
 * A packet is free as soon as the controller has begun to send it, an interval earlier than it has
 * been played. So this is never less than the DSP has reported.
 *
 * Return: frames, at least those released.
 */
u64 vsoc_audio_free_frames(const struct vsoc_audio_position *position, u64 now_ticks, u32 rate_hz,
			   u32 ticks_hz)
{
	u64 interval_ticks = mul_u64_u32_div(ticks_hz, min(position->interval_uframes, 8000), 8000);

	return max(position->released_frames,
		   vsoc_audio_played_frames(position, now_ticks + interval_ticks, rate_hz,
					    ticks_hz));
}

/**
 * vsoc_audio_limit_turn() - choose the position to report, so that ALSA understands it
 * @reported_frames: the position that was reported last
 * @released_frames: the present position; never less
 * @buffer_frames: size of the PCM buffer
 *
 * ALSA only sees the position within the buffer. After a full turn it is the same as before, and
 * ALSA takes that for no motion: a drain would wait for ever. So a turn is reported in two steps.
 *
 * Return: the count to report now.
 */
u64 vsoc_audio_limit_turn(u64 reported_frames, u64 released_frames, u64 buffer_frames)
{
	if (released_frames <= reported_frames)
		return reported_frames;
	return min(released_frames, reported_frames + buffer_frames - 1);
}
