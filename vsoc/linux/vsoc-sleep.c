// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual SoC's `mem`: a sleep state deeper than suspend-to-idle.
 *
 * QEMU's PSCI has no SYSTEM_SUSPEND, so by itself the virtual SoC has no such state. With this
 * module loaded it does. As in the firmware of an SoC, all devices are suspended, the clock events
 * are off and only interrupts that may wake the system are unmasked when the processor stops; and
 * what the platform cuts the power of is up to its drivers, see vsoc-xhci.c. The DSP runs on.
 *
 * There is nothing to resume: the processor waits for an interrupt and keeps its state. For the
 * time of the wait that is what CPU PM is told, too; else the GIC would not pass the interrupt on,
 * as it leaves it to a power controller to wake a processor that is off.
 */
#include <linux/cpu_pm.h>
#include <linux/module.h>
#include <linux/suspend.h>
#include <asm/barrier.h>

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
	suspend_set_ops(&vsoc_sleep_ops);

	return 0;
}

static void __exit vsoc_sleep_exit(void)
{
	suspend_set_ops(NULL);
}

module_init(vsoc_sleep_init);
module_exit(vsoc_sleep_exit);

MODULE_DESCRIPTION("The virtual SoC's sleep state `mem`");
MODULE_LICENSE("GPL");
