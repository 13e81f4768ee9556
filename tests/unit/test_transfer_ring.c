// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "unit.h"

#include "fake_platform.h"
#include "firmware/usb/transfer_ring.h"

#define MAX_SEGMENTS	4
#define DOORBELL_VALUE	6

/* A ring as the AP offloads it, and the xHC's place in it. */
struct bench {
	struct trb trbs[(TRANSFER_RING_MAX_SEGMENTS + 1) * TRB_SEGMENT_TRBS];
	uint64_t dma[TRANSFER_RING_MAX_SEGMENTS + 1];
	struct usb_memory memory;
	struct transfer_ring ring;
	uint32_t doorbell;
	uint32_t doorbells;
	/* the xHC */
	uint64_t dequeue_dma;
	uint32_t cycle;
	uint32_t laps;
};

static struct bench bench;

static struct trb *bus_to_trb(uint64_t dma)
{
	for (uint32_t i = 0; i < bench.memory.bytes / TRB_SEGMENT_BYTES; i++)
		if (dma >= bench.dma[i] && dma < bench.dma[i] + TRB_SEGMENT_BYTES)
			return &bench.trbs[i * TRB_SEGMENT_TRBS + (dma - bench.dma[i]) / TRB_BYTES];
	fail_msg("0x%llx is not in the ring", (unsigned long long)dma);
	return NULL;
}

/* The next data TRB that is the xHC's, or NULL. */
static struct trb *xhc_take(uint64_t *trb_dma)
{
	for (;;) {
		struct trb *trb = bus_to_trb(bench.dequeue_dma);

		if ((trb->control & TRB_CYCLE) != bench.cycle)
			return NULL;
		if (TRB_TYPE(trb->control) == TRB_TYPE_LINK) {
			bench.dequeue_dma = trb->parameter;
			if (trb->control & TRB_LINK_TOGGLE_CYCLE) {
				bench.cycle ^= TRB_CYCLE;
				bench.laps++;
			}
			continue;
		}
		*trb_dma = bench.dequeue_dma;
		bench.dequeue_dma += TRB_BYTES;
		return trb;
	}
}

static bool xhc_sees_nothing(void)
{
	struct trb *trb = bus_to_trb(bench.dequeue_dma);

	return (trb->control & TRB_CYCLE) != bench.cycle;
}

static uint32_t read_doorbell(void *context, uint32_t offset)
{
	(void)context;
	(void)offset;
	return 0;
}

static void write_doorbell(void *context, uint32_t offset, uint32_t value)
{
	(void)context;
	assert_int_equal(offset, 0);
	assert_int_equal(value, DOORBELL_VALUE);
	/* The batch can be seen before the doorbell rings. */
	assert_false(xhc_sees_nothing());
	bench.doorbells++;
}

static void link_ring(uint32_t segments)
{
	memset(&bench, 0, sizeof(bench));
	for (uint32_t i = 0; i < segments; i++)
		bench.dma[i] = 0xffff0000ull + ((i * 7) % 17) * 0x3000;
	for (uint32_t i = 0; i < segments; i++) {
		struct trb *link = &bench.trbs[(i + 1) * TRB_SEGMENT_TRBS - 1];

		link->parameter = bench.dma[(i + 1) % segments];
		link->control = TRB_TYPE_LINK << TRB_TYPE_SHIFT;
		if (i + 1 == segments)
			link->control |= TRB_LINK_TOGGLE_CYCLE;
	}
	bench.memory = (struct usb_memory){ bench.trbs, bench.dma[0], segments * TRB_SEGMENT_BYTES };
	bench.dequeue_dma = bench.dma[0];
	bench.cycle = TRB_CYCLE;
	fake_platform_reset();
	fake_platform_add_device(&(struct fake_device){ &bench.doorbell, 4, read_doorbell, write_doorbell, NULL });
}

static void make_ring(uint32_t segments)
{
	link_ring(segments);
	assert_true(transfer_ring_init(&bench.ring, &bench.memory, &bench.doorbell, DOORBELL_VALUE));
	assert_true(xhc_sees_nothing());
}

static void push(uint32_t number)
{
	transfer_ring_push(&bench.ring, number * 3ull << 32 | number, number, TRB_TYPE_ISOCH << TRB_TYPE_SHIFT);
}

static void random_batches_over_many_laps(void **state)
{
	(void)state;
	for (uint32_t segments = 1; segments <= MAX_SEGMENTS; segments++) {
		struct random random = { segments };
		uint32_t pushed = 0, taken = 0;

		make_ring(segments);
		while (bench.laps < 1000) {
			uint32_t room = bench.ring.capacity - 1 - (pushed - taken);
			uint32_t batch = random_below(&random, room + 1);
			uint32_t doorbells = bench.doorbells;
			uint32_t before = pushed;

			for (uint32_t i = 0; i < batch; i++)
				push(pushed++);
			/* Nothing of the batch can be seen; all that was there before still can. */
			for (uint32_t n = random_below(&random, before - taken + 1); n; n--) {
				uint64_t dma;
				struct trb *trb = xhc_take(&dma);

				assert_non_null(trb);
				assert_int_equal(trb->status, taken);
				assert_int_equal(trb->parameter, taken * 3ull << 32 | taken);
				taken++;
			}
			if (taken == before)
				assert_true(xhc_sees_nothing());
			transfer_ring_publish(&bench.ring);
			assert_int_equal(bench.doorbells - doorbells, batch ? 1 : 0);
		}
		assert_true(pushed - taken < bench.ring.capacity);
	}
}

static void a_full_ring_holds_its_capacity_less_one(void **state)
{
	uint64_t dma;

	(void)state;
	for (uint32_t segments = 1; segments <= MAX_SEGMENTS; segments++) {
		make_ring(segments);
		assert_int_equal(bench.ring.capacity, segments * 255);
		/* Full, empty, full, empty: the start moves back by one each time. */
		for (uint32_t turn = 0; turn < 600; turn++) {
			for (uint32_t i = 0; i < bench.ring.capacity - 1; i++)
				push(i);
			transfer_ring_publish(&bench.ring);
			for (uint32_t i = 0; i < bench.ring.capacity - 1; i++)
				assert_int_equal(xhc_take(&dma)->status, i);
			assert_null(xhc_take(&dma));
		}
	}
}

static uint32_t barriers;

static void before_the_cycle_bit(void *context)
{
	(void)context;
	/* The first barrier is before the cycle bit, the second between it and the doorbell. */
	assert_int_equal(xhc_sees_nothing(), barriers == 0);
	assert_int_equal(bench.doorbells, 0);
	barriers++;
}

static void one_word_publishes_a_batch_across_a_link(void **state)
{
	struct trb *first;
	uint64_t dma;

	(void)state;
	make_ring(2);
	for (uint32_t i = 0; i < 250; i++)
		push(i);
	transfer_ring_publish(&bench.ring);
	for (uint32_t i = 0; i < 250; i++)
		xhc_take(&dma);
	bench.doorbells = 0;
	barriers = 0;
	fake_platform.on_barrier = before_the_cycle_bit;
	first = bus_to_trb(bench.dequeue_dma);
	for (uint32_t i = 0; i < 300; i++)
		push(i);
	assert_int_equal(first->control & TRB_CYCLE, 0);
	assert_int_equal(barriers, 0);
	transfer_ring_publish(&bench.ring);
	assert_int_equal(barriers, 2);
	assert_int_equal(bench.doorbells, 1);
	for (uint32_t i = 0; i < 300; i++)
		assert_int_equal(xhc_take(&dma)->status, i);
}

static void a_batch_that_ends_at_a_link_leaves_none_behind(void **state)
{
	uint64_t dma;

	(void)state;
	make_ring(2);
	for (uint32_t lap = 0; lap < 5; lap++) {
		for (uint32_t i = 0; i < 255; i++)
			push(i);
		transfer_ring_publish(&bench.ring);
		for (uint32_t i = 0; i < 255; i++)
			assert_int_equal(xhc_take(&dma)->status, i);
		/* The xHC goes over the link, and rests on the next segment's first TRB. */
		assert_null(xhc_take(&dma));
		assert_int_equal(bench.dequeue_dma, bench.dma[(lap + 1) % 2]);
	}
}

static void links_keep_their_chain_bit_and_nothing_else(void **state)
{
	struct trb *links[2] = { &bench.trbs[255], &bench.trbs[511] };

	(void)state;
	link_ring(2);
	for (uint32_t i = 0; i < 2; i++)
		links[i]->control |= TRB_CHAIN;
	assert_true(transfer_ring_init(&bench.ring, &bench.memory, &bench.doorbell, DOORBELL_VALUE));
	for (uint32_t i = 0; i < 2; i++)
		links[i]->control |= TRB_IOC;	/* somebody scribbles */
	for (uint32_t i = 0; i < 509; i++)
		push(i);
	push(509);
	assert_int_equal(links[0]->control, TRB_TYPE_LINK << TRB_TYPE_SHIFT | TRB_CHAIN | TRB_CYCLE);
	assert_int_equal(links[1]->control, TRB_TYPE_LINK << TRB_TYPE_SHIFT | TRB_CHAIN | TRB_CYCLE |
			 TRB_LINK_TOGGLE_CYCLE);
}

static void what_a_former_owner_left_is_not_the_xhcs(void **state)
{
	(void)state;
	link_ring(2);
	for (uint32_t i = 0; i < 511; i++)
		if (i != 255)
			memset(&bench.trbs[i], 0xff, sizeof(struct trb));
	assert_true(transfer_ring_init(&bench.ring, &bench.memory, &bench.doorbell, DOORBELL_VALUE));
	for (uint32_t i = 0; i < 511; i++)
		if (i != 255)
			assert_int_equal(bench.trbs[i].control, 0);
}

static void wrong_links_are_refused(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		struct trb *first = &bench.trbs[255], *last = &bench.trbs[511];
		struct trb before;

		link_ring(2);
		switch (i) {
		case 0: first->control = 0; break;
		case 1: first->control |= TRB_LINK_TOGGLE_CYCLE; break;
		case 2: last->control &= ~TRB_LINK_TOGGLE_CYCLE; break;
		case 3: last->parameter = bench.dma[1]; break;
		case 4: last->control = TRB_TYPE_NORMAL << TRB_TYPE_SHIFT | TRB_LINK_TOGGLE_CYCLE; break;
		case 5: first->parameter |= 0x20; break;
		case 6: bench.memory.bytes = 0; break;
		case 7: bench.memory.bytes = (TRANSFER_RING_MAX_SEGMENTS + 1) * TRB_SEGMENT_BYTES; break;
		}
		before = bench.trbs[0];
		assert_false(transfer_ring_init(&bench.ring, &bench.memory, &bench.doorbell, DOORBELL_VALUE));
		assert_memory_equal(&before, &bench.trbs[0], sizeof(before));
	}
}

static void an_event_names_how_many_are_done(void **state)
{
	(void)state;
	make_ring(3);
	for (uint32_t tail = 0; tail < bench.ring.capacity; tail += 7) {
		for (uint32_t outstanding = 0; outstanding < 40; outstanding++) {
			for (uint32_t n = 0; n < 50; n++) {
				uint32_t number = (tail + n) % bench.ring.capacity;
				uint64_t dma = bench.dma[number / 255] + number % 255 * TRB_BYTES;

				assert_int_equal(transfer_ring_count_done(&bench.ring, dma, tail, outstanding),
						 n < outstanding ? n + 1 : 0);
				assert_int_equal(transfer_ring_count_done(&bench.ring, dma + 8, tail, 764), 0);
			}
		}
	}
	/* links, and addresses that are not in the ring */
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(transfer_ring_count_done(&bench.ring, bench.dma[i] + 255 * TRB_BYTES, 0, 764), 0);
		assert_int_equal(transfer_ring_count_done(&bench.ring, bench.dma[i] - TRB_BYTES, 0, 764), 0);
		assert_int_equal(transfer_ring_count_done(&bench.ring, bench.dma[i] + 4096, 0, 764), 0);
	}
	assert_int_equal(transfer_ring_count_done(&bench.ring, 0, 0, 764), 0);
	assert_int_equal(transfer_ring_count_done(&bench.ring, UINT64_MAX, 0, 764), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_batches_over_many_laps),
		cmocka_unit_test(a_full_ring_holds_its_capacity_less_one),
		cmocka_unit_test(one_word_publishes_a_batch_across_a_link),
		cmocka_unit_test(a_batch_that_ends_at_a_link_leaves_none_behind),
		cmocka_unit_test(links_keep_their_chain_bit_and_nothing_else),
		cmocka_unit_test(what_a_former_owner_left_is_not_the_xhcs),
		cmocka_unit_test(wrong_links_are_refused),
		cmocka_unit_test(an_event_names_how_many_are_done),
	};

	return cmocka_run_group_tests_name("transfer_ring", tests, NULL, NULL);
}
