// SPDX-License-Identifier: GPL-2.0-only
/*
 * Power: sleeps.
 *
 * In most of them the streams go on, and may begin or end on the way: requests of the DSP are
 * handled by a thread that no freezer stops. What it says to a device and to the xHC is answered
 * by interrupts, which are masked from "noirq" on. Timers may run even so, and after 5 s without
 * an answer the xHC would be taken for dead. So the bus is closed in suspend_late, which waits for
 * whoever speaks there, and opened in resume_early. Meanwhile a start is refused, as
 * usb_offload_get() does it, and a stop waits, with no lock held. The end of a card does not wait:
 * who is unbound or reset in the middle of a sleep has made sure by itself that devices answer. And
 * the work of lost.c is freezable.
 *
 * A start is refused for longer: from the card's suspend, which comes before its device's, to its
 * resume, which comes after. It would wake a device that sleeps by itself, behind the back of the
 * PM core, which has suspended the hubs above it already or relies on it to sleep; and only then
 * be refused by usb_offload_get().
 *
 * The rest is about sleeps in which a controller loses its power, so that its streams cannot go on.
 * Those are hibernation, and the states that usb_offload_survives_suspend() denies. A PM notifier
 * brackets them: what comes before it still finds processes, work queues and devices running.
 *
 *  1. PREPARE: each card whose controller loses power is marked as suspended, so starts get
 *     -EAGAIN. Each client is told SUSPEND for each of its running streams, which go to STOPPING.
 *  2. The clients have time to disable these streams: response_timeout_ms for all of them together,
 *     less if the DSP is known to be silent (patience.c). No lock is held meanwhile, so that is
 *     served as always.
 *  3. What is left is released by force, endpoints first, as offload_stream_release() does it for
 *     every cause. The sleep is never refused: when it goes on, nothing is lent, mapped or in use.
 *  4. POST: starts are possible again, and each client that was told SUSPEND is told RESUME. It
 *     enables its streams again as it would new ones; the device may have got another slot.
 *
 * A sleep that is aborted, wherever it had got to, ends with the same POST, so there is no other
 * way back. A stream's resume stays due until it has been started, or a start has failed for
 * another reason than a sleep: if the next sleep comes first, its POST tells the client once more.
 *
 * What else may end meanwhile:
 *
 *  - The client, its node or the DSP: releases what it has, which also ends the wait of step 2,
 *    and nobody is told RESUME.
 *  - The card: its removal waits in the same way for what is STOPPING already. The clients that
 *    wait for a RESUME are told DISCONNECT instead.
 *  - The service: its cards go first, then the notifier, which waits for a notification that is
 *    being delivered.
 *
 * A card that comes between PREPARE and POST is suspended when it is listed. It is in the device
 * model before that: the walks of steps 1 and 4 come after the sleep has been noted, so they find
 * each card that was listed without seeing the note.
 *
 * Locking: service->bus is held for reading by whoever speaks on the bus for the DSP, outside of
 * all other locks of ours, and for writing to close and open it. A card's sleep_lock, outside of
 * it, makes the PM core's callbacks and the card's removal exclude each other. The notifiers' own
 * lock is held (for reading) while we are called, and is taken for writing to register and
 * unregister, with no lock of ours held. Steps 1, 3 and 4 take one card's lock after the other;
 * is_suspended, is_suspending and is_resume_due are the card's. The notification that is under way
 * is noted under service->lock, which is released before the cards are walked through. The count of
 * streams that are waited for is atomic, so that the wait needs no lock; it changes under the
 * cards' locks, so when it is 0 no stream that was asked is left.
 */
#include <kunit/visibility.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/notifier.h>
#include <linux/pm.h>
#include <linux/rwsem.h>
#include <linux/suspend.h>
#include <linux/usb.h>
#include <linux/wait.h>

#include <lullaby/usb_audio_stream.h>

#include "card.h"
#include "indication.h"
#include "patience.h"
#include "power.h"
#include "service.h"
#include "stream.h"

static void set_asleep(struct offload_card *card, bool is_asleep)
{
	struct snd_usb_offload_service *service = card->service;

	lockdep_assert_held(&card->sleep_lock);

	scoped_guard(rwsem_write, &service->bus) {
		if (card->is_asleep == is_asleep)
			return;
		card->is_asleep = is_asleep;
		WRITE_ONCE(service->cards_asleep, service->cards_asleep + (is_asleep ? 1 : -1));
	}
	wake_up_all(&service->awake);
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
	if (card->is_removed)
		return;
	guard(rwsem_write)(&card->service->bus);
	card->is_device_asleep = is_device_asleep;
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
const struct dev_pm_ops offload_power_ops = {
	SYSTEM_SLEEP_PM_OPS(suspend, resume)
	LATE_SYSTEM_SLEEP_PM_OPS(suspend_late, resume_early)
};
EXPORT_SYMBOL_IF_KUNIT(offload_power_ops);

/**
 * offload_power_bus_try() - begin to speak on the bus, unless it is closed for a sleep
 * @service: the service
 *
 * Context: may sleep, but not for long. No lock of the service or of its cards is held.
 * Return: whether it is open; then it stays so until offload_power_bus_end().
 */
bool offload_power_bus_try(struct snd_usb_offload_service *service)
{
	down_read(&service->bus);
	if (!service->cards_asleep)
		return true;
	up_read(&service->bus);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(offload_power_bus_try);

/**
 * offload_power_bus_begin() - begin to speak on the bus
 * @service: the service
 *
 * Context: sleeps, as long as the system does. No lock of the service or of its cards is held.
 */
void offload_power_bus_begin(struct snd_usb_offload_service *service)
{
	do
		wait_event_idle(service->awake, !READ_ONCE(service->cards_asleep));
	while (!offload_power_bus_try(service));
}

/**
 * offload_power_bus_end() - undo offload_power_bus_try() or offload_power_bus_begin()
 * @service: the service
 *
 * Context: any that may sleep.
 */
void offload_power_bus_end(struct snd_usb_offload_service *service)
{
	up_read(&service->bus);
}
EXPORT_SYMBOL_IF_KUNIT(offload_power_bus_end);

/**
 * offload_power_card_removed() - a card has left the device model
 * @card: the card
 *
 * If that was in the middle of a sleep, nobody will say that the card is awake; and a callback of
 * the PM core that comes later than this must not say that it is asleep.
 *
 * Context: may sleep; waits for a callback of the PM core that is under way. No lock of the service
 * or of its cards is held.
 */
void offload_power_card_removed(struct offload_card *card)
{
	guard(mutex)(&card->sleep_lock);
	card->is_removed = true;
	if (card->is_asleep)
		set_asleep(card, false);
}
EXPORT_SYMBOL_IF_KUNIT(offload_power_card_removed);

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
 * offload_power_card_added() - a card is about to be listed
 * @card: the card
 *
 * Context: may sleep. The lock of its service is held, its own is not.
 */
void offload_power_card_added(struct offload_card *card)
{
	lockdep_assert_held(&card->service->lock);

	guard(mutex)(&card->lock);
	card->is_suspended = loses_power(card, card->service->sleep);
}

/**
 * offload_power_forget_stream() - a card is going: who waits for its resume need not any more
 * @stream: the stream
 *
 * Context: may sleep, but does not wait for the DSP. The card's lock is held.
 */
void offload_power_forget_stream(struct offload_stream *stream)
{
	lockdep_assert_held(&stream->card->lock);

	if (!stream->is_resume_due)
		return;
	stream->is_resume_due = false;
	/*
	 * By its token: the slot it had may be another device's by now.
	 * If it cannot be told: its sound card hears of the disconnect, too.
	 */
	offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_DISCONNECT);
}

/**
 * offload_power_stream_released() - should be called when a stream has become idle
 * @stream: the stream
 *
 * Context: any. The card's lock is held.
 */
void offload_power_stream_released(struct offload_stream *stream)
{
	struct snd_usb_offload_service *service = stream->card->service;

	lockdep_assert_held(&stream->card->lock);

	if (!stream->is_suspending)
		return;
	stream->is_suspending = false;
	if (atomic_dec_and_test(&service->suspending))
		wake_up_all(&service->suspended);
}

static void suspend_stream(struct offload_stream *stream)
{
	struct snd_usb_offload_service *service = stream->card->service;

	lockdep_assert_held(&stream->card->lock);

	if (offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_SUSPEND) < 0) {
		/* Who cannot be asked is not waited for. */
		offload_count(service, OFFLOAD_COUNT_FORCED);
		offload_stream_release(stream);
		return;
	}
	stream->is_resume_due = true;
	stream->is_suspending = true;
	atomic_inc(&service->suspending);
	offload_stream_mark_stopping(stream);
}

/* Step 1. */
static void suspend_card(struct offload_card *card, void *data)
{
	const unsigned long *sleep = data;
	struct offload_stream *stream;

	guard(mutex)(&card->lock);
	/* A card that is going has asked for the same. Its controller may have gone already. */
	if (card->is_gone)
		return;
	card->is_suspended = loses_power(card, *sleep);
	if (!card->is_suspended)
		return;
	list_for_each_entry(stream, &card->streams, node)
		if (stream->state == OFFLOAD_STREAM_RUNNING)
			suspend_stream(stream);
}

/* Step 3. */
static void force_card(struct offload_card *card, void *unused)
{
	struct offload_stream *stream;

	guard(mutex)(&card->lock);
	list_for_each_entry(stream, &card->streams, node) {
		if (!stream->is_suspending)
			continue;
		offload_count(card->service, OFFLOAD_COUNT_FORCED);
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
	/* It stays due, so who could not be told now is told the next time. */
	list_for_each_entry(stream, &card->streams, node)
		if (stream->is_resume_due && stream->state == OFFLOAD_STREAM_IDLE)
			offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_RESUME);
}

static void prepare(struct snd_usb_offload_service *service, unsigned long sleep)
{
	unsigned int timeout_ms;
	bool has_obeyed;

	offload_patience_begin(service);
	scoped_guard(mutex, &service->lock)
		service->sleep = sleep;
	offload_card_for_each(service, suspend_card, &sleep);
	if (!atomic_read(&service->suspending))
		return;

	timeout_ms = offload_patience_left_ms(service);
	has_obeyed = wait_event_timeout(service->suspended, !atomic_read(&service->suspending),
					msecs_to_jiffies(timeout_ms));
	if (!has_obeyed)
		dev_warn_ratelimited(service->dsp.dev,
				     "the DSP has not stopped for a sleep after %u ms: cut off\n",
				     timeout_ms);
	offload_patience_end(service, has_obeyed);

	offload_card_for_each(service, force_card, NULL);
}

static void post(struct snd_usb_offload_service *service)
{
	scoped_guard(mutex, &service->lock)
		service->sleep = 0;
	offload_card_for_each(service, resume_card, NULL);
}

static int handle_pm(struct notifier_block *notifier, unsigned long action, void *unused)
{
	struct snd_usb_offload_service *service =
		container_of(notifier, struct snd_usb_offload_service, pm_notifier);

	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		prepare(service, action);
		return NOTIFY_OK;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		post(service);
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

/**
 * offload_power_register() - hear of system sleeps
 * @service: the service; it has no cards yet
 *
 * Context: may sleep. No lock is held that a PM notifier takes.
 * Return: 0 or a negative errno.
 */
int offload_power_register(struct snd_usb_offload_service *service)
{
	service->pm_notifier.notifier_call = handle_pm;
	return register_pm_notifier(&service->pm_notifier);
}

/**
 * offload_power_unregister() - undo offload_power_register()
 * @service: the service; it has no cards any more
 *
 * Context: may sleep; waits for a notification that is being delivered. As
 * offload_power_register().
 */
void offload_power_unregister(struct snd_usb_offload_service *service)
{
	unregister_pm_notifier(&service->pm_notifier);
}
