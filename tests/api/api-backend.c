// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ASoC back end for USB sound cards, as one is written for mainline, and a card to put it on.
 *
 * Bind it to a platform device behind the DSP's MMU by driver_override. When the component is
 * probed, it first adds an auxiliary device, to which the class driver binds at once if it is
 * loaded, and then its port.
 */
#include <linux/auxiliary_bus.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <sound/jack.h>
#include <sound/soc.h>
#include <sound/soc-usb.h>

#include "api-backend.h"

static unsigned short intr_num;
module_param(intr_num, ushort, 0444);
MODULE_PARM_DESC(intr_num, "xHCI interrupter that streams use, 0 for any (0)");

/* Counted under struct api_backend.lock. */
static int connected;
module_param(connected, int, 0444);
MODULE_PARM_DESC(connected, "(read) USB sound cards behind the port");

/**
 * struct api_backend - the back end
 * @data: for the class driver; fixed
 * @auxdev: the class driver binds to it
 * @port: fixed while the component is there
 * @card: the card's platform device; fixed
 * @lock: guards the rest
 * @cards: USB sound cards (struct snd_soc_usb_device)
 * @jack: or NULL
 */
struct api_backend {
	struct api_backend_data data;
	struct auxiliary_device auxdev;
	struct snd_soc_usb *port;
	struct platform_device *card;
	struct mutex lock; /* see above */
	struct list_head cards;
	struct snd_soc_jack *jack;
};

static int on_connection(struct snd_soc_usb *usb, struct snd_soc_usb_device *sdev,
			 bool is_connected)
{
	struct api_backend *backend = dev_get_drvdata(usb->component->dev);

	guard(mutex)(&backend->lock);
	if (is_connected)
		list_add_tail(&sdev->list, &backend->cards);
	else
		list_del(&sdev->list);
	connected += is_connected ? 1 : -1;
	if (backend->jack)
		snd_soc_jack_report(backend->jack,
				    list_empty(&backend->cards) ? 0 : SND_JACK_USB, SND_JACK_USB);
	return 0;
}

static int find_route(struct snd_soc_component *component, int card, int pcm, int direction,
		      enum snd_soc_usb_kctl path, long *route)
{
	struct api_backend *backend = dev_get_drvdata(component->dev);
	struct snd_soc_usb_device *sdev;

	route[0] = -1;
	guard(mutex)(&backend->lock);
	list_for_each_entry(sdev, &backend->cards, list) {
		if (sdev->card_idx == card && sdev->num_playback && sdev->ppcm_idx[0] == pcm)
			route[0] = path == SND_SOC_USB_KCTL_CARD_ROUTE ?
				   component->card->snd_card->number : 0;
	}
	return 0;
}

static int set_jack(struct snd_soc_component *component, struct snd_soc_jack *jack, void *unused)
{
	struct api_backend *backend = dev_get_drvdata(component->dev);

	guard(mutex)(&backend->lock);
	backend->jack = jack;
	if (jack)
		snd_soc_jack_report(jack, list_empty(&backend->cards) ? 0 : SND_JACK_USB,
				    SND_JACK_USB);
	return 0;
}

static void release_auxdev(struct device *dev)
{
}

static int add_auxdev(struct api_backend *backend)
{
	int ret;

	backend->auxdev.name = "offload";
	backend->auxdev.dev.parent = backend->data.dev;
	backend->auxdev.dev.release = release_auxdev;
	ret = auxiliary_device_init(&backend->auxdev);
	if (ret < 0)
		return ret;
	ret = auxiliary_device_add(&backend->auxdev);
	if (ret < 0)
		auxiliary_device_uninit(&backend->auxdev);
	return ret;
}

static void remove_auxdev(struct api_backend *backend)
{
	auxiliary_device_delete(&backend->auxdev);
	auxiliary_device_uninit(&backend->auxdev);
}

static int component_probe(struct snd_soc_component *component)
{
	struct api_backend *backend = dev_get_drvdata(component->dev);
	struct snd_soc_usb *port;
	int ret;

	ret = add_auxdev(backend);
	if (ret < 0)
		return ret;

	port = snd_soc_usb_allocate_port(component, &backend->data);
	if (IS_ERR(port)) {
		remove_auxdev(backend);
		return PTR_ERR(port);
	}
	port->connection_status_cb = on_connection;
	port->update_offload_route_info = find_route;
	snd_soc_usb_add_port(port);
	backend->port = port;
	return 0;
}

/* Connected cards get no callback, so the list is begun anew. */
static void component_remove(struct snd_soc_component *component)
{
	struct api_backend *backend = dev_get_drvdata(component->dev);

	snd_soc_usb_remove_port(backend->port);
	remove_auxdev(backend);
	snd_soc_usb_free_port(backend->port);

	guard(mutex)(&backend->lock);
	INIT_LIST_HEAD(&backend->cards);
	backend->jack = NULL;
	connected = 0;
}

static const struct snd_soc_component_driver component_driver = {
	.name = "api-backend",
	.probe = component_probe,
	.remove = component_remove,
	.set_jack = set_jack,
};

static struct snd_soc_dai_driver backend_dai = {
	.name = "api-usb",
	.playback = {
		.stream_name = "API USB Sink",
		.channels_min = 1,
		.channels_max = 2,
		.rates = SNDRV_PCM_RATE_48000,
		.formats = SNDRV_PCM_FMTBIT_S16_LE,
	},
};

static void unregister_card(void *card)
{
	platform_device_unregister(card);
}

static int backend_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const char *name = dev_name(dev);
	struct api_backend *backend;
	int ret;

	backend = devm_kzalloc(dev, sizeof(*backend), GFP_KERNEL);
	if (!backend)
		return -ENOMEM;
	mutex_init(&backend->lock);
	INIT_LIST_HEAD(&backend->cards);
	backend->data.dev = dev;
	backend->data.domain = iommu_get_domain_for_dev(dev);
	backend->data.intr_num = intr_num;
	if (!backend->data.domain)
		return dev_err_probe(dev, -ENODEV, "not behind an MMU\n");
	platform_set_drvdata(pdev, backend);

	ret = devm_snd_soc_register_component(dev, &component_driver, &backend_dai, 1);
	if (ret < 0)
		return ret;

	backend->card = platform_device_register_data(dev, "api-card", PLATFORM_DEVID_NONE, name,
						      strlen(name) + 1);
	if (IS_ERR(backend->card))
		return PTR_ERR(backend->card);
	return devm_add_action_or_reset(dev, unregister_card, backend->card);
}

static struct platform_driver backend_driver = {
	.driver = {
		.name = "api-backend",
	},
	.probe = backend_probe,
};

/**
 * struct api_card - the card
 * @card: for ASoC
 * @link: to the back end
 * @codec: the back end
 * @jack: whether there is a USB sound card
 */
struct api_card {
	struct snd_soc_card card;
	struct snd_soc_dai_link link;
	struct snd_soc_dai_link_component codec;
	struct snd_soc_jack jack;
};

static int init_link(struct snd_soc_pcm_runtime *rtd)
{
	struct api_card *api_card = container_of(rtd->card, struct api_card, card);

	return snd_soc_usb_setup_offload_jack(snd_soc_rtd_to_codec(rtd, 0)->component,
					      &api_card->jack);
}

static int card_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct api_card *api_card;

	api_card = devm_kzalloc(dev, sizeof(*api_card), GFP_KERNEL);
	if (!api_card)
		return -ENOMEM;

	api_card->codec.name = dev_get_platdata(dev);
	api_card->codec.dai_name = backend_dai.name;
	api_card->link.name = "USB";
	api_card->link.stream_name = "USB";
	api_card->link.cpus = &snd_soc_dummy_dlc;
	api_card->link.num_cpus = 1;
	api_card->link.codecs = &api_card->codec;
	api_card->link.num_codecs = 1;
	api_card->link.no_pcm = 1;
	api_card->link.playback_only = 1;
	api_card->link.init = init_link;

	api_card->card.name = "API";
	api_card->card.dev = dev;
	api_card->card.owner = THIS_MODULE;
	api_card->card.dai_link = &api_card->link;
	api_card->card.num_links = 1;
	return devm_snd_soc_register_card(dev, &api_card->card);
}

static struct platform_driver card_driver = {
	.driver = {
		.name = "api-card",
	},
	.probe = card_probe,
};

static struct platform_driver * const drivers[] = { &backend_driver, &card_driver };

static int __init api_backend_init(void)
{
	return platform_register_drivers(drivers, ARRAY_SIZE(drivers));
}
module_init(api_backend_init);

static void __exit api_backend_exit(void)
{
	platform_unregister_drivers(drivers, ARRAY_SIZE(drivers));
}
module_exit(api_backend_exit);

MODULE_DESCRIPTION("An ASoC back end as it is written for mainline");
MODULE_LICENSE("GPL");
