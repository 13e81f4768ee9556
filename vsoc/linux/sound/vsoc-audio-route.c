// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes: the USB PCM that each back end plays to, and the one that it records from, and the
 * parameters that they accept.
 *
 * Back end n plays to the n-th connected card that can play, in the order in which they were
 * connected, and to its first PCM, and it records likewise, unless its controls say otherwise:
 *
 *	"USB n Playback Card Route", "USB n Capture Card Route"	an ALSA card number, or -1
 *	"USB n Playback PCM Route", "USB n Capture PCM Route"	a PCM device of that card, or -1
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
	unsigned int backend = kcontrol->private_value >> 8 & 0xff;
	unsigned int direction = kcontrol->private_value >> 16;

	if ((kcontrol->private_value & 0xff) == ROUTE_CARD)
		return &audio->card_route[direction][backend];
	return &audio->pcm_route[direction][backend];
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

#define ROUTE_CONTROL(n, way, way_text, kind, kind_text) {		\
	.iface = SNDRV_CTL_ELEM_IFACE_MIXER,				\
	.name = "USB " #n " " way_text " " kind_text " Route",		\
	.info = route_info,						\
	.get = route_get,						\
	.put = route_put,						\
	.private_value = (way) << 16 | (n) << 8 | (kind),		\
}

const struct snd_kcontrol_new vsoc_audio_route_controls[VSOC_AUDIO_ROUTE_CONTROLS] = {
	ROUTE_CONTROL(0, SNDRV_PCM_STREAM_PLAYBACK, "Playback", ROUTE_CARD, "Card"),
	ROUTE_CONTROL(0, SNDRV_PCM_STREAM_PLAYBACK, "Playback", ROUTE_PCM, "PCM"),
	ROUTE_CONTROL(0, SNDRV_PCM_STREAM_CAPTURE, "Capture", ROUTE_CARD, "Card"),
	ROUTE_CONTROL(0, SNDRV_PCM_STREAM_CAPTURE, "Capture", ROUTE_PCM, "PCM"),
	ROUTE_CONTROL(1, SNDRV_PCM_STREAM_PLAYBACK, "Playback", ROUTE_CARD, "Card"),
	ROUTE_CONTROL(1, SNDRV_PCM_STREAM_PLAYBACK, "Playback", ROUTE_PCM, "PCM"),
	ROUTE_CONTROL(1, SNDRV_PCM_STREAM_CAPTURE, "Capture", ROUTE_CARD, "Card"),
	ROUTE_CONTROL(1, SNDRV_PCM_STREAM_CAPTURE, "Capture", ROUTE_PCM, "PCM"),
	ROUTE_CONTROL(2, SNDRV_PCM_STREAM_PLAYBACK, "Playback", ROUTE_CARD, "Card"),
	ROUTE_CONTROL(2, SNDRV_PCM_STREAM_PLAYBACK, "Playback", ROUTE_PCM, "PCM"),
	ROUTE_CONTROL(2, SNDRV_PCM_STREAM_CAPTURE, "Capture", ROUTE_CARD, "Card"),
	ROUTE_CONTROL(2, SNDRV_PCM_STREAM_CAPTURE, "Capture", ROUTE_PCM, "PCM"),
	ROUTE_CONTROL(3, SNDRV_PCM_STREAM_PLAYBACK, "Playback", ROUTE_CARD, "Card"),
	ROUTE_CONTROL(3, SNDRV_PCM_STREAM_PLAYBACK, "Playback", ROUTE_PCM, "PCM"),
	ROUTE_CONTROL(3, SNDRV_PCM_STREAM_CAPTURE, "Capture", ROUTE_CARD, "Card"),
	ROUTE_CONTROL(3, SNDRV_PCM_STREAM_CAPTURE, "Capture", ROUTE_PCM, "PCM"),
};

static int count_pcms(const struct snd_soc_usb_device *sdev, int direction)
{
	return direction == SNDRV_PCM_STREAM_PLAYBACK ? sdev->num_playback : sdev->num_capture;
}

static const struct snd_soc_usb_device *find_card_locked(struct vsoc_audio *audio,
							 unsigned int backend, int direction)
{
	int card_route = audio->card_route[direction][backend];
	const struct snd_soc_usb_device *sdev;
	unsigned int n = 0;

	lockdep_assert_held(&audio->usb_lock);

	list_for_each_entry(sdev, &audio->usb_cards, list) {
		if (!count_pcms(sdev, direction))
			continue;
		if (card_route == ROUTE_AUTO) {
			if (n++ == backend)
				return sdev;
		} else if (card_route == sdev->card_idx) {
			return sdev;
		}
	}
	return NULL;
}

/**
 * vsoc_audio_route_find() - find the USB PCM that a back end plays to or records from now
 * @audio: the audio device
 * @backend: number of the back end
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 * @route: to be filled in
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENODEV if there is no such USB device.
 */
int vsoc_audio_route_find(struct vsoc_audio *audio, unsigned int backend, int direction,
			  struct vsoc_audio_route *route)
{
	const struct snd_soc_usb_device *sdev;
	const unsigned int *pcms;
	int pcm_route;
	int i;

	guard(mutex)(&audio->usb_lock);

	sdev = find_card_locked(audio, backend, direction);
	if (!sdev)
		return -ENODEV;

	pcm_route = audio->pcm_route[direction][backend];
	pcms = direction == SNDRV_PCM_STREAM_PLAYBACK ? sdev->ppcm_idx : sdev->cpcm_idx;
	for (i = 0; i < count_pcms(sdev, direction); i++) {
		if (pcms[i] > PCM_ROUTE_MAX)
			continue;
		if (pcm_route == ROUTE_AUTO || pcm_route == (int)pcms[i]) {
			route->direction = direction;
			route->card = sdev->card_idx;
			route->pcm = pcms[i];
			route->instance = sdev->instance;
			return 0;
		}
	}
	return -ENODEV;
}

/* The USB format to which the DSP widens the samples of a PCM buffer, or repacks them. */
static int find_playback_format(const struct snd_soc_usb_pcm *pcm, snd_pcm_format_t format,
				unsigned int rate_hz, unsigned int usb_channels,
				snd_pcm_format_t *usb_format, const char **reason)
{
	int err;

	err = snd_soc_usb_find_pcm_format(pcm, format, rate_hz, usb_channels, usb_format, reason);
	/* soc-usb leaves it to the back end to widen 16 bits: the DSP does. */
	if (err == -EOPNOTSUPP && format == SNDRV_PCM_FORMAT_S16_LE)
		err = snd_soc_usb_find_pcm_format(pcm, SNDRV_PCM_FORMAT_S24_LE, rate_hz,
						  usb_channels, usb_format, reason);
	return err;
}

/*
 * The USB format whose samples the DSP widens to those of a PCM buffer, or repacks: the widest that
 * fits. soc-usb answers with a format itself where the device has it.
 */
static int find_capture_format(const struct snd_soc_usb_pcm *pcm, snd_pcm_format_t format,
			       unsigned int rate_hz, unsigned int usb_channels,
			       snd_pcm_format_t *usb_format, const char **reason)
{
	static const snd_pcm_format_t usb_formats[] = {
		SNDRV_PCM_FORMAT_S32_LE, SNDRV_PCM_FORMAT_S24_3LE, SNDRV_PCM_FORMAT_S16_LE,
	};
	int err, result = -EOPNOTSUPP;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(usb_formats); i++) {
		if (snd_pcm_format_width(usb_formats[i]) > snd_pcm_format_width(format))
			continue;
		err = snd_soc_usb_find_pcm_format(pcm, usb_formats[i], rate_hz, usb_channels,
						  usb_format, reason);
		if (!err && *usb_format == usb_formats[i])
			return 0;
		if (err < 0 && err != -EOPNOTSUPP)
			result = err;
	}
	return result;
}

static struct snd_soc_usb_pcm usb_pcm_of(const struct vsoc_audio_route *route)
{
	return (struct snd_soc_usb_pcm){
		.card_idx = route->card,
		.pcm_idx = route->pcm,
		.direction = route->direction,
		.handled = VSOC_AUDIO_HANDLED,
	};
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
	struct snd_soc_usb_pcm pcm = usb_pcm_of(route);
	snd_pcm_format_t usb_format;
	int err;

	if (route->direction == SNDRV_PCM_STREAM_PLAYBACK)
		err = find_playback_format(&pcm, format, rate_hz, usb_channels, &usb_format,
					   reason);
	else
		err = find_capture_format(&pcm, format, rate_hz, usb_channels, &usb_format,
					  reason);
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
	int err = snd_soc_usb_check_pcm_free(route->card, route->pcm, route->direction);

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
 * Return: 0; -EBUSY if somebody else uses it, or other streams of the device are in the way;
 * -EINVAL if it has nothing that the DSP can carry; another negative errno if the device has gone.
 */
int vsoc_audio_route_get_caps(const struct vsoc_audio_route *route, struct vsoc_audio_caps *caps)
{
	struct snd_soc_usb_pcm pcm = usb_pcm_of(route);
	struct snd_soc_usb_pcm_caps usb_caps;
	unsigned int format, channels, channels_max;
	bool is_empty = true, is_busy = false;
	int rates;
	int err;

	err = snd_soc_usb_check_pcm_free(route->card, route->pcm, route->direction);
	if (err)
		return err;
	/* The numbers of channels that are worth a question each. */
	err = snd_soc_usb_get_pcm_caps(&pcm, &usb_caps);
	if (err)
		return err;
	channels_max = min(usb_caps.channels_max, VSOC_AUDIO_MAX_CHANNELS);

	memset(caps, 0, sizeof(*caps));
	caps->is_capture = route->direction == SNDRV_PCM_STREAM_CAPTURE;
	for (format = 0; format < VSOC_AUDIO_FORMATS; format++) {
		for (channels = usb_caps.channels_min; channels <= channels_max; channels++) {
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
	int direction;

	mutex_init(&audio->usb_lock);
	INIT_LIST_HEAD(&audio->usb_cards);
	for_each_pcm_streams(direction) {
		for (i = 0; i < VSOC_AUDIO_FRONT_ENDS; i++) {
			audio->card_route[direction][i] = ROUTE_AUTO;
			audio->pcm_route[direction][i] = ROUTE_AUTO;
		}
	}
}
