// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * pcm-timer: plays by a timer and not by interrupts, as sound servers do. It keeps two quanta in flight: when it wakes, one is
 * left, and it writes another.
 *
 *	pcm-timer DEVICE QUANTUM SECONDS [SKEW]
 *
 * QUANTUM is in frames of 48 kHz. The samples count: frame N is N + 1 in its two channels' 32 bits, so that a gap shows. With
 * SKEW, in the second half of the time, the position may not go back, nor away from the system clock by more than
 * SKEW microseconds from one wake-up to the next.
 *
 * It prints "xruns N", "late N" (of the timer, by more than half a quantum), "least N" (frames in flight at a wake-up) and
 * "skew N" (the largest, in microseconds).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "vsoc/initramfs/pcm.h"

#define RATE_HZ		48000
#define BUFFER_FRAMES	8192

static void die(const char *what)
{
	fprintf(stderr, "pcm-timer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set_parameters(int pcm, unsigned int quantum)
{
	struct snd_pcm_hw_params hw;
	struct snd_pcm_sw_params sw = { .avail_min = 1, .start_threshold = 2 * quantum, .stop_threshold = ULONG_MAX };

	pcm_stereo_parameters(&hw);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, quantum < 128 ? 128 : quantum);
	pcm_set_interval(&hw, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, BUFFER_FRAMES);
	hw.flags |= SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP;
	if (ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &hw))
		die("parameters");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_SW_PARAMS, &sw))
		die("software parameters");
	if (ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE))
		die("prepare");
}

static void write_quantum(int pcm, unsigned int quantum, uint32_t *next)
{
	static uint32_t samples[BUFFER_FRAMES];
	struct snd_xferi transfer = { .buf = samples, .frames = quantum };

	for (unsigned int i = 0; i < quantum; i++)
		samples[i] = ++*next;
	if (ioctl(pcm, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer) || transfer.result != (snd_pcm_sframes_t)quantum)
		die("write");
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void sleep_until(int64_t at_ns)
{
	struct timespec at = { .tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL))
		;
}

/* Frames that were written and are not on the bus: how long until the next one to be written is played. */
static snd_pcm_sframes_t get_delay(int pcm)
{
	snd_pcm_sframes_t delay;

	if (ioctl(pcm, SNDRV_PCM_IOCTL_DELAY, &delay))
		die("delay");
	return delay;
}

/* Frames in the buffer, as the application sees it. */
static snd_pcm_sframes_t get_fill(int pcm)
{
	struct snd_pcm_status status = { 0 };

	if (ioctl(pcm, SNDRV_PCM_IOCTL_STATUS, &status))
		die("status");
	if (status.state != SNDRV_PCM_STATE_RUNNING)
		die("state");
	return BUFFER_FRAMES - (snd_pcm_sframes_t)status.avail;
}

int main(int argc, char **argv)
{
	unsigned int quantum, seconds, xruns = 0, late = 0;
	snd_pcm_sframes_t least = BUFFER_FRAMES;
	int64_t wake_ns, end_ns, skew_limit_ns = 0, worst_ns = 0, last_ns = 0, last_played = 0;
	uint32_t next = 0;
	int pcm;

	if (argc < 4) {
		fprintf(stderr, "Usage: pcm-timer DEVICE QUANTUM SECONDS [SKEW]\n");
		return 1;
	}
	quantum = (unsigned int)strtoul(argv[2], NULL, 0);
	seconds = (unsigned int)strtoul(argv[3], NULL, 0);
	if (argc > 4)
		skew_limit_ns = strtol(argv[4], NULL, 0) * 1000;
	alarm(seconds + 30);
	pcm = open(argv[1], O_RDWR);
	if (pcm < 0)
		die(argv[1]);
	set_parameters(pcm, quantum);
	write_quantum(pcm, quantum, &next);
	write_quantum(pcm, quantum, &next);
	wake_ns = now_ns();
	end_ns = wake_ns + seconds * 1000000000LL;
	while (wake_ns < end_ns) {
		int64_t at_ns = now_ns(), played, moved_ns;
		snd_pcm_sframes_t fill = get_fill(pcm);

		if (at_ns - wake_ns > (int64_t)quantum * 500000000 / RATE_HZ)
			late++;
		if (fill <= 0)
			xruns++;
		if (fill < least)
			least = fill;
		played = (int64_t)next - get_delay(pcm);
		if (last_ns && wake_ns > end_ns - seconds * 500000000LL) {
			moved_ns = (played - last_played) * 1000000000 / RATE_HZ - (now_ns() - last_ns);
			if (played < last_played)
				moved_ns = -1000000000;
			if (llabs(moved_ns) > worst_ns)
				worst_ns = llabs(moved_ns);
		}
		last_ns = now_ns();
		last_played = played;
		while (fill <= (snd_pcm_sframes_t)quantum) {
			write_quantum(pcm, quantum, &next);
			fill += quantum;
		}
		wake_ns = at_ns + (fill - (snd_pcm_sframes_t)quantum) * 1000000000LL / RATE_HZ;
		sleep_until(wake_ns);
	}
	printf("xruns %u\nlate %u\nleast %ld\nskew %lld\n", xruns, late, least, (long long)worst_ns / 1000);
	if (ioctl(pcm, SNDRV_PCM_IOCTL_DRAIN))
		die("drain");
	return skew_limit_ns && worst_ns > skew_limit_ns;
}
