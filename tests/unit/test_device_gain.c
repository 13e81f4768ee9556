// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The volume and mute of a feature unit, as they change samples. */
#include "unit.h"

#include "vsoc/devices/model/gain.h"

static const struct sample_layout layout_16 = { SAMPLE_PCM, 2, 16 }, layout_24 = { SAMPLE_PCM, 3, 24 };

static void put(uint8_t *at, int sample)
{
	at[0] = (uint8_t)sample;
	at[1] = (uint8_t)(sample >> 8);
}

static int get(const uint8_t *at)
{
	return (int16_t)(at[0] | at[1] << 8);
}

/* Frames of two channels, with these samples. */
static void apply(const struct feature_values *values, int left, int right, int *left_after, int *right_after)
{
	uint8_t data[9] = { 0 };

	put(data, 1);
	put(data + 4, left);
	put(data + 6, right);
	data[8] = 0x77;
	gain_apply(values, layout_16, 2, data, sizeof(data));
	*left_after = get(data + 4);
	*right_after = get(data + 6);
	/* The byte behind the last frame. */
	assert_int_equal(data[8], 0x77);
}

static void unity_changes_nothing(void **state)
{
	struct feature_values values = { .mute = { false } };
	int left, right;

	(void)state;
	assert_true(gain_is_unity(&values));
	apply(&values, -32768, 32767, &left, &right);
	assert_int_equal(left, -32768);
	assert_int_equal(right, 32767);
	/* The volume of one channel may make up for that of all. */
	values.volume[0] = -10 * 256;
	values.volume[1] = 10 * 256;
	assert_false(gain_is_unity(&values));
	apply(&values, 12345, 10000, &left, &right);
	assert_int_equal(left, 12345);
	assert_in_range(right, 3161, 3163);
}

static void a_volume_scales(void **state)
{
	struct feature_values values = { .mute = { false } };
	int left, right;

	(void)state;
	values.volume[0] = -20 * 256;
	apply(&values, 20000, -20000, &left, &right);
	assert_in_range(left, 1999, 2000);
	assert_int_equal(right, -left);
	values.volume[0] = 0;
	values.volume[2] = -6 * 256 - 5;
	apply(&values, 20000, 20000, &left, &right);
	assert_int_equal(left, 20000);
	assert_in_range(right, 9995, 10005);
	values.volume[2] = 20 * 256;
	apply(&values, 1, 3000, &left, &right);
	assert_int_equal(left, 1);
	assert_in_range(right, 29995, 30005);
}

static void a_gain_clips(void **state)
{
	struct feature_values values = { .mute = { false } };
	int left, right;

	(void)state;
	values.volume[0] = INT16_MAX;
	apply(&values, 1, -1, &left, &right);
	assert_int_equal(left, 32767);
	assert_int_equal(right, -32768);
	values.volume[1] = INT16_MAX;
	apply(&values, 0, -1, &left, &right);
	assert_int_equal(left, 0);
	assert_int_equal(right, -32768);
}

static void muted_and_least_are_silent(void **state)
{
	struct feature_values values = { .mute = { true } };
	int left, right;

	(void)state;
	apply(&values, 1000, -1000, &left, &right);
	assert_int_equal(left, 0);
	assert_int_equal(right, 0);
	values.mute[0] = false;
	values.mute[2] = true;
	apply(&values, 1000, -1000, &left, &right);
	assert_int_equal(left, 1000);
	assert_int_equal(right, 0);
	values.mute[2] = false;
	values.volume[1] = INT16_MIN;
	apply(&values, 1000, -1000, &left, &right);
	assert_int_equal(left, 0);
	assert_int_equal(right, -1000);
	values.volume[0] = INT16_MIN + 1;
	values.volume[1] = INT16_MIN + 1;
	apply(&values, 1000, -1000, &left, &right);
	assert_int_equal(left, 0);
	assert_int_equal(right, 0);
}

static void every_layout_is_scaled(void **state)
{
	struct feature_values values = { .mute = { false } };
	uint8_t data[6] = { 0x00, 0x00, 0x40, 0xff, 0xff, 0x7f };
	uint8_t raw[4] = { 1, 2, 3, 4 };

	(void)state;
	values.volume[0] = -20 * 256;
	gain_apply(&values, layout_24, 1, data, sizeof(data));
	assert_in_range(data[0] | data[1] << 8 | data[2] << 16, 0x400000 / 10 - 2, 0x400000 / 10 + 2);
	assert_in_range(data[3] | data[4] << 8 | data[5] << 16, 0x7fffff / 10 - 2, 0x7fffff / 10 + 2);
	/* Raw data has no loudness, and a frame of no bytes no samples. */
	gain_apply(&values, (struct sample_layout){ SAMPLE_RAW, 4, 32 }, 1, raw, sizeof(raw));
	assert_int_equal(raw[3], 4);
	gain_apply(&values, (struct sample_layout){ SAMPLE_PCM, 0, 0 }, 1, raw, sizeof(raw));
	assert_int_equal(raw[3], 4);
	/* Channels beyond those with values of their own have the one for all. */
	gain_apply(&values, (struct sample_layout){ SAMPLE_PCM, 1, 8 }, 4, raw, sizeof(raw));
	assert_int_equal(raw[3], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unity_changes_nothing),   cmocka_unit_test(a_volume_scales),
		cmocka_unit_test(a_gain_clips),		   cmocka_unit_test(muted_and_least_are_silent),
		cmocka_unit_test(every_layout_is_scaled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
