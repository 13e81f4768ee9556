// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "describe_beside.h"

/* Jacks of a port: embedded in, external in, embedded out, external out. */
static uint8_t jack_id(unsigned int port, unsigned int which)
{
	return (uint8_t)(1 + 4 * port + which);
}

static void put_in_jack(struct bytes *out, uint8_t id, uint8_t type)
{
	put8(out, 6);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x02);
	put8(out, type);
	put8(out, id);
	put8(out, 0);
}

static void put_out_jack(struct bytes *out, uint8_t id, uint8_t type, uint8_t source)
{
	put8(out, 9);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x03);
	put8(out, type);
	put8(out, id);
	put8(out, 1);
	put8(out, source);
	put8(out, 1);
	put8(out, 0);
}

static void put_midi_endpoint(struct describing *describing, const struct function_spec *function, uint8_t address,
			      unsigned int jack)
{
	struct bytes *out = describing->out;
	bool is_class_1 = function->uac == 1;
	unsigned int packet = describing->spec->speed == SPEED_FULL ? 64 :
			      describing->spec->speed == SPEED_HIGH ? 512 : 1024;

	put8(out, is_class_1 ? 9 : 7);
	put8(out, DT_ENDPOINT);
	put8(out, address);
	put8(out, 0x02);
	put16(out, packet);
	put8(out, 0);
	if (is_class_1)
		put16(out, 0);
	put_companion(describing, packet, false);
	put8(out, 4u + function->midi_ports);
	put8(out, DT_CS_ENDPOINT);
	put8(out, 0x01);
	put8(out, function->midi_ports);
	for (unsigned int i = 0; i < function->midi_ports; i++)
		put8(out, jack_id(i, jack));
}

void put_midi(struct describing *describing, const struct function_spec *function)
{
	struct bytes *out = describing->out;
	uint32_t begin;

	put_interface(describing, describing->next_interface++, 0, 2, CLASS_AUDIO, SUBCLASS_MIDI, 0);
	begin = out->count;
	put8(out, 7);
	put8(out, DT_CS_INTERFACE);
	put8(out, 0x01);
	put16(out, 0x0100);
	put16(out, 0);
	for (unsigned int i = 0; i < function->midi_ports; i++) {
		put_in_jack(out, jack_id(i, 0), 1);
		put_in_jack(out, jack_id(i, 1), 2);
		put_out_jack(out, jack_id(i, 2), 1, jack_id(i, 1));
		put_out_jack(out, jack_id(i, 3), 2, jack_id(i, 0));
	}
	patch16(out, begin + 5, out->count - begin);
	put_midi_endpoint(describing, function, describing->next_out++, 0);
	put_midi_endpoint(describing, function, (uint8_t)(0x80 | describing->next_in++), 2);
}

/* Consumer control: a bit for each key, filled up to a byte. There are at most eight. */
static void put_report_descriptor(struct report_descriptor *report, const struct function_spec *function)
{
	const uint8_t head[] = { 0x05, 0x0c, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x25, 0x01 };
	const uint8_t bits[] = { 0x75, 0x01, 0x95, (uint8_t)function->key_count, 0x81, 0x02 };
	const uint8_t fill[] = { 0x95, (uint8_t)(8 - function->key_count), 0x81, 0x01 };
	uint8_t *to = report->bytes;

	memcpy(to, head, sizeof(head));
	to += sizeof(head);
	for (unsigned int i = 0; i < function->key_count; i++) {
		*to++ = 0x0a;
		*to++ = (uint8_t)function->keys[i];
		*to++ = (uint8_t)(function->keys[i] >> 8);
	}
	memcpy(to, bits, sizeof(bits));
	to += sizeof(bits);
	if (function->key_count < 8) {
		memcpy(to, fill, sizeof(fill));
		to += sizeof(fill);
	}
	*to++ = 0xc0;
	report->count = (uint8_t)(to - report->bytes);
}

void put_keys(struct describing *describing, const struct function_spec *function)
{
	struct descriptors *descriptors = describing->descriptors;
	struct report_descriptor *report = &descriptors->reports[descriptors->report_count++];
	struct bytes *out = describing->out;

	report->configuration = describing->configuration;
	report->interface = describing->next_interface++;
	put_report_descriptor(report, function);
	put_interface(describing, report->interface, 0, 1, CLASS_HID, 0, 0);
	put8(out, 9);
	put8(out, DT_HID);
	put16(out, 0x0111);
	put8(out, 0);
	put8(out, 1);
	put8(out, DT_REPORT);
	put16(out, report->count);
	put8(out, 7);
	put8(out, DT_ENDPOINT);
	put8(out, 0x80u | describing->next_in++);
	put8(out, 0x03);
	put16(out, 1);
	put8(out, describing->spec->speed == SPEED_FULL ? 10 : 7);
	put_companion(describing, 1, true);
}
