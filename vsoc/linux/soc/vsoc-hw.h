/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DSP's hardware as the AP sees it: register page, doorbells, core power.
 */
#ifndef __VSOC_HW_H
#define __VSOC_HW_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/timer.h>
#include <linux/types.h>
#include <lullaby/vsoc_dsp.h>

struct device;
struct device_node;

enum vsoc_doorbell {
	VSOC_DOORBELL_TO_DSP,	/* there is something to look at */
	VSOC_DOORBELL_RESET,	/* the reset line: an FIQ, which the DSP always takes */
	VSOC_DOORBELL_COUNT
};

/**
 * struct vsoc_hw - one DSP core and its register page
 * @regs: the register page; vsoc_dsp.h says which side writes which field
 * @regs_pa: physical address of the page
 * @mpidr: affinity of the core, as PSCI and the GIC name it
 * @intid: GIC interrupt number of each doorbell
 * @loss_listeners: called when the firmware has crashed for good, see vsoc_hw_listen()
 *
 * Everything but @loss_listeners, which has a lock of its own, is fixed once vsoc_hw_get() has
 * returned it. No lock guards the fields of @regs: each has one writer among the remoteproc driver,
 * the MMU driver (all of regs->mmu but generation_loaded) and the firmware.
 */
struct vsoc_hw {
	struct vsoc_dsp_regs *regs;
	phys_addr_t regs_pa;
	u64 mpidr;
	u32 intid[VSOC_DOORBELL_COUNT];
	struct blocking_notifier_head loss_listeners;
	/* private: */
	unsigned int irq[VSOC_DOORBELL_COUNT];
	bool psci_is_smc;
	struct timer_list turn;
	struct device_node *np;
	struct list_head list;
	struct kref kref;
};

struct vsoc_hw *devm_vsoc_hw_get(struct device *dev, struct device_node *np);

void vsoc_hw_listen(struct vsoc_hw *hw, struct notifier_block *listener);
void vsoc_hw_unlisten(struct vsoc_hw *hw, struct notifier_block *listener);
void vsoc_hw_tell_lost(struct vsoc_hw *hw);

int vsoc_hw_ring(struct vsoc_hw *hw, enum vsoc_doorbell doorbell);
int vsoc_hw_core_on(struct vsoc_hw *hw, phys_addr_t entry_pa);
bool vsoc_hw_core_is_off(struct vsoc_hw *hw);
int vsoc_hw_wait_core_off(struct vsoc_hw *hw, unsigned int timeout_ms);

#endif /* __VSOC_HW_H */
