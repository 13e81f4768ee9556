/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The value of a sample, written apart from the firmware and as plainly as can be.
 */
#ifndef LULLABY_TESTS_REFERENCE_H
#define LULLABY_TESTS_REFERENCE_H

#include <stdint.h>

#include "wire/usb_audio_stream.h"

static inline uint32_t reference_bits(uint32_t format)
{
	return format == UAUDIO_FORMAT_S16_LE ? 16 : format == UAUDIO_FORMAT_S32_LE ? 32 : 24;
}

static inline uint32_t reference_bytes(uint32_t format)
{
	return format == UAUDIO_FORMAT_S24_LE ? 4 : reference_bits(format) / 8;
}

/* The value of a sample, sign and all. */
static inline int64_t reference_decode(uint32_t format, const uint8_t *from)
{
	uint32_t bytes = reference_bits(format) / 8;
	int64_t value = 0;

	for (uint32_t i = 0; i < bytes; i++)
		value += (int64_t)from[i] << (8 * i);
	return from[bytes - 1] & 0x80 ? value - ((int64_t)1 << (8 * bytes)) : value;
}

static inline void reference_encode(uint32_t format, int64_t value, uint8_t *to)
{
	for (uint32_t i = 0; i < reference_bytes(format); i++)
		to[i] = (uint8_t)((uint64_t)value >> (8 * i));
}

#endif /* LULLABY_TESTS_REFERENCE_H */
