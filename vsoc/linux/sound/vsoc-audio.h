/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual SoC's sound card: declarations for its files.
 *
 * vsoc-audio-core.c		the platform driver that owns struct vsoc_audio
 * vsoc-audio-ipc.c		the channel to the DSP: its begin and end, replies, notifications
 * vsoc-audio-request.c		requests to the DSP, in order, when there is room
 * vsoc-audio-watchdog.c		finds a DSP that does not answer
 * vsoc-audio-pcm.c		front ends: PCMs that the DSP reads and writes
 * vsoc-audio-ends.c		news of these that do not come from the application
 * vsoc-audio-fe.c		their waits, outside of ASoC's lock
 * vsoc-audio-params.c		their parameters
 * vsoc-audio-route.c		the USB PCM that each stream plays to or records from, and its
 *				parameters
 * vsoc-audio-usb.c		back ends: USB cards that come and go
 * vsoc-audio-controllers.c	the xHCs' registers, for the DSP
 * vsoc-audio-card.c		the ASoC card that puts front and back ends together
 * vsoc-audio-debugfs.c		counters of the DSP and of each stream
 * vsoc-audio-format.c, vsoc-audio-position.c	pure functions
 */
#ifndef VSOC_AUDIO_H
#define VSOC_AUDIO_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <sound/soc.h>
#include "vsoc-audio-ipc.h"
#include "vsoc-audio-format.h"
#include "vsoc-audio-position.h"

struct dentry;
struct device;
struct platform_driver;
struct snd_soc_jack;
struct snd_soc_usb;
struct snd_usb_offload_service;

#define VSOC_AUDIO_FRONT_ENDS	4	/* and as many back ends */
#define VSOC_AUDIO_STREAMS	(2 * VSOC_AUDIO_FRONT_ENDS)	/* those to play, then to record */

/* BIT(enum snd_usb_obstacle): what may stand in the way of offload, and the firmware deals with. */
#define VSOC_AUDIO_HANDLED	BIT(SND_USB_OBSTACLE_BURST)

/* What the DSP can carry, in either direction; the USB PCM is a further limit. */
#define VSOC_AUDIO_PCM_STREAM(name) {						\
	.stream_name = (name),						\
	.channels_min = 1,						\
	.channels_max = VSOC_AUDIO_MAX_CHANNELS,			\
	.rates = SNDRV_PCM_RATE_CONTINUOUS,				\
	.rate_min = 8000,						\
	.rate_max = 768000,						\
	.formats = SNDRV_PCM_FMTBIT_S16_LE | SNDRV_PCM_FMTBIT_S24_LE |	\
		   SNDRV_PCM_FMTBIT_S24_3LE | SNDRV_PCM_FMTBIT_S32_LE,	\
}

/**
 * struct vsoc_audio_route - the USB PCM that a stream plays to or records from
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 * @card: ALSA card number
 * @pcm: its PCM device number
 * @instance: tells the card from all others that have or get its number
 */
struct vsoc_audio_route {
	int direction;
	int card;
	int pcm;
	u64 instance;
};

/**
 * struct vsoc_audio_stream - one direction of one front end
 * @audio: whose it is; fixed
 * @index: stream id on the wire; fixed
 * @front_end: number of the front end; fixed
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE; fixed
 * @shared: the memory in which AP and DSP tell each other how far they are; fixed
 * @shared_iova: the same as the DSP dereferences it; fixed
 * @notify_lock: held while a notification of the DSP is passed to ALSA; before the PCM stream lock
 * @substream: the open PCM, or NULL if it is closed; under @notify_lock
 * @open_number: counts the opens of the PCM, and so tells one user from the next; under
 *	@notify_lock
 * @route: the USB PCM that it plays to or records from; fixed from open to close, written under
 *	@notify_lock
 * @is_lost: the card of @route has gone, and another card may have its number; written under
 *	@notify_lock
 * @caps: the parameters that @route accepts; fixed from open to close
 * @asoc_ops: ASoC's operations of the PCM, which vsoc-audio-fe.c calls; fixed
 * @is_set_up: the DSP may have the stream: RELEASE is due; written under ALSA's serialisation of
 *	hw_params, prepare and hw_free
 * @start: the START request
 * @start_streams: the streams that @start starts, a bit for each; fixed while it is in flight
 * @is_triggered: it is to be started, with other PCMs that are linked with it; under the PCM stream
 *	lock
 * @is_started: the DSP has begun the run; cleared by prepare
 * @stop: the STOP request
 * @failed_work: stops the PCM after a START that failed
 * @drained_work: ends a drain that began with nothing left to take
 * @appl_frames: frames that the application has written or read since START; under the PCM stream
 *	lock
 * @appl_ptr: ALSA's pointer at that count; under the PCM stream lock
 * @reported_frames: the position that ALSA was told last; under the PCM stream lock
 * @played_frames: frames on the bus at that time; under the PCM stream lock
 * @position: the DSP's report at that time; under the PCM stream lock
 * @start_ticks: system counter at the last START; written under the PCM stream lock
 */
struct vsoc_audio_stream {
	struct vsoc_audio *audio;
	unsigned int index;
	unsigned int front_end;
	int direction;
	struct audio_shared *shared;
	dma_addr_t shared_iova;

	struct mutex notify_lock; /* see above */
	struct snd_pcm_substream *substream;
	unsigned int open_number;

	struct vsoc_audio_route route;
	bool is_lost;
	struct vsoc_audio_caps caps;

	typeof_member(struct snd_soc_pcm_runtime, ops) asoc_ops;
	bool is_set_up;

	struct vsoc_audio_request start;
	u32 start_streams;
	bool is_triggered;
	bool is_started;
	struct vsoc_audio_request stop;
	struct work_struct failed_work;
	struct delayed_work drained_work;

	u64 appl_frames;
	u64 appl_ptr;
	u64 reported_frames;
	u64 played_frames;
	struct vsoc_audio_position position;
	u64 start_ticks;
};

/**
 * struct vsoc_audio - the audio device: the AP's side of the DSP
 * @dev: its DMA addresses are the DSP's; fixed
 * @qrtr_node: the DSP's; fixed
 * @ipc: the channel to the DSP; fixed
 * @debugfs: directory; fixed
 * @wrap_front_end: takes the waits of a front end out of ASoC's lock, when ASoC has set its
 *	operations; fixed. A pointer, as that file stands above vsoc-audio-pcm.c.
 * @streams: two for each front end: those to play come first
 * @usb_lock: the three after it
 * @usb_cards: connected USB cards (struct snd_soc_usb_device), in the order in which they came
 * @card_route: by direction and back end: USB card, or -1 for the n-th that is connected
 * @pcm_route: by direction and back end: PCM of that card, or -1 for its first
 * @jack_lock: @usb_jack, and the order of the reports on it; before @usb_lock
 * @usb_jack: says whether there is a USB card to play to or record from, or NULL
 * @usb_port: the port at soc-usb; fixed while the sound card exists
 * @controllers_lock: the three after it, and the order of the messages about them
 * @controllers: xHCs whose registers are mapped for the DSP
 * @leaving_controllers: xHCs that have gone, while the DSP may not have heard of that
 * @controllers_announced: the DSP is there and knows of them
 * @service_lock: @service. Not held while controllers are attached or detached by anything but
 *	snd_usb_offload_dsp_down(), so it comes before @controllers_lock.
 * @service: registration of the DSP with the class driver, or NULL
 */
struct vsoc_audio {
	struct device *dev;
	u32 qrtr_node;
	struct vsoc_audio_ipc *ipc;
	struct dentry *debugfs;
	void (*wrap_front_end)(struct vsoc_audio *audio, struct snd_soc_pcm_runtime *rtd);
	struct vsoc_audio_stream streams[VSOC_AUDIO_STREAMS];

	struct mutex usb_lock; /* see above */
	struct list_head usb_cards;
	int card_route[2][VSOC_AUDIO_FRONT_ENDS];
	int pcm_route[2][VSOC_AUDIO_FRONT_ENDS];
	struct mutex jack_lock; /* see above */
	struct snd_soc_jack *usb_jack;
	struct snd_soc_usb *usb_port;

	struct mutex controllers_lock; /* see above */
	struct list_head controllers;
	struct list_head leaving_controllers;
	bool controllers_announced;

	struct mutex service_lock; /* see above */
	struct snd_usb_offload_service *service;
};

/* vsoc-audio-pcm.c */
extern const struct snd_soc_component_driver vsoc_audio_pcm_component;
extern struct snd_soc_dai_driver vsoc_audio_pcm_dais[VSOC_AUDIO_FRONT_ENDS];
void vsoc_audio_pcm_init(struct vsoc_audio *audio, struct audio_shared *shared,
			 dma_addr_t shared_iova);
struct vsoc_audio_stream *vsoc_audio_pcm_stream(struct snd_pcm_substream *substream);
int vsoc_audio_pcm_begin(struct vsoc_audio_stream *stream, struct snd_pcm_substream *substream);
void vsoc_audio_pcm_end(struct vsoc_audio_stream *stream);
int vsoc_audio_pcm_check_params(struct vsoc_audio_stream *stream,
				const struct snd_pcm_hw_params *params);
int vsoc_audio_pcm_set_up(struct vsoc_audio_stream *stream, struct snd_pcm_runtime *runtime);
void vsoc_audio_pcm_release(struct vsoc_audio_stream *stream);
bool vsoc_audio_pcm_is_set_up(struct vsoc_audio *audio);

/* vsoc-audio-ends.c */
void vsoc_audio_ends_init(struct vsoc_audio_stream *stream);
void vsoc_audio_ends_cancel(struct vsoc_audio_stream *stream);
void vsoc_audio_ends_poll_if_drained(struct vsoc_audio_stream *stream);
void vsoc_audio_ends_period_elapsed(struct vsoc_audio_stream *stream);
void vsoc_audio_ends_lost(struct vsoc_audio_stream *stream, u32 reason);
void vsoc_audio_ends_dsp_gone(struct vsoc_audio *audio);
void vsoc_audio_ends_card_gone(struct vsoc_audio *audio, int card, u64 instance);
void vsoc_audio_ends_card_came(struct vsoc_audio *audio, int card, u64 instance);

/* vsoc-audio-fe.c */
void vsoc_audio_fe_wrap(struct vsoc_audio *audio, struct snd_soc_pcm_runtime *rtd);

/* vsoc-audio-params.c */
int vsoc_audio_params_constrain(struct vsoc_audio_caps *caps, struct snd_pcm_runtime *runtime);
unsigned int vsoc_audio_params_usb_channels(const struct vsoc_audio_caps *caps,
					    snd_pcm_format_t format, unsigned int rate_hz,
					    unsigned int channels);

/* vsoc-audio-route.c */
#define VSOC_AUDIO_ROUTE_CONTROLS	(2 * VSOC_AUDIO_STREAMS)	/* two for each stream */
extern const struct snd_kcontrol_new vsoc_audio_route_controls[VSOC_AUDIO_ROUTE_CONTROLS];
void vsoc_audio_route_init(struct vsoc_audio *audio);
int vsoc_audio_route_find(struct vsoc_audio *audio, unsigned int backend, int direction,
			  struct vsoc_audio_route *route);
bool vsoc_audio_route_is_gone(const struct vsoc_audio_route *route);
int vsoc_audio_route_get_caps(const struct vsoc_audio_route *route, struct vsoc_audio_caps *caps);
int vsoc_audio_route_find_format(const struct vsoc_audio_route *route, snd_pcm_format_t format,
				 unsigned int rate_hz, unsigned int usb_channels,
				 const char **reason);

/* vsoc-audio-usb.c */
extern const struct snd_soc_component_driver vsoc_audio_usb_component;
extern struct snd_soc_dai_driver vsoc_audio_usb_dais[VSOC_AUDIO_FRONT_ENDS];
void vsoc_audio_usb_init(struct vsoc_audio *audio);

/* vsoc-audio-controllers.c */
void vsoc_audio_controllers_init(struct vsoc_audio *audio);
void vsoc_audio_controllers_exit(struct vsoc_audio *audio);
void vsoc_audio_controllers_show(struct vsoc_audio *audio, struct seq_file *seq);
int vsoc_audio_controllers_register(struct vsoc_audio *audio);
void vsoc_audio_controllers_unregister(struct vsoc_audio *audio);
void vsoc_audio_controllers_link_up(struct vsoc_audio *audio);
void vsoc_audio_controllers_link_down(struct vsoc_audio *audio);

/* vsoc-audio-debugfs.c */
void vsoc_audio_debugfs_create(struct vsoc_audio *audio);
void vsoc_audio_debugfs_remove(struct vsoc_audio *audio);

/* vsoc-audio-card.c */
extern struct platform_driver vsoc_audio_card_driver;

#endif /* VSOC_AUDIO_H */
