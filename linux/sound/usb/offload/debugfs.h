/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_DEBUGFS_H
#define __SND_USB_OFFLOAD_DEBUGFS_H

#include "held.h"

struct snd_usb_offload_service;

void offload_debugfs_init(void);
void offload_debugfs_exit(void);
void offload_debugfs_add(struct snd_usb_offload_service *service);
void offload_debugfs_remove(struct snd_usb_offload_service *service);

const char *offload_held_name(enum offload_held_kind kind);

#endif /* __SND_USB_OFFLOAD_DEBUGFS_H */
