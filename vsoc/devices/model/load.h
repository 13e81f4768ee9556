/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Loads a device from a file of any kind: a device file, or a dump of a real device's descriptors.
 */
#ifndef LULLABY_DEVICES_LOAD_H
#define LULLABY_DEVICES_LOAD_H

#include "dump.h"

#define LOAD_ERROR_BYTES	1024

struct loaded_device {
	struct device_spec spec;
	struct descriptors descriptors;
	char notes[NOTES_BYTES];	/* lines that say what was filled in or is contradictory; "" if nothing */
};

/**
 * load_device() - load a device
 * @path: the file
 * @moments: more moments, see read_moments(); NULL: none
 * @error: on failure one line that says why
 * @error_bytes: room for it, in bytes
 *
 * Return: the device, which the caller has to free(); or NULL.
 */
struct loaded_device *load_device(const char *path, const char *moments, char *error, size_t error_bytes);

/**
 * load_text() - the same, from memory
 * @name: how it is called in a complaint
 * @text: the file's bytes
 * @bytes: how many
 * @moments: as for load_device()
 * @error: as for load_device()
 * @error_bytes: as for load_device()
 *
 * Return: the device, which the caller has to free(); or NULL.
 */
struct loaded_device *load_text(const char *name, const char *text, size_t bytes, const char *moments, char *error,
				size_t error_bytes);

/* Whether a moment plugs the device in before any unplugs it. */
bool device_begins_unplugged(const struct device_spec *spec);

#endif /* LULLABY_DEVICES_LOAD_H */
