// SPDX-License-Identifier: GPL-2.0-only
/*
 * The errno that an application gets for a reply of the DSP, the end of requests without a reply,
 * and the controllers' threshold.
 */
#include <kunit/test.h>
#include "vsoc-audio-ipc.h"
#include "vsoc-audio-watchdog.h"

static const struct {
	const char *name;
	u32 status;
	int detail;
	int expected;
} errno_cases[] = {
	{ "ok", AUDIO_STATUS_OK, 0, 0 },
	{ "ok, whatever the detail", AUDIO_STATUS_OK, -EIO, 0 },
	{ "invalid", AUDIO_STATUS_INVALID, 0, -EINVAL },
	{ "wrong state", AUDIO_STATUS_WRONG_STATE, 0, -EBADFD },
	{ "no device", AUDIO_STATUS_NO_DEVICE, -ENODEV, -ENODEV },
	{ "unsupported", AUDIO_STATUS_UNSUPPORTED, -EINVAL, -EINVAL },
	{ "busy", AUDIO_STATUS_BUSY, -EBUSY, -EBUSY },
	{ "no memory", AUDIO_STATUS_NO_MEMORY, -ENOMEM, -ENOMEM },
	{ "timed out", AUDIO_STATUS_TIMED_OUT, 0, -ETIMEDOUT },
	{ "failed without a reason", AUDIO_STATUS_FAILED, 0, -EIO },
	{ "failed with a reason", AUDIO_STATUS_FAILED, -ENOSPC, -ENOSPC },
	{ "failed with a positive number", AUDIO_STATUS_FAILED, 5, -EIO },
	{ "failed with a number that is no errno", AUDIO_STATUS_FAILED, -4096, -EIO },
	{ "failed with an errno of the kernel's own", AUDIO_STATUS_FAILED, -512, -EIO },
	{ "an xrun is ALSA's to declare", AUDIO_STATUS_FAILED, -EPIPE, -EIO },
	{ "so is a suspend", AUDIO_STATUS_FAILED, -ESTRPIPE, -EIO },
	{ "a status from the future", 9, 0, -EPROTO },
	{ "the largest status", U32_MAX, -1, -EPROTO },
};

static void status_becomes_an_errno(struct kunit *test)
{
	unsigned int i;
	int error;

	for (i = 0; i < ARRAY_SIZE(errno_cases); i++) {
		error = vsoc_audio_status_to_errno(errno_cases[i].status,
						   (u32)errno_cases[i].detail);
		KUNIT_EXPECT_EQ_MSG(test, error, errno_cases[i].expected, "%s",
				    errno_cases[i].name);
	}
}

static const struct {
	const char *name;
	bool is_pinging, is_done, has_timed_out, is_waited_for;
	enum vsoc_audio_watchdog_action expected;
} watchdog_cases[] = {
	{ "nothing is under way", false, true, false, false, VSOC_AUDIO_WATCHDOG_OVER },
	{ "an answered ping is history", false, true, true, false, VSOC_AUDIO_WATCHDOG_OVER },
	{ "a request waits", false, true, false, true, VSOC_AUDIO_WATCHDOG_PING },
	{ "it still waits after a ping", false, true, true, true, VSOC_AUDIO_WATCHDOG_PING },
	{ "the ping has time", true, false, false, false, VSOC_AUDIO_WATCHDOG_WAIT },
	{ "the ping is not answered", true, false, true, false, VSOC_AUDIO_WATCHDOG_DEAD },
	{ "there was no room for the ping", true, true, false, false, VSOC_AUDIO_WATCHDOG_PING },
	{ "there still is no room", true, true, true, false, VSOC_AUDIO_WATCHDOG_DEAD },
};

static void an_unresponsive_dsp_is_found(struct kunit *test)
{
	enum vsoc_audio_watchdog_action next;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(watchdog_cases); i++) {
		next = vsoc_audio_watchdog_next(watchdog_cases[i].is_pinging,
						watchdog_cases[i].is_done,
						watchdog_cases[i].has_timed_out,
						watchdog_cases[i].is_waited_for);
		KUNIT_EXPECT_EQ_MSG(test, next, watchdog_cases[i].expected, "%s",
				    watchdog_cases[i].name);
	}
}

static void the_threshold_is_in_microframes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vsoc_audio_ist_uframes(0), 0);
	KUNIT_EXPECT_EQ(test, vsoc_audio_ist_uframes(0xfffffff5), 5);
	KUNIT_EXPECT_EQ(test, vsoc_audio_ist_uframes(0x9), 8);
	KUNIT_EXPECT_EQ(test, vsoc_audio_ist_uframes(0xf), AUDIO_CONTROLLER_MAX_IST_UFRAMES);
}

static struct kunit_case ipc_cases[] = {
	KUNIT_CASE(status_becomes_an_errno),
	KUNIT_CASE(an_unresponsive_dsp_is_found),
	KUNIT_CASE(the_threshold_is_in_microframes),
	{ }
};

static struct kunit_suite ipc_suite = {
	.name = "vsoc-audio-ipc",
	.test_cases = ipc_cases,
};

kunit_test_suite(ipc_suite);
