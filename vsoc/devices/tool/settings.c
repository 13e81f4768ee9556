// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Prints the alternate settings of a device for programs. */
#include <stdio.h>
#include <stdlib.h>

#include "../model/device.h"
#include "../model/load.h"
#include "tool.h"

static const char *const sync_names[] = { "none", "asynchronous", "adaptive", "synchronous" };
static const char *const format_names[] = { "pcm", "float", "raw" };

/* Of several configurations Linux takes the first one of UAC3, or the first one of all. */
static unsigned int configuration_of_linux(const struct device *device)
{
	for (unsigned int i = 0; i < device->descriptors->configuration_count; i++)
		if (device->topologies[i].uac == 3)
			return i;
	return 0;
}

/* Whether the host has to follow the packets of a capture stream: their usage bits say so, and there is no feedback endpoint. */
static bool is_implicit(const struct topology *topology, const struct setting *setting)
{
	if (!setting->is_playback || setting->feedback.address || (setting->data.attributes >> 2 & 3) != SYNC_ASYNCHRONOUS)
		return false;
	for (unsigned int i = 0; i < topology->setting_count; i++) {
		const struct setting *other = &topology->settings[i];

		if (!other->is_playback && other->control_interface == setting->control_interface &&
		    (other->data.attributes >> 4 & 3) == 2)
			return true;
	}
	return false;
}

static void print_loop(const struct device *device, const struct device_stream *stream)
{
	for (unsigned int i = 0; stream->capture.loop && i < device->stream_count; i++) {
		if (stream->capture.loop != &device->streams[i].loop)
			continue;
		printf(" %s:%u", device->streams[i].name, stream->capture.loop_delay_frames);
		return;
	}
	printf(" -");
}

static void print_rates(const struct rate_set *rates)
{
	if (rates && rates->is_continuous)
		printf(" %u..%u", rates->hz[0], rates->hz[1]);
	for (unsigned int i = 0; rates && !rates->is_continuous && i < rates->count; i++)
		printf(" %u", rates->hz[i]);
	printf("\n");
}

static void print_setting(struct device *device, const struct topology *topology, const struct device_stream *stream,
			  const struct setting *setting)
{
	printf("%s %s %u %u %u %u %u %u %s %s %s", stream->name, setting->is_playback ? "out" : "in",
	       setting->interface, setting->alt, setting->channels, setting->bits, setting->bytes,
	       setting->data.interval_us, format_names[setting->format], sync_names[setting->data.attributes >> 2 & 3],
	       setting->feedback.address ? "explicit" : is_implicit(topology, setting) ? "implicit" : "none");
	print_loop(device, stream);
	print_rates(device_rates(device, stream, setting));
}

static void print_settings(struct device *device)
{
	unsigned int configuration = configuration_of_linux(device);
	const struct topology *topology = &device->topologies[configuration];

	for (unsigned int i = 0; i < topology->setting_count; i++)
		for (unsigned int j = 0; j < device->stream_count; j++)
			if (device->streams[j].configuration == configuration &&
			    device->streams[j].interface == topology->settings[i].interface)
				print_setting(device, topology, &device->streams[j], &topology->settings[i]);
}

int command_settings(int count, char **paths)
{
	char error[LOAD_ERROR_BYTES];
	struct loaded_device *loaded;
	struct device *device;

	if (count != 1) {
		fprintf(stderr, "usbmodel settings: one device file is expected\n");
		return 2;
	}
	loaded = load_device(paths[0], NULL, error, sizeof(error));
	if (!loaded) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	device = device_create(&loaded->spec, &loaded->descriptors, NULL, NULL, NULL, error, sizeof(error));
	if (!device) {
		fprintf(stderr, "%s: %s\n", paths[0], error);
		free(loaded);
		return 1;
	}
	print_settings(device);
	device_destroy(device, 0);
	free(loaded);
	return 0;
}
