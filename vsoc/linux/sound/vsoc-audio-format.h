/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which sample formats, rates and channel counts the DSP can carry to a USB PCM without loss.
 */
#ifndef VSOC_AUDIO_FORMAT_H
#define VSOC_AUDIO_FORMAT_H

#include <linux/types.h>
#include <lullaby/audio_control.h>
#include <sound/asound.h>

#define VSOC_AUDIO_FORMATS	4	/* that the DSP reads and writes */
#define VSOC_AUDIO_RATES	18
#define VSOC_AUDIO_MAX_CHANNELS	AUDIO_SETUP_MAX_CHANNELS

extern const snd_pcm_format_t vsoc_audio_formats[VSOC_AUDIO_FORMATS];
extern const unsigned int vsoc_audio_rates_hz[VSOC_AUDIO_RATES];

/**
 * struct vsoc_audio_caps - the parameters that a USB PCM accepts, directly or after a lossless
 * conversion
 * @is_capture: the samples go from the USB PCM to the PCM buffer
 * @rates: for each of vsoc_audio_formats[] in the PCM buffer, and each number of channels of the
 *	USB stream less one: a bit for each of vsoc_audio_rates_hz[]
 */
struct vsoc_audio_caps {
	bool is_capture;
	u32 rates[VSOC_AUDIO_FORMATS][VSOC_AUDIO_MAX_CHANNELS];
};

/**
 * struct vsoc_audio_space - a set of stream parameters, possibly not every combination of them
 * @formats: a bit for each of vsoc_audio_formats[]
 * @rates: a bit for each of vsoc_audio_rates_hz[]
 * @channels: bit n: n + 1 channels
 */
struct vsoc_audio_space {
	u32 formats;
	u32 rates;
	u64 channels;
};

int vsoc_audio_to_uaudio_format(snd_pcm_format_t format);
unsigned int vsoc_audio_usb_channels(const struct vsoc_audio_caps *caps, unsigned int format_index,
				     unsigned int rate_index, unsigned int channels);
void vsoc_audio_refine(const struct vsoc_audio_caps *caps, const struct vsoc_audio_space *wanted,
		       struct vsoc_audio_space *possible);

#endif /* VSOC_AUDIO_FORMAT_H */
