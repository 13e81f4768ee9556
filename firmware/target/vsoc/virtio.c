// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The rpmsg device in the resource table. remoteproc uses the loaded table as the device's registers: the
 * driver's status, and where the rings are. The layout is that of resource_table.S.
 */
#include "virtio.h"

#include "arm64.h"
#include "layout.h"

#define VIRTIO_STATUS_DRIVER_OK	0x04
#define VIRTIO_STATUS_FAILED	0x80

/* struct fw_rsc_vdev_vring of linux/rsc_table.h */
struct resource_vring {
	uint32_t address;
	uint32_t align;
	uint32_t num;
	uint32_t notify_id;
	uint32_t reserved;
};

/* struct resource_table with our two entries, the first of them a struct fw_rsc_vdev */
struct resource_table {
	uint32_t version;
	uint32_t num;
	uint32_t reserved[2];
	uint32_t offset[2];
	uint32_t type;
	uint32_t id;
	uint32_t notify_id;
	uint32_t offered_features;
	uint32_t accepted_features;
	uint32_t config_bytes;
	uint8_t status;
	uint8_t vring_count;
	uint8_t reserved_bytes[2];
	struct resource_vring vrings[2];
};
_Static_assert(sizeof(struct resource_table) == 24 + 28 + 2 * 20, "resource_table.S");

extern volatile struct resource_table resource_table;

bool virtio_driver_is_ready(void)
{
	uint8_t status = resource_table.status;

	/* Pairs with the AP's barrier before it says that the rings are there. */
	dmb(oshld);
	return (status & VIRTIO_STATUS_DRIVER_OK) && !(status & VIRTIO_STATUS_FAILED);
}

void virtio_get_vring(unsigned int index, struct rpmsg_vring *vring)
{
	vring->address = resource_table.vrings[index].address;
	vring->num = resource_table.vrings[index].num;
	vring->align = resource_table.vrings[index].align;
}

bool virtio_table_is_at(uint64_t pa)
{
	return (uint64_t)(uintptr_t)&resource_table == pa + VA_OFFSET;
}
