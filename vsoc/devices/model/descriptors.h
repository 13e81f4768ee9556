/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The descriptors of a device: its answers to GET_DESCRIPTOR. Device files are turned into them,
 * and dumps of real devices are read into them; all that follows works with the bytes.
 */
#ifndef LULLABY_DEVICES_DESCRIPTORS_H
#define LULLABY_DEVICES_DESCRIPTORS_H

#include "bytes.h"
#include "spec.h"

#define DESCRIPTOR_STRINGS	256u
#define DESCRIPTOR_REPORTS	4
#define DESCRIPTOR_CLUSTERS	64

/* The types and subtypes of descriptors that several files need. */
enum {
	DT_DEVICE = 1,
	DT_CONFIG = 2,
	DT_STRING = 3,
	DT_INTERFACE = 4,
	DT_ENDPOINT = 5,
	DT_QUALIFIER = 6,
	DT_ASSOCIATION = 11,
	DT_BOS = 15,
	DT_HID = 0x21,
	DT_REPORT = 0x22,
	DT_CS_INTERFACE = 0x24,
	DT_CS_ENDPOINT = 0x25,
	DT_COMPANION = 0x30,
};

enum { CLASS_AUDIO = 1, CLASS_HID = 3 };
enum { SUBCLASS_CONTROL = 1, SUBCLASS_STREAMING = 2, SUBCLASS_MIDI = 3 };

/* A HID interface's report descriptor. */
struct report_descriptor {
	uint8_t configuration, interface;
	uint8_t bytes[128];
	uint8_t count;
};

/* UAC3: a cluster descriptor, that is asked for by its id. */
struct cluster_descriptor {
	uint16_t id;
	uint8_t channels;
	uint32_t map;
};

struct descriptors {
	uint8_t device[18];
	struct bytes configurations[SPEC_CONFIGURATIONS];
	unsigned int configuration_count;
	struct bytes bos;				/* of no bytes: there is none */
	char strings[DESCRIPTOR_STRINGS][SPEC_TEXT_BYTES];	/* by index; 0 is not used, and "" is none */
	struct report_descriptor reports[DESCRIPTOR_REPORTS];
	unsigned int report_count;
	struct cluster_descriptor clusters[DESCRIPTOR_CLUSTERS];
	unsigned int cluster_count;
};

/**
 * describe() - make the descriptors of a device
 * @spec: the device; numbers of interfaces and entities are written into it
 * @descriptors: the result
 * @error: on failure one line that says why
 * @error_bytes: room for it, in bytes
 *
 * Return: whether they fit.
 */
bool describe(struct device_spec *spec, struct descriptors *descriptors, char *error, size_t error_bytes);

/* Above USB 2.0 a device says what it can do, in the binary object store: writes it, if the device descriptor wants it. */
void describe_abilities(const struct device_spec *spec, struct descriptors *descriptors);

#endif /* LULLABY_DEVICES_DESCRIPTORS_H */
