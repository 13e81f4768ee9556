// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the DSP and the xHC both see: rings that the xHC driver owns, and transfer buffers.
 *
 * A mapping has two addresses: the DSP and the xHC each see the memory through an MMU of their own.
 * The rules:
 *
 *  1. A mapping is made of all pages of the memory, through the DMA API of the DSP's back end
 *     device. So the IOVA allocator is the kernel's own.
 *  2. The DSP gets one contiguous range, which begins at the first byte of the memory and not of
 *     its page. Memory that the DSP would see in pieces (because there is no MMU, or because ring
 *     segments begin within a page that is larger than they are) is refused: the wire has room for
 *     one address and one length.
 *  3. The CPU neither reads nor writes the memory while the DSP may. So there is no cache
 *     maintenance (DMA_ATTR_SKIP_CPU_SYNC): the memory is coherent for the xHC, and the mapping
 *     makes it coherent for the DSP.
 *  4. If the memory may end while it is mapped, the mapping is installed in a place that a spinlock
 *     guards. The thread that clears the place destroys the mapping, so that happens once.
 *  5. Destroying and freeing are idempotent. The endpoint that uses the memory has been stopped
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
 * @bytes: the length that it must cover
 *
 * Context: Any context.
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
 * offload_mapping_create() - give the DSP access to memory of the xHC
 * @mapping: the mapping, to be filled in
 * @dsp_dev: whose DMA API leads through the DSP's MMU
 * @sgt: the pages, first byte first. The mapping owns them from here on; they are freed if this
 *	fails.
 * @dma: first byte as the xHC dereferences it
 * @resources: counts the mapping
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 * Return: 0; -EFAULT: not contiguous for the DSP; -EOVERFLOW: longer than the wire can say; or the
 * error of dma_map_sgtable().
 */
int offload_mapping_create(struct offload_mapping *mapping, struct device *dsp_dev,
			   struct sg_table *sgt, dma_addr_t dma,
			   struct offload_resources *resources)
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

	*mapping = (struct offload_mapping) {
		.sgt = sgt,
		.dsp_dev = dsp_dev,
		.resources = resources,
		.iova = sg_dma_address(sgt->sgl),
		.dma = dma,
		.bytes = bytes,
	};
	offload_resource_add(resources, OFFLOAD_RESOURCE_MAPPINGS, 1);
	offload_resource_add(resources, OFFLOAD_RESOURCE_MAPPED_BYTES, bytes);
	trace_offload_mapping_create(dsp_dev, mapping->iova, mapping->dma, mapping->bytes);
	dev_dbg(dsp_dev, "created mapping iova %pad bytes %zu\n", &mapping->iova, mapping->bytes);
	return 0;

err_unmap:
	dma_unmap_sgtable(dsp_dev, sgt, DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC);
err_free_table:
	free_table(sgt);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(offload_mapping_create);

/**
 * offload_mapping_destroy() - take the DSP's access away
 * @mapping: the mapping; nothing happens if it is empty
 *
 * An access by the DSP after this is a fault in its MMU.
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 */
void offload_mapping_destroy(struct offload_mapping *mapping)
{
	if (!mapping->sgt)
		return;

	trace_offload_mapping_destroy(mapping->dsp_dev, mapping->iova, mapping->dma,
				      mapping->bytes);
	dma_unmap_sgtable(mapping->dsp_dev, mapping->sgt, DMA_BIDIRECTIONAL,
			  DMA_ATTR_SKIP_CPU_SYNC);
	dev_dbg(mapping->dsp_dev, "destroyed mapping iova %pad bytes %zu\n", &mapping->iova,
		mapping->bytes);
	free_table(mapping->sgt);
	offload_resource_sub(mapping->resources, OFFLOAD_RESOURCE_MAPPED_BYTES, mapping->bytes);
	offload_resource_sub(mapping->resources, OFFLOAD_RESOURCE_MAPPINGS, 1);
	*mapping = (struct offload_mapping) { };
}
EXPORT_SYMBOL_IF_KUNIT(offload_mapping_destroy);

/**
 * offload_buffer_map() - give the DSP access to a transfer buffer
 * @mapping: the mapping, to be filled in
 * @dsp_dev: whose DMA API leads through the DSP's MMU
 * @buffer: the buffer; it must outlive the mapping
 * @resources: counts the mapping
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno, see offload_mapping_create().
 */
int offload_buffer_map(struct offload_mapping *mapping, struct device *dsp_dev,
		       const struct offload_buffer *buffer, struct offload_resources *resources)
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
	return offload_mapping_create(mapping, dsp_dev, sgt, buffer->dma, resources);
}
EXPORT_SYMBOL_IF_KUNIT(offload_buffer_map);

/**
 * offload_mapping_info() - describe a mapping in wire terms
 * @mapping: the mapping; an empty one is described by zeros
 * @iova_tag: bits that the platform wants in each IOVA
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. Does not sleep.
 * Return: the description.
 */
struct uaudio_mem_info offload_mapping_info(const struct offload_mapping *mapping, u64 iova_tag)
{
	if (!mapping->sgt)
		return (struct uaudio_mem_info) { };

	return (struct uaudio_mem_info) {
		.iova = mapping->iova | iova_tag,
		.dma = mapping->dma,
		.size = mapping->bytes,
	};
}
EXPORT_SYMBOL_IF_KUNIT(offload_mapping_info);

/**
 * offload_buffer_alloc() - allocate a transfer buffer
 * @buffer: to be filled in
 * @dev: the xHC's DMA device
 * @bytes: whole pages
 * @resources: counts the buffer
 *
 * The memory is zeroed, so the DSP finds no data of others there.
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int offload_buffer_alloc(struct offload_buffer *buffer, struct device *dev, size_t bytes,
			 struct offload_resources *resources)
{
	dma_addr_t dma;
	void *cpu;

	cpu = dma_alloc_coherent(dev, bytes, &dma, GFP_KERNEL);
	if (!cpu)
		return -ENOMEM;

	*buffer = (struct offload_buffer) {
		.dev = dev,
		.resources = resources,
		.cpu = cpu,
		.dma = dma,
		.bytes = bytes,
	};
	offload_resource_add(resources, OFFLOAD_RESOURCE_BUFFERS, 1);
	offload_resource_add(resources, OFFLOAD_RESOURCE_BUFFER_BYTES, bytes);
	dev_dbg(dev, "created buffer dma %pad bytes %zu\n", &dma, bytes);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(offload_buffer_alloc);

/**
 * offload_buffer_free() - free a transfer buffer
 * @buffer: the buffer; nothing happens if there is none
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. May sleep.
 */
void offload_buffer_free(struct offload_buffer *buffer)
{
	if (!buffer->dev)
		return;

	dma_free_coherent(buffer->dev, buffer->bytes, buffer->cpu, buffer->dma);
	dev_dbg(buffer->dev, "destroyed buffer dma %pad bytes %zu\n", &buffer->dma,
		buffer->bytes);
	offload_resource_sub(buffer->resources, OFFLOAD_RESOURCE_BUFFER_BYTES, buffer->bytes);
	offload_resource_sub(buffer->resources, OFFLOAD_RESOURCE_BUFFERS, 1);
	*buffer = (struct offload_buffer) { };
}
EXPORT_SYMBOL_IF_KUNIT(offload_buffer_free);

/**
 * offload_mapping_install() - put a mapping in its place, unless its memory has ended
 * @lock: guards the place
 * @where: the place
 * @mapping: the mapping; destroyed if this fails
 * @is_invalid: its memory has ended; under @lock
 *
 * Context: Process context. May sleep.
 * Return: 0, or -EIO if @is_invalid was set meanwhile.
 */
int offload_mapping_install(spinlock_t *lock, struct offload_mapping *where,
			    const struct offload_mapping *mapping, const bool *is_invalid)
{
	struct offload_mapping unwanted;

	scoped_guard(spinlock, lock) {
		if (!*is_invalid) {
			*where = *mapping;
			return 0;
		}
	}
	unwanted = *mapping;
	offload_mapping_destroy(&unwanted);
	return -EIO;
}

/**
 * offload_mapping_clear() - take a mapping out of its place and destroy it
 * @lock: guards the place
 * @where: the place; nothing happens if it is empty
 *
 * Context: Process context. May sleep.
 */
void offload_mapping_clear(spinlock_t *lock, struct offload_mapping *where)
{
	struct offload_mapping mapping;

	scoped_guard(spinlock, lock) {
		mapping = *where;
		*where = (struct offload_mapping) { };
	}
	offload_mapping_destroy(&mapping);
}

/**
 * offload_mapping_read() - look at a mapping in its place
 * @lock: guards the place
 * @where: the place
 *
 * Context: Process context. Does not sleep.
 * Return: the mapping that is there at this moment, or an empty one.
 */
struct offload_mapping offload_mapping_read(spinlock_t *lock, const struct offload_mapping *where)
{
	guard(spinlock)(lock);
	return *where;
}
