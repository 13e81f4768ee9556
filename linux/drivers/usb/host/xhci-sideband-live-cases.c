// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the xHCI sideband on a controller: they offload the playback endpoint of a USB
 * audio device that nobody plays to, and are the other processor that writes its TRBs and reads its
 * events.
 */
#include <linux/delay.h>
#include <linux/module.h>

#include "xhci-sideband-live-fixture.h"

#define MAX_TAKEN	1024	/* interrupters, as xHCI has at most */
#define MAX_IMOD_NS	16383750

static void a_device_has_one_sideband(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_NULL(test, xhci_sideband_register(fixture->intf, XHCI_SIDEBAND_VENDOR, NULL));
	live_unregister_sideband(fixture);
	KUNIT_EXPECT_NOT_NULL(test, live_register_sideband(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
}

/* It is on no slot. */
static void a_root_hub_has_no_sideband(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_device *hub = fixture->udev->bus->root_hub;

	KUNIT_EXPECT_NULL(test, xhci_sideband_register(hub->actconfig->interface[0],
						       XHCI_SIDEBAND_AUDIO, NULL));
}

static void an_endpoint_is_offloaded_once(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
	KUNIT_EXPECT_EQ(test, -EBUSY, live_add(fixture));
	KUNIT_EXPECT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_EQ(test, -EBUSY, live_add(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
}

static void what_cannot_be_offloaded_is_refused(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			xhci_sideband_add_endpoint(fixture->sb, &fixture->udev->ep0));
	KUNIT_ASSERT_EQ(test, 0, live_set_alternate(fixture, 0));
	KUNIT_EXPECT_EQ(test, -ENODEV, live_add(fixture));
	KUNIT_ASSERT_EQ(test, 0, live_set_alternate(fixture, fixture->alt));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
}

static void an_offloaded_endpoint_refuses_urbs(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	KUNIT_EXPECT_EQ(test, -EBUSY, live_play_urb(test));
	KUNIT_EXPECT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_EQ(test, -EBUSY, live_play_urb(test));
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
}

static void an_endpoint_with_urbs_is_not_offloaded(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct playing playing;

	KUNIT_ASSERT_EQ(test, 0, live_start_urb(test, &playing, 100));
	KUNIT_EXPECT_EQ(test, -EBUSY, live_add(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_finish_urb(&playing));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
}

static void expect_new_ring(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct xhci_segment *seg = fixture->virt_ep->ring->first_seg;
	struct scatterlist *sg;
	struct sg_table *sgt;
	unsigned int i;

	sgt = xhci_sideband_get_endpoint_buffer(fixture->sb, fixture->ep);
	KUNIT_ASSERT_NOT_NULL(test, sgt);
	KUNIT_EXPECT_EQ(test, fixture->virt_ep->ring->num_segs, sgt->orig_nents);
	for_each_sgtable_sg(sgt, sg, i) {
		KUNIT_EXPECT_EQ(test, seg->dma, sg_dma_address(sg));
		KUNIT_EXPECT_EQ(test, TRB_SEGMENT_SIZE, sg_dma_len(sg));
		KUNIT_EXPECT_EQ(test, offset_in_page(seg->trbs), sg->offset);
		KUNIT_EXPECT_NULL(test, memchr_inv(seg->trbs, 0,
						   sizeof(*seg->trbs) * (TRBS_PER_SEGMENT - 1)));
		seg = seg->next;
	}
	sg_free_table(sgt);
	kfree(sgt);
}

static void a_ring_is_offloaded_as_new_with_all_its_segments(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_NULL(test, xhci_sideband_get_endpoint_buffer(fixture->sb, fixture->ep));
	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	expect_new_ring(test);
	KUNIT_ASSERT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_NULL(test, xhci_sideband_get_endpoint_buffer(fixture->sb, fixture->ep));

	/* Also after it was used. */
	KUNIT_ASSERT_EQ(test, 0, live_play_urb(test));
	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	expect_new_ring(test);
}

static void an_interrupter_is_offloaded_with_its_ring(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct xhci_interrupter *ir;
	struct sg_table *sgt;

	KUNIT_EXPECT_NULL(test, xhci_sideband_get_event_buffer(fixture->sb));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	xhci_sideband_remove_interrupter(fixture->sb);	/* nothing to do */

	KUNIT_ASSERT_EQ(test, 0, live_create_interrupter(fixture, 0));
	KUNIT_EXPECT_EQ(test, -EBUSY, live_create_interrupter(fixture, 0));
	ir = fixture->sb->ir;
	KUNIT_EXPECT_GT(test, xhci_sideband_interrupter_id(fixture->sb), 0);
	KUNIT_EXPECT_PTR_EQ(test, ir, fixture->xhci->interrupters[ir->intr_num]);
	KUNIT_EXPECT_EQ(test, 0, readl(&ir->ir_set->irq_pending) & IMAN_IE);

	sgt = xhci_sideband_get_event_buffer(fixture->sb);
	KUNIT_ASSERT_NOT_NULL(test, sgt);
	KUNIT_EXPECT_EQ(test, 1, sgt->orig_nents);
	KUNIT_EXPECT_EQ(test, ir->event_ring->first_seg->dma, sg_dma_address(sgt->sgl));
	sg_free_table(sgt);
	kfree(sgt);

	xhci_sideband_remove_interrupter(fixture->sb);
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	KUNIT_EXPECT_NULL(test, xhci_sideband_get_event_buffer(fixture->sb));
}

static void an_interrupter_can_be_had_by_its_number(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_hcd *hcd = xhci_to_hcd(fixture->xhci);
	int last = fixture->xhci->max_interrupters - 1;
	struct xhci_interrupter *other;
	int taken;

	KUNIT_EXPECT_EQ(test, -EINVAL, live_create_interrupter(fixture, -1));
	KUNIT_EXPECT_EQ(test, -EINVAL, live_create_interrupter(fixture, last + 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, xhci_sideband_create_interrupter(fixture->sb, -1, true, 0,
									last));
	KUNIT_EXPECT_EQ(test, -EINVAL, xhci_sideband_create_interrupter(fixture->sb, 1, true,
									16384000, last));
	KUNIT_EXPECT_EQ(test, 0, live_create_interrupter(fixture, last));
	KUNIT_EXPECT_EQ(test, last, xhci_sideband_interrupter_id(fixture->sb));
	xhci_sideband_remove_interrupter(fixture->sb);

	other = xhci_create_secondary_interrupter(hcd, 1, 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, other);
	taken = other->intr_num;
	KUNIT_EXPECT_EQ(test, -EBUSY, live_create_interrupter(fixture, taken));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	xhci_remove_secondary_interrupter(hcd, other);
	KUNIT_EXPECT_EQ(test, 0, live_create_interrupter(fixture, taken));
	KUNIT_EXPECT_EQ(test, taken, xhci_sideband_interrupter_id(fixture->sb));
}

/* An interval that the controller cannot count down is refused before anything is taken. */
static void an_interrupter_has_a_moderation_within_bounds(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			xhci_sideband_create_interrupter(fixture->sb, 1, true, MAX_IMOD_NS + 1, 1));
	KUNIT_EXPECT_NULL(test, fixture->xhci->interrupters[1]);
	KUNIT_EXPECT_EQ(test, 0,
			xhci_sideband_create_interrupter(fixture->sb, 1, true, MAX_IMOD_NS, 1));
}

static void no_interrupter_is_left(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_hcd *hcd = xhci_to_hcd(fixture->xhci);
	struct xhci_interrupter **taken;
	unsigned int i, count;
	int number;

	taken = kunit_kcalloc(test, MAX_TAKEN, sizeof(*taken), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	for (count = 0; count < MAX_TAKEN; count++) {
		taken[count] = xhci_create_secondary_interrupter(hcd, 1, 0, 0);
		if (!taken[count])
			break;
	}
	KUNIT_EXPECT_EQ(test, -ENOSPC, live_create_interrupter(fixture, 0));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));

	KUNIT_ASSERT_GT(test, count, 1);
	number = taken[count / 2]->intr_num;
	xhci_remove_secondary_interrupter(hcd, taken[count / 2]);
	KUNIT_EXPECT_EQ(test, 0, live_create_interrupter(fixture, 0));
	KUNIT_EXPECT_EQ(test, number, xhci_sideband_interrupter_id(fixture->sb));
	for (i = 0; i < count; i++) {
		if (i != count / 2)
			xhci_remove_secondary_interrupter(hcd, taken[i]);
	}
}

static void the_borrower_plays(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	KUNIT_ASSERT_EQ(test, 0, live_create_interrupter(fixture, 0));
	live_write_trbs(fixture, 0, 20);
	live_ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, live_wait_for_done(fixture, 20));
	KUNIT_EXPECT_EQ(test, 20, live_count_done(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
	/* The events of Linux's own transfers go to Linux. */
	KUNIT_EXPECT_EQ(test, 20, live_count_done(fixture));
}

static void a_stopped_endpoint_is_at_rest_until_its_doorbell_rings(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	unsigned int done;

	live_run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_EQ(test, EP_STATE_STOPPED, live_endpoint_state(fixture));
	done = live_count_done(fixture);
	KUNIT_EXPECT_LT(test, done, MANY_TRBS);
	msleep(30);
	KUNIT_EXPECT_EQ(test, done, live_count_done(fixture));

	live_ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, live_wait_for_done(fixture, done + 5));
}

static void an_endpoint_comes_back_in_the_midst_of_playing(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	unsigned int done;

	live_run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	done = live_count_done(fixture);
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
	KUNIT_EXPECT_EQ(test, done, live_count_done(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
	expect_new_ring(test);
}

/* An endpoint that still runs would write events into freed memory. */
static void an_interrupter_comes_back_after_its_endpoint_stops(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	live_run_borrower(test);
	xhci_sideband_remove_interrupter(fixture->sb);
	KUNIT_EXPECT_EQ(test, EP_STATE_STOPPED, live_endpoint_state(fixture));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	/* It is offloaded still. */
	KUNIT_EXPECT_EQ(test, -EBUSY, live_play_urb(test));
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
}

static void slot_names_the_interrupter_while_an_endpoint_is_offloaded(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, 0, live_slot_target(fixture));
	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_slot_target(fixture));
	KUNIT_ASSERT_EQ(test, 0, live_create_interrupter(fixture, 0));
	KUNIT_EXPECT_EQ(test, xhci_sideband_interrupter_id(fixture->sb), live_slot_target(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_slot_target(fixture));

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	KUNIT_EXPECT_EQ(test, xhci_sideband_interrupter_id(fixture->sb), live_slot_target(fixture));
	xhci_sideband_remove_interrupter(fixture->sb);
	KUNIT_EXPECT_EQ(test, 0, live_slot_target(fixture));
	KUNIT_ASSERT_EQ(test, 0, live_create_interrupter(fixture, 0));
	KUNIT_EXPECT_EQ(test, xhci_sideband_interrupter_id(fixture->sb), live_slot_target(fixture));
	live_unregister_sideband(fixture);
	KUNIT_EXPECT_EQ(test, 0, live_slot_target(fixture));
}

/* Linux would be interrupted by it, and in a system sleep woken. */
static void a_ring_that_runs_empty_is_reported_to_the_borrower(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	KUNIT_ASSERT_EQ(test, 0, live_create_interrupter(fixture, 0));
	live_write_trbs(fixture, 0, 5);
	live_ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, live_wait_for_done(fixture, 5));
	KUNIT_EXPECT_TRUE(test, live_wait_for_events(fixture, COMP_RING_UNDERRUN, 1));
}

static void react_by_removing(struct live_fixture *fixture)
{
	xhci_sideband_stop_endpoint(fixture->sb, fixture->ep);
	live_remove(fixture);
	xhci_sideband_remove_interrupter(fixture->sb);
}

struct ring_end_case {
	const char *name;
	void (*reaction)(struct live_fixture *fixture);
};

static const struct ring_end_case ring_end_cases[] = {
	{ "the owner only hears of it", NULL },
	{ "the owner gives back what it has", react_by_removing },
	{ "the owner unregisters", live_unregister_sideband },
};

KUNIT_ARRAY_PARAM_DESC(ring_end, ring_end_cases, name);

static void the_end_of_a_ring_is_told(struct kunit *test)
{
	const struct ring_end_case *ring_end = test->param_value;
	struct live_fixture *fixture = test->priv;

	live_run_borrower(test);
	fixture->reaction = ring_end->reaction;
	KUNIT_EXPECT_EQ(test, 0, live_set_alternate(fixture, 0));
	KUNIT_EXPECT_EQ(test, 1, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, NOTE_RING_ENDS, fixture->notes[0].kind);
	KUNIT_EXPECT_EQ(test, fixture->ep_index, fixture->notes[0].data);
	KUNIT_EXPECT_PTR_EQ(test, current, fixture->notes[0].task);

	if (fixture->sb) {
		KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));
		KUNIT_EXPECT_NULL(test, xhci_sideband_get_endpoint_buffer(fixture->sb,
									  fixture->ep));
	} else {
		KUNIT_ASSERT_NOT_NULL(test, live_register_sideband(fixture));
	}
	KUNIT_EXPECT_EQ(test, -ENODEV, live_add(fixture));

	/* A new ring is Linux's, and can be offloaded. */
	KUNIT_ASSERT_EQ(test, 0, live_set_alternate(fixture, fixture->alt));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
	expect_new_ring(test);
	KUNIT_EXPECT_EQ(test, 1, fixture->num_notes);
}

static void the_end_of_a_ring_that_is_not_offloaded_is_not_told(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	KUNIT_ASSERT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_set_alternate(fixture, 0));
	KUNIT_EXPECT_EQ(test, 0, fixture->num_notes);
}

static void offload_endpoint(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, live_add(test->priv));
}

static void offload_interrupter(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, live_create_interrupter(test->priv, 0));
}

static void offload_both(struct kunit *test)
{
	offload_endpoint(test);
	offload_interrupter(test);
}

static void run_and_stop(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	live_run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
}

static void run_and_end_ring(struct kunit *test)
{
	live_run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, live_set_alternate(test->priv, 0));
}

struct stage {
	const char *name;
	void (*reach)(struct kunit *test);
};

static const struct stage stages[] = {
	{ "nothing offloaded", NULL },
	{ "endpoint offloaded", offload_endpoint },
	{ "interrupter offloaded", offload_interrupter },
	{ "both offloaded", offload_both },
	{ "running", live_run_borrower },
	{ "stopped", run_and_stop },
	{ "ring gone", run_and_end_ring },
};

KUNIT_ARRAY_PARAM_DESC(stage, stages, name);

static void unregistering_takes_everything_back(struct kunit *test)
{
	const struct stage *stage = test->param_value;
	struct live_fixture *fixture = test->priv;
	unsigned int notes;
	int number;

	if (stage->reach)
		stage->reach(test);
	number = xhci_sideband_interrupter_id(fixture->sb);
	notes = fixture->num_notes;
	live_unregister_sideband(fixture);
	KUNIT_EXPECT_EQ(test, notes, fixture->num_notes);
	if (number > 0)
		KUNIT_EXPECT_NULL(test, fixture->xhci->interrupters[number]);

	/* A ring that has gone comes with an alternate setting. */
	if (!fixture->virt_ep->ring)
		KUNIT_EXPECT_EQ(test, 0, live_set_alternate(fixture, fixture->alt));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
	KUNIT_ASSERT_NOT_NULL(test, live_register_sideband(fixture));
	live_run_borrower(test);
}

static void nothing_is_unregistered(struct kunit *test)
{
	xhci_sideband_unregister(NULL);
	xhci_sideband_remove_interrupter(NULL);
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(NULL));
}

static struct kunit_case live_test_cases[] = {
	KUNIT_CASE(a_device_has_one_sideband),
	KUNIT_CASE(a_root_hub_has_no_sideband),
	KUNIT_CASE(an_endpoint_is_offloaded_once),
	KUNIT_CASE(what_cannot_be_offloaded_is_refused),
	KUNIT_CASE(an_offloaded_endpoint_refuses_urbs),
	KUNIT_CASE(an_endpoint_with_urbs_is_not_offloaded),
	KUNIT_CASE(a_ring_is_offloaded_as_new_with_all_its_segments),
	KUNIT_CASE(an_interrupter_is_offloaded_with_its_ring),
	KUNIT_CASE(an_interrupter_can_be_had_by_its_number),
	KUNIT_CASE(an_interrupter_has_a_moderation_within_bounds),
	KUNIT_CASE(no_interrupter_is_left),
	KUNIT_CASE(the_borrower_plays),
	KUNIT_CASE(a_stopped_endpoint_is_at_rest_until_its_doorbell_rings),
	KUNIT_CASE(an_endpoint_comes_back_in_the_midst_of_playing),
	KUNIT_CASE(an_interrupter_comes_back_after_its_endpoint_stops),
	KUNIT_CASE(slot_names_the_interrupter_while_an_endpoint_is_offloaded),
	KUNIT_CASE(a_ring_that_runs_empty_is_reported_to_the_borrower),
	KUNIT_CASE_PARAM(the_end_of_a_ring_is_told, ring_end_gen_params),
	KUNIT_CASE(the_end_of_a_ring_that_is_not_offloaded_is_not_told),
	KUNIT_CASE_PARAM(unregistering_takes_everything_back, stage_gen_params),
	KUNIT_CASE(nothing_is_unregistered),
	{}
};

static struct kunit_suite live_test_suite = {
	.name = "xhci-sideband-live",
	.init = live_init,
	.exit = live_exit,
	.test_cases = live_test_cases,
};

kunit_test_suites(&live_test_suite, &live_owner_suite, &live_sleep_suite, &live_death_suite);

MODULE_DESCRIPTION("KUnit tests of the xHCI sideband on a controller");
MODULE_LICENSE("GPL");
