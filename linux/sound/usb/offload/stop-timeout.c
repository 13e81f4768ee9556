// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patience: how long a disconnect may wait for a DSP.
 *
 * A disconnect holds up the thread of a hub, which has other ports to look after; and a hub that
 * is unplugged takes along whatever is plugged into it. So response_timeout_ms is not for each
 * card, or for each stream:
 *
 * 1. Disconnects that follow each other are a burst. A burst has response_timeout_ms in all, from
 *    the beginning of its first disconnect. A pause of a quarter of that ends it.
 * 2. The work is part of that time. For each card that is known to be going a share is kept back,
 *    as its streams may have to be released by force.
 * 3. A DSP that lets the time pass is silent from then on, until it sends something or starts
 *    anew. Who is silent is told that a card goes, like everybody, but is not waited for.
 *
 * A platform that waits for the DSP's consent when a controller is detached has what is left.
 */
#include <linux/cleanup.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>

#include "stop-timeout.h"

/* A forced release takes 8 ms on a processor of 125 million instructions a second. */
#define RELEASE_MS	10

/* A pause of this part of response_timeout_ms ends a burst. */
#define PAUSE_DIVISOR	4

static unsigned int response_timeout_ms = 200;
module_param(response_timeout_ms, uint, 0644);
MODULE_PARM_DESC(response_timeout_ms,
		 "how long a disconnect may wait for the DSP to stop its streams, in ms (200)");

/**
 * offload_response_timeout_ms() - how long a message to a DSP may wait for it to take it
 *
 * Context: any.
 * Return: the module parameter, in ms.
 */
unsigned int offload_response_timeout_ms(void)
{
	return READ_ONCE(response_timeout_ms);
}

/**
 * offload_patience_init() - make the account of a DSP
 * @patience: the account
 *
 * Context: any.
 */
void offload_patience_init(struct offload_patience *patience)
{
	mutex_init(&patience->lock);
}

/**
 * offload_patience_begin() - a disconnect begins, or the detaching of a controller
 * @patience: the DSP's account
 * @cards_going: how many cards are known to be going, this one included
 *
 * Context: may sleep, but not for long.
 */
void offload_patience_begin(struct offload_patience *patience, unsigned int cards_going)
{
	unsigned int whole_ms = READ_ONCE(response_timeout_ms);
	ktime_t now = ktime_get();

	guard(mutex)(&patience->lock);

	if (!patience->began ||
	    ktime_ms_delta(now, patience->paused) >= whole_ms / PAUSE_DIVISOR) {
		patience->began = now;
		/* However much work there is: an answer that comes soon is heard. */
		patience->work_ms = min(max(cards_going, 1u) * RELEASE_MS, whole_ms / 4 * 3);
	}
	patience->paused = now;
}

/**
 * offload_patience_left_ms() - how long the DSP may be waited for
 * @patience: the DSP's account
 *
 * Context: may sleep, but not for long.
 * Return: milliseconds, 0 if the DSP is silent or has had its time.
 */
unsigned int offload_patience_left_ms(struct offload_patience *patience)
{
	s64 left_ms;

	guard(mutex)(&patience->lock);

	if (patience->is_silent)
		return 0;
	left_ms = (s64)READ_ONCE(response_timeout_ms) - patience->work_ms -
		  ktime_ms_delta(ktime_get(), patience->began);
	return max(left_ms, 0LL);
}

/**
 * offload_patience_end() - a disconnect does not wait any more
 * @patience: the DSP's account
 * @has_obeyed: all streams that the DSP had to stop have ended
 *
 * Context: may sleep, but not for long.
 */
void offload_patience_end(struct offload_patience *patience, bool has_obeyed)
{
	guard(mutex)(&patience->lock);

	patience->paused = ktime_get();
	if (!has_obeyed)
		patience->is_silent = true;
}

/**
 * offload_patience_lost() - the DSP does not run: there is nobody to wait for
 * @patience: the DSP's account
 *
 * Context: may sleep, but not for long.
 */
void offload_patience_lost(struct offload_patience *patience)
{
	guard(mutex)(&patience->lock);

	patience->is_silent = true;
}

/**
 * offload_patience_heard() - the DSP has said something, whatever it was, or has gone
 * @patience: the DSP's account
 *
 * Context: may sleep, but not for long.
 */
void offload_patience_heard(struct offload_patience *patience)
{
	guard(mutex)(&patience->lock);

	patience->is_silent = false;
}
