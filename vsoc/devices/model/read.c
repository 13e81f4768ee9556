// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "read.h"

#include <stdio.h>
#include <string.h>

#include "read_section.h"

/* Where in the file the reader is: lines with details belong to the section that was begun last. */
struct section {
	struct device_spec *spec;
	struct function_spec *function;
	const struct keyword *keywords;	/* NULL: the file is not in a section with details */
	void *item;
};

static bool read_text(struct words *words, char *text)
{
	const char *rest = words_take_rest(words);

	if (!*rest || strlen(rest) >= SPEC_TEXT_BYTES)
		return words_expected(words, "a text of at most 95 characters");
	memcpy(text, rest, strlen(rest) + 1);
	return true;
}

static bool read_product(struct words *words, struct section *section)
{
	return read_text(words, section->spec->product);
}

static bool read_manufacturer(struct words *words, struct section *section)
{
	return read_text(words, section->spec->manufacturer);
}

static bool read_serial(struct words *words, struct section *section)
{
	return read_text(words, section->spec->serial);
}

static bool read_special(struct words *words, struct section *section)
{
	return read_text(words, section->spec->special);
}

static bool read_id(struct words *words, struct section *section)
{
	unsigned int vendor, product;
	const char *word = words_take(words);
	char rest;

	if (!word || sscanf(word, "%4x:%4x%c", &vendor, &product, &rest) != 2)
		return words_expected(words, "vendor and product in hexadecimal, as in \"f055:0001\"");
	section->spec->vendor_id = (uint16_t)vendor;
	section->spec->product_id = (uint16_t)product;
	return true;
}

static bool read_release(struct words *words, struct section *section)
{
	int64_t value;

	if (!words_take_number(words, 0, UINT16_MAX, "bcdDevice, as in \"0x0100\"", &value))
		return false;
	section->spec->release_bcd = (uint16_t)value;
	return true;
}

static bool read_speed(struct words *words, struct section *section)
{
	static const char *const speeds[] = { "full", "high", "super", NULL };
	unsigned int index;

	if (!words_take_one_of(words, speeds, "a speed", &index))
		return false;
	section->spec->speed = (enum bus_speed)index;
	return true;
}

static bool read_power(struct words *words, struct section *section)
{
	int64_t milliamperes;

	section->spec->is_self_powered = words_take_if(words, "self");
	if (section->spec->is_self_powered)
		return true;
	if (!words_take_number(words, 0, 500, "mA, or \"self\"", &milliamperes))
		return false;
	section->spec->max_power_ma = (uint16_t)milliamperes;
	return true;
}

static bool begin_function(struct words *words, struct section *section, unsigned int configuration)
{
	struct device_spec *spec = section->spec;

	if (spec->function_count == SPEC_FUNCTIONS)
		return words_complain(words, words->line, "expected at most 4 audio functions");
	section->function = &spec->functions[spec->function_count++];
	*section->function = (struct function_spec){ .configuration = configuration, .line = words->line };
	section->keywords = NULL;
	return true;
}

/* The first function of the file is there without a line that begins it. */
static bool need_function(struct words *words, struct section *section)
{
	return section->function || begin_function(words, section, 0);
}

static bool read_function(struct words *words, struct section *section)
{
	if (!section->function || !section->function->uac)
		return words_complain(words, words->line, "the first function is there without \"function\"");
	return begin_function(words, section, section->function->configuration);
}

static bool read_configuration(struct words *words, struct section *section)
{
	struct device_spec *spec = section->spec;

	if (!section->function || !section->function->uac)
		return words_complain(words, words->line,
				      "the first configuration is there without \"configuration\"");
	if (spec->configuration_count == SPEC_CONFIGURATIONS)
		return words_complain(words, words->line, "expected at most 2 configurations");
	return begin_function(words, section, spec->configuration_count++);
}

static bool read_uac(struct words *words, struct section *section)
{
	int64_t version;

	if (!need_function(words, section) || !words_take_number(words, 1, 3, "a version of the class", &version))
		return false;
	if (section->function->uac)
		return words_complain(words, words->line, "the function has a version of the class already");
	section->function->uac = (uint8_t)version;
	return true;
}

static bool read_badd(struct words *words, struct section *section)
{
	static const char *const profiles[] = { "generic",    "headphone",	  "speaker",	  "microphone",
						"headset", "headset-adapter", "speakerphone", NULL };
	unsigned int index;

	if (!need_function(words, section) || !words_take_one_of(words, profiles, "a profile", &index))
		return false;
	section->function->badd_profile = (uint8_t)(0x20 + index);
	return true;
}

static bool begin_clock(struct words *words, struct section *section, enum clock_kind kind)
{
	if (!need_function(words, section))
		return false;
	section->item = read_clock_begin(words, section->function, kind);
	section->keywords = clock_keywords;
	return section->item;
}

static bool read_clock(struct words *words, struct section *section)
{
	return begin_clock(words, section, CLOCK_SOURCE);
}

static bool read_selector(struct words *words, struct section *section)
{
	return begin_clock(words, section, CLOCK_SELECTOR);
}

static bool read_multiplier(struct words *words, struct section *section)
{
	return begin_clock(words, section, CLOCK_MULTIPLIER);
}

static bool begin_stream(struct words *words, struct section *section, bool is_playback)
{
	if (!need_function(words, section))
		return false;
	section->item = read_stream_begin(words, section->function, is_playback);
	section->keywords = stream_keywords;
	return section->item;
}

static bool read_play(struct words *words, struct section *section)
{
	return begin_stream(words, section, true);
}

static bool read_record(struct words *words, struct section *section)
{
	return begin_stream(words, section, false);
}

static bool read_keys(struct words *words, struct section *section)
{
	struct function_spec *function;

	if (!need_function(words, section))
		return false;
	function = section->function;
	do {
		if (function->key_count == SPEC_KEYS)
			return words_complain(words, words->line, "expected at most 8 keys");
		if (!read_key(words, &function->keys[function->key_count++]))
			return false;
	} while (words_has_more(words));
	return true;
}

static bool read_midi(struct words *words, struct section *section)
{
	int64_t ports;

	if (!need_function(words, section) || !words_take_number(words, 1, 16, "ports in each direction", &ports))
		return false;
	section->function->midi_ports = (uint8_t)ports;
	return true;
}

static bool read_at(struct words *words, struct section *section)
{
	return read_moment(words, section->spec, MOMENT_AT);
}

static bool read_after(struct words *words, struct section *section)
{
	return read_moment(words, section->spec, MOMENT_AFTER);
}

static bool read_on(struct words *words, struct section *section)
{
	return read_moment(words, section->spec, MOMENT_REQUEST);
}

static const struct {
	const char *name;
	bool (*read)(struct words *words, struct section *section);
} device_keywords[] = {
	{ "product", read_product },
	{ "manufacturer", read_manufacturer },
	{ "serial", read_serial },
	{ "special", read_special },
	{ "id", read_id },
	{ "release", read_release },
	{ "speed", read_speed },
	{ "power", read_power },
	{ "configuration", read_configuration },
	{ "function", read_function },
	{ "uac", read_uac },
	{ "badd", read_badd },
	{ "clock", read_clock },
	{ "selector", read_selector },
	{ "multiplier", read_multiplier },
	{ "play", read_play },
	{ "record", read_record },
	{ "keys", read_keys },
	{ "midi", read_midi },
	{ "at", read_at },
	{ "after", read_after },
	{ "on", read_on },
};

/* A line of the section that was begun last, or one that belongs to the device or begins a section. */
static bool read_line(struct words *words, struct section *section)
{
	const char *word = words_take(words);
	const struct keyword *detail = section->keywords ? keyword_find(section->keywords, word) : NULL;

	/* "clock" is a detail of a stream, and begins a section elsewhere. */
	if (detail)
		return detail->read(words, section->function, section->item) && words_end_line(words);
	for (size_t i = 0; i < sizeof(device_keywords) / sizeof(device_keywords[0]); i++)
		if (!strcmp(device_keywords[i].name, word))
			return device_keywords[i].read(words, section) && words_end_line(words);
	return words_expected(words, section->keywords == clock_keywords ?
					     "a keyword of the device or of a clock" :
				     section->keywords ? "a keyword of the device or of a stream" :
							 "a keyword of the device");
}

bool read_device(const char *file, const char *text, size_t bytes, struct device_spec *spec, char *error,
		 size_t error_bytes)
{
	struct section section = { .spec = spec };
	struct words words;

	*spec = (struct device_spec){
		.product = "USB audio device",
		.manufacturer = "Lullaby",
		.vendor_id = 0xf055,
		.product_id = 0x0001,
		.release_bcd = 0x0100,
		.max_power_ma = 100,
		.configuration_count = 1,
	};
	words_begin(&words, file, text, bytes, error, error_bytes);
	while (words_next_line(&words))
		if (!read_line(&words, &section))
			return false;
	return words_are_good(&words) && check_spec(&words, spec);
}

bool read_moments(const char *file, const char *text, struct device_spec *spec, char *error,
		  size_t error_bytes)
{
	static const char *const kinds[] = { "at", "after", "on", NULL };
	struct words words;
	unsigned int index;

	words_begin(&words, file, text, strlen(text), error, error_bytes);
	words.separator = ';';
	while (words_next_line(&words))
		if (!words_take_one_of(&words, kinds, "a moment", &index) ||
		    !read_moment(&words, spec, (enum moment_kind)index))
			return false;
	return words_are_good(&words) && check_moments(&words, spec);
}
