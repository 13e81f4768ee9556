// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "topology_audio.h"

/* The kind that a subtype of an AudioControl descriptor stands for, by version of the class. */
static enum entity_kind kind_of(unsigned int uac, uint8_t subtype)
{
	if (subtype == 0x02)
		return ENTITY_INPUT_TERMINAL;
	if (subtype == 0x03)
		return ENTITY_OUTPUT_TERMINAL;
	if (subtype == (uac == 3 ? 0x06 : 0x05))
		return ENTITY_SELECTOR;
	if (subtype == (uac == 3 ? 0x07 : 0x06))
		return ENTITY_FEATURE;
	if (uac >= 2 && subtype == 0x0a + (uac == 3))
		return ENTITY_CLOCK_SOURCE;
	if (uac >= 2 && subtype == 0x0b + (uac == 3))
		return ENTITY_CLOCK_SELECTOR;
	if (uac >= 2 && subtype == 0x0c + (uac == 3))
		return ENTITY_CLOCK_MULTIPLIER;
	return ENTITY_OTHER;
}

static uint8_t cluster_channels(const struct descriptors *descriptors, uint16_t id)
{
	for (unsigned int i = 0; i < descriptors->cluster_count; i++)
		if (descriptors->clusters[i].id == id)
			return descriptors->clusters[i].channels;
	return 0;
}

/* One byte of a descriptor, or 0 if it is too short for it. */
static uint8_t byte_at(const uint8_t *descriptor, unsigned int at)
{
	return at < descriptor[0] ? descriptor[at] : 0;
}

/* Of all channels, so that a request for any of them is answered. */
static uint32_t feature_controls(unsigned int uac, const uint8_t *descriptor)
{
	uint32_t controls = 0;

	if (uac == 1) {
		unsigned int size = byte_at(descriptor, 5);

		for (unsigned int at = 6; size && at + size < descriptor[0]; at += size)
			controls |= descriptor[at];
		return controls;
	}
	for (unsigned int at = 5; at + 4 < descriptor[0]; at += 4)
		controls |= get32(descriptor + at);
	return controls;
}

static void read_entity_details(struct walk *walk, struct entity *entity, const uint8_t *descriptor)
{
	unsigned int uac = walk->topology->uac;

	switch (entity->kind) {
	case ENTITY_INPUT_TERMINAL:
		if (uac >= 2)
			entity->clock = byte_at(descriptor, 7);
		if (uac == 3 && descriptor[0] >= 14)
			entity->channels = cluster_channels(walk->descriptors, get16(descriptor + 12));
		else
			entity->channels = byte_at(descriptor, uac == 1 ? 7 : 8);
		break;
	case ENTITY_OUTPUT_TERMINAL:
		entity->source = byte_at(descriptor, 7);
		if (uac >= 2)
			entity->clock = byte_at(descriptor, 8);
		break;
	case ENTITY_FEATURE:
		entity->source = byte_at(descriptor, 4);
		entity->controls = feature_controls(uac, descriptor);
		break;
	case ENTITY_SELECTOR:
	case ENTITY_CLOCK_SELECTOR:
		entity->input_count = byte_at(descriptor, 4);
		for (unsigned int i = 0; i < TOPOLOGY_INPUTS; i++)
			entity->inputs[i] = i < entity->input_count ? byte_at(descriptor, 5 + i) : 0;
		break;
	case ENTITY_CLOCK_SOURCE:
		entity->attributes = byte_at(descriptor, 4);
		break;
	case ENTITY_CLOCK_MULTIPLIER:
		entity->clock = byte_at(descriptor, 4);
		break;
	case ENTITY_OTHER:
		break;
	}
}

static bool read_control(struct walk *walk, const uint8_t *descriptor)
{
	struct topology *topology = walk->topology;
	struct entity *entity;

	/* The header is no entity. */
	if (descriptor[0] < 4 || descriptor[2] == 0x01)
		return true;
	if (topology->entity_count == TOPOLOGY_ENTITIES)
		return false;
	entity = &topology->entities[topology->entity_count++];
	*entity = (struct entity){
		.kind = kind_of(topology->uac, descriptor[2]),
		.control_interface = walk->control_interface,
		.id = descriptor[3],
	};
	read_entity_details(walk, entity, descriptor);
	return true;
}

static void read_rates_1(struct setting *setting, const uint8_t *descriptor)
{
	unsigned int count = byte_at(descriptor, 7);

	setting->rates.is_continuous = !count;
	if (!count)
		count = 2;
	for (unsigned int i = 0; i < count && i < SPEC_RATES && 8 + 3 * i + 2 < descriptor[0]; i++)
		setting->rates.hz[setting->rates.count++] = get24(descriptor + 8 + 3 * i);
	if (setting->rates.count < 2)
		setting->rates.is_continuous = false;
}

static void read_format(struct setting *setting, const uint8_t *descriptor)
{
	/* Types of which a packet is no whole number of frames have another layout. */
	if (byte_at(descriptor, 3) != 1 && byte_at(descriptor, 3) != 3)
		return;
	if (setting->uac == 1) {
		setting->channels = byte_at(descriptor, 4);
		setting->bytes = byte_at(descriptor, 5);
		setting->bits = byte_at(descriptor, 6);
		setting->rates.count = 0;
		read_rates_1(setting, descriptor);
	} else {
		setting->bytes = byte_at(descriptor, 4);
		setting->bits = byte_at(descriptor, 5);
	}
}

static void read_general(struct walk *walk, struct setting *setting, const uint8_t *descriptor)
{
	setting->terminal = byte_at(descriptor, 3);
	switch (setting->uac) {
	case 1:
		setting->format = descriptor[0] >= 7 && get16(descriptor + 5) == 3 ? SAMPLE_FLOAT : SAMPLE_PCM;
		break;
	case 2:
		setting->channels = byte_at(descriptor, 10);
		if (descriptor[0] >= 10 && get32(descriptor + 6) == 1u << 2)
			setting->format = SAMPLE_FLOAT;
		else if (descriptor[0] >= 10 && get32(descriptor + 6) >> 31)
			setting->format = SAMPLE_RAW;
		break;
	default:
		if (descriptor[0] < 20)
			break;
		setting->channels = cluster_channels(walk->descriptors, get16(descriptor + 8));
		setting->bytes = descriptor[18];
		setting->bits = descriptor[19];
		if (get32(descriptor + 10) == 1u << 2)
			setting->format = SAMPLE_FLOAT;
		else if (get32(descriptor + 10) == 1u << 6)
			setting->format = SAMPLE_RAW;
	}
}

bool topology_read_class(struct walk *walk, const uint8_t *descriptor)
{
	if (!walk->interface || walk->interface[5] != CLASS_AUDIO || descriptor[0] < 3)
		return true;
	if (walk->interface[6] == SUBCLASS_CONTROL)
		return read_control(walk, descriptor);
	if (walk->interface[6] == SUBCLASS_STREAMING && walk->setting) {
		if (descriptor[2] == 0x01)
			read_general(walk, walk->setting, descriptor);
		else if (descriptor[2] == 0x02 && walk->setting->uac != 3)
			read_format(walk->setting, descriptor);
	}
	return true;
}

/* A basic audio device says by its packet size which of eight formats it has. */
static void read_badd_format(struct setting *setting)
{
	uint32_t frame_bytes = setting->data.packet_bytes / 48;

	setting->format = SAMPLE_PCM;
	setting->rates = (struct rate_set){ .hz = { 48000 }, .count = 1 };
	setting->bytes = frame_bytes == 3 || frame_bytes == 6 ? 3 : 2;
	setting->bits = (uint8_t)(setting->bytes * 8);
	setting->channels = frame_bytes >= 4 ? 2 : 1;
}

/* The entities that a basic audio device has without describing them: feature units, and power domains. */
static void add_badd_entities(struct topology *topology, uint8_t control_interface)
{
	static const struct {
		enum entity_kind kind;
		uint8_t id;
	} entities[] = { { ENTITY_FEATURE, 2 }, { ENTITY_FEATURE, 5 }, { ENTITY_FEATURE, 7 },
			 { ENTITY_OTHER, 10 },	{ ENTITY_OTHER, 11 } };

	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (topology_entity(topology, control_interface, entities[i].id) ||
		    topology->entity_count == TOPOLOGY_ENTITIES)
			continue;
		topology->entities[topology->entity_count++] = (struct entity){
			.kind = entities[i].kind,
			.control_interface = control_interface,
			.id = entities[i].id,
		};
	}
}

/* Of a basic audio device, unit 2 is on the way of what is played, and unit 5 of what is recorded. */
static uint8_t badd_feature_id(const struct setting *setting)
{
	return setting->is_playback ? 2 : 5;
}

const struct entity *topology_feature(const struct topology *topology, const struct setting *setting)
{
	const struct entity *terminal = topology_entity(topology, setting->control_interface, setting->terminal);
	const struct entity *feature;

	if (setting->uac == 3 && !terminal) {
		feature = topology_entity(topology, setting->control_interface, badd_feature_id(setting));
		return feature && feature->kind == ENTITY_FEATURE ? feature : NULL;
	}
	if (!setting->is_playback) {
		feature = terminal ? topology_entity(topology, setting->control_interface, terminal->source) : NULL;
		return feature && feature->kind == ENTITY_FEATURE ? feature : NULL;
	}
	for (unsigned int i = 0; i < topology->entity_count; i++) {
		feature = &topology->entities[i];
		if (feature->kind == ENTITY_FEATURE && feature->control_interface == setting->control_interface &&
		    feature->source == setting->terminal)
			return feature;
	}
	return NULL;
}

void topology_find_clocks(struct topology *topology)
{
	for (unsigned int i = 0; i < topology->setting_count; i++) {
		struct setting *setting = &topology->settings[i];
		const struct entity *terminal =
			topology_entity(topology, setting->control_interface, setting->terminal);

		if (setting->uac == 3 && !setting->bytes) {
			read_badd_format(setting);
			add_badd_entities(topology, setting->control_interface);
		} else if (setting->uac >= 2 && terminal) {
			setting->clock = terminal->clock;
		}
	}
}
