/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The end: a record of the fault in the register page, then the core switches itself off.
 */
#ifndef VSOC_CRASH_H
#define VSOC_CRASH_H

#include <stdint.h>

#include "../../../wire/vsoc_dsp.h"

/**
 * struct crash_frame - registers that vectors.S saves; it knows the layout
 * @x: general registers
 * @esr: ESR_EL1
 * @elr: ELR_EL1
 * @far: FAR_EL1
 * @spsr: SPSR_EL1
 * @sp: the interrupted stack pointer
 */
struct crash_frame {
	uint64_t x[31];
	uint64_t esr;
	uint64_t elr;
	uint64_t far;
	uint64_t spsr;
	uint64_t sp;
};
_Static_assert(sizeof(struct crash_frame) == 288, "vectors.S reserves as much");

/**
 * crash_init() - say where records go; before it, crashes are silent
 * @regs: the register page
 */
void crash_init(volatile struct vsoc_dsp_regs *regs);

/**
 * crash_panic() - end with a message
 * @text: why
 */
_Noreturn void crash_panic(const char *text);

/**
 * crash_exception() - report an exception; called by vectors.S
 * @frame: registers of the interrupted code
 * @vector: 0 synchronous, 1 IRQ, 2 FIQ, 3 SError
 */
_Noreturn void crash_exception(const struct crash_frame *frame, uint32_t vector);

/**
 * crash_switch_off() - end without a record; called by vectors.S when not even the report works
 */
_Noreturn void crash_switch_off(void);

#endif /* VSOC_CRASH_H */
