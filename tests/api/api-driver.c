// SPDX-License-Identifier: GPL-2.0-only
/*
 * The class driver: hears of USB sound cards, as the only one with plain callbacks, and offers them
 * to ASoC and to the DSP.
 *
 * Locking: api.lock, then snd_usb_audio.mutex, in every callback, the sideband's included. Both are
 * held around xhci_sideband_register() and xhci_sideband_unregister(). While a client is waited for
 * neither is held.
 */
#include <linux/auxiliary_bus.h>
#include <linux/bitops.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "api-backend.h"
#include "api-driver.h"

/* How long a client may take to disable its streams. */
#define CLIENT_TIMEOUT_MS	200

#define MAX_CARDS		8

/* Events of the sidebands, counted under api.lock. */
static unsigned int rings_freed;
module_param(rings_freed, uint, 0444);
MODULE_PARM_DESC(rings_freed, "(read) rings of offloaded endpoints that were freed");

static unsigned int unknown_events;
module_param(unknown_events, uint, 0444);
MODULE_PARM_DESC(unknown_events, "(read) events that mainline does not have");

struct api api = {
	.lock = __MUTEX_INITIALIZER(api.lock),
	.cards = LIST_HEAD_INIT(api.cards),
	.disabled = __WAIT_QUEUE_HEAD_INITIALIZER(api.disabled),
};

/**
 * api_backend_data() - get the back end's data
 *
 * Return: its data, or NULL while it has no port.
 */
struct api_backend_data *api_backend_data(void)
{
	return snd_soc_usb_find_priv_data(api.auxdev->dev.parent);
}

/**
 * api_find_card() - look up a card
 * @number: its number in ALSA
 *
 * Return: the card, or NULL.
 */
struct api_card *api_find_card(int number)
{
	struct api_card *card;

	lockdep_assert_held(&api.lock);
	list_for_each_entry(card, &api.cards, list) {
		if (card->chip->card->number == number)
			return card;
	}
	return NULL;
}

static struct api_card *find_chip(const struct snd_usb_audio *chip)
{
	struct api_card *card;

	lockdep_assert_held(&api.lock);
	list_for_each_entry(card, &api.cards, list) {
		if (card->chip == chip)
			return card;
	}
	return NULL;
}

static int on_sideband_event(struct usb_interface *intf, struct xhci_sideband_event *event)
{
	struct snd_usb_audio *chip = usb_get_intfdata(intf);
	struct api_card *card;

	guard(mutex)(&api.lock);
	guard(mutex)(&chip->mutex);

	if (event->type != XHCI_SIDEBAND_XFER_RING_FREE) {
		unknown_events++;
		return 0;
	}
	rings_freed++;
	card = find_chip(chip);
	if (card)
		api_indicate_disconnect(card);
	return 0;
}

static int count_playback(struct snd_usb_audio *chip, unsigned int *numbers)
{
	struct snd_usb_stream *as;
	int count = 0;

	list_for_each_entry(as, &chip->pcm_list, list) {
		if (!as->substream[SNDRV_PCM_STREAM_PLAYBACK].ep_num)
			continue;
		if (numbers)
			numbers[count] = as->pcm->device;
		count++;
	}
	return count;
}

static void add_card(struct snd_usb_audio *chip)
{
	struct usb_interface *intf = chip->intf[chip->num_interfaces - 1];
	struct api_card *card;

	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return;
	card->slot = find_first_zero_bit(&api.slots, MAX_CARDS);
	card->sdev.num_playback = count_playback(chip, NULL);
	card->sdev.ppcm_idx = kcalloc(card->sdev.num_playback, sizeof(unsigned int), GFP_KERNEL);
	if (card->slot == MAX_CARDS || !card->sdev.ppcm_idx)
		goto err_free;
	card->sb = xhci_sideband_register(intf, XHCI_SIDEBAND_VENDOR, on_sideband_event);
	if (!card->sb)
		goto err_free;

	set_bit(card->slot, &api.slots);
	card->chip = chip;
	card->sdev.card_idx = chip->card->number;
	card->sdev.chip_idx = chip->index;
	count_playback(chip, card->sdev.ppcm_idx);
	list_add_tail(&card->list, &api.cards);
	snd_soc_usb_connect(api.auxdev->dev.parent, &card->sdev);
	return;

err_free:
	kfree(card->sdev.ppcm_idx);
	kfree(card);
}

static void remove_card(struct api_card *card)
{
	snd_soc_usb_disconnect(api.auxdev->dev.parent, &card->sdev);
	xhci_sideband_unregister(card->sb);
	list_del(&card->list);
	clear_bit(card->slot, &api.slots);
	kfree(card->sdev.ppcm_idx);
	kfree(card);
}

static void on_connect(struct snd_usb_audio *chip)
{
	if (!api_backend_data() || !count_playback(chip, NULL))
		return;

	guard(mutex)(&api.lock);
	guard(mutex)(&chip->mutex);
	if (!find_chip(chip))
		add_card(chip);
}

/* Returns with both locks held, as it was called. */
static void stop_clients(struct api_card *card)
{
	struct snd_usb_audio *chip = card->chip;

	if (!card->enabled)
		return;
	api_indicate_disconnect(card);
	mutex_unlock(&chip->mutex);
	mutex_unlock(&api.lock);
	wait_event_timeout(api.disabled, !READ_ONCE(card->enabled),
			   msecs_to_jiffies(CLIENT_TIMEOUT_MS));
	mutex_lock(&api.lock);
	mutex_lock(&chip->mutex);
}

static void on_disconnect(struct snd_usb_audio *chip)
{
	struct api_card *card;

	guard(mutex)(&api.lock);
	guard(mutex)(&chip->mutex);
	card = find_chip(chip);
	if (!card)
		return;
	stop_clients(card);
	api_card_cleanup(card);
	if (chip->num_interfaces == 1)
		remove_card(card);
}

static void on_suspend(struct usb_interface *intf, pm_message_t message)
{
	struct snd_usb_audio *chip = usb_get_intfdata(intf);
	struct api_card *card;

	guard(mutex)(&api.lock);
	guard(mutex)(&chip->mutex);
	card = find_chip(chip);
	if (card)
		stop_clients(card);
}

static struct snd_usb_platform_ops platform_ops = {
	.connect_cb = on_connect,
	.disconnect_cb = on_disconnect,
	.suspend_cb = on_suspend,
};

static int api_probe(struct auxiliary_device *auxdev, const struct auxiliary_device_id *id)
{
	int ret;

	api.auxdev = auxdev;
	ret = api_service_start();
	if (ret < 0)
		return ret;
	ret = snd_usb_register_platform_ops(&platform_ops);
	if (ret < 0) {
		api_service_stop();
		return ret;
	}
	snd_usb_rediscover_devices();
	return 0;
}

/* The card stays: streams that its clients have not disabled are disabled for them. */
static void leave_card(struct api_card *card)
{
	struct snd_usb_audio *chip = card->chip;
	int direction;

	guard(mutex)(&api.lock);

	mutex_lock(&chip->mutex);
	stop_clients(card);
	mutex_unlock(&chip->mutex);

	for_each_pcm_streams(direction) {
		if (card->streams[direction].is_enabled)
			api_stream_disable(card, &card->streams[direction]);
	}
	guard(mutex)(&chip->mutex);
	remove_card(card);
}

static void api_remove(struct auxiliary_device *auxdev)
{
	struct api_card *card, *next;

	snd_usb_unregister_platform_ops();
	list_for_each_entry_safe(card, next, &api.cards, list)
		leave_card(card);
	api_service_stop();
}

static const struct auxiliary_device_id ids[] = {
	{ .name = "api_backend.offload" },
	{}
};
MODULE_DEVICE_TABLE(auxiliary, ids);

static struct auxiliary_driver api_offload_driver = {
	.name = "api-offload",
	.id_table = ids,
	.probe = api_probe,
	.remove = api_remove,
};
module_auxiliary_driver(api_offload_driver);

MODULE_DESCRIPTION("A USB audio offload class driver as it is written for mainline");
MODULE_LICENSE("GPL");
