// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The text of lsusb -v, of any version of usbutils. Each descriptor begins with a line of bLength; the
 * names of the fields that follow tell how wide they are. Headings and indentation are not needed, as
 * mail programs remove them. Zeros fill a descriptor up to the length that it says.
 */
#include "dump.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_BYTES 256

/* A descriptor while its lines come. */
struct pending {
	uint8_t data[255 + 16];
	unsigned int count;
	unsigned int length;		/* bLength; 0: no descriptor has begun */
	unsigned int line;
};

struct reader {
	struct device_spec *spec;
	struct descriptors *descriptors;
	struct notes *notes;
	struct bytes *configuration;	/* that descriptors are added to; NULL: none yet */
	struct pending pending;
	unsigned int uac, subclass;	/* of the interface that was met last */
	bool has_device, has_speed;
	bool is_after;			/* the configurations are over: what follows is not theirs */
	unsigned int left_out, filled, filled_line;
	const char *problem;
	unsigned int line;
};

bool dump_is_text(const char *data, size_t bytes)
{
	static const char sign[] = "bDescriptorType";

	for (size_t at = 0; at + sizeof(sign) - 1 <= bytes; at++)
		if (!memcmp(data + at, sign, sizeof(sign) - 1))
			return true;
	return false;
}

/* The descriptor that a class descriptor's fields belong to: how wide a bit map is depends on it. */
static unsigned int controls_width(const struct reader *reader)
{
	const struct pending *pending = &reader->pending;
	unsigned int subtype = pending->count > 2 ? pending->data[2] : 0;

	if (reader->uac == 3)
		return 4;
	if (reader->uac == 2 && reader->subclass == SUBCLASS_CONTROL && (subtype == 0x02 || subtype == 0x03) &&
	    pending->data[1] == DT_CS_INTERFACE)
		return 2;
	return 1;
}

static bool begins(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/* How many bytes a field of that name has; 0: the line is not a field. */
static unsigned int field_width(const struct reader *reader, const char *name)
{
	const struct pending *pending = &reader->pending;

	if (begins(name, "bmaControls"))
		return reader->uac >= 2 ? 4 : pending->count > 5 && pending->data[5] ? pending->data[5] : 1;
	if (begins(name, "bmControl"))
		return controls_width(reader);
	if (begins(name, "bmChannelConfig"))
		return 4;
	if (begins(name, "bmFormats"))
		return reader->uac == 3 ? 8 : 4;
	if (begins(name, "bmAuxProtocols"))
		return 2;
	if (begins(name, "bcd") || begins(name, "id"))
		return 2;
	if (begins(name, "dw"))
		return 4;
	if (begins(name, "tSamFreq") || begins(name, "tLowerSamFreq") || begins(name, "tUpperSamFreq"))
		return 3;
	if (begins(name, "guid"))
		return 16;
	if (begins(name, "MaxPower"))
		return 1;
	if (!strcmp(name, "Mult") || !strcmp(name, "MaxStreams"))
		return pending->count > 1 && pending->data[1] == DT_COMPANION ? 1 : 0;
	if (name[0] == 'w' && isupper((unsigned char)name[1]))
		return 2;
	if ((name[0] == 'b' || name[0] == 'i') && (isupper((unsigned char)name[1]) || begins(name, "bm") || begins(name, "ba")))
		return 1;
	return begins(name, "BaSource") ? 1 : 0;
}

/* bcdUSB 2.00, MaxPower 500mA, 0x0101, 48000: as the name wants it. */
static uint64_t field_value(const struct reader *reader, const char *name, const char *text)
{
	if (begins(name, "bcd")) {
		char *end;
		unsigned long major = strtoul(text, &end, 16);

		return (major & 0xff) << 8 | (*end == '.' ? strtoul(end + 1, NULL, 16) & 0xff : 0);
	}
	if (begins(name, "MaxPower")) {
		unsigned long milliamperes = strtoul(text, NULL, 10);

		return milliamperes / (get16(reader->descriptors->device + 2) >= 0x0300 ? 8 : 2);
	}
	return strtoull(text, NULL, 0);
}

/* A companion's bytes of an interval are not in the text: all that its packets carry. */
static void fill_companion(struct reader *reader, uint8_t *companion)
{
	const struct bytes *bytes = reader->configuration;
	uint32_t packet = 0;

	if (reader->pending.count >= 6)
		return;
	for (uint32_t at = 0; at + 7 <= bytes->count && bytes->data[at] >= 2; at += bytes->data[at])
		if (bytes->data[at + 1] == DT_ENDPOINT)
			packet = get16(bytes->data + at + 4) & 0x7ffu;
	packet *= (companion[2] + 1u) * ((companion[3] & 3u) + 1);
	companion[4] = (uint8_t)packet;
	companion[5] = (uint8_t)(packet >> 8);
}

static void note_interface(struct reader *reader, const uint8_t *descriptor)
{
	reader->subclass = descriptor[5] == CLASS_AUDIO ? descriptor[6] : 0;
	reader->uac = descriptor[5] != CLASS_AUDIO ? 0 : descriptor[7] == 0x30 ? 3 : descriptor[7] == 0x20 ? 2 : 1;
}

static void take_device(struct reader *reader, const uint8_t *descriptor)
{
	memcpy(reader->descriptors->device, descriptor, sizeof(reader->descriptors->device));
	reader->has_device = true;
}

static void begin_configuration(struct reader *reader)
{
	struct descriptors *descriptors = reader->descriptors;

	if (descriptors->configuration_count == SPEC_CONFIGURATIONS) {
		reader->configuration = NULL;
		reader->left_out++;
		reader->is_after = true;
		return;
	}
	reader->configuration = &descriptors->configurations[descriptors->configuration_count++];
	reader->is_after = false;
}

/* Puts a descriptor that is complete where it belongs. */
static void finish_descriptor(struct reader *reader)
{
	struct pending *pending = &reader->pending;
	unsigned int type = pending->data[1];

	if (!pending->length)
		return;
	if (pending->count < 2 || pending->length < 2) {
		reader->problem = "expected bLength and bDescriptorType of a descriptor";
		return;
	}
	if (pending->count < pending->length && type != DT_COMPANION && type != DT_QUALIFIER && !reader->is_after) {
		if (!reader->filled++)
			reader->filled_line = pending->line;
	}
	if (type == DT_DEVICE && pending->length >= 18)
		take_device(reader, pending->data);
	else if (type == DT_QUALIFIER || type == DT_BOS)
		reader->is_after = true;
	else if (type == DT_CONFIG)
		begin_configuration(reader);
	if (type == DT_INTERFACE && pending->length >= 9)
		note_interface(reader, pending->data);
	if (type != DT_DEVICE && !reader->is_after) {
		if (!reader->configuration) {
			reader->problem = "expected a configuration descriptor before all others";
			return;
		}
		if (type == DT_COMPANION && pending->length >= 6)
			fill_companion(reader, pending->data);
		for (unsigned int i = 0; i < pending->length; i++)
			put8(reader->configuration, pending->data[i]);
	}
	*pending = (struct pending){ .length = 0 };
}

/* A string stands behind its index. */
static void take_string(struct reader *reader, const char *name, unsigned int index, const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	if (name[0] != 'i' || !isupper((unsigned char)name[1]) || !index || index >= DESCRIPTOR_STRINGS || !*text)
		return;
	snprintf(reader->descriptors->strings[index], SPEC_TEXT_BYTES, "%.*s", SPEC_TEXT_BYTES - 1, text);
	if (!strcmp(name, "iProduct"))
		snprintf(reader->spec->product, sizeof(reader->spec->product), "%.*s", SPEC_TEXT_BYTES - 1, text);
}

/* The companion of an endpoint is printed without its length and type, as if it were part of the endpoint. */
static void begin_companion(struct reader *reader)
{
	finish_descriptor(reader);
	reader->pending = (struct pending){ .data = { 6, DT_COMPANION }, .count = 2, .length = 6, .line = reader->line };
}

static void take_field(struct reader *reader, const char *name, const char *text)
{
	struct pending *pending = &reader->pending;
	unsigned int width = field_width(reader, name);
	uint64_t value = width ? field_value(reader, name, text) : 0;

	if (!strcmp(name, "bLength")) {
		finish_descriptor(reader);
		pending->length = value > 255 ? 255 : (unsigned int)value;
		pending->line = reader->line;
	}
	if (!strcmp(name, "bMaxBurst") && pending->length && pending->data[1] == DT_ENDPOINT)
		begin_companion(reader);
	if (!pending->length || !width)
		return;
	for (unsigned int i = 0; i < width && pending->count < pending->length; i++)
		pending->data[pending->count++] = i < 8 ? (uint8_t)(value >> 8 * i) : 0;
	text += strcspn(text, " \t");
	take_string(reader, name, (unsigned int)value & 0xff, text);
}

static bool read_speed_line(struct reader *reader, const char *text)
{
	static const char *const names[] = { "full", "high", "super" };

	for (unsigned int i = 0; i < 3; i++)
		if (!strcmp(text, names[i])) {
			reader->spec->speed = (enum bus_speed)i;
			reader->has_speed = true;
			return true;
		}
	return false;
}

/* Names have an index in some lines: "baInterfaceNr( 0)  1", "tSamFreq[ 0]  48000". */
static char *end_of_name(char *line)
{
	char *end = line;

	while (isalnum((unsigned char)*end))
		end++;
	if (*end == '(' || *end == '[') {
		char *close = strpbrk(end, ")]");

		*end = '\0';
		return close ? close + 1 : end;
	}
	if (!*end || !isspace((unsigned char)*end))
		return NULL;
	*end = '\0';
	return end + 1;
}

static void read_line(struct reader *reader, char *line)
{
	char *text;

	while (isspace((unsigned char)*line))
		line++;
	text = end_of_name(line);
	if (!text)
		return;
	while (isspace((unsigned char)*text))
		text++;
	if (!strcmp(line, "speed") && read_speed_line(reader, text))
		return;
	/* Other lines are words: explanations, or the state of the device. */
	if (isdigit((unsigned char)*text))
		take_field(reader, line, text);
}

static bool read_lines(struct reader *reader, const char *data, size_t bytes)
{
	char line[LINE_BYTES];
	size_t at = 0;

	while (at < bytes && !reader->problem) {
		size_t used = 0;

		for (; at < bytes && data[at] != '\n'; at++)
			if (used < sizeof(line) - 1 && data[at] != '\r')
				line[used++] = data[at] ? data[at] : ' ';
		at++;
		line[used] = '\0';
		while (used && isspace((unsigned char)line[used - 1]))
			line[--used] = '\0';
		reader->line++;
		read_line(reader, line);
	}
	if (!reader->problem)
		finish_descriptor(reader);
	return !reader->problem;
}

bool dump_read_text(const char *data, size_t bytes, struct device_spec *spec, struct descriptors *descriptors,
		    struct notes *notes, char *error, size_t error_bytes)
{
	struct reader reader = { .spec = spec, .descriptors = descriptors, .notes = notes };

	if (!read_lines(&reader, data, bytes)) {
		snprintf(error, error_bytes, "line %u: %s", reader.pending.line ? reader.pending.line : reader.line,
			 reader.problem);
		return false;
	}
	if (!reader.has_device) {
		const uint8_t usual[18] = { 18, DT_DEVICE, 0x00, 0x02, [7] = 64, [8] = 0x55, 0xf0, 0x01,
					    [13] = 0x01, [17] = (uint8_t)descriptors->configuration_count };

		memcpy(descriptors->device, usual, sizeof(usual));
		note(notes, "the device descriptor is missing: a usual one is filled in");
	}
	if (reader.filled)
		note(notes, "%u descriptors are shorter than they say, the first of them at line %u: zeros are filled in",
		     reader.filled, reader.filled_line);
	if (reader.left_out)
		note(notes, "more than %d configurations: %u are left out", SPEC_CONFIGURATIONS, reader.left_out);
	return dump_finish(spec, descriptors, reader.has_speed, notes, error, error_bytes);
}
