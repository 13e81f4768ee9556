/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_REQUEST_H
#define __SND_USB_OFFLOAD_REQUEST_H

#include <linux/types.h>
#include <sound/pcm.h>

struct uaudio_stream_req;

/**
 * struct uaudio_request - a STREAM request whose every field has been checked
 * @enable: start the stream, or stop it
 * @usb_token: as it came
 * @card: number of the sound card
 * @pcm: PCM device of the card
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 * @format: samples on the bus
 * @channels: samples in a frame
 * @rate_hz: frames a second
 * @buffer_bytes: length of the transfer buffer, whole pages
 * @interval_us: service interval that the endpoint must have, or 0 for any
 * @knows_burst: the client knows UAUDIO_RESP_TLV_BURST, and may be sent it
 *
 * A request to stop sets only the fields down to @direction.
 */
struct uaudio_request {
	bool enable;
	u32 usb_token;
	unsigned int card;
	unsigned int pcm;
	int direction;
	snd_pcm_format_t format;
	unsigned int channels;
	unsigned int rate_hz;
	size_t buffer_bytes;
	unsigned int interval_us;
	bool knows_burst;
};

int uaudio_request_parse(const struct uaudio_stream_req *req, u32 present,
			 size_t max_buffer_bytes, struct uaudio_request *out);
int uaudio_reason_of(int error);
s32 uaudio_status_of(int error);

#endif /* __SND_USB_OFFLOAD_REQUEST_H */
