/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The host tests' port of firmware/platform.h: a clock that the test moves, and registers that call back.
 */
#ifndef LULLABY_TESTS_FAKE_PLATFORM_H
#define LULLABY_TESTS_FAKE_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_TICKS_PER_SECOND	62500000u	/* QEMU's system counter */
#define FAKE_TICKS_PER_MS	(FAKE_TICKS_PER_SECOND / 1000)
#define FAKE_PLATFORM_DEVICES	4

/**
 * struct fake_device - a range of registers
 * @base: first address
 * @bytes: size
 * @read: returns the register at an offset
 * @write: stores to the register at an offset
 * @context: first argument of both
 */
struct fake_device {
	const volatile void *base;
	uint32_t bytes;
	uint32_t (*read)(void *context, uint32_t offset);
	void (*write)(void *context, uint32_t offset, uint32_t value);
	void *context;
};

/**
 * struct fake_platform - the processor
 * @now_ticks: of platform_ticks()
 * @ticks_per_reading: the clock goes on by itself whenever it is read: a slow processor
 * @devices: where register accesses go; any other address fails the test
 * @device_count: how many
 * @on_barrier: called at every barrier: an action of another processor just then; or NULL
 * @barrier_context: its argument
 */
struct fake_platform {
	uint64_t now_ticks;
	uint64_t ticks_per_reading;
	struct fake_device devices[FAKE_PLATFORM_DEVICES];
	uint32_t device_count;
	void (*on_barrier)(void *context);
	void *barrier_context;
};

extern struct fake_platform fake_platform;

/* Forgets devices and hooks, and sets the clock to an odd value. */
void fake_platform_reset(void);
void fake_platform_add_device(const struct fake_device *device);

#endif /* LULLABY_TESTS_FAKE_PLATFORM_H */
