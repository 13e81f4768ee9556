/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The core's watchdog: notices that the message loop has come to a standstill, at no cost to the AP.
 *
 * It is the physical timer, whose interrupt is group 0 here: an FIQ. That is masked only while the core falls
 * asleep and wakes up, so it comes through wherever the loop hangs. crash.c reports it. While the core sleeps it
 * expects the loop back soon after the alarm that the sleep ends with; a sleep without an alarm is not watched, for
 * there is nothing to be late for.
 */
#ifndef VSOC_WATCHDOG_H
#define VSOC_WATCHDOG_H

#include <stdint.h>

/**
 * watchdog_init() - not watching, and no alarm left over from before
 */
void watchdog_init(void);

/**
 * watchdog_pet() - an iteration of the loop begins, and has to end within WATCHDOG_MS
 */
void watchdog_pet(void);

/**
 * watchdog_sleep() - the core is about to sleep
 * @deadline: when its alarm is to wake it, in ticks, or UINT64_MAX for never
 */
void watchdog_sleep(uint64_t deadline);

#endif /* VSOC_WATCHDOG_H */
