// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "capture.h"

#include "pattern.h"

void capture_start(struct capture *capture, const struct setting *setting)
{
	capture->setting = setting;
	capture->time_ns = -1;
	capture->remainder = 0;
}

static bool follows_bus(const struct setting *setting)
{
	return (setting->data.attributes >> 2 & 3) != SYNC_ASYNCHRONOUS;
}

/*
 * How many frames there are since the last packet. A stream that follows the bus counts service
 * intervals, as the moment at which a packet is asked for is not exact; others count their clock.
 */
static uint64_t frames_ready(struct capture *capture, int64_t now_ns)
{
	const struct setting *setting = capture->setting;
	int64_t interval_ns = (int64_t)setting->data.interval_us * 1000, intervals;

	if (capture->time_ns < 0) {
		/* The FIFO has been filling for one interval when the first packet is asked for. */
		uint64_t behind = (uint64_t)capture->clock->rate_hz * setting->data.interval_us / 1000000;
		uint64_t frame = clock_frames(capture->clock, now_ns);

		capture->next_frame = frame > behind ? frame - behind : 0;
		capture->time_ns = now_ns - interval_ns;
	}
	if (!follows_bus(setting)) {
		capture->time_ns = now_ns;
		return clock_frames(capture->clock, now_ns) - capture->next_frame;
	}
	intervals = (now_ns - capture->time_ns + interval_ns / 2) / interval_ns;
	capture->time_ns = now_ns;
	capture->remainder += (uint64_t)intervals * capture->clock->rate_hz * setting->data.interval_us;
	return capture->remainder / 1000000;
}

static uint32_t sample_of(const struct capture *capture, uint64_t frame, unsigned int channel)
{
	switch (capture->source) {
	case SOURCE_LOOP:
		return frame < capture->loop_delay_frames ? 0 :
		       loop_get(capture->loop, frame - capture->loop_delay_frames, channel);
	case SOURCE_PATTERN:
		return pattern_sample(frame, channel);
	default:
		return 0;
	}
}

static void write_frames(const struct capture *capture, uint8_t *data, uint32_t frames)
{
	const struct setting *setting = capture->setting;
	struct sample_layout layout = { setting->format, setting->bytes, setting->bits };

	for (uint32_t i = 0; i < frames; i++)
		for (unsigned int channel = 0; channel < setting->channels; channel++, data += setting->bytes)
			sample_write(layout, data, sample_of(capture, capture->next_frame + i, channel));
}

static uint32_t capacity_frames(const struct capture *capture)
{
	const struct setting *setting = capture->setting;

	if (capture->fifo_frames)
		return capture->fifo_frames;
	return 8 * (setting->data.packet_bytes / ((uint32_t)setting->channels * setting->bytes));
}

/* Skips frames that the FIFO has no room for. */
static uint64_t skip_lost(struct capture *capture, int64_t now_ns, uint64_t frames, struct record *record,
			  const char *name)
{
	uint64_t capacity = capacity_frames(capture), lost;

	if (frames <= capacity)
		return frames;
	lost = frames - capacity;
	record_line(record, now_ns, "full %s %llu", name, (unsigned long long)lost);
	capture->next_frame += lost;
	if (follows_bus(capture->setting))
		capture->remainder -= lost * 1000000;
	return capacity;
}

uint32_t capture_packet(struct capture *capture, int64_t now_ns, uint8_t *data, uint32_t room_bytes,
			struct record *record, const char *name)
{
	const struct setting *setting = capture->setting;
	uint32_t frame_bytes = (uint32_t)setting->channels * setting->bytes, most, frames, bytes;
	uint64_t ready;

	if (!frame_bytes)
		return 0;
	if (capture->time_ns < 0)
		record_line(record, now_ns, "start %s in %u %u %u %u %u %u %u %u", name, capture->clock->rate_hz,
			    setting->channels, setting->bytes, setting->bits, setting->data.interval_us,
			    capacity_frames(capture), setting->interface, setting->alt);
	ready = frames_ready(capture, now_ns);
	most = (setting->data.packet_bytes < room_bytes ? setting->data.packet_bytes : room_bytes) / frame_bytes;
	ready = skip_lost(capture, now_ns, ready, record, name);
	frames = ready < most ? (uint32_t)ready : most;
	write_frames(capture, data, frames);
	bytes = frames * frame_bytes;
	record_line(record, now_ns, "in %s %u %llu %llu", name, bytes, (unsigned long long)(ready - frames),
		    (unsigned long long)capture->next_frame);
	capture->next_frame += frames;
	if (follows_bus(setting))
		capture->remainder -= (uint64_t)frames * 1000000;
	return bytes;
}
