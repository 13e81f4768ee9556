// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Functions that the compiler expects to find in every C library. Aligned accesses only: with the MMU off, all
 * memory is Device memory, where others fault.
 */
#include <stdint.h>
#include <string.h>

#define WORD_BYTES	sizeof(uint64_t)
#define HALF_BYTES	sizeof(uint32_t)

typedef uint64_t __attribute__((may_alias)) word;
typedef uint32_t __attribute__((may_alias)) half;

/* The functions themselves, not the compiler's idea of them. */
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	uint8_t *to_byte = to;
	const uint8_t *from_byte = from;
	uintptr_t difference = (uintptr_t)to ^ (uintptr_t)from;

	/* Samples and their packet buffers are whole frames, so mostly a multiple of 4 bytes apart. */
	if (difference % HALF_BYTES == 0) {
		for (; bytes && (uintptr_t)to_byte % HALF_BYTES; bytes--)
			*to_byte++ = *from_byte++;
		if (difference % WORD_BYTES == 0 && bytes >= HALF_BYTES &&
		    (uintptr_t)to_byte % WORD_BYTES) {
			*(half *)(void *)to_byte = *(const half *)(const void *)from_byte;
			to_byte += HALF_BYTES;
			from_byte += HALF_BYTES;
			bytes -= HALF_BYTES;
		}
		if (difference % WORD_BYTES == 0) {
			for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
				*(word *)(void *)to_byte = *(const word *)(const void *)from_byte;
				to_byte += WORD_BYTES;
				from_byte += WORD_BYTES;
			}
		}
		for (; bytes >= HALF_BYTES; bytes -= HALF_BYTES) {
			*(half *)(void *)to_byte = *(const half *)(const void *)from_byte;
			to_byte += HALF_BYTES;
			from_byte += HALF_BYTES;
		}
	}
	while (bytes--)
		*to_byte++ = *from_byte++;
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	uint8_t *to_byte = to;
	const uint8_t *from_byte = from;

	if ((uintptr_t)to - (uintptr_t)from >= bytes) {
		for (size_t i = 0; i < bytes; i++)
			to_byte[i] = from_byte[i];
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
		*(word *)(void *)to_byte = pattern;
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
