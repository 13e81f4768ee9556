// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* QRTR, as a leaf node with clients; the protocol is drawn in qrtr.h. */
#include "qrtr.h"

#include <stddef.h>
#include <string.h>

#define QRTR_VERSION		1
#define QRTR_NODE_BROADCAST	0xffffffffu
#define QRTR_PORT_CONTROL	0xfffffffeu

enum qrtr_type {
	QRTR_TYPE_DATA		= 1,
	QRTR_TYPE_HELLO		= 2,
	QRTR_TYPE_BYE		= 3,
	QRTR_TYPE_NEW_SERVER	= 4,
	QRTR_TYPE_DEL_SERVER	= 5,
	QRTR_TYPE_DEL_CLIENT	= 6,
	QRTR_TYPE_RESUME_TX	= 7,
	QRTR_TYPE_EXIT		= 8,
	QRTR_TYPE_PING		= 9,
	QRTR_TYPE_NEW_LOOKUP	= 10,
	QRTR_TYPE_DEL_LOOKUP	= 11,
};

struct qrtr_header {
	uint32_t version;
	uint32_t type;
	uint32_t source_node;
	uint32_t source_port;
	uint32_t confirm_rx;
	uint32_t size;		/* of the payload, without the padding to 4 bytes that follows it */
	uint32_t destination_node;
	uint32_t destination_port;
};
_Static_assert(sizeof(struct qrtr_header) == QRTR_HEADER_BYTES, "wire size");
_Static_assert(QRTR_HEADER_BYTES + QRTR_PAYLOAD_BYTES == QRTR_PACKET_BYTES, "wire size");

/* What follows the header in every packet but DATA. */
struct qrtr_control {
	uint32_t command;	/* the header's type again */
	union {
		struct {
			uint32_t service;
			uint32_t instance;
			uint32_t node;
			uint32_t port;
		} server;
		struct {
			uint32_t node;
			uint32_t port;
		} client;
	};
};
_Static_assert(sizeof(struct qrtr_control) == 20, "wire size");

static bool transmit(struct qrtr *qrtr, const struct qrtr_header *header, const void *payload)
{
	uint8_t packet[QRTR_PACKET_BYTES] = { 0 };
	uint32_t padded = (header->size + 3) & ~3u;

	memcpy(packet, header, sizeof(*header));
	memcpy(packet + sizeof(*header), payload, header->size);
	return qrtr->transmit(qrtr->transport, packet, (uint32_t)sizeof(*header) + padded);
}

static bool transmit_control(struct qrtr *qrtr, uint32_t source_port, struct qrtr_address to,
			     const struct qrtr_control *control)
{
	struct qrtr_header header = {
		.version = QRTR_VERSION,
		.type = control->command,
		.source_node = qrtr->node,
		.source_port = source_port,
		.size = sizeof(*control),
		.destination_node = to.node,
		.destination_port = to.port,
	};

	return transmit(qrtr, &header, control);
}

bool qrtr_add_client(struct qrtr *qrtr, struct qrtr_client *client)
{
	if (qrtr->client_count == QRTR_CLIENTS_MAX)
		return false;
	qrtr->clients[qrtr->client_count++] = client;
	return true;
}

/* All that has been sent has been confirmed, or nobody is left who could. */
static void client_resume(struct qrtr_client *client)
{
	client->tx_pending = 0;
	client->resume_awaited = false;
	client->resume_lost = false;
}

static void client_lose_server(struct qrtr_client *client)
{
	if (!client->has_server)
		return;
	client->has_server = false;
	client->owes_resume = false;
	client_resume(client);
	client->server_lost(client->context);
}

static void lose_all_servers(struct qrtr *qrtr)
{
	for (unsigned int i = 0; i < qrtr->client_count; i++)
		client_lose_server(qrtr->clients[i]);
}

void qrtr_link_up(struct qrtr *qrtr)
{
	lose_all_servers(qrtr);
	qrtr->is_linked = true;
	qrtr->has_met = false;
	qrtr->hello_owed = true;
	qrtr->hello_awaited = false;
	qrtr->hello_tries = QRTR_HELLO_TRIES;
	qrtr->hello_deadline = 0;
}

void qrtr_link_down(struct qrtr *qrtr)
{
	qrtr->is_linked = false;
	lose_all_servers(qrtr);
}

static void receive_hello(struct qrtr *qrtr)
{
	qrtr->has_met = true;
	if (qrtr->hello_awaited) {
		qrtr->hello_awaited = false;
		return;
	}
	qrtr->hello_owed = true;
	qrtr->hello_deadline = 0;
	qrtr->hello_tries = QRTR_HELLO_TRIES;
}

static void receive_new_server(struct qrtr *qrtr, const struct qrtr_control *control)
{
	for (unsigned int i = 0; i < qrtr->client_count; i++) {
		struct qrtr_client *client = qrtr->clients[i];
		bool is_known = client->has_server &&
				client->server.node == control->server.node &&
				client->server.port == control->server.port;

		if (client->service != control->server.service ||
		    client->instance != control->server.instance || is_known)
			continue;
		client_lose_server(client);
		client->server.node = control->server.node;
		client->server.port = control->server.port;
		client->has_server = true;
		client->server_found(client->context);
	}
}

static void receive_gone(struct qrtr *qrtr, struct qrtr_address gone)
{
	for (unsigned int i = 0; i < qrtr->client_count; i++) {
		struct qrtr_client *client = qrtr->clients[i];

		if (client->server.node == gone.node && client->server.port == gone.port)
			client_lose_server(client);
	}
}

static bool receive_resume_tx(struct qrtr *qrtr, struct qrtr_address resumed)
{
	bool is_expected = false;

	for (unsigned int i = 0; i < qrtr->client_count; i++) {
		struct qrtr_client *client = qrtr->clients[i];

		if (!client->has_server || client->server.node != resumed.node ||
		    client->server.port != resumed.port)
			continue;
		client_resume(client);
		is_expected = true;
	}
	return is_expected;
}

/* Control packets; false: malformed or not for us. */
static bool receive_control(struct qrtr *qrtr, const struct qrtr_header *header,
			    const uint8_t *payload)
{
	struct qrtr_control control;

	if (header->size != sizeof(control))
		return false;
	memcpy(&control, payload, sizeof(control));
	if (control.command != header->type)
		return false;
	if (header->type == QRTR_TYPE_RESUME_TX)
		return receive_resume_tx(qrtr, (struct qrtr_address){ control.client.node,
								      control.client.port });
	/* Only the peer's name service tells which servers come and go. */
	if (header->destination_port != QRTR_PORT_CONTROL)
		return false;

	switch (header->type) {
	case QRTR_TYPE_HELLO:
		receive_hello(qrtr);
		return true;
	case QRTR_TYPE_BYE:
		lose_all_servers(qrtr);
		return true;
	case QRTR_TYPE_NEW_SERVER:
		receive_new_server(qrtr, &control);
		return true;
	case QRTR_TYPE_DEL_SERVER:
		receive_gone(qrtr, (struct qrtr_address){ control.server.node,
							  control.server.port });
		return true;
	case QRTR_TYPE_DEL_CLIENT:
		receive_gone(qrtr, (struct qrtr_address){ control.client.node,
							  control.client.port });
		return true;
	case QRTR_TYPE_EXIT:
	case QRTR_TYPE_PING:
	case QRTR_TYPE_NEW_LOOKUP:
	case QRTR_TYPE_DEL_LOOKUP:
		/* Legal, and nothing to a node that has no servers. */
		return true;
	default:
		return false;
	}
}

static bool send_resume(struct qrtr *qrtr, struct qrtr_client *client)
{
	struct qrtr_control control = {
		.command = QRTR_TYPE_RESUME_TX,
		.client = { .node = qrtr->node, .port = client->port },
	};

	return transmit_control(qrtr, client->port, client->server, &control);
}

static bool receive_data(struct qrtr *qrtr, const struct qrtr_header *header,
			 const uint8_t *payload)
{
	for (unsigned int i = 0; i < qrtr->client_count; i++) {
		struct qrtr_client *client = qrtr->clients[i];

		if (client->port != header->destination_port)
			continue;
		/* A client talks to its server and to nobody else. */
		if (!client->has_server || client->server.node != header->source_node ||
		    client->server.port != header->source_port)
			return false;
		if (header->confirm_rx)
			client->owes_resume = !send_resume(qrtr, client);
		client->receive(client->context, payload, header->size);
		return true;
	}
	return false;
}

static bool receive_packet(struct qrtr *qrtr, const uint8_t *packet, uint32_t bytes)
{
	struct qrtr_header header;

	if (bytes < sizeof(header))
		return false;
	memcpy(&header, packet, sizeof(header));
	if (header.version != QRTR_VERSION)
		return false;
	if (!header.size || header.size > QRTR_PAYLOAD_BYTES ||
	    bytes != sizeof(header) + ((header.size + 3) & ~3u))
		return false;
	if (header.destination_node != qrtr->node &&
	    header.destination_node != QRTR_NODE_BROADCAST)
		return false;
	if (header.type == QRTR_TYPE_DATA)
		return receive_data(qrtr, &header, packet + sizeof(header));
	return receive_control(qrtr, &header, packet + sizeof(header));
}

void qrtr_receive(struct qrtr *qrtr, const uint8_t *packet, uint32_t bytes)
{
	if (!receive_packet(qrtr, packet, bytes))
		qrtr->dropped++;
}

/* Says HELLO when it is pending, and again when nobody answers. */
static uint64_t service_hello(struct qrtr *qrtr, uint64_t now)
{
	struct qrtr_control hello = { .command = QRTR_TYPE_HELLO };
	struct qrtr_address everybody = { QRTR_NODE_BROADCAST, QRTR_PORT_CONTROL };

	if (!qrtr->hello_owed && !qrtr->hello_awaited)
		return UINT64_MAX;
	if (now < qrtr->hello_deadline)
		return qrtr->hello_deadline;
	if (!qrtr->hello_tries) {
		qrtr->hello_awaited = false;
		return UINT64_MAX;
	}
	if (transmit_control(qrtr, QRTR_PORT_CONTROL, everybody, &hello)) {
		qrtr->hello_tries--;
		qrtr->hello_owed = false;
		qrtr->hello_awaited = true;
	}
	qrtr->hello_deadline = now + qrtr->hello_retry_ticks;
	return qrtr->hello_deadline;
}

/* Waits for the RESUME_TX of a client that has sent all it may, and takes it for lost. */
static uint64_t service_flow(const struct qrtr *qrtr, struct qrtr_client *client, uint64_t now)
{
	if (client->tx_pending < QRTR_TX_FLOW_HIGH)
		return UINT64_MAX;
	if (!client->resume_awaited) {
		client->resume_awaited = true;
		client->resume_deadline = now + qrtr->resume_wait_ticks;
	}
	if (now < client->resume_deadline)
		return client->resume_deadline;
	client->resume_awaited = false;
	client->resume_lost = true;
	client->tx_pending = QRTR_TX_FLOW_HIGH - 1;
	return now;
}

uint64_t qrtr_service(struct qrtr *qrtr, uint64_t now)
{
	uint64_t deadline, next;

	if (!qrtr->is_linked)
		return UINT64_MAX;
	deadline = service_hello(qrtr, now);
	for (unsigned int i = 0; i < qrtr->client_count; i++) {
		struct qrtr_client *client = qrtr->clients[i];

		if (client->owes_resume)
			client->owes_resume = !send_resume(qrtr, client);
		next = service_flow(qrtr, client, now);
		if (next < deadline)
			deadline = next;
	}
	return deadline;
}

bool qrtr_send(struct qrtr *qrtr, struct qrtr_client *client, const void *data, uint32_t bytes)
{
	struct qrtr_header header = {
		.version = QRTR_VERSION,
		.type = QRTR_TYPE_DATA,
		.source_node = qrtr->node,
		.source_port = client->port,
		.size = bytes,
		.destination_node = client->server.node,
		.destination_port = client->server.port,
	};

	if (!qrtr->is_linked || !client->has_server || !bytes || bytes > QRTR_PAYLOAD_BYTES ||
	    client->tx_pending >= QRTR_TX_FLOW_HIGH)
		return false;
	header.confirm_rx = client->tx_pending + 1 == QRTR_TX_FLOW_LOW || client->resume_lost;
	if (!transmit(qrtr, &header, data))
		return false;
	client->resume_lost = false;
	client->tx_pending++;
	return true;
}
