/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The parts of descriptors that depend on the version of the audio class.
 */
#ifndef LULLABY_DEVICES_DESCRIBE_AUDIO_H
#define LULLABY_DEVICES_DESCRIBE_AUDIO_H

#include "descriptors.h"

/* The ids of the three entities of a stream: the terminal where it enters, its feature unit, and the other end. */
struct stream_ids {
	uint8_t input, feature, output;
};

/* A configuration while it is written. */
struct describing {
	struct device_spec *spec;
	struct descriptors *descriptors;
	struct bytes *out;
	uint8_t configuration;
	uint8_t next_interface, next_in, next_out;
};

/* The channels and their map of a stream's terminal: those of its first alternate setting. */
uint8_t stream_channels(const struct stream_spec *stream);
uint32_t alt_channel_map(const struct alt_spec *alt);

static inline struct stream_ids stream_ids_from(uint8_t first)
{
	return (struct stream_ids){ first, (uint8_t)(first + 1), (uint8_t)(first + 2) };
}

static inline bool has_feature_unit(const struct stream_spec *stream)
{
	return stream->has_mute || stream->volume.is_there;
}

/* The writers of a version of the class. Entity ids are numbered from 1 in each function: clocks first, then three for each stream. */
struct audio_version {
	void (*control)(struct describing *describing, const struct function_spec *function,
			uint8_t first_interface);
	void (*streaming)(struct describing *describing, const struct function_spec *function,
			  const struct stream_spec *stream, const struct alt_spec *alt,
			  struct stream_ids ids);
	void (*endpoint)(struct describing *describing, const struct function_spec *function,
			 const struct stream_spec *stream, const struct alt_spec *alt);
};

extern const struct audio_version audio_version_1, audio_version_2, audio_version_3;

static inline uint8_t first_stream_id(const struct function_spec *function, unsigned int stream)
{
	unsigned int clocks = function->uac == 1 ? 0 : function->clock_count;

	return (uint8_t)(1 + clocks + 3 * stream);
}

#endif /* LULLABY_DEVICES_DESCRIBE_AUDIO_H */
