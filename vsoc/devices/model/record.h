/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The record of a device: a line for each packet and each other event, with its virtual time, and
 * the sound that was played to it, as WAV files. docs/devices.md describes both.
 */
#ifndef LULLABY_DEVICES_RECORD_H
#define LULLABY_DEVICES_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "samples.h"

struct record {
	char *prefix;		/* of the names of all files; NULL: nothing is written */
	FILE *lines;
};

/* Opens PREFIX.packets. Returns 0, or an errno. A @prefix of NULL or "": nothing is written. */
int record_open(struct record *record, const char *prefix);
void record_close(struct record *record);

/* Writes one line: the time, and then a text. */
void record_line(struct record *record, int64_t now_ns, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A WAV file that grows. */
struct wave {
	FILE *file;
	uint32_t bytes;		/* of samples */
	uint32_t rate_hz;
	uint16_t channels;
	struct sample_layout layout;
	unsigned int number;	/* of files that this stream has begun */
};

/**
 * wave_begin() - begin a file, or go on with the one that is there if the format is the same
 * @wave: the file
 * @record: it begins with the prefix of that one
 * @name: the stream's name
 * @rate_hz: frames a second
 * @channels: channels
 * @layout: of the samples
 */
void wave_begin(struct wave *wave, const struct record *record, const char *name, uint32_t rate_hz,
		uint16_t channels, struct sample_layout layout);
void wave_write(struct wave *wave, const uint8_t *samples, size_t bytes);

/* Writes the sizes into the header, so that the file is right although it may go on. */
void wave_flush(struct wave *wave);
void wave_close(struct wave *wave);

#endif /* LULLABY_DEVICES_RECORD_H */
