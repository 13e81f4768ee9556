// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "unit.h"

#include "fake_platform.h"
#include "firmware/audio/pcm_source.h"
#include "firmware/audio/position.h"

#define FRAMES	100u
#define PERIOD	30u

static uint16_t buffer[FRAMES * 2];
static volatile uint64_t appl_frames;

static const struct pcm_format s16_stereo = { UAUDIO_FORMAT_S16_LE, 2, UAUDIO_FORMAT_S16_LE, 2 };

static void make_source(struct pcm_source *source)
{
	fake_platform_reset();
	for (uint32_t i = 0; i < FRAMES * 2; i++)
		buffer[i] = (uint16_t)i;
	appl_frames = 0;
	pcm_source_init(source, &s16_stereo, buffer, sizeof(buffer), PERIOD * 4, &appl_frames);
}

static void takes_round_and_round(void **state)
{
	struct random random = { 3 };
	struct pcm_source source;
	uint64_t taken = 0, released = 0;
	uint32_t periods = 0;

	(void)state;
	make_source(&source);
	for (uint32_t turn = 0; turn < 10000; turn++) {
		uint16_t out[FRAMES * 2 + 1];
		uint32_t frames = random_below(&random, FRAMES + 1);

		appl_frames = taken + frames + random_below(&random, FRAMES - frames + 1);
		assert_int_equal(pcm_source_look(&source), appl_frames - taken);
		out[frames * 2] = 0xbeef;
		pcm_source_take(&source, out, frames);
		released += random_below(&random, (uint32_t)(taken + frames - released) + 1);
		periods += pcm_source_release(&source, released);
		for (uint32_t i = 0; i < frames * 2; i++)
			assert_int_equal(out[i], (taken * 2 + i) % (FRAMES * 2));
		assert_int_equal(out[frames * 2], 0xbeef);
		taken += frames;
		assert_int_equal(source.taken_frames, taken);
		assert_int_equal(source.released_frames, released);
		assert_int_equal(periods, released / PERIOD);
		assert_int_equal(pcm_source_left(&source), appl_frames - taken);
	}
}

/* Mono and stereo on a device with six channels of 32 bits: the others are silent, at each place of the ring. */
static void channels_without_sound_are_silent(void **state)
{
	static const struct pcm_format formats[] = {
		{ UAUDIO_FORMAT_S16_LE, 1, UAUDIO_FORMAT_S32_LE, 6 },
		{ UAUDIO_FORMAT_S16_LE, 2, UAUDIO_FORMAT_S32_LE, 6 },
	};

	(void)state;
	for (uint32_t f = 0; f < 2; f++) {
		uint32_t channels = formats[f].channels;
		uint32_t buffer_frames = FRAMES * 2 / channels;
		struct pcm_source source;
		uint64_t taken = 0;

		make_source(&source);
		pcm_source_init(&source, &formats[f], buffer, sizeof(buffer), 2 * channels, &appl_frames);
		for (uint32_t turn = 0; turn < 100; turn++, taken += 7) {
			uint32_t out[7 * 6 + 1];

			memset(out, 0xee, sizeof(out));
			appl_frames = taken + 7;
			assert_int_equal(pcm_source_look(&source), 7);
			pcm_source_take(&source, out, 7);
			for (uint32_t i = 0; i < 7 * 6; i++) {
				uint64_t frame = (taken + i / 6) % buffer_frames;
				uint32_t channel = channels == 1 ? 0 : i % 6;
				uint32_t expected = (uint32_t)buffer[frame * channels + (channel < channels ? channel : 0)] << 16;

				assert_int_equal(out[i], i % 6 < 2 ? expected : 0);
			}
			assert_int_equal(out[7 * 6], 0xeeeeeeee);
		}
	}
}

static void a_wrong_limit_is_made_plausible(void **state)
{
	static const struct { uint64_t appl_frames; uint32_t left, implausible; } table[] = {
		{ 50, 0, 0 }, { 51, 1, 0 }, { 49, 0, 1 }, { 0, 0, 1 }, { 150, 100, 0 }, { 151, 100, 1 },
		{ UINT64_MAX, 100, 1 }, { UINT32_MAX, 100, 1 }, { 1ull << 32, 100, 1 }, { (1ull << 32) + 60, 100, 1 },
	};
	struct pcm_source source;
	uint16_t out[FRAMES * 2];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		make_source(&source);
		appl_frames = 50;
		pcm_source_look(&source);
		pcm_source_take(&source, out, 50);
		appl_frames = table[i].appl_frames;
		assert_int_equal(pcm_source_look(&source), table[i].left);
		assert_int_equal(source.implausible_limits, table[i].implausible);
	}
}

static void a_seal_is_final(void **state)
{
	struct pcm_source source;

	(void)state;
	make_source(&source);
	appl_frames = 10;
	pcm_source_mark_end(&source);
	appl_frames = 20;
	assert_int_equal(pcm_source_look(&source), 10);
	assert_int_equal(pcm_source_left(&source), 10);
	pcm_source_restart(&source);
	assert_int_equal(pcm_source_look(&source), 20);
}

/* ---- position ---- */

static struct audio_shared_dsp shared;
static uint32_t barriers;

static void look_in_between(void *context)
{
	(void)context;
	/* A reader that comes at either barrier sees an odd number and comes again. */
	assert_int_equal(shared.sequence % 2, 1);
	assert_int_equal(shared.taken_frames, barriers % 2 ? 77 + barriers / 2 : barriers ? 76 + barriers / 2 : 0);
	barriers++;
}

static void a_position_is_seen_whole_or_not_at_all(void **state)
{
	struct position position;

	(void)state;
	fake_platform_reset();
	memset(&shared, 0, sizeof(shared));
	barriers = 0;
	position_init(&position, &shared);
	assert_int_equal(shared.updated_ticks, 0);
	fake_platform.on_barrier = look_in_between;
	for (uint32_t i = 0; i < 10; i++) {
		position.taken_frames = 77 + i;
		position.released_frames = 70 + i;
		position.bus_frames = 66 + i;
		position.running = 1;
		position.underruns = 1;
		position.missed_services = 2;
		position.ring_underruns = 3;
		position.transfer_errors = 4;
		position.first_frame_ticks = 5;
		position.start_ticks = 6;
		position.gap_frames = 7;
		position.overruns = 8;
		position.lost_intervals = 9;
		position.depth_frames = 10;
		position.interval_uframes = 11;
		position_publish(&position, 1000 + i);
		assert_int_equal(shared.sequence, 2 * (i + 1));
		assert_int_equal(shared.taken_frames, 77 + i);
		assert_int_equal(shared.released_frames, 70 + i);
		assert_int_equal(shared.bus_frames, 66 + i);
		assert_int_equal(shared.updated_ticks, 1000 + i);
		assert_int_equal(shared.running, 1);
		assert_int_equal(shared.underruns, 1);
		assert_int_equal(shared.missed_services, 2);
		assert_int_equal(shared.ring_underruns, 3);
		assert_int_equal(shared.transfer_errors, 4);
		assert_int_equal(shared.first_frame_ticks, 5);
		assert_int_equal(shared.start_ticks, 6);
		assert_int_equal(shared.gap_frames, 7);
		assert_int_equal(shared.overruns, 8);
		assert_int_equal(shared.lost_intervals, 9);
		assert_int_equal(shared.depth_frames, 10);
		assert_int_equal(shared.interval_uframes, 11);
	}
	/* A sequence that the AP scribbles over is not taken over. */
	shared.sequence = 12345;
	fake_platform.on_barrier = NULL;
	position_publish(&position, 2000);
	assert_int_equal(shared.sequence, 22);
	position_restart(&position);
	position_publish(&position, 3000);
	assert_int_equal(shared.sequence, 24);
	assert_int_equal(shared.taken_frames, 0);
	assert_int_equal(shared.overruns, 0);
	assert_int_equal(shared.depth_frames, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_round_and_round),
		cmocka_unit_test(channels_without_sound_are_silent),
		cmocka_unit_test(a_wrong_limit_is_made_plausible),
		cmocka_unit_test(a_seal_is_final),
		cmocka_unit_test(a_position_is_seen_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("pcm_source", tests, NULL, NULL);
}
