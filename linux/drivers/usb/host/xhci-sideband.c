// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: offloads endpoints and an interrupter of an xHC to another processor.
 *
 * A sideband belongs to one USB device. Its owner, a class driver, takes endpoints of that device
 * and one secondary interrupter of the controller, and tells the other processor the addresses of
 * their rings. That processor then writes the TRBs, rings the doorbell and reads the events. Linux
 * queues nothing on an offloaded ring, and takes no event of it, until it is given back.
 *
 * Rules:
 *
 * 1. An endpoint is either Linux's or offloaded. URBs for an offloaded one are refused with -EBUSY,
 *    and it is not offloaded while it has any.
 * 2. A ring is reset before it is offloaded, see xhci-sideband-ring.c, and again when the endpoint
 *    is given back, so that URBs work at once. If that fails, because the controller does not
 *    answer for example, the endpoint is disabled until an alternate setting gives it a new ring.
 * 3. No ring is freed while it is offloaded. From the moment at which its endpoint is dropped, the
 *    controller gets no more commands for the endpoint, as another ring may have its place. If the
 *    change is undone, all is as before. If not, the endpoint is no longer offloaded when the ring
 *    is freed. The same holds for a slot, and for a controller.
 * 4. The event ring is freed only when no offloaded endpoint runs, so nothing writes to it any
 *    more. A ring that is taken back is empty, even if its endpoint could not be stopped: the other
 *    processor's doorbell has no effect then.
 * 5. IMAN.IE of an offloaded interrupter is 0: its events do not interrupt Linux, and nobody but
 *    the other processor reads them.
 * 6. While both an endpoint and an interrupter are offloaded, the events of the device itself,
 *    mainly of an isochronous ring that ran empty, go to that interrupter as well, if the
 *    controller lets us. If not, they interrupt Linux, without further effect.
 * 7. A sideband lasts until it is unregistered. If the controller is initialised again meanwhile,
 *    the sideband has nothing to offload until the device has a slot again, and then it goes on.
 *
 * Calls to an owner: an owner that registered as in mainline is called as in mainline, when a
 * device reset ends the ring of an offloaded endpoint, in the thread that resets the device and
 * holds the device lock. It is not told of other ends of rings. An owner that registered with ops
 * is called for every end, in the thread that causes it, also when the controller has died.
 *
 * Calls of an owner: it may call every function here from within its callbacks.
 * xhci_sideband_unregister() waits for a callback that is running elsewhere. So an owner holds the
 * device lock when it calls that, which keeps notify_client() away, or no lock that notify_client()
 * takes. An owner with ops has callbacks that take none of the locks it holds then.
 *
 * Locking overview, in the order in which locks are taken:
 *
 * - The usb core's locks (device lock, bandwidth mutex) and &struct xhci_hcd.mutex may be held when
 *   a ring, a slot or the controller ends.
 * - &struct xhci_sideband.notify_mutex is held while a callback of the owner runs; no other lock of
 *   the sideband is, so that the owner may take its own. It orders the calls. Unregistering waits
 *   for them without it.
 * - &struct xhci_sideband.mutex makes each operation of a sideband whole, command completions
 *   included. While it is held nothing that the sideband points at is freed. As a device reset may
 *   wait for it, and storage for that reset, no allocation under it may start I/O.
 * - &struct xhci_sideband_host.slot_mutex is held while a slot context is changed, by us and by
 *   link power management.
 * - &struct xhci_hcd.lock guards the data that interrupts and URB submission read: the sideband
 *   pointers in the endpoints and in the virtual devices, the controller's list of sidebands, and
 *   its table of interrupters.
 *
 * Five more files belong to this one. It uses xhci-sideband-command.c, which runs commands of the
 * controller, xhci-sideband-ring.c, which resets and describes rings, and xhci-sideband-notify.c,
 * which calls owners back. It is used by xhci-sideband-end.c, which takes back endpoints and
 * interrupters that end, and by xhci-sideband-debugfs.c, which shows the offloaded ones.
 *
 * A sideband's memory is reference counted: one reference is the owner's, and each thread that is
 * about to tell the owner something has one.
 */
#include <linux/cleanup.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "xhci-sideband-priv.h"
#include "xhci-sideband-ring.h"

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
 * The caller holds no lock of the xHCI driver.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_put(struct xhci_sideband *sb)
{
	kref_put(&sb->kref, sideband_release);
}

/**
 * xhci_sideband_forget_interrupter - clear a sideband's pointers to its interrupter
 * @sb: the sideband
 *
 * The caller holds &struct xhci_sideband.mutex.
 *
 * Context: Process context. May sleep.
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
 * xhci_sideband_end_offload - end the offload of an endpoint
 * @sb: the sideband
 * @ep: the endpoint, offloaded by it
 * @next: its new sideband: NULL if Linux has it now, or %SIDEBAND_DISABLED
 *
 * The caller holds &struct xhci_sideband.mutex.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_end_offload(struct xhci_sideband *sb, struct xhci_virt_ep *ep,
			       struct xhci_sideband *next)
{
	lockdep_assert_held(&sb->mutex);

	spin_lock_irq(&sb->xhci->lock);
	ep->sideband = next;
	sb->eps[ep->ep_index] = NULL;
	spin_unlock_irq(&sb->xhci->lock);

	xhci_dbg(sb->xhci, "slot %d ep %u: no longer offloaded, %s\n", ep->vdev->slot_id,
		 ep->ep_index, next ? "disabled" : "usable");
}

/*
 * A thread that drops the endpoint waits for the sideband's mutex next. So while we hold it, the
 * controller does not drop an endpoint for which this returns false.
 */
static bool is_dropped(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	bool answer;

	lockdep_assert_held(&sb->mutex);

	spin_lock_irq(&sb->xhci->lock);
	answer = ep->sideband_ep.is_dropped;
	spin_unlock_irq(&sb->xhci->lock);

	return answer;
}

static bool has_offloaded_endpoint(struct xhci_sideband *sb)
{
	unsigned int i;

	lockdep_assert_held(&sb->mutex);

	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i])
			return true;
	}
	return false;
}

/* Rule 6, after an endpoint or an interrupter was offloaded or taken back. */
static int target_events(struct xhci_sideband *sb)
{
	lockdep_assert_held(&sb->mutex);

	if (!sb->vdev || !sb->ir)
		return 0;

	return xhci_sideband_target_events(sb, has_offloaded_endpoint(sb) ? sb->ir->intr_num : 0);
}

/* This is no reason for failing to offload or to take back. */
static void warn_if_events_stay(struct xhci_sideband *sb, int ret)
{
	if (ret && ret != -ESHUTDOWN)
		dev_warn_ratelimited(xhci_to_hcd(sb->xhci)->self.controller,
				     "slot %d: the target of its own events stays, error %d\n",
				     sb->vdev->slot_id, ret);
}

static void take_back_endpoint(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	int ret;

	lockdep_assert_held(&sb->mutex);

	/* If the drop is undone, xhci_sideband_drops_undone() resets the ring. */
	if (is_dropped(sb, ep)) {
		xhci_sideband_end_offload(sb, ep, SIDEBAND_DISABLED);
		return;
	}

	ret = xhci_sideband_reclaim_ep(ep, sb->command);
	xhci_sideband_end_offload(sb, ep, ret ? SIDEBAND_DISABLED : NULL);
	warn_if_events_stay(sb, target_events(sb));
}

/* Whether another one is registered for the device, with its slot or waiting for a new one. */
static bool has_other_sideband(struct xhci_sideband *sb)
{
	struct usb_device *udev = interface_to_usbdev(sb->intf);
	struct xhci_sideband *other;

	lockdep_assert_held(&sb->xhci->lock);

	list_for_each_entry(other, &sb->xhci->sideband_host.sidebands, node) {
		if (other != sb && interface_to_usbdev(other->intf) == udev)
			return true;
	}
	return false;
}

/* Attaches the sideband to the present slot of its device. */
static bool attach_to_slot(struct xhci_sideband *sb)
{
	struct usb_device *udev = interface_to_usbdev(sb->intf);
	struct xhci_hcd *xhci = sb->xhci;
	struct xhci_virt_device *vdev;

	lockdep_assert_held(&xhci->lock);

	vdev = xhci->devs[udev->slot_id];
	if (xhci->xhc_state || xhci->sideband_host.is_ending || !vdev || vdev->udev != udev ||
	    vdev->sideband || has_other_sideband(sb))
		return false;

	sb->vdev = vdev;
	sb->is_ending = false;
	vdev->sideband = sb;
	return true;
}

/*
 * The device may have got a new slot after the controller was initialised again. Returns false if
 * it has none.
 */
static bool find_device(struct xhci_sideband *sb)
{
	bool is_there;

	lockdep_assert_held(&sb->mutex);

	spin_lock_irq(&sb->xhci->lock);
	is_there = sb->vdev || attach_to_slot(sb);
	spin_unlock_irq(&sb->xhci->lock);

	return is_there;
}

static struct xhci_virt_ep *find_offloaded_endpoint(struct xhci_sideband *sb,
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
	/* In this order: the ring changes, without the lock, only while the place is closed. */
	if (ep->sideband == SIDEBAND_DISABLED || ep->sideband_ep.is_dropped || !ep->ring)
		return -ENODEV;
	if (ep->sideband || ep->ep_state || !list_empty(&ep->ring->td_list))
		return -EBUSY;

	return 0;
}

static int start_offload(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	int ret;

	lockdep_assert_held(&sb->mutex);

	ret = target_events(sb);
	warn_if_events_stay(sb, ret);
	if (ret != -ESHUTDOWN)
		ret = 0;
	if (!ret && !xhci_sideband_ring_is_new(ep->ring))
		ret = xhci_sideband_stop_ep(ep, sb->command);
	if (ret) {
		xhci_sideband_end_offload(sb, ep, NULL);
		return ret;
	}
	if (xhci_sideband_ring_is_new(ep->ring))
		return 0;

	ret = xhci_sideband_reset_ep_ring(ep, sb->command);
	if (ret)
		xhci_sideband_end_offload(sb, ep, SIDEBAND_DISABLED);
	return ret;
}

/**
 * xhci_sideband_add_endpoint - offload an endpoint
 * @sb: the sideband
 * @host_ep: an endpoint of the current alternate setting, other than endpoint 0
 *
 * From here on URBs for the endpoint are refused. Its ring is new: the other processor starts to
 * write at its first TRB with cycle bit 1. It has to ring the doorbell also after the device was
 * suspended and resumed: Linux does not.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: 0, -EINVAL if the endpoint cannot be offloaded (endpoint 0, or it has streams), -ENODEV
 * if the device is gone or the endpoint is not enabled, -EBUSY if it is offloaded already or has
 * URBs, -ESHUTDOWN if the controller is suspended or dead, -ETIMEDOUT or -EIO if it does not do as
 * told.
 */
int xhci_sideband_add_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	unsigned int ep_index = xhci_get_endpoint_index(&host_ep->desc);
	struct xhci_virt_ep *ep;
	int ret;

	if (!ep_index)
		return -EINVAL;

	guard(mutex)(&sb->mutex);

	if (!find_device(sb))
		return -ENODEV;
	ep = &sb->vdev->eps[ep_index];

	scoped_guard(spinlock_irq, &sb->xhci->lock) {
		ret = check_endpoint(ep);
		if (ret)
			return ret;

		ep->sideband = sb;
		sb->eps[ep_index] = ep;
		ep->sideband_ep.is_at_rest = false;
	}
	xhci_dbg(sb->xhci, "slot %d ep %u: offloaded\n", ep->vdev->slot_id, ep_index);

	ret = start_offload(sb, ep);
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
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENODEV if the endpoint is not offloaded.
 */
int xhci_sideband_remove_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_offloaded_endpoint(sb, host_ep);
	if (!ep)
		return -ENODEV;

	take_back_endpoint(sb, ep);
	return 0;
}
EXPORT_SYMBOL_GPL(xhci_sideband_remove_endpoint);

/**
 * xhci_sideband_stop_endpoint - stop an offloaded endpoint
 * @sb: the sideband
 * @host_ep: the endpoint
 *
 * When this has returned 0 the controller uses neither the ring nor any transfer buffer of the
 * endpoint, and writes no event for it, unless its doorbell rings again. It stays offloaded. Waits
 * for as long as the controller needs.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: 0 if it is stopped now, -ENODEV if it is not offloaded, -ESHUTDOWN if the controller is
 * suspended or dead, so that nothing runs, -ETIMEDOUT or -EIO if it does not do as told.
 */
int xhci_sideband_stop_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_offloaded_endpoint(sb, host_ep);
	if (!ep)
		return -ENODEV;

	return is_dropped(sb, ep) ? 0 : xhci_sideband_stop_ep(ep, sb->command);
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
 * xhci_sideband_get_endpoint_buffer - describe the transfer ring of an offloaded endpoint
 * @sb: the sideband
 * @host_ep: the endpoint
 *
 * There is one entry per ring segment, in ring order: page, offset in that page, length, and, as
 * sg_dma_address() and sg_dma_len(), the xHC's view. Mapping the table for another device
 * overwrites these two: read them first.
 *
 * Takes &struct xhci_sideband.mutex. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: the table, which the caller frees with sg_free_table() and kfree(), or NULL if the
 * endpoint is not offloaded or there is no memory. The ring stays for as long as the endpoint is
 * offloaded.
 */
struct sg_table *xhci_sideband_get_endpoint_buffer(struct xhci_sideband *sb,
						   struct usb_host_endpoint *host_ep)
{
	struct xhci_virt_ep *ep;

	guard(mutex)(&sb->mutex);

	ep = find_offloaded_endpoint(sb, host_ep);
	if (!ep || is_dropped(sb, ep))
		return NULL;

	return describe_ring(sb, ep->ring);
}
EXPORT_SYMBOL_GPL(xhci_sideband_get_endpoint_buffer);

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

	return sb->ir ? describe_ring(sb, sb->ir->event_ring) : NULL;
}
EXPORT_SYMBOL_GPL(xhci_sideband_get_event_buffer);

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

	if (!find_device(sb))
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
	warn_if_events_stay(sb, ret);
	if (ret != -ESHUTDOWN)
		return 0;

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

	/* Endpoints that still run write events, which must not go to freed memory. */
	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i] && !is_dropped(sb, sb->eps[i]))
			xhci_sideband_stop_ep(sb->eps[i], sb->command);
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
	take_back_interrupter(sb);
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

static struct xhci_sideband *alloc_sideband(struct usb_interface *intf,
					    enum xhci_sideband_type type)
{
	struct usb_device *udev = interface_to_usbdev(intf);
	struct xhci_sideband *sb;

	/* Only an xHCI controller gives its devices slots. */
	if (!udev->slot_id)
		return NULL;

	sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	if (!sb)
		return NULL;

	sb->xhci = hcd_to_xhci(bus_to_hcd(udev->bus));
	sb->command = xhci_alloc_command(sb->xhci, true, GFP_KERNEL);
	if (!sb->command) {
		kfree(sb);
		return NULL;
	}

	kref_init(&sb->kref);
	usb_get_hcd(xhci_to_hcd(sb->xhci));
	sb->intf = usb_get_intf(intf);
	sb->type = type;
	mutex_init(&sb->notify_mutex);
	init_waitqueue_head(&sb->notified);
	mutex_init(&sb->mutex);
	INIT_LIST_HEAD(&sb->node);
	return sb;
}

static struct xhci_sideband *register_sideband(struct xhci_sideband *sb)
{
	bool is_attached;

	scoped_guard(spinlock_irq, &sb->xhci->lock) {
		is_attached = attach_to_slot(sb);
		if (is_attached)
			list_add_tail(&sb->node, &sb->xhci->sideband_host.sidebands);
	}
	if (is_attached)
		return sb;

	xhci_sideband_put(sb);
	return NULL;
}

/**
 * xhci_sideband_register - register a sideband for a USB device, as in mainline
 * @intf: an interface of the device; the caller holds a reference to it for the call
 * @type: the use of the sideband; both work alike
 * @notify_client: called when a device reset ends the ring of an offloaded endpoint, see
 *	&enum xhci_sideband_notify_type, in the thread that resets the device, which holds the
 *	device lock. May be NULL. It may sleep, and call every function here. Its result is ignored.
 *
 * There is one sideband per device at a time.
 *
 * Takes &struct xhci_hcd.lock only. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: the sideband, or NULL if the device is not (or no longer) on a working xHCI controller,
 * has a sideband already, or there is no memory.
 */
struct xhci_sideband *
xhci_sideband_register(struct usb_interface *intf, enum xhci_sideband_type type,
		       int (*notify_client)(struct usb_interface *intf,
					    struct xhci_sideband_event *evt))
{
	struct xhci_sideband *sb = alloc_sideband(intf, type);

	if (!sb)
		return NULL;

	sb->notify_client = notify_client;
	return register_sideband(sb);
}
EXPORT_SYMBOL_GPL(xhci_sideband_register);

/**
 * xhci_sideband_register_owner - register a sideband whose owner is told of every end
 * @intf: an interface of the device; the caller holds a reference to it for the call
 * @type: the use of the sideband; both work alike
 * @ops: the owner's callbacks; see &struct xhci_sideband_ops for the locks
 * @owner: first argument of @ops
 *
 * There is one sideband per device at a time.
 *
 * Takes &struct xhci_hcd.lock only. The caller may hold the device lock, and locks that its
 * callbacks take.
 *
 * Context: Process context. May sleep.
 * Return: as xhci_sideband_register()
 */
struct xhci_sideband *
xhci_sideband_register_owner(struct usb_interface *intf, enum xhci_sideband_type type,
			     const struct xhci_sideband_ops *ops, void *owner)
{
	struct xhci_sideband *sb = alloc_sideband(intf, type);

	if (!sb)
		return NULL;

	sb->ops = ops;
	sb->owner = owner;
	return register_sideband(sb);
}
EXPORT_SYMBOL_GPL(xhci_sideband_register_owner);

static void unlink_sideband(struct xhci_sideband *sb)
{
	lockdep_assert_held(&sb->mutex);

	spin_lock_irq(&sb->xhci->lock);
	if (sb->vdev)
		sb->vdev->sideband = sb->is_ending ? SIDEBAND_DISABLED : NULL;
	sb->vdev = NULL;
	list_del_init(&sb->node);
	sb->is_unregistered = true;
	spin_unlock_irq(&sb->xhci->lock);
}

/**
 * xhci_sideband_unregister - take back all that a sideband has offloaded, and free the sideband
 * @sb: the sideband; NULL is fine
 *
 * Some threads can still hold the sideband when it is unlinked: the owner's other threads, which
 * the owner must have ended; and threads that found the sideband in an endpoint or a device before,
 * to tell the owner of an end. This waits for a thread that runs a callback of the owner, unless it
 * is the current one; other threads find that the owner has unregistered, and drop their reference.
 *
 * Takes &struct xhci_sideband.mutex, and waits for callbacks without it. The caller of a sideband
 * with notify_client() holds the device lock, or holds no lock that notify_client() takes. A
 * sideband with ops has callbacks that take no lock which the caller holds. A callback may call
 * this, too.
 *
 * Context: Process context. May sleep.
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

	xhci_sideband_wait_for_callbacks(sb);
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
 * Only usb_offload_get() counts here; an interrupter or an endpoint may be offloaded for long
 * before anything streams. The caller sees to it that the root hubs are neither registered nor
 * unregistered meanwhile.
 *
 * Takes no mutex and not &struct xhci_hcd.lock. The caller may hold either.
 *
 * Context: Any context.
 * Return: true if a device of the controller is in offload use.
 */
bool xhci_sideband_check(struct usb_hcd *hcd)
{
	struct xhci_hcd *xhci = hcd_to_xhci(hcd);

	return root_hub_in_use(xhci->main_hcd) || root_hub_in_use(xhci->shared_hcd);
}
EXPORT_SYMBOL_GPL(xhci_sideband_check);
