// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings for the DSP. The class driver maps by itself, at addresses of its own choice: each card
 * has a part of them, and in it each region has a place.
 */
#include <linux/iommu.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "api-backend.h"
#include "api-driver.h"

#define IOVA_BASE		0x40000000ULL
#define IOVA_CARD_BYTES		0x01000000ULL
#define IOVA_REGION_BYTES	0x00100000ULL

static u64 place(unsigned int card_slot, unsigned int index)
{
	return IOVA_BASE + card_slot * IOVA_CARD_BYTES + index * IOVA_REGION_BYTES;
}

static int map_entry(u64 iova, struct scatterlist *entry, size_t bytes)
{
	struct api_backend_data *data = api_backend_data();

	if (!data)
		return -ENODEV;
	return iommu_map(data->domain, iova, page_to_phys(sg_page(entry)), bytes,
			 IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE, GFP_KERNEL);
}

/**
 * api_map_ring() - map the first segment of a ring
 * @region: to be filled in
 * @card_slot: of the card
 * @index: of the region in the card
 * @sgt: from the sideband; freed
 *
 * Return: 0 or a negative errno.
 */
int api_map_ring(struct api_region *region, unsigned int card_slot, unsigned int index,
		 struct sg_table *sgt)
{
	u64 iova = place(card_slot, index);
	int ret;

	ret = map_entry(iova, sgt->sgl, PAGE_SIZE);
	if (!ret) {
		region->iova = iova;
		region->dma = sg_dma_address(sgt->sgl);
		region->bytes = PAGE_SIZE;
	}
	sg_free_table(sgt);
	kfree(sgt);
	return ret;
}

/**
 * api_map_buffer() - map a transfer buffer
 * @region: to be filled in, but for its address for the xHC
 * @card_slot: of the card
 * @index: of the region in the card
 * @sgt: describes it
 * @bytes: its length, whole pages
 *
 * Return: 0 or a negative errno.
 */
int api_map_buffer(struct api_region *region, unsigned int card_slot, unsigned int index,
		   struct sg_table *sgt, u32 bytes)
{
	struct scatterlist *entry;
	u32 mapped = 0;
	unsigned int i;
	int ret;

	region->iova = place(card_slot, index);
	for_each_sgtable_sg(sgt, entry, i) {
		size_t part = min_t(size_t, PAGE_ALIGN(entry->offset + entry->length),
				    bytes - mapped);

		ret = map_entry(region->iova + mapped, entry, part);
		if (ret)
			break;
		mapped += part;
	}
	region->bytes = mapped;
	if (mapped != bytes)
		api_unmap(region);
	return mapped == bytes ? 0 : -ENOMEM;
}

/**
 * api_unmap() - undo either
 * @region: mapped or not
 */
void api_unmap(struct api_region *region)
{
	struct iommu_domain *domain;

	if (!region->iova)
		return;
	/* The port may have gone already: its private data is not found then. */
	domain = iommu_get_domain_for_dev(api.auxdev->dev.parent);
	if (region->bytes)
		iommu_unmap(domain, region->iova, region->bytes);
	memset(region, 0, sizeof(*region));
}
