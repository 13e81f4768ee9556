// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Capture streams: they record bit for bit, time does not slip if packets are lost, and they stop, sleep and end as asked.
 */
#include "unit.h"

#include "fake_recording.h"
#include "reference.h"

#define MS	FAKE_TICKS_PER_MS
#define UFRAME	((uint64_t)FAKE_TICKS_PER_SECOND / 8000)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint32_t formats[] = { UAUDIO_FORMAT_S16_LE, UAUDIO_FORMAT_S24_LE, UAUDIO_FORMAT_S24_3LE,
				    UAUDIO_FORMAT_S32_LE };

static struct event_ring_pool rings;
static struct fake_xhc *xhc;
static struct fake_recording *recording;

static void begin(uint64_t seed, const struct fake_recording_options *options)
{
	memset(&rings, 0, sizeof(rings));
	xhc = fake_xhc_create(seed);
	recording = fake_recording_create(xhc, &rings, options);
}

static void end(void)
{
	fake_recording_destroy(recording);
	fake_xhc_destroy(xhc);
}

/* Stops, and reads the rest. */
static void stop_and_read(void)
{
	uint64_t taken;

	fake_recording_stop(recording);
	taken = recording->shared->dsp.taken_frames;
	fake_recording_run(recording, 100 * MS, 0, true);
	assert_int_equal(recording->stops, 1);
	assert_int_equal(recording->losses, 0);
	fake_recording_read(recording);
	/* After a stop nothing more is put into the buffer. */
	assert_int_equal(recording->read_frames, taken);
}

static void record_and_compare(uint64_t seed, const struct fake_recording_options *options, uint32_t ms,
			       uint32_t late_ticks, bool runs_at_barriers)
{
	uint64_t least_frames;

	begin(seed, options);
	xhc->runs_at_barriers = runs_at_barriers;
	fake_recording_start(recording);
	/* The message loop comes here at once. */
	fake_recording_service(recording);
	fake_recording_run(recording, (uint64_t)ms * MS, late_ticks, true);
	stop_and_read();
	fake_recording_check(recording, 0, 0);
	/* All but the last interval is there. */
	least_frames = (uint64_t)(ms - 2) * recording->config.rate_hz / 1001;
	assert_true(recording->read_frames >= least_frames);
	assert_int_equal(recording->shared->dsp.bus_frames, recording->read_frames);
	assert_int_equal(recording->shared->dsp.overruns, 0);
	assert_int_equal(recording->shared->dsp.lost_intervals, 0);
	assert_int_equal(recording->shared->dsp.ring_underruns, 0);
	assert_int_equal(recording->shared->dsp.missed_services, 0);
	assert_int_equal(recording->shared->dsp.transfer_errors, 0);
	assert_int_equal(recording->shared->dsp.gap_frames, 0);
	end();
}

static void every_format_and_speed_is_bit_exact(void **state)
{
	static const struct { uint32_t speed, interval; } buses[] = {
		{ UAUDIO_SPEED_FULL, 1 }, { UAUDIO_SPEED_HIGH, 1 }, { UAUDIO_SPEED_HIGH, 4 },
		{ UAUDIO_SPEED_SUPER, 1 },
	};
	static const uint32_t rates_hz[] = { 8000, 44100, 96000 };
	uint64_t seed = 1;

	(void)state;
	for (size_t f = 0; f < COUNT(formats); f++)
	for (size_t t = 0; t < COUNT(formats); t++)
	for (size_t b = 0; b < COUNT(buses); b++)
	for (size_t r = 0; r < COUNT(rates_hz); r++) {
		struct fake_recording_options options = {
			.format = formats[t], .usb_format = formats[f], .channels = 1 + seed % 2,
			.rate_hz = rates_hz[r], .speed = buses[b].speed, .interval = buses[b].interval,
			.ring_segments = 1 + seed % 3,
		};

		if (reference_bits(formats[f]) > reference_bits(formats[t]))
			continue;
		record_and_compare(seed++, &options, 60, 0, false);
	}
}

/* A device's own clock: its packets count, not our rate. */
static void any_clock_and_service_time_will_do(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 16; seed++) {
		struct fake_recording_options options = {
			.speed = seed % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH,
			.rate_hz = seed % 3 ? 48000 : 44100,
			.ppm = (int32_t)(seed % 5) * 250 - 500,
			.period_frames = 100 + (uint32_t)seed * 30,
		};

		/* Where time passes at barriers, too, a look takes some milliseconds by itself. */
		record_and_compare(seed, &options, 3000, (uint32_t)((seed % 4 ? 3 : 1) * MS), seed % 4 == 0);
	}
}

/* ---- lost packets ---- */

static uint32_t fault_every, fault_count;

static enum fake_fault fail_some(struct fake_endpoint *endpoint, void *context)
{
	static const enum fake_fault kinds[] = { FAKE_FAULT_MISSED, FAKE_FAULT_MISSED_UNNAMED,
						 FAKE_FAULT_TRANSACTION_ERROR, FAKE_FAULT_SILENT };

	(void)context;
	if (endpoint->tds % fault_every != fault_every - 1)
		return FAKE_FAULT_NONE;
	return kinds[fault_count++ % COUNT(kinds)];
}

static enum fake_packet spoil_some(struct fake_recording *of, uint64_t uframe)
{
	uint64_t interval = uframe / of->data->interval_uframes;

	if (interval % fault_every)
		return FAKE_PACKET_GOOD;
	fault_count++;
	return FAKE_PACKET_BABBLE;
}

static void lost_packets_are_silence_of_their_length(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct fake_recording_options options = {
			.speed = seed % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH,
			.rate_hz = 48000,
		};
		uint32_t frames = seed % 2 ? 48 : 6, count;

		begin(seed, &options);
		fault_every = 10 + (uint32_t)seed;
		fault_count = 0;
		if (seed <= 4)
			recording->data->fault = fail_some;
		else
			recording->packet = spoil_some;
		fake_recording_start(recording);
		fake_recording_run(recording, 2000 * MS, 0, true);
		count = fault_count;
		recording->data->fault = NULL;
		stop_and_read();
		/* The last ones may not be told yet. */
		assert_in_range(recording->shared->dsp.lost_intervals, count - 2, count);
		recording->first_frame -= recording->first_frame % frames;
		fake_recording_check(recording, (uint64_t)recording->shared->dsp.lost_intervals * frames, 0);
		assert_in_range(recording->read_frames, 48 * 1990, 48 * 2001);
		end();
	}
}

/* 44.1 kHz, and clocks that differ: a frame is not known, but errors do not add up. */
static void time_does_not_slip_by_lost_packets(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct fake_recording_options options = {
			.speed = seed % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH,
			.rate_hz = 44100,
			.ppm = seed % 3 ? 0 : 400,
		};
		uint64_t frames;

		begin(seed, &options);
		fault_every = 3 + (uint32_t)seed;
		fault_count = 0;
		recording->packet = spoil_some;
		fake_recording_start(recording);
		fake_recording_run(recording, 10000 * MS, 0, true);
		stop_and_read();
		frames = recording->read_frames;
		/* Of lost packets, silence is as long as the nominal rate has it. */
		assert_in_range(frames, 441000 - 90, 441000 + (uint64_t)options.ppm * 441000 / 1000000 + 3);
		end();
	}
}

static enum fake_packet hold_all(struct fake_recording *of, uint64_t uframe)
{
	(void)of;
	(void)uframe;
	return FAKE_PACKET_LATE;
}

static enum fake_packet hold_some(struct fake_recording *of, uint64_t uframe)
{
	return uframe / of->data->interval_uframes % fault_every ? FAKE_PACKET_GOOD : FAKE_PACKET_LATE;
}

/* A device that is asked a moment early has nothing to send yet, and sends it with the next packet. */
static void empty_packets_are_not_lost(void **state)
{
	struct fake_recording_options options = { .rate_hz = 44100 };

	(void)state;
	begin(3, &options);
	fault_every = 7;
	recording->packet = hold_some;
	fake_recording_start(recording);
	fake_recording_run(recording, 3000 * MS, 0, true);
	stop_and_read();
	assert_int_equal(recording->shared->dsp.lost_intervals, 0);
	fake_recording_check(recording, 0, 0);
	end();
}

static enum fake_fault fail_late(struct fake_endpoint *endpoint, void *context)
{
	struct fake_recording *of = context;
	uint8_t nothing[1];

	if (endpoint->tds % fault_every)
		return FAKE_FAULT_NONE;
	/* The device has tried: the frames stay in its FIFO. */
	of->packet = hold_all;
	endpoint->in_source(endpoint, of, nothing, 0);
	of->packet = NULL;
	return FAKE_FAULT_TRANSACTION_ERROR;
}

/* A device whose answer got lost, and which knows that, sends the frames with the next ones. */
static void late_frames_are_not_recorded_twice(void **state)
{
	struct fake_recording_options options = { .rate_hz = 44100 };

	(void)state;
	begin(3, &options);
	fault_every = 7;
	recording->data->fault = fail_late;
	recording->data->fault_context = recording;
	fake_recording_start(recording);
	fake_recording_run(recording, 3000 * MS, 0, true);
	stop_and_read();
	assert_true(recording->shared->dsp.lost_intervals > 400);
	fake_recording_check(recording, 0, 0);
	end();
}

/* The DSP comes too late: MFINDEX says how many intervals the ring was empty. */
static void a_ring_that_ran_empty_is_silence_of_that_length(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct fake_recording_options options = {
			.speed = seed % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH,
			.rate_hz = 48000,
			.buffer_frames = 48000,
		};
		uint64_t silent, until_ticks;

		begin(seed, &options);
		fake_recording_start(recording);
		fake_recording_run(recording, 100 * MS, 0, true);
		until_ticks = fake_platform.now_ticks + 20 * MS + random_below(&xhc->random, 300 * MS);
		fake_platform.now_ticks = until_ticks;
		fake_recording_service(recording);
		assert_int_equal(recording->shared->dsp.ring_underruns, 1);
		fake_recording_run(recording, 100 * MS, 0, true);
		stop_and_read();
		silent = (uint64_t)recording->shared->dsp.lost_intervals * (seed % 2 ? 48 : 6);
		assert_true(silent >= 4 * 48);
		fake_recording_check(recording, silent, 0);
		end();
	}
}

/* ---- the application ---- */

static void periods_are_told_once_each(void **state)
{
	(void)state;
	for (uint32_t silent = 0; silent < 2; silent++) {
		struct fake_recording_options options = { .period_frames = 441, .buffer_frames = 4410,
							  .no_period_wakeup = silent };

		begin(4, &options);
		fake_recording_start(recording);
		fake_recording_run(recording, 1000 * MS, 0, true);
		assert_int_equal(recording->periods, silent ? 0 : recording->shared->dsp.released_frames / 441);
		assert_int_equal(recording->overflows, 0);
		end();
	}
}

/* The application does not read: it is told once, and the device's time goes on. */
static void an_overrun_is_told_once_and_counted(void **state)
{
	struct fake_recording_options options = { .no_period_wakeup = true };

	(void)state;
	begin(5, &options);
	fake_recording_start(recording);
	fake_recording_run(recording, 95 * MS, 0, false);
	assert_int_equal(recording->overflows, 0);
	fake_recording_run(recording, 60 * MS, 0, false);
	assert_int_equal(recording->overflows, 1);
	assert_in_range(recording->shared->dsp.overruns, 40, 56);
	assert_in_range(recording->shared->dsp.released_frames, 48 * 140, 48 * 156);
	/* It has caught up, and is too slow once more. */
	recording->shared->ap.appl_frames = recording->shared->dsp.released_frames;
	fake_recording_run(recording, 50 * MS, 0, false);
	assert_int_equal(recording->overflows, 1);
	fake_recording_run(recording, 80 * MS, 0, false);
	assert_int_equal(recording->overflows, 2);
	/* Nonsense is no reading. */
	recording->shared->ap.appl_frames = UINT64_MAX;
	fake_recording_run(recording, 300 * MS, 0, false);
	assert_int_equal(recording->overflows, 2);
	end();
}

static void short_periods_and_latencies_are_looked_for_often(void **state)
{
	static const struct {
		struct fake_recording_options options;
		uint32_t services_per_second;
	} cases[] = {
		{ { .period_frames = 480, .no_period_wakeup = true }, 125 },
		{ { .period_frames = 4800, .buffer_frames = 9600 }, 125 },
		{ { .period_frames = 480 }, 200 },
		{ { .period_frames = 240 }, 200 },
		{ { .period_frames = 48 }, 1000 },
		{ { .period_frames = 48, .speed = UAUDIO_SPEED_HIGH }, 1000 },
		{ { .period_frames = 96, .buffer_frames = 960, .no_period_wakeup = true }, 200 },
		{ { .period_frames = 480, .no_period_wakeup = true, .latency_us = 2000 }, 500 },
		{ { .period_frames = 480, .latency_us = 1 }, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t before;

		begin(6 + i, &cases[i].options);
		fake_recording_start(recording);
		fake_recording_run(recording, 100 * MS, 0, true);
		before = recording->services;
		fake_recording_run(recording, 1000 * MS, 0, true);
		assert_in_range(recording->services - before, cases[i].services_per_second - 5,
				cases[i].services_per_second + 6);
		end();
	}
}

/* ---- start, stop, suspend ---- */

static void the_first_packet_is_known_to_a_microframe(void **state)
{
	struct fake_recording_options options = { .speed = UAUDIO_SPEED_HIGH };
	const struct audio_shared_dsp *dsp;

	(void)state;
	begin(7, &options);
	dsp = &recording->shared->dsp;
	fake_recording_start(recording);
	assert_int_equal(dsp->start_ticks, fake_platform.now_ticks);
	assert_int_equal(dsp->first_frame_ticks, 0);
	fake_recording_run(recording, 20 * MS, 0, true);
	assert_in_range(dsp->first_frame_ticks - dsp->start_ticks, 1, 2 * UFRAME);
	assert_int_equal(dsp->interval_uframes, 1);
	assert_in_range(dsp->depth_frames, 4 * 48, 16 * 48);
	end();
}

static void it_can_be_started_again(void **state)
{
	struct fake_recording_options options = { 0 };

	(void)state;
	begin(8, &options);
	for (uint32_t i = 1; i <= 5; i++) {
		fake_recording_start(recording);
		assert_int_equal(recorder_start(&recording->recorder, fake_platform.now_ticks),
				 AUDIO_STATUS_WRONG_STATE);
		fake_recording_run(recording, 50 * MS, 0, true);
		fake_recording_stop(recording);
		/* A second stop changes nothing. */
		fake_recording_stop(recording);
		fake_recording_run(recording, 40 * MS, 0, true);
		assert_int_equal(recording->stops, i);
		fake_recording_check(recording, 0, 0);
	}
	end();
}

/* The gap's length is known, and on both of its sides are the device's frames. */
static void a_suspend_leaves_a_gap_of_known_length(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct fake_recording_options options = {
			.speed = seed % 2 ? UAUDIO_SPEED_FULL : UAUDIO_SPEED_HIGH,
			.rate_hz = seed % 3 ? 48000 : 44100,
		};
		uint64_t before, gap, first, at;
		uint32_t found = 0;

		begin(seed, &options);
		fake_recording_start(recording);
		fake_recording_run(recording, 100 * MS, 0, true);
		fake_recording_suspend(recording);
		fake_recording_run(recording, 100 * MS, 0, true);
		assert_false(recorder_uses_endpoint(&recording->recorder));
		assert_int_equal(recording->shared->dsp.running, 1);
		first = recording->first_frame;
		fake_recording_check(recording, 0, 0);
		before = recording->read_frames;
		at = seed * 1000 * MS;
		assert_int_equal(fake_recording_resume(recording, &rings, at), AUDIO_STATUS_OK);
		recording->has_sent = false;
		fake_recording_run(recording, 100 * MS, 0, true);
		/* The frames that are left out on the device's side, and by our account. */
		gap = recording->first_frame - (first + before);
		found = (uint32_t)recording->shared->dsp.gap_frames;
		assert_in_range(found, gap - 2 * options.rate_hz / 1000, gap + 2 * options.rate_hz / 1000);
		memmove(recording->read, recording->read + before * recording->frame_bytes,
			(recording->read_frames - before) * recording->frame_bytes);
		recording->read_frames -= before;
		fake_recording_check(recording, 0, 0);
		end();
	}
}

static void stops_and_starts_while_suspended_take_effect(void **state)
{
	struct fake_recording_options options = { 0 };

	(void)state;
	begin(9, &options);
	fake_recording_start(recording);
	fake_recording_run(recording, 50 * MS, 0, true);
	fake_recording_suspend(recording);
	fake_recording_stop(recording);
	fake_recording_run(recording, 100 * MS, 0, true);
	assert_int_equal(recording->stops, 1);
	assert_true(recorder_is_suspending(&recording->recorder));
	fake_recording_start(recording);
	fake_recording_run(recording, 10 * MS, 0, true);
	assert_int_equal(recording->shared->dsp.taken_frames, 0);
	assert_int_equal(fake_recording_resume(recording, &rings, 10 * MS), AUDIO_STATUS_OK);
	fake_recording_run(recording, 50 * MS, 0, true);
	assert_int_equal(recording->shared->dsp.gap_frames, 0);
	assert_in_range(recording->shared->dsp.taken_frames, 48 * 40, 48 * 51);
	fake_recording_suspend(recording);
	fake_recording_run(recording, 100 * MS, 0, true);
	fake_recording_stop(recording);
	assert_int_equal(recorder_take_results(&recording->recorder).stopped, true);
	assert_int_equal(fake_recording_resume(recording, &rings, 10 * MS), AUDIO_STATUS_OK);
	assert_int_equal(recording->recorder.state, RECORDER_READY);
	end();
}

/* ---- ends ---- */

static enum fake_fault end_it(struct fake_endpoint *endpoint, void *context)
{
	(void)context;
	return endpoint->tds == 50 ? FAKE_FAULT_TRB_ERROR : FAKE_FAULT_NONE;
}

static void an_endpoint_that_ends_is_told_once(void **state)
{
	struct fake_recording_options options = { 0 };

	(void)state;
	for (uint32_t kind = 0; kind < 3; kind++) {
		begin(10 + kind, &options);
		if (kind == 0)
			recording->data->fault = end_it;
		fake_recording_start(recording);
		fake_recording_run(recording, 40 * MS, 0, true);
		if (kind == 1)
			fake_xhc_stop_endpoint(recording->data);
		if (kind == 2)
			recording->data->is_dead = true;	/* and says nothing */
		fake_recording_run(recording, 500 * MS, 0, true);
		assert_int_equal(recording->losses, 1);
		assert_int_equal(recording->lost_reason, AUDIO_LOST_ENDPOINT);
		assert_int_equal(recording->shared->dsp.running, 0);
		assert_false(recorder_uses_endpoint(&recording->recorder));
		end();
	}
}

static void endpoints_that_cannot_carry_it_are_refused(void **state)
{
	struct fake_recording_options options = { 0 };
	struct usb_endpoint_config endpoint;
	struct recorder recorder = { 0 };

	(void)state;
	begin(14, &options);
	/* Its events go to another already. */
	assert_int_equal(recorder_setup(&recorder, &rings, &recording->config, &recording->endpoint),
			 AUDIO_STATUS_INVALID);
	recorder_release(&recording->recorder, 0);
	endpoint = recording->endpoint;
	endpoint.data.address = 0x02;
	assert_int_equal(recorder_setup(&recorder, &rings, &recording->config, &endpoint), AUDIO_STATUS_UNSUPPORTED);
	endpoint = recording->endpoint;
	endpoint.data.interval = 4;
	assert_int_equal(recorder_setup(&recorder, &rings, &recording->config, &endpoint), AUDIO_STATUS_UNSUPPORTED);
	endpoint = recording->endpoint;
	endpoint.data.max_packet = 100;	/* less than a millisecond */
	assert_int_equal(recorder_setup(&recorder, &rings, &recording->config, &endpoint), AUDIO_STATUS_UNSUPPORTED);
	endpoint = recording->endpoint;
	endpoint.subslot_bytes = 3;
	assert_int_equal(recorder_setup(&recorder, &rings, &recording->config, &endpoint), AUDIO_STATUS_INVALID);
	endpoint = recording->endpoint;
	endpoint.transfer_buffer.bytes = 512;
	assert_int_equal(recorder_setup(&recorder, &rings, &recording->config, &endpoint), AUDIO_STATUS_NO_MEMORY);
	assert_int_equal(recorder_setup(&recorder, &rings, &recording->config, &recording->endpoint),
			 AUDIO_STATUS_OK);
	recorder_release(&recorder, 0);
	end();
}

static void a_format_that_would_lose_bits_is_refused(void **state)
{
	struct fake_recording_options options = { .usb_format = UAUDIO_FORMAT_S24_3LE,
						  .format = UAUDIO_FORMAT_S32_LE };
	struct stream_config config;

	(void)state;
	begin(15, &options);
	config = recording->config;
	config.format = UAUDIO_FORMAT_S16_LE;
	assert_int_equal(stream_config_check(&config), AUDIO_STATUS_UNSUPPORTED);
	config.is_capture = false;
	assert_int_equal(stream_config_check(&config), AUDIO_STATUS_OK);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_and_speed_is_bit_exact),
		cmocka_unit_test(any_clock_and_service_time_will_do),
		cmocka_unit_test(lost_packets_are_silence_of_their_length),
		cmocka_unit_test(time_does_not_slip_by_lost_packets),
		cmocka_unit_test(empty_packets_are_not_lost),
		cmocka_unit_test(late_frames_are_not_recorded_twice),
		cmocka_unit_test(a_ring_that_ran_empty_is_silence_of_that_length),
		cmocka_unit_test(periods_are_told_once_each),
		cmocka_unit_test(an_overrun_is_told_once_and_counted),
		cmocka_unit_test(short_periods_and_latencies_are_looked_for_often),
		cmocka_unit_test(the_first_packet_is_known_to_a_microframe),
		cmocka_unit_test(it_can_be_started_again),
		cmocka_unit_test(a_suspend_leaves_a_gap_of_known_length),
		cmocka_unit_test(stops_and_starts_while_suspended_take_effect),
		cmocka_unit_test(an_endpoint_that_ends_is_told_once),
		cmocka_unit_test(endpoints_that_cannot_carry_it_are_refused),
		cmocka_unit_test(a_format_that_would_lose_bits_is_refused),
	};

	return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
