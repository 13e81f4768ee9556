// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual SoC's DSP hardware, shared by the drivers of the remote processor, of its MMU and of
 * the sound card: the register page, the doorbells, the power of the core, and notices that it is
 * lost.
 *
 * The register page is a page of reserved memory, mapped write-combining, which on arm64 is Normal
 * Non-cacheable. So the writes of one side are in memory for the other, with caches on or off (the
 * DSP starts with MMU and caches off), while multi-byte copies and unaligned accesses still work,
 * which they would not on a Device mapping.
 *
 * Doorbells are GIC SPIs that no device drives: ringing one is making it pending. The AP never
 * requests those that point at the DSP, so Linux never enables them or routes them to itself; the
 * firmware does both for its own core.
 *
 * Locking overview:
 *   vsoc_hw_list_lock	guards vsoc_hw_list and the first and last use of an entry. Nothing but
 *			allocation and mapping happens under it.
 */
#include <linux/arm-smccc.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/of_reserved_mem.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <uapi/linux/psci.h>

#include "vsoc-hw.h"

#define CORE_POLL_US	50

static const char * const doorbell_names[VSOC_DOORBELL_COUNT] = {
	[VSOC_DOORBELL_TO_DSP]	= "to-dsp",
	[VSOC_DOORBELL_RESET]	= "reset",
};

static DEFINE_MUTEX(vsoc_hw_list_lock);
static LIST_HEAD(vsoc_hw_list);

/*
 * In virtual time QEMU runs the processors by turns, in one thread, and before its version 8 the
 * DSP's begins when this one's ends: when it goes idle or yields. A debug kernel may be busy for
 * seconds. So it yields at each tick, which has no effect on a real SoC. A deferrable timer does
 * not wake a processor that is idle.
 */
static void yield_turn(struct timer_list *turn)
{
	cpu_relax();
	mod_timer(turn, jiffies + 1);
}

/*
 * The kernel's PSCI driver offers no call for a core that is not in its own list, and
 * arm_smccc_1_1_invoke() needs an SMCCC 1.1 conduit, which QEMU's PSCI does not report.
 */
static long psci_call(struct vsoc_hw *hw, u32 function, u64 arg0, u64 arg1, u64 arg2)
{
	struct arm_smccc_res res;

	if (hw->psci_is_smc)
		arm_smccc_smc(function, arg0, arg1, arg2, 0, 0, 0, 0, &res);
	else
		arm_smccc_hvc(function, arg0, arg1, arg2, 0, 0, 0, 0, &res);

	return (long)res.a0;
}

/**
 * vsoc_hw_core_is_off - tell whether the DSP core is powered down
 * @hw: the DSP
 *
 * Asks the power controller (PSCI AFFINITY_INFO), not the firmware: once it says so, the core
 * executes nothing and walks no page table.
 *
 * Context: Any context.
 * Return: true if the core is off.
 */
bool vsoc_hw_core_is_off(struct vsoc_hw *hw)
{
	return psci_call(hw, PSCI_0_2_FN64_AFFINITY_INFO, hw->mpidr, 0, 0) ==
	       PSCI_0_2_AFFINITY_LEVEL_OFF;
}
EXPORT_SYMBOL_GPL(vsoc_hw_core_is_off);

/**
 * vsoc_hw_wait_core_off - wait until the DSP core is powered down
 * @hw: the DSP
 * @timeout_ms: how long at most
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ETIMEDOUT.
 */
int vsoc_hw_wait_core_off(struct vsoc_hw *hw, unsigned int timeout_ms)
{
	bool is_off;

	return read_poll_timeout(vsoc_hw_core_is_off, is_off, is_off, CORE_POLL_US,
				 timeout_ms * USEC_PER_MSEC, false, hw);
}
EXPORT_SYMBOL_GPL(vsoc_hw_wait_core_off);

/**
 * vsoc_hw_core_on - power the DSP core up
 * @hw: the DSP
 * @entry_pa: where it starts, with MMU and caches off; x0 is the register page's address
 *
 * Context: Any context.
 * Return: 0, -EBUSY if the core is on already, or -EIO.
 */
int vsoc_hw_core_on(struct vsoc_hw *hw, phys_addr_t entry_pa)
{
	/* all that was loaded and written for the core comes before its first instruction */
	wmb();

	switch (psci_call(hw, PSCI_0_2_FN64_CPU_ON, hw->mpidr, entry_pa, hw->regs_pa)) {
	case PSCI_RET_SUCCESS:
		return 0;
	case PSCI_RET_ALREADY_ON:
	case PSCI_RET_ON_PENDING:
		return -EBUSY;
	default:
		return -EIO;
	}
}
EXPORT_SYMBOL_GPL(vsoc_hw_core_on);

/**
 * vsoc_hw_ring - ring a doorbell
 * @hw: the DSP
 * @doorbell: which one
 *
 * The caller's earlier writes are visible to the DSP when the interrupt arrives there. A doorbell
 * that rings twice before the DSP looks is one interrupt.
 *
 * Context: Any context.
 * Return: 0, or a negative errno of the interrupt controller.
 */
int vsoc_hw_ring(struct vsoc_hw *hw, enum vsoc_doorbell doorbell)
{
	int err;

	/* the interrupt controller's register is written with no barrier of its own */
	wmb();

	err = irq_set_irqchip_state(hw->irq[doorbell], IRQCHIP_STATE_PENDING, true);

	cpu_relax();	/* as yield_turn(): the DSP begins now */
	return err;
}
EXPORT_SYMBOL_GPL(vsoc_hw_ring);

/**
 * vsoc_hw_listen() - register a listener for a crash of the firmware without recovery
 * @hw: the DSP
 * @listener: its function is called in a context that may sleep; the core is off then, or does not
 *	answer even its reset line
 *
 * When remoteproc recovers the DSP from a crash, it removes the devices of its clients, which learn
 * of the crash by that. If recovery is disabled, they learn nothing.
 *
 * Context: Process context. May sleep.
 */
void vsoc_hw_listen(struct vsoc_hw *hw, struct notifier_block *listener)
{
	blocking_notifier_chain_register(&hw->loss_listeners, listener);
}
EXPORT_SYMBOL_GPL(vsoc_hw_listen);

/**
 * vsoc_hw_unlisten() - undo vsoc_hw_listen()
 * @hw: the DSP
 * @listener: not called any more when this returns
 *
 * Context: Process context. May sleep.
 */
void vsoc_hw_unlisten(struct vsoc_hw *hw, struct notifier_block *listener)
{
	blocking_notifier_chain_unregister(&hw->loss_listeners, listener);
}
EXPORT_SYMBOL_GPL(vsoc_hw_unlisten);

/**
 * vsoc_hw_tell_lost() - should be called when the firmware has crashed for good
 * @hw: the DSP
 *
 * Context: Process context. May sleep.
 */
void vsoc_hw_tell_lost(struct vsoc_hw *hw)
{
	blocking_notifier_call_chain(&hw->loss_listeners, 0, NULL);
}
EXPORT_SYMBOL_GPL(vsoc_hw_tell_lost);

static int vsoc_hw_init_psci(struct vsoc_hw *hw)
{
	struct device_node *np __free(device_node) =
		of_find_compatible_node(NULL, NULL, "arm,psci-0.2");
	const char *method;
	u32 mpidr;

	if (!np || of_property_read_string(np, "method", &method))
		return -ENODEV;
	if (of_property_read_u32(hw->np, "lullaby,mpidr", &mpidr))
		return -EINVAL;

	hw->psci_is_smc = !strcmp(method, "smc");
	hw->mpidr = mpidr;
	return 0;
}

static int vsoc_hw_init_doorbells(struct vsoc_hw *hw)
{
	int i, irq, ret;

	for (i = 0; i < VSOC_DOORBELL_COUNT; i++) {
		irq = of_irq_get_byname(hw->np, doorbell_names[i]);
		if (irq <= 0)
			return irq ?: -EINVAL;

		/* the type is otherwise set when an interrupt is requested, and these are not */
		ret = irq_set_irq_type(irq, IRQ_TYPE_EDGE_RISING);
		if (ret)
			return ret;

		hw->irq[i] = irq;
		hw->intid[i] = irqd_to_hwirq(irq_get_irq_data(irq));
	}

	return 0;
}

static int vsoc_hw_map_regs(struct vsoc_hw *hw)
{
	struct reserved_mem *rmem;
	int index;

	index = of_property_match_string(hw->np, "memory-region-names", "regs");
	if (index < 0)
		return -EINVAL;

	struct device_node *np __free(device_node) =
		of_parse_phandle(hw->np, "memory-region", index);

	rmem = np ? of_reserved_mem_lookup(np) : NULL;
	if (!rmem || rmem->size < sizeof(*hw->regs))
		return -EINVAL;

	/*
	 * A core that runs before any driver has touched it was left on by an earlier kernel: its
	 * page tables are this kernel's free memory by now, and nothing here can be trusted.
	 */
	if (!vsoc_hw_core_is_off(hw))
		return -EBUSY;

	hw->regs = memremap(rmem->base, sizeof(*hw->regs), MEMREMAP_WC);
	if (!hw->regs)
		return -ENOMEM;

	hw->regs_pa = rmem->base;
	memset(hw->regs, 0, sizeof(*hw->regs));
	return 0;
}

static void vsoc_hw_release(struct kref *kref)
{
	struct vsoc_hw *hw = container_of(kref, struct vsoc_hw, kref);

	lockdep_assert_held(&vsoc_hw_list_lock);
	list_del(&hw->list);
	timer_shutdown_sync(&hw->turn);
	memunmap(hw->regs);
	of_node_put(hw->np);
	kfree(hw);
}

static struct vsoc_hw *vsoc_hw_create(struct device_node *np)
{
	struct vsoc_hw *hw;
	int ret;

	lockdep_assert_held(&vsoc_hw_list_lock);
	hw = kzalloc(sizeof(*hw), GFP_KERNEL);
	if (!hw)
		return ERR_PTR(-ENOMEM);

	kref_init(&hw->kref);
	BLOCKING_INIT_NOTIFIER_HEAD(&hw->loss_listeners);
	hw->np = of_node_get(np);

	ret = vsoc_hw_init_psci(hw);
	if (ret)
		goto err_free_hw;
	ret = vsoc_hw_init_doorbells(hw);
	if (ret)
		goto err_free_hw;
	ret = vsoc_hw_map_regs(hw);
	if (ret)
		goto err_free_hw;

	timer_setup(&hw->turn, yield_turn, TIMER_DEFERRABLE);
	mod_timer(&hw->turn, jiffies + 1);
	list_add(&hw->list, &vsoc_hw_list);
	return hw;

err_free_hw:
	of_node_put(hw->np);
	kfree(hw);
	return ERR_PTR(ret);
}

static struct vsoc_hw *vsoc_hw_get(struct device_node *np)
{
	struct vsoc_hw *hw;

	guard(mutex)(&vsoc_hw_list_lock);
	list_for_each_entry(hw, &vsoc_hw_list, list) {
		if (hw->np == np) {
			kref_get(&hw->kref);
			return hw;
		}
	}

	return vsoc_hw_create(np);
}

static void vsoc_hw_put(void *data)
{
	struct vsoc_hw *hw = data;

	guard(mutex)(&vsoc_hw_list_lock);
	kref_put(&hw->kref, vsoc_hw_release);
}

/**
 * devm_vsoc_hw_get - get the DSP hardware that a device tree node describes
 * @dev: whose driver uses it; it is put when @dev is unbound
 * @np: node of the remoteproc device, "lullaby,vsoc-dsp"
 *
 * All callers get the same object. The first one finds the register page zeroed.
 *
 * Context: Process context. May sleep.
 * Return: the hardware, or an ERR_PTR: -ENODEV without PSCI, -EINVAL if @np lacks something,
 * -EPROBE_DEFER before the interrupt controller is there, -EBUSY if the core is on though
 * nobody uses it, -ENOMEM.
 */
struct vsoc_hw *devm_vsoc_hw_get(struct device *dev, struct device_node *np)
{
	struct vsoc_hw *hw = vsoc_hw_get(np);
	int ret;

	if (IS_ERR(hw))
		return dev_err_cast_probe(dev, hw, "no DSP hardware at %pOF\n", np);

	ret = devm_add_action_or_reset(dev, vsoc_hw_put, hw);
	return ret ? ERR_PTR(ret) : hw;
}
EXPORT_SYMBOL_GPL(devm_vsoc_hw_get);

MODULE_DESCRIPTION("Lullaby virtual SoC: the DSP core's registers, doorbells and power");
MODULE_LICENSE("GPL");
