// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells offload class drivers of USB sound cards that come, go, sleep and wake, and finds cards.
 *
 * Locking overview, outermost first:
 *
 *	device lock of the USB device	held by the USB core around probe and disconnect
 *	platform_mutex			changes of the list of clients; delivery of connect and
 *					disconnect, which are therefore serialised and never overlap
 *					the registration of a client
 *	snd_usb_audio.mutex		the card's platform_state, and its lists of PCMs and
 *					formats, to which a further interface may append
 *	chips_mutex			the list of cards, against look-ups; also changed under
 *					platform_mutex only
 *
 * snd-usb-audio's register_mutex is not held when anything here is called that takes
 * platform_mutex.
 *
 * Suspend and resume are delivered under SRCU instead of platform_mutex: a client's connect
 * callback may wait for runtime PM of the card, and the transition that it waits for comes
 * through here.
 */

#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/srcu.h>
#include <linux/usb.h>
#include <linux/usb/audio.h>

#include <sound/core.h>
#include <sound/pcm.h>
#include <sound/pcm_params.h>

#include "usbaudio.h"
#include "card.h"
#include "claim.h"

static DEFINE_MUTEX(platform_mutex);
static LIST_HEAD(clients);	/* changed under platform_mutex, read under it or clients_srcu */
static LIST_HEAD(chips);	/* changed under both mutexes, read under either */
static DEFINE_MUTEX(chips_mutex);
DEFINE_STATIC_SRCU(clients_srcu);

static bool is_registered(struct snd_usb_offload_client *client)
{
	struct snd_usb_offload_client *other;

	lockdep_assert_held(&platform_mutex);

	list_for_each_entry(other, &clients, list) {
		if (other == client)
			return true;
	}
	return false;
}

static void deliver_connect(struct snd_usb_offload_client *client, struct snd_usb_audio *chip)
{
	lockdep_assert_held(&platform_mutex);

	if (client->connect)
		client->connect(client, chip);
}

static void deliver_disconnect(struct snd_usb_offload_client *client, struct snd_usb_audio *chip)
{
	lockdep_assert_held(&platform_mutex);

	if (client->disconnect)
		client->disconnect(client, chip);
}

/**
 * snd_usb_platform_register - start listening to USB sound cards
 * @client: the client, filled in; it belongs to snd-usb-audio until it is unregistered
 *
 * @client's connect callback has been called for every card that is already there when this
 * returns.
 *
 * A client's callback must not call this, and the caller holds no lock that one takes.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -EBUSY if @client is registered already.
 */
int snd_usb_platform_register(struct snd_usb_offload_client *client)
{
	struct snd_usb_audio *chip;

	guard(mutex)(&platform_mutex);

	if (is_registered(client))
		return -EBUSY;

	list_add_tail_rcu(&client->list, &clients);
	list_for_each_entry(chip, &chips, platform_list)
		deliver_connect(client, chip);

	return 0;
}
EXPORT_SYMBOL_GPL(snd_usb_platform_register);

/**
 * snd_usb_platform_unregister - stop listening
 * @client: the client; nothing happens if it is not registered
 *
 * @client's disconnect callback is called for every card that is still there, and none of its
 * callbacks runs or will run when this returns.
 *
 * A client's callback must not call this, and the caller holds no lock that one takes.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_platform_unregister(struct snd_usb_offload_client *client)
{
	struct snd_usb_audio *chip;

	scoped_guard(mutex, &platform_mutex) {
		if (!is_registered(client))
			return;

		list_del_rcu(&client->list);
		list_for_each_entry(chip, &chips, platform_list)
			deliver_disconnect(client, chip);
	}

	synchronize_srcu(&clients_srcu);
}
EXPORT_SYMBOL_GPL(snd_usb_platform_unregister);

/**
 * snd_usb_rediscover_devices - report every card to every client once more
 *
 * A client's callback must not call this, and the caller holds no lock that one takes.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_rediscover_devices(void)
{
	struct snd_usb_offload_client *client;
	struct snd_usb_audio *chip;

	guard(mutex)(&platform_mutex);

	list_for_each_entry(chip, &chips, platform_list) {
		list_for_each_entry(client, &clients, list)
			deliver_connect(client, chip);
	}
}
EXPORT_SYMBOL_GPL(snd_usb_rediscover_devices);

/*
 * The single class driver with plain callbacks: a client whose callbacks pass the call on.
 * platform_ops is NULL if there is none; it changes under platform_mutex, while the client is
 * not listed.
 */
static struct snd_usb_platform_ops *platform_ops;

static void platform_ops_connect(struct snd_usb_offload_client *client, struct snd_usb_audio *chip)
{
	if (platform_ops->connect_cb)
		platform_ops->connect_cb(chip);
}

static void platform_ops_disconnect(struct snd_usb_offload_client *client,
				    struct snd_usb_audio *chip)
{
	if (platform_ops->disconnect_cb)
		platform_ops->disconnect_cb(chip);
}

static void platform_ops_suspend(struct snd_usb_offload_client *client,
				 struct usb_interface *intf, pm_message_t message)
{
	if (platform_ops->suspend_cb)
		platform_ops->suspend_cb(intf, message);
}

static void platform_ops_resume(struct snd_usb_offload_client *client, struct usb_interface *intf)
{
	if (platform_ops->resume_cb)
		platform_ops->resume_cb(intf);
}

static struct snd_usb_offload_client platform_ops_client = {
	.connect = platform_ops_connect,
	.disconnect = platform_ops_disconnect,
	.suspend = platform_ops_suspend,
	.resume = platform_ops_resume,
	.every_interface = true,
};

/**
 * snd_usb_register_platform_ops - start listening, as the only class driver with plain callbacks
 * @ops: the callbacks
 *
 * Cards that are there already are not reported, see snd_usb_rediscover_devices().
 *
 * A client's callback must not call this, and the caller holds no lock that one takes.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -EEXIST if there is such a class driver already.
 */
int snd_usb_register_platform_ops(struct snd_usb_platform_ops *ops)
{
	guard(mutex)(&platform_mutex);

	if (platform_ops)
		return -EEXIST;

	platform_ops = ops;
	list_add_tail_rcu(&platform_ops_client.list, &clients);
	return 0;
}
EXPORT_SYMBOL_GPL(snd_usb_register_platform_ops);

/**
 * snd_usb_unregister_platform_ops - stop listening
 *
 * The disconnect callback is not called for cards that are still there. No callback runs or
 * will run when this returns.
 *
 * A client's callback must not call this, and the caller holds no lock that one takes.
 *
 * Context: Process context. May sleep.
 * Return: 0.
 */
int snd_usb_unregister_platform_ops(void)
{
	guard(mutex)(&platform_mutex);

	if (!platform_ops)
		return 0;

	list_del_rcu(&platform_ops_client.list);
	/* Suspend and resume do not take platform_mutex, so this wait cannot deadlock with them. */
	synchronize_srcu(&clients_srcu);
	platform_ops = NULL;
	return 0;
}
EXPORT_SYMBOL_GPL(snd_usb_unregister_platform_ops);

/* The state of @chip, and the claims that it admits. */
static enum snd_usb_platform_state set_state(struct snd_usb_audio *chip,
					     enum snd_usb_platform_state state)
{
	enum snd_usb_platform_state old;

	guard(mutex)(&chip->mutex);
	old = chip->platform_state;
	chip->platform_state = state;
	return old;
}

/**
 * snd_usb_platform_connected - should be called when an interface of a card has been probed
 * @chip: the card
 *
 * Nothing happens before the card is complete. That is ALSA's own judgement: the card is registered
 * with its last interface, or with the one that the module parameter delayed_register names. So
 * nobody is told of a card that ALSA does not show yet.
 *
 * The caller holds the device lock, and not register_mutex.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_platform_connected(struct snd_usb_audio *chip)
{
	struct snd_usb_offload_client *client;

	/* Only changed in probe, under the device lock. */
	if (!chip->card->registered)
		return;

	guard(mutex)(&platform_mutex);

	set_state(chip, SND_USB_PLATFORM_PRESENT);
	if (list_empty(&chip->platform_list)) {
		guard(mutex)(&chips_mutex);
		list_add_tail(&chip->platform_list, &chips);
	}

	list_for_each_entry(client, &clients, list)
		deliver_connect(client, chip);
}

/**
 * snd_usb_platform_disconnecting - should be called when an interface of a card goes; the card goes
 * with the first one
 * @chip: the card
 *
 * No claim can be made from here on, and clients have released theirs when this returns. It
 * comes before anything of the card has been released and before the wait for its users, so
 * that clients can still use it.
 *
 * The caller holds the device lock, and not register_mutex.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_platform_disconnecting(struct snd_usb_audio *chip)
{
	struct snd_usb_offload_client *client;
	bool is_first;

	guard(mutex)(&platform_mutex);

	/* Nobody has heard of a card that was never complete. The device lock keeps it so. */
	if (chip->platform_state == SND_USB_PLATFORM_ABSENT)
		return;
	is_first = set_state(chip, SND_USB_PLATFORM_GONE) != SND_USB_PLATFORM_GONE;
	scoped_guard(mutex, &chips_mutex)
		list_del_init(&chip->platform_list);

	list_for_each_entry(client, &clients, list) {
		if (is_first || client->every_interface)
			deliver_disconnect(client, chip);
	}

	if (is_first)
		snd_usb_pcm_check_released(chip);
}

/**
 * snd_usb_platform_interface_going - should be called when a streaming interface of a card goes by
 * itself
 * @intf: bound to snd-usb-audio, which disconnects it after this
 *
 * The USB core sets it to alternate setting 0 then, and its endpoints end. If it is the first to
 * go, as when it is unbound by hand or has a lower number than the control interface, the card
 * ends for clients here, while its endpoints can still be stopped in order.
 *
 * The caller holds the device lock, and not register_mutex.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_platform_interface_going(struct usb_interface *intf)
{
	struct snd_usb_audio *chip, *found = NULL;

	/* The same in all settings; a stream that is being started may change to another one. */
	if (intf->altsetting[0].desc.bInterfaceSubClass != USB_SUBCLASS_AUDIOSTREAMING)
		return;

	scoped_guard(mutex, &chips_mutex) {
		list_for_each_entry(chip, &chips, platform_list) {
			if (chip->dev == interface_to_usbdev(intf))
				found = chip;
		}
	}
	/* The device lock, held, keeps it. */
	if (found)
		snd_usb_platform_disconnecting(found);
}

/**
 * snd_usb_platform_suspending - should be called when an interface of a card is about to be
 * suspended
 * @intf: the interface, bound to a card
 * @message: from the USB core
 *
 * Called before anything of the card is suspended. A card whose streams another processor keeps
 * playing in a system sleep never comes here: the USB core leaves its interfaces alone.
 *
 * A transition of system or runtime PM is under way.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_platform_suspending(struct usb_interface *intf, pm_message_t message)
{
	struct snd_usb_audio *chip = usb_get_intfdata(intf);
	struct snd_usb_offload_client *client;
	int srcu_idx;

	srcu_idx = srcu_read_lock(&clients_srcu);
	list_for_each_entry_srcu(client, &clients, list, srcu_read_lock_held(&clients_srcu)) {
		if (client->suspend && (!chip->num_suspended_intf || client->every_interface))
			client->suspend(client, intf, message);
	}
	srcu_read_unlock(&clients_srcu, srcu_idx);
}

/**
 * snd_usb_platform_resumed - should be called when an interface of a card has been resumed
 * @intf: the interface, bound to a card
 *
 * A transition of system or runtime PM is under way.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_platform_resumed(struct usb_interface *intf)
{
	struct snd_usb_audio *chip = usb_get_intfdata(intf);
	struct snd_usb_offload_client *client;
	int srcu_idx;

	srcu_idx = srcu_read_lock(&clients_srcu);
	list_for_each_entry_srcu(client, &clients, list, srcu_read_lock_held(&clients_srcu)) {
		if (client->resume && (!chip->num_suspended_intf || client->every_interface))
			client->resume(client, intf);
	}
	srcu_read_unlock(&clients_srcu, srcu_idx);
}

/**
 * snd_usb_card_get - look up a USB sound card by its ALSA card number
 * @card_number: as in hw:N
 *
 * The card's memory, and that of its PCMs, stays until snd_usb_card_put(). The device may go at
 * any time.
 *
 * Context: Process context. May sleep.
 * Return: the card, or NULL if there is no such USB sound card.
 */
struct snd_usb_audio *snd_usb_card_get(int card_number)
{
	struct snd_usb_audio *chip;

	guard(mutex)(&chips_mutex);

	list_for_each_entry(chip, &chips, platform_list) {
		if (chip->card->number == card_number) {
			get_device(&chip->card->card_dev);
			return chip;
		}
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(snd_usb_card_get);

/**
 * snd_usb_chip_get - look up a USB sound card by snd-usb-audio's own index
 * @chip_idx: struct snd_usb_audio.index
 *
 * As snd_usb_card_get() otherwise.
 *
 * Context: Process context. May sleep.
 * Return: the card, or NULL if there is none of that index.
 */
struct snd_usb_audio *snd_usb_chip_get(int chip_idx)
{
	struct snd_usb_audio *chip;

	guard(mutex)(&chips_mutex);

	list_for_each_entry(chip, &chips, platform_list) {
		if (chip->index == chip_idx) {
			get_device(&chip->card->card_dev);
			return chip;
		}
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(snd_usb_chip_get);

static struct snd_usb_stream *find_stream_by_params(struct snd_usb_audio *chip,
						    struct snd_pcm_hw_params *params, int direction)
{
	struct snd_usb_substream *subs;
	struct snd_usb_stream *as;

	lockdep_assert_held(&chip->mutex);

	list_for_each_entry(as, &chip->pcm_list, list) {
		subs = snd_usb_find_pcm(chip, as->pcm_index, direction);
		if (!IS_ERR(subs) && snd_usb_find_substream_format(subs, params))
			return as;
	}
	return NULL;
}

/**
 * snd_usb_find_suppported_substream - find a PCM of a card that takes given parameters
 * @card_idx: struct snd_usb_audio.index
 * @params: one format, rate and number of channels
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 *
 * The result is valid as long as the caller knows the card to be connected, see struct
 * snd_usb_offload_client.
 *
 * Takes the card's mutex.
 *
 * Context: Process context. May sleep.
 * Return: the first PCM that does, or NULL.
 */
struct snd_usb_stream *
snd_usb_find_suppported_substream(int card_idx, struct snd_pcm_hw_params *params, int direction)
{
	struct snd_usb_stream *stream = NULL;
	struct snd_usb_audio *chip;

	chip = snd_usb_chip_get(card_idx);
	if (!chip)
		return NULL;

	scoped_guard(mutex, &chip->mutex) {
		if (chip->platform_state == SND_USB_PLATFORM_PRESENT)
			stream = find_stream_by_params(chip, params, direction);
	}

	snd_usb_card_put(chip);
	return stream;
}
EXPORT_SYMBOL_GPL(snd_usb_find_suppported_substream);
