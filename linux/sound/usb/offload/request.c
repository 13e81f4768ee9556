// SPDX-License-Identifier: GPL-2.0-only
/*
 * STREAM requests, field by field: which values are accepted, and which errors the DSP gets for
 * others.
 *
 * A refusal is one negative errno. It goes over the wire as internal_status, and the status
 * follows from it, so each reason has an errno of its own:
 *
 *	-ENODATA	a field that the request needs is missing
 *	-EINVAL		enable is neither 0 nor 1
 *	-ERANGE		a field's value means nothing in the protocol, or exceeds a limit
 *	-EOPNOTSUPP	the device lacks that format, rate, channel count or interval, or the DSP
 *			cannot drive it (sound/usb/obstacle.c)
 *	-ENODEV		no such sound card here, or it has gone
 *	-ENXIO		the card has no such PCM, or the PCM not that direction
 *	-ENOENT		a stream to be stopped does not run
 *	-EBUSY		the stream runs already, the PCM is in use by the ordinary path, or
 *			another stream of the card has its endpoint, or its clock at another rate
 *	-EACCES		the sender is not the DSP
 *	-ENOMEM		out of memory
 *	-EAGAIN		the system goes to sleep, or is asleep
 *	-ESHUTDOWN	the DSP went down meanwhile
 *	-EIO and others	errors of USB, the xHC's driver, the DSP's MMU or its platform
 *
 * Nothing here touches a device or a lock.
 */
#include <kunit/visibility.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <sound/pcm_params.h>

#include <lullaby/usb_audio_stream.h>

#include "qmi-messages.h"
#include "request.h"

#define MICROFRAME_US		125u
/* bInterval of an isochronous endpoint is at most 16, so 2^15 frames of 1 ms (USB 2.0, 9.6.6). */
#define MAX_INTERVAL_US		(1000u << 15)

static const snd_pcm_format_t pcm_formats[] = {
	[UAUDIO_FORMAT_S8]	= SNDRV_PCM_FORMAT_S8,
	[UAUDIO_FORMAT_U8]	= SNDRV_PCM_FORMAT_U8,
	[UAUDIO_FORMAT_S16_LE]	= SNDRV_PCM_FORMAT_S16_LE,
	[UAUDIO_FORMAT_S16_BE]	= SNDRV_PCM_FORMAT_S16_BE,
	[UAUDIO_FORMAT_U16_LE]	= SNDRV_PCM_FORMAT_U16_LE,
	[UAUDIO_FORMAT_U16_BE]	= SNDRV_PCM_FORMAT_U16_BE,
	[UAUDIO_FORMAT_S24_LE]	= SNDRV_PCM_FORMAT_S24_LE,
	[UAUDIO_FORMAT_S24_BE]	= SNDRV_PCM_FORMAT_S24_BE,
	[UAUDIO_FORMAT_U24_LE]	= SNDRV_PCM_FORMAT_U24_LE,
	[UAUDIO_FORMAT_U24_BE]	= SNDRV_PCM_FORMAT_U24_BE,
	[UAUDIO_FORMAT_S24_3LE]	= SNDRV_PCM_FORMAT_S24_3LE,
	[UAUDIO_FORMAT_S24_3BE]	= SNDRV_PCM_FORMAT_S24_3BE,
	[UAUDIO_FORMAT_U24_3LE]	= SNDRV_PCM_FORMAT_U24_3LE,
	[UAUDIO_FORMAT_U24_3BE]	= SNDRV_PCM_FORMAT_U24_3BE,
	[UAUDIO_FORMAT_S32_LE]	= SNDRV_PCM_FORMAT_S32_LE,
	[UAUDIO_FORMAT_S32_BE]	= SNDRV_PCM_FORMAT_S32_BE,
	[UAUDIO_FORMAT_U32_LE]	= SNDRV_PCM_FORMAT_U32_LE,
	[UAUDIO_FORMAT_U32_BE]	= SNDRV_PCM_FORMAT_U32_BE,
};

static_assert(ARRAY_SIZE(pcm_formats) == UAUDIO_FORMAT_COUNT);

static int parse_token(u32 token, struct uaudio_request *out)
{
	out->usb_token = token;
	out->card = (token & UAUDIO_TOKEN_CARD_MASK) >> UAUDIO_TOKEN_CARD_SHIFT;
	out->pcm = (token & UAUDIO_TOKEN_PCM_MASK) >> UAUDIO_TOKEN_PCM_SHIFT;

	switch (token & UAUDIO_TOKEN_DIRECTION_MASK) {
	case UAUDIO_DIRECTION_PLAYBACK:
		out->direction = SNDRV_PCM_STREAM_PLAYBACK;
		return 0;
	case UAUDIO_DIRECTION_CAPTURE:
		out->direction = SNDRV_PCM_STREAM_CAPTURE;
		return 0;
	default:
		return -ENXIO;
	}
}

static bool is_service_interval(u32 interval_us)
{
	return interval_us && interval_us <= MAX_INTERVAL_US &&
	       interval_us % MICROFRAME_US == 0 && is_power_of_2(interval_us / MICROFRAME_US);
}

static int parse_audio(const struct uaudio_stream_req *req, size_t max_buffer_bytes,
		       struct uaudio_request *out)
{
	if (!req->audio_format_valid || !req->number_of_ch_valid || !req->bit_rate_valid ||
	    !req->xfer_buff_size_valid)
		return -ENODATA;

	if (req->audio_format >= ARRAY_SIZE(pcm_formats))
		return -ERANGE;
	out->format = pcm_formats[req->audio_format];

	/* bNrChannels is a byte in every audio class version. */
	if (req->number_of_ch < 1 || req->number_of_ch > U8_MAX)
		return -ERANGE;
	out->channels = req->number_of_ch;

	/* tSamFreq of UAC1 has three bytes, and nothing is faster in later versions. */
	if (req->bit_rate < 1 || req->bit_rate >= 1u << 24)
		return -ERANGE;
	out->rate_hz = req->bit_rate;

	if (req->xfer_buff_size > max_buffer_bytes)
		return -ERANGE;
	out->buffer_bytes = req->xfer_buff_size ? PAGE_ALIGN(req->xfer_buff_size) : PAGE_SIZE;

	out->knows_burst = req->known_valid && req->known & UAUDIO_KNOWS_BURST;
	out->interval_us = 0;
	if (req->service_interval_valid) {
		if (!is_service_interval(req->service_interval))
			return -ERANGE;
		out->interval_us = req->service_interval;
	}
	return 0;
}

/**
 * uaudio_request_parse() - check a decoded STREAM request
 * @req: the request
 * @present: TLVs that it had, from uaudio_message_check()
 * @max_buffer_bytes: longest transfer buffer that may be asked for
 * @out: the checked request; @out->usb_token is set whenever the request had one
 *
 * This does not check which cards there are, nor which formats they support.
 *
 * Context: Any context.
 * Return: 0 or the reason for refusing it, see the top of this file.
 */
int uaudio_request_parse(const struct uaudio_stream_req *req, u32 present,
			 size_t max_buffer_bytes, struct uaudio_request *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	if (present & BIT(UAUDIO_REQ_TLV_USB_TOKEN))
		out->usb_token = req->usb_token;
	if (!(present & BIT(UAUDIO_REQ_TLV_ENABLE)) || !(present & BIT(UAUDIO_REQ_TLV_USB_TOKEN)))
		return -ENODATA;

	if (req->enable > 1)
		return -EINVAL;
	out->enable = req->enable;

	ret = parse_token(req->usb_token, out);
	if (ret < 0)
		return ret;

	/* A client may send the audio fields with a disable, too: they are ignored then. */
	if (!out->enable)
		return 0;
	return parse_audio(req, max_buffer_bytes, out);
}
EXPORT_SYMBOL_IF_KUNIT(uaudio_request_parse);

/**
 * uaudio_reason_of() - turn another layer's errno into a reason for the DSP
 * @error: 0 or a negative errno
 *
 * An -EINVAL, say, of another layer does not mean that the request was wrong.
 *
 * Context: Any context.
 * Return: @error, or -EIO if @error would say that the request was wrong.
 */
int uaudio_reason_of(int error)
{
	switch (error) {
	case -ENODATA:
	case -EINVAL:
	case -ERANGE:
	case -EOPNOTSUPP:
	case -ENXIO:
	case -ENOENT:
		return -EIO;
	default:
		return error;
	}
}
EXPORT_SYMBOL_IF_KUNIT(uaudio_reason_of);

/**
 * uaudio_status_of() - get the status for a reason
 * @error: 0 or a negative errno, see the top of this file
 *
 * Context: Any context.
 * Return: enum uaudio_stream_status
 */
s32 uaudio_status_of(int error)
{
	switch (error) {
	case 0:
		return UAUDIO_STREAM_STATUS_SUCCESS;
	case -ENODATA:
	case -EINVAL:
	case -ERANGE:
	case -EOPNOTSUPP:
		return UAUDIO_STREAM_STATUS_INVALID_PARAMETER;
	case -ENODEV:
	case -ENXIO:
	case -ENOENT:
		return UAUDIO_STREAM_STATUS_NOT_FOUND;
	case -ENOMEM:
		return UAUDIO_STREAM_STATUS_OUT_OF_MEMORY;
	default:
		return UAUDIO_STREAM_STATUS_FAILURE;
	}
}
EXPORT_SYMBOL_IF_KUNIT(uaudio_status_of);
