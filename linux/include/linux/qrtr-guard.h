/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guards for QRTR nodes. A node may be behind two transports, so in general a packet's claim about
 * its source is accepted. A service that gives a node more rights than others guards it: as long as
 * it does, only the transport by which the node's first packet came may send in its name.
 */
#ifndef __LINUX_QRTR_GUARD_H
#define __LINUX_QRTR_GUARD_H

#include <linux/types.h>

#ifdef CONFIG_QRTR_HARDENING

int qrtr_guard_node(u32 nid);
void qrtr_unguard_node(u32 nid);

#else

static inline int qrtr_guard_node(u32 nid)
{
	return 0;
}

static inline void qrtr_unguard_node(u32 nid)
{
}

#endif /* CONFIG_QRTR_HARDENING */

#endif /* __LINUX_QRTR_GUARD_H */
