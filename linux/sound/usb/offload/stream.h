/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_STREAM_H
#define __SND_USB_OFFLOAD_STREAM_H

#include <linux/list.h>
#include <linux/qrtr.h>
#include <linux/types.h>

#include "memory.h"
#include "request.h"

struct offload_card;
struct snd_usb_substream;
struct uaudio_stream_resp;
struct usb_host_endpoint;

/**
 * enum offload_stream_state - what a stream is doing
 * @OFFLOAD_STREAM_IDLE: holds nothing
 * @OFFLOAD_STREAM_STARTING: acquiring what it needs
 * @OFFLOAD_STREAM_RUNNING: the DSP has been, or is about to be, told where everything is
 * @OFFLOAD_STREAM_STOPPING: the DSP has been asked to stop, or everything is being given back
 */
enum offload_stream_state {
	OFFLOAD_STREAM_IDLE,
	OFFLOAD_STREAM_STARTING,
	OFFLOAD_STREAM_RUNNING,
	OFFLOAD_STREAM_STOPPING,
};

/**
 * struct offload_stream - one direction of one USB PCM
 * @card: the card it belongs to; fixed
 * @node: in @card->streams
 * @pcm: PCM device number; fixed
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE; fixed
 * @state: what the stream is doing
 * @client: who started it; valid unless @state is IDLE, or while @is_resume_due or @is_unanswered
 * @life: the life of the DSP that @client is of; valid as @client
 * @request: what was asked for; valid as @client
 * @is_unanswered: whoever started it has not been sent the response yet
 * @is_suspending: asked to stop for a sleep, and not released yet, see power.c
 * @is_resume_due: its client was told of a sleep, and did not start it again since
 * @subs: the claimed USB PCM, or NULL
 * @is_used: holds usb_offload_get()
 * @is_configured: the PCM's endpoints are opened and its alternate setting chosen
 * @has_interrupter: holds the card's interrupter
 * @buffer: the transfer buffer
 * @data_ep: the data endpoint, lent by the xHC driver, or NULL
 * @sync_ep: the feedback endpoint, lent by the xHC driver, or NULL
 * @data_ring: @data_ep's ring, in the DSP's MMU
 * @sync_ring: @sync_ep's ring, in the DSP's MMU
 * @xfer_buffer: @buffer, in the DSP's MMU
 * @is_lost: a ring has ended under us, see lost.c
 * @starts: how often it has started
 *
 * Everything that is not fixed is guarded by @card->lock. @data_ep, @sync_ep, @data_ring and
 * @sync_ring are changed under @card->rings_lock, too; @is_lost is guarded by that alone. The
 * order of the fields from @subs to @xfer_buffer is the order of acquisition.
 */
struct offload_stream {
	struct offload_card *card;
	struct list_head node;
	unsigned int pcm;
	int direction;

	enum offload_stream_state state;
	struct sockaddr_qrtr client;
	int life;
	struct uaudio_request request;
	bool is_unanswered;
	bool is_suspending;
	bool is_resume_due;

	struct snd_usb_substream *subs;
	bool is_used;
	bool is_configured;
	bool has_interrupter;
	struct offload_buffer buffer;
	struct usb_host_endpoint *data_ep;
	struct usb_host_endpoint *sync_ep;
	struct offload_region data_ring;
	struct offload_region sync_ring;
	struct offload_region xfer_buffer;

	bool is_lost;
	unsigned int starts;
};

int offload_stream_check(struct offload_stream *stream, const struct uaudio_request *request);
int offload_stream_start(struct offload_stream *stream, const struct uaudio_request *request,
			 const struct sockaddr_qrtr *client);
void offload_stream_mark_stopping(struct offload_stream *stream);
void offload_stream_release(struct offload_stream *stream);
void offload_stream_describe(const struct offload_stream *stream, struct uaudio_stream_resp *resp);

const char *offload_stream_state_name(enum offload_stream_state state);
const char *offload_direction_name(int direction);
unsigned int offload_interval_us(const struct snd_usb_substream *subs);

#endif /* __SND_USB_OFFLOAD_STREAM_H */
