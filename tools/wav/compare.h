/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Comparison of a capture with its sources, frame by frame.
 */
#ifndef LULLABY_WAV_COMPARE_H
#define LULLABY_WAV_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wav.h"

enum wav_difference_kind {
	WAV_DIFFERENCE_NONE = 0,
	WAV_DIFFERENCE_VALUE,		/* a frame has another value */
	WAV_DIFFERENCE_LOST,		/* frames of the source are missing */
	WAV_DIFFERENCE_INSERTED,	/* frames came that the source does not have */
};

struct wav_comparison {
	bool bit_exact;
	uint64_t frames_played;		/* of all sources */
	uint64_t frames_captured;	/* of those, how many arrived, right or wrong */
	uint64_t lead_in_frames;	/* silence before each source began */
	uint64_t pauses;		/* silence within sources, if it is allowed */
	uint64_t gaps;			/* places where frames were lost or inserted */
	uint64_t frames_lost;
	uint64_t frames_inserted;
	uint64_t frames_wrong;
	/* the first difference, if any */
	enum wav_difference_kind first_kind;
	uint64_t first_frame;		/* of its source */
	uint32_t channels;		/* of expected and got */
	int32_t expected[WAV_MAX_CHANNELS];	/* in units of the captured file's sample size */
	int32_t got[WAV_MAX_CHANNELS];
};

/**
 * wav_compare() - compare a capture with its sources
 * @played: the sources, in the order in which they were played. Mono is expected in each channel of @captured.
 * @count: how many
 * @captured: the samples that arrived. If its samples are smaller, the upper bits of the sources count.
 * @allow_pauses: silence within the sources is counted and disregarded, too
 * @comparison: the result
 * @error: on failure, one line that says why the files cannot be compared
 *
 * Silence that @captured has before, between and after the sources is disregarded. A source without samples cannot be
 * compared with anything.
 *
 * Return: 0 if they could be compared, or -1 with @error set.
 */
int wav_compare(const struct wav *played, size_t count, const struct wav *captured, bool allow_pauses,
		struct wav_comparison *comparison, char error[WAV_ERROR_BYTES]);

#endif /* LULLABY_WAV_COMPARE_H */
