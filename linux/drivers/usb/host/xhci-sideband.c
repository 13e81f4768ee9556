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
 * 4. The event ring is freed only when no lent endpoint runs, so nothing writes to it any more.
 * 5. IMAN.IE of a lent interrupter is 0: its events do not interrupt Linux, and nobody but the
 *    borrower reads them.
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
 * A sideband's memory is reference counted: one reference is the owner's, and each thread that is
 * about to tell the owner something has one.
 */
#include <linux/cleanup.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/usb/xhci-sideband.h>

#include "xhci-sideband-ring.h"

/* In place of a sideband: nobody may use the endpoint, or register for the device, any more. */
#define SIDEBAND_NOBODY	((struct xhci_sideband *)ERR_PTR(-ESHUTDOWN))

/**
 * struct xhci_sideband - what one USB device lends to another processor
 * @kref: the owner's reference, and one for each thread that tells the owner something
 * @xhci: the controller; fixed, its memory is held by a reference to its hcd
 * @intf: an interface of the device, which notify_client() is told; fixed, referenced
 * @type: what the sideband is for; fixed
 * @notify_client: tells the owner that something ends; fixed, may be NULL
 * @command: the one command that runs at a time; under @mutex. It is here, and not allocated when
 *	needed, so that an endpoint can always be given back.
 * @notify_mutex: held while notify_client() runs
 * @notifier: the task that runs notify_client(), NULL if none does; written under @notify_mutex,
 *	and compared with the current task without
 * @mutex: see the locking overview
 * @vdev: the device; under @mutex. NULL once the slot ended.
 * @ir: the interrupter that is lent; under @mutex. NULL if none is, or the controller ended.
 * @eps: the endpoints that are lent, by index; under @mutex and &struct xhci_hcd.lock
 * @ending: the endpoints whose rings the controller no longer knows; under &struct xhci_hcd.lock
 * @node: in the controller's list; under &struct xhci_hcd.lock
 * @is_ending: the device slot ends, and no sideband follows this one; under &struct xhci_hcd.lock
 * @is_unregistered: the owner wants to hear no more; under &struct xhci_hcd.lock, read also under
 *	@notify_mutex
 */
struct xhci_sideband {
	struct kref kref;
	struct xhci_hcd *xhci;
	struct usb_interface *intf;
	enum xhci_sideband_type type;
	int (*notify_client)(struct usb_interface *intf, struct xhci_sideband_event *evt);
	struct xhci_command *command;
	struct mutex notify_mutex;	/* see above */
	struct task_struct *notifier;
	struct mutex mutex;		/* see above */
	struct xhci_virt_device *vdev;
	struct xhci_interrupter *ir;
	struct xhci_virt_ep *eps[EP_CTX_PER_DEV];
	DECLARE_BITMAP(ending, EP_CTX_PER_DEV);
	struct list_head node;
	bool is_ending;
	bool is_unregistered;
};

static void sideband_release(struct kref *kref)
{
	struct xhci_sideband *sb = container_of(kref, struct xhci_sideband, kref);

	xhci_free_command(sb->xhci, sb->command);
	usb_put_intf(sb->intf);
	usb_put_hcd(xhci_to_hcd(sb->xhci));
	kfree(sb);
}

static void sideband_put(struct xhci_sideband *sb)
{
	kref_put(&sb->kref, sideband_release);
}

/* Commands: one at a time, each waited for. */

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
 * Runs a command on an endpoint to its end. How long that may take is bounded by the driver's own
 * watchdog, which aborts a command after XHCI_CMD_DEFAULT_TIMEOUT, or gives the controller up and
 * completes all commands.
 *
 * Returns the completion code, which is positive, or a negative errno if there is none.
 */
static int run_command(struct xhci_sideband *sb, struct xhci_virt_ep *ep, unsigned int trb_type)
{
	struct xhci_command *command = sb->command;
	struct xhci_hcd *xhci = sb->xhci;
	int ret;

	lockdep_assert_held(&sb->mutex);

	reinit_completion(command->completion);
	command->status = 0;

	spin_lock_irq(&xhci->lock);
	/* Asked here, as the queueing warns of what is no news to a sideband. */
	if (xhci->xhc_state & (XHCI_STATE_DYING | XHCI_STATE_HALTED) ||
	    !HCD_HW_ACCESSIBLE(xhci_to_hcd(xhci)))
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

	wait_for_completion(command->completion);

	if (command->status == COMP_COMMAND_ABORTED || command->status == COMP_COMMAND_RING_STOPPED)
		return -ETIMEDOUT;

	return command->status;
}

static unsigned int endpoint_state(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	return GET_EP_CTX_STATE(xhci_get_ep_ctx(sb->xhci, ep->vdev->out_ctx, ep->ep_index));
}

/*
 * Stops a lent endpoint: when this returns 0 the controller reads no more TRBs from its ring, and
 * moves no more data for it, until its doorbell rings. An endpoint that does not run is fine.
 */
static int stop_endpoint(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
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

/* Makes the ring of an endpoint that was stopped new, in memory and in the controller's eyes. */
static int renew_endpoint(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
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

/* Lending */

/* Gives a lent endpoint to @heir: NULL for Linux, or SIDEBAND_NOBODY. */
static void end_loan(struct xhci_sideband *sb, struct xhci_virt_ep *ep, struct xhci_sideband *heir)
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

static void take_back_endpoint(struct xhci_sideband *sb, struct xhci_virt_ep *ep)
{
	int ret;

	lockdep_assert_held(&sb->mutex);

	/* The controller must not hear of a ring that it knows no more: another has its place. */
	if (ring_is_ending(sb, ep)) {
		end_loan(sb, ep, SIDEBAND_NOBODY);
		return;
	}

	ret = stop_endpoint(sb, ep);
	if (!ret)
		ret = renew_endpoint(sb, ep);
	if (ret && ret != -ESHUTDOWN)
		xhci_warn(sb->xhci, "slot %d ep %u: not usable after a sideband, error %d\n",
			  sb->vdev->slot_id, ep->ep_index, ret);

	end_loan(sb, ep, ret ? SIDEBAND_NOBODY : NULL);
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

	if (xhci_sideband_ring_is_new(ep->ring))
		return 0;

	ret = stop_endpoint(sb, ep);
	if (ret) {
		end_loan(sb, ep, NULL);
		return ret;
	}

	ret = renew_endpoint(sb, ep);
	if (ret)
		end_loan(sb, ep, SIDEBAND_NOBODY);
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

	return ring_is_ending(sb, ep) ? 0 : stop_endpoint(sb, ep);
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

/**
 * xhci_sideband_create_interrupter - lend an interrupter
 * @sb: the sideband
 * @num_seg: segments of its event ring; 0 for the driver's default. The controller's maximum may
 *	be less; xhci_sideband_get_event_buffer() tells how many there are.
 * @ip_autoclear: IMAN.IP clears itself, as with MSI
 * @imod_interval: least time between two interrupts, in ns; at most 16383750
 * @intr_num: the interrupter's number, negative for any that is free
 *
 * The interrupter's events go to its event ring; it interrupts nobody, as its IMAN.IE is 0.
 *
 * Context: process context; may sleep.
 * Return: 0, -EINVAL if an argument is out of range, -ENODEV if the device is gone, -EBUSY if
 * interrupter @intr_num is taken or the sideband has one, -ENOSPC if none is free, -ENOMEM, or
 * -ESHUTDOWN if the controller is suspended or dead.
 */
int xhci_sideband_create_interrupter(struct xhci_sideband *sb, int num_seg, bool ip_autoclear,
				     u32 imod_interval, int intr_num)
{
	struct xhci_interrupter *ir;
	unsigned int noio_flags;
	int ret;

	if (num_seg < 0 || imod_interval / 250 > U16_MAX)
		return -EINVAL;

	guard(mutex)(&sb->mutex);

	if (!sb->vdev)
		return -ENODEV;
	if (sb->ir)
		return -EBUSY;

	noio_flags = memalloc_noio_save();
	ir = xhci_alloc_interrupter(sb->xhci, num_seg, GFP_NOIO);
	memalloc_noio_restore(noio_flags);
	if (!ir)
		return -ENOMEM;

	ir->ip_autoclear = ip_autoclear;
	spin_lock_irq(&sb->xhci->lock);
	ret = add_interrupter(sb->xhci, ir, imod_interval, intr_num);
	spin_unlock_irq(&sb->xhci->lock);
	if (ret) {
		xhci_free_interrupter(sb->xhci, ir);
		return ret;
	}

	sb->ir = ir;
	return 0;
}
EXPORT_SYMBOL_GPL(xhci_sideband_create_interrupter);

static void take_back_interrupter(struct xhci_sideband *sb)
{
	unsigned int i;

	lockdep_assert_held(&sb->mutex);

	if (!sb->ir)
		return;

	/* What still runs writes events; those must not go to freed memory. */
	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i] && !ring_is_ending(sb, sb->eps[i]))
			stop_endpoint(sb, sb->eps[i]);
	}

	xhci_remove_secondary_interrupter(xhci_to_hcd(sb->xhci), sb->ir);
	sb->ir = NULL;
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

/* Registration */

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
		sideband_put(sb);
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

	sideband_put(sb);
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

/* Ends: the rest of the driver is about to free something. */

static void notify_owner(struct xhci_sideband *sb, enum xhci_sideband_notify_type type,
			 unsigned int data)
{
	struct xhci_sideband_event event = { .type = type, .evt_data = &data };
	bool is_nested = READ_ONCE(sb->notifier) == current;

	if (!sb->notify_client)
		return;

	/* The owner's callback may end another ring, by changing an alternate setting say. */
	if (!is_nested)
		mutex_lock(&sb->notify_mutex);

	if (!READ_ONCE(sb->is_unregistered)) {
		WRITE_ONCE(sb->notifier, current);
		sb->notify_client(sb->intf, &event);
		if (!is_nested)
			WRITE_ONCE(sb->notifier, NULL);
	}

	if (!is_nested)
		mutex_unlock(&sb->notify_mutex);
}

/**
 * xhci_sideband_notify_ep_ring_free - tell a sideband's owner that a transfer ring is to be freed
 * @sb: the sideband; the caller holds a reference
 * @ep_index: the endpoint's index
 *
 * Context: process context; may sleep, for as long as the owner needs.
 */
void xhci_sideband_notify_ep_ring_free(struct xhci_sideband *sb, unsigned int ep_index)
{
	notify_owner(sb, XHCI_SIDEBAND_XFER_RING_FREE, ep_index);
}

/*
 * Finds whom *@place, a sideband pointer in an endpoint or a device, points at, and takes a
 * reference. If it points at nobody it is closed, so that it stays so.
 */
static struct xhci_sideband *get_sideband_or_close(struct xhci_hcd *xhci,
						   struct xhci_sideband **place)
{
	struct xhci_sideband *sb;

	lockdep_assert_held(&xhci->lock);

	sb = *place;
	if (IS_ERR_OR_NULL(sb)) {
		*place = SIDEBAND_NOBODY;
		return NULL;
	}

	kref_get(&sb->kref);
	return sb;
}

/**
 * xhci_sideband_ring_ends - an endpoint's ring is about to be freed
 * @ep: the endpoint. The controller no longer knows the ring; it may know another one by its name.
 *
 * When this returns the endpoint is not lent, and cannot be until xhci_sideband_ring_ended().
 *
 * Context: process context; may sleep. No lock of the xHCI driver held.
 */
void xhci_sideband_ring_ends(struct xhci_virt_ep *ep)
{
	struct xhci_hcd *xhci = ep->xhci;
	struct xhci_sideband *sb;

	for (;;) {
		scoped_guard(spinlock_irq, &xhci->lock) {
			sb = get_sideband_or_close(xhci, &ep->sideband);
			if (!sb)
				return;
			set_bit(ep->ep_index, sb->ending);
		}

		xhci_sideband_notify_ep_ring_free(sb, ep->ep_index);

		scoped_guard(mutex, &sb->mutex) {
			if (sb->eps[ep->ep_index])
				end_loan(sb, ep, SIDEBAND_NOBODY);
		}
		sideband_put(sb);
	}
}

/**
 * xhci_sideband_ring_ended - an endpoint's ring was freed
 * @ep: the endpoint
 *
 * Context: process context. After xhci_sideband_ring_ends().
 */
void xhci_sideband_ring_ended(struct xhci_virt_ep *ep)
{
	spin_lock_irq(&ep->xhci->lock);
	ep->sideband = NULL;
	spin_unlock_irq(&ep->xhci->lock);
}

/**
 * xhci_sideband_endpoint_drops - the controller is about to be told to forget an endpoint
 * @ep: the endpoint
 *
 * The other processor is not told yet, and keeps the endpoint if the controller refuses; it then
 * has to ring the doorbell again.
 *
 * Context: process context; may sleep. No lock of the xHCI driver held.
 */
void xhci_sideband_endpoint_drops(struct xhci_virt_ep *ep)
{
	struct xhci_sideband *sb;

	scoped_guard(spinlock_irq, &ep->xhci->lock) {
		sb = ep->sideband;
		if (IS_ERR_OR_NULL(sb))
			return;
		kref_get(&sb->kref);
	}

	scoped_guard(mutex, &sb->mutex) {
		if (sb->eps[ep->ep_index])
			stop_endpoint(sb, ep);
	}
	sideband_put(sb);
}

/* Tells the owner of all that ends with the device, and takes it back. */
static void end_sideband(struct xhci_sideband *sb, unsigned int slot_id)
{
	unsigned int i;

	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		bool is_lent;

		scoped_guard(mutex, &sb->mutex)
			is_lent = sb->eps[i];
		if (is_lent)
			xhci_sideband_notify_ep_ring_free(sb, i);
	}
	notify_owner(sb, XHCI_SIDEBAND_SLOT_FREE, slot_id);

	guard(mutex)(&sb->mutex);

	for (i = 0; i < EP_CTX_PER_DEV; i++) {
		if (sb->eps[i])
			end_loan(sb, sb->eps[i], SIDEBAND_NOBODY);
	}

	/* Unregistered in the meantime, perhaps; then the place may be somebody else's. */
	if (sb->vdev) {
		spin_lock_irq(&sb->xhci->lock);
		sb->vdev->sideband = SIDEBAND_NOBODY;
		spin_unlock_irq(&sb->xhci->lock);
		sb->vdev = NULL;
	}
}

/**
 * xhci_sideband_slot_ends - a device slot and all its rings are about to be freed
 * @xhci: the controller
 * @slot_id: the slot
 *
 * When this returns nothing of the slot is lent, and no sideband can be registered for it.
 *
 * Context: process context; may sleep. No lock of the xHCI driver held but &struct xhci_hcd.mutex.
 */
void xhci_sideband_slot_ends(struct xhci_hcd *xhci, unsigned int slot_id)
{
	struct xhci_sideband *sb;

	for (;;) {
		scoped_guard(spinlock_irq, &xhci->lock) {
			if (!xhci->devs[slot_id])
				return;
			sb = get_sideband_or_close(xhci, &xhci->devs[slot_id]->sideband);
			if (!sb)
				return;
			sb->is_ending = true;
		}

		end_sideband(sb, slot_id);
		sideband_put(sb);
	}
}

static void end_all_slots(struct xhci_hcd *xhci)
{
	unsigned int slot_id;

	for (slot_id = 1; slot_id < MAX_HC_SLOTS; slot_id++)
		xhci_sideband_slot_ends(xhci, slot_id);
}

static void died_work(struct work_struct *work)
{
	end_all_slots(container_of(work, struct xhci_hcd, sideband_host.died_work));
}

/**
 * xhci_sideband_host_init - a controller's driver state comes into being
 * @xhci: the controller
 *
 * Context: process context, once per controller, before anything else here.
 */
void xhci_sideband_host_init(struct xhci_hcd *xhci)
{
	INIT_LIST_HEAD(&xhci->sideband_host.sidebands);
	INIT_WORK(&xhci->sideband_host.died_work, died_work);
}

/**
 * xhci_sideband_host_died - a controller does not answer and was given up
 * @xhci: the controller
 *
 * The owners of its sidebands are told as soon as they can sleep. Memory is freed when
 * the usb core has disconnected the devices.
 *
 * Context: any, with &struct xhci_hcd.lock held.
 */
void xhci_sideband_host_died(struct xhci_hcd *xhci)
{
	lockdep_assert_held(&xhci->lock);

	if (!list_empty(&xhci->sideband_host.sidebands))
		queue_work(system_long_wq, &xhci->sideband_host.died_work);
}

/**
 * xhci_sideband_host_ends - all memory of a controller is about to be freed
 * @xhci: the controller
 *
 * Sidebands that are still registered keep nothing of it.
 *
 * Context: process context; may sleep. No lock of the xHCI driver held but &struct xhci_hcd.mutex.
 */
void xhci_sideband_host_ends(struct xhci_hcd *xhci)
{
	struct xhci_sideband *sb;

	cancel_work_sync(&xhci->sideband_host.died_work);
	end_all_slots(xhci);

	for (;;) {
		scoped_guard(spinlock_irq, &xhci->lock) {
			sb = list_first_entry_or_null(&xhci->sideband_host.sidebands,
						      struct xhci_sideband, node);
			if (!sb)
				return;
			list_del_init(&sb->node);
			kref_get(&sb->kref);
		}

		/* Its memory is freed with the table of interrupters. */
		scoped_guard(mutex, &sb->mutex)
			sb->ir = NULL;
		sideband_put(sb);
	}
}
