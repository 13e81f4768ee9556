/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The virtual timer as a one-shot alarm. Its counter is platform_ticks(), and Linux's, too.
 */
#ifndef VSOC_TIMER_H
#define VSOC_TIMER_H

#include <stdint.h>

/**
 * timer_init() - no alarm, and none left over from before
 */
void timer_init(void);

/**
 * timer_set() - wake the core at a time; one that has passed wakes it at once
 * @deadline: in ticks, or UINT64_MAX for never
 */
void timer_set(uint64_t deadline);

/**
 * timer_cancel() - forget the alarm
 */
void timer_cancel(void);

#endif /* VSOC_TIMER_H */
