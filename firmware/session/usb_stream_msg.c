// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The messages of the QMI USB audio stream service; see usb_stream_msg.h.
 *
 * A member has the size and the bytes of its TLV's value (every supported target is little-endian),
 * so both directions are one copy, driven by one table per message.
 */
#include "usb_stream_msg.h"

#include <stddef.h>
#include <string.h>

struct field {
	uint8_t tlv;
	uint8_t bytes;
	uint16_t offset;
};

#define FIELD(type, tlv, member) \
	{ tlv, sizeof(((struct type *)NULL)->member), offsetof(struct type, member) }

struct message {
	const struct field *fields;
	uint32_t field_count;
	uint32_t mandatory;	/* TLVs without which the message means nothing, as bits */
};

static const struct field request_fields[] = {
	FIELD(usb_stream_request, UAUDIO_REQ_TLV_ENABLE, enable),
	FIELD(usb_stream_request, UAUDIO_REQ_TLV_USB_TOKEN, usb_token),
	FIELD(usb_stream_request, UAUDIO_REQ_TLV_AUDIO_FORMAT, audio_format),
	FIELD(usb_stream_request, UAUDIO_REQ_TLV_NUMBER_OF_CH, channels),
	FIELD(usb_stream_request, UAUDIO_REQ_TLV_BIT_RATE, rate_hz),
	FIELD(usb_stream_request, UAUDIO_REQ_TLV_XFER_BUFF_SIZE, transfer_buffer_bytes),
	FIELD(usb_stream_request, UAUDIO_REQ_TLV_SERVICE_INTERVAL, service_interval_us),
	FIELD(usb_stream_request, UAUDIO_REQ_TLV_KNOWN, known),
};

static const struct message request_message = {
	.fields = request_fields,
	.field_count = sizeof(request_fields) / sizeof(request_fields[0]),
	.mandatory = USB_STREAM_HAS(UAUDIO_REQ_TLV_ENABLE) |
		     USB_STREAM_HAS(UAUDIO_REQ_TLV_USB_TOKEN),
};

static const struct field response_fields[] = {
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_RESULT, result),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_STATUS, status),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_INTERNAL_STATUS, internal_status),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_SLOT_ID, slot_id),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_USB_TOKEN, usb_token),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_INTF_DESC, interface),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_DATA_EP_DESC, data_endpoint),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_SYNC_EP_DESC, sync_endpoint),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_SPEC_REVISION, spec_revision),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_DATA_PATH_DELAY, data_path_delay),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_SUBSLOT_SIZE, subslot_bytes),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_XHCI_MEM_INFO, memory),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_INTERRUPTER_NUM, interrupter),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_SPEED_INFO, speed),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_CONTROLLER_NUM, controller),
	FIELD(usb_stream_response, UAUDIO_RESP_TLV_BURST, burst),
};

static const struct message response_message = {
	.fields = response_fields,
	.field_count = sizeof(response_fields) / sizeof(response_fields[0]),
	.mandatory = USB_STREAM_HAS(UAUDIO_RESP_TLV_RESULT),
};

static const struct field indication_fields[] = {
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_DEV_EVENT, event),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_SLOT_ID, slot_id),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_USB_TOKEN, usb_token),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_INTF_DESC, interface),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_DATA_EP_DESC, data_endpoint),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_SYNC_EP_DESC, sync_endpoint),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_SPEC_REVISION, spec_revision),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_DATA_PATH_DELAY, data_path_delay),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_SUBSLOT_SIZE, subslot_bytes),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_XHCI_MEM_INFO, memory),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_INTERRUPTER_NUM, interrupter),
	FIELD(usb_stream_indication, UAUDIO_IND_TLV_CONTROLLER_NUM, controller),
};

static const struct message indication_message = {
	.fields = indication_fields,
	.field_count = sizeof(indication_fields) / sizeof(indication_fields[0]),
	.mandatory = USB_STREAM_HAS(UAUDIO_IND_TLV_DEV_EVENT) |
		     USB_STREAM_HAS(UAUDIO_IND_TLV_SLOT_ID),
};

static const struct field *find_field(const struct message *message, uint8_t tlv)
{
	for (uint32_t i = 0; i < message->field_count; i++) {
		if (message->fields[i].tlv == tlv)
			return &message->fields[i];
	}
	return NULL;
}

static bool decode(const struct message *message, struct qmi_reader *reader, uint8_t *members,
		   uint32_t *present)
{
	struct qmi_tlv tlv;

	while (qmi_read_tlv(reader, &tlv)) {
		const struct field *field = find_field(message, tlv.type);

		if (!field) {
			if (tlv.type < QMI_TLV_FIRST_OPTIONAL)
				return false;
			continue;
		}
		if (tlv.bytes != field->bytes || *present & USB_STREAM_HAS(tlv.type))
			return false;
		memcpy(members + field->offset, tlv.value, tlv.bytes);
		*present |= USB_STREAM_HAS(tlv.type);
	}
	return reader->left == 0 && (*present & message->mandatory) == message->mandatory;
}

static uint32_t encode(const struct message *message, struct qmi_writer *writer,
		       const uint8_t *members, uint32_t present)
{
	for (uint32_t i = 0; i < message->field_count; i++) {
		const struct field *field = &message->fields[i];

		if (!(present & USB_STREAM_HAS(field->tlv)))
			continue;
		qmi_add_tlv(writer, field->tlv, field->bytes);
		for (uint32_t b = 0; b < field->bytes; b++)
			qmi_put(writer, members[field->offset + b], 1);
	}
	return qmi_end(writer);
}

bool usb_stream_decode_request(struct qmi_reader reader, struct usb_stream_request *request)
{
	memset(request, 0, sizeof(*request));
	return decode(&request_message, &reader, (uint8_t *)request, &request->present);
}

bool usb_stream_decode_response(struct qmi_reader reader, struct usb_stream_response *response)
{
	memset(response, 0, sizeof(*response));
	return decode(&response_message, &reader, (uint8_t *)response, &response->present);
}

bool usb_stream_decode_indication(struct qmi_reader reader,
				  struct usb_stream_indication *indication)
{
	memset(indication, 0, sizeof(*indication));
	return decode(&indication_message, &reader, (uint8_t *)indication, &indication->present);
}

uint32_t usb_stream_encode_request(const struct usb_stream_request *request, uint16_t transaction,
				   uint8_t *packet)
{
	struct qmi_writer writer;

	qmi_begin(&writer, packet, USB_STREAM_REQUEST_MAX_BYTES, QMI_REQUEST, transaction,
		  UAUDIO_STREAM_MSG_ID);
	return encode(&request_message, &writer, (const uint8_t *)request, request->present);
}

uint32_t usb_stream_encode_response(const struct usb_stream_response *response,
				    uint16_t transaction, uint8_t *packet)
{
	struct qmi_writer writer;

	qmi_begin(&writer, packet, USB_STREAM_RESPONSE_MAX_BYTES, QMI_RESPONSE, transaction,
		  UAUDIO_STREAM_MSG_ID);
	return encode(&response_message, &writer, (const uint8_t *)response, response->present);
}

uint32_t usb_stream_encode_indication(const struct usb_stream_indication *indication,
				      uint16_t transaction, uint8_t *packet)
{
	struct qmi_writer writer;

	qmi_begin(&writer, packet, USB_STREAM_INDICATION_MAX_BYTES, QMI_INDICATION, transaction,
		  UAUDIO_STREAM_MSG_ID);
	return encode(&indication_message, &writer, (const uint8_t *)indication,
		      indication->present);
}
