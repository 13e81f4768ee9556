// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "samples.h"

#include <string.h>

#include "bytes.h"

/* A float carries 24 bits exactly: full scale is 1. */
static uint32_t float_word(uint32_t sample)
{
	float value = (float)((int32_t)sample >> 8) / 8388608.0f;
	uint32_t word;

	memcpy(&word, &value, sizeof(word));
	return word;
}

static uint32_t word_of_float(uint32_t word)
{
	float value;

	memcpy(&value, &word, sizeof(value));
	if (!(value > -1.0f))
		return 0x80000000u;
	if (value >= 1.0f)
		return 0x7fffff00u;
	return (uint32_t)(int32_t)(value * 8388608.0f) << 8;
}

void sample_write(struct sample_layout layout, uint8_t *to, uint32_t sample)
{
	if (layout.format == SAMPLE_FLOAT && layout.bytes == 4)
		sample = float_word(sample);
	else if (layout.bits && layout.bits < 32)
		sample &= ~(UINT32_MAX >> layout.bits);
	for (unsigned int i = 0; i < layout.bytes; i++) {
		unsigned int shift = 32u - 8u * layout.bytes + 8u * i;

		to[i] = shift < 32 ? (uint8_t)(sample >> shift) : 0;
	}
}

uint32_t sample_read(struct sample_layout layout, const uint8_t *from)
{
	uint32_t sample = 0;

	for (unsigned int i = 0; i < layout.bytes; i++) {
		unsigned int shift = 32u - 8u * layout.bytes + 8u * i;

		if (shift < 32)
			sample |= (uint32_t)from[i] << shift;
	}
	return layout.format == SAMPLE_FLOAT && layout.bytes == 4 ? word_of_float(sample) : sample;
}
