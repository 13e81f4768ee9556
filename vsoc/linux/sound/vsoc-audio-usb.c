// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back ends: they pass on soc-usb's notices of USB sound cards that come and go, to the routes
 * (vsoc-audio-route.c), to the front ends that use such a card, and to the jack.
 *
 * Locking: audio->usb_lock guards the cards. soc-usb calls in with locks of its own and of
 * snd-usb-audio held, so nothing of theirs is called with usb_lock held.
 *
 * audio->jack_lock comes before usb_lock, and before the locks of jacks and of DAPM. It is held
 * from looking for cards to reporting them: soc-usb's callbacks and the binding of the sound card
 * both report, and the thread that has looked last must report last.
 */
#include <linux/cleanup.h>
#include <sound/jack.h>
#include <sound/pcm.h>
#include <sound/soc-usb.h>
#include "vsoc-audio.h"

static int find_jack_status(struct vsoc_audio *audio)
{
	const struct snd_soc_usb_device *sdev;

	guard(mutex)(&audio->usb_lock);

	list_for_each_entry(sdev, &audio->usb_cards, list) {
		if (sdev->num_playback || sdev->num_capture)
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

	dev_dbg(audio->dev, "USB card %d, %d playback and %d capture PCMs: %s\n", sdev->card_idx,
		sdev->num_playback, sdev->num_capture, connected ? "connected" : "disconnected");

	/* The card before it may have gone without a notice: first, before the new one is found. */
	if (connected)
		vsoc_audio_ends_card_came(audio, sdev->card_idx, sdev->instance);
	scoped_guard(mutex, &audio->usb_lock) {
		if (connected)
			list_add_tail(&sdev->list, &audio->usb_cards);
		else
			list_del_init(&sdev->list);
	}
	report_jack(audio);
	/* The DSP sends STREAM_LOST as well, if it still can. */
	if (!connected)
		vsoc_audio_ends_card_gone(audio, sdev->card_idx, sdev->instance);
	return 0;
}

/* For the controls of a USB card that show the card and PCM through which it is offloaded. */
static int get_offload_route(struct snd_soc_component *component, int card, int pcm,
			     int direction, enum snd_soc_usb_kctl path, long *route)
{
	struct vsoc_audio *audio = dev_get_drvdata(component->dev);
	struct vsoc_audio_route here;
	unsigned int backend;

	route[0] = -1;
	for (backend = 0; backend < VSOC_AUDIO_FRONT_ENDS; backend++) {
		if (vsoc_audio_route_find(audio, backend, direction, &here) ||
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

/* When a port is removed, soc-usb may connect its cards to other ports, without a callback. */
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
	SND_SOC_DAPM_INPUT("USB 0 In"),
	SND_SOC_DAPM_INPUT("USB 1 In"),
	SND_SOC_DAPM_INPUT("USB 2 In"),
	SND_SOC_DAPM_INPUT("USB 3 In"),
};

static const struct snd_soc_dapm_route usb_routes[] = {
	{ "USB 0 Out", NULL, "USB 0 Sink" },
	{ "USB 1 Out", NULL, "USB 1 Sink" },
	{ "USB 2 Out", NULL, "USB 2 Sink" },
	{ "USB 3 Out", NULL, "USB 3 Sink" },
	{ "USB 0 Source", NULL, "USB 0 In" },
	{ "USB 1 Source", NULL, "USB 1 In" },
	{ "USB 2 Source", NULL, "USB 2 In" },
	{ "USB 3 Source", NULL, "USB 3 In" },
};

const struct snd_soc_component_driver vsoc_audio_usb_component = {
	.name = "vsoc-audio-usb",
	.probe = vsoc_usb_probe,
	.remove = vsoc_usb_remove,
	.set_jack = vsoc_usb_set_jack,
	.controls = vsoc_audio_route_controls,
	.num_controls = VSOC_AUDIO_ROUTE_CONTROLS,
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
	.playback = VSOC_AUDIO_PCM_STREAM("USB " #n " Sink"),		\
	.capture = VSOC_AUDIO_PCM_STREAM("USB " #n " Source"),		\
}

struct snd_soc_dai_driver vsoc_audio_usb_dais[VSOC_AUDIO_FRONT_ENDS] = {
	VSOC_USB_DAI(0), VSOC_USB_DAI(1), VSOC_USB_DAI(2), VSOC_USB_DAI(3),
};

/**
 * vsoc_audio_usb_init() - initialise the back ends: no jack to report on
 * @audio: the audio device
 */
void vsoc_audio_usb_init(struct vsoc_audio *audio)
{
	mutex_init(&audio->jack_lock);
}
