/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DSP's crash record, for people.
 */
#ifndef __VSOC_DSP_CRASH_H
#define __VSOC_DSP_CRASH_H

#include <linux/types.h>
#include <lullaby/vsoc_dsp.h>

struct device;

const char *vsoc_dsp_crash_kind_name(u32 kind);
const char *vsoc_dsp_exception_name(u64 esr);
void vsoc_dsp_crash_log(struct device *dev, const struct vsoc_dsp_crash *crash);

#endif /* __VSOC_DSP_CRASH_H */
