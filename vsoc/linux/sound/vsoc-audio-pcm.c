// SPDX-License-Identifier: GPL-2.0-only
/*
 * The front ends: PCMs whose buffer the DSP reads, or writes, and whose position the DSP writes.
 *
 * 1. prepare sends SETUP and waits: the DSP asks the USB service for the stream. A refusal comes
 *    back as an errno. -EAGAIN means that a sleep is in the way: then SETUP is tried again.
 * 2. trigger sends START or STOP and does not wait. A START that fails stops the PCM as an xrun. Of
 *    PCMs that the application has linked, the last one that is triggered sends one START for all.
 * 3. While it runs no message is needed: the application's pointer goes to the DSP through shared
 *    memory (ack), and the DSP's position comes back that way (pointer).
 * 4. sync_stop waits for the reply to STOP: nobody uses the buffer after it. If there is
 *    none, the stream is released, and set up again by the next prepare.
 * 5. hw_free sends RELEASE and waits, before the buffer is freed. If the DSP does not answer, it is
 *    ended.
 *
 * Every wait is bounded. A DSP that cannot be ended and goes on using the buffer gets a fault from
 * its MMU.
 *
 * Locking: a PCM is nonatomic, so its stream lock is a mutex. The context that passes notifications
 * of the DSP to ALSA takes stream->notify_lock, then the stream lock. Waits (1, 4, 5) happen with
 * neither held, and without ASoC's lock of the card: vsoc-audio-fe.c. Linked PCMs are triggered
 * with the stream locks of all held.
 */
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <asm/arch_timer.h>
#include <lullaby/usb_audio_stream.h>
#include <sound/pcm.h>
#include <sound/pcm_params.h>
#include "vsoc-audio.h"

/* Time between two tries of a SETUP that a sleep is in the way of. */
#define SLEEP_RETRY_MS	20

static unsigned int max_buffer_mib = 16;
module_param(max_buffer_mib, uint, 0444);
MODULE_PARM_DESC(max_buffer_mib,
		 "Largest PCM buffer, 1 to 64 (default: 16); see also snd_pcm.max_alloc_per_card");

static const struct snd_pcm_hardware vsoc_pcm_hardware = {
	.info = SNDRV_PCM_INFO_INTERLEAVED | SNDRV_PCM_INFO_BLOCK_TRANSFER |
		SNDRV_PCM_INFO_MMAP | SNDRV_PCM_INFO_MMAP_VALID |
		SNDRV_PCM_INFO_NO_PERIOD_WAKEUP | SNDRV_PCM_INFO_SYNC_APPLPTR,
	.period_bytes_min = 64,
	.periods_min = 2,
	.periods_max = 1024,
};

static size_t buffer_bytes_max(void)
{
	return (size_t)clamp(max_buffer_mib, 1, 64) << 20;
}

static struct vsoc_audio_stream *to_stream(struct snd_soc_component *component,
					   struct snd_pcm_substream *substream)
{
	struct vsoc_audio *audio = dev_get_drvdata(component->dev);
	struct snd_soc_pcm_runtime *rtd = snd_soc_substream_to_rtd(substream);
	unsigned int front_end = snd_soc_rtd_to_cpu(rtd, 0)->id;

	return &audio->streams[substream->stream * VSOC_AUDIO_FRONT_ENDS + front_end];
}

static bool is_playback(const struct vsoc_audio_stream *stream)
{
	return stream->direction == SNDRV_PCM_STREAM_PLAYBACK;
}

/**
 * vsoc_audio_pcm_stream() - get the stream of a front end
 * @substream: of its PCM
 *
 * Context: Any context.
 * Return: the stream.
 */
struct vsoc_audio_stream *vsoc_audio_pcm_stream(struct snd_pcm_substream *substream)
{
	struct snd_soc_pcm_runtime *rtd = snd_soc_substream_to_rtd(substream);

	return to_stream(snd_soc_rtd_to_cpu(rtd, 0)->component, substream);
}

/*
 * Positions, all under the PCM stream lock.
 */

static void publish_appl(struct vsoc_audio_stream *stream)
{
	/* What was written, or read, first; pairs with the DSP's load-acquire of appl_frames. */
	dma_mb();
	WRITE_ONCE(stream->shared->ap.appl_frames, cpu_to_le64(stream->appl_frames));
}

static void update_position(struct vsoc_audio_stream *stream,
			    const struct snd_pcm_runtime *runtime)
{
	u32 ticks_hz = arch_timer_get_cntfrq();
	struct vsoc_audio_position position;
	u64 now_ticks, free_frames;

	/* Until the DSP has answered START, its counts are those of the run before. */
	if (!READ_ONCE(stream->is_started))
		return;
	if (!vsoc_audio_position_read(&stream->shared->dsp, &position))
		return;
	/* A recording has no limit: what the application has not read is written over. */
	if (is_playback(stream))
		vsoc_audio_limit_position(&position, stream->appl_frames);
	/* Once in a run: a run begins without flags. */
	if (position.flags & ~stream->position.flags & AUDIO_STREAM_FEEDBACK_REFUSED)
		dev_warn_ratelimited(stream->audio->dev,
				     "stream %u: the feedback of USB card %d PCM %d is no rate near the nominal one: not followed\n",
				     stream->index, stream->route.card, stream->route.pcm);
	stream->position = position;
	free_frames = position.released_frames;
	now_ticks = __arch_counter_get_cntvct();
	if (is_playback(stream)) {
		stream->played_frames = vsoc_audio_played_frames(&position, now_ticks,
								 runtime->rate, ticks_hz);
		free_frames = vsoc_audio_free_frames(&position, now_ticks, runtime->rate, ticks_hz);
	}
	stream->reported_frames = vsoc_audio_limit_turn(stream->reported_frames, free_frames,
							runtime->buffer_size);
}

static snd_pcm_uframes_t vsoc_pcm_pointer(struct snd_soc_component *component,
					  struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = to_stream(component, substream);
	struct snd_pcm_runtime *runtime = substream->runtime;
	u64 before_frames = stream->reported_frames;
	u64 offset;

	update_position(stream, runtime);
	/*
	 * ALSA makes up turns of the buffer from the time since it asked last. No turn goes
	 * unreported here, and the position may stand still: in an underrun that does not stop
	 * the PCM, or while a sleep cuts the controller's power. So the time passed is that of
	 * the frames.
	 */
	runtime->hw_ptr_jiffies = jiffies - div_u64((stream->reported_frames - before_frames) * HZ,
						    runtime->rate);
	vsoc_audio_ends_poll_if_drained(stream);
	div64_u64_rem(stream->reported_frames, runtime->buffer_size, &offset);
	return offset;
}

/*
 * Called right after pointer. Playback: the frames that are free and have not been played yet.
 * Capture: what has been on the bus is in the buffer, as far as the DSP has said.
 */
static snd_pcm_sframes_t vsoc_pcm_delay(struct snd_soc_component *component,
					struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = to_stream(component, substream);

	if (!is_playback(stream) || stream->reported_frames <= stream->played_frames)
		return 0;
	return stream->reported_frames - stream->played_frames;
}

/*
 * Whether the application takes back frames that the DSP has taken: they will be heard. ALSA tells
 * an application that wants to rewind and may not that nothing was rewound.
 */
static bool is_rewound_too_far(const struct vsoc_audio_stream *stream, u64 appl_frames)
{
	struct vsoc_audio_position position;

	if (!is_playback(stream) || !READ_ONCE(stream->is_started) ||
	    appl_frames >= stream->appl_frames)
		return false;
	return vsoc_audio_position_read(&stream->shared->dsp, &position) &&
	       appl_frames < position.taken_frames;
}

static int vsoc_pcm_ack(struct snd_soc_component *component, struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = to_stream(component, substream);
	struct snd_pcm_runtime *runtime = substream->runtime;
	u64 appl_ptr = runtime->control->appl_ptr;
	u64 appl_frames = stream->appl_frames;
	int err;

	err = vsoc_audio_advance_appl(&appl_frames, stream->appl_ptr, appl_ptr, runtime->boundary);
	if (err)
		return err;
	if (snd_pcm_running(substream) && is_rewound_too_far(stream, appl_frames))
		return -EINVAL;
	stream->appl_frames = appl_frames;
	stream->appl_ptr = appl_ptr;
	publish_appl(stream);
	vsoc_audio_ends_poll_if_drained(stream);	/* all taken back */
	return 0;
}

/* After prepare and on demand: ALSA is about to set its application pointer to its hardware one. */
static int vsoc_pcm_ioctl(struct snd_soc_component *component,
			  struct snd_pcm_substream *substream, unsigned int cmd, void *arg)
{
	struct vsoc_audio_stream *stream = to_stream(component, substream);
	int err;

	err = snd_pcm_lib_ioctl(substream, cmd, arg);
	if (err < 0 || cmd != SNDRV_PCM_IOCTL1_RESET)
		return err;

	guard(pcm_stream_lock_irq)(substream);

	if (!snd_pcm_running(substream)) {
		stream->reported_frames = 0;
		stream->played_frames = 0;
		memset(&stream->position, 0, sizeof(stream->position));
	}
	stream->appl_ptr = substream->runtime->status->hw_ptr;
	stream->appl_frames = stream->reported_frames;
	publish_appl(stream);
	return 0;
}

/*
 * The life of a PCM.
 */

/* The streams of a START: those of linked PCMs have been triggered together. */
static void start_done(struct vsoc_audio_request *request)
{
	struct vsoc_audio_stream *stream =
		container_of(request, struct vsoc_audio_stream, start);
	unsigned long started = stream->start_streams;
	unsigned int i;

	for_each_set_bit(i, &started, VSOC_AUDIO_STREAMS) {
		if (request->error)
			schedule_work(&stream->audio->streams[i].failed_work);
		else
			WRITE_ONCE(stream->audio->streams[i].is_started, true);
	}
}

/**
 * vsoc_audio_pcm_is_set_up() - tell whether the DSP may be using a PCM's buffer
 * @audio: the audio device
 *
 * Context: Any context.
 * Return: true if a stream has been set up and not been released.
 */
bool vsoc_audio_pcm_is_set_up(struct vsoc_audio *audio)
{
	unsigned int i;

	for (i = 0; i < VSOC_AUDIO_STREAMS; i++) {
		if (READ_ONCE(audio->streams[i].is_set_up))
			return true;
	}
	return false;
}

static int vsoc_pcm_construct(struct snd_soc_component *component,
			      struct snd_soc_pcm_runtime *rtd)
{
	struct vsoc_audio *audio = dev_get_drvdata(component->dev);

	audio->wrap_front_end(audio, rtd);
	return snd_pcm_set_managed_buffer_all(rtd->pcm, SNDRV_DMA_TYPE_DEV, component->dev, 0,
					      buffer_bytes_max());
}

/* From now on, the stream hears of the end of the card that it uses. */
static int begin_use(struct vsoc_audio_stream *stream, struct snd_pcm_substream *substream)
{
	int err;

	guard(mutex)(&stream->notify_lock);

	err = vsoc_audio_route_find(stream->audio, stream->front_end, stream->direction,
				    &stream->route);
	if (err)
		return err;
	WRITE_ONCE(stream->is_lost, false);
	stream->substream = substream;
	stream->open_number++;
	return 0;
}

static void end_use(struct vsoc_audio_stream *stream)
{
	guard(mutex)(&stream->notify_lock);

	stream->substream = NULL;
}

static int get_caps(struct vsoc_audio_stream *stream)
{
	int err;

	err = vsoc_audio_route_get_caps(&stream->route, &stream->caps);
	if (err) {
		dev_dbg_ratelimited(stream->audio->dev,
				    "stream %u: nothing in common with USB card %d PCM %d: %d\n",
				    stream->index, stream->route.card, stream->route.pcm, err);
		return err;
	}
	/* These parameters may be those of another card by now. */
	return READ_ONCE(stream->is_lost) ? -ENODEV : 0;
}

/**
 * vsoc_audio_pcm_begin() - find the USB PCM for a PCM that is being opened, and its parameters
 * @stream: the PCM's
 * @substream: of the PCM
 *
 * Takes the USB card's mutex, which snd-usb-audio holds while a device is set up.
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno.
 */
int vsoc_audio_pcm_begin(struct vsoc_audio_stream *stream, struct snd_pcm_substream *substream)
{
	struct vsoc_audio *audio = stream->audio;
	int err;

	/* 0 as well if the DSP has gone since it was waited for */
	if (stream->index >= vsoc_audio_ipc_max_streams(audio->ipc))
		return -ENODEV;
	if (!is_playback(stream) && !vsoc_audio_ipc_can_record(audio->ipc))
		return -ENODEV;
	err = begin_use(stream, substream);
	if (err) {
		dev_dbg_ratelimited(audio->dev, "stream %u: no USB device\n", stream->index);
		return err;
	}
	err = get_caps(stream);
	if (err < 0)
		end_use(stream);
	return err;
}

/**
 * vsoc_audio_pcm_end() - undo vsoc_audio_pcm_begin()
 * @stream: the PCM's; nothing happens if it has been undone
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_pcm_end(struct vsoc_audio_stream *stream)
{
	end_use(stream);
	vsoc_audio_ends_cancel(stream);
}

static int vsoc_pcm_open(struct snd_soc_component *component, struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = to_stream(component, substream);
	struct snd_pcm_hardware hardware = vsoc_pcm_hardware;

	hardware.buffer_bytes_max = buffer_bytes_max();
	hardware.period_bytes_max = hardware.buffer_bytes_max / hardware.periods_min;
	snd_soc_set_runtime_hwparams(substream, &hardware);
	return vsoc_audio_params_constrain(&stream->caps, substream->runtime);
}

static int vsoc_pcm_close(struct snd_soc_component *component, struct snd_pcm_substream *substream)
{
	vsoc_audio_pcm_end(to_stream(component, substream));
	return 0;
}

/**
 * vsoc_audio_pcm_release() - take a stream's buffer and USB stream away from the DSP
 * @stream: the stream; nothing happens if it is not set up
 *
 * When this returns, the DSP has agreed or does not run: memory may be unmapped. ALSA serialises
 * the callers: hw_params, prepare and hw_free.
 *
 * Context: Process context. May wait for the DSP.
 */
void vsoc_audio_pcm_release(struct vsoc_audio_stream *stream)
{
	struct audio_stream_ref body = { .stream = cpu_to_le32(stream->index) };
	int err;

	if (!stream->is_set_up)
		return;
	err = vsoc_audio_ipc_call_final(stream->audio->ipc, AUDIO_CONTROL_RELEASE,
					&body, sizeof(body));
	WRITE_ONCE(stream->is_set_up, false);
	if (err && err != -ENODEV)
		dev_warn_ratelimited(stream->audio->dev,
				     "stream %u: the DSP did not release it: %d\n",
				     stream->index, err);
}

/*
 * The format of the USB stream that carries these parameters, or the reason why there is none. The
 * constraints are those of open: other streams of the device may have begun since.
 */
static int find_usb_format(struct vsoc_audio_stream *stream, snd_pcm_format_t format,
			   unsigned int rate_hz, unsigned int usb_channels)
{
	const struct vsoc_audio_route *route = &stream->route;
	const char *reason;
	int usb_format;

	usb_format = vsoc_audio_route_find_format(route, format, rate_hz, usb_channels, &reason);
	if (usb_format < 0)
		dev_info_ratelimited(stream->audio->dev,
				     "stream %u: USB card %d PCM %d cannot be offloaded at %u Hz: %s\n",
				     stream->index, route->card, route->pcm, rate_hz, reason);
	return usb_format;
}

/**
 * vsoc_audio_pcm_check_params() - tell whether the USB PCM takes parameters now
 * @stream: the PCM's
 * @params: the parameters that the application has chosen
 *
 * As vsoc_audio_pcm_begin() otherwise.
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno.
 */
int vsoc_audio_pcm_check_params(struct vsoc_audio_stream *stream,
				const struct snd_pcm_hw_params *params)
{
	unsigned int usb_channels;

	if (READ_ONCE(stream->is_lost))
		return -ENODEV;
	usb_channels = vsoc_audio_params_usb_channels(&stream->caps, params_format(params),
						      params_rate(params), params_channels(params));
	if (!usb_channels)
		return -EINVAL;
	return min(find_usb_format(stream, params_format(params), params_rate(params),
				   usb_channels), 0);
}

static int call_setup(struct vsoc_audio_stream *stream, const struct audio_setup *setup,
		      unsigned long deadline)
{
	int err;

	/* Before the call: a reply that comes too late has set it up, too. */
	WRITE_ONCE(stream->is_set_up, true);
	for (;;) {
		err = vsoc_audio_ipc_call(stream->audio->ipc, AUDIO_CONTROL_SETUP,
					  setup, sizeof(*setup), NULL, 0);
		/* No stream starts in a sleep of any kind. A DSP may also say so without one. */
		if (err != -EAGAIN || time_after(jiffies, deadline))
			return err;
		/* The application is about to be frozen: the system call restarts after that. */
		if (msleep_interruptible(SLEEP_RETRY_MS))
			return -ERESTARTSYS;
	}
}

static int set_up(struct vsoc_audio_stream *stream, const struct audio_setup *setup,
		  unsigned long deadline)
{
	int err;

	err = vsoc_audio_ipc_wait_ready(stream->audio->ipc);
	if (err)
		return err;
	err = call_setup(stream, setup, deadline);
	if (err == -EBADFD) {
		/* The DSP has lost the USB stream of the run before: start from nothing. */
		vsoc_audio_pcm_release(stream);
		err = call_setup(stream, setup, deadline);
	}
	return err;
}

/* An application that wants to be woken often wants short queues. */
static u32 wished_latency_us(const struct snd_pcm_runtime *runtime)
{
	if (runtime->no_period_wakeup)
		return 0;
	return min(mul_u64_u32_div(runtime->period_size, 2 * USEC_PER_SEC, runtime->rate), U32_MAX);
}

/**
 * vsoc_audio_pcm_set_up() - have the DSP set up a stream
 * @stream: the stream
 * @runtime: of its PCM, which is being prepared
 *
 * The DSP waits for the USB device. ALSA serialises the callers: hw_params, prepare and hw_free.
 *
 * Context: Process context. May wait for the DSP.
 * Return: 0 or a negative errno.
 */
int vsoc_audio_pcm_set_up(struct vsoc_audio_stream *stream, struct snd_pcm_runtime *runtime)
{
	struct vsoc_audio *audio = stream->audio;
	const struct vsoc_audio_route *route = &stream->route;
	struct audio_setup setup = { };
	unsigned int usb_channels;
	unsigned long deadline;
	unsigned int generation;
	int usb_format;
	int err;

	if (READ_ONCE(stream->is_lost))
		return -ENODEV;
	usb_channels = vsoc_audio_params_usb_channels(&stream->caps, runtime->format,
						      runtime->rate, runtime->channels);
	if (!usb_channels)
		return -EINVAL;
	usb_format = find_usb_format(stream, runtime->format, runtime->rate, usb_channels);
	if (usb_format < 0)
		return usb_format;
	/* The work that ended the stream before must not end this one. */
	vsoc_audio_ends_cancel(stream);
	WRITE_ONCE(stream->is_started, false);

	setup.stream = cpu_to_le32(stream->index);
	setup.usb_token = cpu_to_le32(UAUDIO_TOKEN((u32)route->card, (u32)route->pcm,
						   is_playback(stream) ?
						   UAUDIO_DIRECTION_PLAYBACK :
						   UAUDIO_DIRECTION_CAPTURE));
	setup.format = cpu_to_le32(vsoc_audio_to_uaudio_format(runtime->format));
	setup.channels = cpu_to_le32(runtime->channels);
	setup.rate_hz = cpu_to_le32(runtime->rate);
	setup.flags = cpu_to_le32(runtime->no_period_wakeup ? AUDIO_SETUP_NO_PERIOD_WAKEUP : 0);
	setup.buffer_iova = cpu_to_le64(runtime->dma_addr);
	setup.shared_iova = cpu_to_le64(stream->shared_iova);
	setup.buffer_bytes = cpu_to_le32(frames_to_bytes(runtime, runtime->buffer_size));
	setup.period_bytes = cpu_to_le32(frames_to_bytes(runtime, runtime->period_size));
	setup.usb_format = cpu_to_le32(usb_format);
	setup.usb_channels = cpu_to_le32(usb_channels);
	setup.direction = cpu_to_le32(is_playback(stream) ? AUDIO_DIRECTION_PLAYBACK :
							    AUDIO_DIRECTION_CAPTURE);
	if (is_playback(stream))
		setup.latency_us = cpu_to_le32(wished_latency_us(runtime));

	deadline = jiffies + msecs_to_jiffies(vsoc_audio_ipc_setup_timeout_ms());
	generation = vsoc_audio_ipc_generation(audio->ipc);
	err = set_up(stream, &setup, deadline);
	/* A DSP that has crashed over it, or just before, will be back soon. */
	if (err == -ENODEV && vsoc_audio_ipc_generation(audio->ipc) != generation)
		err = set_up(stream, &setup, deadline);
	/* The DSP knows a card by its number: it may have set up another card's stream. */
	if (!err && READ_ONCE(stream->is_lost)) {
		vsoc_audio_pcm_release(stream);
		err = -ENODEV;
	}
	if (err)
		dev_dbg(audio->dev, "stream %u: USB card %d PCM %d, %u Hz: setup failed: %d\n",
			stream->index, route->card, route->pcm, runtime->rate, err);
	return err;
}

/*
 * The streams that are to be started by the trigger of @substream: none as long as other PCMs that
 * are linked with it are to be triggered, too, and then all of them.
 */
static u32 streams_to_start(struct snd_soc_component *component,
			    struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream;
	struct snd_pcm_substream *each;
	u32 streams = 0;

	to_stream(component, substream)->is_triggered = true;
	snd_pcm_group_for_each_entry(each, substream) {
		if (each->pcm->card != substream->pcm->card)
			continue;
		stream = to_stream(component, each);
		if (each->runtime->state == SNDRV_PCM_STATE_PREPARED && !stream->is_triggered)
			return 0;
		if (stream->is_triggered)
			streams |= BIT(stream->index);
	}
	return streams;
}

static void fail_streams(struct vsoc_audio *audio, unsigned long streams)
{
	unsigned int i;

	for_each_set_bit(i, &streams, VSOC_AUDIO_STREAMS)
		schedule_work(&audio->streams[i].failed_work);
}

static int start_stream(struct snd_soc_component *component, struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = to_stream(component, substream);
	struct vsoc_audio *audio = stream->audio;
	struct audio_start body = { };
	unsigned long streams;
	unsigned int i;
	int err;

	if (READ_ONCE(stream->is_lost))
		return -ENODEV;
	WRITE_ONCE(stream->start_ticks, __arch_counter_get_cntvct());
	streams = streams_to_start(component, substream);
	if (!streams)
		return 0;
	for_each_set_bit(i, &streams, VSOC_AUDIO_STREAMS)
		audio->streams[i].is_triggered = false;
	stream->start_streams = streams;
	body.streams = cpu_to_le32(streams);
	err = vsoc_audio_ipc_submit(audio->ipc, &stream->start, AUDIO_CONTROL_START,
				    &body, sizeof(body));
	/* A drain that starts the PCM ignores this error, and would wait for ever. */
	if (err)
		fail_streams(audio, streams);
	else
		for_each_set_bit(i, &streams, VSOC_AUDIO_FRONT_ENDS)
			/* the PCM may start without a sample */
			vsoc_audio_ends_poll_if_drained(&audio->streams[i]);
	/* A DSP that has just crashed is an xrun: the application has to prepare again. */
	return err == -ENODEV ? -EPIPE : err;
}

static void stop_stream(struct vsoc_audio_stream *stream, struct snd_pcm_runtime *runtime)
{
	struct audio_stop body = { .stream = cpu_to_le32(stream->index) };

	/* A PCM that is linked with it could not be triggered: no START has been sent. */
	if (stream->is_triggered) {
		stream->is_triggered = false;
		return;
	}
	/*
	 * ALSA ends a drain when the last sample has been taken: those taken are still to be heard.
	 * A drain that the application breaks off has some left in the buffer.
	 */
	if (is_playback(stream) && runtime->state == SNDRV_PCM_STATE_DRAINING &&
	    snd_pcm_playback_avail(runtime) >= runtime->buffer_size)
		body.mode = cpu_to_le32(AUDIO_STOP_DRAIN);
	else
		body.mode = cpu_to_le32(AUDIO_STOP_ABORT);

	/* If the DSP is not there, nothing is left to stop. */
	vsoc_audio_ipc_submit(stream->audio->ipc, &stream->stop,
			      AUDIO_CONTROL_STOP, &body, sizeof(body));
}

static int vsoc_pcm_trigger(struct snd_soc_component *component,
			    struct snd_pcm_substream *substream, int cmd)
{
	struct vsoc_audio_stream *stream = to_stream(component, substream);

	switch (cmd) {
	case SNDRV_PCM_TRIGGER_START:
		return start_stream(component, substream);
	case SNDRV_PCM_TRIGGER_STOP:
	case SNDRV_PCM_TRIGGER_SUSPEND:
		stop_stream(stream, substream->runtime);
		return 0;
	default:
		return -EINVAL;
	}
}

static int vsoc_pcm_sync_stop(struct snd_soc_component *component,
			      struct snd_pcm_substream *substream)
{
	struct vsoc_audio_stream *stream = to_stream(component, substream);
	unsigned int rate_hz = substream->runtime->rate;
	struct vsoc_audio_position position;
	u64 left_frames = 0;
	int err;

	/* The DSP answers in order, or not at all. */
	vsoc_audio_ipc_wait(stream->audio->ipc, &stream->start, 0);

	/* A drain plays the frames that were taken out of the buffer. */
	if (is_playback(stream) &&
	    vsoc_audio_position_read(&stream->shared->dsp, &position) &&
	    position.taken_frames > position.bus_frames)
		left_frames = min(position.taken_frames - position.bus_frames, rate_hz);

	err = vsoc_audio_ipc_wait(stream->audio->ipc, &stream->stop,
				  div_u64(left_frames * MSEC_PER_SEC, rate_hz));
	/* Neither a DSP nor a USB stream that has gone needs to be stopped. */
	if (err && err != -ENODEV && err != -EBADFD) {
		dev_warn_ratelimited(stream->audio->dev, "stream %u: the DSP did not stop it: %d\n",
				     stream->index, err);
		vsoc_audio_pcm_release(stream);
	}
	return 0;
}

const struct snd_soc_component_driver vsoc_audio_pcm_component = {
	.name = "vsoc-audio-pcm",
	.pcm_construct = vsoc_pcm_construct,
	.open = vsoc_pcm_open,
	.close = vsoc_pcm_close,
	.ioctl = vsoc_pcm_ioctl,
	.trigger = vsoc_pcm_trigger,
	.sync_stop = vsoc_pcm_sync_stop,
	.pointer = vsoc_pcm_pointer,
	.delay = vsoc_pcm_delay,
	.ack = vsoc_pcm_ack,
	.module_get_upon_open = 1,
#ifdef CONFIG_DEBUG_FS
	.debugfs_prefix = "pcm",
#endif
};

#define VSOC_PCM_DAI(n) {						\
	.name = "pcm" #n,						\
	.id = (n),							\
	.playback = VSOC_AUDIO_PCM_STREAM("USB Playback " #n),		\
	.capture = VSOC_AUDIO_PCM_STREAM("USB Capture " #n),		\
}

struct snd_soc_dai_driver vsoc_audio_pcm_dais[VSOC_AUDIO_FRONT_ENDS] = {
	VSOC_PCM_DAI(0), VSOC_PCM_DAI(1), VSOC_PCM_DAI(2), VSOC_PCM_DAI(3),
};

/**
 * vsoc_audio_pcm_init() - prepare the streams
 * @audio: the audio device
 * @shared: memory for each stream, zeroed
 * @shared_iova: the same as the DSP dereferences it
 */
void vsoc_audio_pcm_init(struct vsoc_audio *audio, struct audio_shared *shared,
			 dma_addr_t shared_iova)
{
	struct vsoc_audio_stream *stream;
	unsigned int i;

	for (i = 0; i < VSOC_AUDIO_STREAMS; i++) {
		stream = &audio->streams[i];
		stream->audio = audio;
		stream->index = i;
		stream->front_end = i % VSOC_AUDIO_FRONT_ENDS;
		stream->direction = i / VSOC_AUDIO_FRONT_ENDS;
		stream->shared = &shared[i];
		stream->shared_iova = shared_iova + i * sizeof(*shared);
		mutex_init(&stream->notify_lock);
		vsoc_audio_request_init(&stream->start, start_done);
		vsoc_audio_request_init(&stream->stop, NULL);
		vsoc_audio_ends_init(stream);
	}
}
