// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: the interrupter that is offloaded, and its event ring.
 *
 * Its event ring is freed only when no offloaded endpoint runs. The rules and the locks are in
 * xhci-sideband.c.
 */
#include <linux/cleanup.h>
#include <linux/sched/mm.h>

#include "xhci-sideband-priv.h"
#include "xhci-sideband-ring.h"

static int add_interrupter(struct xhci_hcd *xhci, struct xhci_interrupter *ir, u32 imod_interval,
			   int intr_num)
{
	int ret;

	lockdep_assert_held(&xhci->lock);

	if (xhci->xhc_state || !HCD_HW_ACCESSIBLE(xhci_to_hcd(xhci)) ||
	    !xhci_sideband_may_touch_interrupters(xhci))
		return -ESHUTDOWN;

	intr_num = xhci_sideband_pick_interrupter(xhci->interrupters, xhci->max_interrupters,
						  intr_num);
	if (intr_num < 0)
		return intr_num;

	ret = xhci_add_interrupter(xhci, ir, intr_num);
	if (ret)
		return ret;

	/* Its last user may have left it enabled. */
	xhci_disable_interrupter(ir);
	return xhci_set_interrupter_moderation(ir, imod_interval);
}

static void end_interrupter(struct xhci_sideband *sb)
{
	struct xhci_interrupter *ir = sb->ir;

	lockdep_assert_held(&sb->mutex);

	xhci_sideband_forget_interrupter(sb);
	xhci_remove_secondary_interrupter(xhci_to_hcd(sb->xhci), ir);
}

/**
 * xhci_sideband_create_interrupter - offload an interrupter
 * @sb: the sideband
 * @num_seg: segments of its event ring; 0 for the driver's default. The controller's maximum may
 *	be less; xhci_sideband_get_event_buffer() tells how many there are.
 * @ip_autoclear: IMAN.IP clears itself, as with MSI
 * @imod_interval: least time between two interrupts, in ns; at most 16383750
 * @intr_num: the interrupter's number, 0 for any that is free
 *
 * The interrupter's events go to its event ring; it interrupts nobody, as its IMAN.IE is 0. While
 * an endpoint is offloaded, rings of the device that run empty are reported there as well.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: 0, -EINVAL if an argument is out of range, -ENODEV if the device is gone, -EBUSY if
 * interrupter @intr_num is taken or the sideband has one, -ENOSPC if none is free, -ENOMEM,
 * -ESHUTDOWN if the controller is suspended or dead, -ETIMEDOUT or -EIO if it does not do as told.
 */
int xhci_sideband_create_interrupter(struct xhci_sideband *sb, int num_seg, bool ip_autoclear,
				     u32 imod_interval, int intr_num)
{
	struct xhci_container_ctx *in_ctx;
	struct xhci_interrupter *ir;
	unsigned int noio_flags;
	int ret;

	if (num_seg < 0 || imod_interval > 250 * U16_MAX)
		return -EINVAL;

	guard(mutex)(&sb->mutex);

	if (!xhci_sideband_find_slot(sb))
		return -ENODEV;
	if (sb->ir)
		return -EBUSY;

	noio_flags = memalloc_noio_save();
	in_ctx = xhci_alloc_container_ctx(sb->xhci, XHCI_CTX_TYPE_INPUT, GFP_NOIO);
	ir = in_ctx ? xhci_alloc_interrupter(sb->xhci, num_seg, GFP_NOIO) : NULL;
	memalloc_noio_restore(noio_flags);
	if (!ir) {
		xhci_free_container_ctx(sb->xhci, in_ctx);
		return -ENOMEM;
	}

	ir->ip_autoclear = ip_autoclear;
	spin_lock_irq(&sb->xhci->lock);
	ret = add_interrupter(sb->xhci, ir, imod_interval, intr_num);
	if (!ret)
		sb->ir = ir;
	spin_unlock_irq(&sb->xhci->lock);
	if (ret) {
		xhci_free_container_ctx(sb->xhci, in_ctx);
		xhci_free_interrupter(sb->xhci, ir);
		return ret;
	}

	sb->in_ctx = in_ctx;
	ret = xhci_sideband_update_event_target(sb);
	if (ret)
		end_interrupter(sb);
	return ret;
}
EXPORT_SYMBOL_GPL(xhci_sideband_create_interrupter);

/**
 * xhci_sideband_take_back_interrupter - take the interrupter back, if there is one
 * @sb: the sideband
 *
 * Stops all offloaded endpoints first.
 *
 * The caller holds &struct xhci_sideband.mutex.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_take_back_interrupter(struct xhci_sideband *sb)
{
	unsigned int i;

	lockdep_assert_held(&sb->mutex);

	if (!sb->ir)
		return;

	/* Endpoints that still run write events, which must not go to freed memory. */
	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i] && !xhci_sideband_is_dropped(sb, sb->eps[i]))
			xhci_sideband_stop_ep(sb->eps[i], sb->command);
	}
	xhci_sideband_clear_event_target(sb);

	end_interrupter(sb);
}

/**
 * xhci_sideband_remove_interrupter - take the interrupter back and free its event ring
 * @sb: the sideband
 *
 * Stops all offloaded endpoints first. Does nothing if there is no interrupter.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_remove_interrupter(struct xhci_sideband *sb)
{
	if (!sb)
		return;

	guard(mutex)(&sb->mutex);
	xhci_sideband_take_back_interrupter(sb);
}
EXPORT_SYMBOL_GPL(xhci_sideband_remove_interrupter);

/**
 * xhci_sideband_interrupter_id - tell the number of the offloaded interrupter
 * @sb: the sideband
 *
 * The other processor's TRBs must have it as their interrupter target.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: the number, or -ENODEV if there is no interrupter.
 */
int xhci_sideband_interrupter_id(struct xhci_sideband *sb)
{
	if (!sb)
		return -ENODEV;

	guard(mutex)(&sb->mutex);
	return sb->ir ? sb->ir->intr_num : -ENODEV;
}
EXPORT_SYMBOL_GPL(xhci_sideband_interrupter_id);

/**
 * xhci_sideband_get_event_buffer - describe the event ring of the offloaded interrupter
 * @sb: the sideband
 *
 * The table is as for xhci_sideband_get_endpoint_buffer(), in the order of the event ring segment
 * table.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: the table, which the caller frees with sg_free_table() and kfree(), or NULL if there is
 * no interrupter or no memory. The ring stays for as long as the interrupter does.
 */
struct sg_table *xhci_sideband_get_event_buffer(struct xhci_sideband *sb)
{
	guard(mutex)(&sb->mutex);

	if (!sb->ir)
		return NULL;

	return xhci_sideband_describe_ring(xhci_to_hcd(sb->xhci)->self.sysdev, sb->ir->event_ring);
}
EXPORT_SYMBOL_GPL(xhci_sideband_get_event_buffer);
