// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * pcm-steps: goes through the states of a playback PCM one step at a time, by the kernel's own interface.
 *
 *	pcm-steps PCM-DEVICE STEP...
 *
 * A step is `open`, `params` (48000 Hz, S16_LE, stereo), `prepare`, `write` (a full buffer of noise), `start`, `drop`,
 * `close`, or `wait=FILE`: makes FILE.waits, and waits until there is a FILE. The result of each of the others is printed as
 * "STEP ERRNO", by the errno's name, or 0. It goes on after any of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/random.h"
#include "vsoc/initramfs/pcm.h"

#define PERIOD_FRAMES	4800
#define BUFFER_FRAMES	24000
#define POLL_US		2000
#define TIMEOUT_S	120	/* of the whole program: a hang becomes a failure */

static int set_params(int pcm)
{
	struct snd_pcm_hw_params params;

	pcm_stereo_parameters(&params);
	pcm_set_interval(&params, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, PERIOD_FRAMES);
	pcm_set_interval(&params, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, BUFFER_FRAMES);
	return ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &params);
}

static int write_noise(int pcm)
{
	static uint8_t noise[BUFFER_FRAMES * PCM_FRAME_BYTES];
	struct snd_xferi transfer = { .buf = noise, .frames = BUFFER_FRAMES };
	struct random random = { .state = 1 };

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(random_u64(&random) >> 40);
	return ioctl(pcm, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer);
}

static void wait_for(const char *file)
{
	char waits[256];
	int fd;

	snprintf(waits, sizeof(waits), "%s.waits", file);
	fd = open(waits, O_CREAT | O_WRONLY, 0600);
	if (fd >= 0)
		close(fd);
	while (access(file, F_OK))
		usleep(POLL_US);
	unlink(waits);
}

static int perform(const char *step, const char *path, int *pcm)
{
	if (!strcmp(step, "open")) {
		*pcm = open(path, O_RDWR);
		return *pcm < 0 ? -1 : 0;
	}
	if (!strcmp(step, "params"))
		return set_params(*pcm);
	if (!strcmp(step, "prepare"))
		return ioctl(*pcm, SNDRV_PCM_IOCTL_PREPARE);
	if (!strcmp(step, "write"))
		return write_noise(*pcm);
	if (!strcmp(step, "start"))
		return ioctl(*pcm, SNDRV_PCM_IOCTL_START);
	if (!strcmp(step, "drop"))
		return ioctl(*pcm, SNDRV_PCM_IOCTL_DROP);
	if (!strcmp(step, "close"))
		return close(*pcm);
	fprintf(stderr, "pcm-steps: what is %s?\n", step);
	exit(2);
}

int main(int argc, char **argv)
{
	int pcm = -1;

	if (argc < 3) {
		fprintf(stderr, "Usage: pcm-steps PCM-DEVICE STEP...\n");
		return 2;
	}
	alarm(TIMEOUT_S);
	for (int i = 2; i < argc; i++) {
		if (!strncmp(argv[i], "wait=", 5)) {
			wait_for(argv[i] + 5);
			continue;
		}
		printf("%s %s\n", argv[i], perform(argv[i], argv[1], &pcm) ? strerrorname_np(errno) : "0");
		fflush(stdout);
	}
	return 0;
}
