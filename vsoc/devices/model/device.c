// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "device.h"

#include <stdio.h>
#include <stdlib.h>

#include "device_parts.h"
#include "pattern.h"

static bool read_topologies(struct device *device, char *error, size_t error_bytes)
{
	for (unsigned int i = 0; i < device->descriptors->configuration_count; i++)
		if (!topology_read(&device->topologies[i], device->descriptors, i, device->spec->speed, error,
				   error_bytes))
			return false;
	return true;
}

struct device *device_create(const struct device_spec *spec, const struct descriptors *descriptors,
			     const struct device_host *host, void *owner, const char *prefix, char *error,
			     size_t error_bytes)
{
	struct device *device = calloc(1, sizeof(*device));
	int status;

	if (!device) {
		snprintf(error, error_bytes, "no memory");
		return NULL;
	}
	device->spec = spec;
	device->descriptors = descriptors;
	device->host = host;
	device->owner = owner;
	device->unplug_ns = -1;
	device->plug_ns = -1;
	device->answer_ns = -1;
	if (!read_topologies(device, error, error_bytes))
		goto err_destroy;
	if (!device_make_clocks(device)) {
		snprintf(error, error_bytes, "it has more clocks (%u) or streams (%u) than this model, or there is no memory",
			 DEVICE_CLOCKS, DEVICE_STREAMS);
		goto err_destroy;
	}
	for (unsigned int i = 0; i < spec->moment_count; i++)
		device->moments[i].due_ns = spec->moments[i].kind == MOMENT_AT ? (int64_t)spec->moments[i].time_ns : -1;
	status = record_open(&device->record, prefix);
	if (status) {
		snprintf(error, error_bytes, "%s.packets cannot be written: %s", prefix, strerror(status));
		goto err_destroy;
	}
	return device;

err_destroy:
	device_destroy(device, 0);
	return NULL;
}

void device_destroy(struct device *device, int64_t now_ns)
{
	device_deconfigure(device, now_ns);
	for (unsigned int i = 0; i < device->stream_count; i++) {
		playback_free(&device->streams[i].playback);
		loop_end(&device->streams[i].loop);
	}
	record_close(&device->record);
	free(device);
}

void device_plugged(struct device *device, int64_t now_ns)
{
	static const char *const speeds[] = { "full", "high", "super" };

	device->is_plugged = true;
	record_line(&device->record, now_ns, "plug %s %s", speeds[device->spec->speed], device->spec->product);
	device_set_alarm(device, now_ns);
}

void device_unplugged(struct device *device, int64_t now_ns)
{
	device->is_plugged = false;
	device->answer_ns = -1;
	device_deconfigure(device, now_ns);
	for (unsigned int i = 0; i < device->stream_count; i++)
		device->streams[i].first_ns = -1;
	record_line(&device->record, now_ns, "unplug");
}

void device_reset(struct device *device, int64_t now_ns)
{
	device_deconfigure(device, now_ns);
	record_line(&device->record, now_ns, "reset");
}

/* An answer of the right length that means nothing; data from the host is thrown away. */
static int answer_garbage(int64_t now_ns, uint16_t request, uint16_t length, uint8_t *data)
{
	if (!(request & 0x8000))
		return 0;
	for (uint16_t i = 0; i < length; i++)
		data[i] = (uint8_t)(pattern_mix((uint64_t)now_ns + i) >> 56);
	return length;
}

static int answer_request(struct device *device, int64_t now_ns, uint16_t request, uint16_t value, uint16_t index,
			  uint16_t length, uint8_t *data)
{
	switch (device_request_action(device, now_ns, device_request_kind(device, request, value, index))) {
	case ACTION_STALL:
		return DEVICE_STALL;
	case ACTION_SILENCE:
	case ACTION_UNPLUG:
		return DEVICE_SILENT;
	case ACTION_GARBAGE:
		return answer_garbage(now_ns, request, length, data);
	default:
		break;
	}
	/* Requests to an audio function; those of HID are of the same type, and are found by the interface. */
	if ((request >> 8 & 0x60) == 0x20) {
		int result = device_standard_request(device, now_ns, request, value, index, length, data);

		return result != DEVICE_STALL ? result :
		       device_class_request(device, now_ns, request, value, index, length, data);
	}
	return device_standard_request(device, now_ns, request, value, index, length, data);
}

int device_control(struct device *device, int64_t now_ns, uint16_t request, uint16_t value, uint16_t index,
		   uint16_t length, uint8_t *data)
{
	int result = answer_request(device, now_ns, request, value, index, length, data);

	record_line(&device->record, now_ns, "control %04x %04x %04x %u %s", request, value, index, length,
		    result == DEVICE_STALL ? "stall" : result == DEVICE_SILENT ? "silence" : "ok");
	return result;
}

static const struct other_endpoint *other_endpoint_of(const struct device *device, uint8_t address)
{
	for (unsigned int i = 0; i < device->topology->other_count; i++)
		if (device->topology->others[i].address == address)
			return &device->topology->others[i];
	return NULL;
}

/* The stream that an endpoint belongs to now: its data endpoint, or that of its feedback. */
static struct device_stream *stream_of(struct device *device, uint8_t address)
{
	/* A setting without feedback has an address of 0 there. */
	if (!(address & 0x0f))
		return NULL;
	for (unsigned int i = 0; i < device->stream_count; i++) {
		struct device_stream *stream = &device->streams[i];

		if (stream->setting &&
		    (stream->setting->data.address == address || stream->setting->feedback.address == address))
			return stream;
	}
	return NULL;
}

/* Volume and mute of a stream as they are now; NULL if they change nothing. */
static const struct feature_values *gain_of(const struct device *device, const struct device_stream *stream)
{
	const struct entity *feature = topology_feature(device->topology, stream->setting);
	const struct feature_values *values =
		feature ? &device->values[feature - device->topology->entities].feature : NULL;

	return values && !gain_is_unity(values) ? values : NULL;
}

static void apply_gain(const struct feature_values *values, const struct setting *setting, uint8_t *data, uint32_t bytes)
{
	gain_apply(values, (struct sample_layout){ setting->format, setting->bytes, setting->bits }, setting->channels,
		   data, bytes);
}

/* The sound behind the feature unit: the packet itself, or a changed copy. */
static const uint8_t *sound_of(struct device *device, const struct device_stream *stream, const uint8_t *data,
			       uint32_t bytes)
{
	const struct feature_values *values = gain_of(device, stream);

	if (!values || bytes > sizeof(device->packet))
		return data;
	memcpy(device->packet, data, bytes);
	apply_gain(values, stream->setting, device->packet, bytes);
	return device->packet;
}

int device_out(struct device *device, int64_t now_ns, uint8_t endpoint, const uint8_t *data, uint32_t bytes)
{
	const struct other_endpoint *other;
	struct device_stream *stream;

	if (!device->topology)
		return DEVICE_STALL;
	stream = stream_of(device, endpoint);
	if (!stream || !stream->is_playback) {
		other = other_endpoint_of(device, endpoint);
		return other ? device_beside_out(device, now_ns, other, data, bytes) : DEVICE_STALL;
	}
	switch (device_packet_action(device, now_ns, stream)) {
	case ACTION_MISSING:
	case ACTION_UNPLUG:
		record_line(&device->record, now_ns, "missing %s", stream->name);
		return DEVICE_ERROR;
	case ACTION_BABBLE:
		record_line(&device->record, now_ns, "babble %s", stream->name);
		return DEVICE_BABBLE;
	default:
		break;
	}
	playback_packet(&stream->playback, now_ns, sound_of(device, stream, data, bytes), bytes, &device->record,
			stream->name);
	return (int)bytes;
}

static int feedback_in(struct device *device, int64_t now_ns, struct device_stream *stream, uint8_t *data,
		       uint32_t room_bytes)
{
	uint8_t value[4];
	unsigned int bytes =
		playback_feedback(&stream->playback, device->topology->speed, now_ns, value);

	if (bytes > room_bytes)
		bytes = room_bytes;
	memcpy(data, value, bytes);
	if (bytes)
		record_line(&device->record, now_ns, "feedback %s %02x%02x%02x%02x", stream->name,
			    bytes > 3 ? value[3] : 0, value[2], value[1], value[0]);
	return (int)bytes;
}

/* A capture stream with a loop hears another stream, which has to be played up to now. */
static void advance_players(struct device *device, int64_t now_ns, const struct device_stream *stream)
{
	if (stream->capture.source != SOURCE_LOOP)
		return;
	for (unsigned int i = 0; i < device->stream_count; i++)
		if (stream->capture.loop == &device->streams[i].loop)
			playback_advance(&device->streams[i].playback, now_ns);
}

static int capture_in(struct device *device, int64_t now_ns, struct device_stream *stream, uint8_t *data,
		      uint32_t room_bytes)
{
	enum action action = device_packet_action(device, now_ns, stream);
	const struct feature_values *gain;
	uint32_t bytes;

	if (action == ACTION_MISSING || action == ACTION_UNPLUG) {
		record_line(&device->record, now_ns, "missing %s", stream->name);
		return DEVICE_ERROR;
	}
	if (action == ACTION_BABBLE) {
		record_line(&device->record, now_ns, "babble %s", stream->name);
		return DEVICE_BABBLE;
	}
	advance_players(device, now_ns, stream);
	bytes = capture_packet(&stream->capture, now_ns, data, room_bytes, &device->record, stream->name);
	gain = gain_of(device, stream);
	if (gain)
		apply_gain(gain, stream->setting, data, bytes);
	if (action == ACTION_SHORT)
		bytes /= 2;
	if (action == ACTION_LONG)
		bytes = room_bytes;
	return (int)bytes;
}

int device_in(struct device *device, int64_t now_ns, uint8_t endpoint, uint8_t *data, uint32_t room_bytes)
{
	const struct other_endpoint *other;
	struct device_stream *stream;

	if (!device->topology)
		return DEVICE_STALL;
	stream = stream_of(device, endpoint);
	if (!stream) {
		other = other_endpoint_of(device, endpoint);
		return other ? device_beside_in(device, now_ns, other, data, room_bytes) : DEVICE_STALL;
	}
	if (stream->setting->data.address == endpoint && !stream->is_playback)
		return capture_in(device, now_ns, stream, data, room_bytes);
	return stream->is_playback ? feedback_in(device, now_ns, stream, data, room_bytes) : 0;
}
