/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * GICv3, as far as one core needs it that shares the distributor with Linux.
 */
#ifndef VSOC_GIC_H
#define VSOC_GIC_H

#include <stdbool.h>
#include <stdint.h>

#define GIC_TIMER_INTID		27	/* PPI of the virtual timer */
#define GIC_WATCHDOG_INTID	30	/* PPI of the physical timer: an FIQ */

/**
 * struct gic_config - the register page's word on the interrupt controller
 * @distributor: GICD, mapped
 * @redistributor: this core's GICR, RD_base and SGI_base, mapped
 * @doorbell_intid: rung by the AP
 * @ap_intid: rings the AP
 * @reset_intid: pulled by the AP when the firmware hangs: an FIQ
 */
struct gic_config {
	volatile uint8_t *distributor;
	volatile uint8_t *redistributor;
	uint32_t doorbell_intid;
	uint32_t ap_intid;
	uint32_t reset_intid;
};

/**
 * struct gic_events - interrupts that have come
 * @doorbell: the AP rang
 * @timer: the timer's time has come
 */
struct gic_events {
	bool doorbell;
	bool timer;
};

/**
 * gic_init() - route the DSP's interrupts here and enable them
 * @config: copied
 *
 * Return: false if an interrupt number is out of range or the redistributor does not wake.
 */
bool gic_init(const struct gic_config *config);

/**
 * gic_take_events() - acknowledge pending interrupts
 *
 * IRQs are masked at the core, so this is where all of them are taken.
 *
 * Return: interrupts since the last call.
 */
struct gic_events gic_take_events(void);

enum gic_fiq {
	GIC_FIQ_UNKNOWN,
	GIC_FIQ_RESET,
	GIC_FIQ_WATCHDOG,
};

/**
 * gic_take_fiq() - acknowledge an FIQ
 *
 * Return: which it was.
 */
enum gic_fiq gic_take_fiq(void);

/**
 * gic_ring_ap() - ring the AP's doorbell; the AP sees earlier stores when it answers
 */
void gic_ring_ap(void);

/**
 * gic_shutdown() - take no more interrupts, and leave none active behind
 */
void gic_shutdown(void);

#endif /* VSOC_GIC_H */
