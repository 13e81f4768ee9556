// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Streams that are treated well: they play bit for bit, in time, and stop as asked.
 */
#include "unit.h"

#include "fake_card.h"
#include "reference.h"

#define MS	FAKE_TICKS_PER_MS
#define UFRAME	((uint64_t)FAKE_TICKS_PER_SECOND / 8000)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint32_t formats[] = { UAUDIO_FORMAT_S16_LE, UAUDIO_FORMAT_S24_LE, UAUDIO_FORMAT_S24_3LE,
				    UAUDIO_FORMAT_S32_LE };

static struct event_ring_pool rings;

/* Plays for a while, drains, and compares. */
static void play_and_compare(uint64_t seed, const struct fake_card_options *options, uint32_t ms,
			     uint32_t late_ticks, bool runs_at_barriers)
{
	struct fake_xhc *xhc = fake_xhc_create(seed);
	struct fake_card *card;

	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, options);
	xhc->runs_at_barriers = runs_at_barriers;
	fake_card_write(card, card->buffer_frames);
	fake_card_start(card);
	fake_card_run(card, (uint64_t)ms * MS, late_ticks, card->buffer_frames);
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_run(card, 10000ull * MS, late_ticks, 0);
	assert_int_equal(card->stops, 1);
	assert_int_equal(card->losses, 0);
	fake_card_check_capture(card, false);
	assert_int_equal(card->shared->dsp.taken_frames, card->written_frames);
	assert_int_equal(card->shared->dsp.bus_frames, card->written_frames);
	assert_int_equal(card->shared->dsp.underruns, 0);
	assert_int_equal(card->shared->dsp.ring_underruns, 0);
	assert_int_equal(card->shared->dsp.lost_intervals, 0);
	assert_int_equal(card->shared->dsp.missed_services, 0);
	assert_int_equal(card->shared->dsp.transfer_errors, 0);
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

static void every_format_and_speed_is_bit_exact(void **state)
{
	static const struct { uint32_t speed, interval; } buses[] = {
		{ UAUDIO_SPEED_FULL, 1 }, { UAUDIO_SPEED_HIGH, 1 }, { UAUDIO_SPEED_HIGH, 4 },
		{ UAUDIO_SPEED_SUPER, 1 },
	};
	static const uint32_t rates_hz[] = { 44100, 48000, 96000 };
	uint64_t seed = 1;

	(void)state;
	for (size_t f = 0; f < COUNT(formats); f++)
	for (size_t t = 0; t < COUNT(formats); t++)
	for (size_t b = 0; b < COUNT(buses); b++)
	for (size_t r = 0; r < COUNT(rates_hz); r++)
	for (uint32_t channels = 1; channels <= 2; channels++) {
		struct fake_card_options options = {
			.format = formats[f], .usb_format = formats[t], .channels = channels,
			.rate_hz = rates_hz[r], .speed = buses[b].speed, .interval = buses[b].interval,
		};

		if (reference_bits(formats[f]) > reference_bits(formats[t]))
			continue;
		play_and_compare(seed++, &options, 40, 0, false);
	}
}

static void random_service_times_do_not_matter(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct fake_card_options options = {
			.speed = seed % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH,
			.rate_hz = seed % 3 ? 48000 : 44100,
			.ring_segments = 1 + seed % 4,
			.buffer_frames = 2400 + 37 * (uint32_t)seed,
			.period_frames = 100,
		};

		/* Up to 6 ms late, of the 8 that are left at a deadline. */
		play_and_compare(seed, &options, 1500, 6 * MS, true);
	}
}

static void many_laps_of_the_rings(void **state)
{
	struct fake_card_options options = { .speed = UAUDIO_SPEED_HIGH, .ring_segments = 2 };
	struct fake_xhc *xhc = fake_xhc_create(77);
	struct fake_card *card;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, &options);
	fake_card_write(card, 4800);
	fake_card_start(card);
	fake_card_run(card, 6000ull * MS, MS, 4800);
	assert_true(card->data->laps > 90);
	assert_true(xhc->interrupters[1].events > 6000 - 20);
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

static void other_intervals_rings_and_buffers(void **state)
{
	static const struct fake_card_options table[] = {
		{ .speed = UAUDIO_SPEED_FULL, .interval = 2 },
		{ .speed = UAUDIO_SPEED_FULL, .interval = 3, .ring_segments = 1 },
		{ .speed = UAUDIO_SPEED_HIGH, .interval = 2, .ring_segments = 16 },
		{ .speed = UAUDIO_SPEED_HIGH, .interval = 6, .max_packet = 0x1400 },
		/* one page is enough for the usual */
		{ .speed = UAUDIO_SPEED_FULL, .transfer_bytes = 4096 },
		/* packet buffers that must step over 64 KiB boundaries: 32 channels, three transactions a microframe */
		{ .speed = UAUDIO_SPEED_HIGH, .rate_hz = 192000, .channels = 30, .usb_channels = 30,
		  .max_packet = 0x1400, .usb_format = UAUDIO_FORMAT_S32_LE, .buffer_frames = 9600 },
		/* bursts */
		{ .speed = UAUDIO_SPEED_SUPER, .interval = 4, .rate_hz = 384000, .channels = 16,
		  .usb_channels = 16, .max_burst = 15, .buffer_frames = 19200 },
		{ .speed = UAUDIO_SPEED_SUPER_PLUS, .interval = 4, .rate_hz = 705600, .max_burst = 3,
		  .buffer_frames = 40000 },
		{ .speed = UAUDIO_SPEED_HIGH, .rate_hz = 8000 },
		{ .speed = UAUDIO_SPEED_HIGH, .rate_hz = 4000, .channels = 1, .usb_channels = 1 },
		/* a number of packet buffers that is no multiple of the TDs between two events */
		{ .speed = UAUDIO_SPEED_HIGH, .transfer_bytes = 4000 },
		{ .buffer_frames = 997, .period_frames = 1, .speed = UAUDIO_SPEED_HIGH, .transfer_bytes = 4096 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		play_and_compare(100 + i, &table[i], 300, 0, i % 2);
}

static void starts_within_a_millisecond_and_says_when(void **state)
{
	struct fake_xhc *xhc = fake_xhc_create(5);
	struct fake_card_options options = { 0 };
	struct fake_card *card;
	uint64_t start_ticks;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, &options);
	fake_card_write(card, 4800);
	assert_int_equal(card->shared->dsp.running, 0);
	start_ticks = fake_platform.now_ticks;
	fake_card_start(card);
	assert_int_equal(card->data->doorbells, 1);
	fake_card_run(card, 100 * MS, 0, 4800);
	assert_true(card->data->first_uframe * FAKE_TICKS_PER_SECOND / 8000 - start_ticks <= 1 * MS);
	assert_true(card->shared->dsp.first_frame_ticks > start_ticks);
	assert_true(card->shared->dsp.first_frame_ticks <= start_ticks + 3 * MS);
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

/* A processor that needs a millisecond for eight packets of 125 us. */
static void a_slow_processor_fills_the_ring_in_batches(void **state)
{
	struct fake_xhc *xhc = fake_xhc_create(6);
	struct fake_card_options options = { .speed = UAUDIO_SPEED_HIGH };
	struct fake_card *card;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, &options);
	fake_card_write(card, 4800);
	fake_platform.ticks_per_reading = 1 * MS;
	fake_card_start(card);
	/* Eight packets report together, and are the least of a batch; each batch doubles the queue. */
	assert_int_equal(card->data->doorbells, 5);
	fake_platform.ticks_per_reading = 0;
	fake_xhc_run(xhc);
	assert_int_equal(card->data->owned_count + card->data->tds, 128);
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

/* When the first sample was heard is known to a microframe, and a turn that comes late does not move the next one. */
static void looks_for_the_first_event_by_the_bus_clock(void **state)
{
	static const uint64_t late_ticks[] = { 0, 1, 250, UFRAME - 1, UFRAME, UFRAME + 250, 5 * UFRAME - 1 };
	struct fake_xhc *xhc = fake_xhc_create(7);
	struct fake_card_options options = { 0 };
	struct fake_card *card;
	uint64_t doorbell_ticks;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, &options);
	fake_card_write(card, 4800);
	fake_platform.now_ticks += 77;
	fake_card_start(card);
	doorbell_ticks = fake_platform.now_ticks;
	for (size_t i = 0; i < COUNT(late_ticks); i++) {
		fake_platform.now_ticks = doorbell_ticks + late_ticks[i];
		fake_card_service(card);
		assert_int_equal(card->shared->dsp.first_frame_ticks, 0);
		assert_int_equal(card->deadline_ticks,
				 doorbell_ticks + (late_ticks[i] / UFRAME + 1) * UFRAME);
	}
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

static void sleeps_between_refills(void **state)
{
	static const uint32_t speeds[] = { UAUDIO_SPEED_FULL, UAUDIO_SPEED_HIGH };

	(void)state;
	for (size_t i = 0; i < COUNT(speeds); i++) {
		struct fake_xhc *xhc = fake_xhc_create(6);
		struct fake_card_options options = { .speed = speeds[i], .no_period_wakeup = true };
		struct fake_card *card;

		memset(&rings, 0, sizeof(rings));
		card = fake_card_create(xhc, &rings, &options);
		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, 1000 * MS, 0, 4800);
		assert_in_range(card->services, 110, 145);
		assert_in_range(card->data->doorbells, 110, 145);
		assert_in_range(xhc->interrupters[1].events, 980, 1001);
		/* 16 ms ahead, never more */
		assert_int_equal(card->data->most_owned * card->data->interval_uframes, 128);
		/* ... and half of that left at a refill, so one may be that late. */
		assert_int_equal(card->data->underruns, 0);
		assert_true(xhc->interrupters[1].most_pending <= 17);
		fake_card_destroy(card);
		fake_xhc_destroy(xhc);
	}
}

static void the_position_follows_the_bus(void **state)
{
	struct fake_xhc *xhc = fake_xhc_create(7);
	struct fake_card_options options = { .buffer_frames = 48000 };
	struct fake_card *card;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, &options);
	fake_card_write(card, 48000);
	fake_card_start(card);
	for (uint32_t i = 0; i < 100; i++) {
		const struct audio_shared_dsp *dsp = &card->shared->dsp;

		fake_card_run(card, 7 * MS, 0, 0);
		fake_card_service(card);
		/* Everything the xHC has sent by now is told, and nothing else. */
		assert_int_equal(dsp->bus_frames * card->device_frame_bytes, card->data->capture_bytes);
		assert_int_equal(dsp->updated_ticks, fake_platform.now_ticks);
		assert_in_range(dsp->taken_frames - dsp->bus_frames, 7 * 48, 16 * 48);
	}
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

static void periods_are_counted_unless_not_wanted(void **state)
{
	(void)state;
	for (uint32_t silent = 0; silent <= 1; silent++) {
		struct fake_xhc *xhc = fake_xhc_create(8);
		struct fake_card_options options = { .no_period_wakeup = silent, .period_frames = 441,
						     .buffer_frames = 4410 };
		struct fake_card *card;

		memset(&rings, 0, sizeof(rings));
		card = fake_card_create(xhc, &rings, &options);
		fake_card_write(card, 4410);
		fake_card_start(card);
		fake_card_run(card, 500 * MS, 0, 4410);
		assert_int_equal(card->periods, silent ? 0 : card->shared->dsp.released_frames / 441);
		assert_int_equal(card->drains, 0);
		/* The application writes no more: told once, whatever was asked. */
		fake_card_run(card, 500 * MS, 0, 0);
		assert_int_equal(card->drains, 1);
		fake_card_write(card, 100);
		fake_card_run(card, 500 * MS, 0, 0);
		assert_int_equal(card->drains, 2);
		fake_card_destroy(card);
		fake_xhc_destroy(xhc);
	}
}

static void a_drain_plays_all_and_nothing_more(void **state)
{
	(void)state;
	/* Any number of frames, so that the last packet is of any length. */
	for (uint32_t frames = 1; frames < 2000; frames += 97) {
		struct fake_xhc *xhc = fake_xhc_create(frames);
		struct fake_card_options options = { 0 };
		struct fake_card *card;

		memset(&rings, 0, sizeof(rings));
		card = fake_card_create(xhc, &rings, &options);
		fake_card_write(card, frames);
		if (frames > 16 * 48) {
			fake_card_start(card);
			fake_card_stop(card, AUDIO_STOP_DRAIN);
			/* Written after the stop: not part of it. */
			card->shared->ap.appl_frames += 500;
			fake_card_run(card, 1000 * MS, 0, 0);
			fake_card_check_capture(card, false);
		} else {
			/* Already drained: there is silence behind, and it is no underrun. */
			fake_card_start(card);
			fake_card_run(card, 5 * MS, 0, 0);
			fake_card_stop(card, AUDIO_STOP_DRAIN);
			fake_card_run(card, 1000 * MS, 0, 0);
			fake_card_check_capture(card, true);
		}
		assert_int_equal(card->stops, 1);
		assert_int_equal(card->shared->dsp.running, 0);
		assert_int_equal(card->shared->dsp.underruns, 0);
		assert_int_equal(card->shared->dsp.bus_frames, frames);
		assert_int_equal(card->deadline_ticks, PLAYER_NEVER);
		fake_card_destroy(card);
		fake_xhc_destroy(xhc);
	}
}

static void an_abort_is_silent_at_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct fake_xhc *xhc = fake_xhc_create(seed);
		struct fake_card_options options = { .speed = seed % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH };
		struct fake_card *card;
		size_t heard_bytes;
		uint64_t stop_ticks;

		memset(&rings, 0, sizeof(rings));
		card = fake_card_create(xhc, &rings, &options);
		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, 50 * MS + random_below(&xhc->random, 9 * MS), 0, 4800);
		fake_card_stop(card, AUDIO_STOP_ABORT);
		heard_bytes = card->data->capture_bytes;
		stop_ticks = fake_platform.now_ticks;
		fake_card_run(card, 1000 * MS, 0, 0);
		assert_int_equal(card->stops, 1);
		assert_true(fake_platform.now_ticks - stop_ticks <= 17 * MS);
		for (size_t i = heard_bytes; i < card->data->capture_bytes; i++)
			assert_int_equal(card->data->capture[i], 0);
		assert_memory_equal(card->data->capture, card->expected, heard_bytes);
		/* Frames that were not heard were not played; the last event tells the heard ones within a millisecond. */
		assert_in_range(card->shared->dsp.bus_frames, heard_bytes / card->device_frame_bytes - 48,
				heard_bytes / card->device_frame_bytes);
		fake_card_destroy(card);
		fake_xhc_destroy(xhc);
	}
}

static void an_abort_overtakes_a_drain(void **state)
{
	struct fake_xhc *xhc = fake_xhc_create(9);
	struct fake_card_options options = { .buffer_frames = 480000 };
	struct fake_card *card;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, &options);
	fake_card_write(card, 480000);
	fake_card_start(card);
	fake_card_run(card, 20 * MS, 0, 0);
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_run(card, 100 * MS, 0, 0);
	assert_int_equal(card->stops, 0);
	fake_card_stop(card, AUDIO_STOP_ABORT);
	fake_card_stop(card, AUDIO_STOP_DRAIN);	/* no way back */
	fake_card_run(card, 17 * MS, 0, 0);
	assert_int_equal(card->stops, 1);
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

static void a_stream_can_be_started_again_and_again(void **state)
{
	struct fake_xhc *xhc = fake_xhc_create(10);
	struct fake_card_options options = { .rate_hz = 44100 };
	struct fake_card *card;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, &options);
	for (uint32_t turn = 0; turn < 60; turn++) {
		card->written_frames = 0;
		card->expected_bytes = 0;
		card->data->capture_bytes = 0;
		card->data->may_be_silenced = false;
		card->shared->ap.appl_frames = 0;
		card->shared->dsp.taken_frames = 0;
		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, (10 + turn) * MS, 0, 4800);
		assert_true(card->shared->dsp.taken_frames < 8000);
		fake_card_stop(card, turn % 3 ? AUDIO_STOP_DRAIN : AUDIO_STOP_ABORT);
		fake_card_run(card, 1000 * MS, 0, 0);
		assert_int_equal(card->stops, turn + 1);
		if (turn % 3)
			fake_card_check_capture(card, false);
		/* The ring runs empty now, and says so. */
		fake_platform.now_ticks += 5 * MS;
	}
	assert_int_equal(card->shared->dsp.ring_underruns, 0);
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

static void a_ready_stream_takes_new_parameters(void **state)
{
	struct fake_xhc *xhc = fake_xhc_create(11);
	struct fake_card_options options = { .usb_format = UAUDIO_FORMAT_S32_LE };
	struct fake_card *card;
	struct stream_config config;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	card = fake_card_create(xhc, &rings, &options);
	config = card->config;
	config.rate_hz = 96000;
	assert_int_equal(player_reconfigure(&card->player, &config), AUDIO_STATUS_UNSUPPORTED);
	config = card->config;
	config.usb_format = UAUDIO_FORMAT_S24_3LE;
	assert_int_equal(player_reconfigure(&card->player, &config), AUDIO_STATUS_UNSUPPORTED);
	config = card->config;
	config.buffer_bytes = 0;
	assert_int_equal(player_reconfigure(&card->player, &config), AUDIO_STATUS_INVALID);

	/* mono S24 in the same buffer */
	config = card->config;
	config.format = UAUDIO_FORMAT_S24_LE;
	config.channels = 1;
	config.period_bytes = 400;
	assert_int_equal(player_reconfigure(&card->player, &config), AUDIO_STATUS_OK);
	card->config = config;
	fake_card_write(card, 4800);
	fake_card_start(card);
	assert_int_equal(player_reconfigure(&card->player, &config), AUDIO_STATUS_WRONG_STATE);
	fake_card_run(card, 500 * MS, 0, 4800);
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_run(card, 1000 * MS, 0, 0);
	fake_card_check_capture(card, false);
	fake_card_destroy(card);
	fake_xhc_destroy(xhc);
}

static void feedback_sets_the_rate(void **state)
{
	/* Values of an asynchronous device with a clock of its own, 16.16 frames a millisecond. */
	static const uint32_t values_q16[] = { 48u << 16, (48u << 16) + 40 * 64, (48u << 16) - 123 * 8 };

	(void)state;
	for (uint32_t i = 0; i < 4 * COUNT(values_q16); i++) {
		bool is_full_speed = i % 2;
		bool is_rare = i >= 2 * COUNT(values_q16);	/* a value every 16 ms */
		uint32_t value_q16 = values_q16[i / 2 % COUNT(values_q16)];
		struct fake_card_options options = {
			.speed = is_full_speed ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH, .has_feedback = true,
			.sync_interval = !is_rare ? 0 : is_full_speed ? 5 : 8,
		};
		struct fake_xhc *xhc = fake_xhc_create(i);
		struct fake_card *card;
		uint64_t frames, wanted;

		memset(&rings, 0, sizeof(rings));
		card = fake_card_create(xhc, &rings, &options);
		/* 3 bytes of 10.14 a frame, or 4 bytes of 16.16 a microframe */
		card->sync->in_bytes = is_full_speed ? 3 : 4;
		card->sync->in_value = is_full_speed ? value_q16 >> 2 : value_q16 / 8;
		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, 3000 * MS, 0, 4800);
		assert_true(card->sync->tds > (is_rare ? 180 : 2900));
		assert_int_equal(card->sync->underruns, 0);
		frames = card->data->capture_bytes / card->device_frame_bytes;
		wanted = card->data->tds * (uint64_t)value_q16 * card->data->interval_uframes / 8 >> 16;
		/* The first 32 ms were queued before a value was known. */
		assert_in_range(frames, wanted - 3, wanted + 3);

		/* No value, and values out of reach, change nothing. */
		card->sync->in_bytes = 0;
		fake_card_run(card, 100 * MS, 0, 4800);
		card->sync->in_bytes = is_full_speed ? 3 : 4;
		card->sync->in_value = 0xffffffff;
		fake_card_run(card, 100 * MS, 0, 4800);
		frames = card->data->capture_bytes / card->device_frame_bytes;
		wanted = card->data->tds * (uint64_t)value_q16 * card->data->interval_uframes / 8 >> 16;
		assert_in_range(frames, wanted - 3, wanted + 3);
		if (is_full_speed)
			assert_true(card->shared->dsp.feedback_refused >= (is_rare ? 4 : 50));

		fake_card_stop(card, AUDIO_STOP_DRAIN);
		fake_card_run(card, 1000 * MS, 0, 0);
		fake_card_check_capture(card, false);
		fake_card_destroy(card);
		fake_xhc_destroy(xhc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_and_speed_is_bit_exact),
		cmocka_unit_test(random_service_times_do_not_matter),
		cmocka_unit_test(many_laps_of_the_rings),
		cmocka_unit_test(other_intervals_rings_and_buffers),
		cmocka_unit_test(starts_within_a_millisecond_and_says_when),
		cmocka_unit_test(a_slow_processor_fills_the_ring_in_batches),
		cmocka_unit_test(looks_for_the_first_event_by_the_bus_clock),
		cmocka_unit_test(sleeps_between_refills),
		cmocka_unit_test(the_position_follows_the_bus),
		cmocka_unit_test(periods_are_counted_unless_not_wanted),
		cmocka_unit_test(a_drain_plays_all_and_nothing_more),
		cmocka_unit_test(an_abort_is_silent_at_once),
		cmocka_unit_test(an_abort_overtakes_a_drain),
		cmocka_unit_test(a_stream_can_be_started_again_and_again),
		cmocka_unit_test(a_ready_stream_takes_new_parameters),
		cmocka_unit_test(feedback_sets_the_rate),
	};

	return cmocka_run_group_tests_name("player", tests, NULL, NULL);
}
