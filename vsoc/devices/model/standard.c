// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Standard requests, and those of HID. */
#include "device_parts.h"

static int answer(uint8_t *data, uint16_t length, const uint8_t *from, uint32_t bytes)
{
	if (bytes > length)
		bytes = length;
	memcpy(data, from, bytes);
	return (int)bytes;
}

/* String 0 has the languages: US English. Others are turned into UTF-16, for which ASCII needs a 0 byte each. */
static int get_string(const struct descriptors *descriptors, unsigned int index, uint16_t length, uint8_t *data)
{
	struct bytes out = { .count = 0 };

	if (index && !descriptors->strings[index][0])
		return DEVICE_STALL;
	put8(&out, 0);
	put8(&out, DT_STRING);
	if (!index)
		put16(&out, 0x0409);
	else
		for (const char *text = descriptors->strings[index]; *text; text++)
			put16(&out, (uint8_t)*text);
	out.data[0] = (uint8_t)out.count;
	return answer(data, length, out.data, out.count);
}

/* A high-speed device has no configuration at full speed. */
static int get_qualifier(const struct device *device, uint16_t length, uint8_t *data)
{
	const uint8_t *fields = device->descriptors->device;
	uint8_t qualifier[10] = { 10, DT_QUALIFIER };

	if (device->topologies[0].speed != SPEED_HIGH)
		return DEVICE_STALL;
	memcpy(qualifier + 2, fields + 2, 6);
	return answer(data, length, qualifier, sizeof(qualifier));
}

static int get_report_descriptor(const struct device *device, uint8_t interface, uint16_t length, uint8_t *data)
{
	for (unsigned int i = 0; i < device->descriptors->report_count; i++) {
		const struct report_descriptor *report = &device->descriptors->reports[i];

		if (report->interface == interface && report->configuration == device->configuration)
			return answer(data, length, report->bytes, report->count);
	}
	return DEVICE_STALL;
}

static int get_descriptor(struct device *device, uint16_t value, uint16_t index, uint16_t length, uint8_t *data)
{
	const struct descriptors *descriptors = device->descriptors;
	const struct bytes *bytes;

	switch (value >> 8) {
	case DT_DEVICE:
		return answer(data, length, descriptors->device, sizeof(descriptors->device));
	case DT_CONFIG:
		if ((value & 0xff) >= descriptors->configuration_count)
			return DEVICE_STALL;
		bytes = &descriptors->configurations[value & 0xff];
		return answer(data, length, bytes->data, bytes->count);
	case DT_STRING:
		return get_string(descriptors, value & 0xff, length, data);
	case DT_QUALIFIER:
		return get_qualifier(device, length, data);
	case DT_BOS:
		if (!descriptors->bos.count)
			return DEVICE_STALL;
		return answer(data, length, descriptors->bos.data, descriptors->bos.count);
	case DT_REPORT:
		return get_report_descriptor(device, (uint8_t)index, length, data);
	default:
		return DEVICE_STALL;
	}
}

static void stop_stream(struct device *device, int64_t now_ns, struct device_stream *stream)
{
	stream->setting = NULL;
	playback_stop(&stream->playback, now_ns, &device->record);
	stream->capture.setting = NULL;
}

void device_deconfigure(struct device *device, int64_t now_ns)
{
	for (unsigned int i = 0; i < device->stream_count; i++)
		stop_stream(device, now_ns, &device->streams[i]);
	memset(device->alts, 0, sizeof(device->alts));
	device->topology = NULL;
	device->has_report = false;
	device->midi_in = 0;
	device->midi_out = 0;
}

/* Two configurations of a real device may have the same number: the first is meant. */
static int set_configuration(struct device *device, int64_t now_ns, uint16_t value)
{
	device_deconfigure(device, now_ns);
	record_line(&device->record, now_ns, "configuration %u", value);
	if (!value)
		return 0;
	for (unsigned int i = 0; i < device->descriptors->configuration_count; i++) {
		if (device->topologies[i].configuration_value != value)
			continue;
		device->topology = &device->topologies[i];
		device->configuration = i;
		for (unsigned int j = 0; j < TOPOLOGY_ENTITIES; j++)
			device->values[j] = (struct entity_values){ .selected = 1 };
		device_follow_clocks(device, now_ns);
		return 0;
	}
	return DEVICE_STALL;
}

static int start_stream(struct device *device, struct device_stream *stream, const struct setting *setting)
{
	struct device_clock *clock = device_clock_of(device, stream, setting);

	/* Descriptors of a dump may lead to no clock: then the stream has one that nobody sets. */
	if (!clock)
		clock = &device->clocks[0];
	/* The settings of one interface of a dump may go in different directions. */
	stream->is_playback = setting->is_playback;
	stream->packets = 0;
	stream->playback.clock = &clock->clock;
	stream->capture.clock = &clock->clock;
	if (stream->is_playback && !playback_start(&stream->playback, setting))
		return DEVICE_STALL;
	if (!stream->is_playback)
		capture_start(&stream->capture, setting);
	stream->setting = setting;
	return 0;
}

static int set_interface(struct device *device, int64_t now_ns, uint16_t alt, uint16_t interface)
{
	const struct setting *setting;
	struct device_stream *stream;

	if (!device->topology || interface > UINT8_MAX ||
	    alt >= topology_alt_count(device->topology, (uint8_t)interface))
		return DEVICE_STALL;
	record_line(&device->record, now_ns, "interface %u %u", interface, alt);
	device->alts[interface] = (uint8_t)alt;
	stream = device_stream_of(device, (uint8_t)interface);
	if (!stream)
		return 0;
	stop_stream(device, now_ns, stream);
	setting = topology_setting(device->topology, (uint8_t)interface, (uint8_t)alt);
	if (!setting || !device->clock_count)
		return 0;
	return start_stream(device, stream, setting);
}

static int get_status(const struct device *device, uint16_t request, uint16_t length, uint8_t *data)
{
	uint8_t status[2] = { 0, 0 };

	if (request >> 8 == 0x80)
		status[0] = device->descriptors->configurations[0].data[7] >> 6 & 1;
	return answer(data, length, status, sizeof(status));
}

/* SET_IDLE, SET_PROTOCOL, SET_REPORT; GET_REPORT tells that no key is down. */
static int hid_request(uint16_t request, uint16_t length, uint8_t *data)
{
	const uint8_t nothing[1] = { 0 };

	if ((request & 0xff) >= 0x09)
		return 0;
	return answer(data, length, nothing, sizeof(nothing));
}

static bool is_hid(const struct device *device, uint16_t request, uint16_t index)
{
	if ((request >> 8 & 0x7f) != 0x21 || !device->topology)
		return false;
	for (unsigned int i = 0; i < device->topology->other_count; i++)
		if (device->topology->others[i].interface == index &&
		    device->topology->others[i].class == CLASS_HID)
			return true;
	return false;
}

int device_standard_request(struct device *device, int64_t now_ns, uint16_t request, uint16_t value,
			    uint16_t index, uint16_t length, uint8_t *data)
{
	uint8_t byte;

	if (is_hid(device, request, index))
		return hid_request(request, length, data);
	switch (request) {
	case 0x8000:
	case 0x8100:
	case 0x8200:
		return get_status(device, request, length, data);
	case 0x0001:
	case 0x0003:
	case 0x0101:
	case 0x0103:
	case 0x0201:
	case 0x0203:
	case 0x0005:	/* the address is the bus's */
	case 0x0030:	/* SET_SEL and SET_ISOCH_DELAY of SuperSpeed */
	case 0x0031:
		return 0;
	case 0x8006:
	case 0x8106:
		return get_descriptor(device, value, index, length, data);
	case 0x8008:
		byte = device->topology ? device->topology->configuration_value : 0;
		return answer(data, length, &byte, 1);
	case 0x0009:
		return set_configuration(device, now_ns, value);
	case 0x810a:
		return index > UINT8_MAX ? DEVICE_STALL : answer(data, length, &device->alts[index], 1);
	case 0x010b:
		return set_interface(device, now_ns, value, index);
	default:
		return DEVICE_STALL;
	}
}
