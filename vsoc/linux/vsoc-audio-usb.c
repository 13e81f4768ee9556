// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back ends: which USB PCM each front end plays to.
 *
 * soc-usb tells of USB sound cards that come and go. Back end n plays to the n-th connected card
 * that can play, in the order of their coming, and to its first PCM, unless its two controls say
 * otherwise:
 *
 *	"USB n Playback Card Route"	an ALSA card number, or -1
 *	"USB n Playback PCM Route"	a PCM device number of that card, or -1
 *
 * A route takes effect when the front end is opened next, and stays until it is closed. It is to
 * that very card: a front end whose card has gone is of no use any more, whoever gets its number.
 *
 * Locking: audio->usb_lock guards routes and cards. soc-usb calls in with locks of its own and of
 * snd-usb-audio held, so nothing of theirs is called with usb_lock held.
 *
 * audio->jack_lock comes before usb_lock, and before the locks of jacks and of DAPM. It is held
 * from looking for cards to reporting what was found: soc-usb's callbacks and the binding of the
 * sound card both report, and the one that has looked last must report last.
 */
#include <linux/cleanup.h>
#include <sound/control.h>
#include <sound/jack.h>
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

static const struct snd_kcontrol_new route_controls[] = {
	ROUTE_CONTROL(0, "Card", ROUTE_CARD),
	ROUTE_CONTROL(0, "PCM", ROUTE_PCM),
	ROUTE_CONTROL(1, "Card", ROUTE_CARD),
	ROUTE_CONTROL(1, "PCM", ROUTE_PCM),
	ROUTE_CONTROL(2, "Card", ROUTE_CARD),
	ROUTE_CONTROL(2, "PCM", ROUTE_PCM),
	ROUTE_CONTROL(3, "Card", ROUTE_CARD),
	ROUTE_CONTROL(3, "PCM", ROUTE_PCM),
};

static_assert(ARRAY_SIZE(route_controls) == 2 * VSOC_AUDIO_STREAMS, "two for each back end");

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
 * vsoc_audio_usb_find_route() - where a back end plays to now
 * @audio: the audio device
 * @backend: number of the back end
 * @route: what to fill in
 *
 * Context: Sleeps.
 * Return: 0, or -ENODEV if there is no such USB device.
 */
int vsoc_audio_usb_find_route(struct vsoc_audio *audio, unsigned int backend,
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
 * vsoc_audio_usb_find_format() - the USB format that carries a PCM format without loss
 * @route: the USB PCM
 * @format: of the PCM buffer
 * @rate_hz: of both
 * @usb_channels: of the USB stream
 *
 * Context: Sleeps.
 * Return: enum uaudio_format; -EINVAL if there is none; another negative errno if the device
 * cannot be asked, because it has gone or is just coming.
 */
int vsoc_audio_usb_find_format(const struct vsoc_audio_route *route, snd_pcm_format_t format,
			       unsigned int rate_hz, unsigned int usb_channels)
{
	snd_pcm_format_t usb_format;
	int err;

	err = snd_soc_usb_find_pcm_format(route->card, route->pcm, SNDRV_PCM_STREAM_PLAYBACK,
					  format, rate_hz, usb_channels, &usb_format);
	/* soc-usb leaves it to the back end to widen 16 bits: the DSP does. */
	if (err == -EOPNOTSUPP && format == SNDRV_PCM_FORMAT_S16_LE)
		err = snd_soc_usb_find_pcm_format(route->card, route->pcm,
						  SNDRV_PCM_STREAM_PLAYBACK,
						  SNDRV_PCM_FORMAT_S24_LE, rate_hz,
						  usb_channels, &usb_format);
	if (err == -EOPNOTSUPP)
		return -EINVAL;
	if (err < 0)
		return err;
	return vsoc_audio_to_uaudio_format(usb_format);
}

/**
 * vsoc_audio_usb_is_gone() - whether a USB PCM has gone for good
 * @route: the USB PCM
 *
 * Context: Sleeps.
 * Return: true once its USB device is being disconnected.
 */
bool vsoc_audio_usb_is_gone(const struct vsoc_audio_route *route)
{
	int err = snd_soc_usb_check_pcm_free(route->card, route->pcm, SNDRV_PCM_STREAM_PLAYBACK);

	return err == -ENODEV || err == -ESHUTDOWN;
}

/**
 * vsoc_audio_usb_get_caps() - what can be played to a USB PCM now
 * @route: the USB PCM
 * @caps: what to fill in
 *
 * Context: Sleeps.
 * Return: 0; -EBUSY if somebody else plays there; -EINVAL if it takes nothing that the DSP can
 * send; another negative errno if the device cannot be asked, because it has gone or is coming.
 */
int vsoc_audio_usb_get_caps(const struct vsoc_audio_route *route, struct vsoc_audio_caps *caps)
{
	unsigned int format, channels, rate;
	bool is_empty = true;
	int usb_format;
	int err;

	err = snd_soc_usb_check_pcm_free(route->card, route->pcm, SNDRV_PCM_STREAM_PLAYBACK);
	if (err)
		return err;

	memset(caps, 0, sizeof(*caps));
	for (format = 0; format < VSOC_AUDIO_FORMATS; format++) {
		for (channels = 1; channels <= VSOC_AUDIO_MAX_CHANNELS; channels++) {
			for (rate = 0; rate < VSOC_AUDIO_RATES; rate++) {
				usb_format = vsoc_audio_usb_find_format(route,
									vsoc_audio_formats[format],
									vsoc_audio_rates_hz[rate],
									channels);
				if (usb_format == -EINVAL)
					continue;
				if (usb_format < 0)
					return usb_format;
				caps->rates[format][channels - 1] |= BIT(rate);
				is_empty = false;
			}
		}
	}
	return is_empty ? -EINVAL : 0;
}

static int find_jack_status(struct vsoc_audio *audio)
{
	const struct snd_soc_usb_device *sdev;

	guard(mutex)(&audio->usb_lock);

	list_for_each_entry(sdev, &audio->usb_cards, list) {
		if (sdev->num_playback)
			return SND_JACK_USB;
	}
	return 0;
}

static void report_jack_locked(struct vsoc_audio *audio)
{
	lockdep_assert_held(&audio->jack_lock);

	if (audio->usb_jack)
		snd_soc_jack_report(audio->usb_jack, find_jack_status(audio), SND_JACK_USB);
}

static void report_jack(struct vsoc_audio *audio)
{
	guard(mutex)(&audio->jack_lock);

	report_jack_locked(audio);
}

static void set_jack(struct vsoc_audio *audio, struct snd_soc_jack *jack)
{
	guard(mutex)(&audio->jack_lock);

	audio->usb_jack = jack;
	report_jack_locked(audio);
}

static int connection_changed(struct snd_soc_usb *usb, struct snd_soc_usb_device *sdev,
			      bool connected)
{
	struct vsoc_audio *audio = usb->priv_data;

	dev_dbg(audio->dev, "USB card %d, %d playback PCMs: %s\n", sdev->card_idx,
		sdev->num_playback, connected ? "connected" : "disconnected");

	/* If nobody has told that the one before it has gone: before the new one can be found. */
	if (connected)
		vsoc_audio_pcm_card_came(audio, sdev->card_idx, sdev->instance);
	scoped_guard(mutex, &audio->usb_lock) {
		if (connected)
			list_add_tail(&sdev->list, &audio->usb_cards);
		else
			list_del_init(&sdev->list);
	}
	report_jack(audio);
	/* The DSP says so, too, if it still can. */
	if (!connected)
		vsoc_audio_pcm_card_gone(audio, sdev->card_idx, sdev->instance);
	return 0;
}

/* For the controls that a USB card shows: through which card and PCM is it offloaded? */
static int get_offload_route(struct snd_soc_component *component, int card, int pcm,
			     int direction, enum snd_soc_usb_kctl path, long *route)
{
	struct vsoc_audio *audio = dev_get_drvdata(component->dev);
	struct vsoc_audio_route here;
	unsigned int backend;

	route[0] = -1;
	if (direction != SNDRV_PCM_STREAM_PLAYBACK)
		return 0;
	for (backend = 0; backend < VSOC_AUDIO_STREAMS; backend++) {
		if (vsoc_audio_usb_find_route(audio, backend, &here) ||
		    here.card != card || here.pcm != pcm)
			continue;
		/* The card's links are in the order of the front ends, so PCM n is front end n. */
		route[0] = path == SND_SOC_USB_KCTL_CARD_ROUTE ?
			   component->card->snd_card->number : backend;
		break;
	}
	return 0;
}

static int vsoc_usb_set_jack(struct snd_soc_component *component, struct snd_soc_jack *jack,
			     void *data)
{
	set_jack(dev_get_drvdata(component->dev), jack);
	return 0;
}

/* soc-usb offers the cards of a port that is removed to others, and does not say so. */
static void remove_port(struct vsoc_audio *audio, struct snd_soc_usb *port)
{
	snd_soc_usb_remove_port(port);
	snd_soc_usb_free_port(port);

	guard(mutex)(&audio->usb_lock);

	INIT_LIST_HEAD(&audio->usb_cards);
}

static int vsoc_usb_probe(struct snd_soc_component *component)
{
	struct vsoc_audio *audio = dev_get_drvdata(component->dev);
	struct snd_soc_usb *port;
	int err;

	port = snd_soc_usb_allocate_port(component, audio);
	if (IS_ERR(port))
		return PTR_ERR(port);

	port->connection_status_cb = connection_changed;
	port->update_offload_route_info = get_offload_route;
	snd_soc_usb_add_port(port);

	err = vsoc_audio_controllers_register(audio);
	if (err) {
		remove_port(audio, port);
		return err;
	}
	audio->usb_port = port;
	return 0;
}

static void vsoc_usb_remove(struct snd_soc_component *component)
{
	struct vsoc_audio *audio = dev_get_drvdata(component->dev);

	vsoc_audio_controllers_unregister(audio);
	remove_port(audio, audio->usb_port);
	audio->usb_port = NULL;
	set_jack(audio, NULL);
}

static const struct snd_soc_dapm_widget usb_widgets[] = {
	SND_SOC_DAPM_OUTPUT("USB 0 Out"),
	SND_SOC_DAPM_OUTPUT("USB 1 Out"),
	SND_SOC_DAPM_OUTPUT("USB 2 Out"),
	SND_SOC_DAPM_OUTPUT("USB 3 Out"),
};

static const struct snd_soc_dapm_route usb_routes[] = {
	{ "USB 0 Out", NULL, "USB 0 Sink" },
	{ "USB 1 Out", NULL, "USB 1 Sink" },
	{ "USB 2 Out", NULL, "USB 2 Sink" },
	{ "USB 3 Out", NULL, "USB 3 Sink" },
};

const struct snd_soc_component_driver vsoc_audio_usb_component = {
	.name = "vsoc-audio-usb",
	.probe = vsoc_usb_probe,
	.remove = vsoc_usb_remove,
	.set_jack = vsoc_usb_set_jack,
	.controls = route_controls,
	.num_controls = ARRAY_SIZE(route_controls),
	.dapm_widgets = usb_widgets,
	.num_dapm_widgets = ARRAY_SIZE(usb_widgets),
	.dapm_routes = usb_routes,
	.num_dapm_routes = ARRAY_SIZE(usb_routes),
	.module_get_upon_open = 1,
#ifdef CONFIG_DEBUG_FS
	.debugfs_prefix = "usb",
#endif
};

#define VSOC_USB_DAI(n) {						\
	.name = "usb" #n,						\
	.id = (n),							\
	.playback = {							\
		.stream_name = "USB " #n " Sink",			\
		.channels_min = 1,					\
		.channels_max = VSOC_AUDIO_MAX_CHANNELS,		\
		.rates = SNDRV_PCM_RATE_CONTINUOUS,			\
		.rate_min = 8000,					\
		.rate_max = 384000,					\
		.formats = SNDRV_PCM_FMTBIT_S16_LE | SNDRV_PCM_FMTBIT_S24_LE |	\
			   SNDRV_PCM_FMTBIT_S24_3LE | SNDRV_PCM_FMTBIT_S32_LE,	\
	},								\
}

struct snd_soc_dai_driver vsoc_audio_usb_dais[VSOC_AUDIO_STREAMS] = {
	VSOC_USB_DAI(0), VSOC_USB_DAI(1), VSOC_USB_DAI(2), VSOC_USB_DAI(3),
};

/**
 * vsoc_audio_usb_init() - no USB cards, automatic routes
 * @audio: the audio device
 */
void vsoc_audio_usb_init(struct vsoc_audio *audio)
{
	unsigned int i;

	mutex_init(&audio->jack_lock);
	mutex_init(&audio->usb_lock);
	INIT_LIST_HEAD(&audio->usb_cards);
	for (i = 0; i < VSOC_AUDIO_STREAMS; i++) {
		audio->card_route[i] = ROUTE_AUTO;
		audio->pcm_route[i] = ROUTE_AUTO;
	}
}
