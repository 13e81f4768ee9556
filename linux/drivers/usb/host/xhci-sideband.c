// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: lends endpoints and an interrupter of an xHC to another processor.
 *
 * A sideband belongs to one USB device. Its owner, a class driver, borrows endpoints of that device
 * and one secondary interrupter of the controller, and tells the other processor where their rings
 * are. That processor then writes the TRBs, rings the doorbell and reads the events. Linux gives no
 * order on a lent ring, and takes no event from it, until the endpoint is given back.
 *
 * Rules:
 *
 * 1. An endpoint is either Linux's or lent. URBs for a lent one are refused with -EBUSY, and it is
 *    not lent while it has any.
 * 2. A ring is lent as new, see xhci-sideband-ring.c. It is new again when the endpoint is given
 *    back, so that URBs work at once. If that cannot be done, because the controller does not
 *    answer for example, the endpoint is nobody's until a new alternate setting gives it a new
 *    ring.
 * 3. No ring is freed under its borrower: the owner is told first, in the thread that is about to
 *    free it, and that thread goes on when notify_client() returns. The endpoint then is no longer
 *    lent, whatever notify_client() did. So it is with a slot, and with a dead controller.
 * 4. The event ring is freed only when no lent endpoint runs, so nothing writes to it any more. A
 *    ring that is taken back is empty, whether its endpoint could be made to stop or not: what the
 *    borrower does to its doorbell has no effect then.
 * 5. IMAN.IE of a lent interrupter is 0: its events do not interrupt Linux, and nobody but the
 *    borrower reads them.
 * 6. While both an endpoint and an interrupter are lent, what the controller reports of the device
 *    itself, an isochronous ring that ran empty above all, goes to that interrupter as well.
 *
 * Who may call what: an owner may call every function here from within notify_client(). It must
 * not hold a lock that notify_client() takes while it calls xhci_sideband_unregister(), which waits
 * for a notify_client() that is running; nor while it changes the alternate setting or resets the
 * device with an endpoint still lent, as that ends the ring in the owner's own thread.
 *
 * Locking overview, in the order in which locks are taken:
 *
 * - The usb core's locks (device lock, bandwidth mutex) and &struct xhci_hcd.mutex may be held when
 *   a ring, a slot or the controller ends.
 * - &struct xhci_sideband.notify_mutex is held while notify_client() runs; nothing else is, so that
 *   the owner may take its own locks. It orders the calls, and unregistering after them.
 * - &struct xhci_sideband.mutex makes each operation of a sideband whole, command completions
 *   included. While it is held nothing that the sideband points at is freed. As a device reset may
 *   wait for it, and storage for that reset, no allocation under it may start I/O.
 * - &struct xhci_hcd.lock guards what interrupts and URB submission look at: the sideband pointers
 *   in the endpoints and in the virtual devices, the controller's list of sidebands, and its table
 *   of interrupters.
 *
 * Four more files belong to this one: xhci-sideband-command.c makes the controller stop and start
 * anew, xhci-sideband-end.c tells owners of what ends, xhci-sideband-ring.c knows rings, and
 * xhci-sideband-debugfs.c shows what is lent.
 *
 * A sideband's memory is reference counted: one reference is the owner's, and each thread that is
 * about to tell the owner something has one.
 */
#include <linux/cleanup.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "xhci-sideband-priv.h"
#include "xhci-sideband-ring.h"

#define TAKE_BACK_ATTEMPTS	5

static void sideband_release(struct kref *kref)
{
	struct xhci_sideband *sb = container_of(kref, struct xhci_sideband, kref);

	xhci_free_command(sb->xhci, sb->command);
	usb_put_intf(sb->intf);
	usb_put_hcd(xhci_to_hcd(sb->xhci));
	kfree(sb);
}

/**
 * xhci_sideband_put - drop a reference to a sideband
 * @sb: the sideband
 *
 * Context: process context; may sleep. Without locks of the xHCI driver.
 */
void xhci_sideband_put(struct xhci_sideband *sb)
{
	kref_put(&sb->kref, sideband_release);
}

/**
 * xhci_sideband_forget_interrupter - a sideband no longer has an interrupter
 * @sb: the sideband
 *
 * Context: process context. &struct xhci_sideband.mutex held.
 */
void xhci_sideband_forget_interrupter(struct xhci_sideband *sb)
{
	lockdep_assert_held(&sb->mutex);

	xhci_free_container_ctx(sb->xhci, sb->in_ctx);
	sb->in_ctx = NULL;

	spin_lock_irq(&sb->xhci->lock);
	sb->ir = NULL;
	spin_unlock_irq(&sb->xhci->lock);
}

/**
 * xhci_sideband_end_loan - an endpoint is no longer lent
 * @sb: the sideband
 * @ep: the endpoint, lent by it
 * @heir: whose it is now: NULL for Linux, or %SIDEBAND_NOBODY
 *
 * Context: process context. &struct xhci_sideband.mutex held.
 */
void xhci_sideband_end_loan(struct xhci_sideband *sb, struct xhci_virt_ep *ep,
			    struct xhci_sideband *heir)
{
	lockdep_assert_held(&sb->mutex);

	spin_lock_irq(&sb->xhci->lock);
	ep->sideband = heir;
	sb->eps[ep->ep_index] = NULL;
	spin_unlock_irq(&sb->xhci->lock);

	xhci_dbg(sb->xhci, "slot %d ep %u: no longer lent, %s\n", ep->vdev->slot_id, ep->ep_index,
		 heir ? "out of use" : "usable");
}

static bool ring_is_ending(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	bool is_ending;

	lockdep_assert_held(&sb->mutex);

	spin_lock_irq(&sb->xhci->lock);
	is_ending = test_bit(ep->ep_index, sb->ending);
	spin_unlock_irq(&sb->xhci->lock);

	return is_ending;
}

static bool has_lent_endpoint(struct xhci_sideband *sb)
{
	unsigned int i;

	lockdep_assert_held(&sb->mutex);

	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i])
			return true;
	}
	return false;
}

/* Rule 6, after a change of what is lent. */
static int target_events(struct xhci_sideband *sb)
{
	lockdep_assert_held(&sb->mutex);

	if (!sb->vdev || !sb->ir)
		return 0;

	return xhci_sideband_target_events(sb, has_lent_endpoint(sb) ? sb->ir->intr_num : 0);
}

/* What is taken back is taken back, whatever the controller says. */
static void warn_if_events_stay(struct xhci_sideband *sb, int ret)
{
	if (ret && ret != -ESHUTDOWN)
		dev_warn_ratelimited(xhci_to_hcd(sb->xhci)->self.controller,
				     "slot %d: its events still go to interrupter %u, error %d\n",
				     sb->vdev->slot_id, sb->ir->intr_num, ret);
}

static void take_back_endpoint(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	unsigned int attempt;
	int ret;

	lockdep_assert_held(&sb->mutex);

	/* The controller must not hear of a ring that it knows no more: another has its place. */
	if (ring_is_ending(sb, ep)) {
		xhci_sideband_end_loan(sb, ep, SIDEBAND_NOBODY);
		return;
	}

	/* A doorbell that rings between the two makes it run again: it refuses the second. */
	for (attempt = 0; attempt < TAKE_BACK_ATTEMPTS; attempt++) {
		ret = xhci_sideband_stop_ep(sb, ep);
		if (!ret)
			ret = xhci_sideband_renew_ep(sb, ep);
		if (ret != -EIO)
			break;
	}
	if (ret) {
		xhci_sideband_renew_ring(ep->ring,
					 xhci_link_chain_quirk(sb->xhci, ep->ring->type));
		if (ret != -ESHUTDOWN)
			dev_warn_ratelimited(xhci_to_hcd(sb->xhci)->self.controller,
					     "slot %d ep %u: not usable after a sideband, error %d\n",
					     sb->vdev->slot_id, ep->ep_index, ret);
	}

	xhci_sideband_end_loan(sb, ep, ret ? SIDEBAND_NOBODY : NULL);
	warn_if_events_stay(sb, target_events(sb));
}

static struct xhci_virt_ep *find_lent_endpoint(struct xhci_sideband *sb,
					       struct usb_host_endpoint *host_ep)
{
	lockdep_assert_held(&sb->mutex);

	return sb->eps[xhci_get_endpoint_index(&host_ep->desc)];
}

static int check_endpoint(struct xhci_virt_ep *ep)
{
	lockdep_assert_held(&ep->xhci->lock);

	if (ep->ep_state & (EP_HAS_STREAMS | EP_GETTING_STREAMS | EP_GETTING_NO_STREAMS))
		return -EINVAL;
	if (!ep->ring || ep->sideband == SIDEBAND_NOBODY)
		return -ENODEV;
	if (ep->sideband || ep->ep_state || !list_empty(&ep->ring->td_list))
		return -EBUSY;

	return 0;
}

static int start_loan(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	int ret;

	lockdep_assert_held(&sb->mutex);

	ret = target_events(sb);
	if (!ret && !xhci_sideband_ring_is_new(ep->ring))
		ret = xhci_sideband_stop_ep(sb, ep);
	if (ret) {
		xhci_sideband_end_loan(sb, ep, NULL);
		return ret;
	}
	if (xhci_sideband_ring_is_new(ep->ring))
		return 0;

	ret = xhci_sideband_renew_ep(sb, ep);
	if (ret)
		xhci_sideband_end_loan(sb, ep, SIDEBAND_NOBODY);
	return ret;
}

/**
 * xhci_sideband_add_endpoint - lend an endpoint
 * @sb: the sideband
 * @host_ep: an endpoint of the current alternate setting, other than endpoint 0
 *
 * From here on URBs for the endpoint are refused. Its ring is new: the other processor starts to
 * write at its first TRB with cycle bit 1.
 *
 * Context: process context; may sleep. Without locks that notify_client() takes, or with.
 * Return: 0, -EINVAL if the endpoint cannot be lent (endpoint 0, or it has streams), -ENODEV if the
 * device is gone or the endpoint is not enabled, -EBUSY if it is lent already or has URBs,
 * -ESHUTDOWN if the controller is suspended or dead, -ETIMEDOUT or -EIO if it does not do as told.
 */
int xhci_sideband_add_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	unsigned int ep_index = xhci_get_endpoint_index(&host_ep->desc);
	struct xhci_virt_ep *ep;
	int ret;

	if (!ep_index)
		return -EINVAL;

	guard(mutex)(&sb->mutex);

	if (!sb->vdev)
		return -ENODEV;
	ep = &sb->vdev->eps[ep_index];

	scoped_guard(spinlock_irq, &sb->xhci->lock) {
		ret = check_endpoint(ep);
		if (ret)
			return ret;

		ep->sideband = sb;
		sb->eps[ep_index] = ep;
		clear_bit(ep_index, sb->ending);
	}
	xhci_dbg(sb->xhci, "slot %d ep %u: lent\n", ep->vdev->slot_id, ep_index);

	ret = start_loan(sb, ep);
	if (ret)
		warn_if_events_stay(sb, target_events(sb));
	return ret;
}
EXPORT_SYMBOL_GPL(xhci_sideband_add_endpoint);

/**
 * xhci_sideband_remove_endpoint - take an endpoint back
 * @sb: the sideband
 * @host_ep: the endpoint
 *
 * Stops the endpoint first. The other processor must not touch its ring or doorbell any more.
 *
 * Context: process context; may sleep.
 * Return: 0, or -ENODEV if the endpoint is not lent.
 */
int xhci_sideband_remove_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_lent_endpoint(sb, host_ep);
	if (!ep)
		return -ENODEV;

	take_back_endpoint(sb, ep);
	return 0;
}
EXPORT_SYMBOL_GPL(xhci_sideband_remove_endpoint);

/**
 * xhci_sideband_stop_endpoint - stop a lent endpoint
 * @sb: the sideband
 * @host_ep: the endpoint
 *
 * When this has returned 0 the controller uses neither the ring nor any transfer buffer of the
 * endpoint, and writes no event for it, unless its doorbell rings again. It stays lent.
 *
 * Context: process context; may sleep, for as long as the controller needs.
 * Return: 0 if it is stopped now, -ENODEV if it is not lent, -ESHUTDOWN if the controller is
 * suspended or dead, so that nothing runs, -ETIMEDOUT or -EIO if it does not do as told.
 */
int xhci_sideband_stop_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_lent_endpoint(sb, host_ep);
	if (!ep)
		return -ENODEV;

	return ring_is_ending(sb, ep) ? 0 : xhci_sideband_stop_ep(sb, ep);
}
EXPORT_SYMBOL_GPL(xhci_sideband_stop_endpoint);

static struct sg_table *describe_ring(struct xhci_sideband *sb, struct xhci_ring *ring)
{
	unsigned int noio_flags = memalloc_noio_save();
	struct sg_table *sgt;

	sgt = xhci_sideband_describe_ring(xhci_to_hcd(sb->xhci)->self.sysdev, ring);
	memalloc_noio_restore(noio_flags);
	return sgt;
}

/**
 * xhci_sideband_get_endpoint_buffer - describe the transfer ring of a lent endpoint
 * @sb: the sideband
 * @host_ep: the endpoint
 *
 * There is one entry per ring segment, in ring order: page, offset in that page, length, and, as
 * sg_dma_address() and sg_dma_len(), what the xHC sees. Mapping the table for another
 * device overwrites these two: note them first.
 *
 * Context: process context; may sleep.
 * Return: the table, which the caller frees with sg_free_table() and kfree(), or NULL if the
 * endpoint is not lent or there is no memory. The ring stays for as long as the endpoint is lent.
 */
struct sg_table *xhci_sideband_get_endpoint_buffer(struct xhci_sideband *sb,
						   struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_lent_endpoint(sb, host_ep);
	if (!ep || ring_is_ending(sb, ep))
		return NULL;

	return describe_ring(sb, ep->ring);
}
EXPORT_SYMBOL_GPL(xhci_sideband_get_endpoint_buffer);

/**
 * xhci_sideband_get_event_buffer - describe the event ring of the lent interrupter
 * @sb: the sideband
 *
 * The table is as for xhci_sideband_get_endpoint_buffer(), in the order of the event ring segment
 * table.
 *
 * Context: process context; may sleep.
 * Return: the table, which the caller frees with sg_free_table() and kfree(), or NULL if there is
 * no interrupter or no memory. The ring stays for as long as the interrupter does.
 */
struct sg_table *xhci_sideband_get_event_buffer(struct xhci_sideband *sb)
{
	guard(mutex)(&sb->mutex);

	return sb->ir ? describe_ring(sb, sb->ir->event_ring) : NULL;
}
EXPORT_SYMBOL_GPL(xhci_sideband_get_event_buffer);

static int add_interrupter(struct xhci_hcd *xhci, struct xhci_interrupter *ir, u32 imod_interval,
			   int intr_num)
{
	int ret;

	lockdep_assert_held(&xhci->lock);

	if (xhci->xhc_state || !HCD_HW_ACCESSIBLE(xhci_to_hcd(xhci)))
		return -ESHUTDOWN;

	intr_num = xhci_sideband_pick_interrupter(xhci->interrupters, xhci->max_interrupters,
						  intr_num);
	if (intr_num < 0)
		return intr_num;

	ret = xhci_add_interrupter(xhci, ir, intr_num);
	if (ret)
		return ret;

	/* Whatever its last user left there. */
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
 * xhci_sideband_create_interrupter - lend an interrupter
 * @sb: the sideband
 * @num_seg: segments of its event ring; 0 for the driver's default. The controller's maximum may
 *	be less; xhci_sideband_get_event_buffer() tells how many there are.
 * @ip_autoclear: IMAN.IP clears itself, as with MSI
 * @imod_interval: least time between two interrupts, in ns; at most 16383750
 * @intr_num: the interrupter's number, negative for any that is free
 *
 * The interrupter's events go to its event ring; it interrupts nobody, as its IMAN.IE is 0. While
 * an endpoint is lent, rings of the device that run empty are reported there as well.
 *
 * Context: process context; may sleep.
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

	if (!sb->vdev)
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
	ret = target_events(sb);
	if (ret)
		end_interrupter(sb);
	return ret;
}
EXPORT_SYMBOL_GPL(xhci_sideband_create_interrupter);

static void take_back_interrupter(struct xhci_sideband *sb)
{
	unsigned int i;
	int ret;

	lockdep_assert_held(&sb->mutex);

	if (!sb->ir)
		return;

	/* What still runs writes events; those must not go to freed memory. */
	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i] && !ring_is_ending(sb, sb->eps[i]))
			xhci_sideband_stop_ep(sb, sb->eps[i]);
	}
	if (sb->vdev) {
		ret = xhci_sideband_target_events(sb, 0);
		warn_if_events_stay(sb, ret);
	}

	end_interrupter(sb);
}

/**
 * xhci_sideband_remove_interrupter - take the interrupter back and free its event ring
 * @sb: the sideband
 *
 * Stops all lent endpoints first. Does nothing if there is no interrupter.
 *
 * Context: process context; may sleep.
 */
void xhci_sideband_remove_interrupter(struct xhci_sideband *sb)
{
	if (!sb)
		return;

	guard(mutex)(&sb->mutex);
	take_back_interrupter(sb);
}
EXPORT_SYMBOL_GPL(xhci_sideband_remove_interrupter);

/**
 * xhci_sideband_interrupter_id - tell the number of the lent interrupter
 * @sb: the sideband
 *
 * It is what the interrupter target of the other processor's TRBs must be.
 *
 * Context: process context; may sleep.
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

static struct xhci_sideband *alloc_sideband(struct xhci_hcd *xhci)
{
	struct xhci_sideband *sb;

	sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	if (!sb)
		return NULL;

	sb->command = xhci_alloc_command(xhci, true, GFP_KERNEL);
	if (!sb->command) {
		kfree(sb);
		return NULL;
	}

	kref_init(&sb->kref);
	sb->xhci = xhci;
	mutex_init(&sb->notify_mutex);
	mutex_init(&sb->mutex);
	INIT_LIST_HEAD(&sb->node);
	return sb;
}

static bool link_sideband(struct xhci_sideband *sb, struct usb_device *udev)
{
	struct xhci_hcd *xhci = sb->xhci;
	struct xhci_virt_device *vdev;

	lockdep_assert_held(&xhci->lock);

	vdev = xhci->devs[udev->slot_id];
	if (xhci->xhc_state || !vdev || vdev->udev != udev || vdev->sideband)
		return false;

	sb->vdev = vdev;
	vdev->sideband = sb;
	list_add_tail(&sb->node, &xhci->sideband_host.sidebands);
	return true;
}

/**
 * xhci_sideband_register - get ready to lend endpoints of a USB device
 * @intf: an interface of the device; the caller holds a reference to it for the call
 * @type: what the sideband is for
 * @notify_client: called when something that is lent ends, see &enum xhci_sideband_notify_type; may
 *	be NULL. It may sleep, and call every function here. Its result is ignored.
 *
 * There is one sideband per device at a time.
 *
 * Context: process context; may sleep.
 * Return: the sideband, or NULL if the device is not (or no longer) on a working xHCI controller,
 * has a sideband already, or there is no memory.
 */
struct xhci_sideband *
xhci_sideband_register(struct usb_interface *intf, enum xhci_sideband_type type,
		       int (*notify_client)(struct usb_interface *intf,
					    struct xhci_sideband_event *evt))
{
	struct usb_device *udev = interface_to_usbdev(intf);
	struct xhci_sideband *sb;
	bool is_linked;

	/* Only an xHCI controller gives its devices slots. */
	if (!udev->slot_id)
		return NULL;

	sb = alloc_sideband(hcd_to_xhci(bus_to_hcd(udev->bus)));
	if (!sb)
		return NULL;

	usb_get_hcd(xhci_to_hcd(sb->xhci));
	sb->intf = usb_get_intf(intf);
	sb->type = type;
	sb->notify_client = notify_client;

	spin_lock_irq(&sb->xhci->lock);
	is_linked = link_sideband(sb, udev);
	spin_unlock_irq(&sb->xhci->lock);
	if (!is_linked) {
		xhci_sideband_put(sb);
		return NULL;
	}
	return sb;
}
EXPORT_SYMBOL_GPL(xhci_sideband_register);

static void unlink_sideband(struct xhci_sideband *sb)
{
	lockdep_assert_held(&sb->mutex);

	spin_lock_irq(&sb->xhci->lock);
	if (sb->vdev)
		sb->vdev->sideband = sb->is_ending ? SIDEBAND_NOBODY : NULL;
	list_del_init(&sb->node);
	sb->is_unregistered = true;
	spin_unlock_irq(&sb->xhci->lock);

	sb->vdev = NULL;
}

/**
 * xhci_sideband_unregister - take back all that a sideband has lent, and free the sideband
 * @sb: the sideband; NULL is fine
 *
 * Who can still hold the sideband when it is unlinked, and why that ends: the owner, in other
 * threads, which it must have ended itself; and threads that found the sideband in an endpoint or a
 * device before, to tell the owner that something ends. Of these, one that runs notify_client() is
 * waited for, unless it is the current one; others find that nobody wants to hear them, and
 * drop their reference.
 *
 * Context: process context; may sleep. Without locks that notify_client() takes, unless called from
 * there.
 */
void xhci_sideband_unregister(struct xhci_sideband *sb)
{
	unsigned int i;

	if (!sb)
		return;

	scoped_guard(mutex, &sb->mutex) {
		for (i = 0; i < EP_CTX_PER_DEV; i++) {
			if (sb->eps[i])
				take_back_endpoint(sb, sb->eps[i]);
		}
		take_back_interrupter(sb);
		unlink_sideband(sb);
	}

	if (READ_ONCE(sb->notifier) != current) {
		mutex_lock(&sb->notify_mutex);
		mutex_unlock(&sb->notify_mutex);
	}

	xhci_sideband_put(sb);
}
EXPORT_SYMBOL_GPL(xhci_sideband_unregister);

static bool root_hub_in_use(struct usb_hcd *hcd)
{
	return hcd && hcd->self.root_hub && usb_offload_check(hcd->self.root_hub);
}

/**
 * xhci_sideband_check - tell whether another processor uses devices of a controller
 * @hcd: one of the controller's two hcds
 *
 * It is the class drivers' word, see usb_offload_get(), that counts; an interrupter or an endpoint
 * may be lent for long before anything streams.
 *
 * Context: any in which the root hubs are neither registered nor unregistered.
 * Return: true if a device of the controller is in offload use.
 */
bool xhci_sideband_check(struct usb_hcd *hcd)
{
	struct xhci_hcd *xhci = hcd_to_xhci(hcd);

	return root_hub_in_use(xhci->main_hcd) || root_hub_in_use(xhci->shared_hcd);
}
EXPORT_SYMBOL_GPL(xhci_sideband_check);
