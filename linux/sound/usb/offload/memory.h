/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_MEMORY_H
#define __SND_USB_OFFLOAD_MEMORY_H

#include <linux/spinlock_types.h>
#include <linux/types.h>

#include "qmi-messages.h"

struct device;
struct offload_resources;
struct sg_table;
struct snd_usb_offload_dsp;

/**
 * struct offload_mapping - memory that the xHC and the DSP share
 * @sgt: its pages, mapped for @dsp_dev; NULL if the mapping is empty
 * @dsp_dev: whose DMA API the mapping is in
 * @resources: the counters that include it
 * @iova: first byte as the DSP dereferences it, without the platform's tag
 * @dma: first byte as the xHC dereferences it
 * @bytes: length, contiguous from @iova
 *
 * Guarded by the lock of the card that the mapping belongs to.
 */
struct offload_mapping {
	struct sg_table *sgt;
	struct device *dsp_dev;
	struct offload_resources *resources;
	dma_addr_t iova;
	dma_addr_t dma;
	size_t bytes;
};

/**
 * struct offload_buffer - a transfer buffer
 * @dev: the xHC's DMA device; NULL if there is no buffer
 * @resources: the counters that include it
 * @cpu: first byte
 * @dma: first byte as the xHC dereferences it
 * @bytes: length
 *
 * Guarded by the lock of the card that the buffer belongs to.
 */
struct offload_buffer {
	struct device *dev;
	struct offload_resources *resources;
	void *cpu;
	dma_addr_t dma;
	size_t bytes;
};

bool offload_table_is_contiguous(const struct sg_table *sgt, size_t bytes);
int offload_mapping_create(struct offload_mapping *mapping, struct device *dsp_dev,
			   struct sg_table *sgt, dma_addr_t dma,
			   struct offload_resources *resources);
void offload_mapping_destroy(struct offload_mapping *mapping);
int offload_buffer_map(struct offload_mapping *mapping, struct device *dsp_dev,
		       const struct offload_buffer *buffer, struct offload_resources *resources);
int offload_mapping_install(spinlock_t *lock, struct offload_mapping *where,
			    const struct offload_mapping *mapping, const bool *is_invalid);
void offload_mapping_clear(spinlock_t *lock, struct offload_mapping *where);
struct offload_mapping offload_mapping_read(spinlock_t *lock, const struct offload_mapping *where);
struct uaudio_mem_info offload_mapping_info(const struct offload_mapping *mapping, u64 iova_tag);

int offload_buffer_alloc(struct offload_buffer *buffer, struct device *dev, size_t bytes,
			 struct offload_resources *resources);
void offload_buffer_free(struct offload_buffer *buffer);

#endif /* __SND_USB_OFFLOAD_MEMORY_H */
