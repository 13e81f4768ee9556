// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Keys, MIDI ports, and endpoints that this model only lets talk. */
#include "device_parts.h"

void device_press(struct device *device, int64_t now_ns, uint16_t key)
{
	const struct topology *topology = device->topology;

	record_line(&device->record, now_ns, "key 0x%02x", key);
	if (!topology)
		return;
	for (unsigned int i = 0; i < device->spec->function_count; i++) {
		const struct function_spec *function = &device->spec->functions[i];

		for (unsigned int j = 0; j < function->key_count; j++)
			if (function->keys[j] == key && function->configuration == device->configuration)
				device->key_report = (uint8_t)(1u << j);
	}
	device->has_report = true;
	device->has_release = true;
	for (unsigned int i = 0; i < topology->other_count; i++)
		if (topology->others[i].class == CLASS_HID && topology->others[i].address & 0x80)
			device->host->wake(device->owner, topology->others[i].address);
}

/* The bytes that are sent to a MIDI port come back from it. */
int device_beside_out(struct device *device, int64_t now_ns, const struct other_endpoint *endpoint,
		      const uint8_t *data, uint32_t bytes)
{
	if (endpoint->class != CLASS_AUDIO || endpoint->subclass != SUBCLASS_MIDI)
		return (int)bytes;
	record_line(&device->record, now_ns, "midi %u", bytes);
	for (uint32_t i = 0; i < bytes && device->midi_in - device->midi_out < DEVICE_MIDI; i++)
		device->midi[device->midi_in++ % DEVICE_MIDI] = data[i];
	for (unsigned int i = 0; i < device->topology->other_count; i++) {
		const struct other_endpoint *other = &device->topology->others[i];

		if (other->interface == endpoint->interface && other->address & 0x80)
			device->host->wake(device->owner, other->address);
	}
	return (int)bytes;
}

static int send_midi(struct device *device, uint8_t *data, uint32_t room_bytes)
{
	uint32_t bytes = 0;

	while (bytes < room_bytes && device->midi_out != device->midi_in)
		data[bytes++] = device->midi[device->midi_out++ % DEVICE_MIDI];
	return bytes ? (int)bytes : DEVICE_NAK;
}

int device_beside_in(struct device *device, int64_t now_ns, const struct other_endpoint *endpoint, uint8_t *data,
		     uint32_t room_bytes)
{
	(void)now_ns;
	if (endpoint->class == CLASS_AUDIO && endpoint->subclass == SUBCLASS_MIDI)
		return send_midi(device, data, room_bytes);
	if (endpoint->class != CLASS_HID || !room_bytes || !device->has_report)
		return DEVICE_NAK;
	/* A key that went down comes up in the report that follows. */
	data[0] = device->key_report;
	device->has_report = device->has_release;
	device->has_release = false;
	device->key_report = 0;
	return 1;
}
