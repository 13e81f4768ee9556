/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A remote processor for tests: the device's end of virtio rpmsg's two rings. It is honest: it
 * waits for a free buffer before it sends.
 */
#ifndef __RPMSG_VIRTIO_FIXTURE_H__
#define __RPMSG_VIRTIO_FIXTURE_H__

#include <kunit/test.h>
#include <linux/rpmsg.h>
#include <linux/types.h>

#define REMOTE_RING_BUFFERS	32
#define REMOTE_WAIT_MS		30000
#define REMOTE_MESSAGE_BYTES	64

struct remote;

struct remote_message {
	u32 src;
	u32 dst;
	unsigned int bytes;
	u8 data[REMOTE_MESSAGE_BYTES];
};

struct remote *remote_create(struct kunit *test);
void remote_destroy(struct remote *remote);
void remote_set_ignore_rx(struct remote *remote, bool ignores_rx);

int remote_send(struct remote *remote, u32 src, u32 dst, const void *data, unsigned int bytes);
int remote_announce(struct remote *remote, const char *name, u32 addr, bool is_end);
bool remote_receive(struct remote *remote, u32 dst, struct remote_message *message);

struct rpmsg_device *remote_find_channel(struct remote *remote, const char *name, u32 addr);
bool remote_await_channel(struct remote *remote, const char *name, u32 addr, bool is_there);

#endif /* __RPMSG_VIRTIO_FIXTURE_H__ */
