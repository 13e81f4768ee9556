// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Fault injection: misbehaviour on request, but for that of hostile.c.
 *
 * One request at a time waits for its time; a later one replaces it. Those that end this generation of the DSP
 * are done at the end of an iteration, so that the reply to the request is on its way first.
 */
#include "fault.h"

#include <stddef.h>

#include "../../../../wire/audio_control.h"
#include "../../../platform.h"
#include "../arm64.h"
#include "../crash.h"
#include "../gic.h"
#include "../log.h"
#include "../timer.h"

static bool is_allowed;
static bool ignores_rx, drops_tx, ignores_indications;
static uint64_t ignore_rx_until_ticks;	/* then @ignores_rx ends */
static uint32_t kind_at_boot;
static struct dsp_fault_request waiting;	/* kind 0: none */
static uint64_t due_ticks;		/* from then on, the next end of an iteration is its time */

void fault_init(uint32_t test_flags)
{
	is_allowed = test_flags & DSP_FAULT_FLAG_ALLOWED;
	due_ticks = UINT64_MAX;
	ignore_rx_until_ticks = UINT64_MAX;
	kind_at_boot = DSP_FAULT_GET_AT_BOOT(test_flags);
	waiting = (struct dsp_fault_request){
		.kind = is_allowed ? DSP_FAULT_GET_AT_HELLO(test_flags) : 0,
		.when = DSP_FAULT_BEFORE,
		.type = AUDIO_CONTROL_HELLO,
	};
}

bool fault_is_allowed(void)
{
	return is_allowed;
}

/* More of it than there is stack; the returned value keeps it from becoming a loop. */
static __attribute__((noinline)) uint64_t overflow(uint64_t depth)
{
	volatile uint8_t frame[256];

	frame[0] = (uint8_t)depth;
	return depth ? overflow(depth - 1) + frame[0] : frame[0];
}

/* The message loop ends. Interrupts are acknowledged, or WFI would not sleep any more. */
static _Noreturn void sleep_for_ever(void)
{
	for (;;) {
		timer_cancel();
		wfi();
		gic_take_events();
	}
}

static _Noreturn void spin_for_ever(void)
{
	for (;;)
		__asm__ volatile("" ::: "memory");
}

static uint32_t access(uint32_t kind, uint64_t address)
{
	volatile uint32_t *word = (volatile uint32_t *)(uintptr_t)address;

	if (kind == DSP_FAULT_JUMP)
		((void (*)(void))(uintptr_t)address)();
	else if (kind == DSP_FAULT_WRITE)
		*word = DSP_FAULT_PATTERN;
	else
		return *word;
	/* A store may fault later than its instruction: not later than this. */
	dsb(sy);
	return 0;
}

static bool is_access(uint32_t kind)
{
	return kind == DSP_FAULT_READ || kind == DSP_FAULT_WRITE ||
	       kind == DSP_FAULT_STALE || kind == DSP_FAULT_JUMP;
}

static void perform(const struct dsp_fault_request *request)
{
	log_printf("fault injection: kind %u, argument %lx", request->kind,
		   (unsigned long)request->argument);
	switch (request->kind) {
	case DSP_FAULT_UNDEFINED:
		__asm__ volatile("udf #0");
		break;
	case DSP_FAULT_PANIC:
		crash_panic("fault injection");
	case DSP_FAULT_STACK:
		overflow(UINT32_MAX);
		break;
	case DSP_FAULT_HANG:
		spin_for_ever();
	case DSP_FAULT_STUCK:
		sleep_for_ever();
	case DSP_FAULT_DEAD:
		gic_shutdown();
		sleep_for_ever();
	case DSP_FAULT_IGNORE_RX:
		ignores_rx = true;
		if (request->argument)
			ignore_rx_until_ticks = platform_ticks() + platform_ticks_per_second() / 1000 * request->argument;
		break;
	case DSP_FAULT_DROP_TX:
		drops_tx = true;
		break;
	case DSP_FAULT_IGNORE_INDICATIONS:
		ignores_indications = true;
		break;
	case DSP_FAULT_OFF:
		core_off();
	default:
		access(request->kind, request->argument);
		break;
	}
}

static void perform_waiting(void)
{
	struct dsp_fault_request request = waiting;

	waiting.kind = 0;
	due_ticks = UINT64_MAX;
	perform(&request);
}

void fault_at_boot(void)
{
	struct dsp_fault_request request = { .kind = kind_at_boot };

	if (is_allowed && kind_at_boot)
		perform(&request);
}

uint32_t fault_request(const struct dsp_fault_request *request, struct dsp_fault_reply *reply)
{
	if (!is_allowed)
		return AUDIO_STATUS_UNSUPPORTED;
	if (!request->kind || request->kind > DSP_FAULT_KIND_MAX ||
	    request->when > DSP_FAULT_WHEN_MAX)
		return AUDIO_STATUS_INVALID;
	if (is_access(request->kind) && request->argument % sizeof(uint32_t))
		return AUDIO_STATUS_INVALID;
	if (is_access(request->kind) && request->when == DSP_FAULT_NOW) {
		log_printf("fault injection: access kind %u to %lx", request->kind,
			   (unsigned long)request->argument);
		reply->value = access(request->kind, request->argument);
		return AUDIO_STATUS_OK;
	}
	waiting = *request;
	due_ticks = UINT64_MAX;
	if (request->when == DSP_FAULT_NOW)
		due_ticks = 0;
	else if (request->when == DSP_FAULT_LATER)
		due_ticks = platform_ticks() +
			    (uint64_t)platform_ticks_per_second() * request->type / 1000;
	return AUDIO_STATUS_OK;
}

static bool waits_for(enum dsp_fault_when when)
{
	return waiting.kind && waiting.when == (uint32_t)when;
}

void fault_before_request(uint32_t type)
{
	if (!waiting.kind || waiting.type != type)
		return;
	if (waits_for(DSP_FAULT_BEFORE))
		perform_waiting();
	else if (waits_for(DSP_FAULT_AFTER))
		due_ticks = 0;
}

void fault_before_indication(void)
{
	if (waits_for(DSP_FAULT_INDICATION))
		perform_waiting();
}

void fault_after_iteration(void)
{
	if (waiting.kind && platform_ticks() >= due_ticks)
		perform_waiting();
}

uint64_t fault_deadline(void)
{
	uint64_t deadline = waiting.kind ? due_ticks : UINT64_MAX;

	return ignores_rx && ignore_rx_until_ticks < deadline ? ignore_rx_until_ticks : deadline;
}

bool fault_ignores_rx(void)
{
	if (platform_ticks() >= ignore_rx_until_ticks) {
		ignores_rx = false;
		ignore_rx_until_ticks = UINT64_MAX;
	}
	return ignores_rx;
}

bool fault_drops_tx(void)
{
	return drops_tx;
}

bool fault_ignores_indications(void)
{
	return ignores_indications;
}
