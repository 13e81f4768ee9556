// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes: the USB PCM that each back end plays to, and the parameters that it accepts.
 *
 * Back end n plays to the n-th connected card that can play, in the order in which they were
 * connected, and to its first PCM, unless its two controls say otherwise:
 *
 *	"USB n Playback Card Route"	an ALSA card number, or -1
 *	"USB n Playback PCM Route"	a PCM device number of that card, or -1
 *
 * A route takes effect when the front end is opened next, and stays until it is closed. It is to
 * that very card: a front end whose card has gone is of no use any more, even if another card gets
 * its number.
 *
 * Locking: audio->usb_lock guards routes and cards. Nothing of soc-usb is called with it held.
 */
#include <linux/cleanup.h>
#include <sound/control.h>
#include <sound/pcm.h>
#include <sound/soc-usb.h>
#include "vsoc-audio.h"

#define ROUTE_AUTO	-1
#define PCM_ROUTE_MAX	255	/* a usb_token has eight bits for it */

enum route_kind {
	ROUTE_CARD,
	ROUTE_PCM,
};

static int *route_value(struct vsoc_audio *audio, const struct snd_kcontrol *kcontrol)
{
	unsigned int backend = kcontrol->private_value >> 8;

	if ((kcontrol->private_value & 0xff) == ROUTE_CARD)
		return &audio->card_route[backend];
	return &audio->pcm_route[backend];
}

static int route_info(struct snd_kcontrol *kcontrol, struct snd_ctl_elem_info *info)
{
	info->type = SNDRV_CTL_ELEM_TYPE_INTEGER;
	info->count = 1;
	info->value.integer.min = ROUTE_AUTO;
	if ((kcontrol->private_value & 0xff) == ROUTE_CARD)
		info->value.integer.max = SNDRV_CARDS - 1;
	else
		info->value.integer.max = PCM_ROUTE_MAX;
	return 0;
}

static int route_get(struct snd_kcontrol *kcontrol, struct snd_ctl_elem_value *value)
{
	struct snd_soc_component *component = snd_kcontrol_chip(kcontrol);
	struct vsoc_audio *audio = dev_get_drvdata(component->dev);

	guard(mutex)(&audio->usb_lock);

	value->value.integer.value[0] = *route_value(audio, kcontrol);
	return 0;
}

static int route_put(struct snd_kcontrol *kcontrol, struct snd_ctl_elem_value *value)
{
	struct snd_soc_component *component = snd_kcontrol_chip(kcontrol);
	struct vsoc_audio *audio = dev_get_drvdata(component->dev);
	long wanted = value->value.integer.value[0];
	struct snd_ctl_elem_info info = { };
	int *route;

	route_info(kcontrol, &info);
	if (wanted < info.value.integer.min || wanted > info.value.integer.max)
		return -EINVAL;

	guard(mutex)(&audio->usb_lock);

	route = route_value(audio, kcontrol);
	if (*route == wanted)
		return 0;
	*route = wanted;
	return 1;
}

#define ROUTE_CONTROL(n, text, kind) {					\
	.iface = SNDRV_CTL_ELEM_IFACE_MIXER,				\
	.name = "USB " #n " Playback " text " Route",			\
	.info = route_info,						\
	.get = route_get,						\
	.put = route_put,						\
	.private_value = (n) << 8 | (kind),				\
}

const struct snd_kcontrol_new vsoc_audio_route_controls[VSOC_AUDIO_ROUTE_CONTROLS] = {
	ROUTE_CONTROL(0, "Card", ROUTE_CARD),
	ROUTE_CONTROL(0, "PCM", ROUTE_PCM),
	ROUTE_CONTROL(1, "Card", ROUTE_CARD),
	ROUTE_CONTROL(1, "PCM", ROUTE_PCM),
	ROUTE_CONTROL(2, "Card", ROUTE_CARD),
	ROUTE_CONTROL(2, "PCM", ROUTE_PCM),
	ROUTE_CONTROL(3, "Card", ROUTE_CARD),
	ROUTE_CONTROL(3, "PCM", ROUTE_PCM),
};

static const struct snd_soc_usb_device *find_card_locked(struct vsoc_audio *audio,
							 unsigned int backend)
{
	const struct snd_soc_usb_device *sdev;
	unsigned int n = 0;

	lockdep_assert_held(&audio->usb_lock);

	list_for_each_entry(sdev, &audio->usb_cards, list) {
		if (!sdev->num_playback)
			continue;
		if (audio->card_route[backend] == ROUTE_AUTO) {
			if (n++ == backend)
				return sdev;
		} else if (audio->card_route[backend] == sdev->card_idx) {
			return sdev;
		}
	}
	return NULL;
}

/**
 * vsoc_audio_route_find() - find the USB PCM that a back end plays to now
 * @audio: the audio device
 * @backend: number of the back end
 * @route: to be filled in
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENODEV if there is no such USB device.
 */
int vsoc_audio_route_find(struct vsoc_audio *audio, unsigned int backend,
			  struct vsoc_audio_route *route)
{
	const struct snd_soc_usb_device *sdev;
	int i;

	guard(mutex)(&audio->usb_lock);

	sdev = find_card_locked(audio, backend);
	if (!sdev)
		return -ENODEV;

	for (i = 0; i < sdev->num_playback; i++) {
		if (sdev->ppcm_idx[i] > PCM_ROUTE_MAX)
			continue;
		if (audio->pcm_route[backend] == ROUTE_AUTO ||
		    audio->pcm_route[backend] == (int)sdev->ppcm_idx[i]) {
			route->card = sdev->card_idx;
			route->pcm = sdev->ppcm_idx[i];
			route->instance = sdev->instance;
			return 0;
		}
	}
	return -ENODEV;
}

/**
 * vsoc_audio_route_find_format() - find the USB format that carries a PCM format without loss
 * @route: the USB PCM
 * @format: of the PCM buffer
 * @rate_hz: of both
 * @usb_channels: of the USB stream
 * @reason: where the reason for a refusal goes, in words
 *
 * Context: Process context. May sleep.
 * Return: enum uaudio_format; -EINVAL if there is none; -EBUSY if another stream of the device is
 * in the way; another negative errno if the device has gone.
 */
int vsoc_audio_route_find_format(const struct vsoc_audio_route *route, snd_pcm_format_t format,
				 unsigned int rate_hz, unsigned int usb_channels,
				 const char **reason)
{
	struct snd_soc_usb_pcm pcm = {
		.card_idx = route->card,
		.pcm_idx = route->pcm,
		.direction = SNDRV_PCM_STREAM_PLAYBACK,
		.handled = VSOC_AUDIO_HANDLED,
	};
	snd_pcm_format_t usb_format;
	int err;

	err = snd_soc_usb_find_pcm_format(&pcm, format, rate_hz, usb_channels, &usb_format, reason);
	/* soc-usb leaves it to the back end to widen 16 bits: the DSP does. */
	if (err == -EOPNOTSUPP && format == SNDRV_PCM_FORMAT_S16_LE)
		err = snd_soc_usb_find_pcm_format(&pcm, SNDRV_PCM_FORMAT_S24_LE, rate_hz,
						  usb_channels, &usb_format, reason);
	if (err == -EOPNOTSUPP)
		return -EINVAL;
	if (err < 0)
		return err;
	return vsoc_audio_to_uaudio_format(usb_format);
}

/**
 * vsoc_audio_route_is_gone() - tell whether a USB PCM has gone for good
 * @route: the USB PCM
 *
 * Context: Process context. May sleep.
 * Return: true once its USB device is being disconnected.
 */
bool vsoc_audio_route_is_gone(const struct vsoc_audio_route *route)
{
	int err = snd_soc_usb_check_pcm_free(route->card, route->pcm, SNDRV_PCM_STREAM_PLAYBACK);

	return err == -ENODEV || err == -ESHUTDOWN;
}

/*
 * Returns a bit for each rate of vsoc_audio_rates_hz at which the PCM takes the format. Sets
 * @is_busy if another stream of the device is in the way of a rate.
 */
static int find_rates(const struct vsoc_audio_route *route, snd_pcm_format_t format,
		      unsigned int channels, bool *is_busy)
{
	const char *reason;
	unsigned int rate;
	int usb_format;
	int rates = 0;

	for (rate = 0; rate < VSOC_AUDIO_RATES; rate++) {
		usb_format = vsoc_audio_route_find_format(route, format,
							  vsoc_audio_rates_hz[rate], channels,
							  &reason);
		*is_busy |= usb_format == -EBUSY;
		if (usb_format == -EINVAL || usb_format == -EBUSY)
			continue;
		if (usb_format < 0)
			return usb_format;
		rates |= BIT(rate);
	}
	return rates;
}

/**
 * vsoc_audio_route_get_caps() - get the parameters that a USB PCM accepts now
 * @route: the USB PCM
 * @caps: to be filled in
 *
 * Context: Process context. May sleep.
 * Return: 0; -EBUSY if somebody else plays there, or other streams of the device are in the way;
 * -EINVAL if it takes nothing that the DSP can send; another negative errno if the device has gone.
 */
int vsoc_audio_route_get_caps(const struct vsoc_audio_route *route, struct vsoc_audio_caps *caps)
{
	unsigned int format, channels;
	bool is_empty = true, is_busy = false;
	int rates;
	int err;

	err = snd_soc_usb_check_pcm_free(route->card, route->pcm, SNDRV_PCM_STREAM_PLAYBACK);
	if (err)
		return err;

	memset(caps, 0, sizeof(*caps));
	for (format = 0; format < VSOC_AUDIO_FORMATS; format++) {
		for (channels = 1; channels <= VSOC_AUDIO_MAX_CHANNELS; channels++) {
			rates = find_rates(route, vsoc_audio_formats[format], channels, &is_busy);
			if (rates < 0)
				return rates;
			caps->rates[format][channels - 1] = rates;
			is_empty &= !rates;
		}
	}
	if (!is_empty)
		return 0;
	return is_busy ? -EBUSY : -EINVAL;
}

/**
 * vsoc_audio_route_init() - initialise the routes: automatic, and no USB cards
 * @audio: the audio device
 */
void vsoc_audio_route_init(struct vsoc_audio *audio)
{
	unsigned int i;

	mutex_init(&audio->usb_lock);
	INIT_LIST_HEAD(&audio->usb_cards);
	for (i = 0; i < VSOC_AUDIO_STREAMS; i++) {
		audio->card_route[i] = ROUTE_AUTO;
		audio->pcm_route[i] = ROUTE_AUTO;
	}
}
