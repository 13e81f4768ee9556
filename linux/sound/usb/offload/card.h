/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_CARD_H
#define __SND_USB_OFFLOAD_CARD_H

#include <linux/completion.h>
#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pm.h>
#include <linux/workqueue.h>
#include <sound/soc-usb.h>

#include "sideband.h"
#include "stream.h"
#include "tasks.h"

struct offload_gate;
struct offload_indications;
struct offload_link;
struct snd_usb_audio;
struct usb_device;
struct usb_hcd;

/**
 * struct offload_cards - the sound cards of one DSP, and the parts of the service that each card
 * uses
 * @link: the way to the DSP; fixed
 * @gate: closed while a card sleeps; fixed
 * @indications: the messages to the DSP's clients that have not asked; fixed
 * @ring_ended: see struct offload_sideband; fixed
 * @invalidation_work: function of the work that @ring_ended queues for a card; fixed
 * @stream_released: see struct offload_stream; fixed
 * @workqueue: runs the cards' tasks; fixed
 * @lock: guards @list, and more of the service's, see service.c
 * @list: the cards, from their connect to their disconnect
 */
struct offload_cards {
	struct offload_link *link;
	struct offload_gate *gate;
	struct offload_indications *indications;
	void (*ring_ended)(struct offload_sideband *sideband);
	work_func_t invalidation_work;
	void (*stream_released)(struct offload_stream *stream);
	struct workqueue_struct *workqueue;

	struct mutex lock; /* see above */
	struct list_head list;
};

/**
 * struct offload_card - a USB sound card that a DSP may drive
 * @dev: in the device model, below the card's USB interface. Its reference count is the card's.
 * @cards: the list that includes it; fixed, valid until the card has been removed
 * @node: in @cards->list; guarded by @cards->lock
 * @chip: snd-usb-audio's record; fixed, valid under @lock while @is_gone is false
 * @udev: the USB device; fixed, holds a reference
 * @hcd: its controller; fixed, holds a reference
 * @number: of the ALSA card; fixed
 * @soc_usb: the card as soc-usb knows it; only touched in snd-usb-audio's callbacks, which are
 *	serialised
 * @is_soc_usb_connected: soc-usb knows the card; guarded as @soc_usb
 * @tasks: requests of the DSP that are to be served, and the like; they have a lock of their own
 * @lock: guards what follows, and the streams themselves
 * @is_gone: set once, when the card is being removed: no stream starts any more; controller.c reads
 *	it without the lock
 * @is_suspended: a sleep that cuts its controller's power begins or is under way: no stream starts
 * @is_device_asleep: the PM core is about to suspend the USB device, has done so, or is about to
 *	resume it: no stream starts; only changed while nobody is inside of @cards->gate
 * @sleep_lock: held while the PM core's callbacks and the card's removal look at the card; outside
 *	of @cards->gate
 * @is_asleep: between suspend_late and resume_early: keeps @cards->gate closed; under @sleep_lock
 * @is_removed: the card has left the device model; under @sleep_lock
 * @streams: one per PCM and direction; freed with the card
 * @controller_num: of @hcd on the wire; set before the first stream starts
 * @slot_id: the device slot of the USB device when a stream started last. An indication may be sent
 *	when the device has no slot any more.
 * @sideband: shared by the streams
 * @invalidation_work: releases streams whose rings have ended
 * @drained: completed when @is_gone is set and no stream is left to wait for
 */
struct offload_card {
	struct device dev;
	struct offload_cards *cards;
	struct list_head node;
	struct snd_usb_audio *chip;
	struct usb_device *udev;
	struct usb_hcd *hcd;
	unsigned int number;

	struct snd_soc_usb_device soc_usb;
	bool is_soc_usb_connected;

	struct offload_tasks tasks;

	struct mutex lock; /* see above */
	bool is_gone;
	bool is_suspended;
	bool is_device_asleep;
	struct mutex sleep_lock; /* see above */
	bool is_asleep;
	bool is_removed;
	struct list_head streams;
	u8 controller_num;
	u32 slot_id;
	struct offload_sideband sideband;
	struct work_struct invalidation_work;
	struct completion drained;
};

static inline struct offload_card *offload_card_of(const struct offload_stream *stream)
{
	return container_of(stream->sideband, struct offload_card, sideband);
}

struct offload_card *offload_card_create(struct offload_cards *cards, struct snd_usb_audio *chip);
int offload_card_refresh(struct offload_card *card);
void offload_card_soc_usb_disconnect(struct offload_card *card);
void offload_card_destroy(struct offload_card *card);

struct offload_stream *offload_card_find_stream(struct offload_card *card, unsigned int pcm,
						int direction);
bool offload_card_is_idle(struct offload_card *card);

void offload_cards_init(struct offload_cards *cards);
struct offload_card *offload_cards_find(struct offload_cards *cards,
					const struct snd_usb_audio *chip);
struct offload_card *offload_cards_get(struct offload_cards *cards, unsigned int number);
void offload_cards_begin_stop_timeout(struct offload_cards *cards);
void offload_cards_for_each(struct offload_cards *cards,
			    void (*visit)(struct offload_card *card, void *data), void *data);

int offload_card_class_register(const struct dev_pm_ops *pm);
void offload_card_class_unregister(void);

#endif /* __SND_USB_OFFLOAD_CARD_H */
