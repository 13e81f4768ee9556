/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DSP's MMU registers: io-pgtable's configuration, packed for the core's system registers.
 */
#ifndef __VSOC_MMU_REGS_H
#define __VSOC_MMU_REGS_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/io-pgtable.h>
#include <linux/types.h>

/* Arm ARM, register TCR_EL1: the fields of the TTBR0 half */
#define VSOC_MMU_TCR_T0SZ	GENMASK_ULL(5, 0)
#define VSOC_MMU_TCR_IRGN0	GENMASK_ULL(9, 8)
#define VSOC_MMU_TCR_ORGN0	GENMASK_ULL(11, 10)
#define VSOC_MMU_TCR_SH0	GENMASK_ULL(13, 12)
#define VSOC_MMU_TCR_TG0	GENMASK_ULL(15, 14)
#define VSOC_MMU_TCR_IPS	GENMASK_ULL(34, 32)

/**
 * struct vsoc_mmu_setup - the register values that select a set of page tables
 * @ttbr0: TTBR0_EL1, ASID 0; 0 if there is no table
 * @tcr: the TTBR0 half of TCR_EL1
 * @mair: MAIR_EL1
 */
struct vsoc_mmu_setup {
	u64 ttbr0;
	u64 tcr;
	u64 mair;
};

static inline struct vsoc_mmu_setup vsoc_mmu_setup_pack(const struct io_pgtable_cfg *cfg)
{
	const typeof(cfg->arm_lpae_s1_cfg) *s1 = &cfg->arm_lpae_s1_cfg;

	return (struct vsoc_mmu_setup) {
		.ttbr0	= s1->ttbr,
		.tcr	= FIELD_PREP(VSOC_MMU_TCR_T0SZ, s1->tcr.tsz) |
			  FIELD_PREP(VSOC_MMU_TCR_IRGN0, s1->tcr.irgn) |
			  FIELD_PREP(VSOC_MMU_TCR_ORGN0, s1->tcr.orgn) |
			  FIELD_PREP(VSOC_MMU_TCR_SH0, s1->tcr.sh) |
			  FIELD_PREP(VSOC_MMU_TCR_TG0, s1->tcr.tg) |
			  FIELD_PREP(VSOC_MMU_TCR_IPS, s1->tcr.ips),
		.mair	= s1->mair,
	};
}

#endif /* __VSOC_MMU_REGS_H */
