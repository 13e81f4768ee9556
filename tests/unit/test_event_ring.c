// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "unit.h"

#include "fake_platform.h"
#include "fake_xhc.h"
#include "firmware/usb/event_ring.h"

#define SLOT		5
#define ENDPOINT	4

static struct event_ring_pool pool;

struct bench {
	struct fake_xhc *xhc;
	struct usb_endpoint_config config;
	struct event_ring *ring;
	uint64_t next;		/* TRB pointer of the next event, counted up */
	uint64_t seen;		/* ... that the handler expects */
};

static void handle(void *owner, const struct transfer_event *event)
{
	struct bench *bench = owner;

	assert_int_equal(event->trb_dma, bench->seen * 16);
	assert_int_equal(event->slot_id, SLOT);
	assert_int_equal(event->endpoint_id, ENDPOINT);
	assert_int_equal(event->completion, TRB_COMPLETION_SUCCESS);
	assert_int_equal(event->residue_bytes, bench->seen % 0xffffff);
	assert_int_equal(event->seen_ticks, 42);
	bench->seen++;
}

static struct event_ring_listener listener(struct bench *bench, uint32_t slot_id, uint32_t reserved_trbs)
{
	return (struct event_ring_listener){ handle, bench, slot_id, ENDPOINT, reserved_trbs };
}

static struct bench bench_create(uint32_t segments)
{
	struct bench bench = { .xhc = fake_xhc_create(segments) };

	memset(&pool, 0, sizeof(pool));
	fake_xhc_add_interrupter(bench.xhc, 1, segments);
	fake_xhc_add_interrupter(bench.xhc, 2, 1);
	bench.config.event_ring = bench.xhc->interrupters[1].ring;
	bench.config.runtime = bench.xhc->runtime;
	bench.config.interrupter = 1;
	bench.ring = event_ring_get(&pool, &bench.config);
	assert_non_null(bench.ring);
	return bench;
}

static void post(struct bench *bench)
{
	fake_xhc_post_event(bench->xhc, 1, bench->next * 16,
			    (uint32_t)(bench->next % 0xffffff) | TRB_COMPLETION_SUCCESS << 24,
			    TRB_TYPE_TRANSFER_EVENT << TRB_TYPE_SHIFT | ENDPOINT << 16 | (uint32_t)SLOT << 24);
	bench->next++;
}

static void random_batches_over_many_laps(void **state)
{
	(void)state;
	for (uint32_t segments = 1; segments <= 3; segments++) {
		struct bench bench = bench_create(segments);
		struct event_ring_listener own = listener(&bench, SLOT, 10);
		struct random random = { segments };

		assert_true(event_ring_listen(bench.ring, &own));
		while (bench.next < 100ull * bench.ring->trb_count) {
			uint32_t batch = random_below(&random, bench.ring->trb_count);

			for (uint32_t i = 0; i < batch; i++)
				post(&bench);
			assert_int_equal(event_ring_poll(bench.ring, 42), batch);
			assert_int_equal(bench.seen, bench.next);
			/* The register says that all of it has been read. */
			assert_int_equal(bench.xhc->interrupters[1].pending, 0);
			assert_int_equal(event_ring_poll(bench.ring, 42), 0);
		}
		assert_int_equal(bench.ring->stray_events, 0);
		fake_xhc_destroy(bench.xhc);
	}
}

static void begins_where_the_last_owner_ended(void **state)
{
	struct bench bench = bench_create(1);

	(void)state;
	/* At every place, in both cycle states, with nothing, one and many events waiting. */
	for (uint32_t turn = 0; turn < 2 * 256 + 5; turn++) {
		struct event_ring_listener own = listener(&bench, SLOT, 10);

		event_ring_put(bench.ring);
		for (uint32_t waiting = turn % 3 == 2 ? 100 : turn % 3; waiting; waiting--)
			post(&bench);
		bench.ring = event_ring_get(&pool, &bench.config);
		assert_non_null(bench.ring);
		assert_true(event_ring_listen(bench.ring, &own));
		post(&bench);
		event_ring_poll(bench.ring, 42);
		assert_int_equal(bench.seen, bench.next);
	}
	fake_xhc_destroy(bench.xhc);
}

/* The AP may make the interrupter anew, at the same addresses, while a stream here has not let go of the old one. */
static void a_ring_that_was_made_anew_is_begun_anew(void **state)
{
	(void)state;
	/* Behind where the old one had got to; and where only the cycle state differs. */
	for (uint32_t consumed = 100; consumed <= 256; consumed += 156) {
		struct bench bench = bench_create(1);
		struct event_ring_listener own = listener(&bench, SLOT, 10);

		assert_true(event_ring_listen(bench.ring, &own));
		for (uint32_t i = 0; i < consumed; i++) {
			post(&bench);
			assert_int_equal(event_ring_poll(bench.ring, 42), 1);
		}

		fake_xhc_renew_interrupter(bench.xhc, 1);
		assert_ptr_equal(event_ring_get(&pool, &bench.config), bench.ring);
		assert_int_equal(event_ring_poll(bench.ring, 42), 0);
		post(&bench);
		assert_int_equal(event_ring_poll(bench.ring, 42), 1);
		assert_int_equal(bench.seen, bench.next);

		/* A user that comes to a ring in use disturbs nobody, even if events wait there. */
		post(&bench);
		post(&bench);
		assert_ptr_equal(event_ring_get(&pool, &bench.config), bench.ring);
		assert_int_equal(event_ring_poll(bench.ring, 42), 2);
		assert_int_equal(bench.seen, bench.next);
		fake_xhc_destroy(bench.xhc);
	}
}

static void a_wild_producer_is_left_after_one_lap(void **state)
{
	struct bench bench = bench_create(1);
	struct trb *trbs = bench.config.event_ring.va;

	(void)state;
	/* It writes every entry as new, and goes on while they are read. */
	for (uint32_t i = 0; i < 256; i++)
		trbs[i].control = TRB_CYCLE;
	bench.xhc->interrupters[1].pending = 256;
	assert_int_equal(event_ring_poll(bench.ring, 42), 256);
	assert_int_equal(bench.ring->stray_events, 256);
	fake_xhc_destroy(bench.xhc);
}

static void events_go_to_their_endpoint_only(void **state)
{
	struct bench bench = bench_create(1);
	struct event_ring_listener own = listener(&bench, SLOT, 10);

	(void)state;
	assert_true(event_ring_listen(bench.ring, &own));
	fake_xhc_post_event(bench.xhc, 1, 0, 1u << 24, 32u << 10 | ENDPOINT << 16 | (SLOT + 1u) << 24);
	fake_xhc_post_event(bench.xhc, 1, 0, 1u << 24, 32u << 10 | (ENDPOINT + 1) << 16 | (uint32_t)SLOT << 24);
	fake_xhc_post_event(bench.xhc, 1, 0, 1u << 24, 39u << 10 | ENDPOINT << 16 | (uint32_t)SLOT << 24);
	fake_xhc_post_event(bench.xhc, 1, 0, 0, 0);
	assert_int_equal(event_ring_poll(bench.ring, 42), 4);
	assert_int_equal(bench.ring->stray_events, 4);
	fake_xhc_post_event(bench.xhc, 1, 0, 21u << 24, 37u << 10);
	assert_int_equal(event_ring_poll(bench.ring, 42), 1);
	assert_int_equal(bench.ring->ring_full_events, 1);
	post(&bench);
	event_ring_poll(bench.ring, 42);
	assert_int_equal(bench.seen, 1);
	event_ring_unlisten(bench.ring, SLOT, ENDPOINT);
	event_ring_unlisten(bench.ring, SLOT, ENDPOINT);
	post(&bench);
	event_ring_poll(bench.ring, 42);
	assert_int_equal(bench.seen, 1);
	fake_xhc_destroy(bench.xhc);
}

static void entries_are_promised_once(void **state)
{
	struct bench bench = bench_create(1);
	struct event_ring_listener first = listener(&bench, 1, 200), second = listener(&bench, 2, 55);
	struct event_ring_listener again = listener(&bench, 1, 1);

	(void)state;
	assert_int_equal(event_ring_available(bench.ring), 254);
	assert_true(event_ring_listen(bench.ring, &first));
	assert_int_equal(event_ring_available(bench.ring), 54);
	assert_false(event_ring_listen(bench.ring, &second));
	assert_false(event_ring_listen(bench.ring, &again));
	second.reserved_trbs = 54;
	assert_true(event_ring_listen(bench.ring, &second));
	assert_int_equal(event_ring_available(bench.ring), 0);
	event_ring_unlisten(bench.ring, 1, ENDPOINT);
	assert_int_equal(event_ring_available(bench.ring), 200);
	for (uint32_t i = 3; i < 3 + EVENT_RING_MAX_LISTENERS - 1; i++) {
		struct event_ring_listener more = listener(&bench, i, 1);

		assert_true(event_ring_listen(bench.ring, &more));
	}
	again.slot_id = 99;
	assert_false(event_ring_listen(bench.ring, &again));
	fake_xhc_destroy(bench.xhc);
}

static void one_object_for_each_interrupter(void **state)
{
	struct bench bench = bench_create(1);
	struct usb_endpoint_config other = bench.config;

	(void)state;
	assert_ptr_equal(event_ring_get(&pool, &bench.config), bench.ring);
	assert_int_equal(bench.ring->users, 2);

	/* the same interrupter with other memory */
	other.event_ring.dma += 4096;
	assert_null(event_ring_get(&pool, &other));
	other = bench.config;
	other.event_ring.bytes *= 2;
	assert_null(event_ring_get(&pool, &other));

	/* another interrupter; its dequeue pointer is not in this memory */
	other = bench.config;
	other.interrupter = 2;
	assert_null(event_ring_get(&pool, &other));
	other.event_ring = bench.xhc->interrupters[2].ring;
	assert_non_null(event_ring_get(&pool, &other));

	/* a pool that is full */
	for (uint32_t i = 0; i < EVENT_RING_POOL_RINGS; i++)
		if (!pool.rings[i].users)
			pool.rings[i].users = 1;
	other.interrupter = 3;
	assert_null(event_ring_get(&pool, &other));
	event_ring_put(bench.ring);
	assert_int_equal(bench.ring->users, 1);
	fake_xhc_destroy(bench.xhc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_batches_over_many_laps),
		cmocka_unit_test(begins_where_the_last_owner_ended),
		cmocka_unit_test(a_ring_that_was_made_anew_is_begun_anew),
		cmocka_unit_test(a_wild_producer_is_left_after_one_lap),
		cmocka_unit_test(events_go_to_their_endpoint_only),
		cmocka_unit_test(entries_are_promised_once),
		cmocka_unit_test(one_object_for_each_interrupter),
	};

	return cmocka_run_group_tests_name("event_ring", tests, NULL, NULL);
}
