// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The physical timer as a watchdog (Arm ARM DDI 0487, D11). */
#include "watchdog.h"

#include "../../platform.h"
#include "arm64.h"

/*
 * An iteration takes a few milliseconds at the very most. A host that emulates this core in real time may not run
 * it for far longer than that.
 */
#define WATCHDOG_MS	250

#define CNTP_CTL_ENABLE	1

static void expect_by(uint64_t ticks)
{
	write_sysreg(cntp_cval_el0, ticks);
	write_sysreg(cntp_ctl_el0, CNTP_CTL_ENABLE);
	isb();
}

static void stop(void)
{
	write_sysreg(cntp_ctl_el0, 0);
	isb();
}

static uint64_t timeout_ticks(void)
{
	return (uint64_t)platform_ticks_per_second() * WATCHDOG_MS / 1000;
}

void watchdog_init(void)
{
	/* As timer_init(): the last generation may have ended by this very alarm. */
	expect_by(UINT64_MAX);
	stop();
}

void watchdog_pet(void)
{
	expect_by(platform_ticks() + timeout_ticks());
}

void watchdog_sleep(uint64_t deadline)
{
	uint64_t now = platform_ticks();

	if (deadline > UINT64_MAX - timeout_ticks())
		stop();
	else
		expect_by((deadline > now ? deadline : now) + timeout_ticks());
}
