/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The device side of a virtio split ring in memory shared with the AP.
 *
 * Rules:
 * 1. The AP (the driver) owns the descriptor table and the available ring, we own the used ring.
 *    Nothing that the AP can write is believed: indices, lengths and addresses are ranged when
 *    they are read, and each is read once.
 * 2. A buffer is one descriptor. Chains and indirect tables are legal virtio, but rpmsg never makes
 *    them; such a buffer goes back at once with length 0, and is counted.
 * 3. avail.idx is read with acquire: the ring entries and buffers behind it are seen after it.
 *    used.idx is written with release: it is the only point where a buffer changes hands.
 * 4. An available index that claims more than the ring holds means that the AP lost its mind or
 *    set the ring up anew: the queue is broken, and left alone until virtqueue_init().
 */
#ifndef LULLABY_TRANSPORT_VIRTQUEUE_H
#define LULLABY_TRANSPORT_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define VIRTQUEUE_MAX_BUFFERS	256

/* virtio 1.2, 2.7.5: struct virtq_desc */
struct vring_desc {
	uint64_t address;
	uint32_t bytes;
	uint16_t flags;
	uint16_t next;
};

enum {
	VRING_DESC_F_NEXT	= 1,
	VRING_DESC_F_WRITE	= 2,
	VRING_DESC_F_INDIRECT	= 4,
};

/* virtio 1.2, 2.7.6: struct virtq_avail; the AP writes it */
struct vring_avail {
	uint16_t flags;
	uint16_t idx;
	uint16_t ring[];
};

enum { VRING_AVAIL_F_NO_INTERRUPT = 1 };

struct vring_used_elem {
	uint32_t id;
	uint32_t bytes;
};

/* virtio 1.2, 2.7.8: struct virtq_used; we write it */
struct vring_used {
	uint16_t flags;
	uint16_t idx;
	struct vring_used_elem ring[];
};

enum { VRING_USED_F_NO_NOTIFY = 1 };

/**
 * struct shm_window - a piece of memory shared with the AP
 * @base: where the firmware sees it
 * @address: its address in descriptors and in the resource table (physical)
 * @bytes: its size
 */
struct shm_window {
	uint8_t *base;
	uint64_t address;
	uint64_t bytes;
};

/**
 * shm_translate() - find shared memory by the address that the AP uses
 * @windows: memory that may be touched
 * @count: entries in @windows
 * @address: address that the AP wrote; not believed
 * @bytes: length that the AP wrote; not believed
 *
 * Return: the memory, or NULL unless all of it lies in one window.
 */
uint8_t *shm_translate(const struct shm_window *windows, unsigned int count, uint64_t address,
		       uint64_t bytes);

/**
 * struct virtqueue - one ring; used by one context only
 * @desc: descriptor table, written by the AP
 * @avail: available ring, written by the AP
 * @used: used ring, written here
 * @windows: memory in which buffers may lie
 * @window_count: entries in @windows
 * @num: ring size, a power of two
 * @next_avail: index of the next available entry to take; free-running
 * @next_used: index of the next used entry to fill; free-running
 * @used_at_notify: @next_used when the AP was last notified or asked about it
 * @is_broken: the AP's index made no sense: nothing is touched any more
 * @bad_buffers: buffers given back untouched because their descriptors were unusable
 */
struct virtqueue {
	const struct vring_desc *desc;
	const struct vring_avail *avail;
	struct vring_used *used;
	const struct shm_window *windows;
	unsigned int window_count;
	uint16_t num;
	uint16_t next_avail;
	uint16_t next_used;
	uint16_t used_at_notify;
	bool is_broken;
	uint32_t bad_buffers;
};

/**
 * struct virtqueue_buffer - a buffer taken from the AP, ours until virtqueue_put()
 * @data: its memory; the AP can still write it: copy before looking
 * @bytes: its size
 * @head: descriptor index
 */
struct virtqueue_buffer {
	uint8_t *data;
	uint32_t bytes;
	uint16_t head;
};

/**
 * virtqueue_init() - take a ring over from its beginning
 * @vq: the queue
 * @windows: memory shared with the AP; must outlive @vq
 * @window_count: entries in @windows
 * @address: where the ring lies, as the resource table says
 * @num: ring size
 * @align: alignment of the used ring
 *
 * Return: false if ring size, alignment or address are unusable; @vq is then broken.
 */
bool virtqueue_init(struct virtqueue *vq, const struct shm_window *windows,
		    unsigned int window_count, uint64_t address, uint32_t num, uint32_t align);

/**
 * virtqueue_is_reset() - has the AP set the ring up anew since virtqueue_init()?
 * @vq: the queue
 *
 * It clears the ring first. used.idx is otherwise ours alone, so a value that we did not write last tells of it;
 * of a queue that has given no buffer back yet, nothing does.
 *
 * Return: true if it has, and virtqueue_init() is due.
 */
bool virtqueue_is_reset(const struct virtqueue *vq);

/**
 * virtqueue_has_buffer() - is there anything to get?
 * @vq: the queue
 *
 * Return: true if virtqueue_get() would find an entry in the available ring.
 */
bool virtqueue_has_buffer(struct virtqueue *vq);

/**
 * virtqueue_get() - take the next buffer
 * @vq: the queue
 * @want_writable: true for buffers to be filled here, false for those to be read; a buffer of the
 *	other kind is unusable
 * @buffer: result
 *
 * Unusable buffers on the way are given back with length 0 and counted; at most one ring full.
 *
 * Return: false if there is none.
 */
bool virtqueue_get(struct virtqueue *vq, bool want_writable, struct virtqueue_buffer *buffer);

/**
 * virtqueue_put() - give a buffer back
 * @vq: the queue
 * @buffer: as virtqueue_get() filled it in
 * @bytes_written: how much of it was written here; 0 for a buffer that was read
 */
void virtqueue_put(struct virtqueue *vq, const struct virtqueue_buffer *buffer,
		   uint32_t bytes_written);

/**
 * virtqueue_allow_kick() - whether the AP shall ring when it adds buffers
 * @vq: the queue
 * @allow: false suppresses the AP's doorbell
 *
 * After allowing it, look at the ring once more: a buffer may have come just before.
 */
void virtqueue_allow_kick(struct virtqueue *vq, bool allow);

/**
 * virtqueue_needs_notify() - must the AP be told about used buffers?
 * @vq: the queue
 *
 * Return: true if buffers were put since the last call and the AP did not decline interrupts.
 */
bool virtqueue_needs_notify(struct virtqueue *vq);

#endif /* LULLABY_TRANSPORT_VIRTQUEUE_H */
