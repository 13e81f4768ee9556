// SPDX-License-Identifier: GPL-2.0-only
/*
 * Positions: pointers that wrap, counts that do not, and a DSP that stops in the middle of a word.
 */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/prandom.h>

/* Built in: the tests need neither the card's module nor its hardware. */
#include "vsoc-audio-position.c"

#define BOUNDARY	4096

static void pointer_moves_forward(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_pointer_delta(0, 0, BOUNDARY), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_pointer_delta(100, 150, BOUNDARY), 50);
}

static void pointer_moves_forward_across_the_boundary(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_pointer_delta(4090, 10, BOUNDARY), 16);
	KUNIT_EXPECT_EQ(test, vsoc_audio_pointer_delta(4095, 0, BOUNDARY), 1);
}

static void pointer_is_rewound(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_pointer_delta(150, 100, BOUNDARY), -50);
	KUNIT_EXPECT_EQ(test, vsoc_audio_pointer_delta(10, 4090, BOUNDARY), -16);
}

/* A buffer of a power of two makes the largest boundary that ALSA uses. */
static void pointer_wraps_at_the_largest_boundary(struct kunit *test)
{
	u64 boundary = 1ULL << 62;

	KUNIT_EXPECT_EQ(test, vsoc_audio_pointer_delta(boundary - 8, 8, boundary), 16);
	KUNIT_EXPECT_EQ(test, vsoc_audio_pointer_delta(8, boundary - 8, boundary), -16);
}

static void count_follows_over_many_turns(struct kunit *test)
{
	u64 appl_frames = 0, appl_ptr = 0, next;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		next = (appl_ptr + 1000) % BOUNDARY;
		KUNIT_ASSERT_EQ(test, vsoc_audio_advance_appl(&appl_frames, appl_ptr, next,
							      BOUNDARY), 0);
		appl_ptr = next;
	}
	KUNIT_EXPECT_EQ(test, appl_frames, 100000);
}

static void count_follows_a_rewind(struct kunit *test)
{
	u64 appl_frames = 5000;

	KUNIT_EXPECT_EQ(test, vsoc_audio_advance_appl(&appl_frames, 904, 400, BOUNDARY), 0);
	KUNIT_EXPECT_EQ(test, appl_frames, 4496);
}

static void rewind_to_before_the_start_is_refused(struct kunit *test)
{
	u64 appl_frames = 100;

	KUNIT_EXPECT_EQ(test, vsoc_audio_advance_appl(&appl_frames, 100, 0, BOUNDARY), 0);
	KUNIT_EXPECT_EQ(test, appl_frames, 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_advance_appl(&appl_frames, 0, 4095, BOUNDARY), -EINVAL);
	KUNIT_EXPECT_EQ(test, appl_frames, 0);
}

static void less_than_a_turn_is_reported_at_once(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_limit_turn(0, 0, 1000), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_limit_turn(0, 999, 1000), 999);
	KUNIT_EXPECT_EQ(test, vsoc_audio_limit_turn(2500, 3400, 1000), 3400);
}

static void a_full_turn_is_reported_in_two_steps(struct kunit *test)
{
	u64 reported = vsoc_audio_limit_turn(0, 1000, 1000);

	KUNIT_EXPECT_EQ(test, reported, 999);
	KUNIT_EXPECT_EQ(test, vsoc_audio_limit_turn(reported, 1000, 1000), 1000);
}

static void a_position_never_goes_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_limit_turn(500, 400, 1000), 500);
}

static void what_cannot_be_true_is_cut_down(struct kunit *test)
{
	struct vsoc_audio_position position = {
		.taken_frames = 1000, .released_frames = 980, .bus_frames = 900,
	};

	vsoc_audio_limit_position(&position, 1000);
	KUNIT_EXPECT_EQ(test, position.taken_frames, 1000);
	KUNIT_EXPECT_EQ(test, position.bus_frames, 900);
	vsoc_audio_limit_position(&position, 950);
	KUNIT_EXPECT_EQ(test, position.taken_frames, 950);
	KUNIT_EXPECT_EQ(test, position.released_frames, 950);
	KUNIT_EXPECT_EQ(test, position.bus_frames, 900);
	vsoc_audio_limit_position(&position, 500);
	KUNIT_EXPECT_EQ(test, position.taken_frames, 500);
	KUNIT_EXPECT_EQ(test, position.bus_frames, 500);
	position.bus_frames = U64_MAX;
	vsoc_audio_limit_position(&position, 500);
	KUNIT_EXPECT_EQ(test, position.bus_frames, 500);
}

/* With any values of the DSP, the pointer goes forward, by less than a turn, to written frames. */
static void hostile_positions_keep_the_pointer_sane(struct kunit *test)
{
	static const u64 edges[] = { 0, 1, S32_MAX, U32_MAX, 1ULL << 32, S64_MAX, U64_MAX };
	struct vsoc_audio_position position;
	u64 reported = 0, written = 0, before;
	u64 buffer_frames = 4800;
	struct rnd_state random;
	unsigned int i;

	prandom_seed_state(&random, 0x90510);
	for (i = 0; i < 50000; i++) {
		if (i % 1000 == 0) {
			reported = 0;
			written = 0;
			buffer_frames = 64 + prandom_u32_state(&random) % 100000;
		}
		/* An application writes as much as there is room for. */
		written += prandom_u32_state(&random) % (reported + buffer_frames - written + 1);
		position.taken_frames = edges[prandom_u32_state(&random) % ARRAY_SIZE(edges)];
		if (prandom_u32_state(&random) % 2)
			position.taken_frames = prandom_u32_state(&random) % 200000;
		position.released_frames = edges[prandom_u32_state(&random) % ARRAY_SIZE(edges)];
		if (prandom_u32_state(&random) % 2)
			position.released_frames = prandom_u32_state(&random) % 200000;
		position.bus_frames = edges[prandom_u32_state(&random) % ARRAY_SIZE(edges)];

		before = reported;
		vsoc_audio_limit_position(&position, written);
		reported = vsoc_audio_limit_turn(reported, position.released_frames, buffer_frames);
		KUNIT_ASSERT_GE(test, reported, before);
		KUNIT_ASSERT_LT(test, reported - before, buffer_frames);
		KUNIT_ASSERT_LE(test, reported, written);
		KUNIT_ASSERT_LE(test, position.bus_frames, position.taken_frames);
	}
}

static void a_complete_word_is_read(struct kunit *test)
{
	struct audio_shared_dsp dsp = {
		.sequence = cpu_to_le32(6),
		.running = cpu_to_le32(1),
		.taken_frames = cpu_to_le64(0x123456789aULL),
		.released_frames = cpu_to_le64(0x1234567800ULL),
		.bus_frames = cpu_to_le64(0x1234567000ULL),
		.updated_ticks = cpu_to_le64(77),
		.start_ticks = cpu_to_le64(44),
		.first_frame_ticks = cpu_to_le64(55),
		.gap_frames = cpu_to_le64(66),
		.underruns = cpu_to_le32(1),
		.missed_services = cpu_to_le32(2),
		.ring_underruns = cpu_to_le32(3),
		.transfer_errors = cpu_to_le32(4),
		.overruns = cpu_to_le32(5),
		.lost_intervals = cpu_to_le32(6),
		.depth_frames = cpu_to_le32(7),
		.interval_uframes = cpu_to_le32(8),
		.feedback_accepted = cpu_to_le32(9),
		.feedback_scaled = cpu_to_le32(10),
		.feedback_refused = cpu_to_le32(11),
		.flags = cpu_to_le32(12),
		.bus_ticks = cpu_to_le64(88),
		.steady_frames = cpu_to_le64(99),
	};
	struct vsoc_audio_position position;

	KUNIT_ASSERT_TRUE(test, vsoc_audio_position_read(&dsp, &position));
	KUNIT_EXPECT_TRUE(test, position.is_running);
	KUNIT_EXPECT_EQ(test, position.taken_frames, 0x123456789aULL);
	KUNIT_EXPECT_EQ(test, position.released_frames, 0x1234567800ULL);
	KUNIT_EXPECT_EQ(test, position.bus_frames, 0x1234567000ULL);
	KUNIT_EXPECT_EQ(test, position.updated_ticks, 77);
	KUNIT_EXPECT_EQ(test, position.start_ticks, 44);
	KUNIT_EXPECT_EQ(test, position.first_frame_ticks, 55);
	KUNIT_EXPECT_EQ(test, position.gap_frames, 66);
	KUNIT_EXPECT_EQ(test, position.underruns, 1);
	KUNIT_EXPECT_EQ(test, position.missed_services, 2);
	KUNIT_EXPECT_EQ(test, position.ring_underruns, 3);
	KUNIT_EXPECT_EQ(test, position.transfer_errors, 4);
	KUNIT_EXPECT_EQ(test, position.overruns, 5);
	KUNIT_EXPECT_EQ(test, position.lost_intervals, 6);
	KUNIT_EXPECT_EQ(test, position.depth_frames, 7);
	KUNIT_EXPECT_EQ(test, position.interval_uframes, 8);
	KUNIT_EXPECT_EQ(test, position.feedback_accepted, 9);
	KUNIT_EXPECT_EQ(test, position.feedback_scaled, 10);
	KUNIT_EXPECT_EQ(test, position.feedback_refused, 11);
	KUNIT_EXPECT_EQ(test, position.flags, 12);
	KUNIT_EXPECT_EQ(test, position.bus_ticks, 88);
	KUNIT_EXPECT_EQ(test, position.steady_frames, 99);
}

/* Regression guard: a reader that waits for the sequence to become even hangs with a dead DSP. */
static void a_dsp_that_died_while_writing_does_not_hang_the_reader(struct kunit *test)
{
	struct audio_shared_dsp dsp = { .sequence = cpu_to_le32(7) };
	struct vsoc_audio_position position;

	KUNIT_EXPECT_FALSE(test, vsoc_audio_position_read(&dsp, &position));
}

#define TICKS_HZ	62500000
#define MS		(TICKS_HZ / 1000)

static void frames_pass_between_reports(struct kunit *test)
{
	/* Packets of a millisecond: 480 frames by the end of the 10th, 768 taken, a gap at 720. */
	const struct vsoc_audio_position position = {
		.taken_frames = 768,
		.released_frames = 480,
		.bus_frames = 480,
		.steady_frames = 720,
		.bus_ticks = 1000 * MS,
		.interval_uframes = 8,
	};
	static const struct {
		s64 after_us;
		u64 played, free;
	} cases[] = {
		{ -1000, 432, 480 }, { -500, 456, 504 }, { 0, 480, 528 }, { 250, 492, 540 },
		{ 3000, 624, 672 }, { 4000, 672, 720 }, { 5000, 720, 720 }, { 6000, 720, 720 },
		{ 900000000, 720, 720 }, { -20000, 0, 480 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 now_ticks = position.bus_ticks + cases[i].after_us * (MS / 1000) +
				cases[i].after_us * (MS % 1000) / 1000;

		KUNIT_EXPECT_EQ_MSG(test, cases[i].played,
				    vsoc_audio_played_frames(&position, now_ticks, 48000, TICKS_HZ),
				    "%lld us", cases[i].after_us);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].free,
				    vsoc_audio_free_frames(&position, now_ticks, 48000, TICKS_HZ),
				    "%lld us", cases[i].after_us);
	}
}

static void nothing_passes_before_the_first_report(struct kunit *test)
{
	const struct vsoc_audio_position position = {
		.taken_frames = 768,
		.steady_frames = 768,
		.interval_uframes = 8,
	};

	KUNIT_EXPECT_EQ(test, vsoc_audio_played_frames(&position, 5 * MS, 48000, TICKS_HZ), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_free_frames(&position, 5 * MS, 48000, TICKS_HZ), 0);
}

static struct kunit_case position_cases[] = {
	KUNIT_CASE(frames_pass_between_reports),
	KUNIT_CASE(nothing_passes_before_the_first_report),
	KUNIT_CASE(pointer_moves_forward),
	KUNIT_CASE(pointer_moves_forward_across_the_boundary),
	KUNIT_CASE(pointer_is_rewound),
	KUNIT_CASE(pointer_wraps_at_the_largest_boundary),
	KUNIT_CASE(count_follows_over_many_turns),
	KUNIT_CASE(count_follows_a_rewind),
	KUNIT_CASE(rewind_to_before_the_start_is_refused),
	KUNIT_CASE(less_than_a_turn_is_reported_at_once),
	KUNIT_CASE(a_full_turn_is_reported_in_two_steps),
	KUNIT_CASE(a_position_never_goes_back),
	KUNIT_CASE(what_cannot_be_true_is_cut_down),
	KUNIT_CASE(hostile_positions_keep_the_pointer_sane),
	KUNIT_CASE(a_complete_word_is_read),
	KUNIT_CASE(a_dsp_that_died_while_writing_does_not_hang_the_reader),
	{ }
};

static struct kunit_suite position_suite = {
	.name = "vsoc-audio-position",
	.test_cases = position_cases,
};

kunit_test_suite(position_suite);
