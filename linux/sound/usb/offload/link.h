/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_LINK_H
#define __SND_USB_OFFLOAD_LINK_H

#include <linux/atomic.h>
#include <linux/qrtr.h>
#include <linux/soc/qcom/qmi.h>
#include <linux/types.h>
#include <sound/usb-offload.h>

#include "resource-counters.h"
#include "stop-timeout.h"

struct offload_dispatch;

/* Counters of the messages on a service's socket, and of their effects. */
enum offload_counter {
	OFFLOAD_COUNT_REQUESTS,		/* well-formed, from the DSP */
	OFFLOAD_COUNT_RESPONSES,	/* sent */
	OFFLOAD_COUNT_FAILURES,		/* requests that failed */
	OFFLOAD_COUNT_REFUSED,		/* well-formed, from a node that is not the DSP's */
	OFFLOAD_COUNT_INDICATIONS,	/* sent */
	OFFLOAD_COUNT_UNSENT,		/* responses and indications that could not be sent */
	OFFLOAD_COUNT_BAD_LENGTH,	/* dropped: truncated or over-long */
	OFFLOAD_COUNT_BAD_TLV,		/* dropped: a TLV is malformed or unknown */
	OFFLOAD_COUNT_BAD_MESSAGE,	/* dropped: not a STREAM request at all */
	OFFLOAD_COUNT_CLIENTS_GONE,	/* clients and nodes that went away */
	OFFLOAD_COUNT_FORCED,		/* streams torn down without the DSP's consent */
	OFFLOAD_COUNTER_COUNT
};

/**
 * struct offload_link - the way to a DSP, and the counters about it
 * @dsp: the DSP; fixed
 * @qmi: the QMI handle: it has locks of its own, and a thread that receives requests
 * @dispatch: serves the requests; fixed
 * @resources: how much the streams hold; any context
 * @counters: by enum offload_counter; any context
 * @stop_timeout: how long the DSP may be waited for; it has a lock of its own
 * @generation: counts the DSP's generations, each of which has the same address; any context
 * @is_down: the DSP has gone down: its old requests are being dropped. Written by the platform's
 *	thread that reports it, read without a lock.
 * @is_closing: the service is being unregistered and its cards are gone: nothing is received or
 *	sent any more. Set once, read without a lock.
 */
struct offload_link {
	struct snd_usb_offload_dsp dsp;
	struct qmi_handle qmi;
	struct offload_dispatch *dispatch;
	struct offload_resources resources;
	atomic_long_t counters[OFFLOAD_COUNTER_COUNT];
	struct offload_stop_timeout stop_timeout;
	atomic_t generation;
	bool is_down;
	bool is_closing;
};

void offload_link_limit_send(struct offload_link *link, unsigned long jiffies_max);
void offload_link_close_inbox(struct offload_link *link);
void offload_link_empty_inbox(struct offload_link *link);

/* A client is known by its node and port. An address without a family is no client's. */
static inline bool offload_is_same_client(const struct sockaddr_qrtr *one,
					  const struct sockaddr_qrtr *other)
{
	return one->sq_family == other->sq_family && one->sq_node == other->sq_node &&
	       one->sq_port == other->sq_port;
}

static inline bool offload_is_generation(struct offload_link *link, int generation)
{
	return atomic_read(&link->generation) == generation;
}

static inline void offload_count(struct offload_link *link, enum offload_counter counter)
{
	atomic_long_inc(&link->counters[counter]);
}

#endif /* __SND_USB_OFFLOAD_LINK_H */
