/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where vsoc-delay-main.c sends a thread that has called a function: it sleeps, then the call begins.
 *
 * On entry, x17 is where the call is to begin. The function's arguments are in x0 to x7, behind x8,
 * and on the stack; its return address is in x30.
 */
#include <linux/linkage.h>

SYM_FUNC_START(vsoc_delay_entry)
	stp	x29, x30, [sp, #-96]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	stp	x8, x17, [sp, #80]
	bl	vsoc_delay_sleep
	ldp	x0, x1, [sp, #16]
	ldp	x2, x3, [sp, #32]
	ldp	x4, x5, [sp, #48]
	ldp	x6, x7, [sp, #64]
	ldp	x8, x17, [sp, #80]
	ldp	x29, x30, [sp], #96
	br	x17
SYM_FUNC_END(vsoc_delay_entry)
