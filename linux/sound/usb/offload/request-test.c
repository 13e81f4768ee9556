// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the fields that a STREAM request may have, and of the status that each reason gets. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <lullaby/usb_audio_stream.h>

#include "qmi-messages.h"
#include "request.h"

#define MAX_BUFFER_BYTES	SZ_64K
#define ENABLE			BIT(UAUDIO_REQ_TLV_ENABLE)
#define TOKEN			BIT(UAUDIO_REQ_TLV_USB_TOKEN)
#define PRESENT			(ENABLE | TOKEN)

/* The recorded enable, see qmi-messages-test.c. */
static const struct uaudio_stream_req good = {
	.enable = 1,
	.usb_token = UAUDIO_TOKEN(0, 0, UAUDIO_DIRECTION_PLAYBACK),
	.audio_format_valid = 1,
	.audio_format = UAUDIO_FORMAT_S16_LE,
	.number_of_ch_valid = 1,
	.number_of_ch = 2,
	.bit_rate_valid = 1,
	.bit_rate = 48000,
	.xfer_buff_size_valid = 1,
	.xfer_buff_size = 8192,
	.service_interval_valid = 1,
	.service_interval = 1000,
};

/* One field of a good request is set to a value; none if bytes is 0. */
struct field_case {
	const char *name;
	size_t offset;
	size_t bytes;
	u32 value;
	int expected;
};

#define U8_FIELD(field)		.bytes = 1, .offset = offsetof(struct uaudio_stream_req, field)
#define U32_FIELD(field)	.bytes = 4, .offset = offsetof(struct uaudio_stream_req, field)

static const struct field_case field_cases[] = {
	{ .name = "as recorded" },
	{ .name = "enable 2", U8_FIELD(enable), .value = 2, .expected = -EINVAL },
	{ .name = "enable 255", U8_FIELD(enable), .value = 255, .expected = -EINVAL },
	{ .name = "capture", U32_FIELD(usb_token), .value = 1 },
	{ .name = "highest card and pcm", U32_FIELD(usb_token), .value = 0xffffff00 },
	{ .name = "direction 2", U32_FIELD(usb_token), .value = 2, .expected = -ENXIO },
	{ .name = "direction 255", U32_FIELD(usb_token), .value = 255, .expected = -ENXIO },
	{ .name = "no format", U8_FIELD(audio_format_valid), .value = 0, .expected = -ENODATA },
	{ .name = "first format", U32_FIELD(audio_format), .value = 0 },
	{ .name = "last format", U32_FIELD(audio_format), .value = UAUDIO_FORMAT_COUNT - 1 },
	{ .name = "format past the last", U32_FIELD(audio_format), .value = UAUDIO_FORMAT_COUNT,
	  .expected = -ERANGE },
	{ .name = "format -1", U32_FIELD(audio_format), .value = U32_MAX, .expected = -ERANGE },
	{ .name = "no channels field", U8_FIELD(number_of_ch_valid), .value = 0,
	  .expected = -ENODATA },
	{ .name = "0 channels", U32_FIELD(number_of_ch), .value = 0, .expected = -ERANGE },
	{ .name = "1 channel", U32_FIELD(number_of_ch), .value = 1 },
	{ .name = "255 channels", U32_FIELD(number_of_ch), .value = 255 },
	{ .name = "256 channels", U32_FIELD(number_of_ch), .value = 256, .expected = -ERANGE },
	{ .name = "no rate", U8_FIELD(bit_rate_valid), .value = 0, .expected = -ENODATA },
	{ .name = "rate 0", U32_FIELD(bit_rate), .value = 0, .expected = -ERANGE },
	{ .name = "rate 1", U32_FIELD(bit_rate), .value = 1 },
	{ .name = "highest rate", U32_FIELD(bit_rate), .value = 0xffffff },
	{ .name = "rate past the highest", U32_FIELD(bit_rate), .value = 0x1000000,
	  .expected = -ERANGE },
	{ .name = "no buffer field", U8_FIELD(xfer_buff_size_valid), .value = 0,
	  .expected = -ENODATA },
	{ .name = "largest buffer", U32_FIELD(xfer_buff_size), .value = MAX_BUFFER_BYTES },
	{ .name = "buffer past the largest", U32_FIELD(xfer_buff_size),
	  .value = MAX_BUFFER_BYTES + 1, .expected = -ERANGE },
	{ .name = "buffer -1", U32_FIELD(xfer_buff_size), .value = U32_MAX, .expected = -ERANGE },
	{ .name = "known fields", U8_FIELD(known_valid), .value = 1 },
	{ .name = "no interval", U8_FIELD(service_interval_valid), .value = 0 },
	{ .name = "interval 0", U32_FIELD(service_interval), .value = 0, .expected = -ERANGE },
	{ .name = "interval 1", U32_FIELD(service_interval), .value = 1, .expected = -ERANGE },
	{ .name = "interval 124", U32_FIELD(service_interval), .value = 124, .expected = -ERANGE },
	{ .name = "interval 125", U32_FIELD(service_interval), .value = 125 },
	{ .name = "interval 126", U32_FIELD(service_interval), .value = 126, .expected = -ERANGE },
	{ .name = "interval 250", U32_FIELD(service_interval), .value = 250 },
	{ .name = "interval 375", U32_FIELD(service_interval), .value = 375, .expected = -ERANGE },
	{ .name = "interval 4000", U32_FIELD(service_interval), .value = 4000 },
	{ .name = "longest interval", U32_FIELD(service_interval), .value = 1000 << 15 },
	{ .name = "interval past the longest", U32_FIELD(service_interval), .value = 1000 << 16,
	  .expected = -ERANGE },
	{ .name = "interval -1", U32_FIELD(service_interval), .value = U32_MAX,
	  .expected = -ERANGE },
};

static void field_case_name(const struct field_case *field_case, char *name)
{
	strscpy(name, field_case->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(field, field_cases, field_case_name);

static struct uaudio_stream_req request_of(const struct field_case *field_case)
{
	struct uaudio_stream_req req = good;

	memcpy((u8 *)&req + field_case->offset, &field_case->value, field_case->bytes);
	return req;
}

static void enable_fields(struct kunit *test)
{
	const struct field_case *field_case = test->param_value;
	struct uaudio_stream_req req = request_of(field_case);
	struct uaudio_request out;

	KUNIT_EXPECT_EQ(test, uaudio_request_parse(&req, PRESENT, MAX_BUFFER_BYTES, &out),
			field_case->expected);
	KUNIT_EXPECT_EQ(test, out.usb_token, req.usb_token);
}

/* The same with a disable: only the fields that name the stream count. */
static void disable_fields(struct kunit *test)
{
	const struct field_case *field_case = test->param_value;
	struct uaudio_stream_req req = request_of(field_case);
	bool is_stream_named = field_case->expected != -ENXIO;
	struct uaudio_request out;

	req.enable = 0;
	KUNIT_EXPECT_EQ(test, uaudio_request_parse(&req, PRESENT, MAX_BUFFER_BYTES, &out),
			is_stream_named ? 0 : -ENXIO);
	KUNIT_EXPECT_FALSE(test, out.enable);
}

static void missing_mandatory_fields(struct kunit *test)
{
	struct uaudio_request out;

	KUNIT_EXPECT_EQ(test, uaudio_request_parse(&good, 0, MAX_BUFFER_BYTES, &out), -ENODATA);
	KUNIT_EXPECT_EQ(test, uaudio_request_parse(&good, ENABLE, MAX_BUFFER_BYTES, &out),
			-ENODATA);
	KUNIT_EXPECT_EQ(test, uaudio_request_parse(&good, TOKEN, MAX_BUFFER_BYTES, &out),
			-ENODATA);
	KUNIT_EXPECT_EQ(test, out.usb_token, good.usb_token);
}

static void values_arrive(struct kunit *test)
{
	struct uaudio_stream_req req = good;
	struct uaudio_request out;

	req.usb_token = UAUDIO_TOKEN(0x1234u, 0x56, UAUDIO_DIRECTION_CAPTURE);
	req.audio_format = UAUDIO_FORMAT_S24_3LE;
	req.xfer_buff_size = 1;
	KUNIT_ASSERT_EQ(test, uaudio_request_parse(&req, PRESENT, MAX_BUFFER_BYTES, &out), 0);
	KUNIT_EXPECT_TRUE(test, out.enable);
	KUNIT_EXPECT_EQ(test, out.card, 0x1234);
	KUNIT_EXPECT_EQ(test, out.pcm, 0x56);
	KUNIT_EXPECT_EQ(test, out.direction, SNDRV_PCM_STREAM_CAPTURE);
	KUNIT_EXPECT_EQ(test, (__force int)out.format, (__force int)SNDRV_PCM_FORMAT_S24_3LE);
	KUNIT_EXPECT_EQ(test, out.channels, 2);
	KUNIT_EXPECT_EQ(test, out.rate_hz, 48000);
	KUNIT_EXPECT_EQ(test, out.buffer_bytes, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, out.interval_us, 1000);
}

static void buffer_is_whole_pages(struct kunit *test)
{
	static const struct {
		u32 asked;
		size_t pages;
	} cases[] = {
		{ 0, 1 }, { 1, 1 }, { PAGE_SIZE - 1, 1 }, { PAGE_SIZE, 1 },
		{ PAGE_SIZE + 1, 2 }, { 2 * PAGE_SIZE, 2 }, { 3 * PAGE_SIZE - 5, 3 },
	};
	struct uaudio_stream_req req = good;
	struct uaudio_request out;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		req.xfer_buff_size = cases[i].asked;
		KUNIT_ASSERT_EQ(test, uaudio_request_parse(&req, PRESENT, SZ_1M, &out), 0);
		KUNIT_EXPECT_EQ(test, out.buffer_bytes, cases[i].pages * PAGE_SIZE);
	}
}

/* Each format of the wire is the ALSA format of the same name. */
static void formats_are_translated(struct kunit *test)
{
	static const char * const names[UAUDIO_FORMAT_COUNT] = {
		"S8", "U8", "S16_LE", "S16_BE", "U16_LE", "U16_BE", "S24_LE", "S24_BE", "U24_LE",
		"U24_BE", "S24_3LE", "S24_3BE", "U24_3LE", "U24_3BE", "S32_LE", "S32_BE", "U32_LE",
		"U32_BE",
	};
	struct uaudio_stream_req req = good;
	struct uaudio_request out;

	for (req.audio_format = 0; req.audio_format < UAUDIO_FORMAT_COUNT; req.audio_format++) {
		KUNIT_ASSERT_EQ(test, uaudio_request_parse(&req, PRESENT, SZ_1M, &out), 0);
		KUNIT_EXPECT_STREQ(test, snd_pcm_format_name(out.format),
				   names[req.audio_format]);
	}
}

static void reasons_have_statuses(struct kunit *test)
{
	static const struct {
		int reason;
		enum uaudio_stream_status status;
	} cases[] = {
		{ 0, UAUDIO_STREAM_STATUS_SUCCESS },
		{ -EBUSY, UAUDIO_STREAM_STATUS_FAILURE },
		{ -EACCES, UAUDIO_STREAM_STATUS_FAILURE },
		{ -EIO, UAUDIO_STREAM_STATUS_FAILURE },
		{ -EAGAIN, UAUDIO_STREAM_STATUS_FAILURE },
		{ -ESHUTDOWN, UAUDIO_STREAM_STATUS_FAILURE },
		{ -ENODEV, UAUDIO_STREAM_STATUS_NOT_FOUND },
		{ -ENXIO, UAUDIO_STREAM_STATUS_NOT_FOUND },
		{ -ENOENT, UAUDIO_STREAM_STATUS_NOT_FOUND },
		{ -ENODATA, UAUDIO_STREAM_STATUS_INVALID_PARAMETER },
		{ -EINVAL, UAUDIO_STREAM_STATUS_INVALID_PARAMETER },
		{ -ERANGE, UAUDIO_STREAM_STATUS_INVALID_PARAMETER },
		{ -EOPNOTSUPP, UAUDIO_STREAM_STATUS_INVALID_PARAMETER },
		{ -ENOMEM, UAUDIO_STREAM_STATUS_OUT_OF_MEMORY },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, uaudio_status_of(cases[i].reason), cases[i].status,
				    "reason %d", cases[i].reason);
}

/* An -EINVAL of another layer must not be reported as an error of the request. */
static void other_layers_do_not_blame_the_request(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, uaudio_reason_of(0), 0);
	KUNIT_EXPECT_EQ(test, uaudio_reason_of(7), 7);
	KUNIT_EXPECT_EQ(test, uaudio_reason_of(-EINVAL), -EIO);
	KUNIT_EXPECT_EQ(test, uaudio_reason_of(-ENOENT), -EIO);
	KUNIT_EXPECT_EQ(test, uaudio_reason_of(-ENOMEM), -ENOMEM);
	KUNIT_EXPECT_EQ(test, uaudio_reason_of(-ENODEV), -ENODEV);
	KUNIT_EXPECT_EQ(test, uaudio_reason_of(-EBUSY), -EBUSY);
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE_PARAM(enable_fields, field_gen_params),
	KUNIT_CASE_PARAM(disable_fields, field_gen_params),
	KUNIT_CASE(missing_mandatory_fields),
	KUNIT_CASE(values_arrive),
	KUNIT_CASE(buffer_is_whole_pages),
	KUNIT_CASE(formats_are_translated),
	KUNIT_CASE(reasons_have_statuses),
	KUNIT_CASE(other_layers_do_not_blame_the_request),
	{ }
};

static struct kunit_suite request_suite = {
	.name = "usb-offload-request",
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
