// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Judges a record of packets. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

#define STREAMS	32
#define LINE	512

/* The numbers of a stream, over all of its starts. */
struct stream {
	char name[64];
	char direction[8];
	unsigned int rate_hz, channels, bytes, bits, interval_us, capacity_frames, interface, alt;
	unsigned int starts;
	uint64_t packets, packet_bytes;
	uint64_t empty_packets;
	uint64_t smallest_bytes, largest_bytes;
	uint64_t lost_intervals;		/* without a packet, between the first and the last of a start */
	uint64_t gaps;				/* times that a packet came late */
	int64_t start_packets, start_lost;	/* of the start that is under way */
	uint64_t missing;			/* packets that the device did not take, or give */
	uint64_t silences, silent_frames;	/* the FIFO was empty, and the converter went on */
	uint64_t overflows, lost_frames;
	uint64_t jumped_frames;			/* of capture: numbers of frames that were in no packet */
	uint64_t next_frame;
	uint64_t least_level, greatest_level;
	uint64_t feedback_values;
	uint64_t least_feedback, greatest_feedback;
	int64_t first_ns, last_ns;		/* of packets, of the start that is under way */
	int64_t began_ns;			/* the first packet of all */
	bool is_settled;			/* the FIFO has been half full in this start */
};

struct judge {
	struct stream streams[STREAMS];
	unsigned int count;
	unsigned int line;
	bool is_last_alone;	/* of each stream, only the last start counts */
};

static void begin(struct stream *stream)
{
	stream->starts = 0;
	stream->packets = 0;
	stream->packet_bytes = 0;
	stream->empty_packets = 0;
	stream->smallest_bytes = UINT64_MAX;
	stream->largest_bytes = 0;
	stream->lost_intervals = 0;
	stream->gaps = 0;
	stream->missing = 0;
	stream->silences = 0;
	stream->silent_frames = 0;
	stream->overflows = 0;
	stream->lost_frames = 0;
	stream->jumped_frames = 0;
	stream->least_level = UINT64_MAX;
	stream->greatest_level = 0;
	stream->feedback_values = 0;
	stream->least_feedback = UINT64_MAX;
	stream->greatest_feedback = 0;
	stream->began_ns = -1;
}

static struct stream *find(struct judge *judge, const char *name)
{
	struct stream *stream;

	for (unsigned int i = 0; i < judge->count; i++)
		if (!strcmp(judge->streams[i].name, name))
			return &judge->streams[i];
	if (judge->count == STREAMS)
		return NULL;
	stream = &judge->streams[judge->count++];
	memset(stream, 0, sizeof(*stream));
	begin(stream);
	snprintf(stream->name, sizeof(stream->name), "%s", name);
	return stream;
}

static bool start(struct stream *stream, const char *rest)
{
	stream->starts++;
	stream->first_ns = -1;
	stream->start_packets = 0;
	stream->start_lost = 0;
	stream->is_settled = false;
	stream->next_frame = UINT64_MAX;
	return sscanf(rest, "%7s %u %u %u %u %u %u %u %u", stream->direction, &stream->rate_hz, &stream->channels,
		      &stream->bytes, &stream->bits, &stream->interval_us, &stream->capacity_frames,
		      &stream->interface, &stream->alt) == 9;
}

/*
 * An interval has no packet if packets fall behind the time that has passed. One that is late, with the next in time, is
 * a gap alone: a controller may take it a little later than it is due.
 */
static void count_gap(struct stream *stream, int64_t now_ns)
{
	int64_t interval_ns = (int64_t)stream->interval_us * 1000, behind;

	if (!interval_ns)
		return;
	if (now_ns - stream->last_ns >= interval_ns + interval_ns / 2)
		stream->gaps++;
	behind = (now_ns - stream->first_ns + interval_ns / 2) / interval_ns - stream->start_packets;
	if (behind > stream->start_lost) {
		stream->lost_intervals += (uint64_t)(behind - stream->start_lost);
		stream->start_lost = behind;
	}
}

static void note_level(struct stream *stream, uint64_t level)
{
	if (level >= stream->capacity_frames / 2)
		stream->is_settled = true;
	if (!stream->is_settled)
		return;
	if (level < stream->least_level)
		stream->least_level = level;
	if (level > stream->greatest_level)
		stream->greatest_level = level;
}

static void note_packet(struct stream *stream, int64_t now_ns, uint64_t bytes, uint64_t level)
{
	if (stream->first_ns < 0)
		stream->first_ns = now_ns;
	else
		count_gap(stream, now_ns);
	if (stream->began_ns < 0)
		stream->began_ns = now_ns;
	stream->last_ns = now_ns;
	stream->start_packets++;
	stream->packets++;
	stream->packet_bytes += bytes;
	stream->empty_packets += !bytes;
	if (bytes < stream->smallest_bytes)
		stream->smallest_bytes = bytes;
	if (bytes > stream->largest_bytes)
		stream->largest_bytes = bytes;
	if (!strcmp(stream->direction, "out"))
		note_level(stream, level);
}

static void note_frame(struct stream *stream, uint64_t bytes, uint64_t frame)
{
	uint64_t frame_bytes = (uint64_t)stream->channels * stream->bytes;

	if (stream->next_frame != UINT64_MAX && frame > stream->next_frame)
		stream->jumped_frames += frame - stream->next_frame;
	stream->next_frame = frame + (frame_bytes ? bytes / frame_bytes : 0);
}

static void note_feedback(struct stream *stream, uint64_t value)
{
	stream->feedback_values++;
	if (value < stream->least_feedback)
		stream->least_feedback = value;
	if (value > stream->greatest_feedback)
		stream->greatest_feedback = value;
}

/* Returns whether the line is one that a device writes; lines about other things are passed over. */
static bool read_line(struct judge *judge, const char *line)
{
	char what[32], name[64];
	uint64_t first = 0, second = 0, third = 0;
	struct stream *stream;
	int64_t now_ns;
	int used = 0;

	if (sscanf(line, "%" SCNd64 " %31s %n", &now_ns, what, &used) != 2)
		return false;
	if (strcmp(what, "start") && strcmp(what, "out") && strcmp(what, "in") && strcmp(what, "empty") &&
	    strcmp(what, "full") && strcmp(what, "missing") && strcmp(what, "feedback"))
		return true;
	line += used;
	if (sscanf(line, "%63s %n", name, &used) != 1)
		return false;
	stream = find(judge, name);
	line += used;
	if (!stream)
		return false;
	if (!strcmp(what, "start")) {
		if (judge->is_last_alone)
			begin(stream);
		return start(stream, line);
	}
	if (!strcmp(what, "missing")) {
		stream->missing++;
		return true;
	}
	if (!strcmp(what, "feedback")) {
		note_feedback(stream, sscanf(line, "%" SCNx64, &first) == 1 ? first : 0);
		return true;
	}
	if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64, &first, &second, &third) < 1)
		return false;
	if (!strcmp(what, "empty")) {
		stream->silences++;
		stream->silent_frames += first;
		stream->is_settled = false;
	} else if (!strcmp(what, "full")) {
		stream->overflows++;
		stream->lost_frames += first;
	} else {
		note_packet(stream, now_ns, first, second);
		if (!strcmp(what, "in"))
			note_frame(stream, first, third);
	}
	return true;
}

static void print_number(const struct stream *stream, const char *key, uint64_t value)
{
	printf("%s %s %" PRIu64 "\n", stream->name, key, value);
}

static void print_stream(const struct stream *stream)
{
	printf("%s direction %s\n", stream->name, stream->direction);
	print_number(stream, "rate_hz", stream->rate_hz);
	print_number(stream, "channels", stream->channels);
	print_number(stream, "bits", stream->bits);
	print_number(stream, "interface", stream->interface);
	print_number(stream, "alt", stream->alt);
	print_number(stream, "interval_us", stream->interval_us);
	print_number(stream, "starts", stream->starts);
	printf("%s first_packet_ns %" PRId64 "\n", stream->name, stream->began_ns);
	print_number(stream, "packets", stream->packets);
	print_number(stream, "packet_bytes", stream->packet_bytes);
	print_number(stream, "empty_packets", stream->empty_packets);
	print_number(stream, "smallest_bytes", stream->packets ? stream->smallest_bytes : 0);
	print_number(stream, "largest_bytes", stream->largest_bytes);
	print_number(stream, "gaps", stream->gaps);
	print_number(stream, "lost_intervals", stream->lost_intervals);
	print_number(stream, "missing_packets", stream->missing);
	print_number(stream, "fifo_frames", stream->capacity_frames);
	print_number(stream, "fifo_overflows", stream->overflows);
	print_number(stream, "lost_frames", stream->lost_frames);
	if (!strcmp(stream->direction, "out")) {
		print_number(stream, "fifo_silences", stream->silences);
		print_number(stream, "silent_frames", stream->silent_frames);
		print_number(stream, "fifo_least", stream->least_level == UINT64_MAX ? 0 : stream->least_level);
		print_number(stream, "fifo_greatest", stream->greatest_level);
		print_number(stream, "feedback_values", stream->feedback_values);
		print_number(stream, "feedback_least", stream->feedback_values ? stream->least_feedback : 0);
		print_number(stream, "feedback_greatest", stream->greatest_feedback);
	} else {
		print_number(stream, "jumped_frames", stream->jumped_frames);
	}
}

int command_packets(int count, char **paths)
{
	struct judge judge = { .is_last_alone = !strcmp(paths[0], "--last") };
	char line[LINE];
	FILE *file;

	if (judge.is_last_alone) {
		paths++;
		count--;
	}
	if (count != 1) {
		fprintf(stderr, "usbmodel packets: one record is expected\n");
		return 2;
	}
	file = fopen(paths[0], "r");
	if (!file) {
		fprintf(stderr, "%s: %s\n", paths[0], strerror(errno));
		return 2;
	}
	while (fgets(line, sizeof(line), file)) {
		judge.line++;
		if (!read_line(&judge, line)) {
			fprintf(stderr, "%s:%u: expected a line that a device writes\n", paths[0], judge.line);
			fclose(file);
			return 2;
		}
	}
	fclose(file);
	for (unsigned int i = 0; i < judge.count; i++)
		print_stream(&judge.streams[i]);
	return 0;
}
