// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "describe_entities.h"

#define USB_STREAMING	0x0101	/* the type of a terminal at the bus */

static void put_clocks(struct bytes *out, const struct function_spec *function, const struct entity_writers *writers)
{
	for (unsigned int i = 0; i < function->clock_count; i++) {
		const struct clock_spec *clock = &function->clocks[i];

		switch (clock->kind) {
		case CLOCK_SOURCE:
			writers->source(out, clock);
			break;
		case CLOCK_SELECTOR:
			writers->selector(out, function, clock);
			break;
		case CLOCK_MULTIPLIER:
			writers->multiplier(out, function, clock);
			break;
		}
	}
}

static void put_feature_unit(struct bytes *out, const struct stream_spec *stream, struct stream_ids ids,
			     const struct entity_writers *writers)
{
	put8(out, 5u + writers->string_bytes + (stream_channels(stream) + 1u) * 4u);
	put8(out, DT_CS_INTERFACE);
	put8(out, writers->feature_unit_subtype);
	put8(out, ids.feature);
	put8(out, ids.input);
	put32(out, (stream->has_mute ? READ_WRITE : 0) | (stream->volume.is_there ? READ_WRITE << 2 : 0));
	for (unsigned int i = 0; i < stream_channels(stream); i++)
		put32(out, 0);
	for (unsigned int i = 0; i < writers->string_bytes; i++)
		put8(out, 0);
}

void put_entities(struct describing *describing, const struct function_spec *function, const struct entity_writers *writers)
{
	struct bytes *out = describing->out;

	put_clocks(out, function, writers);
	for (unsigned int i = 0; i < function->stream_count; i++) {
		const struct stream_spec *stream = &function->streams[i];
		struct stream_ids ids = stream_ids_from(first_stream_id(function, i));
		uint8_t clock = function->clocks[stream->clock].id;
		bool is_playback = stream->is_playback;

		writers->input_terminal(describing, stream, ids.input, is_playback ? USB_STREAMING : stream->terminal, clock);
		if (has_feature_unit(stream))
			put_feature_unit(out, stream, ids, writers);
		writers->output_terminal(out, ids.output, is_playback ? stream->terminal : USB_STREAMING,
					 has_feature_unit(stream) ? ids.feature : ids.input, clock);
	}
}
