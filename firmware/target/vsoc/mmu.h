/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The DSP's MMU: TTBR1 maps the firmware itself, TTBR0 is the DSP domain of the AP's IOMMU driver.
 */
#ifndef VSOC_MMU_H
#define VSOC_MMU_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../wire/vsoc_dsp.h"
#include "layout.h"

/**
 * struct mmu_boot - values that start.S loads into the system registers; it knows the layout
 * @ttbr0: the image, mapped where it lies, for the moment when the MMU comes on
 * @ttbr1: the firmware's tables
 * @tcr: TCR_EL1
 * @mair: MAIR_EL1
 */
struct mmu_boot {
	uint64_t ttbr0;
	uint64_t ttbr1;
	uint64_t tcr;
	uint64_t mair;
};

/**
 * mmu_build() - make the firmware's tables, with the MMU off
 * @regs_pa: from CPU_ON
 * @boot: result
 *
 * Runs at the physical address: neither this nor a function that it calls may use an absolute address.
 *
 * Return: 1, or 0 if there are no registers of the expected kind at @regs_pa.
 */
int mmu_build(uint64_t regs_pa, struct mmu_boot *boot);

/**
 * mmu_is_complete() - did mmu_build() map everything it was told to?
 *
 * Return: false if a region was unaligned, or the tables did not suffice.
 */
bool mmu_is_complete(void);

/**
 * mmu_sync_domain() - load the DSP domain that Linux wants, if it is not loaded
 * @mmu: Linux's wishes
 *
 * If Linux is just writing them, that is left to the call after its doorbell. Must not be called with a pointer
 * into the old domain in use. The first call always takes away the mappings that start.S left.
 */
void mmu_sync_domain(volatile struct vsoc_dsp_mmu *mmu);

/**
 * mmu_domain_bytes() - size of the loaded DSP domain's address space
 *
 * Return: first address beyond it; 0 if no domain is loaded.
 */
uint64_t mmu_domain_bytes(void);

/**
 * pa_to_va() - where the firmware sees physical memory that is mapped for it
 * @pa: physical address
 *
 * Return: its address in the upper half.
 */
static inline void *pa_to_va(uint64_t pa)
{
	return (void *)(uintptr_t)(pa + VA_OFFSET);
}

#endif /* VSOC_MMU_H */
