// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Reading files of debugfs as a whole. Half of one would be a report that is wrong, so each error counts. Only files
 * may go at any time, with the device that they describe: reading an open one then fails with EIO.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"

#define FIRST_BYTES	4096

static void *checked(void *memory)
{
	if (!memory) {
		fprintf(stderr, "offloadctl: out of memory\n");
		exit(1);
	}
	return memory;
}

static void report(const char *path, const char *why, bool *failed)
{
	fprintf(stderr, "offloadctl: cannot read %s: %s\n", path, why);
	*failed = true;
}

char *file_path(const char *directory, const char *name)
{
	char *path = NULL;

	if (!strcmp(name, "."))
		return checked(strdup(directory));
	return checked(asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path);
}

static bool is_gone(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

/* Returns 0 or an errno. */
static int read_all(FILE *file, char **text, size_t *used)
{
	size_t size = FIRST_BYTES, got;

	*used = 0;
	*text = checked(malloc(size));
	errno = 0;
	while ((got = fread(*text + *used, 1, size - *used - 1, file)) > 0) {
		*used += got;
		if (*used == size - 1) {
			size *= 2;
			*text = checked(realloc(*text, size));
		}
	}
	(*text)[*used] = '\0';
	if (!ferror(file))
		return 0;
	return errno ? errno : EIO;
}

char *file_read(const char *directory, const char *name, bool *failed)
{
	char *path = file_path(directory, name), *text = NULL;
	FILE *file = fopen(path, "re");
	struct stat status;
	size_t used = 0;
	int error;

	error = file ? read_all(file, &text, &used) : errno;
	if (file)
		fclose(file);
	if (error) {
		free(text);
		text = NULL;
		if (!is_gone(error) && (!stat(path, &status) || !is_gone(errno)))
			report(path, strerror(error), failed);
	} else if (memchr(text, '\0', used)) {
		free(text);
		text = NULL;
		report(path, "it is no text", failed);
	}
	free(path);
	return text;
}

bool file_exists(const char *directory, const char *name, bool *failed)
{
	char *path = file_path(directory, name);
	struct stat status;
	bool exists = !stat(path, &status);

	if (!exists && !is_gone(errno))
		report(path, strerror(errno), failed);
	free(path);
	return exists;
}
