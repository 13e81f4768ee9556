/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Descriptors of a real device: the bytes of /sys/bus/usb/devices/.../descriptors, or the text that
 * lsusb -v prints.
 */
#ifndef LULLABY_DEVICES_DUMP_H
#define LULLABY_DEVICES_DUMP_H

#include <stddef.h>

#include "descriptors.h"

#define NOTES_BYTES 4096

/* Notes on values that were filled in or are contradictory: whole lines, of which the last ones are left out if there are too many. */
struct notes {
	const char *name;	/* each line begins with it */
	char *text;		/* NOTES_BYTES */
	size_t used;
};

void note(struct notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * dump_is_bytes() - whether a file holds the bytes of descriptors
 * @data: the file
 * @bytes: its length
 *
 * Return: whether it begins with a device descriptor.
 */
bool dump_is_bytes(const char *data, size_t bytes);

/* The same for the text of lsusb -v: whether it has a line that begins with bDescriptorType. */
bool dump_is_text(const char *data, size_t bytes);

/**
 * dump_read_bytes() - read the bytes of descriptors
 * @data: the file
 * @bytes: its length
 * @spec: gets names and numbers of the device; it has no functions
 * @descriptors: the result
 * @notes: gets a line for each guess
 * @error: on failure one line that says why
 * @error_bytes: room for it, in bytes
 *
 * Return: whether they can be emulated.
 */
bool dump_read_bytes(const char *data, size_t bytes, struct device_spec *spec, struct descriptors *descriptors,
		     struct notes *notes, char *error, size_t error_bytes);

/* The same for the text of lsusb -v. */
bool dump_read_text(const char *data, size_t bytes, struct device_spec *spec, struct descriptors *descriptors,
		    struct notes *notes, char *error, size_t error_bytes);

/**
 * dump_finish() - check configurations that were read, and fill in values that a dump lacks
 * @spec: gets names and numbers
 * @descriptors: whose device descriptor and configurations have been read
 * @has_speed: whether @spec has the speed already; else it is guessed
 * @notes: gets a line for each guess
 * @error: on failure one line that says why
 * @error_bytes: room for it, in bytes
 *
 * Return: whether they can be emulated.
 */
bool dump_finish(struct device_spec *spec, struct descriptors *descriptors, bool has_speed, struct notes *notes,
		 char *error, size_t error_bytes);

#endif /* LULLABY_DEVICES_DUMP_H */
