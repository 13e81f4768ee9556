/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Every host test includes this first: cmocka with its prerequisites, and seeded random numbers.
 */
#ifndef LULLABY_TESTS_UNIT_H
#define LULLABY_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../random.h"

static inline void random_fill(struct random *random, void *to, size_t bytes)
{
	uint8_t *out = to;

	while (bytes--)
		*out++ = (uint8_t)(random_u64(random) >> 40);
}

#endif /* LULLABY_TESTS_UNIT_H */
