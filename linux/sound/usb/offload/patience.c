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
#include <linux/usb.h>

#include "card.h"
#include "patience.h"
#include "service.h"

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

/* The USB core marks all devices below an unplugged hub before it disconnects the first. */
static unsigned int count_going(struct snd_usb_offload_service *service)
{
	struct offload_card *card;
	unsigned int count = 0;

	lockdep_assert_held(&service->lock);
	list_for_each_entry(card, &service->cards, node)
		count += card->udev->state == USB_STATE_NOTATTACHED;
	return max(count, 1u);
}

/**
 * offload_patience_begin() - a disconnect begins, or the detaching of a controller
 * @service: the DSP's service
 *
 * Context: may sleep. The service's lock is not held.
 */
void offload_patience_begin(struct snd_usb_offload_service *service)
{
	struct offload_patience *patience = &service->patience;
	unsigned int whole_ms = READ_ONCE(response_timeout_ms);
	ktime_t now = ktime_get();

	guard(mutex)(&service->lock);

	if (!patience->began ||
	    ktime_ms_delta(now, patience->paused) >= whole_ms / PAUSE_DIVISOR) {
		patience->began = now;
		/* However much work there is: an answer that comes soon is heard. */
		patience->work_ms = min(count_going(service) * RELEASE_MS, whole_ms / 4 * 3);
	}
	patience->paused = now;
}

/**
 * offload_patience_left_ms() - how long the DSP may be waited for
 * @service: the DSP's service
 *
 * Context: may sleep. The service's lock is not held.
 * Return: milliseconds, 0 if the DSP is silent or has had its time.
 */
unsigned int offload_patience_left_ms(struct snd_usb_offload_service *service)
{
	struct offload_patience *patience = &service->patience;
	s64 left_ms;

	guard(mutex)(&service->lock);

	if (patience->is_silent)
		return 0;
	left_ms = (s64)READ_ONCE(response_timeout_ms) - patience->work_ms -
		  ktime_ms_delta(ktime_get(), patience->began);
	return max(left_ms, 0LL);
}

/**
 * offload_patience_end() - a disconnect does not wait any more
 * @service: the DSP's service
 * @has_obeyed: all streams that the DSP had to stop have ended
 *
 * Context: may sleep. The service's lock is not held.
 */
void offload_patience_end(struct snd_usb_offload_service *service, bool has_obeyed)
{
	struct offload_patience *patience = &service->patience;

	guard(mutex)(&service->lock);

	patience->paused = ktime_get();
	if (!has_obeyed)
		patience->is_silent = true;
}

/**
 * offload_patience_lost() - the DSP does not run: there is nobody to wait for
 * @service: the DSP's service
 *
 * Context: may sleep. The service's lock is not held.
 */
void offload_patience_lost(struct snd_usb_offload_service *service)
{
	guard(mutex)(&service->lock);

	service->patience.is_silent = true;
}

/**
 * offload_patience_heard() - the DSP has said something, whatever it was, or has gone
 * @service: the DSP's service
 *
 * Context: may sleep. The service's lock is not held.
 */
void offload_patience_heard(struct snd_usb_offload_service *service)
{
	guard(mutex)(&service->lock);

	service->patience.is_silent = false;
}
