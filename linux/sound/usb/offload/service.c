// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services: one for each DSP, from snd_usb_offload_register_dsp() to _unregister_dsp(). There is no
 * list of services: each listens to snd-usb-audio, and to its own QMI socket, by itself.
 *
 * Locking overview, outermost first:
 *
 *	the PM notifiers' lock		held around the notifications of a sleep, see suspend.c
 *	snd-usb-audio's platform lock	held around the connect and disconnect callbacks, which
 *					it serialises; not ours. The device lock of the USB device
 *					may be held.
 *	card->sleep_lock		the PM core's callbacks of a card, see suspend.c
 *	gate.inside			threads that do I/O for the DSP, see gate.c
 *	cards.lock			the service's cards and controllers, and the sleep that is
 *					under way; never held while a stream is started or
 *					released, which takes long if the device does not answer
 *	card->lock			a card's streams and their resources, see card.h
 *	snd-usb-audio's and the USB core's locks, and those of the xHC's driver
 *	sideband.rings_lock		spinlock: which rings are mapped, see sideband.c
 *	indications.lock		spinlock: indications to be sent
 *	tasks.lock			spinlock: a card's tasks that wait
 *	dispatch.lock			spinlock: the client that takes no responses
 *
 * What may take long because of a device is done in a task of its card (tasks.c), under that card's
 * lock, and inside of the gate: the streams of other cards start, stop and go meanwhile. The QMI
 * thread and the indication work take no card's lock. Whoever has to do with all cards does wait
 * for each of them: a DSP that goes down, a sleep, the end of the service.
 *
 * stop_timeout.lock is taken with no other lock of ours held, and none is taken under it.
 *
 * The locks below card->lock are taken while it is held, to set up and tear down a stream. The
 * xHC's driver calls sideband.c with locks of its own held, which takes nothing but rings_lock.
 *
 * No thread waits for the DSP with any of our locks held. We wait for it in these places:
 *
 *	for its disable, in a disconnect	bounded by stop-timeout.c
 *	for its disable, before a sleep		the same (suspend.c)
 *	for detach_controller			the same
 *	for attach_controller			bounded by the platform (controller.c)
 *	to send it something			in a task, the QMI thread or the indication work;
 *						bounded by response_timeout_ms
 *
 * A DSP that floods the service can neither fill memory, which QRTR bounds by the socket's receive
 * buffer and by the number of tasks that wait for a card, nor keep the service from ending: the
 * buffer is closed, and its requests are dropped, before anyone waits for the QMI thread.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/qrtr-guard.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <sound/core.h>

#include <lullaby/usb_audio_stream.h>

#include "../usbaudio.h"
#include "../platform.h"

#include "card.h"
#include "controller.h"
#include "debugfs.h"
#include "dispatch.h"
#include "gate.h"
#include "indication.h"
#include "link.h"
#include "stop-timeout.h"
#include "suspend.h"
#include "teardown.h"

/**
 * struct snd_usb_offload_service - a DSP's STREAM service
 * @link: the way to the DSP
 * @gate: decides when I/O may be done for it
 * @indications: messages to its clients that have not asked
 * @cards: the sound cards that it may drive
 * @controllers: the xHCs that it can reach
 * @suspend: stops and restarts streams around system sleeps
 * @dispatch: serves its requests
 * @listener: our subscription to USB sound cards; fixed
 * @reboot: our subscription to the system's end; fixed
 * @debugfs: our directory; fixed
 */
struct snd_usb_offload_service {
	struct offload_link link;
	struct offload_gate gate;
	struct offload_indications indications;
	struct offload_cards cards;
	struct offload_controllers controllers;
	struct offload_suspend suspend;
	struct offload_dispatch dispatch;
	struct snd_usb_offload_client listener;
	struct notifier_block reboot;
	struct dentry *debugfs;
};

static void stream_released(struct offload_stream *stream)
{
	struct snd_usb_offload_service *service =
		container_of(offload_card_of(stream)->cards, struct snd_usb_offload_service, cards);

	/* Disconnects of other cards take this lock: they must not wait for this card's device. */
	lockdep_assert_not_held(&service->cards.lock);
	offload_suspend_stream_released(&service->suspend, stream);
	offload_teardown_stream_released(stream);
}

static void client_gone(struct offload_indications *indications, struct offload_card *card,
			const struct sockaddr_qrtr *client, int generation)
{
	/* Its device may be slow, and other clients wait for their indications. */
	offload_dispatch_client_gone(card, client, generation);
}

static void remove_card(struct snd_usb_offload_service *service, struct offload_card *card)
{
	offload_teardown_card(card);
	scoped_guard(mutex, &service->cards.lock)
		list_del(&card->node);
	offload_controller_detach_unused(&service->controllers);
	offload_controller_settle(&service->controllers, card->hcd);
	offload_card_destroy(card);
	offload_suspend_card_removed(card);
	put_device(&card->dev);
}

static void connect(struct snd_usb_offload_client *listener, struct snd_usb_audio *chip)
{
	struct snd_usb_offload_service *service = listener->priv;
	struct device *dsp = service->link.dsp.dev;
	struct offload_card *card;
	int ret;

	if (!snd_soc_usb_device_matches(&chip->dev->dev, dsp))
		return;

	card = offload_cards_find(&service->cards, chip);
	if (card) {
		ret = offload_card_refresh(card);
		if (ret < 0)
			dev_err_ratelimited(&card->dev, "new PCMs cannot be offloaded: %d\n", ret);
		return;
	}

	card = offload_card_create(&service->cards, chip);
	if (IS_ERR(card)) {
		dev_err_ratelimited(dsp, "card %d cannot be offloaded: %ld\n", chip->card->number,
				    PTR_ERR(card));
		return;
	}
	scoped_guard(mutex, &service->cards.lock) {
		offload_suspend_card_added(&service->suspend, card);
		list_add_tail(&card->node, &service->cards.list);
	}
	/* The listeners of soc-usb may ask for a stream at once. */
	ret = offload_card_refresh(card);
	if (ret < 0) {
		dev_err_ratelimited(&card->dev, "cannot be offloaded: %d\n", ret);
		remove_card(service, card);
	}
}

static void disconnect(struct snd_usb_offload_client *listener, struct snd_usb_audio *chip)
{
	struct snd_usb_offload_service *service = listener->priv;
	struct offload_card *card = offload_cards_find(&service->cards, chip);

	if (card)
		remove_card(service, card);
}

/*
 * The system goes down. Before the first driver shuts its device down, which may be an IOMMU, the
 * streams end and all cards go, as if they were unplugged. No other cards come.
 */
static int before_shutdown(struct notifier_block *reboot, unsigned long action, void *unused)
{
	struct snd_usb_offload_service *service =
		container_of(reboot, struct snd_usb_offload_service, reboot);

	snd_usb_platform_unregister(&service->listener);
	return NOTIFY_DONE;
}

static bool is_complete(const struct snd_usb_offload_dsp *dsp)
{
	return dsp && dsp->dev && dsp->ops && dsp->ops->attach_controller &&
	       dsp->ops->detach_controller;
}

/* Each part gets pointers to the parts that it uses. */
static void init_service(struct snd_usb_offload_service *service)
{
	struct offload_cards *cards = &service->cards;

	offload_stop_timeout_init(&service->link.stop_timeout);
	service->link.dispatch = &service->dispatch;
	offload_gate_init(&service->gate);

	service->indications.link = &service->link;
	service->indications.client_gone = client_gone;
	offload_indications_init(&service->indications);

	cards->link = &service->link;
	cards->gate = &service->gate;
	cards->indications = &service->indications;
	cards->ring_ended = offload_teardown_ring_ended;
	cards->invalidation_work = offload_teardown_invalidation_work;
	cards->stream_released = stream_released;
	offload_cards_init(cards);

	offload_controllers_init(&service->controllers, cards);
	offload_suspend_init(&service->suspend, cards);
	spin_lock_init(&service->dispatch.lock);
	service->dispatch.cards = cards;
	service->dispatch.controllers = &service->controllers;

	service->listener.connect = connect;
	service->listener.disconnect = disconnect;
	service->listener.priv = service;
	service->reboot.notifier_call = before_shutdown;
}

/**
 * snd_usb_offload_register_dsp() - register a DSP, so that it may use USB audio streams
 * @dsp: the DSP; copied. @dsp->dev and the data of @dsp->ops must stay until the DSP is
 *	unregistered.
 *
 * The USB sound cards that are there already, and later ones, are connected to ASoC if their
 * controller's "usb-soc-be" property names @dsp->dev. Then the QMI service is announced.
 *
 * The caller holds no lock that callbacks of soc-usb or snd-usb-audio take, such as the ones that
 * ASoC probes components under.
 *
 * Context: Process context. May sleep.
 * Return: the service, or an ERR_PTR: -EINVAL: @dsp is incomplete; -EPROBE_DEFER: QRTR is not there
 * yet; -ENOMEM; or QRTR's error.
 */
struct snd_usb_offload_service *
snd_usb_offload_register_dsp(const struct snd_usb_offload_dsp *dsp)
{
	struct snd_usb_offload_service *service;
	struct offload_link *link;
	int ret;

	if (!is_complete(dsp))
		return ERR_PTR(-EINVAL);

	service = kzalloc(sizeof(*service), GFP_KERNEL);
	if (!service)
		return ERR_PTR(-ENOMEM);

	link = &service->link;
	link->dsp = *dsp;
	service->cards.workqueue = alloc_workqueue("snd_usb_offload", WQ_UNBOUND, 0);
	if (!service->cards.workqueue) {
		ret = -ENOMEM;
		goto err_free;
	}
	init_service(service);

	/* The node may ask for streams because it is the DSP, so no other may use its address. */
	ret = qrtr_guard_node(link->dsp.qrtr_node);
	if (ret < 0)
		goto err_destroy_workqueue;

	/*
	 * The receive buffer is longer than any request, so that an over-long packet arrives as
	 * such instead of being cut to a length that might make sense.
	 */
	ret = qmi_handle_init(&link->qmi, 2 * UAUDIO_STREAM_REQ_MAX_BYTES, &offload_qmi_ops, NULL);
	if (ret < 0)
		goto err_unguard;

	ret = offload_suspend_register(&service->suspend);
	if (ret < 0)
		goto err_release_qmi;

	ret = snd_usb_platform_register(&service->listener);
	if (ret < 0)
		goto err_unregister_suspend;

	/* Last, so that a client that finds the service finds its cards. */
	ret = qmi_add_server(&link->qmi, UAUDIO_STREAM_SERVICE_ID, UAUDIO_STREAM_SERVICE_VERS,
			     link->dsp.qmi_instance);
	if (ret < 0)
		goto err_unregister;

	register_reboot_notifier(&service->reboot);
	service->debugfs = offload_debugfs_add(&service->controllers);
	dev_dbg(link->dsp.dev, "created service\n");
	return service;

err_unregister:
	snd_usb_platform_unregister(&service->listener);
err_unregister_suspend:
	offload_suspend_unregister(&service->suspend);
err_release_qmi:
	qmi_handle_release(&link->qmi);
	flush_workqueue(service->cards.workqueue);
	offload_indications_cancel(&service->indications);
	offload_controller_detach_all(&service->controllers);
err_unguard:
	qrtr_unguard_node(link->dsp.qrtr_node);
err_destroy_workqueue:
	destroy_workqueue(service->cards.workqueue);
err_free:
	kfree(service);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(snd_usb_offload_register_dsp);

static void check_resources(const struct offload_link *link)
{
	unsigned int kind;

	for (kind = 0; kind < OFFLOAD_RESOURCE_COUNT; kind++)
		WARN(offload_resource_read(&link->resources, kind), "%s: %s left: %lld\n",
		     dev_name(link->dsp.dev), offload_resource_name(kind),
		     offload_resource_read(&link->resources, kind));
}

/**
 * snd_usb_offload_unregister_dsp() - end all streams of a DSP and its service
 * @service: from snd_usb_offload_register_dsp(); freed
 *
 * If the DSP still runs, it is told to stop its streams, as for an unplugged device.
 *
 * Waits for the DSP for a bounded time. The same rules hold as for snd_usb_offload_register_dsp(),
 * and snd_usb_offload_dsp_down() must not run at the same time.
 *
 * Context: Process context. May wait for the DSP.
 */
void snd_usb_offload_unregister_dsp(struct snd_usb_offload_service *service)
{
	struct offload_link *link = &service->link;

	debugfs_remove(service->debugfs);
	unregister_reboot_notifier(&service->reboot);
	/* Requests are served until the last card is gone: the DSP can disable its streams. */
	snd_usb_platform_unregister(&service->listener);
	offload_suspend_unregister(&service->suspend);
	offload_link_close_inbox(link);
	qmi_handle_release(&link->qmi);
	/* Requests that were received, and whose cards have gone since, are answered by nobody. */
	flush_workqueue(service->cards.workqueue);
	/* A request that was being served may have queued an indication. */
	offload_indications_cancel(&service->indications);
	/* An indication that was being sent may have added a task. That one queues nothing. */
	destroy_workqueue(service->cards.workqueue);
	/* A request that was being served may have attached one since. */
	offload_controller_detach_all(&service->controllers);
	qrtr_unguard_node(link->dsp.qrtr_node);

	check_resources(link);
	dev_dbg(link->dsp.dev, "destroyed service\n");
	kfree(service);
}
EXPORT_SYMBOL_GPL(snd_usb_offload_unregister_dsp);

/**
 * snd_usb_offload_dsp_down() - should be called when a DSP has crashed or has been stopped
 * @service: the DSP's service
 *
 * This releases all streams of the DSP without asking it, which also ends every wait for it, and
 * detaches its controllers. The service goes on: when the DSP runs again, it may ask for streams
 * again.
 *
 * A request that is being served gets no response any more, requests that wait are dropped, and
 * indications are not sent: the next generation of the DSP has the same address, and may wait for a
 * response with the same transaction id. So this has to return before that generation begins.
 *
 * Does not wait for the DSP. Waits for the end of a system sleep; for the requests that are being
 * served, one for each card, which the platform's operations and control transfers bound; and for
 * the indication that is being sent, which
 * response_timeout_ms bounds. None of these operations may call this, and the caller holds no lock
 * that they take.
 *
 * Context: Process context. May sleep.
 */
void snd_usb_offload_dsp_down(struct snd_usb_offload_service *service)
{
	struct offload_link *link = &service->link;

	/*
	 * The QMI thread, if it gets a request from here on, finds @is_down set; or it read
	 * @generation before it changed, and the request gets no response. The barrier is the full
	 * one of atomic_inc_return(); dispatch.c has the other half.
	 */
	WRITE_ONCE(link->is_down, true);
	atomic_inc_return(&link->generation);
	offload_stop_timeout_dsp_down(&link->stop_timeout);
	/* Before any wait of our own, as this ends the waits of others. */
	scoped_guard(offload_gate, &service->gate)
		offload_teardown_all(&service->cards);
	offload_link_empty_inbox(link);
	/* The requests that wait for their cards are dropped, and those being served are undone. */
	flush_workqueue(service->cards.workqueue);
	/*
	 * The indication that is being sent may have been checked before @generation changed. Those
	 * behind it are not sent any more.
	 */
	flush_work(&service->indications.work);
	WRITE_ONCE(link->is_down, false);
	offload_controller_detach_all(&service->controllers);
	offload_stop_timeout_dsp_heard(&link->stop_timeout);
}
EXPORT_SYMBOL_GPL(snd_usb_offload_dsp_down);
