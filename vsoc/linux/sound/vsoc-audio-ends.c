// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends and other news of a PCM that do not come from the application: periods, drains that are
 * over, starts that failed, a DSP or a USB card that has gone.
 *
 * Locking: as in vsoc-audio-pcm.c: stream->notify_lock, then the stream lock.
 */
#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>
#include <sound/pcm.h>
#include "vsoc-audio.h"

/* How often to look whether a PCM that runs without samples is to be drained. */
#define DRAINED_POLL_MS	20

/**
 * vsoc_audio_ends_poll_if_drained() - should be called when ALSA has been told a position, or the
 * application's pointer has moved
 * @stream: the stream
 *
 * The DSP says once that there is nothing more to take. A drain that begins after that would wait
 * for ever, and no callback says that it has begun: ASoC does not pass on SNDRV_PCM_TRIGGER_DRAIN.
 * So the PCM is polled for a drain as long as there is no sample, from the moment at which ALSA has
 * been told that.
 *
 * The caller holds the PCM stream lock.
 *
 * Context: Process context. Does not sleep.
 */
void vsoc_audio_ends_poll_if_drained(struct vsoc_audio_stream *stream)
{
	if (stream->direction == SNDRV_PCM_STREAM_PLAYBACK &&
	    stream->reported_frames >= stream->appl_frames)
		schedule_delayed_work(&stream->drained_work, msecs_to_jiffies(DRAINED_POLL_MS));
}

static void stop_pcm_locked(struct vsoc_audio_stream *stream, snd_pcm_state_t state)
{
	struct snd_pcm_substream *substream = stream->substream;

	lockdep_assert_held(&stream->notify_lock);

	if (!substream)
		return;
	if (state == SNDRV_PCM_STATE_XRUN)
		snd_pcm_stop_xrun(substream);	/* if it runs */

	guard(pcm_stream_lock_irq)(substream);

	/*
	 * A stream that does not run loses its device, too, or has to be prepared again; a sleep
	 * does not concern it.
	 */
	if (state == SNDRV_PCM_STATE_DISCONNECTED || snd_pcm_running(substream) ||
	    (state == SNDRV_PCM_STATE_XRUN &&
	     substream->runtime->state == SNDRV_PCM_STATE_PREPARED))
		snd_pcm_stop(substream, state);
}

static void stop_pcm(struct vsoc_audio_stream *stream, snd_pcm_state_t state)
{
	guard(mutex)(&stream->notify_lock);

	stop_pcm_locked(stream, state);
}

static void failed_work(struct work_struct *work)
{
	stop_pcm(container_of(work, struct vsoc_audio_stream, failed_work), SNDRV_PCM_STATE_XRUN);
}

static void drained_work(struct work_struct *work)
{
	struct vsoc_audio_stream *stream =
		container_of(to_delayed_work(work), struct vsoc_audio_stream, drained_work);
	struct snd_pcm_substream *substream;

	guard(mutex)(&stream->notify_lock);

	substream = stream->substream;
	if (!substream)
		return;

	guard(pcm_stream_lock_irq)(substream);

	if (!snd_pcm_running(substream) || stream->reported_frames < stream->appl_frames)
		return;
	/* ALSA does the same, but not for a position that does not move. */
	if (substream->runtime->state == SNDRV_PCM_STATE_DRAINING)
		snd_pcm_stop(substream, SNDRV_PCM_STATE_SETUP);
	else
		vsoc_audio_ends_poll_if_drained(stream);
}

/**
 * vsoc_audio_ends_period_elapsed() - should be called when the DSP has taken a period, or the last
 * sample
 * @stream: the stream
 *
 * Does not wait for the DSP.
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_ends_period_elapsed(struct vsoc_audio_stream *stream)
{
	struct snd_pcm_substream *substream;

	guard(mutex)(&stream->notify_lock);

	substream = stream->substream;
	if (!substream)
		return;
	snd_pcm_period_elapsed(substream);

	/* The second step of a full turn, see vsoc_audio_limit_turn(). */
	scoped_guard(pcm_stream_lock_irq, substream) {
		if (!snd_pcm_running(substream))
			return;
		if (stream->reported_frames >= stream->position.released_frames)
			return;
	}
	snd_pcm_period_elapsed(substream);
}

/**
 * vsoc_audio_ends_lost() - should be called when the DSP has lost the USB stream
 * @stream: the stream
 * @reason: enum audio_lost_reason, or a number that this side does not know
 *
 * A device that has gone ends the PCM for good (-ENODEV); an application recovers from the others.
 * Does not wait for the DSP.
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_ends_lost(struct vsoc_audio_stream *stream, u32 reason)
{
	switch (reason) {
	case AUDIO_LOST_DISCONNECTED:
		stop_pcm(stream, SNDRV_PCM_STATE_DISCONNECTED);
		break;
	case AUDIO_LOST_SUSPENDED:
		stop_pcm(stream, SNDRV_PCM_STATE_SUSPENDED);
		break;
	default:
		stop_pcm(stream, SNDRV_PCM_STATE_XRUN);
	}
}

/**
 * vsoc_audio_ends_dsp_gone() - should be called when the DSP has stopped or crashed
 * @audio: the audio device
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_ends_dsp_gone(struct vsoc_audio *audio)
{
	unsigned int i;

	for (i = 0; i < VSOC_AUDIO_STREAMS; i++)
		stop_pcm(&audio->streams[i], SNDRV_PCM_STATE_XRUN);
}

/*
 * The card is gone for good, in any state of the PCM. ALSA does not stop a PCM that is merely open,
 * and so would set it up with another card that has got the number.
 */
static void lose_locked(struct vsoc_audio_stream *stream)
{
	struct snd_pcm_substream *substream = stream->substream;

	lockdep_assert_held(&stream->notify_lock);

	WRITE_ONCE(stream->is_lost, true);

	guard(pcm_stream_lock_irq)(substream);

	if (snd_pcm_running(substream))
		snd_pcm_stop(substream, SNDRV_PCM_STATE_DISCONNECTED);
	__snd_pcm_set_state(substream->runtime, SNDRV_PCM_STATE_DISCONNECTED);
	wake_up(&substream->runtime->sleep);
	wake_up(&substream->runtime->tsleep);
}

/* Whether the PCM uses that card; if it does, the number of that use, and the USB PCM. */
static bool uses_card(struct vsoc_audio_stream *stream, int card, u64 instance,
		      unsigned int *open_number, struct vsoc_audio_route *route)
{
	guard(mutex)(&stream->notify_lock);

	*open_number = stream->open_number;
	*route = stream->route;
	return stream->substream && route->card == card && route->instance == instance;
}

/**
 * vsoc_audio_ends_card_gone() - should be called when a USB card has been disconnected, or may have
 * been
 * @audio: the audio device
 * @card: its ALSA card number, which no other card has got yet
 * @instance: tells it from others of that number
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_ends_card_gone(struct vsoc_audio *audio, int card, u64 instance)
{
	struct vsoc_audio_stream *stream;
	struct vsoc_audio_route route;
	unsigned int open_number;
	unsigned int i;

	for (i = 0; i < VSOC_AUDIO_STREAMS; i++) {
		stream = &audio->streams[i];
		if (!uses_card(stream, card, instance, &open_number, &route))
			continue;
		/* One that has got more PCMs is connected again. */
		if (!vsoc_audio_route_is_gone(&route))
			continue;

		guard(mutex)(&stream->notify_lock);

		/* Another application may have opened the PCM since, for another card. */
		if (stream->substream && stream->open_number == open_number)
			lose_locked(stream);
	}
}

/**
 * vsoc_audio_ends_card_came() - should be called when a USB card is about to be connected
 * @audio: the audio device
 * @card: its ALSA card number
 * @instance: tells it from others of that number
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_ends_card_came(struct vsoc_audio *audio, int card, u64 instance)
{
	struct vsoc_audio_stream *stream;
	unsigned int i;

	for (i = 0; i < VSOC_AUDIO_STREAMS; i++) {
		stream = &audio->streams[i];

		guard(mutex)(&stream->notify_lock);

		if (stream->substream && stream->route.card == card &&
		    stream->route.instance != instance)
			lose_locked(stream);
	}
}

/**
 * vsoc_audio_ends_cancel() - forget what is still to be done about a run
 * @stream: the stream; nobody submits or ends a START of it meanwhile
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_ends_cancel(struct vsoc_audio_stream *stream)
{
	cancel_work_sync(&stream->failed_work);
	cancel_delayed_work_sync(&stream->drained_work);
}

/**
 * vsoc_audio_ends_init() - prepare a stream's work
 * @stream: the stream
 */
void vsoc_audio_ends_init(struct vsoc_audio_stream *stream)
{
	INIT_WORK(&stream->failed_work, failed_work);
	INIT_DELAYED_WORK(&stream->drained_work, drained_work);
}
