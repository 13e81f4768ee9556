// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which sample formats, rates and channel counts the DSP can carry to a USB PCM without loss.
 *
 * The DSP converts to a wider sample format. It plays mono to two channels, and leaves channels of
 * the device silent that mono and stereo do not have. It never converts to a narrower format, to
 * fewer channels or to another rate. Which USB format carries a PCM format is soc-usb's answer
 * (snd_soc_usb_find_pcm_format()); here is what follows from it. No state, no locks.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <lullaby/usb_audio_stream.h>
#include "vsoc-audio-format.h"

const snd_pcm_format_t vsoc_audio_formats[VSOC_AUDIO_FORMATS] = {
	SNDRV_PCM_FORMAT_S16_LE,
	SNDRV_PCM_FORMAT_S24_LE,
	SNDRV_PCM_FORMAT_S24_3LE,
	SNDRV_PCM_FORMAT_S32_LE,
};

const unsigned int vsoc_audio_rates_hz[VSOC_AUDIO_RATES] = {
	8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100,
	48000, 64000, 88200, 96000, 176400, 192000, 352800, 384000, 705600, 768000,
};

/**
 * vsoc_audio_to_uaudio_format() - ALSA's format as the wire names it
 * @format: ALSA's
 *
 * Return: enum uaudio_format, or -EINVAL for a format that the DSP does not handle.
 */
int vsoc_audio_to_uaudio_format(snd_pcm_format_t format)
{
	switch (format) {
	case SNDRV_PCM_FORMAT_S16_LE:
		return UAUDIO_FORMAT_S16_LE;
	case SNDRV_PCM_FORMAT_S24_LE:
		return UAUDIO_FORMAT_S24_LE;
	case SNDRV_PCM_FORMAT_S24_3LE:
		return UAUDIO_FORMAT_S24_3LE;
	case SNDRV_PCM_FORMAT_S32_LE:
		return UAUDIO_FORMAT_S32_LE;
	default:
		return -EINVAL;
	}
}

/**
 * vsoc_audio_usb_channels() - channels of the USB stream that carries a PCM stream
 * @caps: of the USB PCM
 * @format_index: into vsoc_audio_formats[], of the PCM stream
 * @rate_index: into vsoc_audio_rates_hz[]
 * @channels: of the PCM stream
 *
 * Mono and stereo are played to a device that has only more channels: to its first two, and the
 * others are silent. The fewest channels that do are chosen. A recording has the channels of the
 * device.
 *
 * Return: a number of channels, or 0 if the USB PCM cannot carry the stream.
 */
unsigned int vsoc_audio_usb_channels(const struct vsoc_audio_caps *caps, unsigned int format_index,
				     unsigned int rate_index, unsigned int channels)
{
	const u32 *rates = caps->rates[format_index];
	unsigned int usb_channels;

	if (channels < 1 || channels > VSOC_AUDIO_MAX_CHANNELS)
		return 0;
	for (usb_channels = channels; usb_channels <= VSOC_AUDIO_MAX_CHANNELS; usb_channels++) {
		if (rates[usb_channels - 1] & BIT(rate_index))
			return usb_channels;
		if (caps->is_capture || channels > 2)
			break;
	}
	return 0;
}

/**
 * vsoc_audio_refine() - limit a parameter space to a USB PCM
 * @caps: of the USB PCM
 * @wanted: the space
 * @possible: set to the values in @wanted that are part of at least one combination that works
 */
void vsoc_audio_refine(const struct vsoc_audio_caps *caps, const struct vsoc_audio_space *wanted,
		       struct vsoc_audio_space *possible)
{
	unsigned int format, rate, channels;

	memset(possible, 0, sizeof(*possible));
	for (format = 0; format < VSOC_AUDIO_FORMATS; format++) {
		if (!(wanted->formats & BIT(format)))
			continue;
		for (channels = 1; channels <= VSOC_AUDIO_MAX_CHANNELS; channels++) {
			if (!(wanted->channels & BIT_ULL(channels - 1)))
				continue;
			for (rate = 0; rate < VSOC_AUDIO_RATES; rate++) {
				if (!(wanted->rates & BIT(rate)))
					continue;
				if (!vsoc_audio_usb_channels(caps, format, rate, channels))
					continue;
				possible->formats |= BIT(format);
				possible->channels |= BIT_ULL(channels - 1);
				possible->rates |= BIT(rate);
			}
		}
	}
}
