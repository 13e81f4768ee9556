// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The audio control channel itself: sessions, lengths, room for replies, and chaos. */
#include "control_fixture.h"

#define RANDOM_SEED	0xc0117201

static void hello_tells_version_and_streams(void **state)
{
	struct audio_hello hello;
	struct message message;

	(void)state;
	message = expect(AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY, say_hello(AUDIO_CONTROL_VERSION),
			 AUDIO_STATUS_OK);
	assert_int_equal(message.body_bytes, sizeof(hello));
	memcpy(&hello, message.body, sizeof(hello));
	assert_int_equal(hello.version, AUDIO_CONTROL_VERSION);
	assert_int_equal(hello.max_streams, AUDIO_CONTROL_MAX_STREAMS);
	assert_int_equal(f->refused_version, 0);
}

/* Version 1 had 32 bits for max_streams: its HELLO is as long, and so it reads ours. */
static void another_version_is_answered_and_has_no_session(void **state)
{
	static const uint32_t versions[] = { 0, 1, AUDIO_CONTROL_VERSION + 1, UINT32_MAX };
	struct audio_hello hello;
	struct message message;

	(void)state;
	for (uint32_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		make_running(0);
		say_hello(versions[i]);
		assert_int_equal(f->refused_version, versions[i]);
		answer(0, 0, 0);
		service();
		message = expect(AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY, f->sequence, AUDIO_STATUS_OK);
		assert_int_equal(message.body_bytes, sizeof(hello));
		memcpy(&hello, message.body, sizeof(hello));
		assert_int_equal(hello.version, AUDIO_CONTROL_VERSION);
		/* Nothing but this and the AP's ping is served any more. */
		expect_reply(AUDIO_CONTROL_SETUP, say_setup(0), AUDIO_STATUS_WRONG_STATE);
		expect_reply(AUDIO_CONTROL_RELEASE, say_ref(AUDIO_CONTROL_RELEASE, 0), AUDIO_STATUS_WRONG_STATE);
		expect(AUDIO_CONTROL_GET_STATS | AUDIO_CONTROL_REPLY, say(AUDIO_CONTROL_GET_STATS, NULL, 0),
		       AUDIO_STATUS_OK);
		expect(AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY, say_hello(AUDIO_CONTROL_VERSION),
		       AUDIO_STATUS_OK);
		add_controller(CONTROLLER);
		expect_silence();
	}
}

/* A later AP may know more requests of this version. */
static void unknown_requests_are_unsupported(void **state)
{
	uint8_t body[100] = { 0 };

	(void)state;
	for (uint16_t type = 0; type < AUDIO_CONTROL_REQUESTS_END; type++) {
		switch (type) {
		case AUDIO_CONTROL_HELLO:
		case AUDIO_CONTROL_CONTROLLER_ADD:
		case AUDIO_CONTROL_CONTROLLER_REMOVE:
		case AUDIO_CONTROL_SETUP:
		case AUDIO_CONTROL_START:
		case AUDIO_CONTROL_STOP:
		case AUDIO_CONTROL_RELEASE:
		case AUDIO_CONTROL_GET_STATS:
			continue;
		}
		expect_reply(type, say(type, body, type % sizeof(body)), AUDIO_STATUS_UNSUPPORTED);
	}
	assert_int_equal(f->control.dropped, 0);
}

static void hello_ends_the_session_before(void **state)
{
	uint16_t sequence;

	(void)state;
	make_running(0);
	say_setup(1);
	sequence = say_hello(AUDIO_CONTROL_VERSION);
	expect_silence();
	assert_int_equal(f->releases, 1);
	assert_int_equal(f->asked[0].enable, 0);
	answer(0, 0, 0);
	expect_silence();
	/* The other's enable comes too late and is undone. */
	answer(1, 0, 0);
	expect_silence();
	assert_int_equal(f->asked[1].enable, 0);
	answer(1, 0, 0);
	service();
	expect(AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY, sequence, AUDIO_STATUS_OK);
	expect_silence();
	/* Controllers are to be told anew. */
	sequence = say_setup(0);
	answer(0, 0, 0);
	answer(0, 0, 0);
	expect_reply(AUDIO_CONTROL_SETUP, sequence, AUDIO_STATUS_FAILED);
}

static void stats_are_told(void **state)
{
	struct audio_stats stats;
	struct message message;

	(void)state;
	say(0x7777, NULL, 0);
	message = expect(AUDIO_CONTROL_GET_STATS | AUDIO_CONTROL_REPLY,
			 say(AUDIO_CONTROL_GET_STATS, NULL, 0), AUDIO_STATUS_OK);
	assert_int_equal(message.body_bytes, sizeof(stats));
	memcpy(&stats, message.body, sizeof(stats));
	assert_int_equal(stats.busy_ticks, 7);
	assert_int_equal(stats.wakeups, 9);
	assert_int_equal(stats.control_dropped, 1);
}

static void lengths_are_exact_or_the_message_is_dropped(void **state)
{
	const struct {
		uint16_t type;
		int bytes;
	} types[] = {
		{ AUDIO_CONTROL_HELLO, sizeof(struct audio_hello) },
		{ AUDIO_CONTROL_CONTROLLER_ADD, sizeof(struct audio_controller) },
		{ AUDIO_CONTROL_CONTROLLER_REMOVE, sizeof(struct audio_controller) },
		{ AUDIO_CONTROL_SETUP, sizeof(struct audio_setup) },
		{ AUDIO_CONTROL_START, sizeof(struct audio_start) },
		{ AUDIO_CONTROL_STOP, sizeof(struct audio_stop) },
		{ AUDIO_CONTROL_RELEASE, sizeof(struct audio_stream_ref) },
		{ AUDIO_CONTROL_GET_STATS, 0 },
		{ AUDIO_CONTROL_PERIOD_ELAPSED, -1 },
		{ AUDIO_CONTROL_HELLO | AUDIO_CONTROL_REPLY, -1 },
	};
	uint8_t body[484] = { 0 };
	unsigned int dropped = 0;

	(void)state;
	for (uint32_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		for (int bytes = 0; bytes <= (int)sizeof(body); bytes++) {
			if (bytes == types[i].bytes)
				continue;
			say(types[i].type, body, (uint32_t)bytes);
			assert_int_equal(f->control.dropped, ++dropped);
		}
	}
	for (uint32_t bytes = 0; bytes < sizeof(struct audio_control_header); bytes++) {
		control_receive(&f->control, body, bytes);
		assert_int_equal(f->control.dropped, ++dropped);
	}
	expect_silence();
}

static void replies_wait_for_room_in_order(void **state)
{
	uint16_t first, second;

	(void)state;
	make_running(0);
	f->is_blocked = true;
	f->results.periods_elapsed = 1;
	service();
	first = say_start(0x1);
	second = say_start(0x2);
	f->is_blocked = false;
	/* Also if there is room a moment later */
	f->refusals = 1;
	service();
	assert_int_equal(f->sent_count, 0);
	service();
	expect_reply(AUDIO_CONTROL_START, first, AUDIO_STATUS_WRONG_STATE);
	expect_reply(AUDIO_CONTROL_START, second, AUDIO_STATUS_WRONG_STATE);
	expect(AUDIO_CONTROL_PERIOD_ELAPSED, 0, 0);
	expect_silence();

	f->is_blocked = true;
	for (int i = 0; i < OUTBOX_MESSAGES + 3; i++)
		say_start(0x1);
	assert_int_equal(f->control.outbox.dropped, 3);
	f->is_blocked = false;
	service();
	assert_int_equal(f->sent_count, OUTBOX_MESSAGES);
}

static void quiesce_aborts_and_tells_nobody(void **state)
{
	(void)state;
	make_running(0);
	make_ready(1);
	assert_false(control_is_quiet(&f->control));
	control_quiesce(&f->control, 0);
	assert_int_equal(f->stop_mode, AUDIO_STOP_ABORT);
	service();
	assert_false(control_is_quiet(&f->control));
	f->results.stopped = true;
	service();
	assert_true(control_is_quiet(&f->control));
	assert_int_equal(f->sent_count, 0);
}

static void the_deadline_is_the_earliest(void **state)
{
	(void)state;
	assert_int_equal(control_service(&f->control, 5), UINT64_MAX);
	f->client_deadline_ticks = 2000;
	assert_int_equal(control_service(&f->control, 5), 2000);
	make_running(0);
	assert_int_equal(control_service(&f->control, 5), 1005);
	f->client_deadline_ticks = 900;
	assert_int_equal(control_service(&f->control, 5), 900);
}

/*
 * Any messages in any order: each request is answered once at most, the fakes' own checks hold, and when the
 * dust has settled, RELEASE brings every stream to IDLE.
 */
static void chaos_ends_in_order(void **state)
{
	struct random random = { RANDOM_SEED };

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t stream = random_below(&random, 3);
		struct audio_setup body;

		f->setup_status = random_below(&random, 8) ? AUDIO_STATUS_OK : AUDIO_STATUS_NO_MEMORY;
		f->reconfigure_status = random_below(&random, 2) ? AUDIO_STATUS_OK :
								    AUDIO_STATUS_UNSUPPORTED;
		f->is_blocked = random_below(&random, 10) == 0;
		f->results = (struct stream_results){ 0 };
		f->resume_status = random_below(&random, 8) ? AUDIO_STATUS_OK : AUDIO_STATUS_INVALID;
		switch (random_below(&random, 15)) {
		case 0:
			body = good_setup(random_below(&random, 3));
			body.stream = stream;
			say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
			break;
		case 1:
			say_start(1u << stream);
			break;
		case 2:
			say_stop(stream, random_below(&random, 3));
			break;
		case 3:
			say_ref(AUDIO_CONTROL_RELEASE, stream);
			break;
		case 4:
		case 5:
		case 6:
			if (f->is_asked[stream])
				answer(stream, (int32_t)random_below(&random, 2), EBUSY_WIRE);
			break;
		case 7:
			if (f->is_asked[stream])
				complete(stream, USB_STREAM_TIMED_OUT, NULL);
			break;
		case 8:
			if (random_below(&random, 4) == 0)
				event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, 0);
			break;
		case 9:
			f->results.stopped = true;
			break;
		case 10:
			f->results.lost = random_below(&random, 4) == 0;
			break;
		case 11:
			if (random_below(&random, 20) == 0)
				control_client_ops.service_lost(&f->control);
			break;
		case 12:
			event(random_below(&random, 2) ? UAUDIO_DEV_EVENT_SUSPEND : UAUDIO_DEV_EVENT_RESUME, SLOT,
			      CONTROLLER, random_below(&random, 2) ? TOKEN : 0);
			break;
		case 13:
			f->comes_to_rest = true;
			break;
		case 14:
			if (f->is_asked[stream])
				answer(stream, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
			break;
		}
		service();
		f->sent_count = 0;
	}
	f->is_blocked = false;
	f->results = (struct stream_results){ 0 };
	for (uint32_t stream = 0; stream < 3; stream++) {
		say_ref(AUDIO_CONTROL_RELEASE, stream);
		while (f->is_asked[stream])
			answer(stream, 0, 0);
		assert_int_equal(f->control.streams[stream].state, CONTROL_STREAM_IDLE);
		assert_false(f->control.streams[stream].setup.is_pending);
		assert_false(f->control.streams[stream].drain.is_pending);
		assert_false(f->control.streams[stream].abort.is_pending);
		assert_false(f->control.streams[stream].release.is_pending);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(hello_tells_version_and_streams),
		CONTROL_TEST(another_version_is_answered_and_has_no_session),
		CONTROL_TEST(unknown_requests_are_unsupported),
		CONTROL_TEST(hello_ends_the_session_before),
		CONTROL_TEST(stats_are_told),
		CONTROL_TEST(lengths_are_exact_or_the_message_is_dropped),
		CONTROL_TEST(replies_wait_for_room_in_order),
		CONTROL_TEST(quiesce_aborts_and_tells_nobody),
		CONTROL_TEST(the_deadline_is_the_earliest),
		CONTROL_TEST(chaos_ends_in_order),
	};

	return cmocka_run_group_tests_name("control_channel", tests, NULL, NULL);
}
