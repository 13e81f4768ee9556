// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits of the front ends for the DSP and for USB devices, outside of ASoC's lock.
 *
 * ASoC holds a mutex of the whole card around open, hw_params, prepare and hw_free of each PCM. A
 * device that does not answer keeps its SETUP or RELEASE waiting for up to setup_timeout_ms, and
 * snd-usb-audio holds the mutex of a USB card while it sets the device up, for which questions
 * about its formats wait. With these waits inside of ASoC's mutex, all other PCMs of the card would
 * wait as well. So they are before and after ASoC's own operations, which are called from here:
 *
 *	open		waits for a DSP that is being started, looks at the USB card, then ASoC's
 *	hw_params	RELEASE, looks at the USB card, then ASoC's
 *	prepare		ASoC's, then SETUP
 *	hw_free		RELEASE, then ASoC's
 *
 * ALSA calls these operations of one PCM one at a time, so nothing else of the PCM happens between
 * the two halves. If SETUP fails, the PCM is not prepared for ALSA, and no trigger comes: ASoC has
 * prepared the back end for nothing, and hw_free ends that.
 */
#include <sound/pcm.h>
#include <sound/soc.h>
#include "vsoc-audio.h"

static int open_front_end(struct vsoc_audio_stream *stream, struct snd_pcm_substream *substream)
{
	int err;

	err = vsoc_audio_ipc_wait_ready(stream->audio->ipc);
	if (err) {
		dev_dbg_ratelimited(stream->audio->dev, "stream %u: the DSP is not there\n",
				    stream->index);
		return err;
	}
	err = vsoc_audio_pcm_begin(stream, substream);
	if (err)
		return err;
	err = stream->asoc_ops.open(substream);
	if (err < 0)
		vsoc_audio_pcm_end(stream);
	return err;
}

static int fe_open(struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = vsoc_audio_pcm_stream(substream);
	int err;

	err = open_front_end(stream, substream);
	/*
	 * ALSA takes -EAGAIN from an open that may block for "wait until somebody closes this PCM".
	 * Nobody has it open, so the application would wait for ever.
	 */
	return err == -EAGAIN ? -EBUSY : err;
}

static int fe_hw_params(struct snd_pcm_substream *substream, struct snd_pcm_hw_params *params)
{
	struct vsoc_audio_stream *stream = vsoc_audio_pcm_stream(substream);
	int err;

	/* Parameters of the USB stream may change: it is set up again by prepare. */
	vsoc_audio_pcm_release(stream);
	err = vsoc_audio_pcm_check_params(stream, params);
	return err < 0 ? err : stream->asoc_ops.hw_params(substream, params);
}

static int fe_prepare(struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = vsoc_audio_pcm_stream(substream);
	int err;

	err = stream->asoc_ops.prepare(substream);
	return err < 0 ? err : vsoc_audio_pcm_set_up(stream, substream->runtime);
}

static int fe_hw_free(struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = vsoc_audio_pcm_stream(substream);

	vsoc_audio_pcm_release(stream);
	return stream->asoc_ops.hw_free(substream);
}

/**
 * vsoc_audio_fe_wrap() - take the waits of a front end out of ASoC's lock
 * @audio: the audio device
 * @rtd: of the front end, whose operations ASoC has just set, for both directions
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_fe_wrap(struct vsoc_audio *audio, struct snd_soc_pcm_runtime *rtd)
{
	unsigned int front_end = snd_soc_rtd_to_cpu(rtd, 0)->id;
	int direction;

	for_each_pcm_streams(direction)
		audio->streams[direction * VSOC_AUDIO_FRONT_ENDS + front_end].asoc_ops = rtd->ops;
	rtd->ops.open = fe_open;
	rtd->ops.hw_params = fe_hw_params;
	rtd->ops.prepare = fe_prepare;
	rtd->ops.hw_free = fe_hw_free;
}
