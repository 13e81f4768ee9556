/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The physical memory that the DSP's firmware maps for itself.
 */
#ifndef __VSOC_DSP_REGIONS_H
#define __VSOC_DSP_REGIONS_H

#include <linux/types.h>
#include <lullaby/vsoc_dsp.h>

struct device;
struct vsoc_hw;

/**
 * struct vsoc_dsp_regions - the region list of the register page, and how long it is
 * @count: valid entries of @region
 * @region: as it goes into struct vsoc_dsp_regs; the rest is VSOC_DSP_REGION_NONE
 */
struct vsoc_dsp_regions {
	unsigned int count;
	struct vsoc_dsp_region region[VSOC_DSP_MAX_REGIONS];
};

int vsoc_dsp_regions_add(struct vsoc_dsp_regions *regions, u32 kind, u64 base_pa, u64 bytes);
int vsoc_dsp_regions_add_gic(struct vsoc_dsp_regions *regions, struct device *dev,
			     const struct vsoc_hw *hw);

#endif /* __VSOC_DSP_REGIONS_H */
