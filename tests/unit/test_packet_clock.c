// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "unit.h"

#include "firmware/usb/packet_clock.h"

static const uint32_t rates_hz[] = { 8000, 11025, 22050, 44100, 48000, 88200, 96000, 176400, 192000, 384000,
				     705600, 768000, 44056, 47999 };
static const uint32_t intervals_uframes[] = { 1, 2, 4, 8, 16, 32 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t ceil_frames(uint32_t rate_hz, uint32_t interval_uframes)
{
	return (rate_hz * interval_uframes + 7999) / 8000;
}

static void one_second_carries_exactly_the_rate(void **state)
{
	(void)state;
	for (size_t r = 0; r < COUNT(rates_hz); r++) {
		for (size_t i = 0; i < COUNT(intervals_uframes); i++) {
			uint32_t most = ceil_frames(rates_hz[r], intervals_uframes[i]);
			struct packet_clock clock;
			uint64_t sum = 0;

			assert_true(packet_clock_init(&clock, rates_hz[r], intervals_uframes[i], most));
			for (uint32_t n = 0; n < 8000 / intervals_uframes[i]; n++) {
				uint32_t frames = packet_clock_next(&clock);

				assert_in_range(frames, most ? most - 1 : 0, most);
				sum += frames;
			}
			assert_int_equal(sum, rates_hz[r]);
		}
	}
}

static void no_interval_is_ever_a_whole_frame_off(void **state)
{
	struct packet_clock clock;
	uint64_t sum = 0;

	(void)state;
	assert_true(packet_clock_init(&clock, 44100, 8, 45));
	for (uint64_t n = 1; n <= 100000; n++) {
		sum += packet_clock_next(&clock);
		assert_int_equal(sum, n * 441 / 10);
	}
}

static void one_hour_of_44100_hz_is_exact(void **state)
{
	struct packet_clock full_speed, high_speed;
	uint64_t sum = 0;

	(void)state;
	assert_true(packet_clock_init(&full_speed, 44100, 8, 45));
	for (uint32_t n = 0; n < 3600u * 1000u; n++)
		sum += packet_clock_next(&full_speed);
	assert_int_equal(sum, 3600ull * 44100);

	assert_true(packet_clock_init(&high_speed, 44100, 1, 6));
	sum = 0;
	for (uint32_t n = 0; n < 3600u * 8000u; n++)
		sum += packet_clock_next(&high_speed);
	assert_int_equal(sum, 3600ull * 44100);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct packet_clock clock;

	(void)state;
	assert_false(packet_clock_init(&clock, 44100, 8, 44));
	assert_true(packet_clock_init(&clock, 44100, 8, 45));
	assert_false(packet_clock_init(&clock, 48000, 8, 47));
	assert_true(packet_clock_init(&clock, 48000, 8, 48));
	assert_false(packet_clock_init(&clock, 0, 8, 48));
	assert_false(packet_clock_init(&clock, 768001, 8, 1000));
	assert_false(packet_clock_init(&clock, 48000, 0, 48));
	assert_false(packet_clock_init(&clock, 48000, 8001, UINT32_MAX));
}

static void restart_forgets_remainder_and_feedback(void **state)
{
	struct packet_clock clock, fresh;

	(void)state;
	assert_true(packet_clock_init(&clock, 44100, 8, 60));
	fresh = clock;
	packet_clock_set_feedback(&clock, 45u << 16);
	for (uint32_t n = 0; n < 7; n++)
		packet_clock_next(&clock);
	packet_clock_restart(&clock);
	for (uint32_t n = 0; n < 1000; n++)
		assert_int_equal(packet_clock_next(&clock), packet_clock_next(&fresh));
}

static void feedback_is_followed_exactly(void **state)
{
	/* 44.1 + 1/64 frames a millisecond */
	const uint32_t value_q16 = (44u << 16) + 6553 + 1024;
	struct packet_clock clock;
	uint64_t sum;

	(void)state;
	for (size_t i = 0; i < COUNT(intervals_uframes); i++) {
		uint32_t intervals = 65536u * 8 / intervals_uframes[i];

		assert_true(packet_clock_init(&clock, 44100, intervals_uframes[i], 1000));
		packet_clock_set_feedback(&clock, value_q16);
		sum = 0;
		for (uint32_t n = 0; n < intervals; n++)
			sum += packet_clock_next(&clock);
		assert_int_equal(sum, value_q16);	/* in 65536 ms */
	}
}

static void the_first_feedback_keeps_the_remainder(void **state)
{
	struct packet_clock clock;
	uint64_t sum = 0;

	(void)state;
	/* 9 intervals of 44.1 owe 396.9; the 10th makes it 441. */
	assert_true(packet_clock_init(&clock, 44100, 8, 60));
	for (uint32_t n = 0; n < 9; n++)
		sum += packet_clock_next(&clock);
	assert_int_equal(sum, 396);
	packet_clock_set_feedback(&clock, 44u << 16 | 6554);
	sum += packet_clock_next(&clock);
	assert_int_equal(sum, 441);
}

static void a_change_of_feedback_loses_no_fraction(void **state)
{
	struct packet_clock clock;
	uint64_t sum = 0;

	(void)state;
	assert_true(packet_clock_init(&clock, 44100, 8, 50));
	/* Alternating 44 and 44.2 for a second each way must come to 44.1 on average. */
	for (uint32_t n = 0; n < 65536; n++) {
		uint32_t value_q16 = n % 2 ? 44u << 16 : (44u << 16) + 2 * 6554;

		packet_clock_set_feedback(&clock, value_q16);
		sum += packet_clock_next(&clock);
	}
	assert_int_equal(sum, (65536ull / 2 * ((44u << 16) + (44u << 16) + 2 * 6554)) >> 16);
}

/* As far as feedback_rate_judge() lets a device's rate go. */
static void an_interval_has_room_for_all_that_feedback_may_ask(void **state)
{
	(void)state;
	for (size_t r = 0; r < COUNT(rates_hz); r++) {
		for (size_t i = 0; i < COUNT(intervals_uframes); i++) {
			uint32_t most = packet_clock_max_frames(rates_hz[r], intervals_uframes[i], true);
			uint32_t value_q16 = (uint32_t)(((uint64_t)rates_hz[r] * 101 << 16) / 100000);
			struct packet_clock clock;
			uint64_t sum = 0;

			assert_true(packet_clock_init(&clock, rates_hz[r], intervals_uframes[i], most));
			packet_clock_set_feedback(&clock, value_q16);
			for (uint32_t n = 0; n < 8 * 65536 / intervals_uframes[i]; n++)
				sum += packet_clock_next(&clock);
			assert_int_equal(sum, value_q16);
		}
	}
}

static void a_packet_may_last_a_second(void **state)
{
	struct packet_clock clock;

	(void)state;
	assert_true(packet_clock_init(&clock, 768000, 8000, 800000));
	assert_int_equal(packet_clock_next(&clock), 768000);
	assert_int_equal(packet_clock_next(&clock), 768000);
	packet_clock_set_feedback(&clock, 775u << 16);
	assert_int_equal(packet_clock_next(&clock), 775000);
	assert_int_equal(packet_clock_max_frames(768000, 8000, true), 775681);
}

static void never_more_than_an_interval_carries(void **state)
{
	struct packet_clock clock;

	(void)state;
	assert_true(packet_clock_init(&clock, 48000, 8, 49));
	packet_clock_set_feedback(&clock, 53u << 16);
	for (uint32_t n = 0; n < 1000; n++)
		assert_int_equal(packet_clock_next(&clock), 49);
	/* Frames that did not fit are not made up for later. */
	packet_clock_set_feedback(&clock, 48u << 16);
	for (uint32_t n = 0; n < 1000; n++)
		assert_int_equal(packet_clock_next(&clock), 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_second_carries_exactly_the_rate),
		cmocka_unit_test(no_interval_is_ever_a_whole_frame_off),
		cmocka_unit_test(one_hour_of_44100_hz_is_exact),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(restart_forgets_remainder_and_feedback),
		cmocka_unit_test(feedback_is_followed_exactly),
		cmocka_unit_test(the_first_feedback_keeps_the_remainder),
		cmocka_unit_test(a_change_of_feedback_loses_no_fraction),
		cmocka_unit_test(an_interval_has_room_for_all_that_feedback_may_ask),
		cmocka_unit_test(a_packet_may_last_a_second),
		cmocka_unit_test(never_more_than_an_interval_carries),
	};

	return cmocka_run_group_tests_name("packet_clock", tests, NULL, NULL);
}
