/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounds the names and the number of channels that a remote processor may announce. Called by
 * rpmsg_ns.c.
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

/* This includes Linux's own channels: the name service, and a character device. */
#define RPMSG_NS_MAX_CHANNELS	512u

static inline int rpmsg_ns_count(struct device *dev, void *count)
{
	++*(unsigned int *)count;
	return 0;
}

/**
 * rpmsg_ns_is_full() - check whether a remote processor has all the channels that it may have
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
 * rpmsg_ns_log() - log that a channel comes or goes
 * @bus: the device that channels are children of
 * @channel: the channel
 * @is_end: whether it goes
 *
 * All channels of a remote that starts are logged. If a remote announces without end, the rate is
 * limited.
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
 * rpmsg_ns_is_sound() - check the name and the address of a channel
 * @channel: the channel that is announced, or withdrawn
 *
 * A channel's name becomes part of the name of a device, of the name of a file in sysfs, where a
 * '/' becomes a '!' and must not clash with another name, and of lines in the log. Linux's own
 * devices are on the same bus as those of the remote, which must not reach them.
 *
 * Context: Any context.
 * Return: whether they are acceptable.
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
