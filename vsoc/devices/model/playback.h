/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A stream that is played: packets fill a FIFO, and the converter's clock empties it. It begins when
 * the FIFO is half full, and again after it has run empty. The feedback endpoint says how fast.
 *
 * Nothing happens between two packets that could not be told at the next one, so there is no timer.
 */
#ifndef LULLABY_DEVICES_PLAYBACK_H
#define LULLABY_DEVICES_PLAYBACK_H

#include "converter_clock.h"
#include "loop.h"
#include "record.h"
#include "topology.h"

struct playback {
	const struct setting *setting;		/* NULL: the stream is stopped */
	struct converter_clock *clock;
	struct feedback_spec feedback;
	struct loop *loop;			/* NULL: nothing is connected to its output */
	struct wave wave;
	uint32_t fifo_frames;			/* capacity; 0: chosen at the start */
	uint32_t capacity_frames;
	uint8_t *fifo;				/* a ring of capacity_frames */
	uint64_t received, played;		/* frames since the start */
	uint64_t next_frame;			/* of the clock, that is played next */
	bool is_running;
	int64_t start_ns;			/* of the first packet; -1: none has come */
	uint32_t feedback_count;
	int64_t smooth_level;			/* the mean level at packets, in 1/256 frames */
};

/**
 * playback_start() - begin with an alternate setting
 * @playback: the stream; its clock, loop and feedback are set
 * @setting: the setting
 *
 * Return: false if there is no memory for the FIFO.
 */
bool playback_start(struct playback *playback, const struct setting *setting);
void playback_stop(struct playback *playback, int64_t now_ns, struct record *record);
void playback_free(struct playback *playback);

/**
 * playback_packet() - take a packet
 * @playback: a stream that has been started
 * @now_ns: the time in ns
 * @data: the packet's samples
 * @bytes: how many
 * @record: gets the line of the packet, and of faults
 * @name: the stream's name
 */
void playback_packet(struct playback *playback, int64_t now_ns, const uint8_t *data, uint32_t bytes,
		     struct record *record, const char *name);

/* Plays all frames that are due by now: a loop's other end wants them. */
void playback_advance(struct playback *playback, int64_t now_ns);

/**
 * playback_feedback() - the value of the feedback endpoint
 * @playback: a stream that has been started
 * @speed: of the bus
 * @now_ns: the time in ns
 * @value: room for 4 bytes
 *
 * Return: how many bytes the value has; 0 if the device has none yet.
 */
unsigned int playback_feedback(struct playback *playback, enum bus_speed speed, int64_t now_ns, uint8_t *value);

/* How many frames are in the FIFO. */
uint32_t playback_level(const struct playback *playback);

#endif /* LULLABY_DEVICES_PLAYBACK_H */
