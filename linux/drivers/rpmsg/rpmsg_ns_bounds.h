/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which channels a remote processor may announce, and how many. Called by the hook in rpmsg_ns.c.
 */
#ifndef __RPMSG_NS_BOUNDS_H__
#define __RPMSG_NS_BOUNDS_H__

#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/rpmsg.h>
#include <linux/rpmsg/ns.h>
#include <linux/string.h>
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

/**
 * rpmsg_ns_is_sound() - may a channel be called that, and be there?
 * @channel: what is announced, or withdrawn; the name may lack its end
 *
 * A name becomes part of a device's, of a file's in sysfs, where a '/' would be taken for a '!',
 * and of lines in the log. Linux's own devices are on the same bus as those of the remote, which
 * is to have nothing to do with them.
 *
 * Context: any.
 * Return: whether Linux may act on it.
 */
static inline bool rpmsg_ns_is_sound(const struct rpmsg_channel_info *channel)
{
	size_t length = strnlen(channel->name, RPMSG_NAME_SIZE);

	if (!length || length == RPMSG_NAME_SIZE)
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = channel->name[i];

		if (!isascii(c) || (!isalnum(c) && c != '.' && c != '_' && c != '-'))
			return false;
	}
	if (!strcmp(channel->name, "rpmsg_ns") || !strcmp(channel->name, "rpmsg_ctrl"))
		return false;
	return channel->dst != RPMSG_ADDR_ANY && channel->dst != RPMSG_NS_ADDR;
}

#endif /* __RPMSG_NS_BOUNDS_H__ */
