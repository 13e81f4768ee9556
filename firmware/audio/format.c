// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Sample formats.
 *
 * Every format is a signed number in two's complement. A wider format holds a narrower one's value in its
 * high bits: 0x1234 in S16 is 0x12340000 in S32. So conversion is a shift, exact in both directions. S24_LE has its 24
 * bits at the low end of 4 bytes; the application's fourth byte is ignored, and the device gets
 * the sign there. Silence is 0 in all of them.
 *
 * The loops are generated, one for each pair, so that the compiler sees constant sizes: they run for every sample.
 */
#include "format.h"

#include <stddef.h>
#include <string.h>

/* Loads yield the sample in the high bits of 32; stores take it from there. Unaligned addresses are fine. */
static inline uint32_t load_s16(const uint8_t *from)
{
	uint16_t sample;

	memcpy(&sample, from, sizeof(sample));
	return (uint32_t)sample << 16;
}

static inline uint32_t load_s24(const uint8_t *from)
{
	uint32_t sample;

	memcpy(&sample, from, sizeof(sample));
	return sample << 8;
}

static inline uint32_t load_s24_3(const uint8_t *from)
{
	return (uint32_t)from[0] << 8 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 24;
}

static inline uint32_t load_s32(const uint8_t *from)
{
	uint32_t sample;

	memcpy(&sample, from, sizeof(sample));
	return sample;
}

static inline void store_s16(uint8_t *to, uint32_t value)
{
	uint16_t sample = (uint16_t)(value >> 16);

	memcpy(to, &sample, sizeof(sample));
}

static inline void store_s24(uint8_t *to, uint32_t value)
{
	uint32_t sample = ((value >> 8) ^ 0x800000u) - 0x800000u;	/* bit 23 into bits 24 to 31 */

	memcpy(to, &sample, sizeof(sample));
}

static inline void store_s24_3(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 24);
}

static inline void store_s32(uint8_t *to, uint32_t value)
{
	memcpy(to, &value, sizeof(value));
}

/* Each sample twice: mono to stereo. */
#define DEFINE_TWICE(from_name, from_bytes, to_name, to_bytes)					\
static void from_name##_to_##to_name##_twice(void *to, const void *from, uint32_t samples)	\
{												\
	const uint8_t *in = from;								\
	uint8_t *out = to;									\
												\
	for (; samples; samples--, in += (from_bytes), out += 2 * (to_bytes)) {			\
		uint32_t value = load_##from_name(in);						\
												\
		store_##to_name(out, value);							\
		store_##to_name(out + (to_bytes), value);					\
	}											\
}

#define DEFINE_CONVERTERS(from_name, from_bytes, to_name, to_bytes)				\
static void from_name##_to_##to_name(void *to, const void *from, uint32_t samples)		\
{												\
	const uint8_t *in = from;								\
	uint8_t *out = to;									\
												\
	for (; samples; samples--, in += (from_bytes), out += (to_bytes))			\
		store_##to_name(out, load_##from_name(in));					\
}												\
DEFINE_TWICE(from_name, from_bytes, to_name, to_bytes)

/* The common case, the same format on both sides, is a copy. */
#define DEFINE_COPY(name, sample_bytes)								\
static void copy_##name(void *to, const void *from, uint32_t samples)				\
{												\
	memcpy(to, from, (size_t)samples * (sample_bytes));					\
}												\
DEFINE_TWICE(name, sample_bytes, name, sample_bytes)

DEFINE_CONVERTERS(s16, 2, s24, 4)
DEFINE_CONVERTERS(s16, 2, s24_3, 3)
DEFINE_CONVERTERS(s16, 2, s32, 4)
DEFINE_CONVERTERS(s24, 4, s24, 4)
DEFINE_CONVERTERS(s24, 4, s24_3, 3)
DEFINE_CONVERTERS(s24, 4, s32, 4)
DEFINE_CONVERTERS(s24_3, 3, s24, 4)
DEFINE_CONVERTERS(s24_3, 3, s32, 4)
DEFINE_COPY(s16, 2)
DEFINE_COPY(s24_3, 3)
DEFINE_COPY(s32, 4)

struct conversion {
	uint32_t from;
	uint32_t to;
	format_converter convert;
	format_converter convert_twice;
};

/* Not in the table: S32 to anything else, and anything to S16, as bits would be lost. */
static const struct conversion conversions[] = {
	{ UAUDIO_FORMAT_S16_LE, UAUDIO_FORMAT_S16_LE, copy_s16, s16_to_s16_twice },
	{ UAUDIO_FORMAT_S16_LE, UAUDIO_FORMAT_S24_LE, s16_to_s24, s16_to_s24_twice },
	{ UAUDIO_FORMAT_S16_LE, UAUDIO_FORMAT_S24_3LE, s16_to_s24_3, s16_to_s24_3_twice },
	{ UAUDIO_FORMAT_S16_LE, UAUDIO_FORMAT_S32_LE, s16_to_s32, s16_to_s32_twice },
	{ UAUDIO_FORMAT_S24_LE, UAUDIO_FORMAT_S24_LE, s24_to_s24, s24_to_s24_twice },
	{ UAUDIO_FORMAT_S24_LE, UAUDIO_FORMAT_S24_3LE, s24_to_s24_3, s24_to_s24_3_twice },
	{ UAUDIO_FORMAT_S24_LE, UAUDIO_FORMAT_S32_LE, s24_to_s32, s24_to_s32_twice },
	{ UAUDIO_FORMAT_S24_3LE, UAUDIO_FORMAT_S24_LE, s24_3_to_s24, s24_3_to_s24_twice },
	{ UAUDIO_FORMAT_S24_3LE, UAUDIO_FORMAT_S24_3LE, copy_s24_3, s24_3_to_s24_3_twice },
	{ UAUDIO_FORMAT_S24_3LE, UAUDIO_FORMAT_S32_LE, s24_3_to_s32, s24_3_to_s32_twice },
	{ UAUDIO_FORMAT_S32_LE, UAUDIO_FORMAT_S32_LE, copy_s32, s32_to_s32_twice },
};

uint32_t format_bytes(uint32_t format)
{
	switch (format) {
	case UAUDIO_FORMAT_S16_LE:
		return 2;
	case UAUDIO_FORMAT_S24_3LE:
		return 3;
	case UAUDIO_FORMAT_S24_LE:
	case UAUDIO_FORMAT_S32_LE:
		return 4;
	default:
		return 0;
	}
}

format_converter format_find_converter(uint32_t from, uint32_t from_channels, uint32_t to,
				       uint32_t to_channels)
{
	bool is_twice = from_channels == 1 && to_channels == 2;

	if (from_channels != to_channels && !is_twice)
		return NULL;
	for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++) {
		const struct conversion *conversion = &conversions[i];

		if (conversion->from == from && conversion->to == to)
			return is_twice ? conversion->convert_twice : conversion->convert;
	}
	return NULL;
}

uint32_t format_carrying_channels(uint32_t channels, uint32_t device_channels)
{
	if (channels == device_channels)
		return channels;
	return (channels == 1 || channels == 2) && device_channels >= 2 ? 2 : 0;
}
