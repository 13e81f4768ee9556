// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The device side of a virtio ring, against a driver that behaves and one that does not. */
#include "unit.h"

#include "fake_driver.h"

#define RANDOM_SEED	0x71110

/* A ring whose buffers the device reads. */
struct fixture {
	struct fake_driver driver;
	struct virtqueue vq;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fake_driver_init(&f->driver);
	assert_true(virtqueue_init(&f->vq, &f->driver.window, 1, fake_driver_vrings[1].address,
				   FAKE_DRIVER_NUM, FAKE_DRIVER_ALIGN));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fake_driver_uninit(&f->driver);
	free(f);
	return 0;
}

static struct vring_desc readable(const struct fixture *f, uint16_t head, uint32_t bytes)
{
	return (struct vring_desc){
		.address = f->driver.to_dsp.address + head * RPMSG_BUFFER_BYTES,
		.bytes = bytes,
	};
}

static void an_empty_ring_has_no_buffer(void **state)
{
	struct fixture *f = *state;
	struct virtqueue_buffer buffer;

	assert_false(virtqueue_has_buffer(&f->vq));
	assert_false(virtqueue_get(&f->vq, false, &buffer));
	assert_false(virtqueue_needs_notify(&f->vq));
}

static void buffers_come_in_order_and_go_back(void **state)
{
	struct fixture *f = *state;
	struct fake_ring *ring = &f->driver.to_dsp;

	/* Far enough for the 16-bit indices to wrap. */
	for (uint32_t i = 0; i < 70000; i++) {
		uint16_t head = (uint16_t)((i * 5) % FAKE_DRIVER_NUM);
		struct virtqueue_buffer buffer;
		struct vring_used_elem elem;

		fake_ring_offer(ring, head, readable(f, head, 100));
		assert_true(virtqueue_get(&f->vq, false, &buffer));
		assert_int_equal(buffer.head, head);
		assert_int_equal(buffer.bytes, 100);
		assert_ptr_equal(buffer.data, fake_driver_memory(&f->driver,
								 ring->desc[head].address));
		assert_false(fake_ring_take(ring, &elem));
		virtqueue_put(&f->vq, &buffer, 0);
		assert_true(fake_ring_take(ring, &elem));
		assert_int_equal(elem.id, head);
		assert_int_equal(elem.bytes, 0);
	}
	assert_int_equal(f->vq.bad_buffers, 0);
}

static void a_full_ring_is_taken_whole(void **state)
{
	struct fixture *f = *state;
	struct virtqueue_buffer buffers[FAKE_DRIVER_NUM], none;

	for (uint16_t i = 0; i < FAKE_DRIVER_NUM; i++)
		fake_ring_offer(&f->driver.to_dsp, i, readable(f, i, 16));
	for (uint16_t i = 0; i < FAKE_DRIVER_NUM; i++)
		assert_true(virtqueue_get(&f->vq, false, &buffers[i]));
	assert_false(virtqueue_get(&f->vq, false, &none));
	for (uint16_t i = 0; i < FAKE_DRIVER_NUM; i++)
		virtqueue_put(&f->vq, &buffers[i], 0);
	assert_int_equal(f->driver.to_dsp.used->idx, FAKE_DRIVER_NUM);
}

static void the_driver_is_notified_once_and_only_if_it_wants(void **state)
{
	struct fixture *f = *state;
	struct fake_ring *ring = &f->driver.to_dsp;
	struct virtqueue_buffer buffer;

	fake_ring_offer(ring, 0, readable(f, 0, 16));
	assert_true(virtqueue_get(&f->vq, false, &buffer));
	assert_false(virtqueue_needs_notify(&f->vq));
	virtqueue_put(&f->vq, &buffer, 0);
	assert_true(virtqueue_needs_notify(&f->vq));
	assert_false(virtqueue_needs_notify(&f->vq));

	ring->avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	fake_ring_offer(ring, 1, readable(f, 1, 16));
	assert_true(virtqueue_get(&f->vq, false, &buffer));
	virtqueue_put(&f->vq, &buffer, 0);
	assert_false(virtqueue_needs_notify(&f->vq));
}

static void kicks_can_be_declined(void **state)
{
	struct fixture *f = *state;

	virtqueue_allow_kick(&f->vq, false);
	assert_int_equal(f->driver.to_dsp.used->flags, VRING_USED_F_NO_NOTIFY);
	virtqueue_allow_kick(&f->vq, true);
	assert_int_equal(f->driver.to_dsp.used->flags, 0);
}

/* Each goes back with length 0, is counted, and the good one after it is found. */
static void unusable_buffers_are_given_back_untouched(void **state)
{
	const struct vring_desc bad[] = {
		{ .address = 0, .bytes = 16 },
		{ .address = FAKE_DRIVER_ADDRESS - 1, .bytes = 16 },
		{ .address = FAKE_DRIVER_ADDRESS + FAKE_DRIVER_BYTES - 15, .bytes = 16 },
		{ .address = FAKE_DRIVER_ADDRESS + FAKE_DRIVER_BYTES, .bytes = 1 },
		{ .address = FAKE_DRIVER_ADDRESS, .bytes = UINT32_MAX },
		{ .address = UINT64_MAX - 7, .bytes = 16 },
		{ .address = FAKE_DRIVER_ADDRESS, .bytes = 16, .flags = VRING_DESC_F_NEXT },
		{ .address = FAKE_DRIVER_ADDRESS, .bytes = 16, .flags = VRING_DESC_F_INDIRECT },
		{ .address = FAKE_DRIVER_ADDRESS, .bytes = 16, .flags = VRING_DESC_F_WRITE },
	};
	struct fixture *f = *state;
	struct fake_ring *ring = &f->driver.to_dsp;

	for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct virtqueue_buffer buffer;
		struct vring_used_elem elem;

		fake_ring_offer(ring, 3, bad[i]);
		fake_ring_offer(ring, 4, readable(f, 4, 20));
		assert_true(virtqueue_get(&f->vq, false, &buffer));
		assert_int_equal(buffer.head, 4);
		assert_int_equal(f->vq.bad_buffers, i + 1);
		assert_true(fake_ring_take(ring, &elem));
		assert_int_equal(elem.id, 3);
		assert_int_equal(elem.bytes, 0);
		virtqueue_put(&f->vq, &buffer, 0);
		assert_true(fake_ring_take(ring, &elem));
	}
}

static void a_head_out_of_range_is_swallowed(void **state)
{
	const uint16_t heads[] = { FAKE_DRIVER_NUM, FAKE_DRIVER_NUM + 1, 0x7fff, 0xffff };
	struct fixture *f = *state;
	struct virtqueue_buffer buffer;
	struct vring_used_elem elem;

	for (uint32_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		fake_ring_offer(&f->driver.to_dsp, heads[i], (struct vring_desc){ 0 });
	assert_false(virtqueue_get(&f->vq, false, &buffer));
	assert_false(fake_ring_take(&f->driver.to_dsp, &elem));
	assert_int_equal(f->vq.bad_buffers, sizeof(heads) / sizeof(heads[0]));
	assert_false(f->vq.is_broken);
}

static void an_index_beyond_the_ring_breaks_the_queue(void **state)
{
	struct fixture *f = *state;
	struct virtqueue_buffer buffer = { .head = 0 };

	f->driver.to_dsp.avail->idx = FAKE_DRIVER_NUM + 1;
	assert_false(virtqueue_has_buffer(&f->vq));
	assert_true(f->vq.is_broken);
	/* For good, and without a trace in the used ring. */
	f->driver.to_dsp.avail->idx = 1;
	assert_false(virtqueue_get(&f->vq, false, &buffer));
	virtqueue_put(&f->vq, &buffer, 0);
	virtqueue_allow_kick(&f->vq, false);
	assert_false(virtqueue_needs_notify(&f->vq));
	assert_int_equal(f->driver.to_dsp.used->idx, 0);
	assert_int_equal(f->driver.to_dsp.used->flags, 0);
}

static void unusable_rings_are_refused(void **state)
{
	const struct {
		uint64_t address;
		uint32_t num;
		uint32_t align;
	} bad[] = {
		{ FAKE_DRIVER_ADDRESS, 0, 64 },
		{ FAKE_DRIVER_ADDRESS, 7, 64 },
		{ FAKE_DRIVER_ADDRESS, 512, 64 },
		{ FAKE_DRIVER_ADDRESS, 0x80000000, 64 },
		{ FAKE_DRIVER_ADDRESS, 8, 0 },
		{ FAKE_DRIVER_ADDRESS, 8, 2 },
		{ FAKE_DRIVER_ADDRESS, 8, 48 },
		{ FAKE_DRIVER_ADDRESS, 8, 0x80000000 },
		{ FAKE_DRIVER_ADDRESS + 8, 8, 64 },
		{ FAKE_DRIVER_ADDRESS + 4, 8, 4 },
		{ FAKE_DRIVER_ADDRESS - 64, 8, 64 },
		{ FAKE_DRIVER_ADDRESS + FAKE_DRIVER_BYTES - 64, 8, 64 },
		{ 0, 8, 64 },
		{ UINT64_MAX - 63, 8, 64 },
	};
	struct fixture *f = *state;

	for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct virtqueue vq;
		struct virtqueue_buffer buffer;

		assert_false(virtqueue_init(&vq, &f->driver.window, 1, bad[i].address, bad[i].num,
					    bad[i].align));
		assert_false(virtqueue_get(&vq, false, &buffer));
	}
}

/* Random rubbish in all that the driver may write: nothing outside of the memory is touched, nothing hangs. */
static void rubbish_is_survived(void **state)
{
	struct fixture *f = *state;
	struct random random = { RANDOM_SEED };

	for (uint32_t round = 0; round < 3000; round++) {
		struct virtqueue vq;
		struct virtqueue_buffer buffer;
		uint16_t jump = (uint16_t)random_below(&random, FAKE_DRIVER_NUM + 2);

		random_fill(&random, f->driver.memory, FAKE_DRIVER_RING_BYTES * 2);
		assert_true(virtqueue_init(&vq, &f->driver.window, 1,
					   fake_driver_vrings[1].address, FAKE_DRIVER_NUM,
					   FAKE_DRIVER_ALIGN));
		vq.next_avail = (uint16_t)(f->driver.to_dsp.avail->idx - jump);
		while (virtqueue_get(&vq, random_below(&random, 2), &buffer)) {
			assert_true(buffer.data >= f->driver.memory &&
				    buffer.data + buffer.bytes <=
				    f->driver.memory + FAKE_DRIVER_BYTES);
			virtqueue_put(&vq, &buffer, buffer.bytes);
		}
		virtqueue_needs_notify(&vq);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_ring_has_no_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(buffers_come_in_order_and_go_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_ring_is_taken_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(the_driver_is_notified_once_and_only_if_it_wants,
						setup, teardown),
		cmocka_unit_test_setup_teardown(kicks_can_be_declined, setup, teardown),
		cmocka_unit_test_setup_teardown(unusable_buffers_are_given_back_untouched, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_head_out_of_range_is_swallowed, setup, teardown),
		cmocka_unit_test_setup_teardown(an_index_beyond_the_ring_breaks_the_queue, setup,
						teardown),
		cmocka_unit_test_setup_teardown(unusable_rings_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(rubbish_is_survived, setup, teardown),
	};

	return cmocka_run_group_tests_name("virtqueue", tests, NULL, NULL);
}
