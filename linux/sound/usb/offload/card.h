/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_CARD_H
#define __SND_USB_OFFLOAD_CARD_H

#include <linux/completion.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <sound/soc-usb.h>

#include "interrupter.h"

struct offload_stream;
struct snd_usb_audio;
struct snd_usb_offload_service;
struct sockaddr_qrtr;
struct usb_device;
struct usb_hcd;

/**
 * struct offload_card - a USB sound card that a DSP may drive
 * @dev: in the device model, below the card's USB interface; its refcount is the card's
 * @service: the DSP's service; fixed, valid until the card has been removed
 * @node: in @service->cards; guarded by @service->lock
 * @chip: snd-usb-audio's record; fixed, valid under @lock while @is_gone is false
 * @udev: the USB device; fixed, holds a reference
 * @hcd: its controller; fixed, holds a reference
 * @number: of the ALSA card; fixed
 * @offer: what soc-usb is told; only touched in snd-usb-audio's callbacks, which are serialised
 * @is_offered: soc-usb has been told; as @offer
 * @lock: guards what follows, and the streams themselves
 * @is_gone: set once, when the card is being removed: no stream starts any more; controller.c reads
 *	it without the lock
 * @is_suspended: a sleep that cuts its controller's power is coming or under way: no stream starts
 * @is_device_asleep: the PM core is about to suspend the USB device, has done so, or is about to
 *	resume it: no stream starts; under @service->bus, which is held for writing to change it
 * @is_asleep: between suspend_late and resume_early; under @sleep_lock, and @service->bus, which is
 *	held for writing to change it
 * @sleep_lock: held while the PM core's callbacks and the card's removal look at the card; outside
 *	of @service->bus
 * @is_removed: the card has left the device model; under @sleep_lock
 * @streams: one per PCM and direction; freed with the card, and added under @rings_lock, too
 * @controller_num: of @hcd on the wire; set before the first stream starts
 * @slot_id: of the USB device at the xHC when a stream started last: an indication may come when
 *	the device has lost it
 * @interrupter: shared by the streams
 * @rings_lock: innermost: guards which rings are mapped, against their end, see lost.c
 * @lost_work: releases streams whose rings have ended
 * @drained: completed when, with @is_gone set, no stream is left to wait for
 */
struct offload_card {
	struct device dev;
	struct snd_usb_offload_service *service;
	struct list_head node;
	struct snd_usb_audio *chip;
	struct usb_device *udev;
	struct usb_hcd *hcd;
	unsigned int number;

	struct snd_soc_usb_device offer;
	bool is_offered;

	struct mutex lock; /* see above */
	bool is_gone;
	bool is_suspended;
	bool is_device_asleep;
	bool is_asleep;
	struct mutex sleep_lock; /* see above */
	bool is_removed;
	struct list_head streams;
	u8 controller_num;
	u32 slot_id;
	struct offload_interrupter interrupter;
	spinlock_t rings_lock; /* see above */
	struct work_struct lost_work;
	struct completion drained;
};

struct offload_card *offload_card_create(struct snd_usb_offload_service *service,
					 struct snd_usb_audio *chip);
int offload_card_refresh(struct offload_card *card);
void offload_card_destroy(struct offload_card *card);

void offload_card_for_each(struct snd_usb_offload_service *service,
			   void (*visit)(struct offload_card *card, void *data), void *data);
struct offload_stream *offload_card_find_stream(struct offload_card *card, unsigned int pcm,
						int direction);
void offload_card_retire(struct offload_card *card);
void offload_card_release_all(struct snd_usb_offload_service *service);
void offload_card_answered(struct offload_card *card, unsigned int pcm, int direction,
			   bool is_sent);
void offload_card_release_client(struct offload_card *card, const struct sockaddr_qrtr *client,
				 int life);
bool offload_card_is_idle(struct offload_card *card);

int offload_card_class_register(void);
void offload_card_class_unregister(void);

#endif /* __SND_USB_OFFLOAD_CARD_H */
