/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VSOC_DSP_FAULT_H
#define VSOC_DSP_FAULT_H

#include <linux/types.h>

#ifdef CONFIG_VSOC_FAULT_INJECTION
u32 vsoc_dsp_fault_flags(void);
#else
static inline u32 vsoc_dsp_fault_flags(void)
{
	return 0;
}
#endif

#endif /* VSOC_DSP_FAULT_H */
