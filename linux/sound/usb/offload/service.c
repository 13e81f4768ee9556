// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services: one for each DSP, from snd_usb_offload_register_dsp() to _unregister_dsp(). There is
 * no list of them: each listens to snd-usb-audio, and to its own QMI socket, by itself.
 *
 * Locking overview, outermost first:
 *
 *	the PM notifiers' lock		held around the notifications of a sleep, see power.c
 *	snd-usb-audio's platform lock	held around the connect and disconnect callbacks, which
 *					it serialises; not ours. The device lock of the USB device
 *					may be held.
 *	service->bus			who speaks on the bus for the DSP, see power.c
 *	service->lock			the service's cards and controllers, see service.h; never
 *					held while a stream is started or released, which takes
 *					long if the device does not answer
 *	card->lock			a card's streams and what they hold, see card.h
 *	snd-usb-audio's and the USB core's locks, and those of the xHC's driver
 *	card->rings_lock		spinlock: which rings are mapped, see lost.c
 *	service->indications_lock	spinlock: indications to be sent
 *
 * The ones below card->lock are taken while it is held to set up and tear down a stream. The
 * xHC's driver calls offload_lost_ops with locks of its own held, which take nothing but
 * rings_lock.
 *
 * Nobody waits for the DSP with any of our locks held. Where we do wait for it:
 *
 *	for its disable, in a disconnect	bounded by patience.c
 *	for its disable, before a sleep		the same (power.c)
 *	for detach_controller			the same
 *	for attach_controller			bounded by the platform (controller.c)
 *	to send it something			in the QMI thread or the indication work; bounded
 *						by response_timeout_ms
 *
 * A DSP that floods the service can neither fill memory, which QRTR bounds by the socket's receive
 * buffer, nor keep the service from ending: the buffer is closed before the QMI thread is waited
 * for, and what is in it is dropped.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/qrtr-guard.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <net/sock.h>
#include <sound/core.h>

#include <lullaby/usb_audio_stream.h>

#include "../usbaudio.h"

#include "card.h"
#include "controller.h"
#include "debugfs.h"
#include "dispatch.h"
#include "indication.h"
#include "patience.h"
#include "power.h"
#include "service.h"

static struct offload_card *find_card(struct snd_usb_offload_service *service,
				      const struct snd_usb_audio *chip)
{
	struct offload_card *card;

	lockdep_assert_held(&service->lock);
	list_for_each_entry(card, &service->cards, node)
		if (card->chip == chip)
			return card;
	return NULL;
}

static void remove_card(struct snd_usb_offload_service *service, struct offload_card *card)
{
	offload_card_retire(card);
	scoped_guard(mutex, &service->lock)
		list_del(&card->node);
	offload_controller_detach_unused(service);
	offload_controller_settle(service, card->hcd);
	offload_card_destroy(card);
}

/* Cards only come and go in snd-usb-audio's callbacks: what is found here stays until we return. */
static void connect(struct snd_usb_offload_client *listener, struct snd_usb_audio *chip)
{
	struct snd_usb_offload_service *service = listener->priv;
	struct offload_card *card;
	int ret;

	if (!snd_soc_usb_device_matches(&chip->dev->dev, service->dsp.dev))
		return;

	scoped_guard(mutex, &service->lock)
		card = find_card(service, chip);
	if (card) {
		ret = offload_card_refresh(card);
		if (ret < 0)
			dev_err_ratelimited(&card->dev, "new PCMs cannot be offloaded: %d\n", ret);
		return;
	}

	card = offload_card_create(service, chip);
	if (IS_ERR(card)) {
		dev_err_ratelimited(service->dsp.dev, "card %d cannot be offloaded: %ld\n",
				    chip->card->number, PTR_ERR(card));
		return;
	}
	scoped_guard(mutex, &service->lock) {
		offload_power_card_added(card);
		list_add_tail(&card->node, &service->cards);
	}
	/* Who hears of it may ask for a stream at once. */
	ret = offload_card_refresh(card);
	if (ret < 0) {
		dev_err_ratelimited(&card->dev, "cannot be offloaded: %d\n", ret);
		remove_card(service, card);
	}
}

static void disconnect(struct snd_usb_offload_client *listener, struct snd_usb_audio *chip)
{
	struct snd_usb_offload_service *service = listener->priv;
	struct offload_card *card;

	scoped_guard(mutex, &service->lock)
		card = find_card(service, chip);
	if (card)
		remove_card(service, card);
}

/**
 * offload_service_limit_send() - say how long the messages that follow may wait for their client
 * @service: the service
 * @jiffies_max: until QRTR gives up with -EAGAIN
 *
 * Set for each message, as the QMI handle may have a new socket since the last one. Two senders
 * may get in each other's way: then a message has the other one's limit, which is bounded, too.
 *
 * Context: may sleep.
 */
void offload_service_limit_send(struct snd_usb_offload_service *service, unsigned long jiffies_max)
{
	guard(mutex)(&service->qmi.sock_lock);
	if (service->qmi.sock)
		WRITE_ONCE(service->qmi.sock->sk->sk_sndtimeo, jiffies_max);
}

/* Returns how many bytes of packets could wait to be read before. */
static int limit_inbox(struct snd_usb_offload_service *service, int bytes_max)
{
	struct sock *sk;
	int before;

	guard(mutex)(&service->qmi.sock_lock);
	if (!service->qmi.sock)
		return 0;
	sk = service->qmi.sock->sk;
	before = READ_ONCE(sk->sk_rcvbuf);
	WRITE_ONCE(sk->sk_rcvbuf, bytes_max);
	return before;
}

/* From here on requests are dropped, those that wait as well, however fast new ones come. */
static void close_inbox(struct snd_usb_offload_service *service)
{
	WRITE_ONCE(service->is_closing, true);
	limit_inbox(service, 0);
}

/* What waits is dropped, however fast new requests come; the one that is being served ends. */
static void empty_inbox(struct snd_usb_offload_service *service)
{
	int bytes_max = limit_inbox(service, 0);

	flush_work(&service->qmi.work);
	limit_inbox(service, bytes_max);
}

/*
 * The system goes down: before the first driver shuts its device down, and be it an IOMMU, the
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

/**
 * snd_usb_offload_register_dsp() - offer USB audio streams to a DSP
 * @dsp: the DSP; copied. @dsp->dev and what @dsp->ops needs must stay until it is unregistered.
 *
 * The USB sound cards that are there already, and later ones, are offered to ASoC if their
 * controller's "usb-soc-be" property names @dsp->dev. Then the QMI service is announced.
 *
 * Context: may sleep. Not with a lock held that soc-usb's or snd-usb-audio's callbacks take, such
 * as the ones that ASoC probes components under.
 * Return: the service, or an ERR_PTR: -EINVAL: @dsp is incomplete; -EPROBE_DEFER: QRTR is not
 * there yet; -ENOMEM; or what QRTR returned.
 */
struct snd_usb_offload_service *
snd_usb_offload_register_dsp(const struct snd_usb_offload_dsp *dsp)
{
	struct snd_usb_offload_service *service;
	int ret;

	if (!is_complete(dsp))
		return ERR_PTR(-EINVAL);

	service = kzalloc(sizeof(*service), GFP_KERNEL);
	if (!service)
		return ERR_PTR(-ENOMEM);

	service->dsp = *dsp;
	service->listener.connect = connect;
	service->listener.disconnect = disconnect;
	service->listener.priv = service;
	service->reboot.notifier_call = before_shutdown;
	init_rwsem(&service->bus);
	init_waitqueue_head(&service->awake);
	mutex_init(&service->lock);
	spin_lock_init(&service->indications_lock);
	INIT_LIST_HEAD(&service->cards);
	INIT_LIST_HEAD(&service->controllers);
	INIT_LIST_HEAD(&service->indications);
	init_waitqueue_head(&service->controllers_changed);
	INIT_WORK(&service->indication_work, offload_indication_work);
	atomic_set(&service->suspending, 0);
	init_waitqueue_head(&service->suspended);

	/* What the node may ask for depends on its being the DSP. */
	ret = qrtr_guard_node(service->dsp.qrtr_node);
	if (ret < 0)
		goto err_free;

	/*
	 * The receive buffer is longer than any request, so that an over-long packet arrives as
	 * such instead of being cut to a length that might make sense.
	 */
	ret = qmi_handle_init(&service->qmi, 2 * UAUDIO_STREAM_REQ_MAX_BYTES, &offload_qmi_ops,
			      NULL);
	if (ret < 0)
		goto err_unguard;

	ret = offload_power_register(service);
	if (ret < 0)
		goto err_release_qmi;

	ret = snd_usb_platform_register(&service->listener);
	if (ret < 0)
		goto err_unregister_power;

	/* Last: who finds the service finds its cards. */
	ret = qmi_add_server(&service->qmi, UAUDIO_STREAM_SERVICE_ID, UAUDIO_STREAM_SERVICE_VERS,
			     service->dsp.qmi_instance);
	if (ret < 0)
		goto err_unregister;

	register_reboot_notifier(&service->reboot);
	offload_debugfs_add(service);
	dev_dbg(service->dsp.dev, "created service\n");
	return service;

err_unregister:
	snd_usb_platform_unregister(&service->listener);
	offload_indications_cancel(service);
err_unregister_power:
	offload_power_unregister(service);
err_release_qmi:
	qmi_handle_release(&service->qmi);
	offload_controller_detach_all(service);
err_unguard:
	qrtr_unguard_node(service->dsp.qrtr_node);
err_free:
	kfree(service);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(snd_usb_offload_register_dsp);

static void check_accounts(struct snd_usb_offload_service *service)
{
	unsigned int kind;

	for (kind = 0; kind < OFFLOAD_HELD_KIND_COUNT; kind++)
		WARN(offload_held_read(&service->held, kind), "%s: %s left: %lld\n",
		     dev_name(service->dsp.dev), offload_held_name(kind),
		     offload_held_read(&service->held, kind));
}

/**
 * snd_usb_offload_unregister_dsp() - end all streams of a DSP and withdraw the service
 * @service: from snd_usb_offload_register_dsp(); freed
 *
 * If the DSP still runs it is told to stop its streams, as for an unplugged device.
 *
 * Context: may sleep; waits for the DSP for a bounded time. As snd_usb_offload_register_dsp(),
 * and not at the same time as snd_usb_offload_dsp_down().
 */
void snd_usb_offload_unregister_dsp(struct snd_usb_offload_service *service)
{
	offload_debugfs_remove(service);
	unregister_reboot_notifier(&service->reboot);
	/* Requests are served until the last card is gone: the DSP can disable its streams. */
	snd_usb_platform_unregister(&service->listener);
	offload_power_unregister(service);
	close_inbox(service);
	qmi_handle_release(&service->qmi);
	/* A request that was being served may have had something to say. */
	offload_indications_cancel(service);
	/* A request that was being served may have attached one since. */
	offload_controller_detach_all(service);
	qrtr_unguard_node(service->dsp.qrtr_node);

	check_accounts(service);
	dev_dbg(service->dsp.dev, "destroyed service\n");
	kfree(service);
}
EXPORT_SYMBOL_GPL(snd_usb_offload_unregister_dsp);

/**
 * snd_usb_offload_dsp_down() - a DSP has crashed or has been stopped
 * @service: the DSP's service
 *
 * All its streams are released without asking it, which also ends every wait for it, and its
 * controllers are detached. The service goes on: when the DSP runs again, it may ask for streams
 * again.
 *
 * A request that is being served is not answered any more, those that wait are dropped, and
 * indications are not sent: the next life of the DSP has the same address, and may be waiting for
 * an answer with the same transaction id. So this has to have returned when that life begins.
 *
 * Context: may sleep; does not wait for the DSP, but for the end of a system sleep, for the
 * request that is being served, which the platform's operations bound, and for the indication that
 * is being sent, which response_timeout_ms bounds. Not from one of these operations, and no lock is
 * held that they take.
 */
void snd_usb_offload_dsp_down(struct snd_usb_offload_service *service)
{
	/*
	 * Who is handed a request from here on finds @is_down set, or had looked at @life before
	 * it changed, and will find that it cannot answer. The barrier is the full one of
	 * atomic_inc_return(); the other half is in dispatch.c.
	 */
	WRITE_ONCE(service->is_down, true);
	atomic_inc_return(&service->life);
	offload_patience_lost(service);
	/* Before anything is waited for: this ends the waits of others. */
	scoped_guard(offload_bus, service)
		offload_card_release_all(service);
	empty_inbox(service);
	/*
	 * An indication on its way may have been found to be of this life before @life changed.
	 * Those behind it are not sent any more.
	 */
	flush_work(&service->indication_work);
	WRITE_ONCE(service->is_down, false);
	offload_controller_detach_all(service);
	offload_patience_heard(service);
}
EXPORT_SYMBOL_GPL(snd_usb_offload_dsp_down);
