/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The first instructions: PSCI CPU_ON brings the core here at EL1 with MMU and caches off, at the image's
 * physical address, and x0 = physical address of struct vsoc_dsp_regs. They lead to main() at its linked address.
 *
 * Until the MMU is on, code runs where it was not linked to: everything it uses must be addressed relative to
 * the program counter, and mmu_build() is the only C function called (see there).
 *
 * Stacks: main() runs on SP_EL0 (EL1t), exceptions on SP_EL1, so that a crash report does not need the stack
 * that may have caused the crash.
 */
#include "layout.h"

#define PSCI_CPU_OFF		0x84000002

#define SCTLR_EL1_RES1		0x30d00800
#define SCTLR_EL1_M		0x00000001
#define SCTLR_EL1_C		0x00000004
#define SCTLR_EL1_SA		0x00000008
#define SCTLR_EL1_I		0x00001000
#define SCTLR_EL1_WXN		0x00080000
#define SCTLR_EL1_VALUE \
	(SCTLR_EL1_RES1 | SCTLR_EL1_M | SCTLR_EL1_C | SCTLR_EL1_SA | SCTLR_EL1_I | SCTLR_EL1_WXN)

	.section .text.start, "ax"
	.global	entry
	.type	entry, %function
entry:
	msr	daifset, #0xf
	mov	x19, x0
	mrs	x0, CurrentEL
	cmp	x0, #(1 << 2)
	b.ne	core_off
	ic	iallu
	tlbi	vmalle1
	dsb	nsh
	isb

	adrp	x0, bss_start
	add	x0, x0, :lo12:bss_start
	adrp	x1, bss_end
	add	x1, x1, :lo12:bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b

	msr	spsel, #1
	adrp	x0, crash_stack_top
	add	x0, x0, :lo12:crash_stack_top
	mov	sp, x0

	/* struct mmu_boot on the stack: ttbr0, ttbr1, tcr, mair */
	sub	sp, sp, #32
	mov	x0, x19
	mov	x1, sp
	bl	mmu_build
	cbz	w0, core_off

	ldp	x0, x1, [sp], #16
	ldp	x2, x3, [sp], #16
	msr	ttbr0_el1, x0
	msr	ttbr1_el1, x1
	msr	tcr_el1, x2
	msr	mair_el1, x3
	isb
	ldr	x0, =SCTLR_EL1_VALUE
	ldr	x1, =upper_half
	msr	sctlr_el1, x0
	isb
	br	x1

upper_half:
	ldr	x0, =vectors
	msr	vbar_el1, x0
	ldr	x0, =crash_stack_top
	mov	sp, x0
	msr	spsel, #0
	ldr	x0, =main_stack_top
	mov	sp, x0
	isb
	/* IRQs stay masked for good (main.c tells why); FIQ is the reset line and the watchdog, SError a fatal error. */
	msr	daifclr, #5
	ldr	x1, =VA_OFFSET
	add	x0, x19, x1
	mov	x29, xzr
	mov	x30, xzr
	bl	main

core_off:
	ldr	w0, =PSCI_CPU_OFF
	hvc	#0
2:	wfi
	b	2b
	.size	entry, . - entry
	.ltorg
