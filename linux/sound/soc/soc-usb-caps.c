// SPDX-License-Identifier: GPL-2.0-only
/*
 * The formats that a USB PCM accepts, and which of them carries the samples of an ASoC back end.
 *
 * A back end has its samples in whole words, a USB device packs them as it likes: 24 bits are
 * S24_LE on one side and S24_3LE, or the upper part of S32_LE, on the other. Another processor
 * repacks them on their way without changing one, so these formats match here. Rules, in this
 * order:
 *
 *	1. a format matches itself;
 *	2. otherwise only linear formats of the same signedness and byte order match, and
 *	3. one with as many significant bits;
 *	4. otherwise, for more than 16 bits, the narrowest that has more: low bits are zero.
 *
 * 16 bits do not match a wider format: that is a conversion, for the back end to announce.
 *
 * Nothing here has a lock of its own; the lists of formats are read under snd_usb_audio.mutex.
 */

#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/usb.h>

#include <sound/core.h>
#include <sound/pcm.h>
#include <sound/soc-usb.h>

#include "../usb/usbaudio.h"
#include "../usb/card.h"
#include "../usb/claim.h"
#include "soc-usb-caps.h"

/* Rules 2 to 4: whether @format's samples can be repacked into @usb_format's. */
static bool can_repack(snd_pcm_format_t format, snd_pcm_format_t usb_format)
{
	int width = snd_pcm_format_width(format);
	int usb_width = snd_pcm_format_width(usb_format);

	if (snd_pcm_format_linear(format) <= 0 || snd_pcm_format_linear(usb_format) <= 0)
		return false;
	if (snd_pcm_format_signed(format) != snd_pcm_format_signed(usb_format))
		return false;
	if (width > 8 &&
	    snd_pcm_format_little_endian(format) != snd_pcm_format_little_endian(usb_format))
		return false;

	return usb_width == width || (width > 16 && usb_width > width);
}

/**
 * snd_soc_usb_match_format - choose the USB format that carries a format's samples unchanged
 * @usb_formats: SNDRV_PCM_FMTBIT_* that the USB stream can have
 * @format: of the back end
 * @usb_format: where the choice goes
 *
 * Context: Any context.
 * Return: 0, or -EOPNOTSUPP if none does.
 */
int snd_soc_usb_match_format(u64 usb_formats, snd_pcm_format_t format,
			     snd_pcm_format_t *usb_format)
{
	snd_pcm_format_t candidate;
	bool found = false;

	if (usb_formats & pcm_format_to_bits(format)) {
		*usb_format = format;
		return 0;
	}

	pcm_for_each_format(candidate) {
		if (!(usb_formats & pcm_format_to_bits(candidate)) ||
		    !can_repack(format, candidate))
			continue;
		if (!found ||
		    snd_pcm_format_width(candidate) < snd_pcm_format_width(*usb_format)) {
			*usb_format = candidate;
			found = true;
		}
	}

	return found ? 0 : -EOPNOTSUPP;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_match_format);

/**
 * snd_soc_usb_audioformat_has_rate - tell whether an altsetting can run at a rate
 * @fp: the altsetting
 * @rate_hz: the rate
 *
 * Context: Any context.
 * Return: true if it can.
 */
VISIBLE_IF_KUNIT bool snd_soc_usb_audioformat_has_rate(const struct audioformat *fp,
						       unsigned int rate_hz)
{
	unsigned int i;

	if (rate_hz < fp->rate_min || rate_hz > fp->rate_max)
		return false;
	if (fp->rates & SNDRV_PCM_RATE_CONTINUOUS)
		return true;

	for (i = 0; i < fp->nr_rates; i++) {
		if (fp->rate_table[i] == rate_hz)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(snd_soc_usb_audioformat_has_rate);

/**
 * snd_soc_usb_caps_init - initialise capabilities, for a PCM that accepts nothing
 * @caps: the capabilities
 *
 * Context: Any context.
 */
VISIBLE_IF_KUNIT void snd_soc_usb_caps_init(struct snd_soc_usb_pcm_caps *caps)
{
	memset(caps, 0, sizeof(*caps));
	caps->rate_min = UINT_MAX;
	caps->channels_min = UINT_MAX;
}
EXPORT_SYMBOL_IF_KUNIT(snd_soc_usb_caps_init);

/**
 * snd_soc_usb_caps_add - add the formats, rates and channels of an altsetting
 * @caps: the capabilities
 * @fp: the altsetting
 *
 * Context: Any context.
 */
VISIBLE_IF_KUNIT void snd_soc_usb_caps_add(struct snd_soc_usb_pcm_caps *caps,
					   const struct audioformat *fp)
{
	snd_pcm_format_t format, usb_format;

	caps->formats |= fp->formats;
	pcm_for_each_format(format) {
		if (!snd_soc_usb_match_format(fp->formats, format, &usb_format))
			caps->carried_formats |= pcm_format_to_bits(format);
	}

	caps->rates |= fp->rates;
	caps->rate_min = min(caps->rate_min, fp->rate_min);
	caps->rate_max = max(caps->rate_max, fp->rate_max);
	caps->channels_min = min(caps->channels_min, fp->channels);
	caps->channels_max = max(caps->channels_max, fp->channels);
}
EXPORT_SYMBOL_IF_KUNIT(snd_soc_usb_caps_add);

static int read_pcm_caps(struct snd_usb_audio *chip, int pcm_idx, int direction,
			 struct snd_soc_usb_pcm_caps *caps)
{
	struct snd_usb_substream *subs;
	const struct audioformat *fp;

	guard(mutex)(&chip->mutex);

	subs = snd_usb_find_pcm(chip, pcm_idx, direction);
	if (IS_ERR(subs))
		return PTR_ERR(subs);

	snd_soc_usb_caps_init(caps);
	list_for_each_entry(fp, &subs->fmt_list, list)
		snd_soc_usb_caps_add(caps, fp);
	return 0;
}

/**
 * snd_soc_usb_get_pcm_caps - get the capabilities of a PCM of a USB sound card
 * @card_idx: ALSA card number
 * @pcm_idx: device number of the PCM
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 * @caps: filled
 *
 * Takes the card's mutex.
 *
 * Context: Process context. May sleep.
 * Return: 0; -ENODEV if there is no such USB sound card, PCM or direction, or -ESHUTDOWN if it is
 * being disconnected.
 */
int snd_soc_usb_get_pcm_caps(int card_idx, int pcm_idx, int direction,
			     struct snd_soc_usb_pcm_caps *caps)
{
	struct snd_usb_audio *chip;
	int ret;

	chip = snd_usb_card_get(card_idx);
	if (!chip)
		return -ENODEV;

	ret = read_pcm_caps(chip, pcm_idx, direction, caps);
	snd_usb_card_put(chip);
	return ret;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_get_pcm_caps);

static int match_pcm_format(struct snd_usb_audio *chip, int pcm_idx, int direction,
			    snd_pcm_format_t format, unsigned int rate_hz, unsigned int channels,
			    snd_pcm_format_t *usb_format)
{
	struct snd_usb_substream *subs;
	const struct audioformat *fp;
	u64 usb_formats = 0;

	guard(mutex)(&chip->mutex);

	subs = snd_usb_find_pcm(chip, pcm_idx, direction);
	if (IS_ERR(subs))
		return PTR_ERR(subs);

	list_for_each_entry(fp, &subs->fmt_list, list) {
		if (fp->channels == channels && snd_soc_usb_audioformat_has_rate(fp, rate_hz))
			usb_formats |= fp->formats;
	}
	return snd_soc_usb_match_format(usb_formats, format, usb_format);
}

/**
 * snd_soc_usb_find_pcm_format - find the USB format for a back end's stream
 * @card_idx: ALSA card number
 * @pcm_idx: device number of the PCM
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 * @format: of the back end
 * @rate_hz: of both
 * @channels: of the USB stream
 * @usb_format: where the USB stream's format goes
 *
 * Takes the card's mutex.
 *
 * Context: Process context. May sleep.
 * Return: 0; -EOPNOTSUPP if the PCM does not take that format, rate and number of channels
 * together, or as snd_soc_usb_get_pcm_caps().
 */
int snd_soc_usb_find_pcm_format(int card_idx, int pcm_idx, int direction,
				snd_pcm_format_t format, unsigned int rate_hz,
				unsigned int channels, snd_pcm_format_t *usb_format)
{
	struct snd_usb_audio *chip;
	int ret;

	chip = snd_usb_card_get(card_idx);
	if (!chip)
		return -ENODEV;

	ret = match_pcm_format(chip, pcm_idx, direction, format, rate_hz, channels, usb_format);
	snd_usb_card_put(chip);
	return ret;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_find_pcm_format);

static int check_pcm_free(struct snd_usb_audio *chip, int pcm_idx, int direction)
{
	struct snd_usb_substream *subs;

	guard(mutex)(&chip->mutex);

	subs = snd_usb_find_pcm(chip, pcm_idx, direction);
	if (IS_ERR(subs))
		return PTR_ERR(subs);
	return subs->opened ? -EBUSY : 0;
}

/**
 * snd_soc_usb_check_pcm_free - tell whether a USB PCM could be offloaded just now
 * @card_idx: ALSA card number
 * @pcm_idx: device number of the PCM
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 *
 * For a back end's open, so that an application learns of it there. It reserves nothing.
 *
 * Takes the card's mutex.
 *
 * Context: Process context. May sleep.
 * Return: 0; -EBUSY if it is in use by ALSA or by an offloaded stream, or as
 * snd_soc_usb_get_pcm_caps().
 */
int snd_soc_usb_check_pcm_free(int card_idx, int pcm_idx, int direction)
{
	struct snd_usb_audio *chip;
	int ret;

	chip = snd_usb_card_get(card_idx);
	if (!chip)
		return -ENODEV;

	ret = check_pcm_free(chip, pcm_idx, direction);
	snd_usb_card_put(chip);
	return ret;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_check_pcm_free);
