// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The client of the AP's USB stream service, on a real QRTR node: requests and their ends, time-outs and
 * their undos, indications, and everything else that a server may send.
 */
#include "unit.h"

#include "firmware/session/usb_stream_client.h"
#include "wire/usb_audio_stream_golden.h"

#define NODE		5
#define AP_NODE		1
#define SERVER_PORT	0x4007
#define CONTROL_PORT	0xfffffffeu
#define TIMEOUT		1000
#define SENT_MAX	64
#define TOKENS		4	/* that the streams of the chaos share */
#define RANDOM_SEED	0x41d

enum { DATA = 1, NEW_SERVER = 4, DEL_SERVER = 5, RESUME_TX = 7 };

struct request {
	uint16_t transaction;
	struct usb_stream_request body;
};

/*
 * Facts of the AP that the chaos knows and the owner does not: which tokens may be enabled there, or will be when the AP
 * reads its messages, with nobody left to disable them.
 */
struct ledger {
	struct usb_stream_request asked[USB_STREAM_CLIENT_STREAMS];
	bool was_sent[USB_STREAM_CLIENT_STREAMS];
	bool needs_disable[TOKENS];
	unsigned int enables_owed;
	unsigned int disables_owed;
};

struct fixture {
	struct qrtr qrtr;
	struct usb_stream_client client;
	struct request sent[SENT_MAX];
	unsigned int sent_count;
	bool is_blocked;
	unsigned int refusals;
	unsigned int completed;
	uint32_t last_stream;
	enum usb_stream_outcome last_outcome;
	struct usb_stream_response last_response;
	bool ask_again;
	unsigned int events;
	struct usb_stream_indication last_event;
	unsigned int service_lost;
	struct ledger *ledger;
};

/* A disable settles a token that needs one; no enable of that token may be ahead of it. */
static void ledger_sent(struct ledger *ledger, const struct usb_stream_request *body)
{
	assert_true(body->usb_token < TOKENS);
	if (body->enable)
		assert_false(ledger->needs_disable[body->usb_token]);
	else
		ledger->needs_disable[body->usb_token] = false;
}

static void ledger_timed_out(struct ledger *ledger, uint32_t stream, bool has_server)
{
	const struct usb_stream_request *asked = &ledger->asked[stream];

	/* Enabled streams went with their service. */
	if (!has_server)
		return;
	if (asked->enable && ledger->was_sent[stream]) {
		ledger->enables_owed++;
		ledger->needs_disable[asked->usb_token] = true;
	} else if (!asked->enable && !ledger->was_sent[stream]) {
		ledger->disables_owed++;
		ledger->needs_disable[asked->usb_token] = true;
	}
}

static bool transmit(void *transport, const uint8_t *packet, uint32_t bytes)
{
	struct fixture *f = transport;
	struct qmi_header header;
	struct qmi_reader reader;
	uint32_t words[8];

	if (f->is_blocked)
		return false;
	if (f->refusals) {
		f->refusals--;
		return false;
	}
	memcpy(words, packet, sizeof(words));
	if (words[1] != DATA)
		return true;
	assert_true(bytes >= sizeof(words) + words[5]);
	assert_true(f->sent_count < SENT_MAX);
	assert_true(qmi_read_header(packet + sizeof(words), words[5], &header, &reader));
	assert_int_equal(header.type, QMI_REQUEST);
	assert_int_equal(header.message, UAUDIO_STREAM_MSG_ID);
	f->sent[f->sent_count].transaction = header.transaction;
	assert_true(usb_stream_decode_request(reader, &f->sent[f->sent_count].body));
	if (f->ledger)
		ledger_sent(f->ledger, &f->sent[f->sent_count].body);
	f->sent_count++;
	return true;
}

static void receive(struct fixture *f, uint32_t type, const void *payload, uint32_t bytes)
{
	uint32_t padded = (bytes + 3) & ~3u;
	uint32_t header[8] = { 1, type, AP_NODE, type == DATA ? SERVER_PORT : CONTROL_PORT, 0, bytes,
			       NODE, type == DATA ? USB_STREAM_CLIENT_PORT : CONTROL_PORT };
	uint8_t *packet = calloc(1, sizeof(header) + padded);

	memcpy(packet, header, sizeof(header));
	memcpy(packet + sizeof(header), payload, bytes);
	qrtr_receive(&f->qrtr, packet, sizeof(header) + padded);
	free(packet);
}

static void server(struct fixture *f, uint32_t type)
{
	uint32_t control[5] = { type, UAUDIO_STREAM_SERVICE_ID, UAUDIO_STREAM_SERVICE_VERS, AP_NODE,
				SERVER_PORT };

	receive(f, type, control, sizeof(control));
}

static void resume_tx(struct fixture *f)
{
	uint32_t resume[5] = { RESUME_TX, AP_NODE, SERVER_PORT };

	receive(f, RESUME_TX, resume, sizeof(resume));
}

static void respond(struct fixture *f, uint16_t transaction, int32_t status)
{
	struct usb_stream_response response = {
		.present = USB_STREAM_HAS(UAUDIO_RESP_TLV_RESULT) |
			   USB_STREAM_HAS(UAUDIO_RESP_TLV_STATUS),
		.status = status,
	};
	uint8_t packet[USB_STREAM_RESPONSE_MAX_BYTES];

	receive(f, DATA, packet, usb_stream_encode_response(&response, transaction, packet));
}

static struct usb_stream_request make_request(uint8_t enable, uint32_t token)
{
	return (struct usb_stream_request){
		.present = USB_STREAM_HAS(UAUDIO_REQ_TLV_ENABLE) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_USB_TOKEN),
		.enable = enable,
		.usb_token = token,
	};
}

static void request(struct fixture *f, uint32_t stream, uint8_t enable, uint32_t token,
		    uint64_t now)
{
	struct usb_stream_request body = make_request(enable, token);

	assert_true(usb_stream_client_request(&f->client, stream, &body, now));
	assert_false(usb_stream_client_request(&f->client, stream, &body, now));
}

static void on_completed(void *context, uint32_t stream, enum usb_stream_outcome outcome,
			 const struct usb_stream_response *response)
{
	struct fixture *f = context;

	f->completed++;
	f->last_stream = stream;
	f->last_outcome = outcome;
	assert_int_equal(!!response, outcome == USB_STREAM_ANSWERED);
	if (response)
		f->last_response = *response;
	if (f->ledger && outcome == USB_STREAM_TIMED_OUT)
		ledger_timed_out(f->ledger, stream, f->client.port.has_server);
	if (f->ask_again) {
		f->ask_again = false;
		request(f, stream, 0, 77, 0);
	}
}

static void on_device_event(void *context, const struct usb_stream_indication *indication)
{
	struct fixture *f = context;

	f->events++;
	f->last_event = *indication;
}

static void on_service_lost(void *context)
{
	struct fixture *f = context;

	f->service_lost++;
	if (f->ledger)
		memset(f->ledger->needs_disable, 0, sizeof(f->ledger->needs_disable));
}

static const struct usb_stream_client_ops ops = {
	.completed = on_completed,
	.device_event = on_device_event,
	.service_lost = on_service_lost,
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->qrtr = (struct qrtr){ .node = NODE, .transmit = transmit, .transport = f,
				 .hello_retry_ticks = UINT32_MAX,
				 .resume_wait_ticks = UINT32_MAX };
	assert_true(usb_stream_client_init(&f->client, &f->qrtr, &ops, f, TIMEOUT, 0));
	qrtr_link_up(&f->qrtr);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void a_request_is_answered(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 3, 1, 0x10000, 0);
	assert_int_equal(f->sent_count, 0);
	assert_int_equal(usb_stream_client_service(&f->client, 0), TIMEOUT);
	assert_int_equal(f->sent_count, 1);
	assert_int_equal(f->sent[0].transaction, 1);
	assert_int_equal(f->sent[0].body.enable, 1);
	assert_int_equal(f->sent[0].body.usb_token, 0x10000);
	assert_int_equal(f->completed, 0);
	respond(f, 1, UAUDIO_STREAM_STATUS_NOT_FOUND);
	assert_int_equal(f->completed, 1);
	assert_int_equal(f->last_stream, 3);
	assert_int_equal(f->last_outcome, USB_STREAM_ANSWERED);
	assert_int_equal(f->last_response.status, UAUDIO_STREAM_STATUS_NOT_FOUND);
	assert_int_equal(usb_stream_client_service(&f->client, 1), UINT64_MAX);
}

static void the_golden_response_is_understood(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 0, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	receive(f, DATA, golden_enable_response, sizeof(golden_enable_response));
	assert_int_equal(f->completed, 1);
	assert_int_equal(f->last_response.memory.transfer_buffer.bytes, 8192);
}

static void a_request_waits_for_the_service(void **state)
{
	struct fixture *f = *state;

	request(f, 0, 1, 0, 0);
	assert_int_equal(usb_stream_client_service(&f->client, 10), TIMEOUT);
	assert_int_equal(f->sent_count, 0);
	server(f, NEW_SERVER);
	usb_stream_client_service(&f->client, 20);
	assert_int_equal(f->sent_count, 1);
}

static void a_request_that_was_never_sent_times_out_without_a_trace(void **state)
{
	struct fixture *f = *state;

	request(f, 0, 1, 0, 0);
	usb_stream_client_service(&f->client, TIMEOUT - 1);
	assert_int_equal(f->completed, 0);
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT), UINT64_MAX);
	assert_int_equal(f->last_outcome, USB_STREAM_TIMED_OUT);
	server(f, NEW_SERVER);
	usb_stream_client_service(&f->client, TIMEOUT);
	assert_int_equal(f->sent_count, 0);
}

static void an_enable_that_times_out_is_undone_before_the_next(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 2, 1, 0x20000, 0);
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT), 2 * TIMEOUT);
	assert_int_equal(f->completed, 1);
	assert_int_equal(f->last_outcome, USB_STREAM_TIMED_OUT);
	assert_int_equal(f->client.timeouts, 1);
	assert_int_equal(f->sent_count, 2);
	assert_int_equal(f->sent[1].body.enable, 0);
	assert_int_equal(f->sent[1].body.usb_token, 0x20000);

	/* The next one goes after it, and neither late response means the next one. */
	request(f, 2, 1, 0x20000, TIMEOUT);
	usb_stream_client_service(&f->client, TIMEOUT);
	assert_int_equal(f->sent_count, 3);
	respond(f, f->sent[0].transaction, 0);
	respond(f, f->sent[1].transaction, 0);
	assert_int_equal(f->completed, 1);
	assert_int_equal(f->client.dropped, 1);
	respond(f, f->sent[2].transaction, 0);
	assert_int_equal(f->completed, 2);
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT), UINT64_MAX);
}

static void an_undo_that_cannot_be_sent_holds_the_next_enable_back(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 2, 1, 0x20000, 0);
	usb_stream_client_service(&f->client, 0);
	f->is_blocked = true;
	usb_stream_client_service(&f->client, TIMEOUT);
	request(f, 2, 1, 0x30000, TIMEOUT);
	usb_stream_client_service(&f->client, TIMEOUT);
	assert_int_equal(f->sent_count, 1);
	/* Even if there is room for the enable a moment after there was none for the undo. */
	f->is_blocked = false;
	f->refusals = 1;
	usb_stream_client_service(&f->client, TIMEOUT + 1);
	assert_int_equal(f->sent_count, 1);
	usb_stream_client_service(&f->client, TIMEOUT + 2);
	assert_int_equal(f->sent_count, 3);
	assert_int_equal(f->sent[1].body.enable, 0);
	assert_int_equal(f->sent[2].body.usb_token, 0x30000);
}

static void expect_disable_sent(struct fixture *f, unsigned int index, uint32_t token)
{
	assert_true(f->sent_count > index);
	assert_int_equal(f->sent[index].body.enable, 0);
	assert_int_equal(f->sent[index].body.usb_token, token);
}

static void an_undo_waits_for_room_however_long_it_takes(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 2, 1, 0x20000, 0);
	usb_stream_client_service(&f->client, 0);
	f->is_blocked = true;
	/* Room wakes the DSP by itself; a deadline would do so for nothing. */
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT), UINT64_MAX);
	assert_int_equal(f->last_outcome, USB_STREAM_TIMED_OUT);
	assert_int_equal(usb_stream_client_service(&f->client, 2 * TIMEOUT), UINT64_MAX);
	assert_int_equal(usb_stream_client_service(&f->client, 7 * TIMEOUT), UINT64_MAX);
	f->is_blocked = false;
	/* Its answer has the usual time, from now on; then it is not waited for. */
	assert_int_equal(usb_stream_client_service(&f->client, 8 * TIMEOUT), 9 * TIMEOUT);
	assert_int_equal(f->sent_count, 2);
	expect_disable_sent(f, 1, 0x20000);
	assert_int_equal(usb_stream_client_service(&f->client, 9 * TIMEOUT), UINT64_MAX);
	assert_int_equal(f->sent_count, 2);
	assert_int_equal(f->completed, 1);
	assert_int_equal(f->client.timeouts, 1);
}

/* An AP that is busy reads nothing, and gives no leave to send more than 10 datagrams. */
static void undos_wait_for_flow_control(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++)
		request(f, i, 1, i << 16, 0);
	usb_stream_client_service(&f->client, 0);
	usb_stream_client_service(&f->client, TIMEOUT);
	usb_stream_client_service(&f->client, 5 * TIMEOUT);
	assert_int_equal(f->completed, USB_STREAM_CLIENT_STREAMS);
	assert_int_equal(f->sent_count, QRTR_TX_FLOW_HIGH);
	resume_tx(f);
	usb_stream_client_service(&f->client, 6 * TIMEOUT);
	assert_int_equal(f->sent_count, 2 * USB_STREAM_CLIENT_STREAMS);
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++)
		expect_disable_sent(f, USB_STREAM_CLIENT_STREAMS + i, i << 16);
}

static void an_undo_holds_back_enables_of_its_token_in_all_streams(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 2, 1, 0x20000, 0);
	usb_stream_client_service(&f->client, 0);
	f->is_blocked = true;
	usb_stream_client_service(&f->client, TIMEOUT);
	request(f, 1, 1, 0x20000, TIMEOUT);
	request(f, 3, 1, 0x20000, TIMEOUT);
	request(f, 4, 1, 0x40000, TIMEOUT);
	f->is_blocked = false;
	f->refusals = 1;
	/* The undo finds no room, but there is some for those after it. */
	usb_stream_client_service(&f->client, TIMEOUT + 1);
	assert_int_equal(f->sent_count, 2);
	assert_int_equal(f->sent[1].body.usb_token, 0x40000);
	usb_stream_client_service(&f->client, TIMEOUT + 2);
	assert_int_equal(f->sent_count, 5);
	expect_disable_sent(f, 2, 0x20000);
	assert_int_equal(f->sent[3].body.enable, 1);
	assert_int_equal(f->sent[4].body.enable, 1);
}

static void a_disable_is_not_overtaken_by_another_streams_enable(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 6, 0, 0x60000, 0);
	request(f, 1, 1, 0x60000, 0);
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(f->sent_count, 2);
	expect_disable_sent(f, 0, 0x60000);
	/* Nor is one that found no room. */
	request(f, 5, 0, 0x50000, 0);
	request(f, 3, 1, 0x50000, 0);
	f->refusals = 1;
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(f->sent_count, 2);
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(f->sent_count, 4);
	expect_disable_sent(f, 2, 0x50000);
}

static void a_disable_that_could_not_be_sent_in_time_is_sent_late(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	f->is_blocked = true;
	request(f, 5, 0, 0x50000, 0);
	assert_int_equal(usb_stream_client_service(&f->client, 0), TIMEOUT);
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT), UINT64_MAX);
	assert_int_equal(f->completed, 1);
	assert_int_equal(f->last_stream, 5);
	assert_int_equal(f->last_outcome, USB_STREAM_TIMED_OUT);
	/* The owner takes the stream for idle, and may enable it again. */
	request(f, 5, 1, 0x50000, TIMEOUT);
	usb_stream_client_service(&f->client, TIMEOUT);
	f->is_blocked = false;
	usb_stream_client_service(&f->client, TIMEOUT + 1);
	assert_int_equal(f->sent_count, 2);
	expect_disable_sent(f, 0, 0x50000);
	assert_int_equal(f->sent[1].body.enable, 1);
	respond(f, f->sent[0].transaction, 0);
	assert_int_equal(f->completed, 1);
	respond(f, f->sent[1].transaction, 0);
	assert_int_equal(f->completed, 2);
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT + 1), UINT64_MAX);
}

static void a_disable_without_a_service_is_not_sent_late(void **state)
{
	struct fixture *f = *state;

	request(f, 0, 0, 0x10000, 0);
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT), UINT64_MAX);
	assert_int_equal(f->last_outcome, USB_STREAM_TIMED_OUT);
	server(f, NEW_SERVER);
	usb_stream_client_service(&f->client, TIMEOUT);
	assert_int_equal(f->sent_count, 0);
}

/* A stream has one token at most that may be enabled, so it has one undo to remember. */
static void nothing_else_can_be_disabled_before_the_undo(void **state)
{
	struct usb_stream_request other = make_request(0, 0x30000);
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 2, 1, 0x20000, 0);
	usb_stream_client_service(&f->client, 0);
	f->is_blocked = true;
	usb_stream_client_service(&f->client, TIMEOUT);
	assert_false(usb_stream_client_request(&f->client, 2, &other, TIMEOUT));
	/* The same may be, and is not forgotten either. */
	request(f, 2, 0, 0x20000, TIMEOUT);
	usb_stream_client_service(&f->client, 2 * TIMEOUT);
	assert_int_equal(f->completed, 2);
	/* An enable that waited in vain leaves nothing behind. */
	request(f, 2, 1, 0x30000, 2 * TIMEOUT);
	usb_stream_client_service(&f->client, 3 * TIMEOUT);
	assert_int_equal(f->completed, 3);
	f->is_blocked = false;
	usb_stream_client_service(&f->client, 3 * TIMEOUT);
	assert_int_equal(f->sent_count, 2);
	expect_disable_sent(f, 1, 0x20000);
	assert_true(usb_stream_client_request(&f->client, 2, &other, 3 * TIMEOUT));
}

static void a_disable_that_times_out_is_not_undone(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 0, 0, 0, 0);
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT), UINT64_MAX);
	assert_int_equal(f->sent_count, 1);
	assert_int_equal(f->last_outcome, USB_STREAM_TIMED_OUT);
}

static void eight_requests_are_told_apart(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++)
		request(f, i, 1, i << 16, 0);
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(f->sent_count, USB_STREAM_CLIENT_STREAMS);
	for (uint32_t i = USB_STREAM_CLIENT_STREAMS; i-- > 0;) {
		respond(f, f->sent[i].transaction, (int32_t)i);
		assert_int_equal(f->last_stream, f->sent[i].body.usb_token >> 16);
		assert_int_equal(f->last_response.status, i);
	}
}

static void transaction_ids_wrap_without_0_and_without_those_in_use(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	f->client.last_id = 0xfffe;
	request(f, 0, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	request(f, 1, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(f->sent[0].transaction, 0xffff);
	assert_int_equal(f->sent[1].transaction, 1);
	f->client.last_id = 0xfffe;
	request(f, 2, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(f->sent[2].transaction, 2);
}

static void what_the_life_before_asked_is_not_answered(void **state)
{
	struct fixture *f = *state;
	uint16_t before;

	server(f, NEW_SERVER);
	request(f, 0, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	before = f->sent[0].transaction;

	f->qrtr.client_count = 0;
	assert_true(usb_stream_client_init(&f->client, &f->qrtr, &ops, f, TIMEOUT, 0x1234));
	qrtr_link_up(&f->qrtr);
	server(f, NEW_SERVER);
	request(f, 0, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	respond(f, before, UAUDIO_STREAM_STATUS_FAILURE);
	assert_int_equal(f->completed, 0);
	assert_int_equal(f->client.dropped, 1);
	assert_int_equal(f->sent[1].transaction, 0x1235);
	respond(f, 0x1235, UAUDIO_STREAM_STATUS_SUCCESS);
	assert_int_equal(f->completed, 1);
}

static void losing_the_service_ends_what_was_sent(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 0, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	f->is_blocked = true;
	request(f, 1, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	server(f, DEL_SERVER);
	assert_int_equal(f->completed, 1);
	assert_int_equal(f->last_stream, 0);
	assert_int_equal(f->last_outcome, USB_STREAM_SERVICE_LOST);
	assert_int_equal(f->service_lost, 1);
	/* The other waits for the service to come back. */
	f->is_blocked = false;
	server(f, NEW_SERVER);
	usb_stream_client_service(&f->client, 1);
	assert_int_equal(f->sent_count, 2);
	respond(f, f->sent[1].transaction, 0);
	assert_int_equal(f->completed, 2);
}

static void a_service_that_went_is_not_told_to_undo(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 0, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	f->is_blocked = true;
	usb_stream_client_service(&f->client, TIMEOUT);
	server(f, DEL_SERVER);
	f->is_blocked = false;
	server(f, NEW_SERVER);
	assert_int_equal(usb_stream_client_service(&f->client, TIMEOUT), UINT64_MAX);
	assert_int_equal(f->sent_count, 1);
}

static void a_completion_may_ask_the_next_thing(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	request(f, 0, 1, 0, 0);
	usb_stream_client_service(&f->client, 0);
	f->ask_again = true;
	respond(f, f->sent[0].transaction, 0);
	usb_stream_client_service(&f->client, 0);
	assert_int_equal(f->sent_count, 2);
	assert_int_equal(f->sent[1].body.usb_token, 77);
}

static void indications_are_passed_on(void **state)
{
	struct fixture *f = *state;

	server(f, NEW_SERVER);
	receive(f, DATA, golden_disconnect, sizeof(golden_disconnect));
	assert_int_equal(f->events, 1);
	assert_int_equal(f->last_event.event, UAUDIO_DEV_EVENT_DISCONNECT);
	assert_int_equal(f->last_event.slot_id, 1);
	assert_int_equal(f->client.dropped, 0);
}

static void what_is_no_message_for_us_is_dropped_and_counted(void **state)
{
	struct fixture *f = *state;
	uint8_t other[sizeof(golden_disconnect)];
	unsigned int dropped = 0;

	server(f, NEW_SERVER);
	/* A request, another message id, another type, one byte too few, one too many */
	receive(f, DATA, golden_enable_request, sizeof(golden_enable_request));
	assert_int_equal(f->client.dropped, ++dropped);
	memcpy(other, golden_disconnect, sizeof(other));
	other[3] = 2;
	receive(f, DATA, other, sizeof(other));
	assert_int_equal(f->client.dropped, ++dropped);
	other[3] = 1;
	other[0] = 6;
	receive(f, DATA, other, sizeof(other));
	assert_int_equal(f->client.dropped, ++dropped);
	receive(f, DATA, golden_disconnect, sizeof(golden_disconnect) - 1);
	assert_int_equal(f->client.dropped, ++dropped);
	other[0] = 4;
	other[5]++;
	receive(f, DATA, other, sizeof(other));
	assert_int_equal(f->client.dropped, ++dropped);
	/* A response that nobody waits for */
	respond(f, 9, 0);
	assert_int_equal(f->client.dropped, ++dropped);
	assert_int_equal(f->events, 0);
	assert_int_equal(f->completed, 0);
}

static bool chaos_asks(struct fixture *f, struct random *random, uint64_t now)
{
	uint32_t stream = random_below(random, USB_STREAM_CLIENT_STREAMS);
	struct usb_stream_request body = make_request((uint8_t)random_below(random, 2),
						      random_below(random, TOKENS));

	if (f->client.requests[stream].state != USB_STREAM_TRANSACTION_FREE)
		return false;
	if (!usb_stream_client_request(&f->client, stream, &body, now)) {
		assert_false(body.enable);
		assert_int_equal(f->client.undos[stream].state, USB_STREAM_TRANSACTION_QUEUED);
		return false;
	}
	f->ledger->asked[stream] = body;
	return true;
}

static void chaos_serves(struct fixture *f, uint64_t now)
{
	for (uint32_t i = 0; i < USB_STREAM_CLIENT_STREAMS; i++)
		f->ledger->was_sent[i] =
			f->client.requests[i].state == USB_STREAM_TRANSACTION_SENT;
	assert_true(usb_stream_client_service(&f->client, now) > now);
}

/*
 * Under any behaviour of network and server, every request ends exactly once, and the service is told to disable all that
 * it may have enabled and nobody will ask it to disable, before it is asked to enable that again.
 */
static void chaos_ends_every_request_once_and_forgets_no_disable(void **state)
{
	struct fixture *f = *state;
	struct random random = { RANDOM_SEED };
	struct ledger ledger = { 0 };
	unsigned int asked = 0;
	uint64_t now = 0;

	f->ledger = &ledger;
	server(f, NEW_SERVER);
	for (uint32_t i = 0; i < 50000; i++) {
		now += random_below(&random, TIMEOUT / 2);
		if (random_below(&random, 16) == 0)
			f->is_blocked = !f->is_blocked;
		switch (random_below(&random, 6)) {
		case 0:
		case 1:
			asked += chaos_asks(f, &random, now);
			break;
		case 2:
			respond(f, (uint16_t)(f->client.last_id - random_below(&random, 4)), 0);
			break;
		case 3:
			server(f, random_below(&random, 8) ? NEW_SERVER : DEL_SERVER);
			break;
		case 4:
			resume_tx(f);
			break;
		default:
			/* There may be room a moment after there was none. */
			f->refusals = random_below(&random, 4) == 0;
			chaos_serves(f, now);
			break;
		}
		f->sent_count = 0;
	}
	/* Time and room for all of it */
	f->is_blocked = false;
	f->refusals = 0;
	for (uint32_t i = 0; i < 2; i++) {
		now += TIMEOUT;
		resume_tx(f);
		chaos_serves(f, now);
	}
	assert_int_equal(f->completed, asked);
	for (uint32_t i = 0; i < TOKENS; i++)
		assert_false(ledger.needs_disable[i]);
	/* It was about something. */
	assert_true(ledger.enables_owed > 500);
	assert_true(ledger.disables_owed > 500);
	assert_true(f->service_lost > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_is_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(the_golden_response_is_understood, setup, teardown),
		cmocka_unit_test_setup_teardown(a_request_waits_for_the_service, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_request_that_was_never_sent_times_out_without_a_trace, setup, teardown),
		cmocka_unit_test_setup_teardown(an_enable_that_times_out_is_undone_before_the_next,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_undo_that_cannot_be_sent_holds_the_next_enable_back, setup, teardown),
		cmocka_unit_test_setup_teardown(an_undo_waits_for_room_however_long_it_takes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(undos_wait_for_flow_control, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_undo_holds_back_enables_of_its_token_in_all_streams, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_disable_is_not_overtaken_by_another_streams_enable, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_disable_that_could_not_be_sent_in_time_is_sent_late, setup, teardown),
		cmocka_unit_test_setup_teardown(a_disable_without_a_service_is_not_sent_late, setup,
						teardown),
		cmocka_unit_test_setup_teardown(nothing_else_can_be_disabled_before_the_undo, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_disable_that_times_out_is_not_undone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(eight_requests_are_told_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(
			transaction_ids_wrap_without_0_and_without_those_in_use, setup, teardown),
		cmocka_unit_test_setup_teardown(what_the_life_before_asked_is_not_answered, setup,
						teardown),
		cmocka_unit_test_setup_teardown(losing_the_service_ends_what_was_sent, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_service_that_went_is_not_told_to_undo, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_completion_may_ask_the_next_thing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(indications_are_passed_on, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_message_for_us_is_dropped_and_counted,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			chaos_ends_every_request_once_and_forgets_no_disable, setup, teardown),
	};

	return cmocka_run_group_tests_name("usb_stream_client", tests, NULL, NULL);
}
