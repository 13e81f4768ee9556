// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The QMI codec against libqrtr's, which others wrote: a message that one encodes, the other decodes to the same fields,
 * for random messages of all three kinds, with random optional TLVs left out.
 */
#include "unit.h"

/* First ours: libqrtr.h makes macros of names that are enums here. */
#include "firmware/session/usb_stream_msg.h"

/* The kernel's header has types of the same names. */
#define __le16	kernel_le16
#define __le32	kernel_le32
#define __le64	kernel_le64
#include <libqrtr.h>
#undef __le16
#undef __le32
#undef __le64

#define RANDOM_SEED	0x0eac1e
#define ROUNDS		20000
#define PACKET_BYTES	512

/* The messages as libqrtr wants them: every optional member preceded by a flag. Members of our structs. */

struct oracle_request {
	uint8_t enable;
	uint32_t usb_token;
	uint8_t audio_format_valid;
	uint32_t audio_format;
	uint8_t channels_valid;
	uint32_t channels;
	uint8_t rate_hz_valid;
	uint32_t rate_hz;
	uint8_t transfer_buffer_bytes_valid;
	uint32_t transfer_buffer_bytes;
	uint8_t service_interval_us_valid;
	uint32_t service_interval_us;
	uint8_t known_valid;
	uint32_t known;
};

struct oracle_response {
	struct qmi_response_type_v01 result;
	uint8_t status_valid;
	int32_t status;
	uint8_t internal_status_valid;
	uint32_t internal_status;
	uint8_t slot_id_valid;
	uint32_t slot_id;
	uint8_t usb_token_valid;
	uint32_t usb_token;
	uint8_t interface_valid;
	struct usb_stream_intf_desc interface;
	uint8_t data_endpoint_valid;
	struct usb_stream_ep_desc data_endpoint;
	uint8_t sync_endpoint_valid;
	struct usb_stream_ep_desc sync_endpoint;
	uint8_t spec_revision_valid;
	uint16_t spec_revision;
	uint8_t data_path_delay_valid;
	uint8_t data_path_delay;
	uint8_t subslot_bytes_valid;
	uint8_t subslot_bytes;
	uint8_t memory_valid;
	struct usb_stream_xhci_mem memory;
	uint8_t interrupter_valid;
	uint8_t interrupter;
	uint8_t speed_valid;
	int32_t speed;
	uint8_t controller_valid;
	uint8_t controller;
	uint8_t burst_valid;
	uint32_t burst;
};

struct oracle_indication {
	int32_t event;
	uint32_t slot_id;
	uint8_t usb_token_valid;
	uint32_t usb_token;
	uint8_t interface_valid;
	struct usb_stream_intf_desc interface;
	uint8_t data_endpoint_valid;
	struct usb_stream_ep_desc data_endpoint;
	uint8_t sync_endpoint_valid;
	struct usb_stream_ep_desc sync_endpoint;
	uint8_t spec_revision_valid;
	uint16_t spec_revision;
	uint8_t data_path_delay_valid;
	uint8_t data_path_delay;
	uint8_t subslot_bytes_valid;
	uint8_t subslot_bytes;
	uint8_t memory_valid;
	struct usb_stream_xhci_mem memory;
	uint8_t interrupter_valid;
	uint8_t interrupter;
	uint8_t controller_valid;
	uint8_t controller;
};

#define ELEM(kind, tlv, type, member, nested) { \
	.data_type = (kind), .elem_len = 1, .elem_size = sizeof(((struct type *)NULL)->member), \
	.array_type = NO_ARRAY, .tlv_type = (tlv), .offset = offsetof(struct type, member), \
	.ei_array = (nested) }
#define MANDATORY(kind, tlv, type, member, nested) ELEM(kind, tlv, type, member, nested)
#define OPTIONAL(kind, tlv, type, member, nested) \
	ELEM(QMI_OPT_FLAG, tlv, type, member##_valid, NULL), ELEM(kind, tlv, type, member, nested)
#define END	{ .data_type = QMI_EOTI, .array_type = NO_ARRAY, .tlv_type = QMI_COMMON_TLV_TYPE }

#define U8	QMI_UNSIGNED_1_BYTE
#define U16	QMI_UNSIGNED_2_BYTE
#define U32	QMI_UNSIGNED_4_BYTE
#define U64	QMI_UNSIGNED_8_BYTE
#define S32	QMI_SIGNED_4_BYTE_ENUM

static struct qmi_elem_info interface_ei[] = {
	MANDATORY(U8, 0, usb_stream_intf_desc, length, NULL),
	MANDATORY(U8, 0, usb_stream_intf_desc, descriptor_type, NULL),
	MANDATORY(U8, 0, usb_stream_intf_desc, interface_number, NULL),
	MANDATORY(U8, 0, usb_stream_intf_desc, alternate_setting, NULL),
	MANDATORY(U8, 0, usb_stream_intf_desc, num_endpoints, NULL),
	MANDATORY(U8, 0, usb_stream_intf_desc, interface_class, NULL),
	MANDATORY(U8, 0, usb_stream_intf_desc, interface_subclass, NULL),
	MANDATORY(U8, 0, usb_stream_intf_desc, interface_protocol, NULL),
	MANDATORY(U8, 0, usb_stream_intf_desc, interface, NULL),
	END
};

static struct qmi_elem_info endpoint_ei[] = {
	MANDATORY(U8, 0, usb_stream_ep_desc, length, NULL),
	MANDATORY(U8, 0, usb_stream_ep_desc, descriptor_type, NULL),
	MANDATORY(U8, 0, usb_stream_ep_desc, address, NULL),
	MANDATORY(U8, 0, usb_stream_ep_desc, attributes, NULL),
	MANDATORY(U16, 0, usb_stream_ep_desc, max_packet, NULL),
	MANDATORY(U8, 0, usb_stream_ep_desc, interval, NULL),
	MANDATORY(U8, 0, usb_stream_ep_desc, refresh, NULL),
	MANDATORY(U8, 0, usb_stream_ep_desc, synch_address, NULL),
	END
};

static struct qmi_elem_info mem_ei[] = {
	MANDATORY(U64, 0, usb_stream_mem, iova, NULL),
	MANDATORY(U64, 0, usb_stream_mem, dma, NULL),
	MANDATORY(U32, 0, usb_stream_mem, bytes, NULL),
	END
};

static struct qmi_elem_info xhci_mem_ei[] = {
	MANDATORY(QMI_STRUCT, 0, usb_stream_xhci_mem, event_ring, mem_ei),
	MANDATORY(QMI_STRUCT, 0, usb_stream_xhci_mem, data_ring, mem_ei),
	MANDATORY(QMI_STRUCT, 0, usb_stream_xhci_mem, sync_ring, mem_ei),
	MANDATORY(QMI_STRUCT, 0, usb_stream_xhci_mem, transfer_buffer, mem_ei),
	MANDATORY(QMI_STRUCT, 0, usb_stream_xhci_mem, dcba, mem_ei),
	END
};

static struct qmi_elem_info request_ei[] = {
	MANDATORY(U8, 0x01, oracle_request, enable, NULL),
	MANDATORY(U32, 0x02, oracle_request, usb_token, NULL),
	OPTIONAL(U32, 0x10, oracle_request, audio_format, NULL),
	OPTIONAL(U32, 0x11, oracle_request, channels, NULL),
	OPTIONAL(U32, 0x12, oracle_request, rate_hz, NULL),
	OPTIONAL(U32, 0x13, oracle_request, transfer_buffer_bytes, NULL),
	OPTIONAL(U32, 0x14, oracle_request, service_interval_us, NULL),
	OPTIONAL(U32, 0x15, oracle_request, known, NULL),
	END
};

static struct qmi_elem_info response_ei[] = {
	MANDATORY(QMI_STRUCT, 0x02, oracle_response, result, qmi_response_type_v01_ei),
	OPTIONAL(S32, 0x10, oracle_response, status, NULL),
	OPTIONAL(U32, 0x11, oracle_response, internal_status, NULL),
	OPTIONAL(U32, 0x12, oracle_response, slot_id, NULL),
	OPTIONAL(U32, 0x13, oracle_response, usb_token, NULL),
	OPTIONAL(QMI_STRUCT, 0x14, oracle_response, interface, interface_ei),
	OPTIONAL(QMI_STRUCT, 0x15, oracle_response, data_endpoint, endpoint_ei),
	OPTIONAL(QMI_STRUCT, 0x16, oracle_response, sync_endpoint, endpoint_ei),
	OPTIONAL(U16, 0x17, oracle_response, spec_revision, NULL),
	OPTIONAL(U8, 0x18, oracle_response, data_path_delay, NULL),
	OPTIONAL(U8, 0x19, oracle_response, subslot_bytes, NULL),
	OPTIONAL(QMI_STRUCT, 0x1a, oracle_response, memory, xhci_mem_ei),
	OPTIONAL(U8, 0x1b, oracle_response, interrupter, NULL),
	OPTIONAL(S32, 0x1c, oracle_response, speed, NULL),
	OPTIONAL(U8, 0x1d, oracle_response, controller, NULL),
	OPTIONAL(U32, 0x1e, oracle_response, burst, NULL),
	END
};

static struct qmi_elem_info indication_ei[] = {
	MANDATORY(S32, 0x01, oracle_indication, event, NULL),
	MANDATORY(U32, 0x02, oracle_indication, slot_id, NULL),
	OPTIONAL(U32, 0x10, oracle_indication, usb_token, NULL),
	OPTIONAL(QMI_STRUCT, 0x11, oracle_indication, interface, interface_ei),
	OPTIONAL(QMI_STRUCT, 0x12, oracle_indication, data_endpoint, endpoint_ei),
	OPTIONAL(QMI_STRUCT, 0x13, oracle_indication, sync_endpoint, endpoint_ei),
	OPTIONAL(U16, 0x14, oracle_indication, spec_revision, NULL),
	OPTIONAL(U8, 0x15, oracle_indication, data_path_delay, NULL),
	OPTIONAL(U8, 0x16, oracle_indication, subslot_bytes, NULL),
	OPTIONAL(QMI_STRUCT, 0x17, oracle_indication, memory, xhci_mem_ei),
	OPTIONAL(U8, 0x18, oracle_indication, interrupter, NULL),
	OPTIONAL(U8, 0x19, oracle_indication, controller, NULL),
	END
};

/* Copies a member if its TLV is there; both structs call it the same. */
#define COPY(tlv, to, from, member) do { \
	if ((from)->present & USB_STREAM_HAS(tlv)) { \
		(to)->member##_valid = 1; \
		memcpy(&(to)->member, &(from)->member, sizeof((to)->member)); \
		_Static_assert(sizeof((to)->member) == sizeof((from)->member), #member); \
	} \
} while (0)

static void to_oracle_request(struct oracle_request *to, const struct usb_stream_request *from)
{
	memset(to, 0, sizeof(*to));
	to->enable = from->enable;
	to->usb_token = from->usb_token;
	COPY(0x10, to, from, audio_format);
	COPY(0x11, to, from, channels);
	COPY(0x12, to, from, rate_hz);
	COPY(0x13, to, from, transfer_buffer_bytes);
	COPY(0x14, to, from, service_interval_us);
	COPY(0x15, to, from, known);
}

static void to_oracle_response(struct oracle_response *to, const struct usb_stream_response *from)
{
	memset(to, 0, sizeof(*to));
	to->result.result = from->result.result;
	to->result.error = from->result.error;
	COPY(0x10, to, from, status);
	COPY(0x11, to, from, internal_status);
	COPY(0x12, to, from, slot_id);
	COPY(0x13, to, from, usb_token);
	COPY(0x14, to, from, interface);
	COPY(0x15, to, from, data_endpoint);
	COPY(0x16, to, from, sync_endpoint);
	COPY(0x17, to, from, spec_revision);
	COPY(0x18, to, from, data_path_delay);
	COPY(0x19, to, from, subslot_bytes);
	COPY(0x1a, to, from, memory);
	COPY(0x1b, to, from, interrupter);
	COPY(0x1c, to, from, speed);
	COPY(0x1d, to, from, controller);
	COPY(0x1e, to, from, burst);
}

static void to_oracle_indication(struct oracle_indication *to,
				 const struct usb_stream_indication *from)
{
	memset(to, 0, sizeof(*to));
	to->event = from->event;
	to->slot_id = from->slot_id;
	COPY(0x10, to, from, usb_token);
	COPY(0x11, to, from, interface);
	COPY(0x12, to, from, data_endpoint);
	COPY(0x13, to, from, sync_endpoint);
	COPY(0x14, to, from, spec_revision);
	COPY(0x15, to, from, data_path_delay);
	COPY(0x16, to, from, subslot_bytes);
	COPY(0x17, to, from, memory);
	COPY(0x18, to, from, interrupter);
	COPY(0x19, to, from, controller);
}

/*
 * The oracle's encoding must be ours byte for byte, and its decoding of our bytes must have the original
 * fields.
 */
static void check(const uint8_t *ours, uint32_t bytes, int type, uint16_t transaction,
		  const void *expected, size_t expected_bytes, struct qmi_elem_info *ei)
{
	DEFINE_QRTR_PACKET(packet, PACKET_BYTES);
	uint8_t decoded[sizeof(struct oracle_response) + sizeof(struct oracle_indication)];
	unsigned int seen_transaction = 0;

	assert_int_equal(qmi_encode_message(&packet, type, UAUDIO_STREAM_MSG_ID, transaction,
					    expected, ei), bytes);
	assert_memory_equal(packet.data, ours, bytes);

	memset(decoded, 0, sizeof(decoded));
	assert_true(expected_bytes <= sizeof(decoded));
	assert_return_code(qmi_decode_message(decoded, &seen_transaction, &packet, type,
					      UAUDIO_STREAM_MSG_ID, ei), 0);
	assert_int_equal(seen_transaction, transaction);
	assert_memory_equal(decoded, expected, expected_bytes);
}

static void requests_agree(void **state)
{
	struct random random = { RANDOM_SEED };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct usb_stream_request request, again;
		struct oracle_request oracle;
		uint8_t packet[USB_STREAM_REQUEST_MAX_BYTES];
		uint16_t transaction = (uint16_t)random_u64(&random);
		struct qmi_header header;
		struct qmi_reader reader;
		uint32_t bytes;

		memset(&request, 0, sizeof(request));
		random_fill(&random, &request, sizeof(request));
		request.present = (request.present & 0x1f0000) | 0x6;
		bytes = usb_stream_encode_request(&request, transaction, packet);
		to_oracle_request(&oracle, &request);
		check(packet, bytes, QMI_REQUEST, transaction, &oracle, sizeof(oracle),
		      request_ei);

		assert_true(qmi_read_header(packet, bytes, &header, &reader));
		assert_true(usb_stream_decode_request(reader, &again));
		assert_int_equal(again.present, request.present);
	}
}

static void responses_agree(void **state)
{
	struct random random = { RANDOM_SEED };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct usb_stream_response response, again;
		struct oracle_response oracle;
		uint8_t packet[USB_STREAM_RESPONSE_MAX_BYTES];
		uint16_t transaction = (uint16_t)random_u64(&random);
		struct qmi_header header;
		struct qmi_reader reader;
		uint32_t bytes;

		memset(&response, 0, sizeof(response));
		random_fill(&random, &response, sizeof(response));
		response.present = (response.present & 0x3fff0000) | 0x4;
		bytes = usb_stream_encode_response(&response, transaction, packet);
		to_oracle_response(&oracle, &response);
		check(packet, bytes, QMI_RESPONSE, transaction, &oracle, sizeof(oracle),
		      response_ei);

		assert_true(qmi_read_header(packet, bytes, &header, &reader));
		assert_true(usb_stream_decode_response(reader, &again));
		assert_int_equal(again.present, response.present);
	}
}

static void indications_agree(void **state)
{
	struct random random = { RANDOM_SEED };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct usb_stream_indication indication, again;
		struct oracle_indication oracle;
		uint8_t packet[USB_STREAM_INDICATION_MAX_BYTES];
		uint16_t transaction = (uint16_t)random_u64(&random);
		struct qmi_header header;
		struct qmi_reader reader;
		uint32_t bytes;

		memset(&indication, 0, sizeof(indication));
		random_fill(&random, &indication, sizeof(indication));
		indication.present = (indication.present & 0x3ff0000) | 0x6;
		bytes = usb_stream_encode_indication(&indication, transaction, packet);
		to_oracle_indication(&oracle, &indication);
		check(packet, bytes, QMI_INDICATION, transaction, &oracle, sizeof(oracle),
		      indication_ei);

		assert_true(qmi_read_header(packet, bytes, &header, &reader));
		assert_true(usb_stream_decode_indication(reader, &again));
		assert_int_equal(again.present, indication.present);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_agree),
		cmocka_unit_test(responses_agree),
		cmocka_unit_test(indications_agree),
	};

	return cmocka_run_group_tests_name("qmi_oracle", tests, NULL, NULL);
}
