// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The virtual timer as a one-shot alarm (Arm ARM DDI 0487, D11). */
#include "timer.h"

#include "arm64.h"

#define CNTV_CTL_ENABLE	1

void timer_init(void)
{
	/*
	 * The generation before this one may have ended while the alarm rang. Resetting the core clears the timer's registers,
	 * but QEMU's interrupt line follows only a write that changes CNTV_CTL: so change it twice.
	 */
	write_sysreg(cntv_cval_el0, UINT64_MAX);
	write_sysreg(cntv_ctl_el0, CNTV_CTL_ENABLE);
	isb();
	timer_cancel();
}

void timer_cancel(void)
{
	write_sysreg(cntv_ctl_el0, 0);
	isb();
}

void timer_set(uint64_t deadline)
{
	if (deadline == UINT64_MAX) {
		timer_cancel();
		return;
	}
	write_sysreg(cntv_cval_el0, deadline);
	write_sysreg(cntv_ctl_el0, CNTV_CTL_ENABLE);
	isb();
}
