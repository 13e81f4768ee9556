// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The sections of playback and capture streams. */
#include "read_section.h"

#include <string.h>

static const struct {
	const char *name;
	uint16_t type;
} terminals[] = {
	{ "microphone", 0x0201 },
	{ "desktop-microphone", 0x0202 },
	{ "speaker", 0x0301 },
	{ "headphones", 0x0302 },
	{ "handset", 0x0401 },
	{ "headset", 0x0402 },
	{ "speakerphone", 0x0403 },
	{ "echo-cancelling", 0x0405 },
	{ "analog", 0x0601 },
	{ "digital", 0x0602 },
	{ "line", 0x0603 },
	{ "spdif", 0x0605 },
	{ NULL, 0 },
};

static bool find_stream(const struct function_spec *function, const char *name, unsigned int *index)
{
	for (*index = 0; *index < function->stream_count; (*index)++)
		if (!strcmp(function->streams[*index].name, name))
			return true;
	return false;
}

struct stream_spec *read_stream_begin(struct words *words, struct function_spec *function, bool is_playback)
{
	struct stream_spec *stream;
	char name[SPEC_NAME_BYTES];
	unsigned int index;

	if (!words_take_name(words, "a name for the stream", name))
		return NULL;
	if (find_stream(function, name, &index)) {
		words_expected(words, "a name that no other stream has");
		return NULL;
	}
	if (function->stream_count == SPEC_STREAMS) {
		words_expected(words, "at most 6 streams");
		return NULL;
	}
	if (!words_end_line(words))
		return NULL;
	stream = &function->streams[function->stream_count++];
	*stream = (struct stream_spec){
		.line = words->line,
		.is_playback = is_playback,
		.terminal = is_playback ? 0x0301 : 0x0201,
		.sync = SYNC_SYNCHRONOUS,
	};
	memcpy(stream->name, name, sizeof(name));
	return stream;
}

static bool read_terminal(struct words *words, struct function_spec *function, void *item)
{
	struct stream_spec *stream = item;
	const char *names[sizeof(terminals) / sizeof(terminals[0])];
	unsigned int index;

	(void)function;
	for (index = 0; index < sizeof(names) / sizeof(names[0]); index++)
		names[index] = terminals[index].name;
	if (!words_take_one_of(words, names, "a terminal", &index))
		return false;
	stream->terminal = terminals[index].type;
	return true;
}

static bool read_stream_clock(struct words *words, struct function_spec *function, void *item)
{
	struct stream_spec *stream = item;
	char name[SPEC_NAME_BYTES];

	if (!words_take_name(words, "the name of a clock", name))
		return false;
	for (stream->clock = 0; stream->clock < function->clock_count; stream->clock++)
		if (!strcmp(function->clocks[stream->clock].name, name))
			break;
	if (stream->clock == function->clock_count)
		return words_expected(words, "the name of a clock that stands above");
	stream->has_clock = true;
	return true;
}

static bool read_sync(struct words *words, struct function_spec *function, void *item)
{
	static const char *const names[] = { "none", "asynchronous", "adaptive", "synchronous", NULL };
	struct stream_spec *stream = item;
	unsigned int index;

	(void)function;
	if (!words_take_one_of(words, names, "a synchronisation", &index))
		return false;
	stream->sync = (enum sync_type)index;
	return true;
}

/* What follows "feedback explicit", as often as there is something. */
static bool read_feedback_detail(struct words *words, struct feedback_spec *feedback)
{
	static const char *const details[] = { "format", "interval", "late", "stuck", "wild", NULL };
	static const char *const formats[] = { "specified",	 "10.14",	 "10.14-in-4", "16.16",
					       "16.16-per-ms", "16.16-in-3", NULL };
	unsigned int detail, format;
	uint64_t ns;
	int64_t value;

	if (!words_take_one_of(words, details, "a detail of the feedback", &detail))
		return false;
	switch (detail) {
	case 0:
		if (!words_take_one_of(words, formats, "a format", &format))
			return false;
		feedback->format = (enum feedback_format)format;
		return true;
	case 1:
		if (!words_take_time(words, 512000000, "the time between two values", &ns))
			return false;
		feedback->interval_us = (uint32_t)(ns / 1000);
		return true;
	case 2:
		if (!words_take_time(words, 60000000000, "the time without a value", &ns))
			return false;
		feedback->late_ms = (uint32_t)(ns / 1000000);
		return true;
	case 3:
		if (!words_take_number(words, 1, 1536000, "a rate in Hz", &value))
			return false;
		feedback->stuck_hz = (uint32_t)value;
		return true;
	default:
		if (!words_take_number(words, 2, 1000000, "each how manieth value is wild", &value))
			return false;
		feedback->wild_every = (uint32_t)value;
		return true;
	}
}

static bool read_feedback(struct words *words, struct function_spec *function, void *item)
{
	static const char *const kinds[] = { "none", "explicit", "implicit", NULL };
	struct stream_spec *stream = item;
	char name[SPEC_NAME_BYTES];
	unsigned int kind;

	if (!stream->is_playback)
		return words_complain(words, words->line, "only a stream that plays has feedback");
	if (!words_take_one_of(words, kinds, "a feedback", &kind))
		return false;
	stream->feedback.kind = (enum feedback_kind)kind;
	if (stream->feedback.kind == FEEDBACK_IMPLICIT) {
		if (!words_take_name(words, "the name of a stream that records", name))
			return false;
		return (find_stream(function, name, &stream->feedback.implicit) &&
			!function->streams[stream->feedback.implicit].is_playback) ||
		       words_expected(words, "the name of a stream above that records");
	}
	while (stream->feedback.kind == FEEDBACK_EXPLICIT && words_has_more(words))
		if (!read_feedback_detail(words, &stream->feedback))
			return false;
	return true;
}

static bool read_decibel(struct words *words, int16_t *value)
{
	int64_t decibel;

	if (!words_take_number(words, -127, 127, "a volume in dB", &decibel))
		return false;
	*value = (int16_t)(decibel * 256);
	return true;
}

static bool read_volume(struct words *words, struct function_spec *function, void *item)
{
	struct stream_spec *stream = item;
	struct volume_spec *volume = &stream->volume;

	(void)function;
	if (!read_decibel(words, &volume->least) || !read_decibel(words, &volume->greatest))
		return false;
	if (volume->greatest <= volume->least)
		return words_expected(words, "a greater volume than the least");
	if (!read_decibel(words, &volume->step))
		return false;
	if (volume->step <= 0)
		return words_expected(words, "a step of at least 1 dB");
	volume->is_there = true;
	return true;
}

static bool read_mute(struct words *words, struct function_spec *function, void *item)
{
	struct stream_spec *stream = item;

	(void)words;
	(void)function;
	stream->has_mute = true;
	return true;
}

static bool read_fifo(struct words *words, struct function_spec *function, void *item)
{
	struct stream_spec *stream = item;
	int64_t frames;

	(void)function;
	if (!words_take_number(words, 8, 1000000, "how many frames the FIFO holds", &frames))
		return false;
	stream->fifo_frames = (uint32_t)frames;
	return true;
}

static bool read_source(struct words *words, struct function_spec *function, void *item)
{
	static const char *const sources[] = { "pattern", "silence", "loop", NULL };
	struct stream_spec *stream = item;
	char name[SPEC_NAME_BYTES];
	unsigned int source;
	int64_t frames;

	if (stream->is_playback)
		return words_complain(words, words->line, "only a stream that records has a source");
	if (!words_take_one_of(words, sources, "a source", &source))
		return false;
	stream->source = (enum record_source)source;
	if (stream->source != SOURCE_LOOP)
		return true;
	if (!words_take_name(words, "the name of a stream that plays", name))
		return false;
	if (!find_stream(function, name, &stream->loop) || !function->streams[stream->loop].is_playback)
		return words_expected(words, "the name of a stream above that plays");
	if (!words_take_number(words, 8, 16384, "the delay of the loop in frames", &frames))
		return false;
	stream->loop_delay_frames = (uint32_t)frames;
	return true;
}

const struct keyword stream_keywords[] = {
	{ "terminal", read_terminal }, { "clock", read_stream_clock }, { "sync", read_sync },
	{ "feedback", read_feedback }, { "volume", read_volume },      { "mute", read_mute },
	{ "fifo", read_fifo },	       { "source", read_source },      { "alt", read_alt },
	{ NULL, NULL },
};
