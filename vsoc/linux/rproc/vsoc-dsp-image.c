// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP firmware's ELF image.
 *
 * The firmware runs in the upper half of the address space (TTBR1), so its symbols, and the section
 * that holds its resource table, have addresses that mean nothing to Linux. remoteproc's device
 * addresses are physical addresses here; this file translates the firmware's addresses to them.
 */
#include <kunit/visibility.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/firmware.h>
#include <linux/kernel.h>
#include <linux/overflow.h>

#include "vsoc-dsp-image.h"

static bool is_within(u64 start, u64 bytes, u64 outer_start, u64 outer_bytes)
{
	return start >= outer_start && bytes <= outer_bytes &&
	       start - outer_start <= outer_bytes - bytes;
}

/**
 * vsoc_dsp_image_va_to_pa - find where something is loaded
 * @image: the image
 * @va: address it is linked at; an address it is loaded at is taken as well
 * @bytes: its size
 * @pa: result
 *
 * Return: 0, or -ENOENT if it is not within one segment.
 */
int vsoc_dsp_image_va_to_pa(const struct vsoc_dsp_image *image, u64 va, u64 bytes, u64 *pa)
{
	const struct vsoc_dsp_segment *segment;

	for (unsigned int i = 0; i < image->segment_count; i++) {
		segment = &image->segments[i];
		if (is_within(va, bytes, segment->va, segment->bytes)) {
			*pa = segment->pa + (va - segment->va);
			return 0;
		}
	}

	for (unsigned int i = 0; i < image->segment_count; i++) {
		segment = &image->segments[i];
		if (is_within(va, bytes, segment->pa, segment->bytes)) {
			*pa = va;
			return 0;
		}
	}

	return -ENOENT;
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_dsp_image_va_to_pa);

/**
 * vsoc_dsp_image_parse - read the headers of a firmware file
 * @fw: the file
 * @image: result
 *
 * Return: 0; -ENOEXEC if it is not an executable for a 64-bit little-endian Arm core;
 * -EINVAL if its headers are malformed; -E2BIG if it has too many segments.
 */
int vsoc_dsp_image_parse(const struct firmware *fw, struct vsoc_dsp_image *image)
{
	const struct elf64_hdr *ehdr = (const void *)fw->data;
	const struct elf64_phdr *phdr;
	struct vsoc_dsp_segment *segment;
	u64 end;

	memset(image, 0, sizeof(*image));
	if (fw->size < sizeof(*ehdr) || memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB ||
	    ehdr->e_machine != EM_AARCH64 || ehdr->e_type != ET_EXEC)
		return -ENOEXEC;
	if (ehdr->e_phentsize != sizeof(*phdr) || !IS_ALIGNED(ehdr->e_phoff, 8) ||
	    !is_within(ehdr->e_phoff, (u64)ehdr->e_phnum * sizeof(*phdr), 0, fw->size))
		return -EINVAL;

	phdr = (const void *)(fw->data + ehdr->e_phoff);
	for (unsigned int i = 0; i < ehdr->e_phnum; i++, phdr++) {
		if (phdr->p_type != PT_LOAD || !phdr->p_memsz)
			continue;
		if (phdr->p_filesz > phdr->p_memsz ||
		    !is_within(phdr->p_offset, phdr->p_filesz, 0, fw->size) ||
		    check_add_overflow(phdr->p_paddr, phdr->p_memsz, &end))
			return -EINVAL;
		if (image->segment_count == VSOC_DSP_IMAGE_MAX_SEGMENTS)
			return -E2BIG;

		segment = &image->segments[image->segment_count++];
		segment->va = phdr->p_vaddr;
		segment->pa = phdr->p_paddr;
		segment->bytes = phdr->p_memsz;
	}

	if (vsoc_dsp_image_va_to_pa(image, ehdr->e_entry, sizeof(u32), &image->entry_pa))
		return -EINVAL;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_dsp_image_parse);
