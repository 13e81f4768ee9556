/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_DEBUGFS_H
#define __SND_USB_OFFLOAD_DEBUGFS_H

#include "resource-counters.h"

struct dentry;
struct offload_controllers;

void offload_debugfs_init(void);
void offload_debugfs_exit(void);
struct dentry *offload_debugfs_add(struct offload_controllers *controllers);

const char *offload_resource_name(enum offload_resource kind);

#endif /* __SND_USB_OFFLOAD_DEBUGFS_H */
