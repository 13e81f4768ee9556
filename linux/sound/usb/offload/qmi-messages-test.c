// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the messages against bytes recorded between a QMI client and mainline's driver, and against
 * everything that a packet can get wrong.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/hex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <lullaby/usb_audio_stream.h>

#include "qmi-messages.h"

#define MAX_PACKET_BYTES	512

union message {
	struct uaudio_stream_req req;
	struct uaudio_stream_resp resp;
	struct uaudio_stream_ind ind;
};

struct golden {
	const char *name;
	const struct qmi_elem_info *ei;
	size_t max_tlv_bytes;
	const char *hex;
};

static const struct golden goldens[] = {
	{
		.name = "request, enable",
		.ei = uaudio_stream_req_ei,
		.max_tlv_bytes = UAUDIO_STREAM_REQ_MAX_BYTES,
		.hex = "00010001002e000101000102040000000000100400020000001104000200000012040080bb00"
		       "0013040000200000140400e8030000",
	}, {
		.name = "response, success",
		.ei = uaudio_stream_resp_ei,
		.max_tlv_bytes = UAUDIO_STREAM_RESP_MAX_BYTES,
		.hex = "0201000100ba0002040000000000100400000000001104000000000012040001000000130400"
		       "0000000014090009040101010102000a1509000905010dc00001000017020000011801000019"
		       "0100021a640000100000000000000040ffff000000000010000000a00000000000000050ffff"
		       "0000000000100000000000000000000000000000000000000000000000a01000000000000000"
		       "ffff000000000020000000000000000000000000000000000000000000001b0100021c040002"
		       "000000",
	}, {
		.name = "response to a second enable",
		.ei = uaudio_stream_resp_ei,
		.max_tlv_bytes = UAUDIO_STREAM_RESP_MAX_BYTES,
		.hex = "02020001001c000204000000000010040001000000110400f0ffffff13040000000000",
	}, {
		.name = "response to an unknown card",
		.ei = uaudio_stream_resp_ei,
		.max_tlv_bytes = UAUDIO_STREAM_RESP_MAX_BYTES,
		.hex = "02040001001c000204000000000010040001000000110400edffffff13040000000500",
	}, {
		.name = "request, disable",
		.ei = uaudio_stream_req_ei,
		.max_tlv_bytes = UAUDIO_STREAM_REQ_MAX_BYTES,
		.hex = "00050001002e000101000002040000000000100400020000001104000200000012040080bb00"
		       "0013040000200000140400e8030000",
	}, {
		.name = "response to a disable",
		.ei = uaudio_stream_resp_ei,
		.max_tlv_bytes = UAUDIO_STREAM_RESP_MAX_BYTES,
		.hex = "02050001001c0002040000000000100400000000001104000000000013040000000000",
	}, {
		.name = "indication, disconnect",
		.ei = uaudio_stream_ind_ei,
		.max_tlv_bytes = UAUDIO_STREAM_IND_MAX_BYTES,
		.hex = "04000001001200010400010000000204000100000019010000",
	},
};

static void golden_name(const struct golden *golden, char *name)
{
	strscpy(name, golden->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(golden, goldens, golden_name);

/* A copy of exactly that length, so that KASAN sees a read beyond it. */
static u8 *packet_of(struct kunit *test, const char *hex, size_t *bytes)
{
	u8 *packet;

	*bytes = strlen(hex) / 2;
	packet = kunit_kzalloc(test, *bytes, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, packet);
	KUNIT_ASSERT_EQ(test, hex2bin(packet, hex, *bytes), 0);
	return packet;
}

static int check(const struct golden *golden, const void *packet, size_t bytes)
{
	u32 present;

	return uaudio_message_check(packet, bytes, golden->max_tlv_bytes, golden->ei, &present);
}

static void golden_is_reproduced(struct kunit *test)
{
	const struct golden *golden = test->param_value;
	const struct qmi_header *header;
	union message *message;
	size_t bytes, encoded_bytes;
	void *encoded;
	u8 *packet;

	packet = packet_of(test, golden->hex, &bytes);
	header = (const struct qmi_header *)packet;
	KUNIT_EXPECT_EQ(test, check(golden, packet, bytes), 0);

	message = kunit_kzalloc(test, sizeof(*message), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_GE(test, qmi_decode_message(packet, bytes, golden->ei, message), 0);

	encoded_bytes = golden->max_tlv_bytes;
	encoded = qmi_encode_message(header->type, header->msg_id, &encoded_bytes, header->txn_id,
				     golden->ei, message);
	KUNIT_ASSERT_FALSE(test, IS_ERR(encoded));
	KUNIT_EXPECT_EQ(test, encoded_bytes, bytes);
	KUNIT_EXPECT_MEMEQ(test, encoded, packet, min(bytes, encoded_bytes));
	kfree(encoded);
}

/* The values in the recorded enable and its response, as wire.h's names have them. */
static void golden_means_what_it_says(struct kunit *test)
{
	struct uaudio_stream_resp *resp;
	struct uaudio_stream_req req = { };
	size_t bytes;
	u8 *packet;

	packet = packet_of(test, goldens[0].hex, &bytes);
	KUNIT_ASSERT_GE(test, qmi_decode_message(packet, bytes, uaudio_stream_req_ei, &req), 0);
	KUNIT_EXPECT_EQ(test, req.enable, 1);
	KUNIT_EXPECT_EQ(test, req.usb_token, UAUDIO_TOKEN(0, 0, UAUDIO_DIRECTION_PLAYBACK));
	KUNIT_EXPECT_EQ(test, req.audio_format_valid, 1);
	KUNIT_EXPECT_EQ(test, req.audio_format, UAUDIO_FORMAT_S16_LE);
	KUNIT_EXPECT_EQ(test, req.number_of_ch, 2);
	KUNIT_EXPECT_EQ(test, req.bit_rate, 48000);
	KUNIT_EXPECT_EQ(test, req.xfer_buff_size, 8192);
	KUNIT_EXPECT_EQ(test, req.service_interval, 1000);

	packet = packet_of(test, goldens[1].hex, &bytes);
	resp = kunit_kzalloc(test, sizeof(*resp), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, resp);
	KUNIT_ASSERT_GE(test, qmi_decode_message(packet, bytes, uaudio_stream_resp_ei, resp), 0);
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
	const struct golden *golden = test->param_value;
	size_t bytes, cut;
	u8 *packet, *copy;

	packet = packet_of(test, golden->hex, &bytes);
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
	const struct golden *golden = test->param_value;
	size_t bytes, cut, tlv_end;
	u8 *packet, *copy;

	packet = packet_of(test, golden->hex, &bytes);
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
	const struct golden *golden = test->param_value;
	u8 longer[MAX_PACKET_BYTES] = { };
	size_t bytes;
	u8 *packet;

	packet = packet_of(test, golden->hex, &bytes);
	memcpy(longer, packet, bytes);
	KUNIT_EXPECT_EQ(test, check(golden, longer, bytes + 1), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, check(golden, longer, bytes + 3), -EMSGSIZE);
}

static void each_tlv_length_counts(struct kunit *test)
{
	const struct golden *golden = test->param_value;
	size_t bytes, at;
	u8 *packet;
	u16 length;

	packet = packet_of(test, golden->hex, &bytes);
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
 * Whatever is wrong with one byte, the decoder is not handed a packet that it would read beyond: KASAN is
 * the judge.
 */
static void any_wrong_byte_is_survived(struct kunit *test)
{
	const struct golden *golden = test->param_value;
	union message *message;
	size_t bytes, at;
	unsigned int value;
	u8 *packet;
	u8 was;

	packet = packet_of(test, golden->hex, &bytes);
	message = kunit_kzalloc(test, sizeof(*message), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, message);
	for (at = 0; at < bytes; at++) {
		was = packet[at];
		for (value = 0; value < 256; value++) {
			packet[at] = value;
			if (check(golden, packet, bytes) == 0)
				KUNIT_EXPECT_GE(test, qmi_decode_message(packet, bytes, golden->ei,
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
	{ "over-long", "01010001020400000000002021000102030405060708090a0b0c0d0e0f"
		       "101112131415161718191a1b1c1d1e1f2021", -EMSGSIZE, 0 },
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
