// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * pcm-io: plays a WAV file (16 bit, stereo, 48 kHz, header of 44 bytes) through the kernel's PCM
 * interface itself, to do more than aplay can.
 *
 *	pcm-io DEVICE WAV [OPTION...]
 *
 *	period=N buffer=N	in frames
 *	no-wakeup		no interrupt at periods; this program sleeps instead
 *	rewind			write each chunk wrong first, take it back, and write it right
 *	reset			reset the pointers, once, after the first half of the file
 *	drop			stop at the end of the file instead of draining
 *	dry=N			an underrun does not stop it; do nothing for N ms after the end of the file. All must
 *				have been taken by then, and no more
 *	take-back		while it drains, take back all but the next 25 ms, of which the DSP may have taken some; an underrun
 *				does not stop it
 *
 * It prints one line, "ms N": how long it took from the first write to the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "vsoc/initramfs/pcm.h"

#define TIMEOUT_S	60	/* of the whole program: a hang becomes a failure */

struct options {
	unsigned int period_frames;
	unsigned int buffer_frames;
	bool no_wakeup;
	bool rewind;
	bool reset;
	bool drop;
	unsigned int dry_ms;
	bool take_back;
};

static void die(const char *what)
{
	fprintf(stderr, "pcm-io: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set_parameters(int pcm, const struct options *options)
{
	struct snd_pcm_hw_params hw;
	struct snd_pcm_sw_params sw = { .avail_min = options->period_frames };

	pcm_stereo_parameters(&hw);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, options->period_frames);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, options->buffer_frames);
	if (options->no_wakeup)
		hw.flags |= SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP;
	if (ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &hw))
		die("parameters");
	if (options->no_wakeup && !(hw.info & SNDRV_PCM_INFO_NO_PERIOD_WAKEUP)) {
		fprintf(stderr, "pcm-io: the device cannot do without wake-ups\n");
		exit(1);
	}

	sw.start_threshold = options->buffer_frames;
	sw.stop_threshold = options->buffer_frames;
	if (options->dry_ms || options->take_back)
		sw.stop_threshold = ULONG_MAX;
	if (ioctl(pcm, SNDRV_PCM_IOCTL_SW_PARAMS, &sw))
		die("software parameters");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE))
		die("prepare");
}

/* The descriptor does not block: without wake-ups nobody would end the wait. */
static void write_frames(int pcm, const uint8_t *samples, unsigned long frames)
{
	struct timespec pause = { .tv_nsec = 10000000 };

	while (frames) {
		struct snd_xferi transfer = { .buf = (void *)samples, .frames = frames };

		if (ioctl(pcm, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer)) {
			if (errno != EAGAIN)
				die("write");
			nanosleep(&pause, NULL);
			continue;
		}
		samples += transfer.result * PCM_FRAME_BYTES;
		frames -= (unsigned long)transfer.result;
	}
}

/* The last frames written are taken back, so the reader must not have come so far. */
static void rewind_frames(int pcm, unsigned long frames)
{
	snd_pcm_uframes_t back = frames;

	if (ioctl(pcm, SNDRV_PCM_IOCTL_REWIND, &back))
		die("rewind");
	if (back != frames) {
		fprintf(stderr, "pcm-io: rewound %lu frames of %lu\n", back, frames);
		exit(1);
	}
}

static void play(int pcm, const uint8_t *samples, unsigned long frames, const struct options *options)
{
	unsigned long chunk = options->period_frames, half = frames / 2;
	bool reset = options->reset;
	uint8_t *wrong = calloc(chunk, PCM_FRAME_BYTES);

	if (!wrong)
		die("memory");
	memset(wrong, 0x55, chunk * PCM_FRAME_BYTES);
	for (unsigned long at = 0; at < frames; at += chunk) {
		if (chunk > frames - at)
			chunk = frames - at;
		if (options->rewind) {
			write_frames(pcm, wrong, chunk);
			rewind_frames(pcm, chunk);
		}
		write_frames(pcm, samples + at * PCM_FRAME_BYTES, chunk);
		if (reset && at >= half) {
			/* It throws the buffer's content away. */
			if (ioctl(pcm, SNDRV_PCM_IOCTL_RESET))
				die("reset");
			reset = false;
		}
	}
	free(wrong);
}

/* Nobody looks at the position meanwhile. */
static void run_dry(int pcm, unsigned long frames, unsigned int dry_ms)
{
	struct timespec pause = { .tv_sec = dry_ms / 1000, .tv_nsec = dry_ms % 1000 * 1000000L };
	struct snd_pcm_status status = { 0 };

	nanosleep(&pause, NULL);
	if (ioctl(pcm, SNDRV_PCM_IOCTL_STATUS, &status))
		die("status");
	if (status.hw_ptr != frames) {
		fprintf(stderr, "pcm-io: %lu frames were taken of %lu\n", status.hw_ptr, frames);
		exit(1);
	}
}

/* The descriptor does not block, so this drain only begins. */
static void take_back(int pcm, unsigned long frames)
{
	snd_pcm_uframes_t all = frames, back;
	struct snd_pcm_status status = { 0 };

	if (!ioctl(pcm, SNDRV_PCM_IOCTL_DRAIN) || errno != EAGAIN)
		die("beginning of the drain");
	/* Samples that the DSP has taken are not given back, and nothing is rewound then. */
	if (ioctl(pcm, SNDRV_PCM_IOCTL_REWIND, &all))
		die("rewind of all");
	if (all) {
		fprintf(stderr, "pcm-io: rewound %lu frames that the DSP has taken\n", all);
		exit(1);
	}
	if (ioctl(pcm, SNDRV_PCM_IOCTL_STATUS, &status))
		die("status");
	back = frames - status.hw_ptr - 1200;
	if (ioctl(pcm, SNDRV_PCM_IOCTL_REWIND, &back))
		die("rewind");
	if (!back) {
		fprintf(stderr, "pcm-io: nothing was left to take back\n");
		exit(1);
	}
}

static void parse(int count, char **arguments, struct options *options)
{
	for (int i = 0; i < count; i++) {
		const char *argument = arguments[i];

		if (sscanf(argument, "period=%u", &options->period_frames) == 1 ||
		    sscanf(argument, "buffer=%u", &options->buffer_frames) == 1 ||
		    sscanf(argument, "dry=%u", &options->dry_ms) == 1)
			continue;
		if (!strcmp(argument, "no-wakeup")) {
			options->no_wakeup = true;
		} else if (!strcmp(argument, "rewind")) {
			options->rewind = true;
		} else if (!strcmp(argument, "reset")) {
			options->reset = true;
		} else if (!strcmp(argument, "drop")) {
			options->drop = true;
		} else if (!strcmp(argument, "take-back")) {
			options->take_back = true;
		} else {
			fprintf(stderr, "pcm-io: unknown: %s\n", argument);
			exit(1);
		}
	}
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	struct options options = { .period_frames = 4800, .buffer_frames = 48000 };
	unsigned long frames;
	uint8_t *samples;
	uint64_t begin_ms;
	int pcm;

	if (argc < 3) {
		fprintf(stderr, "Usage: pcm-io DEVICE WAV [OPTION...]\n");
		return 1;
	}
	parse(argc - 3, argv + 3, &options);
	samples = pcm_read_samples(argv[2], &frames);
	if (!samples)
		die(argv[2]);
	alarm(TIMEOUT_S);

	pcm = open(argv[1], O_RDWR | O_NONBLOCK);
	if (pcm < 0)
		die(argv[1]);
	set_parameters(pcm, &options);
	begin_ms = now_ms();
	play(pcm, samples, frames, &options);
	if (options.dry_ms)
		run_dry(pcm, frames, options.dry_ms);
	if (options.take_back)
		take_back(pcm, frames);
	fcntl(pcm, F_SETFL, 0);
	if (ioctl(pcm, options.drop ? SNDRV_PCM_IOCTL_DROP : SNDRV_PCM_IOCTL_DRAIN))
		die("end");
	printf("ms %llu\n", (unsigned long long)(now_ms() - begin_ms));
	if (close(pcm))
		die("close");
	return 0;
}
