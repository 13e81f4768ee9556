/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests on the audio control channel, as the AP keeps them until they are answered.
 */
#ifndef VSOC_AUDIO_MESSAGE_H
#define VSOC_AUDIO_MESSAGE_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/types.h>
#include <lullaby/audio_control.h>

/**
 * struct vsoc_audio_message - a request on the wire
 * @header: the first part of every message
 * @body: the rest; its length depends on the type
 */
struct vsoc_audio_message {
	struct audio_control_header header;
	u8 body[AUDIO_CONTROL_MAX_BYTES - sizeof(struct audio_control_header)];
};

/**
 * struct vsoc_audio_request - a request that the DSP has yet to answer
 * @done: completed when @error is final
 * @on_done: called when @error is final, with a spinlock held. Optional, fixed after init.
 * @reply: where the reply's body goes; fixed while in flight
 * @reply_bytes: exact length of the reply's body; fixed while in flight
 * @node: in the channel's list; under its pending_lock
 * @message: the message to be sent; fixed while in flight
 * @message_bytes: length of @message; fixed while in flight
 * @type: enum audio_control_type; fixed while in flight
 * @sequence: of the message; fixed while in flight
 * @generation: the DSP's, in which it was submitted; fixed while in flight
 * @is_sent: the message has left, or is just leaving; under the channel's pending_lock
 * @error: 0, or a negative errno; written by the thread that takes the request out of the channel's
 *	list
 *
 * The memory is the sender's, who may use it again or free it once the request is done.
 */
struct vsoc_audio_request {
	struct completion done;
	void (*on_done)(struct vsoc_audio_request *request);
	void *reply;
	size_t reply_bytes;
	struct list_head node;
	struct vsoc_audio_message message;
	size_t message_bytes;
	u16 type;
	u16 sequence;
	unsigned int generation;
	bool is_sent;
	int error;
};

#endif /* VSOC_AUDIO_MESSAGE_H */
