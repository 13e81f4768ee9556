/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * rpmsg over virtio, the remote processor's side: named channels between the AP and the DSP.
 *
 * We announce our endpoints through the AP's name service. Where their other ends live we learn
 * from the source address of incoming messages: on an AP that runs Linux a driver's endpoint gets its
 * address when it binds, and that is not told. An AP may also announce (to our address 53).
 *
 * Everything runs in the message loop's context; receive callbacks may send.
 */
#ifndef LULLABY_TRANSPORT_RPMSG_H
#define LULLABY_TRANSPORT_RPMSG_H

#include <stdbool.h>
#include <stdint.h>

#include "virtqueue.h"

#define RPMSG_BUFFER_BYTES	512
#define RPMSG_PAYLOAD_BYTES	496	/* RPMSG_BUFFER_BYTES less the header */
#define RPMSG_NAME_BYTES	32
#define RPMSG_ENDPOINTS_MAX	4

/* VIRTIO_RPMSG_F_NS: bit 0 of the device's features: name service announcements are sent. */
#define RPMSG_FEATURE_NS	0x1

/**
 * struct rpmsg_endpoint - one end of a channel, the DSP's
 * @name: channel name, shorter than RPMSG_NAME_BYTES; fixed
 * @address: our address; fixed, unique, not 53
 * @connected: called when the other end's address became known or changed; may be NULL
 * @receive: called for each message with a payload; the data is a private copy
 * @context: first argument of both
 * @remote_address: the other end's address, valid if @has_remote
 * @has_remote: the other end has spoken, or was announced
 * @is_announced: the AP has been told about us
 */
struct rpmsg_endpoint {
	const char *name;
	uint32_t address;
	void (*connected)(void *context);
	void (*receive)(void *context, const uint8_t *data, uint32_t bytes);
	void *context;
	uint32_t remote_address;
	bool has_remote;
	bool is_announced;
};

/**
 * struct rpmsg - the bus
 * @tx: vring 0, buffers that we fill
 * @rx: vring 1, buffers that the AP filled
 * @endpoints: ours, in the order of their announcements
 * @endpoint_count: entries in @endpoints
 * @is_up: the rings are usable
 * @is_starved: a send found no buffer; the AP has been asked to ring when there are some
 * @dropped: malformed or misaddressed messages received
 */
struct rpmsg {
	struct virtqueue tx;
	struct virtqueue rx;
	struct rpmsg_endpoint *endpoints[RPMSG_ENDPOINTS_MAX];
	unsigned int endpoint_count;
	bool is_up;
	bool is_starved;
	uint32_t dropped;
};

/**
 * struct rpmsg_vring - the resource table's word on a vring
 * @address: where it is
 * @num: ring size
 * @align: alignment of its parts
 */
struct rpmsg_vring {
	uint64_t address;
	uint32_t num;
	uint32_t align;
};

/**
 * rpmsg_add_endpoint() - add an endpoint, before rpmsg_start()
 * @rpmsg: the bus
 * @endpoint: name, address and callbacks filled in; must outlive @rpmsg
 *
 * Return: false if there are RPMSG_ENDPOINTS_MAX already.
 */
bool rpmsg_add_endpoint(struct rpmsg *rpmsg, struct rpmsg_endpoint *endpoint);

/**
 * rpmsg_start() - bring the bus up, once the AP's driver is ready
 * @rpmsg: the bus, with its endpoints
 * @windows: memory shared with the AP
 * @window_count: entries in @windows
 * @tx: vring 0
 * @rx: vring 1
 *
 * Return: false if a vring is unusable.
 */
bool rpmsg_start(struct rpmsg *rpmsg, const struct shm_window *windows, unsigned int window_count,
		 const struct rpmsg_vring *tx, const struct rpmsg_vring *rx);

/**
 * rpmsg_stop() - let go of the rings; should be called when the AP has reset the virtio device
 * @rpmsg: the bus
 */
void rpmsg_stop(struct rpmsg *rpmsg);

/**
 * rpmsg_is_reset() - has the AP's driver come anew without our seeing it go?
 * @rpmsg: the bus, which is up and has announced something
 *
 * Return: true if it has: rpmsg_stop() and rpmsg_start() are due.
 */
bool rpmsg_is_reset(const struct rpmsg *rpmsg);

/**
 * rpmsg_poll() - announce channels and deliver messages
 * @rpmsg: the bus
 *
 * At most one ring full is delivered, so that a chattering AP cannot hold the caller up.
 *
 * Return: true if there is more.
 */
bool rpmsg_poll(struct rpmsg *rpmsg);

/**
 * rpmsg_has_work() - would rpmsg_poll() find something?
 * @rpmsg: the bus
 *
 * Return: true if so.
 */
bool rpmsg_has_work(struct rpmsg *rpmsg);

/**
 * rpmsg_send() - send to the other end
 * @endpoint: one of ours
 * @rpmsg: the bus
 * @data: payload, copied
 * @bytes: at most RPMSG_PAYLOAD_BYTES
 *
 * Return: false if it is too long, nobody is known at the other end, or no buffer is free.
 */
bool rpmsg_send(struct rpmsg *rpmsg, struct rpmsg_endpoint *endpoint, const void *data,
		uint32_t bytes);

/**
 * rpmsg_needs_notify() - must the AP's doorbell be rung?
 * @rpmsg: the bus
 *
 * Should be called once after a batch of polls and sends.
 *
 * Return: true if the AP wants to know what happened since the last call.
 */
bool rpmsg_needs_notify(struct rpmsg *rpmsg);

#endif /* LULLABY_TRANSPORT_RPMSG_H */
