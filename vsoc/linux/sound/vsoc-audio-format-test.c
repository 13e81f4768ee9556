// SPDX-License-Identifier: GPL-2.0-only
/*
 * The choice of parameters on a USB PCM, for a few devices.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <lullaby/usb_audio_stream.h>

/* Built in: the tests need neither the card's module nor its hardware. */
#include "vsoc-audio-format.c"

#define S16	0
#define S24	1
#define S24_3	2
#define S32	3

#define HZ_44100	BIT(7)
#define HZ_48000	BIT(8)
#define HZ_96000	BIT(11)
#define HZ_768000	BIT(17)

static const struct vsoc_audio_space everything = { ~0, ~0, ~0ull };

/* 16 bits, stereo, 48 kHz: only 16-bit samples fit */
static const struct vsoc_audio_caps headset = {
	.rates = { [S16] = { [1] = HZ_48000 } },
};

/* 24 bits in 34 or 10 channels, and 32 bits in stereo at 768 kHz */
static const struct vsoc_audio_caps stage = {
	.rates = {
		[S24_3] = { [9] = HZ_44100 | HZ_48000, [33] = HZ_48000 },
		[S32] = { [1] = HZ_768000 },
	},
};

/* 24 bits; stereo up to 96 kHz, six channels up to 48 kHz, and mono at 44.1 kHz alone */
static const struct vsoc_audio_caps interface24 = {
	.rates = {
		[S16] = { [0] = HZ_44100, [1] = HZ_44100 | HZ_96000, [5] = HZ_48000 },
		[S24] = { [0] = HZ_44100, [1] = HZ_44100 | HZ_96000, [5] = HZ_48000 },
		[S24_3] = { [0] = HZ_44100, [1] = HZ_44100 | HZ_96000, [5] = HZ_48000 },
	},
};

static void rates_table_is_as_the_tests_think(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, vsoc_audio_rates_hz[7], 44100);
	KUNIT_EXPECT_EQ(test, vsoc_audio_rates_hz[8], 48000);
	KUNIT_EXPECT_EQ(test, vsoc_audio_rates_hz[11], 96000);
	KUNIT_EXPECT_EQ(test, vsoc_audio_rates_hz[17], 768000);
	for (i = 1; i < VSOC_AUDIO_RATES; i++)
		KUNIT_EXPECT_LT(test, vsoc_audio_rates_hz[i - 1], vsoc_audio_rates_hz[i]);
}

static void formats_have_their_wire_numbers(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_to_uaudio_format(SNDRV_PCM_FORMAT_S16_LE),
			UAUDIO_FORMAT_S16_LE);
	KUNIT_EXPECT_EQ(test, vsoc_audio_to_uaudio_format(SNDRV_PCM_FORMAT_S24_LE),
			UAUDIO_FORMAT_S24_LE);
	KUNIT_EXPECT_EQ(test, vsoc_audio_to_uaudio_format(SNDRV_PCM_FORMAT_S24_3LE),
			UAUDIO_FORMAT_S24_3LE);
	KUNIT_EXPECT_EQ(test, vsoc_audio_to_uaudio_format(SNDRV_PCM_FORMAT_S32_LE),
			UAUDIO_FORMAT_S32_LE);
}

static void formats_that_the_dsp_lacks_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_to_uaudio_format(SNDRV_PCM_FORMAT_S16_BE), -EINVAL);
	KUNIT_EXPECT_EQ(test, vsoc_audio_to_uaudio_format(SNDRV_PCM_FORMAT_U8), -EINVAL);
	KUNIT_EXPECT_EQ(test, vsoc_audio_to_uaudio_format(SNDRV_PCM_FORMAT_FLOAT_LE), -EINVAL);
}

static void mono_is_offered_on_a_stereo_device(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&headset, S16, 8, 1), 2);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&headset, S16, 8, 2), 2);
}

static void a_recording_has_the_channels_of_the_device(struct kunit *test)
{
	struct vsoc_audio_caps microphones = headset;
	struct vsoc_audio_space possible;

	microphones.is_capture = true;
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&microphones, S16, 8, 1), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&microphones, S16, 8, 2), 2);
	vsoc_audio_refine(&microphones, &everything, &possible);
	KUNIT_EXPECT_EQ(test, possible.channels, BIT(1));
}

static void mono_stays_mono_where_the_device_has_it(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&interface24, S16, 7, 1), 1);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&interface24, S16, 11, 1), 2);
}

static void no_other_change_of_channels_is_offered(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&interface24, S16, 8, 4), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&interface24, S16, 8, 6), 6);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&stage, S24_3, 8, 18), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&stage, S24_3, 8, 34), 34);
}

static void mono_and_stereo_go_to_a_device_with_more(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&interface24, S16, 8, 1), 6);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&interface24, S16, 8, 2), 6);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&stage, S24_3, 8, 2), 10);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&stage, S24_3, 17, 2), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&stage, S32, 17, 2), 2);
}

static void channel_counts_beyond_the_table_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&headset, S16, 8, 0), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_usb_channels(&headset, S16, 8,
						      VSOC_AUDIO_MAX_CHANNELS + 1), 0);
}

static void only_what_works_is_left(struct kunit *test)
{
	struct vsoc_audio_space possible;

	vsoc_audio_refine(&headset, &everything, &possible);
	KUNIT_EXPECT_EQ(test, possible.formats, BIT(S16));
	KUNIT_EXPECT_EQ(test, possible.rates, HZ_48000);
	KUNIT_EXPECT_EQ(test, possible.channels, BIT(0) | BIT(1));

	vsoc_audio_refine(&interface24, &everything, &possible);
	KUNIT_EXPECT_EQ(test, possible.formats, BIT(S16) | BIT(S24) | BIT(S24_3));
	KUNIT_EXPECT_EQ(test, possible.rates, HZ_44100 | HZ_48000 | HZ_96000);
	KUNIT_EXPECT_EQ(test, possible.channels, BIT(0) | BIT(1) | BIT(5));

	vsoc_audio_refine(&stage, &everything, &possible);
	KUNIT_EXPECT_EQ(test, possible.formats, BIT(S24_3) | BIT(S32));
	KUNIT_EXPECT_EQ(test, possible.rates, HZ_44100 | HZ_48000 | HZ_768000);
	KUNIT_EXPECT_EQ(test, possible.channels, BIT(0) | BIT(1) | BIT(9) | BIT_ULL(33));
}

static void one_choice_limits_the_others(struct kunit *test)
{
	struct vsoc_audio_space wanted = everything;
	struct vsoc_audio_space possible;

	wanted.rates = HZ_48000;
	vsoc_audio_refine(&interface24, &wanted, &possible);
	KUNIT_EXPECT_EQ(test, possible.channels, BIT(0) | BIT(1) | BIT(5));

	wanted = everything;
	wanted.channels = BIT(5);
	vsoc_audio_refine(&interface24, &wanted, &possible);
	KUNIT_EXPECT_EQ(test, possible.rates, HZ_48000);
}

static void a_choice_that_does_not_work_leaves_nothing(struct kunit *test)
{
	struct vsoc_audio_space wanted = everything;
	struct vsoc_audio_space possible;

	wanted.formats = BIT(S32);
	vsoc_audio_refine(&interface24, &wanted, &possible);
	KUNIT_EXPECT_EQ(test, possible.formats, 0);
	KUNIT_EXPECT_EQ(test, possible.rates, 0);
	KUNIT_EXPECT_EQ(test, possible.channels, 0);
}

static struct kunit_case format_cases[] = {
	KUNIT_CASE(rates_table_is_as_the_tests_think),
	KUNIT_CASE(formats_have_their_wire_numbers),
	KUNIT_CASE(formats_that_the_dsp_lacks_are_refused),
	KUNIT_CASE(mono_is_offered_on_a_stereo_device),
	KUNIT_CASE(a_recording_has_the_channels_of_the_device),
	KUNIT_CASE(mono_stays_mono_where_the_device_has_it),
	KUNIT_CASE(no_other_change_of_channels_is_offered),
	KUNIT_CASE(mono_and_stereo_go_to_a_device_with_more),
	KUNIT_CASE(channel_counts_beyond_the_table_are_refused),
	KUNIT_CASE(only_what_works_is_left),
	KUNIT_CASE(one_choice_limits_the_others),
	KUNIT_CASE(a_choice_that_does_not_work_leaves_nothing),
	{ }
};

static struct kunit_suite format_suite = {
	.name = "vsoc-audio-format",
	.test_cases = format_cases,
};

kunit_test_suite(format_suite);

MODULE_DESCRIPTION("KUnit tests of the virtual SoC's sound card");
MODULE_LICENSE("GPL");
