/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For class drivers that offload USB audio: hear of USB sound cards, and look them up.
 */
#ifndef __USBAUDIO_PLATFORM_H
#define __USBAUDIO_PLATFORM_H

#include <linux/list.h>
#include <linux/pm.h>
#include <linux/types.h>

struct snd_pcm_hw_params;
struct snd_usb_audio;
struct snd_usb_stream;
struct usb_interface;

/* Whether a card admits claims of class drivers; guarded by snd_usb_audio.mutex. */
enum snd_usb_platform_state {
	SND_USB_PLATFORM_ABSENT = 0,	/* its interfaces are being probed */
	SND_USB_PLATFORM_PRESENT,
	SND_USB_PLATFORM_GONE,		/* disconnecting: no new claims */
};

/**
 * struct snd_usb_offload_client - a class driver that listens to USB sound cards
 * @connect: a card is there, with all its interfaces. Called again for the same card when a further
 *	interface has added PCMs to it, which snd-usb-audio's delayed_register can bring about.
 * @disconnect: the card is going. Claims, one that is just being made included, are to be
 *	released before it returns: endpoints and control transfers still work if the device
 *	does. New claims are refused already.
 * @suspend: the card is about to be suspended (pm_message_t as the USB core passes it)
 * @resume: the card has been resumed
 * @priv: the client's own
 * @every_interface: call @disconnect, @suspend and @resume for each control interface of the
 *	card, rather than once per card. Nearly all cards have just one.
 * @list: snd-usb-audio's
 *
 * Each callback is optional and may sleep. snd-usb-audio's register_mutex is never held in them.
 *
 * @connect and @disconnect run under platform.c's own mutex, so they are serialised and never
 * overlap, even for different cards, and must not register or unregister clients. Except in
 * snd_usb_platform_register(), snd_usb_platform_unregister() and snd_usb_rediscover_devices(),
 * the device lock of the USB device is held, too: never take it. A card's @disconnect comes
 * once and last.
 *
 * @suspend and @resume run under no lock but those of the PM core, and may come for a card that
 * is not connected yet or any more. They must not wait for runtime PM of the device: the
 * transition is under way.
 */
struct snd_usb_offload_client {
	void (*connect)(struct snd_usb_offload_client *client, struct snd_usb_audio *chip);
	void (*disconnect)(struct snd_usb_offload_client *client, struct snd_usb_audio *chip);
	void (*suspend)(struct snd_usb_offload_client *client, struct usb_interface *intf,
			pm_message_t message);
	void (*resume)(struct snd_usb_offload_client *client, struct usb_interface *intf);
	void *priv;
	bool every_interface;

	struct list_head list;
};

int snd_usb_platform_register(struct snd_usb_offload_client *client);
void snd_usb_platform_unregister(struct snd_usb_offload_client *client);

/**
 * struct snd_usb_platform_ops - the same for one class driver at a time, without a private pointer
 * @connect_cb: as snd_usb_offload_client.connect, once per control interface
 * @disconnect_cb: as snd_usb_offload_client.disconnect, once per control interface
 * @suspend_cb: as snd_usb_offload_client.suspend, once per control interface
 * @resume_cb: as snd_usb_offload_client.resume, once per control interface
 *
 * Registering does not report cards that are there already; snd_usb_rediscover_devices() does.
 */
struct snd_usb_platform_ops {
	void (*connect_cb)(struct snd_usb_audio *chip);
	void (*disconnect_cb)(struct snd_usb_audio *chip);
	void (*suspend_cb)(struct usb_interface *intf, pm_message_t message);
	void (*resume_cb)(struct usb_interface *intf);
};

int snd_usb_register_platform_ops(struct snd_usb_platform_ops *ops);
int snd_usb_unregister_platform_ops(void);
void snd_usb_rediscover_devices(void);

/* Look-ups, from any process context, callbacks included. */
struct snd_usb_audio *snd_usb_card_get(int card_number);
struct snd_usb_audio *snd_usb_chip_get(int chip_idx);
struct snd_usb_stream *
snd_usb_find_suppported_substream(int card_idx, struct snd_pcm_hw_params *params, int direction);

/* For card.c. */
void snd_usb_platform_connected(struct snd_usb_audio *chip);
void snd_usb_platform_disconnecting(struct snd_usb_audio *chip);
void snd_usb_platform_interface_going(struct usb_interface *intf);
void snd_usb_platform_suspending(struct usb_interface *intf, pm_message_t message);
void snd_usb_platform_resumed(struct usb_interface *intf);

#endif /* __USBAUDIO_PLATFORM_H */
