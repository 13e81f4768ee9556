/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * An analogue cable from a playback converter to a capture converter of the same clock: each sample
 * that is played is kept, by the number of its frame, until the capture converter takes it.
 */
#ifndef LULLABY_DEVICES_LOOP_H
#define LULLABY_DEVICES_LOOP_H

#include <stdint.h>

#include "spec.h"

#define LOOP_FRAMES 65536u

struct loop {
	uint32_t *samples;	/* LOOP_FRAMES times channels */
	uint64_t *frames;	/* which frame is in each place, plus 1 */
	unsigned int channels;
};

/* Returns whether there was memory for it. */
bool loop_begin(struct loop *loop, unsigned int channels);
void loop_end(struct loop *loop);

/* The place of the samples of a frame that is played now. */
uint32_t *loop_put(struct loop *loop, uint64_t frame);

/* The sample of a frame that was played; silence if none was. */
uint32_t loop_get(const struct loop *loop, uint64_t frame, unsigned int channel);

#endif /* LULLABY_DEVICES_LOOP_H */
