// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* USB Audio Class 1.0: clocks are not described, and rates belong to alternate settings. */
#include "describe_audio.h"

#define USB_STREAMING 0x0101

static void put_input_terminal(struct bytes *out, const struct stream_spec *stream, uint8_t id, uint16_t type)
{
	put8(out, 12);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x02);
	put8(out, id);
	put16(out, type);
	put8(out, 0);
	put8(out, stream_channels(stream));
	put16(out, alt_channel_map(&stream->alts[0]));
	put8(out, 0);
	put8(out, 0);
}

static void put_output_terminal(struct bytes *out, uint8_t id, uint16_t type, uint8_t source)
{
	put8(out, 9);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x03);
	put8(out, id);
	put16(out, type);
	put8(out, 0);
	put8(out, source);
	put8(out, 0);
}

/* Mute and volume are for all channels together. */
static void put_feature_unit(struct bytes *out, const struct stream_spec *stream, struct stream_ids ids)
{
	put8(out, 7u + stream_channels(stream) + 1u);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x06);
	put8(out, ids.feature);
	put8(out, ids.input);
	put8(out, 1);
	put8(out, (stream->has_mute ? 1 : 0) | (stream->volume.is_there ? 2 : 0));
	for (unsigned int i = 0; i < stream_channels(stream); i++)
		put8(out, 0);
	put8(out, 0);
}

static void put_control(struct describing *describing, const struct function_spec *function,
			uint8_t first_interface)
{
	struct bytes *out = describing->out;
	uint32_t begin = out->count;
	unsigned int interfaces = function->stream_count + (function->midi_ports ? 1 : 0);

	put8(out, 8 + interfaces);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x01);
	put16(out, 0x0100);
	put16(out, 0);
	put8(out, interfaces);
	for (unsigned int i = 0; i < interfaces; i++)
		put8(out, first_interface + i);
	for (unsigned int i = 0; i < function->stream_count; i++) {
		const struct stream_spec *stream = &function->streams[i];
		struct stream_ids ids = stream_ids_from(first_stream_id(function, i));
		bool is_playback = stream->is_playback;

		put_input_terminal(out, stream, ids.input, is_playback ? USB_STREAMING : stream->terminal);
		if (has_feature_unit(stream))
			put_feature_unit(out, stream, ids);
		put_output_terminal(out, ids.output, is_playback ? stream->terminal : USB_STREAMING,
				    has_feature_unit(stream) ? ids.feature : ids.input);
	}
	patch16(out, begin + 5, out->count - begin);
}

static void put_streaming(struct describing *describing, const struct function_spec *function,
			  const struct stream_spec *stream, const struct alt_spec *alt, struct stream_ids ids)
{
	const struct rate_set *rates = spec_alt_rates(function, stream, alt);
	struct bytes *out = describing->out;

	put8(out, 7);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x01);
	put8(out, stream->is_playback ? ids.input : ids.output);
	put8(out, 1);
	put16(out, alt->format == SAMPLE_FLOAT ? 3 : 1);

	put8(out, 8u + 3u * rates->count);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x02);
	put8(out, 1);
	put8(out, alt->channels);
	put8(out, alt->bytes);
	put8(out, alt->bits);
	put8(out, rates->is_continuous ? 0 : rates->count);
	for (unsigned int i = 0; i < rates->count; i++)
		put24(out, rates->hz[i]);
}

static void put_endpoint(struct describing *describing, const struct function_spec *function,
			 const struct stream_spec *stream, const struct alt_spec *alt)
{
	const struct rate_set *rates = spec_alt_rates(function, stream, alt);
	struct bytes *out = describing->out;

	put8(out, 7);
	put8(out, DT_CS_ENDPOINT);
	put8(out, 0x01);
	put8(out, rates->count > 1 ? 1 : 0);
	put8(out, 0);
	put16(out, 0);
}

const struct audio_version audio_version_1 = { put_control, put_streaming, put_endpoint };
