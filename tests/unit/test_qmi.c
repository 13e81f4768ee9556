// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The QMI codec: golden bytes both ways, and messages that must be refused. */
#include "unit.h"

#include "firmware/session/usb_stream_msg.h"
#include "wire/usb_audio_stream_golden.h"

#define RANDOM_SEED	0x1a11ab1e
#define MUTATIONS	200000

/* Any message of the service, decoded. */
struct decoded {
	struct qmi_header header;
	struct usb_stream_request request;
	struct usb_stream_response response;
	struct usb_stream_indication indication;
};

static bool decode(const uint8_t *packet, uint32_t bytes, struct decoded *out)
{
	struct qmi_reader reader;

	if (!qmi_read_header(packet, bytes, &out->header, &reader))
		return false;
	switch (out->header.type) {
	case QMI_REQUEST:
		return usb_stream_decode_request(reader, &out->request);
	case QMI_RESPONSE:
		return usb_stream_decode_response(reader, &out->response);
	case QMI_INDICATION:
		return usb_stream_decode_indication(reader, &out->indication);
	default:
		return false;
	}
}

static uint32_t encode(const struct decoded *from, uint8_t *packet)
{
	switch (from->header.type) {
	case QMI_REQUEST:
		return usb_stream_encode_request(&from->request, from->header.transaction, packet);
	case QMI_RESPONSE:
		return usb_stream_encode_response(&from->response, from->header.transaction,
						  packet);
	default:
		return usb_stream_encode_indication(&from->indication, from->header.transaction,
						    packet);
	}
}

#define GOLDEN_COUNT	(sizeof(golden_messages) / sizeof(golden_messages[0]))

static void golden_bytes_survive_decode_and_encode(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOLDEN_COUNT; i++) {
		uint8_t packet[USB_STREAM_RESPONSE_MAX_BYTES];
		struct decoded message;

		assert_true(decode(golden_messages[i].packet, golden_messages[i].bytes, &message));
		assert_int_equal(encode(&message, packet), golden_messages[i].bytes);
		assert_memory_equal(packet, golden_messages[i].packet, golden_messages[i].bytes);
	}
}

static void golden_request_has_the_recorded_fields(void **state)
{
	struct decoded m;

	(void)state;
	assert_true(decode(golden_enable_request, sizeof(golden_enable_request), &m));
	assert_int_equal(m.header.transaction, 1);
	assert_int_equal(m.header.message, UAUDIO_STREAM_MSG_ID);
	assert_int_equal(m.request.present, 0x1f0006);
	assert_int_equal(m.request.enable, 1);
	assert_int_equal(m.request.usb_token, UAUDIO_TOKEN(0, 0, UAUDIO_DIRECTION_PLAYBACK));
	assert_int_equal(m.request.audio_format, UAUDIO_FORMAT_S16_LE);
	assert_int_equal(m.request.channels, 2);
	assert_int_equal(m.request.rate_hz, 48000);
	assert_int_equal(m.request.transfer_buffer_bytes, 8192);
	assert_int_equal(m.request.service_interval_us, 1000);
}

static void golden_response_has_the_recorded_fields(void **state)
{
	struct decoded m;

	(void)state;
	assert_true(decode(golden_enable_response, sizeof(golden_enable_response), &m));
	assert_int_equal(m.response.result.result, QMI_RESULT_SUCCESS);
	assert_int_equal(m.response.status, UAUDIO_STREAM_STATUS_SUCCESS);
	assert_int_equal(m.response.slot_id, 1);
	assert_int_equal(m.response.interface.interface_number, 1);
	assert_int_equal(m.response.interface.alternate_setting, 1);
	assert_int_equal(m.response.data_endpoint.address, 1);
	assert_int_equal(m.response.data_endpoint.attributes, 0x0d);
	assert_int_equal(m.response.data_endpoint.max_packet, 192);
	assert_int_equal(m.response.data_endpoint.interval, 1);
	assert_false(m.response.present & USB_STREAM_HAS(UAUDIO_RESP_TLV_SYNC_EP_DESC));
	assert_int_equal(m.response.spec_revision, 0x0100);
	assert_int_equal(m.response.subslot_bytes, 2);
	assert_int_equal(m.response.memory.event_ring.iova, 0x1000);
	assert_int_equal(m.response.memory.event_ring.dma, 0xffff4000);
	assert_int_equal(m.response.memory.event_ring.bytes, 4096);
	assert_int_equal(m.response.memory.data_ring.iova, 0xa000);
	assert_int_equal(m.response.memory.transfer_buffer.iova, 0x10a000);
	assert_int_equal(m.response.memory.transfer_buffer.bytes, 8192);
	assert_int_equal(m.response.interrupter, 2);
	assert_int_equal(m.response.speed, UAUDIO_SPEED_FULL);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOLDEN_COUNT; i++) {
		for (uint32_t bytes = 0; bytes < golden_messages[i].bytes; bytes++) {
			/* On the heap, so that reading on is seen. */
			uint8_t *packet = malloc(bytes ? bytes : 1);
			struct decoded message;

			memcpy(packet, golden_messages[i].packet, bytes);
			assert_false(decode(packet, bytes, &message));
			/* Also if the header says that it is all there is. */
			if (bytes >= QMI_HEADER_BYTES) {
				packet[5] = (uint8_t)(bytes - QMI_HEADER_BYTES);
				packet[6] = 0;
				if (decode(packet, bytes, &message)) {
					uint8_t again[USB_STREAM_RESPONSE_MAX_BYTES];

					assert_int_equal(encode(&message, again), bytes);
				}
			}
			free(packet);
		}
	}
}

static void an_over_long_packet_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOLDEN_COUNT; i++) {
		uint8_t packet[USB_STREAM_RESPONSE_MAX_BYTES + 4] = { 0 };
		struct decoded message;

		memcpy(packet, golden_messages[i].packet, golden_messages[i].bytes);
		for (uint32_t more = 1; more <= 4; more++)
			assert_false(decode(packet, golden_messages[i].bytes + more, &message));
	}
}

/* Appends a TLV to a golden message; returns the new length. */
static uint32_t append_tlv(uint8_t *packet, const uint8_t *from, uint32_t bytes, uint8_t type,
			   uint16_t value_bytes)
{
	uint32_t payload_bytes = bytes - QMI_HEADER_BYTES + QMI_TLV_HEADER_BYTES + value_bytes;

	memcpy(packet, from, bytes);
	packet[5] = (uint8_t)payload_bytes;
	packet[6] = (uint8_t)(payload_bytes >> 8);
	packet[bytes] = type;
	packet[bytes + 1] = (uint8_t)value_bytes;
	packet[bytes + 2] = (uint8_t)(value_bytes >> 8);
	memset(packet + bytes + 3, 0x5a, value_bytes);
	return bytes + QMI_TLV_HEADER_BYTES + value_bytes;
}

static void an_unknown_optional_tlv_is_skipped(void **state)
{
	const uint16_t sizes[] = { 0, 1, 4, 200 };

	(void)state;
	for (size_t i = 0; i < GOLDEN_COUNT; i++) {
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			uint8_t packet[512], again[USB_STREAM_RESPONSE_MAX_BYTES];
			struct decoded message;
			uint32_t bytes;

			bytes = append_tlv(packet, golden_messages[i].packet, golden_messages[i].bytes, 0xe0,
					   sizes[s]);
			assert_true(decode(packet, bytes, &message));
			assert_int_equal(encode(&message, again), golden_messages[i].bytes);
			assert_memory_equal(again, golden_messages[i].packet, golden_messages[i].bytes);
		}
	}
}

static void an_unknown_mandatory_tlv_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < GOLDEN_COUNT; i++) {
		uint8_t packet[512];
		struct decoded message;
		uint32_t bytes;

		bytes = append_tlv(packet, golden_messages[i].packet, golden_messages[i].bytes, 0x0f, 1);
		assert_false(decode(packet, bytes, &message));
	}
}

static void a_tlv_that_comes_twice_is_refused(void **state)
{
	uint8_t packet[512];
	struct decoded message;
	uint32_t bytes;

	(void)state;
	bytes = append_tlv(packet, golden_enable_request, sizeof(golden_enable_request),
			   UAUDIO_REQ_TLV_BIT_RATE, 4);
	assert_false(decode(packet, bytes, &message));
}

static void a_tlv_of_another_length_is_refused(void **state)
{
	(void)state;
	for (uint16_t value_bytes = 0; value_bytes < 16; value_bytes++) {
		uint8_t packet[512];
		struct decoded message;
		uint32_t bytes;

		bytes = append_tlv(packet, golden_disconnect, sizeof(golden_disconnect),
				   UAUDIO_IND_TLV_USB_TOKEN, value_bytes);
		assert_int_equal(decode(packet, bytes, &message), value_bytes == 4);
	}
}

static void a_missing_mandatory_tlv_is_refused(void **state)
{
	/* One TLV each: enable alone, usb_token alone, slot_id alone */
	static const uint8_t no_token[] = { 0, 1, 0, 1, 0, 4, 0, 1, 1, 0, 1 };
	static const uint8_t no_enable[] = { 0, 1, 0, 1, 0, 7, 0, 2, 4, 0, 0, 0, 0, 0 };
	static const uint8_t no_event[] = { 4, 1, 0, 1, 0, 7, 0, 2, 4, 0, 1, 0, 0, 0 };
	static const uint8_t empty_response[] = { 2, 1, 0, 1, 0, 0, 0 };
	struct decoded message;

	(void)state;
	assert_false(decode(no_token, sizeof(no_token), &message));
	assert_false(decode(no_enable, sizeof(no_enable), &message));
	assert_false(decode(no_event, sizeof(no_event), &message));
	assert_false(decode(empty_response, sizeof(empty_response), &message));
}

/* Each accepted message must survive another round, so nothing half-read is ever accepted. */
static void mutations_are_refused_or_consistent(void **state)
{
	struct random random = { RANDOM_SEED };
	uint32_t accepted = 0;

	(void)state;
	for (uint32_t i = 0; i < MUTATIONS; i++) {
		uint32_t which = random_below(&random, GOLDEN_COUNT);
		uint32_t bytes = golden_messages[which].bytes;
		uint8_t *packet = malloc(bytes);
		uint8_t once[USB_STREAM_RESPONSE_MAX_BYTES], twice[USB_STREAM_RESPONSE_MAX_BYTES];
		struct decoded message;
		uint32_t length;

		memcpy(packet, golden_messages[which].packet, bytes);
		for (uint32_t m = random_below(&random, 4); m != UINT32_MAX; m--)
			packet[random_below(&random, bytes)] = (uint8_t)random_u64(&random);
		if (decode(packet, bytes, &message)) {
			accepted++;
			length = encode(&message, once);
			assert_true(length >= QMI_HEADER_BYTES && length <= bytes);
			assert_true(decode(once, length, &message));
			assert_int_equal(encode(&message, twice), length);
			assert_memory_equal(once, twice, length);
		}
		free(packet);
	}
	assert_true(accepted > 0 && accepted < MUTATIONS);
}

static void largest_messages_fit_their_maximum(void **state)
{
	uint8_t packet[USB_STREAM_RESPONSE_MAX_BYTES];
	struct decoded all;

	(void)state;
	memset(&all, 0, sizeof(all));
	all.request.present = UINT32_MAX;
	all.response.present = UINT32_MAX;
	all.indication.present = UINT32_MAX;
	all.header.type = QMI_REQUEST;
	assert_int_equal(encode(&all, packet), USB_STREAM_REQUEST_MAX_BYTES);
	all.header.type = QMI_RESPONSE;
	assert_int_equal(encode(&all, packet), USB_STREAM_RESPONSE_MAX_BYTES);
	all.header.type = QMI_INDICATION;
	assert_int_equal(encode(&all, packet), USB_STREAM_INDICATION_MAX_BYTES);
}

static void a_message_that_does_not_fit_is_not_written(void **state)
{
	uint8_t buffer[16];
	struct qmi_writer writer;

	(void)state;
	qmi_begin(&writer, buffer, sizeof(buffer), QMI_REQUEST, 1, 1);
	qmi_add_number(&writer, 0x10, 0x1234, 4);
	qmi_add_number(&writer, 0x11, 0x1234, 4);
	assert_int_equal(qmi_end(&writer), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_bytes_survive_decode_and_encode),
		cmocka_unit_test(golden_request_has_the_recorded_fields),
		cmocka_unit_test(golden_response_has_the_recorded_fields),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(an_over_long_packet_is_refused),
		cmocka_unit_test(an_unknown_optional_tlv_is_skipped),
		cmocka_unit_test(an_unknown_mandatory_tlv_is_refused),
		cmocka_unit_test(a_tlv_that_comes_twice_is_refused),
		cmocka_unit_test(a_tlv_of_another_length_is_refused),
		cmocka_unit_test(a_missing_mandatory_tlv_is_refused),
		cmocka_unit_test(mutations_are_refused_or_consistent),
		cmocka_unit_test(largest_messages_fit_their_maximum),
		cmocka_unit_test(a_message_that_does_not_fit_is_not_written),
	};

	return cmocka_run_group_tests_name("qmi", tests, NULL, NULL);
}
