// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* QRTR as a leaf node: greetings, services that come and go, flow control, malformed packets. */
#include "unit.h"

#include "firmware/transport/qrtr.h"

#define NODE		5
#define AP_NODE		1
#define PORT		0x4001
#define SERVER_PORT	0x4005
#define CONTROL_PORT	0xfffffffeu
#define BROADCAST	0xffffffffu
#define SERVICE		0x41d
#define INSTANCE	1
#define RETRY_TICKS	1000
#define WAIT_TICKS	20
#define SENT_MAX	64
#define RANDOM_SEED	0x9147

enum { DATA = 1, HELLO, BYE, NEW_SERVER, DEL_SERVER, DEL_CLIENT, RESUME_TX };

/* A packet in 32-bit words: header (8), then a control packet (5) or data. */
struct packet {
	uint32_t words[QRTR_PACKET_BYTES / 4];
	uint32_t bytes;
};

struct fixture {
	struct qrtr qrtr;
	struct qrtr_client client;
	struct packet sent[SENT_MAX];
	unsigned int sent_count;
	bool is_blocked;
	unsigned int found;
	unsigned int lost;
	unsigned int received;
	uint8_t last[QRTR_PAYLOAD_BYTES];
	uint32_t last_bytes;
};

static bool transmit(void *transport, const uint8_t *packet, uint32_t bytes)
{
	struct fixture *f = transport;

	if (f->is_blocked)
		return false;
	assert_true(f->sent_count < SENT_MAX);
	assert_int_equal(bytes % 4, 0);
	memcpy(f->sent[f->sent_count].words, packet, bytes);
	f->sent[f->sent_count++].bytes = bytes;
	return true;
}

static void on_found(void *context)
{
	struct fixture *f = context;

	f->found++;
}

static void on_lost(void *context)
{
	struct fixture *f = context;

	f->lost++;
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

	f->qrtr = (struct qrtr){ .node = NODE, .transmit = transmit, .transport = f,
				 .hello_retry_ticks = RETRY_TICKS, .resume_wait_ticks = WAIT_TICKS };
	f->client = (struct qrtr_client){ .service = SERVICE, .instance = INSTANCE, .port = PORT,
					  .server_found = on_found, .server_lost = on_lost,
					  .receive = on_receive, .context = f };
	assert_true(qrtr_add_client(&f->qrtr, &f->client));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void receive(struct fixture *f, const struct packet *packet)
{
	/* Exactly as long as it is, so that the sanitizer sees reading on. */
	uint8_t *copy = malloc(packet->bytes);

	memcpy(copy, packet->words, packet->bytes);
	qrtr_receive(&f->qrtr, copy, packet->bytes);
	free(copy);
}

static struct packet control(uint32_t type, uint32_t one, uint32_t two, uint32_t three,
			     uint32_t four)
{
	return (struct packet){
		.words = { 1, type, AP_NODE, CONTROL_PORT, 0, 20, NODE, CONTROL_PORT,
			   type, one, two, three, four },
		.bytes = 52,
	};
}

static void receive_control(struct fixture *f, uint32_t type, uint32_t one, uint32_t two,
			    uint32_t three, uint32_t four)
{
	struct packet packet = control(type, one, two, three, four);

	receive(f, &packet);
}

static struct packet data(const void *payload, uint32_t bytes, uint32_t confirm_rx)
{
	struct packet packet = {
		.words = { 1, DATA, AP_NODE, SERVER_PORT, confirm_rx, bytes, NODE, PORT },
		.bytes = 32 + ((bytes + 3) & ~3u),
	};

	memcpy(&packet.words[8], payload, bytes);
	return packet;
}

static void meet(struct fixture *f)
{
	qrtr_link_up(&f->qrtr);
	qrtr_service(&f->qrtr, 0);
	receive_control(f, HELLO, 0, 0, 0, 0);
	receive_control(f, NEW_SERVER, SERVICE, INSTANCE, AP_NODE, SERVER_PORT);
	assert_true(f->client.has_server);
	f->sent_count = 0;
}

static void a_new_link_is_greeted(void **state)
{
	const uint32_t expected[] = { 1, HELLO, NODE, CONTROL_PORT, 0, 20, BROADCAST, CONTROL_PORT,
				      HELLO, 0, 0, 0, 0 };
	struct fixture *f = *state;

	assert_int_equal(qrtr_service(&f->qrtr, 0), UINT64_MAX);
	assert_int_equal(f->sent_count, 0);
	qrtr_link_up(&f->qrtr);
	assert_int_equal(qrtr_service(&f->qrtr, 0), RETRY_TICKS);
	assert_int_equal(f->sent_count, 1);
	assert_int_equal(f->sent[0].bytes, sizeof(expected));
	assert_memory_equal(f->sent[0].words, expected, sizeof(expected));
}

static void an_answer_is_not_answered(void **state)
{
	struct fixture *f = *state;

	qrtr_link_up(&f->qrtr);
	qrtr_service(&f->qrtr, 0);
	receive_control(f, HELLO, 0, 0, 0, 0);
	assert_int_equal(qrtr_service(&f->qrtr, 1), UINT64_MAX);
	assert_int_equal(f->sent_count, 1);
}

static void an_unasked_hello_is_answered_once(void **state)
{
	struct fixture *f = *state;

	meet(f);
	receive_control(f, HELLO, 0, 0, 0, 0);
	qrtr_service(&f->qrtr, 5000);
	assert_int_equal(f->sent_count, 1);
	assert_int_equal(f->sent[0].words[1], HELLO);
	receive_control(f, HELLO, 0, 0, 0, 0);
	assert_int_equal(qrtr_service(&f->qrtr, 6000), UINT64_MAX);
	assert_int_equal(f->sent_count, 1);
}

static void hello_is_repeated_a_few_times(void **state)
{
	struct fixture *f = *state;

	qrtr_link_up(&f->qrtr);
	for (uint64_t now = 0; now < 100 * RETRY_TICKS; now += RETRY_TICKS / 2)
		qrtr_service(&f->qrtr, now);
	assert_int_equal(f->sent_count, QRTR_HELLO_TRIES);
	assert_int_equal(qrtr_service(&f->qrtr, 1000 * RETRY_TICKS), UINT64_MAX);
}

static void hello_waits_for_room(void **state)
{
	struct fixture *f = *state;

	f->is_blocked = true;
	qrtr_link_up(&f->qrtr);
	assert_int_equal(qrtr_service(&f->qrtr, 0), RETRY_TICKS);
	f->is_blocked = false;
	qrtr_service(&f->qrtr, RETRY_TICKS);
	assert_int_equal(f->sent_count, 1);
}

static void the_service_is_found_and_others_are_not(void **state)
{
	struct fixture *f = *state;

	receive_control(f, NEW_SERVER, SERVICE + 1, INSTANCE, AP_NODE, SERVER_PORT);
	receive_control(f, NEW_SERVER, SERVICE, INSTANCE + 1, AP_NODE, SERVER_PORT);
	receive_control(f, NEW_SERVER, SERVICE, 0x100 | INSTANCE, AP_NODE, SERVER_PORT);
	assert_int_equal(f->found, 0);
	receive_control(f, NEW_SERVER, SERVICE, INSTANCE, AP_NODE, SERVER_PORT);
	assert_int_equal(f->found, 1);
	/* Said twice, it is the same. */
	receive_control(f, NEW_SERVER, SERVICE, INSTANCE, AP_NODE, SERVER_PORT);
	assert_int_equal(f->found, 1);
	assert_int_equal(f->lost, 0);
	/* Elsewhere, it is another. */
	receive_control(f, NEW_SERVER, SERVICE, INSTANCE, AP_NODE, SERVER_PORT + 1);
	assert_int_equal(f->found, 2);
	assert_int_equal(f->lost, 1);
	assert_int_equal(f->client.server.port, SERVER_PORT + 1);
	assert_int_equal(f->qrtr.dropped, 0);
}

static void the_service_goes_in_four_ways(void **state)
{
	struct fixture *f = *state;

	meet(f);
	receive_control(f, DEL_SERVER, SERVICE, INSTANCE, AP_NODE, SERVER_PORT + 1);
	receive_control(f, DEL_CLIENT, AP_NODE, SERVER_PORT + 1, 0, 0);
	assert_int_equal(f->lost, 0);
	receive_control(f, DEL_SERVER, SERVICE, INSTANCE, AP_NODE, SERVER_PORT);
	assert_int_equal(f->lost, 1);
	assert_false(qrtr_send(&f->qrtr, &f->client, "x", 1));

	meet(f);
	receive_control(f, DEL_CLIENT, AP_NODE, SERVER_PORT, 0, 0);
	assert_int_equal(f->lost, 2);

	meet(f);
	receive_control(f, BYE, 0, 0, 0, 0);
	assert_int_equal(f->lost, 3);

	meet(f);
	qrtr_link_down(&f->qrtr);
	assert_int_equal(f->lost, 4);
	/* Gone is gone. */
	receive_control(f, DEL_CLIENT, AP_NODE, SERVER_PORT, 0, 0);
	assert_int_equal(f->lost, 4);
}

static void datagrams_go_both_ways_with_padding(void **state)
{
	struct fixture *f = *state;
	struct packet packet = data("hello", 5, 0);

	meet(f);
	assert_true(qrtr_send(&f->qrtr, &f->client, "abcde", 5));
	assert_int_equal(f->sent[0].bytes, 40);
	{
		const uint32_t header[] = { 1, DATA, NODE, PORT, 0, 5, AP_NODE, SERVER_PORT };

		assert_memory_equal(f->sent[0].words, header, sizeof(header));
		assert_memory_equal(&f->sent[0].words[8], "abcde\0\0\0", 8);
	}
	receive(f, &packet);
	assert_int_equal(f->received, 1);
	assert_int_equal(f->last_bytes, 5);
	assert_memory_equal(f->last, "hello", 5);
}

static void only_the_server_is_heard(void **state)
{
	struct fixture *f = *state;
	struct packet packet;

	meet(f);
	packet = data("x", 1, 0);
	packet.words[2] = AP_NODE + 1;
	receive(f, &packet);
	packet = data("x", 1, 0);
	packet.words[3] = SERVER_PORT + 1;
	receive(f, &packet);
	packet = data("x", 1, 0);
	packet.words[7] = PORT + 1;
	receive(f, &packet);
	assert_int_equal(f->received, 0);
	assert_int_equal(f->qrtr.dropped, 3);
}

static void a_confirmation_is_given_when_asked_for(void **state)
{
	const uint32_t expected[] = { 1, RESUME_TX, NODE, PORT, 0, 20, AP_NODE, SERVER_PORT,
				      RESUME_TX, NODE, PORT, 0, 0 };
	struct fixture *f = *state;
	struct packet packet = data("x", 1, 1);

	meet(f);
	receive(f, &packet);
	assert_int_equal(f->received, 1);
	assert_int_equal(f->sent_count, 1);
	assert_memory_equal(f->sent[0].words, expected, sizeof(expected));

	/* Later, if there is no room for it now. */
	f->is_blocked = true;
	receive(f, &packet);
	f->is_blocked = false;
	qrtr_service(&f->qrtr, 0);
	qrtr_service(&f->qrtr, 0);
	assert_int_equal(f->sent_count, 2);
	assert_memory_equal(f->sent[1].words, expected, sizeof(expected));
}

static void sending_pauses_until_it_is_confirmed(void **state)
{
	struct fixture *f = *state;

	meet(f);
	for (int round = 0; round < 3; round++) {
		f->sent_count = 0;
		for (int i = 1; i <= QRTR_TX_FLOW_HIGH; i++) {
			assert_true(qrtr_send(&f->qrtr, &f->client, "x", 1));
			assert_int_equal(f->sent[i - 1].words[4], i == QRTR_TX_FLOW_LOW);
		}
		assert_false(qrtr_send(&f->qrtr, &f->client, "x", 1));
		/* Another port's confirmation is not ours. */
		receive_control(f, RESUME_TX, AP_NODE, SERVER_PORT + 1, 0, 0);
		assert_false(qrtr_send(&f->qrtr, &f->client, "x", 1));
		receive_control(f, RESUME_TX, AP_NODE, SERVER_PORT, 0, 0);
	}
	assert_int_equal(f->qrtr.dropped, 3);
}

/* A request for a confirmation may get lost, and so may the confirmation: an AP without memory drops packets. */
static void a_lost_confirmation_is_asked_for_again(void **state)
{
	struct fixture *f = *state;
	uint64_t now = 1000;

	meet(f);
	for (int i = 1; i <= QRTR_TX_FLOW_HIGH; i++) {
		assert_int_equal(qrtr_service(&f->qrtr, now), UINT64_MAX);
		assert_true(qrtr_send(&f->qrtr, &f->client, "x", 1));
	}
	/* From when it stops on, one datagram in each period, and each asks. */
	for (int probe = 0; probe < 20; probe++) {
		f->sent_count = 0;
		assert_int_equal(qrtr_service(&f->qrtr, now), now + WAIT_TICKS);
		assert_int_equal(qrtr_service(&f->qrtr, now + WAIT_TICKS - 1), now + WAIT_TICKS);
		assert_false(qrtr_send(&f->qrtr, &f->client, "x", 1));
		now += WAIT_TICKS;
		/* A client with something to send gets to it now, or at any other time: nobody is woken. */
		assert_int_equal(qrtr_service(&f->qrtr, now), now);
		assert_int_equal(qrtr_service(&f->qrtr, now + 1), UINT64_MAX);
		now += 5 * WAIT_TICKS;
		assert_int_equal(qrtr_service(&f->qrtr, now), UINT64_MAX);
		f->is_blocked = true;
		assert_false(qrtr_send(&f->qrtr, &f->client, "x", 1));
		f->is_blocked = false;
		assert_true(qrtr_send(&f->qrtr, &f->client, "x", 1));
		assert_int_equal(f->sent[0].words[4], 1);
		assert_false(qrtr_send(&f->qrtr, &f->client, "x", 1));
	}
	/* Confirmed at last, all is as in the beginning. */
	assert_int_equal(qrtr_service(&f->qrtr, now), now + WAIT_TICKS);
	receive_control(f, RESUME_TX, AP_NODE, SERVER_PORT, 0, 0);
	assert_int_equal(qrtr_service(&f->qrtr, now + WAIT_TICKS), UINT64_MAX);
	f->sent_count = 0;
	for (int i = 1; i <= QRTR_TX_FLOW_HIGH; i++) {
		assert_true(qrtr_send(&f->qrtr, &f->client, "x", 1));
		assert_int_equal(f->sent[i - 1].words[4], i == QRTR_TX_FLOW_LOW);
	}
	assert_false(qrtr_send(&f->qrtr, &f->client, "x", 1));

	/* A server that has gone leaves nothing of it. */
	assert_int_equal(qrtr_service(&f->qrtr, now), now + WAIT_TICKS);
	receive_control(f, DEL_SERVER, SERVICE, INSTANCE, AP_NODE, SERVER_PORT);
	assert_int_equal(qrtr_service(&f->qrtr, now + WAIT_TICKS), UINT64_MAX);
}

static void a_refused_send_keeps_the_confirm_flag(void **state)
{
	struct fixture *f = *state;

	meet(f);
	for (int i = 1; i < QRTR_TX_FLOW_LOW; i++)
		assert_true(qrtr_send(&f->qrtr, &f->client, "x", 1));
	f->is_blocked = true;
	assert_false(qrtr_send(&f->qrtr, &f->client, "x", 1));
	f->is_blocked = false;
	assert_true(qrtr_send(&f->qrtr, &f->client, "x", 1));
	assert_int_equal(f->sent[QRTR_TX_FLOW_LOW - 1].words[4], 1);
}

static void payloads_have_limits(void **state)
{
	uint8_t payload[QRTR_PAYLOAD_BYTES + 1] = { 0 };
	struct fixture *f = *state;

	meet(f);
	assert_false(qrtr_send(&f->qrtr, &f->client, payload, 0));
	assert_false(qrtr_send(&f->qrtr, &f->client, payload, QRTR_PAYLOAD_BYTES + 1));
	assert_true(qrtr_send(&f->qrtr, &f->client, payload, QRTR_PAYLOAD_BYTES));
	assert_int_equal(f->sent[0].bytes, QRTR_PACKET_BYTES);
}

static void malformed_packets_are_dropped_and_counted(void **state)
{
	struct fixture *f = *state;
	struct packet packet;

	meet(f);
	for (uint32_t bytes = 0; bytes < 52; bytes++) {
		packet = control(BYE, 0, 0, 0, 0);
		packet.bytes = bytes ? bytes : 1;
		receive(f, &packet);
	}
	assert_int_equal(f->qrtr.dropped, 52);
	f->qrtr.dropped = 0;

	const struct {
		uint32_t word;
		uint32_t value;
	} changes[] = {
		{ 0, 0 }, { 0, 2 }, { 0, 3 },			/* version */
		{ 1, 0 }, { 1, 12 }, { 1, HELLO }, { 1, DATA },	/* type */
		{ 5, 0 }, { 5, 16 }, { 5, 24 }, { 5, UINT32_MAX }, { 5, UINT32_MAX - 3 }, /* size */
		{ 6, NODE + 1 },				/* destination node */
		{ 7, PORT },					/* destination port */
		{ 8, HELLO },					/* command */
	};
	for (uint32_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		packet = control(BYE, 0, 0, 0, 0);
		packet.words[changes[i].word] = changes[i].value;
		receive(f, &packet);
		assert_int_equal(f->qrtr.dropped, i + 1);
	}
	/* Sizes that padding carries beyond 32 bits, in a packet of nothing but a header */
	for (uint32_t size = UINT32_MAX; size > UINT32_MAX - 3; size--) {
		f->qrtr.dropped = 0;
		packet = data("", 0, 0);
		packet.words[5] = size;
		receive(f, &packet);
		assert_int_equal(f->qrtr.dropped, 1);
	}
	assert_int_equal(f->received, 0);
	assert_int_equal(f->lost, 0);
}

static void mutations_are_survived(void **state)
{
	struct fixture *f = *state;
	struct random random = { RANDOM_SEED };

	meet(f);
	for (uint32_t i = 0; i < 100000; i++) {
		struct packet packet = random_below(&random, 2) ?
			control(1 + random_below(&random, 12), SERVICE, INSTANCE, AP_NODE, SERVER_PORT) :
			data("payload", 7, random_below(&random, 2));

		for (uint32_t m = random_below(&random, 3); m != UINT32_MAX; m--)
			((uint8_t *)packet.words)[random_below(&random, packet.bytes)] =
				(uint8_t)random_u64(&random);
		receive(f, &packet);
		qrtr_service(&f->qrtr, i * 10);
		f->sent_count = 0;
	}
	assert_true(f->qrtr.dropped > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_link_is_greeted, setup, teardown),
		cmocka_unit_test_setup_teardown(an_answer_is_not_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unasked_hello_is_answered_once, setup, teardown),
		cmocka_unit_test_setup_teardown(hello_is_repeated_a_few_times, setup, teardown),
		cmocka_unit_test_setup_teardown(hello_waits_for_room, setup, teardown),
		cmocka_unit_test_setup_teardown(the_service_is_found_and_others_are_not, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_service_goes_in_four_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(datagrams_go_both_ways_with_padding, setup,
						teardown),
		cmocka_unit_test_setup_teardown(only_the_server_is_heard, setup, teardown),
		cmocka_unit_test_setup_teardown(a_confirmation_is_given_when_asked_for, setup,
						teardown),
		cmocka_unit_test_setup_teardown(sending_pauses_until_it_is_confirmed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_lost_confirmation_is_asked_for_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_refused_send_keeps_the_confirm_flag, setup,
						teardown),
		cmocka_unit_test_setup_teardown(payloads_have_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(malformed_packets_are_dropped_and_counted, setup,
						teardown),
		cmocka_unit_test_setup_teardown(mutations_are_survived, setup, teardown),
	};

	return cmocka_run_group_tests_name("qrtr", tests, NULL, NULL);
}
