// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "playback.h"

#include <stdlib.h>

/* The mean level follows the level by this part of the difference at each packet. */
#define SMOOTHING 32

static uint32_t frame_bytes(const struct setting *setting)
{
	uint32_t bytes = (uint32_t)setting->channels * setting->bytes;

	return bytes ? bytes : 1;
}

static struct sample_layout layout_of(const struct setting *setting)
{
	return (struct sample_layout){ setting->format, setting->bytes, setting->bits };
}

/* Eight packets, and at least 4 ms of the greatest rate that the packets carry. */
static uint32_t usual_capacity(const struct setting *setting)
{
	uint32_t packets = 8 * (setting->data.packet_bytes / frame_bytes(setting));
	uint32_t time = (uint32_t)((uint64_t)setting_greatest_hz(setting) * 4 / 1000);
	uint32_t frames = packets > time ? packets : time;

	return frames < 16 ? 16 : frames;
}

bool playback_start(struct playback *playback, const struct setting *setting)
{
	playback->capacity_frames = playback->fifo_frames ? playback->fifo_frames : usual_capacity(setting);
	free(playback->fifo);
	playback->fifo = calloc(playback->capacity_frames, frame_bytes(setting));
	playback->setting = playback->fifo ? setting : NULL;
	playback->received = 0;
	playback->played = 0;
	playback->is_running = false;
	playback->start_ns = -1;
	playback->feedback_count = 0;
	playback->smooth_level = (int64_t)playback->capacity_frames / 2 * 256;
	return playback->setting;
}

void playback_stop(struct playback *playback, int64_t now_ns, struct record *record)
{
	if (!playback->setting)
		return;
	playback_advance(playback, now_ns);
	if (record->lines)
		fflush(record->lines);
	wave_flush(&playback->wave);
	playback->setting = NULL;
}

void playback_free(struct playback *playback)
{
	wave_close(&playback->wave);
	free(playback->fifo);
	playback->fifo = NULL;
	playback->setting = NULL;
}

uint32_t playback_level(const struct playback *playback)
{
	return (uint32_t)(playback->received - playback->played);
}

/* One frame leaves the FIFO. */
static void play_frame(struct playback *playback, uint64_t clock_frame)
{
	const struct setting *setting = playback->setting;
	const uint8_t *from = playback->fifo + playback->played % playback->capacity_frames * frame_bytes(setting);

	if (playback->loop && playback->loop->samples) {
		uint32_t *to = loop_put(playback->loop, clock_frame);

		for (unsigned int i = 0; i < playback->loop->channels && i < setting->channels; i++)
			to[i] = sample_read(layout_of(setting), from + i * setting->bytes);
	}
	playback->played++;
}

void playback_advance(struct playback *playback, int64_t now_ns)
{
	uint64_t now_frame;

	if (!playback->setting || !playback->is_running)
		return;
	now_frame = clock_frames(playback->clock, now_ns);
	if (!playback->loop) {
		uint64_t due = now_frame - playback->next_frame, level = playback_level(playback);
		uint64_t frames = due < level ? due : level;

		playback->played += frames;
		playback->next_frame += frames;
	}
	while (playback->next_frame < now_frame && playback->played < playback->received)
		play_frame(playback, playback->next_frame++);
}

/* Notes that the FIFO has run empty, and how much was missing. */
static void check_empty(struct playback *playback, int64_t now_ns, struct record *record, const char *name)
{
	uint64_t now_frame;

	if (!playback->is_running || playback->played < playback->received)
		return;
	now_frame = clock_frames(playback->clock, now_ns);
	if (now_frame == playback->next_frame)
		return;
	record_line(record, now_ns, "empty %s %llu", name, (unsigned long long)(now_frame - playback->next_frame));
	playback->is_running = false;
}

static void put_frames(struct playback *playback, const uint8_t *data, uint32_t frames)
{
	uint32_t bytes = frame_bytes(playback->setting);

	while (frames) {
		uint32_t place = (uint32_t)(playback->received % playback->capacity_frames);
		uint32_t here = playback->capacity_frames - place;

		if (here > frames)
			here = frames;
		memcpy(playback->fifo + (size_t)place * bytes, data, (size_t)here * bytes);
		data += (size_t)here * bytes;
		playback->received += here;
		frames -= here;
	}
}

void playback_packet(struct playback *playback, int64_t now_ns, const uint8_t *data, uint32_t bytes,
		     struct record *record, const char *name)
{
	const struct setting *setting = playback->setting;
	uint32_t frames = bytes / frame_bytes(setting), room;

	if (playback->start_ns < 0) {
		playback->start_ns = now_ns;
		record_line(record, now_ns, "start %s out %u %u %u %u %u %u %u %u", name,
			    playback->clock->rate_hz, setting->channels, setting->bytes, setting->bits,
			    setting->data.interval_us, playback->capacity_frames, setting->interface, setting->alt);
		wave_begin(&playback->wave, record, name, playback->clock->rate_hz, setting->channels,
			   layout_of(setting));
	}
	playback_advance(playback, now_ns);
	check_empty(playback, now_ns, record, name);
	wave_write(&playback->wave, data, bytes);
	room = playback->capacity_frames - playback_level(playback);
	if (frames > room)
		record_line(record, now_ns, "full %s %u", name, frames - room);
	put_frames(playback, data, frames < room ? frames : room);
	if (!playback->is_running && playback_level(playback) >= playback->capacity_frames / 2) {
		playback->is_running = true;
		playback->next_frame = clock_frames(playback->clock, now_ns);
		playback->smooth_level = (int64_t)playback_level(playback) * 256;
	}
	playback->smooth_level += ((int64_t)playback_level(playback) * 256 - playback->smooth_level) / SMOOTHING;
	record_line(record, now_ns, "out %s %u %u", name, bytes, playback_level(playback));
}

/* The rate that the device asks for, in 1/1000 Hz: that of its clock, and a little to keep the FIFO half full. */
static uint64_t wanted_millihz(const struct playback *playback)
{
	int64_t middle = (int64_t)playback->capacity_frames / 2;
	int64_t correction = 0, millihz = (int64_t)clock_true_millihz(playback->clock);

	if (playback->feedback.stuck_hz)
		return (uint64_t)playback->feedback.stuck_hz * 1000;
	/* Level at packets is half a packet above the mean; back at the middle in about a second. */
	if (playback->is_running)
		correction = (middle * 256 - playback->smooth_level) * 1000 / 256;
	return (uint64_t)(millihz + correction);
}

unsigned int playback_feedback(struct playback *playback, enum bus_speed speed, int64_t now_ns, uint8_t *value)
{
	const struct feedback_spec *feedback = &playback->feedback;
	bool is_full = speed == SPEED_FULL;
	uint64_t millihz, per_frame, per_microframe;
	enum feedback_format format = feedback->format;
	uint32_t word;

	if (playback->start_ns < 0 ? feedback->late_ms > 0 :
				     now_ns - playback->start_ns < (int64_t)feedback->late_ms * 1000000)
		return 0;
	playback_advance(playback, now_ns);
	millihz = wanted_millihz(playback);
	playback->feedback_count++;
	if (feedback->wild_every && playback->feedback_count % feedback->wild_every == 0)
		millihz = millihz * 3 / 2;
	per_frame = millihz * 65536 / 1000000;
	per_microframe = millihz * 65536 / 8000000;
	if (format == FEEDBACK_SPECIFIED)
		format = is_full ? FEEDBACK_10_14 : FEEDBACK_16_16;
	switch (format) {
	case FEEDBACK_10_14:
	case FEEDBACK_10_14_IN_4:
		word = (uint32_t)(per_frame / 4);
		break;
	case FEEDBACK_16_16_PER_MS:
		word = (uint32_t)per_frame;
		break;
	default:
		word = (uint32_t)per_microframe;
	}
	for (unsigned int i = 0; i < 4; i++)
		value[i] = (uint8_t)(word >> 8 * i);
	return format == FEEDBACK_10_14 || format == FEEDBACK_16_16_IN_3 ? 3 : 4;
}
