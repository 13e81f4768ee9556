// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Commands that look at device files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/load.h"
#include "../model/topology.h"
#include "tool.h"

static const char *const speed_names[] = { "full", "high", "super" };
static const char *const sync_names[] = { "none", "asynchronous", "adaptive", "synchronous" };

/* Loads a device, or says why that is impossible. Prints the notes on a dump, too. */
static struct loaded_device *load(const char *path)
{
	char error[LOAD_ERROR_BYTES];
	struct loaded_device *loaded = load_device(path, NULL, error, sizeof(error));

	if (!loaded)
		fprintf(stderr, "%s\n", error);
	else
		fputs(loaded->notes, stderr);
	return loaded;
}

/* Reads the configurations, as a host would. Returns an exit status. */
static int for_each_topology(const struct loaded_device *loaded, const char *path,
			     void (*act)(const struct topology *topology))
{
	for (unsigned int i = 0; i < loaded->descriptors.configuration_count; i++) {
		struct topology topology;
		char error[LOAD_ERROR_BYTES];

		if (!topology_read(&topology, &loaded->descriptors, i, loaded->spec.speed, error, sizeof(error))) {
			fprintf(stderr, "%s: %s\n", path, error);
			return 1;
		}
		act(&topology);
	}
	return 0;
}

static void do_nothing(const struct topology *topology)
{
	(void)topology;
}

int command_check(int count, char **paths)
{
	int status = 0;

	for (int i = 0; i < count; i++) {
		struct loaded_device *loaded = load(paths[i]);

		if (!loaded || for_each_topology(loaded, paths[i], do_nothing))
			status = 1;
		free(loaded);
	}
	return status;
}

/* The file's name without its directory and its end. */
static void print_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');

	printf("%-24.*s", (int)(dot ? dot - name : (int)strlen(name)), name);
}

/* The version of the first audio function, whichever kind of file says it. */
static unsigned int uac_of(const struct loaded_device *loaded)
{
	struct topology topology;
	char error[LOAD_ERROR_BYTES];

	if (!topology_read(&topology, &loaded->descriptors, 0, loaded->spec.speed, error, sizeof(error)))
		return 0;
	return topology.setting_count ? topology.settings[0].uac : topology.uac;
}

int command_table(int count, char **paths)
{
	int status = 0;

	for (int i = 0; i < count; i++) {
		struct loaded_device *loaded = load(paths[i]);

		if (!loaded) {
			status = 1;
			continue;
		}
		print_name(paths[i]);
		printf(" UAC%u %-5s %s: %s\n", uac_of(loaded), speed_names[loaded->spec.speed],
		       loaded->spec.product, loaded->spec.special);
		free(loaded);
	}
	return status;
}

int command_descriptors(int count, char **paths)
{
	struct loaded_device *loaded = count == 1 ? load(paths[0]) : NULL;
	const struct descriptors *descriptors;

	if (!loaded) {
		if (count != 1)
			fprintf(stderr, "usbmodel descriptors: one device file is expected\n");
		return 1;
	}
	descriptors = &loaded->descriptors;
	fwrite(descriptors->device, sizeof(descriptors->device), 1, stdout);
	for (unsigned int i = 0; i < descriptors->configuration_count; i++)
		fwrite(descriptors->configurations[i].data, 1, descriptors->configurations[i].count, stdout);
	free(loaded);
	return 0;
}

static void print_topology(const struct topology *topology)
{
	printf("configuration %u, %u interfaces\n", topology->configuration_value, topology->interface_count);
	for (unsigned int i = 0; i < topology->setting_count; i++) {
		const struct setting *setting = &topology->settings[i];

		printf("  interface %u setting %u: UAC%u %s, %s, %u channels, %u bits in %u bytes\n    endpoint 0x%02x, %u us, %u bytes",
		       setting->interface, setting->alt, setting->uac, setting->is_playback ? "plays" : "records",
		       sync_names[setting->data.attributes >> 2 & 3], setting->channels, setting->bits, setting->bytes,
		       setting->data.address, setting->data.interval_us, setting->data.packet_bytes);
		if (setting->feedback.address)
			printf(", feedback 0x%02x, %u us", setting->feedback.address, setting->feedback.interval_us);
		printf("\n");
	}
}

int command_show(int count, char **paths)
{
	int status = 0;

	for (int i = 0; i < count; i++) {
		struct loaded_device *loaded = load(paths[i]);

		if (!loaded) {
			status = 1;
			continue;
		}
		printf("%s (%04x:%04x, %s speed)\n", loaded->spec.product, loaded->spec.vendor_id,
		       loaded->spec.product_id, speed_names[loaded->spec.speed]);
		if (for_each_topology(loaded, paths[i], print_topology))
			status = 1;
		free(loaded);
	}
	return status;
}
