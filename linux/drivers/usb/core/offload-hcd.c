// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB offload: host controllers that stay up in a system sleep.
 *
 * A controller stays up for its root hubs. Its driver asks in every phase of a sleep, and if so it
 * does nothing at all: no suspend, no change of power state, no resume. Root hubs decide before
 * their controller is suspended and forget after it is resumed, so the answer is the
 * same in all phases.
 *
 * While it stays up, the controller's own interrupt is what remote wake-up arrives by; there is no
 * PME from a function in D0. If the user lets a device on it wake the system, the interrupt is
 * armed to. If not, it stays masked like any other, and what it would have said is handled
 * after the sleep.
 */
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>

#include "offload.h"

static bool root_hub_stays_up(struct usb_hcd *hcd)
{
	return hcd && hcd->self.root_hub && usb_offload_stays_up(hcd->self.root_hub);
}

static bool root_hub_may_wake(struct usb_hcd *hcd)
{
	struct usb_device *root_hub = hcd ? hcd->self.root_hub : NULL;

	return root_hub && (device_may_wakeup(&root_hub->dev) ||
			    usb_offload_state_may_wake(&root_hub->offload));
}

/*
 * A controller without a way to signal a wake-up from its suspend can do so now, as it is not
 * suspended. One that has such a way has a user's policy as well.
 */
static bool controller_may_wake(struct usb_hcd *hcd)
{
	struct device *dev = hcd->self.controller;

	return (device_may_wakeup(dev) || !device_can_wakeup(dev)) &&
	       (root_hub_may_wake(hcd) || root_hub_may_wake(hcd->shared_hcd));
}

/**
 * usb_hcd_stays_up - tell whether a host controller stays up in the system sleep that is under way
 * @hcd: the controller; any of its root hubs will do
 *
 * For the drivers of what is around a controller: glue, PHYs, clocks and power domains.
 *
 * Context: any. The answer holds from the suspend callback of the controller or a device above it
 * to the resume callback of the same device, in all phases between.
 * Return: true if it does: power, clocks, PHYs and the way to memory must stay as they are.
 */
bool usb_hcd_stays_up(struct usb_hcd *hcd)
{
	return root_hub_stays_up(hcd) || root_hub_stays_up(hcd->shared_hcd);
}
EXPORT_SYMBOL_GPL(usb_hcd_stays_up);

/**
 * usb_offload_hcd_suspend - a host controller is about to suspend with the system
 * @hcd: the controller, its primary HCD
 * @irq: the interrupt that its ports are reported by
 *
 * Context: the controller's suspend, freeze or poweroff callback.
 * Return: true if it stays up; the caller then leaves it alone.
 */
bool usb_offload_hcd_suspend(struct usb_hcd *hcd, unsigned int irq)
{
	int ret;

	if (!usb_hcd_stays_up(hcd))
		return false;

	if (controller_may_wake(hcd)) {
		ret = enable_irq_wake(irq);
		if (ret)
			dev_warn(hcd->self.controller,
				 "offload: interrupt %u cannot wake the system: %d\n", irq, ret);
		else
			hcd->self.root_hub->offload.wake_irq = irq;
	}
	dev_dbg(hcd->self.controller, "offload: stays up\n");

	return true;
}
EXPORT_SYMBOL_GPL(usb_offload_hcd_suspend);

/**
 * usb_offload_hcd_resume - a host controller is about to resume with the system
 * @hcd: the controller, its primary HCD
 *
 * Context: the controller's resume, thaw or restore callback.
 * Return: true if it had stayed up; the caller then leaves it alone.
 */
bool usb_offload_hcd_resume(struct usb_hcd *hcd)
{
	struct usb_device *root_hub = hcd->self.root_hub;

	if (root_hub && root_hub->offload.wake_irq) {
		disable_irq_wake(root_hub->offload.wake_irq);
		root_hub->offload.wake_irq = 0;
	}

	return usb_hcd_stays_up(hcd);
}
EXPORT_SYMBOL_GPL(usb_offload_hcd_resume);
