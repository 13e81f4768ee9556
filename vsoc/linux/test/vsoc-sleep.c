// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual SoC's `mem`: a sleep state deeper than suspend-to-idle, and the cost of sleeps.
 *
 * QEMU's PSCI has no SYSTEM_SUSPEND, so by itself the virtual SoC has no such state. With this
 * module loaded it does. As in the firmware of an SoC, all devices are suspended, the clock events
 * are off and only interrupts that may wake the system are unmasked when the processor stops. The
 * DSP runs on.
 *
 * There is nothing to resume: the processor waits for an interrupt and keeps its state. CPU PM is
 * told the same for the time of the wait. Otherwise the GIC would not pass the interrupt on, as it
 * leaves it to a power controller to wake a processor that is off.
 *
 * While the parameter "cut_power" is set, each sleep cuts the power of all xHCs, suspend-to-idle as
 * well: they are reset when the drivers of all devices have suspended. Nobody is asked or told.
 * vsoc-xhci.c declares whether they keep their power.
 */
#include <linux/cpu_pm.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/suspend.h>
#include <asm/barrier.h>

static bool cut_power;
module_param(cut_power, bool, 0644);
MODULE_PARM_DESC(cut_power, "sleeps cut the power of all xHCs (default: N)");

/* xHCI 5.3.1, 5.4.1 */
#define XHCI_CAPLENGTH		0x00	/* operational registers, from the start of the BAR */
#define XHCI_USBCMD		0x00
#define XHCI_USBCMD_HCRST	BIT(1)
#define XHCI_RESET_US		10000

/* Resets a controller, as a cut of its power would: its driver's set-up is lost. */
static int vsoc_sleep_reset(struct pci_dev *pci)
{
	void __iomem *regs, *command;
	u32 value;
	int ret;

	regs = ioremap(pci_resource_start(pci, 0), pci_resource_len(pci, 0));
	if (!regs)
		return -ENOMEM;

	command = regs + readb(regs + XHCI_CAPLENGTH) + XHCI_USBCMD;
	writel(XHCI_USBCMD_HCRST, command);
	ret = readl_poll_timeout_atomic(command, value, !(value & XHCI_USBCMD_HCRST), 1,
					XHCI_RESET_US);
	iounmap(regs);

	return ret;
}

static int vsoc_sleep_suspend_noirq(struct device *dev)
{
	struct pci_dev *pci = NULL;
	int ret = 0;

	while (cut_power && !ret && (pci = pci_get_class(PCI_CLASS_SERIAL_USB_XHCI, pci)))
		ret = vsoc_sleep_reset(pci);
	if (ret)
		pci_dev_put(pci);

	return ret;
}

static const struct dev_pm_ops vsoc_sleep_pm_ops = {
	.suspend_noirq = pm_sleep_ptr(vsoc_sleep_suspend_noirq),
};

static struct platform_driver vsoc_sleep_driver = {
	.driver.name = "vsoc-sleep",
	.driver.pm = &vsoc_sleep_pm_ops,
};

static struct platform_device *vsoc_sleep_device;

static int vsoc_sleep_probe(struct platform_device *pdev)
{
	return 0;
}

static int vsoc_sleep_enter(suspend_state_t state)
{
	int ret;

	ret = cpu_pm_exit();
	if (ret)
		return ret;
	/* Interrupts are masked at the core: a pending one ends this, and is taken later. */
	dsb(sy);
	wfi();

	return cpu_pm_enter();
}

static const struct platform_suspend_ops vsoc_sleep_ops = {
	.valid = suspend_valid_only_mem,
	.enter = vsoc_sleep_enter,
};

static int __init vsoc_sleep_init(void)
{
	vsoc_sleep_device = platform_create_bundle(&vsoc_sleep_driver, vsoc_sleep_probe, NULL, 0,
						   NULL, 0);
	if (IS_ERR(vsoc_sleep_device))
		return PTR_ERR(vsoc_sleep_device);
	suspend_set_ops(&vsoc_sleep_ops);

	return 0;
}

static void __exit vsoc_sleep_exit(void)
{
	suspend_set_ops(NULL);
	platform_device_unregister(vsoc_sleep_device);
	platform_driver_unregister(&vsoc_sleep_driver);
}

module_init(vsoc_sleep_init);
module_exit(vsoc_sleep_exit);

MODULE_DESCRIPTION("The virtual SoC's sleep state `mem`");
MODULE_LICENSE("GPL");
