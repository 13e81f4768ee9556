// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * wavmake: makes one WAV file of several, or a test sound.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wav.h"

static const char usage[] =
	"Usage: wavmake OUT FILE...\n"
	"       wavmake OUT --noise SEED RATE_HZ CHANNELS BITS FRAMES\n"
	"       wavmake OUT --silence RATE_HZ CHANNELS BITS FRAMES\n"
	"\n"
	"Joins PCM WAV files of one format. Or makes noise that uses every bit of every sample and differs between the\n"
	"channels (the same for the same SEED), or silence.\n";

static int fail(const char *what)
{
	fprintf(stderr, "wavmake: %s\n", what);
	return 1;
}

static int write_header(FILE *out, uint32_t rate_hz, uint32_t channels, uint32_t bits, uint64_t frames)
{
	uint8_t header[44];

	if (wav_write_header(header, rate_hz, channels, bits, frames))
		return fail("too long for a WAV file");
	return fwrite(header, sizeof(header), 1, out) == 1 ? 0 : fail("cannot write");
}

/* A chunk has an even length in the file. */
static int write_padding(FILE *out, uint64_t bytes)
{
	return !(bytes & 1) || fputc(0, out) == 0 ? 0 : fail("cannot write");
}

static int join(FILE *out, char **paths, int count)
{
	char error[WAV_ERROR_BYTES];
	struct wav first, wav;
	uint64_t frames = 0;

	if (wav_read(paths[0], &first, error))
		return fail(error);
	free(first.file);
	if (write_header(out, first.rate_hz, first.channels, first.bits, 0))
		return 1;
	for (int i = 0; i < count; i++) {
		if (wav_read(paths[i], &wav, error))
			return fail(error);
		if (wav.rate_hz != first.rate_hz || wav.channels != first.channels || wav.bits != first.bits) {
			wav_free(&wav);
			return fail("the files have different formats");
		}
		if (fwrite(wav.samples, wav.channels * wav.bits / 8, wav.frames, out) != wav.frames) {
			wav_free(&wav);
			return fail("cannot write");
		}
		frames += wav.frames;
		wav_free(&wav);
	}
	if (write_padding(out, frames * (first.channels * first.bits / 8)))
		return 1;
	rewind(out);
	return write_header(out, first.rate_hz, first.channels, first.bits, frames);
}

/* xorshift32 (Marsaglia 2003): every bit of a sample changes, and the seed says which noise it is. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static bool parse_number(const char *text, uint64_t limit, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *number <= limit;
}

static int synthesize(FILE *out, uint32_t seed, char **numbers)
{
	uint64_t rate_hz, channels, bits, frames;
	uint32_t state = seed;

	if (!parse_number(numbers[0], UINT32_MAX, &rate_hz) || !parse_number(numbers[1], WAV_MAX_CHANNELS, &channels) ||
	    !parse_number(numbers[2], 32, &bits) || !parse_number(numbers[3], UINT32_MAX, &frames) ||
	    !rate_hz || !channels || !bits || bits % 8)
		return fail("bad rate, channels, bits or frames");
	if (write_header(out, (uint32_t)rate_hz, (uint32_t)channels, (uint32_t)bits, frames))
		return 1;
	for (uint64_t i = 0; i < frames * channels; i++) {
		uint32_t sample = seed ? next_random(&state) : 0;
		uint8_t bytes[4] = { sample & 0xff, sample >> 8 & 0xff, sample >> 16 & 0xff, sample >> 24 };

		if (fwrite(bytes, bits / 8, 1, out) != 1)
			return fail("cannot write");
	}
	return write_padding(out, frames * channels * bits / 8);
}

int main(int argc, char **argv)
{
	FILE *out;
	int status;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc < 3 || (!strcmp(argv[2], "--noise") && argc != 8) || (!strcmp(argv[2], "--silence") && argc != 7)) {
		fputs(usage, stderr);
		return 1;
	}
	out = fopen(argv[1], "wb");
	if (!out) {
		perror(argv[1]);
		return 1;
	}
	if (!strcmp(argv[2], "--noise"))
		status = synthesize(out, (uint32_t)strtoul(argv[3], NULL, 0) | 1, argv + 4);
	else if (!strcmp(argv[2], "--silence"))
		status = synthesize(out, 0, argv + 3);
	else
		status = join(out, argv + 2, argc - 2);
	if (fclose(out) && !status)
		status = fail("cannot write");
	if (status)
		remove(argv[1]);
	return status;
}
