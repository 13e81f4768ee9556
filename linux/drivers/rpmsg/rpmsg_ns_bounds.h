/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many channels a remote processor may announce. Called by the hook in rpmsg_ns.c.
 */
#ifndef __RPMSG_NS_BOUNDS_H__
#define __RPMSG_NS_BOUNDS_H__

#include <linux/device.h>
#include <linux/types.h>

/* With those of Linux's own: the name service, and a character device. */
#define RPMSG_NS_MAX_CHANNELS	32u

static inline int rpmsg_ns_count(struct device *dev, void *count)
{
	++*(unsigned int *)count;
	return 0;
}

/**
 * rpmsg_ns_is_full() - may a remote processor not announce another channel?
 * @bus: the device that channels are children of
 *
 * Context: may sleep.
 * Return: whether there are RPMSG_NS_MAX_CHANNELS already.
 */
static inline bool rpmsg_ns_is_full(struct device *bus)
{
	unsigned int count = 0;

	device_for_each_child(bus, &count, rpmsg_ns_count);
	return count >= RPMSG_NS_MAX_CHANNELS;
}

#endif /* __RPMSG_NS_BOUNDS_H__ */
