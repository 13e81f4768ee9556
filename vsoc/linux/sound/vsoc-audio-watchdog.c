// SPDX-License-Identifier: GPL-2.0-only
/*
 * The request watchdog of the audio control channel: it finds a DSP that does not answer by the
 * requests themselves, so that a DSP that answers costs no time.
 *
 * While a request is in flight, the watchdog is set. When the reply has not come after
 * reply_timeout_ms, or a waiter has timed out, the watchdog asks the DSP for its statistics, which
 * the DSP answers at once even while it waits for something else: the ping. If the DSP does not
 * answer the ping, it is dead. The last reply stops the watchdog.
 *
 * Memory is taken away behind some requests, so these have to be answered
 * (vsoc_audio_ipc_call_final()). A DSP that answers pings and not such a request is dead, too.
 *
 * Locking: see vsoc-audio-ipc.c. ipc->tx_lock guards the ping and is_final_overdue, pending_lock
 * guards is_late.
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
 * vsoc_audio_watchdog_reply_timeout_ms() - get how long an ordinary reply may take
 *
 * Context: Any context.
 * Return: milliseconds.
 */
unsigned int vsoc_audio_watchdog_reply_timeout_ms(void)
{
	return READ_ONCE(reply_timeout_ms);
}

static unsigned long reply_timeout(void)
{
	return msecs_to_jiffies(vsoc_audio_watchdog_reply_timeout_ms());
}

static bool take_late(struct vsoc_audio_ipc *ipc)
{
	bool is_waited_for;

	spin_lock(&ipc->pending_lock);
	is_waited_for = ipc->is_late || !list_empty(&ipc->pending);
	ipc->is_late = false;
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

static enum vsoc_audio_watchdog_action watchdog_locked(struct vsoc_audio_ipc *ipc)
{
	bool is_done = completion_done(&ipc->ping.done);
	enum vsoc_audio_watchdog_action next;

	lockdep_assert_held(&ipc->tx_lock);

	if (!ipc->ept)
		return VSOC_AUDIO_WATCHDOG_OVER;
	if (ipc->is_final_overdue && is_waited_for(ipc))
		return VSOC_AUDIO_WATCHDOG_DEAD;
	ipc->is_final_overdue = false;
	if (is_done && !ipc->ping.error)
		ipc->is_pinging = false;
	next = vsoc_audio_watchdog_next(ipc->is_pinging, is_done,
					!time_before(jiffies, ipc->ping_until),
					!ipc->is_pinging && take_late(ipc));
	if (next != VSOC_AUDIO_WATCHDOG_PING)
		return next;

	if (!ipc->is_pinging)
		ipc->ping_until = jiffies + reply_timeout();
	ipc->is_pinging = true;
	vsoc_audio_requests_try_locked(ipc, &ipc->ping, AUDIO_CONTROL_GET_STATS);
	return next;
}

/* The time until the next look: for the reply to the ping, or sooner for room to send it. */
static unsigned long watchdog_delay_locked(struct vsoc_audio_ipc *ipc)
{
	unsigned long now = jiffies;

	if (!time_before(now, ipc->ping_until))
		return 0;
	/* A ping that has been sent may be answered at this moment. */
	if (completion_done(&ipc->ping.done) && ipc->ping.error)
		return DIV_ROUND_UP(ipc->ping_until - now, 4);
	return ipc->ping_until - now;
}

static void watchdog_work(struct work_struct *work)
{
	struct vsoc_audio_ipc *ipc =
		container_of(to_delayed_work(work), struct vsoc_audio_ipc, watchdog_work);
	enum vsoc_audio_watchdog_action next;
	unsigned int generation;

	scoped_guard(mutex, &ipc->tx_lock) {
		next = watchdog_locked(ipc);
		generation = ipc->generation;
		if (next == VSOC_AUDIO_WATCHDOG_PING || next == VSOC_AUDIO_WATCHDOG_WAIT)
			queue_delayed_work(system_wq, &ipc->watchdog_work,
					   watchdog_delay_locked(ipc));
	}
	if (next == VSOC_AUDIO_WATCHDOG_DEAD)
		ipc->report_dead(ipc, generation);
}

/**
 * vsoc_audio_watchdog_init() - initialise the watchdog of a channel
 * @ipc: the channel
 * @report_dead: called when the DSP does not answer, with its generation, which may have ended
 *	meanwhile. May sleep; no lock of the channel is held.
 *
 * The owner of the channel cancels watchdog_work before it frees the channel.
 */
void vsoc_audio_watchdog_init(struct vsoc_audio_ipc *ipc,
			      void (*report_dead)(struct vsoc_audio_ipc *ipc,
						  unsigned int generation))
{
	ipc->report_dead = report_dead;
	INIT_DELAYED_WORK(&ipc->watchdog_work, watchdog_work);
	vsoc_audio_request_init(&ipc->ping, NULL);
	ipc->ping.reply = &ipc->ping_reply;
	ipc->ping.reply_bytes = sizeof(ipc->ping_reply);
}

/**
 * vsoc_audio_watchdog_set() - should be called when a request has been sent
 * @ipc: the channel
 *
 * The caller holds @ipc->tx_lock, so that a link that goes takes the watchdog with it.
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_watchdog_set(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&ipc->tx_lock);

	queue_delayed_work(system_wq, &ipc->watchdog_work, reply_timeout());
}

/**
 * vsoc_audio_watchdog_final_overdue() - end a DSP that has not answered a final request
 * @ipc: the channel
 * @generation: the generation of the DSP to which it was sent; nothing happens to another one
 *
 * Does not wait for the end: the caller may hold a lock that the end of the link waits for.
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_watchdog_final_overdue(struct vsoc_audio_ipc *ipc, unsigned int generation)
{
	guard(mutex)(&ipc->tx_lock);

	if (!ipc->ept || ipc->generation != generation)
		return;
	ipc->is_final_overdue = true;
	mod_delayed_work(system_wq, &ipc->watchdog_work, 0);
}

/**
 * vsoc_audio_watchdog_late_locked() - should be called when a request was not answered in time
 * @ipc: the channel
 *
 * The caller holds @ipc->pending_lock.
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_watchdog_late_locked(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&ipc->pending_lock);

	ipc->is_late = true;
	mod_delayed_work(system_wq, &ipc->watchdog_work, 0);
}

/**
 * vsoc_audio_watchdog_answered_locked() - should be called when a request was answered
 * @ipc: the channel
 *
 * The caller holds @ipc->pending_lock.
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_watchdog_answered_locked(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&ipc->pending_lock);

	if (list_empty(&ipc->pending) && !ipc->is_late)
		cancel_delayed_work(&ipc->watchdog_work);
}

/**
 * vsoc_audio_watchdog_end_locked() - should be called when a generation of the DSP ends
 * @ipc: the channel
 *
 * The caller holds @ipc->pending_lock.
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_watchdog_end_locked(struct vsoc_audio_ipc *ipc)
{
	lockdep_assert_held(&ipc->pending_lock);

	ipc->is_late = false;
	cancel_delayed_work(&ipc->watchdog_work);
}
