// SPDX-License-Identifier: GPL-2.0-only
/*
 * QRTR nodes in whose name only one transport may send, see <linux/qrtr-guard.h>.
 */
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/qrtr-guard.h>
#include <linux/xarray.h>

#include "bounds.h"

/* By node id: the number of its guards. Written under qrtr_guards_lock, read without. */
static DEFINE_XARRAY(qrtr_guards);
static DEFINE_MUTEX(qrtr_guards_lock);

static unsigned long qrtr_guards_of(u32 nid)
{
	void *entry = xa_load(&qrtr_guards, nid);

	return entry ? xa_to_value(entry) : 0;
}

/**
 * qrtr_guard_node() - let only one transport send in the name of a node
 * @nid: its id
 *
 * Guards are counted. The transport is the one that has the node already, or else the first one by
 * which a packet of the node comes. It keeps the node until it is unregistered.
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int qrtr_guard_node(u32 nid)
{
	guard(mutex)(&qrtr_guards_lock);

	return xa_err(xa_store(&qrtr_guards, nid, xa_mk_value(qrtr_guards_of(nid) + 1),
			       GFP_KERNEL));
}
EXPORT_SYMBOL_GPL(qrtr_guard_node);

/**
 * qrtr_unguard_node() - undo one qrtr_guard_node()
 * @nid: the node's id
 *
 * Context: Process context. May sleep.
 */
void qrtr_unguard_node(u32 nid)
{
	unsigned long guards;

	guard(mutex)(&qrtr_guards_lock);

	guards = qrtr_guards_of(nid);
	if (guards > 1)
		xa_store(&qrtr_guards, nid, xa_mk_value(guards - 1), GFP_KERNEL);
	else
		xa_erase(&qrtr_guards, nid);
}
EXPORT_SYMBOL_GPL(qrtr_unguard_node);

/**
 * qrtr_node_is_guarded() - tell whether a node is guarded
 * @nid: its id
 *
 * Context: Any context.
 * Return: whether only one transport may send in its name.
 */
bool qrtr_node_is_guarded(u32 nid)
{
	return qrtr_guards_of(nid);
}
