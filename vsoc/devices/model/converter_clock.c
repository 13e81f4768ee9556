// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "converter_clock.h"

#include "pattern.h"

/* Phase: frames times 10^9 for nanoseconds, times 10^6 for parts per million. */
#define PHASE_PER_FRAME ((clock_phase)1000000000 * 1000000)

/* How long an edge that is too early or too late stays so. */
#define JITTER_PERIOD_NS 1000000

static clock_phase phase_at(const struct converter_clock *clock, int64_t now_ns)
{
	uint64_t elapsed_ns = now_ns > clock->since_ns ? (uint64_t)(now_ns - clock->since_ns) : 0;

	return clock->phase + (clock_phase)elapsed_ns * clock->rate_hz * (uint32_t)(1000000 + clock->ppm);
}

void clock_begin(struct converter_clock *clock, int64_t now_ns, uint32_t rate_hz, int32_t ppm, uint32_t jitter_ns)
{
	*clock = (struct converter_clock){
		.rate_hz = rate_hz,
		.ppm = ppm,
		.jitter_ns = jitter_ns,
		.is_valid = true,
		.since_ns = now_ns,
	};
}

/* Keeps the fraction of a frame that has passed. */
static void rebase(struct converter_clock *clock, int64_t now_ns)
{
	clock->phase = phase_at(clock, now_ns);
	if (now_ns > clock->since_ns)
		clock->since_ns = now_ns;
}

void clock_set_rate(struct converter_clock *clock, int64_t now_ns, uint32_t rate_hz)
{
	rebase(clock, now_ns);
	clock->rate_hz = rate_hz;
}

void clock_set_ppm(struct converter_clock *clock, int64_t now_ns, int32_t ppm)
{
	rebase(clock, now_ns);
	clock->ppm = ppm;
}

uint64_t clock_frames(struct converter_clock *clock, int64_t now_ns)
{
	uint64_t frames;

	if (clock->jitter_ns) {
		uint64_t range = 2 * (uint64_t)clock->jitter_ns + 1;

		now_ns += (int64_t)(pattern_mix((uint64_t)(now_ns / JITTER_PERIOD_NS)) % range) -
			  (int64_t)clock->jitter_ns;
	}
	frames = (uint64_t)(phase_at(clock, now_ns) / PHASE_PER_FRAME);
	if (frames > clock->reached)
		clock->reached = frames;
	return clock->reached;
}

uint64_t clock_true_millihz(const struct converter_clock *clock)
{
	return (uint64_t)clock->rate_hz * (uint32_t)(1000000 + clock->ppm) / 1000;
}
