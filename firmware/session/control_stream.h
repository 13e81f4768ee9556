/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * One stream of the audio control channel, between three parties that answer in their own time:
 *
 *	AP's sound card --- control channel --- DSP --- QMI --- AP's USB service
 *					         |
 *				          player or recorder
 *
 * Its state follows the requests of the AP's sound card and the replies to them:
 *
 *	state       event                        next        told to the sound card
 *	----------  ---------------------------  ----------  ---------------------------------
 *	IDLE        SETUP                        SETTING_UP
 *	SETTING_UP  lease granted, audio is OK   READY       reply to SETUP
 *	SETTING_UP  lease refused, or unusable   RELEASING
 *	READY       START                        RUNNING     reply to START
 *	READY       SETUP, same USB stream       READY       reply to SETUP
 *	READY       SETUP, other USB stream      SETTING_UP
 *	RUNNING     STOP                         STOPPING
 *	STOPPING    STOP ABORT after STOP DRAIN  STOPPING
 *	STOPPING    audio has stopped            READY       replies to STOP
 *	READY..     device, endpoint, USB        LOST        replies to STOP, STREAM_LOST
 *	STOPPING    service or controller lost
 *	LOST        RELEASE, no lease            IDLE        reply to RELEASE
 *	LOST        lease ended after RELEASE    IDLE        reply to RELEASE
 *	others      RELEASE                      RELEASING   replies to STOP
 *	any         HELLO: another session       RELEASING   (the old one is told nothing)
 *	RELEASING   no lease (any more)          IDLE        replies to SETUP and RELEASE
 *
 * All other requests are refused, but a STOP of READY or LOST, which are stopped.
 *
 * Beside it stands the lease of the USB stream (lease.h). It is wanted in SETTING_UP to STOPPING,
 * unless the AP's USB service has said SUSPEND, before it cuts the controller's power, and no RESUME
 * since. reconcile() is called after every event, and makes the one follow the other. The AP's sound
 * card hears nothing of a suspend: requests are served meanwhile, and take effect afterwards.
 *
 * In READY to STOPPING, an enable that the AP refuses because it is about to sleep has this effect:
 *
 *	since the enable was asked for  next                   then
 *	------------------------------  ---------------------  -----------------------------------
 *	no RESUME, or SUSPEND after it  suspended, no lease    RESUME of that sleep will follow
 *	RESUME, and no SUSPEND after    not suspended          reconcile() asks for it once more
 */
#ifndef LULLABY_SESSION_CONTROL_STREAM_H
#define LULLABY_SESSION_CONTROL_STREAM_H

#include "control_state.h"

/* The callbacks that the USB stream client needs; their context is the struct control. */
extern const struct usb_stream_client_ops control_client_ops;

/**
 * control_stream_setup() - serve SETUP
 * @control: the channel
 * @setup: untrusted, but for its stream id
 * @sequence: the request's, for a reply that comes later
 * @now: platform_ticks()
 * @deferred: set if the reply comes later
 *
 * Return: enum audio_control_status for the reply, unless *@deferred is set.
 */
uint32_t control_stream_setup(struct control *control, const struct audio_setup *setup,
			      uint16_t sequence, uint64_t now, bool *deferred);

/**
 * control_stream_start() - serve START
 * @control: the channel
 * @stream: stream id
 * @now: platform_ticks()
 *
 * Return: enum audio_control_status for the reply.
 */
uint32_t control_stream_start(struct control *control, uint32_t stream, uint64_t now);

/**
 * control_stream_stop() - serve STOP
 * @control: the channel
 * @stop: untrusted, but for its stream id
 * @sequence: the request's, for a reply that comes later
 * @now: platform_ticks()
 * @deferred: set if the reply comes later
 *
 * Return: enum audio_control_status for the reply, unless *@deferred is set.
 */
uint32_t control_stream_stop(struct control *control, const struct audio_stop *stop,
			     uint16_t sequence, uint64_t now, bool *deferred);

/**
 * control_stream_release() - serve RELEASE
 * @control: the channel
 * @stream: stream id
 * @sequence: the request's, for a reply that comes later
 * @now: platform_ticks()
 * @deferred: set if the reply comes later
 *
 * Return: enum audio_control_status for the reply, unless *@deferred is set.
 */
uint32_t control_stream_release(struct control *control, uint32_t stream, uint16_t sequence,
				uint64_t now, bool *deferred);

/**
 * control_stream_lose() - the device under a stream has gone; the AP is told
 * @control: the channel
 * @stream: stream id
 * @reason: enum audio_lost_reason
 * @now: platform_ticks()
 */
void control_stream_lose(struct control *control, uint32_t stream, uint32_t reason, uint64_t now);

/**
 * control_stream_abort() - end a stream of which the AP knows nothing any more; nobody is told
 * @control: the channel
 * @stream: stream id
 * @now: platform_ticks()
 */
void control_stream_abort(struct control *control, uint32_t stream, uint64_t now);

/**
 * control_stream_service() - run a stream's player or recorder and act on its results
 * @control: the channel
 * @stream: stream id
 * @now: platform_ticks()
 *
 * Return: when to call again at the latest, or UINT64_MAX.
 */
uint64_t control_stream_service(struct control *control, uint32_t stream, uint64_t now);

/**
 * control_stream_uses() - does a stream use a controller's registers?
 * @stream: the stream
 * @controller: controller number
 *
 * Return: true if it does.
 */
bool control_stream_uses(const struct control_stream *stream, uint32_t controller);

#endif /* LULLABY_SESSION_CONTROL_STREAM_H */
