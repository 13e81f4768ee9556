// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Checks of a stream's configuration. All of it is untrusted. Memory is checked only by its place: whether it is
 * mapped is the MMU's business.
 */
#include "stream_config.h"

#include <stddef.h>

#include "format.h"

#define MIN_RATE_HZ		4000u
#define MAX_RATE_HZ		768000u

/* Whether samples get to the other side without a loss. */
static bool converts(const struct stream_config *config)
{
	if (config->is_capture)
		return format_find_converter(config->usb_format, config->usb_channels, config->format,
					     config->channels) != NULL;
	return format_find_converter(config->format, config->channels, config->usb_format,
				     format_carrying_channels(config->channels, config->usb_channels)) != NULL;
}

enum audio_control_status stream_config_check(const struct stream_config *config)
{
	uint32_t frame_bytes;

	if (!converts(config) || config->rate_hz < MIN_RATE_HZ || config->rate_hz > MAX_RATE_HZ)
		return AUDIO_STATUS_UNSUPPORTED;
	if (config->channels < 1 || config->channels > AUDIO_SETUP_MAX_CHANNELS ||
	    config->usb_channels > AUDIO_SETUP_MAX_CHANNELS)
		return AUDIO_STATUS_INVALID;
	frame_bytes = format_bytes(config->format) * config->channels;
	if (config->buffer_bytes == 0 || config->buffer_bytes % frame_bytes != 0 ||
	    config->period_bytes == 0 || config->period_bytes % frame_bytes != 0 ||
	    config->period_bytes > config->buffer_bytes)
		return AUDIO_STATUS_INVALID;
	if (!config->buffer || (uintptr_t)config->buffer % 4 != 0 ||
	    (uintptr_t)config->buffer > UINTPTR_MAX - config->buffer_bytes)
		return AUDIO_STATUS_INVALID;
	if (!config->shared || (uintptr_t)config->shared % 8 != 0 ||
	    (uintptr_t)config->shared > UINTPTR_MAX - sizeof(struct audio_shared))
		return AUDIO_STATUS_INVALID;
	return AUDIO_STATUS_OK;
}
