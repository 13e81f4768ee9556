// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The device side of a virtio split ring; the rules are in virtqueue.h. */
#include "virtqueue.h"

#include <stddef.h>

uint8_t *shm_translate(const struct shm_window *windows, unsigned int count, uint64_t address,
		       uint64_t bytes)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct shm_window *window = &windows[i];
		uint64_t offset = address - window->address;

		if (address >= window->address && offset <= window->bytes &&
		    bytes <= window->bytes - offset)
			return window->base + offset;
	}
	return NULL;
}

static bool is_power_of_two(uint32_t value)
{
	return value && !(value & (value - 1));
}

bool virtqueue_init(struct virtqueue *vq, const struct shm_window *windows,
		    unsigned int window_count, uint64_t address, uint32_t num, uint32_t align)
{
	uint64_t used_offset, ring_bytes;
	uint8_t *ring;

	*vq = (struct virtqueue){ .is_broken = true };
	if (!is_power_of_two(num) || num > VIRTQUEUE_MAX_BUFFERS)
		return false;
	if (!is_power_of_two(align) || align < sizeof(uint32_t) || address % align ||
	    address % _Alignof(struct vring_desc))
		return false;

	/* virtio 1.2, 2.7.2 (legacy layout): the used ring begins at the next multiple of align.
	 * Each of the two index rings ends in a 16-bit event field that we do not use.
	 */
	used_offset = num * sizeof(struct vring_desc) + sizeof(struct vring_avail) +
		      num * sizeof(uint16_t) + sizeof(uint16_t);
	used_offset = (used_offset + align - 1) & ~((uint64_t)align - 1);
	ring_bytes = used_offset + sizeof(struct vring_used) +
		     num * sizeof(struct vring_used_elem) + sizeof(uint16_t);

	ring = shm_translate(windows, window_count, address, ring_bytes);
	if (!ring || (uintptr_t)ring % _Alignof(struct vring_desc))
		return false;

	vq->desc = (const struct vring_desc *)(const void *)ring;
	vq->avail = (const struct vring_avail *)(const void *)
		    (ring + num * sizeof(struct vring_desc));
	vq->used = (struct vring_used *)(void *)(ring + used_offset);
	vq->windows = windows;
	vq->window_count = window_count;
	vq->num = (uint16_t)num;
	vq->is_broken = false;
	return true;
}

bool virtqueue_is_reset(const struct virtqueue *vq)
{
	return __atomic_load_n(&vq->used->idx, __ATOMIC_RELAXED) != vq->next_used;
}

bool virtqueue_has_buffer(struct virtqueue *vq)
{
	uint16_t ready;

	if (vq->is_broken)
		return false;
	/* Pairs with the AP's barrier between filling the ring and moving avail.idx. */
	ready = __atomic_load_n(&vq->avail->idx, __ATOMIC_ACQUIRE);
	ready = (uint16_t)(ready - vq->next_avail);
	if (ready > vq->num) {
		vq->is_broken = true;
		return false;
	}
	return ready > 0;
}

/* Each field is read once, into a copy that the AP cannot change any more. */
static struct vring_desc read_desc(const struct vring_desc *shared)
{
	const volatile struct vring_desc *desc = shared;

	return (struct vring_desc){
		.address = desc->address,
		.bytes = desc->bytes,
		.flags = desc->flags,
	};
}

void virtqueue_put(struct virtqueue *vq, const struct virtqueue_buffer *buffer,
		   uint32_t bytes_written)
{
	volatile struct vring_used_elem *elem;

	if (vq->is_broken)
		return;
	elem = &vq->used->ring[vq->next_used % vq->num];
	elem->id = buffer->head;
	elem->bytes = bytes_written;
	vq->next_used++;
	/* Publishes the entry and the buffer; pairs with the AP's barrier after reading used.idx. */
	__atomic_store_n(&vq->used->idx, vq->next_used, __ATOMIC_RELEASE);
}

bool virtqueue_get(struct virtqueue *vq, bool want_writable, struct virtqueue_buffer *buffer)
{
	const volatile uint16_t *ring;

	for (unsigned int tries = 0; tries < vq->num && virtqueue_has_buffer(vq); tries++) {
		struct vring_desc desc;
		uint16_t head;

		ring = vq->avail->ring;
		head = ring[vq->next_avail % vq->num];
		vq->next_avail++;
		*buffer = (struct virtqueue_buffer){ .head = head };
		if (head >= vq->num) {
			/* Naming it in the used ring would spread the damage: swallow it. */
			vq->bad_buffers++;
			continue;
		}

		desc = read_desc(&vq->desc[head]);
		if (!(desc.flags & (VRING_DESC_F_NEXT | VRING_DESC_F_INDIRECT)) &&
		    !!(desc.flags & VRING_DESC_F_WRITE) == want_writable)
			buffer->data = shm_translate(vq->windows, vq->window_count, desc.address,
						     desc.bytes);
		if (buffer->data) {
			buffer->bytes = desc.bytes;
			return true;
		}
		vq->bad_buffers++;
		virtqueue_put(vq, buffer, 0);
	}
	return false;
}

void virtqueue_allow_kick(struct virtqueue *vq, bool allow)
{
	if (vq->is_broken)
		return;
	__atomic_store_n(&vq->used->flags, allow ? 0 : VRING_USED_F_NO_NOTIFY, __ATOMIC_RELAXED);
	/* The AP moves avail.idx, then reads these flags; we write the flags, then read avail.idx.
	 * Both order the two, so at least one of us sees the other's write.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool virtqueue_needs_notify(struct virtqueue *vq)
{
	uint16_t flags;

	if (vq->is_broken || vq->used_at_notify == vq->next_used)
		return false;
	vq->used_at_notify = vq->next_used;
	/* We move used.idx, then read its flags; the AP clears them, then reads used.idx. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	flags = __atomic_load_n(&vq->avail->flags, __ATOMIC_RELAXED);
	return !(flags & VRING_AVAIL_F_NO_INTERRUPT);
}
