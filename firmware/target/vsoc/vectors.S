/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Exception vectors. None returns: each exception ends this generation of the DSP, with a record of it (crash.c).
 * IRQs are masked for good, so one that arrives is an error like the others.
 *
 * The first four vectors are taken from main()'s stack, the others from a crash being handled already, or
 * from EL0, which does not exist: for those it is enough to switch off.
 */
	.macro	save_and_report vector
	.balign	0x80
	sub	sp, sp, #288		/* struct crash_frame */
	stp	x0, x1, [sp, #16 * 0]
	stp	x2, x3, [sp, #16 * 1]
	mov	x1, #\vector
	b	report
	.endm

	.macro	give_up
	.balign	0x80
	b	crash_switch_off
	.endm

	.section .text.vectors, "ax"
	.balign	0x800
	.global	vectors
vectors:
	save_and_report 0		/* synchronous */
	save_and_report 1		/* IRQ */
	save_and_report 2		/* FIQ */
	save_and_report 3		/* SError */
	.rept	12
	give_up
	.endr

	.balign	0x80
report:
	stp	x4, x5, [sp, #16 * 2]
	stp	x6, x7, [sp, #16 * 3]
	stp	x8, x9, [sp, #16 * 4]
	stp	x10, x11, [sp, #16 * 5]
	stp	x12, x13, [sp, #16 * 6]
	stp	x14, x15, [sp, #16 * 7]
	stp	x16, x17, [sp, #16 * 8]
	stp	x18, x19, [sp, #16 * 9]
	stp	x20, x21, [sp, #16 * 10]
	stp	x22, x23, [sp, #16 * 11]
	stp	x24, x25, [sp, #16 * 12]
	stp	x26, x27, [sp, #16 * 13]
	stp	x28, x29, [sp, #16 * 14]
	mrs	x2, esr_el1
	mrs	x3, elr_el1
	mrs	x4, far_el1
	mrs	x5, spsr_el1
	mrs	x6, sp_el0
	str	x30, [sp, #16 * 15]
	stp	x2, x3, [sp, #16 * 15 + 8]
	stp	x4, x5, [sp, #16 * 16 + 8]
	str	x6, [sp, #16 * 17 + 8]
	mov	x0, sp
	bl	crash_exception
	b	crash_switch_off
