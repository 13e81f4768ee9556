/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a service holds at this moment, counted where it is taken and where it is given back.
 *
 * These are accounts, not state: nothing is decided by them. They must all be 0 when no stream
 * runs, which is what a test reads and what unregistering a DSP checks.
 */
#ifndef __SND_USB_OFFLOAD_HELD_H
#define __SND_USB_OFFLOAD_HELD_H

#include <linux/atomic.h>
#include <linux/types.h>

enum offload_held_kind {
	OFFLOAD_HELD_CLAIMS,		/* USB PCMs taken from ALSA */
	OFFLOAD_HELD_USAGES,		/* usb_offload_get() */
	OFFLOAD_HELD_CONFIGURED,	/* PCMs with endpoints opened */
	OFFLOAD_HELD_INTERRUPTERS,
	OFFLOAD_HELD_ENDPOINTS,		/* lent by the xHC driver */
	OFFLOAD_HELD_BUFFERS,
	OFFLOAD_HELD_BUFFER_BYTES,
	OFFLOAD_HELD_MAPPINGS,		/* in the DSP's MMU */
	OFFLOAD_HELD_MAPPED_BYTES,
	OFFLOAD_HELD_KIND_COUNT
};

/**
 * struct offload_held - one account for each kind of thing
 * @count: by enum offload_held_kind; any context
 */
struct offload_held {
	atomic64_t count[OFFLOAD_HELD_KIND_COUNT];
};

static inline void offload_held_add(struct offload_held *held, enum offload_held_kind kind,
				    s64 amount)
{
	atomic64_add(amount, &held->count[kind]);
}

static inline void offload_held_sub(struct offload_held *held, enum offload_held_kind kind,
				    s64 amount)
{
	atomic64_sub(amount, &held->count[kind]);
}

static inline s64 offload_held_read(const struct offload_held *held, enum offload_held_kind kind)
{
	return atomic64_read(&held->count[kind]);
}

#endif /* __SND_USB_OFFLOAD_HELD_H */
