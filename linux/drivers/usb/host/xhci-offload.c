// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI and offload: whether a controller that was left running in a system sleep still runs.
 *
 * A controller that loses its power comes back halted, with the registers that the driver has
 * programmed at their defaults. Firmware may have started it again by then, with rings of its own.
 * So it counts as kept only if it runs, reports no error, and still has the addresses of our
 * memory: the device contexts, and the event ring of each interrupter. The command ring's address
 * tells nothing, as it always reads as 0 (xHCI 1.2, 5.4.5).
 *
 * A controller that was not kept is left as xhci_suspend() leaves one: nothing is in flight, all
 * waiting threads have been told, and nothing new is begun. xhci_resume() then initialises it
 * again, and tells the owners of offloaded endpoints.
 */
#include <linux/cleanup.h>
#include <linux/timer.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <kunit/visibility.h>

#include "xhci.h"
#include "xhci-dbgcap.h"

#define STATUS_LOST	(STS_HALT | STS_FATAL | STS_SRE | STS_CNR | STS_HCE)
/* Reserved in the address of the device contexts (xHCI 1.2, 5.4.6). */
#define DCBAA_RESERVED	GENMASK_ULL(5, 0)

static bool kept_event_ring(struct xhci_hcd *xhci, struct xhci_interrupter *ir)
{
	u64 base = xhci_read_64(xhci, &ir->ir_set->erst_base);
	u32 size = readl(&ir->ir_set->erst_size);

	return (base & ~ERST_BASE_RSVDP) == (ir->erst.erst_dma_addr & ~ERST_BASE_RSVDP) &&
	       (size & ~ERST_SIZE_MASK) == ir->event_ring->num_segs;
}

/**
 * xhci_kept_registers - tell whether a controller runs and has the values that the driver has
 * programmed
 * @xhci: the controller
 *
 * The caller holds &struct xhci_hcd.lock.
 *
 * Context: Any context.
 * Return: true if it does.
 */
bool xhci_kept_registers(struct xhci_hcd *xhci)
{
	u32 status, slots;
	unsigned int i;

	lockdep_assert_held(&xhci->lock);

	/* All ones, where nothing answers, are errors as well. */
	status = readl(&xhci->op_regs->status);
	if (status & STATUS_LOST || !(readl(&xhci->op_regs->command) & CMD_RUN))
		return false;

	slots = readl(&xhci->op_regs->config_reg) & HCS_SLOTS_MASK;
	if (slots != xhci->max_slots ||
	    (xhci_read_64(xhci, &xhci->op_regs->dcbaa_ptr) & ~DCBAA_RESERVED) != xhci->dcbaa->dma)
		return false;

	for (i = 0; i < xhci->max_interrupters; i++) {
		if (xhci->interrupters[i] && !kept_event_ring(xhci, xhci->interrupters[i]))
			return false;
	}

	return true;
}
EXPORT_SYMBOL_IF_KUNIT(xhci_kept_registers);

static void stop_polling(struct usb_hcd *hcd)
{
	clear_bit(HCD_FLAG_POLL_RH, &hcd->flags);
	del_timer_sync(&hcd->rh_timer);
}

/* Does to the driver's state as a suspend would have done. */
static void mark_dead(struct xhci_hcd *xhci)
{
	struct usb_hcd *hcd = xhci_to_hcd(xhci);
	unsigned int slot_id, ep_index;

	xhci_dbc_suspend(xhci);
	stop_polling(hcd);
	if (xhci->shared_hcd)
		stop_polling(xhci->shared_hcd);

	spin_lock_irq(&xhci->lock);

	clear_bit(HCD_FLAG_HW_ACCESSIBLE, &hcd->flags);
	if (xhci->shared_hcd)
		clear_bit(HCD_FLAG_HW_ACCESSIBLE, &xhci->shared_hcd->flags);

	/* No command and no URB is queued from here on. */
	xhci->xhc_state |= XHCI_STATE_HALTED;
	xhci->cmd_ring_state = CMD_RING_STATE_STOPPED;
	xhci_cleanup_command_queue(xhci);
	for (slot_id = 1; slot_id <= xhci->max_slots; slot_id++) {
		if (!xhci->devs[slot_id])
			continue;
		for (ep_index = 0; ep_index < EP_CTX_PER_DEV; ep_index++)
			xhci_kill_endpoint_urbs(xhci, slot_id, ep_index);
	}

	spin_unlock_irq(&xhci->lock);
}

/**
 * xhci_kept_state - look at a controller that was left running in a system sleep
 * @hcd: the controller
 *
 * For the controller's resume callback.
 *
 * Context: Process context. May sleep.
 * Return: true if it runs as before. If not, nothing of it is in flight any more.
 */
bool xhci_kept_state(struct usb_hcd *hcd)
{
	struct xhci_hcd *xhci = hcd_to_xhci(hcd);

	scoped_guard(spinlock_irq, &xhci->lock) {
		/* A controller that died has been marked as dead already. */
		if (xhci->xhc_state & XHCI_STATE_DYING || xhci_kept_registers(xhci))
			return true;
	}

	mark_dead(xhci);
	return false;
}
