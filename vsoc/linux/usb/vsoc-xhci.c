// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual SoC's xHC as a platform device.
 *
 * On most SoCs an xHC is a platform device. The virtual SoC's are PCI functions. With the parameter
 * `platform`, this driver takes them over from xhci-pci and hands each on as a platform device
 * "xhci-hcd", so that offload can be tested on both kinds. Load it before xhci-pci. It is also the
 * example of a glue driver around xhci-plat: its suspend and resume ask usb_hcd_is_kept_active().
 *
 * The PCI function stays the device that does DMA, and the one with the device tree node. In a
 * system sleep it follows its child: where the controller is kept active, the function stays in D0,
 * as a master of its bus; where it is not, the PCI core chooses a power state as for any function.
 *
 * With the parameter `power_kept`, the controllers of either kind have the property that says that
 * they keep their power in `mem`. vsoc-sleep.c decides whether they do.
 */
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/property.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>

static bool platform;
module_param(platform, bool, 0444);
MODULE_PARM_DESC(platform, "hand xHCs on as platform devices (default: N, leave them to xhci-pci)");

static bool power_kept;
module_param(power_kept, bool, 0444);
MODULE_PARM_DESC(power_kept, "declare that xHCs keep their power in `mem` (default: N)");

static const char vsoc_xhci_power_kept[] = "usb-offload-power-kept-in-suspend";

static const struct property_entry vsoc_xhci_properties[] = {
	PROPERTY_ENTRY_BOOL(vsoc_xhci_power_kept),
	{}
};

/* Once for each function, under any driver: the property goes with the device. */
static int vsoc_xhci_declare(struct pci_dev *pci)
{
	if (!power_kept || device_property_present(&pci->dev, vsoc_xhci_power_kept))
		return 0;

	return device_create_managed_software_node(&pci->dev, vsoc_xhci_properties, NULL);
}

static int vsoc_xhci_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct platform_device_info info = {
		.parent = &pci->dev,
		.name = "xhci-hcd",
		.id = PLATFORM_DEVID_AUTO,
	};
	struct platform_device *xhci;
	struct resource res[2];
	int irq, ret;

	ret = vsoc_xhci_declare(pci);
	if (ret)
		return dev_err_probe(&pci->dev, ret, "failed to declare that it keeps its power\n");
	if (!platform)
		return -ENODEV;

	ret = pcim_enable_device(pci);
	if (ret)
		return dev_err_probe(&pci->dev, ret, "failed to enable the function\n");
	pci_set_master(pci);

	ret = pci_alloc_irq_vectors(pci, 1, 1, PCI_IRQ_ALL_TYPES);
	if (ret < 0)
		return dev_err_probe(&pci->dev, ret, "no interrupt\n");
	irq = pci_irq_vector(pci, 0);

	res[0] = DEFINE_RES_MEM(pci_resource_start(pci, 0), pci_resource_len(pci, 0));
	res[1] = DEFINE_RES_IRQ(irq);

	info.res = res;
	info.num_res = ARRAY_SIZE(res);
	xhci = platform_device_register_full(&info);
	if (IS_ERR(xhci)) {
		pci_free_irq_vectors(pci);
		return dev_err_probe(&pci->dev, PTR_ERR(xhci), "failed to register the xHC\n");
	}
	pci_set_drvdata(pci, xhci);

	return 0;
}

static void vsoc_xhci_remove(struct pci_dev *pci)
{
	platform_device_unregister(pci_get_drvdata(pci));
	pci_free_irq_vectors(pci);
}

/*
 * Whether the xHC below is kept active in the sleep that is under way. It has a driver all along,
 * or none: no driver is bound or unbound in a sleep.
 */
static bool vsoc_xhci_is_kept_active(struct device *dev)
{
	struct platform_device *xhci = dev_get_drvdata(dev);
	struct usb_hcd *hcd = platform_get_drvdata(xhci);

	return hcd && usb_hcd_is_kept_active(hcd);
}

/*
 * Having callbacks keeps the PCI core from disabling the function; there is nothing to do yet.
 */
static int vsoc_xhci_suspend(struct device *dev)
{
	return 0;
}

static int vsoc_xhci_resume(struct device *dev)
{
	return 0;
}

static int vsoc_xhci_suspend_noirq(struct device *dev)
{
	/* With its state saved here, the PCI core leaves the function in D0. */
	if (vsoc_xhci_is_kept_active(dev))
		pci_save_state(to_pci_dev(dev));

	return 0;
}

static int vsoc_xhci_resume_noirq(struct device *dev)
{
	/* A function that was running all the time has nothing to restore. */
	if (vsoc_xhci_is_kept_active(dev))
		to_pci_dev(dev)->state_saved = false;

	return 0;
}

static const struct dev_pm_ops vsoc_xhci_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(vsoc_xhci_suspend, vsoc_xhci_resume)
	NOIRQ_SYSTEM_SLEEP_PM_OPS(vsoc_xhci_suspend_noirq, vsoc_xhci_resume_noirq)
};

static const struct pci_device_id vsoc_xhci_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x000d) },
	{}
};
MODULE_DEVICE_TABLE(pci, vsoc_xhci_ids);

static struct pci_driver vsoc_xhci_driver = {
	.name = "vsoc-xhci",
	.id_table = vsoc_xhci_ids,
	.probe = vsoc_xhci_probe,
	.remove = vsoc_xhci_remove,
	.driver.pm = pm_sleep_ptr(&vsoc_xhci_pm_ops),
};
module_pci_driver(vsoc_xhci_driver);

MODULE_DESCRIPTION("The virtual SoC's xHC as a platform device");
MODULE_LICENSE("GPL");
