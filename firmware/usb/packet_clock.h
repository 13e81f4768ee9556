/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * How many audio frames each service interval carries.
 *
 * Without feedback the count is exact for ever: after n intervals, floor(n * rate * interval) frames have
 * been given out, by integer arithmetic with a remainder. With explicit feedback the clock follows the device's
 * rate, which feedback_rate finds.
 */
#ifndef LULLABY_USB_PACKET_CLOCK_H
#define LULLABY_USB_PACKET_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct packet_clock - frames per service interval
 * @frames: whole frames that an interval owes
 * @part: and this many 1 / @unit more, less than @unit
 * @nominal_frames: @frames without feedback; fixed after init
 * @nominal_part: @part without feedback; fixed after init
 * @unit: one audio frame in units of @part: 8000 by rate, 8 * 65536 with feedback
 * @phase: the remainder, in units of 1 / @unit, less than @unit
 * @interval_uframes: service interval; fixed after init
 * @max_frames: largest count ever given out; fixed after init
 */
struct packet_clock {
	uint32_t frames;
	uint32_t part;
	uint32_t nominal_frames;
	uint32_t nominal_part;
	uint32_t unit;
	uint32_t phase;
	uint32_t interval_uframes;
	uint32_t max_frames;
};

/**
 * packet_clock_init() - start with nothing given out, at the nominal rate
 * @clock: written
 * @rate_hz: 1 .. 768000
 * @interval_uframes: service interval, 1 .. 8000
 * @max_frames: most frames that one interval can carry
 *
 * Return: false if an interval cannot carry its share of the rate.
 */
bool packet_clock_init(struct packet_clock *clock, uint32_t rate_hz, uint32_t interval_uframes,
		       uint32_t max_frames);

/**
 * packet_clock_max_frames() - most frames of an interval
 * @rate_hz: 1 .. 768000
 * @interval_uframes: service interval, 1 .. 8000
 * @has_feedback: whether the device's own rate is followed
 *
 * Return: frames, at the nominal rate and as far above it as feedback may go.
 */
uint32_t packet_clock_max_frames(uint32_t rate_hz, uint32_t interval_uframes, bool has_feedback);

/**
 * packet_clock_restart() - as after init: nothing given out, nominal rate
 * @clock: the clock
 */
void packet_clock_restart(struct packet_clock *clock);

/**
 * packet_clock_next() - the next service interval
 * @clock: the clock
 *
 * Return: how many frames it carries, at most max_frames.
 */
uint32_t packet_clock_next(struct packet_clock *clock);

/**
 * packet_clock_peek() - look at the next service interval
 * @clock: the clock
 *
 * Return: the number that packet_clock_next() is going to return.
 */
uint32_t packet_clock_peek(const struct packet_clock *clock);

/**
 * packet_clock_set_feedback() - follow the device's own rate
 * @clock: the clock
 * @frames_per_ms_q16: consumption of the device, 16.16 audio frames a millisecond, as feedback_rate_judge() accepted it
 */
void packet_clock_set_feedback(struct packet_clock *clock, uint32_t frames_per_ms_q16);

#endif /* LULLABY_USB_PACKET_CLOCK_H */
