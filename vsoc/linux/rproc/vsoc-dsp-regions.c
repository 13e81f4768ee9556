// SPDX-License-Identifier: GPL-2.0-only
/*
 * The physical memory that the DSP's firmware maps for itself: its image, the memory that it shares
 * with the AP, and its interrupt controller, which on this SoC is the AP's own GICv3.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <linux/sizes.h>

#include "vsoc-dsp-regions.h"
#include "../soc/vsoc-hw.h"

/* RD_base and SGI_base, 64 KiB each; GICv4's two further frames would need a longer stride */
#define REDISTRIBUTOR_BYTES	(2 * SZ_64K)

/**
 * vsoc_dsp_regions_add - append one region
 * @regions: the list
 * @kind: enum vsoc_dsp_region_kind
 * @base_pa: its physical address
 * @bytes: its size
 *
 * Return: 0, or -ENOSPC if the register page has no room for one more.
 */
int vsoc_dsp_regions_add(struct vsoc_dsp_regions *regions, u32 kind, u64 base_pa, u64 bytes)
{
	struct vsoc_dsp_region *region;

	if (regions->count == VSOC_DSP_MAX_REGIONS)
		return -ENOSPC;

	region = &regions->region[regions->count++];
	region->kind = cpu_to_le32(kind);
	region->base_pa = cpu_to_le64(base_pa);
	region->size_bytes = cpu_to_le64(bytes);
	return 0;
}

/* The affinity as GICR_TYPER has it, 8 bits a level without MPIDR_EL1's gap. */
static u32 mpidr_to_gicr_affinity(u64 mpidr)
{
	return (mpidr & 0xffffff) | ((mpidr >> 8) & 0xff000000);
}

static int find_redistributor(const struct resource *frames, u64 mpidr, u64 *base_pa)
{
	resource_size_t bytes = resource_size(frames);
	resource_size_t offset;
	void __iomem *base;
	u64 typer;
	int ret = -ENODEV;

	base = ioremap(frames->start, bytes);
	if (!base)
		return -ENOMEM;

	for (offset = 0; offset + REDISTRIBUTOR_BYTES <= bytes; offset += REDISTRIBUTOR_BYTES) {
		typer = gic_read_typer(base + offset + GICR_TYPER);
		if (typer >> 32 == mpidr_to_gicr_affinity(mpidr)) {
			*base_pa = frames->start + offset;
			ret = 0;
			break;
		}
		if (typer & GICR_TYPER_LAST)
			break;
	}

	iounmap(base);
	return ret;
}

/**
 * vsoc_dsp_regions_add_gic - append the interrupt controller
 * @regions: the list
 * @dev: the remote processor; the controller is its interrupt parent
 * @hw: the DSP, whose redistributor it shall be
 *
 * Context: Process context. May sleep.
 * Return: 0; -ENODEV if the interrupt parent is not a GICv3 or has no redistributor for the core;
 * -ENOSPC; -ENOMEM.
 */
int vsoc_dsp_regions_add_gic(struct vsoc_dsp_regions *regions, struct device *dev,
			     const struct vsoc_hw *hw)
{
	struct device_node *gic __free(device_node) = of_irq_find_parent(dev->of_node);
	struct resource gicd, gicr;
	u64 gicr_pa;
	int ret;

	if (!gic || !of_device_is_compatible(gic, "arm,gic-v3") ||
	    of_address_to_resource(gic, 0, &gicd) || of_address_to_resource(gic, 1, &gicr))
		return -ENODEV;

	ret = find_redistributor(&gicr, hw->mpidr, &gicr_pa);
	if (ret)
		return ret;

	ret = vsoc_dsp_regions_add(regions, VSOC_DSP_REGION_GICD, gicd.start,
				   resource_size(&gicd));
	if (ret)
		return ret;
	return vsoc_dsp_regions_add(regions, VSOC_DSP_REGION_GICR, gicr_pa, REDISTRIBUTOR_BYTES);
}
