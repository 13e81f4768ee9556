// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Device, configurations, interfaces, endpoints and strings: all that is the same in each version of the audio class. */
#include "describe_audio.h"

#include <stdio.h>

#include "describe_beside.h"

uint8_t stream_channels(const struct stream_spec *stream)
{
	return stream->alts[0].channels;
}

uint32_t alt_channel_map(const struct alt_spec *alt)
{
	/* Front left and right; with the rear ones; 5.1; 7.1. */
	static const uint32_t usual[] = { [2] = 0x3, [4] = 0x33, [6] = 0x3f, [8] = 0x63f };

	if (alt->channel_map)
		return alt->channel_map;
	return alt->channels < sizeof(usual) / sizeof(usual[0]) ? usual[alt->channels] : 0;
}

static const struct audio_version *version_of(const struct function_spec *function)
{
	switch (function->uac) {
	case 1:
		return &audio_version_1;
	case 2:
		return &audio_version_2;
	default:
		return &audio_version_3;
	}
}

static uint8_t protocol_of(const struct function_spec *function)
{
	return function->uac == 1 ? 0x00 : function->uac == 2 ? 0x20 : 0x30;
}

void put_interface(struct describing *describing, uint8_t number, uint8_t alt, uint8_t endpoints, uint8_t class,
		   uint8_t subclass, uint8_t protocol)
{
	struct bytes *out = describing->out;

	put8(out, 9);
	put8(out, DT_INTERFACE);
	put8(out, number);
	put8(out, alt);
	put8(out, endpoints);
	put8(out, class);
	put8(out, subclass);
	put8(out, protocol);
	put8(out, 0);
}

/* The exponent of an endpoint's interval, from 1, in bus intervals. */
static uint8_t interval_exponent(enum bus_speed speed, uint32_t interval_us)
{
	uint8_t exponent = 1;

	while (bus_interval_us(speed) << (exponent - 1) < interval_us && exponent < 16)
		exponent++;
	return exponent;
}

/* wMaxPacketSize: at high speed more than 1024 bytes are up to three packets of a microframe. */
static uint16_t packet_size_field(enum bus_speed speed, uint32_t bytes)
{
	uint32_t packets = (bytes + 1023) / 1024;

	if (speed == SPEED_FULL || bytes <= 1024)
		return (uint16_t)bytes;
	if (speed == SPEED_SUPER)
		return 1024;
	return (uint16_t)((bytes + packets - 1) / packets | (packets - 1) << 11);
}

void put_companion(struct describing *describing, uint32_t bytes, bool is_periodic)
{
	struct bytes *out = describing->out;
	uint32_t packets = (bytes + 1023) / 1024, mult = 1;

	if (describing->spec->speed != SPEED_SUPER)
		return;
	while ((packets + mult - 1) / mult > 16)
		mult++;
	put8(out, 6);
	put8(out, DT_COMPANION);
	put8(out, (packets + mult - 1) / mult - 1);
	put8(out, mult - 1);
	put16(out, is_periodic ? bytes : 0);
}

/* The endpoint descriptor of an isochronous endpoint. In UAC1 it has two fields more. */
static void put_isochronous(struct describing *describing, const struct function_spec *function, uint8_t address,
			    uint8_t attributes, uint32_t bytes, uint8_t exponent, uint8_t refresh, uint8_t synch)
{
	struct bytes *out = describing->out;

	put8(out, function->uac == 1 ? 9 : 7);
	put8(out, DT_ENDPOINT);
	put8(out, address);
	put8(out, attributes);
	put16(out, packet_size_field(describing->spec->speed, bytes));
	put8(out, exponent);
	if (function->uac == 1) {
		put8(out, refresh);
		put8(out, synch);
	}
	put_companion(describing, bytes, true);
}

static uint8_t feedback_bytes(const struct describing *describing, const struct feedback_spec *feedback)
{
	switch (feedback->format) {
	case FEEDBACK_SPECIFIED:
		return describing->spec->speed == SPEED_FULL ? 3 : 4;
	case FEEDBACK_10_14:
	case FEEDBACK_16_16_IN_3:
		return 3;
	default:
		return 4;
	}
}

static void put_feedback(struct describing *describing, const struct function_spec *function,
			 const struct stream_spec *stream, uint8_t address)
{
	enum bus_speed speed = describing->spec->speed;
	uint32_t interval_us = stream->feedback.interval_us;
	uint8_t bytes = feedback_bytes(describing, &stream->feedback), exponent;

	/* As usual: at full speed each 8 ms, else each millisecond. */
	if (!interval_us)
		interval_us = speed == SPEED_FULL ? 8000 : 1000;
	exponent = interval_exponent(speed, interval_us);
	/* At full speed UAC1 has the exponent in bRefresh, and bInterval is 1. */
	put_isochronous(describing, function, address, 0x11, bytes,
			speed == SPEED_FULL && function->uac == 1 ? 1 : exponent, (uint8_t)(exponent - 1), 0);
}

/* The usage bits of a data endpoint: whose packets another stream follows is marked, as UAC2 wants it. */
static uint8_t data_attributes(const struct function_spec *function, const struct stream_spec *stream)
{
	uint8_t attributes = (uint8_t)(0x01 | stream->sync << 2);

	if (function->uac == 1)
		return attributes;
	for (unsigned int i = 0; i < function->stream_count; i++)
		if (function->streams[i].feedback.kind == FEEDBACK_IMPLICIT &&
		    &function->streams[function->streams[i].feedback.implicit] == stream)
			return attributes | 0x20;
	return attributes;
}

static void put_stream(struct describing *describing, const struct function_spec *function,
		       struct stream_spec *stream, struct stream_ids ids)
{
	const struct audio_version *version = version_of(function);
	bool has_feedback = stream->feedback.kind == FEEDBACK_EXPLICIT;
	uint8_t data, feedback = 0;

	stream->interface = describing->next_interface++;
	data = stream->is_playback ? describing->next_out++ : (uint8_t)(0x80 | describing->next_in++);
	if (has_feedback)
		feedback = (uint8_t)(0x80 | describing->next_in++);
	put_interface(describing, stream->interface, 0, 0, CLASS_AUDIO, SUBCLASS_STREAMING, protocol_of(function));
	for (unsigned int i = 0; i < stream->alt_count; i++) {
		const struct alt_spec *alt = &stream->alts[i];

		put_interface(describing, stream->interface, (uint8_t)(i + 1), has_feedback ? 2 : 1, CLASS_AUDIO,
			      SUBCLASS_STREAMING, protocol_of(function));
		if (!function->badd_profile)
			version->streaming(describing, function, stream, alt, ids);
		put_isochronous(describing, function, data, data_attributes(function, stream),
				spec_packet_bytes(function, stream, alt),
				interval_exponent(describing->spec->speed, alt->interval_us), 0, feedback);
		if (!function->badd_profile)
			version->endpoint(describing, function, stream, alt);
		if (has_feedback)
			put_feedback(describing, function, stream, feedback);
	}
}

static void put_association(struct describing *describing, const struct function_spec *function)
{
	struct bytes *out = describing->out;

	put8(out, 8);
	put8(out, DT_ASSOCIATION);
	put8(out, describing->next_interface);
	put8(out, 1 + function->stream_count + (function->midi_ports ? 1 : 0));
	put8(out, CLASS_AUDIO);
	/* UAC3 tells a basic audio device by its profile; 1 is a full one. */
	put8(out, function->uac == 3 ? (function->badd_profile ? function->badd_profile : 1) : 0);
	put8(out, protocol_of(function));
	put8(out, 0);
}

static void put_function(struct describing *describing, struct function_spec *function)
{
	for (unsigned int i = 0; i < function->clock_count; i++)
		function->clocks[i].id = (uint8_t)(1 + i);
	if (function->uac != 1)
		put_association(describing, function);
	function->control_interface = describing->next_interface++;
	put_interface(describing, function->control_interface, 0, 0, CLASS_AUDIO, SUBCLASS_CONTROL, protocol_of(function));
	if (!function->badd_profile)
		version_of(function)->control(describing, function, describing->next_interface);
	for (unsigned int i = 0; i < function->stream_count; i++)
		put_stream(describing, function, &function->streams[i],
			   stream_ids_from(first_stream_id(function, i)));
	if (function->midi_ports)
		put_midi(describing, function);
	if (function->key_count)
		put_keys(describing, function);
}

/* A device with keys can wake the system, if the host allows it. */
static bool has_keys(const struct device_spec *spec, unsigned int configuration)
{
	for (unsigned int i = 0; i < spec->function_count; i++)
		if (spec->functions[i].configuration == configuration && spec->functions[i].key_count)
			return true;
	return false;
}

static bool put_configuration(struct describing *describing, unsigned int index)
{
	struct device_spec *spec = describing->spec;
	struct bytes *out = &describing->descriptors->configurations[index];

	describing->out = out;
	describing->configuration = (uint8_t)index;
	describing->next_interface = 0;
	describing->next_in = 1;
	describing->next_out = 1;
	put8(out, 9);
	put8(out, DT_CONFIG);
	put16(out, 0);
	put8(out, 0);
	put8(out, index + 1);
	put8(out, 0);
	put8(out, (spec->is_self_powered ? 0xc0 : 0x80) | (has_keys(spec, index) ? 0x20 : 0));
	put8(out, spec->is_self_powered ? 0 : spec->max_power_ma / (spec->speed == SPEED_SUPER ? 8u : 2u));
	for (unsigned int i = 0; i < spec->function_count; i++)
		if (spec->functions[i].configuration == index)
			put_function(describing, &spec->functions[i]);
	patch16(out, 2, out->count);
	if (out->count > BYTES_MAX)
		return false;
	out->data[4] = describing->next_interface;
	return describing->next_in <= 16 && describing->next_out <= 16;
}

static uint8_t add_string(struct descriptors *descriptors, uint8_t index, const char *text)
{
	if (!text[0])
		return 0;
	snprintf(descriptors->strings[index], SPEC_TEXT_BYTES, "%s", text);
	return index;
}

static void put_device(const struct device_spec *spec, struct descriptors *descriptors)
{
	/* A device of several functions, that an association joins, says so. */
	bool has_association = spec->functions[0].uac != 1;
	uint16_t release = spec->speed == SPEED_SUPER ? 0x0310 : spec->functions[spec->function_count - 1].uac == 3 ?
			   0x0201 : 0x0200;
	const uint8_t fields[18] = {
		18, DT_DEVICE, (uint8_t)release, (uint8_t)(release >> 8),
		has_association ? 0xef : 0, has_association ? 2 : 0, has_association ? 1 : 0,
		spec->speed == SPEED_SUPER ? 9 : 64,
		(uint8_t)spec->vendor_id, (uint8_t)(spec->vendor_id >> 8),
		(uint8_t)spec->product_id, (uint8_t)(spec->product_id >> 8),
		(uint8_t)spec->release_bcd, (uint8_t)(spec->release_bcd >> 8),
		add_string(descriptors, 1, spec->manufacturer), add_string(descriptors, 2, spec->product),
		add_string(descriptors, 3, spec->serial), (uint8_t)spec->configuration_count,
	};

	memcpy(descriptors->device, fields, sizeof(fields));
}

void describe_abilities(const struct device_spec *spec, struct descriptors *descriptors)
{
	struct bytes *out = &descriptors->bos;

	if (get16(descriptors->device + 2) < 0x0201)
		return;
	put8(out, 5);
	put8(out, DT_BOS);
	put16(out, 0);
	put8(out, spec->speed == SPEED_SUPER ? 2 : 1);
	/* USB 2.0 extension: no link power management. */
	put8(out, 7);
	put8(out, 0x10);
	put8(out, 2);
	put32(out, 0);
	if (spec->speed == SPEED_SUPER) {
		put8(out, 10);
		put8(out, 0x10);
		put8(out, 3);
		put8(out, 0);
		put16(out, 0x000e);
		put8(out, 1);
		put8(out, 10);
		put16(out, 0x07ff);
	}
	patch16(out, 2, out->count);
}

bool describe(struct device_spec *spec, struct descriptors *descriptors, char *error, size_t error_bytes)
{
	struct describing describing = { .spec = spec, .descriptors = descriptors };

	memset(descriptors, 0, sizeof(*descriptors));
	put_device(spec, descriptors);
	describe_abilities(spec, descriptors);
	descriptors->configuration_count = spec->configuration_count;
	for (unsigned int i = 0; i < spec->configuration_count; i++)
		if (!put_configuration(&describing, i)) {
			snprintf(error, error_bytes,
				 "configuration %u does not fit: at most %u bytes, and 15 endpoints in each direction",
				 i + 1, BYTES_MAX);
			return false;
		}
	return true;
}
