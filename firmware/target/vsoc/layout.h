/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The DSP's address map; C, assembler and linker script agree on it here.
 *
 * The upper half of the address space (TTBR1) is the firmware's own: memory at physical address p is seen
 * at p + VA_OFFSET, if it is mapped at all. The lower half (TTBR0) is the DSP domain, which belongs to the AP's
 * IOMMU driver.
 */
#ifndef VSOC_LAYOUT_H
#define VSOC_LAYOUT_H

#ifdef __ASSEMBLER__
#define UL(x)			x
#else
#define UL(x)			x##ul
#endif

#define PAGE_BYTES		4096
#define VA_BITS			39
#define VA_OFFSET		UL(0xffffff8000000000)

#define IMAGE_PA		UL(0x7c000000)
#define IMAGE_BYTES		UL(0x400000)

#define MAIN_STACK_BYTES	(4 * PAGE_BYTES)
#define CRASH_STACK_BYTES	(2 * PAGE_BYTES)
#define TRACE_BYTES		(4 * PAGE_BYTES)

/* Sizes that the AP's rpmsg driver is asked for. */
#define VRING_BUFFERS		64
#define VRING_ALIGN		4096
#define VRING0_PA		UL(0x7c400000)
#define VRING1_PA		UL(0x7c408000)

#endif /* VSOC_LAYOUT_H */
