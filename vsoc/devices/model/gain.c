// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "gain.h"

#define ONE		(1ll << 30)
#define SILENCE		INT16_MIN

/* A gain of 128 dB makes more of a sample than 64 bits hold. */
__extension__ typedef __int128 wide_sample;

/* Attenuations of 1/256 dB, 2/256 dB, 4/256 dB and so on to 64 dB, in units of 2^-30. */
static const int64_t attenuations[] = {
	1073259045, 1072776484, 1071812012, 1069885668, 1066043361,
	1058400094, 1043277569, 1013677647, 956973408, 852903448,
	677485290, 427464319, 170176611, 26971175, 677485
};

/* The factor of a volume, in units of 2^-30. */
static int64_t factor_of(int32_t volume)
{
	uint32_t steps = (uint32_t)(volume < 0 ? -volume : volume);
	int64_t factor = ONE;

	for (unsigned int i = 0; i < sizeof(attenuations) / sizeof(attenuations[0]); i++)
		if (steps >> i & 1)
			factor = factor * attenuations[i] / ONE;
	if (volume > 0)
		factor = ONE * ONE / factor;
	return factor;
}

/* The sum of the volume for all channels and a channel's own, as a factor; 0 if it is muted. */
static int64_t channel_factor(const struct feature_values *values, unsigned int channel)
{
	int32_t volume = values->volume[0];

	if (values->mute[0] || values->volume[0] == SILENCE)
		return 0;
	if (channel < GAIN_CHANNELS) {
		if (values->mute[1 + channel] || values->volume[1 + channel] == SILENCE)
			return 0;
		volume += values->volume[1 + channel];
	}
	/* The tables go to 127 dB, beyond which nothing is heard. */
	if (volume <= -32768)
		return 0;
	return factor_of(volume > 32767 ? 32767 : volume);
}

bool gain_is_unity(const struct feature_values *values)
{
	for (unsigned int i = 0; i <= GAIN_CHANNELS; i++)
		if (values->mute[i] || values->volume[i])
			return false;
	return true;
}

/* Bits that the layout lacks are cut off towards zero, so that a faint sound ends in silence. */
static uint32_t scale(uint32_t sample, int64_t factor, unsigned int bits)
{
	wide_sample unit = bits && bits < 32 ? (wide_sample)1 << (32 - bits) : 1;
	wide_sample scaled = (wide_sample)(int32_t)sample * factor / ONE;

	if (scaled > INT32_MAX)
		return INT32_MAX;
	scaled = scaled / unit * unit;
	return scaled < INT32_MIN ? 0x80000000u : (uint32_t)(int32_t)scaled;
}

void gain_apply(const struct feature_values *values, struct sample_layout layout, unsigned int channels, uint8_t *data,
		uint32_t bytes)
{
	uint32_t frame_bytes = channels * layout.bytes;

	/* Raw data has no loudness. */
	if (gain_is_unity(values) || !frame_bytes || layout.format == SAMPLE_RAW)
		return;
	for (unsigned int channel = 0; channel < channels; channel++) {
		int64_t factor = channel_factor(values, channel);
		uint8_t *at = data + channel * layout.bytes;

		if (factor == ONE)
			continue;
		for (uint32_t frames = bytes / frame_bytes; frames; frames--, at += frame_bytes)
			sample_write(layout, at, scale(sample_read(layout, at), factor, layout.bits));
	}
}
