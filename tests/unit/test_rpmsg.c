// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* rpmsg: announcements, addresses, delivery, running out of buffers, malformed messages. */
#include "unit.h"

#include "fake_driver.h"

#define NS_ADDRESS	53
#define NS_BYTES	40
#define RANDOM_SEED	0x4b6

struct fixture {
	struct fake_driver driver;
	struct rpmsg rpmsg;
	struct rpmsg_endpoint first;
	struct rpmsg_endpoint second;
	unsigned int connected;
	unsigned int received;
	uint8_t last[RPMSG_PAYLOAD_BYTES];
	uint32_t last_bytes;
};

static void on_connected(void *context)
{
	struct fixture *f = context;

	f->connected++;
}

static void on_receive(void *context, const uint8_t *data, uint32_t bytes)
{
	struct fixture *f = context;

	f->received++;
	memcpy(f->last, data, bytes);
	f->last_bytes = bytes;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fake_driver_init(&f->driver);
	f->first = (struct rpmsg_endpoint){ .name = "IPCRTR", .address = 0x400, .context = f,
					    .connected = on_connected, .receive = on_receive };
	f->second = (struct rpmsg_endpoint){ .name = "lullaby-audio", .address = 0x401,
					     .context = f, .receive = on_receive };
	assert_true(rpmsg_add_endpoint(&f->rpmsg, &f->first));
	assert_true(rpmsg_add_endpoint(&f->rpmsg, &f->second));
	assert_true(rpmsg_start(&f->rpmsg, &f->driver.window, 1, &fake_driver_vrings[0],
				&fake_driver_vrings[1]));
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

static void skip_announcements(struct fixture *f)
{
	uint8_t data[RPMSG_PAYLOAD_BYTES];
	uint32_t source, destination, bytes;

	rpmsg_poll(&f->rpmsg);
	while (fake_driver_receive(&f->driver, &source, &destination, data, &bytes))
		;
}

static void endpoints_are_announced_once_in_order(void **state)
{
	const char *names[] = { "IPCRTR", "lullaby-audio" };
	struct fixture *f = *state;
	uint8_t data[RPMSG_PAYLOAD_BYTES];
	uint32_t source, destination, bytes;

	rpmsg_poll(&f->rpmsg);
	rpmsg_poll(&f->rpmsg);
	for (uint32_t i = 0; i < 2; i++) {
		uint8_t expected[NS_BYTES] = { 0 };

		memcpy(expected, names[i], strlen(names[i]));
		expected[32] = (uint8_t)i;
		expected[33] = 4;
		assert_true(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
		assert_int_equal(source, 0x400 + i);
		assert_int_equal(destination, NS_ADDRESS);
		assert_int_equal(bytes, NS_BYTES);
		assert_memory_equal(data, expected, NS_BYTES);
	}
	assert_false(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
	assert_true(rpmsg_needs_notify(&f->rpmsg));
	assert_false(rpmsg_needs_notify(&f->rpmsg));
}

static void nothing_is_sent_before_the_other_end_is_known(void **state)
{
	struct fixture *f = *state;

	skip_announcements(f);
	assert_false(rpmsg_send(&f->rpmsg, &f->first, "x", 1));
}

/* The AP's end of the first endpoint says that it is there, as qrtr-smd does. */
static void introduce(struct fixture *f)
{
	skip_announcements(f);
	fake_driver_send(&f->driver, 1024, 0x400, NULL, 0);
	rpmsg_poll(&f->rpmsg);
}

static void an_empty_message_introduces_its_sender(void **state)
{
	struct fixture *f = *state;
	uint8_t data[RPMSG_PAYLOAD_BYTES];
	uint32_t source, destination, bytes;

	introduce(f);
	assert_int_equal(f->connected, 1);
	assert_int_equal(f->received, 0);
	assert_true(rpmsg_send(&f->rpmsg, &f->first, "hello", 5));
	assert_true(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
	assert_int_equal(source, 0x400);
	assert_int_equal(destination, 1024);
	assert_int_equal(bytes, 5);
	assert_memory_equal(data, "hello", 5);
	/* A driver that binds again may have the same address, */
	fake_driver_send(&f->driver, 1024, 0x400, NULL, 0);
	rpmsg_poll(&f->rpmsg);
	assert_int_equal(f->connected, 2);
	/* ... or another one. */
	fake_driver_send(&f->driver, 1030, 0x400, "a", 1);
	fake_driver_send(&f->driver, 1030, 0x400, "b", 1);
	rpmsg_poll(&f->rpmsg);
	assert_int_equal(f->connected, 3);
	assert_int_equal(f->received, 2);
	assert_int_equal(f->first.remote_address, 1030);
	assert_false(f->second.has_remote);
}

static void the_ap_may_announce_too(void **state)
{
	struct fixture *f = *state;
	uint8_t ns[NS_BYTES] = "lullaby-audio";

	ns[32] = 0x07;
	ns[33] = 0x04;
	fake_driver_send(&f->driver, 0x407, NS_ADDRESS, ns, NS_BYTES);
	rpmsg_poll(&f->rpmsg);
	assert_true(f->second.has_remote);
	assert_int_equal(f->second.remote_address, 0x407);
	ns[36] = 1;
	fake_driver_send(&f->driver, 0x407, NS_ADDRESS, ns, NS_BYTES);
	rpmsg_poll(&f->rpmsg);
	assert_false(f->second.has_remote);
	assert_int_equal(f->rpmsg.dropped, 0);
	/* Unknown, and of a wrong length */
	ns[0] = 'x';
	fake_driver_send(&f->driver, 0x407, NS_ADDRESS, ns, NS_BYTES);
	fake_driver_send(&f->driver, 0x407, NS_ADDRESS, ns, NS_BYTES - 1);
	rpmsg_poll(&f->rpmsg);
	assert_int_equal(f->rpmsg.dropped, 2);
}

static void the_largest_payload_goes_both_ways(void **state)
{
	struct fixture *f = *state;
	struct random random = { RANDOM_SEED };
	uint8_t sent[RPMSG_PAYLOAD_BYTES + 1], data[RPMSG_PAYLOAD_BYTES];
	uint32_t source, destination, bytes;

	skip_announcements(f);
	random_fill(&random, sent, sizeof(sent));
	fake_driver_send(&f->driver, 1024, 0x401, sent, RPMSG_PAYLOAD_BYTES);
	rpmsg_poll(&f->rpmsg);
	assert_int_equal(f->last_bytes, RPMSG_PAYLOAD_BYTES);
	assert_memory_equal(f->last, sent, RPMSG_PAYLOAD_BYTES);
	assert_true(rpmsg_send(&f->rpmsg, &f->second, sent, RPMSG_PAYLOAD_BYTES));
	assert_true(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
	assert_int_equal(bytes, RPMSG_PAYLOAD_BYTES);
	assert_memory_equal(data, sent, RPMSG_PAYLOAD_BYTES);
	assert_false(rpmsg_send(&f->rpmsg, &f->second, sent, RPMSG_PAYLOAD_BYTES + 1));
	assert_false(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
}

static void a_buffer_too_small_goes_back_empty(void **state)
{
	struct fixture *f = *state;
	struct vring_used_elem elem;

	skip_announcements(f);
	fake_driver_send(&f->driver, 1024, 0x401, NULL, 0);
	rpmsg_poll(&f->rpmsg);
	for (uint16_t i = 0; i < FAKE_DRIVER_NUM; i++)
		f->driver.to_ap.desc[i].bytes = 16 + 9;
	assert_false(rpmsg_send(&f->rpmsg, &f->second, "ten bytes!", 10));
	assert_true(fake_ring_take(&f->driver.to_ap, &elem));
	assert_int_equal(elem.bytes, 0);
	assert_true(rpmsg_send(&f->rpmsg, &f->second, "ten bytes", 9));
}

/* The AP is asked to ring only while we are out of buffers, and then the poll does not spin. */
static void out_of_buffers_is_no_end(void **state)
{
	struct fixture *f = *state;
	uint8_t data[RPMSG_PAYLOAD_BYTES];
	uint32_t source, destination, bytes;
	unsigned int sent = 0;

	introduce(f);
	assert_int_equal(f->driver.to_ap.used->flags, VRING_USED_F_NO_NOTIFY);
	while (rpmsg_send(&f->rpmsg, &f->first, "x", 1))
		sent++;
	assert_int_equal(sent, FAKE_DRIVER_NUM);
	assert_int_equal(f->driver.to_ap.used->flags, 0);
	assert_false(rpmsg_has_work(&f->rpmsg));

	assert_true(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
	assert_true(rpmsg_has_work(&f->rpmsg));
	assert_false(rpmsg_poll(&f->rpmsg));
	assert_int_equal(f->driver.to_ap.used->flags, VRING_USED_F_NO_NOTIFY);
	assert_true(rpmsg_send(&f->rpmsg, &f->first, "x", 1));
}

/* One goes away empty, the next one finds a buffer: the AP rings for the first one all the same. */
static void who_finds_no_buffer_is_not_forgotten(void **state)
{
	struct fixture *f = *state;
	uint8_t data[RPMSG_PAYLOAD_BYTES];
	uint32_t source, destination, bytes;

	introduce(f);
	while (rpmsg_send(&f->rpmsg, &f->first, "x", 1))
		;
	assert_true(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
	assert_true(rpmsg_send(&f->rpmsg, &f->first, "y", 1));
	assert_int_equal(f->driver.to_ap.used->flags, 0);
	assert_false(rpmsg_has_work(&f->rpmsg));
	assert_true(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
	assert_true(rpmsg_has_work(&f->rpmsg));
}

static void malformed_messages_are_dropped_and_counted(void **state)
{
	struct fixture *f = *state;
	struct fake_ring *ring = &f->driver.to_dsp;
	uint32_t *header = (void *)fake_driver_memory(&f->driver, ring->address);

	/* Shorter than a header; a payload longer than its buffer; a buffer longer than rpmsg has */
	fake_ring_offer(ring, 0, (struct vring_desc){ .address = ring->address, .bytes = 15 });
	rpmsg_poll(&f->rpmsg);
	assert_int_equal(f->rpmsg.dropped, 1);
	header[0] = 1024;
	header[1] = 0x400;
	header[3] = 5;
	fake_ring_offer(ring, 0, (struct vring_desc){ .address = ring->address, .bytes = 20 });
	rpmsg_poll(&f->rpmsg);
	assert_int_equal(f->rpmsg.dropped, 2);
	fake_ring_offer(ring, 0, (struct vring_desc){ .address = ring->address, .bytes = 513 });
	rpmsg_poll(&f->rpmsg);
	assert_int_equal(f->rpmsg.dropped, 3);
	/* To nobody; from everybody */
	fake_driver_send(&f->driver, 1024, 0x500, "x", 1);
	fake_driver_send(&f->driver, UINT32_MAX, 0x400, "x", 1);
	rpmsg_poll(&f->rpmsg);
	assert_int_equal(f->rpmsg.dropped, 5);
	assert_int_equal(f->received, 0);
	assert_false(f->first.has_remote);
}

static void a_new_driver_hears_the_announcements_again(void **state)
{
	struct fixture *f = *state;
	uint8_t data[RPMSG_PAYLOAD_BYTES];
	uint32_t source, destination, bytes;

	introduce(f);
	rpmsg_stop(&f->rpmsg);
	assert_false(f->first.has_remote);
	assert_false(rpmsg_send(&f->rpmsg, &f->first, "x", 1));
	assert_false(rpmsg_poll(&f->rpmsg));
	assert_false(rpmsg_needs_notify(&f->rpmsg));

	fake_driver_uninit(&f->driver);
	fake_driver_init(&f->driver);
	assert_true(rpmsg_start(&f->rpmsg, &f->driver.window, 1, &fake_driver_vrings[0],
				&fake_driver_vrings[1]));
	rpmsg_poll(&f->rpmsg);
	assert_true(fake_driver_receive(&f->driver, &source, &destination, data, &bytes));
	assert_int_equal(destination, NS_ADDRESS);
}

static void rings_that_are_set_up_anew_are_noticed(void **state)
{
	struct fixture *f = *state;
	struct fake_ring *rings[] = { &f->driver.to_ap, &f->driver.to_dsp };

	skip_announcements(f);
	assert_false(rpmsg_is_reset(&f->rpmsg));
	fake_driver_send(&f->driver, 1024, 0x400, NULL, 0);
	rpmsg_poll(&f->rpmsg);
	assert_true(rpmsg_send(&f->rpmsg, &f->first, "x", 1));
	assert_false(rpmsg_is_reset(&f->rpmsg));
	for (unsigned int i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		uint16_t used = rings[i]->used->idx;

		rings[i]->used->idx = 0;
		assert_true(rpmsg_is_reset(&f->rpmsg));
		rings[i]->used->idx = used;
		assert_false(rpmsg_is_reset(&f->rpmsg));
	}
}

static void an_unusable_ring_keeps_the_bus_down(void **state)
{
	struct fixture *f = *state;
	struct rpmsg_vring bad = fake_driver_vrings[1];

	bad.address = 0x1000;
	assert_false(rpmsg_start(&f->rpmsg, &f->driver.window, 1, &fake_driver_vrings[0], &bad));
	assert_false(f->rpmsg.is_up);
	assert_false(rpmsg_poll(&f->rpmsg));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(endpoints_are_announced_once_in_order, setup,
						teardown),
		cmocka_unit_test_setup_teardown(nothing_is_sent_before_the_other_end_is_known,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_message_introduces_its_sender, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_ap_may_announce_too, setup, teardown),
		cmocka_unit_test_setup_teardown(the_largest_payload_goes_both_ways, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_buffer_too_small_goes_back_empty, setup,
						teardown),
		cmocka_unit_test_setup_teardown(out_of_buffers_is_no_end, setup, teardown),
		cmocka_unit_test_setup_teardown(who_finds_no_buffer_is_not_forgotten, setup,
						teardown),
		cmocka_unit_test_setup_teardown(malformed_messages_are_dropped_and_counted, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_new_driver_hears_the_announcements_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(rings_that_are_set_up_anew_are_noticed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_unusable_ring_keeps_the_bus_down, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("rpmsg", tests, NULL, NULL);
}
