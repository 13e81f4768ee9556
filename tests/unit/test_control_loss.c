// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Events that end a stream from outside: its endpoint, its device, its controller, the USB service. */
#include "control_fixture.h"

static void a_lost_endpoint_is_told_and_disabled(void **state)
{
	uint16_t sequence;

	(void)state;
	make_running(0);
	sequence = say_stop(0, AUDIO_STOP_DRAIN);
	f->results.lost = true;
	f->results.lost_reason = AUDIO_LOST_ENDPOINT;
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);
	expect_lost(0, AUDIO_LOST_ENDPOINT);
	assert_int_equal(f->asked[0].enable, 0);
	/* RELEASE waits for the disable; START and SETUP have to wait for RELEASE. */
	expect_reply(AUDIO_CONTROL_START, say_start(0x1), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_ABORT), AUDIO_STATUS_OK);
	sequence = say_ref(AUDIO_CONTROL_RELEASE, 0);
	expect_silence();
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, sequence, AUDIO_STATUS_OK);
	make_ready(0);
}

static void a_disconnect_ends_the_streams_of_that_device_only(void **state)
{
	(void)state;
	make_running(0);
	make_ready(1);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT + 1, CONTROLLER, 0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER + 1, 0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, TOKEN + 256);
	event(UAUDIO_DEV_EVENT_CONNECT, SLOT, CONTROLLER, 0);
	event(UAUDIO_DEV_EVENT_RESUME, SLOT, CONTROLLER, 0);
	event(-1, SLOT, CONTROLLER, 0);
	assert_int_equal(f->losses, 0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
	assert_int_equal(f->losses, 2);
	assert_int_equal(f->releases, 2);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_lost(1, AUDIO_LOST_DISCONNECTED);
	expect_silence();
	/* A disable that is refused, since the AP did it itself, is as good as one that is not. */
	answer(0, UAUDIO_STREAM_STATUS_NOT_FOUND, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0), AUDIO_STATUS_OK);
}

/* One ring of a device may end without the others. */
static void a_disconnect_with_a_token_ends_that_stream_only(void **state)
{
	(void)state;
	make_running(0);
	make_running(1);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, TOKEN);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_silence();
	assert_int_equal(f->losses, 1);
	/* A stream that is not enabled any more, or not yet, has nothing to lose. */
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, TOKEN);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0), AUDIO_STATUS_OK);
	say_setup(0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, TOKEN);
	assert_int_equal(f->losses, 1);
}

static void a_service_that_goes_takes_its_streams_along(void **state)
{
	(void)state;
	make_running(0);
	f->asked_count = 0;
	control_client_ops.service_lost(&f->control);
	assert_int_equal(f->releases, 1);
	assert_int_equal(f->asked_count, 0);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0), AUDIO_STATUS_OK);
}

static void a_release_takes_back_what_was_not_told_yet(void **state)
{
	uint16_t sequence;

	(void)state;
	make_running(0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
	sequence = say_ref(AUDIO_CONTROL_RELEASE, 0);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, sequence, AUDIO_STATUS_OK);
	expect_silence();
}

static void bad_controllers_are_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		struct audio_controller body = {
			.controller_num = 0,
			.max_slots = 64,
			.doorbell_iova = 0x30000000,
			.runtime_iova = 0x30001000,
			.doorbell_bytes = 260,
			.runtime_bytes = 544,
		};

		switch (i) {
		case 0: body.controller_num = AUDIO_CONTROL_MAX_CONTROLLERS; break;
		case 1: body.max_slots = 0; break;
		case 2: body.max_slots = 256; break;
		case 3: body.doorbell_iova = 0; break;
		case 4: body.doorbell_iova |= 2; break;
		case 5: body.runtime_iova |= 16; break;
		case 6: body.runtime_iova = IOVA_END; break;
		case 7: body.doorbell_bytes = UINT32_MAX; break;
		}
		expect_reply(AUDIO_CONTROL_CONTROLLER_ADD,
			     say(AUDIO_CONTROL_CONTROLLER_ADD, &body, sizeof(body)),
			     AUDIO_STATUS_INVALID);
		assert_false(f->control.controllers[0].is_known);
	}
}

static void a_controller_that_goes_takes_its_streams_along(void **state)
{
	struct audio_controller body = { .controller_num = CONTROLLER };

	(void)state;
	make_running(0);
	expect_reply(AUDIO_CONTROL_CONTROLLER_REMOVE,
		     say(AUDIO_CONTROL_CONTROLLER_REMOVE, &body, sizeof(body)), AUDIO_STATUS_OK);
	assert_int_equal(f->releases, 1);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_reply(AUDIO_CONTROL_CONTROLLER_REMOVE,
		     say(AUDIO_CONTROL_CONTROLLER_REMOVE, &body, sizeof(body)),
		     AUDIO_STATUS_INVALID);
}

/* The client has no room for a request: it does not happen, but nobody must wait for it then. */
static void a_client_without_room_ends_the_stream(void **state)
{
	struct audio_setup other = good_setup(0);
	uint16_t sequence;

	(void)state;
	f->is_asked[0] = true;
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_FAILED);
	f->is_asked[0] = false;
	make_ready(0);
	f->is_asked[0] = true;
	other.usb_token += 256;
	sequence = say(AUDIO_CONTROL_SETUP, &other, sizeof(other));
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
	f->is_asked[0] = false;
	make_running(0);
	f->is_asked[0] = true;
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0), AUDIO_STATUS_FAILED);
	f->is_asked[0] = false;
	make_ready(0);
	f->is_asked[0] = true;
	event(UAUDIO_DEV_EVENT_SUSPEND, SLOT, CONTROLLER, TOKEN);
	expect_lost(0, AUDIO_LOST_SUSPENDED);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0), AUDIO_STATUS_OK);
	f->is_asked[0] = false;
	make_ready(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(a_lost_endpoint_is_told_and_disabled),
		CONTROL_TEST(a_disconnect_ends_the_streams_of_that_device_only),
		CONTROL_TEST(a_disconnect_with_a_token_ends_that_stream_only),
		CONTROL_TEST(a_service_that_goes_takes_its_streams_along),
		CONTROL_TEST(a_release_takes_back_what_was_not_told_yet),
		CONTROL_TEST(bad_controllers_are_refused),
		CONTROL_TEST(a_controller_that_goes_takes_its_streams_along),
		CONTROL_TEST(a_client_without_room_ends_the_stream),
	};

	return cmocka_run_group_tests_name("control_loss", tests, NULL, NULL);
}
