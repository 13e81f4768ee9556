// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* A stream on the audio control channel: SETUP, START, STOP, RELEASE, and their refusals. */
#include "control_fixture.h"

static void a_stream_is_set_up_plays_and_is_released(void **state)
{
	const uint32_t token = good_setup(3).usb_token;
	uint16_t sequence;

	(void)state;
	sequence = say_setup(3);
	expect_silence();
	assert_int_equal(f->asked[3].enable, 1);
	assert_int_equal(f->asked[3].usb_token, token);
	assert_int_equal(f->asked[3].audio_format, UAUDIO_FORMAT_S24_3LE);
	assert_int_equal(f->asked[3].channels, 2);
	assert_int_equal(f->asked[3].rate_hz, 48000);
	assert_int_equal(f->asked[3].transfer_buffer_bytes, 16384);
	assert_int_equal(f->setups, 0);
	answer(3, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);

	assert_int_equal(f->setups, 1);
	assert_ptr_equal(f->config.buffer, (void *)BUFFER_IOVA);
	assert_ptr_equal(f->config.shared, (void *)SHARED_IOVA);
	assert_int_equal(f->config.format, UAUDIO_FORMAT_S16_LE);
	assert_int_equal(f->config.channels, 1);
	assert_false(f->config.no_period_wakeup);
	assert_ptr_equal(f->endpoint.data_ring.va, (void *)0x2000);
	assert_int_equal(f->endpoint.data_ring.dma, 0xff002000);
	assert_int_equal(f->endpoint.data_ring.bytes, 8192);
	assert_null(f->endpoint.sync_ring.va);
	assert_ptr_equal((void *)(uintptr_t)f->endpoint.doorbells, (void *)0x30000000);
	assert_int_equal(f->endpoint.slot_id, SLOT);
	assert_int_equal(f->endpoint.data.max_packet, 288);
	assert_int_equal(f->endpoint.sync.address, 0);

	expect_reply(AUDIO_CONTROL_START, say_start(0x8), AUDIO_STATUS_OK);
	sequence = say_stop(3, AUDIO_STOP_DRAIN);
	assert_int_equal(f->stop_mode, AUDIO_STOP_DRAIN);
	expect_silence();
	f->results.stopped = true;
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);

	/* Stopped and started again, as often as one likes. */
	expect_reply(AUDIO_CONTROL_START, say_start(0x8), AUDIO_STATUS_OK);
	sequence = say_stop(3, AUDIO_STOP_ABORT);
	f->results.stopped = true;
	service();
	expect_reply(AUDIO_CONTROL_STOP, sequence, AUDIO_STATUS_OK);

	sequence = say_ref(AUDIO_CONTROL_RELEASE, 3);
	expect_silence();
	assert_int_equal(f->releases, 1);
	assert_int_equal(f->asked[3].enable, 0);
	assert_int_equal(f->asked[3].usb_token, token);
	answer(3, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, sequence, AUDIO_STATUS_OK);
	assert_int_equal(f->control.streams[3].state, CONTROL_STREAM_IDLE);
}

static void refusals_are_translated(void **state)
{
	const struct {
		int32_t status;
		uint32_t internal_status;
		uint32_t expected;
	} cases[] = {
		{ UAUDIO_STREAM_STATUS_FAILURE, EBUSY_WIRE, AUDIO_STATUS_BUSY },
		{ UAUDIO_STREAM_STATUS_FAILURE, ENODEV_WIRE, AUDIO_STATUS_NO_DEVICE },
		{ UAUDIO_STREAM_STATUS_FAILURE, (uint32_t)-5, AUDIO_STATUS_FAILED },
		{ UAUDIO_STREAM_STATUS_NOT_FOUND, ENODEV_WIRE, AUDIO_STATUS_NO_DEVICE },
		{ UAUDIO_STREAM_STATUS_NOT_FOUND, 0, AUDIO_STATUS_NO_DEVICE },
		{ UAUDIO_STREAM_STATUS_INVALID_PARAMETER, (uint32_t)-95, AUDIO_STATUS_UNSUPPORTED },
		{ UAUDIO_STREAM_STATUS_OUT_OF_MEMORY, (uint32_t)-12, AUDIO_STATUS_NO_MEMORY },
		{ 99, 0, AUDIO_STATUS_FAILED },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint16_t sequence = say_setup(0);
		struct message message;

		answer(0, cases[i].status, cases[i].internal_status);
		message = expect(AUDIO_CONTROL_SETUP | AUDIO_CONTROL_REPLY, sequence,
				 cases[i].expected);
		assert_int_equal(message.header.detail, cases[i].internal_status);
		assert_int_equal(f->control.streams[0].state, CONTROL_STREAM_IDLE);
	}
	/* A failure of QMI itself, whatever the service's status says */
	{
		struct usb_stream_response response = good_response();
		uint16_t sequence = say_setup(0);

		response.result.result = QMI_RESULT_FAILURE;
		complete(0, USB_STREAM_ANSWERED, &response);
		expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
	}
	assert_int_equal(f->setups, 0);
}

static void a_service_that_is_silent_or_gone_ends_the_setup(void **state)
{
	uint16_t sequence;

	(void)state;
	sequence = say_setup(0);
	complete(0, USB_STREAM_TIMED_OUT, NULL);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_TIMED_OUT);
	sequence = say_setup(0);
	complete(0, USB_STREAM_SERVICE_LOST, NULL);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
	make_ready(0);
}

static void a_response_that_does_not_fit_is_undone(void **state)
{
	(void)state;
	for (int i = 0; i < 9; i++) {
		struct usb_stream_response response = good_response();
		uint16_t sequence = say_setup(0);

		switch (i) {
		case 0: response.controller = AUDIO_CONTROL_MAX_CONTROLLERS; break;
		case 1: response.controller = CONTROLLER - 1; break;
		case 2: response.present &= ~USB_STREAM_HAS(UAUDIO_RESP_TLV_XHCI_MEM_INFO); break;
		case 3: response.present &= ~USB_STREAM_HAS(UAUDIO_RESP_TLV_SLOT_ID); break;
		case 4: response.present &= ~USB_STREAM_HAS(UAUDIO_RESP_TLV_DATA_EP_DESC); break;
		case 5: response.memory.data_ring.iova = IOVA_END; break;
		case 6: response.memory.event_ring.iova = 0xffffff807c000000; break;
		case 7: response.memory.transfer_buffer.bytes = UINT32_MAX; break;
		case 8: response.memory.sync_ring.bytes = 1; break;
		}
		complete(0, USB_STREAM_ANSWERED, &response);
		expect_silence();
		assert_int_equal(f->asked[0].enable, 0);
		answer(0, 0, 0);
		expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
		assert_int_equal(f->control.streams[0].state, CONTROL_STREAM_IDLE);
	}
	assert_int_equal(f->setups, 0);
}

static void a_player_that_refuses_is_undone(void **state)
{
	uint16_t sequence;

	(void)state;
	f->setup_status = AUDIO_STATUS_NO_MEMORY;
	sequence = say_setup(0);
	answer(0, 0, 0);
	expect_silence();
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_NO_MEMORY);
	f->setup_status = AUDIO_STATUS_OK;
	make_ready(0);
}

static void bad_setups_are_refused_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 14; i++) {
		struct audio_setup body = good_setup(0);
		uint32_t expected = AUDIO_STATUS_INVALID;

		switch (i) {
		case 0: body.stream = AUDIO_CONTROL_MAX_STREAMS; break;
		case 1: body.stream = UINT32_MAX; break;
		case 2: body.buffer_iova = 0; break;
		case 3: body.buffer_iova = IOVA_END - 95999; break;
		case 4: body.shared_iova = IOVA_END - sizeof(struct audio_shared) + 1; break;
		case 5: body.shared_iova = 0xffffff807c000000; break;
		case 6: body.flags = 2; break;
		case 7: body.usb_token = TOKEN | 2; break;
		case 8: f->check_status = expected = AUDIO_STATUS_UNSUPPORTED; break;
		case 9: body.usb_token = TOKEN | UAUDIO_DIRECTION_CAPTURE; break;
		case 10: body.direction = AUDIO_DIRECTION_CAPTURE; break;
		case 11: body.direction = 2; break;
		case 12: body.reserved[1] = 1; break;
		case 13:
			body.channel_map[AUDIO_SETUP_MAX_CHANNELS - 1] = 1;
			expected = AUDIO_STATUS_UNSUPPORTED;
			break;
		}
		expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)),
			     expected);
		f->check_status = AUDIO_STATUS_OK;
	}
	assert_int_equal(f->asked_count, 0);
}

static void requests_in_the_wrong_state_are_refused(void **state)
{
	uint16_t setup, release;

	(void)state;
	/* IDLE */
	expect_reply(AUDIO_CONTROL_START, say_start(0x1), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_ABORT), AUDIO_STATUS_WRONG_STATE);
	/* ENABLING */
	setup = say_setup(0);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_START, say_start(0x1), AUDIO_STATUS_WRONG_STATE);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_OK);
	/* READY */
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_DRAIN), AUDIO_STATUS_OK);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, 2), AUDIO_STATUS_INVALID);
	expect_reply(AUDIO_CONTROL_START, say_start(0x1), AUDIO_STATUS_OK);
	/* RUNNING */
	expect_reply(AUDIO_CONTROL_START, say_start(0x1), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	/* DISABLING */
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0),
		     AUDIO_STATUS_WRONG_STATE);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
	/* Streams that do not exist */
	expect_reply(AUDIO_CONTROL_START, say_start(0x100), AUDIO_STATUS_INVALID);
	expect_reply(AUDIO_CONTROL_START, say_start(0), AUDIO_STATUS_INVALID);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(UINT32_MAX, 0), AUDIO_STATUS_INVALID);
	expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 8),
		     AUDIO_STATUS_INVALID);
}

static void make_capture_ready(uint32_t stream)
{
	struct audio_setup body = good_setup(stream);
	uint16_t sequence;

	body.usb_token |= UAUDIO_DIRECTION_CAPTURE;
	body.direction = AUDIO_DIRECTION_CAPTURE;
	sequence = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	assert_int_equal(f->asked[stream].usb_token, body.usb_token);
	answer(stream, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);
}

static void a_capture_stream_is_set_up_as_one(void **state)
{
	(void)state;
	make_ready(0);
	assert_false(f->config.is_capture);
	make_capture_ready(1);
	assert_true(f->config.is_capture);
	expect_reply(AUDIO_CONTROL_START, say_start(0x2), AUDIO_STATUS_OK);
	f->results.periods_elapsed = 1;
	service();
	expect(AUDIO_CONTROL_PERIOD_ELAPSED, 0, 0);
	/* A USB PCM has two directions, and each is one stream's. */
	assert_int_equal(f->asked_count, 2);
}

/* Capture streams begin at once, and playback streams first have packets to fill. */
static void a_linked_start_begins_with_playback(void **state)
{
	(void)state;
	make_capture_ready(0);
	make_ready(3);
	expect_reply(AUDIO_CONTROL_START, say_start(0x9), AUDIO_STATUS_OK);
	assert_int_equal(f->control.streams[3].audio.player.position.start_ticks, 1);
	assert_int_equal(f->control.streams[0].audio.player.position.start_ticks, 2);
}

static void one_start_starts_all_streams_or_none(void **state)
{
	struct audio_start odd = { .streams = 0x1, .reserved = 1 };

	(void)state;
	make_ready(0);
	expect_reply(AUDIO_CONTROL_START, say(AUDIO_CONTROL_START, &odd, sizeof(odd)), AUDIO_STATUS_INVALID);
	expect_reply(AUDIO_CONTROL_START, say_start(0x9), AUDIO_STATUS_WRONG_STATE);
	assert_int_equal(f->control.streams[0].state, CONTROL_STREAM_READY);
	make_ready(3);
	expect_reply(AUDIO_CONTROL_START, say_start(0x9), AUDIO_STATUS_OK);
	assert_int_equal(f->control.streams[0].state, CONTROL_STREAM_RUNNING);
	assert_int_equal(f->control.streams[3].state, CONTROL_STREAM_RUNNING);
}

static void release_is_idempotent(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0),
			     AUDIO_STATUS_OK);
	assert_int_equal(f->asked_count, 0);
}

static void release_while_enabling_undoes_it(void **state)
{
	uint16_t setup = say_setup(0);
	uint16_t release = say_ref(AUDIO_CONTROL_RELEASE, 0);

	(void)state;
	expect_silence();
	answer(0, 0, 0);
	expect_silence();
	assert_int_equal(f->asked[0].enable, 0);
	assert_int_equal(f->setups, 0);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);

	/* The same with an enable that fails */
	setup = say_setup(0);
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	answer(0, UAUDIO_STREAM_STATUS_NOT_FOUND, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_NO_DEVICE);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
}

static void release_while_running_or_stopping_cuts_off(void **state)
{
	uint16_t stop, release;

	(void)state;
	make_running(0);
	stop = say_stop(0, AUDIO_STOP_DRAIN);
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	expect_reply(AUDIO_CONTROL_STOP, stop, AUDIO_STATUS_OK);
	assert_int_equal(f->releases, 1);
	complete(0, USB_STREAM_TIMED_OUT, NULL);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_TIMED_OUT);
	assert_int_equal(f->control.streams[0].state, CONTROL_STREAM_IDLE);
}

static void an_abort_overtakes_a_drain(void **state)
{
	uint16_t drain, abort;

	(void)state;
	make_running(0);
	drain = say_stop(0, AUDIO_STOP_DRAIN);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_DRAIN), AUDIO_STATUS_WRONG_STATE);
	abort = say_stop(0, AUDIO_STOP_ABORT);
	assert_int_equal(f->stop_mode, AUDIO_STOP_ABORT);
	expect_reply(AUDIO_CONTROL_STOP, say_stop(0, AUDIO_STOP_ABORT), AUDIO_STATUS_WRONG_STATE);
	expect_silence();
	f->results.stopped = true;
	service();
	expect_reply(AUDIO_CONTROL_STOP, drain, AUDIO_STATUS_OK);
	expect_reply(AUDIO_CONTROL_STOP, abort, AUDIO_STATUS_OK);
}

static void setup_again_replaces_the_parameters(void **state)
{
	struct audio_setup body = good_setup(0);
	uint16_t sequence;

	(void)state;
	make_ready(0);
	body.flags = AUDIO_SETUP_NO_PERIOD_WAKEUP;
	body.buffer_bytes = 192000;
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)),
		     AUDIO_STATUS_OK);
	assert_int_equal(f->reconfigures, 1);
	assert_int_equal(f->config.buffer_bytes, 192000);
	assert_true(f->config.no_period_wakeup);
	assert_int_equal(f->asked_count, 1);

	/* Another USB format means another USB stream: the old one is disabled first. */
	f->reconfigure_status = AUDIO_STATUS_UNSUPPORTED;
	body.usb_format = UAUDIO_FORMAT_S32_LE;
	sequence = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	expect_silence();
	assert_int_equal(f->asked[0].enable, 0);
	answer(0, 0, 0);
	expect_silence();
	assert_int_equal(f->asked[0].enable, 1);
	assert_int_equal(f->asked[0].audio_format, UAUDIO_FORMAT_S32_LE);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);

	/* So does a transfer buffer that must be larger. */
	f->reconfigure_status = AUDIO_STATUS_OK;
	f->transfer_buffer_bytes = 32768;
	sequence = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	answer(0, 0, 0);
	assert_int_equal(f->asked[0].transfer_buffer_bytes, 32768);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_OK);

	/* So does another PCM. */
	f->reconfigure_status = AUDIO_STATUS_OK;
	body.usb_token = UAUDIO_TOKEN(2u, 1u, UAUDIO_DIRECTION_PLAYBACK);
	sequence = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	assert_int_equal(f->asked[0].usb_token, TOKEN);
	answer(0, 0, 0);
	assert_int_equal(f->asked[0].usb_token, body.usb_token);
	/* And a release meanwhile wins. */
	{
		uint16_t release = say_ref(AUDIO_CONTROL_RELEASE, 0);

		answer(0, 0, 0);
		answer(0, 0, 0);
		expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_WRONG_STATE);
		expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
	}
}

static void release_while_replacing_ends_both(void **state)
{
	struct audio_setup body = good_setup(0);
	uint16_t setup, release, other;

	(void)state;
	make_ready(0);
	body.usb_token = UAUDIO_TOKEN(2u, 1u, UAUDIO_DIRECTION_PLAYBACK);
	setup = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	/* It will not ask for that PCM any more, so another stream may. */
	body.stream = 1;
	other = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	assert_int_equal(f->sent_count, 0);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
	assert_false(f->is_asked[0]);
	answer(1, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, other, AUDIO_STATUS_OK);
}

/* Two front ends that are routed to one USB PCM: the second one's time-out must not end the first one's stream. */
static void a_usb_pcm_has_one_stream(void **state)
{
	struct audio_setup body = good_setup(0);
	uint16_t setup, release;

	(void)state;
	body.stream = 1;
	/* Asked for, had, playing, coming to rest: */
	setup = say_setup(0);
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)), AUDIO_STATUS_BUSY);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_OK);
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)), AUDIO_STATUS_BUSY);
	expect_reply(AUDIO_CONTROL_START, say_start(0x1), AUDIO_STATUS_OK);
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)), AUDIO_STATUS_BUSY);
	event(UAUDIO_DEV_EVENT_SUSPEND, SLOT, CONTROLLER, TOKEN);
	f->comes_to_rest = true;
	service();
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)), AUDIO_STATUS_BUSY);
	/* Disabled, it will be enabled again. */
	answer(0, 0, 0);
	assert_true(f->control.streams[0].is_suspended);
	assert_int_equal(f->control.streams[0].lease.state, LEASE_NONE);
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)), AUDIO_STATUS_BUSY);
	assert_false(f->is_asked[1]);
	/* Released: the other's. */
	release = say_ref(AUDIO_CONTROL_RELEASE, 0);
	expect_reply(AUDIO_CONTROL_RELEASE, release, AUDIO_STATUS_OK);
	setup = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	answer(1, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_OK);
	expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_BUSY);
	/* Another USB PCM instead: that one is taken, this one is free, as soon as it is asked for. */
	body.usb_token = UAUDIO_TOKEN(9u, 0u, UAUDIO_DIRECTION_PLAYBACK);
	setup = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	body.stream = 2;
	expect_reply(AUDIO_CONTROL_SETUP, say(AUDIO_CONTROL_SETUP, &body, sizeof(body)), AUDIO_STATUS_BUSY);
	answer(1, 0, 0);
	answer(1, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_OK);
	/* Lost with its device: free. */
	event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
	expect_lost(1, AUDIO_LOST_DISCONNECTED);
	setup = say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
	answer(2, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, setup, AUDIO_STATUS_OK);
}

static void periods_are_notified(void **state)
{
	struct audio_stream_ref ref;
	struct message message;

	(void)state;
	make_running(5);
	f->results.periods_elapsed = 3;
	service();
	message = expect(AUDIO_CONTROL_PERIOD_ELAPSED, 0, 0);
	assert_int_equal(message.body_bytes, sizeof(ref));
	memcpy(&ref, message.body, sizeof(ref));
	assert_int_equal(ref.stream, 5);
	f->results.ran_out = true;
	service();
	expect(AUDIO_CONTROL_PERIOD_ELAPSED, 0, 0);
	expect_silence();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(a_stream_is_set_up_plays_and_is_released),
		CONTROL_TEST(refusals_are_translated),
		CONTROL_TEST(a_service_that_is_silent_or_gone_ends_the_setup),
		CONTROL_TEST(a_response_that_does_not_fit_is_undone),
		CONTROL_TEST(a_player_that_refuses_is_undone),
		CONTROL_TEST(bad_setups_are_refused_at_once),
		CONTROL_TEST(requests_in_the_wrong_state_are_refused),
		CONTROL_TEST(a_capture_stream_is_set_up_as_one),
		CONTROL_TEST(a_linked_start_begins_with_playback),
		CONTROL_TEST(one_start_starts_all_streams_or_none),
		CONTROL_TEST(release_is_idempotent),
		CONTROL_TEST(release_while_enabling_undoes_it),
		CONTROL_TEST(release_while_running_or_stopping_cuts_off),
		CONTROL_TEST(an_abort_overtakes_a_drain),
		CONTROL_TEST(setup_again_replaces_the_parameters),
		CONTROL_TEST(release_while_replacing_ends_both),
		CONTROL_TEST(a_usb_pcm_has_one_stream),
		CONTROL_TEST(periods_are_notified),
	};

	return cmocka_run_group_tests_name("control_stream", tests, NULL, NULL);
}
