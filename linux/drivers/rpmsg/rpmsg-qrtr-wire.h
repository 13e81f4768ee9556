/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QRTR packets as a remote node sends them, for tests.
 */
#ifndef __RPMSG_QRTR_WIRE_H__
#define __RPMSG_QRTR_WIRE_H__

#include <linux/qrtr.h>
#include <linux/string.h>
#include <linux/types.h>

struct qrtr_wire_packet {
	__le32 version;
	__le32 type;
	__le32 src_node;
	__le32 src_port;
	__le32 confirm_rx;
	__le32 size;
	__le32 dst_node;
	__le32 dst_port;
	struct qrtr_ctrl_pkt control;	/* data, if it is a data packet */
};

static inline struct qrtr_wire_packet qrtr_wire_packet(u32 type, u32 src_node, u32 src_port,
						       u32 dst_node, u32 dst_port)
{
	return (struct qrtr_wire_packet){
		.version = cpu_to_le32(1),
		.type = cpu_to_le32(type),
		.src_node = cpu_to_le32(src_node),
		.src_port = cpu_to_le32(src_port),
		.size = cpu_to_le32(sizeof(struct qrtr_ctrl_pkt)),
		.dst_node = cpu_to_le32(dst_node),
		.dst_port = cpu_to_le32(dst_port),
		.control.cmd = cpu_to_le32(type),
	};
}

#endif /* __RPMSG_QRTR_WIRE_H__ */
