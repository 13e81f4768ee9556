// SPDX-License-Identifier: GPL-2.0-only
/*
 * xHCI sideband: ring memory and decisions, apart from locks and hardware.
 *
 * A ring goes to another processor, and comes back from it, as xhci_ring_alloc() made it: every TRB
 * zero but the links, first TRB of the first segment next, cycle state 1 (xHCI 1.2, 4.9). Linux
 * does not read the TRBs that the other processor has written in between, but overwrites them, link
 * TRBs included.
 */
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <kunit/visibility.h>

#include "xhci-sideband-ring.h"

/**
 * xhci_sideband_ring_is_new - tell whether the next TRB of a ring is where it was at first
 * @ring: a transfer ring without TDs
 *
 * That is also so after an even number of rounds: the TRBs of the last round then have the cycle
 * bit of a TRB that was never written.
 *
 * The caller sees to it that nobody writes to the ring.
 *
 * Context: Any context.
 * Return: true if a processor that knows nothing of the ring's past may write to it.
 */
bool xhci_sideband_ring_is_new(const struct xhci_ring *ring)
{
	return ring->enqueue == ring->first_seg->trbs && ring->cycle_state == 1;
}
EXPORT_SYMBOL_IF_KUNIT(xhci_sideband_ring_is_new);

/**
 * xhci_sideband_reset_ring - reset a ring to its first state
 * @ring: a transfer ring without TDs
 * @chain_links: whether the controller wants the chain bit in the ring's link TRBs
 *
 * The endpoint is stopped. The caller sets the controller's dequeue pointer.
 *
 * Context: Any context.
 */
void xhci_sideband_reset_ring(struct xhci_ring *ring, bool chain_links)
{
	struct xhci_segment *seg;

	xhci_for_each_ring_seg(ring->first_seg, seg) {
		struct xhci_link_trb *link = &seg->trbs[TRBS_PER_SEGMENT - 1].link;
		u32 control = TRB_TYPE(TRB_LINK);

		if (chain_links)
			control |= TRB_CHAIN;
		if (seg == ring->last_seg)
			control |= LINK_TOGGLE;

		memset(seg->trbs, 0, TRB_SEGMENT_SIZE);
		link->segment_ptr = cpu_to_le64(seg->next->dma);
		link->control = cpu_to_le32(control);
	}

	xhci_initialize_ring_info(ring, 1);
	ring->old_trb_comp_code = 0;
}
EXPORT_SYMBOL_IF_KUNIT(xhci_sideband_reset_ring);

/*
 * Finds the page of a segment. A segment never crosses one: it is as long as the smallest page
 * there is, and aligned to its size. dma_get_sgtable() finds the page for any DMA memory (linear
 * map, vmalloc, a reserved pool), but not the offset in it.
 */
static int segment_page(struct device *dev, const struct xhci_segment *seg, struct page **page)
{
	struct sg_table one;
	int ret;

	ret = dma_get_sgtable(dev, &one, seg->trbs, seg->dma, TRB_SEGMENT_SIZE);
	if (ret)
		return ret;

	*page = sg_page(one.sgl);
	sg_free_table(&one);
	return 0;
}

static struct sg_table *describe_segments(struct device *dev, const struct xhci_ring *ring)
{
	struct xhci_segment *seg = ring->first_seg;
	struct scatterlist *sg;
	struct sg_table *sgt;
	struct page *page;
	unsigned int i;

	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	if (!sgt)
		return NULL;

	if (sg_alloc_table(sgt, ring->num_segs, GFP_KERNEL))
		goto err_free_sgt;

	for_each_sgtable_sg(sgt, sg, i) {
		if (segment_page(dev, seg, &page))
			goto err_free_table;

		sg_set_page(sg, page, TRB_SEGMENT_SIZE, offset_in_page(seg->trbs));
		sg_dma_address(sg) = seg->dma;
		sg_dma_len(sg) = TRB_SEGMENT_SIZE;
		seg = seg->next;
	}

	return sgt;

err_free_table:
	sg_free_table(sgt);
err_free_sgt:
	kfree(sgt);
	return NULL;
}

/**
 * xhci_sideband_describe_ring - describe the memory of a ring
 * @dev: the device that the ring's memory was allocated for
 * @ring: a transfer or event ring
 *
 * The caller keeps the ring. No allocation starts I/O: the caller may hold a lock that a device
 * reset waits for, and storage waits for that reset.
 *
 * Context: Process context. May sleep.
 * Return: a table with one entry per segment, in ring order: page, offset in it, length, and the
 * bus address and length as the xHC sees them. Free it with sg_free_table() and kfree(). NULL if
 * there is no memory for it, or the ring's memory has no pages.
 */
struct sg_table *xhci_sideband_describe_ring(struct device *dev, const struct xhci_ring *ring)
{
	unsigned int noio_flags = memalloc_noio_save();
	struct sg_table *sgt;

	sgt = describe_segments(dev, ring);
	memalloc_noio_restore(noio_flags);
	return sgt;
}
EXPORT_SYMBOL_IF_KUNIT(xhci_sideband_describe_ring);

/**
 * xhci_sideband_pick_interrupter - choose a secondary interrupter
 * @interrupters: the controller's interrupters by number; NULL for one that is free
 * @num_interrupters: how many the controller has
 * @intr_num: the number that is wanted, 0 for any
 *
 * The caller sees to it that the table does not change.
 *
 * Context: Any context.
 * Return: the number, -EINVAL if there is no secondary interrupter of this number, -EBUSY if it is
 * taken, or -ENOSPC if any would do but none is free.
 */
int xhci_sideband_pick_interrupter(struct xhci_interrupter *const *interrupters,
				   unsigned int num_interrupters, int intr_num)
{
	unsigned int i;

	/* Number 0 is the primary interrupter, Linux's own, so it can stand for any other. */
	if (intr_num) {
		if (intr_num < 0 || intr_num >= num_interrupters)
			return -EINVAL;
		return interrupters[intr_num] ? -EBUSY : intr_num;
	}

	for (i = 1; i < num_interrupters; i++) {
		if (!interrupters[i])
			return i;
	}
	return -ENOSPC;
}
EXPORT_SYMBOL_IF_KUNIT(xhci_sideband_pick_interrupter);

/**
 * xhci_sideband_stop_result - judge how a Stop Endpoint command ended
 * @completion_code: the command's completion code
 * @ep_state: the endpoint's state as the controller reports it after the command
 * @attempt: how many Stop Endpoint commands ended before this one, for the same stop
 * @is_at_rest: an earlier stop has found or left it stopped
 *
 * The command fails on an endpoint that does not run. Some controllers say so of an endpoint that
 * is about to run as well, for some milliseconds after its doorbell rang, and start it all the
 * same. So "stopped" is believed only after as long as Linux itself would ask, or at the second
 * time if the endpoint was at rest before: its owner promised to leave the doorbell alone.
 *
 * Context: Any context.
 * Return: 0 if the endpoint does not run and will not, -EAGAIN if the command is to be tried once
 * more after a pause, -ETIMEDOUT if it was tried often enough, or -EIO if the controller makes no
 * sense.
 */
int xhci_sideband_stop_result(int completion_code, unsigned int ep_state, unsigned int attempt,
			      bool is_at_rest)
{
	bool is_last = attempt + 1 >= XHCI_SIDEBAND_STOP_ATTEMPTS;

	switch (completion_code) {
	case COMP_SUCCESS:
	case COMP_SLOT_NOT_ENABLED_ERROR:
	case COMP_ENDPOINT_NOT_ENABLED_ERROR:
		return 0;
	case COMP_CONTEXT_STATE_ERROR:
		break;
	default:
		return -EIO;
	}

	switch (ep_state) {
	case EP_STATE_RUNNING:
		return is_last ? -ETIMEDOUT : -EAGAIN;
	case EP_STATE_STOPPED:
		return is_last || (is_at_rest && attempt) ? 0 : -EAGAIN;
	default:
		return 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(xhci_sideband_stop_result);
