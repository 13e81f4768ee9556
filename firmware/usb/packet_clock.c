// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Frames per service interval.
 *
 * One microframe is 1/8000 s, so an interval of n microframes owes rate * n / 8000 frames. The debt is
 * kept as whole frames and a remainder of 1/8000 frames, and paid in whole frames, so nothing is ever rounded away. A
 * feedback value v (16.16 frames a millisecond) makes an interval owe v * n / (8 * 65536) frames: the same with
 * another unit. All divisions are done when the rate changes; a packet costs an addition.
 */
#include "packet_clock.h"

#include "../platform.h"
#include "endpoint.h"
#include "feedback_rate.h"

#define MAX_RATE_HZ		768000u
#define FEEDBACK_UNIT_SHIFT	19u
#define FEEDBACK_UNIT		(1u << FEEDBACK_UNIT_SHIFT)	/* 8 * 65536 */

/* The debt of an interval, in 1/8000 frames: up to 768000 * 8000. */
static uint64_t nominal_debt(uint32_t rate_hz, uint32_t interval_uframes)
{
	return (uint64_t)rate_hz * interval_uframes;
}

bool packet_clock_init(struct packet_clock *clock, uint32_t rate_hz, uint32_t interval_uframes,
		       uint32_t max_frames)
{
	uint64_t owed = nominal_debt(rate_hz, interval_uframes);

	if (rate_hz < 1 || rate_hz > MAX_RATE_HZ)
		return false;
	if (interval_uframes < 1 || interval_uframes > USB_UFRAMES_PER_SECOND)
		return false;
	clock->nominal_frames = (uint32_t)(owed / USB_UFRAMES_PER_SECOND);
	clock->nominal_part = (uint32_t)(owed % USB_UFRAMES_PER_SECOND);
	clock->interval_uframes = interval_uframes;
	clock->max_frames = max_frames;
	packet_clock_restart(clock);
	return owed <= (uint64_t)max_frames * USB_UFRAMES_PER_SECOND;
}

uint32_t packet_clock_max_frames(uint32_t rate_hz, uint32_t interval_uframes, bool has_feedback)
{
	uint64_t owed = nominal_debt(rate_hz, interval_uframes);

	platform_assert(rate_hz >= 1 && rate_hz <= MAX_RATE_HZ);
	platform_assert(interval_uframes >= 1 && interval_uframes <= USB_UFRAMES_PER_SECOND);
	if (has_feedback)
		owed += owed * FEEDBACK_RATE_LIMIT_PPM / 1000000u + 1;
	return (uint32_t)((owed + USB_UFRAMES_PER_SECOND - 1) / USB_UFRAMES_PER_SECOND);
}

void packet_clock_restart(struct packet_clock *clock)
{
	platform_assert(clock->interval_uframes);
	clock->frames = clock->nominal_frames;
	clock->part = clock->nominal_part;
	clock->unit = USB_UFRAMES_PER_SECOND;
	clock->phase = 0;
}

/* Only by feedback: frames that do not fit are not owed for ever, the device will ask for more again. */
static uint32_t limit_frames(const struct packet_clock *clock, uint32_t frames)
{
	return frames < clock->max_frames ? frames : clock->max_frames;
}

uint32_t packet_clock_peek(const struct packet_clock *clock)
{
	uint32_t frames = clock->frames;

	platform_assert(clock->unit);
	if (clock->phase + clock->part >= clock->unit)
		frames++;
	return limit_frames(clock, frames);
}

uint32_t packet_clock_next(struct packet_clock *clock)
{
	uint32_t frames = clock->frames;

	platform_assert(clock->unit);
	clock->phase += clock->part;
	if (clock->phase >= clock->unit) {
		clock->phase -= clock->unit;
		frames++;
	}
	return limit_frames(clock, frames);
}

void packet_clock_set_feedback(struct packet_clock *clock, uint32_t frames_per_ms_q16)
{
	uint64_t owed = (uint64_t)frames_per_ms_q16 * clock->interval_uframes;

	platform_assert(clock->unit);
	if (clock->unit != FEEDBACK_UNIT) {
		/* 524288 / 8000 is 65536 / 1000. */
		clock->phase = clock->phase * 65536u / 1000u;
		clock->unit = FEEDBACK_UNIT;
	}
	clock->frames = (uint32_t)(owed >> FEEDBACK_UNIT_SHIFT);
	clock->part = (uint32_t)owed & (FEEDBACK_UNIT - 1);
}
