// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The line of one alternate setting: "alt bits 24 bytes 3 channels 2 interval 1 ms". */
#include "read_section.h"

static bool take_bits(struct words *words, struct alt_spec *alt)
{
	int64_t value;

	if (!words_take_number(words, 8, 32, "bits of a sample", &value))
		return false;
	alt->bits = (uint8_t)value;
	return true;
}

static bool take_bytes(struct words *words, struct alt_spec *alt)
{
	int64_t value;

	if (!words_take_number(words, 1, 4, "bytes of a sample", &value))
		return false;
	alt->bytes = (uint8_t)value;
	return true;
}

static bool take_channels(struct words *words, struct alt_spec *alt)
{
	int64_t value;

	if (!words_take_number(words, 1, SPEC_CHANNELS, "channels", &value))
		return false;
	alt->channels = (uint8_t)value;
	return true;
}

static bool take_map(struct words *words, struct alt_spec *alt)
{
	int64_t value;

	if (!words_take_number(words, 1, 0x7fffffff, "a mask of channel positions", &value))
		return false;
	alt->channel_map = (uint32_t)value;
	return true;
}

static bool take_interval(struct words *words, struct alt_spec *alt)
{
	uint64_t ns;

	if (!words_take_time(words, 32000000, "a service interval", &ns))
		return false;
	if (ns < 125000 || (ns & (ns - 1) && ns % 125000) || ((ns / 125000) & (ns / 125000 - 1)))
		return words_expected(words, "a service interval of 125 us times a power of two");
	alt->interval_us = (uint32_t)(ns / 1000);
	return true;
}

static bool take_packet(struct words *words, struct alt_spec *alt)
{
	int64_t value;

	if (!words_take_number(words, 1, 49152, "bytes of the greatest packet", &value))
		return false;
	alt->packet_bytes = (uint32_t)value;
	return true;
}

static bool take_burst(struct words *words, struct alt_spec *alt)
{
	int64_t value;

	if (!words_take_number(words, 1, 16, "packets of a burst", &value))
		return false;
	alt->burst = (uint8_t)value;
	return true;
}

static bool take_format(struct words *words, struct alt_spec *alt)
{
	static const char *const formats[] = { "pcm", "float", "raw", NULL };
	unsigned int format;

	if (!words_take_one_of(words, formats, "a format", &format))
		return false;
	alt->format = (enum sample_format)format;
	return true;
}

static bool take_rates(struct words *words, struct alt_spec *alt)
{
	return read_rates(words, &alt->rates);
}

bool read_alt(struct words *words, struct function_spec *function, void *item)
{
	static const char *const names[] = { "bits",   "bytes", "channels", "map",   "interval",
					     "packet", "burst", "format",   "rates", NULL };
	static bool (*const take[])(struct words *words, struct alt_spec *alt) = {
		take_bits, take_bytes, take_channels, take_map, take_interval,
		take_packet, take_burst, take_format, take_rates,
	};
	struct stream_spec *stream = item;
	struct alt_spec *alt = &stream->alts[stream->alt_count];
	unsigned int index;

	(void)function;
	if (stream->alt_count == SPEC_ALTS)
		return words_complain(words, words->line, "expected at most 16 alternate settings of a stream");
	*alt = (struct alt_spec){ .line = words->line, .bits = 16, .channels = 2, .interval_us = 1000 };
	while (words_has_more(words))
		if (!words_take_one_of(words, names, "a property of an alternate setting", &index) ||
		    !take[index](words, alt))
			return false;
	if (!alt->bytes)
		alt->bytes = (uint8_t)((alt->bits + 7) / 8);
	if (alt->bits > alt->bytes * 8)
		return words_complain(words, words->line, "%d bits do not fit %d bytes", alt->bits, alt->bytes);
	stream->alt_count++;
	return true;
}
