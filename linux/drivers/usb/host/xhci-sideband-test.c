// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the xHCI sideband's ring memory and decisions.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "xhci-sideband-ring.h"

#define NUM_SEGS	3
#define LAST_TRB	(TRBS_PER_SEGMENT - 1)

struct ring_fixture {
	struct device *dev;
	struct dma_pool *pool;
	struct xhci_ring ring;
	struct xhci_segment segs[NUM_SEGS];
};

static void destroy_pool(void *pool)
{
	dma_pool_destroy(pool);
}

/* A transfer ring of three segments, as xhci_ring_alloc() makes them, from a pool as it has it. */
static int ring_test_init(struct kunit *test)
{
	struct ring_fixture *fixture;
	unsigned int i;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	test->priv = fixture;

	fixture->dev = kunit_device_register(test, "xhci-sideband-test");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fixture->dev);
	KUNIT_ASSERT_EQ(test, 0, dma_coerce_mask_and_coherent(fixture->dev, DMA_BIT_MASK(64)));

	fixture->pool = dma_pool_create("xhci-sideband-test", fixture->dev, TRB_SEGMENT_SIZE,
					TRB_SEGMENT_SIZE, TRB_SEGMENT_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, fixture->pool);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, destroy_pool, fixture->pool));

	for (i = 0; i < NUM_SEGS; i++) {
		struct xhci_segment *seg = &fixture->segs[i];

		seg->trbs = dma_pool_zalloc(fixture->pool, GFP_KERNEL, &seg->dma);
		KUNIT_ASSERT_NOT_NULL(test, seg->trbs);
		seg->next = &fixture->segs[(i + 1) % NUM_SEGS];
		seg->num = i;
	}

	fixture->ring.first_seg = &fixture->segs[0];
	fixture->ring.last_seg = &fixture->segs[NUM_SEGS - 1];
	fixture->ring.num_segs = NUM_SEGS;
	fixture->ring.type = TYPE_ISOC;
	xhci_sideband_reset_ring(&fixture->ring, false);
	return 0;
}

static void ring_test_exit(struct kunit *test)
{
	struct ring_fixture *fixture = test->priv;
	unsigned int i;

	for (i = 0; fixture && i < NUM_SEGS; i++) {
		struct xhci_segment *seg = &fixture->segs[i];

		if (seg->trbs)
			dma_pool_free(fixture->pool, seg->trbs, seg->dma);
	}
}

static void expect_new_ring(struct kunit *test, u32 chain)
{
	struct ring_fixture *fixture = test->priv;
	struct xhci_ring *ring = &fixture->ring;
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, xhci_sideband_ring_is_new(ring));
	KUNIT_EXPECT_PTR_EQ(test, ring->first_seg, ring->enq_seg);
	KUNIT_EXPECT_PTR_EQ(test, ring->first_seg, ring->deq_seg);
	KUNIT_EXPECT_PTR_EQ(test, ring->enqueue, ring->dequeue);

	for (i = 0; i < NUM_SEGS; i++) {
		struct xhci_segment *seg = &fixture->segs[i];
		struct xhci_link_trb *link = &seg->trbs[LAST_TRB].link;
		u32 control = TRB_TYPE(TRB_LINK) | chain;

		if (i == NUM_SEGS - 1)
			control |= LINK_TOGGLE;

		KUNIT_EXPECT_NULL(test, memchr_inv(seg->trbs, 0,
						   sizeof(*seg->trbs) * LAST_TRB));
		KUNIT_EXPECT_EQ(test, seg->next->dma, le64_to_cpu(link->segment_ptr));
		KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(link->intr_target));
		KUNIT_EXPECT_EQ(test, control, le32_to_cpu(link->control));
	}
}

/* The other processor may have written anything, link TRBs included, and be in its second round. */
static void spoil_ring(struct ring_fixture *fixture)
{
	struct xhci_ring *ring = &fixture->ring;
	unsigned int i;

	for (i = 0; i < NUM_SEGS; i++)
		memset(fixture->segs[i].trbs, 0xa5, TRB_SEGMENT_SIZE);

	ring->enq_seg = &fixture->segs[1];
	ring->enqueue = &ring->enq_seg->trbs[7];
	ring->deq_seg = &fixture->segs[2];
	ring->dequeue = &ring->deq_seg->trbs[9];
	ring->cycle_state = 0;
	ring->old_trb_comp_code = COMP_SHORT_PACKET;
}

static void returned_ring_is_new(struct kunit *test)
{
	struct ring_fixture *fixture = test->priv;

	spoil_ring(fixture);
	xhci_sideband_reset_ring(&fixture->ring, false);
	expect_new_ring(test, 0);
	KUNIT_EXPECT_EQ(test, 0, fixture->ring.old_trb_comp_code);
}

static void returned_ring_keeps_chained_links(struct kunit *test)
{
	struct ring_fixture *fixture = test->priv;

	spoil_ring(fixture);
	xhci_sideband_reset_ring(&fixture->ring, true);
	expect_new_ring(test, TRB_CHAIN);
}

static void used_ring_is_not_new(struct kunit *test)
{
	struct ring_fixture *fixture = test->priv;
	struct xhci_ring *ring = &fixture->ring;

	KUNIT_EXPECT_TRUE(test, xhci_sideband_ring_is_new(ring));
	ring->enqueue++;
	KUNIT_EXPECT_FALSE(test, xhci_sideband_ring_is_new(ring));

	/* After one round the enqueue pointer is back, but the next cycle bit is no longer 1. */
	ring->enqueue = ring->first_seg->trbs;
	ring->cycle_state = 0;
	KUNIT_EXPECT_FALSE(test, xhci_sideband_ring_is_new(ring));
}

static struct page *page_of(void *trbs)
{
	return is_vmalloc_addr(trbs) ? vmalloc_to_page(trbs) : virt_to_page(trbs);
}

/* A ring mapped as one piece of memory has its second segment at the wrong place. */
static void every_segment_is_described_in_ring_order(struct kunit *test)
{
	struct ring_fixture *fixture = test->priv;
	struct scatterlist *sg;
	struct sg_table *sgt;
	unsigned int i;

	/* In memory the segments are where they are; only their links say what comes next. */
	fixture->segs[0].next = &fixture->segs[2];
	fixture->segs[2].next = &fixture->segs[1];
	fixture->segs[1].next = &fixture->segs[0];
	fixture->ring.last_seg = &fixture->segs[1];

	sgt = xhci_sideband_describe_ring(fixture->dev, &fixture->ring);
	KUNIT_ASSERT_NOT_NULL(test, sgt);
	KUNIT_EXPECT_EQ(test, NUM_SEGS, sgt->orig_nents);
	KUNIT_EXPECT_EQ(test, NUM_SEGS, sgt->nents);

	for_each_sgtable_sg(sgt, sg, i) {
		static const unsigned int order[NUM_SEGS] = { 0, 2, 1 };
		struct xhci_segment *seg = &fixture->segs[order[i]];

		KUNIT_EXPECT_EQ(test, seg->dma, sg_dma_address(sg));
		KUNIT_EXPECT_EQ(test, TRB_SEGMENT_SIZE, sg_dma_len(sg));
		KUNIT_EXPECT_EQ(test, TRB_SEGMENT_SIZE, sg->length);
		KUNIT_EXPECT_EQ(test, offset_in_page(seg->trbs), sg->offset);

		KUNIT_EXPECT_PTR_EQ(test, page_of(seg->trbs), sg_page(sg));
	}

	sg_free_table(sgt);
	kfree(sgt);
}

static void interrupter_is_picked_by_number_or_free(struct kunit *test)
{
	struct xhci_interrupter taken;
	struct xhci_interrupter *table[4] = { &taken, &taken };

	KUNIT_EXPECT_EQ(test, 2, xhci_sideband_pick_interrupter(table, 4, 0));
	KUNIT_EXPECT_EQ(test, 3, xhci_sideband_pick_interrupter(table, 4, 3));
	KUNIT_EXPECT_EQ(test, -EBUSY, xhci_sideband_pick_interrupter(table, 4, 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, xhci_sideband_pick_interrupter(table, 4, -1));
	KUNIT_EXPECT_EQ(test, -EINVAL, xhci_sideband_pick_interrupter(table, 4, INT_MIN));
	KUNIT_EXPECT_EQ(test, -EINVAL, xhci_sideband_pick_interrupter(table, 4, 4));
	KUNIT_EXPECT_EQ(test, -ENOSPC, xhci_sideband_pick_interrupter(table, 2, 0));
	KUNIT_EXPECT_EQ(test, -ENOSPC, xhci_sideband_pick_interrupter(table, 1, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, xhci_sideband_pick_interrupter(table, 1, 1));
}

struct stop_case {
	const char *name;
	int completion_code;
	unsigned int ep_state;
	unsigned int attempt;
	bool is_at_rest;
	int result;
};

#define LAST_ATTEMPT	(XHCI_SIDEBAND_STOP_ATTEMPTS - 1)

static const struct stop_case stop_cases[] = {
	{ "stopped", COMP_SUCCESS, EP_STATE_STOPPED, 0, false, 0 },
	{ "no such endpoint", COMP_ENDPOINT_NOT_ENABLED_ERROR, EP_STATE_DISABLED, 0, false, 0 },
	{ "no such slot", COMP_SLOT_NOT_ENABLED_ERROR, EP_STATE_DISABLED, 0, false, 0 },
	{ "halted", COMP_CONTEXT_STATE_ERROR, EP_STATE_HALTED, 0, false, 0 },
	{ "error", COMP_CONTEXT_STATE_ERROR, EP_STATE_ERROR, 0, false, 0 },
	{ "stopped, or is it?", COMP_CONTEXT_STATE_ERROR, EP_STATE_STOPPED, 0, false, -EAGAIN },
	{ "it may start yet", COMP_CONTEXT_STATE_ERROR, EP_STATE_STOPPED, LAST_ATTEMPT - 1, false,
	  -EAGAIN },
	{ "stopped it is", COMP_CONTEXT_STATE_ERROR, EP_STATE_STOPPED, LAST_ATTEMPT, false, 0 },
	{ "at rest, or is it?", COMP_CONTEXT_STATE_ERROR, EP_STATE_STOPPED, 0, true, -EAGAIN },
	{ "at rest", COMP_CONTEXT_STATE_ERROR, EP_STATE_STOPPED, 1, true, 0 },
	{ "just started", COMP_CONTEXT_STATE_ERROR, EP_STATE_RUNNING, 0, false, -EAGAIN },
	{ "still starting", COMP_CONTEXT_STATE_ERROR, EP_STATE_RUNNING, LAST_ATTEMPT - 1, false,
	  -EAGAIN },
	{ "started at rest", COMP_CONTEXT_STATE_ERROR, EP_STATE_RUNNING, 1, true, -EAGAIN },
	{ "does not stop", COMP_CONTEXT_STATE_ERROR, EP_STATE_RUNNING, LAST_ATTEMPT, false,
	  -ETIMEDOUT },
	{ "nonsense", COMP_TRB_ERROR, EP_STATE_RUNNING, 0, false, -EIO },
};

KUNIT_ARRAY_PARAM_DESC(stop, stop_cases, name);

static void stop_ends_as_the_controller_says(struct kunit *test)
{
	const struct stop_case *stop = test->param_value;

	KUNIT_EXPECT_EQ(test, stop->result,
			xhci_sideband_stop_result(stop->completion_code, stop->ep_state,
						  stop->attempt, stop->is_at_rest));
}

/* Linux asks a stopped endpoint for 100 ms before it believes it. */
static void stop_asks_for_as_long_as_linux_does(struct kunit *test)
{
	KUNIT_EXPECT_GE(test, XHCI_SIDEBAND_STOP_ATTEMPTS * XHCI_SIDEBAND_STOP_RETRY_US,
			100 * USEC_PER_MSEC);
}

static struct kunit_case ring_test_cases[] = {
	KUNIT_CASE(returned_ring_is_new),
	KUNIT_CASE(returned_ring_keeps_chained_links),
	KUNIT_CASE(used_ring_is_not_new),
	KUNIT_CASE(every_segment_is_described_in_ring_order),
	{}
};

static struct kunit_suite ring_test_suite = {
	.name = "xhci-sideband-ring",
	.init = ring_test_init,
	.exit = ring_test_exit,
	.test_cases = ring_test_cases,
};

static struct kunit_case decision_test_cases[] = {
	KUNIT_CASE(interrupter_is_picked_by_number_or_free),
	KUNIT_CASE_PARAM(stop_ends_as_the_controller_says, stop_gen_params),
	KUNIT_CASE(stop_asks_for_as_long_as_linux_does),
	{}
};

static struct kunit_suite decision_test_suite = {
	.name = "xhci-sideband-decisions",
	.test_cases = decision_test_cases,
};

kunit_test_suites(&ring_test_suite, &decision_test_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit tests of the xHCI sideband");
MODULE_LICENSE("GPL");
