// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sound card of the virtual SoC: for each USB back end a front end, joined by DPCM.
 *
 *	PCM n: "USB Playback n" --> back end "USB n" --> the DSP's USB stream
 *	PCM n: "USB Capture n" <-- back end "USB n" <-- another USB stream of the DSP
 *
 * The DSP plays and records on while the AP sleeps, so no link takes part in a system suspend.
 */
#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <sound/jack.h>
#include <sound/soc.h>
#include <sound/soc-usb.h>
#include "vsoc-audio.h"

/**
 * struct vsoc_audio_card - the ASoC card and its parts
 * @card: the ASoC card
 * @links: front ends, then back ends: so PCM device n is front end n
 * @front_ends: DAIs on the DSP's side
 * @back_ends: DAIs on the USB side
 * @jack: whether there is a USB device to play to or record from
 */
struct vsoc_audio_card {
	struct snd_soc_card card;
	struct snd_soc_dai_link links[2 * VSOC_AUDIO_FRONT_ENDS];
	struct snd_soc_dai_link_component front_ends[VSOC_AUDIO_FRONT_ENDS];
	struct snd_soc_dai_link_component back_ends[VSOC_AUDIO_FRONT_ENDS];
	struct snd_soc_jack jack;
};

static const struct snd_soc_dapm_route card_routes[] = {
	{ "USB 0 Sink", NULL, "USB Playback 0" },
	{ "USB 1 Sink", NULL, "USB Playback 1" },
	{ "USB 2 Sink", NULL, "USB Playback 2" },
	{ "USB 3 Sink", NULL, "USB Playback 3" },
	{ "USB Capture 0", NULL, "USB 0 Source" },
	{ "USB Capture 1", NULL, "USB 1 Source" },
	{ "USB Capture 2", NULL, "USB 2 Source" },
	{ "USB Capture 3", NULL, "USB 3 Source" },
};

static_assert(ARRAY_SIZE(card_routes) == VSOC_AUDIO_STREAMS, "one for each stream");

static const char * const front_end_names[VSOC_AUDIO_FRONT_ENDS] = {
	"USB PCM 0", "USB PCM 1", "USB PCM 2", "USB PCM 3",
};

static const char * const back_end_names[VSOC_AUDIO_FRONT_ENDS] = {
	"USB 0", "USB 1", "USB 2", "USB 3",
};

/* One jack for the card: all back ends are of one component. */
static int init_back_end(struct snd_soc_pcm_runtime *rtd)
{
	struct vsoc_audio_card *vcard = container_of(rtd->card, struct vsoc_audio_card, card);

	return snd_soc_usb_setup_offload_jack(snd_soc_rtd_to_codec(rtd, 0)->component,
					      &vcard->jack);
}

static void make_link(struct snd_soc_dai_link *link, const char *name)
{
	link->name = name;
	link->stream_name = name;
	link->num_cpus = 1;
	link->num_codecs = 1;
	link->nonatomic = 1;
	link->ignore_suspend = 1;
}

static void make_links(struct vsoc_audio_card *vcard, struct device_node *audio_node)
{
	struct snd_soc_dai_link *link;
	unsigned int i;

	for (i = 0; i < VSOC_AUDIO_FRONT_ENDS; i++) {
		vcard->front_ends[i].of_node = audio_node;
		vcard->front_ends[i].dai_name = vsoc_audio_pcm_dais[i].name;
		link = &vcard->links[i];
		make_link(link, front_end_names[i]);
		link->dynamic = 1;
		link->cpus = &vcard->front_ends[i];
		link->codecs = &snd_soc_dummy_dlc;

		vcard->back_ends[i].of_node = audio_node;
		vcard->back_ends[i].dai_name = vsoc_audio_usb_dais[i].name;
		link = &vcard->links[VSOC_AUDIO_FRONT_ENDS + i];
		make_link(link, back_end_names[i]);
		link->no_pcm = 1;
		link->cpus = &snd_soc_dummy_dlc;
		link->codecs = &vcard->back_ends[i];
		if (i == 0)
			link->init = init_back_end;
	}
}

static void put_node(void *node)
{
	of_node_put(node);
}

static int vsoc_audio_card_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct vsoc_audio_card *vcard;
	struct device_node *audio_node;
	struct snd_soc_card *card;
	int err;

	vcard = devm_kzalloc(dev, sizeof(*vcard), GFP_KERNEL);
	if (!vcard)
		return -ENOMEM;

	audio_node = of_parse_phandle(dev->of_node, "lullaby,audio", 0);
	if (!audio_node)
		return dev_err_probe(dev, -EINVAL, "no lullaby,audio in the device tree\n");
	err = devm_add_action_or_reset(dev, put_node, audio_node);
	if (err)
		return err;

	make_links(vcard, audio_node);
	card = &vcard->card;
	card->dev = dev;
	card->owner = THIS_MODULE;
	card->dai_link = vcard->links;
	card->num_links = ARRAY_SIZE(vcard->links);
	card->dapm_routes = card_routes;
	card->num_dapm_routes = ARRAY_SIZE(card_routes);
	/* Its last word becomes the card's id. */
	err = snd_soc_of_parse_card_name(card, "model");
	if (err || !card->name)
		return dev_err_probe(dev, err ?: -EINVAL, "no model in the device tree\n");

	err = devm_snd_soc_register_card(dev, card);
	if (err)
		return dev_err_probe(dev, err, "cannot register the sound card\n");
	return 0;
}

static const struct of_device_id vsoc_audio_card_of_match[] = {
	{ .compatible = "lullaby,vsoc-sound" },
	{ }
};
MODULE_DEVICE_TABLE(of, vsoc_audio_card_of_match);

struct platform_driver vsoc_audio_card_driver = {
	.driver = {
		.name = "vsoc-sound",
		.of_match_table = vsoc_audio_card_of_match,
		.pm = &snd_soc_pm_ops,
	},
	.probe = vsoc_audio_card_probe,
};
