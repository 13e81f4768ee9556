/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The interfaces beside the streams: MIDI ports and keys.
 */
#ifndef LULLABY_DEVICES_DESCRIBE_BESIDE_H
#define LULLABY_DEVICES_DESCRIBE_BESIDE_H

#include "describe_audio.h"

/* An interface descriptor; the companion of an endpoint, where there is one. */
void put_interface(struct describing *describing, uint8_t number, uint8_t alt, uint8_t endpoints, uint8_t class,
		   uint8_t subclass, uint8_t protocol);
void put_companion(struct describing *describing, uint32_t bytes, bool is_periodic);

/* A MIDIStreaming interface, in which each port has an embedded and an external jack in each direction. */
void put_midi(struct describing *describing, const struct function_spec *function);

/* A HID interface, whose report has a bit for each key. */
void put_keys(struct describing *describing, const struct function_spec *function);

#endif /* LULLABY_DEVICES_DESCRIBE_BESIDE_H */
