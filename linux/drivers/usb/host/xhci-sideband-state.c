// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: the state that endpoints and interrupter of a sideband share.
 *
 * These are the reference that holds a sideband, the slot of its device, which may end and come
 * anew, the tables of what is offloaded, and the target of the device's own events. The rules and
 * the locks are in xhci-sideband.c.
 */
#include <linux/cleanup.h>
#include <linux/slab.h>

#include "xhci-sideband-priv.h"

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

/**
 * xhci_sideband_is_dropped - tell whether the controller is about to forget an endpoint's ring
 * @sb: the sideband
 * @ep: an endpoint of its device
 *
 * A thread that drops the endpoint waits for the sideband's mutex next. So while the caller holds
 * &struct xhci_sideband.mutex, the controller does not drop an endpoint for which this returns
 * false.
 *
 * Context: Process context. May sleep.
 * Return: true if the controller is told nothing more about the endpoint.
 */
bool xhci_sideband_is_dropped(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
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

/* A target that stays is no reason for failing to offload or to take back. */
static int set_event_target(struct xhci_sideband *sb, unsigned int target)
{
	int ret = xhci_sideband_target_events(sb, target);

	if (ret && ret != -ESHUTDOWN)
		dev_warn_ratelimited(xhci_to_hcd(sb->xhci)->self.controller,
				     "slot %d: the target of its own events stays, error %d\n",
				     sb->vdev->slot_id, ret);
	return ret == -ESHUTDOWN ? ret : 0;
}

/**
 * xhci_sideband_update_event_target - let the device's own events follow its offloaded endpoints
 * @sb: the sideband
 *
 * To be called after an endpoint or an interrupter was offloaded or taken back. Rule 6 of
 * xhci-sideband.c says where the events go. A controller that refuses is told of in the log.
 *
 * The caller holds &struct xhci_sideband.mutex.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ESHUTDOWN if the controller is suspended or dead.
 */
int xhci_sideband_update_event_target(struct xhci_sideband *sb)
{
	lockdep_assert_held(&sb->mutex);

	if (!sb->vdev || !sb->ir)
		return 0;

	return set_event_target(sb, has_offloaded_endpoint(sb) ? sb->ir->intr_num : 0);
}

/**
 * xhci_sideband_clear_event_target - let the device's own events interrupt Linux again
 * @sb: the sideband
 *
 * The caller holds &struct xhci_sideband.mutex.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_clear_event_target(struct xhci_sideband *sb)
{
	lockdep_assert_held(&sb->mutex);

	if (sb->vdev)
		set_event_target(sb, 0);
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

/**
 * xhci_sideband_attach_to_slot - attach a sideband to the present slot of its device
 * @sb: the sideband
 *
 * The caller holds &struct xhci_hcd.lock.
 *
 * Context: Any context.
 * Return: false if the device has no slot, or one that no sideband may have.
 */
bool xhci_sideband_attach_to_slot(struct xhci_sideband *sb)
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

/**
 * xhci_sideband_find_slot - attach a sideband to the slot of its device, if it is not
 * @sb: the sideband
 *
 * The device may have got a new slot after the controller was initialised again.
 *
 * The caller holds &struct xhci_sideband.mutex.
 *
 * Context: Process context. May sleep.
 * Return: false if the device has no slot.
 */
bool xhci_sideband_find_slot(struct xhci_sideband *sb)
{
	bool is_there;

	lockdep_assert_held(&sb->mutex);

	spin_lock_irq(&sb->xhci->lock);
	is_there = sb->vdev || xhci_sideband_attach_to_slot(sb);
	spin_unlock_irq(&sb->xhci->lock);

	return is_there;
}
