// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "unit.h"

#include "firmware/usb/feedback_rate.h"
#include "wire/usb_audio_stream.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint32_t rates_hz[] = { 8000, 16000, 44100, 48000, 88200, 96000, 192000, 384000, 768000 };

/* How devices count: a value is so many audio frames, of 1 / (1 << fraction_bits), in so many microframes. */
static const struct way {
	const char *name;
	uint32_t speed;
	uint32_t bytes;
	uint32_t fraction_bits;
	uint32_t uframes;
	bool is_specified;
} ways[] = {
	{ "full speed, 10.14 in 3 bytes", UAUDIO_SPEED_FULL, 3, 14, 8, true },
	{ "full speed, 16.16 in 4 bytes", UAUDIO_SPEED_FULL, 4, 16, 8, true },
	{ "full speed, 10.14 in 4 bytes", UAUDIO_SPEED_FULL, 4, 14, 8, false },
	{ "full speed, 16.16 a microframe", UAUDIO_SPEED_FULL, 4, 16, 1, false },
	{ "high speed, 16.16 a microframe", UAUDIO_SPEED_HIGH, 4, 16, 1, true },
	{ "high speed, 16.16 a millisecond", UAUDIO_SPEED_HIGH, 4, 16, 8, false },
	{ "high speed, 16.16 in 4 ms", UAUDIO_SPEED_HIGH, 4, 16, 32, false },
	{ "high speed, 10.14 a millisecond in 3 bytes", UAUDIO_SPEED_HIGH, 3, 14, 8, false },
	{ "high speed, 16.16 a microframe in 3 bytes", UAUDIO_SPEED_HIGH, 3, 16, 1, false },
	{ "high speed, 12.13 a microframe", UAUDIO_SPEED_HIGH, 4, 13, 1, false },
	{ "super speed, 16.16 a microframe", UAUDIO_SPEED_SUPER, 4, 16, 1, true },
};

static uint64_t value_of(const struct way *way, uint64_t millihz)
{
	return (millihz * way->uframes << way->fraction_bits) / 8000000;
}

static bool is_in_range(const struct way *way, uint64_t value)
{
	return value < (way->bytes == 3 ? 1u << 24 : 1u << 28);
}

static uint32_t q16_of(uint64_t millihz)
{
	return (uint32_t)((millihz << 16) / 1000000);
}

static void the_scale_is_found_out(void **state)
{
	static const int ppm[] = { 0, -500, 500, -9000, 9000 };
	uint32_t tried = 0;

	(void)state;
	for (size_t w = 0; w < COUNT(ways); w++) {
		for (size_t r = 0; r < COUNT(rates_hz); r++) {
			for (size_t p = 0; p < COUNT(ppm); p++) {
				uint64_t millihz = rates_hz[r] * (uint64_t)(1000000 + ppm[p]) / 1000;
				uint64_t value = value_of(&ways[w], millihz);
				struct feedback_rate rate;
				uint32_t q16 = 0, coarse;

				if (!is_in_range(&ways[w], value))
					continue;
				tried++;
				feedback_rate_init(&rate, rates_hz[r], ways[w].speed);
				for (int i = 0; i < 2; i++)
					assert_int_equal(feedback_rate_judge(&rate, (uint32_t)value, ways[w].bytes, &q16),
							 FEEDBACK_UNPROVEN);
				assert_int_equal(q16, 0);
				for (int i = 0; i < 5; i++)
					assert_int_equal(feedback_rate_judge(&rate, (uint32_t)value, ways[w].bytes, &q16),
							 ways[w].is_specified ? FEEDBACK_ACCEPTED : FEEDBACK_SCALED);
				/* As exact as the value. */
				coarse = (8u << 16) / (ways[w].uframes << ways[w].fraction_bits) + 1;
				if (q16 + coarse + 1 < q16_of(millihz) || q16 > q16_of(millihz) + 1)
					fail_msg("%s at %u Hz: %u / 65536 frames", ways[w].name, rates_hz[r], q16);
			}
		}
	}
	assert_true(tried > 400);
}

static void first_values_are_not_believed(void **state)
{
	struct feedback_rate rate;
	uint32_t q16 = 0;

	(void)state;
	/* Rubbish, then a scale for two values, then another. */
	feedback_rate_init(&rate, 48000, UAUDIO_SPEED_HIGH);
	assert_int_equal(feedback_rate_judge(&rate, 0, 4, &q16), FEEDBACK_REFUSED);
	assert_int_equal(feedback_rate_judge(&rate, 0x1234567, 4, &q16), FEEDBACK_REFUSED);
	assert_int_equal(feedback_rate_judge(&rate, 48 << 16, 4, &q16), FEEDBACK_UNPROVEN);
	assert_int_equal(feedback_rate_judge(&rate, 48 << 16, 4, &q16), FEEDBACK_UNPROVEN);
	assert_int_equal(feedback_rate_judge(&rate, 6 << 16, 4, &q16), FEEDBACK_UNPROVEN);
	assert_int_equal(feedback_rate_judge(&rate, 6 << 16, 4, &q16), FEEDBACK_UNPROVEN);
	assert_int_equal(q16, 0);
	assert_int_equal(feedback_rate_judge(&rate, 6 << 16, 4, &q16), FEEDBACK_ACCEPTED);
	assert_int_equal(q16, 48 << 16);
	/* A value that fits no scale breaks the proof. */
	feedback_rate_restart(&rate);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(feedback_rate_judge(&rate, 6 << 16, 4, &q16), FEEDBACK_UNPROVEN);
		assert_int_equal(feedback_rate_judge(&rate, 6 << 16, 4, &q16), FEEDBACK_UNPROVEN);
		assert_int_equal(feedback_rate_judge(&rate, 9 << 16, 4, &q16), FEEDBACK_REFUSED);
	}
}

static void believe(struct feedback_rate *rate, uint32_t value)
{
	uint32_t q16;

	for (int i = 0; i < 3; i++)
		feedback_rate_judge(rate, value, 4, &q16);
	assert_true(rate->has_scale);
}

static void outliers_are_refused(void **state)
{
	static const uint32_t outliers[] = { 0, 1, 3 << 16, 12 << 16, 9 << 16, (6 << 16) + (6 << 16) / 39,
					     (6 << 16) - (6 << 16) / 39, UINT32_MAX };
	struct feedback_rate rate;
	uint32_t q16 = 77;

	(void)state;
	feedback_rate_init(&rate, 48000, UAUDIO_SPEED_HIGH);
	believe(&rate, 6 << 16);
	for (size_t i = 0; i < COUNT(outliers); i++) {
		assert_int_equal(feedback_rate_judge(&rate, outliers[i], 4, &q16), FEEDBACK_REFUSED);
		assert_int_equal(q16, 77);
	}
	/* Every second value is no proof of another scale. */
	for (int i = 0; i < 100; i++) {
		assert_int_equal(feedback_rate_judge(&rate, 12 << 16, 4, &q16), FEEDBACK_REFUSED);
		assert_int_equal(feedback_rate_judge(&rate, 6 << 16, 4, &q16), FEEDBACK_ACCEPTED);
		assert_int_equal(q16, 48 << 16);
	}
}

static void a_device_may_change_its_scale(void **state)
{
	struct feedback_rate rate;
	uint32_t q16 = 77;

	(void)state;
	feedback_rate_init(&rate, 48000, UAUDIO_SPEED_HIGH);
	believe(&rate, 6 << 16);
	for (int i = 0; i < 7; i++)
		assert_int_equal(feedback_rate_judge(&rate, 48 << 16, 4, &q16), FEEDBACK_REFUSED);
	assert_int_equal(q16, 77);
	assert_int_equal(feedback_rate_judge(&rate, 48 << 16, 4, &q16), FEEDBACK_SCALED);
	assert_int_equal(q16, 48 << 16);
	assert_int_equal(feedback_rate_judge(&rate, 6 << 16, 4, &q16), FEEDBACK_REFUSED);
}

static void a_rate_is_followed_by_one_percent(void **state)
{
	struct feedback_rate rate;
	uint32_t q16;

	(void)state;
	for (size_t i = 0; i < COUNT(rates_hz); i++) {
		uint64_t millihz = rates_hz[i] * 1000ull;
		uint32_t most = q16_of(millihz) + q16_of(millihz) / 100, least = q16_of(millihz) - q16_of(millihz) / 100;

		feedback_rate_init(&rate, rates_hz[i], UAUDIO_SPEED_HIGH);
		believe(&rate, (uint32_t)value_of(&ways[4], millihz));
		assert_int_not_equal(feedback_rate_judge(&rate, (uint32_t)value_of(&ways[4], millihz * 1024 / 1000), 4, &q16),
				     FEEDBACK_REFUSED);
		assert_in_range(q16, most - 1, most);
		assert_int_not_equal(feedback_rate_judge(&rate, (uint32_t)value_of(&ways[4], millihz * 976 / 1000), 4, &q16),
				     FEEDBACK_REFUSED);
		assert_in_range(q16, least, least + 1);
	}
	/* At 96 kHz, that is less than a frame a millisecond. */
	feedback_rate_init(&rate, 96000, UAUDIO_SPEED_HIGH);
	believe(&rate, 12 << 16);
	assert_int_equal(feedback_rate_judge(&rate, (97 << 16) / 8, 4, &q16), FEEDBACK_ACCEPTED);
	assert_true(q16 < 97 << 16);
}

static void rubbish_above_the_value_does_not_count(void **state)
{
	struct feedback_rate rate;
	uint32_t q16;

	(void)state;
	feedback_rate_init(&rate, 48000, UAUDIO_SPEED_HIGH);
	believe(&rate, 0xf0000000u | 6 << 16);
	assert_int_equal(feedback_rate_judge(&rate, 0xa0000000u | 6 << 16, 4, &q16), FEEDBACK_ACCEPTED);
	assert_int_equal(q16, 48 << 16);
}

/* With any values, the rate stays near the nominal one. */
static void no_value_leads_away(void **state)
{
	struct random random = { 5 };
	uint32_t accepted = 0;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint32_t hz = rates_hz[random_below(&random, COUNT(rates_hz))];
		uint32_t nominal = q16_of(hz * 1000ull);
		struct feedback_rate rate;

		feedback_rate_init(&rate, hz, random_below(&random, 2) ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH);
		for (int i = 0; i < 100; i++) {
			uint32_t near = (nominal + random_below(&random, nominal / 16)) >> random_below(&random, 5);
			uint32_t value = random_below(&random, 8) ? near : random_below(&random, UINT32_MAX);
			uint32_t q16 = 0;
			enum feedback_verdict verdict;

			verdict = feedback_rate_judge(&rate, value, 3 + random_below(&random, 2), &q16);
			if (verdict == FEEDBACK_UNPROVEN || verdict == FEEDBACK_REFUSED) {
				assert_int_equal(q16, 0);
				continue;
			}
			accepted++;
			assert_in_range(q16, nominal - nominal / 100, nominal + nominal / 100);
		}
	}
	assert_true(accepted > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scale_is_found_out),
		cmocka_unit_test(first_values_are_not_believed),
		cmocka_unit_test(outliers_are_refused),
		cmocka_unit_test(a_device_may_change_its_scale),
		cmocka_unit_test(a_rate_is_followed_by_one_percent),
		cmocka_unit_test(rubbish_above_the_value_does_not_count),
		cmocka_unit_test(no_value_leads_away),
	};

	return cmocka_run_group_tests_name("feedback_rate", tests, NULL, NULL);
}
