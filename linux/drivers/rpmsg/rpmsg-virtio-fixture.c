// SPDX-License-Identifier: GPL-2.0-only
/*
 * A remote processor for tests, see the header.
 *
 * The test's own thread sends by one of its rings, and the callers that notify it receive by the
 * other one. A work item rings Linux, as an interrupt thread would.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/rpmsg/ns.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include <linux/workqueue.h>

#include "rpmsg_internal.h"
#include "rpmsg-virtio-fixture.h"

#define REMOTE_RING_ALIGN	64
#define REMOTE_RECEIVED		256

/* A virtio rpmsg message on the wire. */
struct remote_header {
	__le32 src;
	__le32 dst;
	__le32 reserved;
	__le16 len;
	__le16 flags;
	u8 data[];
} __packed;

enum { FROM_REMOTE, TO_REMOTE, RINGS };

/**
 * struct remote_ring - one ring, from the device's end
 * @vq: Linux's end
 * @vring: in memory that both share
 * @next: index of the next buffer that Linux has made available
 */
struct remote_ring {
	struct virtqueue *vq;
	struct vring vring;
	u16 next;
};

/**
 * struct remote - a remote processor
 * @vdev: the device that virtio_rpmsg_bus is bound to
 * @released: nobody refers to @vdev any more
 * @rings: both rings; FROM_REMOTE is the test thread's, TO_REMOTE is under @lock
 * @doorbell: rings Linux
 * @status: as the driver has set it
 * @lock: guards the fields below
 * @ignores_rx: it takes nothing from its ring
 * @received: messages that it has got and the test has not taken; beyond that the oldest are
 *	forgotten
 * @received_count: number of messages in @received
 */
struct remote {
	struct virtio_device vdev;
	struct completion released;
	struct remote_ring rings[RINGS];
	struct work_struct doorbell;
	u8 status;
	spinlock_t lock;	/* guards the fields below */
	bool ignores_rx;
	struct remote_message received[REMOTE_RECEIVED];
	unsigned int received_count;
};

static struct remote *remote_of(struct virtio_device *vdev)
{
	return container_of(vdev, struct remote, vdev);
}

static bool remote_ring_has_buffer(struct remote *remote, struct remote_ring *ring)
{
	/* pairs with the barrier before Linux updates the index */
	return virtio16_to_cpu(&remote->vdev, smp_load_acquire(&ring->vring.avail->idx)) !=
	       ring->next;
}

static struct remote_header *remote_ring_peek(struct remote *remote, struct remote_ring *ring,
					      unsigned int *head)
{
	*head = virtio16_to_cpu(&remote->vdev,
				ring->vring.avail->ring[ring->next % REMOTE_RING_BUFFERS]);
	return phys_to_virt(virtio64_to_cpu(&remote->vdev, ring->vring.desc[*head].addr));
}

static void remote_ring_return(struct remote *remote, struct remote_ring *ring,
			       unsigned int head, unsigned int bytes)
{
	struct vring_used *used = ring->vring.used;
	u16 index = virtio16_to_cpu(&remote->vdev, used->idx);
	struct vring_used_elem *elem = &used->ring[index % REMOTE_RING_BUFFERS];

	elem->id = cpu_to_virtio32(&remote->vdev, head);
	elem->len = cpu_to_virtio32(&remote->vdev, bytes);
	ring->next++;
	/* pairs with the barrier after Linux has read the index */
	smp_store_release(&used->idx, cpu_to_virtio16(&remote->vdev, index + 1));
}

static void remote_ring_doorbell(struct work_struct *work)
{
	struct remote *remote = container_of(work, struct remote, doorbell);

	for (unsigned int i = 0; i < RINGS; i++)
		vring_interrupt(0, remote->rings[i].vq);
}

/* Takes the messages in its ring, with Linux's lock of that ring held. */
static bool remote_notify(struct virtqueue *vq)
{
	struct remote *remote = remote_of(vq->vdev);
	struct remote_ring *ring = &remote->rings[vq->index];
	struct remote_header *header;
	struct remote_message *message;
	unsigned int head;

	if (vq->index != TO_REMOTE)
		return true;

	spin_lock(&remote->lock);
	while (!remote->ignores_rx && remote_ring_has_buffer(remote, ring)) {
		header = remote_ring_peek(remote, ring, &head);
		if (remote->received_count == REMOTE_RECEIVED)
			memmove(remote->received, remote->received + 1,
				--remote->received_count * sizeof(*message));
		message = &remote->received[remote->received_count++];
		message->src = le32_to_cpu(header->src);
		message->dst = le32_to_cpu(header->dst);
		message->bytes = min_t(unsigned int, le16_to_cpu(header->len),
				       REMOTE_MESSAGE_BYTES);
		memcpy(message->data, header->data, message->bytes);
		remote_ring_return(remote, ring, head, 0);
	}
	spin_unlock(&remote->lock);
	schedule_work(&remote->doorbell);
	return true;
}

/* The transport's operations */

static u64 remote_get_features(struct virtio_device *vdev)
{
	return BIT_ULL(0);	/* the name service */
}

static int remote_finalize_features(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	return 0;
}

static u8 remote_get_status(struct virtio_device *vdev)
{
	return remote_of(vdev)->status;
}

static void remote_set_status(struct virtio_device *vdev, u8 status)
{
	remote_of(vdev)->status = status;
}

static void remote_reset(struct virtio_device *vdev)
{
	remote_of(vdev)->status = 0;
}

static void remote_del_vqs(struct virtio_device *vdev)
{
	struct remote *remote = remote_of(vdev);

	cancel_work_sync(&remote->doorbell);
	for (unsigned int i = 0; i < RINGS; i++) {
		if (!remote->rings[i].vq)
			continue;
		vring_del_virtqueue(remote->rings[i].vq);
		kfree(remote->rings[i].vring.desc);
		remote->rings[i].vq = NULL;
	}
}

static int remote_find_vqs(struct virtio_device *vdev, unsigned int count,
			   struct virtqueue *vqs[], struct virtqueue_info infos[],
			   struct irq_affinity *affinity)
{
	struct remote *remote = remote_of(vdev);

	if (count != RINGS)
		return -EINVAL;

	for (unsigned int i = 0; i < RINGS; i++) {
		struct remote_ring *ring = &remote->rings[i];
		void *memory = kzalloc(vring_size(REMOTE_RING_BUFFERS, REMOTE_RING_ALIGN),
				       GFP_KERNEL);

		if (memory)
			ring->vq = vring_new_virtqueue(i, REMOTE_RING_BUFFERS, REMOTE_RING_ALIGN,
						       vdev, false, false, memory, remote_notify,
						       infos[i].callback, infos[i].name);
		if (!ring->vq) {
			kfree(memory);
			remote_del_vqs(vdev);
			return -ENOMEM;
		}
		vring_init(&ring->vring, REMOTE_RING_BUFFERS, memory, REMOTE_RING_ALIGN);
		ring->next = 0;
		vqs[i] = ring->vq;
	}
	return 0;
}

static const struct virtio_config_ops remote_ops = {
	.get_features = remote_get_features,
	.finalize_features = remote_finalize_features,
	.get_status = remote_get_status,
	.set_status = remote_set_status,
	.reset = remote_reset,
	.find_vqs = remote_find_vqs,
	.del_vqs = remote_del_vqs,
};

static void remote_release(struct device *dev)
{
	complete(&remote_of(dev_to_virtio(dev))->released);
}

/**
 * remote_create() - start a remote processor
 * @test: the test
 *
 * Return: the remote, to which virtio_rpmsg_bus is bound. Fails the test otherwise.
 */
struct remote *remote_create(struct kunit *test)
{
	struct remote *remote;
	struct device *parent;
	u64 *dma_mask;

	dma_mask = kunit_kzalloc(test, sizeof(*dma_mask), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, dma_mask);
	parent = kunit_device_register(test, "rpmsg-remote");
	KUNIT_ASSERT_FALSE(test, IS_ERR(parent));
	parent->dma_mask = dma_mask;
	KUNIT_ASSERT_EQ(test, dma_set_mask_and_coherent(parent, DMA_BIT_MASK(64)), 0);

	remote = kunit_kzalloc(test, sizeof(*remote), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, remote);
	init_completion(&remote->released);
	spin_lock_init(&remote->lock);
	INIT_WORK(&remote->doorbell, remote_ring_doorbell);
	remote->vdev.id.device = VIRTIO_ID_RPMSG;
	remote->vdev.config = &remote_ops;
	remote->vdev.dev.parent = parent;
	remote->vdev.dev.release = remote_release;
	KUNIT_ASSERT_EQ(test, register_virtio_device(&remote->vdev), 0);
	KUNIT_ASSERT_NOT_NULL_MSG(test, remote->rings[TO_REMOTE].vq,
				  "virtio_rpmsg_bus is not there");
	return remote;
}

/**
 * remote_destroy() - end a remote processor and its channels
 * @remote: freed with its test
 */
void remote_destroy(struct remote *remote)
{
	unregister_virtio_device(&remote->vdev);
	wait_for_completion(&remote->released);
}

/**
 * remote_set_ignore_rx() - leave Linux's messages in the ring, or take them
 * @remote: the remote
 * @ignores_rx: whether to leave them
 */
void remote_set_ignore_rx(struct remote *remote, bool ignores_rx)
{
	spin_lock(&remote->lock);
	remote->ignores_rx = ignores_rx;
	spin_unlock(&remote->lock);
}

/**
 * remote_send() - send a message as soon as there is a buffer
 * @remote: the remote
 * @src: the sender's address
 * @dst: the receiver's address
 * @data: the message
 * @bytes: its length
 *
 * Return: 0, or -ETIMEDOUT if there was no buffer.
 */
int remote_send(struct remote *remote, u32 src, u32 dst, const void *data, unsigned int bytes)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(REMOTE_WAIT_MS);
	struct remote_ring *ring = &remote->rings[FROM_REMOTE];
	struct remote_header *header;
	unsigned int head;

	while (!remote_ring_has_buffer(remote, ring)) {
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		/* Shorter waits leave a debug kernel no time for anything else. */
		usleep_range(500, 1000);
	}
	header = remote_ring_peek(remote, ring, &head);
	header->src = cpu_to_le32(src);
	header->dst = cpu_to_le32(dst);
	header->len = cpu_to_le16(bytes);
	header->flags = 0;
	memcpy(header->data, data, bytes);
	remote_ring_return(remote, ring, head, sizeof(*header) + bytes);
	schedule_work(&remote->doorbell);
	return 0;
}

/**
 * remote_announce() - tell Linux's name service of a channel
 * @remote: the remote
 * @name: of the channel
 * @addr: of the channel, on the remote's side
 * @is_end: whether it goes
 *
 * Return: as remote_send().
 */
int remote_announce(struct remote *remote, const char *name, u32 addr, bool is_end)
{
	struct rpmsg_ns_msg message = {
		.addr = (__force __rpmsg32)cpu_to_le32(addr),
		.flags = (__force __rpmsg32)cpu_to_le32(is_end ? RPMSG_NS_DESTROY :
								 RPMSG_NS_CREATE),
	};

	strscpy(message.name, name, sizeof(message.name));
	return remote_send(remote, addr, RPMSG_NS_ADDR, &message, sizeof(message));
}

static bool remote_takes(struct remote *remote, u32 dst, struct remote_message *message)
{
	bool is_there = false;
	unsigned int i = 0;

	spin_lock(&remote->lock);
	while (i < remote->received_count && remote->received[i].dst != dst)
		i++;
	if (i < remote->received_count) {
		is_there = true;
		*message = remote->received[i];
		remote->received_count--;
		memmove(remote->received + i, remote->received + i + 1,
			(remote->received_count - i) * sizeof(*message));
	}
	spin_unlock(&remote->lock);
	return is_there;
}

/**
 * remote_receive() - wait for a message from Linux
 * @remote: the remote
 * @dst: the address that it goes to
 * @message: the oldest one
 *
 * Return: whether there was one.
 */
bool remote_receive(struct remote *remote, u32 dst, struct remote_message *message)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(REMOTE_WAIT_MS);

	while (!remote_takes(remote, dst, message)) {
		if (time_after(jiffies, deadline))
			return false;
		usleep_range(500, 1000);
	}
	return true;
}

/**
 * remote_find_channel() - look for a channel
 * @remote: the remote
 * @name: of the channel
 * @addr: of the channel, on the remote's side
 *
 * Return: the channel, with a reference, or NULL.
 */
struct rpmsg_device *remote_find_channel(struct remote *remote, const char *name, u32 addr)
{
	struct rpmsg_channel_info info = { .src = RPMSG_ADDR_ANY, .dst = addr };
	struct device *dev;

	strscpy(info.name, name, sizeof(info.name));
	dev = rpmsg_find_device(&remote->vdev.dev, &info);
	return dev ? to_rpmsg_device(dev) : NULL;
}

/**
 * remote_await_channel() - wait for a channel to come or go
 * @remote: the remote
 * @name: of the channel
 * @addr: of the channel, on the remote's side
 * @is_there: whether it is to come
 *
 * Return: whether it has come or gone.
 */
bool remote_await_channel(struct remote *remote, const char *name, u32 addr, bool is_there)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(REMOTE_WAIT_MS);
	struct rpmsg_device *channel;

	for (;;) {
		channel = remote_find_channel(remote, name, addr);
		if (channel)
			put_device(&channel->dev);
		if (!!channel == is_there)
			return true;
		if (time_after(jiffies, deadline))
			return false;
		usleep_range(1000, 2000);
	}
}
