// SPDX-License-Identifier: GPL-2.0-only
/*
 * The QMI service: one message, in three roles. The lists of elements say what is on the wire.
 */
#include <linux/net.h>
#include <linux/soc/qcom/qmi.h>
#include <linux/slab.h>

#include "api-driver.h"

#define SERVICE_ID		0x41d
#define SERVICE_VERSION		1
#define MESSAGE_ID		1
#define REQUEST_MAX_BYTES	46
#define RESPONSE_MAX_BYTES	202
#define INDICATION_MAX_BYTES	181

enum { STATUS_SUCCESS = 0, STATUS_FAILURE = 1 };

#define EVENT_DISCONNECT	1

/* Event ring, data ring, sync ring, transfer buffer, and one that is not used. */
#define REGIONS			5

struct api_response {
	struct qmi_response_type_v01 result;
	u8 has_status;
	u32 status;
	u8 has_internal_status;
	u32 internal_status;
	u8 has_slot;
	u32 slot;
	u8 has_token;
	u32 token;
	u8 has_subslot_bytes;
	u8 subslot_bytes;
	u8 has_regions;
	struct api_region regions[REGIONS];
	u8 has_interrupter;
	u8 interrupter;
};

struct api_indication {
	u32 event;
	u32 slot;
	u8 has_token;
	u32 token;
};

#define ELEMENT(type, bytes, tag, structure, field) {			\
	.data_type = QMI_##type,					\
	.elem_len = 1,							\
	.elem_size = (bytes),						\
	.array_type = NO_ARRAY,						\
	.tlv_type = (tag),						\
	.offset = offsetof(structure, field),				\
}

#define FLAG(tag, structure, field)					\
	ELEMENT(OPT_FLAG, sizeof(u8), tag, structure, field)

static const struct qmi_elem_info request_elements[] = {
	ELEMENT(UNSIGNED_1_BYTE, sizeof(u8), 0x01, struct api_request, enable),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x02, struct api_request, token),
	FLAG(0x10, struct api_request, has_format),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x10, struct api_request, format),
	FLAG(0x11, struct api_request, has_channels),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x11, struct api_request, channels),
	FLAG(0x12, struct api_request, has_rate),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x12, struct api_request, rate_hz),
	FLAG(0x13, struct api_request, has_buffer_bytes),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x13, struct api_request, buffer_bytes),
	FLAG(0x14, struct api_request, has_interval),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x14, struct api_request, interval_us),
	{}
};

static const struct qmi_elem_info region_elements[] = {
	ELEMENT(UNSIGNED_8_BYTE, sizeof(u64), 0, struct api_region, iova),
	ELEMENT(UNSIGNED_8_BYTE, sizeof(u64), 0, struct api_region, dma),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0, struct api_region, bytes),
	{}
};

static const struct qmi_elem_info response_elements[] = {
	{
		.data_type = QMI_STRUCT,
		.elem_len = 1,
		.elem_size = sizeof(struct qmi_response_type_v01),
		.array_type = NO_ARRAY,
		.tlv_type = 0x02,
		.offset = offsetof(struct api_response, result),
		.ei_array = qmi_response_type_v01_ei,
	},
	FLAG(0x10, struct api_response, has_status),
	ELEMENT(SIGNED_4_BYTE_ENUM, sizeof(u32), 0x10, struct api_response, status),
	FLAG(0x11, struct api_response, has_internal_status),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x11, struct api_response, internal_status),
	FLAG(0x12, struct api_response, has_slot),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x12, struct api_response, slot),
	FLAG(0x13, struct api_response, has_token),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x13, struct api_response, token),
	FLAG(0x19, struct api_response, has_subslot_bytes),
	ELEMENT(UNSIGNED_1_BYTE, sizeof(u8), 0x19, struct api_response, subslot_bytes),
	FLAG(0x1a, struct api_response, has_regions),
	{
		.data_type = QMI_STRUCT,
		.elem_len = REGIONS,
		.elem_size = sizeof(struct api_region),
		.array_type = STATIC_ARRAY,
		.tlv_type = 0x1a,
		.offset = offsetof(struct api_response, regions),
		.ei_array = region_elements,
	},
	FLAG(0x1b, struct api_response, has_interrupter),
	ELEMENT(UNSIGNED_1_BYTE, sizeof(u8), 0x1b, struct api_response, interrupter),
	{}
};

static const struct qmi_elem_info indication_elements[] = {
	ELEMENT(SIGNED_4_BYTE_ENUM, sizeof(u32), 0x01, struct api_indication, event),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x02, struct api_indication, slot),
	FLAG(0x10, struct api_indication, has_token),
	ELEMENT(UNSIGNED_4_BYTE, sizeof(u32), 0x10, struct api_indication, token),
	{}
};

static void describe(const struct api_card *card, const struct api_stream *stream,
		     struct api_response *response)
{
	response->has_slot = 1;
	response->slot = card->chip->dev->slot_id;
	response->has_subslot_bytes = 1;
	response->subslot_bytes = stream->subs->cur_audiofmt->fmt_sz;
	response->has_regions = 1;
	response->regions[0] = card->event_ring;
	response->regions[1] = stream->data_ring;
	response->regions[2] = stream->sync_ring;
	response->regions[3] = stream->buffer;
	response->has_interrupter = 1;
	response->interrupter = xhci_sideband_interrupter_id(card->sb);
}

static int serve(const struct api_request *request, const struct sockaddr_qrtr *client,
		 struct api_response *response)
{
	struct api_stream *stream;
	struct api_card *card;
	int ret;

	guard(mutex)(&api.lock);

	card = api_find_card(request->token >> 16);
	if (!card || atomic_read(&card->chip->shutdown))
		return -ENODEV;
	stream = api_find_stream(card, request->token);
	if (!stream)
		return -ENODEV;

	if (!request->enable) {
		if (!stream->is_enabled)
			return -EINVAL;
		api_stream_disable(card, stream);
		return 0;
	}
	if (stream->is_enabled)
		return -EBUSY;
	ret = api_stream_enable(card, stream, request);
	if (ret < 0)
		return ret;
	stream->client = *client;
	describe(card, stream, response);
	return 0;
}

static void on_request(struct qmi_handle *qmi, struct sockaddr_qrtr *from, struct qmi_txn *txn,
		       const void *decoded)
{
	const struct api_request *request = decoded;
	struct api_response response = { };
	int ret;

	ret = serve(request, from, &response);
	response.has_status = 1;
	response.status = ret ? STATUS_FAILURE : STATUS_SUCCESS;
	response.has_internal_status = 1;
	response.internal_status = ret;
	response.has_token = 1;
	response.token = request->token;
	ret = qmi_send_response(qmi, from, txn, MESSAGE_ID, RESPONSE_MAX_BYTES, response_elements,
				&response);
	if (ret < 0)
		dev_err(&api.auxdev->dev, "no response sent: %d\n", ret);
}

static const struct qmi_msg_handler handlers[] = {
	{
		.type = QMI_REQUEST,
		.msg_id = MESSAGE_ID,
		.ei = request_elements,
		.decoded_size = sizeof(struct api_request),
		.fn = on_request,
	},
	{}
};

static void end_session(unsigned int node, unsigned int port, bool is_any_port)
{
	struct api_stream *stream;
	struct api_card *card;
	int direction;

	guard(mutex)(&api.lock);

	list_for_each_entry(card, &api.cards, list) {
		for_each_pcm_streams(direction) {
			stream = &card->streams[direction];
			if (stream->is_enabled && stream->client.sq_node == node &&
			    (is_any_port || stream->client.sq_port == port))
				api_stream_disable(card, stream);
		}
	}
}

static void on_bye(struct qmi_handle *qmi, unsigned int node)
{
	end_session(node, 0, true);
}

static void on_del_client(struct qmi_handle *qmi, unsigned int node, unsigned int port)
{
	end_session(node, port, false);
}

static const struct qmi_ops ops = {
	.bye = on_bye,
	.del_client = on_del_client,
};

/**
 * api_indicate_disconnect() - tell the clients of a card's streams to stop
 * @card: the card
 */
void api_indicate_disconnect(struct api_card *card)
{
	struct api_indication indication = {
		.event = EVENT_DISCONNECT,
		.slot = card->chip->dev->slot_id,
	};
	int direction;

	for_each_pcm_streams(direction) {
		if (card->streams[direction].is_enabled)
			qmi_send_indication(&api.qmi, &card->streams[direction].client, MESSAGE_ID,
					    INDICATION_MAX_BYTES, indication_elements,
					    &indication);
	}
}

/**
 * api_service_start() - offer the service
 *
 * Return: 0 or a negative errno.
 */
int api_service_start(void)
{
	int ret;

	ret = qmi_handle_init(&api.qmi, REQUEST_MAX_BYTES, &ops, handlers);
	if (ret < 0)
		return ret;
	ret = qmi_add_server(&api.qmi, SERVICE_ID, SERVICE_VERSION, 0);
	if (ret < 0)
		qmi_handle_release(&api.qmi);
	return ret;
}

/**
 * api_service_stop() - withdraw the service
 */
void api_service_stop(void)
{
	qmi_handle_release(&api.qmi);
}
