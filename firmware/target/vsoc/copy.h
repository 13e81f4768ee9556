/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Copying, by aligned accesses alone: with the MMU off, all memory is Device memory, where others fault.
 *
 * Samples of 24 bits, or of a rate that is no multiple of 8000 Hz, are at any distance from their place in a packet
 * buffer. There, each word that is stored is put together from two that are loaded. A load may begin before the
 * source's first byte or end behind its last one, but in the same aligned word.
 */
#ifndef LULLABY_TARGET_VSOC_COPY_H
#define LULLABY_TARGET_VSOC_COPY_H

#include <stddef.h>
#include <stdint.h>

#define COPY_WORD_BYTES	sizeof(uint64_t)

typedef uint64_t __attribute__((may_alias)) copy_word;

/* Words that are equally aligned. Returns the bytes that are left. */
static inline size_t copy_aligned(copy_word **to, const copy_word **from, size_t bytes)
{
	copy_word *out = *to;
	const copy_word *in = *from;

	for (; bytes >= 4 * COPY_WORD_BYTES; bytes -= 4 * COPY_WORD_BYTES, in += 4, out += 4) {
		uint64_t first = in[0], second = in[1], third = in[2], fourth = in[3];

		out[0] = first;
		out[1] = second;
		out[2] = third;
		out[3] = fourth;
	}
	for (; bytes >= COPY_WORD_BYTES; bytes -= COPY_WORD_BYTES)
		*out++ = *in++;
	*to = out;
	*from = in;
	return bytes;
}

/* Words to an aligned place from one that begins @offset bytes into the word at @in, 1 to 7. Little-endian. */
static inline size_t copy_shifted(copy_word **to, const copy_word *in, uint32_t offset, size_t bytes)
{
	uint32_t right = offset * 8, left = 64 - right;
	copy_word *out = *to;
	uint64_t low = *in++;

	for (; bytes >= 2 * COPY_WORD_BYTES; bytes -= 2 * COPY_WORD_BYTES, in += 2, out += 2) {
		uint64_t middle = in[0], high = in[1];

		out[0] = low >> right | middle << left;
		out[1] = middle >> right | high << left;
		low = high;
	}
	*to = out;
	return bytes;
}

/* From lower to higher addresses: @to may overlap @from, if it is below it. */
static inline void copy_forward(void *to, const void *from, size_t bytes)
{
	uint8_t *to_byte = to;
	const uint8_t *from_byte = from;
	uint32_t offset;
	copy_word *out;

	for (; bytes && (uintptr_t)to_byte % COPY_WORD_BYTES; bytes--)
		*to_byte++ = *from_byte++;
	out = (copy_word *)(void *)to_byte;
	offset = (uint32_t)((uintptr_t)from_byte % COPY_WORD_BYTES);
	if (offset == 0) {
		const copy_word *in = (const copy_word *)(const void *)from_byte;

		bytes = copy_aligned(&out, &in, bytes);
		from_byte = (const uint8_t *)in;
	} else if (bytes >= 2 * COPY_WORD_BYTES) {
		size_t left = copy_shifted(&out, (const copy_word *)(const void *)(from_byte - offset), offset, bytes);

		from_byte += bytes - left;
		bytes = left;
	}
	for (to_byte = (uint8_t *)out; bytes; bytes--)
		*to_byte++ = *from_byte++;
}

#endif /* LULLABY_TARGET_VSOC_COPY_H */
