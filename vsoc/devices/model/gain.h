/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Volume and mute of a feature unit, as they change samples. At 0 dB and not muted, samples stay as they are.
 */
#ifndef LULLABY_DEVICES_GAIN_H
#define LULLABY_DEVICES_GAIN_H

#include "samples.h"

/* Channels of a feature unit that have values of their own, beside channel 0, which is for all. */
#define GAIN_CHANNELS	34u

/* Volumes are in 1/256 dB, as on the bus; the least value that 16 bits have is silence. */
struct feature_values {
	int16_t volume[1 + GAIN_CHANNELS];
	bool mute[1 + GAIN_CHANNELS];
};

/**
 * gain_apply() - change samples as a feature unit does
 * @values: its volume and mute
 * @layout: how a sample looks
 * @channels: of a frame
 * @data: the frames, which are changed
 * @bytes: how many; what is no whole frame at the end stays as it is
 *
 * A gain beyond full scale clips.
 */
void gain_apply(const struct feature_values *values, struct sample_layout layout, unsigned int channels, uint8_t *data,
		uint32_t bytes);

/* Whether gain_apply() changes nothing. */
bool gain_is_unity(const struct feature_values *values);

#endif /* LULLABY_DEVICES_GAIN_H */
