// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The client of the AP's USB stream service; see usb_stream_client.h. */
#include "usb_stream_client.h"

#include <stddef.h>

static void complete(struct usb_stream_client *client, uint32_t stream,
		     enum usb_stream_outcome outcome, const struct usb_stream_response *response)
{
	/* Free first: the owner may ask the next thing from its callback. */
	client->requests[stream].state = USB_STREAM_TRANSACTION_FREE;
	client->ops->completed(client->context, stream, outcome, response);
}

static void on_server_found(void *context)
{
	/* Queued requests go out with the next usb_stream_client_service(). */
	(void)context;
}

static void on_server_lost(void *context)
{
	struct usb_stream_client *client = context;

	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++) {
		/* The service that would have to be told to undo is no more. */
		client->undos[i].state = USB_STREAM_TRANSACTION_FREE;
		if (client->requests[i].state == USB_STREAM_TRANSACTION_SENT)
			complete(client, i, USB_STREAM_SERVICE_LOST, NULL);
	}
	client->ops->service_lost(client->context);
}

static bool is_sent(const struct usb_stream_transaction *transaction, uint16_t id)
{
	return transaction->state == USB_STREAM_TRANSACTION_SENT && transaction->id == id;
}

static bool receive_response(struct usb_stream_client *client, uint16_t id,
			     struct qmi_reader reader)
{
	struct usb_stream_response response;

	if (!usb_stream_decode_response(reader, &response))
		return false;
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++) {
		if (is_sent(&client->undos[i], id)) {
			client->undos[i].state = USB_STREAM_TRANSACTION_FREE;
			return true;
		}
		if (is_sent(&client->requests[i], id)) {
			complete(client, i, USB_STREAM_ANSWERED, &response);
			return true;
		}
	}
	/* Too late, or nobody asked. */
	return false;
}

static bool receive_indication(struct usb_stream_client *client, struct qmi_reader reader)
{
	struct usb_stream_indication indication;

	if (!usb_stream_decode_indication(reader, &indication))
		return false;
	client->ops->device_event(client->context, &indication);
	return true;
}

static bool receive_message(struct usb_stream_client *client, const uint8_t *data, uint32_t bytes)
{
	struct qmi_header header;
	struct qmi_reader reader;

	if (!qmi_read_header(data, bytes, &header, &reader) ||
	    header.message != UAUDIO_STREAM_MSG_ID)
		return false;
	if (header.type == QMI_RESPONSE)
		return receive_response(client, header.transaction, reader);
	if (header.type == QMI_INDICATION)
		return receive_indication(client, reader);
	return false;
}

static void on_receive(void *context, const uint8_t *data, uint32_t bytes)
{
	struct usb_stream_client *client = context;

	if (!receive_message(client, data, bytes))
		client->dropped++;
}

bool usb_stream_client_init(struct usb_stream_client *client, struct qrtr *qrtr,
			    const struct usb_stream_client_ops *ops, void *context,
			    uint64_t timeout_ticks, uint16_t last_id)
{
	*client = (struct usb_stream_client){
		.qrtr = qrtr,
		.ops = ops,
		.context = context,
		.timeout_ticks = timeout_ticks,
		.last_id = last_id,
		.port = {
			.service = UAUDIO_STREAM_SERVICE_ID,
			.instance = UAUDIO_STREAM_SERVICE_VERS |
				    UAUDIO_STREAM_SERVICE_INSTANCE << 8,
			.port = USB_STREAM_CLIENT_PORT,
			.server_found = on_server_found,
			.server_lost = on_server_lost,
			.receive = on_receive,
			.context = client,
		},
	};
	return qrtr_add_client(qrtr, &client->port);
}

static bool is_queued(const struct usb_stream_transaction *transaction)
{
	return transaction->state == USB_STREAM_TRANSACTION_QUEUED;
}

/* A disable of this token, if it is late as well, would push another token's undo out. */
static bool needs_another_undo(const struct usb_stream_client *client, uint32_t stream,
			       uint32_t token)
{
	const struct usb_stream_transaction *undo = &client->undos[stream];

	return is_queued(undo) && undo->request.usb_token != token;
}

bool usb_stream_client_request(struct usb_stream_client *client, uint32_t stream,
			       const struct usb_stream_request *request, uint64_t now)
{
	struct usb_stream_transaction *transaction = &client->requests[stream];

	if (transaction->state != USB_STREAM_TRANSACTION_FREE ||
	    (!request->enable && needs_another_undo(client, stream, request->usb_token)))
		return false;
	transaction->state = USB_STREAM_TRANSACTION_QUEUED;
	transaction->deadline = now + client->timeout_ticks;
	transaction->request = *request;
	return true;
}

/* Ids of requests still under way are skipped, so a response can only mean one of them. */
static uint16_t next_id(struct usb_stream_client *client)
{
	bool is_taken;

	do {
		client->last_id++;
		is_taken = client->last_id == 0;
		for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++)
			is_taken = is_taken || is_sent(&client->requests[i], client->last_id) ||
				   is_sent(&client->undos[i], client->last_id);
	} while (is_taken);
	return client->last_id;
}

/* Whether it has been sent now. */
static bool send_queued(struct usb_stream_client *client,
			struct usb_stream_transaction *transaction)
{
	uint8_t packet[USB_STREAM_REQUEST_MAX_BYTES];
	uint32_t bytes;
	uint16_t id;

	if (!is_queued(transaction) || !client->port.has_server)
		return false;
	id = next_id(client);
	bytes = usb_stream_encode_request(&transaction->request, id, packet);
	if (!qrtr_send(client->qrtr, &client->port, packet, bytes))
		return false;
	transaction->id = id;
	transaction->state = USB_STREAM_TRANSACTION_SENT;
	return true;
}

/* Whether the service may keep a stream that nobody would ever ask it to end. */
static bool needs_undo(const struct usb_stream_client *client,
		       const struct usb_stream_transaction *late)
{
	/* The service reads a request that was sent, even if late, and does it: a disable as well as an enable. */
	if (late->request.enable)
		return late->state == USB_STREAM_TRANSACTION_SENT;
	/* A service that has gone keeps nothing. */
	return is_queued(late) && client->port.has_server;
}

/*
 * One undo for each stream is enough:
 * - While it is queued no enable of the stream is sent, so there is none that could need another;
 *   and a disable is only taken if it is for the same token, so this one does for both.
 * - One that is sent has nothing left to do but to recognise its answer, which may be missed.
 */
static void queue_undo(struct usb_stream_client *client, uint32_t stream)
{
	const struct usb_stream_transaction *late = &client->requests[stream];

	if (!needs_undo(client, late))
		return;
	client->undos[stream] = (struct usb_stream_transaction){
		.state = USB_STREAM_TRANSACTION_QUEUED,
		.deadline = UINT64_MAX,
		.request = {
			.present = USB_STREAM_HAS(UAUDIO_REQ_TLV_ENABLE) |
				   USB_STREAM_HAS(UAUDIO_REQ_TLV_USB_TOKEN),
			.enable = 0,
			.usb_token = late->request.usb_token,
		},
	};
}

static void send_undo(struct usb_stream_client *client, uint32_t stream, uint64_t now)
{
	if (send_queued(client, &client->undos[stream]))
		client->undos[stream].deadline = now + client->timeout_ticks;
}

static bool is_queued_disable(const struct usb_stream_transaction *transaction, uint32_t token)
{
	return is_queued(transaction) && !transaction->request.enable &&
	       transaction->request.usb_token == token;
}

/*
 * A request must not overtake its stream's undo, see queue_undo(). Nor must an enable overtake any
 * disable of the same token: that would end the new stream.
 */
static bool is_held_back(const struct usb_stream_client *client, uint32_t stream)
{
	const struct usb_stream_request *request = &client->requests[stream].request;

	if (is_queued(&client->undos[stream]))
		return true;
	for (uint32_t i = 0; request->enable && i < USB_STREAM_CLIENT_STREAMS; i++) {
		if (is_queued_disable(&client->undos[i], request->usb_token) ||
		    is_queued_disable(&client->requests[i], request->usb_token))
			return true;
	}
	return false;
}

static void send_requests(struct usb_stream_client *client, bool enable)
{
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++) {
		if ((client->requests[i].request.enable != 0) == enable && !is_held_back(client, i))
			send_queued(client, &client->requests[i]);
	}
}

static bool is_late(const struct usb_stream_transaction *transaction, uint64_t now)
{
	return transaction->state != USB_STREAM_TRANSACTION_FREE && now >= transaction->deadline;
}

static uint64_t earlier(uint64_t deadline, const struct usb_stream_transaction *transaction)
{
	if (transaction->state == USB_STREAM_TRANSACTION_FREE || deadline <= transaction->deadline)
		return deadline;
	return transaction->deadline;
}

uint64_t usb_stream_client_service(struct usb_stream_client *client, uint64_t now)
{
	uint64_t deadline = UINT64_MAX;

	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++) {
		if (is_late(&client->undos[i], now))
			client->undos[i].state = USB_STREAM_TRANSACTION_FREE;
		if (is_late(&client->requests[i], now)) {
			client->timeouts++;
			queue_undo(client, i);
			complete(client, i, USB_STREAM_TIMED_OUT, NULL);
		}
	}
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++)
		send_undo(client, i, now);
	/* Requests that a disable holds back go in the same iteration: there may be no other for long. */
	send_requests(client, false);
	send_requests(client, true);
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++) {
		deadline = earlier(deadline, &client->requests[i]);
		deadline = earlier(deadline, &client->undos[i]);
	}
	return deadline;
}
