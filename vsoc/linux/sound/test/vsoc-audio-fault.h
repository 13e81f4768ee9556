/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VSOC_AUDIO_FAULT_H
#define VSOC_AUDIO_FAULT_H

#include <lullaby/fault_injection.h>

struct vsoc_audio;

int vsoc_audio_fault_parse(char *text, struct dsp_fault_request *request);

#ifdef CONFIG_VSOC_FAULT_INJECTION
void vsoc_audio_fault_create(struct vsoc_audio *audio);
#else
static inline void vsoc_audio_fault_create(struct vsoc_audio *audio) { }
#endif

#endif /* VSOC_AUDIO_FAULT_H */
