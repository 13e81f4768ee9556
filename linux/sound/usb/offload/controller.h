/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_CONTROLLER_H
#define __SND_USB_OFFLOAD_CONTROLLER_H

#include <linux/list.h>
#include <linux/types.h>

struct offload_card;
struct snd_usb_offload_service;
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
 * @node: in the service's list of controllers
 * @hcd: the controller; fixed, holds a reference
 * @state: how far the platform is
 * @is_unwanted: to be detached as soon as the platform has attached it
 * @number: on the wire; valid in state ATTACHED
 *
 * Guarded by the service's lock.
 */
struct offload_controller {
	struct list_head node;
	struct usb_hcd *hcd;
	enum offload_controller_state state;
	bool is_unwanted;
	u8 number;
};

int offload_controller_attach(struct snd_usb_offload_service *service, struct offload_card *card);
void offload_controller_detach_unused(struct snd_usb_offload_service *service);
void offload_controller_detach_all(struct snd_usb_offload_service *service);
void offload_controller_settle(struct snd_usb_offload_service *service, const struct usb_hcd *hcd);
const char *offload_controller_state_name(enum offload_controller_state state);

#endif /* __SND_USB_OFFLOAD_CONTROLLER_H */
