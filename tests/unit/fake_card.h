/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * One stream with all around it: an application that writes random samples, the AP's memory, the
 * message loop that services the stream, and the USB device whose captured bytes are compared.
 */
#ifndef LULLABY_TESTS_FAKE_CARD_H
#define LULLABY_TESTS_FAKE_CARD_H

#include "fake_platform.h"
#include "fake_xhc.h"
#include "firmware/audio/player.h"

/* The stream and the device. Fields left 0 get the default named beside them. */
struct fake_card_options {
	uint32_t format;		/* S16_LE */
	uint32_t usb_format;		/* S16_LE */
	uint32_t channels;		/* 2 */
	uint32_t usb_channels;		/* 2 */
	uint32_t rate_hz;		/* 48000 */
	uint32_t buffer_frames;		/* 4800 */
	uint32_t period_frames;		/* 480 */
	uint32_t speed;			/* full */
	uint32_t interval;		/* bInterval, 1 */
	uint32_t max_packet;		/* the most at that speed */
	uint32_t max_burst;
	uint32_t ring_segments;		/* 2 */
	uint32_t transfer_bytes;	/* as the firmware asks */
	uint32_t slot_id;		/* 1 */
	uint32_t interrupter;		/* 1; added with one segment if it is not there yet */
	bool has_feedback;
	uint32_t sync_interval;		/* bInterval: 1 ms */
	bool no_period_wakeup;
};

struct fake_card {
	struct fake_xhc *xhc;
	struct fake_endpoint *data;
	struct fake_endpoint *sync;
	struct stream_config config;
	struct usb_endpoint_config endpoint;
	struct player player;
	struct random random;
	uint8_t *buffer;
	struct audio_shared *shared;
	uint32_t frame_bytes;
	uint32_t device_frame_bytes;
	uint32_t buffer_frames;
	uint64_t written_frames;
	uint8_t *expected;		/* the device should get this, without silence */
	size_t expected_bytes;
	size_t expected_capacity;
	uint64_t deadline_ticks;
	uint32_t services;
	uint32_t periods;
	uint32_t drains;
	uint32_t stops;
	uint32_t suspends;
	bool is_suspended;
	uint32_t losses;
	uint32_t lost_reason;
};

/* Makes endpoint, buffers and configuration; fails the test if player_setup() does not succeed. */
struct fake_card *fake_card_create(struct fake_xhc *xhc, struct event_ring_pool *rings,
				   const struct fake_card_options *options);
void fake_card_destroy(struct fake_card *card);

/* The application writes so many random frames, none of them silence. They must fit. */
void fake_card_write(struct fake_card *card, uint32_t frames);

/* How many frames fit in the buffer now. */
uint32_t fake_card_space(const struct fake_card *card);

void fake_card_start(struct fake_card *card);
void fake_card_stop(struct fake_card *card, enum audio_stop_mode mode);

void fake_card_suspend(struct fake_card *card);

/* The AP disables a stream that is suspended: it stops the endpoints, and their rings begin anew. */
void fake_card_renew(struct fake_card *card);

/* The AP describes the endpoints once more; the answer of player_resume(). */
enum audio_control_status fake_card_resume(struct fake_card *card, struct event_ring_pool *rings);

/* One iteration of the message loop, now. */
void fake_card_service(struct fake_card *card);

/*
 * Lets time pass: services the stream at each deadline, or up to @late_ticks after it; writes until
 * @ahead_frames are ahead before each service. Ends after @ticks, or when the stream is stopped,
 * suspended or lost.
 */
void fake_card_run(struct fake_card *card, uint64_t ticks, uint32_t late_ticks, uint32_t ahead_frames);

/* The device got all that was written, in order, and @silence_allowed says if silence may be in between. */
void fake_card_check_capture(const struct fake_card *card, bool silence_allowed);

/* Device frames that were silence. */
uint64_t fake_card_silent_frames(const struct fake_card *card);

#endif /* LULLABY_TESTS_FAKE_CARD_H */
