/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounds the memory of messages that nobody has read. Called by rpmsg_char.c.
 *
 * A character device of a channel receives from the beginning, whether anybody has opened it or
 * not. Its memory is bounded for each device and for all of them; but each has room for some
 * messages even if the others hold much, so that one remote does not cost another its messages.
 */
#ifndef __RPMSG_CHAR_BOUNDS_H__
#define __RPMSG_CHAR_BOUNDS_H__

#include <linux/atomic.h>
#include <linux/skbuff.h>
#include <linux/sizes.h>

#define RPMSG_CHAR_DEVICE_BYTES		SZ_4M
#define RPMSG_CHAR_ALL_BYTES		SZ_32M
#define RPMSG_CHAR_RESERVED_BYTES	SZ_64K

struct rpmsg_char_usage {
	atomic_long_t bytes;
};

static struct rpmsg_char_usage rpmsg_char_all;

static inline void rpmsg_char_uncharge(struct sk_buff *skb)
{
	struct rpmsg_char_usage *device = *(struct rpmsg_char_usage **)skb->cb;

	atomic_long_sub(skb->truesize, &device->bytes);
	atomic_long_sub(skb->truesize, &rpmsg_char_all.bytes);
}

/**
 * rpmsg_char_may_queue() - check whether there is room for one more message
 * @device: the counter of its device; outlives the message
 * @skb: the message; it is counted until it is freed
 *
 * Softirqs may call this, too.
 *
 * Context: Process context. Does not sleep.
 * Return: whether there is room. If not, the caller frees the message.
 */
static inline bool rpmsg_char_may_queue(struct rpmsg_char_usage *device, struct sk_buff *skb)
{
	long bytes, all_bytes;

	if (!IS_ENABLED(CONFIG_RPMSG_HARDENING))
		return true;

	bytes = atomic_long_add_return(skb->truesize, &device->bytes);
	all_bytes = atomic_long_add_return(skb->truesize, &rpmsg_char_all.bytes);
	*(struct rpmsg_char_usage **)skb->cb = device;
	skb->destructor = rpmsg_char_uncharge;

	return bytes <= RPMSG_CHAR_RESERVED_BYTES ||
	       (bytes <= RPMSG_CHAR_DEVICE_BYTES && all_bytes <= RPMSG_CHAR_ALL_BYTES);
}

#endif /* __RPMSG_CHAR_BOUNDS_H__ */
