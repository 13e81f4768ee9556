// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines that are written to the file "fault", and the requests that the DSP is sent for them.
 */
#include <kunit/test.h>
#include <linux/string.h>
#include "../vsoc-audio.h"
#include "vsoc-audio-fault.h"

static const struct {
	const char *text;
	u32 kind;
	u64 argument;
	u32 when;
	u32 type;
} good_cases[] = {
	{ "undefined\n", DSP_FAULT_UNDEFINED },
	{ "  hang  ", DSP_FAULT_HANG },
	{ "ignore-indications", DSP_FAULT_IGNORE_INDICATIONS },
	{ "ignore-rx", DSP_FAULT_IGNORE_RX },
	{ "ignore-rx-for 150", DSP_FAULT_IGNORE_RX, 150 },
	{ "read 0x10000\n", DSP_FAULT_READ, 0x10000 },
	{ "write 0xffffff8000000000", DSP_FAULT_WRITE, 0xffffff8000000000 },
	{ "stale 3", DSP_FAULT_STALE, 3 },
	{ "trb 0x40000000", DSP_FAULT_TRB, 0x40000000 },
	{ "flood 1000", DSP_FAULT_FLOOD, 1000 },
	{ "corrupt-position 7", DSP_FAULT_CORRUPT_POSITION, 7 },
	{ "forge-announcement 2 in 1500", DSP_FAULT_FORGE_ANNOUNCEMENT, 2, DSP_FAULT_LATER, 1500 },
	{ "panic before setup\n", DSP_FAULT_PANIC, 0, DSP_FAULT_BEFORE,
	  AUDIO_CONTROL_SETUP },
	{ "jump 0 after stop\n", DSP_FAULT_JUMP, 0, DSP_FAULT_AFTER, AUDIO_CONTROL_STOP },
	{ "undefined in 3000", DSP_FAULT_UNDEFINED, 0, DSP_FAULT_LATER, 3000 },
	{ "stack indication", DSP_FAULT_STACK, 0, DSP_FAULT_INDICATION },
};

static const char * const bad_cases[] = {
	"", "\n", "hangs", "read", "read address", "read -1", "hang 1", "hang now",
	"hang before", "hang before lunch", "hang after indication", "hang indication again",
	"hang in", "hang in a while", "hang in -1",
	"read 0x10000 0x20000", "read 0x1ffffffffffffffff", "before setup",
};

static void text_is_understood(struct kunit *test)
{
	struct dsp_fault_request request;
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good_cases); i++) {
		strscpy(text, good_cases[i].text);
		KUNIT_EXPECT_EQ_MSG(test, vsoc_audio_fault_parse(text, &request), 0, "%s",
				    good_cases[i].text);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(request.kind), good_cases[i].kind);
		KUNIT_EXPECT_EQ(test, le64_to_cpu(request.argument), good_cases[i].argument);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(request.when), good_cases[i].when);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(request.type), good_cases[i].type);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(request.reserved), 0);
	}
}

static void nonsense_is_refused(struct kunit *test)
{
	struct dsp_fault_request request;
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_cases); i++) {
		strscpy(text, bad_cases[i]);
		KUNIT_EXPECT_LT_MSG(test, vsoc_audio_fault_parse(text, &request), 0, "\"%s\"",
				    bad_cases[i]);
	}
}

static struct kunit_case fault_cases[] = {
	KUNIT_CASE(text_is_understood),
	KUNIT_CASE(nonsense_is_refused),
	{ }
};

static struct kunit_suite fault_suite = {
	.name = "vsoc-audio-fault",
	.test_cases = fault_cases,
};

kunit_test_suite(fault_suite);
