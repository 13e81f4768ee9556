// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stop timeout: how long a disconnect may wait for a DSP to stop its streams.
 *
 * A disconnect holds up the thread of a hub, which has other ports to look after; and a hub that
 * is unplugged takes along everything that is plugged into it. So response_timeout_ms is not for
 * each card, or for each stream:
 *
 * 1. Disconnects that follow each other are a burst. A burst has response_timeout_ms in all, from
 *    the beginning of its first disconnect. A gap of a quarter of that time ends the burst.
 * 2. The work is part of that time. A share of it is reserved for each card that is known to be
 *    going, as the streams of that card may have to be released by force.
 * 3. A DSP that lets the time pass is unresponsive from then on, until it sends something or starts
 *    again. An unresponsive DSP is told that a card goes, but nobody waits for it.
 *
 * When a controller is detached, the platform may wait for the DSP's consent for the time that is
 * left of the burst.
 */
#include <linux/cleanup.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>

#include "stop-timeout.h"

/* A forced release takes 8 ms on a processor of 125 million instructions a second. */
#define RELEASE_MS	10

/* A gap of this part of response_timeout_ms ends a burst. */
#define GAP_DIVISOR	4

static unsigned int response_timeout_ms = 200;
module_param(response_timeout_ms, uint, 0644);
MODULE_PARM_DESC(response_timeout_ms,
		 "how long a disconnect may wait for the DSP to stop its streams, in ms (200)");

/**
 * offload_response_timeout_ms() - get how long a message may wait until a DSP takes it
 *
 * Context: Any context.
 * Return: the module parameter, in ms.
 */
unsigned int offload_response_timeout_ms(void)
{
	return READ_ONCE(response_timeout_ms);
}

/**
 * offload_stop_timeout_init() - initialise the stop timeout of a DSP
 * @stop_timeout: the stop timeout
 *
 * Context: Any context.
 */
void offload_stop_timeout_init(struct offload_stop_timeout *stop_timeout)
{
	mutex_init(&stop_timeout->lock);
}

/**
 * offload_stop_timeout_begin() - should be called when a disconnect or a detachment begins
 * @stop_timeout: the DSP's stop timeout
 * @cards_going: how many cards are known to be going, this one included
 *
 * Context: Process context. May sleep.
 */
void offload_stop_timeout_begin(struct offload_stop_timeout *stop_timeout,
				unsigned int cards_going)
{
	unsigned int whole_ms = READ_ONCE(response_timeout_ms);
	ktime_t now = ktime_get();

	guard(mutex)(&stop_timeout->lock);

	if (!stop_timeout->began ||
	    ktime_ms_delta(now, stop_timeout->last) >= whole_ms / GAP_DIVISOR) {
		stop_timeout->began = now;
		/* A quarter remains for the DSP, so that an answer that comes soon is heard. */
		stop_timeout->work_ms = min(max(cards_going, 1u) * RELEASE_MS, whole_ms / 4 * 3);
	}
	stop_timeout->last = now;
}

/**
 * offload_stop_timeout_left_ms() - get how long the caller may wait for the DSP
 * @stop_timeout: the DSP's stop timeout
 *
 * Context: Process context. May sleep.
 * Return: milliseconds, 0 if the DSP is unresponsive or its time has passed.
 */
unsigned int offload_stop_timeout_left_ms(struct offload_stop_timeout *stop_timeout)
{
	s64 left_ms;

	guard(mutex)(&stop_timeout->lock);

	if (stop_timeout->is_unresponsive)
		return 0;
	left_ms = (s64)READ_ONCE(response_timeout_ms) - stop_timeout->work_ms -
		  ktime_ms_delta(ktime_get(), stop_timeout->began);
	return max(left_ms, 0LL);
}

/**
 * offload_stop_timeout_end() - should be called when a disconnect has stopped waiting
 * @stop_timeout: the DSP's stop timeout
 * @has_stopped: whether all streams that the DSP had to stop have ended
 *
 * Context: Process context. May sleep.
 */
void offload_stop_timeout_end(struct offload_stop_timeout *stop_timeout, bool has_stopped)
{
	guard(mutex)(&stop_timeout->lock);

	stop_timeout->last = ktime_get();
	if (!has_stopped)
		stop_timeout->is_unresponsive = true;
}

/**
 * offload_stop_timeout_dsp_down() - should be called when the DSP goes down: nobody waits for it
 * @stop_timeout: the DSP's stop timeout
 *
 * Context: Process context. May sleep.
 */
void offload_stop_timeout_dsp_down(struct offload_stop_timeout *stop_timeout)
{
	guard(mutex)(&stop_timeout->lock);

	stop_timeout->is_unresponsive = true;
}

/**
 * offload_stop_timeout_dsp_heard() - should be called when the DSP has sent something or has gone
 * @stop_timeout: the DSP's stop timeout
 *
 * Context: Process context. May sleep.
 */
void offload_stop_timeout_dsp_heard(struct offload_stop_timeout *stop_timeout)
{
	guard(mutex)(&stop_timeout->lock);

	stop_timeout->is_unresponsive = false;
}
