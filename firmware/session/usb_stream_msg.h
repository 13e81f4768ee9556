/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The messages of the QMI USB audio stream service, decoded and encoded.
 *
 * Each message is a struct with one member per TLV, of the size that the wire has, and a table that
 * says which is which. A decoded member is valid if the TLV's bit is set in @present.
 *
 * Refused, as a whole: a length that is not exactly the TLV's, a TLV that comes twice, a missing
 * mandatory TLV, an unknown mandatory one, and leftover bytes. Unknown optional TLVs are skipped, so
 * a response or an indication that is received may be longer than the service's own maximum. This
 * does not hold for requests: the AP drops those that are longer. wire/usb_audio_stream.h has the
 * rules for a new field.
 */
#ifndef LULLABY_SESSION_USB_STREAM_MSG_H
#define LULLABY_SESSION_USB_STREAM_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/types.h"
#include "../../wire/usb_audio_stream.h"
#include "../transport/qmi.h"

#define USB_STREAM_REQUEST_MAX_BYTES	(QMI_HEADER_BYTES + UAUDIO_STREAM_REQ_MAX_BYTES)
#define USB_STREAM_RESPONSE_MAX_BYTES	(QMI_HEADER_BYTES + UAUDIO_STREAM_RESP_MAX_BYTES)
#define USB_STREAM_INDICATION_MAX_BYTES	(QMI_HEADER_BYTES + UAUDIO_STREAM_IND_MAX_BYTES)

/* The bit of a TLV in a message's @present. */
#define USB_STREAM_HAS(tlv)		(1u << (tlv))

struct usb_stream_intf_desc {
	uint8_t length;
	uint8_t descriptor_type;
	uint8_t interface_number;
	uint8_t alternate_setting;
	uint8_t num_endpoints;
	uint8_t interface_class;
	uint8_t interface_subclass;
	uint8_t interface_protocol;
	uint8_t interface;
};
static_assert(sizeof(struct usb_stream_intf_desc) == 9, "wire size");

struct usb_stream_ep_desc {
	uint8_t length;
	uint8_t descriptor_type;
	uint8_t address;
	uint8_t attributes;
	uint16_t max_packet;
	uint8_t interval;
	uint8_t refresh;
	uint8_t synch_address;
} __attribute__((packed));
static_assert(sizeof(struct usb_stream_ep_desc) == 9, "wire size");

/* A piece of memory: where the DSP dereferences it, where the xHC does, and its size. */
struct usb_stream_mem {
	uint64_t iova;
	uint64_t dma;
	uint32_t bytes;
} __attribute__((packed));

struct usb_stream_xhci_mem {
	struct usb_stream_mem event_ring;
	struct usb_stream_mem data_ring;
	struct usb_stream_mem sync_ring;
	struct usb_stream_mem transfer_buffer;
	struct usb_stream_mem dcba;
} __attribute__((packed));
static_assert(sizeof(struct usb_stream_xhci_mem) == 100, "wire size");

struct usb_stream_result {
	uint16_t result;	/* enum qmi_result */
	uint16_t error;
};

/* Units and values: wire/usb_audio_stream.h. */
struct usb_stream_request {
	uint32_t present;
	uint8_t enable;
	uint32_t usb_token;
	uint32_t audio_format;
	uint32_t channels;
	uint32_t rate_hz;
	uint32_t transfer_buffer_bytes;
	uint32_t service_interval_us;
	uint32_t known;			/* UAUDIO_KNOWS_* */
};

struct usb_stream_response {
	uint32_t present;
	struct usb_stream_result result;
	int32_t status;			/* enum uaudio_stream_status */
	uint32_t internal_status;
	uint32_t slot_id;
	uint32_t usb_token;
	struct usb_stream_intf_desc interface;
	struct usb_stream_ep_desc data_endpoint;
	struct usb_stream_ep_desc sync_endpoint;
	uint16_t spec_revision;
	uint8_t data_path_delay;
	uint8_t subslot_bytes;
	struct usb_stream_xhci_mem memory;
	uint8_t interrupter;
	int32_t speed;			/* enum uaudio_speed_info */
	uint8_t controller;
	uint32_t burst;			/* UAUDIO_BURST_* */
};

struct usb_stream_indication {
	uint32_t present;
	int32_t event;			/* enum uaudio_dev_event */
	uint32_t slot_id;
	uint32_t usb_token;
	struct usb_stream_intf_desc interface;
	struct usb_stream_ep_desc data_endpoint;
	struct usb_stream_ep_desc sync_endpoint;
	uint16_t spec_revision;
	uint8_t data_path_delay;
	uint8_t subslot_bytes;
	struct usb_stream_xhci_mem memory;
	uint8_t interrupter;
	uint8_t controller;
};

/**
 * usb_stream_decode_request() - decode a request's TLVs
 * @reader: from qmi_read_header()
 * @request: result
 *
 * Return: false if the message is to be dropped.
 */
bool usb_stream_decode_request(struct qmi_reader reader, struct usb_stream_request *request);

/**
 * usb_stream_decode_response() - decode a response's TLVs
 * @reader: from qmi_read_header()
 * @response: result
 *
 * Return: false if the message is to be dropped.
 */
bool usb_stream_decode_response(struct qmi_reader reader, struct usb_stream_response *response);

/**
 * usb_stream_decode_indication() - decode an indication's TLVs
 * @reader: from qmi_read_header()
 * @indication: result
 *
 * Return: false if the message is to be dropped.
 */
bool usb_stream_decode_indication(struct qmi_reader reader,
				  struct usb_stream_indication *indication);

/**
 * usb_stream_encode_request() - encode a request
 * @request: members whose bit is set in present are encoded
 * @transaction: transaction id
 * @packet: result, USB_STREAM_REQUEST_MAX_BYTES long
 *
 * Return: its length.
 */
uint32_t usb_stream_encode_request(const struct usb_stream_request *request, uint16_t transaction,
				   uint8_t *packet);

/**
 * usb_stream_encode_response() - encode a response
 * @response: members whose bit is set in present are encoded
 * @transaction: transaction id
 * @packet: result, USB_STREAM_RESPONSE_MAX_BYTES long
 *
 * Return: its length.
 */
uint32_t usb_stream_encode_response(const struct usb_stream_response *response,
				    uint16_t transaction, uint8_t *packet);

/**
 * usb_stream_encode_indication() - encode an indication
 * @indication: members whose bit is set in present are encoded
 * @transaction: transaction id
 * @packet: result, USB_STREAM_INDICATION_MAX_BYTES long
 *
 * Return: its length.
 */
uint32_t usb_stream_encode_indication(const struct usb_stream_indication *indication,
				      uint16_t transaction, uint8_t *packet);

#endif /* LULLABY_SESSION_USB_STREAM_MSG_H */
