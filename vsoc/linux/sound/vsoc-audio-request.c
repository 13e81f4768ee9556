// SPDX-License-Identifier: GPL-2.0-only
/*
 * The requests of the audio control channel: sent in the order in which they were submitted, each
 * as soon as there is room for it.
 *
 * A request is in ipc->pending from its submission until one of three takes it out: the reply, the
 * waiter whose time has ended, or the end of the link. The thread that takes it out sets its error
 * and completes it, all under pending_lock, so it is done exactly once and no thread touches it
 * later.
 *
 * Submission does not wait, as it comes from PCM triggers, too: a request that finds no room stays
 * unsent. It is sent when a reply shows that the DSP reads, or when send_work looks again. A DSP
 * that reads nothing any more answers nothing either, and is found by the watchdog.
 *
 * Locking: see vsoc-audio-ipc.c. Submission allocates nothing, so it cannot fail for that.
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rpmsg.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include "vsoc-audio-ipc-priv.h"
#include "vsoc-audio-request.h"

/* How soon to look for room again while no reply says that there is some. */
#define SEND_RETRY_MS	5

/**
 * vsoc_audio_request_init() - prepare a request for its first use
 * @request: to be filled in; it counts as done, without an error
 * @on_done: called when it is done, with a spinlock held; or NULL
 */
void vsoc_audio_request_init(struct vsoc_audio_request *request,
			     void (*on_done)(struct vsoc_audio_request *request))
{
	memset(request, 0, sizeof(*request));
	INIT_LIST_HEAD(&request->node);
	init_completion(&request->done);
	complete_all(&request->done);
	request->on_done = on_done;
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_request_init);

/**
 * vsoc_audio_request_finish_locked() - take a request out of the channel
 * @ipc: the channel
 * @request: pending
 * @error: its result
 *
 * The caller holds @ipc->pending_lock.
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_request_finish_locked(struct vsoc_audio_ipc *ipc,
				      struct vsoc_audio_request *request, int error)
{
	lockdep_assert_held(&ipc->pending_lock);

	list_del_init(&request->node);
	request->error = error;
	if (request->on_done)
		request->on_done(request);
	complete_all(&request->done);
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_request_finish_locked);

/**
 * vsoc_audio_request_find_locked() - look up the request that a reply belongs to
 * @ipc: the channel
 * @sequence: the reply's
 *
 * The caller holds @ipc->pending_lock.
 *
 * Context: Process context. Does not sleep.
 * Return: the request, or NULL if there is none that has been sent.
 */
struct vsoc_audio_request *
vsoc_audio_request_find_locked(struct vsoc_audio_ipc *ipc, u16 sequence)
{
	struct vsoc_audio_request *request;

	lockdep_assert_held(&ipc->pending_lock);

	list_for_each_entry(request, &ipc->pending, node) {
		if (request->sequence == sequence)
			return request->is_sent ? request : NULL;
	}
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_request_find_locked);

/* There are a few requests at most, so a free number is near. 0 is that of notifications. */
static u16 next_sequence_locked(struct vsoc_audio_ipc *ipc)
{
	const struct vsoc_audio_request *request;
	bool is_used;

	lockdep_assert_held(&ipc->pending_lock);

	do {
		is_used = !++ipc->last_sequence;
		list_for_each_entry(request, &ipc->pending, node)
			is_used |= request->sequence == ipc->last_sequence;
	} while (is_used);
	return ipc->last_sequence;
}

static void add(struct vsoc_audio_ipc *ipc, struct vsoc_audio_request *request, u16 type,
		const void *body, size_t body_bytes, bool is_sent)
{
	lockdep_assert_held(&ipc->tx_lock);

	spin_lock(&ipc->pending_lock);
	reinit_completion(&request->done);
	request->type = type;
	request->error = 0;
	request->generation = ipc->generation;
	request->sequence = next_sequence_locked(ipc);
	request->is_sent = is_sent;
	request->message.header = (struct audio_control_header) {
		.type = cpu_to_le16(type),
		.sequence = cpu_to_le16(request->sequence),
	};
	if (body_bytes)
		memcpy(request->message.body, body, body_bytes);
	request->message_bytes = sizeof(request->message.header) + body_bytes;
	list_add_tail(&request->node, &ipc->pending);
	spin_unlock(&ipc->pending_lock);
}

/* A copy of the message that is to be sent next: its waiter may time out while it is sent. */
static bool take_unsent(struct vsoc_audio_ipc *ipc, struct vsoc_audio_message *message,
			size_t *bytes)
{
	struct vsoc_audio_request *request;
	bool is_found = false;

	spin_lock(&ipc->pending_lock);
	list_for_each_entry(request, &ipc->pending, node) {
		if (request->is_sent)
			continue;
		request->is_sent = true;
		*message = request->message;
		*bytes = request->message_bytes;
		is_found = true;
		break;
	}
	spin_unlock(&ipc->pending_lock);
	return is_found;
}

static bool is_no_room(int err)
{
	return err == -ENOMEM || err == -EAGAIN;
}

static void not_sent(struct vsoc_audio_ipc *ipc, const struct vsoc_audio_message *message,
		     int err)
{
	struct vsoc_audio_request *request;

	spin_lock(&ipc->pending_lock);
	request = vsoc_audio_request_find_locked(ipc, le16_to_cpu(message->header.sequence));
	if (request && is_no_room(err))
		request->is_sent = false;
	else if (request)
		vsoc_audio_request_finish_locked(ipc, request, err);
	spin_unlock(&ipc->pending_lock);
}

/**
 * vsoc_audio_requests_send_locked() - send the unsent requests, as far as there is room
 * @ipc: the channel
 *
 * The caller holds @ipc->tx_lock. Does not wait for the DSP.
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_requests_send_locked(struct vsoc_audio_ipc *ipc)
{
	struct vsoc_audio_message message;
	size_t bytes;
	int err;

	lockdep_assert_held(&ipc->tx_lock);

	while (ipc->ept && take_unsent(ipc, &message, &bytes)) {
		err = rpmsg_trysend(ipc->ept, &message, bytes);
		dev_dbg(ipc->dev, "request %#x, sequence %u: %d\n",
			le16_to_cpu(message.header.type), le16_to_cpu(message.header.sequence),
			err);
		if (err)
			not_sent(ipc, &message, err);
		if (is_no_room(err)) {
			queue_delayed_work(system_wq, &ipc->send_work,
					   msecs_to_jiffies(SEND_RETRY_MS));
			return;
		}
	}
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_requests_send_locked);

static void send_work(struct work_struct *work)
{
	struct vsoc_audio_ipc *ipc =
		container_of(to_delayed_work(work), struct vsoc_audio_ipc, send_work);

	guard(mutex)(&ipc->tx_lock);

	vsoc_audio_requests_send_locked(ipc);
}

/**
 * vsoc_audio_requests_add_locked() - submit a request
 * @ipc: the channel
 * @request: as for vsoc_audio_ipc_submit(), like the rest
 * @type: enum audio_control_type
 * @body: the request's body
 * @body_bytes: its length
 *
 * The caller holds @ipc->tx_lock. Does not wait for the DSP.
 *
 * Context: Process context. May sleep.
 * Return: As vsoc_audio_ipc_submit().
 */
int vsoc_audio_requests_add_locked(struct vsoc_audio_ipc *ipc,
				   struct vsoc_audio_request *request, u16 type,
				   const void *body, size_t body_bytes)
{
	lockdep_assert_held(&ipc->tx_lock);

	if (WARN_ON_ONCE(body_bytes > sizeof(request->message.body)))
		return -EINVAL;
	if (!ipc->ept) {
		request->error = -ENODEV;
		return -ENODEV;
	}
	add(ipc, request, type, body, body_bytes, false);
	vsoc_audio_requests_send_locked(ipc);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_requests_add_locked);

/**
 * vsoc_audio_requests_try_locked() - send a request now or not at all
 * @ipc: the channel
 * @request: as for vsoc_audio_ipc_submit(); it has no body
 * @type: enum audio_control_type
 *
 * The caller holds @ipc->tx_lock. Does not wait for the DSP.
 *
 * Context: Process context. May sleep.
 * Return: 0, or rpmsg's error; the request is done then.
 */
int vsoc_audio_requests_try_locked(struct vsoc_audio_ipc *ipc,
				   struct vsoc_audio_request *request, u16 type)
{
	int err;

	lockdep_assert_held(&ipc->tx_lock);

	add(ipc, request, type, NULL, 0, true);
	err = rpmsg_trysend(ipc->ept, &request->message, request->message_bytes);
	if (!err)
		return 0;

	spin_lock(&ipc->pending_lock);
	vsoc_audio_request_finish_locked(ipc, request, err);
	spin_unlock(&ipc->pending_lock);
	return err;
}

/**
 * vsoc_audio_requests_room_locked() - should be called when there may be room again
 * @ipc: the channel
 *
 * The caller holds @ipc->pending_lock.
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_requests_room_locked(struct vsoc_audio_ipc *ipc)
{
	struct vsoc_audio_request *last;

	lockdep_assert_held(&ipc->pending_lock);

	if (list_empty(&ipc->pending))
		return;
	last = list_last_entry(&ipc->pending, struct vsoc_audio_request, node);
	if (!last->is_sent)
		mod_delayed_work(system_wq, &ipc->send_work, 0);
}

/**
 * vsoc_audio_requests_fail() - take all requests out of the channel
 * @ipc: the channel
 * @error: their result
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_requests_fail(struct vsoc_audio_ipc *ipc, int error)
{
	struct vsoc_audio_request *request, *next;

	spin_lock(&ipc->pending_lock);
	list_for_each_entry_safe(request, next, &ipc->pending, node)
		vsoc_audio_request_finish_locked(ipc, request, error);
	spin_unlock(&ipc->pending_lock);
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_requests_fail);

/**
 * vsoc_audio_requests_init() - initialise the list of requests, which is empty
 * @ipc: the channel
 *
 * send_work is the channel's to cancel when that goes.
 */
void vsoc_audio_requests_init(struct vsoc_audio_ipc *ipc)
{
	spin_lock_init(&ipc->pending_lock);
	INIT_LIST_HEAD(&ipc->pending);
	INIT_DELAYED_WORK(&ipc->send_work, send_work);
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_requests_init);
