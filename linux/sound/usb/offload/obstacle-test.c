// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the predicate that says whether a USB PCM can be offloaded: a device that is as it
 * should be has no obstacle, and each oddity that snd-usb-audio knows of has its own. Also which
 * altsetting is chosen, and what other streams of the device change.
 */
#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/usb.h>
#include <linux/usb/audio.h>
#include <linux/usb/audio-v2.h>
#include <sound/core.h>
#include <sound/pcm.h>

#include "../usbaudio.h"
#include "../card.h"
#include "../obstacle.h"

#define OUT_EP		0x01
#define IN_EP		0x81
#define FEEDBACK_EP	0x82
#define CLOCK		9
#define SETTINGS	3

/*
 * A high speed UAC2 device with a PCM for each direction. The playback has settings 1 to 3: 48 kHz
 * and 44.1 kHz, 16 bit, stereo, in intervals of 125 us; setting 2 is the same at 1 ms, setting 3
 * the same at 2 ms. They are in its list of formats as add_setting() puts them there. The capture's
 * endpoint has the same clock.
 */
struct fixture {
	struct snd_usb_audio chip;
	struct usb_device udev;
	struct usb_host_config config;
	struct usb_interface intf;
	struct usb_host_interface alts[SETTINGS + 1];
	struct usb_host_endpoint endpoints[SETTINGS + 1];
	struct snd_usb_stream stream;
	struct audioformat formats[SETTINGS + 1];
	struct snd_usb_endpoint data_ep;
	struct snd_usb_endpoint other_ep;
	struct audioformat other_format;
};

static unsigned int rates[] = { 44100, 48000 };

static struct snd_usb_substream *playback(struct fixture *fixture)
{
	return &fixture->stream.substream[SNDRV_PCM_STREAM_PLAYBACK];
}

static struct snd_usb_substream *capture(struct fixture *fixture)
{
	return &fixture->stream.substream[SNDRV_PCM_STREAM_CAPTURE];
}

static void init_setting_format(struct audioformat *fp, unsigned int setting)
{
	*fp = (struct audioformat){
		.formats = SNDRV_PCM_FMTBIT_S16_LE,
		.channels = 2,
		.fmt_type = UAC_FORMAT_TYPE_I,
		.fmt_bits = 16,
		.fmt_sz = 2,
		.iface = 1,
		.altsetting = setting,
		.endpoint = OUT_EP,
		.protocol = UAC_VERSION_2,
		.rates = SNDRV_PCM_RATE_44100 | SNDRV_PCM_RATE_48000,
		.rate_min = 44100,
		.rate_max = 48000,
		.nr_rates = ARRAY_SIZE(rates),
		.rate_table = rates,
		.clock = CLOCK,
	};
}

static void init_setting(struct fixture *fixture, unsigned int setting, u8 interval,
			 unsigned int max_packet)
{
	struct usb_host_interface *alts = &fixture->alts[setting];

	alts->desc.bInterfaceNumber = 1;
	alts->desc.bAlternateSetting = setting;
	alts->desc.bNumEndpoints = 1;
	alts->endpoint = &fixture->endpoints[setting];
	fixture->endpoints[setting].desc.bInterval = interval;
	init_setting_format(&fixture->formats[setting], setting);
	fixture->formats[setting].maxpacksize = max_packet;
	fixture->formats[setting].datainterval = interval <= 4 ? interval - 1 : 0;
}

static struct audioformat *add_setting(struct fixture *fixture, unsigned int setting)
{
	list_add_tail(&fixture->formats[setting].list, &playback(fixture)->fmt_list);
	return &fixture->formats[setting];
}

static void init_substream(struct fixture *fixture, int direction)
{
	struct snd_usb_substream *subs = &fixture->stream.substream[direction];

	subs->stream = &fixture->stream;
	subs->dev = &fixture->udev;
	subs->direction = direction;
	INIT_LIST_HEAD(&subs->fmt_list);
}

/* The other stream uses its endpoint at that rate. */
static void other_streams(struct fixture *fixture, unsigned int rate_hz)
{
	fixture->other_ep.opened = 1;
	fixture->other_ep.cur_rate = rate_hz;
	fixture->other_ep.cur_audiofmt = &fixture->other_format;
}

static int obstacle_init(struct kunit *test)
{
	struct fixture *fixture;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	test->priv = fixture;

	mutex_init(&fixture->chip.mutex);
	INIT_LIST_HEAD(&fixture->chip.ep_list);
	fixture->chip.dev = &fixture->udev;
	fixture->udev.speed = USB_SPEED_HIGH;
	fixture->udev.actconfig = &fixture->config;
	fixture->config.desc.bNumInterfaces = 1;
	fixture->config.interface[0] = &fixture->intf;
	fixture->intf.altsetting = fixture->alts;
	fixture->intf.num_altsetting = ARRAY_SIZE(fixture->alts);
	fixture->alts[0].desc.bInterfaceNumber = 1;
	init_setting(fixture, 1, 1, 28);
	init_setting(fixture, 2, 4, 196);
	init_setting(fixture, 3, 5, 388);

	fixture->stream.chip = &fixture->chip;
	init_substream(fixture, SNDRV_PCM_STREAM_PLAYBACK);
	init_substream(fixture, SNDRV_PCM_STREAM_CAPTURE);

	fixture->data_ep.ep_num = OUT_EP;
	list_add_tail(&fixture->data_ep.list, &fixture->chip.ep_list);
	init_setting_format(&fixture->other_format, 1);
	fixture->other_format.endpoint = IN_EP;
	fixture->other_ep.ep_num = IN_EP;
	list_add_tail(&fixture->other_ep.list, &fixture->chip.ep_list);

	mutex_lock(&fixture->chip.mutex);
	return 0;
}

static void obstacle_exit(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	mutex_unlock(&fixture->chip.mutex);
}

/* A quirk: what it changes, and the obstacle that it is for each direction, -1 if it is none. */
struct quirk_case {
	const char *name;
	u32 usb_id;
	unsigned int flags;
	void (*change)(struct audioformat *fp);
	int of_playback;
	int of_capture;
};

static void give_type_ii(struct audioformat *fp)
{
	fp->fmt_type = UAC_FORMAT_TYPE_II;
}

static void give_type_iii(struct audioformat *fp)
{
	fp->fmt_type = UAC_FORMAT_TYPE_III;
}

static void give_dsd(struct audioformat *fp)
{
	fp->formats = SNDRV_PCM_FMTBIT_DSD_U32_BE | SNDRV_PCM_FMTBIT_SPECIAL;
	fp->dsd_raw = true;
}

static void give_dsd_beside_pcm(struct audioformat *fp)
{
	fp->formats |= SNDRV_PCM_FMTBIT_DSD_U16_LE;
	fp->dsd_dop = true;
}

static void give_float(struct audioformat *fp)
{
	fp->formats = SNDRV_PCM_FMTBIT_FLOAT_LE;
}

static void give_full_packets(struct audioformat *fp)
{
	fp->attributes |= UAC_EP_CS_ATTR_FILL_MAX;
}

static void give_feedback(struct audioformat *fp)
{
	fp->sync_ep = FEEDBACK_EP;
}

static void give_feedback_out(struct audioformat *fp)
{
	fp->sync_ep = OUT_EP + 1;
}

static void give_implicit_feedback(struct audioformat *fp)
{
	fp->sync_ep = FEEDBACK_EP;
	fp->implicit_fb = true;
}

static void give_small_packets(struct audioformat *fp)
{
	fp->maxpacksize = 23;	/* 5 frames, and 44.1 kHz are 5.5 in 125 us */
}

static const struct quirk_case quirk_cases[] = {
	{ "nothing odd", 0, 0, NULL, -1, -1 },
	{ "explicit feedback", 0, 0, give_feedback, -1, -1 },
	{ "media device", 0, QUIRK_FLAG_SHARE_MEDIA_DEVICE, NULL,
	  SND_USB_OBSTACLE_SHARED_MEDIA, SND_USB_OBSTACLE_SHARED_MEDIA },
	{ "alignment", 0, QUIRK_FLAG_ALIGN_TRANSFER, NULL, -1, SND_USB_OBSTACLE_ALIGNMENT },
	{ "length words", 0, QUIRK_FLAG_TX_LENGTH, NULL, SND_USB_OBSTACLE_LENGTH_WORDS, -1 },
	{ "interface reset", 0, QUIRK_FLAG_FORCE_IFACE_RESET, NULL,
	  SND_USB_OBSTACLE_INTERFACE_RESET, -1 },
	{ "playback first, without implicit feedback", 0, QUIRK_FLAG_PLAYBACK_FIRST, NULL, -1, -1 },
	{ "control requests", 0,
	  QUIRK_FLAG_GET_SAMPLE_RATE | QUIRK_FLAG_SKIP_CLOCK_SELECTOR |
	  QUIRK_FLAG_IGNORE_CLOCK_SOURCE | QUIRK_FLAG_ITF_USB_DSD_DAC | QUIRK_FLAG_CTL_MSG_DELAY |
	  QUIRK_FLAG_CTL_MSG_DELAY_1M | QUIRK_FLAG_CTL_MSG_DELAY_5M | QUIRK_FLAG_IFACE_DELAY |
	  QUIRK_FLAG_VALIDATE_RATES | QUIRK_FLAG_DISABLE_AUTOSUSPEND |
	  QUIRK_FLAG_IGNORE_CTL_ERROR | QUIRK_FLAG_DSD_RAW | QUIRK_FLAG_SET_IFACE_FIRST |
	  QUIRK_FLAG_GENERIC_IMPLICIT_FB | QUIRK_FLAG_SKIP_IMPLICIT_FB |
	  QUIRK_FLAG_IFACE_SKIP_CLOSE | QUIRK_FLAG_FIXED_RATE | QUIRK_FLAG_MIC_RES_16 |
	  QUIRK_FLAG_MIC_RES_384 | QUIRK_FLAG_MIXER_MIN_MUTE, NULL, -1, -1 },
	{ "a flag of a newer kernel", 0, BIT(31), NULL,
	  SND_USB_OBSTACLE_UNKNOWN_QUIRK, SND_USB_OBSTACLE_UNKNOWN_QUIRK },
	{ "type II", 0, 0, give_type_ii,
	  SND_USB_OBSTACLE_FORMAT_TYPE, SND_USB_OBSTACLE_FORMAT_TYPE },
	{ "type III", 0, 0, give_type_iii,
	  SND_USB_OBSTACLE_FORMAT_TYPE, SND_USB_OBSTACLE_FORMAT_TYPE },
	{ "DSD", 0, 0, give_dsd, SND_USB_OBSTACLE_ENCODING, SND_USB_OBSTACLE_ENCODING },
	{ "DSD beside PCM", 0, 0, give_dsd_beside_pcm, -1, -1 },
	{ "floating point", 0, 0, give_float,
	  SND_USB_OBSTACLE_ENCODING, SND_USB_OBSTACLE_ENCODING },
	{ "full packets", 0, 0, give_full_packets, SND_USB_OBSTACLE_FULL_PACKETS, -1 },
	{ "small packets", 0, 0, give_small_packets,
	  SND_USB_OBSTACLE_PACKET_SIZE, SND_USB_OBSTACLE_PACKET_SIZE },
	{ "implicit feedback", 0, 0, give_implicit_feedback,
	  SND_USB_OBSTACLE_IMPLICIT_FEEDBACK, SND_USB_OBSTACLE_IMPLICIT_FEEDBACK },
	{ "feedback that the host sends", 0, 0, give_feedback_out,
	  SND_USB_OBSTACLE_FEEDBACK_OUT, SND_USB_OBSTACLE_FEEDBACK_OUT },
	{ "the first feedback is wrong", USB_ID(0x23ba, 0x0100), 0, give_feedback,
	  SND_USB_OBSTACLE_SKIPPED_PACKETS, SND_USB_OBSTACLE_SKIPPED_PACKETS },
	{ "the same device without feedback", USB_ID(0x23ba, 0x0100), 0, NULL, -1, -1 },
	{ "16 packets are skipped", USB_ID(0x0763, 0x2031), 0, NULL,
	  -1, SND_USB_OBSTACLE_SKIPPED_PACKETS },
	{ "feedback values of a TEAC UD-H01", USB_ID(0x0644, 0x8038), 0, give_feedback,
	  SND_USB_OBSTACLE_FEEDBACK_VALUES, SND_USB_OBSTACLE_FEEDBACK_VALUES },
	{ "an offset of two bytes", USB_ID(0x534d, 0x2109), 0, NULL,
	  -1, SND_USB_OBSTACLE_PACKET_OFFSET },
	{ "an offset from 176400 Hz on, at less", USB_ID(0x041e, 0x3f04), 0, NULL, -1, -1 },
};

static void quirk_case_name(const struct quirk_case *quirk_case, char *name)
{
	strscpy(name, quirk_case->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(quirk, quirk_cases, quirk_case_name);

static void expect_obstacle(struct kunit *test, const struct snd_usb_substream *subs,
			    const struct audioformat *fp, int expected)
{
	u32 obstacles = snd_usb_format_obstacles(subs, fp, 48000);

	KUNIT_EXPECT_EQ(test, obstacles, expected < 0 ? 0 : BIT(expected));
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(subs, fp, 0), obstacles);
	if (expected < 0)
		KUNIT_EXPECT_NULL(test, snd_usb_obstacle_text(obstacles));
	else
		KUNIT_EXPECT_NOT_NULL(test, snd_usb_obstacle_text(obstacles));
}

static void quirk_is_an_obstacle(struct kunit *test)
{
	const struct quirk_case *quirk_case = test->param_value;
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);

	fixture->chip.usb_id = quirk_case->usb_id;
	fixture->chip.quirk_flags = quirk_case->flags;
	if (quirk_case->change)
		quirk_case->change(fp);
	expect_obstacle(test, playback(fixture), fp, quirk_case->of_playback);
	expect_obstacle(test, capture(fixture), fp, quirk_case->of_capture);
	KUNIT_EXPECT_EQ(test, snd_usb_pcm_is_offloadable(playback(fixture), 0),
			quirk_case->of_playback < 0);
}

static void offset_at_high_rates(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);

	fixture->chip.usb_id = USB_ID(0x041e, 0x3f04);
	fp->maxpacksize = 1024;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(capture(fixture), fp, 176400),
			BIT(SND_USB_OBSTACLE_PACKET_OFFSET));
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 176400), 0);
}

static void playback_first(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);

	give_implicit_feedback(fp);
	fixture->chip.quirk_flags = QUIRK_FLAG_PLAYBACK_FIRST;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000),
			BIT(SND_USB_OBSTACLE_IMPLICIT_FEEDBACK) |
			BIT(SND_USB_OBSTACLE_PLAYBACK_FIRST));
}

/* A processor that deals with an obstacle by itself is offered the PCM. */
static void handled_obstacle(struct kunit *test)
{
	struct snd_usb_wanted_format wanted = {
		.format = SNDRV_PCM_FORMAT_S16_LE, .rate_hz = 48000, .channels = 2,
	};
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);
	u32 obstacles;

	give_implicit_feedback(fp);
	KUNIT_EXPECT_FALSE(test, snd_usb_pcm_is_offloadable(playback(fixture), 0));
	KUNIT_EXPECT_NULL(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles));
	KUNIT_EXPECT_EQ(test, obstacles, BIT(SND_USB_OBSTACLE_IMPLICIT_FEEDBACK));

	wanted.handled = BIT(SND_USB_OBSTACLE_IMPLICIT_FEEDBACK);
	KUNIT_EXPECT_TRUE(test, snd_usb_pcm_is_offloadable(playback(fixture), wanted.handled));
	KUNIT_EXPECT_PTR_EQ(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles),
			    fp);
}

/* At SuperSpeed an interval has room for bursts, which snd-usb-audio does not use. */
static void burst(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 2);

	fixture->udev.speed = USB_SPEED_SUPER;
	fp->maxpacksize = 96;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000),
			BIT(SND_USB_OBSTACLE_PACKET_SIZE));
	fixture->endpoints[2].ss_ep_comp.bMaxBurst = 1;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000),
			BIT(SND_USB_OBSTACLE_BURST));
	fp->maxpacksize = 192;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000), 0);
}

struct interval_case {
	const char *name;
	enum usb_device_speed speed;
	u8 interval;
	unsigned int us;
};

static const struct interval_case interval_cases[] = {
	{ "high speed, 1", USB_SPEED_HIGH, 1, 125 },
	{ "high speed, 4", USB_SPEED_HIGH, 4, 1000 },
	{ "high speed, 5", USB_SPEED_HIGH, 5, 2000 },
	{ "high speed, 9", USB_SPEED_HIGH, 9, 32000 },
	{ "high speed, 16", USB_SPEED_HIGH, 16, 4096000 },
	{ "super speed, 4", USB_SPEED_SUPER, 4, 1000 },
	{ "full speed, 1", USB_SPEED_FULL, 1, 1000 },
	{ "full speed, 2", USB_SPEED_FULL, 2, 2000 },
	{ "full speed, 4", USB_SPEED_FULL, 4, 8000 },
	{ "0, which means nothing", USB_SPEED_HIGH, 0, 125 },
	{ "17, which means nothing", USB_SPEED_HIGH, 17, 125 },
};

static void interval_case_name(const struct interval_case *interval_case, char *name)
{
	strscpy(name, interval_case->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(interval, interval_cases, interval_case_name);

static void interval_of_the_descriptor(struct kunit *test)
{
	const struct interval_case *interval_case = test->param_value;
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);

	fixture->udev.speed = interval_case->speed;
	fixture->endpoints[1].desc.bInterval = interval_case->interval;
	KUNIT_EXPECT_EQ(test, snd_usb_format_interval_us(playback(fixture), fp),
			interval_case->us);
}

static void choice_of_an_interval(struct kunit *test)
{
	struct snd_usb_wanted_format wanted = {
		.format = SNDRV_PCM_FORMAT_S16_LE, .rate_hz = 44100, .channels = 2,
	};
	struct fixture *fixture = test->priv;
	u32 obstacles;

	add_setting(fixture, 1);
	add_setting(fixture, 3);
	add_setting(fixture, 2);
	wanted.interval_us = 125;
	KUNIT_EXPECT_PTR_EQ(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles),
			    &fixture->formats[1]);
	wanted.interval_us = 1000;
	KUNIT_EXPECT_PTR_EQ(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles),
			    &fixture->formats[2]);
	wanted.interval_us = 2000;
	KUNIT_EXPECT_PTR_EQ(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles),
			    &fixture->formats[3]);
	wanted.interval_us = 500;
	KUNIT_EXPECT_NULL(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles));
	KUNIT_EXPECT_EQ(test, obstacles, 0);
	/* Any: that of the largest packets, as snd-usb-audio chooses. */
	wanted.interval_us = 0;
	KUNIT_EXPECT_PTR_EQ(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles),
			    &fixture->formats[3]);
	/* An altsetting with an obstacle is none of those that fit. */
	give_full_packets(&fixture->formats[3]);
	KUNIT_EXPECT_PTR_EQ(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles),
			    &fixture->formats[2]);
	/* An asynchronous playback is avoided, as snd-usb-audio does. */
	fixture->formats[2].ep_attr = USB_ENDPOINT_SYNC_ASYNC;
	KUNIT_EXPECT_PTR_EQ(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles),
			    &fixture->formats[1]);
}

static void no_such_format(struct kunit *test)
{
	struct snd_usb_wanted_format wanted = {
		.format = SNDRV_PCM_FORMAT_S16_LE, .rate_hz = 96000, .channels = 2,
	};
	struct fixture *fixture = test->priv;
	u32 obstacles;

	add_setting(fixture, 1);
	KUNIT_EXPECT_NULL(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles));
	KUNIT_EXPECT_EQ(test, obstacles, 0);
	wanted.rate_hz = 48000;
	wanted.channels = 1;
	KUNIT_EXPECT_NULL(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles));
	wanted.channels = 2;
	wanted.format = SNDRV_PCM_FORMAT_S32_LE;
	KUNIT_EXPECT_NULL(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles));
	/* A format that is there, but is no PCM, cannot be had either. */
	give_dsd(&fixture->formats[1]);
	wanted.format = SNDRV_PCM_FORMAT_DSD_U32_BE;
	KUNIT_EXPECT_NULL(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles));
}

/* The clock of another stream: only its rate can be had. */
static void one_clock(struct kunit *test)
{
	struct snd_usb_wanted_format wanted = {
		.format = SNDRV_PCM_FORMAT_S16_LE, .rate_hz = 48000, .channels = 2,
	};
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);
	u32 obstacles;

	other_streams(fixture, 44100);
	KUNIT_EXPECT_NULL(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles));
	KUNIT_EXPECT_EQ(test, obstacles, BIT(SND_USB_OBSTACLE_CLOCK));
	wanted.rate_hz = 44100;
	KUNIT_EXPECT_PTR_EQ(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles),
			    fp);
	/* A momentary obstacle does not make the PCM one that cannot be offloaded. */
	KUNIT_EXPECT_TRUE(test, snd_usb_pcm_is_offloadable(playback(fixture), 0));

	fixture->other_ep.opened = 0;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000), 0);
}

static void two_clocks(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);

	other_streams(fixture, 44100);
	fixture->other_format.clock = CLOCK + 1;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000), 0);
	/* UAC1 has no clocks to see. */
	fixture->other_format.clock = CLOCK;
	fixture->other_format.protocol = UAC_VERSION_1;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000), 0);
	/* But snd-usb-audio knows devices with one rate for everything. */
	fixture->chip.usb_id = USB_ID(0x0dba, 0x5000);
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000),
			BIT(SND_USB_OBSTACLE_CLOCK));
}

static void own_endpoint_is_no_obstacle(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);

	fixture->data_ep.opened = 1;
	fixture->data_ep.cur_rate = 44100;
	fixture->data_ep.cur_audiofmt = fp;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000),
			BIT(SND_USB_OBSTACLE_CLOCK) | BIT(SND_USB_OBSTACLE_ENDPOINT));
	playback(fixture)->data_endpoint = &fixture->data_ep;
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000), 0);
}

/* A capture endpoint that is the implicit feedback of a playback has one user. */
static void shared_endpoint(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct audioformat *fp = add_setting(fixture, 1);

	give_implicit_feedback(fp);
	fp->sync_ep = IN_EP;
	other_streams(fixture, 48000);
	KUNIT_EXPECT_EQ(test, snd_usb_format_obstacles(playback(fixture), fp, 48000),
			BIT(SND_USB_OBSTACLE_IMPLICIT_FEEDBACK) | BIT(SND_USB_OBSTACLE_ENDPOINT));
}

/* Of two altsettings that do not fit, the one that will fit again decides. */
static void momentary_before_permanent(struct kunit *test)
{
	struct snd_usb_wanted_format wanted = {
		.format = SNDRV_PCM_FORMAT_S16_LE, .rate_hz = 48000, .channels = 2,
	};
	struct fixture *fixture = test->priv;
	u32 obstacles;

	add_setting(fixture, 1);
	add_setting(fixture, 2);
	add_setting(fixture, 3);
	give_full_packets(&fixture->formats[1]);
	give_full_packets(&fixture->formats[3]);
	other_streams(fixture, 44100);
	KUNIT_EXPECT_NULL(test, snd_usb_choose_format(playback(fixture), &wanted, &obstacles));
	KUNIT_EXPECT_EQ(test, obstacles, BIT(SND_USB_OBSTACLE_CLOCK));
}

static void each_obstacle_has_words(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < SND_USB_OBSTACLE_COUNT; i++)
		KUNIT_EXPECT_NOT_NULL(test, snd_usb_obstacle_text(BIT(i)));
	KUNIT_EXPECT_NULL(test, snd_usb_obstacle_text(0));
}

static struct kunit_case obstacle_cases[] = {
	KUNIT_CASE_PARAM(quirk_is_an_obstacle, quirk_gen_params),
	KUNIT_CASE(offset_at_high_rates),
	KUNIT_CASE(playback_first),
	KUNIT_CASE(handled_obstacle),
	KUNIT_CASE(burst),
	KUNIT_CASE_PARAM(interval_of_the_descriptor, interval_gen_params),
	KUNIT_CASE(choice_of_an_interval),
	KUNIT_CASE(no_such_format),
	KUNIT_CASE(one_clock),
	KUNIT_CASE(two_clocks),
	KUNIT_CASE(own_endpoint_is_no_obstacle),
	KUNIT_CASE(shared_endpoint),
	KUNIT_CASE(momentary_before_permanent),
	KUNIT_CASE(each_obstacle_has_words),
	{ }
};

static struct kunit_suite obstacle_suite = {
	.name = "usb-offload-obstacle",
	.init = obstacle_init,
	.exit = obstacle_exit,
	.test_cases = obstacle_cases,
};

kunit_test_suite(obstacle_suite);
