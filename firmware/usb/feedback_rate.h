/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The rate of an asynchronous device, found in the values of its explicit feedback (USB 2.0, 5.12.4.2).
 *
 * Devices disagree with the specification, and with each other, on the unit of a value. feedback_rate.c has the
 * rules by which a value is believed.
 */
#ifndef LULLABY_USB_FEEDBACK_RATE_H
#define LULLABY_USB_FEEDBACK_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* A device's rate is followed so far off the nominal one. */
#define FEEDBACK_RATE_LIMIT_PPM		10000u

/**
 * struct feedback_rate - the judge of a feedback endpoint's values
 * @nominal_q16: 16.16 audio frames a millisecond; fixed after init
 * @tolerance_q16: a value may be so far off @nominal_q16 to be believed; fixed after init
 * @limit_q16: the device's rate is followed so far off @nominal_q16; fixed after init
 * @speed: enum uaudio_speed_info; fixed after init
 * @shift: the scale, if @has_scale: a value is 1 / (65536 << @shift) audio frames a millisecond
 * @candidate_shift: the scale that the last @candidate_values would have
 * @candidate_values: so many values in a row fit another scale, always the same
 * @has_scale: whether the scale has been found
 */
struct feedback_rate {
	uint32_t nominal_q16;
	uint32_t tolerance_q16;
	uint32_t limit_q16;
	uint32_t speed;
	int32_t shift;
	int32_t candidate_shift;
	uint32_t candidate_values;
	bool has_scale;
};

/* The fate of a value. */
enum feedback_verdict {
	FEEDBACK_UNPROVEN,	/* it fits, but too few values have said the same: it is not followed */
	FEEDBACK_ACCEPTED,
	FEEDBACK_SCALED,	/* accepted, with another scale than the specification's */
	FEEDBACK_REFUSED,
};

/**
 * feedback_rate_init() - no scale is known
 * @rate: written
 * @rate_hz: nominal rate, 1 .. 768000
 * @speed: enum uaudio_speed_info
 */
void feedback_rate_init(struct feedback_rate *rate, uint32_t rate_hz, uint32_t speed);

/**
 * feedback_rate_restart() - forget the scale: another run begins
 * @rate: the judge
 */
void feedback_rate_restart(struct feedback_rate *rate);

/**
 * feedback_rate_judge() - a value has come
 * @rate: the judge
 * @value: little-endian number of the value's bytes, untrusted
 * @bytes: how many they were: 3 or 4
 * @frames_per_ms_q16: set to the device's rate, 16.16 audio frames a millisecond, if it is accepted; it is no more than
 *	FEEDBACK_RATE_LIMIT_PPM off the nominal rate
 *
 * Return: whether the value is accepted.
 */
enum feedback_verdict feedback_rate_judge(struct feedback_rate *rate, uint32_t value, uint32_t bytes,
					  uint32_t *frames_per_ms_q16);

#endif /* LULLABY_USB_FEEDBACK_RATE_H */
