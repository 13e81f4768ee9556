/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_DISPATCH_H
#define __SND_USB_OFFLOAD_DISPATCH_H

#include <linux/qrtr.h>
#include <linux/soc/qcom/qmi.h>
#include <linux/spinlock.h>

struct offload_card;
struct offload_cards;
struct offload_controllers;

/**
 * struct offload_dispatch - the part of a service that serves the DSP's requests
 * @cards: the cards that it may ask for; fixed
 * @controllers: the controllers that are attached for the DSP; fixed
 * @lock: innermost: guards @unresponsive
 * @unresponsive: the last client that did not take a response, sq_family 0 if there is none
 */
struct offload_dispatch {
	struct offload_cards *cards;
	struct offload_controllers *controllers;
	spinlock_t lock; /* see above */
	struct sockaddr_qrtr unresponsive;
};

extern const struct qmi_ops offload_qmi_ops;

void offload_dispatch_client_gone(struct offload_card *card, const struct sockaddr_qrtr *client,
				  int generation);

#endif /* __SND_USB_OFFLOAD_DISPATCH_H */
