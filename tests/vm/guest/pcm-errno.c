// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * pcm-errno: opens the first playback PCM of a sound card and sets it to 48000 Hz, S16_LE, stereo, as the kernel
 * sees it, without alsa-lib between. Says which of the calls failed and how: aplay does not. With -b, the open may
 * block, but does so for at most 10 s.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vsoc/initramfs/pcm.h"

static int report(const char *call)
{
	fprintf(stderr, "%s: %s\n", call, errno == EBUSY ? "EBUSY" : strerror(errno));
	return 1;
}

static void on_alarm(int number)
{
	(void)number;	/* only to interrupt the open */
}

static int open_blocking(const char *path)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int fd, error;

	sigaction(SIGALRM, &action, NULL);
	alarm(10);
	fd = open(path, O_RDWR);
	error = errno;
	alarm(0);
	errno = error;
	return fd;
}

int main(int argc, char **argv)
{
	bool blocks = argc == 3 && !strcmp(argv[1], "-b");
	struct snd_pcm_hw_params params;
	char path[64];
	int fd;

	if (argc != 2 + blocks) {
		fprintf(stderr, "Usage: pcm-errno [-b] CARD\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/dev/snd/pcmC%dD0p", atoi(argv[argc - 1]));
	fd = blocks ? open_blocking(path) : open(path, O_RDWR | O_NONBLOCK);
	if (fd < 0)
		return report("open");

	pcm_stereo_parameters(&params);
	if (ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &params))
		return report("hw_params");
	if (ioctl(fd, SNDRV_PCM_IOCTL_PREPARE))
		return report("prepare");
	close(fd);
	return 0;
}
