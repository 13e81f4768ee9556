/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * One capture stream with all around it: a USB device whose every sample tells its frame, the AP's memory, the message
 * loop that services the stream, and an application that reads and checks what it reads.
 */
#ifndef LULLABY_TESTS_FAKE_RECORDING_H
#define LULLABY_TESTS_FAKE_RECORDING_H

#include "fake_platform.h"
#include "fake_xhc.h"
#include "firmware/audio/recorder.h"

/* The stream and the device. Fields left 0 get the default named beside them. */
struct fake_recording_options {
	uint32_t format;		/* S16_LE */
	uint32_t usb_format;		/* S16_LE */
	uint32_t channels;		/* 2; of both sides */
	uint32_t rate_hz;		/* 48000 */
	int32_t ppm;			/* of the device's clock */
	uint32_t buffer_frames;		/* 4800 */
	uint32_t period_frames;		/* 480 */
	uint32_t speed;			/* full */
	uint32_t interval;		/* bInterval, 1 */
	uint32_t max_packet;		/* the most at that speed */
	uint32_t ring_segments;		/* 2 */
	uint32_t transfer_bytes;	/* as the firmware asks */
	uint32_t latency_us;
	bool no_period_wakeup;
};

/* The fate of a packet of the device's. */
enum fake_packet {
	FAKE_PACKET_GOOD,
	FAKE_PACKET_LATE,	/* empty, and its frames come with the next one */
	FAKE_PACKET_BABBLE,	/* longer than any may be */
};

struct fake_recording {
	struct fake_xhc *xhc;
	struct fake_endpoint *data;
	struct stream_config config;
	struct usb_endpoint_config endpoint;
	struct recorder recorder;
	struct random random;
	uint8_t *buffer;
	struct audio_shared *shared;
	uint32_t frame_bytes;
	uint32_t device_frame_bytes;
	uint32_t buffer_frames;
	int32_t ppm;
	/* the device */
	enum fake_packet (*packet)(struct fake_recording *recording, uint64_t uframe);
	uint64_t held_frames;		/* of a packet that is late */
	bool has_sent;
	uint64_t first_frame;		/* the first that it sent */
	/* the application */
	uint64_t read_frames;
	uint8_t *read;
	size_t read_capacity;
	/* the message loop */
	uint64_t deadline_ticks;
	uint32_t services;
	uint32_t periods;
	uint32_t overflows;
	uint32_t stops;
	uint32_t losses;
	uint32_t lost_reason;
};

/* Makes endpoint, buffers and configuration; fails the test if recorder_setup() does not succeed. */
struct fake_recording *fake_recording_create(struct fake_xhc *xhc, struct event_ring_pool *rings,
					     const struct fake_recording_options *options);
void fake_recording_destroy(struct fake_recording *recording);

void fake_recording_start(struct fake_recording *recording);
void fake_recording_stop(struct fake_recording *recording);
void fake_recording_suspend(struct fake_recording *recording);

/* The AP disables a stream that is suspended, and enables it again after @ticks; the answer of recorder_resume(). */
enum audio_control_status fake_recording_resume(struct fake_recording *recording, struct event_ring_pool *rings,
						uint64_t ticks);

/* One iteration of the message loop, now. */
void fake_recording_service(struct fake_recording *recording);

/*
 * Lets time pass: services the stream at each deadline, or up to @late_ticks after it; reads all there is after
 * each, if @reads. Ends after @ticks, or when the stream is stopped, suspended or lost.
 */
void fake_recording_run(struct fake_recording *recording, uint64_t ticks, uint32_t late_ticks, bool reads);

/* The application reads all that is released. */
void fake_recording_read(struct fake_recording *recording);

/*
 * All that was read are the device's frames, one after another. Frames of silence may stand for others:
 * @silent_frames of them in all; and behind each run of them the place may be off by @slip_frames more at most.
 */
void fake_recording_check(const struct fake_recording *recording, uint64_t silent_frames, uint32_t slip_frames);

#endif /* LULLABY_TESTS_FAKE_RECORDING_H */
