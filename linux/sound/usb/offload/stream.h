/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_STREAM_H
#define __SND_USB_OFFLOAD_STREAM_H

#include <linux/list.h>
#include <linux/qrtr.h>
#include <linux/types.h>

#include "memory.h"
#include "request.h"
#include "sideband.h"
#include "state.h"

struct snd_usb_audio;
struct snd_usb_substream;
struct uaudio_stream_resp;

/**
 * struct offload_stream - one direction of one USB PCM
 * @sideband: the connection to the xHC of the card that it belongs to; fixed
 * @chip: snd-usb-audio's record of that card; fixed, valid while the card is not gone
 * @card_number: of that ALSA card; fixed
 * @released: called when the stream has become idle, with the card's lock held; fixed
 * @node: in the card's streams
 * @pcm: PCM device number; fixed
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE; fixed
 * @state: the state of the stream
 * @client: the client that started it; valid unless @state is IDLE, or while @is_resume_due or
 *	@is_response_pending
 * @generation: the generation of the DSP that @client is of; valid as @client
 * @request: the request that started it; valid as @client
 * @is_response_pending: the response to its start has not been sent yet
 * @is_suspending: the DSP has been asked to stop it for a sleep, and it is not released yet, see
 *	suspend.c
 * @is_resume_due: its client was told of a sleep, and has not started it again since
 * @subs: the claimed USB PCM, or NULL
 * @is_used: it holds a usb_offload_get()
 * @is_configured: the PCM's endpoints are opened and its alternate setting chosen
 * @has_interrupter: it uses the card's interrupter
 * @buffer: the transfer buffer
 * @rings: its offloaded endpoints and their rings
 * @xfer_buffer: @buffer, in the DSP's MMU
 * @starts: number of its starts
 *
 * Everything that is not fixed is guarded by the card's lock, which is @sideband->lock; @rings by
 * more than that, see sideband.h. The order of the fields from @subs to @xfer_buffer is the order
 * of acquisition.
 */
struct offload_stream {
	struct offload_sideband *sideband;
	struct snd_usb_audio *chip;
	unsigned int card_number;
	void (*released)(struct offload_stream *stream);
	struct list_head node;
	unsigned int pcm;
	int direction;

	enum offload_stream_state state;
	struct sockaddr_qrtr client;
	int generation;
	struct uaudio_request request;
	bool is_response_pending;
	bool is_suspending;
	bool is_resume_due;

	struct snd_usb_substream *subs;
	bool is_used;
	bool is_configured;
	bool has_interrupter;
	struct offload_buffer buffer;
	struct offload_rings rings;
	struct offload_mapping xfer_buffer;

	unsigned int starts;
};

int offload_stream_check(struct offload_stream *stream, const struct uaudio_request *request);
int offload_stream_start(struct offload_stream *stream, const struct uaudio_request *request,
			 const struct sockaddr_qrtr *client, int generation);
void offload_stream_mark_stopping(struct offload_stream *stream);
void offload_stream_release(struct offload_stream *stream);
void offload_stream_describe(const struct offload_stream *stream, struct uaudio_stream_resp *resp);

const char *offload_stream_state_name(enum offload_stream_state state);
const char *offload_direction_name(int direction);
unsigned int offload_interval_us(const struct snd_usb_substream *subs);

#endif /* __SND_USB_OFFLOAD_STREAM_H */
