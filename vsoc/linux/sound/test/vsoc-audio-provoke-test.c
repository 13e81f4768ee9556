// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is written to the file "provoke", and what is sent to the DSP.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/string.h>
#include "../vsoc-audio.h"

static const struct {
	const char *text;
	u32 kind;
	u64 argument;
	u32 when;
	u32 type;
} good_cases[] = {
	{ "undefined\n", AUDIO_PROVOKE_UNDEFINED },
	{ "  hang  ", AUDIO_PROVOKE_HANG },
	{ "mute-qmi", AUDIO_PROVOKE_MUTE_QMI },
	{ "deaf", AUDIO_PROVOKE_DEAF },
	{ "deaf-for 150", AUDIO_PROVOKE_DEAF, 150 },
	{ "read 0x10000\n", AUDIO_PROVOKE_READ, 0x10000 },
	{ "write 0xffffff8000000000", AUDIO_PROVOKE_WRITE, 0xffffff8000000000 },
	{ "stale 3", AUDIO_PROVOKE_STALE, 3 },
	{ "trb 0x40000000", AUDIO_PROVOKE_TRB, 0x40000000 },
	{ "babble 1000", AUDIO_PROVOKE_BABBLE, 1000 },
	{ "distort 7", AUDIO_PROVOKE_DISTORT, 7 },
	{ "announce 2 in 1500", AUDIO_PROVOKE_ANNOUNCE, 2, AUDIO_PROVOKE_LATER, 1500 },
	{ "panic before setup\n", AUDIO_PROVOKE_PANIC, 0, AUDIO_PROVOKE_BEFORE,
	  AUDIO_CONTROL_SETUP },
	{ "jump 0 after stop\n", AUDIO_PROVOKE_JUMP, 0, AUDIO_PROVOKE_AFTER, AUDIO_CONTROL_STOP },
	{ "undefined in 3000", AUDIO_PROVOKE_UNDEFINED, 0, AUDIO_PROVOKE_LATER, 3000 },
	{ "stack indication", AUDIO_PROVOKE_STACK, 0, AUDIO_PROVOKE_INDICATION },
};

static const char * const bad_cases[] = {
	"", "\n", "hangs", "read", "read address", "read -1", "hang 1", "hang now",
	"hang before", "hang before lunch", "hang after indication", "hang indication again",
	"hang in", "hang in a while", "hang in -1",
	"read 0x10000 0x20000", "read 0x1ffffffffffffffff", "before setup",
};

static void text_is_understood(struct kunit *test)
{
	struct audio_provoke provoke;
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good_cases); i++) {
		strscpy(text, good_cases[i].text);
		KUNIT_EXPECT_EQ_MSG(test, vsoc_audio_provoke_parse(text, &provoke), 0, "%s",
				    good_cases[i].text);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(provoke.kind), good_cases[i].kind);
		KUNIT_EXPECT_EQ(test, le64_to_cpu(provoke.argument), good_cases[i].argument);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(provoke.when), good_cases[i].when);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(provoke.type), good_cases[i].type);
		KUNIT_EXPECT_EQ(test, le32_to_cpu(provoke.reserved), 0);
	}
}

static void nonsense_is_refused(struct kunit *test)
{
	struct audio_provoke provoke;
	char text[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_cases); i++) {
		strscpy(text, bad_cases[i]);
		KUNIT_EXPECT_LT_MSG(test, vsoc_audio_provoke_parse(text, &provoke), 0, "\"%s\"",
				    bad_cases[i]);
	}
}

static struct kunit_case provoke_cases[] = {
	KUNIT_CASE(text_is_understood),
	KUNIT_CASE(nonsense_is_refused),
	{ }
};

static struct kunit_suite provoke_suite = {
	.name = "vsoc-audio-provoke",
	.test_cases = provoke_cases,
};

kunit_test_suite(provoke_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
