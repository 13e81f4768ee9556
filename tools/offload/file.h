/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
#ifndef OFFLOAD_FILE_H
#define OFFLOAD_FILE_H

#include <stdbool.h>

/* The path DIRECTORY/NAME, or DIRECTORY if NAME is ".", to be freed. */
char *file_path(const char *directory, const char *name);

/*
 * Reads all of DIRECTORY/NAME. Returns its text, to be freed, or NULL. If the file is not there, or goes away while it is
 * read, that is all. If it cannot be read as a whole for another reason, an error message says why, and *@failed is set.
 */
char *file_read(const char *directory, const char *name, bool *failed);

/* Whether DIRECTORY/NAME is there. If that cannot be found out, an error message says why, and *@failed is set. */
bool file_exists(const char *directory, const char *name, bool *failed);

#endif /* OFFLOAD_FILE_H */
