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
#include <kunit/visibility.h>

#include "offload.h"

/**
 * usb_offload_controller - find what the buses of a host controller share
 * @hcd: the controller; any of its buses will do
 *
 * Context: any in which the controller is not removed: its own callbacks, or those of what is
 * around it. Root hubs, which may be removed meanwhile, have the result in their own state.
 * Return: the state, which is in the primary HCD.
 */
struct usb_offload *usb_offload_controller(struct usb_hcd *hcd)
{
	return hcd->primary_hcd ? &hcd->primary_hcd->offload : &hcd->offload;
}

/**
 * usb_offload_init_hcd - a host controller, or its second bus, comes into being
 * @hcd: the controller
 *
 * Context: before anybody else knows the controller.
 */
void usb_offload_init_hcd(struct usb_hcd *hcd)
{
	usb_offload_state_init_controller(&hcd->offload);
}
EXPORT_SYMBOL_IF_KUNIT(usb_offload_init_hcd);

/*
 * A controller without a way to signal a wake-up from its suspend can do so now, as it is not
 * suspended. One that has such a way has a user's policy as well. Each root hub has told of its own
 * policy, and of those below it, when it was suspended.
 */
static bool controller_may_wake(struct usb_hcd *hcd)
{
	struct device *dev = hcd->self.controller;

	return (device_may_wakeup(dev) || !device_can_wakeup(dev)) &&
	       usb_offload_state_may_wake(usb_offload_controller(hcd));
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
	return usb_offload_state_has_child_up(usb_offload_controller(hcd));
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
			usb_offload_controller(hcd)->wake_irq = irq;
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
	struct usb_offload *controller = usb_offload_controller(hcd);

	if (controller->wake_irq) {
		disable_irq_wake(controller->wake_irq);
		controller->wake_irq = 0;
	}

	return usb_hcd_stays_up(hcd);
}
EXPORT_SYMBOL_GPL(usb_offload_hcd_resume);
