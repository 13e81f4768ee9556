/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations for the audio control channel's files: vsoc-audio-ipc.c, which has the locking
 * overview, vsoc-audio-request.c and vsoc-audio-watchdog.c.
 */
#ifndef VSOC_AUDIO_IPC_PRIV_H
#define VSOC_AUDIO_IPC_PRIV_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <lullaby/audio_control.h>
#include "vsoc-audio-message.h"

struct device;
struct device_node;
struct rpmsg_device;
struct rpmsg_endpoint;
struct rproc;
struct vsoc_audio_ipc_ops;
struct vsoc_hw;

/**
 * struct vsoc_audio_link - the rpmsg channel, as long as the DSP runs
 * @node: in links
 * @rpdev: the channel's device
 * @rproc: the DSP that announced it
 * @dsp_node: of that DSP
 * @is_dead: it has been marked dead
 * @rx_lock: see above
 * @ipc: the channel's end that gets its messages, or NULL; written with bind_lock held, too
 */
struct vsoc_audio_link {
	struct list_head node;
	struct rpmsg_device *rpdev;
	struct rproc *rproc;
	struct device_node *dsp_node;
	bool is_dead;
	struct mutex rx_lock; /* see the overview */
	struct vsoc_audio_ipc *ipc;
};

/**
 * struct vsoc_audio_ipc - a sound card's end of the channel
 * @node: in ipcs
 * @dev: for messages
 * @dsp_node: the DSP it belongs to
 * @hw: the same, as hardware
 * @loss_listener: in @hw's list of listeners for the loss of the DSP
 * @streams: how many streams the card has
 * @ops: the owner's, with @priv
 * @priv: first argument of @ops
 * @link: the DSP's present generation, or NULL
 * @hello_work: says hello to the DSP, outside of the context that receives its answer
 * @tx_lock: see above
 * @ept: where to send, or NULL if the link is down
 * @generation: how often the link has come or gone
 * @is_ready: the DSP has answered the hello
 * @is_dead: the DSP has crashed, and remoteproc is not to recover it
 * @max_streams: how many streams both sides can serve
 * @features: AUDIO_FEATURE_* of the DSP
 * @watchdog_work: the watchdog on the requests in flight
 * @report_dead: called by the watchdog when the DSP does not answer; fixed
 * @ping: asks the DSP whether it is there
 * @ping_reply: its answer, which is ignored
 * @ping_until: jiffies at which the time for @ping is over
 * @is_pinging: @ping has been sent, or there was no room to send it, which counts as no answer
 * @is_final_overdue: a request that has to be answered was not
 * @send_work: sends requests that found no room
 * @pending_lock: see above
 * @pending: requests in flight, in the order of their submission; the unsent ones come last
 * @last_sequence: of the request that was submitted last
 * @is_late: a request was not answered in time, and no ping has been sent since
 * @ready_wait: woken when @is_ready or @is_dead becomes true
 * @replies: see struct vsoc_audio_ipc_counts, as the three after it
 * @notifications: see @replies
 * @dropped: see @replies
 * @timed_out: see @replies
 */
struct vsoc_audio_ipc {
	struct list_head node;
	struct device *dev;
	struct device_node *dsp_node;
	struct vsoc_hw *hw;
	struct notifier_block loss_listener;
	unsigned int streams;
	const struct vsoc_audio_ipc_ops *ops;
	void *priv;
	struct vsoc_audio_link *link;
	struct work_struct hello_work;

	struct mutex tx_lock; /* see the overview */
	struct rpmsg_endpoint *ept;
	unsigned int generation;
	bool is_ready;
	bool is_dead;
	unsigned int max_streams;
	u16 features;

	struct delayed_work watchdog_work;
	void (*report_dead)(struct vsoc_audio_ipc *ipc, unsigned int generation);
	struct vsoc_audio_request ping;
	struct audio_stats ping_reply;
	unsigned long ping_until;
	bool is_pinging;
	bool is_final_overdue;
	struct delayed_work send_work;

	spinlock_t pending_lock; /* see the overview */
	struct list_head pending;
	u16 last_sequence;
	bool is_late;

	wait_queue_head_t ready_wait;

	atomic64_t replies;
	atomic64_t notifications;
	atomic64_t dropped;
	atomic64_t timed_out;
};

#endif /* VSOC_AUDIO_IPC_PRIV_H */
