/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * What every host test includes first: cmocka with its prerequisites, and seeded random numbers.
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

/**
 * struct random - a reproducible sequence (xorshift64*): the seed is all its state
 * @state: never 0
 */
struct random {
	uint64_t state;
};

/* The whole range. */
static inline uint64_t random_u64(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * 0x2545f4914f6cdd1dull;
}

/* 0 .. limit - 1 */
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
	return (uint32_t)((random_u64(random) >> 32) * limit >> 32);
}

static inline void random_fill(struct random *random, void *to, size_t bytes)
{
	uint8_t *out = to;

	while (bytes--)
		*out++ = (uint8_t)(random_u64(random) >> 40);
}

#endif /* LULLABY_TESTS_UNIT_H */
