// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* rpmsg over virtio, the remote processor's side; see rpmsg.h. */
#include "rpmsg.h"

#include <string.h>

#define RPMSG_NS_ADDRESS	53
#define RPMSG_ADDRESS_ANY	0xffffffffu

struct rpmsg_header {
	uint32_t source;
	uint32_t destination;
	uint32_t reserved;
	uint16_t bytes;		/* of the payload that follows */
	uint16_t flags;
};
_Static_assert(sizeof(struct rpmsg_header) == RPMSG_BUFFER_BYTES - RPMSG_PAYLOAD_BYTES,
	       "wire size");

/* Name service message */
struct rpmsg_ns {
	char name[RPMSG_NAME_BYTES];
	uint32_t address;
	uint32_t flags;
};
_Static_assert(sizeof(struct rpmsg_ns) == 40, "wire size");

enum {
	RPMSG_NS_CREATE		= 0,
	RPMSG_NS_DESTROY	= 1,
};

bool rpmsg_add_endpoint(struct rpmsg *rpmsg, struct rpmsg_endpoint *endpoint)
{
	if (rpmsg->endpoint_count == RPMSG_ENDPOINTS_MAX)
		return false;
	rpmsg->endpoints[rpmsg->endpoint_count++] = endpoint;
	return true;
}

bool rpmsg_start(struct rpmsg *rpmsg, const struct shm_window *windows, unsigned int window_count,
		 const struct rpmsg_vring *tx, const struct rpmsg_vring *rx)
{
	for (unsigned int i = 0; i < rpmsg->endpoint_count; i++) {
		rpmsg->endpoints[i]->has_remote = false;
		rpmsg->endpoints[i]->is_announced = false;
	}
	rpmsg->is_starved = false;
	rpmsg->is_up = virtqueue_init(&rpmsg->tx, windows, window_count, tx->address, tx->num,
				      tx->align) &&
		       virtqueue_init(&rpmsg->rx, windows, window_count, rx->address, rx->num,
				      rx->align);
	if (!rpmsg->is_up)
		return false;
	/* New buffers to fill are no news, unless we run out of them. */
	virtqueue_allow_kick(&rpmsg->tx, false);
	virtqueue_allow_kick(&rpmsg->rx, true);
	return true;
}

void rpmsg_stop(struct rpmsg *rpmsg)
{
	rpmsg->is_up = false;
	for (unsigned int i = 0; i < rpmsg->endpoint_count; i++)
		rpmsg->endpoints[i]->has_remote = false;
}

bool rpmsg_is_reset(const struct rpmsg *rpmsg)
{
	return virtqueue_is_reset(&rpmsg->tx) || virtqueue_is_reset(&rpmsg->rx);
}

/*
 * The next buffer to fill. If there is none, the AP will ring when there is; also if somebody else
 * gets one in the same iteration: an endpoint that went away empty tries again after a poll, which has to come.
 */
static bool get_tx_buffer(struct rpmsg *rpmsg, struct virtqueue_buffer *buffer)
{
	bool has_buffer = virtqueue_get(&rpmsg->tx, true, buffer);

	if (!has_buffer && !rpmsg->is_starved) {
		rpmsg->is_starved = true;
		virtqueue_allow_kick(&rpmsg->tx, true);
		has_buffer = virtqueue_get(&rpmsg->tx, true, buffer);
		if (has_buffer) {
			rpmsg->is_starved = false;
			virtqueue_allow_kick(&rpmsg->tx, false);
		}
	}
	return has_buffer;
}

static bool send_to(struct rpmsg *rpmsg, uint32_t source, uint32_t destination, const void *data,
		    uint32_t bytes)
{
	struct rpmsg_header header = {
		.source = source,
		.destination = destination,
		.bytes = (uint16_t)bytes,
	};
	struct virtqueue_buffer buffer;

	if (!rpmsg->is_up || bytes > RPMSG_PAYLOAD_BYTES || !get_tx_buffer(rpmsg, &buffer))
		return false;
	if (buffer.bytes < sizeof(header) + bytes) {
		virtqueue_put(&rpmsg->tx, &buffer, 0);
		return false;
	}
	memcpy(buffer.data, &header, sizeof(header));
	if (bytes)
		memcpy(buffer.data + sizeof(header), data, bytes);
	virtqueue_put(&rpmsg->tx, &buffer, (uint32_t)sizeof(header) + bytes);
	return true;
}

bool rpmsg_send(struct rpmsg *rpmsg, struct rpmsg_endpoint *endpoint, const void *data,
		uint32_t bytes)
{
	return endpoint->has_remote &&
	       send_to(rpmsg, endpoint->address, endpoint->remote_address, data, bytes);
}

static void announce_endpoints(struct rpmsg *rpmsg)
{
	for (unsigned int i = 0; i < rpmsg->endpoint_count; i++) {
		struct rpmsg_endpoint *endpoint = rpmsg->endpoints[i];
		struct rpmsg_ns ns = {
			.address = endpoint->address,
			.flags = RPMSG_NS_CREATE,
		};

		if (endpoint->is_announced)
			continue;
		for (unsigned int c = 0; c < RPMSG_NAME_BYTES - 1 && endpoint->name[c]; c++)
			ns.name[c] = endpoint->name[c];
		if (!send_to(rpmsg, endpoint->address, RPMSG_NS_ADDRESS, &ns, sizeof(ns)))
			return;
		endpoint->is_announced = true;
	}
}

static void endpoint_set_remote(struct rpmsg_endpoint *endpoint, uint32_t address,
				bool is_introduction)
{
	if (endpoint->has_remote && endpoint->remote_address == address && !is_introduction)
		return;
	endpoint->remote_address = address;
	endpoint->has_remote = true;
	if (endpoint->connected)
		endpoint->connected(endpoint->context);
}

/* The AP announces one of its own endpoints: the other end of ours with the same name. */
static bool receive_ns(struct rpmsg *rpmsg, const uint8_t *data, uint32_t bytes)
{
	struct rpmsg_ns ns;

	if (bytes != sizeof(ns))
		return false;
	memcpy(&ns, data, sizeof(ns));
	for (unsigned int i = 0; i < rpmsg->endpoint_count; i++) {
		struct rpmsg_endpoint *endpoint = rpmsg->endpoints[i];

		if (strncmp(ns.name, endpoint->name, RPMSG_NAME_BYTES))
			continue;
		if (!(ns.flags & RPMSG_NS_DESTROY))
			endpoint_set_remote(endpoint, ns.address, true);
		else if (endpoint->remote_address == ns.address)
			endpoint->has_remote = false;
		return true;
	}
	return false;
}

static bool dispatch(struct rpmsg *rpmsg, const struct rpmsg_header *header, const uint8_t *data)
{
	if (header->source == RPMSG_ADDRESS_ANY)
		return false;
	if (header->destination == RPMSG_NS_ADDRESS)
		return receive_ns(rpmsg, data, header->bytes);
	for (unsigned int i = 0; i < rpmsg->endpoint_count; i++) {
		struct rpmsg_endpoint *endpoint = rpmsg->endpoints[i];

		if (endpoint->address != header->destination)
			continue;
		/*
		 * An empty message only introduces its sender. A driver that binds again may get
		 * the address that it had, and messages sent meanwhile are lost.
		 */
		endpoint_set_remote(endpoint, header->source, !header->bytes);
		if (header->bytes)
			endpoint->receive(endpoint->context, data, header->bytes);
		return true;
	}
	return false;
}

/* Takes one message. The copy keeps the AP from changing it once it has been checked. */
static void receive_one(struct rpmsg *rpmsg, const struct virtqueue_buffer *buffer)
{
	uint8_t payload[RPMSG_PAYLOAD_BYTES];
	struct rpmsg_header header;
	bool is_sane;

	is_sane = buffer->bytes >= sizeof(header) && buffer->bytes <= RPMSG_BUFFER_BYTES;
	if (is_sane) {
		memcpy(&header, buffer->data, sizeof(header));
		is_sane = header.bytes <= buffer->bytes - sizeof(header);
	}
	if (is_sane)
		memcpy(payload, buffer->data + sizeof(header), header.bytes);
	virtqueue_put(&rpmsg->rx, buffer, 0);
	if (!is_sane || !dispatch(rpmsg, &header, payload))
		rpmsg->dropped++;
}

bool rpmsg_poll(struct rpmsg *rpmsg)
{
	struct virtqueue_buffer buffer;

	if (!rpmsg->is_up)
		return false;
	if (rpmsg->is_starved && virtqueue_has_buffer(&rpmsg->tx)) {
		/* Endpoints that could not send try again after each poll. */
		rpmsg->is_starved = false;
		virtqueue_allow_kick(&rpmsg->tx, false);
	}
	announce_endpoints(rpmsg);
	for (unsigned int i = 0; i < rpmsg->rx.num; i++) {
		if (!virtqueue_get(&rpmsg->rx, false, &buffer))
			break;
		receive_one(rpmsg, &buffer);
	}
	return rpmsg_has_work(rpmsg);
}

bool rpmsg_has_work(struct rpmsg *rpmsg)
{
	return rpmsg->is_up && (virtqueue_has_buffer(&rpmsg->rx) ||
				(rpmsg->is_starved && virtqueue_has_buffer(&rpmsg->tx)));
}

bool rpmsg_needs_notify(struct rpmsg *rpmsg)
{
	bool tx_needs, rx_needs;

	if (!rpmsg->is_up)
		return false;
	tx_needs = virtqueue_needs_notify(&rpmsg->tx);
	rx_needs = virtqueue_needs_notify(&rpmsg->rx);
	return tx_needs || rx_needs;
}
