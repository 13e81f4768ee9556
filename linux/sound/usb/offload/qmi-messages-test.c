// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the messages against bytes recorded between a QMI client and mainline's driver, and
 * against everything that a packet can get wrong.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/hex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <lullaby/usb_audio_stream.h>
#include <lullaby/usb_audio_stream_golden.h>

#include "qmi-messages.h"

#define MAX_PACKET_BYTES	512

union message {
	struct uaudio_stream_req req;
	struct uaudio_stream_resp resp;
	struct uaudio_stream_ind ind;
};

static const struct qmi_elem_info *elements_of(const struct golden_message *golden)
{
	switch (golden->packet[0]) {
	case QMI_REQUEST:
		return uaudio_stream_req_ei;
	case QMI_RESPONSE:
		return uaudio_stream_resp_ei;
	default:
		return uaudio_stream_ind_ei;
	}
}

static size_t max_tlv_bytes(const struct golden_message *golden)
{
	switch (golden->packet[0]) {
	case QMI_REQUEST:
		return UAUDIO_STREAM_REQ_MAX_BYTES;
	case QMI_RESPONSE:
		return UAUDIO_STREAM_RESP_MAX_BYTES;
	default:
		return UAUDIO_STREAM_IND_MAX_BYTES;
	}
}

KUNIT_ARRAY_PARAM_DESC(golden, golden_messages, name);

/* A copy of exactly that length, so that KASAN sees a read beyond it. */
static u8 *copy_of(struct kunit *test, const u8 *packet, size_t bytes)
{
	u8 *copy = kunit_kzalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, packet, bytes);
	return copy;
}

static int check(const struct golden_message *golden, const void *packet, size_t bytes)
{
	u32 present;

	return uaudio_message_check(packet, bytes, max_tlv_bytes(golden), elements_of(golden),
				    &present);
}

static void golden_is_reproduced(struct kunit *test)
{
	const struct golden_message *golden = test->param_value;
	const struct qmi_header *header;
	union message *message;
	size_t bytes = golden->bytes;
	size_t encoded_bytes;
	void *encoded;
	u8 *packet;

	packet = copy_of(test, golden->packet, golden->bytes);
	header = (const struct qmi_header *)packet;
	KUNIT_EXPECT_EQ(test, check(golden, packet, bytes), 0);

	message = kunit_kzalloc(test, sizeof(*message), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_GE(test, qmi_decode_message(packet, bytes, elements_of(golden), message), 0);

	encoded_bytes = max_tlv_bytes(golden);
	encoded = qmi_encode_message(header->type, header->msg_id, &encoded_bytes, header->txn_id,
				     elements_of(golden), message);
	KUNIT_ASSERT_FALSE(test, IS_ERR(encoded));
	KUNIT_EXPECT_EQ(test, encoded_bytes, bytes);
	KUNIT_EXPECT_MEMEQ(test, encoded, packet, min(bytes, encoded_bytes));
	kfree(encoded);
}

/* The values in the recorded enable and its response, by the names of the protocol. */
static void golden_means_what_it_says(struct kunit *test)
{
	struct uaudio_stream_resp *resp;
	struct uaudio_stream_req req = { };
	u8 *packet;

	packet = copy_of(test, golden_enable_request, sizeof(golden_enable_request));
	KUNIT_ASSERT_GE(test, qmi_decode_message(packet, sizeof(golden_enable_request),
						 uaudio_stream_req_ei, &req), 0);
	KUNIT_EXPECT_EQ(test, req.enable, 1);
	KUNIT_EXPECT_EQ(test, req.usb_token, UAUDIO_TOKEN(0, 0, UAUDIO_DIRECTION_PLAYBACK));
	KUNIT_EXPECT_EQ(test, req.audio_format_valid, 1);
	KUNIT_EXPECT_EQ(test, req.audio_format, UAUDIO_FORMAT_S16_LE);
	KUNIT_EXPECT_EQ(test, req.number_of_ch, 2);
	KUNIT_EXPECT_EQ(test, req.bit_rate, 48000);
	KUNIT_EXPECT_EQ(test, req.xfer_buff_size, 8192);
	KUNIT_EXPECT_EQ(test, req.service_interval, 1000);

	packet = copy_of(test, golden_enable_response, sizeof(golden_enable_response));
	resp = kunit_kzalloc(test, sizeof(*resp), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, resp);
	KUNIT_ASSERT_GE(test, qmi_decode_message(packet, sizeof(golden_enable_response),
						 uaudio_stream_resp_ei, resp), 0);
	KUNIT_EXPECT_EQ(test, resp->status, UAUDIO_STREAM_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, resp->slot_id, 1);
	KUNIT_EXPECT_EQ(test, resp->std_as_opr_intf_desc.bAlternateSetting, 1);
	KUNIT_EXPECT_EQ(test, resp->std_as_data_ep_desc.bEndpointAddress, 1);
	KUNIT_EXPECT_EQ(test, le16_to_cpu(resp->std_as_data_ep_desc.wMaxPacketSize), 192);
	KUNIT_EXPECT_EQ(test, resp->std_as_sync_ep_desc_valid, 0);
	KUNIT_EXPECT_EQ(test, resp->usb_audio_spec_revision, 0x0100);
	KUNIT_EXPECT_EQ(test, resp->usb_audio_subslot_size, 2);
	KUNIT_EXPECT_EQ(test, resp->xhci_mem_info[UAUDIO_MEM_EVENT_RING].iova, 0x1000);
	KUNIT_EXPECT_EQ(test, resp->xhci_mem_info[UAUDIO_MEM_DATA_RING].dma, 0xffff5000);
	KUNIT_EXPECT_EQ(test, resp->xhci_mem_info[UAUDIO_MEM_SYNC_RING].size, 0);
	KUNIT_EXPECT_EQ(test, resp->xhci_mem_info[UAUDIO_MEM_XFER_BUFFER].size, 0x2000);
	KUNIT_EXPECT_EQ(test, resp->interrupter_num, 2);
	KUNIT_EXPECT_EQ(test, resp->speed_info, UAUDIO_SPEED_FULL);
	KUNIT_EXPECT_EQ(test, resp->controller_num_valid, 0);
}

static void truncated_is_refused(struct kunit *test)
{
	const struct golden_message *golden = test->param_value;
	size_t bytes = golden->bytes;
	size_t cut;
	u8 *packet, *copy;

	packet = copy_of(test, golden->packet, golden->bytes);
	for (cut = 0; cut < bytes; cut++) {
		copy = kmemdup(packet, max_t(size_t, cut, 1), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		KUNIT_EXPECT_EQ_MSG(test, check(golden, copy, cut), -EMSGSIZE, "cut at %zu", cut);
		kfree(copy);
	}
}

/* As if the sender had cut it and had set the header's length to match. */
static void truncated_with_matching_length_is_refused(struct kunit *test)
{
	const struct golden_message *golden = test->param_value;
	size_t bytes = golden->bytes;
	size_t cut, tlv_end;
	u8 *packet, *copy;

	packet = copy_of(test, golden->packet, golden->bytes);
	tlv_end = sizeof(struct qmi_header);
	for (cut = sizeof(struct qmi_header); cut < bytes; cut++) {
		bool is_between_tlvs = cut == tlv_end;

		if (is_between_tlvs)
			tlv_end += 3 + get_unaligned_le16(packet + tlv_end + 1);
		copy = kmemdup(packet, cut, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		put_unaligned_le16(cut - sizeof(struct qmi_header), copy + 5);
		KUNIT_EXPECT_EQ_MSG(test, check(golden, copy, cut), is_between_tlvs ? 0 : -EMSGSIZE,
				    "cut at %zu", cut);
		kfree(copy);
	}
}

static void trailing_bytes_are_refused(struct kunit *test)
{
	const struct golden_message *golden = test->param_value;
	u8 longer[MAX_PACKET_BYTES] = { };
	size_t bytes = golden->bytes;

	memcpy(longer, golden->packet, bytes);
	KUNIT_EXPECT_EQ(test, check(golden, longer, bytes + 1), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, check(golden, longer, bytes + 3), -EMSGSIZE);
}

static void each_tlv_length_counts(struct kunit *test)
{
	const struct golden_message *golden = test->param_value;
	size_t bytes = golden->bytes;
	size_t at;
	u8 *packet;
	u16 length;

	packet = copy_of(test, golden->packet, golden->bytes);
	for (at = sizeof(struct qmi_header); at < bytes; at += 3 + length) {
		length = get_unaligned_le16(packet + at + 1);
		put_unaligned_le16(length - 1, packet + at + 1);
		KUNIT_EXPECT_LT_MSG(test, check(golden, packet, bytes), 0, "shorter at %zu", at);
		put_unaligned_le16(length + 1, packet + at + 1);
		KUNIT_EXPECT_LT_MSG(test, check(golden, packet, bytes), 0, "longer at %zu", at);
		put_unaligned_le16(0xffff, packet + at + 1);
		KUNIT_EXPECT_EQ_MSG(test, check(golden, packet, bytes), -EMSGSIZE, "at %zu", at);
		put_unaligned_le16(length, packet + at + 1);
	}
}

/*
 * With any fault in one byte, the decoder gets no packet beyond whose end it would read: KASAN is
 * the judge.
 */
static void any_wrong_byte_is_survived(struct kunit *test)
{
	const struct golden_message *golden = test->param_value;
	union message *message;
	size_t bytes = golden->bytes;
	size_t at;
	unsigned int value;
	u8 *packet;
	u8 was;

	packet = copy_of(test, golden->packet, golden->bytes);
	message = kunit_kzalloc(test, sizeof(*message), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, message);
	for (at = 0; at < bytes; at++) {
		was = packet[at];
		for (value = 0; value < 256; value++) {
			packet[at] = value;
			if (check(golden, packet, bytes))
				continue;
			KUNIT_EXPECT_GE(test, qmi_decode_message(packet, bytes, elements_of(golden),
								 message), 0);
		}
		packet[at] = was;
	}
}

struct tlv_case {
	const char *name;
	const char *hex;	/* a request's TLVs; the header is put before them */
	int expected;
	u32 present;
};

#define ENABLE	BIT(UAUDIO_REQ_TLV_ENABLE)
#define TOKEN	BIT(UAUDIO_REQ_TLV_USB_TOKEN)

static const struct tlv_case tlv_cases[] = {
	{ "nothing at all", "", 0, 0 },
	{ "only mandatory ones", "010100010204000000000", -EMSGSIZE, 0 },
	{ "mandatory ones", "0101000102040000000000", 0, ENABLE | TOKEN },
	{ "token first", "0204000000000001010001", 0, ENABLE | TOKEN },
	{ "no token", "01010001", 0, ENABLE },
	{ "no enable", "02040000000000", 0, TOKEN },
	{ "enable twice", "010100010101000102040000000000", -EBADMSG, 0 },
	{ "rate twice", "010100010204000000000012040080bb000012040080bb0000", -EBADMSG, 0 },
	{ "enable too long", "01020001000204000000000000", -EBADMSG, 0 },
	{ "enable empty", "01000002040000000000", -EBADMSG, 0 },
	{ "token too short", "01010001020300000000", -EBADMSG, 0 },
	{ "format too long", "01010001020400000000001005000200000000", -EBADMSG, 0 },
	{ "type 0", "000100010101000102040000000000", -EBADMSG, 0 },
	{ "unknown mandatory", "010100010204000000000003010000", -EBADMSG, 0 },
	{ "last mandatory type", "01010001020400000000000f010000", -EBADMSG, 0 },
	{ "unknown optional", "010100010204000000000020010000", 0, ENABLE | TOKEN },
	{ "unknown optional, empty", "0101000102040000000000ff0000", 0, ENABLE | TOKEN },
	{ "unknown optional, cut", "0101000102040000000000200200aa", -EMSGSIZE, 0 },
	{ "type but no length", "010100010204000000000012", -EMSGSIZE, 0 },
	{ "half a length", "01010001020400000000001204", -EMSGSIZE, 0 },
};

static void tlv_case_name(const struct tlv_case *tlv_case, char *name)
{
	strscpy(name, tlv_case->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tlv, tlv_cases, tlv_case_name);

static void request_tlvs(struct kunit *test)
{
	const struct tlv_case *tlv_case = test->param_value;
	size_t bytes = strlen(tlv_case->hex) / 2;
	u32 present;
	u8 *packet;

	packet = kunit_kzalloc(test, sizeof(struct qmi_header) + bytes, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	put_unaligned_le16(1, packet + 1);
	put_unaligned_le16(UAUDIO_STREAM_MSG_ID, packet + 3);
	put_unaligned_le16(bytes, packet + 5);
	KUNIT_ASSERT_EQ(test, hex2bin(packet + sizeof(struct qmi_header), tlv_case->hex, bytes), 0);

	KUNIT_EXPECT_EQ(test, uaudio_message_check(packet, sizeof(struct qmi_header) + bytes,
						   UAUDIO_STREAM_REQ_MAX_BYTES,
						   uaudio_stream_req_ei, &present),
			tlv_case->expected);
	if (tlv_case->expected == 0)
		KUNIT_EXPECT_EQ(test, present, tlv_case->present);
}

/* An unknown optional TLV makes it one byte longer than a request may be. */
static void over_long_is_refused(struct kunit *test)
{
	enum { LONGEST = sizeof(struct qmi_header) + UAUDIO_STREAM_REQ_MAX_BYTES };
	u8 packet[LONGEST + 1] = { };
	u32 present;

	memcpy(packet, golden_enable_request, sizeof(golden_enable_request));
	packet[5] = sizeof(packet) - sizeof(struct qmi_header);
	packet[sizeof(golden_enable_request)] = 0x20;
	packet[sizeof(golden_enable_request) + 1] = sizeof(packet) -
						    sizeof(golden_enable_request) - 3;
	KUNIT_EXPECT_EQ(test, uaudio_message_check(packet, sizeof(packet), packet[5],
						   uaudio_stream_req_ei, &present), 0);
	KUNIT_EXPECT_EQ(test, uaudio_message_check(packet, sizeof(packet),
						   UAUDIO_STREAM_REQ_MAX_BYTES,
						   uaudio_stream_req_ei, &present), -EMSGSIZE);
}

/* The longest message of each kind is exactly as long as the protocol allows. */
static void longest_messages_fit(struct kunit *test)
{
	struct uaudio_stream_resp *resp;
	struct uaudio_stream_ind *ind;
	size_t bytes;
	void *packet;

	resp = kunit_kzalloc(test, sizeof(*resp), GFP_KERNEL);
	ind = kunit_kzalloc(test, sizeof(*ind), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, resp);
	KUNIT_ASSERT_NOT_NULL(test, ind);
	memset(resp, 1, sizeof(*resp));
	memset(ind, 1, sizeof(*ind));

	bytes = UAUDIO_STREAM_RESP_MAX_BYTES;
	packet = qmi_encode_message(QMI_RESPONSE, UAUDIO_STREAM_MSG_ID, &bytes, 1,
				    uaudio_stream_resp_ei, resp);
	KUNIT_ASSERT_FALSE(test, IS_ERR(packet));
	KUNIT_EXPECT_EQ(test, bytes, UAUDIO_STREAM_RESP_MAX_BYTES + sizeof(struct qmi_header));
	kfree(packet);

	bytes = UAUDIO_STREAM_IND_MAX_BYTES;
	packet = qmi_encode_message(QMI_INDICATION, UAUDIO_STREAM_MSG_ID, &bytes, 1,
				    uaudio_stream_ind_ei, ind);
	KUNIT_ASSERT_FALSE(test, IS_ERR(packet));
	KUNIT_EXPECT_EQ(test, bytes, UAUDIO_STREAM_IND_MAX_BYTES + sizeof(struct qmi_header));
	kfree(packet);
}

static struct kunit_case qmi_messages_cases[] = {
	KUNIT_CASE_PARAM(golden_is_reproduced, golden_gen_params),
	KUNIT_CASE(golden_means_what_it_says),
	KUNIT_CASE_PARAM(truncated_is_refused, golden_gen_params),
	KUNIT_CASE_PARAM(truncated_with_matching_length_is_refused, golden_gen_params),
	KUNIT_CASE_PARAM(trailing_bytes_are_refused, golden_gen_params),
	KUNIT_CASE_PARAM(each_tlv_length_counts, golden_gen_params),
	KUNIT_CASE_PARAM(any_wrong_byte_is_survived, golden_gen_params),
	KUNIT_CASE_PARAM(request_tlvs, tlv_gen_params),
	KUNIT_CASE(over_long_is_refused),
	KUNIT_CASE(longest_messages_fit),
	{ }
};

static struct kunit_suite qmi_messages_suite = {
	.name = "usb-offload-qmi-messages",
	.test_cases = qmi_messages_cases,
};

kunit_test_suite(qmi_messages_suite);

MODULE_DESCRIPTION("KUnit tests of USB audio offload's messages");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
