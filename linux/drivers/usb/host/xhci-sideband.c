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
 * This file registers and unregisters sidebands. Eight more belong to it. From top to bottom:
 *
 * - xhci-sideband-end.c takes back endpoints and interrupters that end,
 * - xhci-sideband-endpoint.c and xhci-sideband-interrupter.c offload and take back on the owner's
 *   demand,
 * - xhci-sideband-state.c has the state that those two share,
 * - xhci-sideband-notify.c calls owners back,
 * - xhci-sideband-command.c runs commands of the controller,
 * - xhci-sideband-ring.c resets and describes rings.
 *
 * xhci-sideband-debugfs.c shows what is offloaded.
 *
 * A sideband's memory is reference counted: one reference is the owner's, and each thread that is
 * about to tell the owner something has one.
 */
#include <linux/cleanup.h>
#include <linux/slab.h>

#include "xhci-sideband-priv.h"

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
		is_attached = xhci_sideband_attach_to_slot(sb);
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
				xhci_sideband_take_back_endpoint(sb, sb->eps[i]);
		}
		xhci_sideband_take_back_interrupter(sb);
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
