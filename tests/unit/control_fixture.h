/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The vocabulary of the tests of the audio control channel's server. The audio streams and the QMI client are fakes:
 * the test says how they answer, and sees what they are asked.
 */
#ifndef LULLABY_TESTS_CONTROL_FIXTURE_H
#define LULLABY_TESTS_CONTROL_FIXTURE_H

#include "unit.h"

#include "fake_platform.h"
#include "firmware/session/control.h"

#define IOVA_END	0x100000000ull
#define BUFFER_IOVA	0x10000000ull
#define SHARED_IOVA	0x20000000ull
#define TOKEN		UAUDIO_TOKEN(1u, 0u, UAUDIO_DIRECTION_PLAYBACK)	/* of stream 0 */
#define SLOT		3
#define CONTROLLER	2
#define MESSAGES_MAX	64
#define EAGAIN_WIRE	((uint32_t)-11)
#define EBUSY_WIRE	((uint32_t)-16)
#define ENODEV_WIRE	((uint32_t)-19)

/**
 * struct message - a message from the channel, taken apart
 * @header: as it came
 * @body: of the message
 * @body_bytes: its length
 */
struct message {
	struct audio_control_header header;
	uint8_t body[sizeof(struct audio_stats)];
	uint32_t body_bytes;
};

/* The server under test, and its fakes: their answers, and the requests to them. */
struct fixture {
	struct control control;
	struct usb_stream_client client;
	struct message sent[MESSAGES_MAX];
	unsigned int sent_count;
	bool is_blocked;
	unsigned int refusals;
	/* QMI: one request a stream, whether its time is up, and when the client wants to be called */
	struct usb_stream_request asked[USB_STREAM_CLIENT_STREAMS];
	bool is_asked[USB_STREAM_CLIENT_STREAMS];
	bool is_late[USB_STREAM_CLIENT_STREAMS];
	unsigned int asked_count;
	uint64_t client_deadline_ticks;
	/* audio stream: its answers, and its last arguments */
	enum audio_control_status check_status;
	enum audio_control_status setup_status;
	enum audio_control_status reconfigure_status;
	enum audio_control_status start_status;
	enum audio_control_status resume_status;
	uint32_t transfer_buffer_bytes;
	struct stream_results results;
	bool comes_to_rest;	/* at its next service, if it is suspended */
	struct stream_config config;
	struct usb_endpoint_config endpoint;
	enum audio_stop_mode stop_mode;
	unsigned int starts;	/* the n-th start leaves n in that stream's start_ticks */
	unsigned int setups;
	unsigned int reconfigures;
	unsigned int releases;
	unsigned int losses;
	unsigned int suspends;
	unsigned int resumes;
	uint32_t refused_version;	/* of the AP, or 0 */
	uint16_t sequence;
};

/* Of the test that runs. */
extern struct fixture *f;

/* Of each test: a server that knows one controller. */
int setup(void **state);
int teardown(void **state);

/* One iteration of the server. */
void service(void);

/* A SETUP that is accepted. */
struct audio_setup good_setup(uint32_t stream);
/* The AP sends a message; returns its sequence number. */
uint16_t say(uint16_t type, const void *body, uint32_t body_bytes);
/* The same of a SETUP as good_setup() has it. */
uint16_t say_setup(uint32_t stream);
/* The same of a message that only names a stream. */
uint16_t say_ref(uint16_t type, uint32_t stream);
/* START of the streams whose bits are set. */
uint16_t say_start(uint32_t streams);
uint16_t say_stop(uint32_t stream, uint32_t mode);
uint16_t say_hello(uint32_t version);

/* Takes the oldest message from the channel and checks its header. */
struct message expect(uint16_t type, uint16_t sequence, uint32_t status);
/* The same of a reply without a body. */
void expect_reply(uint16_t type, uint16_t sequence, uint32_t status);
/* After another iteration there is nothing more. */
void expect_silence(void);
/* The AP is told that a stream is lost, after another iteration. */
void expect_lost(uint32_t stream, uint32_t reason);

struct usb_stream_response good_response(void);
/* The request that the QMI client was given for a stream ends. */
void complete(uint32_t stream, enum usb_stream_outcome outcome,
	      const struct usb_stream_response *response);
/* The same with good_response() and a status. */
void answer(uint32_t stream, int32_t status, uint32_t internal_status);
/* The AP says that something happened to a device; @token 0: it does not say to which PCM. */
void event(int32_t kind, uint32_t slot, uint8_t controller, uint32_t token);

void add_controller(uint32_t number);

/* From IDLE. */
void make_ready(uint32_t stream);
void make_running(uint32_t stream);

#define CONTROL_TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif /* LULLABY_TESTS_CONTROL_FIXTURE_H */
