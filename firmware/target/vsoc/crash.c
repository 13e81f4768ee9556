// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Crash records, which remoteproc reports when the DSP dies, for any reason.
 *
 * A bad address from the AP (a stale or wrong IOVA) is meant to end here: the MMU refuses it, the record says
 * which (far) and where (elr), and remoteproc starts the DSP anew.
 */
#include "crash.h"

#include <stdbool.h>
#include <stddef.h>

#include "../../platform.h"
#include "arm64.h"
#include "gic.h"
#include "layout.h"
#include "log.h"

#define ESR_EC_SHIFT		26
#define ESR_EC_INSTRUCTION_ABORT 0x21	/* without a change of exception level */
#define ESR_EC_DATA_ABORT	0x25	/* likewise */

enum {
	VECTOR_SYNCHRONOUS	= 0,
	VECTOR_IRQ		= 1,
	VECTOR_FIQ		= 2,
	VECTOR_SERROR		= 3,
};

extern uint8_t main_stack[];

static volatile struct vsoc_dsp_regs *regs;

void crash_init(volatile struct vsoc_dsp_regs *registers)
{
	regs = registers;
}

_Noreturn void crash_switch_off(void)
{
	core_off();
}

static _Noreturn void report(enum vsoc_dsp_crash_kind kind, const struct crash_frame *frame,
			     const char *text)
{
	volatile struct vsoc_dsp_crash *crash;
	uint32_t length = 0;

	if (!regs)
		core_off();
	crash = &regs->crash;
	crash->kind = kind;
	crash->reserved = 0;
	crash->esr = frame->esr;
	crash->elr = frame->elr;
	crash->far = frame->far;
	crash->spsr = frame->spsr;
	crash->sp = frame->sp;
	for (uint32_t i = 0; i < 31; i++)
		crash->x[i] = frame->x[i];
	for (; length < sizeof(crash->text) - 1 && text[length]; length++)
		crash->text[length] = (uint8_t)text[length];
	crash->text[length] = 0;
	log_printf("crash: %s, pc %lx, esr %lx, far %lx\n", text, frame->elr, frame->esr, frame->far);

	/* The record is complete before the state says so, and both before the AP is called. */
	dsb(sy);
	regs->state = VSOC_DSP_STATE_CRASHED;
	dsb(sy);
	gic_ring_ap();
	core_off();
}

_Noreturn void crash_panic(const char *text)
{
	struct crash_frame frame = {
		.elr = (uint64_t)(uintptr_t)__builtin_return_address(0),
		.sp = (uint64_t)(uintptr_t)__builtin_frame_address(0),
	};

	report(VSOC_DSP_CRASH_PANIC, &frame, text);
}

_Noreturn void platform_assert_failed(const char *place)
{
	crash_panic(place);
}

/* In the page that is left unmapped for this. */
static bool is_below_stack(uint64_t address)
{
	uint64_t stack = (uint64_t)(uintptr_t)main_stack;

	return address < stack && address >= stack - PAGE_BYTES;
}

static _Noreturn void report_synchronous(const struct crash_frame *frame)
{
	uint32_t class = (uint32_t)(frame->esr >> ESR_EC_SHIFT) & 0x3f;

	if (class == ESR_EC_DATA_ABORT && is_below_stack(frame->far))
		report(VSOC_DSP_CRASH_FAULT, frame, "stack overflow");
	if (class == ESR_EC_DATA_ABORT)
		report(VSOC_DSP_CRASH_FAULT, frame, "data abort");
	if (class == ESR_EC_INSTRUCTION_ABORT)
		report(VSOC_DSP_CRASH_FAULT, frame, "instruction abort");
	report(VSOC_DSP_CRASH_EXCEPTION, frame, "synchronous exception");
}

static _Noreturn void report_fiq(const struct crash_frame *frame)
{
	switch (gic_take_fiq()) {
	case GIC_FIQ_RESET:
		report(VSOC_DSP_CRASH_HUNG, frame, "reset line");
	case GIC_FIQ_WATCHDOG:
		report(VSOC_DSP_CRASH_HUNG, frame, "watchdog: the message loop stands still");
	default:
		report(VSOC_DSP_CRASH_EXCEPTION, frame, "unexpected FIQ");
	}
}

_Noreturn void crash_exception(const struct crash_frame *frame, uint32_t vector)
{
	switch (vector) {
	case VECTOR_SYNCHRONOUS:
		report_synchronous(frame);
	case VECTOR_FIQ:
		report_fiq(frame);
	case VECTOR_IRQ:
		report(VSOC_DSP_CRASH_EXCEPTION, frame, "unexpected IRQ");
	default:
		report(VSOC_DSP_CRASH_EXCEPTION, frame, "SError");
	}
}
