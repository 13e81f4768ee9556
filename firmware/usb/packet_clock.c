// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Frames per service interval.
 *
 * One microframe is 1/8000 s, so an interval of n microframes owes rate * n / 8000 frames. The debt is
 * kept as a whole number of 1/8000 frames and paid in whole frames, so nothing is ever rounded away. A feedback
 * value v (16.16 frames a millisecond) makes an interval owe v * n / (8 * 65536) frames: the same with another unit.
 */
#include "packet_clock.h"

#include "../platform.h"
#include "endpoint.h"

#define MAX_RATE_HZ		768000u
#define FEEDBACK_UNIT		(8u * 65536u)
#define FEEDBACK_TOLERANCE	8u	/* a value may be this fraction of the nominal rate off it */

bool packet_clock_init(struct packet_clock *clock, uint32_t rate_hz, uint32_t interval_uframes,
		       uint32_t max_frames)
{
	if (rate_hz < 1 || rate_hz > MAX_RATE_HZ)
		return false;
	if (interval_uframes < 1 || interval_uframes > USB_UFRAMES_PER_SECOND)
		return false;
	clock->nominal_step = (uint64_t)rate_hz * interval_uframes;
	clock->interval_uframes = interval_uframes;
	clock->rate_hz = rate_hz;
	clock->max_frames = max_frames;
	packet_clock_restart(clock);
	return clock->nominal_step <= (uint64_t)max_frames * USB_UFRAMES_PER_SECOND;
}

uint32_t packet_clock_max_frames(uint32_t rate_hz, uint32_t interval_uframes, bool has_feedback)
{
	uint64_t owed = (uint64_t)rate_hz * interval_uframes;	/* in 1/8000 frames */
	uint32_t frames;

	platform_assert(rate_hz >= 1 && rate_hz <= MAX_RATE_HZ);
	platform_assert(interval_uframes >= 1 && interval_uframes <= USB_UFRAMES_PER_SECOND);
	frames = (uint32_t)((owed + USB_UFRAMES_PER_SECOND - 1) / USB_UFRAMES_PER_SECOND);
	return has_feedback ? frames + frames / FEEDBACK_TOLERANCE + 1 : frames;
}

void packet_clock_restart(struct packet_clock *clock)
{
	platform_assert(clock->nominal_step);
	clock->step = clock->nominal_step;
	clock->unit = USB_UFRAMES_PER_SECOND;
	clock->phase = 0;
}

uint32_t packet_clock_next(struct packet_clock *clock)
{
	uint64_t owed = clock->phase + clock->step;
	uint64_t frames;

	platform_assert(clock->unit);
	frames = owed / clock->unit;
	clock->phase = owed % clock->unit;
	/* Only by feedback: frames that do not fit are not owed for ever, the device will ask for more again. */
	return frames < clock->max_frames ? (uint32_t)frames : clock->max_frames;
}

bool packet_clock_set_feedback(struct packet_clock *clock, uint32_t frames_per_ms_q16)
{
	uint32_t nominal_q16 = (uint32_t)(((uint64_t)clock->rate_hz << 16) / 1000);
	uint32_t off_q16 = frames_per_ms_q16 > nominal_q16 ? frames_per_ms_q16 - nominal_q16 :
							      nominal_q16 - frames_per_ms_q16;

	platform_assert(clock->unit);
	if (off_q16 > nominal_q16 / FEEDBACK_TOLERANCE)
		return false;
	if (clock->unit != FEEDBACK_UNIT) {
		clock->phase = clock->phase * FEEDBACK_UNIT / clock->unit;
		clock->unit = FEEDBACK_UNIT;
	}
	clock->step = (uint64_t)frames_per_ms_q16 * clock->interval_uframes;
	return true;
}
