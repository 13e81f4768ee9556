// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * wavdiff: says whether a captured WAV file equals the played one bit for bit.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"

#define MAX_FILES	33

static const char usage[] =
	"Usage: wavdiff [--json] [--pauses] PLAYED... CAPTURED\n"
	"\n"
	"Compares PCM WAV files frame by frame. Several files PLAYED were played one after the other. Silence that\n"
	"CAPTURED has before, between and after them is disregarded. If PLAYED is mono, each channel of CAPTURED has to equal it. If CAPTURED has\n"
	"more channels than a PLAYED of two or more, the others have to be silent. If it has smaller samples, the upper\n"
	"bits of PLAYED count. PLAYED has to have samples: nothing equals nothing.\n"
	"\n"
	"  --json    print the result as one JSON object\n"
	"  --pauses  disregard silence that CAPTURED has within a file, too, and say how often there is some\n"
	"\n"
	"Exit status: 0 bit-exact, 1 they differ, 2 they cannot be compared.\n";

static void print_samples(const int32_t *samples, uint32_t channels, const char *separator)
{
	for (uint32_t channel = 0; channel < channels; channel++)
		printf("%s%" PRId32, channel ? separator : "", samples[channel]);
}

static const char *kind_name(enum wav_difference_kind kind)
{
	switch (kind) {
	case WAV_DIFFERENCE_VALUE: return "value";
	case WAV_DIFFERENCE_LOST: return "lost";
	case WAV_DIFFERENCE_INSERTED: return "inserted";
	case WAV_DIFFERENCE_NONE: break;
	}
	return "none";
}

static void print_json(const struct wav_comparison *result)
{
	printf("{\"bit_exact\": %s, \"frames_played\": %" PRIu64 ", \"frames_captured\": %" PRIu64
	       ", \"lead_in_frames\": %" PRIu64 ", \"pauses\": %" PRIu64 ", \"gaps\": %" PRIu64 ", \"frames_lost\": %" PRIu64
	       ", \"frames_inserted\": %" PRIu64 ", \"frames_wrong\": %" PRIu64 ", \"first_difference\": ",
	       result->bit_exact ? "true" : "false", result->frames_played, result->frames_captured,
	       result->lead_in_frames, result->pauses, result->gaps, result->frames_lost, result->frames_inserted, result->frames_wrong);
	if (result->first_kind == WAV_DIFFERENCE_NONE) {
		printf("null}\n");
		return;
	}
	printf("{\"frame\": %" PRIu64 ", \"kind\": \"%s\", \"expected\": [", result->first_frame,
	       kind_name(result->first_kind));
	print_samples(result->expected, result->channels, ", ");
	printf("], \"got\": [");
	print_samples(result->got, result->channels, ", ");
	printf("]}}\n");
}

static void print_text(const struct wav_comparison *result, uint32_t rate_hz)
{
	if (result->bit_exact) {
		printf("bit-exact: %" PRIu64 " of %" PRIu64 " frames", result->frames_captured, result->frames_played);
		if (result->pauses)
			printf(", pauses: %" PRIu64, result->pauses);
		printf("\n");
		return;
	}
	printf("first difference at frame %" PRIu64 " (%.3f s): ", result->first_frame,
	       (double)result->first_frame / rate_hz);
	switch (result->first_kind) {
	case WAV_DIFFERENCE_LOST: printf("frames are lost; "); break;
	case WAV_DIFFERENCE_INSERTED: printf("frames are inserted; "); break;
	default: break;
	}
	printf("expected ");
	print_samples(result->expected, result->channels, " ");
	printf(", got ");
	print_samples(result->got, result->channels, " ");
	printf("\n%" PRIu64 " of %" PRIu64 " frames captured, %" PRIu64 " wrong, %" PRIu64 " lost, %" PRIu64
	       " inserted; gaps: %" PRIu64 "\n", result->frames_captured, result->frames_played, result->frames_wrong,
	       result->frames_lost, result->frames_inserted, result->gaps);
}

static int read_all(char **paths, int count, struct wav *wavs)
{
	char error[WAV_ERROR_BYTES];

	for (int i = 0; i < count; i++) {
		if (wav_read(paths[i], &wavs[i], error)) {
			fprintf(stderr, "wavdiff: %s\n", error);
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct wav wavs[MAX_FILES] = { 0 };
	struct wav_comparison result;
	char error[WAV_ERROR_BYTES];
	char *paths[MAX_FILES];
	bool as_json = false, allow_pauses = false;
	int count = 0, status = 2;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(usage, stdout);
			return 0;
		}
		if (!strcmp(argv[i], "--json")) {
			as_json = true;
		} else if (!strcmp(argv[i], "--pauses")) {
			allow_pauses = true;
		} else if (argv[i][0] == '-' || count == MAX_FILES) {
			fputs(usage, stderr);
			return 2;
		} else {
			paths[count++] = argv[i];
		}
	}
	if (count < 2) {
		fputs(usage, stderr);
		return 2;
	}
	if (!read_all(paths, count, wavs)) {
		const struct wav *captured = &wavs[count - 1];

		if (wav_compare(wavs, (size_t)count - 1, captured, allow_pauses, &result, error)) {
			fprintf(stderr, "wavdiff: %s\n", error);
		} else {
			if (as_json)
				print_json(&result);
			else
				print_text(&result, captured->rate_hz);
			status = result.bit_exact ? 0 : 1;
		}
	}
	for (int i = 0; i < count; i++)
		wav_free(&wavs[i]);
	return status;
}
