// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cards: USB sound cards that a DSP may drive, as devices.
 *
 * A card is there from snd-usb-audio's connect callback to its disconnect callback, if its
 * controller's "usb-soc-be" property names the DSP's back end. It is offered to ASoC through
 * soc-usb, and holds nothing until a stream starts.
 *
 * Removal, in stages, as offload_card_retire() has it:
 *
 *  1. The card is marked as gone, so no stream starts any more, and running streams go to
 *     STOPPING.
 *  2. Each of their clients is sent a disconnect indication, and then has time to disable its
 *     streams, if the DSP is not known to be silent; how much, patience.c decides. No lock is held
 *     meanwhile, so the disable requests are served as always. If the DSP crashes, or cannot be
 *     reached, or its client goes, its streams are released then, which ends the wait, too.
 *  3. What is left is released by force.
 *  4. The controller is detached if this was its last card. An attachment that is under way for a
 *     request of this card is waited for: the platform may be looking at registers that go next.
 *
 * Who can still have the card afterwards: a request that looked it up, which finds it gone when
 * it has the lock; an indication in flight, which finds nothing to release; lost_work and
 * offload_card_for_each(), the same. Each holds a reference to the device, touches neither chip nor
 * service after that, and ends.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <sound/core.h>
#include <sound/pcm.h>

#include <lullaby/usb_audio_stream.h>

#include "../usbaudio.h"
#include "../card.h"

#include "card.h"
#include "indication.h"
#include "lost.h"
#include "patience.h"
#include "power.h"
#include "service.h"
#include "stream.h"

static void release_card(struct device *dev)
{
	struct offload_card *card = container_of(dev, struct offload_card, dev);
	struct offload_stream *stream, *next;

	list_for_each_entry_safe(stream, next, &card->streams, node)
		kfree(stream);
	kfree(card->offer.ppcm_idx);
	kfree(card->offer.cpcm_idx);
	usb_put_hcd(card->hcd);
	usb_put_dev(card->udev);
	kfree(card);
}

static const struct class offload_class = {
	.name = "usb_audio_offload",
	.dev_release = release_card,
	.pm = pm_sleep_ptr(&offload_power_ops),
};

/**
 * offload_card_class_register() - make cards possible
 *
 * Return: 0 or a negative errno.
 */
int offload_card_class_register(void)
{
	return class_register(&offload_class);
}

/**
 * offload_card_class_unregister() - undo offload_card_class_register()
 */
void offload_card_class_unregister(void)
{
	class_unregister(&offload_class);
}

struct walk {
	struct snd_usb_offload_service *service;
	void (*visit)(struct offload_card *card, void *data);
	void *data;
};

static int visit_card(struct device *dev, void *data)
{
	struct offload_card *card = container_of(dev, struct offload_card, dev);
	struct walk *walk = data;

	if (card->service == walk->service)
		walk->visit(card, walk->data);
	return 0;
}

/**
 * offload_card_for_each() - visit all cards of a service
 * @service: the service
 * @visit: called for each card that is listed all the time, and maybe for one that comes or goes
 *	meanwhile; may take the card's lock and do control transfers. Of a card that has gone it
 *	finds streams that are idle, and a chip and a controller that it must not look at.
 * @data: for @visit
 *
 * Context: may sleep. The service's lock is not held: a disconnect takes it, and must not wait for
 * what a device does not answer that has nothing to do with it.
 */
void offload_card_for_each(struct snd_usb_offload_service *service,
			   void (*visit)(struct offload_card *card, void *data), void *data)
{
	struct walk walk = { .service = service, .visit = visit, .data = data };

	lockdep_assert_not_held(&service->lock);
	class_for_each_device(&offload_class, NULL, &walk, visit_card);
}

/**
 * offload_card_find_stream() - look up a stream
 * @card: the card
 * @pcm: PCM device number
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 *
 * Context: any. @card->lock is held.
 * Return: the stream, or NULL.
 */
struct offload_stream *offload_card_find_stream(struct offload_card *card, unsigned int pcm,
						int direction)
{
	struct offload_stream *stream;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(stream, &card->streams, node)
		if (stream->pcm == pcm && stream->direction == direction)
			return stream;
	return NULL;
}

/**
 * offload_card_is_idle() - find out whether a card streams
 * @card: the card
 *
 * Context: any. @card->lock is held.
 * Return: true if all its streams are idle.
 */
bool offload_card_is_idle(struct offload_card *card)
{
	struct offload_stream *stream;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(stream, &card->streams, node)
		if (stream->state != OFFLOAD_STREAM_IDLE)
			return false;
	return true;
}

static int add_stream(struct offload_card *card, unsigned int pcm, int direction)
{
	struct offload_stream *stream;

	lockdep_assert_held(&card->lock);
	if (offload_card_find_stream(card, pcm, direction))
		return 0;

	stream = kzalloc(sizeof(*stream), GFP_KERNEL);
	if (!stream)
		return -ENOMEM;
	stream->card = card;
	stream->pcm = pcm;
	stream->direction = direction;
	scoped_guard(spinlock, &card->rings_lock)
		list_add_tail(&stream->node, &card->streams);
	return 1;
}

/* Returns how many have been added. */
static int add_streams(struct offload_card *card)
{
	const struct snd_usb_stream *as;
	int direction;
	int added = 0;
	int ret;

	guard(mutex)(&card->lock);
	guard(mutex)(&card->chip->mutex);
	list_for_each_entry(as, &card->chip->pcm_list, list) {
		for_each_pcm_streams(direction) {
			if (!as->substream[direction].num_formats)
				continue;
			ret = add_stream(card, as->pcm_index, direction);
			if (ret < 0)
				return ret;
			added += ret;
		}
	}
	return added;
}

static int count_streams(struct offload_card *card, int direction)
{
	struct offload_stream *stream;
	int count = 0;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(stream, &card->streams, node)
		count += stream->direction == direction;
	return count;
}

static unsigned int *list_pcms(struct offload_card *card, int direction, int *count)
{
	struct offload_stream *stream;
	unsigned int *pcms;
	int i = 0;

	*count = count_streams(card, direction);
	pcms = kcalloc(*count, sizeof(*pcms), GFP_KERNEL);
	if (!pcms)
		return NULL;
	list_for_each_entry(stream, &card->streams, node)
		if (stream->direction == direction)
			pcms[i++] = stream->pcm;
	return pcms;
}

static void withdraw(struct offload_card *card)
{
	if (card->is_offered)
		snd_soc_usb_disconnect(&card->udev->dev, &card->offer);
	card->is_offered = false;

	kfree(card->offer.ppcm_idx);
	kfree(card->offer.cpcm_idx);
	card->offer.ppcm_idx = NULL;
	card->offer.cpcm_idx = NULL;
}

/* Tells ASoC which PCMs there are; an offer is constant, so a new one replaces it. */
static int offer(struct offload_card *card)
{
	int ret;

	withdraw(card);

	card->offer.card_idx = card->number;
	card->offer.chip_idx = card->chip->index;
	scoped_guard(mutex, &card->lock) {
		card->offer.ppcm_idx = list_pcms(card, SNDRV_PCM_STREAM_PLAYBACK,
						 &card->offer.num_playback);
		card->offer.cpcm_idx = list_pcms(card, SNDRV_PCM_STREAM_CAPTURE,
						 &card->offer.num_capture);
	}
	if (!card->offer.ppcm_idx || !card->offer.cpcm_idx)
		return -ENOMEM;

	ret = snd_soc_usb_connect(&card->udev->dev, &card->offer);
	if (ret < 0)
		return ret;
	card->is_offered = true;
	return 0;
}

/**
 * offload_card_refresh() - offer a card to ASoC, with the PCMs that it has by now
 * @card: the card
 *
 * Context: snd-usb-audio's connect callback.
 * Return: 0 or a negative errno; the card is not offered any more then.
 */
int offload_card_refresh(struct offload_card *card)
{
	int added = add_streams(card);

	if (added < 0)
		return added;
	return added || !card->is_offered ? offer(card) : 0;
}

/**
 * offload_card_create() - make a card of a USB sound card
 * @service: the service of the DSP that may drive it
 * @chip: the USB sound card
 *
 * It is not in @service->cards yet, and has no PCMs: offload_card_refresh() adds and offers them.
 *
 * Context: snd-usb-audio's connect callback.
 * Return: the card, with a reference, or an ERR_PTR.
 */
struct offload_card *offload_card_create(struct snd_usb_offload_service *service,
					 struct snd_usb_audio *chip)
{
	static atomic64_t instances = ATOMIC64_INIT(0);
	struct usb_hcd *hcd = bus_to_hcd(chip->dev->bus);
	struct offload_card *card;
	int ret;

	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return ERR_PTR(-ENOMEM);

	card->service = service;
	card->chip = chip;
	card->udev = usb_get_dev(chip->dev);
	/* USB 2 and USB 3 are two hcds of one controller. */
	card->hcd = usb_get_hcd(usb_hcd_is_primary_hcd(hcd) ? hcd : hcd->primary_hcd);
	card->number = chip->card->number;
	card->offer.instance = atomic64_inc_return(&instances);
	mutex_init(&card->lock);
	mutex_init(&card->sleep_lock);
	spin_lock_init(&card->rings_lock);
	INIT_LIST_HEAD(&card->node);
	INIT_LIST_HEAD(&card->streams);
	INIT_WORK(&card->lost_work, offload_lost_work);
	init_completion(&card->drained);

	device_initialize(&card->dev);
	card->dev.class = &offload_class;
	card->dev.parent = &chip->intf[0]->dev;
	ret = dev_set_name(&card->dev, "card%u", card->number);
	if (ret < 0)
		goto err_put;

	ret = device_add(&card->dev);
	if (ret < 0)
		goto err_put;
	dev_dbg(&card->dev, "created card\n");
	return card;

err_put:
	put_device(&card->dev);
	return ERR_PTR(ret);
}

/**
 * offload_card_destroy() - take a retired card out of the device model
 * @card: the card; the reference of offload_card_create() is dropped
 *
 * Context: may sleep.
 */
void offload_card_destroy(struct offload_card *card)
{
	dev_dbg(&card->dev, "destroyed card\n");
	device_del(&card->dev);
	offload_power_card_removed(card);
	put_device(&card->dev);
}

static bool is_asked_to_stop(struct offload_card *card, const struct sockaddr_qrtr *client)
{
	struct offload_stream *stream;

	list_for_each_entry(stream, &card->streams, node)
		if (stream->state == OFFLOAD_STREAM_STOPPING && !stream->is_suspending &&
		    !stream->is_unanswered && offload_is_same_client(&stream->client, client))
			return true;
	return false;
}

static void ask_client(struct offload_card *card, struct offload_stream *stream)
{
	lockdep_assert_held(&card->lock);
	if (offload_indication_send(stream, UAUDIO_DEV_EVENT_DISCONNECT) < 0) {
		/* Who cannot be asked is not waited for. */
		offload_count(card->service, OFFLOAD_COUNT_FORCED);
		offload_stream_release(stream);
		return;
	}
	offload_stream_mark_stopping(stream);
}

/*
 * Stages 1 and 2, under the lock. One indication tells a client of all its streams on the card, but
 * for those whose response is still to come: of these it is told behind that.
 */
static void ask_to_stop(struct offload_card *card)
{
	struct offload_stream *stream;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(stream, &card->streams, node) {
		offload_power_forget_stream(stream);
		if (stream->state != OFFLOAD_STREAM_RUNNING)
			continue;
		if (stream->is_unanswered || is_asked_to_stop(card, &stream->client))
			offload_stream_mark_stopping(stream);
		else
			ask_client(card, stream);
	}
}

/**
 * offload_card_answered() - the response to a start has been sent
 * @card: the card
 * @pcm: of the stream that was started
 * @direction: of the stream that was started
 * @is_sent: false if it could not be: the start is undone
 *
 * A card that has begun to go meanwhile has not told the client yet, and nobody has who has
 * released the stream: the client learns only from the response what the indication would be about.
 *
 * Context: may sleep; does control transfers. @card->lock is not held.
 */
void offload_card_answered(struct offload_card *card, unsigned int pcm, int direction,
			   bool is_sent)
{
	struct offload_stream *stream;

	guard(offload_bus)(card->service);
	guard(mutex)(&card->lock);
	stream = offload_card_find_stream(card, pcm, direction);
	if (!stream->is_unanswered)
		return;
	if (!is_sent) {
		offload_stream_release(stream);
		dev_warn_ratelimited(&card->dev,
				     "pcm %u: the DSP could not be answered, stopped again\n", pcm);
	} else if (stream->state == OFFLOAD_STREAM_IDLE) {
		/* In a sleep, SUSPEND has been sent and says the same. */
		if (!stream->is_resume_due)
			offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_DISCONNECT);
	} else if (card->is_gone && stream->state == OFFLOAD_STREAM_STOPPING &&
		   !stream->is_suspending) {
		ask_client(card, stream);
	}
	stream->is_unanswered = false;
}

static void release_matching(struct offload_card *card, const struct sockaddr_qrtr *client,
			     int life)
{
	struct offload_stream *stream;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(stream, &card->streams, node) {
		if (client && (!offload_is_same_client(&stream->client, client) ||
			       stream->life != life))
			continue;
		/* There is nobody left who waits for the end of a sleep. */
		stream->is_resume_due = false;
		if (stream->state == OFFLOAD_STREAM_IDLE)
			continue;
		offload_count(card->service, OFFLOAD_COUNT_FORCED);
		offload_stream_release(stream);
	}
}

static void release_all(struct offload_card *card, void *unused)
{
	guard(mutex)(&card->lock);
	release_matching(card, NULL, 0);
}

/**
 * offload_card_release_all() - release all streams of all cards without asking
 * @service: the cards' service
 *
 * Context: may sleep; does control transfers. No lock of the service or of its cards is held, but
 * @service->bus for reading.
 */
void offload_card_release_all(struct snd_usb_offload_service *service)
{
	offload_card_for_each(service, release_all, NULL);
}

/**
 * offload_card_release_client() - release the streams of a client that is gone
 * @card: the card
 * @client: the client
 * @life: the life of the DSP that the client is of
 *
 * Context: may sleep; does control transfers. Neither the service's lock nor @card->lock is held.
 */
void offload_card_release_client(struct offload_card *card, const struct sockaddr_qrtr *client,
				 int life)
{
	guard(mutex)(&card->lock);
	release_matching(card, client, life);
}

/**
 * offload_card_retire() - end everything that a card does, and take it away from ASoC
 * @card: the card
 *
 * See the top of this file.
 *
 * Context: snd-usb-audio's disconnect callback; waits for the DSP, see patience.c. No lock of this
 * driver is held.
 */
void offload_card_retire(struct offload_card *card)
{
	struct snd_usb_offload_service *service = card->service;
	unsigned int timeout_ms;
	bool is_idle;

	offload_patience_begin(service);
	withdraw(card);

	scoped_guard(mutex, &card->lock) {
		WRITE_ONCE(card->is_gone, true);
		ask_to_stop(card);
		is_idle = offload_card_is_idle(card);
	}
	if (!is_idle) {
		timeout_ms = offload_patience_left_ms(service);
		is_idle = wait_for_completion_timeout(&card->drained, msecs_to_jiffies(timeout_ms));
		if (!is_idle)
			dev_warn_ratelimited(&card->dev,
					     "the DSP has not stopped after %u ms: cut off\n",
					     timeout_ms);
	}
	offload_patience_end(service, is_idle);

	release_all(card, NULL);

	/* With nothing lent any more nobody queues it again. */
	if (cancel_work_sync(&card->lost_work))
		put_device(&card->dev);
}
