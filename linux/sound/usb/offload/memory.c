// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the DSP and the xHC both see: rings that the xHC driver owns, and transfer buffers.
 *
 * Each region has two addresses, one by each master's MMU. The rules:
 *
 *  1. A region is mapped for the DSP from the pages it is made of, all of them, through the DMA
 *     API of the DSP's back end device: the IOVA allocator is the kernel's own.
 *  2. What the DSP gets is one contiguous range that begins at the first byte of the region, not
 *     of its page. A region that the DSP would see in pieces (no MMU, or ring segments that begin
 *     within a page larger than they are) is refused: one address and one length is all that the
 *     wire has room for.
 *  3. The CPU neither reads nor writes while the DSP may: no cache maintenance
 *     (DMA_ATTR_SKIP_CPU_SYNC). The memory is coherent for the xHC, and the mapping is what makes
 *     it so for the DSP.
 *  4. A region whose memory may end under us has a place that a spinlock guards. Who takes it out
 *     of there unmaps it, once.
 *  5. Unmapping and freeing are idempotent. The endpoint that uses a region has been stopped
 *     before.
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "resource-counters.h"
#include "memory.h"
#include "trace.h"

static size_t table_bytes(const struct sg_table *sgt)
{
	struct scatterlist *sg;
	size_t bytes = 0;
	unsigned int i;

	for_each_sgtable_sg(sgt, sg, i)
		bytes += sg->length;
	return bytes;
}

static void free_table(struct sg_table *sgt)
{
	sg_free_table(sgt);
	kfree(sgt);
}

/**
 * offload_table_is_contiguous() - find out whether a mapped table is one range of bus addresses
 * @sgt: a mapped table
 * @bytes: what it must cover
 *
 * Context: any.
 * Return: true if each entry begins where the one before it ends, and all are @bytes long
 * together.
 */
bool offload_table_is_contiguous(const struct sg_table *sgt, size_t bytes)
{
	struct scatterlist *sg;
	size_t covered = 0;
	unsigned int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (sg_dma_address(sg) != sg_dma_address(sgt->sgl) + covered)
			return false;
		covered += sg_dma_len(sg);
	}
	return covered == bytes;
}
EXPORT_SYMBOL_IF_KUNIT(offload_table_is_contiguous);

/**
 * offload_region_map() - give the DSP access to memory of the xHC
 * @region: to be filled in
 * @dsp_dev: whose DMA API leads through the DSP's MMU
 * @sgt: the pages, first byte first. Owned by the region from here on, and freed if this fails.
 * @dma: first byte as the xHC dereferences it
 * @held: where to account the mapping
 *
 * Context: may sleep. The card's lock is held.
 * Return: 0; -EFAULT: not contiguous for the DSP; -EOVERFLOW: longer than the wire can say; or
 * what dma_map_sgtable() returns.
 */
int offload_region_map(struct offload_region *region, struct device *dsp_dev,
		       struct sg_table *sgt, dma_addr_t dma, struct offload_held *held)
{
	size_t bytes = table_bytes(sgt);
	int ret;

	if (bytes > U32_MAX) {
		ret = -EOVERFLOW;
		goto err_free_table;
	}

	ret = dma_map_sgtable(dsp_dev, sgt, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
	if (ret < 0)
		goto err_free_table;

	if (!offload_table_is_contiguous(sgt, bytes)) {
		ret = -EFAULT;
		goto err_unmap;
	}

	*region = (struct offload_region) {
		.sgt = sgt,
		.dsp_dev = dsp_dev,
		.held = held,
		.iova = sg_dma_address(sgt->sgl),
		.dma = dma,
		.bytes = bytes,
	};
	offload_held_add(held, OFFLOAD_HELD_MAPPINGS, 1);
	offload_held_add(held, OFFLOAD_HELD_MAPPED_BYTES, bytes);
	trace_offload_region_map(dsp_dev, region->iova, region->dma, region->bytes);
	dev_dbg(dsp_dev, "created mapping iova %pad bytes %zu\n", &region->iova, region->bytes);
	return 0;

err_unmap:
	dma_unmap_sgtable(dsp_dev, sgt, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
err_free_table:
	free_table(sgt);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(offload_region_map);

/**
 * offload_region_unmap() - take the DSP's access away
 * @region: the region; nothing happens if it is not mapped
 *
 * An access by the DSP after this is a fault in its MMU.
 *
 * Context: may sleep. The card's lock is held.
 */
void offload_region_unmap(struct offload_region *region)
{
	if (!region->sgt)
		return;

	trace_offload_region_unmap(region->dsp_dev, region->iova, region->dma, region->bytes);
	dma_unmap_sgtable(region->dsp_dev, region->sgt, DMA_BIDIRECTIONAL,
			  DMA_ATTR_SKIP_CPU_SYNC);
	dev_dbg(region->dsp_dev, "destroyed mapping iova %pad bytes %zu\n", &region->iova,
		region->bytes);
	free_table(region->sgt);
	offload_held_sub(region->held, OFFLOAD_HELD_MAPPED_BYTES, region->bytes);
	offload_held_sub(region->held, OFFLOAD_HELD_MAPPINGS, 1);
	*region = (struct offload_region) { };
}
EXPORT_SYMBOL_IF_KUNIT(offload_region_unmap);

/**
 * offload_region_map_buffer() - give the DSP access to a transfer buffer
 * @region: to be filled in
 * @dsp_dev: whose DMA API leads through the DSP's MMU
 * @buffer: the buffer; it must outlive the region
 * @held: where to account the mapping
 *
 * Context: may sleep. The card's lock is held.
 * Return: 0 or a negative errno, see offload_region_map().
 */
int offload_region_map_buffer(struct offload_region *region, struct device *dsp_dev,
			      const struct offload_buffer *buffer, struct offload_held *held)
{
	struct sg_table *sgt;
	int ret;

	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	if (!sgt)
		return -ENOMEM;

	ret = dma_get_sgtable(buffer->dev, sgt, buffer->cpu, buffer->dma, buffer->bytes);
	if (ret < 0) {
		kfree(sgt);
		return ret;
	}
	return offload_region_map(region, dsp_dev, sgt, buffer->dma, held);
}
EXPORT_SYMBOL_IF_KUNIT(offload_region_map_buffer);

/**
 * offload_region_info() - say where a region is, in wire terms
 * @region: the region; all zeros if it is not mapped
 * @iova_tag: what the platform wants in each IOVA
 *
 * Context: any. The card's lock is held.
 * Return: the description.
 */
struct uaudio_mem_info offload_region_info(const struct offload_region *region, u64 iova_tag)
{
	if (!region->sgt)
		return (struct uaudio_mem_info) { };

	return (struct uaudio_mem_info) {
		.iova = region->iova | iova_tag,
		.dma = region->dma,
		.size = region->bytes,
	};
}
EXPORT_SYMBOL_IF_KUNIT(offload_region_info);

/**
 * offload_buffer_alloc() - allocate a transfer buffer
 * @buffer: to be filled in
 * @dev: the xHC's DMA device
 * @bytes: whole pages
 * @held: where to account the buffer
 *
 * The memory is zeroed: the DSP finds nothing of anybody else's there.
 *
 * Context: may sleep. The card's lock is held.
 * Return: 0 or -ENOMEM.
 */
int offload_buffer_alloc(struct offload_buffer *buffer, struct device *dev, size_t bytes,
			 struct offload_held *held)
{
	dma_addr_t dma;
	void *cpu;

	cpu = dma_alloc_coherent(dev, bytes, &dma, GFP_KERNEL);
	if (!cpu)
		return -ENOMEM;

	*buffer = (struct offload_buffer) {
		.dev = dev,
		.held = held,
		.cpu = cpu,
		.dma = dma,
		.bytes = bytes,
	};
	offload_held_add(held, OFFLOAD_HELD_BUFFERS, 1);
	offload_held_add(held, OFFLOAD_HELD_BUFFER_BYTES, bytes);
	dev_dbg(dev, "created buffer dma %pad bytes %zu\n", &dma, bytes);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(offload_buffer_alloc);

/**
 * offload_buffer_free() - free a transfer buffer
 * @buffer: the buffer; nothing happens if there is none
 *
 * Context: may sleep. The card's lock is held.
 */
void offload_buffer_free(struct offload_buffer *buffer)
{
	if (!buffer->dev)
		return;

	dma_free_coherent(buffer->dev, buffer->bytes, buffer->cpu, buffer->dma);
	dev_dbg(buffer->dev, "destroyed buffer dma %pad bytes %zu\n", &buffer->dma,
		buffer->bytes);
	offload_held_sub(buffer->held, OFFLOAD_HELD_BUFFER_BYTES, buffer->bytes);
	offload_held_sub(buffer->held, OFFLOAD_HELD_BUFFERS, 1);
	*buffer = (struct offload_buffer) { };
}
EXPORT_SYMBOL_IF_KUNIT(offload_buffer_free);

/**
 * offload_region_install() - put a region in its place
 * @lock: guards the place
 * @where: the place
 * @region: the region; unmapped if this fails
 * @is_invalid: its memory has ended; under @lock
 *
 * Context: may sleep.
 * Return: 0, or -EIO if @is_invalid was set meanwhile.
 */
int offload_region_install(spinlock_t *lock, struct offload_region *where,
			   const struct offload_region *region, const bool *is_invalid)
{
	struct offload_region unwanted;

	scoped_guard(spinlock, lock) {
		if (!*is_invalid) {
			*where = *region;
			return 0;
		}
	}
	unwanted = *region;
	offload_region_unmap(&unwanted);
	return -EIO;
}

/**
 * offload_region_clear() - take a region out of its place and unmap it
 * @lock: guards the place
 * @where: the place; nothing happens if it is empty
 *
 * Context: may sleep.
 */
void offload_region_clear(spinlock_t *lock, struct offload_region *where)
{
	struct offload_region region;

	scoped_guard(spinlock, lock) {
		region = *where;
		*where = (struct offload_region) { };
	}
	offload_region_unmap(&region);
}

/**
 * offload_region_read() - look at a region in its place
 * @lock: guards the place
 * @where: the place
 *
 * Context: any but interrupt.
 * Return: what is there at this moment.
 */
struct offload_region offload_region_read(spinlock_t *lock, const struct offload_region *where)
{
	guard(spinlock)(lock);
	return *where;
}
