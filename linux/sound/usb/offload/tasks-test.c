// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests that the tasks of a card run in their order, that a task which takes long holds up those of
 * its own card only, and that no more than a few wait.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/workqueue.h>

#include "tasks.h"

#define MANY	40	/* more than may wait */

/* How long a thread is given to do a thing that it must not do yet. */
#define WAIT_MS	100

struct test_card {
	struct offload_tasks tasks;
	struct completion may_go_on;
	atomic_t ran;
};

/* A task that is part of the test: it writes down when it ran. */
struct test_task {
	struct offload_task task;
	struct test_card *card;
	bool is_slow;
	int turn;
	struct completion done;
};

struct fixture {
	struct workqueue_struct *workqueue;
	struct test_card slow;
	struct test_card quick;
	struct test_task many[MANY];
	struct completion added;
};

static void run_test_task(struct offload_task *task)
{
	struct test_task *test_task = container_of(task, struct test_task, task);

	if (test_task->is_slow)
		wait_for_completion(&test_task->card->may_go_on);
	test_task->turn = atomic_inc_return(&test_task->card->ran);
	complete(&test_task->done);
}

static void init_test_task(struct test_task *test_task, struct test_card *card, bool is_slow)
{
	test_task->task.run = run_test_task;
	test_task->card = card;
	test_task->is_slow = is_slow;
	init_completion(&test_task->done);
}

static void init_test_card(struct kunit *test, struct test_card *card, const char *name)
{
	struct fixture *fixture = test->priv;
	struct device *dev = kunit_device_register(test, name);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	offload_tasks_init(&card->tasks, fixture->workqueue, dev);
	init_completion(&card->may_go_on);
}

static int tasks_init(struct kunit *test)
{
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fixture);
	test->priv = fixture;
	fixture->workqueue = alloc_workqueue("tasks-test", WQ_UNBOUND, 0);
	KUNIT_ASSERT_NOT_NULL(test, fixture->workqueue);
	init_test_card(test, &fixture->slow, "slow");
	init_test_card(test, &fixture->quick, "quick");
	init_completion(&fixture->added);
	return 0;
}

static void tasks_exit(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	complete_all(&fixture->slow.may_go_on);
	destroy_workqueue(fixture->workqueue);
}

static void tasks_run_in_order(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	int i;

	for (i = 0; i < MANY; i++) {
		init_test_task(&fixture->many[i], &fixture->quick, false);
		offload_tasks_add(&fixture->quick.tasks, &fixture->many[i].task);
	}
	flush_workqueue(fixture->workqueue);
	for (i = 0; i < MANY; i++)
		KUNIT_EXPECT_EQ(test, fixture->many[i].turn, i + 1);
}

static void no_card_waits_for_another(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct test_task *slow = &fixture->many[0], *behind = &fixture->many[1];
	struct test_task *quick = &fixture->many[2];

	init_test_task(slow, &fixture->slow, true);
	init_test_task(behind, &fixture->slow, false);
	init_test_task(quick, &fixture->quick, false);
	offload_tasks_add(&fixture->slow.tasks, &slow->task);
	offload_tasks_add(&fixture->slow.tasks, &behind->task);
	offload_tasks_add(&fixture->quick.tasks, &quick->task);

	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&quick->done, HZ), 0);
	KUNIT_EXPECT_FALSE(test, completion_done(&slow->done));
	KUNIT_EXPECT_FALSE(test, completion_done(&behind->done));
	complete_all(&fixture->slow.may_go_on);
	flush_workqueue(fixture->workqueue);
	KUNIT_EXPECT_EQ(test, slow->turn, 1);
	KUNIT_EXPECT_EQ(test, behind->turn, 2);
}

static int add_many(void *data)
{
	struct fixture *fixture = data;
	int i;

	for (i = 0; i < MANY; i++)
		offload_tasks_add(&fixture->slow.tasks, &fixture->many[i].task);
	complete(&fixture->added);
	return 0;
}

static void a_few_wait(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct task_struct *thread;
	int i;

	for (i = 0; i < MANY; i++)
		init_test_task(&fixture->many[i], &fixture->slow, true);
	thread = kthread_run(add_many, fixture, "tasks-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&fixture->added,
							  msecs_to_jiffies(WAIT_MS)), 0);
	complete_all(&fixture->slow.may_go_on);
	wait_for_completion(&fixture->added);
	flush_workqueue(fixture->workqueue);
	for (i = 0; i < MANY; i++)
		KUNIT_EXPECT_EQ(test, fixture->many[i].turn, i + 1);
}

static struct kunit_case tasks_cases[] = {
	KUNIT_CASE(tasks_run_in_order),
	KUNIT_CASE(no_card_waits_for_another),
	KUNIT_CASE(a_few_wait),
	{ }
};

static struct kunit_suite tasks_suite = {
	.name = "usb-offload-tasks",
	.init = tasks_init,
	.exit = tasks_exit,
	.test_cases = tasks_cases,
};

kunit_test_suite(tasks_suite);
