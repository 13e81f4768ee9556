// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The AP's side of two virtio rings; see fake_driver.h. */
#include "unit.h"

#include "fake_driver.h"

#define HEADER_BYTES	16

const struct rpmsg_vring fake_driver_vrings[2] = {
	{ FAKE_DRIVER_ADDRESS, FAKE_DRIVER_NUM, FAKE_DRIVER_ALIGN },
	{ FAKE_DRIVER_ADDRESS + FAKE_DRIVER_RING_BYTES, FAKE_DRIVER_NUM, FAKE_DRIVER_ALIGN },
};

uint8_t *fake_driver_memory(struct fake_driver *driver, uint64_t address)
{
	return driver->memory + (address - FAKE_DRIVER_ADDRESS);
}

static void ring_init(struct fake_driver *driver, struct fake_ring *ring, uint64_t address,
		      uint64_t buffers)
{
	uint8_t *base = fake_driver_memory(driver, address);
	size_t used = FAKE_DRIVER_NUM * 16 + 4 + FAKE_DRIVER_NUM * 2 + 2;

	used = (used + FAKE_DRIVER_ALIGN - 1) / FAKE_DRIVER_ALIGN * FAKE_DRIVER_ALIGN;
	ring->desc = (void *)base;
	ring->avail = (void *)(base + FAKE_DRIVER_NUM * 16);
	ring->used = (void *)(base + used);
	ring->seen_used = 0;
	ring->address = buffers;
}

void fake_driver_init(struct fake_driver *driver)
{
	driver->memory = aligned_alloc(64, FAKE_DRIVER_BYTES);
	memset(driver->memory, 0, FAKE_DRIVER_BYTES);
	driver->window = (struct shm_window){
		.base = driver->memory,
		.address = FAKE_DRIVER_ADDRESS,
		.bytes = FAKE_DRIVER_BYTES,
	};
	ring_init(driver, &driver->to_ap, FAKE_DRIVER_ADDRESS,
		  FAKE_DRIVER_ADDRESS + FAKE_DRIVER_BUFFERS);
	ring_init(driver, &driver->to_dsp, FAKE_DRIVER_ADDRESS + FAKE_DRIVER_RING_BYTES,
		  FAKE_DRIVER_ADDRESS + FAKE_DRIVER_BUFFERS +
		  FAKE_DRIVER_NUM * RPMSG_BUFFER_BYTES);
	for (uint16_t i = 0; i < FAKE_DRIVER_NUM; i++)
		fake_ring_offer(&driver->to_ap, i, (struct vring_desc){
			.address = driver->to_ap.address + i * RPMSG_BUFFER_BYTES,
			.bytes = RPMSG_BUFFER_BYTES,
			.flags = VRING_DESC_F_WRITE,
		});
}

void fake_driver_uninit(struct fake_driver *driver)
{
	free(driver->memory);
}

void fake_ring_offer(struct fake_ring *ring, uint16_t head, struct vring_desc desc)
{
	if (head < FAKE_DRIVER_NUM)
		ring->desc[head] = desc;
	ring->avail->ring[ring->avail->idx % FAKE_DRIVER_NUM] = head;
	ring->avail->idx++;
}

bool fake_ring_take(struct fake_ring *ring, struct vring_used_elem *elem)
{
	if (ring->seen_used == ring->used->idx)
		return false;
	*elem = ring->used->ring[ring->seen_used++ % FAKE_DRIVER_NUM];
	return true;
}

void fake_driver_send(struct fake_driver *driver, uint32_t source, uint32_t destination,
		      const void *data, uint32_t bytes)
{
	struct fake_ring *ring = &driver->to_dsp;
	uint16_t head = ring->avail->idx % FAKE_DRIVER_NUM;
	uint64_t address = ring->address + head * RPMSG_BUFFER_BYTES;
	uint8_t *buffer = fake_driver_memory(driver, address);
	uint32_t header[4] = { source, destination, 0, bytes };

	memcpy(buffer, header, sizeof(header));
	if (bytes)
		memcpy(buffer + sizeof(header), data, bytes);
	fake_ring_offer(ring, head, (struct vring_desc){
		.address = address,
		.bytes = (uint32_t)sizeof(header) + bytes,
	});
}

bool fake_driver_receive(struct fake_driver *driver, uint32_t *source, uint32_t *destination,
			 uint8_t *data, uint32_t *bytes)
{
	struct fake_ring *ring = &driver->to_ap;
	struct vring_used_elem elem;
	uint32_t header[4];
	uint8_t *buffer;

	if (!fake_ring_take(ring, &elem))
		return false;
	assert_true(elem.id < FAKE_DRIVER_NUM);
	buffer = fake_driver_memory(driver, ring->desc[elem.id].address);
	memcpy(header, buffer, sizeof(header));
	*source = header[0];
	*destination = header[1];
	*bytes = header[3] & 0xffff;
	assert_int_equal(elem.bytes, HEADER_BYTES + *bytes);
	memcpy(data, buffer + HEADER_BYTES, *bytes);
	fake_ring_offer(ring, (uint16_t)elem.id, ring->desc[elem.id]);
	return true;
}
