// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters of the module vsoc-dsp that say whether the DSP misbehaves when a test asks it to, and
 * at its next start without being asked. See <lullaby/fault_injection.h>.
 */
#include <linux/compiler.h>
#include <linux/moduleparam.h>
#include <lullaby/fault_injection.h>
#include "vsoc-dsp-fault.h"

static bool fault_injection;
module_param(fault_injection, bool, 0644);
MODULE_PARM_DESC(fault_injection,
		 "Let the DSP misbehave on request, from its next start (default: no)");

static uint fault_at_boot;
module_param(fault_at_boot, uint, 0644);
MODULE_PARM_DESC(fault_at_boot,
		 "With fault_injection: its fault before it runs (default: 0, none)");

static uint fault_at_hello;
module_param(fault_at_hello, uint, 0644);
MODULE_PARM_DESC(fault_at_hello,
		 "With fault_injection: its fault when it is greeted (default: 0, none)");

/**
 * vsoc_dsp_fault_flags() - faults that the DSP is allowed, or told to have
 *
 * Context: Any context.
 * Return: the register page's test_flags for the next start.
 */
u32 vsoc_dsp_fault_flags(void)
{
	if (!READ_ONCE(fault_injection))
		return 0;
	return DSP_FAULT_FLAG_ALLOWED | DSP_FAULT_AT_BOOT(READ_ONCE(fault_at_boot) & 0xff) |
	       DSP_FAULT_AT_HELLO(READ_ONCE(fault_at_hello) & 0xff);
}
