/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Where the image lies. Code and data are linked at their upper-half addresses and loaded at their physical ones
 * (p_paddr, which is where remoteproc puts them). Resource table and log, which the AP looks at, are linked at
 * their physical addresses, since remoteproc looks the table up by its section's address. The ELF entry point is
 * physical too: the core starts with its MMU off.
 *
 * Each part begins on a page, because each has its own access rights (mmu.c).
 */
#include "layout.h"

OUTPUT_FORMAT("elf64-littleaarch64")
OUTPUT_ARCH(aarch64)
ENTRY(entry_pa)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
	shared PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = IMAGE_PA + VA_OFFSET;

	.text : AT(ADDR(.text) - VA_OFFSET) {
		image_start = .;
		KEEP(*(.text.start))
		*(.text .text.*)
		. = ALIGN(PAGE_BYTES);
		text_end = .;
	} :text

	.rodata : AT(ADDR(.rodata) - VA_OFFSET) {
		*(.rodata .rodata.*)
		. = ALIGN(8);
		dsp_hooks = .;
		KEEP(*(.dsp_hooks))
		dsp_hooks_end = .;
		. = ALIGN(PAGE_BYTES);
		rodata_end = .;
	} :rodata

	.data : AT(ADDR(.data) - VA_OFFSET) {
		data_start = .;
		*(.data .data.*)
		. = ALIGN(16);
	} :data

	.bss (NOLOAD) : AT(ADDR(.bss) - VA_OFFSET) {
		bss_start = .;
		*(.bss .bss.* COMMON)
		. = ALIGN(PAGE_BYTES);
		bss_end = .;
	} :data

	/* Below each stack lies a page that is never mapped: an overflow faults. */
	.stacks (NOLOAD) : AT(ADDR(.stacks) - VA_OFFSET) {
		. += PAGE_BYTES;
		main_stack = .;
		. += MAIN_STACK_BYTES;
		main_stack_top = .;
		. += PAGE_BYTES;
		crash_stack = .;
		. += CRASH_STACK_BYTES;
		crash_stack_top = .;
	} :data

	shared_start = .;
	.resource_table (. - VA_OFFSET) : AT(ADDR(.resource_table)) {
		KEEP(*(.resource_table))
		. = ALIGN(PAGE_BYTES);
	} :shared
	.trace (NOLOAD) : AT(ADDR(.trace)) {
		. += TRACE_BYTES;
	} :shared
	resource_table = ADDR(.resource_table) + VA_OFFSET;
	trace_buffer = ADDR(.trace) + VA_OFFSET;
	trace_buffer_pa = ADDR(.trace);
	shared_end = . + VA_OFFSET;

	/DISCARD/ : { *(.comment) *(.note .note.*) *(.eh_frame) *(.eh_frame_hdr) }
}

entry_pa = entry - VA_OFFSET;
ASSERT(shared_end - image_start <= IMAGE_BYTES, "the image does not fit its memory")
ASSERT(entry == image_start, "the core starts at the image's first byte")
