// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The port boundary on the virtual SoC's DSP core: see ../../platform.h. */
#include "../../platform.h"

#include "arm64.h"

uint64_t platform_ticks(void)
{
	/* Without the barrier the counter could be read ahead of the code that is being timed. */
	isb();
	return read_sysreg(cntvct_el0);
}

uint32_t platform_ticks_per_second(void)
{
	return (uint32_t)read_sysreg(cntfrq_el0);
}

uint32_t platform_read32(const volatile void *reg)
{
	return *(const volatile uint32_t *)reg;
}

void platform_write32(volatile void *reg, uint32_t value)
{
	*(volatile uint32_t *)reg = value;
}

/* The AP and the xHC are outside of this core's inner shareable domain, as far as this core can know. */

void platform_dma_wmb(void)
{
	dmb(oshst);
}

void platform_dma_rmb(void)
{
	dmb(oshld);
}

void platform_mb(void)
{
	dsb(sy);
}
