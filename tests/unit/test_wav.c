// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Reading WAV files: sizes that nobody filled in, several data chunks, missing padding, formats that only look like
 * PCM; and files with any byte changed, of which nothing may be read that is not there.
 */
#define _GNU_SOURCE
#include "unit.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/wav/compare.h"
#include "tools/wav/wav.h"

#define FILE_BYTES	512

/* A file that is being put together. */
struct image {
	uint8_t bytes[FILE_BYTES];
	size_t used;
};

static void put(struct image *image, const void *bytes, size_t count)
{
	assert_true(image->used + count <= FILE_BYTES);
	memcpy(image->bytes + image->used, bytes, count);
	image->used += count;
}

static void put_le(struct image *image, uint32_t value, size_t count)
{
	uint8_t bytes[4] = { value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >> 24 };

	put(image, bytes, count);
}

static void put_chunk(struct image *image, const char *name, uint32_t bytes)
{
	put(image, name, 4);
	put_le(image, bytes, 4);
}

static void put_format(struct image *image, uint32_t channels, uint32_t bits)
{
	put_chunk(image, "fmt ", 16);
	put_le(image, 1, 2);
	put_le(image, channels, 2);
	put_le(image, 48000, 4);
	put_le(image, 48000 * channels * bits / 8, 4);
	put_le(image, channels * bits / 8, 2);
	put_le(image, bits, 2);
}

/* 1, 2, 3 ... as bytes, none of which begins a chunk's name. */
static void put_samples(struct image *image, uint8_t first, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_le(image, first + (uint32_t)i, 1);
}

static void begin(struct image *image, uint32_t riff_bytes)
{
	memset(image, 0, sizeof(*image));
	put_chunk(image, "RIFF", riff_bytes);
	put(image, "WAVE", 4);
}

static void fix_riff_size(struct image *image)
{
	size_t used = image->used;

	image->used = 4;
	put_le(image, (uint32_t)used - 8, 4);
	image->used = used;
}

static int read_image(const struct image *image, struct wav *wav, char error[WAV_ERROR_BYTES])
{
	int fd = memfd_create("image", 0);
	char path[64];
	int status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, image->bytes, image->used), image->used);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	memset(error, 0, WAV_ERROR_BYTES);
	status = wav_read(path, wav, error);
	close(fd);
	return status;
}

/* The samples are the bytes 1, 2, 3 ... up to @bytes. */
static void expect_samples(const struct image *image, uint64_t frames, size_t bytes)
{
	char error[WAV_ERROR_BYTES];
	struct wav wav;

	if (read_image(image, &wav, error))
		fail_msg("refused: %s", error);
	assert_int_equal(wav.frames, frames);
	for (size_t i = 0; i < bytes; i++)
		assert_int_equal(wav.samples[i], i + 1);
	wav_free(&wav);
}

static void expect_refusal(const struct image *image, const char *text)
{
	char error[WAV_ERROR_BYTES];
	struct wav wav;

	if (!read_image(image, &wav, error)) {
		wav_free(&wav);
		fail_msg("accepted, instead of: %s", text);
	}
	if (!strstr(error, text))
		fail_msg("'%s' instead of '%s'", error, text);
	assert_null(strchr(error, '\n'));
}

static void sizes_of_pipes(void **state)
{
	static const uint32_t sizes[] = { 0, 0x7ffff000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };
	struct image image;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		begin(&image, sizes[i]);
		put_format(&image, 2, 16);
		put_chunk(&image, "data", sizes[i]);
		put_samples(&image, 1, 40);
		expect_samples(&image, 10, 40);
		/* The writer was killed within a frame. */
		put_samples(&image, 41, 3);
		expect_samples(&image, 10, 40);
	}
}

static void only_the_data_size_is_unknown(void **state)
{
	static const uint32_t sizes[] = { 0, 0xffffffff };
	struct image image;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		begin(&image, 0);
		put_format(&image, 2, 16);
		put_chunk(&image, "data", sizes[i]);
		put_samples(&image, 1, 40);
		fix_riff_size(&image);
		expect_samples(&image, 10, 40);
		/* As at the beginning of the writing: nothing follows the header. */
		image.bytes[4] = 36;
		expect_samples(&image, 10, 40);
	}
	/* Samples that look like a chunk, where the size is not 0 but unknown. */
	begin(&image, 0);
	put_format(&image, 2, 16);
	put_chunk(&image, "data", 0xffffffff);
	put(&image, "LISTLIST", 8);
	fix_riff_size(&image);
	expect_samples(&image, 2, 0);
}

static void an_empty_data_chunk(void **state)
{
	struct image image;

	(void)state;
	begin(&image, 0);
	put_format(&image, 2, 16);
	put_chunk(&image, "data", 0);
	fix_riff_size(&image);
	expect_samples(&image, 0, 0);
	put_chunk(&image, "LIST", 8);
	put(&image, "INFOIART", 8);
	fix_riff_size(&image);
	expect_samples(&image, 0, 0);
	put_chunk(&image, "data", 8);
	put_samples(&image, 1, 8);
	fix_riff_size(&image);
	expect_samples(&image, 2, 8);
}

static void several_data_chunks(void **state)
{
	struct image image;

	(void)state;
	begin(&image, 0);
	put_format(&image, 1, 8);
	put_chunk(&image, "data", 3);
	put_samples(&image, 1, 3);
	put_le(&image, 0, 1);
	put_chunk(&image, "LIST", 4);
	put(&image, "INFO", 4);
	put_chunk(&image, "data", 2);
	put_samples(&image, 4, 2);
	put_chunk(&image, "data", 20);
	put_samples(&image, 6, 20);
	fix_riff_size(&image);
	expect_samples(&image, 25, 25);
	/* The last one is cut. */
	image.used -= 4;
	expect_refusal(&image, "promises 20 bytes of samples, 16 are there");
	/* The last one is of a writer that did not come back. */
	image.used += 4;
	memset(image.bytes + image.used - 24, 0xff, 4);
	expect_samples(&image, 25, 25);
}

static void what_follows_the_samples(void **state)
{
	struct image image;

	(void)state;
	begin(&image, 0);
	put_format(&image, 2, 16);
	put_chunk(&image, "data", 8);
	put_samples(&image, 1, 8);
	fix_riff_size(&image);
	/* Behind the file's own end, whatever it looks like. */
	put_chunk(&image, "data", 8);
	put_samples(&image, 1, 8);
	expect_samples(&image, 2, 8);
	/* Before it, bytes that are no chunk. */
	image.used -= 16;
	put_le(&image, 0x01020304, 4);
	put_le(&image, 0x01020304, 4);
	fix_riff_size(&image);
	expect_samples(&image, 2, 8);
}

static void odd_chunks_without_padding(void **state)
{
	struct image image;

	(void)state;
	for (int padded = 0; padded < 2; padded++) {
		begin(&image, 0);
		put_chunk(&image, "JUNK", 3);
		put(&image, "abc", 3);
		put_le(&image, 0, padded);
		put_format(&image, 1, 8);
		put_chunk(&image, "data", 3);
		put_samples(&image, 1, 3);
		put_le(&image, 0, padded);
		put_chunk(&image, "data", 2);
		put_samples(&image, 4, 2);
		fix_riff_size(&image);
		expect_samples(&image, 5, 5);
	}
	/* Padding that is not 0, and makes a name of what follows. */
	begin(&image, 0);
	put_format(&image, 1, 8);
	put_chunk(&image, "data", 3);
	put_samples(&image, 1, 3);
	put_le(&image, 'x', 1);
	put_chunk(&image, "data", 2);
	put_samples(&image, 4, 2);
	fix_riff_size(&image);
	expect_samples(&image, 5, 5);
}

static const uint8_t pcm_guid[16] = {
	0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71
};

static void put_extensible(struct image *image, uint32_t bytes, uint32_t valid_bits, const uint8_t guid[16])
{
	put_chunk(image, "fmt ", bytes);
	put_le(image, 0xfffe, 2);
	put_le(image, 2, 2);
	put_le(image, 48000, 4);
	put_le(image, 48000 * 8, 4);
	put_le(image, 8, 2);
	put_le(image, 32, 2);
	put_le(image, 22, 2);
	put_le(image, valid_bits, 2);
	put_le(image, 3, 4);
	put(image, guid, 16);
}

static void the_whole_guid_counts(void **state)
{
	struct image image;
	uint8_t guid[16];

	(void)state;
	begin(&image, 0);
	put_extensible(&image, 40, 24, pcm_guid);
	put_chunk(&image, "data", 16);
	put_samples(&image, 1, 16);
	fix_riff_size(&image);
	expect_samples(&image, 2, 16);

	/* Any other byte, and it is something else: ambisonic B-format, for one, has PCM's first two. */
	for (size_t i = 2; i < sizeof(guid); i++) {
		memcpy(guid, pcm_guid, sizeof(guid));
		guid[i] ^= 0x21;
		begin(&image, 0);
		put_extensible(&image, 40, 32, guid);
		put_chunk(&image, "data", 16);
		put_samples(&image, 1, 16);
		expect_refusal(&image, "its GUID is not one of WAV's own");
	}
	memcpy(guid, pcm_guid, sizeof(guid));
	guid[0] = 3;
	begin(&image, 0);
	put_extensible(&image, 40, 32, guid);
	expect_refusal(&image, "floating point (format 0x0003)");
	begin(&image, 0);
	put_extensible(&image, 18, 32, pcm_guid);
	expect_refusal(&image, "too short for WAVE_FORMAT_EXTENSIBLE");
	begin(&image, 0);
	put_extensible(&image, 40, 33, pcm_guid);
	expect_refusal(&image, "33 valid bits in samples of 32");
}

static void other_kinds_of_files(void **state)
{
	static const struct {
		const char *name;
		const char *refusal;
	} kinds[] = {
		{ "RIFX", "a big-endian WAV file (RIFX)" },
		{ "RF64", "64-bit sizes (RF64)" },
		{ "BW64", "64-bit sizes (BW64)" },
		{ "FORM", "not a WAV file" },
	};
	struct image image;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		begin(&image, 0);
		put_format(&image, 2, 16);
		put_chunk(&image, "data", 4);
		put_samples(&image, 1, 4);
		memcpy(image.bytes, kinds[i].name, 4);
		expect_refusal(&image, kinds[i].refusal);
	}
	begin(&image, 0);
	put_format(&image, 2, 16);
	put_chunk(&image, "LIST", 16);
	put(&image, "wavl", 4);
	put_chunk(&image, "data", 4);
	put_samples(&image, 1, 4);
	expect_refusal(&image, "a wave list");
	begin(&image, 0);
	put_format(&image, 2, 16);
	put_format(&image, 1, 16);
	expect_refusal(&image, "two format chunks");
	begin(&image, 0);
	put_chunk(&image, "data", 0);
	put_samples(&image, 1, 4);
	expect_refusal(&image, "before their format");
}

/* A file with several chunks, of which some bytes are changed and some of the end is missing. */
static void any_byte_may_be_wrong(void **state)
{
	struct random random = { .state = 12 };
	char error[WAV_ERROR_BYTES];
	unsigned int accepted = 0;
	struct image image;
	struct wav wav;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		begin(&image, 100);
		put_chunk(&image, "JUNK", 3);
		put(&image, "abc", 4);
		put_extensible(&image, 40, 32, pcm_guid);
		put_chunk(&image, "data", 16);
		put_samples(&image, 1, 16);
		put_chunk(&image, "data", 24);
		put_samples(&image, 1, 24);
		fix_riff_size(&image);
		for (uint64_t changes = random_below(&random, 4); changes; changes--)
			image.bytes[random_below(&random, image.used)] = (uint8_t)random_u64(&random);
		if (!random_below(&random, 2))
			memset(image.bytes + 4 * random_below(&random, image.used / 4), random_below(&random, 2) ? 0xff : 0, 4);
		if (!random_below(&random, 4))
			image.used = random_below(&random, image.used + 1);
		if (read_image(&image, &wav, error)) {
			assert_true(error[0]);
			continue;
		}
		accepted++;
		assert_true(wav.frames * wav.channels * wav.bits / 8 <= image.used);
		for (uint64_t frame = 0; frame < wav.frames; frame++)
			for (uint32_t channel = 0; channel < wav.channels; channel++)
				(void)wav_sample(&wav, frame, channel);
		wav_free(&wav);
	}
	/* Neither is a test of anything if all of them are refused, or none. */
	assert_in_range(accepted, 2000, 18000);
}

static void nothing_equals_nothing(void **state)
{
	struct wav_comparison result = { .bit_exact = true };
	struct wav wavs[2] = { 0 };
	char error[WAV_ERROR_BYTES];
	struct image image;

	(void)state;
	begin(&image, 0);
	put_format(&image, 2, 16);
	put_chunk(&image, "data", 0);
	fix_riff_size(&image);
	assert_int_equal(read_image(&image, &wavs[0], error), 0);
	assert_int_equal(read_image(&image, &wavs[1], error), 0);
	assert_int_equal(wav_compare(wavs, 1, &wavs[1], false, &result, error), -1);
	assert_non_null(strstr(error, "has no samples"));
	assert_int_equal(wav_compare(wavs, 0, &wavs[1], false, &result, error), -1);
	assert_non_null(strstr(error, "nothing was played"));
	wav_free(&wavs[0]);

	/* But a sound of which nothing arrives is one that can be compared, and differs. */
	image.used -= 4;
	put_le(&image, 4, 4);
	put_samples(&image, 1, 4);
	assert_int_equal(read_image(&image, &wavs[0], error), 0);
	assert_int_equal(wav_compare(wavs, 1, &wavs[1], false, &result, error), 0);
	assert_false(result.bit_exact);
	wav_free(&wavs[0]);
	wav_free(&wavs[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_of_pipes),
		cmocka_unit_test(only_the_data_size_is_unknown),
		cmocka_unit_test(an_empty_data_chunk),
		cmocka_unit_test(several_data_chunks),
		cmocka_unit_test(what_follows_the_samples),
		cmocka_unit_test(odd_chunks_without_padding),
		cmocka_unit_test(the_whole_guid_counts),
		cmocka_unit_test(other_kinds_of_files),
		cmocka_unit_test(any_byte_may_be_wrong),
		cmocka_unit_test(nothing_equals_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
