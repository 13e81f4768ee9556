// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests from a hostile DSP: recorded ones, changed at random, 20000 times; the same in each run.
 *
 * This test decides a second time whether a packet is to be accepted, and if not, for which
 * reasons, by code that shares nothing with the code under test. Where there is exactly one reason,
 * only the check of that reason keeps the packet out. Each reason must have been the only one
 * often: otherwise the test would not notice the loss of its check.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <sound/asound.h>

#include <lullaby/usb_audio_stream.h>
#include <lullaby/usb_audio_stream_golden.h>

#include "qmi-messages.h"
#include "request.h"

#define SEED		0xd5b0
#define CASES		20000
#define CAPACITY	128		/* the recorded request, and the bytes that changes add */
#define ADDED_MAX	16		/* by changes that do not look at CAPACITY */
#define MAX_BUFFER	SZ_1M

/* The faults that a packet may have. */
enum reason {
	SHORT_HEADER,		/* less than a QMI header */
	OTHER_LENGTH,		/* not the length that the header says */
	TOO_LONG,		/* more TLVs than a request can have */
	CUT_TLV_HEADER,		/* ends in a TLV's type or length */
	CUT_TLV,		/* ends in a TLV's value */
	UNKNOWN_TLV,		/* mandatory, and not of this message */
	TLV_LENGTH,		/* not the length of its field */
	TLV_TWICE,
	REASONS
};

static const u8 value_bytes[] = {
	[0x01] = 1, [0x02] = 4, [0x10] = 4, [0x11] = 4, [0x12] = 4, [0x13] = 4, [0x14] = 4,
	[0x15] = 4,
};

static u32 below(struct rnd_state *random, u32 limit)
{
	return (u64)prandom_u32_state(random) * limit >> 32;
}

/* All reasons that there are, as bits; and which fields are there, if there is none. */
static u32 judge(const u8 *packet, unsigned int bytes, u32 *present)
{
	unsigned int at = 7, type, length;
	u32 reasons = 0;

	*present = 0;
	if (bytes < 7)
		return BIT(SHORT_HEADER);
	if (packet[5] + 256 * packet[6] != bytes - 7)
		reasons |= BIT(OTHER_LENGTH);
	if (bytes - 7 > 53)
		reasons |= BIT(TOO_LONG);
	while (at < bytes) {
		if (bytes - at < 3)
			return reasons | BIT(CUT_TLV_HEADER);
		type = packet[at];
		length = packet[at + 1] + 256 * packet[at + 2];
		if (length > bytes - at - 3)
			return reasons | BIT(CUT_TLV);
		if (type >= ARRAY_SIZE(value_bytes) || !value_bytes[type]) {
			if (type < 0x10)
				reasons |= BIT(UNKNOWN_TLV);
		} else {
			if (length != value_bytes[type])
				reasons |= BIT(TLV_LENGTH);
			if (*present & BIT(type))
				reasons |= BIT(TLV_TWICE);
			*present |= BIT(type);
		}
		at += 3 + length;
	}
	return reasons;
}

/* Takes out the TLV at @at, or puts it in once more at the end. */
static unsigned int repeat_tlv(u8 *packet, unsigned int bytes, unsigned int at, bool out)
{
	unsigned int whole = 3 + packet[at + 1];

	if (at + whole > bytes)
		return bytes;
	if (out) {
		memmove(packet + at, packet + at + whole, bytes - at - whole);
		return bytes - whole;
	}
	if (whole > CAPACITY - ADDED_MAX - bytes)
		return bytes;
	memmove(packet + bytes, packet + at, whole);
	return bytes + whole;
}

/* Makes the TLV at @at one byte longer or shorter, both its length field and its value. */
static unsigned int resize_tlv(u8 *packet, unsigned int bytes, unsigned int at, bool longer)
{
	unsigned int end = at + 3 + packet[at + 1];

	if (end > bytes || !packet[at + 1])
		return bytes;
	if (longer) {
		memmove(packet + end + 1, packet + end, bytes - end);
		packet[at + 1]++;
		return bytes + 1;
	}
	memmove(packet + end - 1, packet + end, bytes - end);
	packet[at + 1]--;
	return bytes - 1;
}

static unsigned int change(struct rnd_state *random, u8 *packet, unsigned int bytes)
{
	static const u8 edges[] = { 0, 1, 2, 3, 5, 16, 47, 127, 128, 254, 255 };
	u8 edge = edges[below(random, ARRAY_SIZE(edges))];
	unsigned int at = 7, tlvs = below(random, 7);

	/* Not as much as a TLV of one byte: there is nothing to change, but its end. */
	if (bytes < 7 + 4)
		return below(random, bytes + 1);
	while (tlvs-- && at + 3 + packet[at + 1] < bytes)
		at += 3 + packet[at + 1];
	if (at + 3 >= bytes)
		at = 7;		/* the last one has been cut */

	switch (below(random, 11)) {
	case 0:
		packet[at] = below(random, 0x20);
		return bytes;
	case 1:
		packet[at + 1] += 1 - 2 * (int)below(random, 2);
		return bytes;
	case 2:
		packet[at + 1 + below(random, 2)] = edge;
		return bytes;
	case 3:
		return repeat_tlv(packet, bytes, at, true);
	case 4:
		return repeat_tlv(packet, bytes, at, false);
	case 5:
		packet[at + 3 + below(random, bytes - at - 3)] = edge;
		return bytes;
	case 6:
		packet[below(random, bytes)] = prandom_u32_state(random);
		return bytes;
	case 7:
		return below(random, bytes + 1);
	case 8:
		return resize_tlv(packet, bytes, at, below(random, 2));
	case 9:
		/* Of a type that nobody knows, nor has to. */
		packet[bytes] = 0x20 + below(random, 0xe0);
		packet[bytes + 1] = below(random, 8);
		packet[bytes + 2] = 0;
		return bytes + 3 + packet[bytes + 1];
	default:
		while (bytes < CAPACITY - 2 * ADDED_MAX && below(random, 8))
			packet[bytes++] = prandom_u32_state(random);
		return bytes;
	}
}

static unsigned int make_case(struct rnd_state *random, u8 *packet)
{
	const struct golden_message *enable = &golden_messages[0];
	unsigned int bytes = enable->bytes;
	unsigned int changes = 1 + below(random, 2);

	memcpy(packet, enable->packet, bytes);
	while (changes--)
		bytes = change(random, packet, bytes);
	if (bytes >= 7 && below(random, 8)) {
		packet[5] = bytes - 7;
		packet[6] = 0;
	}
	return bytes;
}

/* The request of an accepted packet has no value that the protocol or a limit excludes. */
static void check_request(struct kunit *test, const u8 *packet, unsigned int bytes, u32 present)
{
	struct uaudio_request request = { };
	struct uaudio_stream_req req = { };
	int error;

	error = qmi_decode_message(packet, bytes, uaudio_stream_req_ei, &req);
	KUNIT_ASSERT_GE(test, error, 0);
	error = uaudio_request_parse(&req, present, MAX_BUFFER, &request);
	KUNIT_ASSERT_LE(test, error, 0);
	if (error) {
		/* One that blames the request. */
		KUNIT_ASSERT_EQ(test, uaudio_reason_of(error), -EIO);
		return;
	}
	KUNIT_ASSERT_TRUE(test, (present & 0x6) == 0x6);
	KUNIT_ASSERT_LT(test, request.card, 1u << 16);
	KUNIT_ASSERT_LT(test, request.pcm, 1u << 8);
	KUNIT_ASSERT_TRUE(test, request.direction == SNDRV_PCM_STREAM_PLAYBACK ||
			  request.direction == SNDRV_PCM_STREAM_CAPTURE);
	if (!request.enable)
		return;
	KUNIT_ASSERT_TRUE(test, request.channels >= 1 && request.channels <= 255);
	KUNIT_ASSERT_TRUE(test, request.rate_hz >= 1 && request.rate_hz < 1u << 24);
	KUNIT_ASSERT_TRUE(test, request.buffer_bytes && request.buffer_bytes <= MAX_BUFFER &&
			  IS_ALIGNED(request.buffer_bytes, PAGE_SIZE));
	KUNIT_ASSERT_LE(test, request.interval_us, 1000u << 15);
}

static void changed_requests_are_refused_for_a_reason(struct kunit *test)
{
	unsigned int accepted = 0, alone[REASONS] = { };
	unsigned int i, bytes, reason;
	struct rnd_state random;
	u32 reasons, expected, present;
	u8 packet[CAPACITY];
	u8 *copy;
	int error;

	prandom_seed_state(&random, SEED);
	for (i = 0; i < CASES; i++) {
		bytes = make_case(&random, packet);
		reasons = judge(packet, bytes, &expected);

		/* Of exactly its length, so that KASAN sees a read beyond it. */
		copy = kmemdup(packet, max(bytes, 1u), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		error = uaudio_message_check(copy, bytes, UAUDIO_STREAM_REQ_MAX_BYTES,
					     uaudio_stream_req_ei, &present);
		if (!!error != !!reasons) {
			KUNIT_FAIL(test, "case %u, %u bytes: %d, expected reasons %#x: %*ph", i,
				   bytes, error, reasons, bytes, copy);
			kfree(copy);
			return;
		}
		if (!error) {
			accepted++;
			KUNIT_EXPECT_EQ(test, present, expected);
			check_request(test, copy, bytes, present);
		}
		kfree(copy);
		for (reason = 0; reason < REASONS; reason++)
			alone[reason] += reasons == BIT(reason);
	}

	KUNIT_EXPECT_GT(test, accepted, CASES / 20);
	for (reason = 0; reason < REASONS; reason++) {
		kunit_info(test, "reason %u alone: %u of %u", reason, alone[reason], CASES);
		KUNIT_EXPECT_GT_MSG(test, alone[reason], CASES / 200, "reason %u", reason);
	}
}

static struct kunit_case qmi_messages_fuzz_cases[] = {
	KUNIT_CASE(changed_requests_are_refused_for_a_reason),
	{ }
};

static struct kunit_suite qmi_messages_fuzz_suite = {
	.name = "usb-offload-qmi-messages-fuzz",
	.test_cases = qmi_messages_fuzz_cases,
};

kunit_test_suite(qmi_messages_fuzz_suite);
