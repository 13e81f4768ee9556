/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Reading Linux's wishes for the MMU, while Linux may be writing them. Portable, so that the host tests can be Linux.
 */
#ifndef VSOC_DOMAIN_H
#define VSOC_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../wire/vsoc_dsp.h"
#include "../../platform.h"

/**
 * struct domain - registers that select the DSP domain
 * @generation: to be confirmed when it is loaded
 * @ttbr0: its tables, or 0: none
 * @tcr: TCR_EL1, the lower half's fields
 * @mair: MAIR_EL1
 */
struct domain {
	uint32_t generation;
	uint64_t ttbr0;
	uint64_t tcr;
	uint64_t mair;
};

/**
 * domain_read() - take a copy of Linux's wishes
 * @mmu: written by Linux, see wire/vsoc_dsp.h
 * @domain: the copy
 *
 * Return: false if Linux was writing meanwhile: @domain is of no use, and a doorbell will follow.
 */
static inline bool domain_read(const volatile struct vsoc_dsp_mmu *mmu, struct domain *domain)
{
	domain->generation = mmu->generation;
	platform_dma_rmb();	/* pairs with Linux's barrier before it makes the generation even */
	domain->ttbr0 = mmu->ttbr0;
	domain->tcr = mmu->tcr;
	domain->mair = mmu->mair;
	platform_dma_rmb();	/* ... and after it has made it odd */
	return !(domain->generation & VSOC_DSP_MMU_CHANGING) && mmu->generation == domain->generation;
}

#endif /* VSOC_DOMAIN_H */
