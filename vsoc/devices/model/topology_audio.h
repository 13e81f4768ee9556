/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The part of reading descriptors that depends on the version of the audio class.
 */
#ifndef LULLABY_DEVICES_TOPOLOGY_AUDIO_H
#define LULLABY_DEVICES_TOPOLOGY_AUDIO_H

#include "topology.h"

/* Where a walk through descriptors is. */
struct walk {
	struct topology *topology;
	const struct descriptors *descriptors;
	const uint8_t *interface;	/* the interface descriptor that was met last; NULL: none yet */
	uint8_t control_interface;
	struct setting *setting;	/* that the descriptors belong to; NULL: none */
	struct endpoint *endpoint;
};

/* Reads a class-specific interface descriptor. Returns false if there is no room for an entity. */
bool topology_read_class(struct walk *walk, const uint8_t *descriptor);

/* Finds the clock of each setting, and the formats of basic audio devices, once all is read. */
void topology_find_clocks(struct topology *topology);

#endif /* LULLABY_DEVICES_TOPOLOGY_AUDIO_H */
