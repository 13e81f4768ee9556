/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Messages of the audio control channel to the AP: replies, in order, and notifications.
 *
 * A reply for which there is no room waits, and those after it wait too. A notification is the sender's to repeat.
 */
#ifndef LULLABY_SESSION_OUTBOX_H
#define LULLABY_SESSION_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"

#define OUTBOX_MESSAGES	32

/* A pending reply: the AP waits for it. */
struct outbox_pending {
	bool is_pending;
	uint16_t sequence;
};

/**
 * struct outbox_message - a reply that could not be sent yet
 * @bytes: its length
 * @data: the message
 */
struct outbox_message {
	uint32_t bytes;
	uint8_t data[sizeof(struct audio_control_header) + sizeof(struct audio_stats)];
};

/**
 * struct outbox - messages to the AP; used by the message loop only
 * @send: hand a message to the AP; false: no room now
 * @context: its first argument
 * @messages: replies that could not be sent, a ring
 * @first: the oldest
 * @count: how many
 * @is_closed: no reply is sent any more
 * @dropped: replies for which there was no room
 */
struct outbox {
	bool (*send)(void *context, const void *message, uint32_t bytes);
	void *context;
	struct outbox_message messages[OUTBOX_MESSAGES];
	uint32_t first;
	uint32_t count;
	bool is_closed;
	uint32_t dropped;
};

/**
 * outbox_init() - set an outbox up
 * @outbox: the outbox; all zero before
 * @send: hand a message to the AP; false: no room now
 * @context: first argument of @send
 */
void outbox_init(struct outbox *outbox,
		 bool (*send)(void *context, const void *message, uint32_t bytes), void *context);

/**
 * outbox_reply() - answer a request
 * @outbox: the outbox
 * @type: the request's
 * @sequence: the request's
 * @status: enum audio_control_status
 * @detail: internal_status behind a refusal, or 0
 * @body: of the reply
 * @body_bytes: its length, at most that of struct audio_stats
 */
void outbox_reply(struct outbox *outbox, uint16_t type, uint16_t sequence, uint32_t status,
		  uint32_t detail, const void *body, uint32_t body_bytes);

/**
 * outbox_reply_pending() - answer a request that has waited, and has no body in its reply
 * @outbox: the outbox
 * @type: the request's
 * @pending: the pending reply, if it is one; it is none any more afterwards
 * @status: enum audio_control_status
 * @detail: internal_status behind a refusal, or 0
 */
void outbox_reply_pending(struct outbox *outbox, uint16_t type, struct outbox_pending *pending,
			  uint32_t status, uint32_t detail);

/**
 * outbox_notify() - tell the AP what it has not asked for
 * @outbox: the outbox
 * @type: enum audio_control_type
 * @body: of the notification
 * @body_bytes: its length, at most that of struct audio_lost
 *
 * Return: false if it has to be tried again: there is no room, or replies are waiting.
 */
bool outbox_notify(struct outbox *outbox, uint16_t type, const void *body, uint32_t body_bytes);

/**
 * outbox_flush() - send the replies that wait, as far as there is room
 * @outbox: the outbox
 */
void outbox_flush(struct outbox *outbox);

/**
 * outbox_clear() - forget the replies that wait
 * @outbox: the outbox
 */
void outbox_clear(struct outbox *outbox);

/**
 * outbox_close() - forget the replies that wait, and those to come
 * @outbox: the outbox
 */
void outbox_close(struct outbox *outbox);

#endif /* LULLABY_SESSION_OUTBOX_H */
