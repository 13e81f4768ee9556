// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Changes descriptors, as a device may have them whose firmware has faults. The result can still be walked
 * through, so that it can be plugged in; the host has to find out all else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/load.h"
#include "../model/pattern.h"
#include "../model/topology.h"
#include "tool.h"

/* So many tries to find a change that leaves descriptors which can be walked through. */
#define TRIES 100

struct random {
	uint64_t seed, step;
};

static uint32_t below(struct random *random, uint32_t limit)
{
	return (uint32_t)((pattern_mix(random->seed << 20 | random->step++) >> 32) * limit >> 32);
}

/* A byte of a descriptor becomes any other, the next one, or a value at an edge. */
static void change_byte(struct random *random, uint8_t *byte)
{
	static const uint8_t edges[] = { 0x00, 0x01, 0x02, 0x03, 0x04, 0x08, 0x7f, 0x80, 0x81, 0xfe, 0xff };

	switch (below(random, 4)) {
	case 0:
		*byte = (uint8_t)below(random, 256);
		break;
	case 1:
		*byte ^= (uint8_t)(1u << below(random, 8));
		break;
	case 2:
		*byte = (uint8_t)(*byte + (below(random, 2) ? 1 : -1));
		break;
	default:
		*byte = edges[below(random, sizeof(edges))];
	}
}

/* The descriptor at a random byte behind the first one, or the last one before a length that leads nowhere. */
static uint32_t any_descriptor(struct random *random, const struct bytes *bytes)
{
	uint32_t wanted = 9 + below(random, bytes->count - 9), at = 9;

	while (at + bytes->data[at] <= wanted && bytes->data[at] >= 2)
		at += bytes->data[at];
	return at;
}

/* Removes a descriptor, or repeats one. */
static void move_descriptor(struct random *random, struct bytes *bytes)
{
	uint32_t at = any_descriptor(random, bytes), length = bytes->data[at];

	if (at + length > bytes->count)
		return;
	if (below(random, 2)) {
		memmove(bytes->data + at, bytes->data + at + length, bytes->count - at - length);
		bytes->count -= length;
	} else if (bytes->count + length <= BYTES_MAX) {
		memmove(bytes->data + at + length, bytes->data + at, bytes->count - at);
		bytes->count += length;
	}
}

static void change(struct random *random, struct bytes *bytes)
{
	uint32_t at;

	if (bytes->count <= 9)
		return;
	if (!below(random, 6)) {
		move_descriptor(random, bytes);
		return;
	}
	at = any_descriptor(random, bytes);
	/* Its length and its type seldom: then all behind is lost. */
	if (bytes->data[at] > 2 && at + bytes->data[at] <= bytes->count && below(random, 8))
		at += 2 + below(random, bytes->data[at] - 2u);
	else if (at + 1 < bytes->count)
		at += below(random, 2);
	change_byte(random, bytes->data + at);
}

static char result[18 + SPEC_CONFIGURATIONS * BYTES_MAX];

/* Puts the bytes into result, and returns how many they are. */
static size_t join(const struct descriptors *descriptors)
{
	size_t used = sizeof(descriptors->device);

	memcpy(result, descriptors->device, used);
	for (unsigned int i = 0; i < descriptors->configuration_count; i++) {
		memcpy(result + used, descriptors->configurations[i].data, descriptors->configurations[i].count);
		used += descriptors->configurations[i].count;
	}
	return used;
}

/* Whether such a device can be plugged in. */
static bool is_taken(size_t bytes)
{
	static struct topology topology;
	char error[LOAD_ERROR_BYTES];
	struct loaded_device *loaded = load_text("mutant", result, bytes, NULL, error, sizeof(error));
	bool is_good = loaded;

	for (unsigned int i = 0; loaded && i < loaded->descriptors.configuration_count; i++)
		is_good = is_good && topology_read(&topology, &loaded->descriptors, i, loaded->spec.speed, error, sizeof(error));
	free(loaded);
	return is_good;
}

int command_mutate(int count, char **paths)
{
	struct random random = { .step = 0 };
	static struct descriptors changed;
	struct loaded_device *loaded;
	char error[LOAD_ERROR_BYTES];
	size_t bytes = 0;

	if (count != 2) {
		fprintf(stderr, "usbmodel mutate: a seed and a device file are expected\n");
		return 2;
	}
	loaded = load_device(paths[1], NULL, error, sizeof(error));
	if (!loaded) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	random.seed = strtoull(paths[0], NULL, 0);
	for (unsigned int i = 0; i < TRIES; i++) {
		unsigned int changes = 1 + below(&random, 3);

		changed = loaded->descriptors;
		while (changes--)
			change(&random, &changed.configurations[below(&random, changed.configuration_count)]);
		for (unsigned int j = 0; j < changed.configuration_count; j++)
			patch16(&changed.configurations[j], 2, changed.configurations[j].count);
		bytes = join(&changed);
		if (is_taken(bytes))
			break;
		changed = loaded->descriptors;
		bytes = join(&changed);
	}
	fwrite(result, 1, bytes, stdout);
	free(loaded);
	return 0;
}
