// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The sections of clocks, selectors and multipliers. */
#include "read_section.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_HZ	1000
#define GREATEST_HZ	1536000
#define GREATEST_RATIO	64

const struct keyword *keyword_find(const struct keyword *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	return NULL;
}

/* "8000..192000": returns whether the word is a range, and reads it if so. */
static bool read_range(struct words *words, const char *word, struct rate_set *rates)
{
	unsigned int least, greatest;
	char rest;

	if (sscanf(word, "%7u..%7u%c", &least, &greatest, &rest) != 2)
		return false;
	if (least < LEAST_HZ || greatest > GREATEST_HZ || least >= greatest)
		return words_expected(words, "a range of rates in Hz, as in \"8000..48000\"");
	rates->is_continuous = true;
	rates->count = 2;
	rates->hz[0] = least;
	rates->hz[1] = greatest;
	return true;
}

bool read_rates(struct words *words, struct rate_set *rates)
{
	memset(rates, 0, sizeof(*rates));
	do {
		const char *word = words_take(words);
		char *end;
		unsigned long hz;

		if (!word)
			return words_expected(words, "rates in Hz");
		if (!rates->count && strstr(word, ".."))
			return read_range(words, word, rates) ||
			       words_expected(words, "a range of rates in Hz, as in \"8000..48000\"");
		hz = strtoul(word, &end, 10);
		if (*end || hz < LEAST_HZ || hz > GREATEST_HZ)
			return words_expected(words, "a rate in Hz (1000 to 1536000)");
		if (rates->count && hz <= rates->hz[rates->count - 1])
			return words_expected(words, "a greater rate than the one before");
		if (rates->count == SPEC_RATES)
			return words_expected(words, "at most 24 rates");
		rates->hz[rates->count++] = (uint32_t)hz;
	} while (words_has_more(words));
	return true;
}

static bool find_clock(const struct function_spec *function, const char *name, unsigned int *index)
{
	for (*index = 0; *index < function->clock_count; (*index)++)
		if (!strcmp(function->clocks[*index].name, name))
			return true;
	return false;
}

/* The inputs of a selector up to the end of the line; the one of a multiplier. */
static bool read_inputs(struct words *words, const struct function_spec *function, struct clock_spec *clock)
{
	unsigned int greatest = clock->kind == CLOCK_SELECTOR ? SPEC_CLOCKS - 1 : 1;

	do {
		char name[SPEC_NAME_BYTES];
		unsigned int index;

		if (!words_take_name(words, "the name of a clock", name))
			return false;
		if (!find_clock(function, name, &index))
			return words_expected(words, "the name of a clock that stands above");
		clock->inputs[clock->input_count++] = index;
	} while (clock->input_count < greatest && words_has_more(words));
	return true;
}

/* "2/1" behind the input of a multiplier: how its rate becomes another. */
static bool read_ratio(struct words *words, struct clock_spec *clock)
{
	unsigned int numerator, denominator;
	const char *word;
	char rest;

	if (!words_has_more(words))
		return true;
	word = words_take(words);
	if (!word || sscanf(word, "%4u/%4u%c", &numerator, &denominator, &rest) != 2 || !numerator || !denominator ||
	    numerator > GREATEST_RATIO || denominator > GREATEST_RATIO)
		return words_expected(words, "a ratio of numbers from 1 to 64, as in \"2/1\"");
	clock->numerator = (uint16_t)numerator;
	clock->denominator = (uint16_t)denominator;
	return true;
}

struct clock_spec *read_clock_begin(struct words *words, struct function_spec *function,
				    enum clock_kind kind)
{
	struct clock_spec *clock;
	char name[SPEC_NAME_BYTES];
	unsigned int index;

	if (!words_take_name(words, "a name for the clock", name))
		return NULL;
	if (find_clock(function, name, &index)) {
		words_expected(words, "a name that no other clock has");
		return NULL;
	}
	if (function->clock_count == SPEC_CLOCKS) {
		words_expected(words, "at most 8 clocks");
		return NULL;
	}
	clock = &function->clocks[function->clock_count];
	*clock = (struct clock_spec){ .kind = kind, .line = words->line, .numerator = 1, .denominator = 1 };
	memcpy(clock->name, name, sizeof(name));
	if (kind != CLOCK_SOURCE && !read_inputs(words, function, clock))
		return NULL;
	if (kind == CLOCK_MULTIPLIER && !read_ratio(words, clock))
		return NULL;
	if (!words_end_line(words))
		return NULL;
	function->clock_count++;
	return clock;
}

/* Whether the clock is one that ticks by itself; else complains. */
static bool is_source(struct words *words, const struct clock_spec *clock)
{
	return clock->kind == CLOCK_SOURCE ||
	       words_complain(words, words->line, "a selector or a multiplier has the rates of its inputs");
}

static bool read_clock_rates(struct words *words, struct function_spec *function, void *item)
{
	struct clock_spec *clock = item;

	(void)function;
	return is_source(words, clock) && read_rates(words, &clock->rates);
}

static bool read_start(struct words *words, struct function_spec *function, void *item)
{
	struct clock_spec *clock = item;
	int64_t value;

	(void)function;
	if (!is_source(words, clock) ||
	    !words_take_number(words, LEAST_HZ, GREATEST_HZ, "the rate at the start in Hz", &value))
		return false;
	clock->start_hz = (uint32_t)value;
	return true;
}

static bool read_ppm(struct words *words, struct function_spec *function, void *item)
{
	struct clock_spec *clock = item;
	int64_t value;

	(void)function;
	if (!is_source(words, clock) ||
	    !words_take_number(words, -100000, 100000, "an offset in ppm", &value))
		return false;
	clock->ppm = (int32_t)value;
	return true;
}

static bool read_jitter(struct words *words, struct function_spec *function, void *item)
{
	struct clock_spec *clock = item;
	uint64_t ns;

	(void)function;
	if (!is_source(words, clock) || !words_take_time(words, 100000, "a time", &ns))
		return false;
	clock->jitter_ns = (uint32_t)ns;
	return true;
}

static bool read_external(struct words *words, struct function_spec *function, void *item)
{
	struct clock_spec *clock = item;

	(void)function;
	clock->is_external = true;
	return is_source(words, clock);
}

static bool read_invalid(struct words *words, struct function_spec *function, void *item)
{
	struct clock_spec *clock = item;

	(void)function;
	clock->is_invalid = true;
	return is_source(words, clock);
}

const struct keyword clock_keywords[] = {
	{ "rates", read_clock_rates }, { "start", read_start },	      { "ppm", read_ppm },
	{ "jitter", read_jitter },     { "external", read_external }, { "invalid", read_invalid },
	{ NULL, NULL },
};
