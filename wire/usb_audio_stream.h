/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The QMI USB audio stream service: every number of the protocol that both sides share.
 *
 * The application processor (AP) is the server, the audio DSP its client. One message id carries
 * the request (enable or disable a stream), the response (where the rings are) and the indication
 * (the device came, went, or changed its power state). Values are those that existing DSPs speak;
 * names follow the protocol's own.
 *
 * Compatibility, for a new field:
 *
 * 1. A TLV from 0x10 on is optional: a receiver skips one that it does not know. One below 0x10 is
 *    mandatory: a receiver drops a message with one that it does not know, so there can be no new
 *    ones. The next free numbers are 0x16 (request), 0x1f (response) and 0x1a (indication).
 * 2. Both sides note the TLVs of a message in 32 bits, so a number is less than 0x20.
 * 3. A TLV's length never changes, and an older peer never sends the new TLV: a receiver has a
 *    behaviour for its absence.
 * 4. Each message with all of its TLVs has exactly its _MAX_BYTES, so a new field raises that
 *    number. The AP drops a longer request without a response, also if the reason is a TLV that it
 *    does not know. So to an older AP a new field can only be sent in the place of other optional
 *    ones. The firmware takes a response or an indication of any length that one packet can carry;
 *    other DSPs may not.
 * 5. A client says in UAUDIO_REQ_TLV_KNOWN which fields of a response it knows beyond the first
 *    0x1d, and is sent no others: an older client may have a greatest length. To an older AP, which
 *    skips that field, it goes in the place of the service interval (rule 4).
 */
#ifndef LULLABY_WIRE_USB_AUDIO_STREAM_H
#define LULLABY_WIRE_USB_AUDIO_STREAM_H

#define UAUDIO_STREAM_SERVICE_ID	0x41d
#define UAUDIO_STREAM_SERVICE_VERS	1
#define UAUDIO_STREAM_SERVICE_INSTANCE	0

#define UAUDIO_STREAM_MSG_ID		0x0001

/* Largest TLV area of each message, without the 7-byte QMI header. */
#define UAUDIO_STREAM_REQ_MAX_BYTES	53
#define UAUDIO_STREAM_RESP_MAX_BYTES	209
#define UAUDIO_STREAM_IND_MAX_BYTES	181

/* Request TLVs. */
#define UAUDIO_REQ_TLV_ENABLE		0x01
#define UAUDIO_REQ_TLV_USB_TOKEN	0x02
#define UAUDIO_REQ_TLV_AUDIO_FORMAT	0x10
#define UAUDIO_REQ_TLV_NUMBER_OF_CH	0x11
#define UAUDIO_REQ_TLV_BIT_RATE		0x12	/* the sample rate in Hz, despite its name */
#define UAUDIO_REQ_TLV_XFER_BUFF_SIZE	0x13
#define UAUDIO_REQ_TLV_SERVICE_INTERVAL	0x14
#define UAUDIO_REQ_TLV_KNOWN		0x15	/* UAUDIO_KNOWS_*; other bits mean nothing yet */

/* Response TLVs. */
#define UAUDIO_RESP_TLV_RESULT		0x02
#define UAUDIO_RESP_TLV_STATUS		0x10
#define UAUDIO_RESP_TLV_INTERNAL_STATUS	0x11
#define UAUDIO_RESP_TLV_SLOT_ID		0x12
#define UAUDIO_RESP_TLV_USB_TOKEN	0x13
#define UAUDIO_RESP_TLV_INTF_DESC	0x14
#define UAUDIO_RESP_TLV_DATA_EP_DESC	0x15
#define UAUDIO_RESP_TLV_SYNC_EP_DESC	0x16
#define UAUDIO_RESP_TLV_SPEC_REVISION	0x17
#define UAUDIO_RESP_TLV_DATA_PATH_DELAY	0x18
#define UAUDIO_RESP_TLV_SUBSLOT_SIZE	0x19
#define UAUDIO_RESP_TLV_XHCI_MEM_INFO	0x1a
#define UAUDIO_RESP_TLV_INTERRUPTER_NUM	0x1b
#define UAUDIO_RESP_TLV_SPEED_INFO	0x1c
#define UAUDIO_RESP_TLV_CONTROLLER_NUM	0x1d
#define UAUDIO_RESP_TLV_BURST		0x1e	/* UAUDIO_BURST_*, of a SuperSpeed data endpoint */

/* Indication TLVs. */
#define UAUDIO_IND_TLV_DEV_EVENT	0x01
#define UAUDIO_IND_TLV_SLOT_ID		0x02
#define UAUDIO_IND_TLV_USB_TOKEN	0x10
#define UAUDIO_IND_TLV_INTF_DESC	0x11
#define UAUDIO_IND_TLV_DATA_EP_DESC	0x12
#define UAUDIO_IND_TLV_SYNC_EP_DESC	0x13
#define UAUDIO_IND_TLV_SPEC_REVISION	0x14
#define UAUDIO_IND_TLV_DATA_PATH_DELAY	0x15
#define UAUDIO_IND_TLV_SUBSLOT_SIZE	0x16
#define UAUDIO_IND_TLV_XHCI_MEM_INFO	0x17
#define UAUDIO_IND_TLV_INTERRUPTER_NUM	0x18
#define UAUDIO_IND_TLV_CONTROLLER_NUM	0x19

#define UAUDIO_KNOWS_BURST		0x1u	/* UAUDIO_RESP_TLV_BURST */

/* The data endpoint's SuperSpeed companion descriptor (USB 3.2, 9.6.7). */
#define UAUDIO_BURST_MAX_BURST_MASK	0x000000ffu	/* bMaxBurst: packets of a burst, minus 1 */
#define UAUDIO_BURST_MULT_SHIFT		8
#define UAUDIO_BURST_MULT_MASK		0x0000ff00u	/* Mult: bursts of an interval, less one */
#define UAUDIO_BURST_BYTES_SHIFT	16
#define UAUDIO_BURST_BYTES_MASK		0xffff0000u	/* wBytesPerInterval */

/* usb_token: which PCM of which USB sound card, and which way the samples go. */
#define UAUDIO_TOKEN_CARD_SHIFT		16
#define UAUDIO_TOKEN_PCM_SHIFT		8
#define UAUDIO_TOKEN_CARD_MASK		0xffff0000u
#define UAUDIO_TOKEN_PCM_MASK		0x0000ff00u
#define UAUDIO_TOKEN_DIRECTION_MASK	0x000000ffu

enum uaudio_direction {
	UAUDIO_DIRECTION_PLAYBACK	= 0,
	UAUDIO_DIRECTION_CAPTURE	= 1,
};

#define UAUDIO_TOKEN(card, pcm, direction) \
	(((card) << UAUDIO_TOKEN_CARD_SHIFT) | ((pcm) << UAUDIO_TOKEN_PCM_SHIFT) | (direction))

enum uaudio_stream_status {
	UAUDIO_STREAM_STATUS_SUCCESS		= 0,
	UAUDIO_STREAM_STATUS_FAILURE		= 1,
	UAUDIO_STREAM_STATUS_NOT_FOUND		= 2,
	UAUDIO_STREAM_STATUS_INVALID_PARAMETER	= 3,
	UAUDIO_STREAM_STATUS_OUT_OF_MEMORY	= 4,
};

/*
 * With a usb_token an indication is about that stream, wherever its device is; without one, about
 * all streams of the device in slot_id. While a stream is suspended its device may get another
 * slot, and another device its old one: messages about it then have a token.
 */
enum uaudio_dev_event {
	UAUDIO_DEV_EVENT_CONNECT	= 0,
	UAUDIO_DEV_EVENT_DISCONNECT	= 1,
	UAUDIO_DEV_EVENT_SUSPEND	= 2,
	UAUDIO_DEV_EVENT_RESUME		= 3,
};

enum uaudio_speed_info {
	UAUDIO_SPEED_INVALID	= 0,
	UAUDIO_SPEED_LOW	= 1,
	UAUDIO_SPEED_FULL	= 2,
	UAUDIO_SPEED_HIGH	= 3,
	UAUDIO_SPEED_SUPER	= 4,
	UAUDIO_SPEED_SUPER_PLUS	= 5,
};

/* Sample formats. The number before the underscore is the significant bits; _3LE: 3-byte slots. */
enum uaudio_format {
	UAUDIO_FORMAT_S8	= 0,
	UAUDIO_FORMAT_U8	= 1,
	UAUDIO_FORMAT_S16_LE	= 2,
	UAUDIO_FORMAT_S16_BE	= 3,
	UAUDIO_FORMAT_U16_LE	= 4,
	UAUDIO_FORMAT_U16_BE	= 5,
	UAUDIO_FORMAT_S24_LE	= 6,
	UAUDIO_FORMAT_S24_BE	= 7,
	UAUDIO_FORMAT_U24_LE	= 8,
	UAUDIO_FORMAT_U24_BE	= 9,
	UAUDIO_FORMAT_S24_3LE	= 10,
	UAUDIO_FORMAT_S24_3BE	= 11,
	UAUDIO_FORMAT_U24_3LE	= 12,
	UAUDIO_FORMAT_U24_3BE	= 13,
	UAUDIO_FORMAT_S32_LE	= 14,
	UAUDIO_FORMAT_S32_BE	= 15,
	UAUDIO_FORMAT_U32_LE	= 16,
	UAUDIO_FORMAT_U32_BE	= 17,
	UAUDIO_FORMAT_COUNT
};

#endif /* LULLABY_WIRE_USB_AUDIO_STREAM_H */
