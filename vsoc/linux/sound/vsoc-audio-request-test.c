// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the DSP when there is no room for them: none is lost, none is sent twice, and the
 * order is that of their submission.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/rpmsg.h>
#include "../../../rpmsg/rpmsg_internal.h"
#include "vsoc-audio-ipc-priv.h"
#include "vsoc-audio-request.h"

#define MESSAGES	16
#define BODY		0x10	/* of the first request; the next has one more */

/*
 * A channel to nobody. room: so many messages can be sent error: the result of sending when there
 * is no room sent: those that were
 */
struct fixture {
	struct vsoc_audio_ipc ipc;
	struct rpmsg_endpoint ept;
	unsigned int room;
	int error;
	struct vsoc_audio_message sent[MESSAGES];
	unsigned int sent_count;
};

static int fake_trysend(struct rpmsg_endpoint *ept, void *data, int bytes)
{
	struct fixture *fixture = ept->priv;

	if (!fixture->room || fixture->sent_count == MESSAGES)
		return fixture->error;
	fixture->room--;
	memcpy(&fixture->sent[fixture->sent_count++], data, bytes);
	return 0;
}

static const struct rpmsg_endpoint_ops fake_ops = {
	.trysend = fake_trysend,
};

static int init_fixture(struct kunit *test)
{
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fixture);
	mutex_init(&fixture->ipc.tx_lock);
	vsoc_audio_requests_init(&fixture->ipc);
	fixture->ept.ops = &fake_ops;
	fixture->ept.priv = fixture;
	fixture->error = -ENOMEM;
	fixture->ipc.ept = &fixture->ept;
	test->priv = fixture;
	return 0;
}

static void exit_fixture(struct kunit *test)
{
	struct fixture *fixture = test->priv;

	vsoc_audio_requests_fail(&fixture->ipc, -ENODEV);
	cancel_delayed_work_sync(&fixture->ipc.send_work);
	mutex_destroy(&fixture->ipc.tx_lock);
}

static int submit(struct fixture *fixture, struct vsoc_audio_request *request, u8 body)
{
	guard(mutex)(&fixture->ipc.tx_lock);

	return vsoc_audio_requests_add_locked(&fixture->ipc, request, AUDIO_CONTROL_STOP, &body,
					      sizeof(body));
}

/* As send_work does. */
static void make_room(struct fixture *fixture, unsigned int room)
{
	guard(mutex)(&fixture->ipc.tx_lock);

	fixture->room = room;
	vsoc_audio_requests_send_locked(&fixture->ipc);
}

static void submit_all(struct kunit *test, struct vsoc_audio_request *requests, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		vsoc_audio_request_init(&requests[i], NULL);
		KUNIT_EXPECT_EQ(test, submit(test->priv, &requests[i], BODY + i), 0);
		KUNIT_EXPECT_FALSE(test, completion_done(&requests[i].done));
	}
}

static void expect_sent(struct kunit *test, unsigned int count)
{
	struct fixture *fixture = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, fixture->sent_count, count);
	for (i = 0; i < count; i++)
		KUNIT_EXPECT_EQ(test, fixture->sent[i].body[0], BODY + i);
}

static void nothing_is_lost(struct kunit *test)
{
	struct vsoc_audio_request requests[4];
	struct fixture *fixture = test->priv;

	submit_all(test, requests, ARRAY_SIZE(requests));
	expect_sent(test, 0);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&fixture->ipc.send_work));
	make_room(fixture, 3);
	expect_sent(test, 3);
	make_room(fixture, 0);
	expect_sent(test, 3);
	make_room(fixture, 5);
	expect_sent(test, 4);
	vsoc_audio_requests_fail(&fixture->ipc, -ENODEV);
	KUNIT_EXPECT_EQ(test, requests[3].error, -ENODEV);
}

/* A later request does not overtake, even if there is room by then. */
static void the_order_is_kept(struct kunit *test)
{
	struct vsoc_audio_request requests[3];
	struct fixture *fixture = test->priv;

	submit_all(test, requests, 2);
	fixture->room = 1;
	vsoc_audio_request_init(&requests[2], NULL);
	KUNIT_EXPECT_EQ(test, submit(fixture, &requests[2], BODY + 2), 0);
	expect_sent(test, 1);
	make_room(fixture, 2);
	expect_sent(test, 3);
	vsoc_audio_requests_fail(&fixture->ipc, -ENODEV);
}

static void work_looks_for_room(struct kunit *test)
{
	struct vsoc_audio_request requests[2];
	struct fixture *fixture = test->priv;

	submit_all(test, requests, ARRAY_SIZE(requests));
	scoped_guard(mutex, &fixture->ipc.tx_lock)
		fixture->room = 2;
	flush_delayed_work(&fixture->ipc.send_work);
	expect_sent(test, 2);
	vsoc_audio_requests_fail(&fixture->ipc, -ENODEV);
}

static bool is_found(struct fixture *fixture, const struct vsoc_audio_request *request)
{
	bool is_found;

	spin_lock(&fixture->ipc.pending_lock);
	is_found = vsoc_audio_request_find_locked(&fixture->ipc, request->sequence) == request;
	spin_unlock(&fixture->ipc.pending_lock);
	return is_found;
}

static void replies_are_to_what_was_sent(struct kunit *test)
{
	struct vsoc_audio_request requests[2];
	struct fixture *fixture = test->priv;

	fixture->room = 1;
	submit_all(test, requests, ARRAY_SIZE(requests));
	KUNIT_EXPECT_TRUE(test, is_found(fixture, &requests[0]));
	KUNIT_EXPECT_FALSE(test, is_found(fixture, &requests[1]));
	make_room(fixture, 1);
	KUNIT_EXPECT_TRUE(test, is_found(fixture, &requests[1]));
	vsoc_audio_requests_fail(&fixture->ipc, -ENODEV);
}

/* Its waiter has gone, and its memory with it. */
static void what_is_given_up_is_not_sent(struct kunit *test)
{
	struct vsoc_audio_request requests[3];
	struct fixture *fixture = test->priv;

	submit_all(test, requests, ARRAY_SIZE(requests));
	scoped_guard(spinlock, &fixture->ipc.pending_lock)
		vsoc_audio_request_finish_locked(&fixture->ipc, &requests[1], -ETIMEDOUT);
	memset(&requests[1], 0xff, sizeof(requests[1]));
	make_room(fixture, 3);
	KUNIT_ASSERT_EQ(test, fixture->sent_count, 2);
	KUNIT_EXPECT_EQ(test, fixture->sent[0].body[0], BODY);
	KUNIT_EXPECT_EQ(test, fixture->sent[1].body[0], BODY + 2);
	vsoc_audio_requests_fail(&fixture->ipc, -ENODEV);
}

/* An error other than a lack of room ends the request, and only that one. */
static void errors_are_final(struct kunit *test)
{
	struct vsoc_audio_request requests[2];
	struct fixture *fixture = test->priv;

	vsoc_audio_request_init(&requests[0], NULL);
	fixture->error = -EINVAL;
	KUNIT_EXPECT_EQ(test, submit(fixture, &requests[0], BODY), 0);
	KUNIT_EXPECT_TRUE(test, completion_done(&requests[0].done));
	KUNIT_EXPECT_EQ(test, requests[0].error, -EINVAL);

	fixture->room = 1;
	vsoc_audio_request_init(&requests[1], NULL);
	KUNIT_EXPECT_EQ(test, submit(fixture, &requests[1], BODY), 0);
	expect_sent(test, 1);
	vsoc_audio_requests_fail(&fixture->ipc, -ENODEV);

	fixture->ipc.ept = NULL;
	KUNIT_EXPECT_EQ(test, submit(fixture, &requests[1], BODY), -ENODEV);
	KUNIT_EXPECT_TRUE(test, completion_done(&requests[1].done));
}

/* Sequence numbers go round, and none is used twice at a time; 0 is that of notifications. */
static void sequences_are_unique(struct kunit *test)
{
	struct vsoc_audio_request requests[2];
	struct fixture *fixture = test->priv;
	unsigned int i;

	fixture->room = 1;
	vsoc_audio_request_init(&requests[0], NULL);
	vsoc_audio_request_init(&requests[1], NULL);
	KUNIT_EXPECT_EQ(test, submit(fixture, &requests[0], BODY), 0);
	for (i = 0; i < U16_MAX + 10; i++) {
		fixture->room = 1;
		fixture->sent_count = 0;
		KUNIT_ASSERT_EQ(test, submit(fixture, &requests[1], BODY), 0);
		KUNIT_ASSERT_NE(test, requests[1].sequence, 0);
		KUNIT_ASSERT_NE(test, requests[1].sequence, requests[0].sequence);
		scoped_guard(spinlock, &fixture->ipc.pending_lock)
			vsoc_audio_request_finish_locked(&fixture->ipc, &requests[1], 0);
	}
	vsoc_audio_requests_fail(&fixture->ipc, -ENODEV);
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(nothing_is_lost),
	KUNIT_CASE(the_order_is_kept),
	KUNIT_CASE(work_looks_for_room),
	KUNIT_CASE(replies_are_to_what_was_sent),
	KUNIT_CASE(what_is_given_up_is_not_sent),
	KUNIT_CASE(errors_are_final),
	KUNIT_CASE(sequences_are_unique),
	{ }
};

static struct kunit_suite request_suite = {
	.name = "vsoc-audio-request",
	.init = init_fixture,
	.exit = exit_fixture,
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
