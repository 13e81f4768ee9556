// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watch on the requests of the audio control channel: a DSP that does not answer is found by
 * them, so that no time is spent on one that does.
 *
 * While a request is in flight, the watch is set. When the reply has not come after
 * reply_timeout_ms, or a waiter's patience has ended, the DSP is asked for its statistics, which it
 * answers at once whatever it waits for: the ping. If it does not, it is dead. The last reply takes
 * the watch away.
 *
 * A request behind which memory goes has to be answered (vsoc_audio_ipc_call_final()). A DSP
 * that answers pings and not that is as good as dead.
 *
 * Locking: see vsoc-audio-ipc.c. The ping and is_condemned are ipc->tx_lock's, is_suspect
 * is pending_lock's.
 */
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/math.h>
#include <linux/moduleparam.h>
#include "vsoc-audio-ipc-priv.h"
#include "vsoc-audio-request.h"
#include "vsoc-audio-watchdog.h"

static unsigned int reply_timeout_ms = 200;
module_param(reply_timeout_ms, uint, 0644);
MODULE_PARM_DESC(reply_timeout_ms,
		 "Time for the DSP to answer any but a set-up or release (default: 200)");

/**
 * vsoc_audio_watch_reply_timeout_ms() - how long an ordinary reply may take
 *
 * Context: Any.
 * Return: milliseconds.
 */
unsigned int vsoc_audio_watch_reply_timeout_ms(void)
{
	return READ_ONCE(reply_timeout_ms);
}

static unsigned long reply_timeout(void)
{
	return msecs_to_jiffies(vsoc_audio_watch_reply_timeout_ms());
}

static bool take_suspicion(struct vsoc_audio_ipc *ipc)
{
	bool is_waited_for;

	spin_lock(&ipc->pending_lock);
	is_waited_for = ipc->is_suspect || !list_empty(&ipc->pending);
	ipc->is_suspect = false;
	spin_unlock(&ipc->pending_lock);
	return is_waited_for;
}

static bool is_waited_for(struct vsoc_audio_ipc *ipc)
{
	bool is_waited_for;

	spin_lock(&ipc->pending_lock);
	is_waited_for = !list_empty(&ipc->pending);
	spin_unlock(&ipc->pending_lock);
	return is_waited_for;
}

static enum vsoc_audio_watch watch_locked(struct vsoc_audio_ipc *ipc)
{
	bool is_done = completion_done(&ipc->ping.done);
	enum vsoc_audio_watch next;

	lockdep_assert_held(&ipc->tx_lock);

	if (!ipc->ept)
		return VSOC_AUDIO_WATCH_OVER;
	if (ipc->is_condemned && is_waited_for(ipc))
		return VSOC_AUDIO_WATCH_DEAD;
	ipc->is_condemned = false;
	if (is_done && !ipc->ping.error)
		ipc->is_pinging = false;
	next = vsoc_audio_watch_next(ipc->is_pinging, is_done,
				     !time_before(jiffies, ipc->ping_until),
				     !ipc->is_pinging && take_suspicion(ipc));
	if (next != VSOC_AUDIO_WATCH_PING)
		return next;

	if (!ipc->is_pinging)
		ipc->ping_until = jiffies + reply_timeout();
	ipc->is_pinging = true;
	vsoc_audio_requests_try_locked(ipc, &ipc->ping, AUDIO_CONTROL_GET_STATS);
	return next;
}

/* When to look again: for the reply to the ping, or sooner for room to send it. */
static unsigned long watch_delay_locked(struct vsoc_audio_ipc *ipc)
{
	unsigned long now = jiffies;

	if (!time_before(now, ipc->ping_until))
		return 0;
	/* One that is on its way may be answered at this moment. */
	if (completion_done(&ipc->ping.done) && ipc->ping.error)
		return DIV_ROUND_UP(ipc->ping_until - now, 4);
	return ipc->ping_until - now;
}

static void watch_work(struct work_struct *work)
{
	struct vsoc_audio_ipc *ipc =
		container_of(to_delayed_work(work), struct vsoc_audio_ipc, watch_work);
	enum vsoc_audio_watch next;
	unsigned int generation;

	scoped_guard(mutex, &ipc->tx_lock) {
		next = watch_locked(ipc);
		generation = ipc->generation;
		if (next == VSOC_AUDIO_WATCH_PING || next == VSOC_AUDIO_WATCH_WAIT)
			queue_delayed_work(system_wq, &ipc->watch_work,
					   watch_delay_locked(ipc));
	}
	if (next == VSOC_AUDIO_WATCH_DEAD)
		ipc->report_dead(ipc, generation);
}

/**
 * vsoc_audio_watch_init() - make the watch of a channel
 * @ipc: the channel
 * @report_dead: called when the DSP does not answer, with the generation in which it does not. May
 *	sleep; no lock of the channel is held, and the generation may have ended.
 *
 * Its work is the channel's to cancel when that goes.
 */
void vsoc_audio_watch_init(struct vsoc_audio_ipc *ipc,
			   void (*report_dead)(struct vsoc_audio_ipc *ipc,
					       unsigned int generation))
{
	ipc->report_dead = report_dead;
	INIT_DELAYED_WORK(&ipc->watch_work, watch_work);
	vsoc_audio_request_init(&ipc->ping, NULL);
	ipc->ping.reply = &ipc->ping_reply;
	ipc->ping.reply_bytes = sizeof(ipc->ping_reply);
}

/**
 * vsoc_audio_watch_set() - should be called when a request has been sent
 * @ipc: the channel
 *
 * Context: Any. @ipc->tx_lock is held, so that a link that goes takes the watch with it.
 */
void vsoc_audio_watch_set(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&ipc->tx_lock);

	queue_delayed_work(system_wq, &ipc->watch_work, reply_timeout());
}

/**
 * vsoc_audio_watch_condemn() - end a DSP that has not answered what it has to
 * @ipc: the channel
 * @generation: of the DSP that has not; nothing happens to another
 *
 * Does not wait for the end: a caller may hold what the end of the link waits for.
 *
 * Context: Sleeps.
 */
void vsoc_audio_watch_condemn(struct vsoc_audio_ipc *ipc, unsigned int generation)
{
	guard(mutex)(&ipc->tx_lock);

	if (!ipc->ept || ipc->generation != generation)
		return;
	ipc->is_condemned = true;
	mod_delayed_work(system_wq, &ipc->watch_work, 0);
}

/**
 * vsoc_audio_watch_suspect_locked() - should be called when a request was not answered in time
 * @ipc: the channel
 *
 * Context: Any. @ipc->pending_lock is held.
 */
void vsoc_audio_watch_suspect_locked(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&ipc->pending_lock);

	ipc->is_suspect = true;
	mod_delayed_work(system_wq, &ipc->watch_work, 0);
}

/**
 * vsoc_audio_watch_answered_locked() - should be called when a request was answered
 * @ipc: the channel
 *
 * Context: Any. @ipc->pending_lock is held.
 */
void vsoc_audio_watch_answered_locked(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&ipc->pending_lock);

	if (list_empty(&ipc->pending) && !ipc->is_suspect)
		cancel_delayed_work(&ipc->watch_work);
}

/**
 * vsoc_audio_watch_end_locked() - should be called when a generation of the DSP ends
 * @ipc: the channel
 *
 * Context: Any. @ipc->pending_lock is held.
 */
void vsoc_audio_watch_end_locked(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&ipc->pending_lock);

	ipc->is_suspect = false;
	cancel_delayed_work(&ipc->watch_work);
}
