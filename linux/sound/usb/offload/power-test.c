// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the PM core's callbacks of a card, above all of those that come when it has been
 * removed: the PM core has taken a reference and calls without a lock.
 */
#include <kunit/test.h>
#include <linux/mutex.h>
#include <linux/pm.h>
#include <linux/rwsem.h>
#include <linux/wait.h>

#include "card.h"
#include "power.h"
#include "service.h"

static struct offload_card *add_card(struct kunit *test, struct snd_usb_offload_service *service)
{
	struct offload_card *card = kunit_kzalloc(test, sizeof(*card), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, card);
	mutex_init(&card->sleep_lock);
	card->service = service;
	return card;
}

static int power_init(struct kunit *test)
{
	struct snd_usb_offload_service *service;

	service = kunit_kzalloc(test, sizeof(*service), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, service);
	init_rwsem(&service->bus);
	init_waitqueue_head(&service->awake);
	test->priv = service;
	return 0;
}

static bool is_open(struct snd_usb_offload_service *service)
{
	if (!offload_power_bus_try(service))
		return false;
	offload_power_bus_end(service);
	return true;
}

static void bus_is_closed_while_a_card_sleeps(struct kunit *test)
{
	struct snd_usb_offload_service *service = test->priv;
	struct offload_card *first = add_card(test, service);
	struct offload_card *second = add_card(test, service);

	KUNIT_EXPECT_TRUE(test, is_open(service));
	offload_power_ops.suspend_late(&first->dev);
	offload_power_ops.suspend_late(&second->dev);
	KUNIT_EXPECT_FALSE(test, is_open(service));
	offload_power_ops.resume_early(&first->dev);
	KUNIT_EXPECT_FALSE(test, is_open(service));
	offload_power_ops.resume_early(&second->dev);
	KUNIT_EXPECT_TRUE(test, is_open(service));
}

static void bus_opens_when_a_sleeping_card_is_removed(struct kunit *test)
{
	struct snd_usb_offload_service *service = test->priv;
	struct offload_card *card = add_card(test, service);

	offload_power_ops.suspend_late(&card->dev);
	KUNIT_EXPECT_FALSE(test, is_open(service));
	offload_power_card_removed(card);
	KUNIT_EXPECT_TRUE(test, is_open(service));
	offload_power_ops.resume_early(&card->dev);
	KUNIT_EXPECT_TRUE(test, is_open(service));
}

static void bus_stays_open_when_a_removed_card_is_suspended(struct kunit *test)
{
	struct snd_usb_offload_service *service = test->priv;
	struct offload_card *card = add_card(test, service);

	offload_power_card_removed(card);
	offload_power_ops.suspend_late(&card->dev);
	KUNIT_EXPECT_TRUE(test, is_open(service));
	KUNIT_EXPECT_EQ(test, service->cards_asleep, 0);
}

static void a_removed_card_does_not_look_at_its_service(struct kunit *test)
{
	struct offload_card *card = add_card(test, test->priv);

	offload_power_card_removed(card);
	card->service = NULL;
	KUNIT_EXPECT_EQ(test, 0, offload_power_ops.suspend(&card->dev));
	KUNIT_EXPECT_EQ(test, 0, offload_power_ops.suspend_late(&card->dev));
	KUNIT_EXPECT_EQ(test, 0, offload_power_ops.resume_early(&card->dev));
	KUNIT_EXPECT_EQ(test, 0, offload_power_ops.resume(&card->dev));
}

static struct kunit_case power_cases[] = {
	KUNIT_CASE(bus_is_closed_while_a_card_sleeps),
	KUNIT_CASE(bus_opens_when_a_sleeping_card_is_removed),
	KUNIT_CASE(bus_stays_open_when_a_removed_card_is_suspended),
	KUNIT_CASE(a_removed_card_does_not_look_at_its_service),
	{ }
};

static struct kunit_suite power_suite = {
	.name = "usb-offload-power",
	.init = power_init,
	.test_cases = power_cases,
};

kunit_test_suite(power_suite);
