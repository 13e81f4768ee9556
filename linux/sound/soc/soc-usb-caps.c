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
 * What Linux would have to do to a packet makes a format unfit for another processor, whatever the
 * descriptors say: see sound/usb/obstacle.c.
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
#include "../usb/obstacle.h"
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
	u64 formats = snd_usb_offload_formats(fp);
	snd_pcm_format_t format, usb_format;

	caps->formats |= formats;
	pcm_for_each_format(format) {
		if (!snd_soc_usb_match_format(formats, format, &usb_format))
			caps->carried_formats |= pcm_format_to_bits(format);
	}

	caps->rates |= fp->rates;
	caps->rate_min = min(caps->rate_min, fp->rate_min);
	caps->rate_max = max(caps->rate_max, fp->rate_max);
	caps->channels_min = min(caps->channels_min, fp->channels);
	caps->channels_max = max(caps->channels_max, fp->channels);
}
EXPORT_SYMBOL_IF_KUNIT(snd_soc_usb_caps_add);

static int read_pcm_caps(struct snd_usb_audio *chip, const struct snd_soc_usb_pcm *pcm,
			 struct snd_soc_usb_pcm_caps *caps)
{
	struct snd_usb_substream *subs;
	const struct audioformat *fp;

	guard(mutex)(&chip->mutex);

	subs = snd_usb_find_pcm(chip, pcm->pcm_idx, pcm->direction);
	if (IS_ERR(subs))
		return PTR_ERR(subs);

	snd_soc_usb_caps_init(caps);
	list_for_each_entry(fp, &subs->fmt_list, list) {
		if (!(snd_usb_format_obstacles(subs, fp, 0) & ~pcm->handled))
			snd_soc_usb_caps_add(caps, fp);
	}
	return 0;
}

/**
 * snd_soc_usb_get_pcm_caps - get the capabilities of a PCM of a USB sound card
 * @pcm: the PCM
 * @caps: filled; empty if the PCM cannot be offloaded
 *
 * Other streams of the device may narrow them at any time: snd_soc_usb_find_pcm_format() looks.
 *
 * Takes the card's mutex.
 *
 * Context: Process context. May sleep.
 * Return: 0; -ENODEV if there is no such USB sound card, PCM or direction, or -ESHUTDOWN if it is
 * being disconnected.
 */
int snd_soc_usb_get_pcm_caps(const struct snd_soc_usb_pcm *pcm, struct snd_soc_usb_pcm_caps *caps)
{
	struct snd_usb_audio *chip;
	int ret;

	chip = snd_usb_card_get(pcm->card_idx);
	if (!chip)
		return -ENODEV;

	ret = read_pcm_caps(chip, pcm, caps);
	snd_usb_card_put(chip);
	return ret;
}
EXPORT_SYMBOL_GPL(snd_soc_usb_get_pcm_caps);

/*
 * Formats of a PCM at a rate and a number of channels, by their obstacles: none; only such that go
 * with another stream; and the rest.
 */
struct sorted_formats {
	u64 free;
	u64 busy;
	u64 never;
	u32 busy_obstacles;
	u32 never_obstacles;
};

static void sort_formats(const struct snd_usb_substream *subs, unsigned int rate_hz,
			 unsigned int channels, u32 handled, struct sorted_formats *sorted)
{
	const struct audioformat *fp;
	u32 obstacles;

	memset(sorted, 0, sizeof(*sorted));
	list_for_each_entry(fp, &subs->fmt_list, list) {
		if (fp->channels != channels || !snd_usb_format_has_rate(fp, rate_hz))
			continue;
		obstacles = snd_usb_format_obstacles(subs, fp, rate_hz) & ~handled;
		if (!obstacles) {
			sorted->free |= snd_usb_offload_formats(fp);
		} else if (!(obstacles & ~SND_USB_OBSTACLES_MOMENTARY)) {
			sorted->busy |= snd_usb_offload_formats(fp);
			sorted->busy_obstacles |= obstacles;
		} else {
			sorted->never |= fp->formats;
			sorted->never_obstacles |= obstacles;
		}
	}
}

static int match_pcm_format(struct snd_usb_audio *chip, const struct snd_soc_usb_pcm *pcm,
			    snd_pcm_format_t format, unsigned int rate_hz, unsigned int channels,
			    snd_pcm_format_t *usb_format, const char **reason)
{
	struct snd_usb_substream *subs;
	struct sorted_formats sorted;

	guard(mutex)(&chip->mutex);

	*reason = "the device has gone";
	subs = snd_usb_find_pcm(chip, pcm->pcm_idx, pcm->direction);
	if (IS_ERR(subs))
		return PTR_ERR(subs);

	sort_formats(subs, rate_hz, channels, pcm->handled, &sorted);
	if (!snd_soc_usb_match_format(sorted.free, format, usb_format))
		return 0;
	if (!snd_soc_usb_match_format(sorted.busy, format, usb_format)) {
		*reason = snd_usb_obstacle_text(sorted.busy_obstacles);
		return -EBUSY;
	}
	*reason = "the device has no such format";
	if (!snd_soc_usb_match_format(sorted.never, format, usb_format))
		*reason = snd_usb_obstacle_text(sorted.never_obstacles &
						~SND_USB_OBSTACLES_MOMENTARY);
	return -EOPNOTSUPP;
}

/**
 * snd_soc_usb_find_pcm_format - find the USB format for a back end's stream
 * @pcm: the USB PCM
 * @format: of the back end
 * @rate_hz: of both
 * @channels: of the USB stream
 * @usb_format: where the USB stream's format goes
 * @reason: where the reason for a refusal goes, in words, or NULL
 *
 * A format that is found can be offloaded now, as far as snd-usb-audio knows.
 *
 * Takes the card's mutex.
 *
 * Context: Process context. May sleep.
 * Return: 0; -EOPNOTSUPP if the PCM does not take that format, rate and number of channels
 * together, or not without Linux; -EBUSY if another stream of the device is in the way, or as
 * snd_soc_usb_get_pcm_caps().
 */
int snd_soc_usb_find_pcm_format(const struct snd_soc_usb_pcm *pcm, snd_pcm_format_t format,
				unsigned int rate_hz, unsigned int channels,
				snd_pcm_format_t *usb_format, const char **reason)
{
	const char *unused = "the device has gone";
	struct snd_usb_audio *chip;
	int ret = -ENODEV;

	if (!reason)
		reason = &unused;
	*reason = unused;
	chip = snd_usb_card_get(pcm->card_idx);
	if (!chip)
		return ret;

	ret = match_pcm_format(chip, pcm, format, rate_hz, channels, usb_format, reason);
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
