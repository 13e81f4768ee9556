/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A stream that is recorded: the converter's clock fills a FIFO, and packets empty it. Its sound is
 * computed when a packet is asked for.
 */
#ifndef LULLABY_DEVICES_CAPTURE_H
#define LULLABY_DEVICES_CAPTURE_H

#include "converter_clock.h"
#include "loop.h"
#include "record.h"
#include "topology.h"

struct capture {
	const struct setting *setting;		/* NULL: the stream is stopped */
	struct converter_clock *clock;
	enum record_source source;
	const struct loop *loop;
	uint32_t loop_delay_frames;
	uint32_t fifo_frames;			/* capacity; 0: eight packets */
	uint64_t next_frame;			/* of the clock, that is sent next */
	int64_t time_ns;			/* of the last packet; -1: none was asked for */
	uint64_t remainder;			/* of a stream that follows the bus: frames it owes, in 10^-6 */
};

void capture_start(struct capture *capture, const struct setting *setting);

/**
 * capture_packet() - make a packet
 * @capture: a stream that has been started
 * @now_ns: the time in ns
 * @data: room for the packet
 * @room_bytes: how much
 * @record: gets the line of the packet, and of faults
 * @name: the stream's name
 *
 * Return: the bytes of the packet.
 */
uint32_t capture_packet(struct capture *capture, int64_t now_ns, uint8_t *data, uint32_t room_bytes,
			struct record *record, const char *name);

#endif /* LULLABY_DEVICES_CAPTURE_H */
