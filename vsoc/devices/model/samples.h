/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Samples as they are on the bus: little-endian, left-justified in their bytes.
 */
#ifndef LULLABY_DEVICES_SAMPLES_H
#define LULLABY_DEVICES_SAMPLES_H

#include "spec.h"

/* How the samples of a stream look. */
struct sample_layout {
	enum sample_format format;
	uint8_t bytes, bits;
};

/**
 * sample_write() - write one sample
 * @layout: how it looks
 * @to: room for layout->bytes bytes
 * @sample: the sample, in the upper bits; those that the layout lacks are cut off
 */
void sample_write(struct sample_layout layout, uint8_t *to, uint32_t sample);

/* The same the other way round. */
uint32_t sample_read(struct sample_layout layout, const uint8_t *from);

#endif /* LULLABY_DEVICES_SAMPLES_H */
