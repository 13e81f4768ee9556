/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Reads a device file. The format is described in docs/devices.md.
 */
#ifndef LULLABY_DEVICES_READ_H
#define LULLABY_DEVICES_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "spec.h"

/**
 * read_device() - read a device file
 * @file: how the text is called in a complaint
 * @text: the text, which need not end in 0
 * @bytes: its length in bytes
 * @spec: the device; undefined after a complaint
 * @error: on failure one line: file, line number, the expected words, and those that were there
 * @error_bytes: room for it, in bytes
 *
 * Return: whether the text describes a device.
 */
bool read_device(const char *file, const char *text, size_t bytes, struct device_spec *spec, char *error,
		 size_t error_bytes);

/**
 * read_moments() - read more moments than the device file has
 * @file: how the text is called in a complaint
 * @text: lines as in a device file that begin with "at", "after" or "on"; ';' ends a line, too
 * @spec: the device that they are added to
 * @error: as for read_device()
 * @error_bytes: as for read_device()
 *
 * Return: whether all lines are right.
 */
bool read_moments(const char *file, const char *text, struct device_spec *spec, char *error,
		  size_t error_bytes);

#endif /* LULLABY_DEVICES_READ_H */
