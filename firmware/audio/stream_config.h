/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The configuration of a stream, before any endpoint is known.
 */
#ifndef LULLABY_AUDIO_STREAM_CONFIG_H
#define LULLABY_AUDIO_STREAM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"

/**
 * struct stream_config - the application's side, from struct audio_setup, untrusted
 * @is_capture: the device's samples go to @buffer, not the other way round
 * @buffer: PCM ring buffer as the DSP dereferences it, 4-byte aligned
 * @buffer_bytes: its size, a whole number of frames
 * @period_bytes: a whole number of frames, at most @buffer_bytes
 * @format: enum uaudio_format of @buffer
 * @channels: of @buffer
 * @rate_hz: frames a second, of @buffer and of the device
 * @usb_format: enum uaudio_format of the device
 * @usb_channels: of the device
 * @shared: the stream's shared memory as the DSP dereferences it, 8-byte aligned
 * @latency_us: the most that shall be queued ahead of the bus; 0: the player's choice
 * @no_period_wakeup: never report elapsed periods
 */
struct stream_config {
	bool is_capture;
	void *buffer;
	uint32_t buffer_bytes;
	uint32_t period_bytes;
	uint32_t format;
	uint32_t channels;
	uint32_t rate_hz;
	uint32_t usb_format;
	uint32_t usb_channels;
	struct audio_shared *shared;
	uint32_t latency_us;
	bool no_period_wakeup;
};

/**
 * stream_config_check() - can this be played or recorded at all?
 * @config: untrusted
 *
 * For the time before the AP's USB service was asked; player_setup() and recorder_setup() check it again.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_INVALID or AUDIO_STATUS_UNSUPPORTED.
 */
enum audio_control_status stream_config_check(const struct stream_config *config);

#endif /* LULLABY_AUDIO_STREAM_CONFIG_H */
