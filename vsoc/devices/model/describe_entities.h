/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The entities of a function, which versions 2.0 and 3.0 of the audio class lay out alike: clocks, and for each stream an input
 * terminal, a feature unit if it has any control, and an output terminal. Their descriptors differ.
 */
#ifndef LULLABY_DEVICES_DESCRIBE_ENTITIES_H
#define LULLABY_DEVICES_DESCRIBE_ENTITIES_H

#include "describe_audio.h"

/* Two bits for each control: it can be read, or set by the host, too. */
#define READ_ONLY	1u
#define READ_WRITE	3u

/* The writers of a version. */
struct entity_writers {
	void (*source)(struct bytes *out, const struct clock_spec *clock);
	void (*selector)(struct bytes *out, const struct function_spec *function, const struct clock_spec *clock);
	void (*multiplier)(struct bytes *out, const struct function_spec *function, const struct clock_spec *clock);
	void (*input_terminal)(struct describing *describing, const struct stream_spec *stream, uint8_t id, uint16_t type,
			       uint8_t clock);
	void (*output_terminal)(struct bytes *out, uint8_t id, uint16_t type, uint8_t source, uint8_t clock);
	uint8_t feature_unit_subtype;
	uint8_t string_bytes;	/* of a reference to a string */
};

void put_entities(struct describing *describing, const struct function_spec *function, const struct entity_writers *writers);

#endif /* LULLABY_DEVICES_DESCRIBE_ENTITIES_H */
