// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the USB offload state machine.
 *
 * The tree they use: a controller with two root hubs; a hub on the first one, and two devices on
 * that hub.
 */
#include <kunit/test.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include "offload.h"

struct offload_tree {
	struct usb_offload controller;
	struct usb_offload *peer;	/* the second root hub; may be freed */
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

	tree->peer = kunit_kzalloc(test, sizeof(*tree->peer), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tree->peer);

	usb_offload_state_init_controller(&tree->controller);
	usb_offload_state_init(tree->peer, &tree->controller);
	usb_offload_state_init(&tree->root, &tree->controller);
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

/* A transition of one state, named by the PM core's callback that makes it. */
enum offload_step {
	STEP_PREPARE,
	STEP_SUSPEND,
	STEP_SUSPEND_POWER_LOST,
	STEP_RESUME,
	STEP_COMPLETE,
};

static void take_step(struct usb_offload *offload, enum offload_step step)
{
	switch (step) {
	case STEP_PREPARE:
		usb_offload_state_prepare(offload);
		break;
	case STEP_SUSPEND:
		usb_offload_state_suspend(offload, true, false);
		break;
	case STEP_SUSPEND_POWER_LOST:
		usb_offload_state_suspend(offload, false, false);
		break;
	case STEP_RESUME:
		usb_offload_state_resume(offload);
		break;
	case STEP_COMPLETE:
		usb_offload_state_complete(offload);
		break;
	}
}

/* The steps that lead a device with users from its first state to this one. */
static void lead_to(struct usb_offload *offload, enum usb_offload_sleep sleep)
{
	if (sleep == USB_OFFLOAD_AWAKE)
		return;
	take_step(offload, STEP_PREPARE);
	if (sleep == USB_OFFLOAD_ACTIVE)
		take_step(offload, STEP_SUSPEND);
	if (sleep == USB_OFFLOAD_SUSPENDED)
		take_step(offload, STEP_SUSPEND_POWER_LOST);
}

struct offload_transition {
	const char *name;
	enum usb_offload_sleep from;
	enum offload_step step;
	enum usb_offload_sleep used; /* the next state of a device with a user */
	enum usb_offload_sleep unused; /* of one without: it never becomes ACTIVE */
};

#define AWAKE USB_OFFLOAD_AWAKE
#define PREPARED USB_OFFLOAD_PREPARED
#define ACTIVE USB_OFFLOAD_ACTIVE
#define SUSPENDED USB_OFFLOAD_SUSPENDED

static const struct offload_transition offload_transitions[] = {
	{ "awake, prepare", AWAKE, STEP_PREPARE, PREPARED, PREPARED },
	{ "awake, suspend: refused", AWAKE, STEP_SUSPEND, AWAKE, AWAKE },
	{ "awake, suspend without power: refused", AWAKE, STEP_SUSPEND_POWER_LOST, AWAKE, AWAKE },
	{ "awake, resume: refused", AWAKE, STEP_RESUME, AWAKE, AWAKE },
	{ "awake, complete", AWAKE, STEP_COMPLETE, AWAKE, AWAKE },
	{ "prepared, prepare: refused", PREPARED, STEP_PREPARE, PREPARED, PREPARED },
	{ "prepared, suspend", PREPARED, STEP_SUSPEND, ACTIVE, SUSPENDED },
	{ "prepared, suspend without power", PREPARED, STEP_SUSPEND_POWER_LOST,
	  SUSPENDED, SUSPENDED },
	{ "prepared, resume", PREPARED, STEP_RESUME, PREPARED, PREPARED },
	{ "prepared, complete: aborted", PREPARED, STEP_COMPLETE, AWAKE, AWAKE },
	{ "active, prepare: refused", ACTIVE, STEP_PREPARE, ACTIVE, SUSPENDED },
	{ "active, suspend: refused", ACTIVE, STEP_SUSPEND, ACTIVE, SUSPENDED },
	{ "active, suspend without power: refused", ACTIVE, STEP_SUSPEND_POWER_LOST,
	  ACTIVE, SUSPENDED },
	{ "active, resume", ACTIVE, STEP_RESUME, PREPARED, PREPARED },
	{ "active, complete", ACTIVE, STEP_COMPLETE, AWAKE, AWAKE },
	{ "suspended, prepare: refused", SUSPENDED, STEP_PREPARE, SUSPENDED, SUSPENDED },
	{ "suspended, suspend: refused", SUSPENDED, STEP_SUSPEND, SUSPENDED, SUSPENDED },
	{ "suspended, suspend without power: refused", SUSPENDED, STEP_SUSPEND_POWER_LOST,
	  SUSPENDED, SUSPENDED },
	{ "suspended, resume", SUSPENDED, STEP_RESUME, PREPARED, PREPARED },
	{ "suspended, complete", SUSPENDED, STEP_COMPLETE, AWAKE, AWAKE },
};

KUNIT_ARRAY_PARAM_DESC(offload_transition, offload_transitions, name);

static void sleep_takes_every_transition(struct kunit *test)
{
	const struct offload_transition *transition = test->param_value;
	struct offload_tree *tree = test->priv;

	KUNIT_ASSERT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	lead_to(&tree->headset, transition->from);
	KUNIT_ASSERT_EQ(test, transition->from, tree->headset.sleep);
	take_step(&tree->headset, transition->step);
	KUNIT_EXPECT_EQ(test, transition->used, tree->headset.sleep);
	/* The mark in the hub says the same in every state. */
	KUNIT_EXPECT_EQ(test, tree->headset.sleep == ACTIVE, tree->hub.children_active);

	lead_to(&tree->dac, transition->from);
	take_step(&tree->dac, transition->step);
	KUNIT_EXPECT_EQ(test, transition->unused, tree->dac.sleep);
	KUNIT_EXPECT_EQ(test, tree->headset.sleep == ACTIVE, tree->hub.children_active);
}

struct offload_refusal {
	const char *name;
	bool is_detached;
	enum usb_offload_sleep sleep;
	bool is_active;
	int result;
};

static const struct offload_refusal offload_refusals[] = {
	{ "active", false, AWAKE, true, 0 },
	{ "suspended", false, AWAKE, false, -EBUSY },
	{ "going to sleep", false, PREPARED, true, -EAGAIN },
	{ "going to sleep, suspended", false, PREPARED, false, -EAGAIN },
	{ "asleep", false, SUSPENDED, true, -EAGAIN },
	{ "asleep, suspended", false, SUSPENDED, false, -EAGAIN },
	{ "gone", true, AWAKE, true, -ENODEV },
	{ "gone, suspended", true, AWAKE, false, -ENODEV },
	{ "gone in a sleep", true, SUSPENDED, true, -ENODEV },
	{ "gone in a sleep, suspended", true, SUSPENDED, false, -ENODEV },
};

KUNIT_ARRAY_PARAM_DESC(offload_refusal, offload_refusals, name);

static void get_says_why_it_refuses(struct kunit *test)
{
	const struct offload_refusal *refusal = test->param_value;
	struct offload_tree *tree = test->priv;
	bool is_used = !refusal->result;

	if (refusal->is_detached)
		usb_offload_state_detach(&tree->dac);
	lead_to(&tree->dac, refusal->sleep);

	KUNIT_EXPECT_EQ(test, refusal->result,
			usb_offload_state_get(&tree->dac, refusal->is_active));
	expect_in_use(test, is_used, is_used, false, is_used);
	KUNIT_EXPECT_EQ(test, is_used, usb_offload_state_put(&tree->dac));
}

/* The states that a device with a user can be in. */
struct offload_place {
	const char *name;
	enum usb_offload_sleep sleep;
	int get;
};

static const struct offload_place offload_places[] = {
	{ "awake", AWAKE, 0 },
	{ "prepared", PREPARED, -EAGAIN },
	{ "active", ACTIVE, -EAGAIN },
	{ "suspended", SUSPENDED, -EAGAIN },
};

KUNIT_ARRAY_PARAM_DESC(offload_place, offload_places, name);

static void second_get_succeeds_awake_only(struct kunit *test)
{
	const struct offload_place *place = test->param_value;
	struct offload_tree *tree = test->priv;

	KUNIT_ASSERT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	lead_to(&tree->headset, place->sleep);
	KUNIT_EXPECT_EQ(test, place->get, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, place->get ? 1 : 2, tree->headset.users);
	KUNIT_EXPECT_EQ(test, tree->headset.users, tree->root.users_below);
	KUNIT_EXPECT_EQ(test, place->sleep, tree->headset.sleep);
}

static void put_is_never_refused_and_changes_no_decision(struct kunit *test)
{
	const struct offload_place *place = test->param_value;
	struct offload_tree *tree = test->priv;

	KUNIT_ASSERT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	lead_to(&tree->headset, place->sleep);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, false, false, false, false);
	KUNIT_EXPECT_EQ(test, place->sleep, tree->headset.sleep);
	KUNIT_EXPECT_EQ(test, place->sleep == ACTIVE, tree->hub.children_active);

	take_step(&tree->headset, STEP_RESUME);
	take_step(&tree->headset, STEP_COMPLETE);
	KUNIT_EXPECT_EQ(test, AWAKE, tree->headset.sleep);
	KUNIT_EXPECT_EQ(test, 0, tree->hub.children_active);
}

/* An unplugged device goes through the rest of the sleep without the hub, which may be gone. */
static void unplugged_device_leaves_the_hub_alone(struct kunit *test)
{
	const struct offload_place *place = test->param_value;
	struct offload_tree *tree = test->priv;

	KUNIT_ASSERT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	lead_to(&tree->headset, place->sleep);
	usb_offload_state_detach(&tree->headset);
	expect_in_use(test, false, false, true, false);
	KUNIT_EXPECT_EQ(test, 0, tree->hub.children_active);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_is_kept_active(&tree->headset));

	tree->headset.parent = ERR_PTR(-EFAULT);
	KUNIT_EXPECT_EQ(test, -ENODEV, usb_offload_state_get(&tree->headset, true));
	take_step(&tree->headset, STEP_PREPARE);
	take_step(&tree->headset, STEP_SUSPEND);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_is_kept_active(&tree->headset));
	KUNIT_EXPECT_FALSE(test, usb_offload_state_resume(&tree->headset));
	take_step(&tree->headset, STEP_COMPLETE);
	KUNIT_EXPECT_EQ(test, AWAKE, tree->headset.sleep);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
}

static void step_all(struct offload_tree *tree, enum offload_step step)
{
	bool is_bottom_up = step == STEP_SUSPEND || step == STEP_COMPLETE;

	if (!is_bottom_up) {
		take_step(&tree->root, step);
		take_step(&tree->hub, step);
	}
	take_step(&tree->headset, step);
	take_step(&tree->dac, step);
	if (is_bottom_up) {
		take_step(&tree->hub, step);
		take_step(&tree->root, step);
	}
}

static void expect_active(struct kunit *test, bool root, bool hub, bool headset, bool dac)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, root, usb_offload_state_is_kept_active(&tree->root));
	KUNIT_EXPECT_EQ(test, hub, usb_offload_state_is_kept_active(&tree->hub));
	KUNIT_EXPECT_EQ(test, headset, usb_offload_state_is_kept_active(&tree->headset));
	KUNIT_EXPECT_EQ(test, dac, usb_offload_state_is_kept_active(&tree->dac));
}

static void way_up_is_kept_active_and_sibling_sleeps(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	step_all(tree, STEP_PREPARE);
	expect_active(test, false, false, false, false);
	step_all(tree, STEP_SUSPEND);
	expect_active(test, true, true, true, false);
	step_all(tree, STEP_RESUME);
	expect_active(test, false, false, false, false);
	step_all(tree, STEP_COMPLETE);
	KUNIT_EXPECT_EQ(test, 0, tree->hub.children_active);
	KUNIT_EXPECT_EQ(test, 0, tree->root.children_active);
}

/* A put that is refused in a sleep keeps the device up for ever after. */
static void put_in_a_sleep_takes_effect_after_it(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	step_all(tree, STEP_PREPARE);
	step_all(tree, STEP_SUSPEND);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, false, false, false, false);
	expect_active(test, true, true, true, false);
	step_all(tree, STEP_RESUME);
	step_all(tree, STEP_COMPLETE);

	step_all(tree, STEP_PREPARE);
	step_all(tree, STEP_SUSPEND);
	expect_active(test, false, false, false, false);
}

/* The hub must not take its own view of a child that has been told that it is kept active. */
static void put_between_child_and_hub_leaves_both_active(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	step_all(tree, STEP_PREPARE);
	take_step(&tree->headset, STEP_SUSPEND);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	take_step(&tree->dac, STEP_SUSPEND);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_may_be_kept_active(&tree->hub));
	take_step(&tree->hub, STEP_SUSPEND);
	take_step(&tree->root, STEP_SUSPEND);
	expect_active(test, true, true, true, false);
}

static void put_before_the_decision_lets_all_sleep(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	step_all(tree, STEP_PREPARE);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_may_be_kept_active(&tree->hub));
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	KUNIT_EXPECT_FALSE(test, usb_offload_state_may_be_kept_active(&tree->hub));
	step_all(tree, STEP_SUSPEND);
	expect_active(test, false, false, false, false);
}

/* Only the headset had its turn; then another device's suspend failed. */
static void aborted_sleep_leaves_nothing_behind(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	step_all(tree, STEP_PREPARE);
	take_step(&tree->headset, STEP_SUSPEND);
	KUNIT_EXPECT_EQ(test, 1, tree->hub.children_active);
	take_step(&tree->headset, STEP_RESUME);
	step_all(tree, STEP_COMPLETE);
	KUNIT_EXPECT_EQ(test, 0, tree->hub.children_active);
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->dac, true));
}

static void unplug_in_a_sleep_takes_the_mark_back(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	step_all(tree, STEP_PREPARE);
	step_all(tree, STEP_SUSPEND);
	usb_offload_state_detach(&tree->headset);
	KUNIT_EXPECT_EQ(test, 0, tree->hub.children_active);
	expect_active(test, true, true, false, false);

	tree->headset.parent = ERR_PTR(-EFAULT);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_resume(&tree->headset));
	usb_offload_state_complete(&tree->headset);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
}

static void unplugged_device_is_not_kept_active(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	step_all(tree, STEP_PREPARE);
	usb_offload_state_detach(&tree->headset);
	step_all(tree, STEP_SUSPEND);
	expect_active(test, false, false, false, false);
}

/* Root hubs of a controller share its PHYs: one without streams is kept active with the other. */
static void needed_bus_is_kept_active_without_users(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_ASSERT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	take_step(tree->peer, STEP_PREPARE);
	step_all(tree, STEP_PREPARE);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_may_be_kept_active(tree->peer));
	take_step(tree->peer, STEP_SUSPEND);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_is_kept_active(tree->peer));
	step_all(tree, STEP_SUSPEND);
	expect_active(test, true, true, true, false);
	KUNIT_EXPECT_EQ(test, 2, tree->controller.children_active);

	take_step(tree->peer, STEP_RESUME);
	step_all(tree, STEP_RESUME);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_has_active_child(&tree->controller));
	take_step(tree->peer, STEP_SUSPEND_POWER_LOST);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_is_kept_active(tree->peer));
}

static void bus_that_nobody_needs_sleeps(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	take_step(tree->peer, STEP_PREPARE);
	step_all(tree, STEP_PREPARE);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_may_be_kept_active(tree->peer));
	step_all(tree, STEP_SUSPEND);
	take_step(tree->peer, STEP_SUSPEND);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_is_kept_active(tree->peer));
	KUNIT_EXPECT_FALSE(test, usb_offload_state_has_active_child(&tree->controller));
}

/* The last use ends after the second bus has decided by it: both are kept active, this once. */
static void bus_that_relies_on_another_is_not_left_alone(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_ASSERT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	take_step(tree->peer, STEP_PREPARE);
	step_all(tree, STEP_PREPARE);
	take_step(tree->peer, STEP_SUSPEND);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	step_all(tree, STEP_SUSPEND);
	expect_active(test, true, false, false, false);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_is_kept_active(tree->peer));
}

/* Thunderbolt: a controller's other bus can be removed at any moment, in a sleep as well. */
static void removed_bus_is_not_looked_at(struct kunit *test)
{
	const struct offload_place *place = test->param_value;
	struct offload_tree *tree = test->priv;

	KUNIT_ASSERT_EQ(test, 0, usb_offload_state_get(tree->peer, true));
	lead_to(tree->peer, place->sleep);
	usb_offload_state_detach(tree->peer);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(tree->peer));
	/* KASAN sees a look at it from here on. */
	kunit_kfree(test, tree->peer);
	KUNIT_EXPECT_EQ(test, 0, tree->controller.users_below);
	KUNIT_EXPECT_EQ(test, 0, tree->controller.children_active);

	step_all(tree, STEP_PREPARE);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_may_be_kept_active(&tree->root));
	step_all(tree, STEP_SUSPEND);
	expect_active(test, false, false, false, false);
	step_all(tree, STEP_RESUME);
	step_all(tree, STEP_COMPLETE);
}

/* And the root hub that is removed outlives the controller, if somebody has it open. */
static void removed_bus_leaves_the_controller_alone(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	usb_offload_state_detach(tree->peer);
	tree->peer->parent = ERR_PTR(-EFAULT);
	take_step(tree->peer, STEP_PREPARE);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_may_be_kept_active(tree->peer));
	take_step(tree->peer, STEP_SUSPEND);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_is_kept_active(tree->peer));
	take_step(tree->peer, STEP_RESUME);
	take_step(tree->peer, STEP_COMPLETE);
}

static void leave_to_wake_is_passed_up_and_forgotten(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	step_all(tree, STEP_PREPARE);
	usb_offload_state_suspend(&tree->dac, true, true);
	usb_offload_state_suspend(&tree->hub, true, false);
	usb_offload_state_suspend(&tree->root, true, false);
	KUNIT_EXPECT_TRUE(test, usb_offload_state_may_wake(&tree->hub));
	KUNIT_EXPECT_TRUE(test, usb_offload_state_may_wake(&tree->root));
	KUNIT_EXPECT_TRUE(test, usb_offload_state_may_wake(&tree->controller));
	step_all(tree, STEP_RESUME);
	step_all(tree, STEP_COMPLETE);

	step_all(tree, STEP_PREPARE);
	step_all(tree, STEP_SUSPEND);
	KUNIT_EXPECT_FALSE(test, usb_offload_state_may_wake(&tree->root));
	KUNIT_EXPECT_FALSE(test, usb_offload_state_may_wake(&tree->controller));
}

/* A driver written against mainline may lock a device itself: that only refuses gets. */
static void pm_lock_refuses_gets_only(struct kunit *test)
{
	struct offload_tree *tree = test->priv;

	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	usb_offload_state_set_pm_locked(&tree->headset, true);
	KUNIT_EXPECT_EQ(test, -EAGAIN, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->dac, true));
	KUNIT_EXPECT_TRUE(test, usb_offload_state_put(&tree->headset));
	expect_in_use(test, true, true, true, true);

	/* A sleep goes on as without it, and does not unlock. */
	step_all(tree, STEP_PREPARE);
	step_all(tree, STEP_SUSPEND);
	expect_active(test, true, true, true, true);
	step_all(tree, STEP_RESUME);
	step_all(tree, STEP_COMPLETE);
	KUNIT_EXPECT_EQ(test, -EAGAIN, usb_offload_state_get(&tree->headset, true));

	usb_offload_state_set_pm_locked(&tree->headset, false);
	KUNIT_EXPECT_EQ(test, 0, usb_offload_state_get(&tree->headset, true));
	KUNIT_EXPECT_EQ(test, 2, tree->headset.users);
}

#undef AWAKE
#undef PREPARED
#undef ACTIVE
#undef SUSPENDED

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

#define MAX_DEPTH	64
#define ROUNDS		64

/* The cost of a whole sleep for a device that is kept active below @hubs hubs: the best round. */
static u64 sleep_cost_ns(struct usb_offload *chain, unsigned int hubs)
{
	struct usb_offload *device = &chain[hubs];
	unsigned int i;
	u64 best_ns = U64_MAX;

	usb_offload_state_init(&chain[0], NULL);
	for (i = 1; i <= hubs; i++)
		usb_offload_state_init(&chain[i], &chain[i - 1]);
	usb_offload_state_get(device, true);

	for (i = 0; i < ROUNDS; i++) {
		unsigned long flags;
		u64 begin_ns, cost_ns;

		local_irq_save(flags);
		begin_ns = ktime_get_ns();
		take_step(device, STEP_PREPARE);
		take_step(device, STEP_SUSPEND);
		take_step(device, STEP_RESUME);
		take_step(device, STEP_COMPLETE);
		cost_ns = ktime_get_ns() - begin_ns;
		local_irq_restore(flags);
		best_ns = min(best_ns, cost_ns);
	}
	return best_ns;
}

/* A walk up the tree, or down from a hub, would cost up to 64 times as much. */
static void sleep_costs_the_same_at_any_depth(struct kunit *test)
{
	static const unsigned int depths[] = { 1, 4, 16, MAX_DEPTH };
	struct usb_offload *chain;
	u64 cost_ns[ARRAY_SIZE(depths)];
	unsigned int i;

	chain = kunit_kcalloc(test, MAX_DEPTH + 1, sizeof(*chain), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, chain);

	/* The first one fills the caches. */
	sleep_cost_ns(chain, 1);
	for (i = 0; i < ARRAY_SIZE(depths); i++) {
		cost_ns[i] = sleep_cost_ns(chain, depths[i]);
		kunit_info(test, "a sleep below %u hubs: %llu ns\n", depths[i], cost_ns[i]);
		KUNIT_EXPECT_LE(test, cost_ns[i], 4 * cost_ns[0]);
	}
}

static struct kunit_case offload_test_cases[] = {
	KUNIT_CASE(new_device_is_not_in_use),
	KUNIT_CASE(use_counts_for_the_hubs_above_only),
	KUNIT_CASE(uses_nest),
	KUNIT_CASE(hub_can_be_used_itself),
	KUNIT_CASE(put_without_get_is_reported),
	KUNIT_CASE_PARAM(get_says_why_it_refuses, offload_refusal_gen_params),
	KUNIT_CASE_PARAM(sleep_takes_every_transition, offload_transition_gen_params),
	KUNIT_CASE_PARAM(second_get_succeeds_awake_only, offload_place_gen_params),
	KUNIT_CASE_PARAM(put_is_never_refused_and_changes_no_decision, offload_place_gen_params),
	KUNIT_CASE_PARAM(unplugged_device_leaves_the_hub_alone, offload_place_gen_params),
	KUNIT_CASE(sleep_costs_the_same_at_any_depth),
	KUNIT_CASE(way_up_is_kept_active_and_sibling_sleeps),
	KUNIT_CASE(put_in_a_sleep_takes_effect_after_it),
	KUNIT_CASE(put_between_child_and_hub_leaves_both_active),
	KUNIT_CASE(put_before_the_decision_lets_all_sleep),
	KUNIT_CASE(aborted_sleep_leaves_nothing_behind),
	KUNIT_CASE(unplug_in_a_sleep_takes_the_mark_back),
	KUNIT_CASE(unplugged_device_is_not_kept_active),
	KUNIT_CASE(needed_bus_is_kept_active_without_users),
	KUNIT_CASE(bus_that_nobody_needs_sleeps),
	KUNIT_CASE(bus_that_relies_on_another_is_not_left_alone),
	KUNIT_CASE_PARAM(removed_bus_is_not_looked_at, offload_place_gen_params),
	KUNIT_CASE(removed_bus_leaves_the_controller_alone),
	KUNIT_CASE(pm_lock_refuses_gets_only),
	KUNIT_CASE(leave_to_wake_is_passed_up_and_forgotten),
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
