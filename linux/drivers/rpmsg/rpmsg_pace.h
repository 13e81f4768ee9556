/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A remote processor that fills its ring as fast as it is emptied. Called by
 * virtio_rpmsg_bus.c.
 */
#ifndef __RPMSG_PACE_H__
#define __RPMSG_PACE_H__

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/virtio.h>

/* How long it may be listened to without a pause, and how long that is. */
#define RPMSG_LISTEN_US		5000
#define RPMSG_PAUSE_US		1000

/**
 * rpmsg_pace() - leave the processor to others if this goes on for long
 * @rvq: the ring that the remote fills
 * @since: since when it has been listened to; updated
 *
 * The thread that listens may have real-time priority. In the pause nothing is lost: a remote that
 * has all its buffers full waits for one, here as well as when Linux is busy elsewhere.
 *
 * Context: Process context. May sleep.
 */
static inline void rpmsg_pace(struct virtqueue *rvq, ktime_t *since)
{
	if (!IS_ENABLED(CONFIG_RPMSG_HARDENING) ||
	    ktime_us_delta(ktime_get(), *since) < RPMSG_LISTEN_US)
		return;
	virtqueue_kick(rvq);
	usleep_range(RPMSG_PAUSE_US, 2 * RPMSG_PAUSE_US);
	*since = ktime_get();
}

#endif /* __RPMSG_PACE_H__ */
