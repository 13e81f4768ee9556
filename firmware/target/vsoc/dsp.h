/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The firmware as a whole: the parts that the message loop runs, and the calls by which it does so.
 */
#ifndef VSOC_DSP_H
#define VSOC_DSP_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../wire/vsoc_dsp.h"
#include "../../session/control.h"
#include "../../session/usb_stream_client.h"
#include "../../transport/qrtr.h"
#include "../../transport/rpmsg.h"

struct dsp;

/**
 * struct dsp_ops - the calls that connect the parts, fixed once the hooks have run
 * @qrtr_transmit: see struct qrtr
 * @audio_receive: a message of the audio control channel has come; see struct rpmsg_endpoint
 * @control: the calls of the audio control channel to us
 * @client: the calls of the USB stream client
 * @receive: take the AP's messages; returns true if there are more
 * @service: act on it; returns when to call again at the latest, or UINT64_MAX
 * @notify: ring the AP's doorbell if it is due; the last step of an iteration
 */
struct dsp_ops {
	bool (*qrtr_transmit)(void *transport, const uint8_t *packet, uint32_t bytes);
	void (*audio_receive)(void *context, const uint8_t *message, uint32_t bytes);
	struct control_ops control;
	struct usb_stream_client_ops client;
	bool (*receive)(struct dsp *dsp);
	uint64_t (*service)(struct dsp *dsp);
	void (*notify)(struct dsp *dsp);
};

/**
 * struct dsp - all that the firmware is
 * @regs: the register page
 * @ops: the calls that connect the parts
 * @windows: memory shared with the AP, from the register page
 * @window_count: entries in @windows
 * @rpmsg: the bus
 * @qrtr_endpoint: carries QRTR
 * @audio_endpoint: carries the audio control channel
 * @qrtr: our node
 * @client: of the AP's USB stream service
 * @control: server of the audio control channel
 * @start_ticks: when this generation of the DSP began
 * @woken_ticks: when the core last woke
 * @busy_ticks: time spent awake up to the last sleep
 * @wakeups: ends of WFI
 */
struct dsp {
	volatile struct vsoc_dsp_regs *regs;
	struct dsp_ops ops;
	struct shm_window windows[VSOC_DSP_MAX_REGIONS];
	unsigned int window_count;
	struct rpmsg rpmsg;
	struct rpmsg_endpoint qrtr_endpoint;
	struct rpmsg_endpoint audio_endpoint;
	struct qrtr qrtr;
	struct usb_stream_client client;
	struct control control;
	uint64_t start_ticks;
	uint64_t woken_ticks;
	uint64_t busy_ticks;
	uint64_t wakeups;
};

/**
 * DSP_HOOK() - have a function called before the parts are connected
 * @function: void function(struct dsp *dsp); it may replace members of @dsp->ops, and nothing else is set up then but
 *	interrupts and memory
 *
 * The hooks of all objects that are linked are called. The product has none.
 */
#define DSP_HOOK(function) \
	static void (*const function##_hook)(struct dsp *dsp) __attribute__((used, section(".dsp_hooks"))) = function

#endif /* VSOC_DSP_H */
