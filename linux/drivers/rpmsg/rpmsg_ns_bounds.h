/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which channels a remote processor may announce, and how many. Called by rpmsg_ns.c.
 */
#ifndef __RPMSG_NS_BOUNDS_H__
#define __RPMSG_NS_BOUNDS_H__

#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/ratelimit.h>
#include <linux/rpmsg.h>
#include <linux/rpmsg/ns.h>
#include <linux/string.h>
#include <linux/types.h>

/* With those of Linux's own: the name service, and a character device. */
#define RPMSG_NS_MAX_CHANNELS	512u

static inline int rpmsg_ns_count(struct device *dev, void *count)
{
	++*(unsigned int *)count;
	return 0;
}

/**
 * rpmsg_ns_is_full() - may a remote processor not announce another channel?
 * @bus: the device that channels are children of
 *
 * Context: Process context. May sleep.
 * Return: whether there are RPMSG_NS_MAX_CHANNELS already.
 */
static inline bool rpmsg_ns_is_full(struct device *bus)
{
	unsigned int count = 0;

	device_for_each_child(bus, &count, rpmsg_ns_count);
	return count >= RPMSG_NS_MAX_CHANNELS;
}

/**
 * rpmsg_ns_log() - say that a channel comes or goes
 * @bus: the device that channels are children of
 * @channel: which
 * @is_end: whether it goes
 *
 * All channels of a remote that starts are told of; one that announces without end is not.
 *
 * Context: Any context.
 */
static inline void rpmsg_ns_log(struct device *bus, const struct rpmsg_channel_info *channel,
				bool is_end)
{
	static DEFINE_RATELIMIT_STATE(pace, 10 * HZ, 128);

	if (__ratelimit(&pace))
		dev_info(bus, "%sing channel %s addr 0x%x\n", is_end ? "destroy" : "creat",
			 channel->name, channel->dst);
}

/**
 * rpmsg_ns_is_sound() - may a channel be called that, and be there?
 * @channel: the channel that is announced, or withdrawn
 *
 * A name becomes part of a device's, of a file's in sysfs, where a '/' becomes a '!' and must not
 * meet one that is there already, and of lines in the log. Linux's own devices are on the same bus
 * as those of the remote, which is to have nothing to do with them.
 *
 * Context: Any context.
 * Return: whether Linux may act on it.
 */
static inline bool rpmsg_ns_is_sound(const struct rpmsg_channel_info *channel)
{
	if (!channel->name[0])
		return false;
	for (const char *c = channel->name; *c; c++) {
		if (!isascii(*c) || !isprint(*c) || *c == '!')
			return false;
	}
	if (!strcmp(channel->name, "rpmsg_ns") || !strcmp(channel->name, "rpmsg_ctrl"))
		return false;
	return channel->dst != RPMSG_ADDR_ANY && channel->dst != RPMSG_NS_ADDR;
}

#endif /* __RPMSG_NS_BOUNDS_H__ */
