// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The rate of an asynchronous device.
 *
 * 1. By the specification, a full-speed device sends 3 bytes: 10.14 audio frames a USB frame; those of the Audio 2.0 class
 *    may send 4: 16.16 audio frames a USB frame. A high-speed one sends 4: 16.16 audio frames a microframe. Devices
 *    are known that send 10.14 in 4 bytes, that count in milliseconds or in their own interval where microframes
 *    are meant, and so on. All of these are powers of two apart.
 * 2. So the scale is the power of two that brings values near the nominal rate. Near is 2.5 %: then no two scales
 *    fit a value.
 * 3. Devices are known whose first values are arbitrary. A scale is believed when three values in a row have fit it,
 *    and a new one in its place after eight.
 * 4. A value that does not fit the scale is refused. The rate before stays in force.
 * 5. A clock is no more than some hundred ppm off. A device that asks for more wants to fill or empty its FIFO, some
 *    by a whole frame a millisecond. It is followed by 1 % at most: that is less than a frame a millisecond, up to
 *    96 kHz.
 */
#include "feedback_rate.h"

#include "../../wire/usb_audio_stream.h"
#include "../platform.h"

#define TOLERANCE_PPM		25000u
#define FIRST_PROOF_VALUES	3u
#define OTHER_PROOF_VALUES	8u
#define LEAST_SHIFT		(-4)
#define GREATEST_SHIFT		8
#define VALUE_4_MASK		0x0fffffffu	/* 12.16: nothing counts more, and some devices leave rubbish above */

/* Only at set-up: a 32-bit processor divides 64-bit numbers slowly. */
static uint32_t parts_per_million(uint32_t value, uint32_t ppm)
{
	return (uint32_t)((uint64_t)value * ppm / 1000000u);
}

void feedback_rate_init(struct feedback_rate *rate, uint32_t rate_hz, uint32_t speed)
{
	uint32_t nominal_q16 = (uint32_t)(((uint64_t)rate_hz << 16) / 1000u);

	*rate = (struct feedback_rate){
		.nominal_q16 = nominal_q16,
		.tolerance_q16 = parts_per_million(nominal_q16, TOLERANCE_PPM),
		.limit_q16 = parts_per_million(nominal_q16, FEEDBACK_RATE_LIMIT_PPM),
		.speed = speed,
	};
}

void feedback_rate_restart(struct feedback_rate *rate)
{
	rate->has_scale = false;
	rate->candidate_values = 0;
}

static uint64_t scale(uint32_t value, int32_t shift)
{
	return shift < 0 ? value >> -shift : (uint64_t)value << shift;
}

static bool fits(const struct feedback_rate *rate, uint32_t value, int32_t shift)
{
	uint64_t scaled_q16 = scale(value, shift);

	return scaled_q16 + rate->tolerance_q16 >= rate->nominal_q16 &&
	       scaled_q16 <= (uint64_t)rate->nominal_q16 + rate->tolerance_q16;
}

/* Rule 1. */
static int32_t specified_shift(uint32_t speed, uint32_t bytes)
{
	if (speed == UAUDIO_SPEED_FULL)
		return bytes == 3 ? 2 : 0;
	return bytes == 3 ? 5 : 3;
}

/* Rule 2. Returns whether there is a scale that fits. */
static bool find_scale(const struct feedback_rate *rate, uint32_t value, int32_t *shift)
{
	for (*shift = LEAST_SHIFT; *shift <= GREATEST_SHIFT; ++*shift) {
		if (fits(rate, value, *shift))
			return true;
	}
	return false;
}

/* Rule 3. Returns whether the value's scale is, with this value, the one to believe. */
static bool prove_scale(struct feedback_rate *rate, uint32_t value)
{
	int32_t shift;

	if (!find_scale(rate, value, &shift)) {
		rate->candidate_values = 0;
		return false;
	}
	if (rate->candidate_values && shift != rate->candidate_shift)
		rate->candidate_values = 0;
	rate->candidate_shift = shift;
	if (++rate->candidate_values < (rate->has_scale ? OTHER_PROOF_VALUES : FIRST_PROOF_VALUES))
		return false;
	rate->shift = shift;
	rate->has_scale = true;
	return true;
}

/* Rule 5. */
static uint32_t limit(const struct feedback_rate *rate, uint32_t scaled_q16)
{
	if (scaled_q16 > rate->nominal_q16 + rate->limit_q16)
		return rate->nominal_q16 + rate->limit_q16;
	if (scaled_q16 < rate->nominal_q16 - rate->limit_q16)
		return rate->nominal_q16 - rate->limit_q16;
	return scaled_q16;
}

enum feedback_verdict feedback_rate_judge(struct feedback_rate *rate, uint32_t value, uint32_t bytes,
					  uint32_t *frames_per_ms_q16)
{
	platform_assert(rate->nominal_q16 && (bytes == 3 || bytes == 4));
	if (bytes == 4)
		value &= VALUE_4_MASK;
	if (!rate->has_scale || !fits(rate, value, rate->shift)) {
		bool is_proven = prove_scale(rate, value);

		if (!is_proven)
			return !rate->has_scale && rate->candidate_values ? FEEDBACK_UNPROVEN : FEEDBACK_REFUSED;
	}
	rate->candidate_values = 0;
	*frames_per_ms_q16 = limit(rate, (uint32_t)scale(value, rate->shift));
	return rate->shift == specified_shift(rate->speed, bytes) ? FEEDBACK_ACCEPTED : FEEDBACK_SCALED;
}
