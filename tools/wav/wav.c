// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
/*
 * WAV files (RIFF, "Multimedia Programming Interface and Data Specifications 1.0", and
 * WAVE_FORMAT_EXTENSIBLE). Nothing in the file is trusted: each length is checked against what is there.
 */
#include "wav.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAV_FORMAT_PCM		0x0001
#define WAV_FORMAT_EXTENSIBLE	0xfffe

#define WAV_MAX_FILE_BYTES	((uint64_t)UINT32_MAX + 8)	/* a RIFF chunk's limit */

static uint32_t get_le16(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get_le32(const uint8_t *p)
{
	return get_le16(p) | get_le16(p + 2) << 16;
}

static void put_le16(uint8_t *p, uint32_t value)
{
	p[0] = value & 0xff;
	p[1] = value >> 8 & 0xff;
}

static void put_le32(uint8_t *p, uint32_t value)
{
	put_le16(p, value & 0xffff);
	put_le16(p + 2, value >> 16);
}

static int fail(char error[WAV_ERROR_BYTES], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, WAV_ERROR_BYTES, format, args);
	va_end(args);
	return -1;
}

static const char *format_name(uint32_t tag)
{
	switch (tag) {
	case 0x0002: return "Microsoft ADPCM";
	case 0x0003: return "floating point";
	case 0x0006: return "A-law";
	case 0x0007: return "mu-law";
	case 0x0011: return "IMA ADPCM";
	case 0x0055: return "MP3";
	default: return "a compressed format";
	}
}

static int read_file(const char *path, uint8_t **data, uint64_t *bytes, char error[WAV_ERROR_BYTES])
{
	FILE *file = fopen(path, "rb");
	uint8_t *buffer = NULL;
	uint64_t used = 0, size = 0;
	size_t got;

	if (!file)
		return fail(error, "%s: %s", path, strerror(errno));
	do {
		if (used == size) {
			uint8_t *bigger;

			size = size ? size * 2 : 1 << 20;
			bigger = size <= 2 * WAV_MAX_FILE_BYTES ? realloc(buffer, size) : NULL;
			if (!bigger) {
				free(buffer);
				fclose(file);
				return fail(error, "%s: too large", path);
			}
			buffer = bigger;
		}
		got = fread(buffer + used, 1, size - used, file);
		used += got;
	} while (got);
	if (ferror(file)) {
		fail(error, "%s: %s", path, strerror(errno));
		free(buffer);
		fclose(file);
		return -1;
	}
	fclose(file);
	*data = buffer;
	*bytes = used;
	return 0;
}

static int parse_format(const char *path, const uint8_t *chunk, uint32_t bytes, struct wav *wav,
			char error[WAV_ERROR_BYTES])
{
	uint32_t tag, frame_bytes;

	if (bytes < 16)
		return fail(error, "%s: its format chunk is too short: not a WAV file", path);
	tag = get_le16(chunk);
	if (tag == WAV_FORMAT_EXTENSIBLE && bytes >= 40)
		tag = get_le16(chunk + 24);
	if (tag != WAV_FORMAT_PCM)
		return fail(error, "%s: it holds %s (format 0x%04x); accepted is PCM", path, format_name(tag), tag);
	wav->channels = get_le16(chunk + 2);
	wav->rate_hz = get_le32(chunk + 4);
	frame_bytes = get_le16(chunk + 12);
	wav->bits = get_le16(chunk + 14);
	if (wav->bits != 8 && wav->bits != 16 && wav->bits != 24 && wav->bits != 32)
		return fail(error, "%s: samples of %u bits; accepted are 8, 16, 24 and 32", path, wav->bits);
	if (!wav->channels || wav->channels > WAV_MAX_CHANNELS)
		return fail(error, "%s: %u channels; accepted are 1 to %u", path, wav->channels, WAV_MAX_CHANNELS);
	if (!wav->rate_hz)
		return fail(error, "%s: its sample rate is 0", path);
	if (frame_bytes != wav->channels * wav->bits / 8)
		return fail(error, "%s: a frame of %u bytes does not fit %u channels of %u bits", path, frame_bytes,
			    wav->channels, wav->bits);
	return 0;
}

static int parse(const char *path, uint64_t file_bytes, struct wav *wav, char error[WAV_ERROR_BYTES])
{
	const uint8_t *file = wav->file;
	bool has_format = false;
	uint64_t at = 12;

	if (file_bytes < 12 || memcmp(file, "RIFF", 4) || memcmp(file + 8, "WAVE", 4))
		return fail(error, "%s: not a WAV file (no RIFF/WAVE header)", path);
	while (at + 8 <= file_bytes) {
		const uint8_t *chunk = file + at + 8;
		uint32_t bytes = get_le32(file + at + 4);
		uint64_t left = file_bytes - at - 8;
		bool is_data = !memcmp(file + at, "data", 4);

		if (bytes > left) {
			if (!is_data)
				return fail(error, "%s: truncated: it ends within a chunk of its header", path);
			return fail(error, "%s: truncated: its header promises %" PRIu32 " bytes of samples, %" PRIu64
				    " are there", path, bytes, left);
		}
		if (!memcmp(file + at, "fmt ", 4)) {
			if (parse_format(path, chunk, bytes, wav, error))
				return -1;
			has_format = true;
		} else if (is_data) {
			uint32_t frame_bytes;

			if (!has_format)
				return fail(error, "%s: its samples come before their format: not a WAV file", path);
			frame_bytes = wav->channels * wav->bits / 8;
			if (bytes % frame_bytes)
				return fail(error, "%s: truncated: %" PRIu32 " bytes of samples are no whole number"
					    " of %u-byte frames", path, bytes, frame_bytes);
			wav->samples = chunk;
			wav->frames = bytes / frame_bytes;
			return 0;
		}
		at += 8 + (uint64_t)bytes + (bytes & 1);
	}
	return fail(error, "%s: truncated: it has no samples (no data chunk)", path);
}

int wav_read(const char *path, struct wav *wav, char error[WAV_ERROR_BYTES])
{
	uint64_t bytes = 0;

	memset(wav, 0, sizeof(*wav));
	if (read_file(path, &wav->file, &bytes, error))
		return -1;
	if (parse(path, bytes, wav, error)) {
		wav_free(wav);
		return -1;
	}
	return 0;
}

void wav_free(struct wav *wav)
{
	free(wav->file);
	memset(wav, 0, sizeof(*wav));
}

int32_t wav_sample(const struct wav *wav, uint64_t frame, uint32_t channel)
{
	const uint8_t *p = wav->samples + (frame * wav->channels + channel) * (wav->bits / 8);

	switch (wav->bits) {
	case 8: return (int32_t)((uint32_t)(p[0] ^ 0x80) << 24);	/* the one size that is unsigned */
	case 16: return (int32_t)(get_le16(p) << 16);
	case 24: return (int32_t)(get_le16(p) << 8 | (uint32_t)p[2] << 24);
	default: return (int32_t)get_le32(p);
	}
}

void wav_write_header(uint8_t header[44], uint32_t rate_hz, uint32_t channels, uint32_t bits, uint64_t frames)
{
	uint32_t frame_bytes = channels * bits / 8;
	uint32_t data_bytes = (uint32_t)(frames * frame_bytes);

	memcpy(header, "RIFF", 4);
	put_le32(header + 4, data_bytes + 36);
	memcpy(header + 8, "WAVEfmt ", 8);
	put_le32(header + 16, 16);
	put_le16(header + 20, WAV_FORMAT_PCM);
	put_le16(header + 22, channels);
	put_le32(header + 24, rate_hz);
	put_le32(header + 28, rate_hz * frame_bytes);
	put_le16(header + 32, frame_bytes);
	put_le16(header + 34, bits);
	memcpy(header + 36, "data", 4);
	put_le32(header + 40, data_bytes);
}
