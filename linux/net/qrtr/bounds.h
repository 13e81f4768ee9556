/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounds the memory and time that a remote node can take, and the nodes in whose name it can send.
 * Called by af_qrtr.c and smd.c. Without CONFIG_QRTR_HARDENING everything is accepted, as in Linux
 * 6.12.
 */
#ifndef __QRTR_BOUNDS_H_
#define __QRTR_BOUNDS_H_

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/qrtr.h>
#include <linux/rpmsg.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/sock.h>

/*
 * Node ids behind one endpoint: its own, and those that it bridges. The name service keeps 512, for
 * all endpoints together.
 */
#define QRTR_MAX_NODE_IDS	256

/* Flow control records of one endpoint, one for each remote port that has been sent something. */
#define QRTR_MAX_FLOWS		256

/* How long a remote may leave all our rpmsg buffers unread. */
#define QRTR_RPMSG_TRIES	20
#define QRTR_RPMSG_TRY_MS	5

#ifdef CONFIG_QRTR_HARDENING
bool qrtr_node_is_guarded(u32 nid);
#else
static inline bool qrtr_node_is_guarded(u32 nid)
{
	return false;
}
#endif

/**
 * qrtr_may_add() - check whether a remote may have one more object of a kind
 * @count: number of objects that it has
 * @limit: number of objects that it may have
 *
 * Context: Any context.
 * Return: whether it may.
 */
static inline bool qrtr_may_add(unsigned int count, unsigned int limit)
{
	return !IS_ENABLED(CONFIG_QRTR_HARDENING) || count < limit;
}

/**
 * qrtr_send_timeout() - get the send time-out of a packet's sender
 * @skb: the packet
 *
 * Context: Any context.
 * Return: jiffies; MAX_SCHEDULE_TIMEOUT unless its socket has a send time-out.
 */
static inline long qrtr_send_timeout(const struct sk_buff *skb)
{
	return skb->sk ? READ_ONCE(skb->sk->sk_sndtimeo) : MAX_SCHEDULE_TIMEOUT;
}

/**
 * qrtr_control_is_sound() - check that a packet is the control packet that its header names
 * @skb: the data behind the header, in our memory
 * @type: from the header; the name service goes by the packet's command instead
 *
 * Context: Any context.
 * Return: whether they are the same and the packet is long enough for its command. RESUME_TX does
 * not go to the name service.
 */
static inline bool qrtr_control_is_sound(const struct sk_buff *skb, u32 type)
{
	const struct qrtr_ctrl_pkt *pkt = (const void *)skb->data;

	if (!IS_ENABLED(CONFIG_QRTR_HARDENING) || type == QRTR_TYPE_RESUME_TX)
		return true;
	if (skb->len < sizeof(pkt->cmd) || le32_to_cpu(pkt->cmd) != type)
		return false;
	return skb->len >= sizeof(*pkt) || type == QRTR_TYPE_HELLO || type == QRTR_TYPE_BYE;
}

/**
 * qrtr_rpmsg_is_virtio() - tell whether a channel is one of virtio rpmsg
 * @rpdev: the channel
 *
 * Transports with connections (SMD, GLINK) do without addresses, and GLINK's trysend never asks the
 * remote for room: the remedy for virtio does not suit them.
 *
 * Context: Any context.
 * Return: whether it is.
 */
static inline bool qrtr_rpmsg_is_virtio(const struct rpmsg_device *rpdev)
{
	const struct device *parent = rpdev->dev.parent;

	return parent && parent->bus && !strcmp(parent->bus->name, "virtio");
}

/**
 * qrtr_rpmsg_send() - send a packet over rpmsg
 * @ept: the channel's endpoint
 * @data: the packet
 * @len: its length in bytes
 *
 * Over virtio, rpmsg_send() waits 15 s for the remote to give back a buffer, with the QRTR
 * endpoint's lock held. With CONFIG_QRTR_HARDENING it waits 100 ms.
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno, over virtio -ENOMEM if the remote takes nothing.
 */
static inline int qrtr_rpmsg_send(struct rpmsg_endpoint *ept, void *data, int len)
{
	unsigned int tries;
	int ret;

	if (!IS_ENABLED(CONFIG_QRTR_HARDENING) || !qrtr_rpmsg_is_virtio(ept->rpdev))
		return rpmsg_send(ept, data, len);

	for (tries = 0; tries < QRTR_RPMSG_TRIES; tries++) {
		ret = rpmsg_trysend(ept, data, len);
		if (ret != -ENOMEM)
			break;
		msleep(QRTR_RPMSG_TRY_MS);
	}
	return ret;
}

#endif /* __QRTR_BOUNDS_H_ */
