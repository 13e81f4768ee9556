// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The decoder of the USB stream service's messages against hostile ones: recorded messages, mutated. Whether each is to
 * be accepted, and its meaning, is decided a second time in here, by code that shares nothing with the
 * decoder. Packets lie at the very end of their memory, so that the sanitizer sees a read beyond.
 *
 * The seed is fixed: each run is the same.
 */
#include "unit.h"

#include "firmware/session/usb_stream_msg.h"
#include "wire/usb_audio_stream_golden.h"
#include "tests/mutate.h"

#define SEED		0xf0221
#define CASES		400000
#define CAPACITY	512

/* Lengths of the messages' TLVs by type, 0 for none: the tables of wire/usb_audio_stream.h once more. */
static const uint8_t request_bytes[256] = {
	[0x01] = 1, [0x02] = 4, [0x10] = 4, [0x11] = 4, [0x12] = 4, [0x13] = 4, [0x14] = 4,
	[0x15] = 4,
};
static const uint8_t response_bytes[256] = {
	[0x02] = 4, [0x10] = 4, [0x11] = 4, [0x12] = 4, [0x13] = 4, [0x14] = 9, [0x15] = 9, [0x16] = 9,
	[0x17] = 2, [0x18] = 1, [0x19] = 1, [0x1a] = 100, [0x1b] = 1, [0x1c] = 4, [0x1d] = 1, [0x1e] = 4,
};
static const uint8_t indication_bytes[256] = {
	[0x01] = 4, [0x02] = 4, [0x10] = 4, [0x11] = 9, [0x12] = 9, [0x13] = 9, [0x14] = 2, [0x15] = 1,
	[0x16] = 1, [0x17] = 100, [0x18] = 1, [0x19] = 1,
};

/* The reference's reading of a message: where each TLV's value is. */
struct verdict {
	bool is_accepted;
	uint32_t present;
	const uint8_t *values[32];
};

static void judge(const uint8_t *packet, uint32_t bytes, const uint8_t *tlv_bytes, uint32_t mandatory,
		  struct verdict *verdict)
{
	uint32_t at = 7;

	memset(verdict, 0, sizeof(*verdict));
	if (bytes < 7 || packet[5] + 256u * packet[6] != bytes - 7)
		return;
	while (at != bytes) {
		uint32_t type, length;

		if (bytes - at < 3)
			return;
		type = packet[at];
		length = packet[at + 1] + 256u * packet[at + 2];
		if (length > bytes - at - 3)
			return;
		if (!tlv_bytes[type]) {
			if (type < 16)
				return;
		} else {
			if (length != tlv_bytes[type] || verdict->values[type])
				return;
			verdict->values[type] = packet + at + 3;
			verdict->present |= 1u << type;
		}
		at += 3 + length;
	}
	verdict->is_accepted = (verdict->present & mandatory) == mandatory;
}

static uint64_t number(const uint8_t *value, uint32_t bytes)
{
	uint64_t result = 0;

	while (bytes--)
		result = result * 256 + value[bytes];
	return result;
}

#define CHECK_NUMBER(verdict, tlv, member) do {							\
	if ((verdict)->values[tlv])								\
		assert_int_equal((uint64_t)(member) & (~0ull >> (64 - 8 * sizeof(member))),	\
				 number((verdict)->values[tlv], sizeof(member)));		\
	else											\
		assert_int_equal(member, 0);							\
} while (0)

static void check_memory(const struct verdict *verdict, uint32_t tlv, const void *memory)
{
	static const uint8_t zeros[100];

	assert_memory_equal(memory, verdict->values[tlv] ? verdict->values[tlv] : zeros, 100);
}

static bool decode_request(struct qmi_reader reader, const struct verdict *verdict)
{
	struct usb_stream_request request;

	if (!usb_stream_decode_request(reader, &request))
		return false;
	if (!verdict->is_accepted)
		return true;
	assert_int_equal(request.present, verdict->present);
	CHECK_NUMBER(verdict, 0x01, request.enable);
	CHECK_NUMBER(verdict, 0x02, request.usb_token);
	CHECK_NUMBER(verdict, 0x10, request.audio_format);
	CHECK_NUMBER(verdict, 0x12, request.rate_hz);
	CHECK_NUMBER(verdict, 0x14, request.service_interval_us);
	CHECK_NUMBER(verdict, 0x15, request.known);
	return true;
}

static bool decode_response(struct qmi_reader reader, const struct verdict *verdict)
{
	struct usb_stream_response response;

	if (!usb_stream_decode_response(reader, &response))
		return false;
	if (!verdict->is_accepted)
		return true;
	assert_int_equal(response.present, verdict->present);
	CHECK_NUMBER(verdict, 0x10, response.status);
	CHECK_NUMBER(verdict, 0x12, response.slot_id);
	CHECK_NUMBER(verdict, 0x17, response.spec_revision);
	CHECK_NUMBER(verdict, 0x1b, response.interrupter);
	CHECK_NUMBER(verdict, 0x1d, response.controller);
	CHECK_NUMBER(verdict, 0x1e, response.burst);
	check_memory(verdict, 0x1a, &response.memory);
	return true;
}

static bool decode_indication(struct qmi_reader reader, const struct verdict *verdict)
{
	struct usb_stream_indication indication;

	if (!usb_stream_decode_indication(reader, &indication))
		return false;
	if (!verdict->is_accepted)
		return true;
	assert_int_equal(indication.present, verdict->present);
	CHECK_NUMBER(verdict, 0x01, indication.event);
	CHECK_NUMBER(verdict, 0x02, indication.slot_id);
	CHECK_NUMBER(verdict, 0x10, indication.usb_token);
	CHECK_NUMBER(verdict, 0x19, indication.controller);
	check_memory(verdict, 0x17, &indication.memory);
	return true;
}

static const struct kind {
	const uint8_t *golden;
	uint32_t golden_bytes;
	const uint8_t *tlv_bytes;
	uint32_t mandatory;
	bool (*decode)(struct qmi_reader reader, const struct verdict *verdict);
} kinds[] = {
	{ golden_enable_request, sizeof(golden_enable_request), request_bytes, 0x6, decode_request },
	{ golden_disable_request, sizeof(golden_disable_request), request_bytes, 0x6, decode_request },
	{ golden_enable_response, sizeof(golden_enable_response), response_bytes, 0x4, decode_response },
	{ golden_busy_response, sizeof(golden_busy_response), response_bytes, 0x4, decode_response },
	{ golden_disconnect, sizeof(golden_disconnect), indication_bytes, 0x6, decode_indication },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

/* Returns whether the message was accepted, after checking that it had to be. */
static bool check_case(const struct kind *kind, const uint8_t *message, uint32_t bytes, uint32_t which)
{
	uint8_t *packet = malloc(bytes ? bytes : 1);
	struct qmi_header header;
	struct qmi_reader reader;
	struct verdict verdict;
	bool is_accepted;

	memcpy(packet, message, bytes);
	judge(packet, bytes, kind->tlv_bytes, kind->mandatory, &verdict);
	is_accepted = qmi_read_header(packet, bytes, &header, &reader) && kind->decode(reader, &verdict);
	if (is_accepted != verdict.is_accepted)
		fail_msg("case %u of seed %#x, %u bytes: accepted %d, expected %d", which, SEED, bytes,
			 is_accepted, verdict.is_accepted);
	free(packet);
	return is_accepted;
}

static void mutated_messages_mean_what_they_say_or_nothing(void **state)
{
	struct random mutator = { SEED };
	uint32_t accepted[KINDS] = { 0 }, refused[KINDS] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < CASES; i++) {
		uint32_t which = random_below(&mutator, KINDS);
		uint8_t message[CAPACITY];
		uint32_t bytes = kinds[which].golden_bytes;

		memcpy(message, kinds[which].golden, bytes);
		bytes = mutate_qmi(&mutator, message, bytes, CAPACITY);
		if (check_case(&kinds[which], message, bytes, i))
			accepted[which]++;
		else
			refused[which]++;
	}
	/* A mutator that is too wild, or too tame, would test one side only. */
	for (uint32_t k = 0; k < KINDS; k++) {
		print_message("# seed %#x, kind %u: %u accepted, %u refused\n", SEED, k, accepted[k], refused[k]);
		assert_true(accepted[k] > CASES / KINDS / 20);
		assert_true(refused[k] > CASES / KINDS / 20);
	}
}

/* Nothing that was ever a message. */
static void noise_is_survived(void **state)
{
	struct random mutator = { SEED + 1 };

	(void)state;
	for (uint32_t i = 0; i < CASES / 4; i++) {
		uint8_t message[CAPACITY];
		uint32_t bytes = random_below(&mutator, 64);

		for (uint32_t b = 0; b < bytes; b++)
			message[b] = (uint8_t)(random_u64(&mutator) % 32);
		check_case(&kinds[random_below(&mutator, KINDS)], message, bytes, i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutated_messages_mean_what_they_say_or_nothing),
		cmocka_unit_test(noise_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
