// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The table in control_stream.h, walked: each state, with each state of its lease that can go with it, and each event.
 *
 * A state is written as "STATE LEASE": PENDING is a lease that is held until the player has come to rest. "!" behind it
 * says that the AP's USB service has said SUSPEND, and no RESUME after it; "+", that RESUME has come while the enable
 * is under way.
 */
#include <stdio.h>

#include "control_fixture.h"

enum event {
	NOTHING,	/* ends a path */
	SETUP,		/* with the USB stream that there is */
	OTHER_SETUP,	/* with another one */
	START,
	DRAIN,
	ABORT,
	RELEASE,
	HELLO,
	CONTROLLER_REMOVED,
	SUSPEND,
	RESUME,
	DISCONNECT,
	SERVICE_LOST,
	DONE,		/* the USB service has done the request */
	REFUSED,
	ASLEEP,		/* refused, as the AP is about to sleep */
	TIMED_OUT,
	STOPPED,
	AT_REST,
	ENDPOINT_LOST,
	EVENTS
};

static const char * const event_names[EVENTS] = {
	"NOTHING", "SETUP", "OTHER_SETUP", "START", "DRAIN", "ABORT", "RELEASE", "HELLO", "CONTROLLER_REMOVED",
	"SUSPEND", "RESUME", "DISCONNECT", "SERVICE_LOST", "DONE", "REFUSED", "ASLEEP", "TIMED_OUT",
	"STOPPED", "AT_REST", "ENDPOINT_LOST",
};

#define PATH_MAX_EVENTS	8
#define NAME_MAX_BYTES	24

/* The states, and how to come there from IDLE. */
static const struct {
	const char *name;
	enum event path[PATH_MAX_EVENTS];
} states[] = {
	{ "IDLE NONE", { NOTHING } },
	{ "SETTING_UP ENABLING", { SETUP } },
	{ "SETTING_UP ENABLING!", { SETUP, SUSPEND } },
	{ "SETTING_UP DISABLING", { SETUP, DONE, OTHER_SETUP } },
	{ "READY HELD", { SETUP, DONE } },
	{ "READY DISABLING!", { SETUP, DONE, SUSPEND } },
	{ "READY DISABLING", { SETUP, DONE, SUSPEND, RESUME } },
	{ "READY NONE!", { SETUP, DONE, SUSPEND, DONE } },
	{ "READY ENABLING", { SETUP, DONE, SUSPEND, DONE, RESUME } },
	{ "READY ENABLING!", { SETUP, DONE, SUSPEND, DONE, RESUME, SUSPEND } },
	{ "READY ENABLING+", { SETUP, DONE, SUSPEND, DONE, RESUME, RESUME } },
	{ "RUNNING HELD", { SETUP, DONE, START } },
	{ "RUNNING PENDING!", { SETUP, DONE, START, SUSPEND } },
	{ "RUNNING PENDING", { SETUP, DONE, START, SUSPEND, RESUME } },
	{ "RUNNING DISABLING!", { SETUP, DONE, START, SUSPEND, AT_REST } },
	{ "RUNNING DISABLING", { SETUP, DONE, SUSPEND, START, RESUME } },
	{ "RUNNING NONE!", { SETUP, DONE, START, SUSPEND, AT_REST, DONE } },
	{ "RUNNING ENABLING", { SETUP, DONE, SUSPEND, START, DONE, RESUME } },
	{ "RUNNING ENABLING!", { SETUP, DONE, SUSPEND, START, DONE, RESUME, SUSPEND } },
	{ "RUNNING ENABLING+", { SETUP, DONE, SUSPEND, START, DONE, RESUME, RESUME } },
	{ "STOPPING HELD", { SETUP, DONE, START, DRAIN } },
	{ "STOPPING PENDING!", { SETUP, DONE, START, DRAIN, SUSPEND } },
	{ "STOPPING PENDING", { SETUP, DONE, START, SUSPEND, RESUME, DRAIN } },
	{ "STOPPING DISABLING!", { SETUP, DONE, START, DRAIN, SUSPEND, AT_REST } },
	{ "STOPPING DISABLING", { SETUP, DONE, SUSPEND, START, DRAIN, RESUME } },
	{ "STOPPING NONE!", { SETUP, DONE, SUSPEND, START, DRAIN, DONE } },
	{ "STOPPING ENABLING", { SETUP, DONE, SUSPEND, START, DONE, RESUME, DRAIN } },
	{ "STOPPING ENABLING!", { SETUP, DONE, SUSPEND, START, DONE, RESUME, SUSPEND, DRAIN } },
	{ "STOPPING ENABLING+", { SETUP, DONE, SUSPEND, START, DONE, RESUME, RESUME, DRAIN } },
	{ "LOST NONE", { SETUP, DONE, SERVICE_LOST } },
	{ "LOST DISABLING", { SETUP, DONE, DISCONNECT } },
	{ "LOST ENABLING", { SETUP, DONE, SUSPEND, DONE, RESUME, DISCONNECT } },
	{ "RELEASING ENABLING", { SETUP, RELEASE } },
	{ "RELEASING DISABLING", { SETUP, DONE, RELEASE } },
};

#define DEFERRED	0xffu	/* a request that is answered later */

#define BIT(event)	(1u << (event))
#define LOSSES		(BIT(CONTROLLER_REMOVED) | BIT(DISCONNECT) | BIT(SERVICE_LOST) | BIT(ENDPOINT_LOST))
#define NO_GRANTS	(BIT(REFUSED) | BIT(ASLEEP) | BIT(TIMED_OUT))
#define ENDS		(BIT(DONE) | NO_GRANTS)

/*
 * The first line that fits counts. "*" is any, in @next the same as before; PLAYER is READY, RUNNING or STOPPING;
 * "?" is "!", "+" or nothing.
 */
struct transition {
	const char *from;
	uint32_t events;
	const char *next;
	uint32_t status;	/* of the reply to a request */
};

static const struct transition transitions[] = {
	/* requests of the sound card */
	{ "IDLE NONE", BIT(SETUP) | BIT(OTHER_SETUP), "SETTING_UP ENABLING", DEFERRED },
	{ "READY HELD", BIT(OTHER_SETUP), "SETTING_UP DISABLING", DEFERRED },
	{ "READY *", BIT(SETUP), "READY *", AUDIO_STATUS_OK },
	{ "READY *", BIT(START), "RUNNING *", AUDIO_STATUS_OK },
	{ "READY *", BIT(DRAIN) | BIT(ABORT), "READY *", AUDIO_STATUS_OK },
	{ "RUNNING *", BIT(DRAIN) | BIT(ABORT), "STOPPING *", DEFERRED },
	{ "STOPPING *", BIT(ABORT), "STOPPING *", DEFERRED },	/* they all are a DRAIN's */
	{ "LOST *", BIT(DRAIN) | BIT(ABORT), "LOST *", AUDIO_STATUS_OK },
	{ "RELEASING *", BIT(RELEASE), "RELEASING *", AUDIO_STATUS_WRONG_STATE },
	{ "* NONE?", BIT(RELEASE) | BIT(HELLO), "IDLE NONE", AUDIO_STATUS_OK },
	{ "LOST *", BIT(RELEASE), "LOST *", DEFERRED },
	{ "* ENABLING?", BIT(RELEASE) | BIT(HELLO), "RELEASING ENABLING", DEFERRED },
	{ "* *", BIT(RELEASE) | BIT(HELLO), "RELEASING DISABLING", DEFERRED },
	/* the device is gone, or the way to it */
	{ "PLAYER NONE!", LOSSES, "LOST NONE", 0 },
	{ "PLAYER ENABLING?", LOSSES, "LOST ENABLING", 0 },
	{ "PLAYER DISABLING?", LOSSES, "LOST DISABLING", 0 },
	{ "PLAYER *", BIT(SERVICE_LOST), "LOST NONE", 0 },
	{ "PLAYER *", LOSSES, "LOST DISABLING", 0 },
	/* suspends */
	{ "READY HELD", BIT(SUSPEND), "READY DISABLING!", 0 },
	{ "PLAYER HELD", BIT(SUSPEND), "* PENDING!", 0 },
	{ "PLAYER PENDING", BIT(SUSPEND), "* PENDING!", 0 },
	{ "PLAYER DISABLING", BIT(SUSPEND), "* DISABLING!", 0 },
	{ "PLAYER ENABLING?", BIT(SUSPEND), "* ENABLING!", 0 },
	{ "SETTING_UP ENABLING", BIT(SUSPEND), "* ENABLING!", 0 },
	{ "* PENDING!", BIT(RESUME), "* PENDING", 0 },
	{ "* DISABLING!", BIT(RESUME), "* DISABLING", 0 },
	{ "PLAYER ENABLING?", BIT(RESUME), "* ENABLING+", 0 },
	{ "* ENABLING!", BIT(RESUME), "* ENABLING", 0 },
	{ "* NONE!", BIT(RESUME), "* ENABLING", 0 },
	{ "* PENDING!", BIT(AT_REST), "* DISABLING!", 0 },
	{ "* PENDING", BIT(AT_REST), "* DISABLING", 0 },
	{ "STOPPING HELD", BIT(STOPPED), "READY HELD", 0 },
	/* ends of the USB service's requests */
	{ "SETTING_UP ENABLING", BIT(DONE), "READY HELD", 0 },
	{ "SETTING_UP ENABLING!", BIT(DONE), "READY DISABLING!", 0 },
	{ "SETTING_UP ENABLING?", NO_GRANTS, "IDLE NONE", 0 },
	{ "SETTING_UP DISABLING", ENDS, "SETTING_UP ENABLING", 0 },
	{ "PLAYER ENABLING!", BIT(DONE), "* DISABLING!", 0 },
	{ "PLAYER ENABLING?", BIT(DONE), "* HELD", 0 },
	{ "PLAYER ENABLING+", BIT(ASLEEP), "* ENABLING", 0 },
	{ "PLAYER ENABLING?", BIT(ASLEEP), "* NONE!", 0 },
	{ "PLAYER ENABLING?", NO_GRANTS, "LOST NONE", 0 },
	{ "PLAYER DISABLING!", ENDS, "* NONE!", 0 },
	{ "PLAYER DISABLING", ENDS, "* ENABLING", 0 },
	{ "LOST ENABLING", BIT(DONE), "LOST DISABLING", 0 },
	{ "LOST *", ENDS, "LOST NONE", 0 },
	{ "RELEASING ENABLING", BIT(DONE), "RELEASING DISABLING", 0 },
	{ "RELEASING *", ENDS, "IDLE NONE", 0 },
};

static const char *where(void)
{
	static const char * const state_names[] = { "IDLE", "SETTING_UP", "READY", "RUNNING", "STOPPING", "LOST",
						    "RELEASING" };
	static const char * const lease_names[] = { "NONE", "ENABLING", "HELD", "DISABLING" };
	static char text[2 * NAME_MAX_BYTES];
	const struct control_stream *stream = &f->control.streams[0];
	bool is_pending = stream->lease.state == LEASE_HELD && audio_stream_is_suspending(&stream->audio);
	bool is_early = stream->lease.state == LEASE_ENABLING && stream->has_early_resume;

	snprintf(text, sizeof(text), "%s %s%s", state_names[stream->state],
		 is_pending ? "PENDING" : lease_names[stream->lease.state],
		 stream->is_suspended ? "!" : is_early ? "+" : "");
	return text;
}

/* Ends the client's request, of either kind. */
static void end_request(enum usb_stream_outcome outcome, int32_t status, uint32_t internal_status)
{
	struct usb_stream_response response = good_response();

	response.status = status;
	response.internal_status = internal_status;
	f->is_asked[0] = false;
	control_client_ops.completed(&f->control, 0, outcome,
				     outcome == USB_STREAM_ANSWERED ? &response : NULL);
}

static uint16_t say_other_setup(void)
{
	struct audio_setup body = good_setup(0);

	body.usb_token += 256;
	return say(AUDIO_CONTROL_SETUP, &body, sizeof(body));
}

static uint16_t say_controller_removed(void)
{
	struct audio_controller body = { .controller_num = CONTROLLER };

	return say(AUDIO_CONTROL_CONTROLLER_REMOVE, &body, sizeof(body));
}

/* Returns the sequence number of a request, 0 if it is none. */
static uint16_t happen(enum event event_)
{
	switch (event_) {
	case SETUP:
		return say_setup(0);
	case OTHER_SETUP:
		return say_other_setup();
	case START:
		return say_start(0x1);
	case DRAIN:
		return say_stop(0, AUDIO_STOP_DRAIN);
	case ABORT:
		return say_stop(0, AUDIO_STOP_ABORT);
	case RELEASE:
		return say_ref(AUDIO_CONTROL_RELEASE, 0);
	case HELLO:
		say_hello(AUDIO_CONTROL_VERSION);
		return 0;
	case CONTROLLER_REMOVED:
		say_controller_removed();
		return 0;
	case SUSPEND:
		event(UAUDIO_DEV_EVENT_SUSPEND, SLOT, CONTROLLER, f->control.streams[0].lease.usb_token);
		return 0;
	case RESUME:
		event(UAUDIO_DEV_EVENT_RESUME, SLOT, CONTROLLER, f->control.streams[0].lease.usb_token);
		return 0;
	case DISCONNECT:
		event(UAUDIO_DEV_EVENT_DISCONNECT, SLOT, CONTROLLER, f->control.streams[0].lease.usb_token);
		return 0;
	case SERVICE_LOST:
		control_client_ops.service_lost(&f->control);
		return 0;
	case DONE:
		end_request(USB_STREAM_ANSWERED, UAUDIO_STREAM_STATUS_SUCCESS, 0);
		return 0;
	case REFUSED:
		end_request(USB_STREAM_ANSWERED, UAUDIO_STREAM_STATUS_NOT_FOUND, 0);
		return 0;
	case ASLEEP:
		end_request(USB_STREAM_ANSWERED, UAUDIO_STREAM_STATUS_FAILURE, EAGAIN_WIRE);
		return 0;
	case TIMED_OUT:
		end_request(USB_STREAM_TIMED_OUT, 0, 0);
		return 0;
	case STOPPED:
		f->results.stopped = true;
		break;
	case AT_REST:
		f->comes_to_rest = true;
		break;
	case ENDPOINT_LOST:
		f->results.lost = true;
		break;
	case NOTHING:
	case EVENTS:
		fail();
	}
	service();
	f->results = (struct stream_results){ 0 };
	f->comes_to_rest = false;
	return 0;
}

static uint32_t reply_status(uint16_t sequence)
{
	for (unsigned int i = 0; i < f->sent_count; i++) {
		if ((f->sent[i].header.type & AUDIO_CONTROL_REPLY) && f->sent[i].header.sequence == sequence)
			return f->sent[i].header.status;
	}
	return DEFERRED;
}

static void check_invariants(void)
{
	const struct control_stream *stream = &f->control.streams[0];
	bool has_player = stream->state == CONTROL_STREAM_READY || stream->state == CONTROL_STREAM_RUNNING ||
			  stream->state == CONTROL_STREAM_STOPPING;
	bool has_request = stream->lease.state == LEASE_ENABLING || stream->lease.state == LEASE_DISABLING;

	assert_int_equal(stream->audio.player.state != PLAYER_FREE, has_player);
	assert_int_equal(audio_stream_uses_endpoint(&stream->audio), stream->lease.state == LEASE_HELD);
	assert_int_equal(f->is_asked[0], has_request);
	if (has_request)
		assert_int_equal(f->asked[0].enable, stream->lease.state == LEASE_ENABLING);
	/* Each pending reply will be sent: something is under way that ends. */
	assert_int_equal(stream->setup.is_pending, stream->state == CONTROL_STREAM_SETTING_UP ||
						(stream->setup.is_pending && has_request));
	assert_true(!stream->release.is_pending || has_request);
	assert_true(!(stream->drain.is_pending || stream->abort.is_pending) || stream->state == CONTROL_STREAM_STOPPING);
}

static void expect_released(void)
{
	if (!f->control.streams[0].release.is_pending)
		happen(RELEASE);
	for (int i = 0; f->is_asked[0]; i++) {
		assert_true(i < 2);
		happen(DONE);
		check_invariants();
	}
	service();
	assert_string_equal(where(), "IDLE NONE");
}

/* The next word of a state's name, which is "STATE LEASE". */
static const char *take_word(const char *name, char *word)
{
	size_t length = strcspn(name, " ");

	memcpy(word, name, length);
	word[length] = '\0';
	return name + length + (name[length] == ' ');
}

struct state_name {
	char state[NAME_MAX_BYTES];
	char lease[NAME_MAX_BYTES];
};

static struct state_name parse(const char *name)
{
	struct state_name parsed;

	take_word(take_word(name, parsed.state), parsed.lease);
	return parsed;
}

static bool state_fits(const char *state, const char *pattern)
{
	if (!strcmp(pattern, "PLAYER"))
		return !strcmp(state, "READY") || !strcmp(state, "RUNNING") || !strcmp(state, "STOPPING");
	return !strcmp(pattern, "*") || !strcmp(pattern, state);
}

static bool lease_fits(const char *lease, const char *pattern)
{
	size_t length = strcspn(pattern, "?");

	if (pattern[length] == '?')
		return !strncmp(lease, pattern, length) &&
		       (!lease[length] || !strcmp(lease + length, "!") || !strcmp(lease + length, "+"));
	return !strcmp(pattern, "*") || !strcmp(pattern, lease);
}

/* The state after an event, and the status of the reply. A pair that is not in the table is refused, and changes nothing. */
static uint32_t look_up(const char *from, enum event event_, char *next)
{
	struct state_name was = parse(from);

	strcpy(next, from);
	for (size_t i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++) {
		struct state_name pattern = parse(transitions[i].from), becomes = parse(transitions[i].next);

		if (!(transitions[i].events & BIT(event_)) || !state_fits(was.state, pattern.state) ||
		    !lease_fits(was.lease, pattern.lease))
			continue;
		sprintf(next, "%s %s", strcmp(becomes.state, "*") ? becomes.state : was.state,
			strcmp(becomes.lease, "*") ? becomes.lease : was.lease);
		return transitions[i].status;
	}
	return AUDIO_STATUS_WRONG_STATE;
}

static bool is_walked(const char *name)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!strcmp(states[i].name, name))
			return true;
	}
	return false;
}

static void walk(const char *from, const enum event *path, enum event event_)
{
	char next[2 * NAME_MAX_BYTES];
	uint32_t status = look_up(from, event_, next);
	uint16_t sequence;
	void *state;

	setup(&state);
	for (size_t i = 0; i < PATH_MAX_EVENTS && path[i] != NOTHING; i++)
		happen(path[i]);
	assert_string_equal(where(), from);
	check_invariants();
	sequence = happen(event_);
	if (strcmp(where(), next))
		fail_msg("%s, %s: %s instead of %s", from, event_names[event_], where(), next);
	if (sequence && reply_status(sequence) != status)
		fail_msg("%s, %s: status %u instead of %u", from, event_names[event_], reply_status(sequence),
			 status);
	/* So that every state there is has each event. */
	if (!is_walked(next))
		fail_msg("%s, %s: %s is not in the list", from, event_names[event_], next);
	check_invariants();
	expect_released();
	teardown(&state);
}

static void each_state_takes_each_event(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		for (enum event event_ = NOTHING + 1; event_ < EVENTS; event_++)
			walk(states[i].name, states[i].path, event_);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_takes_each_event),
	};

	return cmocka_run_group_tests_name("control_states", tests, NULL, NULL);
}
