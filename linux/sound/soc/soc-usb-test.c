// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which formats, rates and channel counts of a USB PCM match those of an ASoC back end; and which
 * ports hear of which USB sound cards, however their class driver names the back end.
 */

#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/property.h>
#include <linux/usb.h>

#include <sound/core.h>
#include <sound/pcm.h>
#include <sound/soc.h>
#include <sound/soc-usb.h>

#include "../usb/usbaudio.h"
#include "../usb/card.h"
#include "../usb/obstacle.h"
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
	KUNIT_EXPECT_TRUE(test, snd_usb_format_has_rate(&listed, 44100));
	KUNIT_EXPECT_TRUE(test, snd_usb_format_has_rate(&listed, 96000));
	KUNIT_EXPECT_FALSE(test, snd_usb_format_has_rate(&listed, 48000));
	KUNIT_EXPECT_FALSE(test, snd_usb_format_has_rate(&listed, 192000));
	KUNIT_EXPECT_FALSE(test, snd_usb_format_has_rate(&listed, 0));
}

static void rates_of_a_range(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, snd_usb_format_has_rate(&ranged, 8000));
	KUNIT_EXPECT_TRUE(test, snd_usb_format_has_rate(&ranged, 11111));
	KUNIT_EXPECT_TRUE(test, snd_usb_format_has_rate(&ranged, 48000));
	KUNIT_EXPECT_FALSE(test, snd_usb_format_has_rate(&ranged, 7999));
	KUNIT_EXPECT_FALSE(test, snd_usb_format_has_rate(&ranged, 48001));
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
	struct snd_soc_usb_pcm pcm = { .card_idx = -1 };
	struct snd_soc_usb_pcm_caps caps;
	snd_pcm_format_t usb_format;
	const char *reason = NULL;

	KUNIT_EXPECT_EQ(test, snd_soc_usb_get_pcm_caps(&pcm, &caps), -ENODEV);
	KUNIT_EXPECT_EQ(test, snd_soc_usb_find_pcm_format(&pcm, SNDRV_PCM_FORMAT_S16_LE, 48000, 2,
							  &usb_format, &reason), -ENODEV);
	KUNIT_EXPECT_STREQ(test, reason, "the device has gone");
}

/*
 * A back end with a port, whose priv_data this is, a USB host controller that names it in its
 * firmware node, and a device that has to do with neither.
 */
struct port_fixture {
	struct device *backend;
	struct device *controller;
	struct device *stranger;
	struct software_node backend_node;
	struct software_node_ref_args reference;
	struct property_entry properties[2];
	struct software_node controller_node;
	struct snd_soc_component component;
	struct snd_soc_usb *port;
	struct snd_soc_usb_device sdev;
	int connected;
};

static int count_connection(struct snd_soc_usb *usb, struct snd_soc_usb_device *sdev,
			    bool connected)
{
	struct port_fixture *fixture = usb->priv_data;

	if (sdev == &fixture->sdev)
		fixture->connected += connected ? 1 : -1;
	return 0;
}

static void name_backend(struct kunit *test, struct port_fixture *fixture)
{
	fixture->backend_node.name = "soc-usb-test-backend";
	KUNIT_ASSERT_EQ(test, device_add_software_node(fixture->backend, &fixture->backend_node),
			0);
	fixture->reference = SOFTWARE_NODE_REFERENCE(&fixture->backend_node);
	fixture->properties[0] = PROPERTY_ENTRY_REF_ARRAY_LEN("usb-soc-be", &fixture->reference,
							      1);
	fixture->controller_node.name = "soc-usb-test-controller";
	fixture->controller_node.properties = fixture->properties;
	KUNIT_ASSERT_EQ(test, device_add_software_node(fixture->controller,
						       &fixture->controller_node), 0);
}

static struct port_fixture *make_port(struct kunit *test)
{
	struct port_fixture *fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fixture);
	fixture->backend = kunit_device_register(test, "soc-usb-backend");
	fixture->controller = kunit_device_register(test, "soc-usb-controller");
	fixture->stranger = kunit_device_register(test, "soc-usb-stranger");
	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture->backend) || IS_ERR(fixture->controller) ||
			   IS_ERR(fixture->stranger));

	fixture->component.dev = fixture->backend;
	fixture->port = snd_soc_usb_allocate_port(&fixture->component, fixture);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture->port));
	fixture->port->connection_status_cb = count_connection;
	return fixture;
}

static void expect_connected(struct kunit *test, struct port_fixture *fixture,
			     struct device *usbdev, int connected)
{
	KUNIT_EXPECT_EQ(test, snd_soc_usb_connect(usbdev, &fixture->sdev), 0);
	KUNIT_EXPECT_EQ(test, fixture->connected, connected);
	KUNIT_EXPECT_PTR_EQ(test, snd_soc_usb_find_priv_data(usbdev),
			    connected ? (void *)fixture : NULL);
	KUNIT_EXPECT_EQ(test, snd_soc_usb_disconnect(usbdev, &fixture->sdev), 0);
	KUNIT_EXPECT_EQ(test, fixture->connected, 0);
}

/* As class drivers do that serve one back end. */
static void card_by_its_back_end(struct kunit *test)
{
	struct port_fixture *fixture = make_port(test);

	snd_soc_usb_add_port(fixture->port);
	expect_connected(test, fixture, fixture->backend, 1);
	expect_connected(test, fixture, fixture->controller, 0);
	expect_connected(test, fixture, fixture->stranger, 0);
	snd_soc_usb_free_port(fixture->port);
}

static void card_by_its_controller(struct kunit *test)
{
	struct port_fixture *fixture = make_port(test);

	name_backend(test, fixture);
	snd_soc_usb_add_port(fixture->port);
	expect_connected(test, fixture, fixture->controller, 1);
	expect_connected(test, fixture, fixture->backend, 1);
	expect_connected(test, fixture, fixture->stranger, 0);
	snd_soc_usb_free_port(fixture->port);
	device_remove_software_node(fixture->controller);
	device_remove_software_node(fixture->backend);
}

static void card_before_its_back_end(struct kunit *test)
{
	struct port_fixture *fixture = make_port(test);

	KUNIT_EXPECT_EQ(test, snd_soc_usb_connect(fixture->backend, &fixture->sdev), 0);
	KUNIT_EXPECT_EQ(test, fixture->connected, 0);
	snd_soc_usb_add_port(fixture->port);
	KUNIT_EXPECT_EQ(test, fixture->connected, 1);
	KUNIT_EXPECT_EQ(test, snd_soc_usb_disconnect(fixture->backend, &fixture->sdev), 0);
	snd_soc_usb_free_port(fixture->port);
}

/*
 * The only class driver with plain callbacks: the calls that it has got, and how many of the
 * formats that it saw say a wrong number of bytes. Changed while snd-usb-audio serialises its
 * callbacks.
 */
static int cards_heard;
static int wrong_sizes;

static void check_formats(struct snd_usb_stream *stream)
{
	struct audioformat *fp;
	int direction;

	for_each_pcm_streams(direction) {
		if (!stream->substream[direction].num_formats)
			continue;
		list_for_each_entry(fp, &stream->substream[direction].fmt_list, list) {
			if (fp->formats == SNDRV_PCM_FMTBIT_S16_LE && fp->fmt_sz != 2)
				wrong_sizes++;
		}
	}
}

static void hear_of_card(struct snd_usb_audio *chip)
{
	struct snd_usb_stream *stream;

	cards_heard++;
	guard(mutex)(&chip->mutex);
	list_for_each_entry(stream, &chip->pcm_list, list)
		check_formats(stream);
}

static struct snd_usb_platform_ops test_ops = {
	.connect_cb = hear_of_card,
};

/* A class driver that came first has asked for a port in vain: it hears of the cards once more. */
static void port_after_the_class_driver(struct kunit *test)
{
	struct port_fixture *fixture = make_port(test);
	int cards;

	cards_heard = 0;
	wrong_sizes = 0;
	KUNIT_ASSERT_EQ(test, snd_usb_register_platform_ops(&test_ops), 0);
	snd_usb_rediscover_devices();
	cards = cards_heard;
	snd_soc_usb_add_port(fixture->port);
	snd_usb_unregister_platform_ops();

	KUNIT_EXPECT_GT_MSG(test, cards, 0, "this needs a USB sound card");
	KUNIT_EXPECT_EQ(test, cards_heard, 2 * cards);
	KUNIT_EXPECT_EQ(test, wrong_sizes, 0);
	snd_soc_usb_free_port(fixture->port);
}

static struct kunit_case soc_usb_cases[] = {
	KUNIT_CASE_PARAM(match_format, match_gen_params),
	KUNIT_CASE(rates_of_a_table),
	KUNIT_CASE(rates_of_a_range),
	KUNIT_CASE(caps_of_one_altsetting),
	KUNIT_CASE(caps_of_two_altsettings),
	KUNIT_CASE(no_such_card),
	KUNIT_CASE(card_by_its_back_end),
	KUNIT_CASE(card_by_its_controller),
	KUNIT_CASE(card_before_its_back_end),
	KUNIT_CASE(port_after_the_class_driver),
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
