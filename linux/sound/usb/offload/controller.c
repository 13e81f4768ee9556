// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which controllers the DSP can reach: the platform attaches one before the first stream on it
 * starts, and detaches it when the last of its sound cards goes, or when the DSP itself goes
 * down.
 *
 * Attaching and detaching may wait for the DSP, so both happen with no lock held. What keeps two
 * of them apart is the state of the record: only who has set ATTACHING or DETACHING, under the
 * service's lock, calls the platform, and nobody attaches while something is being detached. A
 * controller that becomes unwanted while it is being attached is detached by the attacher.
 *
 * The platform looks at the controller's registers, so it must be through when the controller goes.
 * That is after the disconnect of its last card: none is attached for a card that has gone, and
 * the disconnect ends when no call is under way, see offload_controller_settle().
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>

#include "card.h"
#include "controller.h"
#include "patience.h"
#include "service.h"
#include "trace.h"

static struct offload_controller *find_controller(struct snd_usb_offload_service *service,
						  const struct usb_hcd *hcd)
{
	struct offload_controller *controller;

	lockdep_assert_held(&service->lock);
	list_for_each_entry(controller, &service->controllers, node)
		if (controller->hcd == hcd)
			return controller;
	return NULL;
}

static struct offload_controller *add_controller(struct snd_usb_offload_service *service,
						 struct usb_hcd *hcd)
{
	struct offload_controller *controller;

	lockdep_assert_held(&service->lock);
	controller = kzalloc(sizeof(*controller), GFP_KERNEL);
	if (!controller)
		return NULL;
	controller->hcd = usb_get_hcd(hcd);
	dev_dbg(service->dsp.dev, "created controller %s\n", dev_name(hcd->self.controller));
	controller->state = OFFLOAD_CONTROLLER_ATTACHING;
	list_add_tail(&controller->node, &service->controllers);
	return controller;
}

/*
 * Returns the number of an attached controller, -EAGAIN if one is being detached, -ESHUTDOWN if the
 * card has gone, or -EINPROGRESS with @added set, which the caller has to attach.
 */
static int find_or_add(struct snd_usb_offload_service *service, struct offload_card *card,
		       struct offload_controller **added)
{
	struct offload_controller *controller;

	guard(mutex)(&service->lock);
	if (service->detaching)
		return -EAGAIN;
	controller = find_controller(service, card->hcd);
	if (controller)
		return controller->number;
	/*
	 * Without the card's lock, which may be held for as long as its device lets us wait. If the
	 * card goes right now, its disconnect comes here next, and finds what is added.
	 */
	if (READ_ONCE(card->is_gone))
		return -ESHUTDOWN;
	*added = add_controller(service, card->hcd);
	return *added ? -EINPROGRESS : -ENOMEM;
}

static void remove_controller(struct snd_usb_offload_service *service,
			      struct offload_controller *controller)
{
	scoped_guard(mutex, &service->lock) {
		list_del(&controller->node);
		if (controller->state == OFFLOAD_CONTROLLER_DETACHING)
			WRITE_ONCE(service->detaching, service->detaching - 1);
	}
	dev_dbg(service->dsp.dev, "destroyed controller %s\n",
		dev_name(controller->hcd->self.controller));
	usb_put_hcd(controller->hcd);
	kfree(controller);
	wake_up_all(&service->controllers_changed);
}

/* Takes the right to detach, if it is there to be taken. */
static bool begin_detach(struct snd_usb_offload_service *service,
			 struct offload_controller *controller)
{
	lockdep_assert_held(&service->lock);
	switch (controller->state) {
	case OFFLOAD_CONTROLLER_ATTACHED:
		controller->state = OFFLOAD_CONTROLLER_DETACHING;
		WRITE_ONCE(service->detaching, service->detaching + 1);
		return true;
	case OFFLOAD_CONTROLLER_ATTACHING:
		controller->is_unwanted = true;
		return false;
	case OFFLOAD_CONTROLLER_DETACHING:
		return false;
	}
	return false;
}

static unsigned int begin_patience_ms(struct snd_usb_offload_service *service)
{
	offload_patience_begin(service);
	return offload_patience_left_ms(service);
}

/* Called by whoever has set DETACHING, so exactly once. */
static void detach(struct snd_usb_offload_service *service, struct offload_controller *controller,
		   unsigned int timeout_ms)
{
	service->dsp.ops->detach_controller(service->dsp.priv, controller->hcd, timeout_ms);
	trace_offload_controller(service->dsp.dev, controller->number, false);
	remove_controller(service, controller);
}

/**
 * offload_controller_attach() - make sure that the DSP can reach a card's controller
 * @service: the DSP's service
 * @card: the card
 *
 * Context: may sleep and wait for the DSP. No lock of this driver is held. Only called by the
 * service's QMI thread, so never twice at a time for one service.
 * Return: the controller's number on the wire, -ENOMEM, -ESHUTDOWN if the DSP or the card has gone
 * meanwhile, or what the platform returned.
 */
int offload_controller_attach(struct snd_usb_offload_service *service, struct offload_card *card)
{
	struct usb_hcd *hcd = card->hcd;
	struct offload_controller *controller;
	bool is_unwanted;
	int number;

	do {
		/* A detachment under way is the platform's to bound, as attaching is. */
		wait_event(service->controllers_changed, !READ_ONCE(service->detaching));
		number = find_or_add(service, card, &controller);
	} while (number == -EAGAIN);
	if (number != -EINPROGRESS)
		return number;

	number = service->dsp.ops->attach_controller(service->dsp.priv, hcd);
	if (number > U8_MAX) {
		dev_err_ratelimited(service->dsp.dev,
				    "controller number %d does not fit the wire\n", number);
		service->dsp.ops->detach_controller(service->dsp.priv, hcd, 0);
		number = -EOVERFLOW;
	}
	if (number < 0) {
		remove_controller(service, controller);
		return number;
	}

	scoped_guard(mutex, &service->lock) {
		controller->number = number;
		controller->state = OFFLOAD_CONTROLLER_ATTACHED;
		is_unwanted = controller->is_unwanted && begin_detach(service, controller);
	}
	trace_offload_controller(service->dsp.dev, number, true);
	if (is_unwanted) {
		/*
		 * A disconnect has waited for this, for as long as the platform took to attach.
		 * No stream was started there, so there is nothing that the DSP has to let go of:
		 * it is told, and not waited for.
		 */
		detach(service, controller, 0);
		return -ESHUTDOWN;
	}
	wake_up_all(&service->controllers_changed);
	return number;
}

static bool is_used(struct snd_usb_offload_service *service,
		    const struct offload_controller *controller)
{
	struct offload_card *card;

	lockdep_assert_held(&service->lock);
	list_for_each_entry(card, &service->cards, node)
		if (card->hcd == controller->hcd)
			return true;
	return false;
}

static struct offload_controller *begin_next_detach(struct snd_usb_offload_service *service,
						    bool is_unused_only)
{
	struct offload_controller *controller;

	guard(mutex)(&service->lock);
	list_for_each_entry(controller, &service->controllers, node) {
		if (is_unused_only && is_used(service, controller))
			continue;
		if (begin_detach(service, controller))
			return controller;
	}
	return NULL;
}

/**
 * offload_controller_detach_unused() - take controllers without sound cards away from the DSP
 * @service: the DSP's service
 *
 * Context: may sleep and wait for the DSP, see patience.c. No lock of this driver is held.
 */
void offload_controller_detach_unused(struct snd_usb_offload_service *service)
{
	struct offload_controller *controller;

	while ((controller = begin_next_detach(service, true)))
		detach(service, controller, begin_patience_ms(service));
}

/**
 * offload_controller_detach_all() - take all controllers away from the DSP
 * @service: the DSP's service
 *
 * Context: may sleep. No lock of this driver is held.
 */
void offload_controller_detach_all(struct snd_usb_offload_service *service)
{
	struct offload_controller *controller;

	while ((controller = begin_next_detach(service, false)))
		detach(service, controller, begin_patience_ms(service));
}

static bool is_leaving(struct snd_usb_offload_service *service, const struct usb_hcd *hcd)
{
	struct offload_controller *controller;

	guard(mutex)(&service->lock);
	controller = find_controller(service, hcd);
	return controller && !is_used(service, controller);
}

/**
 * offload_controller_settle() - wait until the platform is through with a controller
 * @service: the DSP's service
 * @hcd: the controller
 *
 * Does not wait for one that has sound cards, nor for one that nobody is detaching.
 *
 * Context: may sleep; waits for whoever is attaching or detaching it, which the platform bounds.
 * After offload_controller_detach_unused(). No lock of this driver is held.
 */
void offload_controller_settle(struct snd_usb_offload_service *service, const struct usb_hcd *hcd)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(&service->controllers_changed, &wait);
	while (is_leaving(service, hcd))
		wait_woken(&wait, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	remove_wait_queue(&service->controllers_changed, &wait);
}

/**
 * offload_controller_state_name() - name a state
 * @state: the state
 *
 * Return: its name.
 */
const char *offload_controller_state_name(enum offload_controller_state state)
{
	switch (state) {
	case OFFLOAD_CONTROLLER_ATTACHING:
		return "attaching";
	case OFFLOAD_CONTROLLER_ATTACHED:
		return "attached";
	case OFFLOAD_CONTROLLER_DETACHING:
		return "detaching";
	}
	return "?";
}
