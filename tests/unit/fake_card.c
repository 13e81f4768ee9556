// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "fake_card.h"

#include "reference.h"

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static uint32_t default_max_packet(uint32_t speed)
{
	return speed == UAUDIO_SPEED_FULL ? 1023 : 1024;
}

static void make_endpoints(struct fake_card *card, const struct fake_card_options *options)
{
	uint32_t speed = or_default(options->speed, UAUDIO_SPEED_FULL);
	uint32_t interrupter = or_default(options->interrupter, 1);
	uint32_t slot_id = or_default(options->slot_id, 1);
	struct usb_endpoint_descriptor data = {
		.address = 0x01,
		.attributes = options->has_feedback ? 0x05 : 0x0d,
		.max_packet = (uint16_t)or_default(options->max_packet, default_max_packet(speed)),
		.interval = (uint8_t)or_default(options->interval, 1),
	};
	struct usb_endpoint_descriptor sync = {
		.address = 0x81,
		.attributes = 0x11,
		.max_packet = speed == UAUDIO_SPEED_FULL ? 3 : 4,
		.interval = (uint8_t)or_default(options->sync_interval, speed == UAUDIO_SPEED_FULL ? 1 : 4),
	};

	if (!card->xhc->interrupters[interrupter].ring.va)
		fake_xhc_add_interrupter(card->xhc, interrupter, 1);
	card->data = fake_xhc_add_endpoint(card->xhc, slot_id, speed, &data,
					   or_default(options->ring_segments, 2), interrupter);
	card->data->max_burst = options->max_burst;
	if (options->has_feedback)
		card->sync = fake_xhc_add_endpoint(card->xhc, slot_id, speed, &sync, 2, interrupter);
}

struct fake_card *fake_card_create(struct fake_xhc *xhc, struct event_ring_pool *rings,
				   const struct fake_card_options *options)
{
	struct fake_card *card = calloc(1, sizeof(*card));
	struct stream_config *config;
	struct usb_memory transfer;

	assert_non_null(card);
	config = &card->config;
	card->xhc = xhc;
	card->random.state = random_u64(&xhc->random) | 1;
	config->format = or_default(options->format, UAUDIO_FORMAT_S16_LE);
	config->usb_format = or_default(options->usb_format, UAUDIO_FORMAT_S16_LE);
	config->channels = or_default(options->channels, 2);
	config->usb_channels = or_default(options->usb_channels, 2);
	config->rate_hz = or_default(options->rate_hz, 48000);
	config->no_period_wakeup = options->no_period_wakeup;
	card->frame_bytes = reference_bytes(config->format) * config->channels;
	card->device_frame_bytes = reference_bytes(config->usb_format) * config->usb_channels;
	card->buffer_frames = or_default(options->buffer_frames, 4800);
	config->buffer_bytes = card->buffer_frames * card->frame_bytes;
	config->period_bytes = or_default(options->period_frames, 480) * card->frame_bytes;
	card->buffer = malloc(config->buffer_bytes);
	card->shared = calloc(1, sizeof(*card->shared));
	config->buffer = card->buffer;
	config->shared = card->shared;

	make_endpoints(card, options);
	assert_int_equal(stream_config_check(config), AUDIO_STATUS_OK);
	transfer = fake_xhc_alloc(xhc, or_default(options->transfer_bytes, player_transfer_buffer_bytes(config)));
	fake_xhc_describe(xhc, card->data, card->sync, &transfer, reference_bytes(config->usb_format),
			  &card->endpoint);
	assert_int_equal(player_setup(&card->player, rings, config, &card->endpoint), AUDIO_STATUS_OK);
	card->deadline_ticks = PLAYER_NEVER;
	return card;
}

void fake_card_destroy(struct fake_card *card)
{
	player_release(&card->player, fake_platform.now_ticks);
	free(card->expected);
	free(card->shared);
	free(card->buffer);
	free(card);
}

static void expect_frame(struct fake_card *card, const uint8_t *frame)
{
	const struct stream_config *config = &card->config;
	uint32_t sample_bytes = reference_bytes(config->format);
	uint32_t shift = reference_bits(config->usb_format) - reference_bits(config->format);

	if (card->expected_bytes + card->device_frame_bytes > card->expected_capacity) {
		card->expected_capacity = 2 * card->expected_capacity + 65536;
		card->expected = realloc(card->expected, card->expected_capacity);
		assert_non_null(card->expected);
	}
	for (uint32_t channel = 0; channel < config->usb_channels; channel++) {
		uint32_t from = config->channels == 1 ? 0 : channel;
		uint8_t *to = card->expected + card->expected_bytes;

		reference_encode(config->usb_format,
				 reference_decode(config->format, frame + from * sample_bytes) *
				 ((int64_t)1 << shift), to);
		card->expected_bytes += reference_bytes(config->usb_format);
	}
}

void fake_card_write(struct fake_card *card, uint32_t frames)
{
	assert_true(frames <= fake_card_space(card));
	while (frames--) {
		uint8_t *frame = card->buffer + card->written_frames % card->buffer_frames * card->frame_bytes;

		random_fill(&card->random, frame, card->frame_bytes);
		for (uint32_t i = 0; i < card->frame_bytes; i++)
			frame[i] |= 1;
		expect_frame(card, frame);
		card->written_frames++;
	}
	*(volatile uint64_t *)&card->shared->ap.appl_frames = card->written_frames;
}

uint32_t fake_card_space(const struct fake_card *card)
{
	return card->buffer_frames - (uint32_t)(card->written_frames - card->shared->dsp.released_frames);
}

static void check_shared(const struct fake_card *card)
{
	const struct audio_shared_dsp *dsp = &card->shared->dsp;

	assert_int_equal(dsp->sequence % 2, 0);
	assert_true(dsp->taken_frames <= card->written_frames);
	assert_true(dsp->released_frames <= dsp->taken_frames);
	assert_true(dsp->bus_frames <= dsp->taken_frames);
	/* A suspend does not end a run. */
	if (card->player.state != PLAYER_SUSPENDING && card->player.state != PLAYER_SUSPENDED)
		assert_int_equal(dsp->running, card->player.state == PLAYER_RUNNING ||
					       card->player.state == PLAYER_DRAINING ||
					       card->player.state == PLAYER_ABORTING);
}

void fake_card_start(struct fake_card *card)
{
	fake_xhc_run(card->xhc);
	assert_int_equal(player_start(&card->player, fake_platform.now_ticks), AUDIO_STATUS_OK);
	check_shared(card);
	card->deadline_ticks = fake_platform.now_ticks;
}

void fake_card_stop(struct fake_card *card, enum audio_stop_mode mode)
{
	fake_xhc_run(card->xhc);
	if (mode == AUDIO_STOP_ABORT)
		card->data->may_be_silenced = true;
	assert_int_equal(player_stop(&card->player, mode, fake_platform.now_ticks), AUDIO_STATUS_OK);
	card->deadline_ticks = fake_platform.now_ticks;
}

void fake_card_suspend(struct fake_card *card)
{
	fake_xhc_run(card->xhc);
	assert_int_equal(player_suspend(&card->player, fake_platform.now_ticks), AUDIO_STATUS_OK);
	check_shared(card);
	card->deadline_ticks = fake_platform.now_ticks;
}

void fake_card_renew(struct fake_card *card)
{
	struct fake_endpoint *endpoints[2] = { card->data, card->sync };
	size_t capture_bytes = card->data->capture_bytes;

	for (uint32_t i = 0; i < 2 && endpoints[i]; i++) {
		if (endpoints[i]->is_running)
			fake_xhc_stop_endpoint(endpoints[i]);
		fake_xhc_renew_endpoint(endpoints[i]);
	}
	card->data->capture_bytes = capture_bytes;
}

enum audio_control_status fake_card_resume(struct fake_card *card, struct event_ring_pool *rings)
{
	enum audio_control_status status;

	fake_xhc_run(card->xhc);
	status = player_resume(&card->player, rings, &card->endpoint, fake_platform.now_ticks);
	card->is_suspended = card->player.state == PLAYER_SUSPENDED;
	check_shared(card);
	card->deadline_ticks = fake_platform.now_ticks;
	return status;
}

void fake_card_service(struct fake_card *card)
{
	struct stream_results results;
	uint64_t now;

	fake_xhc_run(card->xhc);
	now = fake_platform.now_ticks;
	card->deadline_ticks = player_service(&card->player, now);
	assert_true(card->deadline_ticks > now);
	card->services++;
	check_shared(card);
	results = player_take_results(&card->player);
	card->periods += results.periods_elapsed;
	card->drains += results.ran_out;
	card->stops += results.stopped;
	if (card->player.state == PLAYER_SUSPENDED && !card->is_suspended)
		card->suspends++;
	card->is_suspended = card->player.state == PLAYER_SUSPENDED;
	card->losses += results.lost;
	if (results.lost)
		card->lost_reason = results.lost_reason;
}

void fake_card_run(struct fake_card *card, uint64_t ticks, uint32_t late_ticks, uint32_t ahead_frames)
{
	uint64_t end_ticks = fake_platform.now_ticks + ticks;
	uint32_t ended = card->stops + card->suspends + card->losses;

	while (card->stops + card->suspends + card->losses == ended) {
		uint64_t next_ticks = card->deadline_ticks;
		uint64_t ahead = card->written_frames - card->shared->dsp.released_frames;

		if (next_ticks != PLAYER_NEVER && late_ticks)
			next_ticks += random_below(&card->random, late_ticks);
		if (next_ticks >= end_ticks) {
			if (fake_platform.now_ticks < end_ticks)
				fake_platform.now_ticks = end_ticks;
			fake_xhc_run(card->xhc);
			return;
		}
		if (next_ticks > fake_platform.now_ticks)
			fake_platform.now_ticks = next_ticks;
		if (ahead < ahead_frames)
			fake_card_write(card, ahead_frames - (uint32_t)ahead);
		fake_card_service(card);
	}
}

static bool is_silence(const uint8_t *frame, uint32_t bytes)
{
	while (bytes--)
		if (*frame++)
			return false;
	return true;
}

void fake_card_check_capture(const struct fake_card *card, bool silence_allowed)
{
	const struct fake_endpoint *data = card->data;
	uint32_t bytes = card->device_frame_bytes;
	size_t at = 0;

	assert_int_equal(data->capture_bytes % bytes, 0);
	if (!silence_allowed) {
		assert_int_equal(data->capture_bytes, card->expected_bytes);
		assert_memory_equal(data->capture, card->expected, card->expected_bytes);
		return;
	}
	for (size_t from = 0; from < data->capture_bytes; from += bytes) {
		if (is_silence(data->capture + from, bytes))
			continue;
		assert_true(at < card->expected_bytes);
		assert_memory_equal(data->capture + from, card->expected + at, bytes);
		at += bytes;
	}
	assert_int_equal(at, card->expected_bytes);
}

uint64_t fake_card_silent_frames(const struct fake_card *card)
{
	uint64_t frames = 0;

	for (size_t from = 0; from < card->data->capture_bytes; from += card->device_frame_bytes)
		frames += is_silence(card->data->capture + from, card->device_frame_bytes);
	return frames;
}
