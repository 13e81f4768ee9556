/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Resource counters: how many of each kind of thing the streams of a DSP hold at this moment.
 *
 * They are counted where they are taken and where they are given back. No decision depends on them.
 * All are 0 while no stream runs: tests read them, and unregistering a DSP checks them.
 */
#ifndef __SND_USB_OFFLOAD_RESOURCE_COUNTERS_H
#define __SND_USB_OFFLOAD_RESOURCE_COUNTERS_H

#include <linux/atomic.h>
#include <linux/types.h>

enum offload_resource {
	OFFLOAD_RESOURCE_CLAIMS,	/* USB PCMs taken from ALSA */
	OFFLOAD_RESOURCE_USAGES,	/* usb_offload_get() */
	OFFLOAD_RESOURCE_CONFIGURED,	/* PCMs with endpoints opened */
	OFFLOAD_RESOURCE_INTERRUPTERS,
	OFFLOAD_RESOURCE_ENDPOINTS,	/* offloaded by the xHC driver */
	OFFLOAD_RESOURCE_BUFFERS,
	OFFLOAD_RESOURCE_BUFFER_BYTES,
	OFFLOAD_RESOURCE_MAPPINGS,	/* in the DSP's MMU */
	OFFLOAD_RESOURCE_MAPPED_BYTES,
	OFFLOAD_RESOURCE_COUNT
};

/**
 * struct offload_resources - a counter for each kind of thing
 * @count: by enum offload_resource; any context
 */
struct offload_resources {
	atomic64_t count[OFFLOAD_RESOURCE_COUNT];
};

static inline void offload_resource_add(struct offload_resources *resources,
					enum offload_resource kind, s64 amount)
{
	atomic64_add(amount, &resources->count[kind]);
}

static inline void offload_resource_sub(struct offload_resources *resources,
					enum offload_resource kind, s64 amount)
{
	atomic64_sub(amount, &resources->count[kind]);
}

static inline s64 offload_resource_read(const struct offload_resources *resources,
					enum offload_resource kind)
{
	return atomic64_read(&resources->count[kind]);
}

#endif /* __SND_USB_OFFLOAD_RESOURCE_COUNTERS_H */
