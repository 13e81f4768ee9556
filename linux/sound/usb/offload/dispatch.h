/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_DISPATCH_H
#define __SND_USB_OFFLOAD_DISPATCH_H

#include <linux/qrtr.h>
#include <linux/soc/qcom/qmi.h>

struct offload_cards;
struct offload_controllers;

/**
 * struct offload_dispatch - the part of a service that serves the DSP's requests
 * @cards: the cards that it may ask for; fixed
 * @controllers: the controllers that are attached for the DSP; fixed
 * @unresponsive: the last client that did not take a response, sq_family 0 if there is none
 * @generation: the generation of the DSP that has sent the request that is being served
 *
 * Only the QMI handle's thread uses the fields that are not fixed.
 */
struct offload_dispatch {
	struct offload_cards *cards;
	struct offload_controllers *controllers;
	struct sockaddr_qrtr unresponsive;
	int generation;
};

extern const struct qmi_ops offload_qmi_ops;

#endif /* __SND_USB_OFFLOAD_DISPATCH_H */
