// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Random walks through the states of players: any call in any state, at any time, with faults on the bus.
 * A model of the states says what each call must answer; the fake xHC watches the rings. A seed that fails
 * fails again: STREAM_WALK_SEED=n runs it alone.
 */
#include "unit.h"

#include "fake_card.h"

#define MS	FAKE_TICKS_PER_MS
#define WALKS	60
#define STEPS	400
#define CARDS	2

/* The states at the head of player.c, told from outside. */
enum model {
	MODEL_FREE,
	MODEL_READY,
	MODEL_RUNNING,
	MODEL_STOPPING,
	MODEL_LOST,
};

struct walker {
	struct fake_xhc *xhc;
	struct event_ring_pool rings;
	struct fake_card *cards[CARDS];
	enum model models[CARDS];
	bool aborts[CARDS];
	struct random random;
	uint32_t faults_in;	/* one TD in so many has a fault; 0: none */
};

static enum fake_fault random_fault(struct fake_endpoint *endpoint, void *context)
{
	struct walker *walker = context;
	uint32_t dice;

	(void)endpoint;
	if (!walker->faults_in || random_below(&walker->random, walker->faults_in))
		return FAKE_FAULT_NONE;
	dice = random_below(&walker->random, 100);
	if (dice == 0)
		return FAKE_FAULT_TRB_ERROR;
	return dice < 30 ? FAKE_FAULT_MISSED : dice < 60 ? FAKE_FAULT_MISSED_UNNAMED :
	       FAKE_FAULT_TRANSACTION_ERROR;
}

/* The AP disables the USB stream and enables it again: stop, free, make anew. */
static void renew(struct fake_card *card)
{
	struct fake_endpoint *endpoints[2] = { card->data, card->sync };

	for (uint32_t i = 0; i < 2 && endpoints[i]; i++) {
		if (endpoints[i]->is_running)
			fake_xhc_stop_endpoint(endpoints[i]);
		fake_xhc_renew_endpoint(endpoints[i]);
	}
}

static void begin_application(struct fake_card *card)
{
	card->written_frames = 0;
	card->expected_bytes = 0;
	card->data->capture_bytes = 0;
	card->data->may_be_silenced = false;
	card->shared->ap.appl_frames = 0;
	card->shared->dsp.taken_frames = 0;
}

static void take_call(struct walker *walker, uint32_t i)
{
	struct fake_card *card = walker->cards[i];
	struct player *player = &card->player;
	enum model *model = &walker->models[i];
	uint64_t now = fake_platform.now_ticks;
	bool is_active = *model == MODEL_RUNNING || *model == MODEL_STOPPING;
	enum audio_stop_mode mode = (enum audio_stop_mode)random_below(&walker->random, 2);

	switch (random_below(&walker->random, 12)) {
	case 0:
	case 1:
		if (*model == MODEL_READY)
			begin_application(card);
		assert_int_equal(player_start(player, now), *model == MODEL_READY ? AUDIO_STATUS_OK :
								 AUDIO_STATUS_WRONG_STATE);
		if (*model == MODEL_READY)
			*model = MODEL_RUNNING;
		break;
	case 2:
		if (is_active && mode == AUDIO_STOP_ABORT) {
			card->data->may_be_silenced = true;
			walker->aborts[i] = true;
		}
		assert_int_equal(player_stop(player, mode, now), *model == MODEL_FREE ? AUDIO_STATUS_WRONG_STATE :
								 AUDIO_STATUS_OK);
		if (is_active)
			*model = MODEL_STOPPING;
		break;
	case 3:
		if (random_below(&walker->random, 4) == 0) {
			player_release(player, now);
			renew(card);
			*model = MODEL_FREE;
		}
		break;
	case 4:
		if (random_below(&walker->random, 20) == 0) {
			player_lose(player, AUDIO_LOST_SUSPENDED, now);
			if (*model != MODEL_FREE)
				*model = MODEL_LOST;
		}
		break;
	case 5:
	case 6:
		assert_int_equal(player_setup(player, &walker->rings, &card->config, &card->endpoint),
				 *model == MODEL_FREE ? AUDIO_STATUS_OK : AUDIO_STATUS_WRONG_STATE);
		if (*model == MODEL_FREE)
			*model = MODEL_READY;
		break;
	default:
		if (*model == MODEL_RUNNING && fake_card_space(card))
			fake_card_write(card, random_below(&walker->random, fake_card_space(card)));
		break;
	}
	card->deadline_ticks = fake_platform.now_ticks;
}

static void service(struct walker *walker, uint32_t i)
{
	struct fake_card *card = walker->cards[i];
	enum model *model = &walker->models[i];
	struct stream_results results;

	fake_xhc_run(walker->xhc);
	card->deadline_ticks = player_service(&card->player, fake_platform.now_ticks);
	results = player_take_results(&card->player);
	if (results.lost) {
		assert_true(*model != MODEL_FREE);
		*model = MODEL_LOST;
	}
	if (results.stopped && *model == MODEL_STOPPING) {
		*model = MODEL_READY;
		if (!walker->aborts[i] && !walker->faults_in)
			fake_card_check_capture(card, true);
		walker->aborts[i] = false;
	}
	assert_int_equal(card->player.state == PLAYER_FREE, *model == MODEL_FREE);
	assert_int_equal(card->player.state == PLAYER_LOST, *model == MODEL_LOST);
	assert_int_equal(card->player.state == PLAYER_RUNNING, *model == MODEL_RUNNING);
	assert_int_equal(card->deadline_ticks != PLAYER_NEVER, *model == MODEL_RUNNING || *model == MODEL_STOPPING);
}

static void walk(uint64_t seed)
{
	struct walker *walker = calloc(1, sizeof(*walker));
	bool is_high_speed = seed % 2;

	walker->xhc = fake_xhc_create(seed);
	walker->xhc->runs_at_barriers = true;
	walker->random.state = seed * 77 + 1;
	walker->faults_in = seed % 3 ? 0 : 50;
	for (uint32_t i = 0; i < CARDS; i++) {
		struct fake_card_options options = {
			.slot_id = i + 1, .speed = is_high_speed ? UAUDIO_SPEED_HIGH : UAUDIO_SPEED_FULL,
			.has_feedback = seed % 5 == 0, .rate_hz = seed % 4 ? 48000 : 44100,
		};

		walker->cards[i] = fake_card_create(walker->xhc, &walker->rings, &options);
		walker->cards[i]->data->fault = random_fault;
		walker->cards[i]->data->fault_context = walker;
		walker->models[i] = MODEL_READY;
	}
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t i = random_below(&walker->random, CARDS);
		/* Mostly in time, now and then far too late. */
		uint32_t away_ms = random_below(&walker->random, 20) ? 6 : 60;

		fake_xhc_run(walker->xhc);
		take_call(walker, i);
		for (i = 0; i < CARDS; i++)
			if (walker->cards[i]->deadline_ticks <= fake_platform.now_ticks || random_below(&walker->random, 3) == 0)
				service(walker, i);
		fake_platform.now_ticks += random_below(&walker->random, away_ms * MS);
	}
	/* From wherever they are, all can be stopped and given back. */
	for (uint32_t i = 0; i < CARDS; i++) {
		struct fake_card *card = walker->cards[i];

		fake_xhc_run(walker->xhc);
		card->data->may_be_silenced = true;
		if (walker->models[i] != MODEL_FREE)
			assert_int_equal(player_stop(&card->player, AUDIO_STOP_ABORT, fake_platform.now_ticks),
					 AUDIO_STATUS_OK);
		for (uint32_t n = 0; n < 60; n++) {
			player_service(&card->player, fake_platform.now_ticks);
			fake_platform.now_ticks += 3 * MS;
			fake_xhc_run(walker->xhc);
		}
		assert_true(card->player.state == PLAYER_READY || card->player.state == PLAYER_FREE ||
			    card->player.state == PLAYER_LOST);
	}
	for (uint32_t i = 0; i < CARDS; i++)
		fake_card_destroy(walker->cards[i]);
	for (uint32_t i = 0; i < EVENT_RING_POOL_RINGS; i++)
		assert_int_equal(walker->rings.rings[i].users, 0);
	fake_xhc_destroy(walker->xhc);
	free(walker);
}

static void random_walks_end_well(void **state)
{
	const char *only = getenv("STREAM_WALK_SEED");

	(void)state;
	if (only) {
		walk(strtoull(only, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= WALKS; seed++) {
		print_message("# seed %llu\n", (unsigned long long)seed);
		walk(seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_walks_end_well),
	};

	return cmocka_run_group_tests_name("player_walk", tests, NULL, NULL);
}
