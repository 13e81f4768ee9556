/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Seeded random numbers, for the host tests and for the programs of the VM tests: the same for the same seed.
 */
#ifndef LULLABY_TESTS_RANDOM_H
#define LULLABY_TESTS_RANDOM_H

#include <stdint.h>

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

/* 0 .. limit - 1; 0 if there is nothing below the limit */
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
	return (uint32_t)((random_u64(random) >> 32) * limit >> 32);
}

#endif /* LULLABY_TESTS_RANDOM_H */
