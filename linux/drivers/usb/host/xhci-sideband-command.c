// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: the commands that stop an offloaded endpoint and reset its ring, and the one that
 * directs a device's own events to an interrupter.
 *
 * They run one at a time per sideband, under &struct xhci_sideband.mutex, which is held until each
 * has completed.
 *
 * The gate: no command is queued, and no register is touched, while the controller is suspended,
 * dead, gone or about to lose its memory. The driver closes it before it suspends the controller,
 * and waits for the commands that are under way; it opens it once the registers are restored. The
 * flag of the usb core that says that the registers can be read is set earlier.
 */
#include <linux/bitfield.h>
#include <linux/cleanup.h>
#include <linux/delay.h>

#include "xhci-sideband-priv.h"
#include "xhci-sideband-ring.h"

/* Slot context, third word (xHCI 1.2, 6.2.2). */
#define SLOT_INTR_TARGET	GENMASK(31, 22)

#define RECLAIM_ATTEMPTS	5

/* How often a controller that does not answer is asked whether it is there at all. */
#define REMOVAL_POLL_MS		100

static bool is_gate_open(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	return !xhci->sideband_host.is_suspended && !xhci->sideband_host.is_ending &&
	       !(xhci->xhc_state & (XHCI_STATE_DYING | XHCI_STATE_HALTED)) &&
	       HCD_HW_ACCESSIBLE(xhci_to_hcd(xhci));
}

/*
 * Marks a controller as dead that was pulled out: each of its registers reads as all ones. Linux
 * finds out by itself when the first command has timed out, after five seconds.
 */
static bool is_pulled_out(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	if (!HCD_HW_ACCESSIBLE(xhci_to_hcd(xhci)) || readl(&xhci->op_regs->status) != U32_MAX)
		return false;

	xhci_hc_died(xhci);
	return true;
}

/* Whether the controller takes commands. Checked here, as queueing would log a warning. */
static bool takes_commands(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	return is_gate_open(xhci) && !is_pulled_out(xhci);
}

/**
 * xhci_sideband_may_touch_interrupters - tell whether registers of interrupters can be written
 * @xhci: the controller
 *
 * The caller holds &struct xhci_hcd.lock.
 *
 * Context: Any context.
 * Return: false if the controller is suspended, so that a write would be lost or, once it resumes,
 * overwritten.
 */
bool xhci_sideband_may_touch_interrupters(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	return !xhci->sideband_host.is_suspended;
}

/**
 * xhci_sideband_leave_interrupter - should be called when an interrupter goes
 * @xhci: the controller
 * @ir: the interrupter; its event ring is freed next
 *
 * If its registers cannot be touched now, they are cleared before the controller runs again.
 *
 * The caller holds &struct xhci_hcd.lock.
 *
 * Context: Any context.
 * Return: true if the caller must not touch its registers.
 */
bool xhci_sideband_leave_interrupter(struct xhci_hcd *xhci, const struct xhci_interrupter *ir)
{
	lockdep_assert_held(&xhci->lock);

	if (xhci_sideband_may_touch_interrupters(xhci))
		return false;

	set_bit(ir->intr_num, xhci->sideband_host.stale);
	return true;
}

/* Interrupters that went in a suspend point at memory that is somebody else's by now. */
static void clear_stale_interrupters(struct xhci_hcd *xhci)
{
	unsigned int i;

	lockdep_assert_held(&xhci->lock);

	for_each_set_bit(i, xhci->sideband_host.stale, xhci->max_interrupters) {
		struct xhci_intr_reg __iomem *ir_set = &xhci->run_regs->ir_set[i];

		clear_bit(i, xhci->sideband_host.stale);
		if (xhci->interrupters[i])
			continue;
		writel(readl(&ir_set->erst_size) & ERST_SIZE_MASK, &ir_set->erst_size);
		xhci_write_64(xhci, ERST_EHB, &ir_set->erst_dequeue);
	}
}

static bool has_no_commands(struct xhci_hcd *xhci)
{
	bool answer;

	spin_lock_irq(&xhci->lock);
	answer = !xhci->sideband_host.num_commands;
	spin_unlock_irq(&xhci->lock);

	return answer;
}

/**
 * xhci_sideband_host_suspends - should be called when a controller is about to be suspended
 * @xhci: the controller
 *
 * When this returns no command of a sideband is under way, and none will be until
 * xhci_sideband_host_resumed().
 *
 * Waits for as long as the controller needs for a command.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_host_suspends(struct xhci_hcd *xhci)
{
	scoped_guard(spinlock_irq, &xhci->lock)
		xhci->sideband_host.is_suspended = true;

	wait_event(xhci->sideband_host.commands_done, has_no_commands(xhci));
}

/**
 * xhci_sideband_host_resumed - should be called when a controller's registers are restored, or
 * initialised again
 * @xhci: the controller; it may not run yet
 *
 * The caller holds &struct xhci_hcd.lock.
 *
 * Context: Any context.
 */
void xhci_sideband_host_resumed(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	clear_stale_interrupters(xhci);
	xhci->sideband_host.is_suspended = false;
}

/**
 * xhci_sideband_lock_slots - keep others from changing slot contexts
 * @xhci: the controller
 *
 * A command that changes one field of a slot context carries the others, too, as they were when it
 * was made up. So from then to its end no other such command may be made up.
 *
 * Waits for as long as the controller needs for a command.
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_lock_slots(struct xhci_hcd *xhci)
{
	mutex_lock(&xhci->sideband_host.slot_mutex);
}

/**
 * xhci_sideband_unlock_slots - undo xhci_sideband_lock_slots()
 * @xhci: the controller
 *
 * Context: Process context. May sleep.
 */
void xhci_sideband_unlock_slots(struct xhci_hcd *xhci)
{
	mutex_unlock(&xhci->sideband_host.slot_mutex);
}

static int queue_set_dequeue(struct xhci_virt_ep *ep, struct xhci_command *command)
{
	struct xhci_segment *first_seg = ep->ring->first_seg;
	int ret;

	lockdep_assert_held(&ep->xhci->lock);

	/* It queues the four words as they are, a vendor's command or not. */
	ret = xhci_queue_vendor_command(ep->xhci, command,
					lower_32_bits(first_seg->dma) | ep->ring->cycle_state,
					upper_32_bits(first_seg->dma), 0,
					SLOT_ID_FOR_TRB(ep->vdev->slot_id) |
					EP_INDEX_FOR_TRB(ep->ep_index) | TRB_TYPE(TRB_SET_DEQ));
	if (ret)
		return ret;

	/* The completion handler compares with these, and clears them and the flag. */
	ep->queued_deq_seg = first_seg;
	ep->queued_deq_ptr = first_seg->trbs;
	ep->ep_state |= SET_DEQ_PENDING;
	return 0;
}

/* Queues the command that changes the target alone; the other fields stay. */
static int queue_evaluate_context(struct xhci_sideband *sb, unsigned int target)
{
	struct xhci_virt_device *vdev = sb->vdev;
	struct xhci_input_control_ctx *control = xhci_get_input_control_ctx(sb->in_ctx);
	struct xhci_slot_ctx *slot = xhci_get_slot_ctx(sb->xhci, sb->in_ctx);

	lockdep_assert_held(&sb->xhci->sideband_host.slot_mutex);
	lockdep_assert_held(&sb->xhci->lock);

	xhci_slot_copy(sb->xhci, sb->in_ctx, vdev->out_ctx);
	le32p_replace_bits(&slot->tt_info, target, SLOT_INTR_TARGET);
	slot->dev_state = 0;
	control->add_flags = cpu_to_le32(SLOT_FLAG);
	control->drop_flags = 0;

	return xhci_queue_evaluate_context(sb->xhci, sb->command, sb->in_ctx->dma, vdev->slot_id,
					   false);
}

static void reset_command(struct xhci_command *command)
{
	reinit_completion(command->completion);
	command->status = 0;
}

/* A command was queued: the controller hears of it. */
static void begin_command(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	xhci->sideband_host.num_commands++;
	xhci_ring_cmd_db(xhci);
}

/*
 * Waits for the command that was begun. How long that may take is bounded by the driver's own
 * watchdog, which aborts a command after XHCI_CMD_DEFAULT_TIMEOUT, or marks the controller as dead
 * and completes all commands.
 *
 * Returns the completion code, which is positive, or a negative errno if there is none.
 */
static int end_command(struct xhci_hcd *xhci, struct xhci_command *command)
{
	bool is_open;

	while (!wait_for_completion_timeout(command->completion,
					    msecs_to_jiffies(REMOVAL_POLL_MS))) {
		scoped_guard(spinlock_irq, &xhci->lock)
			is_pulled_out(xhci);
	}

	spin_lock_irq(&xhci->lock);
	if (!--xhci->sideband_host.num_commands)
		wake_up_all(&xhci->sideband_host.commands_done);
	is_open = is_gate_open(xhci);
	spin_unlock_irq(&xhci->lock);

	if (command->status == COMP_COMMAND_ABORTED || command->status == COMP_COMMAND_RING_STOPPED)
		return is_open ? -ETIMEDOUT : -ESHUTDOWN;

	return command->status;
}

/*
 * Runs a command on an endpoint to its end; @suspend is for one that stops it.
 *
 * Returns the completion code, which is positive, or a negative errno if there is none.
 */
static int run_command(struct xhci_virt_ep *ep, struct xhci_command *command,
		       unsigned int trb_type, int suspend)
{
	struct xhci_hcd *xhci = ep->xhci;
	unsigned int slot_id = ep->vdev->slot_id;
	int ret;

	reset_command(command);

	scoped_guard(spinlock_irq, &xhci->lock) {
		if (!takes_commands(xhci))
			return -ESHUTDOWN;

		if (trb_type == TRB_SET_DEQ)
			ret = queue_set_dequeue(ep, command);
		else if (trb_type == TRB_RESET_EP)
			ret = xhci_queue_reset_ep(xhci, command, slot_id, ep->ep_index,
						  EP_HARD_RESET);
		else
			ret = xhci_queue_stop_endpoint(xhci, command, slot_id, ep->ep_index,
						       suspend);
		if (ret)
			return ret;

		begin_command(xhci);
	}

	return end_command(xhci, command);
}

static unsigned int endpoint_state(struct xhci_virt_ep *ep)
{
	return GET_EP_CTX_STATE(xhci_get_ep_ctx(ep->xhci, ep->vdev->out_ctx, ep->ep_index));
}

static int stop_endpoint(struct xhci_virt_ep *ep, struct xhci_command *command, int suspend)
{
	unsigned int attempt;
	int ret;

	for (attempt = 0; ; attempt++) {
		ret = run_command(ep, command, TRB_STOP_RING, suspend);
		if (ret < 0)
			return ret;

		ret = xhci_sideband_stop_result(ret, endpoint_state(ep), attempt,
						ep->sideband_ep.is_at_rest);
		if (ret != -EAGAIN)
			break;

		usleep_range(XHCI_SIDEBAND_STOP_RETRY_US, XHCI_SIDEBAND_STOP_RETRY_US + 500);
	}

	ep->sideband_ep.is_at_rest = !ret;
	return ret;
}

/**
 * xhci_sideband_stop_ep - stop an endpoint
 * @ep: the endpoint. One that does not run is fine.
 * @command: runs; nobody else uses it
 *
 * When this has returned 0 the controller reads no more TRBs from the ring, and moves no more data
 * for it, until the doorbell rings.
 *
 * The caller holds &struct xhci_sideband.mutex if the endpoint is offloaded.
 *
 * Context: Process context. May sleep.
 * Return: 0, -ESHUTDOWN if the controller is suspended or dead, -ETIMEDOUT or -EIO if it does not
 * do as told.
 */
int xhci_sideband_stop_ep(struct xhci_virt_ep *ep, struct xhci_command *command)
{
	return stop_endpoint(ep, command, 0);
}

/**
 * xhci_sideband_reset_ep_ring - make an endpoint's ring new, in memory and in the controller's eyes
 * @ep: the endpoint, stopped
 * @command: runs; nobody else uses it
 *
 * The caller holds &struct xhci_sideband.mutex if the endpoint is offloaded.
 *
 * Context: Process context. May sleep.
 * Return: 0, -ENODEV if the controller does not know the endpoint, -ESHUTDOWN if the controller is
 * suspended or dead, -ETIMEDOUT or -EIO if it does not do as told. The ring is of no use then.
 */
int xhci_sideband_reset_ep_ring(struct xhci_virt_ep *ep, struct xhci_command *command)
{
	unsigned int state = endpoint_state(ep);
	int ret;

	if (state == EP_STATE_DISABLED)
		return -ENODEV;

	if (state == EP_STATE_HALTED) {
		ret = run_command(ep, command, TRB_RESET_EP, 0);
		if (ret < 0)
			return ret;
	}

	xhci_sideband_reset_ring(ep->ring, xhci_link_chain_quirk(ep->xhci, ep->ring->type));
	ep->skip = false;
	ep->err_count = 0;

	ret = run_command(ep, command, TRB_SET_DEQ, 0);
	if (ret == COMP_SUCCESS)
		return 0;

	spin_lock_irq(&ep->xhci->lock);
	ep->ep_state &= ~SET_DEQ_PENDING;
	spin_unlock_irq(&ep->xhci->lock);
	return ret < 0 ? ret : -EIO;
}

/**
 * xhci_sideband_reclaim_ep - stop an endpoint and make its ring new
 * @ep: the endpoint
 * @command: runs; nobody else uses it
 *
 * The ring is empty afterwards in any case.
 *
 * The caller holds &struct xhci_sideband.mutex if the endpoint is offloaded.
 *
 * Context: Process context. May sleep.
 * Return: as xhci_sideband_reset_ep_ring()
 */
int xhci_sideband_reclaim_ep(struct xhci_virt_ep *ep, struct xhci_command *command)
{
	unsigned int attempt;
	int ret;

	/* A doorbell that rings between the two makes it run again: it refuses the second. */
	for (attempt = 0; attempt < RECLAIM_ATTEMPTS; attempt++) {
		ret = xhci_sideband_stop_ep(ep, command);
		if (!ret)
			ret = xhci_sideband_reset_ep_ring(ep, command);
		if (ret != -EIO)
			break;
	}
	if (ret) {
		xhci_sideband_reset_ring(ep->ring, xhci_link_chain_quirk(ep->xhci, ep->ring->type));
		if (ret != -ESHUTDOWN)
			dev_warn_ratelimited(xhci_to_hcd(ep->xhci)->self.controller,
					     "slot %d ep %u: disabled after a sideband, error %d\n",
					     ep->vdev->slot_id, ep->ep_index, ret);
	}
	return ret;
}

/**
 * xhci_stop_endpoint_sync - stop an endpoint and wait until it has stopped
 * @xhci: the controller
 * @ep: an endpoint of it, which the caller keeps
 * @suspend: 1 if the endpoint is stopped because its device is to be suspended
 * @gfp_flags: for the command
 *
 * The caller does not hold &struct xhci_hcd.lock.
 *
 * Context: Process context. May sleep.
 * Return: 0, -ENOMEM, -ESHUTDOWN if the controller is suspended or dead, -ETIME or -EIO if it does
 * not do as told.
 */
int xhci_stop_endpoint_sync(struct xhci_hcd *xhci, struct xhci_virt_ep *ep, int suspend,
			    gfp_t gfp_flags)
{
	struct xhci_command *command;
	int ret;

	command = xhci_alloc_command(xhci, true, gfp_flags);
	if (!command)
		return -ENOMEM;

	ret = stop_endpoint(ep, command, suspend);
	xhci_free_command(xhci, command);
	return ret == -ETIMEDOUT ? -ETIME : ret;
}
EXPORT_SYMBOL_GPL(xhci_stop_endpoint_sync);

/**
 * xhci_sideband_target_events - choose where the events go that a device has of its own
 * @sb: the sideband, with a device and an interrupter
 * @target: the number of an interrupter; 0 is Linux's own
 *
 * An isochronous ring that runs empty is reported to the interrupter that the device's slot names,
 * as there is no TRB that could name one (xHCI 1.2, 4.10.3.1).
 *
 * The caller holds &struct xhci_sideband.mutex.
 *
 * Context: Process context. May sleep.
 * Return: 0, -ESHUTDOWN if the controller is suspended or dead, -ETIMEDOUT or -EIO if it does not
 * do as told. The events then go where they went before.
 */
int xhci_sideband_target_events(struct xhci_sideband *sb, unsigned int target)
{
	struct xhci_hcd *xhci = sb->xhci;
	struct xhci_slot_ctx *slot = xhci_get_slot_ctx(xhci, sb->vdev->out_ctx);
	int ret;

	guard(xhci_sideband_slots)(xhci);

	reset_command(sb->command);

	scoped_guard(spinlock_irq, &xhci->lock) {
		if (le32_get_bits(slot->tt_info, SLOT_INTR_TARGET) == target)
			return 0;
		if (!takes_commands(xhci))
			return -ESHUTDOWN;

		ret = queue_evaluate_context(sb, target);
		if (ret)
			return ret;
		begin_command(xhci);
	}

	ret = end_command(xhci, sb->command);
	if (ret < 0)
		return ret;

	/* Some controllers may report success and do nothing. */
	if (ret != COMP_SUCCESS || le32_get_bits(slot->tt_info, SLOT_INTR_TARGET) != target)
		return -EIO;

	return 0;
}
