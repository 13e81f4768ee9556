// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claiming a USB PCM for another processor, so that ALSA and it exclude each other.
 *
 * Locking overview: snd_usb_audio.mutex guards the users of a PCM (snd_usb_substream.opened,
 * .claimed), which endpoints are offloaded (snd_usb_endpoint.offloaded) and whether the card admits
 * claims (platform_state). ALSA's open and a claim both test and set .opened under it, so exactly
 * one of two that race gets -EBUSY. When a further interface of the card is probed, it appends to
 * the lists of PCMs and formats under the mutex, and all readers of the lists hold it.
 *
 * A claimant serialises its own calls for its PCM between claim and release (set-up, prepare,
 * free), as ALSA does for its PCMs.
 *
 * A claim holds the card's memory and a runtime-PM reference, but does not hold up a
 * disconnect: the claimant hears of it (snd_usb_offload_client.disconnect) while everything
 * still works, and releases the claim.
 */

#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/usb.h>

#include <sound/core.h>
#include <sound/pcm.h>
#include <sound/pcm_params.h>

#include "usbaudio.h"
#include "card.h"
#include "claim.h"
#include "endpoint.h"
#include "obstacle.h"
#include "power.h"
#include "quirks.h"

/**
 * snd_usb_card_put - drop a reference to a card's memory
 * @chip: the card
 *
 * It undoes snd_usb_card_get() and snd_usb_chip_get(), and drops the reference of a claim.
 *
 * May free the card.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_card_put(struct snd_usb_audio *chip)
{
	put_device(&chip->card->card_dev);
}
EXPORT_SYMBOL_GPL(snd_usb_card_put);

/**
 * snd_usb_find_pcm - look up a direction of a USB PCM
 * @chip: the card
 * @pcm_idx: the PCM's device number on the card
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 *
 * The result, and its list of formats, may be used as long as the card's mutex is held.
 *
 * The caller holds @chip->mutex.
 *
 * Context: Process context. May sleep.
 * Return: the substream; -ENODEV if there is no such PCM or direction, or -ESHUTDOWN if the card is
 * being disconnected.
 */
struct snd_usb_substream *snd_usb_find_pcm(struct snd_usb_audio *chip, int pcm_idx, int direction)
{
	struct snd_usb_substream *subs;
	struct snd_usb_stream *as;

	lockdep_assert_held(&chip->mutex);

	switch (chip->platform_state) {
	case SND_USB_PLATFORM_PRESENT:
		break;
	case SND_USB_PLATFORM_GONE:
		return ERR_PTR(-ESHUTDOWN);
	case SND_USB_PLATFORM_ABSENT:
		return ERR_PTR(-ENODEV);
	}

	if (direction != SNDRV_PCM_STREAM_PLAYBACK && direction != SNDRV_PCM_STREAM_CAPTURE)
		return ERR_PTR(-ENODEV);

	list_for_each_entry(as, &chip->pcm_list, list) {
		subs = &as->substream[direction];
		if (as->pcm_index == pcm_idx && subs->num_formats)
			return subs;
	}

	return ERR_PTR(-ENODEV);
}
EXPORT_SYMBOL_GPL(snd_usb_find_pcm);

/* Resumes the card and keeps it so, unless it is being disconnected. */
static int hold_awake(struct snd_usb_audio *chip)
{
	int err;

	err = snd_usb_lock_shutdown(chip);
	if (err < 0)
		return err;

	err = snd_usb_autoresume(chip);
	snd_usb_unlock_shutdown(chip);
	return err;
}

/**
 * snd_usb_pcm_claim - take a USB PCM for another processor
 * @chip: the card, known to be connected
 * @pcm_idx: the PCM's device number on the card
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 *
 * Until snd_usb_pcm_release() ALSA's open of that PCM and direction gets -EBUSY, and the device
 * is kept resumed.
 *
 * May resume the device.
 *
 * Context: Process context. May sleep.
 * Return: the substream; -ENODEV if there is no such PCM or direction, -EBUSY if it is in use by
 * ALSA or by another claim, -ESHUTDOWN or -EIO if the card is being disconnected, or the error of
 * resuming the device.
 */
struct snd_usb_substream *snd_usb_pcm_claim(struct snd_usb_audio *chip, int pcm_idx, int direction)
{
	struct snd_usb_substream *subs;
	int err;

	scoped_guard(mutex, &chip->mutex) {
		subs = snd_usb_find_pcm(chip, pcm_idx, direction);
		if (IS_ERR(subs))
			return subs;
		if (subs->opened)
			return ERR_PTR(-EBUSY);

		subs->opened = true;
		subs->claimed = true;
		get_device(&chip->card->card_dev);
	}

	err = hold_awake(chip);
	if (err < 0) {
		scoped_guard(mutex, &chip->mutex) {
			subs->opened = false;
			subs->claimed = false;
		}
		snd_usb_card_put(chip);
		return ERR_PTR(err);
	}

	return subs;
}
EXPORT_SYMBOL_GPL(snd_usb_pcm_claim);

/**
 * snd_usb_pcm_set_format - choose the altsetting that snd_usb_hw_params() will set up
 * @subs: a claimed substream
 * @fp: one of its altsettings; it has the parameters that snd_usb_hw_params() will be given
 *
 * Without this, snd_usb_hw_params() chooses as for ALSA. Holds until the claim is released.
 *
 * The caller holds the card's mutex.
 *
 * Context: Process context. Does not sleep.
 */
void snd_usb_pcm_set_format(struct snd_usb_substream *subs, const struct audioformat *fp)
{
	lockdep_assert_held(&subs->stream->chip->mutex);

	subs->claimed_format = fp;
}
EXPORT_SYMBOL_GPL(snd_usb_pcm_set_format);

/**
 * snd_usb_pcm_prepare_claimed - select the altsetting and set the sample rate
 * @subs: a claimed substream on which snd_usb_hw_params() has succeeded
 *
 * Afterwards the endpoints exist at the host controller, and nothing is queued on them.
 *
 * Does control transfers. The claimant serialises the calls.
 *
 * Context: Process context. May sleep.
 * Return: 0; -EINVAL before snd_usb_hw_params(), -EIO if the card is being disconnected, or the
 * error of a control transfer that the device refused.
 */
int snd_usb_pcm_prepare_claimed(struct snd_usb_substream *subs)
{
	struct snd_usb_audio *chip = subs->stream->chip;
	int err;

	err = snd_usb_lock_shutdown(chip);
	if (err < 0)
		return err;

	if (!subs->data_endpoint) {
		err = -EINVAL;
		goto unlock_shutdown;
	}

	err = snd_usb_pcm_change_state(subs, UAC3_PD_STATE_D0);
	if (err < 0)
		goto unlock_shutdown;

	if (subs->sync_endpoint) {
		err = snd_usb_endpoint_prepare(chip, subs->sync_endpoint);
		if (err < 0)
			goto unlock_shutdown;
	}

	err = snd_usb_endpoint_prepare(chip, subs->data_endpoint);
	if (err < 0)
		goto unlock_shutdown;
	if (err > 0)
		snd_usb_set_format_quirk(subs, subs->cur_audiofmt);
	err = 0;

unlock_shutdown:
	snd_usb_unlock_shutdown(chip);
	return err;
}
EXPORT_SYMBOL_GPL(snd_usb_pcm_prepare_claimed);

/**
 * snd_usb_pcm_release - give a claimed PCM back
 * @subs: the substream; not to be used afterwards
 *
 * Calls snd_usb_hw_free() if the claimant has not. Works after a disconnect, too.
 *
 * May do control transfers. The claimant serialises the calls.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_pcm_release(struct snd_usb_substream *subs)
{
	struct snd_usb_audio *chip = subs->stream->chip;

	if (WARN_ON(!subs->claimed))
		return;

	if (subs->data_endpoint)
		snd_usb_hw_free(subs);

	if (!snd_usb_lock_shutdown(chip)) {
		snd_usb_pcm_change_state(subs, UAC3_PD_STATE_D1);
		snd_usb_unlock_shutdown(chip);
	}
	snd_usb_autosuspend(chip);

	scoped_guard(mutex, &chip->mutex) {
		subs->opened = false;
		subs->claimed = false;
		subs->claimed_format = NULL;
	}
	snd_usb_card_put(chip);
}
EXPORT_SYMBOL_GPL(snd_usb_pcm_release);

/**
 * snd_usb_pcm_check_released - warn of claims that outlive the disconnect callbacks
 * @chip: the card, which admits no new claims
 *
 * Such a claim is the claimant's bug. It still holds the card's memory, so its late release is
 * safe, but its endpoints are about to go under it.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_pcm_check_released(struct snd_usb_audio *chip)
{
	struct snd_usb_stream *as;
	int direction;

	guard(mutex)(&chip->mutex);

	list_for_each_entry(as, &chip->pcm_list, list) {
		for (direction = 0; direction < 2; direction++)
			WARN(as->substream[direction].claimed,
			     "%s: PCM %d direction %d is still claimed after disconnect\n",
			     dev_name(&chip->dev->dev), as->pcm_index, direction);
	}
}

static void set_interval(struct snd_pcm_hw_params *params, int var, unsigned int value)
{
	struct snd_interval *interval = hw_param_interval(params, var);

	snd_interval_any(interval);
	interval->min = value;
	interval->max = value;
	interval->integer = 1;
}

/**
 * snd_usb_pcm_init_params - fill the parameters that snd_usb_hw_params() looks at
 * @params: to be filled
 * @format: of the USB stream
 * @rate_hz: of the USB stream
 * @channels: of the USB stream
 *
 * Period and buffer size matter for URBs only, which a claimed PCM has none of: they are the
 * same each time, so that equal formats compare equal.
 *
 * Context: Any context.
 */
void snd_usb_pcm_init_params(struct snd_pcm_hw_params *params, snd_pcm_format_t format,
			     unsigned int rate_hz, unsigned int channels)
{
	struct snd_mask *formats = hw_param_mask(params, SNDRV_PCM_HW_PARAM_FORMAT);

	_snd_pcm_hw_params_any(params);
	snd_mask_none(formats);
	snd_mask_set_format(formats, format);
	set_interval(params, SNDRV_PCM_HW_PARAM_RATE, rate_hz);
	set_interval(params, SNDRV_PCM_HW_PARAM_CHANNELS, channels);
	set_interval(params, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, max(rate_hz / 100, 1));
	set_interval(params, SNDRV_PCM_HW_PARAM_PERIODS, 2);
}
EXPORT_SYMBOL_GPL(snd_usb_pcm_init_params);

/**
 * snd_usb_pcm_take - ALSA opens a PCM
 * @subs: the substream
 *
 * Context: Process context. May sleep.
 * Return: 0, or -EBUSY if it is claimed for offload.
 */
int snd_usb_pcm_take(struct snd_usb_substream *subs)
{
	guard(mutex)(&subs->stream->chip->mutex);

	if (subs->opened)
		return -EBUSY;

	subs->opened = true;
	return 0;
}

/**
 * snd_usb_pcm_give_back - ALSA has closed a PCM, or failed to open it after snd_usb_pcm_take()
 * @subs: the substream
 *
 * Context: Process context. May sleep.
 */
void snd_usb_pcm_give_back(struct snd_usb_substream *subs)
{
	guard(mutex)(&subs->stream->chip->mutex);

	/* ALSA's open and close leave it set when they fail; it tells whose set-up follows. */
	subs->pcm_substream = NULL;
	subs->opened = false;
}

/**
 * snd_usb_pcm_offload_endpoints - mark a PCM's open endpoints as driven by another processor
 * @subs: a substream whose endpoints have just been opened
 *
 * An endpoint that another PCM has open as well (a capture endpoint that is the feedback of a
 * playback) cannot be offloaded, and one that is offloaded gets no second user.
 *
 * ALSA's own endpoints are not marked. But a clock that an offloaded stream uses has one rate for
 * all: snd-usb-audio would go on with that rate, and say nothing. ALSA's constraints offer no other
 * one, but may be older than the offloaded stream.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -EBUSY if an endpoint has another user, or its clock another rate.
 */
int snd_usb_pcm_offload_endpoints(struct snd_usb_substream *subs)
{
	struct snd_usb_endpoint *data_ep = subs->data_endpoint, *sync_ep = subs->sync_endpoint;
	bool is_alsa;

	guard(mutex)(&subs->stream->chip->mutex);

	is_alsa = subs->pcm_substream;
	if (snd_usb_clock_is_taken(subs, data_ep->cur_audiofmt, data_ep->cur_rate, is_alsa))
		return -EBUSY;
	if (is_alsa)
		return 0;
	if (data_ep->opened > 1 || (sync_ep && sync_ep->opened > 1))
		return -EBUSY;

	data_ep->offloaded = true;
	if (sync_ep)
		sync_ep->offloaded = true;
	return 0;
}
