// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DSP that is not there, to test the class driver without one.
 *
 * It registers any platform device that it is bound to as a DSP's back end, so that the requests
 * can come from user space, through /dev/qrtr-tun, and everything that a stream needs is really
 * acquired and released. To bind it to the device DEV:
 *
 *	echo snd-usb-offload-fake-dsp >/sys/bus/platform/devices/DEV/driver_override
 *	echo DEV >/sys/bus/platform/drivers_probe
 *
 *	/sys/kernel/debug/snd_usb_offload_fake/<DEV>/down	written: the DSP has crashed
 *	/sys/kernel/debug/snd_usb_offload_fake/<DEV>/attached	controllers that are attached now
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <sound/usb-offload.h>

static unsigned int qrtr_node = 5;
module_param(qrtr_node, uint, 0444);
MODULE_PARM_DESC(qrtr_node, "QRTR node whose requests are served (5)");

static unsigned int qmi_instance;
module_param(qmi_instance, uint, 0444);
MODULE_PARM_DESC(qmi_instance, "instance of the QMI service (0)");

static ulong iova_tag;
module_param(iova_tag, ulong, 0444);
MODULE_PARM_DESC(iova_tag, "ORed into each IOVA (0)");

static int attach_result;
module_param(attach_result, int, 0644);
MODULE_PARM_DESC(attach_result,
		 "what attaching a controller returns: its number or a negative errno (0)");

static unsigned int attach_delay_ms;
module_param(attach_delay_ms, uint, 0644);
MODULE_PARM_DESC(attach_delay_ms, "how long attaching a controller takes (0)");

static bool detach_waits;
module_param(detach_waits, bool, 0644);
MODULE_PARM_DESC(detach_waits,
		 "whether detaching a controller takes all the time that it may (no)");

/**
 * struct fake_dsp - a DSP that is not there
 * @service: its service; fixed after probe
 * @debugfs: its directory; fixed after probe
 * @attached: controllers attached and not detached
 */
struct fake_dsp {
	struct snd_usb_offload_service *service;
	struct dentry *debugfs;
	atomic_t attached;
};

static int attach_controller(void *priv, struct usb_hcd *hcd)
{
	struct fake_dsp *fake = priv;
	int result = READ_ONCE(attach_result);

	msleep(READ_ONCE(attach_delay_ms));
	/* The operations of a platform's driver: the registers must still be there. */
	dev_dbg(hcd->self.controller, "capabilities 0x%08x\n", readl(hcd->regs));
	if (result >= 0)
		atomic_inc(&fake->attached);
	return result;
}

static void detach_controller(void *priv, struct usb_hcd *hcd, unsigned int timeout_ms)
{
	struct fake_dsp *fake = priv;

	if (READ_ONCE(detach_waits))
		msleep(timeout_ms);
	atomic_dec(&fake->attached);
}

static const struct snd_usb_offload_dsp_ops fake_dsp_ops = {
	.attach_controller = attach_controller,
	.detach_controller = detach_controller,
};

static int down_set(void *data, u64 value)
{
	struct fake_dsp *fake = data;

	snd_usb_offload_dsp_down(fake->service);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(down_fops, NULL, down_set, "%llu\n");

static int attached_get(void *data, u64 *value)
{
	struct fake_dsp *fake = data;

	*value = atomic_read(&fake->attached);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(attached_fops, attached_get, NULL, "%llu\n");

static struct dentry *root;	/* fixed after init */

static int fake_dsp_probe(struct platform_device *pdev)
{
	struct snd_usb_offload_dsp dsp = {
		.dev = &pdev->dev,
		.qrtr_node = qrtr_node,
		.qmi_instance = qmi_instance,
		.handled = BIT(SND_USB_OBSTACLE_BURST),
		.iova_tag = iova_tag,
		.ops = &fake_dsp_ops,
	};
	struct fake_dsp *fake;
	int ret;

	fake = devm_kzalloc(&pdev->dev, sizeof(*fake), GFP_KERNEL);
	if (!fake)
		return -ENOMEM;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (ret < 0)
		return ret;

	dsp.priv = fake;
	fake->service = snd_usb_offload_register_dsp(&dsp);
	if (IS_ERR(fake->service))
		return PTR_ERR(fake->service);

	fake->debugfs = debugfs_create_dir(dev_name(&pdev->dev), root);
	debugfs_create_file_unsafe("down", 0200, fake->debugfs, fake, &down_fops);
	debugfs_create_file_unsafe("attached", 0400, fake->debugfs, fake, &attached_fops);
	platform_set_drvdata(pdev, fake);
	return 0;
}

static void fake_dsp_remove(struct platform_device *pdev)
{
	struct fake_dsp *fake = platform_get_drvdata(pdev);

	debugfs_remove(fake->debugfs);
	snd_usb_offload_unregister_dsp(fake->service);
	WARN_ON(atomic_read(&fake->attached));
}

static struct platform_driver fake_dsp_driver = {
	.probe = fake_dsp_probe,
	.remove_new = fake_dsp_remove,
	.driver = {
		.name = "snd-usb-offload-fake-dsp",
	},
};

static int __init fake_dsp_init(void)
{
	int ret;

	root = debugfs_create_dir("snd_usb_offload_fake", NULL);
	ret = platform_driver_register(&fake_dsp_driver);
	if (ret < 0)
		debugfs_remove(root);
	return ret;
}

static void __exit fake_dsp_exit(void)
{
	platform_driver_unregister(&fake_dsp_driver);
	debugfs_remove(root);
}

module_init(fake_dsp_init);
module_exit(fake_dsp_exit);

MODULE_DESCRIPTION("A DSP that is not there, to test USB audio offload");
MODULE_LICENSE("GPL");
