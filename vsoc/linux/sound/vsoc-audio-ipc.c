// SPDX-License-Identifier: GPL-2.0-only
/*
 * The AP's end of the audio control channel: its coming and going, the DSP's replies and
 * notifications, and waiting for them. vsoc-audio-request.c sends requests.
 *
 * An IPC is the sound card's handle; it lives as long as the card's device. A link is one
 * generation of the rpmsg channel, from the DSP's announcement to its stop or crash. They find each
 * other by the DSP's device tree node, whichever comes first.
 *
 * The request watchdog (vsoc-audio-watchdog.c) finds a DSP that does not answer. Its reset line is
 * pulled then, which is a crash like any other: with a record, and recovered by remoteproc.
 *
 * To recover the DSP, remoteproc removes the link and makes a new one. If recovery is disabled, the
 * link would stay as it is, and all threads that need the DSP would wait for it. So the DSP is
 * marked dead then.
 *
 * A request must not get lost if the two sides would have different views without it. Requests that
 * find no room wait in order. Before memory is taken away from the DSP, it has agreed or does not
 * run any more: vsoc_audio_ipc_call_final(). If the link goes while the DSP plays, the DSP is
 * ended, as it gets no message any more.
 *
 * Locking overview, in order of acquisition:
 *
 * bind_lock		the lists of IPCs and links, ipc->link and link->is_dead. Held
 *			while a link comes up or goes down, so that the owner's callbacks for that
 *			are ordered.
 * link->rx_lock	link->ipc. Held while a message is dispatched: after clearing
 *			link->ipc under it, no notification is under way.
 * ipc->tx_lock		ipc->ept, generation (bind_lock is enough to read it), is_ready,
 *			is_dead, max_streams, features, is_final_overdue and all of the ping. Held
 *			while a message is sent, so that no message is sent on an endpoint that has
 *			gone.
 * ipc->pending_lock	(spinlock) the requests in flight, last_sequence and is_late.
 *
 * PCM stream locks come after rx_lock and before tx_lock. Nobody waits for the DSP with any of
 * these held.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/remoteproc.h>
#include <linux/rpmsg.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "vsoc-audio-ipc.h"
#include "vsoc-audio-ipc-priv.h"
#include "vsoc-audio-watchdog.h"
#include "../soc/vsoc-hw.h"

#define RESET_TIMEOUT_MS	100	/* reset line to core off */
#define END_TIMEOUT_MS		1000	/* for a DSP that is ended, until it has been */

static unsigned int setup_timeout_ms = 2000;
module_param(setup_timeout_ms, uint, 0644);
MODULE_PARM_DESC(setup_timeout_ms,
		 "Time for the DSP to appear, and to set up or release a stream (default: 2000)");

static DEFINE_MUTEX(bind_lock);
static LIST_HEAD(ipcs);
static LIST_HEAD(links);

/**
 * vsoc_audio_ipc_setup_timeout_ms() - get the time that a set-up may take
 *
 * Context: Any context.
 * Return: milliseconds.
 */
unsigned int vsoc_audio_ipc_setup_timeout_ms(void)
{
	return READ_ONCE(setup_timeout_ms);
}

static unsigned int timeout_ms(u16 type)
{
	switch (type) {
	case AUDIO_CONTROL_HELLO:
	case AUDIO_CONTROL_SETUP:
	case AUDIO_CONTROL_RELEASE:
		return READ_ONCE(setup_timeout_ms);
	default:
		return vsoc_audio_watchdog_reply_timeout_ms();
	}
}

/**
 * vsoc_audio_ipc_submit() - send a request without waiting for its reply
 * @ipc: the channel
 * @request: done; its reply and reply_bytes say where the reply's body goes
 * @type: enum audio_control_type
 * @body: the request's body
 * @body_bytes: its length
 *
 * If there is no room for it, it is sent when there is, behind all that came before it. If this
 * fails, the request is done with that error, and on_done is not called.
 *
 * Does not wait for the DSP.
 *
 * Context: Process context. May sleep.
 * Return: 0, -ENODEV if the DSP is not there, or another negative errno.
 */
int vsoc_audio_ipc_submit(struct vsoc_audio_ipc *ipc,
			  struct vsoc_audio_request *request, u16 type,
			  const void *body, size_t body_bytes)
{
	int err;

	if (WARN_ON_ONCE(!completion_done(&request->done)))
		return -EBUSY;

	mutex_lock(&ipc->tx_lock);
	err = vsoc_audio_requests_add_locked(ipc, request, type, body, body_bytes);
	/* Under the lock, so that a link that goes takes the watchdog with it. */
	if (!err)
		vsoc_audio_watchdog_set(ipc);
	mutex_unlock(&ipc->tx_lock);
	return err;
}

/**
 * vsoc_audio_ipc_wait_ms() - wait until a request is done, for a given time
 * @ipc: the channel
 * @request: submitted once, or just initialised
 * @ms: how long; with 0 a request that is not done yet times out at once
 *
 * Context: Process context. May sleep.
 * Return: 0; -ETIMEDOUT; -ENODEV if the DSP went away; or the error in its reply.
 */
int vsoc_audio_ipc_wait_ms(struct vsoc_audio_ipc *ipc,
			   struct vsoc_audio_request *request, unsigned int ms)
{
	if (wait_for_completion_timeout(&request->done, msecs_to_jiffies(ms)))
		return request->error;

	/* The reply may come at this very moment: then it counts. */
	spin_lock(&ipc->pending_lock);
	if (!completion_done(&request->done)) {
		vsoc_audio_request_finish_locked(ipc, request, -ETIMEDOUT);
		atomic64_inc(&ipc->timed_out);
		vsoc_audio_watchdog_late_locked(ipc);
	}
	spin_unlock(&ipc->pending_lock);
	return request->error;
}

/**
 * vsoc_audio_ipc_wait() - wait until a request is done, for a bounded time
 * @ipc: the channel
 * @request: submitted once, or just initialised
 * @extra_ms: how much longer than usual this one may take
 *
 * Context: Process context. May sleep.
 * Return: 0; -ETIMEDOUT; -ENODEV if the DSP went away; or the error in its reply.
 */
int vsoc_audio_ipc_wait(struct vsoc_audio_ipc *ipc,
			struct vsoc_audio_request *request, unsigned int extra_ms)
{
	return vsoc_audio_ipc_wait_ms(ipc, request, timeout_ms(request->type) + extra_ms);
}

/**
 * vsoc_audio_ipc_call() - send a request and wait for its reply, for a bounded time
 * @ipc: the channel
 * @type: enum audio_control_type
 * @body: the request's body
 * @body_bytes: its length
 * @reply: where the reply's body goes
 * @reply_bytes: its exact length
 *
 * Context: Process context. May sleep.
 * Return: 0; -ETIMEDOUT; -ENODEV if the DSP is not there or went away; or the error in its reply.
 */
int vsoc_audio_ipc_call(struct vsoc_audio_ipc *ipc, u16 type,
			const void *body, size_t body_bytes,
			void *reply, size_t reply_bytes)
{
	struct vsoc_audio_request request;
	int err;

	vsoc_audio_request_init(&request, NULL);
	request.reply = reply;
	request.reply_bytes = reply_bytes;
	err = vsoc_audio_ipc_submit(ipc, &request, type, body, body_bytes);
	if (err)
		return err;
	return vsoc_audio_ipc_wait(ipc, &request, 0);
}

/**
 * vsoc_audio_ipc_call_final() - send a request that the DSP has to answer, and wait for that
 * @ipc: the channel
 * @type: enum audio_control_type; its reply has no body
 * @body: the request's body
 * @body_bytes: its length
 *
 * For requests that take memory or streams away from the DSP. When this returns, the DSP has
 * answered, or it has been ended, or has ended by itself.
 *
 * Context: Process context. May sleep.
 * Return: 0; -ENODEV if the DSP is not there or went away; -ETIMEDOUT if it cannot even be ended;
 * or the error in its reply.
 */
int vsoc_audio_ipc_call_final(struct vsoc_audio_ipc *ipc, u16 type,
			      const void *body, size_t body_bytes)
{
	struct vsoc_audio_request request;
	int err;

	vsoc_audio_request_init(&request, NULL);
	err = vsoc_audio_ipc_submit(ipc, &request, type, body, body_bytes);
	if (err)
		return err;
	if (wait_for_completion_timeout(&request.done, msecs_to_jiffies(timeout_ms(type))))
		return request.error;

	atomic64_inc(&ipc->timed_out);
	dev_err_ratelimited(ipc->dev, "the DSP does not answer request %#x\n", type);
	vsoc_audio_watchdog_final_overdue(ipc, request.generation);
	/* The end of the DSP ends all requests. */
	return vsoc_audio_ipc_wait_ms(ipc, &request, END_TIMEOUT_MS);
}

/**
 * vsoc_audio_ipc_wait_ready() - wait for the DSP, for a bounded time
 * @ipc: the channel
 *
 * A DSP that crashed is back within this time, so an application can recover. There is no wait for
 * one that remoteproc is told not to recover.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENODEV.
 */
int vsoc_audio_ipc_wait_ready(struct vsoc_audio_ipc *ipc)
{
	wait_event_timeout(ipc->ready_wait,
			   READ_ONCE(ipc->is_ready) || READ_ONCE(ipc->is_dead),
			   msecs_to_jiffies(READ_ONCE(setup_timeout_ms)));
	return READ_ONCE(ipc->is_ready) ? 0 : -ENODEV;
}

/**
 * vsoc_audio_ipc_generation() - get the DSP's generation
 * @ipc: the channel
 *
 * Context: Process context. May sleep.
 * Return: a number that changes each time the DSP goes and each time it comes back.
 */
unsigned int vsoc_audio_ipc_generation(struct vsoc_audio_ipc *ipc)
{
	guard(mutex)(&ipc->tx_lock);

	return ipc->generation;
}

/**
 * vsoc_audio_ipc_max_streams() - get the number of streams that the DSP can serve
 * @ipc: the channel
 *
 * Context: Process context. May sleep.
 * Return: a number of streams, 0 if the DSP is not there.
 */
unsigned int vsoc_audio_ipc_max_streams(struct vsoc_audio_ipc *ipc)
{
	guard(mutex)(&ipc->tx_lock);

	return ipc->is_ready ? ipc->max_streams : 0;
}

/**
 * vsoc_audio_ipc_can_record() - tell whether the DSP has capture streams
 * @ipc: the channel
 *
 * Context: Process context. May sleep.
 * Return: true if it has said so; false if the DSP is not there.
 */
bool vsoc_audio_ipc_can_record(struct vsoc_audio_ipc *ipc)
{
	guard(mutex)(&ipc->tx_lock);

	return ipc->is_ready && (ipc->features & AUDIO_FEATURE_CAPTURE);
}

/**
 * vsoc_audio_ipc_get_counts() - get the counters of the channel
 * @ipc: the channel
 * @counts: to be filled in
 *
 * Context: Any context.
 */
void vsoc_audio_ipc_get_counts(struct vsoc_audio_ipc *ipc,
			       struct vsoc_audio_ipc_counts *counts)
{
	counts->replies = atomic64_read(&ipc->replies);
	counts->notifications = atomic64_read(&ipc->notifications);
	counts->dropped = atomic64_read(&ipc->dropped);
	counts->timed_out = atomic64_read(&ipc->timed_out);
}

/* A request that is refused, perhaps as the DSP does not know it, need not have a body. */
static bool has_right_length(const struct vsoc_audio_request *request, u32 status,
			     size_t body_bytes)
{
	return body_bytes == request->reply_bytes || (status != AUDIO_STATUS_OK && !body_bytes);
}

static bool handle_reply(struct vsoc_audio_ipc *ipc,
			 const struct audio_control_header *header,
			 const void *body, size_t body_bytes)
{
	u16 type = le16_to_cpu(header->type) & ~AUDIO_CONTROL_REPLY;
	struct vsoc_audio_request *request;
	bool matches;
	int error;

	spin_lock(&ipc->pending_lock);
	request = vsoc_audio_request_find_locked(ipc, le16_to_cpu(header->sequence));
	matches = request && request->type == type &&
		  has_right_length(request, le32_to_cpu(header->status), body_bytes);
	if (matches) {
		if (body_bytes)
			memcpy(request->reply, body, body_bytes);
		error = vsoc_audio_status_to_errno(le32_to_cpu(header->status),
						   le32_to_cpu(header->detail));
		vsoc_audio_request_finish_locked(ipc, request, error);
		vsoc_audio_watchdog_answered_locked(ipc);
		vsoc_audio_requests_room_locked(ipc);
	}
	spin_unlock(&ipc->pending_lock);

	dev_dbg(ipc->dev, "reply to %#x, sequence %u: status %u, detail %d%s\n", type,
		le16_to_cpu(header->sequence), le32_to_cpu(header->status),
		(s32)le32_to_cpu(header->detail), matches ? "" : ", dropped");
	if (matches)
		atomic64_inc(&ipc->replies);
	return matches;
}

static bool handle_notification(struct vsoc_audio_ipc *ipc, u16 type,
				const void *body, size_t body_bytes)
{
	struct audio_stream_ref ref;
	struct audio_lost lost;

	switch (type) {
	case AUDIO_CONTROL_PERIOD_ELAPSED:
		if (body_bytes != sizeof(ref))
			return false;
		memcpy(&ref, body, sizeof(ref));
		if (le32_to_cpu(ref.stream) >= ipc->streams)
			return false;
		ipc->ops->period_elapsed(ipc->priv, le32_to_cpu(ref.stream));
		break;
	case AUDIO_CONTROL_STREAM_LOST:
		if (body_bytes != sizeof(lost))
			return false;
		memcpy(&lost, body, sizeof(lost));
		if (le32_to_cpu(lost.stream) >= ipc->streams)
			return false;
		dev_dbg(ipc->dev, "stream %u lost, reason %u\n", le32_to_cpu(lost.stream),
			le32_to_cpu(lost.reason));
		ipc->ops->stream_lost(ipc->priv, le32_to_cpu(lost.stream),
				      le32_to_cpu(lost.reason));
		break;
	default:
		return false;
	}
	atomic64_inc(&ipc->notifications);
	return true;
}

static int link_receive(struct rpmsg_device *rpdev, void *data, int len, void *priv, u32 src)
{
	struct vsoc_audio_link *link = dev_get_drvdata(&rpdev->dev);
	struct vsoc_audio_ipc *ipc;
	struct audio_control_header header;
	const void *body = data + sizeof(header);
	size_t body_bytes;
	bool handled = false;
	u16 type;

	/* The endpoint exists a moment before probe, but has not said anything yet. */
	if (!link)
		return 0;

	guard(mutex)(&link->rx_lock);

	ipc = link->ipc;
	if (!ipc)
		return 0;

	if (len >= (int)sizeof(header)) {
		memcpy(&header, data, sizeof(header));
		body_bytes = len - sizeof(header);
		type = le16_to_cpu(header.type);
		if (type & AUDIO_CONTROL_REPLY)
			handled = handle_reply(ipc, &header, body, body_bytes);
		else
			handled = handle_notification(ipc, type, body, body_bytes);
	}
	if (!handled) {
		atomic64_inc(&ipc->dropped);
		dev_dbg_ratelimited(ipc->dev, "dropped a message of %d bytes\n", len);
	}
	return 0;
}

/* Versions that differ are told by each side: version 1 of the DSP refuses, later ones do not. */
static bool check_version(struct vsoc_audio_ipc *ipc, u32 dsp_version)
{
	if (dsp_version == AUDIO_CONTROL_VERSION)
		return true;
	dev_err_ratelimited(ipc->dev,
			    "%s is old: the DSP speaks version %u of the audio control channel, this driver %u\n",
			    dsp_version < AUDIO_CONTROL_VERSION ? "the DSP's firmware" :
								  "this driver",
			    dsp_version, AUDIO_CONTROL_VERSION);
	return false;
}

static void hello_work(struct work_struct *work)
{
	struct vsoc_audio_ipc *ipc =
		container_of(work, struct vsoc_audio_ipc, hello_work);
	struct audio_hello hello = {
		.version = cpu_to_le32(AUDIO_CONTROL_VERSION),
		.max_streams = cpu_to_le16(ipc->streams),
		.features = cpu_to_le16(AUDIO_FEATURE_CAPTURE),
	};
	struct audio_hello reply = { };
	int err;

	err = vsoc_audio_ipc_call(ipc, AUDIO_CONTROL_HELLO, &hello, sizeof(hello),
				  &reply, sizeof(reply));
	if (reply.version && !check_version(ipc, le32_to_cpu(reply.version)))
		return;
	if (err || !reply.version) {
		dev_err_ratelimited(ipc->dev, "the DSP did not answer HELLO: %d\n", err);
		return;
	}

	ipc->ops->link_up(ipc->priv);

	mutex_lock(&ipc->tx_lock);
	ipc->max_streams = min_t(unsigned int, le16_to_cpu(reply.max_streams), ipc->streams);
	ipc->features = le16_to_cpu(reply.features);
	WRITE_ONCE(ipc->is_ready, !!ipc->ept);
	mutex_unlock(&ipc->tx_lock);
	wake_up_all(&ipc->ready_wait);
	dev_dbg(ipc->dev, "the DSP serves %u streams\n", le16_to_cpu(reply.max_streams));
}

static void ipc_link_up(struct vsoc_audio_ipc *ipc, struct vsoc_audio_link *link)
{
	lockdep_assert_held(&bind_lock);

	ipc->link = link;

	mutex_lock(&link->rx_lock);
	link->ipc = ipc;
	mutex_unlock(&link->rx_lock);

	mutex_lock(&ipc->tx_lock);
	ipc->ept = link->rpdev->ept;
	ipc->generation++;
	ipc->is_pinging = false;
	ipc->is_final_overdue = false;
	WRITE_ONCE(ipc->is_dead, false);
	mutex_unlock(&ipc->tx_lock);

	/* Not from here: the answer may come in the very context that announced the channel. */
	queue_work(system_long_wq, &ipc->hello_work);
}

/* The DSP is not there any more: nothing new is sent, and all waits for it end. */
static void cut_off(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&bind_lock);

	mutex_lock(&ipc->tx_lock);
	ipc->ept = NULL;
	ipc->generation++;
	WRITE_ONCE(ipc->is_ready, false);
	mutex_unlock(&ipc->tx_lock);

	vsoc_audio_requests_fail(ipc, -ENODEV);
	scoped_guard(spinlock, &ipc->pending_lock)
		vsoc_audio_watchdog_end_locked(ipc);
}

static void ipc_link_down(struct vsoc_audio_ipc *ipc)
{
	struct vsoc_audio_link *link = ipc->link;

	lockdep_assert_held(&bind_lock);

	cut_off(ipc);

	/* Nothing more is received, and the message that is being dispatched ends. */
	mutex_lock(&link->rx_lock);
	link->ipc = NULL;
	mutex_unlock(&link->rx_lock);

	cancel_work_sync(&ipc->hello_work);
	ipc->link = NULL;
	ipc->ops->link_down(ipc->priv);
}

/* remoteproc keeps the link, if there is one, but it is of no use any more. */
static void mark_dead(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&bind_lock);

	dev_err_ratelimited(ipc->dev, "the DSP has crashed, and its recovery is disabled\n");
	mutex_lock(&ipc->tx_lock);
	WRITE_ONCE(ipc->is_dead, true);
	mutex_unlock(&ipc->tx_lock);
	wake_up_all(&ipc->ready_wait);
	if (ipc->link) {
		ipc->link->is_dead = true;
		ipc_link_down(ipc);
	}
}

static int loss_heard(struct notifier_block *listener, unsigned long action, void *data)
{
	struct vsoc_audio_ipc *ipc =
		container_of(listener, struct vsoc_audio_ipc, loss_listener);

	guard(mutex)(&bind_lock);

	mark_dead(ipc);
	return NOTIFY_OK;
}

/* Returns true if this has reported the crash to remoteproc. */
static bool pull_reset_locked(struct vsoc_audio_ipc *ipc)
{
	bool is_off;

	lockdep_assert_held(&bind_lock);

	vsoc_hw_ring(ipc->hw, VSOC_DOORBELL_RESET);
	is_off = !vsoc_hw_wait_core_off(ipc->hw, RESET_TIMEOUT_MS);
	/* A core that is off answers nothing, and uses no memory any more. */
	if (is_off)
		cut_off(ipc);
	/* A DSP that leaves a record also rings, and so reports itself. */
	if (is_off && READ_ONCE(ipc->hw->regs->state) == cpu_to_le32(VSOC_DSP_STATE_CRASHED))
		return false;
	rproc_report_crash(ipc->link->rproc, RPROC_WATCHDOG);
	return true;
}

/*
 * Ends a DSP of @generation that does not answer, by a crash; nothing happens to another
 * generation. If the reset line has no effect, remoteproc tries to recover the DSP by itself.
 */
static void end_dead_dsp(struct vsoc_audio_ipc *ipc, unsigned int generation)
{
	/* Held so that this does not end the next generation. */
	guard(mutex)(&bind_lock);

	if (!ipc->link || ipc->generation != generation)
		return;
	dev_err_ratelimited(ipc->dev, "the DSP does not answer, pulling its reset line\n");
	if (pull_reset_locked(ipc) && ipc->link->rproc->recovery_disabled)
		mark_dead(ipc);
}

/* True also if the DSP was lost when nobody listened. The listener hears of later losses. */
static bool link_is_dead(struct vsoc_audio_link *link)
{
	lockdep_assert_held(&bind_lock);

	return link->is_dead ||
	       (READ_ONCE(link->rproc->state) == RPROC_CRASHED && link->rproc->recovery_disabled);
}

/**
 * vsoc_audio_ipc_create() - create a sound card's end of the channel
 * @dev: the card's device, for messages; the hardware is kept as long as it is bound
 * @dsp_node: device tree node of the DSP; a reference is taken
 * @streams: how many streams the card has
 * @ops: the card's callbacks; may be called before this returns
 * @priv: first argument of @ops
 *
 * Context: Process context. May sleep.
 * Return: the channel's end, to be destroyed, or an ERR_PTR().
 */
struct vsoc_audio_ipc *
vsoc_audio_ipc_create(struct device *dev, struct device_node *dsp_node,
		      unsigned int streams, const struct vsoc_audio_ipc_ops *ops,
		      void *priv)
{
	struct vsoc_audio_ipc *ipc;
	struct vsoc_audio_link *link;
	struct vsoc_hw *hw;

	hw = devm_vsoc_hw_get(dev, dsp_node);
	if (IS_ERR(hw))
		return ERR_CAST(hw);

	ipc = kzalloc(sizeof(*ipc), GFP_KERNEL);
	if (!ipc)
		return ERR_PTR(-ENOMEM);

	ipc->dev = dev;
	ipc->dsp_node = of_node_get(dsp_node);
	ipc->streams = streams;
	ipc->ops = ops;
	ipc->priv = priv;
	mutex_init(&ipc->tx_lock);
	INIT_WORK(&ipc->hello_work, hello_work);
	vsoc_audio_watchdog_init(ipc, end_dead_dsp);
	vsoc_audio_requests_init(ipc);
	init_waitqueue_head(&ipc->ready_wait);

	ipc->hw = hw;
	ipc->loss_listener.notifier_call = loss_heard;
	vsoc_hw_listen(hw, &ipc->loss_listener);

	guard(mutex)(&bind_lock);

	list_add_tail(&ipc->node, &ipcs);
	list_for_each_entry(link, &links, node) {
		if (link->dsp_node != dsp_node || link->ipc)
			continue;
		if (link_is_dead(link))
			ipc->is_dead = true;
		else
			ipc_link_up(ipc, link);
		break;
	}
	return ipc;
}

/**
 * vsoc_audio_ipc_destroy() - undo vsoc_audio_ipc_create()
 * @ipc: the channel's end; nobody waits on it or sends any more
 *
 * If the link is up, the owner is told that it is down.
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_ipc_destroy(struct vsoc_audio_ipc *ipc)
{
	vsoc_hw_unlisten(ipc->hw, &ipc->loss_listener);

	mutex_lock(&bind_lock);
	list_del(&ipc->node);
	if (ipc->link)
		ipc_link_down(ipc);
	mutex_unlock(&bind_lock);

	/* Outside of bind_lock, which the watchdog takes when it finds the DSP dead. */
	cancel_delayed_work_sync(&ipc->watchdog_work);
	cancel_delayed_work_sync(&ipc->send_work);
	mutex_destroy(&ipc->tx_lock);
	of_node_put(ipc->dsp_node);
	kfree(ipc);
}

static int link_probe(struct rpmsg_device *rpdev)
{
	struct rproc *rproc = rproc_get_by_child(&rpdev->dev);	/* takes no reference */
	struct vsoc_audio_ipc *ipc;
	struct vsoc_audio_link *link;

	if (!rproc)
		return -ENODEV;

	link = devm_kzalloc(&rpdev->dev, sizeof(*link), GFP_KERNEL);
	if (!link)
		return -ENOMEM;

	link->rpdev = rpdev;
	link->rproc = rproc;
	link->dsp_node = rproc->dev.parent->of_node;
	mutex_init(&link->rx_lock);
	dev_set_drvdata(&rpdev->dev, link);

	guard(mutex)(&bind_lock);

	list_add_tail(&link->node, &links);
	list_for_each_entry(ipc, &ipcs, node) {
		if (ipc->dsp_node == link->dsp_node && !ipc->link) {
			ipc_link_up(ipc, link);
			break;
		}
	}
	return 0;
}

/* If the link goes with the DSP, its core has been switched off before. */
static void end_if_in_use(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&bind_lock);

	if (vsoc_hw_core_is_off(ipc->hw) || !ipc->ops->is_in_use(ipc->priv))
		return;
	dev_err_ratelimited(ipc->dev,
			    "the link to a DSP that is in use has gone, pulling its reset line\n");
	pull_reset_locked(ipc);
}

static void link_remove(struct rpmsg_device *rpdev)
{
	struct vsoc_audio_link *link = dev_get_drvdata(&rpdev->dev);

	mutex_lock(&bind_lock);
	list_del(&link->node);
	if (link->ipc) {
		end_if_in_use(link->ipc);
		ipc_link_down(link->ipc);
	}
	mutex_unlock(&bind_lock);

	/* Wait out a receiver, and let none in: the link's memory ends with this. */
	rpmsg_destroy_ept(rpdev->ept);
	rpdev->ept = NULL;
}

static const struct rpmsg_device_id link_ids[] = {
	{ .name = AUDIO_CONTROL_CHANNEL },
	{ }
};
MODULE_DEVICE_TABLE(rpmsg, link_ids);

static struct rpmsg_driver link_driver = {
	.drv.name = "vsoc-audio-ipc",
	.id_table = link_ids,
	.probe = link_probe,
	.remove = link_remove,
	.callback = link_receive,
};

/**
 * vsoc_audio_ipc_register() - start to look for DSPs
 *
 * Return: 0 or a negative errno.
 */
int vsoc_audio_ipc_register(void)
{
	return register_rpmsg_driver(&link_driver);
}

void vsoc_audio_ipc_unregister(void)
{
	unregister_rpmsg_driver(&link_driver);
}
