/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * The life of one stream of the audio control channel; used by control.c only.
 */
#ifndef LULLABY_IPC_CONTROL_STREAM_H
#define LULLABY_IPC_CONTROL_STREAM_H

#include "control.h"

/**
 * control_reply() - answer a request that has no body in its reply
 * @control: the channel
 * @type: the request's
 * @owed: whom the reply is owed to, if it is; not owed any more afterwards
 * @status: enum audio_control_status
 * @detail: internal_status behind a refusal, or 0
 */
void control_reply(struct control *control, uint16_t type, struct control_owed *owed,
		   uint32_t status, uint32_t detail);

/**
 * control_stream_idled() - should be called when a stream has become IDLE
 * @control: the channel
 */
void control_stream_idled(struct control *control);

/* Requests. Those that return a status are answered with it at once; the others, when
 * AUDIO_STATUS_OK is returned with *deferred set, once they are done.
 */

uint32_t control_stream_setup(struct control *control, const struct audio_setup *setup,
			      uint16_t sequence, uint64_t now, bool *deferred);
uint32_t control_stream_start(struct control *control, uint32_t stream, uint64_t now);
uint32_t control_stream_stop(struct control *control, const struct audio_stop *stop,
			     uint16_t sequence, uint64_t now, bool *deferred);
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
 * control_stream_drop() - end a stream of which the AP knows nothing any more; nobody is told
 * @control: the channel
 * @stream: stream id
 * @now: platform_ticks()
 */
void control_stream_drop(struct control *control, uint32_t stream, uint64_t now);

/**
 * control_stream_service() - run a stream's engine and act on what it says
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

#endif /* LULLABY_IPC_CONTROL_STREAM_H */
