// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * WAV files (RIFF, "Multimedia Programming Interface and Data Specifications 1.0", and
 * WAVE_FORMAT_EXTENSIBLE). Nothing in the file is trusted: each length is checked against the bytes that are left.
 *
 * Programs that write to a pipe, and QEMU's capture when the machine powers off, cannot come back to fill in the sizes:
 * they leave 0, or a number beyond any that they expect. Such a size says nothing, and the samples go on to the end of
 * the file. A smaller size that the file does not hold means that the file was cut.
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
#define WAV_PIPE_BYTES		0x7ffff000u	/* the smallest size that a writer to a pipe makes up (sox) */

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

/* KSDATAFORMAT_SUBTYPE_PCM and its kin begin with the format's tag, and end like this. */
static const uint8_t guid_end[14] = { 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 };

/* Finds the tag that an EXTENSIBLE format chunk of @bytes stands for. */
static int parse_extensible(const char *path, const uint8_t *chunk, uint64_t bytes, uint32_t *tag,
			    char error[WAV_ERROR_BYTES])
{
	if (bytes < 40)
		return fail(error, "%s: its format chunk is too short for WAVE_FORMAT_EXTENSIBLE", path);
	if (memcmp(chunk + 26, guid_end, sizeof(guid_end)) != 0)
		return fail(error, "%s: it holds a format of an unknown kind (its GUID is not one of WAV's own); accepted is PCM",
			    path);
	if (get_le16(chunk + 18) > get_le16(chunk + 14))
		return fail(error, "%s: %u valid bits in samples of %u", path, get_le16(chunk + 18), get_le16(chunk + 14));
	*tag = get_le16(chunk + 24);
	return 0;
}

static int parse_format(const char *path, const uint8_t *chunk, uint64_t bytes, struct wav *wav,
			char error[WAV_ERROR_BYTES])
{
	uint32_t tag, frame_bytes;

	if (bytes < 16)
		return fail(error, "%s: its format chunk is too short: not a WAV file", path);
	tag = get_le16(chunk);
	if (tag == WAV_FORMAT_EXTENSIBLE && parse_extensible(path, chunk, bytes, &tag, error))
		return -1;
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

/* A file that is being read. */
struct parser {
	const char *path;
	uint8_t *file;
	uint64_t file_bytes;
	uint64_t riff_end;	/* once there are samples, nothing of interest is behind it */
	uint64_t at;		/* of the chunk that comes next */
	bool has_format;
	bool is_streamed;	/* the file's own size says nothing: it was written to a pipe */
	uint64_t sample_bytes;	/* so many have been gathered at wav->samples */
	struct wav *wav;
};

/* Whether @bytes is the size that a program writes before it knows the true one. */
static bool is_unknown_size(uint64_t bytes, uint64_t left)
{
	return !bytes || (bytes >= WAV_PIPE_BYTES && bytes > left);
}

static int parse_header(struct parser *parser, char error[WAV_ERROR_BYTES])
{
	const uint8_t *file = parser->file;
	uint32_t riff_bytes;

	if (parser->file_bytes < 12)
		return fail(error, "%s: not a WAV file (no RIFF/WAVE header)", parser->path);
	if (!memcmp(file, "RIFX", 4))
		return fail(error, "%s: a big-endian WAV file (RIFX); accepted is RIFF", parser->path);
	if (!memcmp(file, "RF64", 4) || !memcmp(file, "BW64", 4))
		return fail(error, "%s: a WAV file with 64-bit sizes (%.4s); accepted is RIFF", parser->path,
			    (const char *)file);
	if (memcmp(file, "RIFF", 4) != 0 || memcmp(file + 8, "WAVE", 4) != 0)
		return fail(error, "%s: not a WAV file (no RIFF/WAVE header)", parser->path);
	riff_bytes = get_le32(file + 4);
	parser->is_streamed = is_unknown_size(riff_bytes, parser->file_bytes - 8);
	parser->riff_end = parser->file_bytes;
	if (!parser->is_streamed && (uint64_t)riff_bytes + 8 < parser->file_bytes)
		parser->riff_end = (uint64_t)riff_bytes + 8;
	parser->at = 12;
	return 0;
}

/* Whether four printable characters, as a chunk begins with, are at @at. */
static bool is_chunk_name(const struct parser *parser, uint64_t at)
{
	if (at + 8 > parser->file_bytes)
		return false;
	for (int i = 0; i < 4; i++) {
		if (parser->file[at + i] < ' ' || parser->file[at + i] > '~')
			return false;
	}
	return true;
}

static bool is_known_chunk(const struct parser *parser, uint64_t at)
{
	return is_chunk_name(parser, at) && (!memcmp(parser->file + at, "data", 4) ||
					     !memcmp(parser->file + at, "fmt ", 4) ||
					     !memcmp(parser->file + at, "LIST", 4));
}

/* A byte follows a chunk of odd length, or should: some programs forget it, and the next name is in its place. */
static uint64_t find_next_chunk(const struct parser *parser, uint64_t chunk_end, bool is_odd)
{
	if (!is_odd)
		return chunk_end;
	if (is_chunk_name(parser, chunk_end) && !is_known_chunk(parser, chunk_end + 1))
		return chunk_end;
	return chunk_end + 1;
}

/* Joins the samples of a data chunk to those that came before. */
static int add_samples(struct parser *parser, uint64_t at, uint64_t bytes, char error[WAV_ERROR_BYTES])
{
	struct wav *wav = parser->wav;

	if (!parser->has_format)
		return fail(error, "%s: its samples come before their format: not a WAV file", parser->path);
	if (bytes % (wav->channels * wav->bits / 8))
		return fail(error, "%s: truncated: %" PRIu64 " bytes of samples are no whole number of %u-byte frames",
			    parser->path, bytes, wav->channels * wav->bits / 8);
	if (!wav->samples)
		wav->samples = parser->file + at;
	else
		memmove(parser->file + (wav->samples - parser->file) + parser->sample_bytes, parser->file + at, bytes);
	parser->sample_bytes += bytes;
	wav->frames = parser->sample_bytes / (wav->channels * wav->bits / 8);
	return 0;
}

/* Whether the data chunk at parser->at, of length 0, is empty: the file's size then covers what follows. */
static bool is_empty_data(const struct parser *parser)
{
	return !parser->is_streamed && parser->at + 8 < parser->riff_end && is_chunk_name(parser, parser->at + 8);
}

/* A data chunk that has *@bytes by its header, and then as many as it really has; @left are there. */
static int parse_data(struct parser *parser, uint64_t *bytes, uint64_t left, char error[WAV_ERROR_BYTES])
{
	const struct wav *wav = parser->wav;
	uint64_t used = *bytes;

	if (is_unknown_size(*bytes, left) && (*bytes || !is_empty_data(parser))) {
		*bytes = left;
		/* The writer may have ended within a frame. */
		used = parser->has_format ? left - left % (wav->channels * wav->bits / 8) : 0;
	} else if (*bytes > left) {
		return fail(error, "%s: truncated: its header promises %" PRIu64 " bytes of samples, %" PRIu64
			    " are there", parser->path, *bytes, left);
	}
	return add_samples(parser, parser->at + 8, used, error);
}

static int parse_format_chunk(struct parser *parser, const uint8_t *chunk, uint64_t bytes, char error[WAV_ERROR_BYTES])
{
	if (parser->has_format)
		return fail(error, "%s: it has two format chunks: not a WAV file", parser->path);
	parser->has_format = true;
	return parse_format(parser->path, chunk, bytes, parser->wav, error);
}

/* The chunk at parser->at. Returns 0 and its length in *@bytes, 1 behind the last chunk, or -1. */
static int parse_chunk(struct parser *parser, uint64_t *bytes, char error[WAV_ERROR_BYTES])
{
	const uint8_t *header = parser->file + parser->at, *chunk = header + 8;
	uint64_t left = parser->file_bytes - parser->at - 8;

	*bytes = get_le32(header + 4);
	if (!memcmp(header, "data", 4))
		return parse_data(parser, bytes, left, error);
	if (parser->wav->samples && (*bytes > left || !is_chunk_name(parser, parser->at)))
		return 1;
	if (*bytes > left)
		return fail(error, "%s: truncated: it ends within a chunk of its header", parser->path);
	if (!memcmp(header, "fmt ", 4))
		return parse_format_chunk(parser, chunk, *bytes, error);
	if (!memcmp(header, "LIST", 4) && *bytes >= 4 && !memcmp(chunk, "wavl", 4))
		return fail(error, "%s: its samples are a wave list (LIST wavl); accepted are data chunks", parser->path);
	return 0;
}

static int parse(struct parser *parser, char error[WAV_ERROR_BYTES])
{
	uint64_t bytes;
	int status = 0;

	if (parse_header(parser, error))
		return -1;
	while (!status && parser->at + 8 <= parser->file_bytes &&
	       !(parser->wav->samples && parser->at >= parser->riff_end)) {
		status = parse_chunk(parser, &bytes, error);
		parser->at = find_next_chunk(parser, parser->at + 8 + bytes, bytes & 1);
	}
	if (status < 0)
		return -1;
	if (!parser->wav->samples)
		return fail(error, "%s: truncated: it has no samples (no data chunk)", parser->path);
	return 0;
}

int wav_read(const char *path, struct wav *wav, char error[WAV_ERROR_BYTES])
{
	struct parser parser = { .path = path, .wav = wav };

	memset(wav, 0, sizeof(*wav));
	if (read_file(path, &wav->file, &parser.file_bytes, error))
		return -1;
	parser.file = wav->file;
	if (parse(&parser, error)) {
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

int wav_write_header(uint8_t header[44], uint32_t rate_hz, uint32_t channels, uint32_t bits, uint64_t frames)
{
	uint32_t frame_bytes = channels * bits / 8;
	uint32_t data_bytes = (uint32_t)(frames * frame_bytes);

	if (frames > (UINT32_MAX - 37) / frame_bytes)
		return -1;
	memcpy(header, "RIFF", 4);
	put_le32(header + 4, data_bytes + (data_bytes & 1) + 36);
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
	return 0;
}
