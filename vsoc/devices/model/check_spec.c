// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Contradictions between the parts of a device file, and values that the file leaves open. */
#include "read_section.h"

#include <string.h>

/* How many bytes an interval can carry. */
static uint32_t most_bytes(enum bus_speed speed, const struct alt_spec *alt)
{
	switch (speed) {
	case SPEED_FULL:
		return 1023;
	case SPEED_HIGH:
		return 3 * 1024;
	default:
		return 3 * 1024 * (alt->burst ? alt->burst : 1);
	}
}

static bool check_alt(struct words *words, const struct device_spec *spec,
		      const struct function_spec *function, const struct stream_spec *stream,
		      const struct alt_spec *alt)
{
	uint32_t bytes = spec_packet_bytes(function, stream, alt), most = most_bytes(spec->speed, alt);

	if (alt->interval_us < bus_interval_us(spec->speed))
		return words_complain(words, alt->line, "at full speed a service interval is 1 ms or more");
	if (bytes > most)
		return words_complain(words, alt->line, "packets of %u bytes: this speed%s carries %u", bytes,
				      spec->speed == SPEED_SUPER ? " and burst" : "", most);
	if (alt->burst && spec->speed != SPEED_SUPER)
		return words_complain(words, alt->line, "only SuperSpeed has bursts");
	if (alt->rates.count && function->uac != 1)
		return words_complain(words, alt->line,
				      "only in UAC1 has an alternate setting rates; here its clock has them");
	if (function->uac == 1 && (alt->channel_map > UINT16_MAX || alt->format == SAMPLE_RAW))
		return words_complain(words, alt->line, "UAC1 has neither raw data nor a map of more than 16 bits");
	if (function->uac == 1 && spec_alt_rates(function, stream, alt)->hz[0] > 0xffffff)
		return words_complain(words, alt->line, "UAC1 has rates of 24 bits");
	return true;
}

/* Whether anything says that this clock keeps another time than the bus. */
static bool is_free(const struct clock_spec *clock)
{
	return clock->ppm || clock->jitter_ns;
}

static bool check_stream(struct words *words, const struct device_spec *spec, struct function_spec *function,
			 struct stream_spec *stream)
{
	const struct clock_spec *clock;

	if (!stream->has_clock && function->clock_count > 1)
		return words_complain(words, stream->line, "which of the %u clocks has stream \"%s\"? expected \"clock NAME\"",
				      function->clock_count, stream->name);
	clock = spec_clock_source(function, stream->clock);
	if (!stream->alt_count)
		return words_complain(words, stream->line, "stream \"%s\" has no alternate setting: expected \"alt ...\"",
				      stream->name);
	if (is_free(clock) && stream->sync != SYNC_ASYNCHRONOUS)
		return words_complain(words, stream->line,
				      "stream \"%s\" follows the bus: its clock has neither ppm nor jitter", stream->name);
	if (stream->source == SOURCE_LOOP &&
	    spec_clock_source(function, function->streams[stream->loop].clock) != clock)
		return words_complain(words, stream->line, "a loop needs one clock for both of its streams");
	for (unsigned int i = 0; i < stream->alt_count; i++)
		if (!check_alt(words, spec, function, stream, &stream->alts[i]))
			return false;
	return true;
}

static bool check_clock(struct words *words, const struct function_spec *function, struct clock_spec *clock)
{
	bool is_there = false;

	if (function->uac == 1 && clock->numerator != clock->denominator)
		return words_complain(words, clock->line, "UAC1 has no clock multipliers");
	if (clock->kind != CLOCK_SOURCE)
		return true;
	if (!clock->rates.count)
		return words_complain(words, clock->line, "clock \"%s\" has no rates: expected \"rates ...\"", clock->name);
	if (!clock->start_hz)
		clock->start_hz = clock->rates.hz[0];
	for (unsigned int i = 0; i < clock->rates.count; i++)
		is_there |= clock->rates.hz[i] == clock->start_hz;
	if (clock->rates.is_continuous)
		is_there = clock->start_hz >= clock->rates.hz[0] && clock->start_hz <= clock->rates.hz[1];
	return is_there || words_complain(words, clock->line, "clock \"%s\" starts at a rate that it does not have",
					  clock->name);
}

/* A function of one crystal need not say more than the rates of its settings. */
static void add_default_clock(struct function_spec *function)
{
	struct clock_spec *clock = &function->clocks[0];

	if (function->clock_count)
		return;
	*clock = (struct clock_spec){
		.name = "clock",
		.line = function->line,
		.rates = { .hz = { 48000 }, .count = 1 },
		.numerator = 1,
		.denominator = 1,
	};
	for (unsigned int i = 0; i < function->stream_count; i++)
		if (function->streams[i].alt_count && function->streams[i].alts[0].rates.count) {
			clock->rates = function->streams[i].alts[0].rates;
			break;
		}
	function->clock_count = 1;
}

/* A basic audio device has no descriptors of its class: its packet sizes say all. */
static bool check_badd(struct words *words, const struct device_spec *spec,
		       const struct function_spec *function)
{
	if (!function->badd_profile)
		return true;
	if (function->uac != 3)
		return words_complain(words, function->line, "only UAC3 has basic audio devices");
	if (spec->speed == SPEED_FULL)
		return words_complain(words, function->line, "a basic audio device has at least high speed");
	for (unsigned int i = 0; i < function->stream_count; i++) {
		const struct stream_spec *stream = &function->streams[i];

		for (unsigned int j = 0; j < stream->alt_count; j++) {
			const struct alt_spec *alt = &stream->alts[j];

			if (spec_alt_rates(function, stream, alt)->hz[0] != 48000 || alt->channels > 2 ||
			    (alt->bits != 16 && alt->bits != 24) || alt->bytes * 8 != alt->bits ||
			    alt->interval_us != 1000)
				return words_complain(words, alt->line,
						      "a basic audio device has 48000 Hz, 16 or 24 packed bits, 1 or 2 channels and 1 ms");
		}
	}
	return true;
}

static bool check_function(struct words *words, const struct device_spec *spec,
			   struct function_spec *function)
{
	if (!function->uac)
		return words_complain(words, function->line, "the function has no version of the class: expected \"uac 1\", 2 or 3");
	if (!function->stream_count && !function->midi_ports)
		return words_complain(words, function->line, "the function has neither a stream nor MIDI ports");
	add_default_clock(function);
	for (unsigned int i = 0; i < function->clock_count; i++)
		if (!check_clock(words, function, &function->clocks[i]))
			return false;
	for (unsigned int i = 0; i < function->stream_count; i++)
		if (!check_stream(words, spec, function, &function->streams[i]))
			return false;
	return check_badd(words, spec, function);
}

static const struct stream_spec *find_stream(const struct device_spec *spec, const char *name)
{
	for (unsigned int i = 0; i < spec->function_count; i++)
		for (unsigned int j = 0; j < spec->functions[i].stream_count; j++)
			if (!strcmp(spec->functions[i].streams[j].name, name))
				return &spec->functions[i].streams[j];
	return NULL;
}

static bool has_clock(const struct device_spec *spec, const char *name)
{
	for (unsigned int i = 0; i < spec->function_count; i++)
		for (unsigned int j = 0; j < spec->functions[i].clock_count; j++)
			if (spec->functions[i].clocks[j].kind == CLOCK_SOURCE &&
			    !strcmp(spec->functions[i].clocks[j].name, name))
				return true;
	return false;
}

static bool has_key(const struct device_spec *spec, uint16_t key)
{
	for (unsigned int i = 0; i < spec->function_count; i++)
		for (unsigned int j = 0; j < spec->functions[i].key_count; j++)
			if (spec->functions[i].keys[j] == key)
				return true;
	return false;
}

static bool check_moment(struct words *words, const struct device_spec *spec, const struct moment *moment)
{
	const struct stream_spec *stream = moment->stream[0] ? find_stream(spec, moment->stream) : NULL;

	/* The streams of a dump are known later: play1, record2, by the number of the interface. */
	if (moment->stream[0] && !stream && spec->function_count)
		return words_complain(words, moment->line, "the device has no stream \"%s\"", moment->stream);
	if (stream && stream->is_playback && (moment->action == ACTION_LONG || moment->action == ACTION_SHORT))
		return words_complain(words, moment->line,
				      "the host makes the packets of stream \"%s\": they can be missing, or babble",
				      moment->stream);
	if (moment->clock[0] && !has_clock(spec, moment->clock))
		return words_complain(words, moment->line, "the device has no clock \"%s\"", moment->clock);
	if (moment->action == ACTION_KEY && !has_key(spec, moment->key))
		return words_complain(words, moment->line, "the device does not have that key");
	return true;
}

bool check_moments(struct words *words, const struct device_spec *spec)
{
	for (unsigned int i = 0; i < spec->moment_count; i++)
		if (!check_moment(words, spec, &spec->moments[i]))
			return false;
	return true;
}

bool check_spec(struct words *words, struct device_spec *spec)
{
	if (!spec->function_count)
		return words_complain(words, words->line, "the device has no audio function: expected \"uac 1\", 2 or 3");
	for (unsigned int i = 0; i < spec->function_count; i++)
		if (!check_function(words, spec, &spec->functions[i]))
			return false;
	return check_moments(words, spec);
}
