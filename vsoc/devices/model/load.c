// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "read.h"

/* No text of a device is larger. */
#define FILE_BYTES (1u << 20)

bool device_begins_unplugged(const struct device_spec *spec)
{
	const struct moment *first = NULL;

	for (unsigned int i = 0; i < spec->moment_count; i++) {
		const struct moment *moment = &spec->moments[i];

		if (moment->kind == MOMENT_AT &&
		    (moment->action == ACTION_PLUG || moment->action == ACTION_UNPLUG) &&
		    (!first || moment->time_ns < first->time_ns))
			first = moment;
	}
	return first && first->action == ACTION_PLUG;
}

static bool read_file(struct loaded_device *loaded, const char *name, const char *text, size_t bytes, char *error,
		      size_t error_bytes)
{
	char reason[LOAD_ERROR_BYTES / 2];

	if (!read_device(name, text, bytes, &loaded->spec, error, error_bytes))
		return false;
	if (describe(&loaded->spec, &loaded->descriptors, reason, sizeof(reason)))
		return true;
	snprintf(error, error_bytes, "%s: %s", name, reason);
	return false;
}

static bool read_dump(struct loaded_device *loaded, const char *name, const char *text, size_t bytes, char *error,
		      size_t error_bytes)
{
	struct notes notes = { .name = name, .text = loaded->notes };
	char reason[LOAD_ERROR_BYTES / 2];
	bool is_good;

	snprintf(loaded->spec.product, sizeof(loaded->spec.product), "dumped device");
	if (dump_is_bytes(text, bytes))
		is_good = dump_read_bytes(text, bytes, &loaded->spec, &loaded->descriptors, &notes, reason, sizeof(reason));
	else
		is_good = dump_read_text(text, bytes, &loaded->spec, &loaded->descriptors, &notes, reason, sizeof(reason));
	if (!is_good)
		snprintf(error, error_bytes, "%s: %s", name, reason);
	return is_good;
}

static bool read_any(struct loaded_device *loaded, const char *name, const char *text, size_t bytes, char *error,
		     size_t error_bytes)
{
	if (dump_is_bytes(text, bytes) || dump_is_text(text, bytes))
		return read_dump(loaded, name, text, bytes, error, error_bytes);
	return read_file(loaded, name, text, bytes, error, error_bytes);
}

struct loaded_device *load_text(const char *name, const char *text, size_t bytes, const char *moments, char *error,
				size_t error_bytes)
{
	struct loaded_device *loaded = calloc(1, sizeof(*loaded));

	if (!loaded) {
		snprintf(error, error_bytes, "%s: no memory", name);
		return NULL;
	}
	if (read_any(loaded, name, text, bytes, error, error_bytes) &&
	    (!moments || read_moments("moments", moments, &loaded->spec, error, error_bytes)))
		return loaded;
	free(loaded);
	return NULL;
}

struct loaded_device *load_device(const char *path, const char *moments, char *error, size_t error_bytes)
{
	FILE *file = fopen(path, "rb");
	struct loaded_device *loaded = NULL;
	char *text;
	size_t bytes;

	if (!file) {
		snprintf(error, error_bytes, "%s: %s", path, strerror(errno));
		return NULL;
	}
	text = malloc(FILE_BYTES);
	bytes = text ? fread(text, 1, FILE_BYTES, file) : 0;
	if (!text || ferror(file) || bytes == FILE_BYTES)
		snprintf(error, error_bytes, "%s: it cannot be read, or is larger than %u bytes", path, FILE_BYTES - 1);
	else
		loaded = load_text(path, text, bytes, moments, error, error_bytes);
	free(text);
	fclose(file);
	return loaded;
}
