/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A buffer that descriptors are written to, one value after the other.
 */
#ifndef LULLABY_DEVICES_BYTES_H
#define LULLABY_DEVICES_BYTES_H

#include <stdint.h>
#include <string.h>

/* QEMU's control pipe carries no more than this at once. */
#define BYTES_MAX 4096u

struct bytes {
	uint8_t data[BYTES_MAX];
	uint32_t count;		/* may be more than there is room for: then it does not fit */
};

void put8(struct bytes *bytes, unsigned int value);
void put16(struct bytes *bytes, unsigned int value);
void put24(struct bytes *bytes, uint32_t value);
void put32(struct bytes *bytes, uint32_t value);

/* Writes a total length that is known later than the place where it stands. */
void patch16(struct bytes *bytes, uint32_t at, uint32_t value);

static inline uint16_t get16(const uint8_t *from)
{
	return (uint16_t)(from[0] | from[1] << 8);
}

static inline uint32_t get24(const uint8_t *from)
{
	return get16(from) | (uint32_t)from[2] << 16;
}

static inline uint32_t get32(const uint8_t *from)
{
	return get16(from) | (uint32_t)get16(from + 2) << 16;
}

#endif /* LULLABY_DEVICES_BYTES_H */
