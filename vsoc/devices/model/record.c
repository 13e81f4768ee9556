// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#define _POSIX_C_SOURCE 200809L

#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define HEADER_BYTES 68

int record_open(struct record *record, const char *prefix)
{
	char name[4096];

	*record = (struct record){ 0 };
	if (!prefix || !prefix[0])
		return 0;
	snprintf(name, sizeof(name), "%s.packets", prefix);
	record->lines = fopen(name, "w");
	if (!record->lines)
		return errno;
	record->prefix = strdup(prefix);
	if (!record->prefix) {
		fclose(record->lines);
		record->lines = NULL;
		return ENOMEM;
	}
	return 0;
}

void record_close(struct record *record)
{
	if (record->lines)
		fclose(record->lines);
	free(record->prefix);
	*record = (struct record){ 0 };
}

void record_line(struct record *record, int64_t now_ns, const char *format, ...)
{
	va_list arguments;

	if (!record->lines)
		return;
	fprintf(record->lines, "%" PRId64 " ", now_ns);
	va_start(arguments, format);
	vfprintf(record->lines, format, arguments);
	va_end(arguments);
	fputc('\n', record->lines);
}

/* WAVE_FORMAT_EXTENSIBLE, which says how many bits of a sample count. */
static void write_header(struct wave *wave)
{
	static const uint8_t guid_tail[14] = { 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
					       0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };
	struct sample_layout layout = wave->layout;
	uint32_t frame_bytes = (uint32_t)wave->channels * layout.bytes;
	struct bytes out = { .count = 0 };

	memcpy(out.data, "RIFF", 4);
	out.count = 4;
	put32(&out, HEADER_BYTES - 8 + wave->bytes);
	memcpy(out.data + out.count, "WAVEfmt ", 8);
	out.count += 8;
	put32(&out, 40);
	put16(&out, 0xfffe);
	put16(&out, wave->channels);
	put32(&out, wave->rate_hz);
	put32(&out, wave->rate_hz * frame_bytes);
	put16(&out, frame_bytes);
	put16(&out, layout.bytes * 8u);
	put16(&out, 22);
	put16(&out, layout.bits);
	put32(&out, 0);
	put16(&out, layout.format == SAMPLE_FLOAT ? 3 : 1);
	memcpy(out.data + out.count, guid_tail, sizeof(guid_tail));
	out.count += sizeof(guid_tail);
	memcpy(out.data + out.count, "data", 4);
	out.count += 4;
	put32(&out, wave->bytes);
	fwrite(out.data, 1, out.count, wave->file);
}

static bool is_same(struct sample_layout left, struct sample_layout right)
{
	return left.format == right.format && left.bytes == right.bytes && left.bits == right.bits;
}

void wave_begin(struct wave *wave, const struct record *record, const char *name, uint32_t rate_hz,
		uint16_t channels, struct sample_layout layout)
{
	char path[4096], number[16] = "";

	if (!record->prefix)
		return;
	if (wave->file && wave->rate_hz == rate_hz && wave->channels == channels && is_same(wave->layout, layout))
		return;
	wave_close(wave);
	wave->rate_hz = rate_hz;
	wave->channels = channels;
	wave->layout = layout;
	wave->bytes = 0;
	if (++wave->number > 1)
		snprintf(number, sizeof(number), "-%u", wave->number);
	snprintf(path, sizeof(path), "%s-%s%s.wav", record->prefix, name, number);
	wave->file = fopen(path, "wb");
	if (wave->file)
		write_header(wave);
}

void wave_write(struct wave *wave, const uint8_t *samples, size_t bytes)
{
	if (!wave->file || bytes > UINT32_MAX - HEADER_BYTES - wave->bytes)
		return;
	wave->bytes += (uint32_t)fwrite(samples, 1, bytes, wave->file);
}

void wave_flush(struct wave *wave)
{
	if (!wave->file)
		return;
	fseek(wave->file, 0, SEEK_SET);
	write_header(wave);
	fseek(wave->file, 0, SEEK_END);
	fflush(wave->file);
}

void wave_close(struct wave *wave)
{
	wave_flush(wave);
	if (wave->file)
		fclose(wave->file);
	wave->file = NULL;
}
