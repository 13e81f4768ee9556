/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_SUSPEND_H
#define __SND_USB_OFFLOAD_SUSPEND_H

#include <linux/atomic.h>
#include <linux/notifier.h>
#include <linux/pm.h>
#include <linux/types.h>
#include <linux/wait.h>

struct offload_card;
struct offload_cards;
struct offload_stream;

/**
 * struct offload_suspend - the part of a service for system sleeps
 * @cards: the service's; fixed
 * @notifier: called before and after sleeps; fixed
 * @sleep: the PM notification of the sleep that begins or is under way, or 0; guarded by
 *	@cards->lock
 * @stopping: number of streams that the DSP has been asked to stop for a sleep and has not stopped;
 *	written under the locks of the cards, read without a lock to wait for 0
 * @stopped: woken when @stopping has come to 0
 */
struct offload_suspend {
	struct offload_cards *cards;
	struct notifier_block notifier;
	unsigned long sleep;
	atomic_t stopping;
	wait_queue_head_t stopped;
};

void offload_suspend_init(struct offload_suspend *suspend, struct offload_cards *cards);
int offload_suspend_register(struct offload_suspend *suspend);
void offload_suspend_unregister(struct offload_suspend *suspend);

extern const struct dev_pm_ops offload_suspend_card_ops;

void offload_suspend_card_added(struct offload_suspend *suspend, struct offload_card *card);
void offload_suspend_card_removed(struct offload_card *card);
void offload_suspend_stream_released(struct offload_suspend *suspend,
				     struct offload_stream *stream);

#endif /* __SND_USB_OFFLOAD_SUSPEND_H */
