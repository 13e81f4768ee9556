// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links: the QMI socket between a service and its DSP, and how much of it either side may fill.
 */
#include <linux/cleanup.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "link.h"

/**
 * offload_link_limit_send() - say how long the messages that follow may wait for their client
 * @link: the link
 * @jiffies_max: until QRTR gives up with -EAGAIN
 *
 * Set for each message, as the QMI handle may have a new socket since the last one. Two senders
 * may get in each other's way: then a message has the other one's limit, which is bounded, too.
 *
 * Context: Process context. May sleep.
 */
void offload_link_limit_send(struct offload_link *link, unsigned long jiffies_max)
{
	guard(mutex)(&link->qmi.sock_lock);
	if (link->qmi.sock)
		WRITE_ONCE(link->qmi.sock->sk->sk_sndtimeo, jiffies_max);
}

/* Returns how many bytes of packets could wait to be read before. */
static int limit_inbox(struct offload_link *link, int bytes_max)
{
	struct sock *sk;
	int before;

	guard(mutex)(&link->qmi.sock_lock);
	if (!link->qmi.sock)
		return 0;
	sk = link->qmi.sock->sk;
	before = READ_ONCE(sk->sk_rcvbuf);
	WRITE_ONCE(sk->sk_rcvbuf, bytes_max);
	return before;
}

/**
 * offload_link_close_inbox() - receive nothing any more
 * @link: the link
 *
 * From here on requests are dropped, those that wait as well, however fast new ones come.
 *
 * Context: Process context. May sleep.
 */
void offload_link_close_inbox(struct offload_link *link)
{
	WRITE_ONCE(link->is_closing, true);
	limit_inbox(link, 0);
}

/**
 * offload_link_empty_inbox() - drop the requests that wait, however fast new ones come
 * @link: the link
 *
 * Waits for the request that is being received.
 *
 * Context: Process context. May sleep.
 */
void offload_link_empty_inbox(struct offload_link *link)
{
	int bytes_max = limit_inbox(link, 0);

	flush_work(&link->qmi.work);
	limit_inbox(link, bytes_max);
}
