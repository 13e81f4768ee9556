/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queue of a remote processor's announcements of channels. Used by rpmsg_ns.c.
 *
 * The callback that receives one only checks and queues it: it runs in the remote's interrupt
 * thread, with the lock of the name service's endpoint held. The effect of an announcement, a probe
 * or a removal, may wait for that very lock, or, in a system sleep, for the end of the sleep, which
 * in turn waits for the interrupt thread. So a work item carries it out, on a freezable work queue:
 * no channel comes or goes in the middle of a sleep.
 *
 * Channels are acted on in the order in which they were first announced. A channel waits once,
 * however often it comes and goes meanwhile: the sum of it is an end, a beginning, or an end and a
 * beginning. So a remote with RPMSG_NS_MAX_CHANNELS channels has all of them acted on, even if it
 * announces them again and again; further channels are dropped. And only so many are acted on in a
 * given time, the rest later: each may cost a device, a probe and some lines in the log.
 *
 * Teardown, by rpmsg_ns_queue_destroy():
 *  1. The endpoint is destroyed, which waits for a callback: nothing is queued any more.
 *  2. The work item is cancelled or, if it runs, waited for. The work item is never the caller: it
 *     would have to unregister the name service's device for that, and no announcement may have
 *     that device's name (rpmsg_ns_is_sound()). Nobody waits for it if it is frozen.
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
#include <linux/string.h>
#include <linux/workqueue.h>

#include "rpmsg_ns_bounds.h"

#define RPMSG_NS_MAX_WAITING	RPMSG_NS_MAX_CHANNELS

#define RPMSG_NS_BURST		512
#define RPMSG_NS_BURST_MS	10000
#define RPMSG_NS_RETRY_MS	500

/**
 * struct rpmsg_ns_announcement - a channel that is to be created or destroyed
 * @channel: the channel
 * @ends: first, an existing channel is destroyed
 * @begins: then, a channel is created
 */
struct rpmsg_ns_announcement {
	struct rpmsg_channel_info channel;
	bool ends;
	bool begins;
};

/**
 * struct rpmsg_ns_queue - announcements that wait
 * @rpdev: the name service's device; fixed
 * @act: carries out an announcement; fixed
 * @work: carries out the announcements
 * @pace: limits the announcements in a given time; only the work item uses it
 * @lock: guards the fields below; no other lock is taken inside
 * @first: index of the oldest announcement
 * @count: number of announcements
 * @waiting: a ring, in which each channel is once
 */
struct rpmsg_ns_queue {
	struct rpmsg_device *rpdev;
	void (*act)(struct rpmsg_device *rpdev, struct rpmsg_ns_announcement *announcement);
	struct delayed_work work;
	struct ratelimit_state pace;
	spinlock_t lock;	/* guards the fields below */
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
 * rpmsg_ns_queue_create() - create a queue of announcements
 * @rpdev: the name service's device
 * @act: called for each, one after the other; may sleep
 *
 * Context: Process context. May sleep.
 * Return: the queue, or NULL.
 */
static inline struct rpmsg_ns_queue *
rpmsg_ns_queue_create(struct rpmsg_device *rpdev,
		      void (*act)(struct rpmsg_device *, struct rpmsg_ns_announcement *))
{
	struct rpmsg_ns_queue *queue = kvzalloc(sizeof(*queue), GFP_KERNEL);

	if (!queue)
		return NULL;
	queue->rpdev = rpdev;
	queue->act = act;
	spin_lock_init(&queue->lock);
	INIT_DELAYED_WORK(&queue->work, rpmsg_ns_queue_work);
	ratelimit_state_init(&queue->pace, msecs_to_jiffies(RPMSG_NS_BURST_MS), RPMSG_NS_BURST);
	/* nothing is suppressed, so there is nothing to report */
	ratelimit_set_flags(&queue->pace, RATELIMIT_MSG_ON_RELEASE);
	return queue;
}

static inline struct rpmsg_ns_announcement *
rpmsg_ns_queue_find(struct rpmsg_ns_queue *queue, const struct rpmsg_channel_info *channel)
{
	struct rpmsg_ns_announcement *announcement;

	lockdep_assert_held(&queue->lock);

	for (unsigned int i = 0; i < queue->count; i++) {
		announcement = &queue->waiting[(queue->first + i) % RPMSG_NS_MAX_WAITING];
		if (announcement->channel.dst == channel->dst &&
		    !strcmp(announcement->channel.name, channel->name))
			return announcement;
	}
	if (queue->count == RPMSG_NS_MAX_WAITING)
		return NULL;
	announcement = &queue->waiting[(queue->first + queue->count++) % RPMSG_NS_MAX_WAITING];
	*announcement = (struct rpmsg_ns_announcement){ .channel = *channel };
	return announcement;
}

/**
 * rpmsg_ns_queue_add() - add an announcement to a queue
 * @queue: the queue
 * @channel: the channel that is announced; copied
 * @is_end: whether the channel goes
 *
 * For the endpoint's callback.
 *
 * Context: Process context. May sleep.
 * Return: whether there was room for it.
 */
static inline bool rpmsg_ns_queue_add(struct rpmsg_ns_queue *queue,
				      const struct rpmsg_channel_info *channel, bool is_end)
{
	struct rpmsg_ns_announcement *announcement;

	scoped_guard(spinlock, &queue->lock) {
		announcement = rpmsg_ns_queue_find(queue, channel);
		if (!announcement)
			return false;
		announcement->ends |= is_end;
		announcement->begins = !is_end;
	}
	/* a work item that waits for its time goes on waiting */
	queue_delayed_work(system_freezable_wq, &queue->work, 0);
	return true;
}

/**
 * rpmsg_ns_queue_destroy() - undo rpmsg_ns_queue_create()
 * @queue: nobody adds to it any more
 *
 * The queue's function must not call this.
 *
 * Context: Process context. May sleep.
 */
static inline void rpmsg_ns_queue_destroy(struct rpmsg_ns_queue *queue)
{
	cancel_delayed_work_sync(&queue->work);
	kvfree(queue);
}

#endif /* __RPMSG_NS_QUEUE_H__ */
