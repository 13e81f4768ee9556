// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the PM core's callbacks of a card, above all of those that come when it has been
 * removed: the PM core has taken a reference and calls without a lock.
 */
#include <kunit/test.h>
#include <linux/mutex.h>
#include <linux/pm.h>

#include "card.h"
#include "gate.h"
#include "suspend.h"

static struct offload_card *add_card(struct kunit *test, struct offload_cards *cards)
{
	struct offload_card *card = kunit_kzalloc(test, sizeof(*card), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, card);
	mutex_init(&card->sleep_lock);
	card->cards = cards;
	return card;
}

static int suspend_init(struct kunit *test)
{
	struct offload_cards *cards;

	cards = kunit_kzalloc(test, sizeof(*cards), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cards);
	cards->gate = kunit_kzalloc(test, sizeof(*cards->gate), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cards->gate);
	offload_gate_init(cards->gate);
	test->priv = cards;
	return 0;
}

static bool is_open(struct offload_cards *cards)
{
	if (!offload_gate_try_enter(cards->gate))
		return false;
	offload_gate_leave(cards->gate);
	return true;
}

static void gate_is_closed_while_a_card_sleeps(struct kunit *test)
{
	struct offload_cards *cards = test->priv;
	struct offload_card *first = add_card(test, cards);
	struct offload_card *second = add_card(test, cards);

	KUNIT_EXPECT_TRUE(test, is_open(cards));
	offload_suspend_card_ops.suspend_late(&first->dev);
	offload_suspend_card_ops.suspend_late(&second->dev);
	KUNIT_EXPECT_FALSE(test, is_open(cards));
	offload_suspend_card_ops.resume_early(&first->dev);
	KUNIT_EXPECT_FALSE(test, is_open(cards));
	offload_suspend_card_ops.resume_early(&second->dev);
	KUNIT_EXPECT_TRUE(test, is_open(cards));
}

static void gate_opens_when_a_sleeping_card_is_removed(struct kunit *test)
{
	struct offload_cards *cards = test->priv;
	struct offload_card *card = add_card(test, cards);

	offload_suspend_card_ops.suspend_late(&card->dev);
	KUNIT_EXPECT_FALSE(test, is_open(cards));
	offload_suspend_card_removed(card);
	KUNIT_EXPECT_TRUE(test, is_open(cards));
	offload_suspend_card_ops.resume_early(&card->dev);
	KUNIT_EXPECT_TRUE(test, is_open(cards));
}

static void gate_stays_open_when_a_removed_card_is_suspended(struct kunit *test)
{
	struct offload_cards *cards = test->priv;
	struct offload_card *card = add_card(test, cards);

	offload_suspend_card_removed(card);
	offload_suspend_card_ops.suspend_late(&card->dev);
	KUNIT_EXPECT_TRUE(test, is_open(cards));
	KUNIT_EXPECT_EQ(test, cards->gate->closed_by, 0);
}

static void a_removed_card_does_not_look_at_its_service(struct kunit *test)
{
	struct offload_card *card = add_card(test, test->priv);

	offload_suspend_card_removed(card);
	card->cards = NULL;
	KUNIT_EXPECT_EQ(test, 0, offload_suspend_card_ops.suspend(&card->dev));
	KUNIT_EXPECT_EQ(test, 0, offload_suspend_card_ops.suspend_late(&card->dev));
	KUNIT_EXPECT_EQ(test, 0, offload_suspend_card_ops.resume_early(&card->dev));
	KUNIT_EXPECT_EQ(test, 0, offload_suspend_card_ops.resume(&card->dev));
}

static struct kunit_case suspend_cases[] = {
	KUNIT_CASE(gate_is_closed_while_a_card_sleeps),
	KUNIT_CASE(gate_opens_when_a_sleeping_card_is_removed),
	KUNIT_CASE(gate_stays_open_when_a_removed_card_is_suspended),
	KUNIT_CASE(a_removed_card_does_not_look_at_its_service),
	{ }
};

static struct kunit_suite suspend_suite = {
	.name = "usb-offload-suspend",
	.init = suspend_init,
	.test_cases = suspend_cases,
};

kunit_test_suite(suspend_suite);
