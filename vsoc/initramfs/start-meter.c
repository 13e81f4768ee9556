// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * start-meter: triggers a playback PCM many times, spread evenly over the 1 ms frame of the USB.
 *
 *	start-meter PCM-DEVICE STARTS [STATUS-FILE]
 *
 * A start waits for the bus's next frame, so how long it takes depends on where in a frame it is triggered. Which
 * moment of Linux's clock a frame begins at is not known here, but both run at the same rate: start number i of n
 * is triggered i/n of a millisecond into one, so each part of the frame has its share, whatever the
 * offset is, and the mean over all starts is that of starts at random.
 *
 * With STATUS-FILE, the number after "start_latency_us" in it is printed after each start. Without it, somebody
 * else has to look (at trace events, say).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "vsoc/initramfs/pcm.h"

#define FRAME_NS	1000000
#define PREPARED_NS	10000000	/* from the set-up to the trigger: all of it has come to rest */
#define SPIN_NS		200000		/* timers may be late, so the last of the wait is spent looking at the clock */
#define RUNNING_NS	20000000	/* from the trigger to the stop: the first sample is long on the bus */
#define STOPPED_NS	10000000	/* from the stop to the next set-up: nothing of this start is left on the bus */
#define SILENCE_FRAMES	4800
#define TEXT_BYTES	4096
#define TIMEOUT_S	120		/* of the whole program: a hang becomes a failure */

static void die(const char *what)
{
	fprintf(stderr, "start-meter: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void sleep_until(uint64_t time_ns)
{
	struct timespec time = {
		.tv_sec = (time_t)(time_ns / 1000000000),
		.tv_nsec = (long)(time_ns % 1000000000),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

static int open_pcm(const char *path)
{
	struct snd_pcm_hw_params hw;
	struct snd_pcm_sw_params sw = {
		.avail_min = SILENCE_FRAMES,
		/* Nothing starts it but this program; and it stops as a player's does, or snd-usb-audio plays otherwise. */
		.start_threshold = LONG_MAX,
		.stop_threshold = 2 * SILENCE_FRAMES,
	};
	int pcm = open(path, O_RDWR);

	if (pcm < 0)
		die(path);
	pcm_stereo_parameters(&hw);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, SILENCE_FRAMES);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, 2 * SILENCE_FRAMES);
	if (ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &hw))
		die("parameters");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_SW_PARAMS, &sw))
		die("software parameters");
	return pcm;
}

/*
 * Triggers it at OFFSET_NS into a millisecond, and stops it again. Each start opens the PCM anew, as a player does, and
 * so gets a ring of its own: QEMU takes the No Op TRBs that cancelled transfers become for isochronous ones of frame
 * 0, and waits for that frame, for up to 2 s.
 */
static void start(const char *path, uint64_t offset_ns, const char *status_path)
{
	static uint8_t silence[SILENCE_FRAMES * PCM_FRAME_BYTES];
	struct snd_xferi transfer = { .buf = silence, .frames = SILENCE_FRAMES };
	char text[TEXT_BYTES];
	const char *latency;
	uint64_t trigger_ns;
	ssize_t bytes;
	int pcm, fd;

	pcm = open_pcm(path);
	if (ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE))
		die("prepare");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer))
		die("write");
	trigger_ns = (now_ns() + PREPARED_NS) / FRAME_NS * FRAME_NS + offset_ns;
	sleep_until(trigger_ns - SPIN_NS);
	while (now_ns() < trigger_ns)
		;
	if (ioctl(pcm, SNDRV_PCM_IOCTL_START))
		die("start");
	sleep_until(trigger_ns + RUNNING_NS);

	if (status_path) {
		fd = open(status_path, O_RDONLY);
		bytes = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		if (bytes < 0)
			die(status_path);
		close(fd);
		text[bytes] = '\0';
		latency = strstr(text, "start_latency_us ");
		if (!latency) {
			fprintf(stderr, "start-meter: %s: no start_latency_us\n", status_path);
			exit(1);
		}
		printf("%ld\n", strtol(latency + strlen("start_latency_us "), NULL, 10));
	}

	if (ioctl(pcm, SNDRV_PCM_IOCTL_DROP))
		die("stop");
	close(pcm);
	sleep_until(now_ns() + STOPPED_NS);
}

int main(int argc, char **argv)
{
	int starts = argc > 2 ? atoi(argv[2]) : 0;

	if (argc < 3 || argc > 4 || starts < 1) {
		fprintf(stderr, "Usage: start-meter PCM-DEVICE STARTS [STATUS-FILE]\n");
		return 1;
	}
	alarm(TIMEOUT_S);
	for (int i = 0; i < starts; i++)
		start(argv[1], (uint64_t)i * FRAME_NS / (uint64_t)starts, argv[3]);
	return 0;
}
