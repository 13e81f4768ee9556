/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A PCM's hardware parameters by the kernel's own interface, without alsa-lib between, and samples to play, for
 * the measuring and test programs of the virtual SoC.
 */
#ifndef LULLABY_VSOC_PCM_H
#define LULLABY_VSOC_PCM_H

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sound/asound.h>

#define PCM_RATE_HZ	48000
#define PCM_FRAME_BYTES	4
#define PCM_HEADER_BYTES	44	/* of a WAV file as wavmake makes it */

static inline void pcm_set_mask(struct snd_pcm_hw_params *params, int parameter, unsigned int value)
{
	struct snd_mask *mask = &params->masks[parameter - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(mask, 0, sizeof(*mask));
	mask->bits[value / 32] = 1u << (value % 32);
}

static inline void pcm_set_interval(struct snd_pcm_hw_params *params, int parameter, unsigned int value)
{
	params->intervals[parameter - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL] =
		(struct snd_interval){ .min = value, .max = value, .integer = 1 };
}

/* 48000 Hz, S16_LE, stereo, written and not mapped; all else as the device likes it. */
static inline void pcm_stereo_parameters(struct snd_pcm_hw_params *params)
{
	memset(params, 0, sizeof(*params));
	memset(params->masks, 0xff, sizeof(params->masks));
	for (size_t i = 0; i < sizeof(params->intervals) / sizeof(params->intervals[0]); i++)
		params->intervals[i].max = UINT_MAX;
	params->rmask = ~0u;
	params->info = ~0u;
	pcm_set_mask(params, SNDRV_PCM_HW_PARAM_ACCESS,
		     (unsigned int)SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	pcm_set_mask(params, SNDRV_PCM_HW_PARAM_FORMAT, (unsigned int)SNDRV_PCM_FORMAT_S16_LE);
	pcm_set_interval(params, SNDRV_PCM_HW_PARAM_CHANNELS, 2);
	pcm_set_interval(params, SNDRV_PCM_HW_PARAM_RATE, PCM_RATE_HZ);
}

/* All samples of a WAV file that suits these parameters; NULL, with errno, if it cannot be read. */
static inline uint8_t *pcm_read_samples(const char *path, unsigned long *frames)
{
	struct stat status;
	uint8_t *data;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &status) || status.st_size < PCM_HEADER_BYTES)
		return NULL;
	data = malloc((size_t)status.st_size);
	if (!data || read(fd, data, (size_t)status.st_size) != status.st_size)
		return NULL;
	close(fd);
	*frames = (unsigned long)(status.st_size - PCM_HEADER_BYTES) / PCM_FRAME_BYTES;
	return data + PCM_HEADER_BYTES;
}

#endif /* LULLABY_VSOC_PCM_H */
