// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "fake_recording.h"

#include "reference.h"

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

/* The sample of a frame, in the device's format: never silence, and another one for each frame nearby. */
static int64_t sample_of(const struct fake_recording *recording, uint64_t frame, uint32_t channel)
{
	uint32_t bits = reference_bits(recording->config.usb_format);
	uint64_t hash = (frame * 64 + channel + 1) * 0x9e3779b97f4a7c15ull;

	return (int64_t)(hash >> (64 - bits) | 1) - ((int64_t)1 << (bits - 1));
}

/* How many frames the device has recorded when a microframe begins. */
static uint64_t frames_at(const struct fake_recording *recording, uint64_t uframe)
{
	uint64_t rate_uhz = recording->config.rate_hz * (uint64_t)(1000000 + recording->ppm);

	return uframe / 8000 * rate_uhz / 1000000 + uframe % 8000 * rate_uhz / 8000 / 1000000;
}

static uint32_t make_packet(struct fake_endpoint *endpoint, void *context, uint8_t *data, uint32_t room_bytes)
{
	struct fake_recording *recording = context;
	uint64_t to = frames_at(recording, endpoint->next_uframe);
	uint64_t from = frames_at(recording, endpoint->next_uframe - endpoint->interval_uframes);
	enum fake_packet fate = recording->packet ? recording->packet(recording, endpoint->next_uframe) :
						    FAKE_PACKET_GOOD;

	from -= recording->held_frames;
	recording->held_frames = fate == FAKE_PACKET_LATE ? to - from : 0;
	if (fate == FAKE_PACKET_BABBLE)
		return room_bytes + 1;
	if (!recording->has_sent)
		recording->first_frame = from;
	recording->has_sent = true;
	if (fate != FAKE_PACKET_GOOD)
		return 0;
	assert_true((to - from) * recording->device_frame_bytes <= room_bytes);
	for (uint64_t frame = from; frame < to; frame++) {
		for (uint32_t channel = 0; channel < recording->config.usb_channels; channel++) {
			reference_encode(recording->config.usb_format, sample_of(recording, frame, channel), data);
			data += reference_bytes(recording->config.usb_format);
		}
	}
	return (uint32_t)(to - from) * recording->device_frame_bytes;
}

static void make_endpoint(struct fake_recording *recording, const struct fake_recording_options *options)
{
	uint32_t speed = or_default(options->speed, UAUDIO_SPEED_FULL);
	struct usb_endpoint_descriptor data = {
		.address = 0x82,
		.attributes = 0x05,
		.max_packet = (uint16_t)or_default(options->max_packet, speed == UAUDIO_SPEED_FULL ? 1023 : 1024),
		.interval = (uint8_t)or_default(options->interval, 1),
	};

	if (!recording->xhc->interrupters[1].ring.va)
		fake_xhc_add_interrupter(recording->xhc, 1, 1);
	recording->data = fake_xhc_add_endpoint(recording->xhc, 1, speed, &data,
						or_default(options->ring_segments, 2), 1);
	recording->data->in_source = make_packet;
	recording->data->in_context = recording;
}

struct fake_recording *fake_recording_create(struct fake_xhc *xhc, struct event_ring_pool *rings,
					     const struct fake_recording_options *options)
{
	struct fake_recording *recording = calloc(1, sizeof(*recording));
	struct stream_config *config;
	struct usb_memory transfer;

	assert_non_null(recording);
	config = &recording->config;
	recording->xhc = xhc;
	recording->random.state = random_u64(&xhc->random) | 1;
	recording->ppm = options->ppm;
	config->is_capture = true;
	config->format = or_default(options->format, UAUDIO_FORMAT_S16_LE);
	config->usb_format = or_default(options->usb_format, UAUDIO_FORMAT_S16_LE);
	config->channels = or_default(options->channels, 2);
	config->usb_channels = config->channels;
	config->rate_hz = or_default(options->rate_hz, 48000);
	config->latency_us = options->latency_us;
	config->no_period_wakeup = options->no_period_wakeup;
	recording->frame_bytes = reference_bytes(config->format) * config->channels;
	recording->device_frame_bytes = reference_bytes(config->usb_format) * config->usb_channels;
	recording->buffer_frames = or_default(options->buffer_frames, 4800);
	config->buffer_bytes = recording->buffer_frames * recording->frame_bytes;
	config->period_bytes = or_default(options->period_frames, 480) * recording->frame_bytes;
	recording->buffer = malloc(config->buffer_bytes);
	recording->shared = calloc(1, sizeof(*recording->shared));
	config->buffer = recording->buffer;
	config->shared = recording->shared;

	make_endpoint(recording, options);
	assert_int_equal(stream_config_check(config), AUDIO_STATUS_OK);
	transfer = fake_xhc_alloc(xhc, or_default(options->transfer_bytes, recorder_transfer_buffer_bytes(config)));
	fake_xhc_describe(xhc, recording->data, NULL, &transfer, reference_bytes(config->usb_format),
			  &recording->endpoint);
	assert_int_equal(recorder_setup(&recording->recorder, rings, config, &recording->endpoint), AUDIO_STATUS_OK);
	recording->deadline_ticks = RECORDER_NEVER;
	return recording;
}

void fake_recording_destroy(struct fake_recording *recording)
{
	recorder_release(&recording->recorder, fake_platform.now_ticks);
	free(recording->read);
	free(recording->shared);
	free(recording->buffer);
	free(recording);
}

static void check_shared(const struct fake_recording *recording)
{
	const struct audio_shared_dsp *dsp = &recording->shared->dsp;
	enum recorder_state state = recording->recorder.state;

	assert_int_equal(dsp->sequence % 2, 0);
	assert_int_equal(dsp->released_frames, dsp->taken_frames);
	assert_true(dsp->taken_frames <= dsp->bus_frames);
	/* A suspend does not end a run. */
	if (state != RECORDER_SUSPENDING && state != RECORDER_SUSPENDED)
		assert_int_equal(dsp->running, state == RECORDER_RUNNING || state == RECORDER_STOPPING);
}

void fake_recording_start(struct fake_recording *recording)
{
	fake_xhc_run(recording->xhc);
	recording->shared->ap.appl_frames = 0;
	recording->read_frames = 0;
	recording->has_sent = false;
	recording->held_frames = 0;
	assert_int_equal(recorder_start(&recording->recorder, fake_platform.now_ticks), AUDIO_STATUS_OK);
	check_shared(recording);
	recording->deadline_ticks = fake_platform.now_ticks;
}

void fake_recording_stop(struct fake_recording *recording)
{
	fake_xhc_run(recording->xhc);
	assert_int_equal(recorder_stop(&recording->recorder, AUDIO_STOP_ABORT, fake_platform.now_ticks),
			 AUDIO_STATUS_OK);
	check_shared(recording);
	recording->deadline_ticks = fake_platform.now_ticks;
}

void fake_recording_suspend(struct fake_recording *recording)
{
	fake_xhc_run(recording->xhc);
	assert_int_equal(recorder_suspend(&recording->recorder, fake_platform.now_ticks), AUDIO_STATUS_OK);
	check_shared(recording);
	recording->deadline_ticks = fake_platform.now_ticks;
}

enum audio_control_status fake_recording_resume(struct fake_recording *recording, struct event_ring_pool *rings,
						uint64_t ticks)
{
	enum audio_control_status status;

	if (recording->data->is_running)
		fake_xhc_stop_endpoint(recording->data);
	fake_platform.now_ticks += ticks;
	fake_xhc_renew_endpoint(recording->data);
	status = recorder_resume(&recording->recorder, rings, &recording->endpoint, fake_platform.now_ticks);
	check_shared(recording);
	recording->deadline_ticks = fake_platform.now_ticks;
	return status;
}

void fake_recording_service(struct fake_recording *recording)
{
	struct stream_results results;
	uint64_t now;

	fake_xhc_run(recording->xhc);
	now = fake_platform.now_ticks;
	recording->deadline_ticks = recorder_service(&recording->recorder, now);
	assert_true(recording->deadline_ticks > now);
	recording->services++;
	check_shared(recording);
	results = recorder_take_results(&recording->recorder);
	recording->periods += results.periods_elapsed;
	recording->overflows += results.ran_out;
	recording->stops += results.stopped;
	recording->losses += results.lost;
	if (results.lost)
		recording->lost_reason = results.lost_reason;
}

void fake_recording_read(struct fake_recording *recording)
{
	uint64_t released = recording->shared->dsp.released_frames;

	assert_true(released - recording->read_frames <= recording->buffer_frames);
	if (released * recording->frame_bytes > recording->read_capacity) {
		recording->read_capacity = 2 * released * recording->frame_bytes;
		recording->read = realloc(recording->read, recording->read_capacity);
		assert_non_null(recording->read);
	}
	for (; recording->read_frames < released; recording->read_frames++)
		memcpy(recording->read + recording->read_frames * recording->frame_bytes,
		       recording->buffer + recording->read_frames % recording->buffer_frames * recording->frame_bytes,
		       recording->frame_bytes);
	*(volatile uint64_t *)&recording->shared->ap.appl_frames = recording->read_frames;
}

void fake_recording_run(struct fake_recording *recording, uint64_t ticks, uint32_t late_ticks, bool reads)
{
	uint64_t end_ticks = fake_platform.now_ticks + ticks;
	uint32_t ended = recording->stops + recording->losses;

	while (recording->stops + recording->losses == ended && recording->deadline_ticks != RECORDER_NEVER) {
		uint64_t next_ticks = recording->deadline_ticks;

		if (late_ticks)
			next_ticks += random_below(&recording->random, late_ticks);
		if (next_ticks >= end_ticks)
			break;
		if (next_ticks > fake_platform.now_ticks)
			fake_platform.now_ticks = next_ticks;
		fake_recording_service(recording);
		if (reads)
			fake_recording_read(recording);
	}
	if (recording->stops + recording->losses == ended && fake_platform.now_ticks < end_ticks)
		fake_platform.now_ticks = end_ticks;
	fake_xhc_run(recording->xhc);
}

static bool is_silence(const uint8_t *frame, uint32_t bytes)
{
	while (bytes--)
		if (*frame++)
			return false;
	return true;
}

static bool is_frame(const struct fake_recording *recording, const uint8_t *at, uint64_t frame)
{
	const struct stream_config *config = &recording->config;
	uint32_t shift = reference_bits(config->format) - reference_bits(config->usb_format);

	for (uint32_t channel = 0; channel < config->channels; channel++) {
		if (reference_decode(config->format, at) !=
		    sample_of(recording, frame, channel) * ((int64_t)1 << shift))
			return false;
		at += reference_bytes(config->format);
	}
	return true;
}

void fake_recording_check(const struct fake_recording *recording, uint64_t silent_frames, uint32_t slip_frames)
{
	uint64_t silent = 0, frame = recording->first_frame;
	bool was_silent = false;

	for (uint64_t i = 0; i < recording->read_frames; i++, frame++) {
		const uint8_t *at = recording->read + i * recording->frame_bytes;

		if (is_silence(at, recording->frame_bytes)) {
			silent++;
			was_silent = true;
			continue;
		}
		for (uint32_t slip = 0; was_silent && slip <= 2 * slip_frames; slip++) {
			if (is_frame(recording, at, frame - slip_frames + slip)) {
				frame = frame - slip_frames + slip;
				break;
			}
		}
		was_silent = false;
		assert_true(is_frame(recording, at, frame));
	}
	assert_int_equal(silent, silent_frames);
}
