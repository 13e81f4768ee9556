// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audio device of the virtual SoC: the platform driver behind the sound card's components.
 *
 * Its device stands for the DSP on the AP: the DSP can reach the memory that the DMA API maps for
 * it. It owns the control channel and the shared memory with the positions, and registers two ASoC
 * components, the front ends (PCMs) and the USB back ends.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <sound/soc.h>
#include "vsoc-audio.h"

static void link_up(void *priv)
{
	vsoc_audio_controllers_link_up(priv);
}

static void link_down(void *priv)
{
	vsoc_audio_ends_dsp_gone(priv);
	vsoc_audio_controllers_link_down(priv);
}

static void period_elapsed(void *priv, unsigned int stream)
{
	struct vsoc_audio *audio = priv;

	vsoc_audio_ends_period_elapsed(&audio->streams[stream]);
}

static void stream_lost(void *priv, unsigned int stream, u32 reason)
{
	struct vsoc_audio *audio = priv;

	vsoc_audio_ends_lost(&audio->streams[stream], reason);
}

static bool is_in_use(void *priv)
{
	return vsoc_audio_pcm_is_set_up(priv);
}

static const struct vsoc_audio_ipc_ops ipc_ops = {
	.link_up = link_up,
	.link_down = link_down,
	.period_elapsed = period_elapsed,
	.stream_lost = stream_lost,
	.is_in_use = is_in_use,
};

static void destroy_ipc(void *data)
{
	struct vsoc_audio *audio = data;

	vsoc_audio_ipc_destroy(audio->ipc);
	vsoc_audio_controllers_exit(audio);
}

static void remove_debugfs(void *audio)
{
	vsoc_audio_debugfs_remove(audio);
}

/* Returns the DSP behind whose MMU the audio device sits. */
static struct device_node *find_dsp_node(struct device *dev)
{
	struct device_node *mmu = of_parse_phandle(dev->of_node, "iommus", 0);
	struct device_node *dsp = of_parse_phandle(mmu, "lullaby,dsp", 0);

	of_node_put(mmu);
	return dsp;
}

static int create_ipc(struct vsoc_audio *audio)
{
	struct device_node *dsp_node = find_dsp_node(audio->dev);

	if (!dsp_node)
		return -ENODEV;
	/* No PCM is open and no controller attached: a callback now finds nothing to do. */
	audio->ipc = vsoc_audio_ipc_create(audio->dev, dsp_node, VSOC_AUDIO_STREAMS,
					   &ipc_ops, audio);
	of_node_put(dsp_node);
	return PTR_ERR_OR_ZERO(audio->ipc);
}

static int vsoc_audio_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct audio_shared *shared;
	struct vsoc_audio *audio;
	dma_addr_t shared_iova;
	int err;

	audio = devm_kzalloc(dev, sizeof(*audio), GFP_KERNEL);
	if (!audio)
		return -ENOMEM;
	audio->dev = dev;
	audio->wrap_front_end = vsoc_audio_fe_wrap;
	platform_set_drvdata(pdev, audio);

	err = of_property_read_u32(dev->of_node, "lullaby,qrtr-node", &audio->qrtr_node);
	if (err)
		return dev_err_probe(dev, err, "no lullaby,qrtr-node in the device tree\n");

	/* The limit is the address space of the DSP's MMU, and that is the IOMMU driver's word. */
	err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	if (err)
		return dev_err_probe(dev, err, "cannot set the DMA mask\n");
	shared = dmam_alloc_coherent(dev, VSOC_AUDIO_STREAMS * sizeof(*shared), &shared_iova,
				     GFP_KERNEL);
	if (!shared)
		return -ENOMEM;

	vsoc_audio_pcm_init(audio, shared, shared_iova);
	vsoc_audio_route_init(audio);
	vsoc_audio_usb_init(audio);
	vsoc_audio_controllers_init(audio);

	err = create_ipc(audio);
	if (err)
		return dev_err_probe(dev, err, "no DSP behind the device's MMU\n");
	err = devm_add_action_or_reset(dev, destroy_ipc, audio);
	if (err)
		return err;

	vsoc_audio_debugfs_create(audio);
	err = devm_add_action_or_reset(dev, remove_debugfs, audio);
	if (err)
		return err;

	err = devm_snd_soc_register_component(dev, &vsoc_audio_pcm_component, vsoc_audio_pcm_dais,
					      ARRAY_SIZE(vsoc_audio_pcm_dais));
	if (err)
		return dev_err_probe(dev, err, "cannot register the front ends\n");
	err = devm_snd_soc_register_component(dev, &vsoc_audio_usb_component, vsoc_audio_usb_dais,
					      ARRAY_SIZE(vsoc_audio_usb_dais));
	if (err)
		return dev_err_probe(dev, err, "cannot register the USB back ends\n");
	return 0;
}

static const struct of_device_id vsoc_audio_of_match[] = {
	{ .compatible = "lullaby,vsoc-audio" },
	{ }
};
MODULE_DEVICE_TABLE(of, vsoc_audio_of_match);

static struct platform_driver vsoc_audio_driver = {
	.driver = {
		.name = "vsoc-audio",
		.of_match_table = vsoc_audio_of_match,
	},
	.probe = vsoc_audio_probe,
};

static struct platform_driver * const drivers[] = {
	&vsoc_audio_driver,
	&vsoc_audio_card_driver,
};

static int __init vsoc_audio_init(void)
{
	int err;

	err = vsoc_audio_ipc_register();
	if (err)
		return err;
	err = platform_register_drivers(drivers, ARRAY_SIZE(drivers));
	if (err)
		vsoc_audio_ipc_unregister();
	return err;
}
module_init(vsoc_audio_init);

static void __exit vsoc_audio_exit(void)
{
	platform_unregister_drivers(drivers, ARRAY_SIZE(drivers));
	vsoc_audio_ipc_unregister();
}
module_exit(vsoc_audio_exit);

MODULE_DESCRIPTION("Lullaby virtual SoC: sound card whose PCMs a DSP plays to USB devices, and records from them");
MODULE_LICENSE("GPL");
