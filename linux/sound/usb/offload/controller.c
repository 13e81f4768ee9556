// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which controllers the DSP can reach: the platform attaches one before the first stream on it
 * starts, and detaches it when the last of its sound cards goes, or when the DSP itself goes
 * down.
 *
 * Attaching and detaching may wait for the DSP, so both happen with no lock held. The state of
 * the record keeps two of them apart: only the thread that has set ATTACHING or DETACHING, under
 * the cards' lock, calls the platform, and no thread attaches a controller while another one is
 * being detached, nor while another thread attaches one: the tasks of several cards may come
 * here at once, and the platform attaches one controller at a time. A controller that becomes
 * unwanted while it is being attached is detached by the attacher.
 *
 * The platform looks at the controller's registers, so its calls must have ended when the
 * controller goes. That is after the disconnect of its last card. No controller is attached for a
 * card that has gone, and the disconnect ends when no call is under way, see
 * offload_controller_settle().
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>

#include "card.h"
#include "controller.h"
#include "link.h"
#include "stop-timeout.h"
#include "trace.h"

static const struct snd_usb_offload_dsp *dsp_of(const struct offload_controllers *controllers)
{
	return &controllers->cards->link->dsp;
}

/**
 * offload_controllers_init() - initialise a list of controllers, which is empty
 * @controllers: to be filled in
 * @cards: the service's cards
 *
 * Context: Any context.
 */
void offload_controllers_init(struct offload_controllers *controllers,
			      struct offload_cards *cards)
{
	controllers->cards = cards;
	INIT_LIST_HEAD(&controllers->list);
	init_waitqueue_head(&controllers->changed);
}

static struct offload_controller *find_controller(struct offload_controllers *controllers,
						  const struct usb_hcd *hcd)
{
	struct offload_controller *controller;

	lockdep_assert_held(&controllers->cards->lock);
	list_for_each_entry(controller, &controllers->list, node)
		if (controller->hcd == hcd)
			return controller;
	return NULL;
}

static struct offload_controller *add_controller(struct offload_controllers *controllers,
						 struct usb_hcd *hcd)
{
	struct offload_controller *controller;

	lockdep_assert_held(&controllers->cards->lock);
	controller = kzalloc(sizeof(*controller), GFP_KERNEL);
	if (!controller)
		return NULL;
	controller->hcd = usb_get_hcd(hcd);
	dev_dbg(dsp_of(controllers)->dev, "created controller %s\n",
		dev_name(hcd->self.controller));
	controller->state = OFFLOAD_CONTROLLER_ATTACHING;
	list_add_tail(&controller->node, &controllers->list);
	return controller;
}

static bool is_attaching(const struct offload_controllers *controllers)
{
	const struct offload_controller *controller;

	lockdep_assert_held(&controllers->cards->lock);
	list_for_each_entry(controller, &controllers->list, node)
		if (controller->state == OFFLOAD_CONTROLLER_ATTACHING)
			return true;
	return false;
}

/*
 * Returns the number of an attached controller, -EAGAIN if one is being attached or detached,
 * -ESHUTDOWN if the card has gone, or -EINPROGRESS with @added set, which the caller has to attach.
 */
static int find_or_add(struct offload_controllers *controllers, struct offload_card *card,
		       struct offload_controller **added)
{
	struct offload_controller *controller;

	guard(mutex)(&controllers->cards->lock);
	if (controllers->detaching || is_attaching(controllers))
		return -EAGAIN;
	controller = find_controller(controllers, card->hcd);
	if (controller)
		return controller->number;
	/*
	 * Without the card's lock, which may be held for as long as its device does not answer. If
	 * the card goes at this moment, its disconnect comes here next, and finds the controller
	 * that is added.
	 */
	if (READ_ONCE(card->is_gone))
		return -ESHUTDOWN;
	*added = add_controller(controllers, card->hcd);
	return *added ? -EINPROGRESS : -ENOMEM;
}

static void remove_controller(struct offload_controllers *controllers,
			      struct offload_controller *controller)
{
	scoped_guard(mutex, &controllers->cards->lock) {
		list_del(&controller->node);
		if (controller->state == OFFLOAD_CONTROLLER_DETACHING)
			WRITE_ONCE(controllers->detaching, controllers->detaching - 1);
	}
	dev_dbg(dsp_of(controllers)->dev, "destroyed controller %s\n",
		dev_name(controller->hcd->self.controller));
	usb_put_hcd(controller->hcd);
	kfree(controller);
	wake_up_all(&controllers->changed);
}

/* Returns true if the caller has to detach the controller: no other thread does. */
static bool begin_detach(struct offload_controllers *controllers,
			 struct offload_controller *controller)
{
	lockdep_assert_held(&controllers->cards->lock);
	switch (controller->state) {
	case OFFLOAD_CONTROLLER_ATTACHED:
		controller->state = OFFLOAD_CONTROLLER_DETACHING;
		WRITE_ONCE(controllers->detaching, controllers->detaching + 1);
		return true;
	case OFFLOAD_CONTROLLER_ATTACHING:
		controller->is_unwanted = true;
		return false;
	case OFFLOAD_CONTROLLER_DETACHING:
		return false;
	}
	return false;
}

static unsigned int begin_stop_timeout_ms(struct offload_controllers *controllers)
{
	struct offload_cards *cards = controllers->cards;

	offload_cards_begin_stop_timeout(cards);
	return offload_stop_timeout_left_ms(&cards->link->stop_timeout);
}

/* The thread that has set DETACHING calls this, so exactly once. */
static void detach(struct offload_controllers *controllers, struct offload_controller *controller,
		   unsigned int timeout_ms)
{
	const struct snd_usb_offload_dsp *dsp = dsp_of(controllers);

	dsp->ops->detach_controller(dsp->priv, controller->hcd, timeout_ms);
	trace_offload_controller(dsp->dev, controller->number, false);
	remove_controller(controllers, controller);
}

/**
 * offload_controller_attach() - make sure that the DSP can reach a card's controller
 * @controllers: the service's
 * @card: the card
 *
 * The caller holds no lock of this driver.
 *
 * Context: Process context. May wait for the DSP.
 * Return: the controller's number on the wire, -ENOMEM, -ESHUTDOWN if the DSP or the card has gone
 * meanwhile, or the platform's error.
 */
int offload_controller_attach(struct offload_controllers *controllers, struct offload_card *card)
{
	const struct snd_usb_offload_dsp *dsp = dsp_of(controllers);
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	struct usb_hcd *hcd = card->hcd;
	struct offload_controller *controller;
	bool is_unwanted;
	int number;

	/* The platform bounds a detachment, as it bounds attaching. */
	add_wait_queue(&controllers->changed, &wait);
	while ((number = find_or_add(controllers, card, &controller)) == -EAGAIN)
		wait_woken(&wait, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	remove_wait_queue(&controllers->changed, &wait);
	if (number != -EINPROGRESS)
		return number;

	number = dsp->ops->attach_controller(dsp->priv, hcd);
	if (number > U8_MAX) {
		dev_err_ratelimited(dsp->dev,
				    "controller number %d is above 255\n", number);
		dsp->ops->detach_controller(dsp->priv, hcd, 0);
		number = -EOVERFLOW;
	}
	if (number < 0) {
		remove_controller(controllers, controller);
		return number;
	}

	scoped_guard(mutex, &controllers->cards->lock) {
		controller->number = number;
		controller->state = OFFLOAD_CONTROLLER_ATTACHED;
		is_unwanted = controller->is_unwanted && begin_detach(controllers, controller);
	}
	trace_offload_controller(dsp->dev, number, true);
	if (is_unwanted) {
		/*
		 * A disconnect has waited for the platform to attach. No stream was started there,
		 * so the DSP has nothing to stop: the platform tells it, and does not wait for it.
		 */
		detach(controllers, controller, 0);
		return -ESHUTDOWN;
	}
	wake_up_all(&controllers->changed);
	return number;
}

static bool is_used(struct offload_controllers *controllers,
		    const struct offload_controller *controller)
{
	struct offload_card *card;

	lockdep_assert_held(&controllers->cards->lock);
	list_for_each_entry(card, &controllers->cards->list, node)
		if (card->hcd == controller->hcd)
			return true;
	return false;
}

static struct offload_controller *begin_next_detach(struct offload_controllers *controllers,
						    bool is_unused_only)
{
	struct offload_controller *controller;

	guard(mutex)(&controllers->cards->lock);
	list_for_each_entry(controller, &controllers->list, node) {
		if (is_unused_only && is_used(controllers, controller))
			continue;
		if (begin_detach(controllers, controller))
			return controller;
	}
	return NULL;
}

/**
 * offload_controller_detach_unused() - take controllers without sound cards away from the DSP
 * @controllers: the service's
 *
 * The caller holds no lock of this driver. stop-timeout.c bounds the wait.
 *
 * Context: Process context. May wait for the DSP.
 */
void offload_controller_detach_unused(struct offload_controllers *controllers)
{
	struct offload_controller *controller;

	while ((controller = begin_next_detach(controllers, true)))
		detach(controllers, controller, begin_stop_timeout_ms(controllers));
}

/**
 * offload_controller_detach_all() - take all controllers away from the DSP
 * @controllers: the service's
 *
 * The caller holds no lock of this driver.
 *
 * Context: Process context. May sleep.
 */
void offload_controller_detach_all(struct offload_controllers *controllers)
{
	struct offload_controller *controller;

	while ((controller = begin_next_detach(controllers, false)))
		detach(controllers, controller, begin_stop_timeout_ms(controllers));
}

static bool is_leaving(struct offload_controllers *controllers, const struct usb_hcd *hcd)
{
	struct offload_controller *controller;

	guard(mutex)(&controllers->cards->lock);
	controller = find_controller(controllers, hcd);
	return controller && !is_used(controllers, controller);
}

/**
 * offload_controller_settle() - wait until no call of the platform for a controller is under way
 * @controllers: the service's
 * @hcd: the controller
 *
 * Does not wait for one that has sound cards, nor for one that nobody is detaching.
 *
 * Waits for the thread that is attaching or detaching it; the platform bounds that. Call this after
 * offload_controller_detach_unused(), with no lock of this driver held.
 *
 * Context: Process context. May wait for the DSP.
 */
void offload_controller_settle(struct offload_controllers *controllers, const struct usb_hcd *hcd)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(&controllers->changed, &wait);
	while (is_leaving(controllers, hcd))
		wait_woken(&wait, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	remove_wait_queue(&controllers->changed, &wait);
}

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
