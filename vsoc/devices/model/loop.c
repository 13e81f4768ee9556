// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#include "loop.h"

#include <stdlib.h>

bool loop_begin(struct loop *loop, unsigned int channels)
{
	loop->channels = channels;
	loop->samples = calloc((size_t)LOOP_FRAMES * channels, sizeof(*loop->samples));
	loop->frames = calloc(LOOP_FRAMES, sizeof(*loop->frames));
	if (loop->samples && loop->frames)
		return true;
	loop_end(loop);
	return false;
}

void loop_end(struct loop *loop)
{
	free(loop->samples);
	free(loop->frames);
	*loop = (struct loop){ 0 };
}

uint32_t *loop_put(struct loop *loop, uint64_t frame)
{
	uint64_t place = frame % LOOP_FRAMES;

	loop->frames[place] = frame + 1;
	return loop->samples + place * loop->channels;
}

uint32_t loop_get(const struct loop *loop, uint64_t frame, unsigned int channel)
{
	uint64_t place = frame % LOOP_FRAMES;

	if (!loop->samples || loop->frames[place] != frame + 1)
		return 0;
	return loop->samples[place * loop->channels + channel % loop->channels];
}
