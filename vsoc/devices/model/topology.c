// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "topology.h"

#include <stdio.h>

#include "topology_audio.h"

const struct entity *topology_entity(const struct topology *topology, uint8_t control_interface, uint8_t id)
{
	for (unsigned int i = 0; i < topology->entity_count; i++)
		if (topology->entities[i].id == id &&
		    topology->entities[i].control_interface == control_interface)
			return &topology->entities[i];
	return NULL;
}

const struct setting *topology_setting(const struct topology *topology, uint8_t interface, uint8_t alt)
{
	for (unsigned int i = 0; i < topology->setting_count; i++)
		if (topology->settings[i].interface == interface && topology->settings[i].alt == alt)
			return &topology->settings[i];
	return NULL;
}

unsigned int topology_alt_count(const struct topology *topology, uint8_t interface)
{
	for (unsigned int i = 0; i < topology->interface_count; i++)
		if (topology->interfaces[i] == interface)
			return topology->alt_counts[i];
	return 0;
}

uint32_t setting_greatest_hz(const struct setting *setting)
{
	uint32_t frame_bytes = (uint32_t)setting->channels * setting->bytes;

	if (!frame_bytes || !setting->data.interval_us)
		return 0;
	return (uint32_t)((uint64_t)(setting->data.packet_bytes / frame_bytes) * 1000000 /
			  setting->data.interval_us);
}

static bool note_interface(struct walk *walk, const uint8_t *descriptor)
{
	struct topology *topology = walk->topology;
	uint8_t number = descriptor[2], alt = descriptor[3];
	unsigned int i;

	for (i = 0; i < topology->interface_count; i++)
		if (topology->interfaces[i] == number)
			break;
	if (i == TOPOLOGY_INTERFACES)
		return false;
	if (i == topology->interface_count) {
		topology->interfaces[i] = number;
		topology->alt_counts[i] = 0;
		topology->interface_count++;
	}
	if (topology->alt_counts[i] <= alt)
		topology->alt_counts[i] = alt == UINT8_MAX ? UINT8_MAX : (uint8_t)(alt + 1);
	return true;
}

static bool begin_interface(struct walk *walk, const uint8_t *descriptor)
{
	struct topology *topology = walk->topology;

	if (descriptor[0] < 9)
		return true;
	walk->interface = descriptor;
	walk->setting = NULL;
	walk->endpoint = NULL;
	if (!note_interface(walk, descriptor))
		return false;
	if (descriptor[5] != CLASS_AUDIO)
		return true;
	if (descriptor[6] == SUBCLASS_CONTROL) {
		walk->control_interface = descriptor[2];
		topology->uac = descriptor[7] == 0x30 ? 3 : descriptor[7] == 0x20 ? 2 : 1;
	}
	if (descriptor[6] == SUBCLASS_STREAMING && descriptor[4]) {
		if (topology->setting_count == TOPOLOGY_SETTINGS)
			return false;
		walk->setting = &topology->settings[topology->setting_count];
		*walk->setting = (struct setting){
			.control_interface = walk->control_interface,
			.interface = descriptor[2],
			.alt = descriptor[3],
			.uac = descriptor[7] == 0x30 ? 3 : descriptor[7] == 0x20 ? 2 : 1,
		};
		topology->setting_count++;
	}
	return true;
}

/* The bytes of a service interval that wMaxPacketSize stands for, before a companion says more. */
static uint32_t packet_bytes(enum bus_speed speed, uint16_t field)
{
	uint32_t packets = speed == SPEED_HIGH ? (field >> 11 & 3u) + 1 : 1;

	return (field & 0x7ffu) * (packets > 3 ? 3 : packets);
}

static uint32_t interval_us(enum bus_speed speed, uint8_t exponent)
{
	if (!exponent)
		exponent = 1;
	return bus_interval_us(speed) << ((exponent > 16 ? 16 : exponent) - 1);
}

/* An endpoint beside the streams, or of an interface that is not audio's. */
static bool note_other(struct walk *walk, const uint8_t *descriptor)
{
	struct topology *topology = walk->topology;
	struct other_endpoint *other;

	for (unsigned int i = 0; i < topology->other_count; i++)
		if (topology->others[i].address == descriptor[2])
			return true;
	if (topology->other_count == sizeof(topology->others) / sizeof(topology->others[0]))
		return true;
	other = &topology->others[topology->other_count++];
	*other = (struct other_endpoint){
		.address = descriptor[2],
		.type = descriptor[3] & 3,
		.interface = walk->interface[2],
		.class = walk->interface[5],
		.subclass = walk->interface[6],
		.packet_bytes = packet_bytes(topology->speed, get16(descriptor + 4)),
	};
	return true;
}

/*
 * A data endpoint or a feedback endpoint. Usage bits lie in real devices: in an interface that plays,
 * an isochronous IN endpoint is feedback, even if its bits say data.
 */
static bool begin_endpoint(struct walk *walk, const uint8_t *descriptor)
{
	struct setting *setting = walk->setting;
	struct endpoint *endpoint;
	bool is_in;

	walk->endpoint = NULL;
	if (descriptor[0] < 7 || !walk->interface || !(descriptor[2] & 0x0f))
		return true;
	if (!setting || (descriptor[3] & 3) != 1)
		return note_other(walk, descriptor);
	is_in = descriptor[2] & 0x80;
	if (!setting->data.address && (!is_in || (descriptor[3] & 0x30) != 0x10)) {
		endpoint = &setting->data;
		setting->is_playback = !is_in;
	} else if (!setting->feedback.address && is_in) {
		endpoint = &setting->feedback;
	} else {
		return true;
	}
	*endpoint = (struct endpoint){
		.address = descriptor[2],
		.attributes = descriptor[3],
		.packet_bytes = packet_bytes(walk->topology->speed, get16(descriptor + 4)),
		.interval_us = interval_us(walk->topology->speed, descriptor[6]),
	};
	/* At full speed UAC1 has the exponent of the feedback's interval in bRefresh. */
	if (endpoint == &setting->feedback && setting->uac == 1 && descriptor[0] >= 9 &&
	    walk->topology->speed == SPEED_FULL && descriptor[7] && descriptor[7] <= 9)
		endpoint->interval_us = 1000u << descriptor[7];
	walk->endpoint = endpoint;
	return true;
}

static void read_companion(struct walk *walk, const uint8_t *descriptor)
{
	uint32_t packets;

	if (!walk->endpoint || descriptor[0] < 6)
		return;
	packets = (uint32_t)(descriptor[2] + 1) * ((descriptor[3] & 3u) + 1);
	walk->endpoint->packet_bytes *= packets;
	/* The text of lsusb does not have it, so a dump may have 0. */
	if (get16(descriptor + 4) && get16(descriptor + 4) < walk->endpoint->packet_bytes)
		walk->endpoint->packet_bytes = get16(descriptor + 4);
}

static bool read_descriptor(struct walk *walk, const uint8_t *descriptor)
{
	switch (descriptor[1]) {
	case DT_INTERFACE:
		return begin_interface(walk, descriptor);
	case DT_ENDPOINT:
		return begin_endpoint(walk, descriptor);
	case DT_COMPANION:
		read_companion(walk, descriptor);
		return true;
	case DT_CS_INTERFACE:
		return topology_read_class(walk, descriptor);
	default:
		return true;
	}
}

/* Settings that turned out to have no data endpoint stream nothing. */
static void drop_empty_settings(struct topology *topology)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < topology->setting_count; i++)
		if (topology->settings[i].data.address)
			topology->settings[kept++] = topology->settings[i];
	topology->setting_count = kept;
}

bool topology_read(struct topology *topology, const struct descriptors *descriptors, unsigned int configuration,
		   enum bus_speed speed, char *error, size_t error_bytes)
{
	const struct bytes *bytes = &descriptors->configurations[configuration];
	struct walk walk = { .topology = topology, .descriptors = descriptors };

	memset(topology, 0, sizeof(*topology));
	topology->speed = speed;
	if (bytes->count < 9 || bytes->count > BYTES_MAX || bytes->data[1] != DT_CONFIG) {
		snprintf(error, error_bytes, "a configuration descriptor of 9 to %u bytes is expected", BYTES_MAX);
		return false;
	}
	topology->configuration_value = bytes->data[5];
	for (uint32_t at = 0; at < bytes->count; at += bytes->data[at]) {
		const uint8_t *descriptor = bytes->data + at;

		if (bytes->count - at < 2 || descriptor[0] < 2 || descriptor[0] > bytes->count - at) {
			snprintf(error, error_bytes, "the descriptor at byte %u of the configuration has a wrong length", at);
			return false;
		}
		if (!read_descriptor(&walk, descriptor)) {
			snprintf(error, error_bytes, "the configuration has more than %u interfaces, %u settings or %u entities",
				 TOPOLOGY_INTERFACES, TOPOLOGY_SETTINGS, TOPOLOGY_ENTITIES);
			return false;
		}
	}
	drop_empty_settings(topology);
	topology_find_clocks(topology);
	return true;
}
