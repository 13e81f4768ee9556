// SPDX-License-Identifier: GPL-2.0-only
/*
 * QRTR over a transport with connections, as SMD and GLINK are, whose remote gives room for a
 * message only when it is asked: send does that, and trysend always fails. And nodes behind two of
 * them.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/qrtr.h>
#include <linux/qrtr-guard.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

#include "rpmsg_internal.h"
#include "rpmsg-qrtr-wire.h"

#define WIRE_PACKETS		256
#define WIRE_WAIT_MS		10000
#define WIRE_QUIET_MS		200

#define NODE			78
#define NODE_PORT		0x4001
#define SERVICE			0x7e57

/**
 * struct wire - a transport
 * @rpdev: its QRTR channel
 * @released: nobody refers to @rpdev any more
 * @ept: the channel's endpoint; the test is the only one who calls it
 * @lock: for what follows
 * @types: of the packets that have been sent, in order
 * @count: how many
 * @trysend_count: how many were tried without waiting
 */
struct wire {
	struct rpmsg_device rpdev;
	struct completion released;
	struct rpmsg_endpoint *ept;
	spinlock_t lock;	/* for what follows */
	u32 types[WIRE_PACKETS];
	unsigned int count;
	unsigned int trysend_count;
};

static struct wire *wire_of(struct rpmsg_endpoint *ept)
{
	return container_of(ept->rpdev, struct wire, rpdev);
}

static int wire_send(struct rpmsg_endpoint *ept, void *data, int len)
{
	const struct qrtr_wire_packet *packet = data;
	struct wire *wire = wire_of(ept);
	int ret = -EINVAL;

	spin_lock(&wire->lock);
	if (wire->count < WIRE_PACKETS) {
		wire->types[wire->count++] = len ? le32_to_cpu(packet->type) : 0;
		ret = 0;
	}
	spin_unlock(&wire->lock);
	return ret;
}

static int wire_trysend(struct rpmsg_endpoint *ept, void *data, int len)
{
	struct wire *wire = wire_of(ept);

	spin_lock(&wire->lock);
	wire->trysend_count++;
	spin_unlock(&wire->lock);
	return -EBUSY;
}

static void wire_destroy_ept(struct rpmsg_endpoint *ept)
{
	wire_of(ept)->ept = NULL;
	kfree(ept);
}

static const struct rpmsg_endpoint_ops wire_ept_ops = {
	.destroy_ept = wire_destroy_ept,
	.send = wire_send,
	.trysend = wire_trysend,
};

static struct rpmsg_endpoint *wire_create_ept(struct rpmsg_device *rpdev, rpmsg_rx_cb_t cb,
					      void *priv, struct rpmsg_channel_info info)
{
	struct rpmsg_endpoint *ept = kzalloc(sizeof(*ept), GFP_KERNEL);

	if (!ept)
		return NULL;
	kref_init(&ept->refcount);
	mutex_init(&ept->cb_lock);
	ept->rpdev = rpdev;
	ept->cb = cb;
	ept->priv = priv;
	ept->ops = &wire_ept_ops;
	ept->addr = RPMSG_ADDR_ANY;
	container_of(rpdev, struct wire, rpdev)->ept = ept;
	return ept;
}

static const struct rpmsg_device_ops wire_ops = {
	.create_ept = wire_create_ept,
};

static void wire_release(struct device *dev)
{
	complete(&container_of(dev, struct wire, rpdev.dev)->released);
}

static struct wire *wire_create(struct kunit *test, const char *name)
{
	struct wire *wire = kunit_kzalloc(test, sizeof(*wire), GFP_KERNEL);
	struct device *parent = kunit_device_register(test, name);

	KUNIT_ASSERT_NOT_NULL(test, wire);
	KUNIT_ASSERT_FALSE(test, IS_ERR(parent));
	init_completion(&wire->released);
	spin_lock_init(&wire->lock);
	wire->rpdev.src = RPMSG_ADDR_ANY;
	wire->rpdev.dst = RPMSG_ADDR_ANY;
	wire->rpdev.ops = &wire_ops;
	wire->rpdev.dev.parent = parent;
	wire->rpdev.dev.release = wire_release;
	strscpy(wire->rpdev.id.name, "IPCRTR", sizeof(wire->rpdev.id.name));
	KUNIT_ASSERT_EQ(test, rpmsg_register_device(&wire->rpdev), 0);
	KUNIT_ASSERT_NOT_NULL_MSG(test, wire->ept, "qrtr-smd is not there");
	return wire;
}

static void wire_destroy(struct wire *wire)
{
	device_unregister(&wire->rpdev.dev);
	wait_for_completion(&wire->released);
}

/* A packet comes from the remote. */
static void wire_says(struct wire *wire, u32 type, u32 node, u32 dst_port)
{
	u32 src_port = type == QRTR_TYPE_DATA ? NODE_PORT : QRTR_PORT_CTRL;
	struct qrtr_wire_packet packet = qrtr_wire_packet(type, node, src_port, 1, dst_port);

	wire->ept->cb(&wire->rpdev, &packet, sizeof(packet), wire->ept->priv, RPMSG_ADDR_ANY);
}

static unsigned int wire_count(struct wire *wire, u32 type)
{
	unsigned int count = 0;

	spin_lock(&wire->lock);
	for (unsigned int i = 0; i < wire->count; i++)
		count += wire->types[i] == type;
	spin_unlock(&wire->lock);
	return count;
}

static bool wire_hears(struct wire *wire, u32 type, unsigned int count)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(WIRE_WAIT_MS);

	while (wire_count(wire, type) < count) {
		if (time_after(jiffies, deadline))
			return false;
		usleep_range(500, 1000);
	}
	return true;
}

/* Nothing is asked of the transport that GLINK fails, and nothing said that nobody expects. */
static void expect_as_ever(struct kunit *test, struct wire *wire)
{
	KUNIT_EXPECT_EQ(test, wire->trysend_count, 0);
	KUNIT_EXPECT_EQ_MSG(test, wire_count(wire, 0), 0, "an empty message");
}

static struct socket *open_socket(struct kunit *test, struct sockaddr_qrtr *own)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test,
			sock_create_kern(&init_net, AF_QIPCRTR, SOCK_DGRAM, PF_QIPCRTR, &sock), 0);
	/* to any port */
	KUNIT_ASSERT_GE(test, kernel_getsockname(sock, (struct sockaddr *)own), 0);
	own->sq_port = 0;
	KUNIT_ASSERT_EQ(test, kernel_bind(sock, (struct sockaddr *)own, sizeof(*own)), 0);
	KUNIT_ASSERT_GE(test, kernel_getsockname(sock, (struct sockaddr *)own), 0);
	return sock;
}

static int send_to(struct socket *sock, u32 node, u32 port, const void *data, size_t bytes)
{
	struct sockaddr_qrtr to = { AF_QIPCRTR, node, port };
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to) };
	struct kvec vec = { (void *)data, bytes };

	return kernel_sendmsg(sock, &msg, &vec, 1, bytes);
}

/* How many packets have come within some time, or as soon as there are so many. */
static unsigned int receive(struct socket *sock, unsigned int count)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(WIRE_QUIET_MS);
	struct qrtr_ctrl_pkt pkt;
	unsigned int got = 0;

	while (got < count && time_before(jiffies, deadline)) {
		struct msghdr msg = { };
		struct kvec vec = { &pkt, sizeof(pkt) };

		if (kernel_recvmsg(sock, &msg, &vec, 1, sizeof(pkt), MSG_DONTWAIT) > 0)
			got++;
		else
			usleep_range(500, 1000);
	}
	return got;
}

/* HELLO is answered, a server is announced, data arrives. */
static void qrtr_waits_for_room(struct kunit *test)
{
	struct qrtr_ctrl_pkt server = {
		.cmd = cpu_to_le32(QRTR_TYPE_NEW_SERVER),
		.server.service = cpu_to_le32(SERVICE),
		.server.instance = cpu_to_le32(1),
	};
	struct wire *wire = wire_create(test, "rpmsg-wire");
	struct sockaddr_qrtr own;
	struct socket *sock = open_socket(test, &own);
	unsigned int announced;

	wire_says(wire, QRTR_TYPE_HELLO, NODE, QRTR_PORT_CTRL);
	KUNIT_EXPECT_TRUE(test, wire_hears(wire, QRTR_TYPE_HELLO, 1));

	announced = wire_count(wire, QRTR_TYPE_NEW_SERVER);
	server.server.node = cpu_to_le32(own.sq_node);
	server.server.port = cpu_to_le32(own.sq_port);
	KUNIT_EXPECT_GT(test, send_to(sock, own.sq_node, QRTR_PORT_CTRL, &server, sizeof(server)),
			0);
	KUNIT_EXPECT_TRUE(test, wire_hears(wire, QRTR_TYPE_NEW_SERVER, announced + 1));

	KUNIT_EXPECT_EQ(test, send_to(sock, NODE, NODE_PORT, "data", 4), 4);
	KUNIT_EXPECT_TRUE(test, wire_hears(wire, QRTR_TYPE_DATA, 1));

	sock_release(sock);
	KUNIT_EXPECT_TRUE(test, wire_hears(wire, QRTR_TYPE_DEL_CLIENT, 1));
	expect_as_ever(test, wire);
	wire_destroy(wire);
}

/* A node that is behind two transports is heard on both, and reached as long as there is one. */
static void qrtr_two_transports(struct kunit *test)
{
	struct wire *first = wire_create(test, "rpmsg-wire-first");
	struct wire *second = wire_create(test, "rpmsg-wire-second");
	struct sockaddr_qrtr own;
	struct socket *sock = open_socket(test, &own);

	wire_says(first, QRTR_TYPE_HELLO, NODE, QRTR_PORT_CTRL);
	wire_says(second, QRTR_TYPE_HELLO, NODE, QRTR_PORT_CTRL);
	wire_says(first, QRTR_TYPE_DATA, NODE, own.sq_port);
	wire_says(second, QRTR_TYPE_DATA, NODE, own.sq_port);
	KUNIT_EXPECT_EQ(test, receive(sock, 2), 2);

	wire_destroy(first);
	wire_says(second, QRTR_TYPE_DATA, NODE, own.sq_port);
	KUNIT_EXPECT_EQ(test, receive(sock, 1), 1);
	KUNIT_EXPECT_EQ(test, send_to(sock, NODE, NODE_PORT, "data", 4), 4);
	KUNIT_EXPECT_TRUE(test, wire_hears(second, QRTR_TYPE_DATA, 1));

	sock_release(sock);
	expect_as_ever(test, second);
	wire_destroy(second);
}

/* A node that a service guards is heard on the transport that it was first heard on. */
static void qrtr_guarded(struct kunit *test)
{
	struct sockaddr_qrtr own;
	struct wire *first, *second;
	struct socket *sock;

	if (!IS_ENABLED(CONFIG_QRTR_HARDENING))
		kunit_skip(test, "QRTR_HARDENING is off");

	first = wire_create(test, "rpmsg-wire-first");
	second = wire_create(test, "rpmsg-wire-second");
	sock = open_socket(test, &own);

	KUNIT_EXPECT_EQ(test, qrtr_guard_node(NODE), 0);
	KUNIT_EXPECT_EQ(test, qrtr_guard_node(NODE), 0);
	qrtr_unguard_node(NODE);
	wire_says(first, QRTR_TYPE_HELLO, NODE, QRTR_PORT_CTRL);
	wire_says(second, QRTR_TYPE_HELLO, NODE + 1, QRTR_PORT_CTRL);
	wire_says(second, QRTR_TYPE_DATA, NODE, own.sq_port);
	KUNIT_EXPECT_EQ(test, receive(sock, 1), 0);
	wire_says(first, QRTR_TYPE_DATA, NODE, own.sq_port);
	wire_says(second, QRTR_TYPE_DATA, NODE + 1, own.sq_port);
	KUNIT_EXPECT_EQ(test, receive(sock, 2), 2);

	wire_destroy(first);
	wire_says(second, QRTR_TYPE_DATA, NODE, own.sq_port);
	KUNIT_EXPECT_EQ(test, receive(sock, 1), 1);

	/* nobody is this node but this node, guarded or not */
	qrtr_unguard_node(NODE);
	wire_says(second, QRTR_TYPE_DATA, own.sq_node, own.sq_port);
	KUNIT_EXPECT_EQ(test, receive(sock, 1), 0);

	sock_release(sock);
	wire_destroy(second);
}

static struct kunit_case qrtr_cases[] = {
	KUNIT_CASE(qrtr_waits_for_room),
	KUNIT_CASE(qrtr_two_transports),
	KUNIT_CASE(qrtr_guarded),
	{}
};

static struct kunit_suite qrtr_suite = {
	.name = "rpmsg-qrtr",
	.test_cases = qrtr_cases,
};

kunit_test_suite(qrtr_suite);
