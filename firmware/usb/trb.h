/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Transfer Request Blocks: the 16-byte messages of every xHCI ring (xHCI 1.2, section 6.4).
 *
 * Only the numbers that an isochronous producer and its event consumer need are named here.
 */
#ifndef LULLABY_USB_TRB_H
#define LULLABY_USB_TRB_H

#include <assert.h>
#include <stdint.h>

/**
 * struct trb - one TRB, in memory shared with the xHC
 * @parameter: buffer, next segment or TRB address, by type
 * @status: length, completion code and target, by type
 * @control: cycle bit, flags and type; its owner depends on the cycle bit alone
 */
struct trb {
	uint64_t parameter;
	uint32_t status;
	uint32_t control;
};
_Static_assert(sizeof(struct trb) == 16, "xHCI 4.11.1");

#define TRB_BYTES			16u
#define TRB_SEGMENT_BYTES		4096u	/* how large Linux makes each ring segment */
#define TRANSFER_RING_MAX_SEGMENTS	16	/* of those that are accepted */
#define TRB_SEGMENT_TRBS		(TRB_SEGMENT_BYTES / TRB_BYTES)
#define TRB_SEGMENT_DATA_TRBS		(TRB_SEGMENT_TRBS - 1)	/* the last one is the link */

/* control, all types (6.4.6) */
#define TRB_CYCLE			0x00000001u
#define TRB_TYPE_SHIFT			10
#define TRB_TYPE_MASK			0x3fu
#define TRB_TYPE(control)		(((control) >> TRB_TYPE_SHIFT) & TRB_TYPE_MASK)

enum trb_type {
	TRB_TYPE_NORMAL			= 1,
	TRB_TYPE_ISOCH			= 5,
	TRB_TYPE_LINK			= 6,
	TRB_TYPE_TRANSFER_EVENT		= 32,
	TRB_TYPE_HOST_CONTROLLER_EVENT	= 37,
	TRB_TYPE_MFINDEX_WRAP_EVENT	= 39,
};

/* Isoch TRB (6.4.1.3) */
#define TRB_STATUS_LENGTH_MASK		0x0001ffffu	/* bytes to transfer */
#define TRB_STATUS_INTERRUPTER_SHIFT	22
#define TRB_STATUS_INTERRUPTER_MASK	0x3ffu
#define TRB_ISP				0x00000004u	/* interrupt on short packet, IN only */
#define TRB_CHAIN			0x00000010u
#define TRB_IOC				0x00000020u	/* interrupt on completion: ask for a transfer event */
#define TRB_BEI				0x00000200u	/* block event interrupt: the event, but no interrupt */
#define TRB_TBC_SHIFT			7		/* transfer burst count (4.11.2.3) */
#define TRB_TBC_MASK			0x3u
#define TRB_TLBPC_SHIFT			16		/* transfer last burst packet count (4.11.2.3) */
#define TRB_TLBPC_MASK			0xfu
#define TRB_SIA				0x80000000u	/* start isoch as soon as possible */

/* Link TRB (6.4.4.1): parameter is the next segment's address */
#define TRB_LINK_TOGGLE_CYCLE		0x00000002u
#define TRB_LINK_ADDRESS_MASK		(~(uint64_t)0xf)

/* Transfer Event TRB (6.4.2.1): parameter is the address of the TRB it is about */
#define TRB_EVENT_RESIDUE_MASK		0x00ffffffu	/* in status: bytes not transferred */
#define TRB_EVENT_COMPLETION_SHIFT	24		/* in status */
#define TRB_EVENT_ENDPOINT_SHIFT	16		/* in control */
#define TRB_EVENT_ENDPOINT_MASK		0x1fu
#define TRB_EVENT_SLOT_SHIFT		24		/* in control */

/* Completion codes (6.4.5) */
enum trb_completion {
	TRB_COMPLETION_SUCCESS			= 1,
	TRB_COMPLETION_DATA_BUFFER_ERROR	= 2,
	TRB_COMPLETION_BABBLE_DETECTED		= 3,
	TRB_COMPLETION_USB_TRANSACTION_ERROR	= 4,
	TRB_COMPLETION_TRB_ERROR		= 5,
	TRB_COMPLETION_STALL_ERROR		= 6,
	TRB_COMPLETION_SLOT_NOT_ENABLED		= 11,
	TRB_COMPLETION_ENDPOINT_NOT_ENABLED	= 12,
	TRB_COMPLETION_SHORT_PACKET		= 13,
	TRB_COMPLETION_RING_UNDERRUN		= 14,
	TRB_COMPLETION_RING_OVERRUN		= 15,
	TRB_COMPLETION_BANDWIDTH_OVERRUN	= 18,
	TRB_COMPLETION_EVENT_RING_FULL		= 21,
	TRB_COMPLETION_MISSED_SERVICE		= 23,
	TRB_COMPLETION_STOPPED			= 26,
	TRB_COMPLETION_STOPPED_LENGTH_INVALID	= 27,
	TRB_COMPLETION_STOPPED_SHORT_PACKET	= 28,
	TRB_COMPLETION_ISOCH_BUFFER_OVERRUN	= 31,
};

/* Runtime registers (5.5): interrupter register sets follow MFINDEX */
#define XHCI_INTERRUPTER_OFFSET(n)	(0x20u + 0x20u * (n))
#define XHCI_INTERRUPTER_BYTES		0x20u
#define XHCI_ERDP_LOW			0x18u	/* in the set: event ring dequeue pointer (5.5.2.3.3) */
#define XHCI_ERDP_HIGH			0x1cu
#define XHCI_ERDP_SEGMENT_MASK		0x7u	/* dequeue ERST segment index */
#define XHCI_ERDP_EVENT_HANDLER_BUSY	0x8u	/* write 1 to clear */

#endif /* LULLABY_USB_TRB_H */
