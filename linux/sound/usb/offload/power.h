/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_POWER_H
#define __SND_USB_OFFLOAD_POWER_H

#include <linux/cleanup.h>
#include <linux/pm.h>
#include <linux/types.h>

struct offload_card;
struct offload_stream;
struct snd_usb_offload_service;

int offload_power_register(struct snd_usb_offload_service *service);
void offload_power_unregister(struct snd_usb_offload_service *service);

extern const struct dev_pm_ops offload_power_ops;

bool offload_power_bus_try(struct snd_usb_offload_service *service);
void offload_power_bus_begin(struct snd_usb_offload_service *service);
void offload_power_bus_end(struct snd_usb_offload_service *service);

DEFINE_GUARD(offload_bus, struct snd_usb_offload_service *, offload_power_bus_begin(_T),
	     offload_power_bus_end(_T))

void offload_power_card_added(struct offload_card *card);
void offload_power_card_removed(struct offload_card *card);
void offload_power_forget_stream(struct offload_stream *stream);
void offload_power_stream_released(struct offload_stream *stream);

#endif /* __SND_USB_OFFLOAD_POWER_H */
