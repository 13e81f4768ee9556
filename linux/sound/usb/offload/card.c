// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cards: USB sound cards that a DSP may drive, as devices.
 *
 * A card exists from snd-usb-audio's connect callback to its disconnect callback, if its
 * controller's "usb-soc-be" property names the DSP's back end. It is connected to ASoC through
 * soc-usb, and holds nothing until a stream starts. teardown.c has the end of a card.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/pm.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <sound/core.h>
#include <sound/pcm.h>

#include "../usbaudio.h"
#include "../card.h"
#include "../claim.h"
#include "../obstacle.h"

#include "card.h"
#include "link.h"
#include "stop-timeout.h"
#include "stream.h"

static void release_card(struct device *dev)
{
	struct offload_card *card = container_of(dev, struct offload_card, dev);
	struct offload_stream *stream, *next;

	list_for_each_entry_safe(stream, next, &card->streams, node)
		kfree(stream);
	kfree(card->soc_usb.ppcm_idx);
	kfree(card->soc_usb.cpcm_idx);
	usb_put_hcd(card->hcd);
	usb_put_dev(card->udev);
	kfree(card);
}

static struct class offload_class = {
	.name = "usb_audio_offload",
	.dev_release = release_card,
};

/**
 * offload_card_class_register() - register the class of the cards
 * @pm: the PM core's callbacks for each of them
 *
 * Call this before any service is registered.
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno.
 */
int offload_card_class_register(const struct dev_pm_ops *pm)
{
	offload_class.pm = pm_sleep_ptr(pm);
	return class_register(&offload_class);
}

void offload_card_class_unregister(void)
{
	class_unregister(&offload_class);
}

/**
 * offload_cards_init() - initialise a list of cards, which is empty
 * @cards: the list; the caller has set the fields up to stream_released
 *
 * Context: Any context.
 */
void offload_cards_init(struct offload_cards *cards)
{
	mutex_init(&cards->lock);
	INIT_LIST_HEAD(&cards->list);
}

/**
 * offload_cards_find() - look up a card by snd-usb-audio's record
 * @cards: the cards
 * @chip: the record
 *
 * Cards only come and go in snd-usb-audio's callbacks: a card that is found in one of these stays
 * until it returns.
 *
 * Context: Process context. May sleep.
 * Return: the card, or NULL.
 */
struct offload_card *offload_cards_find(struct offload_cards *cards,
					const struct snd_usb_audio *chip)
{
	struct offload_card *card;

	guard(mutex)(&cards->lock);
	list_for_each_entry(card, &cards->list, node)
		if (card->chip == chip)
			return card;
	return NULL;
}

/**
 * offload_cards_get() - look up a card by its ALSA number
 * @cards: the cards
 * @number: the number
 *
 * Context: Process context. May sleep.
 * Return: the card, with a reference to its device, or NULL.
 */
struct offload_card *offload_cards_get(struct offload_cards *cards, unsigned int number)
{
	struct offload_card *card;

	guard(mutex)(&cards->lock);
	list_for_each_entry(card, &cards->list, node) {
		if (card->number == number) {
			get_device(&card->dev);
			return card;
		}
	}
	return NULL;
}

/* The USB core marks all devices below an unplugged hub before it disconnects the first. */
static unsigned int count_going(struct offload_cards *cards)
{
	struct offload_card *card;
	unsigned int count = 0;

	guard(mutex)(&cards->lock);
	list_for_each_entry(card, &cards->list, node)
		count += card->udev->state == USB_STATE_NOTATTACHED;
	return count;
}

/**
 * offload_cards_begin_stop_timeout() - should be called when a disconnect, or something else that
 * stops the DSP, begins
 * @cards: the cards of that DSP
 *
 * The number of cards that are going decides how much time is reserved for the work, see
 * stop-timeout.c.
 *
 * Context: Process context. May sleep.
 */
void offload_cards_begin_stop_timeout(struct offload_cards *cards)
{
	offload_stop_timeout_begin(&cards->link->stop_timeout, count_going(cards));
}

struct walk {
	struct offload_cards *cards;
	void (*visit)(struct offload_card *card, void *data);
	void *data;
};

static int visit_card(struct device *dev, void *data)
{
	struct offload_card *card = container_of(dev, struct offload_card, dev);
	struct walk *walk = data;

	if (card->cards == walk->cards)
		walk->visit(card, walk->data);
	return 0;
}

/**
 * offload_cards_for_each() - visit all cards
 * @cards: the cards
 * @visit: called for each card that is listed all the time, and maybe for one that comes or goes
 *	meanwhile. It may take the card's lock and do control transfers. The streams of a card that
 *	has gone are idle, and @visit must not look at its chip or its controller.
 * @data: for @visit
 *
 * The caller does not hold @cards->lock: a disconnect takes it, and must not wait for another
 * device that does not answer.
 *
 * Context: Process context. May sleep.
 */
void offload_cards_for_each(struct offload_cards *cards,
			    void (*visit)(struct offload_card *card, void *data), void *data)
{
	struct walk walk = { .cards = cards, .visit = visit, .data = data };

	lockdep_assert_not_held(&cards->lock);
	class_for_each_device(&offload_class, NULL, &walk, visit_card);
}

/**
 * offload_card_find_stream() - look up a stream
 * @card: the card
 * @pcm: PCM device number
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 *
 * The caller holds @card->lock.
 *
 * Context: Process context. Does not sleep.
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
 * The caller holds @card->lock.
 *
 * Context: Process context. Does not sleep.
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
	stream->sideband = &card->sideband;
	stream->chip = card->chip;
	stream->card_number = card->number;
	stream->released = card->cards->stream_released;
	stream->pcm = pcm;
	stream->direction = direction;
	offload_rings_add(&stream->rings, &card->sideband);
	list_add_tail(&stream->node, &card->streams);
	return 1;
}

/* Returns the number of streams that it has added. */
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

/* Whether the DSP could drive the PCM, if nobody else did. */
static bool is_offered(struct offload_card *card, const struct offload_stream *stream)
{
	struct snd_usb_substream *subs;

	guard(mutex)(&card->chip->mutex);
	subs = snd_usb_find_pcm(card->chip, stream->pcm, stream->direction);
	return !IS_ERR(subs) && snd_usb_pcm_is_offloadable(subs, card->cards->link->dsp.handled);
}

static unsigned int *list_pcms(struct offload_card *card, int direction, int *count)
{
	struct offload_stream *stream;
	unsigned int *pcms;

	lockdep_assert_held(&card->lock);
	*count = 0;
	pcms = kcalloc(list_count_nodes(&card->streams), sizeof(*pcms), GFP_KERNEL);
	if (!pcms)
		return NULL;
	list_for_each_entry(stream, &card->streams, node)
		if (stream->direction == direction && is_offered(card, stream))
			pcms[(*count)++] = stream->pcm;
	return pcms;
}

/**
 * offload_card_soc_usb_disconnect() - disconnect a card from soc-usb
 * @card: the card; nothing happens if it is not connected
 *
 * For snd-usb-audio's callbacks. The caller holds no lock of this driver.
 *
 * Context: Process context. May sleep.
 */
void offload_card_soc_usb_disconnect(struct offload_card *card)
{
	if (card->is_soc_usb_connected)
		snd_soc_usb_disconnect(&card->udev->dev, &card->soc_usb);
	card->is_soc_usb_connected = false;

	kfree(card->soc_usb.ppcm_idx);
	kfree(card->soc_usb.cpcm_idx);
	card->soc_usb.ppcm_idx = NULL;
	card->soc_usb.cpcm_idx = NULL;
}

/*
 * Tells ASoC which PCMs the DSP could drive. They are fixed for a connection, so a new one replaces
 * it.
 */
static int soc_usb_connect(struct offload_card *card)
{
	int ret;

	offload_card_soc_usb_disconnect(card);

	card->soc_usb.card_idx = card->number;
	card->soc_usb.chip_idx = card->chip->index;
	scoped_guard(mutex, &card->lock) {
		card->soc_usb.ppcm_idx = list_pcms(card, SNDRV_PCM_STREAM_PLAYBACK,
						   &card->soc_usb.num_playback);
		card->soc_usb.cpcm_idx = list_pcms(card, SNDRV_PCM_STREAM_CAPTURE,
						   &card->soc_usb.num_capture);
	}
	if (!card->soc_usb.ppcm_idx || !card->soc_usb.cpcm_idx)
		return -ENOMEM;

	ret = snd_soc_usb_connect(&card->udev->dev, &card->soc_usb);
	if (ret < 0)
		return ret;
	card->is_soc_usb_connected = true;
	return 0;
}

/**
 * offload_card_refresh() - connect a card to soc-usb, with the PCMs that it has by now
 * @card: the card
 *
 * For snd-usb-audio's connect callback.
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno; the card is not connected to soc-usb any more then.
 */
int offload_card_refresh(struct offload_card *card)
{
	int added = add_streams(card);

	if (added < 0)
		return added;
	return added || !card->is_soc_usb_connected ? soc_usb_connect(card) : 0;
}

static void init_sideband(struct offload_card *card)
{
	card->sideband.link = card->cards->link;
	card->sideband.dev = &card->dev;
	card->sideband.udev = card->udev;
	card->sideband.intf = card->chip->intf[0];
	card->sideband.lock = &card->lock;
	card->sideband.ring_ended = card->cards->ring_ended;
	offload_sideband_init(&card->sideband);
}

/**
 * offload_card_create() - create a card for a USB sound card
 * @cards: the cards of the DSP that may drive the new card
 * @chip: the USB sound card
 *
 * It is not in @cards->list yet, and has no PCMs: offload_card_refresh() adds them and connects it.
 *
 * For snd-usb-audio's connect callback.
 *
 * Context: Process context. May sleep.
 * Return: the card, with a reference, or an ERR_PTR.
 */
struct offload_card *offload_card_create(struct offload_cards *cards, struct snd_usb_audio *chip)
{
	static atomic64_t instances = ATOMIC64_INIT(0);
	struct usb_hcd *hcd = bus_to_hcd(chip->dev->bus);
	struct offload_card *card;
	int ret;

	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return ERR_PTR(-ENOMEM);

	card->cards = cards;
	card->chip = chip;
	card->udev = usb_get_dev(chip->dev);
	/* USB 2 and USB 3 are two hcds of one controller. */
	card->hcd = usb_get_hcd(usb_hcd_is_primary_hcd(hcd) ? hcd : hcd->primary_hcd);
	card->number = chip->card->number;
	card->soc_usb.instance = atomic64_inc_return(&instances);
	mutex_init(&card->lock);
	mutex_init(&card->sleep_lock);
	init_sideband(card);
	INIT_LIST_HEAD(&card->node);
	INIT_LIST_HEAD(&card->streams);
	INIT_WORK(&card->invalidation_work, cards->invalidation_work);
	offload_tasks_init(&card->tasks, cards->workqueue, &card->dev);
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
 * offload_card_destroy() - remove a card, whose streams have ended, from the device model
 * @card: the card; the caller keeps the reference of offload_card_create()
 *
 * Context: Process context. May sleep.
 */
void offload_card_destroy(struct offload_card *card)
{
	dev_dbg(&card->dev, "destroyed card\n");
	device_del(&card->dev);
}
