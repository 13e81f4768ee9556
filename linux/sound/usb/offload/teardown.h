/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_TEARDOWN_H
#define __SND_USB_OFFLOAD_TEARDOWN_H

#include <linux/types.h>

struct offload_card;
struct offload_cards;
struct offload_sideband;
struct offload_stream;
struct sockaddr_qrtr;
struct work_struct;

void offload_teardown_stream_released(struct offload_stream *stream);
void offload_teardown_ring_ended(struct offload_sideband *sideband);
void offload_teardown_invalidation_work(struct work_struct *work);

void offload_teardown_responded(struct offload_card *card, unsigned int pcm, int direction,
				bool is_sent);
void offload_teardown_all(struct offload_cards *cards);
void offload_teardown_client(struct offload_card *card, const struct sockaddr_qrtr *client,
			     int generation);
void offload_teardown_card(struct offload_card *card);

#endif /* __SND_USB_OFFLOAD_TEARDOWN_H */
