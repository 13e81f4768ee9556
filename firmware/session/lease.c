// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The USB side of a stream. The states are in lease.h. */
#include "lease.h"

#include "../../wire/audio_control.h"

/* Errno values that internal_status carries, negated (they are Linux's, whatever the DSP is). */
enum {
	LINUX_EAGAIN	= 11,
	LINUX_EBUSY	= 16,
	LINUX_ENODEV	= 19,
};

void lease_init(struct lease *lease, struct usb_stream_client *client, uint32_t stream)
{
	*lease = (struct lease){ .client = client, .stream = stream };
}

static bool request_enable(struct lease *lease, const struct lease_terms *terms, uint64_t now)
{
	/*
	 * No service interval: the AP takes the device's own, and the audio stream runs at any. In its place the
	 * fields that are known here, so that an older AP does not find the request too long.
	 */
	struct usb_stream_request request = {
		.present = USB_STREAM_HAS(UAUDIO_REQ_TLV_ENABLE) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_USB_TOKEN) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_AUDIO_FORMAT) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_NUMBER_OF_CH) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_BIT_RATE) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_XFER_BUFF_SIZE) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_KNOWN),
		.enable = 1,
		.usb_token = terms->usb_token,
		.audio_format = terms->usb_format,
		.channels = terms->usb_channels,
		.rate_hz = terms->rate_hz,
		.transfer_buffer_bytes = terms->transfer_buffer_bytes,
		.known = UAUDIO_KNOWS_BURST,
	};

	lease->usb_token = terms->usb_token;
	lease->state = LEASE_ENABLING;
	return usb_stream_client_request(lease->client, lease->stream, &request, now);
}

static bool request_disable(struct lease *lease, uint64_t now)
{
	struct usb_stream_request request = {
		.present = USB_STREAM_HAS(UAUDIO_REQ_TLV_ENABLE) |
			   USB_STREAM_HAS(UAUDIO_REQ_TLV_USB_TOKEN),
		.enable = 0,
		.usb_token = lease->usb_token,
	};

	lease->state = LEASE_DISABLING;
	return usb_stream_client_request(lease->client, lease->stream, &request, now);
}

bool lease_reconcile(struct lease *lease, const struct lease_terms *wanted, bool in_use,
		     uint64_t now)
{
	bool is_taken = true;

	if (lease->state == LEASE_NONE && wanted)
		is_taken = request_enable(lease, wanted, now);
	else if (lease->state == LEASE_HELD && !in_use)
		is_taken = request_disable(lease, now);
	if (!is_taken)
		lease->state = LEASE_NONE;
	return is_taken;
}

static bool is_success(enum usb_stream_outcome outcome, const struct usb_stream_response *response)
{
	return outcome == USB_STREAM_ANSWERED && response->result.result == QMI_RESULT_SUCCESS &&
	       response->status == UAUDIO_STREAM_STATUS_SUCCESS;
}

enum lease_event lease_complete(struct lease *lease, enum usb_stream_outcome outcome,
				const struct usb_stream_response *response)
{
	switch (lease->state) {
	case LEASE_ENABLING:
		if (!is_success(outcome, response)) {
			lease->state = LEASE_NONE;
			return LEASE_REFUSED;
		}
		lease->state = LEASE_HELD;
		lease->controller = response->controller;
		lease->slot_id = response->slot_id;
		return LEASE_GRANTED;
	case LEASE_DISABLING:
		/*
		 * A refusal means that the AP had disabled it already, and so does its silence: an
		 * AP that does not answer has waited too long, and does not ask any more.
		 */
		lease->state = LEASE_NONE;
		return LEASE_ENDED;
	case LEASE_NONE:
	case LEASE_HELD:
		break;
	}
	return LEASE_EVENT_NONE;
}

void lease_service_lost(struct lease *lease)
{
	if (lease->state == LEASE_HELD)
		lease->state = LEASE_NONE;
}

void lease_forget_slot(struct lease *lease)
{
	lease->slot_id = 0;
}

/*
 * With a token that USB PCM is meant, wherever its device is. Without one, the whole device in that slot is. While
 * nothing is held, the device may get another slot, and another device this one's, so a DISCONNECT has to name the
 * USB PCM then.
 */
bool lease_is_meant(const struct lease *lease, const struct usb_stream_indication *indication)
{
	if (indication->present & USB_STREAM_HAS(UAUDIO_IND_TLV_USB_TOKEN))
		return lease->usb_token == indication->usb_token;
	if (indication->event == UAUDIO_DEV_EVENT_DISCONNECT &&
	    (lease->state == LEASE_NONE || lease->state == LEASE_ENABLING))
		return false;
	return lease->slot_id != 0 && lease->slot_id == indication->slot_id &&
	       lease->controller == indication->controller;
}

uint32_t lease_refusal_status(enum usb_stream_outcome outcome,
			      const struct usb_stream_response *response)
{
	if (outcome == USB_STREAM_TIMED_OUT)
		return AUDIO_STATUS_TIMED_OUT;
	if (outcome == USB_STREAM_SERVICE_LOST)
		return AUDIO_STATUS_FAILED;
	if (response->internal_status == (uint32_t)-LINUX_EBUSY)
		return AUDIO_STATUS_BUSY;
	if (response->internal_status == (uint32_t)-LINUX_ENODEV)
		return AUDIO_STATUS_NO_DEVICE;
	switch (response->status) {
	case UAUDIO_STREAM_STATUS_NOT_FOUND:
		return AUDIO_STATUS_NO_DEVICE;
	case UAUDIO_STREAM_STATUS_INVALID_PARAMETER:
		return AUDIO_STATUS_UNSUPPORTED;
	case UAUDIO_STREAM_STATUS_OUT_OF_MEMORY:
		return AUDIO_STATUS_NO_MEMORY;
	default:
		return AUDIO_STATUS_FAILED;
	}
}

bool lease_is_refused_by_sleep(enum usb_stream_outcome outcome,
			       const struct usb_stream_response *response)
{
	return outcome == USB_STREAM_ANSWERED &&
	       response->internal_status == (uint32_t)-LINUX_EAGAIN;
}
