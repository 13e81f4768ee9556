// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests that a card's list of formats is not walked while a further interface appends to it. Each
 * case holds the card's mutex for one side, and has a thread play the other side: it must wait.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <sound/core.h>
#include <sound/pcm.h>

#include "../usbaudio.h"
#include "../card.h"
#include "../claim.h"
#include "../stream.h"

#define ENDPOINT	0x01
#define FMT_TYPE	1

/* How long the thread is given to do a thing that it must not do yet. */
#define WAIT_MS	100

/* A card with one PCM, which has one format, and a second format that is not in the list yet. */
struct fixture {
	struct snd_usb_audio chip;
	struct usb_device udev;
	struct snd_usb_stream stream;
	struct audioformat first;
	struct audioformat second;
	struct completion done;
	int result;
};

static void init_format(struct audioformat *format, unsigned int rate_hz)
{
	format->formats = SNDRV_PCM_FMTBIT_S16_LE;
	format->channels = 2;
	format->fmt_type = FMT_TYPE;
	format->endpoint = ENDPOINT;
	format->rates = SNDRV_PCM_RATE_CONTINUOUS;
	format->rate_min = rate_hz;
	format->rate_max = rate_hz;
}

static int claim_init(struct kunit *test)
{
	struct snd_usb_substream *subs;
	struct fixture *fixture;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	test->priv = fixture;

	mutex_init(&fixture->chip.mutex);
	INIT_LIST_HEAD(&fixture->chip.pcm_list);
	fixture->chip.dev = &fixture->udev;

	fixture->stream.chip = &fixture->chip;
	fixture->stream.fmt_type = FMT_TYPE;
	list_add_tail(&fixture->stream.list, &fixture->chip.pcm_list);

	init_format(&fixture->first, 44100);
	init_format(&fixture->second, 48000);
	subs = &fixture->stream.substream[SNDRV_PCM_STREAM_PLAYBACK];
	subs->stream = &fixture->stream;
	subs->ep_num = ENDPOINT;
	INIT_LIST_HEAD(&subs->fmt_list);
	list_add_tail(&fixture->first.list, &subs->fmt_list);
	subs->num_formats = 1;

	init_completion(&fixture->done);
	return 0;
}

static int append_thread(void *data)
{
	struct fixture *fixture = data;

	fixture->result = snd_usb_add_audio_stream(&fixture->chip, SNDRV_PCM_STREAM_PLAYBACK,
						   &fixture->second, NULL);
	complete(&fixture->done);
	return 0;
}

/* The format is not in the list, so all of it is walked, and nothing is sent to the device. */
static int walk_thread(void *data)
{
	struct fixture *fixture = data;
	struct snd_pcm_hw_params *params = kzalloc(sizeof(*params), GFP_KERNEL);

	if (params) {
		snd_usb_pcm_init_params(params, SNDRV_PCM_FORMAT_S16_LE, 96000, 2);
		fixture->result =
			snd_usb_hw_params(&fixture->stream.substream[SNDRV_PCM_STREAM_PLAYBACK],
					  params);
		kfree(params);
	}
	complete(&fixture->done);
	return 0;
}

static void expect_to_wait(struct kunit *test, int (*thread)(void *data), int result)
{
	struct fixture *fixture = test->priv;
	struct task_struct *task;
	unsigned long left;

	mutex_lock(&fixture->chip.mutex);
	task = kthread_run(thread, fixture, "usb-offload-claim-test");
	left = IS_ERR(task) ? 0 : wait_for_completion_timeout(&fixture->done,
							      msecs_to_jiffies(WAIT_MS));
	mutex_unlock(&fixture->chip.mutex);
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));

	KUNIT_EXPECT_EQ_MSG(test, left, 0, "it did not wait for the card's mutex");
	if (!left)
		wait_for_completion(&fixture->done);
	KUNIT_EXPECT_EQ(test, fixture->result, result);
}

static void append_waits_for_a_walk(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct snd_usb_substream *subs = &fixture->stream.substream[SNDRV_PCM_STREAM_PLAYBACK];

	expect_to_wait(test, append_thread, 0);
	KUNIT_EXPECT_EQ(test, subs->num_formats, 2);
	KUNIT_EXPECT_PTR_EQ(test, list_last_entry(&subs->fmt_list, struct audioformat, list),
			    &fixture->second);
}

static void walk_waits_for_an_append(struct kunit *test)
{
	expect_to_wait(test, walk_thread, -EINVAL);
}

static struct kunit_case claim_cases[] = {
	KUNIT_CASE(append_waits_for_a_walk),
	KUNIT_CASE(walk_waits_for_an_append),
	{ }
};

static struct kunit_suite claim_suite = {
	.name = "usb-offload-claim",
	.init = claim_init,
	.test_cases = claim_cases,
};

kunit_test_suite(claim_suite);
