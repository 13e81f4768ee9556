// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Messages of the audio control channel to the AP; see outbox.h.
 */
#include "outbox.h"

#include <stddef.h>
#include <string.h>

void outbox_init(struct outbox *outbox,
		 bool (*send)(void *context, const void *message, uint32_t bytes), void *context)
{
	outbox->send = send;
	outbox->context = context;
}

void outbox_flush(struct outbox *outbox)
{
	while (outbox->count) {
		const struct outbox_message *message = &outbox->messages[outbox->first];

		if (!outbox->send(outbox->context, message->data, message->bytes))
			return;
		outbox->first = (outbox->first + 1) % OUTBOX_MESSAGES;
		outbox->count--;
	}
}

void outbox_reply(struct outbox *outbox, uint16_t type, uint16_t sequence, uint32_t status,
		  uint32_t detail, const void *body, uint32_t body_bytes)
{
	struct audio_control_header header = {
		.type = type | AUDIO_CONTROL_REPLY,
		.sequence = sequence,
		.status = status,
		.detail = detail,
	};
	struct outbox_message *message;

	if (outbox->is_closed)
		return;
	if (outbox->count == OUTBOX_MESSAGES) {
		outbox->dropped++;
		return;
	}
	message = &outbox->messages[(outbox->first + outbox->count) % OUTBOX_MESSAGES];
	message->bytes = (uint32_t)sizeof(header) + body_bytes;
	memcpy(message->data, &header, sizeof(header));
	if (body_bytes)
		memcpy(message->data + sizeof(header), body, body_bytes);
	outbox->count++;
	outbox_flush(outbox);
}

void outbox_reply_pending(struct outbox *outbox, uint16_t type, struct outbox_pending *pending,
			  uint32_t status, uint32_t detail)
{
	if (!pending->is_pending)
		return;
	pending->is_pending = false;
	outbox_reply(outbox, type, pending->sequence, status, detail, NULL, 0);
}

bool outbox_notify(struct outbox *outbox, uint16_t type, const void *body, uint32_t body_bytes)
{
	struct audio_control_header header = { .type = type };
	uint8_t message[sizeof(header) + sizeof(struct audio_lost)];

	if (outbox->count)
		return false;
	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), body, body_bytes);
	return outbox->send(outbox->context, message, (uint32_t)sizeof(header) + body_bytes);
}

void outbox_clear(struct outbox *outbox)
{
	outbox->count = 0;
}

void outbox_close(struct outbox *outbox)
{
	outbox_clear(outbox);
	outbox->is_closed = true;
}
