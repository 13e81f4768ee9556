// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "spec.h"

const struct clock_spec *spec_clock_source(const struct function_spec *function, unsigned int clock)
{
	/* Inputs stand above in the file, so this ends. */
	while (function->clocks[clock].kind != CLOCK_SOURCE)
		clock = function->clocks[clock].inputs[0];
	return &function->clocks[clock];
}

const struct rate_set *spec_alt_rates(const struct function_spec *function,
				      const struct stream_spec *stream, const struct alt_spec *alt)
{
	return alt->rates.count ? &alt->rates : &spec_clock_source(function, stream->clock)->rates;
}

/* The greatest rate that reaches the stream: each input of a selector counts. */
static uint64_t greatest_hz(const struct function_spec *function, unsigned int clock)
{
	const struct clock_spec *spec = &function->clocks[clock];
	uint64_t greatest = 0;

	if (spec->kind == CLOCK_SOURCE)
		return spec->rates.count ? spec->rates.hz[spec->rates.count - 1] : 0;
	for (unsigned int i = 0; i < spec->input_count; i++) {
		uint64_t hz = greatest_hz(function, spec->inputs[i]);

		if (hz > greatest)
			greatest = hz;
	}
	return greatest * spec->numerator / spec->denominator;
}

uint32_t spec_packet_bytes(const struct function_spec *function, const struct stream_spec *stream,
			   const struct alt_spec *alt)
{
	uint64_t hz, frames;

	if (alt->packet_bytes)
		return alt->packet_bytes;
	hz = alt->rates.count ? alt->rates.hz[alt->rates.count - 1] : greatest_hz(function, stream->clock);
	frames = (hz * alt->interval_us + 999999) / 1000000;
	if (stream->sync != SYNC_SYNCHRONOUS)
		frames++;
	return (uint32_t)(frames * alt->bytes * alt->channels);
}
