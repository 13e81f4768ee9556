/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Announcements of channels, from when the remote processor makes them until they are acted on.
 * Used by the hook in rpmsg_ns.c.
 *
 * The callback that receives one only checks and queues it: it runs in the remote's interrupt
 * thread, with the lock of the name service's endpoint held. What an announcement leads to, a probe
 * or a removal, may wait for that very lock, or, in a system sleep, for the end of the sleep, which
 * in turn waits for the interrupt thread. So a work item does it, on a freezable work queue: there
 * is no channel that comes or goes in the middle of a sleep.
 *
 * Announcements are acted on in order. So many can wait, in memory that is there already; what is
 * beyond that is dropped. And so many are acted on in a given time: each may cost a device, a
 * probe and some lines in the log.
 *
 * Teardown, by rpmsg_ns_queue_destroy():
 *  1. The endpoint is destroyed, which waits for a callback: nothing is queued any more.
 *  2. The work item is cancelled or, if it runs, waited for. It never is the caller: it would have
 *     to unregister the name service's device for that, whose name no announcement may have
 *     (rpmsg_ns_is_sound()). If it is frozen, it is not waited for.
 *  3. The rest is dropped. The bus, whose end removes all channels, removes the name service before
 *     those that were announced, as it is older: no channel is unregistered by both.
 */
#ifndef __RPMSG_NS_QUEUE_H__
#define __RPMSG_NS_QUEUE_H__

#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/ratelimit.h>
#include <linux/rpmsg.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define RPMSG_NS_MAX_WAITING	64u

#define RPMSG_NS_BURST		64
#define RPMSG_NS_BURST_MS	10000
#define RPMSG_NS_RETRY_MS	500

struct rpmsg_ns_announcement {
	struct rpmsg_channel_info channel;
	bool is_end;
};

/**
 * struct rpmsg_ns_queue - announcements that wait
 * @rpdev: the name service's device; fixed
 * @act: what is to be done for one; fixed
 * @work: does it
 * @pace: how many in which time; the work item's
 * @lock: for what follows; no other lock is taken inside
 * @first: the oldest that waits
 * @count: how many wait
 * @waiting: a ring
 */
struct rpmsg_ns_queue {
	struct rpmsg_device *rpdev;
	void (*act)(struct rpmsg_device *rpdev, struct rpmsg_ns_announcement *announcement);
	struct delayed_work work;
	struct ratelimit_state pace;
	spinlock_t lock;	/* for what follows */
	unsigned int first;
	unsigned int count;
	struct rpmsg_ns_announcement waiting[RPMSG_NS_MAX_WAITING];
};

static inline bool rpmsg_ns_queue_is_empty(struct rpmsg_ns_queue *queue)
{
	guard(spinlock)(&queue->lock);

	return !queue->count;
}

static inline void rpmsg_ns_queue_take(struct rpmsg_ns_queue *queue,
				       struct rpmsg_ns_announcement *announcement)
{
	guard(spinlock)(&queue->lock);

	*announcement = queue->waiting[queue->first];
	queue->first = (queue->first + 1) % RPMSG_NS_MAX_WAITING;
	queue->count--;
}

static inline void rpmsg_ns_queue_work(struct work_struct *work)
{
	struct rpmsg_ns_queue *queue = container_of(to_delayed_work(work), struct rpmsg_ns_queue,
						    work);
	struct rpmsg_ns_announcement announcement;

	while (!rpmsg_ns_queue_is_empty(queue)) {
		if (!__ratelimit(&queue->pace)) {
			queue_delayed_work(system_freezable_wq, &queue->work,
					   msecs_to_jiffies(RPMSG_NS_RETRY_MS));
			return;
		}
		rpmsg_ns_queue_take(queue, &announcement);
		queue->act(queue->rpdev, &announcement);
	}
}

/**
 * rpmsg_ns_queue_create() - prepare for announcements
 * @rpdev: the name service's device
 * @act: called for each, one after the other; may sleep
 *
 * Context: may sleep.
 * Return: the queue, or NULL.
 */
static inline struct rpmsg_ns_queue *
rpmsg_ns_queue_create(struct rpmsg_device *rpdev,
		      void (*act)(struct rpmsg_device *, struct rpmsg_ns_announcement *))
{
	struct rpmsg_ns_queue *queue = kzalloc(sizeof(*queue), GFP_KERNEL);

	if (!queue)
		return NULL;
	queue->rpdev = rpdev;
	queue->act = act;
	spin_lock_init(&queue->lock);
	INIT_DELAYED_WORK(&queue->work, rpmsg_ns_queue_work);
	ratelimit_state_init(&queue->pace, msecs_to_jiffies(RPMSG_NS_BURST_MS), RPMSG_NS_BURST);
	/* nothing is suppressed, so it is not to say so */
	ratelimit_set_flags(&queue->pace, RATELIMIT_MSG_ON_RELEASE);
	return queue;
}

/**
 * rpmsg_ns_queue_add() - an announcement has come
 * @queue: where to
 * @announcement: copied
 *
 * Context: the endpoint's callback.
 * Return: whether there was room for it.
 */
static inline bool rpmsg_ns_queue_add(struct rpmsg_ns_queue *queue,
				      const struct rpmsg_ns_announcement *announcement)
{
	scoped_guard(spinlock, &queue->lock) {
		if (queue->count == RPMSG_NS_MAX_WAITING)
			return false;
		queue->waiting[(queue->first + queue->count) % RPMSG_NS_MAX_WAITING] =
			*announcement;
		queue->count++;
	}
	/* one that waits for its time goes on waiting */
	queue_delayed_work(system_freezable_wq, &queue->work, 0);
	return true;
}

/**
 * rpmsg_ns_queue_destroy() - undo rpmsg_ns_queue_create()
 * @queue: nobody adds to it any more
 *
 * Context: may sleep; not from within the queue's function.
 */
static inline void rpmsg_ns_queue_destroy(struct rpmsg_ns_queue *queue)
{
	cancel_delayed_work_sync(&queue->work);
	kfree(queue);
}

#endif /* __RPMSG_NS_QUEUE_H__ */
