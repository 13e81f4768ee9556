/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The rpmsg device in the resource table, as the AP's driver has set it up.
 */
#ifndef VSOC_VIRTIO_H
#define VSOC_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#include "../../transport/rpmsg.h"

/**
 * virtio_driver_is_ready() - has the AP's driver set the device up?
 *
 * Return: true from DRIVER_OK until the driver resets the device.
 */
bool virtio_driver_is_ready(void);

/**
 * virtio_get_vring() - a ring as the AP has set it up
 * @index: 0 or 1
 * @vring: result
 */
void virtio_get_vring(unsigned int index, struct rpmsg_vring *vring);

/**
 * virtio_table_is_at() - is this the resource table that the AP uses?
 * @pa: physical address, from the register page
 *
 * Return: false if the AP uses another copy, so that its writes would not be seen.
 */
bool virtio_table_is_at(uint64_t pa);

#endif /* VSOC_VIRTIO_H */
