/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Misbehaviour on request (DSP_FAULT_REQUEST), for tests of its consequences. A DSP that was not
 * started with DSP_FAULT_FLAG_ALLOWED refuses.
 */
#ifndef VSOC_FAULT_H
#define VSOC_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../../wire/fault_injection.h"

/**
 * fault_init() - say whether this DSP may be asked to misbehave
 * @test_flags: DSP_FAULT_* of the register page
 */
void fault_init(uint32_t test_flags);

/**
 * fault_at_boot() - should be called before the AP is told that the DSP runs
 */
void fault_at_boot(void);

/**
 * fault_is_allowed() - may this DSP be asked to misbehave?
 *
 * Return: whether fault_init() said so.
 */
bool fault_is_allowed(void);

/**
 * fault_request() - serve DSP_FAULT_REQUEST
 * @request: the request; for DSP_FAULT_STALE with the address in place of the stream's number
 * @reply: the reply's body
 *
 * A load, a store or a jump for DSP_FAULT_NOW happens in here: a reply tells that it was
 * allowed. Everything else waits for its time.
 *
 * Return: enum audio_control_status.
 */
uint32_t fault_request(const struct dsp_fault_request *request, struct dsp_fault_reply *reply);

/**
 * fault_before_request() - should be called before a request of the audio control channel is served
 * @type: its type
 */
void fault_before_request(uint32_t type);

/**
 * fault_before_indication() - should be called before an indication of the USB service is served
 */
void fault_before_indication(void);

/**
 * fault_deadline() - when something is due
 *
 * Return: in ticks, or UINT64_MAX.
 */
uint64_t fault_deadline(void);

/**
 * fault_after_iteration() - should be called at the end of each iteration, when all messages are on their way
 */
void fault_after_iteration(void);

/**
 * fault_ignores_rx() - is the DSP to leave its messages unread?
 *
 * Return: true after DSP_FAULT_IGNORE_RX.
 */
bool fault_ignores_rx(void);

/**
 * fault_drops_tx() - is the DSP to send nothing?
 *
 * Return: true after DSP_FAULT_DROP_TX.
 */
bool fault_drops_tx(void);

/**
 * fault_ignores_indications() - is the DSP to drop indications of the USB service?
 *
 * Return: true after DSP_FAULT_IGNORE_INDICATIONS.
 */
bool fault_ignores_indications(void);

#endif /* VSOC_FAULT_H */
