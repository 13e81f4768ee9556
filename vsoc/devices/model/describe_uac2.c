// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* USB Audio Class 2.0: clocks are entities, and have the rates. */
#include "describe_entities.h"

static void put_source(struct bytes *out, const struct clock_spec *clock)
{
	bool is_fixed = clock->rates.count == 1;

	put8(out, 8);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x0a);
	put8(out, clock->id);
	put8(out, clock->is_external ? 0 : is_fixed ? 1 : 3);
	put8(out, (is_fixed || clock->is_external ? READ_ONLY : READ_WRITE) | READ_ONLY << 2);
	put8(out, 0);
	put8(out, 0);
}

static void put_selector(struct bytes *out, const struct function_spec *function,
			 const struct clock_spec *clock)
{
	put8(out, 7 + clock->input_count);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x0b);
	put8(out, clock->id);
	put8(out, clock->input_count);
	for (unsigned int i = 0; i < clock->input_count; i++)
		put8(out, function->clocks[clock->inputs[i]].id);
	put8(out, READ_WRITE);
	put8(out, 0);
}

static void put_multiplier(struct bytes *out, const struct function_spec *function,
			   const struct clock_spec *clock)
{
	put8(out, 7);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x0c);
	put8(out, clock->id);
	put8(out, function->clocks[clock->inputs[0]].id);
	put8(out, READ_ONLY | READ_ONLY << 2);
	put8(out, 0);
}

static void put_input_terminal(struct describing *describing, const struct stream_spec *stream, uint8_t id,
			       uint16_t type, uint8_t clock)
{
	struct bytes *out = describing->out;

	put8(out, 17);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x02);
	put8(out, id);
	put16(out, type);
	put8(out, 0);
	put8(out, clock);
	put8(out, stream_channels(stream));
	put32(out, alt_channel_map(&stream->alts[0]));
	put8(out, 0);
	put16(out, 0);
	put8(out, 0);
}

static void put_output_terminal(struct bytes *out, uint8_t id, uint16_t type, uint8_t source, uint8_t clock)
{
	put8(out, 12);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x03);
	put8(out, id);
	put16(out, type);
	put8(out, 0);
	put8(out, source);
	put8(out, clock);
	put16(out, 0);
	put8(out, 0);
}

static const struct entity_writers writers = {
	.source = put_source,
	.selector = put_selector,
	.multiplier = put_multiplier,
	.input_terminal = put_input_terminal,
	.output_terminal = put_output_terminal,
	.feature_unit_subtype = 0x06,
	.string_bytes = 1,
};

static void put_control(struct describing *describing, const struct function_spec *function,
			uint8_t first_interface)
{
	struct bytes *out = describing->out;
	uint32_t begin = out->count;

	(void)first_interface;
	put8(out, 9);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x01);
	put16(out, 0x0200);
	put8(out, 0x0a);
	put16(out, 0);
	put8(out, 0);
	put_entities(describing, function, &writers);
	patch16(out, begin + 6, out->count - begin);
}

static uint32_t format_bit(const struct alt_spec *alt)
{
	switch (alt->format) {
	case SAMPLE_FLOAT:
		return 1u << 2;
	case SAMPLE_RAW:
		return 1u << 31;
	default:
		return 1u << 0;
	}
}

static void put_streaming(struct describing *describing, const struct function_spec *function,
			  const struct stream_spec *stream, const struct alt_spec *alt, struct stream_ids ids)
{
	struct bytes *out = describing->out;

	(void)function;
	put8(out, 16);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x01);
	put8(out, stream->is_playback ? ids.input : ids.output);
	put8(out, 0);
	put8(out, 1);
	put32(out, format_bit(alt));
	put8(out, alt->channels);
	put32(out, alt_channel_map(alt));
	put8(out, 0);

	put8(out, 6);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x02);
	put8(out, 1);
	put8(out, alt->bytes);
	put8(out, alt->bits);
}

static void put_endpoint(struct describing *describing, const struct function_spec *function,
			 const struct stream_spec *stream, const struct alt_spec *alt)
{
	struct bytes *out = describing->out;

	(void)function;
	(void)stream;
	(void)alt;
	put8(out, 8);
	put8(out, DT_CS_ENDPOINT);
	put8(out, 0x01);
	put8(out, 0);
	put8(out, 0);
	put8(out, 0);
	put16(out, 0);
}

const struct audio_version audio_version_2 = { put_control, put_streaming, put_endpoint };
