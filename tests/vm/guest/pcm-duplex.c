// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * pcm-duplex: plays to a device and records from it at once, through an analogue loop: two PCMs that are linked.
 *
 *	pcm-duplex PLAYBACK-DEVICE CAPTURE-DEVICE [OPTION...]
 *
 *	period=N buffer=N	in frames, of both
 *	play-period=N play-buffer=N	of the playback PCM, if they differ
 *	ahead=N			frames to write before the start (play-buffer)
 *	seconds=N		how long (2)
 *
 * 48000 Hz, 24 bits in S32_LE, stereo. Each sample tells its frame, and so the time that it took to come back. It prints
 *
 *	offset N	frames from a frame's place in the played sound to its place in the recording: the same for all
 *	errors N	recorded frames that are others than those which follow from the offset
 *	frames N	recorded frames that came through the loop
 *	round_trip_us N	the most, from before the write of a frame to after its read
 *	trigger_us N	between the times at which ALSA says that the two were triggered
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include "vsoc/initramfs/pcm.h"

#define CHANNELS	2
#define NUMBERS		0x7fffffu	/* samples are 1 .. NUMBERS */
#define WRITES_MAX	4096		/* times of writes that are kept */

struct options {
	unsigned int period_frames;
	unsigned int buffer_frames;
	unsigned int play_period_frames;
	unsigned int play_buffer_frames;
	unsigned int ahead_frames;
	unsigned int seconds;
};

struct totals {
	unsigned long written_frames;
	unsigned long read_frames;
	unsigned long looped_frames;
	unsigned long errors;
	long offset_frames;
	uint64_t round_trip_us;
	/* by number of the write, modulo WRITES_MAX: its first frame, and when it began */
	unsigned long write_frame[WRITES_MAX];
	uint64_t write_us[WRITES_MAX];
	unsigned long writes;
};

static void die(const char *what)
{
	fprintf(stderr, "pcm-duplex: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int open_pcm(const char *path, unsigned int period_frames, unsigned int buffer_frames)
{
	struct snd_pcm_sw_params sw = { .avail_min = 1, .start_threshold = LONG_MAX, .stop_threshold = buffer_frames,
					.tstamp_mode = SNDRV_PCM_TSTAMP_ENABLE };
	struct snd_pcm_hw_params hw;
	int pcm = open(path, O_RDWR);

	if (pcm < 0)
		die(path);
	pcm_stereo_parameters(&hw);
	pcm_set_mask(&hw, SNDRV_PCM_HW_PARAM_FORMAT, (unsigned int)SNDRV_PCM_FORMAT_S32_LE);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, period_frames);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, buffer_frames);
	if (ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &hw))
		die("parameters");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_SW_PARAMS, &sw))
		die("software parameters");
	return pcm;
}

static int32_t sample_of(unsigned long frame)
{
	return (int32_t)(frame % NUMBERS + 1) << 8;
}

static void play(int pcm, struct totals *totals, unsigned long frames)
{
	int32_t *samples = malloc(frames * CHANNELS * sizeof(*samples));
	struct snd_xferi transfer = { .buf = samples, .frames = frames };

	if (!samples)
		die("memory");
	for (unsigned long i = 0; i < frames * CHANNELS; i++)
		samples[i] = sample_of(totals->written_frames + i / CHANNELS);
	totals->write_frame[totals->writes % WRITES_MAX] = totals->written_frames;
	totals->write_us[totals->writes++ % WRITES_MAX] = now_us();
	if (ioctl(pcm, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer))
		die("write");
	totals->written_frames += frames;
	free(samples);
}

/* When the write began that had this frame; 0: it is forgotten. */
static uint64_t written_us(const struct totals *totals, unsigned long frame)
{
	for (unsigned long back = 1; back <= totals->writes && back <= WRITES_MAX; back++) {
		unsigned long at = (totals->writes - back) % WRITES_MAX;

		if (totals->write_frame[at] <= frame)
			return totals->write_us[at];
	}
	return 0;
}

static void judge(struct totals *totals, const int32_t *samples, unsigned long frames)
{
	uint64_t now = now_us(), then;

	for (unsigned long i = 0; i < frames; i++, totals->read_frames++) {
		uint32_t number = (uint32_t)samples[i * CHANNELS] >> 8;

		if (!number && !totals->looped_frames)
			continue;
		if (!totals->looped_frames++)
			totals->offset_frames = (long)totals->read_frames - (long)(number - 1);
		if (samples[i * CHANNELS] != sample_of(totals->read_frames - (unsigned long)totals->offset_frames) ||
		    samples[i * CHANNELS + 1] != samples[i * CHANNELS])
			totals->errors++;
	}
	if (!totals->looped_frames)
		return;
	/* The oldest frame of this read took longest. */
	then = written_us(totals, totals->read_frames - frames - (unsigned long)totals->offset_frames);
	if (then && totals->writes > 1 && now - then > totals->round_trip_us)
		totals->round_trip_us = now - then;
}

static void record(int pcm, struct totals *totals, unsigned long frames)
{
	int32_t *samples = malloc(frames * CHANNELS * sizeof(*samples));
	struct snd_xferi transfer = { .buf = samples, .frames = frames };

	if (!samples)
		die("memory");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_READI_FRAMES, &transfer))
		die("read");
	judge(totals, samples, (unsigned long)transfer.result);
	free(samples);
}

static long long trigger_us(int pcm)
{
	struct snd_pcm_status status = { 0 };

	if (ioctl(pcm, SNDRV_PCM_IOCTL_STATUS, &status))
		die("status");
	return (long long)status.trigger_tstamp.tv_sec * 1000000 + status.trigger_tstamp.tv_nsec / 1000;
}

static void set_option(struct options *options, const char *option)
{
	static const struct { const char *name; size_t offset; } numbers[] = {
		{ "period=", offsetof(struct options, period_frames) },
		{ "buffer=", offsetof(struct options, buffer_frames) },
		{ "play-period=", offsetof(struct options, play_period_frames) },
		{ "play-buffer=", offsetof(struct options, play_buffer_frames) },
		{ "ahead=", offsetof(struct options, ahead_frames) },
		{ "seconds=", offsetof(struct options, seconds) },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		size_t length = strlen(numbers[i].name);

		if (strncmp(option, numbers[i].name, length))
			continue;
		*(unsigned int *)((char *)options + numbers[i].offset) = (unsigned int)strtoul(option + length, NULL, 10);
		return;
	}
	fprintf(stderr, "pcm-duplex: unknown option %s\n", option);
	exit(2);
}

int main(int argc, char **argv)
{
	struct options options = { .period_frames = 480, .buffer_frames = 4800, .seconds = 2 };
	static struct totals totals;
	int playback, capture;

	if (argc < 3) {
		fprintf(stderr, "Usage: pcm-duplex PLAYBACK-DEVICE CAPTURE-DEVICE [OPTION...]\n");
		return 2;
	}
	for (int i = 3; i < argc; i++)
		set_option(&options, argv[i]);
	if (!options.play_period_frames)
		options.play_period_frames = options.period_frames;
	if (!options.play_buffer_frames)
		options.play_buffer_frames = options.buffer_frames;
	if (!options.ahead_frames)
		options.ahead_frames = options.play_buffer_frames;
	alarm(options.seconds * 4 + 60);

	playback = open_pcm(argv[1], options.play_period_frames, options.play_buffer_frames);
	capture = open_pcm(argv[2], options.period_frames, options.buffer_frames);
	if (ioctl(playback, SNDRV_PCM_IOCTL_LINK, capture))
		die("link");
	if (ioctl(playback, SNDRV_PCM_IOCTL_PREPARE))
		die("prepare");
	play(playback, &totals, options.ahead_frames);
	if (ioctl(capture, SNDRV_PCM_IOCTL_START))
		die("start");
	while (totals.read_frames < (unsigned long)options.seconds * PCM_RATE_HZ) {
		record(capture, &totals, options.period_frames);
		play(playback, &totals, options.period_frames);
	}
	printf("trigger_us %lld\n", llabs(trigger_us(playback) - trigger_us(capture)));
	if (ioctl(playback, SNDRV_PCM_IOCTL_DROP))
		die("drop");
	printf("offset %ld\nerrors %lu\nframes %lu\nround_trip_us %llu\n", totals.offset_frames, totals.errors,
	       totals.looped_frames, (unsigned long long)totals.round_trip_us);
	return 0;
}
