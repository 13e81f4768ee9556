/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * QRTR, as a leaf node with clients: it finds the AP's services and exchanges datagrams with them.
 *
 *	we			AP's name service
 *	HELLO ------------------>			once the transport is up
 *	      <------------------ HELLO
 *	      <------------------ NEW_SERVER ...	every service it has, then and later
 *	DATA  ------------------> server's port
 *	      <------------------ DATA
 *	      <------------------ DEL_SERVER, DEL_CLIENT, BYE: the service has gone
 *
 * Flow control: a sender that has sent QRTR_TX_FLOW_LOW datagrams to a port sets confirm_rx on the
 * last of them, and stops at QRTR_TX_FLOW_HIGH until the receiver's RESUME_TX. Both directions do so.
 * Either of the two packets may get lost in a node that is short of memory. So if no RESUME_TX has come for a
 * while, we let one more datagram through, which asks for it again, and so on. More than that one would not
 * be flow control any more: each RESUME_TX makes room for QRTR_TX_FLOW_HIGH.
 *
 * A HELLO is answered unless it answers ours; otherwise two nodes would greet each other for ever.
 */
#ifndef LULLABY_TRANSPORT_QRTR_H
#define LULLABY_TRANSPORT_QRTR_H

#include <stdbool.h>
#include <stdint.h>

#define QRTR_PACKET_BYTES	496	/* one rpmsg payload */
#define QRTR_HEADER_BYTES	32	/* version 1 */
#define QRTR_PAYLOAD_BYTES	464	/* their difference */
#define QRTR_CLIENTS_MAX	4
#define QRTR_TX_FLOW_LOW	5
#define QRTR_TX_FLOW_HIGH	10
#define QRTR_HELLO_TRIES	5

struct qrtr_address {
	uint32_t node;
	uint32_t port;
};

/**
 * struct qrtr_client - one client of one service
 * @service: service wanted; fixed
 * @instance: instance wanted, its version in the low byte; fixed
 * @port: our port; fixed, unique
 * @server_found: called when the service has come, or has come at another port
 * @server_lost: called when the service has gone; a stale reply cannot follow
 * @receive: called for each datagram of the service
 * @context: first argument of the three
 * @server: where the service is, valid if @has_server
 * @has_server: the service is there
 * @tx_pending: datagrams sent since the last RESUME_TX; QRTR_TX_FLOW_HIGH: none may be
 * @resume_awaited: so it is, and @resume_deadline is set
 * @resume_deadline: when to take the RESUME_TX for lost
 * @resume_lost: it is: the next datagram asks for another
 * @owes_resume: a RESUME_TX could not be sent yet
 */
struct qrtr_client {
	uint32_t service;
	uint32_t instance;
	uint32_t port;
	void (*server_found)(void *context);
	void (*server_lost)(void *context);
	void (*receive)(void *context, const uint8_t *data, uint32_t bytes);
	void *context;
	struct qrtr_address server;
	bool has_server;
	uint32_t tx_pending;
	bool resume_awaited;
	uint64_t resume_deadline;
	bool resume_lost;
	bool owes_resume;
};

/**
 * struct qrtr - the node
 * @node: our node id; fixed
 * @transmit: hands a packet to the transport; returns false if that has no room now
 * @transport: first argument of @transmit
 * @hello_retry_ticks: how long to wait for an answer to HELLO; fixed
 * @resume_wait_ticks: how long to wait for a RESUME_TX before it is asked for again; fixed
 * @clients: ours
 * @client_count: entries in @clients
 * @is_linked: the transport is up
 * @hello_owed: a HELLO shall be sent
 * @hello_awaited: a HELLO was sent and not answered yet
 * @hello_tries: how many more HELLOs may be sent without a response
 * @hello_deadline: when to send the next
 * @has_met: the peer has said HELLO on this link
 * @dropped: malformed or unexpected packets
 */
struct qrtr {
	uint32_t node;
	bool (*transmit)(void *transport, const uint8_t *packet, uint32_t bytes);
	void *transport;
	uint64_t hello_retry_ticks;
	uint64_t resume_wait_ticks;
	struct qrtr_client *clients[QRTR_CLIENTS_MAX];
	unsigned int client_count;
	bool is_linked;
	bool hello_owed;
	bool hello_awaited;
	unsigned int hello_tries;
	uint64_t hello_deadline;
	bool has_met;
	uint32_t dropped;
};

/**
 * qrtr_add_client() - add a client
 * @qrtr: the node
 * @client: its fixed fields filled in; must outlive @qrtr
 *
 * Return: false if there are QRTR_CLIENTS_MAX already.
 */
bool qrtr_add_client(struct qrtr *qrtr, struct qrtr_client *client);

/**
 * qrtr_link_up() - should be called when the transport can send, or its other end is a new one
 * @qrtr: the node
 */
void qrtr_link_up(struct qrtr *qrtr);

/**
 * qrtr_link_down() - should be called when the transport has gone
 * @qrtr: the node
 */
void qrtr_link_down(struct qrtr *qrtr);

/**
 * qrtr_receive() - should be called for each packet of the transport
 * @qrtr: the node
 * @packet: private copy
 * @bytes: its length
 */
void qrtr_receive(struct qrtr *qrtr, const uint8_t *packet, uint32_t bytes);

/**
 * qrtr_service() - send messages for which there was no room before
 * @qrtr: the node
 * @now: platform_ticks()
 *
 * Should be called after all code that calls qrtr_send(). If it returns @now, there is room for a datagram that
 * there was none for.
 *
 * Return: when to call again at the latest, or UINT64_MAX.
 */
uint64_t qrtr_service(struct qrtr *qrtr, uint64_t now);

/**
 * qrtr_send() - send a datagram to a client's server
 * @qrtr: the node
 * @client: one of its clients
 * @data: payload, copied
 * @bytes: at most QRTR_PAYLOAD_BYTES
 *
 * Return: false if there is no server, or it or the transport takes no more now.
 */
bool qrtr_send(struct qrtr *qrtr, struct qrtr_client *client, const void *data, uint32_t bytes);

#endif /* LULLABY_TRANSPORT_QRTR_H */
