// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Functions that the compiler expects to find in every C library. Aligned accesses only: with the MMU off, all
 * memory is Device memory, where others fault.
 */
#include <stdint.h>
#include <string.h>

#include "copy.h"

#define WORD_BYTES	COPY_WORD_BYTES

/* The functions themselves, not the compiler's idea of them. */
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	copy_forward(to, from, bytes);
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	uint8_t *to_byte = to;
	const uint8_t *from_byte = from;

	if ((uintptr_t)to - (uintptr_t)from >= bytes) {
		copy_forward(to, from, bytes);
	} else {
		while (bytes--)
			to_byte[bytes] = from_byte[bytes];
	}
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	uint8_t *to_byte = to;
	uint64_t pattern = (uint8_t)value * 0x0101010101010101ul;

	for (; bytes && (uintptr_t)to_byte % WORD_BYTES; bytes--)
		*to_byte++ = (uint8_t)value;
	for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
		*(copy_word *)(void *)to_byte = pattern;
		to_byte += WORD_BYTES;
	}
	while (bytes--)
		*to_byte++ = (uint8_t)value;
	return to;
}

int memcmp(const void *left, const void *right, size_t bytes)
{
	const uint8_t *left_byte = left;
	const uint8_t *right_byte = right;

	for (size_t i = 0; i < bytes; i++) {
		if (left_byte[i] != right_byte[i])
			return left_byte[i] - right_byte[i];
	}
	return 0;
}

int strncmp(const char *left, const char *right, size_t chars_max)
{
	for (size_t i = 0; i < chars_max; i++) {
		if (left[i] != right[i])
			return (uint8_t)left[i] - (uint8_t)right[i];
		if (!left[i])
			break;
	}
	return 0;
}
