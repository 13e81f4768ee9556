// SPDX-License-Identifier: GPL-2.0-only
/*
 * System sleeps.
 *
 * In most sleeps the streams go on, and may begin or end on the way. A card closes the I/O gate
 * (gate.c) in its suspend_late, and opens it in its resume_early. Meanwhile a start is refused,
 * with the error of usb_offload_get(), and a stop waits, with no lock held. The end of a card does
 * not wait: a driver that is unbound, or a device that is reset, in the middle of a sleep finds
 * devices that answer. And the work that releases a stream whose ring has ended is freezable.
 *
 * A start is refused for longer: from the card's suspend, which comes before its device's, to its
 * resume, which comes after. Otherwise it would resume a device that is runtime-suspended. The PM
 * core does not expect that: it has suspended the hubs above the device already, or relies on the
 * device to stay suspended. Only after that would usb_offload_get() refuse the start.
 *
 * The rest is about sleeps in which a controller loses its power, so that its streams cannot go on.
 * These are hibernation, and the states for which usb_offload_survives_suspend() is false. A PM
 * notifier runs before and after them, when processes, work queues and devices still run.
 *
 *  1. PREPARE: each card whose controller loses power is marked as suspended, so starts get
 *     -EAGAIN. Each client is told SUSPEND for each of its running streams, which go to STOPPING.
 *  2. The clients have time to disable these streams: response_timeout_ms for all of them together,
 *     less if the DSP is known to be unresponsive (stop-timeout.c). No lock is held meanwhile, so
 *     their requests are served as always.
 *  3. The streams that are left are released by force, endpoints first, as offload_stream_release()
 *     does it for every cause. The sleep is never refused: when it goes on, nothing is offloaded,
 *     mapped or in use.
 *  4. POST: starts are possible again, and each client that was told SUSPEND is told RESUME. The
 *     client enables its streams again like new ones; the device may have got another slot.
 *
 * A sleep that is aborted, at any point, ends with the same POST, so there is no other way back. A
 * stream's resume stays due until it has been started, or a start has failed for another reason
 * than a sleep: if the next sleep comes first, its POST tells the client once more.
 *
 * Other ends that may come meanwhile:
 *
 *  - The client, its node or the DSP goes: its streams are released, which also ends the wait of
 *    step 2, and no RESUME is sent.
 *  - The card goes: its removal waits in the same way for streams that are STOPPING already. The
 *    clients that wait for a RESUME are told DISCONNECT instead.
 *  - The service goes: its cards go first, then the notifier, which waits for a notification that
 *    is being delivered.
 *
 * A card that comes between PREPARE and POST is suspended when it is listed. It is in the device
 * model before that: the walks of steps 1 and 4 come after the sleep has been noted, so they find
 * each card that was listed without seeing the note.
 *
 * Locking: a card's sleep_lock, outside of the gate, makes the PM core's callbacks and the card's
 * removal exclude each other. The notifiers' own lock is held (for reading) while we are called,
 * and is taken for writing to register and unregister, with no lock of ours held. Steps 1, 3 and 4
 * take one card's lock after the other; is_suspended, is_suspending and is_resume_due are the
 * card's. The notification that is under way is noted under cards->lock, which is released before
 * the cards are walked through. The count of streams that are STOPPING for a sleep is atomic, so
 * that the wait needs no lock. It changes under the cards' locks, so when it is 0 all streams that
 * were asked to stop have ended.
 */
#include <kunit/visibility.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/notifier.h>
#include <linux/pm.h>
#include <linux/suspend.h>
#include <linux/usb.h>
#include <linux/wait.h>

#include <lullaby/usb_audio_stream.h>

#include "card.h"
#include "gate.h"
#include "indication.h"
#include "link.h"
#include "stop-timeout.h"
#include "stream.h"
#include "suspend.h"

static void set_asleep(struct offload_card *card, bool is_asleep)
{
	lockdep_assert_held(&card->sleep_lock);

	if (card->is_asleep == is_asleep)
		return;
	card->is_asleep = is_asleep;
	if (is_asleep)
		offload_gate_close(card->cards->gate);
	else
		offload_gate_open(card->cards->gate);
}

/*
 * The PM core takes a reference to a device and then calls it back, with no lock of the device: the
 * card may have left the device model in between. Then it counts no more, and its service may have
 * gone as well.
 */
static void change_asleep(struct device *dev, bool is_asleep)
{
	struct offload_card *card = container_of(dev, struct offload_card, dev);

	guard(mutex)(&card->sleep_lock);
	if (!card->is_removed)
		set_asleep(card, is_asleep);
}

static int suspend_late(struct device *dev)
{
	change_asleep(dev, true);
	return 0;
}

static int resume_early(struct device *dev)
{
	change_asleep(dev, false);
	return 0;
}

/* See change_asleep(). */
static void set_device_asleep(struct offload_card *card, bool is_device_asleep)
{
	guard(mutex)(&card->sleep_lock);
	if (!card->is_removed)
		offload_gate_write(card->cards->gate, &card->is_device_asleep, is_device_asleep);
}

static int suspend(struct device *dev)
{
	set_device_asleep(container_of(dev, struct offload_card, dev), true);
	return 0;
}

static int resume(struct device *dev)
{
	set_device_asleep(container_of(dev, struct offload_card, dev), false);
	return 0;
}

/* Of the cards' class. */
const struct dev_pm_ops offload_suspend_card_ops = {
	SYSTEM_SLEEP_PM_OPS(suspend, resume)
	LATE_SYSTEM_SLEEP_PM_OPS(suspend_late, resume_early)
};
EXPORT_SYMBOL_IF_KUNIT(offload_suspend_card_ops);

/**
 * offload_suspend_card_removed() - should be called when a card has left the device model
 * @card: the card
 *
 * If that happens in the middle of a sleep, no resume callback comes for the card any more, so it
 * opens the gate here. And a callback of the PM core that comes later than this must not close the
 * gate.
 *
 * Waits for a callback of the PM core that is under way. The caller holds no lock of the service or
 * of its cards.
 *
 * Context: Process context. May sleep.
 */
void offload_suspend_card_removed(struct offload_card *card)
{
	guard(mutex)(&card->sleep_lock);
	card->is_removed = true;
	if (card->is_asleep)
		set_asleep(card, false);
}
EXPORT_SYMBOL_IF_KUNIT(offload_suspend_card_removed);

static bool loses_power(const struct offload_card *card, unsigned long sleep)
{
	switch (sleep) {
	case PM_SUSPEND_PREPARE:
		return !usb_offload_survives_suspend(card->udev);
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		return true;
	default:
		return false;
	}
}

/**
 * offload_suspend_card_added() - should be called when a card is about to be listed
 * @suspend: the service's
 * @card: the card
 *
 * The caller holds the lock of the cards, and not that of the card.
 *
 * Context: Process context. May sleep.
 */
void offload_suspend_card_added(struct offload_suspend *suspend, struct offload_card *card)
{
	lockdep_assert_held(&suspend->cards->lock);

	guard(mutex)(&card->lock);
	card->is_suspended = loses_power(card, suspend->sleep);
}

/**
 * offload_suspend_stream_released() - should be called when a stream has become idle
 * @suspend: the service's
 * @stream: the stream
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. Does not sleep.
 */
void offload_suspend_stream_released(struct offload_suspend *suspend,
				     struct offload_stream *stream)
{
	lockdep_assert_held(stream->sideband->lock);

	if (!stream->is_suspending)
		return;
	stream->is_suspending = false;
	if (atomic_dec_and_test(&suspend->stopping))
		wake_up_all(&suspend->stopped);
}

static void suspend_stream(struct offload_suspend *suspend, struct offload_stream *stream)
{
	lockdep_assert_held(stream->sideband->lock);

	if (offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_SUSPEND) < 0) {
		/* Sending failed: do not wait. */
		offload_count(suspend->cards->link, OFFLOAD_COUNT_FORCED);
		offload_stream_release(stream);
		return;
	}
	stream->is_resume_due = true;
	stream->is_suspending = true;
	atomic_inc(&suspend->stopping);
	offload_stream_mark_stopping(stream);
}

/* The arguments of suspend_card(). */
struct sleep_start {
	struct offload_suspend *suspend;
	unsigned long sleep;
};

/* Step 1. */
static void suspend_card(struct offload_card *card, void *data)
{
	const struct sleep_start *start = data;
	struct offload_stream *stream;

	guard(mutex)(&card->lock);
	/* A card that is going has asked its clients already. Its controller may have gone. */
	if (card->is_gone)
		return;
	card->is_suspended = loses_power(card, start->sleep);
	if (!card->is_suspended)
		return;
	list_for_each_entry(stream, &card->streams, node)
		if (stream->state == OFFLOAD_STREAM_RUNNING)
			suspend_stream(start->suspend, stream);
}

/* Step 3. */
static void force_card(struct offload_card *card, void *unused)
{
	struct offload_stream *stream;

	guard(mutex)(&card->lock);
	list_for_each_entry(stream, &card->streams, node) {
		if (!stream->is_suspending)
			continue;
		offload_count(card->cards->link, OFFLOAD_COUNT_FORCED);
		offload_stream_release(stream);
	}
}

/* Step 4. */
static void resume_card(struct offload_card *card, void *unused)
{
	struct offload_stream *stream;

	guard(mutex)(&card->lock);
	card->is_suspended = false;
	if (card->is_gone)
		return;
	/* It stays due: a client to which this cannot be sent is told after the next sleep. */
	list_for_each_entry(stream, &card->streams, node)
		if (stream->is_resume_due && stream->state == OFFLOAD_STREAM_IDLE)
			offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_RESUME);
}

static void prepare_sleep(struct offload_suspend *suspend, unsigned long sleep)
{
	struct sleep_start start = { .suspend = suspend, .sleep = sleep };
	struct offload_cards *cards = suspend->cards;
	struct offload_link *link = cards->link;
	unsigned int timeout_ms;
	bool has_stopped;

	offload_cards_begin_stop_timeout(cards);
	scoped_guard(mutex, &cards->lock)
		suspend->sleep = sleep;
	offload_cards_for_each(cards, suspend_card, &start);
	if (!atomic_read(&suspend->stopping))
		return;

	timeout_ms = offload_stop_timeout_left_ms(&link->stop_timeout);
	has_stopped = wait_event_timeout(suspend->stopped, !atomic_read(&suspend->stopping),
					 msecs_to_jiffies(timeout_ms));
	if (!has_stopped)
		dev_warn_ratelimited(link->dsp.dev,
				     "the DSP has not stopped its streams for a sleep in %u ms: released by force\n",
				     timeout_ms);
	offload_stop_timeout_end(&link->stop_timeout, has_stopped);

	offload_cards_for_each(cards, force_card, NULL);
}

static void finish_sleep(struct offload_suspend *suspend)
{
	scoped_guard(mutex, &suspend->cards->lock)
		suspend->sleep = 0;
	offload_cards_for_each(suspend->cards, resume_card, NULL);
}

static int handle_pm(struct notifier_block *notifier, unsigned long action, void *unused)
{
	struct offload_suspend *suspend = container_of(notifier, struct offload_suspend, notifier);

	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		prepare_sleep(suspend, action);
		return NOTIFY_OK;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		finish_sleep(suspend);
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

/**
 * offload_suspend_init() - initialise the part of a service for system sleeps
 * @suspend: the service's part for sleeps, to be filled in
 * @cards: the service's cards
 *
 * Context: Any context.
 */
void offload_suspend_init(struct offload_suspend *suspend, struct offload_cards *cards)
{
	suspend->cards = cards;
	suspend->notifier.notifier_call = handle_pm;
	atomic_set(&suspend->stopping, 0);
	init_waitqueue_head(&suspend->stopped);
}

/**
 * offload_suspend_register() - register for notifications of system sleeps
 * @suspend: the service's, which has no cards yet
 *
 * The caller holds no lock that a PM notifier takes.
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno.
 */
int offload_suspend_register(struct offload_suspend *suspend)
{
	return register_pm_notifier(&suspend->notifier);
}

/**
 * offload_suspend_unregister() - undo offload_suspend_register()
 * @suspend: the service's, which has no cards any more
 *
 * Waits for a notification that is being delivered. The caller holds no lock that a PM notifier
 * takes.
 *
 * Context: Process context. May sleep.
 */
void offload_suspend_unregister(struct offload_suspend *suspend)
{
	unregister_pm_notifier(&suspend->notifier);
}
