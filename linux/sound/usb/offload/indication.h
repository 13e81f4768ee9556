/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_INDICATION_H
#define __SND_USB_OFFLOAD_INDICATION_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct offload_card;
struct offload_link;
struct offload_stream;
struct sockaddr_qrtr;

/**
 * struct offload_indications - the indications to the clients of a DSP
 * @link: the way to the DSP; fixed
 * @client_gone: called for a client, of a generation of the DSP, to which an indication about @card
 *	could not be sent: it is taken for gone. May sleep; no lock is held. Fixed.
 * @work: sends @list; fixed
 * @lock: innermost: guards @list
 * @list: waiting to be sent, oldest first
 */
struct offload_indications {
	struct offload_link *link;
	void (*client_gone)(struct offload_indications *indications, struct offload_card *card,
			    const struct sockaddr_qrtr *client, int generation);
	struct work_struct work;
	spinlock_t lock; /* see above */
	struct list_head list;
};

void offload_indications_init(struct offload_indications *indications);
void offload_indications_cancel(struct offload_indications *indications);
int offload_indication_send(struct offload_stream *stream, s32 dev_event);
int offload_indication_send_stream(struct offload_stream *stream, s32 dev_event);

#endif /* __SND_USB_OFFLOAD_INDICATION_H */
