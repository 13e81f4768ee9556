/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The client of the AP's USB stream service (QMI 0x41D over QRTR): enable and disable requests,
 * their responses, and indications.
 *
 * Each stream has at most one request under way. A request waits for the service to appear and for
 * room to send it, then for its response; all of that must happen within the timeout.
 *
 * Its owner forgets a request that has timed out, but the AP must not be left with a stream that
 * nobody knows of. So two kinds are followed by a disable for the same token (an "undo"):
 * - an enable that was sent: nobody knows whether the AP did it, or will;
 * - a disable that was not: there was no room, as when the AP is busy and reads nothing.
 *
 * An undo waits for room as long as it takes, unless the service goes. It is sent ahead of its
 * stream's next request. Any disable is sent ahead of other streams' enables of the same token.
 * QRTR and the AP keep the order.
 */
#ifndef LULLABY_SESSION_USB_STREAM_CLIENT_H
#define LULLABY_SESSION_USB_STREAM_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "../transport/qrtr.h"
#include "usb_stream_msg.h"

#define USB_STREAM_CLIENT_STREAMS	8
#define USB_STREAM_CLIENT_PORT		0x4001	/* ours, any */

enum usb_stream_outcome {
	USB_STREAM_ANSWERED,	/* the response is there; it may be a refusal */
	USB_STREAM_TIMED_OUT,
	USB_STREAM_SERVICE_LOST,
};

/**
 * struct usb_stream_client_ops - callbacks to the client's owner
 * @completed: a request has ended; @response is NULL unless it was answered
 * @device_event: an indication came
 * @service_lost: the AP's service has gone, and the streams' rings and buffers with it; requests under
 *	way are completed before
 */
struct usb_stream_client_ops {
	void (*completed)(void *context, uint32_t stream, enum usb_stream_outcome outcome,
			  const struct usb_stream_response *response);
	void (*device_event)(void *context, const struct usb_stream_indication *indication);
	void (*service_lost)(void *context);
};

enum usb_stream_transaction_state {
	USB_STREAM_TRANSACTION_FREE,
	USB_STREAM_TRANSACTION_QUEUED,	/* to be sent */
	USB_STREAM_TRANSACTION_SENT,
};

/**
 * struct usb_stream_transaction - a request under way
 * @state: enum usb_stream_transaction_state
 * @id: transaction id, once sent
 * @deadline: when it times out, in ticks; UINT64_MAX: never, as an undo that is yet to be sent
 * @request: its fields
 */
struct usb_stream_transaction {
	enum usb_stream_transaction_state state;
	uint16_t id;
	uint64_t deadline;
	struct usb_stream_request request;
};

/**
 * struct usb_stream_client - the client
 * @qrtr: transport
 * @port: our QRTR port
 * @ops: the owner's callbacks
 * @context: their first argument
 * @timeout_ticks: from the request to its response
 * @last_id: last transaction id used; 0 is never used
 * @requests: the streams' requests
 * @undos: disables that follow the streams' timed-out requests
 * @dropped: malformed or unexpected messages
 * @timeouts: requests that were not answered in time
 */
struct usb_stream_client {
	struct qrtr *qrtr;
	struct qrtr_client port;
	const struct usb_stream_client_ops *ops;
	void *context;
	uint64_t timeout_ticks;
	uint16_t last_id;
	struct usb_stream_transaction requests[USB_STREAM_CLIENT_STREAMS];
	struct usb_stream_transaction undos[USB_STREAM_CLIENT_STREAMS];
	uint32_t dropped;
	uint32_t timeouts;
};

/**
 * usb_stream_client_init() - set the client up and add it to the node
 * @client: the client
 * @qrtr: the node
 * @ops: callbacks, all of them
 * @context: their first argument
 * @timeout_ticks: how long a request may take
 * @last_id: the transaction id before the first one. Another one in each generation of the DSP: the
 *	AP may still answer the generation before, which had the same address
 *
 * Return: false if the node has no room for another client.
 */
bool usb_stream_client_init(struct usb_stream_client *client, struct qrtr *qrtr,
			    const struct usb_stream_client_ops *ops, void *context,
			    uint64_t timeout_ticks, uint16_t last_id);

/**
 * usb_stream_client_request() - ask the AP's service something
 * @client: the client
 * @stream: whose request it is, below USB_STREAM_CLIENT_STREAMS
 * @request: copied
 * @now: platform_ticks()
 *
 * The completed callback comes later, never from within.
 *
 * Return: false if the stream has a request under way already, or if it is to disable a token while
 * another one's undo has not been sent: no stream has more than one enabled.
 */
bool usb_stream_client_request(struct usb_stream_client *client, uint32_t stream,
			       const struct usb_stream_request *request, uint64_t now);

/**
 * usb_stream_client_service() - send queued requests, end those that have timed out
 * @client: the client
 * @now: platform_ticks()
 *
 * Its owner calls it: a time-out is news that the owner may have to pass on. It is also to be called
 * after each packet of the AP's and whenever the transport has room again: queued requests wait for
 * that, and an undo has no deadline.
 *
 * Return: when to call again at the latest, or UINT64_MAX.
 */
uint64_t usb_stream_client_service(struct usb_stream_client *client, uint64_t now);

#endif /* LULLABY_SESSION_USB_STREAM_CLIENT_H */
