// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which formats, rates and channel counts of a USB PCM match those of an ASoC back end.
 */

#include <kunit/test.h>
#include <linux/module.h>
#include <linux/usb.h>

#include <sound/core.h>
#include <sound/pcm.h>
#include <sound/soc-usb.h>

#include "../usb/usbaudio.h"
#include "../usb/card.h"
#include "soc-usb-caps.h"

#define NONE ((__force snd_pcm_format_t)-1)

struct match_case {
	const char *name;
	u64 usb_formats;
	snd_pcm_format_t format;
	snd_pcm_format_t expected;	/* NONE: refused */
};

static const struct match_case match_cases[] = {
	{ "S16 on S16", SNDRV_PCM_FMTBIT_S16_LE,
	  SNDRV_PCM_FORMAT_S16_LE, SNDRV_PCM_FORMAT_S16_LE },
	{ "exact before packed: S24 on S24 and S24_3",
	  SNDRV_PCM_FMTBIT_S24_LE | SNDRV_PCM_FMTBIT_S24_3LE,
	  SNDRV_PCM_FORMAT_S24_LE, SNDRV_PCM_FORMAT_S24_LE },
	{ "exact before narrower: S32 on S24_3 and S32",
	  SNDRV_PCM_FMTBIT_S24_3LE | SNDRV_PCM_FMTBIT_S32_LE,
	  SNDRV_PCM_FORMAT_S32_LE, SNDRV_PCM_FORMAT_S32_LE },
	{ "S24 in a word on packed S24_3", SNDRV_PCM_FMTBIT_S24_3LE,
	  SNDRV_PCM_FORMAT_S24_LE, SNDRV_PCM_FORMAT_S24_3LE },
	{ "packed S24_3 on S24 in a word", SNDRV_PCM_FMTBIT_S24_LE,
	  SNDRV_PCM_FORMAT_S24_3LE, SNDRV_PCM_FORMAT_S24_LE },
	{ "S24 on S32", SNDRV_PCM_FMTBIT_S32_LE,
	  SNDRV_PCM_FORMAT_S24_LE, SNDRV_PCM_FORMAT_S32_LE },
	{ "packed S24_3 on S32", SNDRV_PCM_FMTBIT_S32_LE,
	  SNDRV_PCM_FORMAT_S24_3LE, SNDRV_PCM_FORMAT_S32_LE },
	{ "as many bits before more: S24 on S24_3 and S32",
	  SNDRV_PCM_FMTBIT_S24_3LE | SNDRV_PCM_FMTBIT_S32_LE,
	  SNDRV_PCM_FORMAT_S24_LE, SNDRV_PCM_FORMAT_S24_3LE },
	{ "S20_3 on S24_3", SNDRV_PCM_FMTBIT_S24_3LE,
	  SNDRV_PCM_FORMAT_S20_3LE, SNDRV_PCM_FORMAT_S24_3LE },
	{ "no narrowing: S32 on S24_3", SNDRV_PCM_FMTBIT_S24_3LE, SNDRV_PCM_FORMAT_S32_LE, NONE },
	{ "no narrowing: S24 on S16", SNDRV_PCM_FMTBIT_S16_LE, SNDRV_PCM_FORMAT_S24_LE, NONE },
	{ "no conversion: S16 on S24_3 and S32",
	  SNDRV_PCM_FMTBIT_S24_3LE | SNDRV_PCM_FMTBIT_S32_LE,
	  SNDRV_PCM_FORMAT_S16_LE, NONE },
	{ "no byte swap: S24 on S24_3BE", SNDRV_PCM_FMTBIT_S24_3BE, SNDRV_PCM_FORMAT_S24_LE, NONE },
	{ "no sign flip: S24 on U24_3", SNDRV_PCM_FMTBIT_U24_3LE, SNDRV_PCM_FORMAT_S24_LE, NONE },
	{ "no float: FLOAT on S32", SNDRV_PCM_FMTBIT_S32_LE, SNDRV_PCM_FORMAT_FLOAT_LE, NONE },
	{ "no DSD: S32 on DSD_U32_LE", SNDRV_PCM_FMTBIT_DSD_U32_LE, SNDRV_PCM_FORMAT_S32_LE, NONE },
	{ "DSD on itself", SNDRV_PCM_FMTBIT_DSD_U32_LE,
	  SNDRV_PCM_FORMAT_DSD_U32_LE, SNDRV_PCM_FORMAT_DSD_U32_LE },
	{ "8 bits on themselves only", SNDRV_PCM_FMTBIT_S16_LE, SNDRV_PCM_FORMAT_S8, NONE },
	{ "nothing on nothing", 0, SNDRV_PCM_FORMAT_S16_LE, NONE },
};

static void match_case_name(const struct match_case *match_case, char *name)
{
	strscpy(name, match_case->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(match, match_cases, match_case_name);

static void match_format(struct kunit *test)
{
	const struct match_case *match_case = test->param_value;
	snd_pcm_format_t usb_format = NONE;
	int ret;

	ret = snd_soc_usb_match_format(match_case->usb_formats, match_case->format, &usb_format);

	if (match_case->expected == NONE) {
		KUNIT_EXPECT_EQ(test, ret, -EOPNOTSUPP);
	} else {
		KUNIT_EXPECT_EQ(test, ret, 0);
		KUNIT_EXPECT_EQ(test, (__force int)usb_format, (__force int)match_case->expected);
	}
}

static unsigned int two_rates[] = { 44100, 96000 };

static const struct audioformat listed = {
	.formats = SNDRV_PCM_FMTBIT_S24_3LE,
	.channels = 2,
	.rates = SNDRV_PCM_RATE_44100 | SNDRV_PCM_RATE_96000,
	.rate_min = 44100,
	.rate_max = 96000,
	.nr_rates = ARRAY_SIZE(two_rates),
	.rate_table = two_rates,
};

static const struct audioformat ranged = {
	.formats = SNDRV_PCM_FMTBIT_S16_LE,
	.channels = 6,
	.rates = SNDRV_PCM_RATE_CONTINUOUS,
	.rate_min = 8000,
	.rate_max = 48000,
};

static void rates_of_a_table(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, snd_soc_usb_audioformat_has_rate(&listed, 44100));
	KUNIT_EXPECT_TRUE(test, snd_soc_usb_audioformat_has_rate(&listed, 96000));
	KUNIT_EXPECT_FALSE(test, snd_soc_usb_audioformat_has_rate(&listed, 48000));
	KUNIT_EXPECT_FALSE(test, snd_soc_usb_audioformat_has_rate(&listed, 192000));
	KUNIT_EXPECT_FALSE(test, snd_soc_usb_audioformat_has_rate(&listed, 0));
}

static void rates_of_a_range(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, snd_soc_usb_audioformat_has_rate(&ranged, 8000));
	KUNIT_EXPECT_TRUE(test, snd_soc_usb_audioformat_has_rate(&ranged, 11111));
	KUNIT_EXPECT_TRUE(test, snd_soc_usb_audioformat_has_rate(&ranged, 48000));
	KUNIT_EXPECT_FALSE(test, snd_soc_usb_audioformat_has_rate(&ranged, 7999));
	KUNIT_EXPECT_FALSE(test, snd_soc_usb_audioformat_has_rate(&ranged, 48001));
}

static void caps_of_one_altsetting(struct kunit *test)
{
	struct snd_soc_usb_pcm_caps caps;

	snd_soc_usb_caps_init(&caps);
	snd_soc_usb_caps_add(&caps, &listed);

	KUNIT_EXPECT_EQ(test, caps.formats, SNDRV_PCM_FMTBIT_S24_3LE);
	KUNIT_EXPECT_EQ(test, caps.carried_formats & SNDRV_PCM_FMTBIT_S24_LE,
			SNDRV_PCM_FMTBIT_S24_LE);
	KUNIT_EXPECT_EQ(test, caps.carried_formats & SNDRV_PCM_FMTBIT_S16_LE, 0);
	KUNIT_EXPECT_EQ(test, caps.carried_formats & SNDRV_PCM_FMTBIT_S32_LE, 0);
	KUNIT_EXPECT_EQ(test, caps.rates, SNDRV_PCM_RATE_44100 | SNDRV_PCM_RATE_96000);
	KUNIT_EXPECT_EQ(test, caps.rate_min, 44100);
	KUNIT_EXPECT_EQ(test, caps.rate_max, 96000);
	KUNIT_EXPECT_EQ(test, caps.channels_min, 2);
	KUNIT_EXPECT_EQ(test, caps.channels_max, 2);
}

static void caps_of_two_altsettings(struct kunit *test)
{
	struct snd_soc_usb_pcm_caps caps;

	snd_soc_usb_caps_init(&caps);
	snd_soc_usb_caps_add(&caps, &listed);
	snd_soc_usb_caps_add(&caps, &ranged);

	KUNIT_EXPECT_EQ(test, caps.formats, SNDRV_PCM_FMTBIT_S24_3LE | SNDRV_PCM_FMTBIT_S16_LE);
	KUNIT_EXPECT_EQ(test, caps.rates, SNDRV_PCM_RATE_44100 | SNDRV_PCM_RATE_96000 |
					  SNDRV_PCM_RATE_CONTINUOUS);
	KUNIT_EXPECT_EQ(test, caps.rate_min, 8000);
	KUNIT_EXPECT_EQ(test, caps.rate_max, 96000);
	KUNIT_EXPECT_EQ(test, caps.channels_min, 2);
	KUNIT_EXPECT_EQ(test, caps.channels_max, 6);
}

static void no_such_card(struct kunit *test)
{
	struct snd_soc_usb_pcm_caps caps;
	snd_pcm_format_t usb_format;

	KUNIT_EXPECT_EQ(test, snd_soc_usb_get_pcm_caps(-1, 0, 0, &caps), -ENODEV);
	KUNIT_EXPECT_EQ(test, snd_soc_usb_find_pcm_format(-1, 0, 0, SNDRV_PCM_FORMAT_S16_LE,
							  48000, 2, &usb_format), -ENODEV);
}

static struct kunit_case soc_usb_cases[] = {
	KUNIT_CASE_PARAM(match_format, match_gen_params),
	KUNIT_CASE(rates_of_a_table),
	KUNIT_CASE(rates_of_a_range),
	KUNIT_CASE(caps_of_one_altsetting),
	KUNIT_CASE(caps_of_two_altsettings),
	KUNIT_CASE(no_such_card),
	{}
};

static struct kunit_suite soc_usb_suite = {
	.name = "soc-usb",
	.test_cases = soc_usb_cases,
};

kunit_test_suite(soc_usb_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit tests of soc-usb");
MODULE_LICENSE("GPL");
