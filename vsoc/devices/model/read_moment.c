// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Lines that say that something happens at a moment:
 *
 *	at 2 s unplug 300 ms
 *	after headphones 250 ms key volume-up
 *	on set-rate 2 stall
 *	on packet headphones 100 missing 5
 */
#include "read_section.h"

#include <string.h>

#define DAY_NS (86400 * 1000000000ull)

static const struct {
	const char *name;
	uint16_t usage;
} keys[] = {
	{ "volume-up", 0xe9 },	{ "volume-down", 0xea }, { "mute", 0xe2 },   { "play-pause", 0xcd },
	{ "next", 0xb5 },	{ "previous", 0xb6 },	 { "stop", 0xb7 },   { NULL, 0 },
};

bool read_key(struct words *words, uint16_t *usage)
{
	const char *names[sizeof(keys) / sizeof(keys[0])];
	unsigned int index;

	for (index = 0; index < sizeof(names) / sizeof(names[0]); index++)
		names[index] = keys[index].name;
	if (!words_take_one_of(words, names, "a key", &index))
		return false;
	*usage = keys[index].usage;
	return true;
}

static bool take_clock_and_value(struct words *words, struct moment *moment, int64_t least, int64_t greatest,
				 const char *expected)
{
	int64_t value;

	if (!words_take_name(words, "the name of a clock", moment->clock) ||
	    !words_take_number(words, least, greatest, expected, &value))
		return false;
	moment->value = (int32_t)value;
	return true;
}

/* The actions of the device as a whole. */
static bool take_device_action(struct words *words, struct moment *moment)
{
	static const char *const names[] = { "plug", "unplug", "key", "rate", "ppm", "valid", "invalid", NULL };
	unsigned int index;
	uint64_t ns;

	if (!words_take_one_of(words, names, "an action", &index))
		return false;
	moment->action = (enum action)(ACTION_PLUG + index);
	switch (moment->action) {
	case ACTION_UNPLUG:
		if (!words_has_more(words))
			return true;
		if (!words_take_time(words, DAY_NS, "the time until it is plugged in again", &ns))
			return false;
		moment->replug_ms = (uint32_t)(ns / 1000000);
		return moment->replug_ms || words_expected(words, "at least 1 ms");
	case ACTION_KEY:
		return read_key(words, &moment->key);
	case ACTION_RATE:
		return take_clock_and_value(words, moment, 1000, 1536000, "a rate in Hz");
	case ACTION_PPM:
		return take_clock_and_value(words, moment, -100000, 100000, "an offset in ppm");
	case ACTION_VALID:
	case ACTION_INVALID:
		return words_take_name(words, "the name of a clock", moment->clock);
	default:
		return true;
	}
}

/* How many, behind the action: a number, or "always". */
static bool take_count(struct words *words, struct moment *moment)
{
	int64_t count;

	moment->count = 1;
	if (!words_has_more(words))
		return true;
	moment->count = 0;
	if (words_take_if(words, "always"))
		return true;
	if (!words_take_number(words, 1, INT32_MAX, "how many, or \"always\"", &count))
		return false;
	moment->count = (uint32_t)count;
	return true;
}

static bool take_first(struct words *words, struct moment *moment)
{
	int64_t first;

	if (!words_take_number(words, 1, INT32_MAX, "the how manieth", &first))
		return false;
	moment->first = (uint32_t)first;
	return true;
}

/* The action of a request or a packet, of which there are the ones from @from to @to, or to unplug. */
static bool take_fault(struct words *words, struct moment *moment, const char *const names[],
		       enum action from)
{
	unsigned int index;

	if (words_take_if(words, "unplug")) {
		uint64_t ns = 0;

		moment->action = ACTION_UNPLUG;
		moment->count = 1;
		if (words_has_more(words) &&
		    !words_take_time(words, DAY_NS, "the time until it is plugged in again", &ns))
			return false;
		moment->replug_ms = (uint32_t)(ns / 1000000);
		return true;
	}
	if (!words_take_one_of(words, names, "unplug, or a fault", &index))
		return false;
	moment->action = (enum action)(from + index);
	return take_count(words, moment);
}

static bool read_packet_moment(struct words *words, struct moment *moment)
{
	static const char *const faults[] = { "long", "short", "missing", "babble", NULL };

	moment->kind = MOMENT_PACKET;
	return words_take_name(words, "the name of a stream", moment->stream) && take_first(words, moment) &&
	       take_fault(words, moment, faults, ACTION_LONG);
}

static bool read_request_moment(struct words *words, struct moment *moment)
{
	static const char *const requests[] = {
		"request",   "set-configuration", "set-interface", "get-descriptor", "set-rate",
		"get-rate",  "get-rates",	  "get-valid",	   "set-volume",     "get-volume",
		"set-mute",  "get-mute",	  NULL,
	};
	static const char *const faults[] = { "stall", "silence", "garbage", NULL };
	unsigned int index;

	moment->kind = MOMENT_REQUEST;
	if (!words_take_one_of(words, requests, "\"packet\", or a request", &index))
		return false;
	moment->request = (enum request_kind)index;
	return take_first(words, moment) && take_fault(words, moment, faults, ACTION_STALL);
}

bool read_moment(struct words *words, struct device_spec *spec, enum moment_kind kind)
{
	struct moment *moment = &spec->moments[spec->moment_count];

	if (spec->moment_count == SPEC_MOMENTS)
		return words_complain(words, words->line, "expected at most 64 moments");
	*moment = (struct moment){ .kind = kind, .line = words->line };
	switch (kind) {
	case MOMENT_AFTER:
		if (!words_take_name(words, "the name of a stream", moment->stream))
			return false;
		/* fall through */
	case MOMENT_AT:
		if (!words_take_time(words, DAY_NS, "a time", &moment->time_ns) ||
		    !take_device_action(words, moment))
			return false;
		break;
	default:
		if (!(words_take_if(words, "packet") ? read_packet_moment(words, moment) :
						       read_request_moment(words, moment)))
			return false;
	}
	spec->moment_count++;
	return words_end_line(words);
}
