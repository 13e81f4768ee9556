/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_SERVICE_H
#define __SND_USB_OFFLOAD_SERVICE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/qrtr.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/soc/qcom/qmi.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <sound/usb-offload.h>

#include "../platform.h"
#include "held.h"
#include "patience.h"

struct dentry;

/* What has come and gone on a service's socket. */
enum offload_counter {
	OFFLOAD_COUNT_REQUESTS,		/* well-formed, from the DSP */
	OFFLOAD_COUNT_RESPONSES,	/* sent */
	OFFLOAD_COUNT_FAILURES,		/* requests that were not done, whether told or not */
	OFFLOAD_COUNT_REFUSED,		/* well-formed, from a node that is not the DSP's */
	OFFLOAD_COUNT_INDICATIONS,	/* sent */
	OFFLOAD_COUNT_UNSENT,		/* responses and indications that could not be sent */
	OFFLOAD_COUNT_BAD_LENGTH,	/* dropped: truncated or over-long */
	OFFLOAD_COUNT_BAD_TLV,		/* dropped: a TLV is malformed or unknown */
	OFFLOAD_COUNT_BAD_MESSAGE,	/* dropped: not a STREAM request at all */
	OFFLOAD_COUNT_CLIENTS_GONE,	/* clients and nodes that went away */
	OFFLOAD_COUNT_FORCED,		/* streams torn down without the DSP's consent */
	OFFLOAD_COUNTER_COUNT
};

/**
 * struct snd_usb_offload_service - a DSP's STREAM service
 * @dsp: the DSP; fixed
 * @listener: our subscription to USB sound cards; fixed
 * @reboot: our subscription to the system's end; fixed
 * @qmi: the QMI handle: it has locks of its own, and a thread that requests are served in
 * @debugfs: our directory; fixed
 * @held: what the streams hold; any context
 * @counters: by enum offload_counter; any context
 * @indication_work: sends @indications; fixed
 * @is_down: the DSP has gone down: what it has asked before is being dropped
 * @is_closing: the service is being unregistered and its cards are gone: nothing is received or
 *	sent any more. Set once, read without a lock
 * @unresponsive: the client that last did not let us answer it, sq_family 0 if there is none; of
 *	the QMI thread
 * @life: counts the DSP's lives, each of which has the same address; any context
 * @request_life: the one that has sent the request that is being served; of the QMI thread
 * @pm_notifier: hears of system sleeps; fixed
 * @bus: held for reading by those who speak on the bus for the DSP, see power.c
 * @cards_asleep: how many cards do not let them; under @bus, which is held for writing to change it
 * @awake: woken when @cards_asleep changes
 * @suspending: how many streams the DSP has been asked to stop for a sleep and has not; written
 *	under the locks of the cards, read without to wait for 0
 * @suspended: woken when @suspending has come to 0
 * @lock: guards what follows
 * @sleep: the PM notification of the sleep that is coming or under way, or 0
 * @cards: cards behind controllers that name this DSP
 * @controllers: controllers that the platform has attached, or is attaching or detaching
 * @patience: how long the DSP may be waited for
 * @detaching: how many of them are in state DETACHING; written under @lock, read without to wait
 *	for 0
 * @controllers_changed: woken when one has left @controllers, or has been attached
 * @indications_lock: innermost: guards @indications
 * @indications: waiting to be sent, oldest first
 */
struct snd_usb_offload_service {
	struct snd_usb_offload_dsp dsp;
	struct snd_usb_offload_client listener;
	struct notifier_block reboot;
	struct qmi_handle qmi;
	struct dentry *debugfs;
	struct offload_held held;
	atomic_long_t counters[OFFLOAD_COUNTER_COUNT];
	struct work_struct indication_work;
	bool is_down;
	bool is_closing;
	struct sockaddr_qrtr unresponsive;
	atomic_t life;
	int request_life;
	struct notifier_block pm_notifier;
	struct rw_semaphore bus; /* see above */
	unsigned int cards_asleep;
	wait_queue_head_t awake;
	atomic_t suspending;
	wait_queue_head_t suspended;

	struct mutex lock; /* see above */
	unsigned long sleep;
	struct list_head cards;
	struct list_head controllers;
	struct offload_patience patience;
	unsigned int detaching;
	wait_queue_head_t controllers_changed;
	spinlock_t indications_lock; /* see above */
	struct list_head indications;
};

void offload_service_limit_send(struct snd_usb_offload_service *service, unsigned long jiffies_max);

/* A client is known by its node and port; what has no family is nobody's address. */
static inline bool offload_is_same_client(const struct sockaddr_qrtr *one,
					  const struct sockaddr_qrtr *other)
{
	return one->sq_family == other->sq_family && one->sq_node == other->sq_node &&
	       one->sq_port == other->sq_port;
}

static inline bool offload_is_life(struct snd_usb_offload_service *service, int life)
{
	return atomic_read(&service->life) == life;
}

static inline void offload_count(struct snd_usb_offload_service *service,
				 enum offload_counter counter)
{
	atomic_long_inc(&service->counters[counter]);
}

#endif /* __SND_USB_OFFLOAD_SERVICE_H */
