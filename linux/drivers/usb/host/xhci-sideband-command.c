// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: the commands that stop a lent endpoint and make its ring new, and the one that
 * says where a device's own events go.
 *
 * They run one at a time per sideband, under &struct xhci_sideband.mutex, and each is waited for.
 */
#include <linux/bitfield.h>
#include <linux/delay.h>

#include "xhci-sideband-priv.h"
#include "xhci-sideband-ring.h"

/* Slot context, third word (xHCI 1.2, 6.2.2). */
#define SLOT_INTR_TARGET	GENMASK(31, 22)

static int queue_set_dequeue(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	struct xhci_segment *first_seg = ep->ring->first_seg;
	int ret;

	lockdep_assert_held(&sb->xhci->lock);

	/* It queues the four words as they are, a vendor's command or not. */
	ret = xhci_queue_vendor_command(sb->xhci, sb->command,
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

/*
 * Queues the command that sets the target alone. What it sets besides, the Max Exit Latency, stays
 * what the controller has now; only a change of link power management that is under way at this
 * very moment, by hand through sysfs, can be undone by it.
 */
static int queue_evaluate_context(struct xhci_sideband *sb, unsigned int target)
{
	struct xhci_virt_device *vdev = sb->vdev;
	struct xhci_input_control_ctx *control = xhci_get_input_control_ctx(sb->in_ctx);
	struct xhci_slot_ctx *slot = xhci_get_slot_ctx(sb->xhci, sb->in_ctx);

	lockdep_assert_held(&sb->xhci->lock);

	xhci_slot_copy(sb->xhci, sb->in_ctx, vdev->out_ctx);
	le32p_replace_bits(&slot->tt_info, target, SLOT_INTR_TARGET);
	slot->dev_state = 0;
	control->add_flags = cpu_to_le32(SLOT_FLAG);
	control->drop_flags = 0;

	return xhci_queue_evaluate_context(sb->xhci, sb->command, sb->in_ctx->dma, vdev->slot_id,
					   false);
}

/* Whether the controller takes commands. Asked here, as queueing warns of what is no news to us. */
static bool takes_commands(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	return !(xhci->xhc_state & (XHCI_STATE_DYING | XHCI_STATE_HALTED)) &&
	       HCD_HW_ACCESSIBLE(xhci_to_hcd(xhci));
}

static void renew_command(struct xhci_sideband *sb)
{
	lockdep_assert_held(&sb->mutex);

	reinit_completion(sb->command->completion);
	sb->command->status = 0;
}

/*
 * Waits for the command that was queued. How long that may take is bounded by the driver's own
 * watchdog, which aborts a command after XHCI_CMD_DEFAULT_TIMEOUT, or gives the controller up and
 * completes all commands.
 *
 * Returns the completion code, which is positive, or a negative errno if there is none.
 */
static int wait_for_command(struct xhci_sideband *sb)
{
	struct xhci_command *command = sb->command;

	lockdep_assert_held(&sb->mutex);

	wait_for_completion(command->completion);

	if (command->status == COMP_COMMAND_ABORTED || command->status == COMP_COMMAND_RING_STOPPED)
		return -ETIMEDOUT;

	return command->status;
}

/*
 * Runs a command on an endpoint to its end.
 *
 * Returns the completion code, which is positive, or a negative errno if there is none.
 */
static int run_command(struct xhci_sideband *sb, struct xhci_virt_ep *ep, unsigned int trb_type)
{
	struct xhci_command *command = sb->command;
	struct xhci_hcd *xhci = sb->xhci;
	int ret;

	renew_command(sb);

	spin_lock_irq(&xhci->lock);
	if (!takes_commands(xhci))
		ret = -ESHUTDOWN;
	else if (trb_type == TRB_SET_DEQ)
		ret = queue_set_dequeue(sb, ep);
	else if (trb_type == TRB_RESET_EP)
		ret = xhci_queue_reset_ep(xhci, command, ep->vdev->slot_id, ep->ep_index,
					  EP_HARD_RESET);
	else
		ret = xhci_queue_stop_endpoint(xhci, command, ep->vdev->slot_id, ep->ep_index, 0);
	if (!ret)
		xhci_ring_cmd_db(xhci);
	spin_unlock_irq(&xhci->lock);
	if (ret)
		return ret;

	return wait_for_command(sb);
}

static unsigned int endpoint_state(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	return GET_EP_CTX_STATE(xhci_get_ep_ctx(sb->xhci, ep->vdev->out_ctx, ep->ep_index));
}

/**
 * xhci_sideband_stop_ep - stop a lent endpoint
 * @sb: the sideband
 * @ep: the endpoint. One that does not run is fine.
 *
 * When this has returned 0 the controller reads no more TRBs from the ring, and moves no more data
 * for it, until the doorbell rings.
 *
 * Context: process context; may sleep. &struct xhci_sideband.mutex held.
 * Return: 0, -ESHUTDOWN if the controller is suspended or dead, -ETIMEDOUT or -EIO if it does not
 * do as told.
 */
int xhci_sideband_stop_ep(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	unsigned int attempt;
	int ret;

	for (attempt = 0; ; attempt++) {
		ret = run_command(sb, ep, TRB_STOP_RING);
		if (ret < 0)
			return ret;

		ret = xhci_sideband_stop_result(ret, endpoint_state(sb, ep), attempt);
		if (ret != -EAGAIN)
			return ret;

		usleep_range(XHCI_SIDEBAND_STOP_PAUSE_US, 2 * XHCI_SIDEBAND_STOP_PAUSE_US);
	}
}

/**
 * xhci_sideband_renew_ep - make an endpoint's ring new, in memory and in the controller's eyes
 * @sb: the sideband
 * @ep: the endpoint, lent and stopped
 *
 * Context: process context; may sleep. &struct xhci_sideband.mutex held.
 * Return: 0, -ENODEV if the controller does not know the endpoint, -ESHUTDOWN if the controller is
 * suspended or dead, -ETIMEDOUT or -EIO if it does not do as told. The ring is of no use then.
 */
int xhci_sideband_renew_ep(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	unsigned int state = endpoint_state(sb, ep);
	int ret;

	lockdep_assert_held(&sb->mutex);

	if (state == EP_STATE_DISABLED)
		return -ENODEV;

	if (state == EP_STATE_HALTED) {
		ret = run_command(sb, ep, TRB_RESET_EP);
		if (ret < 0)
			return ret;
	}

	xhci_sideband_renew_ring(ep->ring, xhci_link_chain_quirk(sb->xhci, ep->ring->type));
	ep->skip = false;
	ep->err_count = 0;

	ret = run_command(sb, ep, TRB_SET_DEQ);
	if (ret == COMP_SUCCESS)
		return 0;

	spin_lock_irq(&sb->xhci->lock);
	ep->ep_state &= ~SET_DEQ_PENDING;
	spin_unlock_irq(&sb->xhci->lock);
	return ret < 0 ? ret : -EIO;
}

/**
 * xhci_sideband_target_events - choose where the events go that a device has of its own
 * @sb: the sideband, with a device and an interrupter
 * @target: the number of an interrupter; 0 is Linux's own
 *
 * An isochronous ring that runs empty is reported to the interrupter that the device's slot names,
 * as there is no TRB that could name one (xHCI 1.2, 4.10.3.1).
 *
 * Context: process context; may sleep. &struct xhci_sideband.mutex held.
 * Return: 0, -ESHUTDOWN if the controller is suspended or dead, -ETIMEDOUT or -EIO if it does not
 * do as told. The events then go where they went before.
 */
int xhci_sideband_target_events(struct xhci_sideband *sb, unsigned int target)
{
	struct xhci_hcd *xhci = sb->xhci;
	int ret;

	renew_command(sb);

	scoped_guard(spinlock_irq, &xhci->lock) {
		struct xhci_slot_ctx *slot = xhci_get_slot_ctx(xhci, sb->vdev->out_ctx);

		if (le32_get_bits(slot->tt_info, SLOT_INTR_TARGET) == target)
			return 0;
		if (!takes_commands(xhci))
			return -ESHUTDOWN;

		ret = queue_evaluate_context(sb, target);
		if (ret)
			return ret;
		xhci_ring_cmd_db(xhci);
	}

	ret = wait_for_command(sb);
	if (ret < 0)
		return ret;

	return ret == COMP_SUCCESS ? 0 : -EIO;
}
