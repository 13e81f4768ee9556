// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Streams that are treated badly: by the application, the bus, the xHC, and the sender of the messages.
 */
#include "unit.h"

#include "fake_card.h"
#include "reference.h"

#define MS	FAKE_TICKS_PER_MS
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct event_ring_pool rings;

struct bench {
	struct fake_xhc *xhc;
	struct fake_card *card;
};

static struct bench bench_create(uint64_t seed, const struct fake_card_options *options)
{
	struct bench bench;

	memset(&rings, 0, sizeof(rings));
	bench.xhc = fake_xhc_create(seed);
	bench.card = fake_card_create(bench.xhc, &rings, options);
	return bench;
}

static void bench_destroy(struct bench *bench)
{
	fake_card_destroy(bench->card);
	fake_xhc_destroy(bench->xhc);
}

/* ---- the application ---- */

static void silence_counts_as_underrun_once_samples_follow(void **state)
{
	struct fake_card_options options = { 0 };
	struct bench bench = bench_create(1, &options);
	struct fake_card *card = bench.card;
	const struct audio_shared_dsp *dsp = &card->shared->dsp;
	uint64_t silent_frames;

	(void)state;
	fake_card_write(card, 480);
	fake_card_start(card);
	fake_card_run(card, 60 * MS, 0, 0);
	assert_int_equal(card->drains, 1);
	assert_int_equal(dsp->underruns, 0);	/* it may be the end */
	fake_card_write(card, 4320);
	fake_card_run(card, 20 * MS, 0, 0);
	silent_frames = fake_card_silent_frames(card);
	assert_int_equal(silent_frames % 48, 0);
	assert_int_equal(dsp->underruns, silent_frames / 48);
	assert_in_range(dsp->underruns, 50, 60);

	/* The end of that: again no underrun, unless the stream is aborted in it. */
	fake_card_run(card, 150 * MS, 0, 0);
	assert_int_equal(dsp->underruns, silent_frames / 48);
	fake_card_stop(card, AUDIO_STOP_ABORT);
	assert_true(dsp->underruns > silent_frames / 48);
	fake_card_run(card, 100 * MS, 0, 0);
	assert_int_equal(card->stops, 1);
	fake_card_check_capture(card, true);
	bench_destroy(&bench);
}

static void a_partly_filled_interval_is_one_underrun(void **state)
{
	struct fake_card_options options = { 0 };
	struct bench bench = bench_create(2, &options);
	struct fake_card *card = bench.card;

	(void)state;
	fake_card_write(card, 20 * 48 + 7);
	fake_card_start(card);
	fake_card_run(card, 30 * MS, 0, 0);	/* the rest is taken when it cannot wait any longer */
	assert_int_equal(card->shared->dsp.taken_frames, 20 * 48 + 7);
	fake_card_write(card, 2000);
	fake_card_run(card, 100 * MS, 0, 2000);
	assert_true(card->shared->dsp.underruns >= 1);
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_run(card, 1000 * MS, 0, 0);
	assert_int_equal((fake_card_silent_frames(card) + 47) / 48, card->shared->dsp.underruns);
	fake_card_check_capture(card, true);
	bench_destroy(&bench);
}

static void samples_that_come_late_wait_little(void **state)
{
	struct fake_card_options options = { 0 };
	struct bench bench = bench_create(3, &options);
	struct fake_card *card = bench.card;
	size_t before_bytes;
	uint64_t silent_frames;

	(void)state;
	fake_card_write(card, 480);
	fake_card_start(card);
	fake_card_run(card, 200 * MS, 0, 0);
	before_bytes = card->data->capture_bytes;
	fake_card_write(card, 1000);
	fake_card_run(card, 30 * MS, 0, 0);
	silent_frames = 0;
	for (size_t at = before_bytes; card->data->capture[at] == 0; at += 4)
		silent_frames++;
	/* Half the queue, plus half of that until the next look. */
	assert_true(silent_frames <= 48 * 13);
	bench_destroy(&bench);
}

static void an_erratic_application_loses_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct fake_card_options options = { .buffer_frames = 1000 + 333 * (uint32_t)seed,
						     .speed = seed % 2 ? UAUDIO_SPEED_HIGH : UAUDIO_SPEED_FULL };
		struct bench bench = bench_create(seed, &options);
		struct fake_card *card = bench.card;
		uint32_t aborted_underruns;

		bench.xhc->runs_at_barriers = true;
		fake_card_start(card);
		for (uint32_t i = 0; i < 150; i++) {
			uint32_t space = fake_card_space(card);

			fake_card_write(card, random_below(&card->random, space < 1200 ? space + 1 : 1200));
			fake_card_run(card, random_below(&card->random, 30 * MS), 3 * MS, 0);
		}
		aborted_underruns = card->shared->dsp.underruns;
		fake_card_stop(card, AUDIO_STOP_DRAIN);
		fake_card_run(card, 1000 * MS, 0, 0);
		assert_int_equal(card->stops, 1);
		assert_int_equal(card->shared->dsp.underruns, aborted_underruns);
		assert_int_equal(card->shared->dsp.bus_frames, card->written_frames);
		fake_card_check_capture(card, true);
		bench_destroy(&bench);
	}
}

static void hostile_appl_frames_stay_inside_the_buffer(void **state)
{
	struct random random = { 4711 };

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct fake_card_options options = { .buffer_frames = 777, .period_frames = 7 };
		struct bench bench = bench_create(seed, &options);
		struct fake_card *card = bench.card;

		memset(card->buffer, 0x55, card->config.buffer_bytes);
		fake_card_start(card);
		for (uint32_t i = 0; i < 2000 && !card->losses; i++) {
			static const uint64_t nasty[] = { 0, 1, UINT64_MAX, UINT64_MAX - 1, 1ull << 63, 1ull << 32,
							  UINT32_MAX };
			uint64_t value = i % 3 ? nasty[random_below(&random, COUNT(nasty))] :
						 random_u64(&random) >> random_below(&random, 64);

			fake_platform.now_ticks += random_below(&random, 4 * MS);
			card->shared->ap.appl_frames = value;
			fake_xhc_run(card->xhc);
			card->written_frames = UINT64_MAX;	/* no plausible limit for check_shared() */
			fake_card_service(card);
		}
		assert_int_equal(card->losses, 0);
		assert_true(card->player.source.implausible_limits > 100);
		for (size_t i = 0; i < card->data->capture_bytes; i++)
			assert_true(card->data->capture[i] == 0x55 || card->data->capture[i] == 0);
		bench_destroy(&bench);
	}
}

static void an_application_may_rewind(void **state)
{
	struct fake_card_options options = { 0 };
	struct bench bench = bench_create(5, &options);
	struct fake_card *card = bench.card;

	(void)state;
	fake_card_write(card, 4800);
	fake_card_start(card);
	/* 768 are queued; it takes back all frames behind 1000. */
	card->shared->ap.appl_frames = 1000;
	card->written_frames = 1000;
	card->expected_bytes = 1000 * card->device_frame_bytes;
	fake_card_run(card, 2 * MS, 0, 0);
	fake_card_write(card, 3000);
	fake_card_run(card, 20 * MS, 0, 0);
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_run(card, 1000 * MS, 0, 0);
	fake_card_check_capture(card, false);
	assert_int_equal(card->player.source.implausible_limits, 0);
	bench_destroy(&bench);
}

/* ---- the bus ---- */

static void an_empty_ring_is_started_again(void **state)
{
	(void)state;
	for (uint32_t tells = 0; tells <= 1; tells++) {
		struct fake_card_options options = { .rate_hz = 44100 };
		struct bench bench = bench_create(6, &options);
		struct fake_card *card = bench.card;
		uint64_t lost;

		card->data->tells_underruns = tells;
		fake_card_write(card, 4800);
		fake_card_start(card);
		for (uint32_t i = 1; i <= 20; i++) {
			fake_card_run(card, 50 * MS, 0, 4800);
			/* The DSP is away for longer than the queue lasts. */
			fake_platform.now_ticks += 40 * MS;
			fake_card_service(card);
			assert_int_equal(card->data->underruns, i);
			assert_int_equal(card->shared->dsp.ring_underruns, tells ? i : 0);
			fake_card_run(card, 2 * MS, 0, 4800);
			lost = (card->data->last_uframe - card->data->first_uframe) / card->data->interval_uframes + 1 -
			       card->data->tds;
			/* Never too many; of each gap, an interval may be missing in the account. */
			assert_in_range(card->shared->dsp.lost_intervals, lost - i, lost);
			assert_true(lost > 20 * i);
		}
		fake_card_stop(card, AUDIO_STOP_DRAIN);
		fake_card_run(card, 1000 * MS, 0, 0);
		assert_int_equal(card->shared->dsp.ring_underruns, tells ? 20 : 0);
		fake_card_check_capture(card, false);
		bench_destroy(&bench);
	}
}

struct fault_plan {
	struct random random;
	enum fake_fault fault;
	uint32_t one_in;
};

static enum fake_fault planned_fault(struct fake_endpoint *endpoint, void *context)
{
	struct fault_plan *plan = context;

	(void)endpoint;
	return random_below(&plan->random, plan->one_in) == 0 ? plan->fault : FAKE_FAULT_NONE;
}

static void missed_services_and_bus_errors_do_not_stop_the_music(void **state)
{
	static const enum fake_fault faults[] = { FAKE_FAULT_MISSED, FAKE_FAULT_MISSED_UNNAMED,
						  FAKE_FAULT_TRANSACTION_ERROR, FAKE_FAULT_SILENT };
	static const uint32_t one_in[] = { 1, 2, 10, 100 };

	(void)state;
	for (uint32_t i = 0; i < COUNT(faults) * COUNT(one_in) * 2; i++) {
		struct fault_plan plan = { { i + 1 }, faults[i % COUNT(faults)],
					   one_in[i / COUNT(faults) % COUNT(one_in)] };
		struct fake_card_options options = { .speed = i % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH };
		struct bench bench = bench_create(i, &options);
		struct fake_card *card = bench.card;
		const struct audio_shared_dsp *dsp = &card->shared->dsp;

		card->data->fault = planned_fault;
		card->data->fault_context = &plan;
		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, 400 * MS, 0, 4800);
		if (plan.fault == FAKE_FAULT_SILENT && plan.one_in == 1) {
			/* Not one event: that endpoint is dead. */
			assert_int_equal(card->losses, 1);
			assert_int_equal(card->lost_reason, AUDIO_LOST_ENDPOINT);
			bench_destroy(&bench);
			continue;
		}
		assert_int_equal(card->losses, 0);
		/* Only the loss of the very last event cannot be made up for by a later one. */
		if (plan.fault == FAKE_FAULT_SILENT)
			card->data->fault = NULL;
		fake_card_stop(card, i % 3 ? AUDIO_STOP_DRAIN : AUDIO_STOP_ABORT);
		fake_card_run(card, 1000 * MS, 0, 0);
		assert_int_equal(card->losses, 0);
		assert_int_equal(card->stops, 1);
		assert_int_equal(dsp->missed_services, card->data->missed);
		assert_int_equal(dsp->transfer_errors, card->data->errors);
		/* Faults that are not the bus's are not counted as such. */
		assert_int_equal(dsp->underruns, 0);
		if (i % 3)
			assert_int_equal(dsp->bus_frames, card->written_frames);

		/* And then it works as ever. */
		card->data->fault = NULL;
		card->data->capture_bytes = 0;
		card->data->may_be_silenced = false;
		card->expected_bytes = 0;
		card->written_frames = 0;
		card->shared->ap.appl_frames = 0;
		card->shared->dsp.taken_frames = 0;
		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, 100 * MS, 0, 4800);
		fake_card_stop(card, AUDIO_STOP_DRAIN);
		fake_card_run(card, 1000 * MS, 0, 0);
		fake_card_check_capture(card, false);
		bench_destroy(&bench);
	}
}

static void feedback_survives_faults(void **state)
{
	static const enum fake_fault faults[] = { FAKE_FAULT_MISSED, FAKE_FAULT_MISSED_UNNAMED,
						  FAKE_FAULT_TRANSACTION_ERROR };

	(void)state;
	for (uint32_t i = 0; i < COUNT(faults); i++) {
		struct fault_plan plan = { { i + 1 }, faults[i], 5 };
		struct fake_card_options options = { .has_feedback = true };
		struct bench bench = bench_create(i, &options);
		struct fake_card *card = bench.card;
		const uint32_t value_q14 = (48u << 14) + 100;
		uint64_t frames, wanted;

		card->sync->fault = planned_fault;
		card->sync->fault_context = &plan;
		card->sync->in_bytes = 3;
		card->sync->in_value = value_q14;
		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, 2000 * MS, 0, 4800);
		assert_int_equal(card->losses, 0);
		assert_true(card->sync->tds > 1500);
		frames = card->data->capture_bytes / card->device_frame_bytes;
		wanted = card->data->tds * (uint64_t)value_q14 >> 14;
		assert_in_range(frames, wanted - 3, wanted + 3);
		bench_destroy(&bench);
	}
}

/* ---- the xHC and the AP ---- */

static void an_endpoint_that_ends_is_told_once(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct fake_card_options options = { .has_feedback = i == 3 };
		struct bench bench = bench_create(7, &options);
		struct fake_card *card = bench.card;
		struct fault_plan plan = { { 1 }, FAKE_FAULT_TRB_ERROR, 1 };

		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, 30 * MS, 0, 4800);
		if (i == 1)
			fake_card_stop(card, AUDIO_STOP_DRAIN);
		if (i == 2) {
			card->data->fault = planned_fault;
			card->data->fault_context = &plan;
		} else {
			fake_xhc_stop_endpoint(i == 3 ? card->sync : card->data);
		}
		fake_card_run(card, 1000 * MS, 0, 0);
		assert_int_equal(card->losses, 1);
		assert_int_equal(card->stops, 0);
		assert_int_equal(card->lost_reason, AUDIO_LOST_ENDPOINT);
		assert_int_equal(card->shared->dsp.running, 0);
		fake_card_service(card);
		assert_int_equal(card->losses, 1);
		assert_int_equal(card->deadline_ticks, PLAYER_NEVER);
		assert_int_equal(player_start(&card->player, fake_platform.now_ticks), AUDIO_STATUS_WRONG_STATE);
		/* A stop that crosses it on the way is answered. */
		assert_int_equal(player_stop(&card->player, AUDIO_STOP_ABORT, fake_platform.now_ticks),
				 AUDIO_STATUS_OK);
		assert_true(player_take_results(&card->player).stopped);
		bench_destroy(&bench);
	}
}

static void a_lost_stream_touches_nothing_any_more(void **state)
{
	struct fake_card_options options = { 0 };
	struct bench bench = bench_create(8, &options);
	struct fake_card *card = bench.card;
	struct fake_platform before;

	(void)state;
	fake_card_write(card, 4800);
	fake_card_start(card);
	fake_card_run(card, 30 * MS, 0, 4800);
	player_lose(&card->player, AUDIO_LOST_DISCONNECTED, fake_platform.now_ticks);
	/* No register is there any more, and no memory but the shared page: any access fails. */
	before = fake_platform;
	fake_platform.device_count = 0;
	fake_platform.on_barrier = NULL;
	memset(card->data->ring.va, 0xee, card->data->ring.bytes);
	player_lose(&card->player, AUDIO_LOST_SUSPENDED, fake_platform.now_ticks);
	assert_int_equal(player_service(&card->player, fake_platform.now_ticks), PLAYER_NEVER);
	assert_int_equal(player_take_results(&card->player).lost_reason, AUDIO_LOST_DISCONNECTED);
	player_release(&card->player, fake_platform.now_ticks);
	assert_int_equal(card->player.state, PLAYER_FREE);
	for (uint32_t i = 0; i < card->data->ring.bytes; i++)
		assert_int_equal(((uint8_t *)card->data->ring.va)[i], 0xee);
	fake_platform = before;
	bench_destroy(&bench);
}

static void events_that_make_no_sense_are_survived(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct fake_card_options options = { 0 };
		struct bench bench = bench_create(seed, &options);
		struct fake_card *card = bench.card;
		struct random random = { seed * 31 };

		fake_card_write(card, 4800);
		fake_card_start(card);
		for (uint32_t i = 0; i < 300 && !card->losses; i++) {
			for (uint32_t n = random_below(&random, 8); n; n--) {
				uint64_t pointer = random_below(&random, 2) ? random_u64(&random) :
						   card->data->ring.dma + random_below(&random, 4096);
				uint32_t control = (uint32_t)random_u64(&random);

				/* Half of them look like ours, but not as if the endpoint had ended. */
				if (random_below(&random, 2))
					control = TRB_TYPE_TRANSFER_EVENT << TRB_TYPE_SHIFT | 2 << 16 | 1 << 24;
				fake_xhc_post_event(bench.xhc, 1, pointer | 1,
						    (uint32_t)random_u64(&random) | 0xc0000000u, control);
			}
			fake_card_run(card, 5 * MS, 0, 4800);
		}
		assert_int_equal(card->losses, 0);
		assert_true(rings.rings[0].stray_events + rings.rings[1].stray_events > 100 ||
			    rings.rings[EVENT_RING_POOL_RINGS - 1].stray_events > 100);
		/* Nothing of it has been believed: memory that is still the xHC's was never touched, see fake_xhc.h. */
		fake_card_stop(card, AUDIO_STOP_DRAIN);
		fake_card_run(card, 1000 * MS, 0, 0);
		fake_card_check_capture(card, false);
		bench_destroy(&bench);
	}
}

static void events_for_others_and_for_the_past_retire_nothing(void **state)
{
	struct fake_card_options options = { 0 };
	struct bench bench = bench_create(9, &options);
	struct fake_card *card = bench.card;
	uint32_t outstanding;

	(void)state;
	fake_card_write(card, 4800);
	fake_card_start(card);
	outstanding = card->player.pipe.out.outstanding;
	assert_int_equal(outstanding, 16);
	for (uint32_t i = 0; i < 4; i++) {
		/* wrong slot, wrong endpoint, TRB not yet queued, link TRB */
		uint64_t pointer = card->data->ring.dma + (i == 2 ? 16 : i == 3 ? 255 : 3) * TRB_BYTES;
		uint32_t control = TRB_TYPE_TRANSFER_EVENT << TRB_TYPE_SHIFT | (i == 1 ? 3u : 2u) << 16 |
				   (i == 0 ? 2u : 1u) << 24;

		fake_xhc_post_event(bench.xhc, 1, pointer, TRB_COMPLETION_SUCCESS << 24, control);
		event_ring_poll(card->player.pipe.event_ring, fake_platform.now_ticks);
		assert_int_equal(card->player.pipe.out.outstanding, outstanding);
	}
	fake_xhc_post_event(bench.xhc, 1, card->data->ring.dma + 3 * TRB_BYTES, TRB_COMPLETION_SUCCESS << 24,
			    TRB_TYPE_TRANSFER_EVENT << TRB_TYPE_SHIFT | 2u << 16 | 1u << 24);
	event_ring_poll(card->player.pipe.event_ring, fake_platform.now_ticks);
	assert_int_equal(card->player.pipe.out.outstanding, outstanding - 4);
	bench_destroy(&bench);
}

/* ---- several streams ---- */

static void streams_of_a_device_share_its_interrupter(void **state)
{
	struct fake_card_options options[3] = {
		{ .slot_id = 1, .rate_hz = 44100 },
		{ .slot_id = 2, .speed = UAUDIO_SPEED_HIGH, .interval = 1 },
		{ .slot_id = 3, .has_feedback = true },
	};
	struct fake_xhc *xhc = fake_xhc_create(10);
	struct fake_card *cards[3];

	(void)state;
	memset(&rings, 0, sizeof(rings));
	for (uint32_t i = 0; i < 3; i++) {
		cards[i] = fake_card_create(xhc, &rings, &options[i]);
		fake_card_write(cards[i], 4800);
	}
	assert_ptr_equal(cards[0]->player.pipe.event_ring, cards[2]->player.pipe.event_ring);
	for (uint32_t turn = 0; turn < 500; turn++) {
		uint64_t next_ticks = PLAYER_NEVER;

		for (uint32_t i = 0; i < 3; i++) {
			if (turn == 10 * i)
				fake_card_start(cards[i]);
			if (cards[i]->deadline_ticks <= fake_platform.now_ticks) {
				fake_card_write(cards[i], fake_card_space(cards[i]));
				fake_card_service(cards[i]);
			}
			if (cards[i]->deadline_ticks < next_ticks)
				next_ticks = cards[i]->deadline_ticks;
		}
		fake_platform.now_ticks = next_ticks + random_below(&xhc->random, 3 * MS);
	}
	for (uint32_t i = 0; i < 3; i++) {
		fake_card_stop(cards[i], AUDIO_STOP_DRAIN);
		/* The others stand still meanwhile: their rings run empty, and start again. */
		fake_card_run(cards[i], 1000 * MS, 0, 0);
		assert_int_equal(cards[i]->stops, 1);
		fake_card_check_capture(cards[i], i == 2);
	}
	assert_true(xhc->interrupters[1].most_pending < 254);
	for (uint32_t i = 0; i < 3; i++)
		fake_card_destroy(cards[i]);
	for (uint32_t i = 0; i < EVENT_RING_POOL_RINGS; i++)
		assert_int_equal(rings.rings[i].users, 0);
	fake_xhc_destroy(xhc);
}

static void an_event_ring_that_is_full_of_promises_takes_no_more(void **state)
{
	struct fake_card_options options = { .speed = UAUDIO_SPEED_HIGH };
	struct fake_xhc *xhc = fake_xhc_create(11);
	struct fake_card *cards[2], *other;
	struct player player = { 0 };
	struct usb_endpoint_config endpoint;
	struct fake_endpoint *third;

	(void)state;
	memset(&rings, 0, sizeof(rings));
	for (uint32_t i = 0; i < 2; i++) {
		options.slot_id = i + 1;
		cards[i] = fake_card_create(xhc, &rings, &options);
	}
	/* 254 entries: 128 TDs and a little more for the first, the rest for the second. */
	assert_int_equal(cards[0]->player.pipe.td_limit, 128);
	assert_int_equal(cards[1]->player.pipe.td_limit, (254 - 132 - 4) / 8 * 8);
	third = fake_xhc_add_endpoint(xhc, 3, UAUDIO_SPEED_HIGH, &cards[0]->data->descriptor, 2, 1);
	fake_xhc_describe(xhc, third, NULL, &cards[0]->endpoint.transfer_buffer, 2, &endpoint);
	assert_int_equal(player_setup(&player, &rings, &cards[0]->config, &endpoint), AUDIO_STATUS_NO_MEMORY);
	assert_int_equal(player.state, PLAYER_FREE);

	/* Another interrupter has room, and so has this one when a stream goes. */
	options.slot_id = 4;
	options.interrupter = 2;
	other = fake_card_create(xhc, &rings, &options);
	fake_card_destroy(other);
	fake_card_destroy(cards[1]);
	assert_int_equal(player_setup(&player, &rings, &cards[0]->config, &endpoint), AUDIO_STATUS_OK);
	player_release(&player, fake_platform.now_ticks);
	fake_card_destroy(cards[0]);
	fake_xhc_destroy(xhc);
}

static void a_new_stream_takes_a_used_interrupter_where_it_is(void **state)
{
	struct fake_xhc *xhc = fake_xhc_create(12);

	(void)state;
	memset(&rings, 0, sizeof(rings));
	/* Each leaves the event ring somewhere else, in either cycle state. */
	for (uint32_t i = 0; i < FAKE_XHC_ENDPOINTS; i++) {
		struct fake_card_options options = { .slot_id = i + 1 };
		struct fake_card *card = fake_card_create(xhc, &rings, &options);

		fake_card_write(card, 4800);
		fake_card_start(card);
		fake_card_run(card, (i == 3 ? 10 : 100 + 50 * i) * MS, 0, 4800);
		fake_card_stop(card, AUDIO_STOP_DRAIN);
		fake_card_run(card, 1000 * MS, 0, 0);
		assert_int_equal(card->stops, 1);
		fake_card_check_capture(card, false);
		card->data->tells_underruns = false;
		fake_card_destroy(card);
	}
	fake_xhc_destroy(xhc);
}

/* ---- the sender of the messages ---- */

typedef void (*spoiler)(struct stream_config *config, struct usb_endpoint_config *endpoint);

#define SPOIL(name, statement)									\
static void name(struct stream_config *config, struct usb_endpoint_config *endpoint)		\
{												\
	(void)config;										\
	(void)endpoint;										\
	statement;										\
}

SPOIL(no_buffer, config->buffer = NULL)
SPOIL(odd_buffer, config->buffer = (uint8_t *)config->buffer + 1)
SPOIL(no_bytes, config->buffer_bytes = 0)
SPOIL(half_a_frame, config->buffer_bytes -= 2)
SPOIL(wraps, config->buffer = (void *)(UINTPTR_MAX - 99))
SPOIL(no_period, config->period_bytes = 0)
SPOIL(half_a_frame_period, config->period_bytes -= 2)
SPOIL(long_period, config->period_bytes = config->buffer_bytes + 4)
SPOIL(no_shared, config->shared = NULL)
SPOIL(odd_shared, config->shared = (struct audio_shared *)((uintptr_t)config->shared + 4))
SPOIL(bad_format, config->format = 99)
SPOIL(big_endian, config->format = UAUDIO_FORMAT_S16_BE)
SPOIL(narrowing, config->format = UAUDIO_FORMAT_S32_LE)
SPOIL(bad_usb_format, config->usb_format = UINT32_MAX)
SPOIL(no_channels, config->channels = config->usb_channels = 0)
SPOIL(many_channels, config->channels = config->usb_channels = AUDIO_SETUP_MAX_CHANNELS + 1)
SPOIL(downmix, config->usb_channels = 1)
SPOIL(no_rate, config->rate_hz = 0)
SPOIL(wild_rate, config->rate_hz = UINT32_MAX)
SPOIL(rate_beyond_packet, endpoint->data.max_packet = 191)
SPOIL(no_ring, endpoint->data_ring.va = NULL)
SPOIL(odd_ring, endpoint->data_ring.va = (uint8_t *)endpoint->data_ring.va + 16)
SPOIL(odd_ring_dma, endpoint->data_ring.dma += 16)
SPOIL(wrong_ring_dma, endpoint->data_ring.dma += 4096)
SPOIL(short_ring, endpoint->data_ring.bytes = 4095)
SPOIL(half_ring, endpoint->data_ring.bytes = 4096)
SPOIL(no_ring_bytes, endpoint->data_ring.bytes = 0)
SPOIL(vast_ring, endpoint->data_ring.bytes = 0xfffff000)
SPOIL(no_event_ring, endpoint->event_ring.va = NULL)
SPOIL(short_event_ring, endpoint->event_ring.bytes = 16)
SPOIL(other_event_ring, endpoint->event_ring.dma += 0x100000)
SPOIL(no_transfer_buffer, endpoint->transfer_buffer.va = NULL)
SPOIL(empty_transfer_buffer, endpoint->transfer_buffer.bytes = 0)
SPOIL(tiny_transfer_buffer, endpoint->transfer_buffer.bytes = 192)
SPOIL(vast_transfer_buffer, endpoint->transfer_buffer.bytes = UINT32_MAX)
SPOIL(wrapping_transfer_buffer, endpoint->transfer_buffer.dma = UINT64_MAX - 15)
SPOIL(no_doorbells, endpoint->doorbells = NULL)
SPOIL(short_doorbells, endpoint->doorbell_bytes = 4)
SPOIL(no_runtime, endpoint->runtime = NULL)
SPOIL(short_runtime, endpoint->runtime_bytes = 0x40)
SPOIL(slot_0, endpoint->slot_id = 0)
SPOIL(slot_too_far, endpoint->slot_id = FAKE_XHC_SLOTS + 1)
SPOIL(slot_wild, endpoint->slot_id = endpoint->max_slots = UINT32_MAX)
SPOIL(interrupter_0, endpoint->interrupter = 0)
SPOIL(interrupter_wild, endpoint->interrupter = UINT32_MAX)
SPOIL(low_speed, endpoint->speed = UAUDIO_SPEED_LOW)
SPOIL(no_speed, endpoint->speed = UAUDIO_SPEED_INVALID)
SPOIL(wild_speed, endpoint->speed = 77)
SPOIL(other_subslot, endpoint->subslot_bytes = 3)
SPOIL(no_subslot, endpoint->subslot_bytes = 0)
SPOIL(bulk, endpoint->data.attributes = 2)
SPOIL(endpoint_0, endpoint->data.address = 0)
SPOIL(capture, endpoint->data.address = 0x81)
SPOIL(no_interval, endpoint->data.interval = 0)
SPOIL(long_interval, endpoint->data.interval = 4)
SPOIL(longest_interval, endpoint->data.interval = 16)
SPOIL(wild_interval, endpoint->data.interval = 255)
SPOIL(no_packet, endpoint->data.max_packet = 0)
SPOIL(big_packet, endpoint->data.max_packet = 0x7ff)
SPOIL(sync_without_endpoint, endpoint->sync_ring = endpoint->data_ring)
SPOIL(implicit_feedback, endpoint->sync_ring = endpoint->data_ring; endpoint->sync = endpoint->data;
      endpoint->sync.address |= 0x80; endpoint->sync.attributes = 0x25)
SPOIL(audio_as_feedback, endpoint->sync_ring = endpoint->data_ring; endpoint->sync = endpoint->data;
      endpoint->sync.address |= 0x80)
SPOIL(feedback_that_goes_out, endpoint->sync_ring = endpoint->data_ring; endpoint->sync = endpoint->data;
      endpoint->sync.attributes = 0x11)
SPOIL(wild_burst, endpoint->max_burst = UINT32_MAX)

static void nothing_from_the_ap_is_trusted(void **state)
{
	static const struct { spoiler spoil; enum audio_control_status status; } table[] = {
		{ no_buffer, AUDIO_STATUS_INVALID }, { odd_buffer, AUDIO_STATUS_INVALID },
		{ no_bytes, AUDIO_STATUS_INVALID }, { half_a_frame, AUDIO_STATUS_INVALID },
		{ wraps, AUDIO_STATUS_INVALID }, { no_period, AUDIO_STATUS_INVALID },
		{ half_a_frame_period, AUDIO_STATUS_INVALID }, { long_period, AUDIO_STATUS_INVALID },
		{ no_shared, AUDIO_STATUS_INVALID }, { odd_shared, AUDIO_STATUS_INVALID },
		{ bad_format, AUDIO_STATUS_UNSUPPORTED }, { big_endian, AUDIO_STATUS_UNSUPPORTED },
		{ narrowing, AUDIO_STATUS_UNSUPPORTED }, { bad_usb_format, AUDIO_STATUS_UNSUPPORTED },
		{ no_channels, AUDIO_STATUS_INVALID }, { many_channels, AUDIO_STATUS_INVALID },
		{ downmix, AUDIO_STATUS_UNSUPPORTED }, { no_rate, AUDIO_STATUS_UNSUPPORTED },
		{ wild_rate, AUDIO_STATUS_UNSUPPORTED }, { rate_beyond_packet, AUDIO_STATUS_UNSUPPORTED },
		{ no_ring, AUDIO_STATUS_INVALID }, { odd_ring, AUDIO_STATUS_INVALID },
		{ odd_ring_dma, AUDIO_STATUS_INVALID }, { wrong_ring_dma, AUDIO_STATUS_NO_MEMORY },
		{ short_ring, AUDIO_STATUS_INVALID }, { half_ring, AUDIO_STATUS_NO_MEMORY },
		{ no_ring_bytes, AUDIO_STATUS_INVALID }, { vast_ring, AUDIO_STATUS_INVALID },
		{ no_event_ring, AUDIO_STATUS_INVALID }, { short_event_ring, AUDIO_STATUS_INVALID },
		{ other_event_ring, AUDIO_STATUS_INVALID }, { no_transfer_buffer, AUDIO_STATUS_INVALID },
		{ empty_transfer_buffer, AUDIO_STATUS_INVALID }, { tiny_transfer_buffer, AUDIO_STATUS_NO_MEMORY },
		{ vast_transfer_buffer, AUDIO_STATUS_INVALID },
		{ wrapping_transfer_buffer, AUDIO_STATUS_INVALID }, { no_doorbells, AUDIO_STATUS_INVALID },
		{ short_doorbells, AUDIO_STATUS_INVALID }, { no_runtime, AUDIO_STATUS_INVALID },
		{ short_runtime, AUDIO_STATUS_INVALID }, { slot_0, AUDIO_STATUS_INVALID },
		{ slot_too_far, AUDIO_STATUS_INVALID }, { slot_wild, AUDIO_STATUS_INVALID },
		{ interrupter_0, AUDIO_STATUS_INVALID }, { interrupter_wild, AUDIO_STATUS_INVALID },
		{ low_speed, AUDIO_STATUS_INVALID }, { no_speed, AUDIO_STATUS_INVALID },
		{ wild_speed, AUDIO_STATUS_INVALID }, { other_subslot, AUDIO_STATUS_INVALID },
		{ no_subslot, AUDIO_STATUS_INVALID }, { bulk, AUDIO_STATUS_INVALID },
		{ endpoint_0, AUDIO_STATUS_INVALID }, { capture, AUDIO_STATUS_UNSUPPORTED },
		{ no_interval, AUDIO_STATUS_INVALID }, { long_interval, AUDIO_STATUS_UNSUPPORTED },
		{ longest_interval, AUDIO_STATUS_UNSUPPORTED }, { wild_interval, AUDIO_STATUS_INVALID }, { no_packet, AUDIO_STATUS_INVALID },
		{ big_packet, AUDIO_STATUS_INVALID }, { sync_without_endpoint, AUDIO_STATUS_INVALID },
		{ implicit_feedback, AUDIO_STATUS_UNSUPPORTED }, { audio_as_feedback, AUDIO_STATUS_UNSUPPORTED },
		{ feedback_that_goes_out, AUDIO_STATUS_INVALID },
		{ wild_burst, AUDIO_STATUS_INVALID },
	};
	struct fake_card_options options = { 0 };
	struct bench bench = bench_create(13, &options);
	struct fake_card *card = bench.card;
	struct player untouched = { 0 };

	(void)state;
	assert_int_equal(player_setup(&card->player, &rings, &card->config, &card->endpoint),
			 AUDIO_STATUS_WRONG_STATE);
	player_release(&card->player, fake_platform.now_ticks);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct stream_config config = card->config;
		struct usb_endpoint_config endpoint = card->endpoint;
		enum audio_control_status status;

		table[i].spoil(&config, &endpoint);
		status = player_setup(&card->player, &rings, &config, &endpoint);
		if (status != table[i].status)
			fail_msg("case %zu: status %d, not %d", i, status, table[i].status);
		assert_memory_equal(&card->player, &untouched, sizeof(untouched));
		for (uint32_t r = 0; r < EVENT_RING_POOL_RINGS; r++)
			assert_int_equal(rings.rings[r].users, 0);
	}
	assert_int_equal(player_setup(&card->player, &rings, &card->config, &card->endpoint), AUDIO_STATUS_OK);
	bench_destroy(&bench);
}

static void an_endpoint_is_given_to_one_stream_only(void **state)
{
	struct fake_card_options options = { .has_feedback = true };
	struct bench bench = bench_create(14, &options);
	struct fake_card *card = bench.card;
	struct usb_endpoint_config endpoint = card->endpoint;
	struct player other = { 0 };

	(void)state;
	fake_card_write(card, 4800);
	fake_card_start(card);
	for (uint32_t i = 0; i < 20; i++) {
		/* the same data endpoint; another one, but the same feedback endpoint */
		endpoint.data.address = 1 + i % 2;
		assert_int_equal(player_setup(&other, &rings, &card->config, &endpoint), AUDIO_STATUS_INVALID);
		fake_card_run(card, 10 * MS, 0, 4800);
	}
	fake_card_stop(card, AUDIO_STOP_DRAIN);
	fake_card_run(card, 1000 * MS, 0, 0);
	fake_card_check_capture(card, false);
	bench_destroy(&bench);
}

static void a_free_stream_does_nothing(void **state)
{
	struct player player = { 0 };

	(void)state;
	fake_platform_reset();
	assert_int_equal(player_service(&player, 1), PLAYER_NEVER);
	assert_int_equal(player_start(&player, 1), AUDIO_STATUS_WRONG_STATE);
	assert_int_equal(player_stop(&player, AUDIO_STOP_ABORT, 1), AUDIO_STATUS_WRONG_STATE);
	assert_int_equal(player_stop(&player, (enum audio_stop_mode)2, 1), AUDIO_STATUS_INVALID);
	player_lose(&player, AUDIO_LOST_DISCONNECTED, 1);
	player_release(&player, 1);
	assert_int_equal(player.state, PLAYER_FREE);
	assert_false(player_take_results(&player).lost);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_counts_as_underrun_once_samples_follow),
		cmocka_unit_test(a_partly_filled_interval_is_one_underrun),
		cmocka_unit_test(samples_that_come_late_wait_little),
		cmocka_unit_test(an_erratic_application_loses_nothing),
		cmocka_unit_test(hostile_appl_frames_stay_inside_the_buffer),
		cmocka_unit_test(an_application_may_rewind),
		cmocka_unit_test(an_empty_ring_is_started_again),
		cmocka_unit_test(missed_services_and_bus_errors_do_not_stop_the_music),
		cmocka_unit_test(feedback_survives_faults),
		cmocka_unit_test(an_endpoint_that_ends_is_told_once),
		cmocka_unit_test(a_lost_stream_touches_nothing_any_more),
		cmocka_unit_test(events_that_make_no_sense_are_survived),
		cmocka_unit_test(events_for_others_and_for_the_past_retire_nothing),
		cmocka_unit_test(streams_of_a_device_share_its_interrupter),
		cmocka_unit_test(an_event_ring_that_is_full_of_promises_takes_no_more),
		cmocka_unit_test(a_new_stream_takes_a_used_interrupter_where_it_is),
		cmocka_unit_test(nothing_from_the_ap_is_trusted),
		cmocka_unit_test(an_endpoint_is_given_to_one_stream_only),
		cmocka_unit_test(a_free_stream_does_nothing),
	};

	return cmocka_run_group_tests_name("player_faults", tests, NULL, NULL);
}
