/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A DSP that turns against the AP on request: DSP_FAULT_TRB, DSP_FAULT_FLOOD, DSP_FAULT_CORRUPT_POSITION
 * and DSP_FAULT_FORGE_ANNOUNCEMENT.
 */
#ifndef VSOC_HOSTILE_H
#define VSOC_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../../wire/fault_injection.h"
#include "../../../session/control.h"
#include "../../../transport/rpmsg.h"

/**
 * hostile_is_kind() - is a fault one of these?
 * @kind: enum dsp_fault_kind
 *
 * Return: whether hostile_request() serves it.
 */
bool hostile_is_kind(uint32_t kind);

/**
 * hostile_request() - begin to be hostile
 * @control: whose streams are abused
 * @request: the request
 * @reply: the reply's body
 *
 * Return: enum audio_control_status.
 */
uint32_t hostile_request(struct control *control, const struct dsp_fault_request *request,
			 struct dsp_fault_reply *reply);

/**
 * hostile_iterate() - do an iteration's share of it; should be called in each iteration, after the streams' service
 * @control: whose streams are abused
 * @rpmsg: where to send; its first endpoint is QRTR's, its second the audio control channel's
 * @node: our QRTR node
 *
 * Return: whether there is more to do soon.
 */
bool hostile_iterate(struct control *control, struct rpmsg *rpmsg, uint32_t node);

#endif /* VSOC_HOSTILE_H */
