/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The readers of the sections of a device file. Each takes the rest of one line, of which the keyword
 * has been taken, and returns whether it was right; if not, it has complained.
 */
#ifndef LULLABY_DEVICES_READ_SECTION_H
#define LULLABY_DEVICES_READ_SECTION_H

#include "spec.h"
#include "words.h"

/* A keyword of a section and its reader. */
struct keyword {
	const char *name;
	bool (*read)(struct words *words, struct function_spec *function, void *item);
};

/* Finds the keyword; NULL if the table, which ends with an entry of no name, has none such. */
const struct keyword *keyword_find(const struct keyword *table, const char *name);

/* A list of rates in Hz up to the end of the line, or LEAST..GREATEST. */
bool read_rates(struct words *words, struct rate_set *rates);

/* "clock", "selector" and "multiplier" begin a section; the keywords of its lines. */
struct clock_spec *read_clock_begin(struct words *words, struct function_spec *function,
				    enum clock_kind kind);
extern const struct keyword clock_keywords[];

/* "play" and "record" begin a section; the keywords of its lines. */
struct stream_spec *read_stream_begin(struct words *words, struct function_spec *function,
				      bool is_playback);
extern const struct keyword stream_keywords[];

/* A line of alternate setting. */
bool read_alt(struct words *words, struct function_spec *function, void *item);

/* The names of the keys that keys and moments can have, and their usages. */
bool read_key(struct words *words, uint16_t *usage);

/* Lines that begin with "at", "after" and "on". */
bool read_moment(struct words *words, struct device_spec *spec, enum moment_kind kind);

/**
 * check_spec() - look for contradictions between parts of a device file
 * @words: to complain
 * @spec: the device; values that the file leaves open are filled in
 *
 * Return: whether there are none.
 */
bool check_spec(struct words *words, struct device_spec *spec);

/* The same for moments that were added. */
bool check_moments(struct words *words, const struct device_spec *spec);

#endif /* LULLABY_DEVICES_READ_SECTION_H */
