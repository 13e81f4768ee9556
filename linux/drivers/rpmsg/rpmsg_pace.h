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

/* How long Linux reads the ring without a pause, and the length of the pause. */
#define RPMSG_LISTEN_US		5000
#define RPMSG_PAUSE_US		1000

/**
 * rpmsg_pace() - leave the processor to others for a moment if the ring has been read for long
 * @rvq: the ring that the remote fills
 * @since: when Linux began to read the ring, or paused last; updated
 *
 * The thread that reads may have real-time priority. The pause loses no message: a remote whose
 * buffers are all full waits for one, as it does when Linux is busy elsewhere.
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
