// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Judges a host's recording of the pattern (pattern.h). */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "../../../tools/wav/wav.h"
#include "../model/pattern.h"
#include "tool.h"

/* So many frames in a row tell a place in the pattern, and so far from the last place it is looked for: ten minutes at 48 kHz. */
#define ENOUGH		16
#define FARTHEST	28800000u

/* Whether a frame of the file is that frame of the pattern. A file with wider samples has zeros below. */
static bool is_frame(const struct wav *wav, uint64_t at, uint64_t frame)
{
	for (uint32_t channel = 0; channel < wav->channels; channel++) {
		uint32_t sample = pattern_sample(frame, channel);
		uint32_t got = (uint32_t)wav_sample(wav, at, channel);

		/* The device cuts off bits that it lacks, so a sample of the file may be less exact, but 16 bits are there. */
		if ((got ^ sample) >> 16)
			return false;
	}
	return true;
}

static bool is_place(const struct wav *wav, uint64_t at, uint64_t frame)
{
	for (uint64_t i = 0; i < ENOUGH && at + i < wav->frames; i++)
		if (!is_frame(wav, at + i, frame + i))
			return false;
	return true;
}

/* Finds which frame of the pattern a frame of the file is, from @from on. Each look costs one of @looks. */
static bool find_frame(const struct wav *wav, uint64_t at, uint64_t from, uint64_t *frame, uint64_t *looks)
{
	if (at + ENOUGH > wav->frames)
		return false;
	for (*frame = from; *looks && *frame < from + FARTHEST; (*frame)++, (*looks)--)
		if (is_place(wav, at, *frame))
			return true;
	return false;
}

static bool is_silent(const struct wav *wav, uint64_t at)
{
	for (uint32_t channel = 0; channel < wav->channels; channel++)
		if (wav_sample(wav, at, channel))
			return false;
	return true;
}

int command_pattern(int count, char **paths)
{
	/* Of a file that is nothing but faults, it is enough to know that. */
	uint64_t looks = 3 * (uint64_t)FARTHEST;
	uint64_t at = 0, first, next, good = 0, wrong = 0, gaps = 0, lost = 0;
	char error[WAV_ERROR_BYTES];
	struct wav wav;

	if (count != 1) {
		fprintf(stderr, "usbmodel pattern: one WAV file is expected\n");
		return 2;
	}
	if (wav_read(paths[0], &wav, error)) {
		fprintf(stderr, "%s\n", error);
		return 2;
	}
	while (at < wav.frames && is_silent(&wav, at))
		at++;
	if (!find_frame(&wav, at, 0, &first, &looks)) {
		printf("%s: the pattern is not there\n", paths[0]);
		wav_free(&wav);
		return 1;
	}
	for (next = first; at < wav.frames; at++) {
		uint64_t found;

		if (is_frame(&wav, at, next)) {
			good++;
			next++;
		} else if (find_frame(&wav, at, next, &found, &looks)) {
			gaps++;
			lost += found - next;
			good++;
			next = found + 1;
		} else {
			wrong++;
		}
	}
	printf("frames %" PRIu64 " first %" PRIu64 " wrong %" PRIu64 " gaps %" PRIu64 " lost %" PRIu64 "\n", good, first,
	       wrong, gaps, lost);
	wav_free(&wav);
	return wrong || gaps || !good;
}
