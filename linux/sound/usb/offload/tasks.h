/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_TASKS_H
#define __SND_USB_OFFLOAD_TASKS_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct device;

/**
 * struct offload_task - something that is done for a card, in its turn
 * @node: in the list of tasks that wait
 * @run: does it, and frees the task; may sleep, and wait for the card's device
 */
struct offload_task {
	struct list_head node;
	void (*run)(struct offload_task *task);
};

/**
 * struct offload_tasks - the tasks of one card
 * @workqueue: where they run; fixed
 * @owner: the card; fixed
 * @work: runs the tasks; holds a reference to @owner while it is queued or runs
 * @lock: guards @list and @count
 * @list: tasks that wait, in their order
 * @count: length of @list; read without the lock, too
 * @room: woken when a task has left @list
 */
struct offload_tasks {
	struct workqueue_struct *workqueue;
	struct device *owner;
	struct work_struct work;
	spinlock_t lock; /* see above */
	struct list_head list;
	unsigned int count;
	wait_queue_head_t room;
};

void offload_tasks_init(struct offload_tasks *tasks, struct workqueue_struct *workqueue,
			struct device *owner);
void offload_tasks_add(struct offload_tasks *tasks, struct offload_task *task);

#endif /* __SND_USB_OFFLOAD_TASKS_H */
