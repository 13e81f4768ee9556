// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Suspends: a stream comes to rest at a frame, lets go of its endpoint, and goes on with another one. Nothing is lost
 * and nothing is heard twice, whatever is asked of it meanwhile.
 */
#include "unit.h"

#include "fake_card.h"

#define MS	FAKE_TICKS_PER_MS

/* Longest time from the suspend to the last transfer: the TDs queued ahead, and the silence after them. */
#define SUSPEND_LIMIT_MS	(16 + 32 + 2)

struct bench {
	struct fake_xhc *xhc;
	struct event_ring_pool rings;
	struct fake_card *card;
};

static struct bench bench;

static struct fake_card *bench_create(uint64_t seed, const struct fake_card_options *options)
{
	memset(&bench, 0, sizeof(bench));
	bench.xhc = fake_xhc_create(seed);
	bench.card = fake_card_create(bench.xhc, &bench.rings, options);
	return bench.card;
}

static void bench_destroy(void)
{
	fake_card_destroy(bench.card);
	fake_xhc_destroy(bench.xhc);
}

static struct fake_card *create_playing(uint64_t seed)
{
	struct fake_card_options options = { .buffer_frames = 4800 };
	struct fake_card *card = bench_create(seed, &options);

	fake_card_write(card, 4800);
	fake_card_start(card);
	fake_card_run(card, 33 * MS, 0, 0);
	return card;
}

/* Lets a suspend that has begun come about, and the AP take the endpoint back. */
static void finish_suspend(struct fake_card *card)
{
	uint32_t suspends = card->suspends;

	if (card->player.state == PLAYER_SUSPENDED)
		fake_card_service(card);
	else
		fake_card_run(card, SUSPEND_LIMIT_MS * MS, 0, 0);
	assert_int_equal(card->suspends, suspends + 1);
	assert_int_equal(card->player.state, PLAYER_SUSPENDED);
	assert_int_equal(card->data->owned_count, 0);
	fake_card_renew(card);
}

static void assert_all_taken_is_played(const struct fake_card *card)
{
	assert_int_equal(card->shared->dsp.bus_frames, card->shared->dsp.taken_frames);
}

/* While it suspends, nothing happens: neither on the bus nor in the shared memory. */
static void rest(struct fake_card *card, uint32_t ms)
{
	uint64_t taken_frames = card->shared->dsp.taken_frames;
	uint32_t doorbells = card->data->doorbells, tds = card->data->tds;

	fake_platform.now_ticks += (uint64_t)ms * MS;
	fake_card_service(card);
	assert_true(card->deadline_ticks == PLAYER_NEVER);
	assert_int_equal(card->data->doorbells, doorbells);
	assert_int_equal(card->data->tds, tds);
	assert_int_equal(card->shared->dsp.taken_frames, taken_frames);
}

static void resume(struct fake_card *card)
{
	assert_int_equal(fake_card_resume(card, &bench.rings), AUDIO_STATUS_OK);
}

static void drain_and_compare(struct fake_card *card)
{
	uint32_t stops = card->stops;

	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_run(card, 2000 * MS, 0, 0);
	assert_int_equal(card->stops, stops + 1);
	assert_int_equal(card->losses, 0);
	fake_card_check_capture(card, true);
	assert_int_equal(card->shared->dsp.bus_frames, card->written_frames);
	assert_int_equal(card->shared->dsp.running, 0);
}

static void a_suspend_is_at_a_frame(void **state)
{
	struct fake_card *card = create_playing(1);
	uint64_t taken_frames = card->shared->dsp.taken_frames;

	(void)state;
	fake_card_suspend(card);
	finish_suspend(card);
	assert_all_taken_is_played(card);
	assert_int_equal(card->shared->dsp.taken_frames, taken_frames);
	assert_int_equal(card->shared->dsp.running, 1);
	/* All that was taken, and 32 ms of silence: no sample is the last thing that the device hears of. */
	assert_int_equal(card->data->capture_bytes / card->device_frame_bytes, taken_frames + 32 * 48);
	assert_int_equal(fake_card_silent_frames(card), 32 * 48);
	assert_int_equal(card->shared->dsp.ring_underruns, 0);
	rest(card, 5000);
	resume(card);
	drain_and_compare(card);
	assert_int_equal(card->shared->dsp.underruns, 0);
	bench_destroy();
}

static void suspends_at_any_time_are_bit_exact(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct fake_card_options options = {
			.speed = seed % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH,
			.interval = seed % 4 ? 1 : 4,
			.rate_hz = seed % 3 ? 48000 : 44100,
			.has_feedback = seed % 5 == 0,
			.channels = 1 + (uint32_t)(seed % 2),
			.ring_segments = 1 + seed % 3,
			.buffer_frames = 3000 + 37 * (uint32_t)seed,
			.period_frames = 100,
		};
		struct fake_card *card = bench_create(seed, &options);

		card->xhc->runs_at_barriers = true;
		if (options.has_feedback) {
			card->sync->in_bytes = options.speed == UAUDIO_SPEED_FULL ? 3 : 4;
			card->sync->in_value = options.speed == UAUDIO_SPEED_FULL ?
					       options.rate_hz * 16384 / 1000 : options.rate_hz * 8192 / 1000;
		}
		fake_card_write(card, card->buffer_frames);
		fake_card_start(card);
		for (uint32_t i = 0; i < 20; i++) {
			fake_card_run(card, random_below(&card->random, 50 * MS), 3 * MS, card->buffer_frames);
			fake_card_suspend(card);
			finish_suspend(card);
			assert_all_taken_is_played(card);
			if (i % 2)
				rest(card, random_below(&card->random, 1000));
			resume(card);
		}
		drain_and_compare(card);
		assert_int_equal(card->shared->dsp.underruns, 0);
		assert_int_equal(card->shared->dsp.transfer_errors, 0);
		bench_destroy();
	}
}

/* After a sleep the device may have another slot, interrupter and rings. */
static void it_goes_on_at_another_endpoint(void **state)
{
	struct fake_card *card = create_playing(2);
	struct fake_endpoint *first = card->data;
	struct usb_endpoint_descriptor descriptor = first->descriptor;
	struct usb_memory buffer;
	size_t bytes;

	(void)state;
	fake_card_suspend(card);
	finish_suspend(card);
	bytes = first->capture_bytes;

	fake_xhc_add_interrupter(card->xhc, 2, 1);
	descriptor.address = 0x02;
	card->data = fake_xhc_add_endpoint(card->xhc, 7, UAUDIO_SPEED_HIGH, &descriptor, 3, 2);
	buffer = fake_xhc_alloc(card->xhc, player_transfer_buffer_bytes(&card->config));
	fake_xhc_describe(card->xhc, card->data, NULL, &buffer, 2, &card->endpoint);
	resume(card);
	assert_int_equal(card->player.pipe.interval_uframes, 1);
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_run(card, 2000 * MS, 0, 0);
	assert_int_equal(card->stops, 1);
	assert_int_equal(first->capture_bytes, bytes);

	/* The second one's samples follow the first one's, before its silence. */
	bytes -= 32 * 48 * card->device_frame_bytes;
	assert_memory_equal(first->capture, card->expected, bytes);
	assert_int_equal(card->data->capture_bytes, card->expected_bytes - bytes);
	assert_memory_equal(card->data->capture, card->expected + bytes, card->data->capture_bytes);
	bench_destroy();
}

static void an_endpoint_that_does_not_fit_is_refused(void **state)
{
	struct fake_card *card = create_playing(3);
	struct usb_endpoint_config good = card->endpoint;

	(void)state;
	assert_int_equal(fake_card_resume(card, &bench.rings), AUDIO_STATUS_WRONG_STATE);
	fake_card_suspend(card);
	assert_int_equal(fake_card_resume(card, &bench.rings), AUDIO_STATUS_WRONG_STATE);
	finish_suspend(card);
	card->endpoint.subslot_bytes = 3;
	assert_int_equal(fake_card_resume(card, &bench.rings), AUDIO_STATUS_INVALID);
	card->endpoint = good;
	card->endpoint.data.address |= USB_ENDPOINT_DIRECTION_IN;
	assert_int_equal(fake_card_resume(card, &bench.rings), AUDIO_STATUS_UNSUPPORTED);
	card->endpoint = good;
	card->endpoint.data.max_packet = 8;
	assert_int_equal(fake_card_resume(card, &bench.rings), AUDIO_STATUS_UNSUPPORTED);
	card->endpoint = good;
	card->endpoint.transfer_buffer.bytes = 64;
	assert_int_equal(fake_card_resume(card, &bench.rings), AUDIO_STATUS_NO_MEMORY);
	card->endpoint = good;
	rest(card, 10);
	resume(card);
	drain_and_compare(card);
	bench_destroy();
}

static void a_late_writer_has_its_underrun_after_the_suspend(void **state)
{
	struct fake_card_options options = { 0 };
	struct fake_card *card = bench_create(4, &options);

	(void)state;
	fake_card_write(card, 480);
	fake_card_start(card);
	fake_card_run(card, 50 * MS, 0, 0);
	fake_card_suspend(card);
	finish_suspend(card);
	assert_int_equal(card->shared->dsp.underruns, 0);
	resume(card);
	fake_card_write(card, 480);
	fake_card_run(card, 50 * MS, 0, 0);
	assert_true(card->shared->dsp.underruns > 0);
	drain_and_compare(card);
	bench_destroy();
}

static void a_drain_goes_on_after_the_suspend(void **state)
{
	(void)state;
	/* The suspend comes before the drain, with it, or in the middle of it. */
	for (uint32_t i = 0; i < 3; i++) {
		struct fake_card *card = create_playing(5 + i);
		uint64_t left_frames;

		if (i == 0)
			fake_card_suspend(card);
		fake_card_stop(card, AUDIO_STOP_DRAIN);
		if (i == 2)
			fake_card_run(card, 20 * MS, 0, 0);
		if (i > 0)
			fake_card_suspend(card);
		finish_suspend(card);
		assert_int_equal(card->stops, 0);
		left_frames = card->written_frames - card->shared->dsp.taken_frames;
		assert_true(left_frames > 1000);
		/* Samples that are written now do not count: the drain came before. */
		card->shared->ap.appl_frames += 100;
		rest(card, 100);
		resume(card);
		fake_card_run(card, 2000 * MS, 0, 0);
		assert_int_equal(card->stops, 1);
		fake_card_check_capture(card, true);
		bench_destroy();
	}
}

static void a_drain_in_a_suspend_has_samples_left(void **state)
{
	struct fake_card *card = create_playing(8);

	(void)state;
	fake_card_suspend(card);
	finish_suspend(card);
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	rest(card, 10);
	assert_int_equal(card->stops, 0);
	assert_int_equal(card->shared->dsp.running, 1);
	resume(card);
	fake_card_run(card, 2000 * MS, 0, 0);
	assert_int_equal(card->stops, 1);
	fake_card_check_capture(card, true);
	bench_destroy();
}

static void a_drain_of_what_is_taken_needs_no_resume(void **state)
{
	(void)state;
	/* The drain comes before the suspend, while it comes about, or in it. */
	for (uint32_t i = 0; i < 3; i++) {
		struct fake_card_options options = { 0 };
		struct fake_card *card = bench_create(9 + i, &options);

		/* whole packets */
		fake_card_write(card, 672);
		fake_card_start(card);
		fake_card_run(card, 4 * MS, 0, 0);
		assert_int_equal(card->shared->dsp.taken_frames, 672);
		if (i == 0)
			fake_card_stop(card, AUDIO_STOP_DRAIN);
		fake_card_suspend(card);
		if (i == 1)
			fake_card_stop(card, AUDIO_STOP_DRAIN);
		finish_suspend(card);
		if (i == 2) {
			assert_int_equal(card->stops, 0);
			fake_card_stop(card, AUDIO_STOP_DRAIN);
			fake_card_service(card);
		}
		assert_int_equal(card->stops, 1);
		assert_int_equal(card->shared->dsp.running, 0);
		fake_card_check_capture(card, true);
		resume(card);
		assert_int_equal(card->player.state, PLAYER_READY);
		bench_destroy();
	}
}

static void an_abort_ends_a_stream_that_suspends(void **state)
{
	(void)state;
	/* Before the suspend, while it comes about, in it. */
	for (uint32_t i = 0; i < 3; i++) {
		struct fake_card *card = create_playing(12 + i);
		uint64_t began_ticks = fake_platform.now_ticks;

		if (i == 0)
			fake_card_stop(card, AUDIO_STOP_ABORT);
		fake_card_suspend(card);
		if (i == 1)
			fake_card_stop(card, AUDIO_STOP_ABORT);
		finish_suspend(card);
		/* An aborted stream has no trailing silence. */
		if (i < 2)
			assert_true(fake_platform.now_ticks - began_ticks <= 18ull * MS);
		if (i == 2) {
			fake_card_stop(card, AUDIO_STOP_ABORT);
			fake_card_service(card);
		}
		assert_int_equal(card->stops, 1);
		assert_int_equal(card->shared->dsp.running, 0);
		resume(card);
		assert_int_equal(card->player.state, PLAYER_READY);
		bench_destroy();
	}
}

static void a_stream_that_does_not_run_suspends_at_once(void **state)
{
	struct fake_card_options options = { .buffer_frames = 4800 };
	struct fake_card *card = bench_create(15, &options);
	struct stream_config other = card->config;

	(void)state;
	fake_card_suspend(card);
	finish_suspend(card);
	assert_int_equal(card->data->tds, 0);
	/* It takes new parameters, as long as they do not concern the device. */
	other.rate_hz = 44100;
	assert_int_equal(player_reconfigure(&card->player, &other), AUDIO_STATUS_UNSUPPORTED);
	assert_int_equal(player_reconfigure(&card->player, &card->config), AUDIO_STATUS_OK);
	/* A START begins when it is resumed. */
	fake_card_write(card, 4800);
	assert_int_equal(player_start(&card->player, fake_platform.now_ticks), AUDIO_STATUS_OK);
	assert_int_equal(player_start(&card->player, fake_platform.now_ticks), AUDIO_STATUS_WRONG_STATE);
	assert_int_equal(player_reconfigure(&card->player, &card->config), AUDIO_STATUS_WRONG_STATE);
	assert_int_equal(card->shared->dsp.running, 1);
	rest(card, 100);
	assert_int_equal(card->shared->dsp.taken_frames, 0);
	resume(card);
	fake_card_run(card, 20 * MS, 0, 0);
	assert_true(card->shared->dsp.first_frame_ticks > 0);
	drain_and_compare(card);
	assert_int_equal(fake_card_silent_frames(card), 0);
	bench_destroy();
}

/* START may come as soon as a suspend is complete. */
static void a_start_does_not_forget_the_suspend(void **state)
{
	struct fake_card_options options = { .buffer_frames = 4800 };
	struct fake_card *card = bench_create(22, &options);

	(void)state;
	fake_card_write(card, 4800);
	/* Results of a run before are forgotten. */
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_suspend(card);
	assert_int_equal(player_start(&card->player, fake_platform.now_ticks), AUDIO_STATUS_OK);
	finish_suspend(card);
	assert_int_equal(card->stops, 0);
	rest(card, 100);
	assert_int_equal(card->suspends, 1);
	resume(card);
	drain_and_compare(card);
	bench_destroy();
}

static void a_suspend_of_a_suspend_changes_nothing(void **state)
{
	struct fake_card *card = create_playing(16);

	(void)state;
	fake_card_suspend(card);
	fake_card_run(card, 3 * MS, 0, 0);
	fake_card_suspend(card);
	finish_suspend(card);
	fake_card_suspend(card);
	fake_card_service(card);
	assert_int_equal(card->suspends, 1);
	resume(card);
	drain_and_compare(card);
	bench_destroy();
}

static void the_end_may_come_in_a_suspend(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct fake_card *card = create_playing(17 + i);

		fake_card_suspend(card);
		if (i % 2)
			finish_suspend(card);
		if (i < 2) {
			player_lose(&card->player, AUDIO_LOST_DISCONNECTED, fake_platform.now_ticks);
			fake_card_service(card);
			assert_int_equal(card->losses, 1);
			assert_int_equal(player_suspend(&card->player, 0), AUDIO_STATUS_WRONG_STATE);
		}
		player_release(&card->player, fake_platform.now_ticks);
		assert_int_equal(card->shared->dsp.running, 0);
		assert_int_equal(player_suspend(&card->player, 0), AUDIO_STATUS_WRONG_STATE);
		/* Nothing of it is left: the event ring can be had again. */
		fake_card_renew(card);
		assert_int_equal(player_setup(&card->player, &bench.rings, &card->config, &card->endpoint),
				 AUDIO_STATUS_OK);
		bench_destroy();
	}
}

static void an_endpoint_that_dies_while_suspending_is_lost(void **state)
{
	struct fake_card *card = create_playing(21);

	(void)state;
	fake_card_suspend(card);
	fake_xhc_stop_endpoint(card->data);
	fake_card_run(card, 20 * MS, 0, 0);
	assert_int_equal(card->losses, 1);
	assert_int_equal(card->lost_reason, AUDIO_LOST_ENDPOINT);
	assert_int_equal(card->suspends, 0);
	bench_destroy();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_suspend_is_at_a_frame),
		cmocka_unit_test(suspends_at_any_time_are_bit_exact),
		cmocka_unit_test(it_goes_on_at_another_endpoint),
		cmocka_unit_test(an_endpoint_that_does_not_fit_is_refused),
		cmocka_unit_test(a_late_writer_has_its_underrun_after_the_suspend),
		cmocka_unit_test(a_drain_goes_on_after_the_suspend),
		cmocka_unit_test(a_drain_in_a_suspend_has_samples_left),
		cmocka_unit_test(a_drain_of_what_is_taken_needs_no_resume),
		cmocka_unit_test(an_abort_ends_a_stream_that_suspends),
		cmocka_unit_test(a_stream_that_does_not_run_suspends_at_once),
		cmocka_unit_test(a_start_does_not_forget_the_suspend),
		cmocka_unit_test(a_suspend_of_a_suspend_changes_nothing),
		cmocka_unit_test(the_end_may_come_in_a_suspend),
		cmocka_unit_test(an_endpoint_that_dies_while_suspending_is_lost),
	};

	return cmocka_run_group_tests_name("player_suspend", tests, NULL, NULL);
}
