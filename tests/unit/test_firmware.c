// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The firmware and an honest AP: behaviour that shows only when all layers are there.
 */
#include "firmware_fixture.h"

#define SEED	1	/* an honest AP needs none */

/* The AP takes the DSP's messages when the DSP sleeps. */
static void run_and_take(struct dsp *dsp)
{
	dsp_run(dsp);
	ap_take(dsp);
}

/* A stream that is set up, and then disabled for a sleep of the AP's. */
static struct dsp *dsp_create_resting(void)
{
	struct dsp *dsp = dsp_create(SEED);

	ap_check_sanity(dsp);
	ap_indicate(dsp, false, UAUDIO_DEV_EVENT_SUSPEND, TOKEN(0));
	run_and_take(dsp);
	assert_false(dsp->is_enable);
	ap_respond(dsp, false);
	run_and_take(dsp);
	assert_true(dsp->control.streams[0].is_suspended);
	assert_int_equal(dsp->control.streams[0].lease.state, LEASE_NONE);
	return dsp;
}

/*
 * The AP does not answer the enable after its sleep. When that has timed out, the stream is lost, and the AP's
 * sound card hears of it at once: nothing else has to wake the DSP first.
 */
static void a_time_out_is_told_before_the_next_sleep(void **state)
{
	struct dsp *dsp = dsp_create_resting();

	(void)state;
	ap_indicate(dsp, false, UAUDIO_DEV_EVENT_RESUME, TOKEN(0));
	run_and_take(dsp);
	assert_true(dsp->is_enable);
	assert_int_equal(dsp->losses, 0);
	assert_int_equal(dsp->deadline, fake_platform.now_ticks + TIMEOUT_TICKS);
	fake_platform.now_ticks = dsp->deadline;
	run_and_take(dsp);
	assert_int_equal(dsp->losses, 1);
	/* A stream that may have been enabled all the same is undone. */
	assert_false(dsp->is_enable);
	dsp_destroy(dsp);
}

/*
 * SUSPEND overtakes the answer to an enable, so the suspend begins with that answer, and the sound card's START
 * follows at once, all in one iteration. The AP's sleep waits for the disable: the suspend must not be forgotten
 * over the START.
 */
static void a_start_may_overtake_the_disable_for_a_sleep(void **state)
{
	struct audio_start start = { .streams = 0x1 };
	struct dsp *dsp = dsp_create(SEED);

	(void)state;
	ap_begin_honest_session(dsp);
	ap_setup(dsp, false, 0);
	run_and_take(dsp);
	assert_true(dsp->is_enable);
	ap_indicate(dsp, false, UAUDIO_DEV_EVENT_SUSPEND, TOKEN(0));
	ap_respond(dsp, false);
	ap_control(dsp, false, AUDIO_CONTROL_START, &start, sizeof(start));
	run_and_take(dsp);
	assert_int_equal(dsp->last_reply, AUDIO_CONTROL_START);
	assert_int_equal(dsp->last_status, AUDIO_STATUS_OK);
	assert_false(dsp->is_enable);
	ap_respond(dsp, false);
	run_and_take(dsp);
	/* The START happens when the sleep is over. */
	assert_true(dsp->control.streams[0].is_suspended);
	assert_int_equal(dsp->control.streams[0].lease.state, LEASE_NONE);
	ap_indicate(dsp, false, UAUDIO_DEV_EVENT_RESUME, TOKEN(0));
	run_and_take(dsp);
	assert_true(dsp->is_enable);
	ap_respond(dsp, false);
	run_and_take(dsp);
	assert_int_equal(dsp->control.streams[0].audio.player.state, PLAYER_RUNNING);
	dsp_destroy(dsp);
}

/* A request to the DSP reaches the USB service, even if a little later. */
static void expect_asked(struct dsp *dsp, bool enable)
{
	uint64_t limit = fake_platform.now_ticks + TIMEOUT_TICKS / 2;

	run_and_take(dsp);
	while (!dsp->is_asked) {
		assert_in_range(dsp->deadline, fake_platform.now_ticks + 1, limit);
		fake_platform.now_ticks = dsp->deadline;
		run_and_take(dsp);
	}
	assert_true(dsp->is_enable == enable);
	dsp->is_asked = false;
	ap_respond(dsp, false);
	run_and_take(dsp);
	assert_int_equal(dsp->last_status, AUDIO_STATUS_OK);
}

/* The AP reads and answers, but no RESUME_TX ever gets through. */
static void lost_confirmations_do_not_silence_the_dsp(void **state)
{
	struct audio_stream_ref ref = { .stream = 0 };
	struct dsp *dsp = dsp_create(SEED);

	(void)state;
	ap_begin_honest_session(dsp);
	for (int i = 0; i < 3 * QRTR_TX_FLOW_HIGH; i++) {
		ap_setup(dsp, false, 0);
		expect_asked(dsp, true);
		ap_control(dsp, false, AUDIO_CONTROL_RELEASE, &ref, sizeof(ref));
		expect_asked(dsp, false);
	}
	assert_int_equal(dsp->client.timeouts, 0);
	dsp_destroy(dsp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_out_is_told_before_the_next_sleep),
		cmocka_unit_test(a_start_may_overtake_the_disable_for_a_sleep),
		cmocka_unit_test(lost_confirmations_do_not_silence_the_dsp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
