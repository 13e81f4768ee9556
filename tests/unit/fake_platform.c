// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "fake_platform.h"

#include "firmware/platform.h"
#include "unit.h"

struct fake_platform fake_platform;

void fake_platform_reset(void)
{
	memset(&fake_platform, 0, sizeof(fake_platform));
	fake_platform.now_ticks = 123456789;
}

void fake_platform_add_device(const struct fake_device *device)
{
	assert_true(fake_platform.device_count < FAKE_PLATFORM_DEVICES);
	fake_platform.devices[fake_platform.device_count++] = *device;
}

static const struct fake_device *find_device(const volatile void *reg, uint32_t *offset)
{
	assert_int_equal((uintptr_t)reg % 4, 0);
	for (uint32_t i = 0; i < fake_platform.device_count; i++) {
		const struct fake_device *device = &fake_platform.devices[i];
		uintptr_t distance = (uintptr_t)reg - (uintptr_t)device->base;

		if (distance < device->bytes) {
			*offset = (uint32_t)distance;
			return device;
		}
	}
	fail_msg("access to %p, where there is no register", (const void *)(uintptr_t)reg);
	return NULL;
}

static void barrier(void)
{
	if (fake_platform.on_barrier)
		fake_platform.on_barrier(fake_platform.barrier_context);
}

uint64_t platform_ticks(void)
{
	fake_platform.now_ticks += fake_platform.ticks_per_reading;
	return fake_platform.now_ticks;
}

uint32_t platform_ticks_per_second(void)
{
	return FAKE_TICKS_PER_SECOND;
}

uint32_t platform_read32(const volatile void *reg)
{
	uint32_t offset = 0;
	const struct fake_device *device = find_device(reg, &offset);

	return device->read(device->context, offset);
}

void platform_write32(volatile void *reg, uint32_t value)
{
	uint32_t offset = 0;
	const struct fake_device *device = find_device(reg, &offset);

	device->write(device->context, offset, value);
}

/* A test may expect this, by expect_assert_failure(). */
void platform_assert_failed(const char *place)
{
	mock_assert(0, place, "firmware", 0);
	abort();
}

void platform_dma_wmb(void)
{
	barrier();
}

void platform_dma_rmb(void)
{
	barrier();
}

void platform_mb(void)
{
	barrier();
}
