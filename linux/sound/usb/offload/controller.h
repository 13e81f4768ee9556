/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_CONTROLLER_H
#define __SND_USB_OFFLOAD_CONTROLLER_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>

struct offload_card;
struct offload_cards;
struct usb_hcd;

/**
 * enum offload_controller_state - how far the DSP's platform is with a controller
 * @OFFLOAD_CONTROLLER_ATTACHING: the platform is being asked to attach it
 * @OFFLOAD_CONTROLLER_ATTACHED: the DSP can reach its registers
 * @OFFLOAD_CONTROLLER_DETACHING: the platform is being asked to detach it
 */
enum offload_controller_state {
	OFFLOAD_CONTROLLER_ATTACHING,
	OFFLOAD_CONTROLLER_ATTACHED,
	OFFLOAD_CONTROLLER_DETACHING,
};

/**
 * struct offload_controller - an xHC that the DSP can reach
 * @node: in the list of controllers
 * @hcd: the controller; fixed, holds a reference
 * @state: how far the platform is
 * @is_unwanted: to be detached as soon as the platform has attached it
 * @number: on the wire; valid in state ATTACHED
 *
 * Guarded by the lock of the service's cards.
 */
struct offload_controller {
	struct list_head node;
	struct usb_hcd *hcd;
	enum offload_controller_state state;
	bool is_unwanted;
	u8 number;
};

/**
 * struct offload_controllers - the xHCs that the platform attaches, has attached or detaches
 * @cards: the service's cards, whose lock guards this, too; fixed
 * @list: the controllers
 * @detaching: how many of them are in state DETACHING; written under the lock, read without to wait
 *	for 0
 * @changed: woken when one has left @list, or has been attached
 */
struct offload_controllers {
	struct offload_cards *cards;
	struct list_head list;
	unsigned int detaching;
	wait_queue_head_t changed;
};

void offload_controllers_init(struct offload_controllers *controllers,
			      struct offload_cards *cards);
int offload_controller_attach(struct offload_controllers *controllers, struct offload_card *card);
void offload_controller_detach_unused(struct offload_controllers *controllers);
void offload_controller_detach_all(struct offload_controllers *controllers);
void offload_controller_settle(struct offload_controllers *controllers, const struct usb_hcd *hcd);
const char *offload_controller_state_name(enum offload_controller_state state);

#endif /* __SND_USB_OFFLOAD_CONTROLLER_H */
