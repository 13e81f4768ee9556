/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Makes a hostile peer's message of a sound one: the same for the same seed. Used by the host tests and by the
 * programs of the VM tests.
 *
 * mutate_bytes() knows nothing of the message. mutate_qmi() knows QMI's TLVs and goes for their lengths, types and
 * number; the outer length is mostly made right again afterwards, or nothing would get beyond the first check.
 */
#ifndef LULLABY_TESTS_MUTATE_H
#define LULLABY_TESTS_MUTATE_H

#include <stdint.h>
#include <string.h>

#include "random.h"

#define MUTATE_QMI_HEADER_BYTES	7
#define MUTATE_TLV_HEADER_BYTES	3
#define MUTATE_MAX_TLVS		64

/* Numbers at which arithmetic and tables end. */
static inline uint64_t mutator_edge(struct random *m)
{
	static const uint64_t edges[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 46, 53, 63, 64, 127, 128, 202, 209, 255, 256, 495, 496, 497, 512, 4095,
		4096, 4097, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
		0x100000000ull, 0x7fffffffffffffffull, 0x8000000000000000ull, 0xffffffffffffffffull,
	};
	uint64_t edge = edges[random_below(m, sizeof(edges) / sizeof(edges[0]))];

	return random_below(m, 4) ? edge : edge + random_below(m, 5) - 2;
}

/* Copies a piece of a message somewhere else in it, moves what follows, or cuts it out. */
static inline uint32_t mutate_pieces(struct random *m, uint8_t *data, uint32_t bytes, uint32_t capacity)
{
	uint32_t at = random_below(m, bytes);
	uint32_t piece = 1 + random_below(m, bytes - at);
	uint32_t to = random_below(m, bytes);

	if (random_below(m, 3) == 0) {
		memmove(data + at, data + at + piece, bytes - at - piece);
		return bytes - piece;
	}
	if (random_below(m, 2) == 0) {
		if (piece > bytes - to)
			piece = bytes - to;
		memmove(data + to, data + at, piece);
		return bytes;
	}
	if (piece > capacity - bytes)
		piece = capacity - bytes;
	memmove(data + at + piece, data + at, bytes - at);
	return bytes + piece;
}

/* One to four changes. */
static inline uint32_t mutate_bytes(struct random *m, uint8_t *data, uint32_t bytes, uint32_t capacity)
{
	for (uint32_t changes = 1 + random_below(m, 4); changes; changes--) {
		uint32_t at = random_below(m, bytes);
		uint32_t width = 1u << random_below(m, 4);
		uint64_t edge = mutator_edge(m);

		if (!bytes)
			return 0;
		switch (random_below(m, 6)) {
		case 0:
			data[at] ^= (uint8_t)(1u << random_below(m, 8));
			break;
		case 1:
			data[at] = (uint8_t)random_u64(m);
			break;
		case 2:
		case 3:
			for (uint32_t i = 0; i < width && at + i < bytes; i++)
				data[at + i] = (uint8_t)(edge >> (8 * i));
			break;
		case 4:
			bytes = mutate_pieces(m, data, bytes, capacity);
			break;
		default:
			if (random_below(m, 2)) {
				bytes = at;
				break;
			}
			for (uint32_t more = 1 + random_below(m, 16); more && bytes < capacity; more--)
				data[bytes++] = (uint8_t)random_u64(m);
			break;
		}
	}
	return bytes;
}

/* Where the TLVs of a sound message begin; the last entry is its end. Returns how many there are. */
static inline uint32_t mutate_find_tlvs(const uint8_t *data, uint32_t bytes, uint32_t *starts)
{
	uint32_t at = MUTATE_QMI_HEADER_BYTES, count = 0;

	while (count < MUTATE_MAX_TLVS && at + MUTATE_TLV_HEADER_BYTES <= bytes) {
		starts[count++] = at;
		at += MUTATE_TLV_HEADER_BYTES + (data[at + 1] | (uint32_t)data[at + 2] << 8);
		if (at > bytes)
			at = bytes;
	}
	starts[count] = at;
	return count;
}

/* A change that only makes sense to somebody who knows TLVs. */
static inline uint32_t mutate_tlv(struct random *m, uint8_t *data, uint32_t bytes, uint32_t capacity)
{
	uint32_t starts[MUTATE_MAX_TLVS + 1];
	uint32_t count = mutate_find_tlvs(data, bytes, starts);
	uint32_t which, at, whole;
	uint64_t edge = mutator_edge(m);

	if (!count)
		return mutate_bytes(m, data, bytes, capacity);
	which = random_below(m, count);
	at = starts[which];
	whole = starts[which + 1] - at;
	switch (random_below(m, 7)) {
	case 0: /* its type: unknown, mandatory, another's */
		data[at] = random_below(m, 2) ? (uint8_t)random_below(m, 0x30) : (uint8_t)edge;
		return bytes;
	case 1: /* its length field, not the bytes */
		data[at + 1] = (uint8_t)edge;
		data[at + 2] = (uint8_t)(edge >> 8);
		return bytes;
	case 2: /* its length by a little */
		data[at + 1] = (uint8_t)(data[at + 1] + 1 + random_below(m, 3) - 2);
		return bytes;
	case 3: /* twice, or often */
		for (uint32_t times = 1 + random_below(m, 3); times && whole <= capacity - bytes; times--) {
			memmove(data + bytes, data + at, whole);
			bytes += whole;
		}
		return bytes;
	case 4: /* not at all */
		memmove(data + at, data + at + whole, bytes - at - whole);
		return bytes - whole;
	case 5: /* its value */
		for (uint32_t i = MUTATE_TLV_HEADER_BYTES; i < whole; i++)
			data[at + i] = (uint8_t)(edge >> (8 * ((i - MUTATE_TLV_HEADER_BYTES) % 8)));
		return bytes;
	default: /* an end in its middle */
		return at + random_below(m, whole);
	}
}

/* Changes a QMI message in one to three places. Returns its new length. */
static inline uint32_t mutate_qmi(struct random *m, uint8_t *data, uint32_t bytes, uint32_t capacity)
{
	for (uint32_t changes = 1 + random_below(m, 3); changes; changes--)
		bytes = random_below(m, 4) ? mutate_tlv(m, data, bytes, capacity) :
					      mutate_bytes(m, data, bytes, capacity);
	if (bytes >= MUTATE_QMI_HEADER_BYTES && random_below(m, 8)) {
		data[5] = (uint8_t)(bytes - MUTATE_QMI_HEADER_BYTES);
		data[6] = (uint8_t)((bytes - MUTATE_QMI_HEADER_BYTES) >> 8);
	}
	return bytes;
}

#endif /* LULLABY_TESTS_MUTATE_H */
