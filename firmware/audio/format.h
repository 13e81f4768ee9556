/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Sample formats: their sizes, and lossless conversion from the application's to the device's.
 */
#ifndef LULLABY_AUDIO_FORMAT_H
#define LULLABY_AUDIO_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/usb_audio_stream.h"

/**
 * typedef format_converter - convert samples
 * @to: where they go, need not be aligned
 * @from: where they come from, need not be aligned; does not overlap @to
 * @samples: how many of @from, over all channels
 */
typedef void (*format_converter)(void *to, const void *from, uint32_t samples);

/**
 * format_bytes() - size of one sample
 * @format: enum uaudio_format, untrusted
 *
 * Return: 2, 3 or 4; 0 if the firmware does not handle the format.
 */
uint32_t format_bytes(uint32_t format);

/**
 * format_find_converter() - how to get from one format and channel count to another
 * @from: enum uaudio_format of the application, untrusted
 * @from_channels: its channels, untrusted
 * @to: enum uaudio_format of the device, untrusted
 * @to_channels: its channels, untrusted
 *
 * Formats may become wider, never narrower. Channels stay as they are, but mono becomes stereo.
 *
 * Return: the converter, or NULL if samples would lose bits or a channel.
 */
format_converter format_find_converter(uint32_t from, uint32_t from_channels, uint32_t to,
				       uint32_t to_channels);

/**
 * format_carrying_channels() - how many of a device's channels carry an application's
 * @channels: the application's, untrusted
 * @device_channels: the device's, untrusted
 *
 * Mono goes to the first two channels of a device that has more, stereo to the first two. The others are
 * silent. All other numbers have to be the same.
 *
 * Return: a number of channels, the first ones of the device; 0 if a channel would have no place.
 */
uint32_t format_carrying_channels(uint32_t channels, uint32_t device_channels);

#endif /* LULLABY_AUDIO_FORMAT_H */
