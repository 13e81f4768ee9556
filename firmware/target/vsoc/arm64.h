/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The few instructions that C has no word for.
 */
#ifndef VSOC_ARM64_H
#define VSOC_ARM64_H

#include <stdint.h>

#define read_sysreg(name) ({ \
	uint64_t value_; \
	__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
	value_; \
})

#define write_sysreg(name, value) do { \
	uint64_t value_ = (value); \
	__asm__ volatile("msr " #name ", %0" :: "r"(value_)); \
} while (0)

#define isb()		__asm__ volatile("isb" ::: "memory")
#define dsb(domain)	__asm__ volatile("dsb " #domain ::: "memory")
#define dmb(domain)	__asm__ volatile("dmb " #domain ::: "memory")
#define wfi()		__asm__ volatile("wfi" ::: "memory")

/* FIQs wait, and still end a WFI. */
#define mask_fiq()	__asm__ volatile("msr daifset, #1" ::: "memory")
#define unmask_fiq()	__asm__ volatile("msr daifclr, #1" ::: "memory")

#define ISR_EL1_I	0x80	/* an IRQ is pending, masked or not */

#define PSCI_CPU_OFF	0x84000002u

/**
 * core_off() - switch this core off until the next PSCI CPU_ON
 */
static inline _Noreturn void core_off(void)
{
	register uint64_t x0 __asm__("x0") = PSCI_CPU_OFF;

	dsb(sy);
	__asm__ volatile("hvc #0" : "+r"(x0) :: "x1", "x2", "x3", "memory");
	/* It returns only when the hypervisor knows no such call. */
	for (;;)
		wfi();
}

#endif /* VSOC_ARM64_H */
