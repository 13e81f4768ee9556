// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Puts fault injection between the parts of the firmware: a hook wraps the calls that connect them. Nothing else of
 * the firmware knows of it, and a build without this directory has none.
 */
#include <string.h>

#include "../../../../wire/fault_injection.h"
#include "../../../platform.h"
#include "../dsp.h"
#include "fault.h"
#include "hostile.h"

#define HOSTILE_INTERVAL_MS	1

/* The calls that are wrapped. */
static struct dsp_ops product;
static struct dsp *dsp;

static uint32_t inject(const struct dsp_fault_request *request, struct dsp_fault_reply *reply)
{
	struct dsp_fault_request resolved = *request;

	if (hostile_is_kind(request->kind))
		return fault_is_allowed() ? hostile_request(&dsp->control, request, reply) :
					    AUDIO_STATUS_UNSUPPORTED;
	if (request->kind == DSP_FAULT_STALE) {
		if (request->argument >= AUDIO_CONTROL_MAX_STREAMS)
			return AUDIO_STATUS_INVALID;
		resolved.argument =
			(uint64_t)(uintptr_t)dsp->control.streams[request->argument].config.buffer;
	}
	return fault_request(&resolved, reply);
}

static void serve(const uint8_t *body, uint16_t sequence)
{
	struct dsp_fault_reply reply = { 0 };
	struct dsp_fault_request request;
	uint32_t status;

	memcpy(&request, body, sizeof(request));
	status = inject(&request, &reply);
	outbox_reply(&dsp->control.outbox, DSP_FAULT_REQUEST, sequence, status, 0, &reply, sizeof(reply));
}

static void audio_receive(void *context, const uint8_t *message, uint32_t bytes)
{
	struct audio_control_header header = { 0 };

	if (bytes >= sizeof(header)) {
		memcpy(&header, message, sizeof(header));
		fault_before_request(header.type);
	}
	if (fault_ignores_rx())
		return;
	if (header.type == DSP_FAULT_REQUEST && bytes == sizeof(header) + sizeof(struct dsp_fault_request))
		serve(message + sizeof(header), header.sequence);
	else
		product.audio_receive(context, message, bytes);
}

static bool qrtr_transmit(void *transport, const uint8_t *packet, uint32_t bytes)
{
	return fault_drops_tx() || product.qrtr_transmit(transport, packet, bytes);
}

static bool control_send(void *context, const void *message, uint32_t bytes)
{
	return fault_drops_tx() || product.control.send(context, message, bytes);
}

static void device_event(void *context, const struct usb_stream_indication *indication)
{
	fault_before_indication();
	if (!fault_ignores_indications() && !fault_ignores_rx())
		product.client.device_event(context, indication);
}

static bool receive(struct dsp *self)
{
	return !fault_ignores_rx() && product.receive(self);
}

static uint64_t service(struct dsp *self)
{
	uint64_t deadline = product.service(self), next = fault_deadline();

	if (hostile_iterate(&self->control, &self->rpmsg, self->regs->qrtr_node)) {
		uint64_t soon = platform_ticks() + platform_ticks_per_second() / 1000 * HOSTILE_INTERVAL_MS;

		next = soon < next ? soon : next;
	}
	return next < deadline ? next : deadline;
}

static void notify(struct dsp *self)
{
	product.notify(self);
	fault_after_iteration();
}

static void install(struct dsp *self)
{
	dsp = self;
	product = self->ops;
	self->ops.qrtr_transmit = qrtr_transmit;
	self->ops.audio_receive = audio_receive;
	self->ops.control.send = control_send;
	self->ops.client.device_event = device_event;
	self->ops.receive = receive;
	self->ops.service = service;
	self->ops.notify = notify;
	fault_init(self->regs->test_flags);
	fault_at_boot();
}
DSP_HOOK(install);
