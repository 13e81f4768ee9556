/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * WAV files: reading PCM samples, with errors a person can act upon.
 */
#ifndef LULLABY_WAV_H
#define LULLABY_WAV_H

#include <stddef.h>
#include <stdint.h>

#define WAV_MAX_CHANNELS	64
#define WAV_ERROR_BYTES		512

struct wav {
	uint32_t rate_hz;
	uint32_t channels;
	uint32_t bits;		/* of a sample, as stored: 8, 16, 24 or 32 */
	uint64_t frames;
	const uint8_t *samples;	/* inside @file */
	uint8_t *file;		/* the file's content; freed by wav_free() */
};

/**
 * wav_read() - read a PCM WAV file
 * @path: the file
 * @wav: filled in on success; wav_free() it
 * @error: on failure, one line: the file's name, the fault, and the values that are accepted
 *
 * Sizes of 0, or of 2 GiB and more that the file does not have, are those of a writer that did not know them: the
 * samples are all that follows. The samples of several data chunks are joined.
 *
 * Return: 0, or -1 with @error set.
 */
int wav_read(const char *path, struct wav *wav, char error[WAV_ERROR_BYTES]);

/**
 * wav_free() - free the memory that wav_read() allocated
 * @wav: a file that was read; may be used for another wav_read() then
 */
void wav_free(struct wav *wav);

/**
 * wav_sample() - one sample, scaled to 32 bits
 * @wav: the file
 * @frame: less than its frames
 * @channel: less than its channels
 *
 * Return: the sample in the upper bits; those that the file does not have are 0.
 */
int32_t wav_sample(const struct wav *wav, uint64_t frame, uint32_t channel);

/**
 * wav_write_header() - write the header of a PCM WAV file
 * @header: 44 bytes
 * @rate_hz: frames a second
 * @channels: samples a frame
 * @bits: bits a sample, a multiple of 8
 * @frames: how many follow; behind an odd number of bytes, there has to be one more
 *
 * Return: 0, or -1 if so many do not fit a WAV file.
 */
int wav_write_header(uint8_t header[44], uint32_t rate_hz, uint32_t channels, uint32_t bits, uint64_t frames);

#endif /* LULLABY_WAV_H */
