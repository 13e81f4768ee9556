// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Requests of the audio class: rates, clocks, volume and mute. Version 1 has a request for each
 * attribute (current, least, greatest, step), later ones have CUR and RANGE.
 */
#include "device_parts.h"

enum { CUR_1 = 0x01, MIN_1 = 0x02, MAX_1 = 0x03, RES_1 = 0x04 };
enum { CUR = 0x01, RANGE = 0x02, HIGH_CAPABILITY = 0x06 };
enum { CONTROL_MUTE = 1, CONTROL_VOLUME = 2 };
enum { CLOCK_FREQUENCY = 1, CLOCK_VALID = 2 };
enum { MULTIPLIER_NUMERATOR = 1 };

/* The object of a request. */
struct target {
	const struct entity *entity;	/* NULL: an interface or an endpoint */
	uint8_t uac;
	uint8_t control;		/* the upper byte of wValue */
	uint8_t channel;		/* of a feature unit: the lower byte; 0: all */
	bool is_in;
	uint8_t code;			/* bRequest, without the direction that version 1 has in it */
};

static uint8_t uac_of(const struct device *device, uint8_t control_interface)
{
	for (unsigned int i = 0; i < device->topology->setting_count; i++)
		if (device->topology->settings[i].control_interface == control_interface)
			return device->topology->settings[i].uac;
	return device->topology->uac;
}

static struct target target_of(const struct device *device, uint16_t request, uint16_t value, uint16_t index)
{
	struct target target = {
		.control = (uint8_t)(value >> 8),
		.channel = (uint8_t)value,
		.is_in = request & 0x8000,
		.code = request & 0x7f,
		.uac = uac_of(device, (uint8_t)index),
	};

	if ((request >> 8 & 0x1f) == 1 && index >> 8)
		target.entity = topology_entity(device->topology, (uint8_t)index, (uint8_t)(index >> 8));
	return target;
}

/* The setting that streams now over an endpoint, for UAC1's rates; NULL if none does. */
static struct device_stream *stream_of_endpoint(struct device *device, uint8_t address)
{
	for (unsigned int i = 0; i < device->stream_count; i++) {
		struct device_stream *stream = &device->streams[i];

		if (stream->setting && stream->setting->data.address == address)
			return stream;
	}
	return NULL;
}

static struct entity_values *values_of(struct device *device, const struct entity *entity)
{
	return &device->values[entity - device->topology->entities];
}

/* The volume of a feature unit: the file's, or -60 to 0 dB. */
static struct volume_spec volume_of(const struct device *device, const struct entity *entity)
{
	for (unsigned int i = 0; i < device->spec->function_count; i++) {
		const struct function_spec *function = &device->spec->functions[i];
		unsigned int clocks = function->uac == 1 ? 0 : function->clock_count;
		unsigned int stream = (entity->id - 1u - clocks) / 3;

		if (function->configuration == device->configuration &&
		    function->control_interface == entity->control_interface && entity->id > clocks &&
		    stream < function->stream_count && function->streams[stream].volume.is_there)
			return function->streams[stream].volume;
	}
	return (struct volume_spec){ .is_there = true, .least = -60 * 256, .greatest = 0, .step = 256 };
}

static int answer_bytes(uint16_t length, uint8_t *data, const struct bytes *out)
{
	uint32_t bytes = out->count < length ? out->count : length;

	memcpy(data, out->data, bytes);
	return (int)bytes;
}

static int set_clock_rate(struct device *device, int64_t now_ns, struct device_clock *clock, uint32_t hz)
{
	if (!device_has_rate(&clock->rates, hz))
		return DEVICE_STALL;
	device_set_rate(device, clock, now_ns, hz);
	return 0;
}

/* UAC1: the rate of an endpoint. */
static int endpoint_request(struct device *device, int64_t now_ns, const struct target *target, uint8_t address,
			    uint16_t length, uint8_t *data)
{
	struct device_stream *stream = stream_of_endpoint(device, address);
	struct device_clock *clock = stream ? device_clock_of(device, stream, stream->setting) : NULL;
	struct bytes out = { .count = 0 };

	if (!clock || target->control != CLOCK_FREQUENCY)
		return DEVICE_STALL;
	if (!target->is_in)
		return length < 3 ? DEVICE_STALL : set_clock_rate(device, now_ns, clock, get24(data));
	switch (target->code) {
	case CUR_1:
		put24(&out, clock->clock.rate_hz);
		break;
	case MIN_1:
		put24(&out, clock->rates.hz[0]);
		break;
	case MAX_1:
		put24(&out, clock->rates.hz[clock->rates.count - 1]);
		break;
	default:
		put24(&out, 1);
	}
	return answer_bytes(length, data, &out);
}

static void put_volume(struct bytes *out, const struct volume_spec *volume, int16_t current, uint8_t code)
{
	switch (code) {
	case CUR_1:
		put16(out, (uint16_t)current);
		break;
	case MIN_1:
		put16(out, (uint16_t)volume->least);
		break;
	case MAX_1:
		put16(out, (uint16_t)volume->greatest);
		break;
	default:
		put16(out, (uint16_t)volume->step);
	}
}

static int set_feature(struct device *device, int64_t now_ns, const struct target *target, uint16_t length,
		       const uint8_t *data)
{
	struct feature_values *values = &values_of(device, target->entity)->feature;

	if (target->code != CUR || length < 1 || target->channel > GAIN_CHANNELS)
		return DEVICE_STALL;
	switch (target->control) {
	case CONTROL_MUTE:
		values->mute[target->channel] = data[0];
		record_line(&device->record, now_ns, "mute %u %u %u", target->entity->id, target->channel, data[0]);
		return 0;
	case CONTROL_VOLUME:
		if (length < 2)
			return DEVICE_STALL;
		values->volume[target->channel] = (int16_t)get16(data);
		record_line(&device->record, now_ns, "volume %u %u %d", target->entity->id, target->channel,
			    values->volume[target->channel]);
		return 0;
	default:
		return DEVICE_STALL;
	}
}

static int get_feature(struct device *device, const struct target *target, uint16_t length, uint8_t *data)
{
	const struct feature_values *values = &values_of(device, target->entity)->feature;
	struct volume_spec volume = volume_of(device, target->entity);
	struct bytes out = { .count = 0 };

	if (target->channel > GAIN_CHANNELS)
		return DEVICE_STALL;
	if (target->control == CONTROL_MUTE && target->code == CUR) {
		put8(&out, values->mute[target->channel]);
	} else if (target->control != CONTROL_VOLUME) {
		return DEVICE_STALL;
	} else if (target->uac == 1 || target->code == CUR) {
		put_volume(&out, &volume, values->volume[target->channel], target->code);
	} else {
		put16(&out, 1);
		put16(&out, (uint16_t)volume.least);
		put16(&out, (uint16_t)volume.greatest);
		put16(&out, (uint16_t)volume.step);
	}
	return answer_bytes(length, data, &out);
}

static void put_rates(struct bytes *out, const struct rate_set *rates)
{
	if (rates->is_continuous) {
		put16(out, 1);
		put32(out, rates->hz[0]);
		put32(out, rates->hz[1]);
		put32(out, 1);
		return;
	}
	put16(out, rates->count);
	for (unsigned int i = 0; i < rates->count; i++) {
		put32(out, rates->hz[i]);
		put32(out, rates->hz[i]);
		put32(out, 0);
	}
}

static int clock_source_request(struct device *device, int64_t now_ns, const struct target *target,
				uint16_t length, uint8_t *data)
{
	struct device_clock *clock =
		device_clock_entity(device, target->entity->control_interface, target->entity->id);
	struct bytes out = { .count = 0 };

	if (!clock)
		return DEVICE_STALL;
	if (!target->is_in) {
		if (target->control != CLOCK_FREQUENCY || target->code != CUR || length < 4)
			return DEVICE_STALL;
		return set_clock_rate(device, now_ns, clock, get32(data));
	}
	if (target->control == CLOCK_VALID && target->code == CUR)
		put8(&out, clock->clock.is_valid);
	else if (target->control == CLOCK_FREQUENCY && target->code == CUR)
		put32(&out, clock->clock.rate_hz);
	else if (target->control == CLOCK_FREQUENCY && target->code == RANGE)
		put_rates(&out, &clock->rates);
	else
		return DEVICE_STALL;
	return answer_bytes(length, data, &out);
}

/* Selectors of clocks and of signals count their inputs from 1. */
static int selector_request(struct device *device, int64_t now_ns, const struct target *target, uint16_t length,
			    uint8_t *data)
{
	struct entity_values *values = values_of(device, target->entity);

	if (target->code != CUR || !length)
		return DEVICE_STALL;
	if (target->is_in) {
		data[0] = values->selected;
		return 1;
	}
	if (!data[0] || data[0] > target->entity->input_count)
		return DEVICE_STALL;
	values->selected = data[0];
	device_follow_clocks(device, now_ns);
	record_line(&device->record, now_ns, "selector %u %u", target->entity->id, data[0]);
	return 0;
}

/* Numerator and denominator: those of the file, or 1 and 1. */
static int multiplier_request(struct device *device, const struct target *target, uint16_t length, uint8_t *data)
{
	const struct device_clock *clock =
		device_clock_entity(device, target->entity->control_interface, target->entity->id);
	struct bytes out = { .count = 0 };

	if (!target->is_in || target->code != CUR)
		return DEVICE_STALL;
	if (!clock)
		put16(&out, 1);
	else
		put16(&out, target->control == MULTIPLIER_NUMERATOR ? clock->spec->numerator : clock->spec->denominator);
	return answer_bytes(length, data, &out);
}

/* UAC3: a cluster, with a block for each channel that says where it is. */
static int cluster_request(const struct device *device, uint16_t id, uint16_t length, uint8_t *data)
{
	/* From bit of bmChannelConfig to UAC3's relationship: front, rear, beside the centre, ... */
	static const uint8_t relationships[] = { 0x80, 0x81, 0x82, 0xb8, 0x8b, 0x8c, 0x83, 0x84, 0x8d, 0x87, 0x88 };
	const struct cluster_descriptor *cluster = NULL;
	struct bytes out = { .count = 0 };
	uint32_t map;

	for (unsigned int i = 0; i < device->descriptors->cluster_count; i++)
		if (device->descriptors->clusters[i].id == id)
			cluster = &device->descriptors->clusters[i];
	if (!cluster)
		return DEVICE_STALL;
	map = cluster->map;
	put16(&out, 0);
	put8(&out, 0x26);
	put8(&out, 0);
	put16(&out, id);
	put8(&out, cluster->channels);
	for (unsigned int i = 0, bit = 0; i < cluster->channels; i++, bit++) {
		while (bit < sizeof(relationships) && map && !(map >> bit & 1))
			bit++;
		put16(&out, 6);
		put8(&out, 0x20);
		put8(&out, 0);
		put8(&out, cluster->channels == 1 ? 0x01 : bit < sizeof(relationships) && map ? relationships[bit] : 0);
		put8(&out, 0);
		put16(&out, 3);
		put8(&out, 0xff);
	}
	patch16(&out, 0, out.count);
	return answer_bytes(length, data, &out);
}

/* Connectors have something plugged in; other controls of terminals and units are 0. */
static int other_entity_request(const struct target *target, uint16_t length, uint8_t *data)
{
	if (!target->is_in)
		return target->code == CUR ? 0 : DEVICE_STALL;
	if (target->code != CUR)
		return DEVICE_STALL;
	memset(data, 0, length);
	return length < 16 ? length : 16;
}

int device_class_request(struct device *device, int64_t now_ns, uint16_t request, uint16_t value, uint16_t index,
			 uint16_t length, uint8_t *data)
{
	struct target target;

	if (!device->topology)
		return DEVICE_STALL;
	target = target_of(device, request, value, index);
	if ((request >> 8 & 0x1f) == 2)
		return endpoint_request(device, now_ns, &target, (uint8_t)index, length, data);
	if (target.is_in && target.code == HIGH_CAPABILITY)
		return cluster_request(device, value, length, data);
	if (!target.entity)
		return DEVICE_STALL;
	switch (target.entity->kind) {
	case ENTITY_FEATURE:
		return target.is_in ? get_feature(device, &target, length, data) :
				      set_feature(device, now_ns, &target, length, data);
	case ENTITY_CLOCK_SOURCE:
		return clock_source_request(device, now_ns, &target, length, data);
	case ENTITY_SELECTOR:
	case ENTITY_CLOCK_SELECTOR:
		return selector_request(device, now_ns, &target, length, data);
	case ENTITY_CLOCK_MULTIPLIER:
		return multiplier_request(device, &target, length, data);
	default:
		return other_entity_request(&target, length, data);
	}
}

static enum request_kind standard_kind(uint16_t request)
{
	switch (request) {
	case 0x0009:
		return REQUEST_SET_CONFIGURATION;
	case 0x010b:
		return REQUEST_SET_INTERFACE;
	case 0x8006:
	case 0x8106:
		return REQUEST_GET_DESCRIPTOR;
	default:
		return REQUEST_ANY;
	}
}

enum request_kind device_request_kind(struct device *device, uint16_t request, uint16_t value, uint16_t index)
{
	struct target target;

	if ((request >> 8 & 0x60) != 0x20)
		return standard_kind(request);
	if (!device->topology)
		return REQUEST_ANY;
	target = target_of(device, request, value, index);
	if ((request >> 8 & 0x1f) == 2)
		return target.is_in ? REQUEST_GET_RATE : REQUEST_SET_RATE;
	if (!target.entity)
		return REQUEST_ANY;
	if (target.entity->kind == ENTITY_CLOCK_SOURCE) {
		if (target.control == CLOCK_VALID)
			return REQUEST_GET_VALID;
		if (target.code == RANGE)
			return REQUEST_GET_RATES;
		return target.is_in ? REQUEST_GET_RATE : REQUEST_SET_RATE;
	}
	if (target.entity->kind == ENTITY_FEATURE && target.control == CONTROL_VOLUME)
		return target.is_in ? REQUEST_GET_VOLUME : REQUEST_SET_VOLUME;
	if (target.entity->kind == ENTITY_FEATURE && target.control == CONTROL_MUTE)
		return target.is_in ? REQUEST_GET_MUTE : REQUEST_SET_MUTE;
	return REQUEST_ANY;
}
