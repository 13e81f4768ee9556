/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_INDICATION_H
#define __SND_USB_OFFLOAD_INDICATION_H

#include <linux/types.h>

struct offload_stream;
struct snd_usb_offload_service;
struct work_struct;

int offload_indication_send(struct offload_stream *stream, s32 dev_event);
int offload_indication_send_stream(struct offload_stream *stream, s32 dev_event);
void offload_indication_work(struct work_struct *work);
void offload_indications_cancel(struct snd_usb_offload_service *service);

#endif /* __SND_USB_OFFLOAD_INDICATION_H */
