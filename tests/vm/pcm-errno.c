// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
/*
 * pcm-errno: opens the first playback PCM of a sound card and sets it to 48000 Hz, S16_LE, stereo, as the kernel
 * sees it, without alsa-lib between. Says which of the calls failed and how: aplay does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <sound/asound.h>

static void set_mask(struct snd_pcm_hw_params *params, int parameter, unsigned int value)
{
	struct snd_mask *mask = &params->masks[parameter - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(mask, 0, sizeof(*mask));
	mask->bits[value / 32] = 1u << (value % 32);
}

static void set_interval(struct snd_pcm_hw_params *params, int parameter, unsigned int value)
{
	struct snd_interval *interval = &params->intervals[parameter - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];

	*interval = (struct snd_interval){ .min = value, .max = value, .integer = 1 };
}

static int report(const char *call)
{
	fprintf(stderr, "%s: %s\n", call, errno == EBUSY ? "EBUSY" : strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	struct snd_pcm_hw_params params;
	char path[64];
	int fd;

	if (argc != 2) {
		fprintf(stderr, "Usage: pcm-errno CARD\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/dev/snd/pcmC%dD0p", atoi(argv[1]));
	fd = open(path, O_RDWR | O_NONBLOCK);
	if (fd < 0)
		return report("open");

	/* Everything is possible, but for what follows. */
	memset(&params, 0, sizeof(params));
	memset(params.masks, 0xff, sizeof(params.masks));
	for (int i = 0; i <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL; i++)
		params.intervals[i].max = ~0u;
	params.rmask = ~0u;
	params.info = ~0u;
	set_mask(&params, SNDRV_PCM_HW_PARAM_ACCESS, (unsigned int)SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	set_mask(&params, SNDRV_PCM_HW_PARAM_FORMAT, (unsigned int)SNDRV_PCM_FORMAT_S16_LE);
	set_interval(&params, SNDRV_PCM_HW_PARAM_CHANNELS, 2);
	set_interval(&params, SNDRV_PCM_HW_PARAM_RATE, 48000);
	if (ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &params))
		return report("hw_params");
	if (ioctl(fd, SNDRV_PCM_IOCTL_PREPARE))
		return report("prepare");
	close(fd);
	return 0;
}
