/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The AP's side of two virtio rings in shared memory, as Linux's rpmsg driver sets them up; and anything
 * that a hostile one could write there.
 */
#ifndef LULLABY_TESTS_FAKE_DRIVER_H
#define LULLABY_TESTS_FAKE_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/transport/rpmsg.h"

#define FAKE_DRIVER_NUM		8	/* ring size */
#define FAKE_DRIVER_ALIGN	64
#define FAKE_DRIVER_ADDRESS	0x7c400000ull	/* of the shared memory, in descriptors */
#define FAKE_DRIVER_RING_BYTES	1024
#define FAKE_DRIVER_BUFFERS	(2 * FAKE_DRIVER_RING_BYTES)
#define FAKE_DRIVER_BYTES	(FAKE_DRIVER_BUFFERS + 2 * FAKE_DRIVER_NUM * RPMSG_BUFFER_BYTES)

/**
 * struct fake_ring - the driver's view of a ring
 * @desc: descriptor table
 * @avail: available ring
 * @used: used ring
 * @seen_used: next used entry to look at
 * @address: of its first buffer
 */
struct fake_ring {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t seen_used;
	uint64_t address;
};

/**
 * struct fake_driver - the AP
 * @memory: shared memory, on the heap so that the sanitizer guards both of its ends
 * @window: its address and size, as the device sees them
 * @to_ap: vring 0
 * @to_dsp: vring 1
 */
struct fake_driver {
	uint8_t *memory;
	struct shm_window window;
	struct fake_ring to_ap;
	struct fake_ring to_dsp;
};

extern const struct rpmsg_vring fake_driver_vrings[2];

/* Sets both rings up; vring 0 has all of its buffers available. */
void fake_driver_init(struct fake_driver *driver);
void fake_driver_uninit(struct fake_driver *driver);

/* Where the driver sees one of its addresses. */
uint8_t *fake_driver_memory(struct fake_driver *driver, uint64_t address);

/* Makes a descriptor available, whatever it says. */
void fake_ring_offer(struct fake_ring *ring, uint16_t head, struct vring_desc desc);

/* Takes the next used element; false if there is none. */
bool fake_ring_take(struct fake_ring *ring, struct vring_used_elem *elem);

/* Sends an rpmsg message to the device. */
void fake_driver_send(struct fake_driver *driver, uint32_t source, uint32_t destination,
		      const void *data, uint32_t bytes);

/*
 * Receives an rpmsg message and gives its buffer back; false if there is none. Fails the test if its length
 * contradicts its header.
 */
bool fake_driver_receive(struct fake_driver *driver, uint32_t *source, uint32_t *destination,
			 uint8_t *data, uint32_t *bytes);

#endif /* LULLABY_TESTS_FAKE_DRIVER_H */
