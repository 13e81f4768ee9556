/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DSP firmware's ELF image: where it is linked and where it is loaded.
 */
#ifndef __VSOC_DSP_IMAGE_H
#define __VSOC_DSP_IMAGE_H

#include <linux/types.h>

#define VSOC_DSP_IMAGE_MAX_SEGMENTS	8

struct firmware;

/**
 * struct vsoc_dsp_segment - one loadable segment
 * @va: where the firmware runs it once its MMU is on (p_vaddr)
 * @pa: where it is loaded (p_paddr)
 * @bytes: its size in memory
 */
struct vsoc_dsp_segment {
	u64 va;
	u64 pa;
	u64 bytes;
};

/**
 * struct vsoc_dsp_image - the contents of the ELF headers
 * @entry_pa: physical address of the first instruction
 * @segment_count: valid entries of @segments
 * @segments: the loadable segments
 */
struct vsoc_dsp_image {
	u64 entry_pa;
	unsigned int segment_count;
	struct vsoc_dsp_segment segments[VSOC_DSP_IMAGE_MAX_SEGMENTS];
};

int vsoc_dsp_image_parse(const struct firmware *fw, struct vsoc_dsp_image *image);
int vsoc_dsp_image_va_to_pa(const struct vsoc_dsp_image *image, u64 va, u64 bytes, u64 *pa);

#endif /* __VSOC_DSP_IMAGE_H */
