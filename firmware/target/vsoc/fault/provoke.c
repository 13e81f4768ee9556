// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Misbehaviour on request.
 *
 * One provocation at a time waits for its time; a later one replaces it. Those that end this generation of the DSP
 * are done at the end of an iteration, so that the reply to the request is on its way first.
 */
#include "provoke.h"

#include <stddef.h>

#include "../../../../wire/vsoc_dsp.h"
#include "../../../platform.h"
#include "../arm64.h"
#include "../crash.h"
#include "../gic.h"
#include "../log.h"
#include "../timer.h"

static bool is_allowed;
static bool is_deaf, is_mute, ignores_indications;
static uint64_t hears_again_ticks;	/* then @is_deaf ends */
static uint32_t kind_at_boot;
static struct audio_provoke waiting;	/* kind 0: none */
static uint64_t due_ticks;		/* from then on, the next end of an iteration is its time */

void provoke_init(uint32_t test_flags)
{
	is_allowed = test_flags & VSOC_DSP_TEST_PROVOKE;
	due_ticks = UINT64_MAX;
	hears_again_ticks = UINT64_MAX;
	kind_at_boot = VSOC_DSP_TEST_GET_BOOT(test_flags);
	waiting = (struct audio_provoke){
		.kind = is_allowed ? VSOC_DSP_TEST_GET_HELLO(test_flags) : 0,
		.when = AUDIO_PROVOKE_BEFORE,
		.type = AUDIO_CONTROL_HELLO,
	};
}

bool provoke_is_allowed(void)
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

	if (kind == AUDIO_PROVOKE_JUMP)
		((void (*)(void))(uintptr_t)address)();
	else if (kind == AUDIO_PROVOKE_WRITE)
		*word = AUDIO_PROVOKE_PATTERN;
	else
		return *word;
	/* A store may fault later than its instruction: not later than this. */
	dsb(sy);
	return 0;
}

static bool is_access(uint32_t kind)
{
	return kind == AUDIO_PROVOKE_READ || kind == AUDIO_PROVOKE_WRITE ||
	       kind == AUDIO_PROVOKE_STALE || kind == AUDIO_PROVOKE_JUMP;
}

static void perform(const struct audio_provoke *provoke)
{
	log_printf("provoked: kind %u, argument %lx", provoke->kind,
		   (unsigned long)provoke->argument);
	switch (provoke->kind) {
	case AUDIO_PROVOKE_UNDEFINED:
		__asm__ volatile("udf #0");
		break;
	case AUDIO_PROVOKE_PANIC:
		crash_panic("provoked");
	case AUDIO_PROVOKE_STACK:
		overflow(UINT32_MAX);
		break;
	case AUDIO_PROVOKE_HANG:
		spin_for_ever();
	case AUDIO_PROVOKE_STUCK:
		sleep_for_ever();
	case AUDIO_PROVOKE_DEAD:
		gic_shutdown();
		sleep_for_ever();
	case AUDIO_PROVOKE_DEAF:
		is_deaf = true;
		if (provoke->argument)
			hears_again_ticks = platform_ticks() + platform_ticks_per_second() / 1000 * provoke->argument;
		break;
	case AUDIO_PROVOKE_MUTE:
		is_mute = true;
		break;
	case AUDIO_PROVOKE_MUTE_QMI:
		ignores_indications = true;
		break;
	case AUDIO_PROVOKE_OFF:
		core_off();
	default:
		access(provoke->kind, provoke->argument);
		break;
	}
}

static void perform_waiting(void)
{
	struct audio_provoke provoke = waiting;

	waiting.kind = 0;
	due_ticks = UINT64_MAX;
	perform(&provoke);
}

void provoke_at_boot(void)
{
	struct audio_provoke provoke = { .kind = kind_at_boot };

	if (is_allowed && kind_at_boot)
		perform(&provoke);
}

uint32_t provoke_request(const struct audio_provoke *provoke, struct audio_provoked *provoked)
{
	if (!is_allowed)
		return AUDIO_STATUS_UNSUPPORTED;
	if (!provoke->kind || provoke->kind > AUDIO_PROVOKE_KIND_MAX ||
	    provoke->when > AUDIO_PROVOKE_WHEN_MAX)
		return AUDIO_STATUS_INVALID;
	if (is_access(provoke->kind) && provoke->argument % sizeof(uint32_t))
		return AUDIO_STATUS_INVALID;
	if (is_access(provoke->kind) && provoke->when == AUDIO_PROVOKE_NOW) {
		log_printf("provoked: access kind %u to %lx", provoke->kind,
			   (unsigned long)provoke->argument);
		provoked->value = access(provoke->kind, provoke->argument);
		return AUDIO_STATUS_OK;
	}
	waiting = *provoke;
	due_ticks = UINT64_MAX;
	if (provoke->when == AUDIO_PROVOKE_NOW)
		due_ticks = 0;
	else if (provoke->when == AUDIO_PROVOKE_LATER)
		due_ticks = platform_ticks() +
			    (uint64_t)platform_ticks_per_second() * provoke->type / 1000;
	return AUDIO_STATUS_OK;
}

static bool waits_for(enum audio_provoke_when when)
{
	return waiting.kind && waiting.when == (uint32_t)when;
}

void provoke_before_request(uint32_t type)
{
	if (!waiting.kind || waiting.type != type)
		return;
	if (waits_for(AUDIO_PROVOKE_BEFORE))
		perform_waiting();
	else if (waits_for(AUDIO_PROVOKE_AFTER))
		due_ticks = 0;
}

void provoke_before_indication(void)
{
	if (waits_for(AUDIO_PROVOKE_INDICATION))
		perform_waiting();
}

void provoke_after_iteration(void)
{
	if (waiting.kind && platform_ticks() >= due_ticks)
		perform_waiting();
}

uint64_t provoke_deadline(void)
{
	uint64_t deadline = waiting.kind ? due_ticks : UINT64_MAX;

	return is_deaf && hears_again_ticks < deadline ? hears_again_ticks : deadline;
}

bool provoke_is_deaf(void)
{
	if (platform_ticks() >= hears_again_ticks) {
		is_deaf = false;
		hears_again_ticks = UINT64_MAX;
	}
	return is_deaf;
}

bool provoke_is_mute(void)
{
	return is_mute;
}

bool provoke_ignores_indications(void)
{
	return ignores_indications;
}
