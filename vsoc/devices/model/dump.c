// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The bytes, and the common part of both kinds of dumps. */
#include "dump.h"

#include <stdarg.h>
#include <stdio.h>

void note(struct notes *notes, const char *format, ...)
{
	char line[256];
	va_list arguments;
	int used;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	used = snprintf(notes->text + notes->used, NOTES_BYTES - notes->used, "%s: %s\n", notes->name, line);
	if (used > 0 && (size_t)used < NOTES_BYTES - notes->used)
		notes->used += (size_t)used;
	else
		notes->text[notes->used] = '\0';
}

bool dump_is_bytes(const char *data, size_t bytes)
{
	return bytes >= 18 && data[0] == 18 && data[1] == DT_DEVICE;
}

/* Walks through a configuration. */
struct walker {
	const struct bytes *bytes;
	uint32_t at;
};

/* The next descriptor, or NULL at the end, or where a length is wrong. */
static const uint8_t *next_descriptor(struct walker *walker)
{
	const uint8_t *descriptor = walker->bytes->data + walker->at;
	uint32_t left = walker->bytes->count - walker->at;

	if (left < 2 || descriptor[0] < 2 || descriptor[0] > left)
		return NULL;
	walker->at += descriptor[0];
	return descriptor;
}

/* Signs in the descriptors of all configurations of the speed at which they were read. */
struct speed_signs {
	bool has_companion;
	bool has_large;		/* an endpoint that full speed does not have */
	bool has_small_bulk;	/* a bulk endpoint that high speed does not have */
	bool has_late_class;	/* UAC2 or UAC3, which hardly any full-speed device has */
	bool has_microframes;	/* an isochronous interval of 1 ms at high speed, 8 ms at full speed */
};

static void read_signs(struct speed_signs *signs, const struct bytes *bytes)
{
	struct walker walker = { .bytes = bytes };
	const uint8_t *descriptor;

	while ((descriptor = next_descriptor(&walker))) {
		if (descriptor[1] == DT_COMPANION)
			signs->has_companion = true;
		if (descriptor[1] == DT_INTERFACE && descriptor[0] >= 9 && descriptor[5] == CLASS_AUDIO &&
		    descriptor[7] >= 0x20)
			signs->has_late_class = true;
		if (descriptor[1] != DT_ENDPOINT || descriptor[0] < 7)
			continue;
		if ((descriptor[3] & 3) == 2 && get16(descriptor + 4) == 512)
			signs->has_large = true;
		if ((descriptor[3] & 3) == 2 && get16(descriptor + 4) <= 64)
			signs->has_small_bulk = true;
		if (get16(descriptor + 4) > 1023)
			signs->has_large = true;
		if ((descriptor[3] & 3) == 1 && descriptor[6] == 4)
			signs->has_microframes = true;
	}
}

static enum bus_speed guess_speed(const struct descriptors *descriptors)
{
	struct speed_signs signs = { .has_companion = false };

	for (unsigned int i = 0; i < descriptors->configuration_count; i++)
		read_signs(&signs, &descriptors->configurations[i]);
	if (signs.has_companion)
		return SPEED_SUPER;
	if (get16(descriptors->device + 2) < 0x0200)
		return SPEED_FULL;
	if (signs.has_large)
		return SPEED_HIGH;
	if (signs.has_small_bulk)
		return SPEED_FULL;
	return signs.has_late_class || signs.has_microframes ? SPEED_HIGH : SPEED_FULL;
}

/* How many different interfaces a configuration has; UINT_MAX if its lengths are wrong. */
static unsigned int count_interfaces(const struct bytes *bytes)
{
	struct walker walker = { .bytes = bytes };
	bool is_there[256] = { false };
	unsigned int count = 0;
	const uint8_t *descriptor;

	while ((descriptor = next_descriptor(&walker))) {
		if (descriptor[1] != DT_INTERFACE || descriptor[0] < 9 || is_there[descriptor[2]])
			continue;
		is_there[descriptor[2]] = true;
		count++;
	}
	return walker.at == bytes->count ? count : UINT32_MAX;
}

static bool check_configuration(struct descriptors *descriptors, unsigned int index, struct notes *notes,
				char *error, size_t error_bytes)
{
	struct bytes *bytes = &descriptors->configurations[index];
	unsigned int interfaces;

	if (bytes->count > BYTES_MAX || bytes->count < 9) {
		snprintf(error, error_bytes, "configuration %u has %u bytes: 9 to %u can be emulated", index + 1,
			 bytes->count, BYTES_MAX);
		return false;
	}
	interfaces = count_interfaces(bytes);
	if (interfaces != bytes->data[4]) {
		snprintf(error, error_bytes, "configuration %u says that it has %u interfaces, but %u can be found: it is cut",
			 index + 1, bytes->data[4], interfaces == UINT32_MAX ? 0 : interfaces);
		return false;
	}
	if (get16(bytes->data + 2) != bytes->count) {
		note(notes, "configuration %u says %u bytes, %u are there: it says %u now", index + 1,
		     get16(bytes->data + 2), bytes->count, bytes->count);
		patch16(bytes, 2, bytes->count);
	}
	return true;
}

bool dump_finish(struct device_spec *spec, struct descriptors *descriptors, bool has_speed, struct notes *notes,
		 char *error, size_t error_bytes)
{
	static const char *const speeds[] = { "full", "high", "super" };

	if (!descriptors->configuration_count) {
		snprintf(error, error_bytes, "it has no configuration");
		return false;
	}
	for (unsigned int i = 0; i < descriptors->configuration_count; i++)
		if (!check_configuration(descriptors, i, notes, error, error_bytes))
			return false;
	if (descriptors->device[17] != descriptors->configuration_count) {
		note(notes, "it says %u configurations, %u are there: it says %u now", descriptors->device[17],
		     descriptors->configuration_count, descriptors->configuration_count);
		descriptors->device[17] = (uint8_t)descriptors->configuration_count;
	}
	if (!has_speed) {
		spec->speed = guess_speed(descriptors);
		note(notes, "the speed is not said: %s is a guess (a line \"speed %s\" says it)", speeds[spec->speed],
		     speeds[spec->speed]);
	}
	descriptors->device[7] = spec->speed == SPEED_SUPER ? 9 : descriptors->device[7];
	spec->vendor_id = get16(descriptors->device + 8);
	spec->product_id = get16(descriptors->device + 10);
	spec->release_bcd = get16(descriptors->device + 12);
	spec->configuration_count = descriptors->configuration_count;
	describe_abilities(spec, descriptors);
	return true;
}

bool dump_read_bytes(const char *data, size_t bytes, struct device_spec *spec, struct descriptors *descriptors,
		     struct notes *notes, char *error, size_t error_bytes)
{
	const uint8_t *from = (const uint8_t *)data;
	size_t at = sizeof(descriptors->device);

	memcpy(descriptors->device, from, sizeof(descriptors->device));
	while (at < bytes) {
		struct bytes *configuration;
		size_t total;

		if (descriptors->configuration_count == SPEC_CONFIGURATIONS) {
			note(notes, "more than %d configurations: the others are left out", SPEC_CONFIGURATIONS);
			break;
		}
		total = bytes - at < 9 ? 0 : get16(from + at + 2);
		if (bytes - at < 9 || from[at + 1] != DT_CONFIG || total > bytes - at || total > BYTES_MAX || total < 9) {
			snprintf(error, error_bytes, "byte %zu: expected a whole configuration of at most %u bytes", at,
				 BYTES_MAX);
			return false;
		}
		configuration = &descriptors->configurations[descriptors->configuration_count++];
		memcpy(configuration->data, from + at, total);
		configuration->count = (uint32_t)total;
		at += total;
	}
	return dump_finish(spec, descriptors, false, notes, error, error_bytes);
}
