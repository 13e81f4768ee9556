// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB offload: host controllers that are kept active in a system sleep.
 *
 * A controller is kept active for its root hubs. Its driver asks in every phase of a sleep, and if
 * so it does nothing at all: no suspend, no change of power state, no resume. Root hubs decide
 * before their controller is suspended and forget after it is resumed, so the answer is the same in
 * all phases.
 *
 * The platform declares that a sleep does not cut a controller's power, and may be wrong. So the
 * controller's registers are checked after each sleep. A controller that has lost its state is
 * resumed as after hibernation: its streams end, its devices are reset, and it works.
 *
 * While it is kept active, remote wake-up arrives by the controller's own interrupt; there is no
 * PME from a function in D0. If the user lets a device on it wake the system, the interrupt is
 * armed for that. If not, it stays masked like any other, and its events are handled after the
 * sleep.
 */
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <kunit/visibility.h>

#include "offload.h"

/**
 * usb_offload_controller - find the state that the buses of a host controller share
 * @hcd: the controller; any of its buses will do
 *
 * The controller must not be removed meanwhile: this is for its own callbacks, and for those of the
 * devices around it. Root hubs may be removed meanwhile; they have the result in their own state.
 *
 * Context: Any context.
 * Return: the state, which is in the primary HCD.
 */
struct usb_offload *usb_offload_controller(struct usb_hcd *hcd)
{
	return hcd->primary_hcd ? &hcd->primary_hcd->offload : &hcd->offload;
}

/**
 * usb_offload_init_hcd - initialise the state of a host controller, or of its second bus
 * @hcd: the controller
 *
 * Call this before anybody else knows the controller.
 *
 * Context: Any context.
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
 * usb_hcd_is_kept_active - tell whether a host controller is kept active in the system sleep that
 * is under way
 * @hcd: the controller; any of its root hubs will do
 *
 * For the drivers of the devices around a controller: glue, PHYs, clocks and power domains.
 *
 * The answer holds from the suspend callback of the controller or a device above it to the resume
 * callback of the same device, in all phases between.
 *
 * Context: Any context.
 * Return: true if it does: power, clocks, PHYs and the way to memory must stay as they are.
 */
bool usb_hcd_is_kept_active(struct usb_hcd *hcd)
{
	return usb_offload_state_has_active_child(usb_offload_controller(hcd));
}
EXPORT_SYMBOL_GPL(usb_hcd_is_kept_active);

/**
 * usb_offload_hcd_suspend - should be called when a host controller is about to suspend with the
 * system
 * @hcd: the controller, its primary HCD
 * @irq: the interrupt that its ports are reported by
 *
 * For the controller's suspend, freeze or poweroff callback.
 *
 * Context: Process context. May sleep.
 * Return: true if it is kept active; the caller then leaves it alone.
 */
bool usb_offload_hcd_suspend(struct usb_hcd *hcd, unsigned int irq)
{
	int ret;

	if (!usb_hcd_is_kept_active(hcd))
		return false;

	if (controller_may_wake(hcd)) {
		ret = enable_irq_wake(irq);
		if (ret)
			dev_warn(hcd->self.controller,
				 "offload: interrupt %u cannot wake the system: %d\n", irq, ret);
		else
			usb_offload_controller(hcd)->wake_irq = irq;
	}
	dev_dbg(hcd->self.controller, "offload: kept active in this sleep\n");

	return true;
}
EXPORT_SYMBOL_GPL(usb_offload_hcd_suspend);

/* Does as hcd_bus_suspend() to the state of a bus, without the hardware. */
static void mark_bus_suspended(struct usb_hcd *hcd)
{
	clear_bit(HCD_FLAG_RH_RUNNING, &hcd->flags);
	hcd->state = HC_STATE_SUSPENDED;
}

/**
 * usb_offload_hcd_resume - should be called when a host controller is about to resume with the
 * system
 * @hcd: the controller, its primary HCD
 * @msg: the kind of resume. Becomes %PMSG_RESTORE if the controller was to be kept active, and has
 *	lost its state nevertheless: then it has to be initialised again, as after hibernation.
 *
 * A controller that has lost its state is left as a suspended one, but was not suspended: the
 * caller's resume leaves out the steps that undo its suspend. usb_hcd_is_kept_active() still tells
 * the difference.
 *
 * For the controller's resume, thaw or restore callback.
 *
 * Context: Process context. May sleep.
 * Return: true if it had been kept active and runs; the caller then leaves it alone.
 */
bool usb_offload_hcd_resume(struct usb_hcd *hcd, pm_message_t *msg)
{
	struct usb_offload *controller = usb_offload_controller(hcd);

	if (controller->wake_irq) {
		disable_irq_wake(controller->wake_irq);
		controller->wake_irq = 0;
	}

	if (!usb_hcd_is_kept_active(hcd))
		return false;
	/* Devices of a dead one are disconnected after the sleep. */
	if (HCD_DEAD(hcd) || !hcd->driver->kept_state || hcd->driver->kept_state(hcd))
		return true;

	dev_warn(hcd->self.controller,
		 "offload: the sleep has cut the controller's power: streams end\n");
	mark_bus_suspended(hcd);
	if (hcd->shared_hcd)
		mark_bus_suspended(hcd->shared_hcd);
	*msg = PMSG_RESTORE;

	return false;
}
EXPORT_SYMBOL_GPL(usb_offload_hcd_resume);

/**
 * usb_offload_pci_kept_config - tell whether a PCI function still has its configuration
 * @pci: a function that was kept active in a system sleep, whose state has been saved before
 *
 * A function that lost its power answers, if at all, with its commands off.
 *
 * For the function's resume_noirq callback.
 *
 * Context: Process context. May sleep.
 * Return: true if it has: there is nothing to restore.
 */
bool usb_offload_pci_kept_config(struct pci_dev *pci)
{
	u16 command;

	if (pci_read_config_word(pci, PCI_COMMAND, &command))
		return false;

	return command == (u16)pci->saved_config_space[PCI_COMMAND / 4];
}
