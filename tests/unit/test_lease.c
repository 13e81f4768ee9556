// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The table in lease.h, walked: each state, and everything that can happen in it. */
#include "unit.h"

#include "firmware/session/lease.h"
#include "wire/audio_control.h"

#define STREAM	5u
#define TOKEN	UAUDIO_TOKEN(7u, 1u, UAUDIO_DIRECTION_PLAYBACK)

static struct {
	struct usb_stream_client client;
	struct lease lease;
	struct usb_stream_request asked;
	unsigned int asked_count;
	bool is_full;
} f;

static const struct lease_terms terms = {
	.usb_token = TOKEN,
	.usb_format = UAUDIO_FORMAT_S24_3LE,
	.usb_channels = 2,
	.rate_hz = 44100,
	.transfer_buffer_bytes = 4096,
};

static const struct usb_stream_response grant = { .slot_id = 9, .controller = 1 };
static const struct usb_stream_response refusal = { .status = UAUDIO_STREAM_STATUS_FAILURE };

/* Fake client */

bool usb_stream_client_request(struct usb_stream_client *client, uint32_t stream,
			       const struct usb_stream_request *request, uint64_t now)
{
	assert_ptr_equal(client, &f.client);
	assert_int_equal(stream, STREAM);
	assert_int_equal(now, 77);
	f.asked = *request;
	f.asked_count++;
	return !f.is_full;
}

static int setup(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	lease_init(&f.lease, &f.client, STREAM);
	return 0;
}

static void set_state(enum lease_state state)
{
	f.lease.state = state;
	f.lease.usb_token = TOKEN;
	f.asked_count = 0;
}

enum step {
	WANTED_IN_USE,
	WANTED_UNUSED,
	UNWANTED_IN_USE,
	UNWANTED_UNUSED,
	GRANTED,
	REFUSED,
	TIMED_OUT,
	REQUEST_LOST,	/* the service went before it answered */
	SERVICE_LOST,
	STEPS
};

/* Returns the event of a completion. */
static enum lease_event take(enum step step)
{
	switch (step) {
	case WANTED_IN_USE:
	case WANTED_UNUSED:
		assert_true(lease_reconcile(&f.lease, &terms, step == WANTED_IN_USE, 77));
		break;
	case UNWANTED_IN_USE:
	case UNWANTED_UNUSED:
		assert_true(lease_reconcile(&f.lease, NULL, step == UNWANTED_IN_USE, 77));
		break;
	case GRANTED:
		return lease_complete(&f.lease, USB_STREAM_ANSWERED, &grant);
	case REFUSED:
		return lease_complete(&f.lease, USB_STREAM_ANSWERED, &refusal);
	case TIMED_OUT:
		return lease_complete(&f.lease, USB_STREAM_TIMED_OUT, NULL);
	case REQUEST_LOST:
		return lease_complete(&f.lease, USB_STREAM_SERVICE_LOST, NULL);
	case SERVICE_LOST:
		lease_service_lost(&f.lease);
		break;
	case STEPS:
		fail();
	}
	return LEASE_EVENT_NONE;
}

static void each_state_takes_each_step(void **state)
{
	static const struct { enum lease_state next; enum lease_event event; } table[][STEPS] = {
		[LEASE_NONE] = {
			[WANTED_IN_USE] = { LEASE_ENABLING, LEASE_EVENT_NONE },
			[WANTED_UNUSED] = { LEASE_ENABLING, LEASE_EVENT_NONE },
			[UNWANTED_IN_USE] = { LEASE_NONE, LEASE_EVENT_NONE },
			[UNWANTED_UNUSED] = { LEASE_NONE, LEASE_EVENT_NONE },
			[GRANTED] = { LEASE_NONE, LEASE_EVENT_NONE },
			[REFUSED] = { LEASE_NONE, LEASE_EVENT_NONE },
			[TIMED_OUT] = { LEASE_NONE, LEASE_EVENT_NONE },
			[REQUEST_LOST] = { LEASE_NONE, LEASE_EVENT_NONE },
			[SERVICE_LOST] = { LEASE_NONE, LEASE_EVENT_NONE },
		},
		[LEASE_ENABLING] = {
			[WANTED_IN_USE] = { LEASE_ENABLING, LEASE_EVENT_NONE },
			[WANTED_UNUSED] = { LEASE_ENABLING, LEASE_EVENT_NONE },
			[UNWANTED_IN_USE] = { LEASE_ENABLING, LEASE_EVENT_NONE },
			[UNWANTED_UNUSED] = { LEASE_ENABLING, LEASE_EVENT_NONE },
			[GRANTED] = { LEASE_HELD, LEASE_GRANTED },
			[REFUSED] = { LEASE_NONE, LEASE_REFUSED },
			[TIMED_OUT] = { LEASE_NONE, LEASE_REFUSED },
			[REQUEST_LOST] = { LEASE_NONE, LEASE_REFUSED },
			[SERVICE_LOST] = { LEASE_ENABLING, LEASE_EVENT_NONE },
		},
		[LEASE_HELD] = {
			[WANTED_IN_USE] = { LEASE_HELD, LEASE_EVENT_NONE },
			[WANTED_UNUSED] = { LEASE_DISABLING, LEASE_EVENT_NONE },
			[UNWANTED_IN_USE] = { LEASE_HELD, LEASE_EVENT_NONE },
			[UNWANTED_UNUSED] = { LEASE_DISABLING, LEASE_EVENT_NONE },
			[GRANTED] = { LEASE_HELD, LEASE_EVENT_NONE },
			[REFUSED] = { LEASE_HELD, LEASE_EVENT_NONE },
			[TIMED_OUT] = { LEASE_HELD, LEASE_EVENT_NONE },
			[REQUEST_LOST] = { LEASE_HELD, LEASE_EVENT_NONE },
			[SERVICE_LOST] = { LEASE_NONE, LEASE_EVENT_NONE },
		},
		[LEASE_DISABLING] = {
			[WANTED_IN_USE] = { LEASE_DISABLING, LEASE_EVENT_NONE },
			[WANTED_UNUSED] = { LEASE_DISABLING, LEASE_EVENT_NONE },
			[UNWANTED_IN_USE] = { LEASE_DISABLING, LEASE_EVENT_NONE },
			[UNWANTED_UNUSED] = { LEASE_DISABLING, LEASE_EVENT_NONE },
			[GRANTED] = { LEASE_NONE, LEASE_ENDED },
			[REFUSED] = { LEASE_NONE, LEASE_ENDED },
			[TIMED_OUT] = { LEASE_NONE, LEASE_ENDED },
			[REQUEST_LOST] = { LEASE_NONE, LEASE_ENDED },
			[SERVICE_LOST] = { LEASE_DISABLING, LEASE_EVENT_NONE },
		},
	};

	(void)state;
	for (enum lease_state from = LEASE_NONE; from <= LEASE_DISABLING; from++) {
		for (enum step step = 0; step < STEPS; step++) {
			enum lease_state next = table[from][step].next;
			bool asks = next != from && (next == LEASE_ENABLING || next == LEASE_DISABLING);

			set_state(from);
			assert_int_equal(take(step), table[from][step].event);
			assert_int_equal(f.lease.state, next);
			assert_int_equal(f.asked_count, asks);
			if (asks)
				assert_int_equal(f.asked.enable, next == LEASE_ENABLING);
		}
	}
}

static void a_client_without_room_leaves_nothing(void **state)
{
	(void)state;
	f.is_full = true;
	set_state(LEASE_NONE);
	assert_false(lease_reconcile(&f.lease, &terms, false, 77));
	assert_int_equal(f.lease.state, LEASE_NONE);
	set_state(LEASE_HELD);
	assert_false(lease_reconcile(&f.lease, &terms, false, 77));
	assert_int_equal(f.lease.state, LEASE_NONE);
	assert_int_equal(f.asked_count, 1);
}

static void requests_say_what_is_wanted(void **state)
{
	(void)state;
	take(WANTED_UNUSED);
	assert_int_equal(f.asked.usb_token, TOKEN);
	assert_int_equal(f.asked.audio_format, UAUDIO_FORMAT_S24_3LE);
	assert_int_equal(f.asked.channels, 2);
	assert_int_equal(f.asked.rate_hz, 44100);
	assert_int_equal(f.asked.transfer_buffer_bytes, 4096);
	take(GRANTED);
	assert_int_equal(f.lease.slot_id, 9);
	assert_int_equal(f.lease.controller, 1);
	take(UNWANTED_UNUSED);
	assert_int_equal(f.asked.usb_token, TOKEN);
	assert_int_equal(f.asked.present, USB_STREAM_HAS(UAUDIO_REQ_TLV_ENABLE) |
					  USB_STREAM_HAS(UAUDIO_REQ_TLV_USB_TOKEN));
}

static bool is_meant(int32_t event, uint32_t slot_id, uint8_t controller, uint32_t token)
{
	struct usb_stream_indication indication = {
		.present = token ? USB_STREAM_HAS(UAUDIO_IND_TLV_USB_TOKEN) : 0,
		.event = event,
		.slot_id = slot_id,
		.usb_token = token,
		.controller = controller,
	};

	return lease_is_meant(&f.lease, &indication);
}

static void an_indication_names_a_token_or_a_slot(void **state)
{
	(void)state;
	/* No grant yet: no slot is known. */
	take(WANTED_UNUSED);
	assert_true(is_meant(UAUDIO_DEV_EVENT_SUSPEND, 0, 0, TOKEN));
	assert_false(is_meant(UAUDIO_DEV_EVENT_SUSPEND, 0, 0, 0));
	take(GRANTED);
	assert_true(is_meant(UAUDIO_DEV_EVENT_DISCONNECT, 9, 1, 0));
	assert_false(is_meant(UAUDIO_DEV_EVENT_DISCONNECT, 8, 1, 0));
	assert_false(is_meant(UAUDIO_DEV_EVENT_DISCONNECT, 9, 0, 0));
	assert_false(is_meant(UAUDIO_DEV_EVENT_DISCONNECT, 9, 1, TOKEN + 256));
	/* Once it has ended, the slot may be another device's, but the same device may come back to it. */
	take(UNWANTED_UNUSED);
	assert_true(is_meant(UAUDIO_DEV_EVENT_DISCONNECT, 9, 1, 0));
	take(REFUSED);
	assert_false(is_meant(UAUDIO_DEV_EVENT_DISCONNECT, 9, 1, 0));
	assert_true(is_meant(UAUDIO_DEV_EVENT_DISCONNECT, 9, 1, TOKEN));
	assert_true(is_meant(UAUDIO_DEV_EVENT_RESUME, 9, 1, 0));
	lease_forget_slot(&f.lease);
	assert_false(is_meant(UAUDIO_DEV_EVENT_RESUME, 9, 1, 0));
	assert_false(is_meant(UAUDIO_DEV_EVENT_RESUME, 0, 1, 0));
}

static void a_refusal_has_a_reason(void **state)
{
	struct usb_stream_response response = refusal;

	(void)state;
	assert_int_equal(lease_refusal_status(USB_STREAM_TIMED_OUT, NULL), AUDIO_STATUS_TIMED_OUT);
	assert_int_equal(lease_refusal_status(USB_STREAM_SERVICE_LOST, NULL), AUDIO_STATUS_FAILED);
	assert_false(lease_is_refused_by_sleep(USB_STREAM_TIMED_OUT, NULL));
	assert_int_equal(lease_refusal_status(USB_STREAM_ANSWERED, &response), AUDIO_STATUS_FAILED);
	assert_false(lease_is_refused_by_sleep(USB_STREAM_ANSWERED, &response));
	response.internal_status = (uint32_t)-11;
	assert_int_equal(lease_refusal_status(USB_STREAM_ANSWERED, &response), AUDIO_STATUS_FAILED);
	assert_true(lease_is_refused_by_sleep(USB_STREAM_ANSWERED, &response));
	response.internal_status = (uint32_t)-16;
	assert_int_equal(lease_refusal_status(USB_STREAM_ANSWERED, &response), AUDIO_STATUS_BUSY);
	assert_false(lease_is_refused_by_sleep(USB_STREAM_ANSWERED, &response));
}

#define LEASE_TEST(name)	cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEASE_TEST(each_state_takes_each_step),
		LEASE_TEST(a_client_without_room_leaves_nothing),
		LEASE_TEST(requests_say_what_is_wanted),
		LEASE_TEST(an_indication_names_a_token_or_a_slot),
		LEASE_TEST(a_refusal_has_a_reason),
	};

	return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
