/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Misbehaviour on request (AUDIO_CONTROL_PROVOKE), for tests of its consequences. A DSP that was not
 * started with VSOC_DSP_TEST_PROVOKE refuses.
 */
#ifndef VSOC_PROVOKE_H
#define VSOC_PROVOKE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../../wire/audio_control.h"

/**
 * provoke_init() - say whether this DSP may be provoked
 * @test_flags: VSOC_DSP_TEST_* of the register page
 */
void provoke_init(uint32_t test_flags);

/**
 * provoke_at_boot() - should be called before the AP is told that the DSP runs
 */
void provoke_at_boot(void);

/**
 * provoke_is_allowed() - may this DSP be provoked?
 *
 * Return: whether provoke_init() said so.
 */
bool provoke_is_allowed(void);

/**
 * provoke_request() - serve AUDIO_CONTROL_PROVOKE
 * @provoke: the request; for AUDIO_PROVOKE_STALE with the address in place of the stream's number
 * @provoked: the reply's body
 *
 * A load, a store or a jump for AUDIO_PROVOKE_NOW happens in here: a reply tells that it was
 * allowed. Everything else waits for its time.
 *
 * Return: enum audio_control_status.
 */
uint32_t provoke_request(const struct audio_provoke *provoke, struct audio_provoked *provoked);

/**
 * provoke_before_request() - should be called before a request of the audio control channel is served
 * @type: its type
 */
void provoke_before_request(uint32_t type);

/**
 * provoke_before_indication() - should be called before an indication of the USB service is served
 */
void provoke_before_indication(void);

/**
 * provoke_deadline() - when something is due
 *
 * Return: in ticks, or UINT64_MAX.
 */
uint64_t provoke_deadline(void);

/**
 * provoke_after_iteration() - should be called at the end of each iteration, when all messages are on their way
 */
void provoke_after_iteration(void);

/**
 * provoke_is_deaf() - is the DSP to leave its messages unread?
 *
 * Return: true after AUDIO_PROVOKE_DEAF.
 */
bool provoke_is_deaf(void);

/**
 * provoke_is_mute() - is the DSP to send nothing?
 *
 * Return: true after AUDIO_PROVOKE_MUTE.
 */
bool provoke_is_mute(void);

/**
 * provoke_ignores_indications() - is the DSP to drop indications of the USB service?
 *
 * Return: true after AUDIO_PROVOKE_MUTE_QMI.
 */
bool provoke_ignores_indications(void);

#endif /* VSOC_PROVOKE_H */
