// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * wavinfo: says what a PCM WAV file holds, or in one line why it cannot be used.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wav.h"

static const char usage[] =
	"Usage: wavinfo FILE\n"
	"\n"
	"Prints the rate_hz, channels, bits and frames of a PCM WAV file, one a line. If the file cannot be used,\n"
	"prints one line that says what is wrong with it and what is accepted; the exit status is then 1.\n";

int main(int argc, char **argv)
{
	char error[WAV_ERROR_BYTES];
	struct wav wav;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 2) {
		fputs(usage, stderr);
		return 1;
	}
	if (wav_read(argv[1], &wav, error)) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	printf("rate_hz %" PRIu32 "\nchannels %" PRIu32 "\nbits %" PRIu32 "\nframes %" PRIu64 "\n", wav.rate_hz,
	       wav.channels, wav.bits, wav.frames);
	wav_free(&wav);
	return 0;
}
