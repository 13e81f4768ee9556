// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of USB offload as the USB core calls it: with devices and host controllers around the
 * states. They are not registered with anybody; a controller has two buses, as each xHC has.
 */
#include <kunit/test.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/pm.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>

#include "offload.h"

struct offload_controller {
	struct usb_hcd *primary;
	struct usb_hcd *secondary;
	struct usb_device *root_hub;	/* on the primary's bus, as the rest */
	struct usb_device *headset;
	struct usb_device *peer;	/* the secondary's root hub */
};

static struct usb_hcd *make_hcd(struct kunit *test)
{
	struct usb_hcd *hcd = kunit_kzalloc(test, sizeof(*hcd), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, hcd);
	kref_init(&hcd->kref);
	usb_offload_init_hcd(hcd);
	return hcd;
}

static struct usb_device *make_device(struct kunit *test, struct usb_hcd *hcd,
				      struct usb_device *parent, const char *name)
{
	struct usb_device *udev = kunit_kzalloc(test, sizeof(*udev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, udev);
	udev->bus = &hcd->self;
	udev->parent = parent;
	udev->dev.init_name = name;
	udev->state = USB_STATE_CONFIGURED;
	usb_offload_init_device(udev, parent);
	return udev;
}

static int offload_device_test_init(struct kunit *test)
{
	struct offload_controller *host = kunit_kzalloc(test, sizeof(*host), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, host);
	host->primary = make_hcd(test);
	host->root_hub = make_device(test, host->primary, NULL, "usb1");
	host->primary->self.root_hub = host->root_hub;
	host->headset = make_device(test, host->primary, host->root_hub, "1-1");

	host->secondary = make_hcd(test);
	host->primary->primary_hcd = host->primary;
	host->secondary->primary_hcd = host->primary;
	host->primary->shared_hcd = host->secondary;
	host->secondary->shared_hcd = host->primary;
	host->peer = make_device(test, host->secondary, NULL, "usb2");
	host->secondary->self.root_hub = host->peer;
	test->priv = host;
	return 0;
}

static void begin_sleep(struct offload_controller *host)
{
	usb_offload_sleep_begins(host->root_hub);
	usb_offload_sleep_begins(host->headset);
}

static void end_sleep(struct offload_controller *host)
{
	usb_offload_sleep_ended(host->headset);
	usb_offload_sleep_ended(host->root_hub);
}

static void both_buses_are_kept_active_for_one_device(struct kunit *test)
{
	struct offload_controller *host = test->priv;

	KUNIT_ASSERT_EQ(test, 0, usb_offload_state_get(&host->headset->offload, true));
	begin_sleep(host);
	usb_offload_sleep_begins(host->peer);
	KUNIT_EXPECT_FALSE(test, usb_hcd_is_kept_active(host->primary));

	KUNIT_EXPECT_TRUE(test, usb_offload_suspend(host->peer, PMSG_SUSPEND));
	KUNIT_EXPECT_TRUE(test, usb_offload_suspend(host->headset, PMSG_SUSPEND));
	KUNIT_EXPECT_TRUE(test, usb_offload_suspend(host->root_hub, PMSG_SUSPEND));
	KUNIT_EXPECT_TRUE(test, usb_hcd_is_kept_active(host->primary));
	KUNIT_EXPECT_TRUE(test, usb_hcd_is_kept_active(host->secondary));

	KUNIT_EXPECT_TRUE(test, usb_offload_resume(host->root_hub));
	KUNIT_EXPECT_TRUE(test, usb_hcd_is_kept_active(host->primary));
	KUNIT_EXPECT_TRUE(test, usb_offload_resume(host->peer));
	KUNIT_EXPECT_FALSE(test, usb_hcd_is_kept_active(host->primary));
	KUNIT_EXPECT_TRUE(test, usb_offload_resume(host->headset));
	end_sleep(host);
	usb_offload_sleep_ended(host->peer);
	usb_offload_put(host->headset);
}

/*
 * A bus goes while the other one is suspended: its HCD still points at it, and its memory is gone.
 * A thread that looks there gets an oops from the poison, or a report of KASAN.
 */
static void removal_of_a_bus_races_with_a_sleep(struct kunit *test)
{
	struct offload_controller *host = test->priv;

	begin_sleep(host);
	usb_offload_sleep_begins(host->peer);
	usb_offload_device_disconnected(host->peer);
	memset(host->peer, POISON_FREE, sizeof(*host->peer));
	kunit_kfree(test, host->peer);

	KUNIT_EXPECT_FALSE(test, usb_offload_suspend(host->headset, PMSG_SUSPEND));
	KUNIT_EXPECT_FALSE(test, usb_offload_needs_port_suspend(host->root_hub, PMSG_SUSPEND));
	KUNIT_EXPECT_FALSE(test, usb_offload_suspend(host->root_hub, PMSG_SUSPEND));
	KUNIT_EXPECT_FALSE(test, usb_hcd_is_kept_active(host->primary));
	KUNIT_EXPECT_FALSE(test, usb_offload_resume(host->root_hub));
	KUNIT_EXPECT_FALSE(test, usb_offload_resume(host->headset));
	end_sleep(host);
}

/* Mainline ignores such a put, and a driver of its makes one: a WARN would be a panic to many. */
static void put_without_get_is_ignored(struct kunit *test)
{
	struct offload_controller *host = test->priv;
	bool was_tainted = test_taint(TAINT_WARN);
	unsigned int i;

	/* More often than the log may be written to. */
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, 0, usb_offload_put(host->headset));
	KUNIT_EXPECT_EQ(test, was_tainted, test_taint(TAINT_WARN));
	KUNIT_EXPECT_FALSE(test, usb_offload_check(host->root_hub));

	/* The runtime PM reference of a use is not dropped for a put that ends none. */
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&host->headset->dev.power.usage_count));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&host->headset->offload, true));
	KUNIT_EXPECT_TRUE(test, usb_offload_check(host->root_hub));
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&host->headset->offload));
}

static void pm_lock_is_the_devices_own(struct kunit *test)
{
	struct offload_controller *host = test->priv;

	usb_offload_set_pm_locked(host->root_hub, true);
	KUNIT_EXPECT_EQ(test, -EAGAIN, usb_offload_state_get(&host->root_hub->offload, true));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&host->headset->offload, true));
	usb_offload_set_pm_locked(host->root_hub, false);
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&host->root_hub->offload, true));
}

static struct kunit_case offload_device_test_cases[] = {
	KUNIT_CASE(both_buses_are_kept_active_for_one_device),
	KUNIT_CASE(removal_of_a_bus_races_with_a_sleep),
	KUNIT_CASE(put_without_get_is_ignored),
	KUNIT_CASE(pm_lock_is_the_devices_own),
	{}
};

static struct kunit_suite offload_device_test_suite = {
	.name = "usb-offload-device",
	.init = offload_device_test_init,
	.test_cases = offload_device_test_cases,
};

kunit_test_suite(offload_device_test_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit tests of USB offload with devices and controllers");
MODULE_LICENSE("GPL");
