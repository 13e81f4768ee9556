/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The audio control channel, the DSP's side: serves the AP's requests (wire/audio_control.h).
 *
 * control.c is the channel: lengths, sessions, controllers, statistics. control_stream.c has the states of one
 * stream, lease.c those of its USB side.
 *
 * Replies that must wait (SETUP, STOP, RELEASE, HELLO) are kept as the sequence number of their
 * request. Every wait ends: QMI requests time out, and so does a stop inside the audio stream.
 */
#ifndef LULLABY_SESSION_CONTROL_H
#define LULLABY_SESSION_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "control_state.h"
#include "control_stream.h"

/**
 * control_init() - set the channel up
 * @control: the channel; all zero before
 * @ops: the owner's functions, all of them
 * @context: their first argument
 * @client: made with control_client_ops and @control
 */
void control_init(struct control *control, const struct control_ops *ops, void *context,
		  struct usb_stream_client *client);

/**
 * control_receive() - should be called for each message of the channel
 * @control: the channel
 * @message: private copy
 * @bytes: its length
 */
void control_receive(struct control *control, const uint8_t *message, uint32_t bytes);

/**
 * control_service() - run the streams and the USB service's client, send pending messages
 * @control: the channel
 * @now: platform_ticks()
 *
 * Should be called after messages have been received, and before a sleep. Messages that it
 * leaves unsent wait for the AP: for room in a ring, or for its service.
 *
 * Return: when to call again at the latest, or UINT64_MAX.
 */
uint64_t control_service(struct control *control, uint64_t now);

/**
 * control_quiesce() - the AP wants the DSP to end: silence every stream
 * @control: the channel
 * @now: platform_ticks()
 *
 * Nothing is asked of the AP or told to it any more. Should be followed by control_service() until
 * control_is_quiet(), or until the caller's time is up.
 */
void control_quiesce(struct control *control, uint64_t now);

/**
 * control_is_quiet() - has every stream come to rest?
 * @control: the channel
 *
 * Return: true if no stream touches a ring or a buffer any more.
 */
bool control_is_quiet(const struct control *control);

#endif /* LULLABY_SESSION_CONTROL_H */
