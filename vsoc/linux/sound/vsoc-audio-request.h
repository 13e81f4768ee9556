/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to the DSP, by the audio control channel.
 */
#ifndef VSOC_AUDIO_REQUEST_H
#define VSOC_AUDIO_REQUEST_H

#include <linux/types.h>
#include "vsoc-audio-message.h"

struct vsoc_audio_ipc;

void vsoc_audio_request_init(struct vsoc_audio_request *request,
			     void (*on_done)(struct vsoc_audio_request *request));
void vsoc_audio_requests_init(struct vsoc_audio_ipc *ipc);
int vsoc_audio_requests_add_locked(struct vsoc_audio_ipc *ipc,
				   struct vsoc_audio_request *request, u16 type,
				   const void *body, size_t body_bytes);
int vsoc_audio_requests_try_locked(struct vsoc_audio_ipc *ipc,
				   struct vsoc_audio_request *request, u16 type);
void vsoc_audio_requests_send_locked(struct vsoc_audio_ipc *ipc);
void vsoc_audio_requests_room_locked(struct vsoc_audio_ipc *ipc);
void vsoc_audio_requests_fail(struct vsoc_audio_ipc *ipc, int error);
struct vsoc_audio_request *
vsoc_audio_request_find_locked(struct vsoc_audio_ipc *ipc, u16 sequence);
void vsoc_audio_request_finish_locked(struct vsoc_audio_ipc *ipc,
				      struct vsoc_audio_request *request, int error);

#endif /* VSOC_AUDIO_REQUEST_H */
