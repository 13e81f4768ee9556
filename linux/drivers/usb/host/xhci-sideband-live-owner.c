// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the xHCI sideband on a controller: calls to its owners, and races with other
 * threads. A test diverts a function of the driver to make a race happen.
 */
#include <linux/delay.h>

#include "xhci-sideband-live-fixture.h"

#define EXIT_LATENCY_US		100
#define ENDPOINT_DROPPED	cpu_to_le32(BIT(2))	/* nothing that may be evaluated */

/* Replacements are told nothing of a test; tests run one at a time. */
static struct kunit *current_test;
static struct live_intercept intercept;
static struct live_thread thread;

static int owner_test_init(struct kunit *test)
{
	current_test = test;
	return live_init(test);
}

static const char *const type_names[] = { "audio", "vendor" };
static const enum xhci_sideband_type types[] = { XHCI_SIDEBAND_AUDIO, XHCI_SIDEBAND_VENDOR };

static void type_to_desc(const enum xhci_sideband_type *type, char *desc)
{
	strscpy(desc, type_names[*type], KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(type, types, type_to_desc);

static void become_mainline_owner(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	const enum xhci_sideband_type *type = test->param_value;

	live_unregister_sideband(fixture);
	KUNIT_ASSERT_NOT_NULL(test, live_register_as_mainline(fixture, type ? *type :
							      XHCI_SIDEBAND_AUDIO));
}

static int stay_bound(struct usb_interface *intf)
{
	return 0;
}

/*
 * A driver that does not say what to do before a reset is unbound for it, and its endpoints go with
 * it. So the device's driver has something to say, for this time.
 */
static void reset_device(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_driver *driver;

	usb_lock_device(fixture->udev);
	driver = to_usb_driver(fixture->intf->dev.driver);
	KUNIT_EXPECT_NULL(test, driver->pre_reset);
	driver->pre_reset = stay_bound;
	driver->post_reset = stay_bound;
	KUNIT_EXPECT_EQ(test, 0, usb_reset_device(fixture->udev));
	driver->pre_reset = NULL;
	driver->post_reset = NULL;
	usb_unlock_device(fixture->udev);
}

static void a_mainline_owner_hears_of_a_device_reset(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	become_mainline_owner(test);
	live_run_borrower(test);
	reset_device(test);
	KUNIT_ASSERT_EQ(test, 1, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, NOTE_XFER_RING_FREE, fixture->notes[0].kind);
	KUNIT_EXPECT_EQ(test, fixture->ep_index, fixture->notes[0].data);
	KUNIT_EXPECT_PTR_EQ(test, current, fixture->notes[0].task);
	KUNIT_EXPECT_TRUE(test, fixture->notes[0].has_device_lock);
	KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));

	/* The alternate setting was restored, with a new ring. */
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
}

static void an_owner_with_ops_hears_of_a_device_reset_once(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	live_run_borrower(test);
	reset_device(test);
	KUNIT_EXPECT_EQ(test, 1, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, NOTE_RING_ENDS, fixture->notes[0].kind);
	KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));
}

/* The thread that changes a setting does not hold the device lock. */
static void a_mainline_owner_hears_of_nothing_else(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	become_mainline_owner(test);
	live_run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, live_set_alternate(fixture, 0));
	KUNIT_EXPECT_EQ(test, 0, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, -ENODEV, live_remove(fixture));
	KUNIT_EXPECT_NULL(test, xhci_sideband_get_endpoint_buffer(fixture->sb, fixture->ep));

	KUNIT_ASSERT_EQ(test, 0, live_set_alternate(fixture, fixture->alt));
	KUNIT_EXPECT_EQ(test, 0, live_add(fixture));
}

static void a_mainline_owner_can_be_told_by_other_drivers(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	become_mainline_owner(test);
	xhci_sideband_notify_ep_ring_free(fixture->sb, 7);
	KUNIT_ASSERT_EQ(test, 1, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, NOTE_XFER_RING_FREE, fixture->notes[0].kind);
	KUNIT_EXPECT_EQ(test, 7, fixture->notes[0].data);
}

static void anybody_can_stop_an_endpoint(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	live_run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, xhci_stop_endpoint_sync(fixture->xhci, fixture->virt_ep, 0,
							 GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, EP_STATE_STOPPED, live_endpoint_state(fixture));
}

/* The controller has forgotten the old ring, which is still there. */
static void remove_late(struct xhci_virt_ep *ep)
{
	void (*ring_ends)(struct xhci_virt_ep *ep) = (void *)intercept.probe.addr;

	KUNIT_EXPECT_EQ(current_test, 0, live_remove(current_test->priv));
	ring_ends(ep);
}

static void add_late(struct xhci_virt_ep *ep)
{
	void (*ring_ends)(struct xhci_virt_ep *ep) = (void *)intercept.probe.addr;

	KUNIT_EXPECT_EQ(current_test, -ENODEV, live_add(current_test->priv));
	ring_ends(ep);
}

static dma_addr_t dequeue_pointer(struct live_fixture *fixture)
{
	struct xhci_container_ctx *out_ctx = fixture->virt_ep->vdev->out_ctx;
	struct xhci_ep_ctx *ep_ctx = xhci_get_ep_ctx(fixture->xhci, out_ctx, fixture->ep_index);

	return le64_to_cpu(ep_ctx->deq) & ~EP_CTX_CYCLE_MASK;
}

static void change_to_new_ring(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	/* The same setting once more: the same endpoint, with another ring. */
	KUNIT_EXPECT_EQ(test, 0, live_set_alternate(fixture, fixture->alt));
	KUNIT_EXPECT_EQ(test, fixture->virt_ep->ring->first_seg->dma, dequeue_pointer(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
}

/* The controller would read the freed ring. */
static void what_is_given_back_late_is_not_told_the_controller(struct kunit *test)
{
	live_run_borrower(test);
	live_intercept(test, &intercept, "xhci_sideband_ring_ends", remove_late);
	change_to_new_ring(test);
}

static void what_the_controller_has_forgotten_is_not_offloaded(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, live_play_urb(test));	/* or the ring would be as new */
	live_intercept(test, &intercept, "xhci_sideband_ring_ends", add_late);
	change_to_new_ring(test);
}

static int refuse_bandwidth(struct usb_hcd *hcd, struct usb_device *udev)
{
	return -ENOSPC;
}

static int remove_and_refuse_bandwidth(struct usb_hcd *hcd, struct usb_device *udev)
{
	KUNIT_EXPECT_EQ(current_test, 0, live_remove(current_test->priv));
	KUNIT_EXPECT_EQ(current_test, -ENODEV, live_add(current_test->priv));
	return -ENOSPC;
}

static void a_change_that_is_given_up_leaves_the_endpoint_offloaded(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	unsigned int done;

	live_run_borrower(test);
	live_intercept(test, &intercept, "xhci_check_bandwidth", refuse_bandwidth);
	KUNIT_EXPECT_EQ(test, -ENOSPC, live_set_alternate(fixture, 0));
	KUNIT_EXPECT_EQ(test, 0, fixture->num_notes);

	done = live_count_done(fixture);
	live_ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, live_wait_for_done(fixture, done + 5));
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_NULL(test, fixture->virt_ep->sideband);
}

static void what_is_given_back_in_a_change_that_is_given_up_is_usable(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	unsigned int done;

	live_run_borrower(test);
	live_intercept(test, &intercept, "xhci_check_bandwidth", remove_and_refuse_bandwidth);
	KUNIT_EXPECT_EQ(test, -ENOSPC, live_set_alternate(fixture, 0));
	KUNIT_EXPECT_NULL(test, fixture->virt_ep->sideband);

	/* The usb core does not let URBs through before the next setting. */
	done = live_count_done(fixture);
	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	live_write_trbs(fixture, 0, 20);
	live_ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, live_wait_for_done(fixture, done + 20));
}

static int spoil_evaluate_context(struct xhci_hcd *xhci, struct xhci_command *command,
				  dma_addr_t in_ctx, u32 slot_id, bool must_succeed)
{
	int (*queue)(struct xhci_hcd *xhci, struct xhci_command *command, dma_addr_t in_ctx,
		     u32 slot_id, bool must_succeed) = (void *)intercept.probe.addr;
	struct live_fixture *fixture = current_test->priv;
	struct xhci_input_control_ctx *control = (void *)fixture->sb->in_ctx->bytes;

	control->drop_flags = ENDPOINT_DROPPED;
	return queue(xhci, command, in_ctx, slot_id, must_succeed);
}

/* Then Linux is interrupted by a ring that runs empty, which is better than no sound. */
static void a_controller_may_refuse_to_send_events_elsewhere(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	live_intercept(test, &intercept, "xhci_queue_evaluate_context", spoil_evaluate_context);
	KUNIT_ASSERT_EQ(test, 0, live_create_interrupter(fixture, 0));
	KUNIT_EXPECT_EQ(test, 0, live_slot_target(fixture));

	live_write_trbs(fixture, 0, 20);
	live_ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, live_wait_for_done(fixture, 20));
	KUNIT_EXPECT_EQ(test, 0, live_remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, live_play_urb(test));
}

static int create_interrupter(struct kunit *test)
{
	return live_create_interrupter(test->priv, 0);
}

/* Link power management has read the slot context, and not yet changed it. */
static int offload_meanwhile(struct xhci_hcd *xhci, struct usb_device *udev,
			     struct xhci_command *command, bool ctx_change, bool must_succeed)
{
	int (*configure)(struct xhci_hcd *xhci, struct usb_device *udev,
			 struct xhci_command *command, bool ctx_change,
			 bool must_succeed) = (void *)intercept.probe.addr;

	live_start_thread(current_test, &thread, create_interrupter);
	live_thread_ends(&thread, 300);
	return configure(xhci, udev, command, ctx_change, must_succeed);
}

static unsigned int exit_latency(struct live_fixture *fixture)
{
	struct xhci_slot_ctx *slot = (void *)fixture->virt_ep->vdev->out_ctx->bytes;

	return le32_to_cpu(slot->dev_info2) & MAX_EXIT;
}

static void link_power_management_leaves_the_interrupter(struct kunit *test)
{
	int (*change_exit_latency)(struct xhci_hcd *xhci, struct usb_device *udev, u16 latency) =
		live_find_function(test, "xhci_change_max_exit_latency");
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	live_intercept(test, &intercept, "xhci_configure_endpoint", offload_meanwhile);
	KUNIT_EXPECT_EQ(test, 0, change_exit_latency(fixture->xhci, fixture->udev,
						     EXIT_LATENCY_US));
	KUNIT_ASSERT_TRUE(test, live_thread_ends(&thread, 2000));
	KUNIT_EXPECT_EQ(test, 0, thread.result);
	KUNIT_EXPECT_EQ(test, xhci_sideband_interrupter_id(fixture->sb), live_slot_target(fixture));
	KUNIT_EXPECT_EQ(test, EXIT_LATENCY_US, exit_latency(fixture));

	KUNIT_EXPECT_EQ(test, 0, change_exit_latency(fixture->xhci, fixture->udev, 0));
	KUNIT_EXPECT_EQ(test, xhci_sideband_interrupter_id(fixture->sb), live_slot_target(fixture));
}

/* Both are for bulk endpoints, so the device's is taken for one while Linux looks. */
static void an_offloaded_endpoint_is_not_reset(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_hcd *hcd = bus_to_hcd(fixture->udev->bus);
	u8 attributes = fixture->ep->desc.bmAttributes;
	unsigned int done;

	live_run_borrower(test);
	fixture->ep->desc.bmAttributes = USB_ENDPOINT_XFER_BULK;
	hcd->driver->endpoint_reset(hcd, fixture->ep);
	fixture->ep->desc.bmAttributes = attributes;

	KUNIT_EXPECT_EQ(test, EP_STATE_RUNNING, live_endpoint_state(fixture));
	done = live_count_done(fixture);
	KUNIT_EXPECT_TRUE(test, live_wait_for_done(fixture, done + 5));
}

static void an_offloaded_endpoint_gets_no_streams(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_hcd *hcd = bus_to_hcd(fixture->udev->bus);
	struct usb_ss_ep_comp_descriptor companion = fixture->ep->ss_ep_comp;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	fixture->ep->ss_ep_comp.bmAttributes = 4;	/* 16 streams */
	KUNIT_EXPECT_EQ(test, -EBUSY, hcd->driver->alloc_streams(hcd, fixture->udev, &fixture->ep,
								 1, 3, GFP_KERNEL));
	fixture->ep->ss_ep_comp = companion;
}

static struct kunit_case owner_test_cases[] = {
	KUNIT_CASE_PARAM(a_mainline_owner_hears_of_a_device_reset, type_gen_params),
	KUNIT_CASE(an_owner_with_ops_hears_of_a_device_reset_once),
	KUNIT_CASE_PARAM(a_mainline_owner_hears_of_nothing_else, type_gen_params),
	KUNIT_CASE(a_mainline_owner_can_be_told_by_other_drivers),
	KUNIT_CASE(anybody_can_stop_an_endpoint),
	KUNIT_CASE(what_is_given_back_late_is_not_told_the_controller),
	KUNIT_CASE(what_the_controller_has_forgotten_is_not_offloaded),
	KUNIT_CASE(a_change_that_is_given_up_leaves_the_endpoint_offloaded),
	KUNIT_CASE(what_is_given_back_in_a_change_that_is_given_up_is_usable),
	KUNIT_CASE(a_controller_may_refuse_to_send_events_elsewhere),
	KUNIT_CASE(link_power_management_leaves_the_interrupter),
	KUNIT_CASE(an_offloaded_endpoint_is_not_reset),
	KUNIT_CASE(an_offloaded_endpoint_gets_no_streams),
	{}
};

struct kunit_suite live_owner_suite = {
	.name = "xhci-sideband-live-owner",
	.init = owner_test_init,
	.exit = live_exit,
	.test_cases = owner_test_cases,
};
