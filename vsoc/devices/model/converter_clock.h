/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The clock of a converter, in virtual time. It counts frames from the moment at which the machine
 * began, so that two streams of one clock agree on the number of each frame.
 */
#ifndef LULLABY_DEVICES_CONVERTER_CLOCK_H
#define LULLABY_DEVICES_CONVERTER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 clock_phase;

struct converter_clock {
	uint32_t rate_hz;
	int32_t ppm;		/* how much faster than nominal it runs */
	uint32_t jitter_ns;	/* its edges come so much too early or too late */
	bool is_valid;
	int64_t since_ns;	/* the rate has been as it is since then */
	clock_phase phase;	/* at that time, in units of 10^-15 frames */
	uint64_t reached;	/* frames told last: jitter never makes a clock go back */
};

/* Begins to count at frame 0. */
void clock_begin(struct converter_clock *clock, int64_t now_ns, uint32_t rate_hz, int32_t ppm, uint32_t jitter_ns);

/* Changes the rate from now on. */
void clock_set_rate(struct converter_clock *clock, int64_t now_ns, uint32_t rate_hz);
void clock_set_ppm(struct converter_clock *clock, int64_t now_ns, int32_t ppm);

/**
 * clock_frames() - the frame that a clock is at
 * @clock: the clock
 * @now_ns: the time, in ns; never before that of an earlier call
 *
 * Return: how many frames have passed since the clock began.
 */
uint64_t clock_frames(struct converter_clock *clock, int64_t now_ns);

/* The rate as the bus sees it, in 1/1000 Hz. */
uint64_t clock_true_millihz(const struct converter_clock *clock);

#endif /* LULLABY_DEVICES_CONVERTER_CLOCK_H */
