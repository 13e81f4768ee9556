/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_DISPATCH_H
#define __SND_USB_OFFLOAD_DISPATCH_H

#include <linux/qrtr.h>
#include <linux/soc/qcom/qmi.h>

struct offload_cards;
struct offload_controllers;

/**
 * struct offload_dispatch - what serves a DSP's requests
 * @cards: the cards that it may ask for; fixed
 * @controllers: those that are attached for it; fixed
 * @unresponsive: the client that last did not let us answer it, sq_family 0 if there is none
 * @generation: the one of the DSP that has sent the request that is being served
 *
 * What is not fixed is of the QMI handle's thread alone.
 */
struct offload_dispatch {
	struct offload_cards *cards;
	struct offload_controllers *controllers;
	struct sockaddr_qrtr unresponsive;
	int generation;
};

extern const struct qmi_ops offload_qmi_ops;

#endif /* __SND_USB_OFFLOAD_DISPATCH_H */
