// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The comparison walks both files at once. Where they part, it looks for the nearest place where they meet
 * again: later in the captured file (frames were inserted), or later in the source (frames were
 * lost). Either is one gap. If they do not meet, the frame has a wrong value, and the walk goes on.
 */
#include "compare.h"

#include <stdio.h>
#include <string.h>

#define MEET_FRAMES		48	/* so many equal frames in a row are no accident */
#define SEARCH_FRAMES		48000	/* how far to look for them */
#define RETRY_FRAMES		480	/* after a search in vain, so many wrong frames before the next */

struct walk {
	const struct wav *played;
	const struct wav *captured;
	uint32_t mask;			/* the bits that the captured file has */
	bool allow_pauses;
	struct wav_comparison *result;
};

static int32_t played_sample(const struct walk *walk, uint64_t frame, uint32_t channel)
{
	uint32_t source_channel = walk->played->channels == 1 ? 0 : channel;

	/* A device with more channels than the sound: the others are silent. */
	if (source_channel >= walk->played->channels)
		return 0;
	return (int32_t)((uint32_t)wav_sample(walk->played, frame, source_channel) & walk->mask);
}

static bool frames_equal(const struct walk *walk, uint64_t played_at, uint64_t captured_at)
{
	for (uint32_t channel = 0; channel < walk->captured->channels; channel++) {
		if (played_sample(walk, played_at, channel) != wav_sample(walk->captured, captured_at, channel))
			return false;
	}
	return true;
}

static bool is_silent(const struct wav *wav, uint64_t frame, uint32_t mask)
{
	for (uint32_t channel = 0; channel < wav->channels; channel++) {
		if ((uint32_t)wav_sample(wav, frame, channel) & mask)
			return false;
	}
	return true;
}

static uint64_t first_sounding(const struct wav *wav, uint64_t frame, uint32_t mask)
{
	while (frame < wav->frames && is_silent(wav, frame, mask))
		frame++;
	return frame;
}

/* Whether the files agree from here on: for MEET_FRAMES, or to the end of the source if that is nearer. */
static bool meet(const struct walk *walk, uint64_t played_at, uint64_t captured_at)
{
	for (uint64_t i = 0; i < MEET_FRAMES && played_at + i < walk->played->frames; i++) {
		if (captured_at + i >= walk->captured->frames || !frames_equal(walk, played_at + i, captured_at + i))
			return false;
	}
	return true;
}

static void note_first(const struct walk *walk, enum wav_difference_kind kind, uint64_t played_at, uint64_t captured_at)
{
	struct wav_comparison *result = walk->result;
	int shift = 32 - (int)walk->captured->bits;

	if (result->first_kind != WAV_DIFFERENCE_NONE)
		return;
	result->first_kind = kind;
	result->first_frame = played_at;
	for (uint32_t channel = 0; channel < walk->captured->channels; channel++) {
		result->expected[channel] = played_at < walk->played->frames ?
			played_sample(walk, played_at, channel) >> shift : 0;
		result->got[channel] = captured_at < walk->captured->frames ?
			wav_sample(walk->captured, captured_at, channel) >> shift : 0;
	}
}

static void note_lost(const struct walk *walk, uint64_t played_at, uint64_t captured_at, uint64_t frames)
{
	note_first(walk, WAV_DIFFERENCE_LOST, played_at, captured_at);
	walk->result->gaps++;
	walk->result->frames_lost += frames;
}

static void note_inserted(const struct walk *walk, uint64_t played_at, uint64_t captured_at, uint64_t frames)
{
	note_first(walk, WAV_DIFFERENCE_INSERTED, played_at, captured_at);
	walk->result->gaps++;
	walk->result->frames_inserted += frames;
}

/*
 * At *played_at and *captured_at the files part. If they meet again near by, note the gap,
 * move on to the meeting place and return true.
 */
static bool bridge_gap(const struct walk *walk, uint64_t *played_at, uint64_t *captured_at)
{
	for (uint64_t distance = 1; distance <= SEARCH_FRAMES; distance++) {
		if (*captured_at + distance < walk->captured->frames &&
		    meet(walk, *played_at, *captured_at + distance)) {
			note_inserted(walk, *played_at, *captured_at, distance);
			*captured_at += distance;
			return true;
		}
		if (*played_at + distance < walk->played->frames && meet(walk, *played_at + distance, *captured_at)) {
			note_lost(walk, *played_at, *captured_at, distance);
			*played_at += distance;
			return true;
		}
	}
	return false;
}

/* If there is silence at *captured_at, moves on to its end and returns true. */
static bool skip_pause(const struct walk *walk, uint64_t *captured_at)
{
	uint64_t end = first_sounding(walk->captured, *captured_at, UINT32_MAX);

	if (end == *captured_at)
		return false;
	*captured_at = end;
	walk->result->pauses++;
	return true;
}

/* Returns where in the captured file the source has ended. */
static uint64_t walk_both(const struct walk *walk, uint64_t played_at, uint64_t captured_at)
{
	struct wav_comparison *result = walk->result;
	uint64_t search_again_at = 0;

	while (played_at < walk->played->frames && captured_at < walk->captured->frames) {
		if (!frames_equal(walk, played_at, captured_at)) {
			if (walk->allow_pauses && skip_pause(walk, &captured_at))
				continue;
			if (played_at >= search_again_at) {
				if (bridge_gap(walk, &played_at, &captured_at))
					continue;
				search_again_at = played_at + RETRY_FRAMES;
			}
			note_first(walk, WAV_DIFFERENCE_VALUE, played_at, captured_at);
			result->frames_wrong++;
		}
		result->frames_captured++;
		played_at++;
		captured_at++;
	}
	if (played_at < walk->played->frames)
		note_lost(walk, played_at, captured_at, walk->played->frames - played_at);
	return captured_at;
}

/* Aligns one source by its first sounding frame, from @captured_at on, and walks. Returns where it has ended. */
static uint64_t compare_one(const struct walk *walk, uint64_t captured_at)
{
	uint64_t played_lead_in = first_sounding(walk->played, 0, walk->mask);
	uint64_t captured_lead_in = first_sounding(walk->captured, captured_at, UINT32_MAX) - captured_at;

	if (played_lead_in == walk->played->frames || captured_at + captured_lead_in == walk->captured->frames)
		return walk_both(walk, 0, captured_at);	/* one of them is silent: nothing to align by */
	if (captured_lead_in < played_lead_in) {
		note_lost(walk, 0, captured_at, played_lead_in - captured_lead_in);
		return walk_both(walk, played_lead_in - captured_lead_in, captured_at);
	}
	walk->result->lead_in_frames += captured_lead_in - played_lead_in;
	return walk_both(walk, 0, captured_at + captured_lead_in - played_lead_in);
}

/* What follows the last source has to be silence. */
static void check_rest(const struct walk *walk, uint64_t captured_at)
{
	uint64_t from = first_sounding(walk->captured, captured_at, UINT32_MAX);
	uint64_t to = walk->captured->frames;

	while (to > from && is_silent(walk->captured, to - 1, UINT32_MAX))
		to--;
	if (to > from)
		note_inserted(walk, walk->played->frames, from, to - from);
}

static bool check_source(const struct wav *played, const struct wav *captured, char error[WAV_ERROR_BYTES])
{
	if (!played->frames) {
		snprintf(error, WAV_ERROR_BYTES, "the files cannot be compared: the source has no samples");
		return false;
	}
	if (played->rate_hz != captured->rate_hz) {
		snprintf(error, WAV_ERROR_BYTES, "the files cannot be compared: %u Hz and %u Hz", played->rate_hz,
			 captured->rate_hz);
		return false;
	}
	if (played->channels > captured->channels) {
		snprintf(error, WAV_ERROR_BYTES, "the files cannot be compared: %u and %u channels", played->channels,
			 captured->channels);
		return false;
	}
	return true;
}

int wav_compare(const struct wav *played, size_t count, const struct wav *captured, bool allow_pauses,
		struct wav_comparison *comparison, char error[WAV_ERROR_BYTES])
{
	struct walk walk = {
		.captured = captured,
		.mask = UINT32_MAX << (32 - captured->bits),
		.allow_pauses = allow_pauses,
		.result = comparison,
	};
	uint64_t captured_at = 0;

	if (!count) {
		snprintf(error, WAV_ERROR_BYTES, "the files cannot be compared: nothing was played");
		return -1;
	}
	memset(comparison, 0, sizeof(*comparison));
	comparison->channels = captured->channels;
	for (size_t i = 0; i < count; i++) {
		if (!check_source(&played[i], captured, error))
			return -1;
		comparison->frames_played += played[i].frames;
		walk.played = &played[i];
		captured_at = compare_one(&walk, captured_at);
	}
	check_rest(&walk, captured_at);
	comparison->bit_exact = comparison->first_kind == WAV_DIFFERENCE_NONE;
	return 0;
}
