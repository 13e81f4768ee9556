// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "unit.h"

#include "firmware/audio/format.h"
#include "reference.h"

#define SAMPLES		1000u
#define GUARD		0xa5

static const uint32_t handled[] = { UAUDIO_FORMAT_S16_LE, UAUDIO_FORMAT_S24_LE, UAUDIO_FORMAT_S24_3LE,
				    UAUDIO_FORMAT_S32_LE };

#define HANDLED (sizeof(handled) / sizeof(handled[0]))

static void sizes_are_those_of_the_formats_handled(void **state)
{
	(void)state;
	for (uint32_t format = 0; format < UAUDIO_FORMAT_COUNT + 100; format++) {
		uint32_t expected = 0;

		for (size_t i = 0; i < HANDLED; i++)
			if (format == handled[i])
				expected = reference_bytes(format);
		assert_int_equal(format_bytes(format), expected);
	}
	assert_int_equal(format_bytes(UINT32_MAX), 0);
}

static void only_widening_is_offered(void **state)
{
	(void)state;
	for (uint32_t from = 0; from < UAUDIO_FORMAT_COUNT + 1; from++) {
		for (uint32_t to = 0; to < UAUDIO_FORMAT_COUNT + 1; to++) {
			bool expected = format_bytes(from) && format_bytes(to) &&
					reference_bits(from) <= reference_bits(to);

			assert_int_equal(format_find_converter(from, 2, to, 2) != NULL, expected);
			assert_int_equal(format_find_converter(from, 1, to, 2) != NULL, expected);
			assert_null(format_find_converter(from, 2, to, 1));
			assert_null(format_find_converter(from, 1, to, 3));
			assert_null(format_find_converter(from, 2, to, 4));
			assert_null(format_find_converter(from, 2, to, 0));
		}
	}
}

/* Random samples with all extremes among them, at any alignment, and nothing written behind the end. */
static void convert_and_compare(uint32_t from, uint32_t to, uint32_t copies, uint32_t alignment)
{
	struct random random = { 1000 + from * 100 + to };
	uint32_t from_bytes = format_bytes(from), to_bytes = format_bytes(to);
	uint8_t *in = malloc(SAMPLES * from_bytes + alignment);
	uint8_t *out = malloc(SAMPLES * to_bytes * copies + alignment + 1);
	format_converter convert = format_find_converter(from, copies == 2 ? 1 : 2, to, 2);
	uint32_t shift = reference_bits(to) - reference_bits(from);

	assert_non_null(convert);
	random_fill(&random, in, SAMPLES * from_bytes + alignment);
	memset(in + alignment, 0, from_bytes);
	memset(in + alignment + from_bytes, 0xff, from_bytes);
	memset(in + alignment + 2 * from_bytes, 0, from_bytes);
	in[alignment + 2 * from_bytes + reference_bits(from) / 8 - 1] = 0x80;	/* the most negative */
	memset(in + alignment + 3 * from_bytes, 0xff, from_bytes);
	in[alignment + 3 * from_bytes + reference_bits(from) / 8 - 1] = 0x7f;	/* the most positive */
	out[alignment + SAMPLES * to_bytes * copies] = GUARD;
	convert(out + alignment, in + alignment, SAMPLES);

	for (uint32_t i = 0; i < SAMPLES * copies; i++) {
		int64_t was = reference_decode(from, in + alignment + i / copies * from_bytes);
		const uint8_t *sample = out + alignment + i * to_bytes;

		assert_true(reference_decode(to, sample) == was * ((int64_t)1 << shift));
		if (to == UAUDIO_FORMAT_S24_LE && from != to)
			assert_int_equal(sample[3], was < 0 ? 0xff : 0);
	}
	assert_int_equal(out[alignment + SAMPLES * to_bytes * copies], GUARD);
	free(in);
	free(out);
}

static void every_conversion_keeps_every_value(void **state)
{
	(void)state;
	for (size_t f = 0; f < HANDLED; f++) {
		for (size_t t = 0; t < HANDLED; t++) {
			if (reference_bits(handled[f]) > reference_bits(handled[t]))
				continue;
			for (uint32_t alignment = 0; alignment < 4; alignment++) {
				convert_and_compare(handled[f], handled[t], 1, alignment);
				convert_and_compare(handled[f], handled[t], 2, alignment);
			}
		}
	}
}

static void the_fourth_byte_of_s24_does_not_count(void **state)
{
	const uint8_t in[8] = { 0x56, 0x34, 0x12, 0xee, 0x56, 0x34, 0x92, 0x00 };
	const uint8_t s32[8] = { 0x00, 0x56, 0x34, 0x12, 0x00, 0x56, 0x34, 0x92 };
	const uint8_t s24_3[6] = { 0x56, 0x34, 0x12, 0x56, 0x34, 0x92 };
	uint8_t out[8];

	(void)state;
	format_find_converter(UAUDIO_FORMAT_S24_LE, 2, UAUDIO_FORMAT_S32_LE, 2)(out, in, 2);
	assert_memory_equal(out, s32, sizeof(s32));
	format_find_converter(UAUDIO_FORMAT_S24_LE, 2, UAUDIO_FORMAT_S24_3LE, 2)(out, in, 2);
	assert_memory_equal(out, s24_3, sizeof(s24_3));
}

static void no_samples_touch_nothing(void **state)
{
	(void)state;
	for (size_t f = 0; f < HANDLED; f++) {
		uint8_t out = GUARD, in = 0;

		format_find_converter(handled[f], 1, UAUDIO_FORMAT_S32_LE, 2)(&out, &in, 0);
		format_find_converter(handled[f], 2, handled[f], 2)(&out, &in, 0);
		assert_int_equal(out, GUARD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_those_of_the_formats_handled),
		cmocka_unit_test(only_widening_is_offered),
		cmocka_unit_test(every_conversion_keeps_every_value),
		cmocka_unit_test(the_fourth_byte_of_s24_does_not_count),
		cmocka_unit_test(no_samples_touch_nothing),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
