// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks: what is to be done for a card, one after the other, and apart from other cards.
 *
 * A device may take 5 s for each control transfer, and a request of the DSP waits for it. So the
 * thread that receives the requests does not serve them. Each card has a work item that runs the
 * card's tasks:
 *
 * 1. Tasks of one card run in the order in which they were added, one at a time: the workqueue does
 *    not run a work item twice at once. A client's requests come before the notice that it has
 *    gone.
 * 2. Tasks of different cards have no order, and a device that does not answer holds up the tasks
 *    of its own card only. The workqueue is unbound, and not freezable: the DSP's requests are
 *    served in a system sleep, too (gate.c).
 * 3. No more than MAX_WAITING tasks of a card wait. Who adds one more waits for room. A DSP has a
 *    few requests under way; one that floods the card of a slow device holds up itself.
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/device.h>

#include "tasks.h"

#define MAX_WAITING	32

static struct offload_task *take_task(struct offload_tasks *tasks)
{
	struct offload_task *task;

	scoped_guard(spinlock, &tasks->lock) {
		task = list_first_entry_or_null(&tasks->list, struct offload_task, node);
		if (!task)
			return NULL;
		list_del(&task->node);
		WRITE_ONCE(tasks->count, tasks->count - 1);
	}
	wake_up_all(&tasks->room);
	return task;
}

static void run_tasks(struct work_struct *work)
{
	struct offload_tasks *tasks = container_of(work, struct offload_tasks, work);
	struct offload_task *task;

	while ((task = take_task(tasks)))
		task->run(task);
	/* The tasks are part of their owner. */
	put_device(tasks->owner);
}

/**
 * offload_tasks_init() - initialise the tasks of a card: there are none
 * @tasks: the tasks
 * @workqueue: where they run; it has to be flushed before it goes
 * @owner: the card, which @tasks is part of
 *
 * Context: Any context.
 */
void offload_tasks_init(struct offload_tasks *tasks, struct workqueue_struct *workqueue,
			struct device *owner)
{
	tasks->workqueue = workqueue;
	tasks->owner = owner;
	INIT_WORK(&tasks->work, run_tasks);
	spin_lock_init(&tasks->lock);
	INIT_LIST_HEAD(&tasks->list);
	init_waitqueue_head(&tasks->room);
}
EXPORT_SYMBOL_IF_KUNIT(offload_tasks_init);

/**
 * offload_tasks_add() - have a task run behind those that were added before
 * @tasks: the card's; the caller holds a reference to the card
 * @task: the task
 *
 * Waits for room. The caller holds no lock that a task takes, and is no task of that card.
 *
 * Context: Process context. May sleep.
 */
void offload_tasks_add(struct offload_tasks *tasks, struct offload_task *task)
{
	wait_event(tasks->room, READ_ONCE(tasks->count) < MAX_WAITING);
	scoped_guard(spinlock, &tasks->lock) {
		list_add_tail(&task->node, &tasks->list);
		WRITE_ONCE(tasks->count, tasks->count + 1);
	}

	get_device(tasks->owner);
	if (!queue_work(tasks->workqueue, &tasks->work))
		put_device(tasks->owner);
}
EXPORT_SYMBOL_IF_KUNIT(offload_tasks_add);
