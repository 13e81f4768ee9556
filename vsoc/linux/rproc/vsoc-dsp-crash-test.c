// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the words for a DSP's crash record.
 */
#include <kunit/test.h>

#include "vsoc-dsp-crash.h"

static void crash_test_kind(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, vsoc_dsp_crash_kind_name(VSOC_DSP_CRASH_FAULT), "MMU fault");
	KUNIT_EXPECT_STREQ(test, vsoc_dsp_crash_kind_name(VSOC_DSP_CRASH_PANIC), "panic");
	/* the DSP wrote it: anything may be there */
	KUNIT_EXPECT_STREQ(test, vsoc_dsp_crash_kind_name(5), "unknown kind");
	KUNIT_EXPECT_STREQ(test, vsoc_dsp_crash_kind_name(U32_MAX), "unknown kind");
}

static void crash_test_exception(struct kunit *test)
{
	static const struct {
		u64 esr;
		const char *name;
	} cases[] = {
		{ 0x96000006, "translation fault" },	/* data abort, level 2 */
		{ 0x96000044, "translation fault" },	/* a write, level 0 */
		{ 0x8600000f, "permission fault" },	/* instruction abort, level 3 */
		{ 0x9600000b, "access flag fault" },
		{ 0x96000003, "address size fault" },
		{ 0x96000010, "external abort" },
		{ 0x96000021, "alignment fault" },
		{ 0x02000000, "undefined instruction" },
		{ 0x1fe00000, "FP/SIMD instruction" },
		{ 0xbe000000, "SError" },
		{ 0xf2000001, "BRK instruction" },
		{ 0x8a000000, "misaligned PC" },
		{ 0xffffffffffffffff, "other exception" },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_STREQ_MSG(test, vsoc_dsp_exception_name(cases[i].esr), cases[i].name,
				       "esr %#llx", cases[i].esr);
}

static struct kunit_case crash_test_cases[] = {
	KUNIT_CASE(crash_test_kind),
	KUNIT_CASE(crash_test_exception),
	{}
};

static struct kunit_suite crash_test_suite = {
	.name = "vsoc-dsp-crash",
	.test_cases = crash_test_cases,
};

kunit_test_suite(crash_test_suite);

MODULE_DESCRIPTION("KUnit tests of the DSP's crash records");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
