/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The contents of one configuration's descriptors: the alternate settings that stream, and the entities
 * that control requests are for. It is read from the bytes, whether a device file or a dump made them,
 * so that this model and a host see the same.
 */
#ifndef LULLABY_DEVICES_TOPOLOGY_H
#define LULLABY_DEVICES_TOPOLOGY_H

#include "descriptors.h"

#define TOPOLOGY_SETTINGS	128u
#define TOPOLOGY_ENTITIES	128u
#define TOPOLOGY_INTERFACES	64u
#define TOPOLOGY_INPUTS		16u

enum entity_kind {
	ENTITY_INPUT_TERMINAL,
	ENTITY_OUTPUT_TERMINAL,
	ENTITY_FEATURE,
	ENTITY_SELECTOR,
	ENTITY_CLOCK_SOURCE,
	ENTITY_CLOCK_SELECTOR,
	ENTITY_CLOCK_MULTIPLIER,
	ENTITY_OTHER,
};

struct entity {
	enum entity_kind kind;
	uint8_t control_interface;	/* the AudioControl interface that it belongs to */
	uint8_t id;
	uint8_t clock;			/* of a terminal: the id of its clock; of a multiplier: its input */
	uint8_t source;			/* of a feature unit or an output terminal: the entity before it */
	uint8_t input_count;		/* of a selector; of the first ones, the ids */
	uint8_t inputs[TOPOLOGY_INPUTS];
	uint8_t channels;		/* of an input terminal */
	uint8_t attributes;		/* of a clock source */
	uint32_t controls;		/* of a feature unit: bmaControls of all its channels together */
};

struct endpoint {
	uint8_t address;		/* 0: there is none */
	uint8_t attributes;
	uint32_t packet_bytes;		/* at most, in a service interval */
	uint32_t interval_us;
};

/* An alternate setting of an AudioStreaming interface that has a data endpoint. */
struct setting {
	uint8_t control_interface, interface, alt;
	uint8_t uac;
	bool is_playback;
	struct endpoint data, feedback;
	uint8_t terminal;		/* bTerminalLink */
	uint8_t clock;			/* the id of its terminal's clock, or selector; 0: none is found */
	uint8_t channels, bytes, bits;
	enum sample_format format;
	struct rate_set rates;		/* UAC1 */
};

/* Another endpoint than those of audio streams. */
struct other_endpoint {
	uint8_t address, type, interface;
	uint8_t class, subclass;
	uint32_t packet_bytes;
};

struct topology {
	enum bus_speed speed;
	uint8_t configuration_value;
	uint8_t uac;				/* of the function that was begun last */
	uint8_t interfaces[TOPOLOGY_INTERFACES];	/* the numbers that there are */
	uint8_t alt_counts[TOPOLOGY_INTERFACES];	/* the greatest alternate setting of each, plus 1 */
	unsigned int interface_count;
	struct entity entities[TOPOLOGY_ENTITIES];
	unsigned int entity_count;
	struct setting settings[TOPOLOGY_SETTINGS];
	unsigned int setting_count;
	struct other_endpoint others[32];
	unsigned int other_count;
};

/**
 * topology_read() - read the descriptors of a configuration
 * @topology: the result
 * @descriptors: all descriptors of the device
 * @configuration: index of the configuration
 * @speed: the speed at which it runs; descriptors do not tell
 * @error: on failure one line that says why
 * @error_bytes: room for it, in bytes
 *
 * Descriptors may contradict each other, as those of real devices do. It fails only if they cannot be
 * walked through, or if there is more than this model has room for.
 *
 * Return: whether they were read.
 */
bool topology_read(struct topology *topology, const struct descriptors *descriptors, unsigned int configuration,
		   enum bus_speed speed, char *error, size_t error_bytes);

/* The entity of that id that belongs to an AudioControl interface; NULL if there is none. */
const struct entity *topology_entity(const struct topology *topology, uint8_t control_interface, uint8_t id);

/* The feature unit that the sound of a setting passes; NULL if there is none. */
const struct entity *topology_feature(const struct topology *topology, const struct setting *setting);

/* The setting of an interface; NULL if it streams nothing. */
const struct setting *topology_setting(const struct topology *topology, uint8_t interface, uint8_t alt);

/* How many alternate settings an interface has; 0 if there is no such interface. */
unsigned int topology_alt_count(const struct topology *topology, uint8_t interface);

/* The greatest rate that the packets of a setting carry, in Hz, rounded down to whole frames of a packet. */
uint32_t setting_greatest_hz(const struct setting *setting);

#endif /* LULLABY_DEVICES_TOPOLOGY_H */
