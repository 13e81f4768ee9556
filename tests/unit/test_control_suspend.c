// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Suspends on the audio control channel: the AP's USB service suspends and resumes a device, and the AP's sound card
 * hears nothing of it, whatever it asks meanwhile.
 */
#include "control_fixture.h"

static void suspend(void)
{
	event(UAUDIO_DEV_EVENT_SUSPEND, SLOT, CONTROLLER, TOKEN);
}

static void resume(void)
{
	event(UAUDIO_DEV_EVENT_RESUME, SLOT, CONTROLLER, TOKEN);
}

static void expect_asked(uint8_t enable)
{
	assert_true(f->is_asked[0]);
	assert_int_equal(f->asked[0].enable, enable);
	assert_int_equal(f->asked[0].usb_token, TOKEN);
}

static void expect_state(enum control_stream_state state, enum lease_state lease)
{
	assert_int_equal(f->control.streams[0].state, state);
	assert_int_equal(f->control.streams[0].lease.state, lease);
}

/* The player of a running stream comes to rest, and the USB stream is disabled. */
static void become_suspended(void)
{
	f->comes_to_rest = true;
	service();
	expect_asked(0);
	answer(0, 0, 0);
}

static void make_suspended(void)
{
	make_running(0);
	suspend();
	become_suspended();
	expect_state(CONTROL_STREAM_RUNNING, LEASE_NONE);
}

/* In any state, a RELEASE brings the stream to IDLE, and it can be set up again. */
static void expect_usable(void)
{
	uint16_t sequence = say_ref(AUDIO_CONTROL_RELEASE, 0);

	while (f->is_asked[0])
		answer(0, 0, 0);
	service();
	while (f->sent_count && f->sent[0].header.type == AUDIO_CONTROL_STREAM_LOST)
		memmove(&f->sent[0], &f->sent[1], --f->sent_count * sizeof(f->sent[0]));
	expect_reply(AUDIO_CONTROL_RELEASE, sequence, AUDIO_STATUS_OK);
	expect_state(CONTROL_STREAM_IDLE, LEASE_NONE);
	make_running(0);
}

static void a_stream_suspends_and_goes_on(void **state)
{
	(void)state;
	make_running(0);
	suspend();
	assert_int_equal(f->control.streams[0].audio.player.state, PLAYER_SUSPENDING);
	/* The USB stream stays enabled until the player is at rest. */
	service();
	assert_false(f->is_asked[0]);
	f->comes_to_rest = true;
	service();
	expect_asked(0);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_DISABLING);
	answer(0, 0, 0);
	expect_silence();
	assert_false(f->is_asked[0]);

	resume();
	expect_asked(1);
	assert_int_equal(f->asked[0].audio_format, UAUDIO_FORMAT_S24_3LE);
	assert_int_equal(f->asked[0].channels, 2);
	assert_int_equal(f->asked[0].rate_hz, 48000);
	assert_int_equal(f->asked[0].transfer_buffer_bytes, 16384);
	answer(0, 0, 0);
	assert_int_equal(f->resumes, 1);
	assert_int_equal(f->control.streams[0].audio.player.state, PLAYER_RUNNING);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_HELD);
	expect_silence();
	assert_int_equal(f->releases, 0);
	expect_usable();
}

static void only_the_streams_that_are_meant_suspend(void **state)
{
	(void)state;
	make_running(0);
	make_ready(1);
	event(UAUDIO_DEV_EVENT_SUSPEND, SLOT, CONTROLLER, TOKEN + 256);
	event(UAUDIO_DEV_EVENT_SUSPEND, SLOT + 1, CONTROLLER, 0);
	event(UAUDIO_DEV_EVENT_SUSPEND, SLOT, CONTROLLER + 1, 0);
	assert_int_equal(f->suspends, 0);
	/* Without a token, all streams of the device. */
	event(UAUDIO_DEV_EVENT_SUSPEND, SLOT, CONTROLLER, 0);
	assert_int_equal(f->suspends, 2);
}

static void a_device_that_came_back_elsewhere_is_the_same(void **state)
{
	struct usb_stream_response response = good_response();

	(void)state;
	make_suspended();
	event(UAUDIO_DEV_EVENT_RESUME, SLOT + 4, CONTROLLER, TOKEN);
	response.slot_id = SLOT + 4;
	response.interrupter = 2;
	complete(0, USB_STREAM_ANSWERED, &response);
	assert_int_equal(f->endpoint.slot_id, SLOT + 4);
	assert_int_equal(f->endpoint.interrupter, 2);
	assert_int_equal(f->control.streams[0].lease.slot_id, SLOT + 4);
	/* From here on it is known by its new slot. */
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
	assert_int_equal(f->losses, 0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT + 4, CONTROLLER, 0);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
}

static void a_stream_that_is_not_started_suspends_too(void **state)
{
	(void)state;
	make_ready(0);
	suspend();
	expect_asked(0);
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_READY, LEASE_NONE);
	/* It is set up again with the same parameters, and started: all without its device. */
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_OK);
	expect_reply(AUDIO_CONTROL_START, say_start(0x1), AUDIO_STATUS_OK);
	assert_false(f->is_asked[0]);
	resume();
	answer(0, 0, 0);
	assert_int_equal(f->control.streams[0].audio.player.state, PLAYER_RUNNING);
	expect_usable();
}

static void a_setup_that_needs_the_device_is_refused_meanwhile(void **state)
{
	struct audio_setup other = good_setup(0);

	(void)state;
	make_ready(0);
	suspend();
	f->reconfigure_status = AUDIO_STATUS_UNSUPPORTED;
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	other.usb_token += 256;
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &other, sizeof(other)),
		     AUDIO_STATUS_WRONG_STATE);
	expect_usable();
}

static void a_stop_is_answered_in_the_suspend(void **state)
{
	uint16_t sequence;

	(void)state;
	make_suspended();
	sequence = say_stop(0, AUDIO_STOP_ABORT);
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);
	expect_state(CONTROL_STREAM_READY, LEASE_NONE);
	resume();
	answer(0, 0, 0);
	assert_int_equal(f->control.streams[0].audio.player.state, PLAYER_READY);
	expect_usable();
}

static void a_stop_under_way_ends_with_the_suspend(void **state)
{
	uint16_t sequence;

	(void)state;
	make_running(0);
	sequence = say_stop(0, AUDIO_STOP_ABORT);
	suspend();
	assert_int_equal(f->sent_count, 0);
	f->comes_to_rest = true;
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);
	expect_state(CONTROL_STREAM_READY, LEASE_DISABLING);
	answer(0, 0, 0);
	expect_usable();
}

static void a_drain_with_samples_left_waits_for_the_resume(void **state)
{
	uint16_t sequence;

	(void)state;
	make_suspended();
	sequence = say_stop(0, AUDIO_STOP_DRAIN);
	expect_silence();
	resume();
	answer(0, 0, 0);
	assert_int_equal(f->control.streams[0].audio.player.state, PLAYER_DRAINING);
	f->results.stopped = true;
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);
	expect_usable();
}

static void a_release_ends_the_suspend_wherever_it_is(void **state)
{
	(void)state;
	/* while it comes to rest */
	make_running(0);
	suspend();
	expect_usable();
	/* while it is disabled: that one disable is enough */
	f->asked_count = 0;
	suspend();
	f->comes_to_rest = true;
	service();
	expect_usable();
	assert_int_equal(f->asked_count, 1 + 1);	/* and the enable of make_running() */
	/* at rest: there is nothing to disable */
	suspend();
	become_suspended();
	f->asked_count = 0;
	expect_usable();
	assert_int_equal(f->asked_count, 1);
	/* while it is enabled: that is undone */
	suspend();
	become_suspended();
	resume();
	f->asked_count = 0;
	expect_usable();
	assert_int_equal(f->asked_count, 1 + 1);
	/* A RESUME that comes afterwards finds nothing to resume. */
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, 7), AUDIO_STATUS_INVALID);
	resume();
	assert_int_equal(f->asked_count, 2);
}

static void a_sleep_that_is_aborted_early_goes_back_in_order(void **state)
{
	(void)state;
	make_running(0);
	suspend();
	resume();
	assert_false(f->is_asked[0]);
	f->comes_to_rest = true;
	service();
	expect_asked(0);
	answer(0, 0, 0);
	expect_asked(1);
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_HELD);

	/* RESUME while it is disabled; and the next SUSPEND takes it back. */
	suspend();
	f->comes_to_rest = true;
	service();
	resume();
	suspend();
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_NONE);
	assert_false(f->is_asked[0]);
	expect_usable();
}

static void the_next_sleep_may_come_before_the_stream_is_enabled(void **state)
{
	(void)state;
	/* The AP enabled it before it said SUSPEND again: disable it, and wait. */
	make_suspended();
	resume();
	suspend();
	answer(0, 0, 0);
	assert_int_equal(f->resumes, 0);
	expect_asked(0);
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_NONE);

	/* The AP refuses, as the next sleep is under way. */
	resume();
	answer(0, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_NONE);
	expect_silence();
	resume();
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_HELD);
	assert_int_equal(f->resumes, 1);
	expect_usable();
}

/*
 * The AP refuses an enable for a sleep whose RESUME is here before the refusal. That stream would rest until the end of
 * another sleep.
 */
static void a_resume_may_overtake_the_refusal_of_an_enable(void **state)
{
	(void)state;
	make_suspended();
	resume();
	resume();
	f->asked_count = 0;
	answer(0, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
	expect_asked(1);
	assert_int_equal(f->asked_count, 1);
	/* That RESUME is used up: the next refusal is another sleep's. */
	answer(0, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_NONE);
	assert_false(f->is_asked[0]);

	/* SUSPEND and RESUME of the sleep, and only then its refusal. */
	resume();
	suspend();
	resume();
	answer(0, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
	expect_asked(1);
	/* With a SUSPEND behind the RESUME, that sleep's RESUME follows. */
	resume();
	suspend();
	answer(0, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_NONE);
	assert_false(f->is_asked[0]);

	/* If the enable is granted, a RESUME that came early has no effect on later ones. */
	resume();
	resume();
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_HELD);
	suspend();
	become_suspended();
	resume();
	answer(0, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_NONE);
	expect_silence();
	expect_usable();
}

static void a_suspend_may_overtake_the_answer_to_an_enable(void **state)
{
	uint16_t sequence;

	(void)state;
	sequence = say_setup(0);
	suspend();
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);
	service();
	expect_asked(0);
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_READY, LEASE_NONE);
	resume();
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_READY, LEASE_HELD);
	expect_usable();
}

static void a_setup_that_is_refused_has_no_suspend(void **state)
{
	uint16_t sequence;

	(void)state;
	sequence = say_setup(0);
	suspend();
	answer(0, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
	make_running(0);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_HELD);
	service();
	assert_int_equal(f->suspends, 0);
}

static void a_device_that_does_not_come_back_is_lost(void **state)
{
	static const struct { int32_t status; uint32_t internal, reason; } table[] = {
		{ UAUDIO_STREAM_STATUS_NOT_FOUND, 0, AUDIO_LOST_DISCONNECTED },
		{ UAUDIO_STREAM_STATUS_FAILURE, ENODEV_WIRE, AUDIO_LOST_DISCONNECTED },
		{ UAUDIO_STREAM_STATUS_FAILURE, EBUSY_WIRE, AUDIO_LOST_ENDPOINT },
		{ UAUDIO_STREAM_STATUS_INVALID_PARAMETER, 0, AUDIO_LOST_ENDPOINT },
	};

	(void)state;
	make_running(0);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		suspend();
		become_suspended();
		resume();
		answer(0, table[i].status, table[i].internal);
		expect_lost(0, table[i].reason);
		assert_false(f->is_asked[0]);
		expect_usable();
	}
	/* No answer: the client undoes it by itself, and says so in the iteration that tells the AP. */
	suspend();
	become_suspended();
	resume();
	f->is_late[0] = true;
	expect_lost(0, AUDIO_LOST_ENDPOINT);
	assert_false(f->is_asked[0]);
	expect_usable();
	/* an endpoint that the player does not take is given back */
	suspend();
	become_suspended();
	resume();
	f->resume_status = AUDIO_STATUS_UNSUPPORTED;
	answer(0, 0, 0);
	expect_lost(0, AUDIO_LOST_ENDPOINT);
	expect_asked(0);
	expect_usable();
}

static void a_disable_that_is_not_answered_does_not_matter(void **state)
{
	(void)state;
	make_running(0);
	suspend();
	f->comes_to_rest = true;
	service();
	complete(0, USB_STREAM_TIMED_OUT, NULL);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_NONE);
	expect_silence();
	resume();
	answer(0, 0, 0);
	expect_state(CONTROL_STREAM_RUNNING, LEASE_HELD);
}

static void a_disconnect_ends_the_suspend_wherever_it_is(void **state)
{
	(void)state;
	make_running(0);
	for (int i = 0; i < 4; i++) {
		suspend();
		if (i > 0) {
			f->comes_to_rest = true;
			service();
		}
		if (i > 1)
			answer(0, 0, 0);
		if (i > 2)
			resume();
		/* From when it rests on, that slot may be another device's. */
		if (i > 1) {
			event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
			expect_silence();
		}
		event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, i > 1 ? TOKEN : 0);
		expect_lost(0, AUDIO_LOST_DISCONNECTED);
		/* An enable that succeeds all the same is undone. */
		if (i == 3) {
			answer(0, 0, 0);
			expect_asked(0);
		}
		expect_usable();
	}
}

/* After a sleep a slot's number may be another device's: the AP names the stream, and that decides. */
static void a_disconnect_after_a_sleep_goes_by_the_token(void **state)
{
	(void)state;
	/* Another device that rests is gone, and had the slot that this one has now. */
	make_suspended();
	event(UAUDIO_DEV_EVENT_RESUME, SLOT + 4, CONTROLLER, TOKEN);
	answer(0, 0, 0);
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, TOKEN + 256);
	assert_int_equal(f->losses, 0);

	/* This one is gone: its slot is another one than before the sleep, or none. */
	suspend();
	become_suspended();
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT + 1, CONTROLLER, TOKEN);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_usable();
	suspend();
	become_suspended();
	event(UAUDIO_DEV_EVENT_DISCONNECT, 0, 0, TOKEN);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_usable();
}

static void a_service_that_goes_ends_the_suspend(void **state)
{
	(void)state;
	make_suspended();
	resume();
	complete(0, USB_STREAM_SERVICE_LOST, NULL);
	expect_lost(0, AUDIO_LOST_ENDPOINT);
	control_client_ops.service_lost(&f->control);
	expect_silence();
	expect_usable();

	suspend();
	become_suspended();
	control_client_ops.service_lost(&f->control);
	expect_lost(0, AUDIO_LOST_DISCONNECTED);
	expect_usable();
}

static void quiesce_ends_a_suspend(void **state)
{
	(void)state;
	make_suspended();
	control_quiesce(&f->control, 0);
	service();
	assert_true(control_is_quiet(&f->control));
	assert_int_equal(f->sent_count, 0);
}

static void a_suspend_of_nothing_is_nothing(void **state)
{
	(void)state;
	suspend();
	resume();
	event(UAUDIO_DEV_EVENT_SUSPEND, 0, 0, 0);
	event(UAUDIO_DEV_EVENT_RESUME, 0, 0, 0);
	assert_int_equal(f->asked_count, 0);
	make_running(0);
	resume();
	assert_int_equal(f->asked_count, 1);
	expect_silence();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(a_stream_suspends_and_goes_on),
		CONTROL_TEST(only_the_streams_that_are_meant_suspend),
		CONTROL_TEST(a_device_that_came_back_elsewhere_is_the_same),
		CONTROL_TEST(a_stream_that_is_not_started_suspends_too),
		CONTROL_TEST(a_setup_that_needs_the_device_is_refused_meanwhile),
		CONTROL_TEST(a_stop_is_answered_in_the_suspend),
		CONTROL_TEST(a_stop_under_way_ends_with_the_suspend),
		CONTROL_TEST(a_drain_with_samples_left_waits_for_the_resume),
		CONTROL_TEST(a_release_ends_the_suspend_wherever_it_is),
		CONTROL_TEST(a_sleep_that_is_aborted_early_goes_back_in_order),
		CONTROL_TEST(the_next_sleep_may_come_before_the_stream_is_enabled),
		CONTROL_TEST(a_resume_may_overtake_the_refusal_of_an_enable),
		CONTROL_TEST(a_suspend_may_overtake_the_answer_to_an_enable),
		CONTROL_TEST(a_setup_that_is_refused_has_no_suspend),
		CONTROL_TEST(a_device_that_does_not_come_back_is_lost),
		CONTROL_TEST(a_disable_that_is_not_answered_does_not_matter),
		CONTROL_TEST(a_disconnect_ends_the_suspend_wherever_it_is),
		CONTROL_TEST(a_disconnect_after_a_sleep_goes_by_the_token),
		CONTROL_TEST(a_service_that_goes_ends_the_suspend),
		CONTROL_TEST(quiesce_ends_a_suspend),
		CONTROL_TEST(a_suspend_of_nothing_is_nothing),
	};

	return cmocka_run_group_tests_name("control_suspend", tests, NULL, NULL);
}
