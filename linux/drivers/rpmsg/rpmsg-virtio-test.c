// SPDX-License-Identifier: GPL-2.0-only
/*
 * An honest remote processor over virtio rpmsg loses nothing, however much it says, however fast,
 * and on however many channels; and one that takes nothing holds up a sender for a bounded time.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/net.h>
#include <linux/qrtr.h>
#include <linux/rpmsg.h>
#include <net/net_namespace.h>

#include "rpmsg_char.h"
#include "rpmsg_internal.h"
#include "rpmsg-qrtr-wire.h"
#include "rpmsg-virtio-fixture.h"

#define REMOTE_ADDR		0x5000
#define LOCAL_ADDR		0x600
#define MESSAGES		3000
#define CHANNELS		200
#define NODE			77

static int virtio_init(struct kunit *test)
{
	test->priv = remote_create(test);
	return 0;
}

static void virtio_exit(struct kunit *test)
{
	remote_destroy(test->priv);
}

static struct file *open_endpoint(struct kunit *test, struct rpmsg_device *channel)
{
	struct device *dev = device_find_any_child(&channel->dev);
	char path[32];

	KUNIT_ASSERT_NOT_NULL(test, dev);
	snprintf(path, sizeof(path), "/dev/%s", dev_name(dev));
	put_device(dev);
	return filp_open(path, O_RDWR | O_NONBLOCK, 0);
}

static bool is_read(struct file *file, u32 *value)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(REMOTE_WAIT_MS);
	loff_t at = 0;
	ssize_t ret;

	do {
		ret = kernel_read(file, value, sizeof(*value), &at);
		if (ret == -EAGAIN)
			usleep_range(500, 1000);
	} while (ret == -EAGAIN && time_before(jiffies, deadline));
	return ret == sizeof(*value);
}

/* Many times the ring, as fast as there are buffers, and nobody reads meanwhile. */
static void virtio_unread(struct kunit *test)
{
	struct rpmsg_channel_info info = { "unread", LOCAL_ADDR, REMOTE_ADDR };
	struct remote *remote = test->priv;
	struct rpmsg_device *channel;
	struct file *file;
	u32 said, read;

	KUNIT_ASSERT_EQ(test, remote_announce(remote, info.name, REMOTE_ADDR, false), 0);
	KUNIT_ASSERT_TRUE(test, remote_await_channel(remote, info.name, REMOTE_ADDR, true));
	channel = remote_find_channel(remote, info.name, REMOTE_ADDR);
	KUNIT_ASSERT_EQ(test, rpmsg_chrdev_eptdev_create(channel, &channel->dev, info), 0);
	file = open_endpoint(test, channel);
	KUNIT_EXPECT_FALSE(test, IS_ERR(file));
	if (IS_ERR(file))
		goto out;

	for (said = 0; said < MESSAGES; said++)
		if (remote_send(remote, REMOTE_ADDR, LOCAL_ADDR, &said, sizeof(said)))
			break;
	KUNIT_EXPECT_EQ(test, said, MESSAGES);
	for (said = 0; said < MESSAGES; said++)
		if (!is_read(file, &read) || read != said)
			break;
	KUNIT_EXPECT_EQ(test, said, MESSAGES);

	fput(file);
	/* a kernel thread leaves the rest of it to a work item */
	flush_delayed_fput();
out:
	device_for_each_child(&channel->dev, NULL, rpmsg_chrdev_eptdev_destroy);
	put_device(&channel->dev);
}

static void announce_all(struct kunit *test, bool is_end)
{
	char name[RPMSG_NAME_SIZE];

	for (unsigned int i = 0; i < CHANNELS; i++) {
		/* names that are unusual, and allowed */
		snprintf(name, sizeof(name), "a/channel: %u", i);
		KUNIT_ASSERT_EQ(test, remote_announce(test->priv, name, REMOTE_ADDR + i, is_end),
				0);
	}
}

static void expect_all(struct kunit *test, bool are_there)
{
	char name[RPMSG_NAME_SIZE];
	unsigned int count = 0;

	for (unsigned int i = 0; i < CHANNELS; i++) {
		snprintf(name, sizeof(name), "a/channel: %u", i);
		if (!remote_await_channel(test->priv, name, REMOTE_ADDR + i, are_there))
			break;
		count++;
	}
	KUNIT_EXPECT_EQ(test, count, CHANNELS);
}

/* More than a ring's worth of announcements at once; all end and begin again; all end. */
static void virtio_channels(struct kunit *test)
{
	announce_all(test, false);
	expect_all(test, true);
	announce_all(test, true);
	announce_all(test, false);
	expect_all(test, true);
	announce_all(test, true);
	expect_all(test, false);
}

static void say_hello(struct kunit *test)
{
	struct qrtr_wire_packet hello = qrtr_wire_packet(QRTR_TYPE_HELLO, NODE, QRTR_PORT_CTRL, 1,
							 QRTR_PORT_CTRL);
	struct remote *remote = test->priv;
	struct qrtr_wire_packet *packet;
	struct remote_message message;

	KUNIT_ASSERT_EQ(test, remote_announce(remote, "IPCRTR", REMOTE_ADDR, false), 0);
	KUNIT_ASSERT_TRUE(test, remote_receive(remote, REMOTE_ADDR, &message));
	KUNIT_EXPECT_EQ(test, message.bytes, 0);
	KUNIT_ASSERT_EQ(test, remote_send(remote, REMOTE_ADDR, message.src, &hello, sizeof(hello)),
			0);
	KUNIT_ASSERT_TRUE(test, remote_receive(remote, REMOTE_ADDR, &message));
	packet = (void *)message.data;
	KUNIT_EXPECT_EQ(test, le32_to_cpu(packet->type), QRTR_TYPE_HELLO);
}

/* Linux introduces itself, so that the remote can say HELLO, and is answered. */
static void virtio_qrtr(struct kunit *test)
{
	say_hello(test);
}

/* Each packet to a port of its own, so that flow control has no part in it. */
static int send_until_refused(struct socket *sock)
{
	struct sockaddr_qrtr to = { AF_QIPCRTR, NODE, 0x4000 };
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to) };
	struct kvec vec = { "data", 4 };
	int ret = 0;

	for (unsigned int i = 0; i < 2 * REMOTE_RING_BUFFERS && ret >= 0; i++) {
		to.sq_port++;
		ret = kernel_sendmsg(sock, &msg, &vec, 1, vec.iov_len);
	}
	return ret;
}

static void virtio_deaf(struct kunit *test)
{
	unsigned int limit_ms = IS_ENABLED(CONFIG_QRTR_HARDENING) ? 1000 : 20000;
	struct remote *remote = test->priv;
	struct socket *sock;
	ktime_t began;

	say_hello(test);
	KUNIT_ASSERT_EQ(test,
			sock_create_kern(&init_net, AF_QIPCRTR, SOCK_DGRAM, PF_QIPCRTR, &sock), 0);
	remote_set_ignore_rx(remote, true);
	began = ktime_get();
	KUNIT_EXPECT_LT(test, send_until_refused(sock), 0);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), began), limit_ms);
	remote_set_ignore_rx(remote, false);
	sock_release(sock);
}

static struct kunit_case virtio_cases[] = {
	KUNIT_CASE_SLOW(virtio_unread),
	KUNIT_CASE_SLOW(virtio_channels),
	KUNIT_CASE(virtio_qrtr),
	KUNIT_CASE_SLOW(virtio_deaf),
	{}
};

static struct kunit_suite virtio_suite = {
	.name = "rpmsg-virtio",
	.init = virtio_init,
	.exit = virtio_exit,
	.test_cases = virtio_cases,
};

kunit_test_suite(virtio_suite);

MODULE_DESCRIPTION("KUnit tests of rpmsg and QRTR over it");
MODULE_LICENSE("GPL");
