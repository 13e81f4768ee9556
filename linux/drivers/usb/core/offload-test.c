// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the USB offload state machine.
 *
 * The tree they use: a root hub, a hub on it, and two devices on that hub.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "offload.h"

struct offload_tree {
	struct usb_offload root;
	struct usb_offload hub;
	struct usb_offload headset;
	struct usb_offload dac;
};

static int offload_test_init(struct kunit *test)
{
	struct offload_tree *tree;

	tree = kunit_kzalloc(test, sizeof(*tree), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tree);

	usb_offload_state_init(&tree->root, NULL);
	usb_offload_state_init(&tree->hub, &tree->root);
	usb_offload_state_init(&tree->headset, &tree->hub);
	usb_offload_state_init(&tree->dac, &tree->hub);
	test->priv = tree;
	return 0;
}

static void expect_in_use(struct kunit *test, bool root, bool hub, bool headset, bool dac)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, root, usb_offload_state_in_use(&tree->root));
	KUNIT_EXPECT_EQ(test, hub, usb_offload_state_in_use(&tree->hub));
	KUNIT_EXPECT_EQ(test, headset, usb_offload_state_in_use(&tree->headset));
	KUNIT_EXPECT_EQ(test, dac, usb_offload_state_in_use(&tree->dac));
}

static void new_device_is_not_in_use(struct kunit *test)
{
	expect_in_use(test, false, false, false, false);
}

static void use_counts_for_the_hubs_above_only(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	expect_in_use(test, true, true, true, false);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, false, false, false, false);
}

static void uses_nest(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->dac, true));
	KUNIT_EXPECT_EQ(test, 3, tree->root.users_below);

	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, true, true, true, true);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, true, true, false, true);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->dac));
	expect_in_use(test, false, false, false, false);
}

static void hub_can_be_used_itself(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->hub, true));
	expect_in_use(test, true, true, false, false);
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->dac, true));
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->hub));
	expect_in_use(test, true, true, false, true);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->dac));
	expect_in_use(test, false, false, false, false);
}

/* A count that saturates at 0 in silence hides a teardown that puts twice. */
static void put_without_get_is_reported(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_FALSE(test, usb_offload_state_put(&tree->headset));

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->dac, true));
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	KUNIT_EXPECT_FALSE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, true, true, false, true);
}

struct offload_refusal {
	const char *name;
	bool is_detached;
	bool is_asleep;
	bool is_active;
	int result;
};

static const struct offload_refusal offload_refusals[] = {
	{ "up", false, false, true, 0 },
	{ "suspended", false, false, false, -EBUSY },
	{ "going to sleep", false, true, true, -EAGAIN },
	{ "going to sleep, suspended", false, true, false, -EAGAIN },
	{ "gone", true, false, true, -ENODEV },
	{ "gone, suspended", true, false, false, -ENODEV },
	{ "gone in a sleep", true, true, true, -ENODEV },
	{ "gone in a sleep, suspended", true, true, false, -ENODEV },
};

KUNIT_ARRAY_PARAM_DESC(offload_refusal, offload_refusals, name);

static void get_says_why_it_refuses(struct kunit *test)
{
	const struct offload_refusal *refusal = test->param_value;
	struct offload_tree *tree = test->priv;
	bool is_used = !refusal->result;

	if (refusal->is_detached)
		usb_offload_state_detach(&tree->dac);
	if (refusal->is_asleep)
		usb_offload_state_prepare(&tree->dac);

	KUNIT_EXPECT_EQ(test, refusal->result,
			usb_offload_state_get(&tree->dac, refusal->is_active));
	expect_in_use(test, is_used, is_used, false, is_used);
	KUNIT_EXPECT_EQ(test, is_used, usb_offload_state_put(&tree->dac));
}

/* A put that is refused in a sleep keeps the device up for ever after. */
static void put_works_in_a_sleep(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	usb_offload_state_prepare(&tree->root);
	usb_offload_state_prepare(&tree->hub);
	usb_offload_state_prepare(&tree->headset);

	expect_in_use(test, true, true, true, false);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, false, false, false, false);
	KUNIT_EXPECT_EQ(test, -EAGAIN, usb_offload_state_get(&tree->headset, true));

	usb_offload_state_complete(&tree->headset);
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
}

static void unplugged_device_no_longer_counts_above(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->dac, true));

	usb_offload_state_detach(&tree->headset);
	KUNIT_EXPECT_EQ(test, 1, tree->hub.users_below);
	usb_offload_state_detach(&tree->headset);
	KUNIT_EXPECT_EQ(test, 1, tree->hub.users_below);
	expect_in_use(test, true, true, true, true);
}

/* The hub's memory may be gone when the last user of an unplugged device puts it. */
static void put_after_unplug_leaves_the_hub_alone(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	usb_offload_state_detach(&tree->headset);
	tree->headset.parent = ERR_PTR(-EFAULT);

	KUNIT_EXPECT_EQ(test, -ENODEV, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	KUNIT_EXPECT_FALSE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, false, false, false, false);
}

static struct kunit_case offload_test_cases[] = {
	KUNIT_CASE(new_device_is_not_in_use),
	KUNIT_CASE(use_counts_for_the_hubs_above_only),
	KUNIT_CASE(uses_nest),
	KUNIT_CASE(hub_can_be_used_itself),
	KUNIT_CASE(put_without_get_is_reported),
	KUNIT_CASE_PARAM(get_says_why_it_refuses, offload_refusal_gen_params),
	KUNIT_CASE(put_works_in_a_sleep),
	KUNIT_CASE(unplugged_device_no_longer_counts_above),
	KUNIT_CASE(put_after_unplug_leaves_the_hub_alone),
	{}
};

static struct kunit_suite offload_test_suite = {
	.name = "usb-offload",
	.init = offload_test_init,
	.test_cases = offload_test_cases,
};

kunit_test_suite(offload_test_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit tests of the USB offload state machine");
MODULE_LICENSE("GPL");
