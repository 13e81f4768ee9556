/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QRTR nodes whose name matters. A node may be behind two transports, so in general a packet's
 * claim about its source is believed. A service that lets a node do things that others may not has
 * the node guarded: while it is, only the transport that it was heard on first speaks for it.
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
