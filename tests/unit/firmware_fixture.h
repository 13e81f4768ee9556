/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The whole of the firmware but its target, as main.c puts it together, and an AP that speaks all its protocols, in
 * honesty or not: messages with is_hostile set are distorted.
 *
 * The AP's memory is one block, guarded by the sanitizer at both of its ends, and it may be pointed at from everywhere: rings
 * in buffers and buffers in rings. A real DSP's MMU guards the memory outside. Tested here is that the firmware
 * stays within the memory that it was told of, with any content, and that each of its iterations ends.
 *
 * With any AP, the firmware has said and done all that it could when it goes to sleep.
 */
#ifndef LULLABY_TESTS_FIRMWARE_FIXTURE_H
#define LULLABY_TESTS_FIRMWARE_FIXTURE_H

#include "unit.h"

#include "fake_driver.h"
#include "fake_platform.h"
#include "firmware/session/control.h"
#include "firmware/transport/qrtr.h"

#define ITERATIONS_MAX	64		/* of the message loop, until it wants to sleep */
/* Of the device's PCMs, the first plays and the second records. */
#define TOKEN(pcm)	UAUDIO_TOKEN(1u, (uint32_t)(pcm), (pcm) ? (uint32_t)UAUDIO_DIRECTION_CAPTURE : \
							  (uint32_t)UAUDIO_DIRECTION_PLAYBACK)
#define AUDIO_ADDRESS	0x401
#define TIMEOUT_TICKS	(FAKE_TICKS_PER_SECOND * 9ull / 10)

/* The AP's memory as the DSP sees it. An honest AP's places, behind the xHC's registers: */
#define ARENA_IOVA	0x100000ull
#define ARENA_BYTES	0x20000u
#define EVENT_RING	(ARENA_IOVA + 0x2000)		/* of the device, which has two PCMs: */
#define DATA_RING(pcm)	(ARENA_IOVA + 0x3000 + (pcm) * 0x6000ull)		/* two segments */
#define TRANSFER_BUFFER(pcm)	(ARENA_IOVA + 0x6000 + (pcm) * 0x6000ull)
#define PCM_BYTES	8192u				/* of each of both */
#define SHARED		(ARENA_IOVA + 0x8000)
#define BUFFER		(ARENA_IOVA + ARENA_BYTES - BUFFER_BYTES)
#define BUFFER_BYTES	19200u
#define DMA_OFFSET	0x4000000000ull			/* how the xHC sees the same */

enum { DATA = 1, HELLO = 2, BYE = 3, NEW_SERVER = 4, DEL_SERVER = 5, DEL_CLIENT = 6, RESUME_TX = 7 };

struct dsp {
	struct fake_driver driver;
	struct rpmsg rpmsg;
	struct rpmsg_endpoint qrtr_endpoint;
	struct rpmsg_endpoint audio_endpoint;
	struct qrtr qrtr;
	struct usb_stream_client client;
	struct control control;
	struct random mutator;
	uint8_t *arena;
	uint32_t erdp[2];
	bool is_honest;
	bool has_corrupt_rings;
	uint64_t deadline;
	uint16_t sequence;
	/* of the last QMI request that came out */
	uint16_t transaction;
	uint32_t token;
	bool is_enable;
	bool is_asked;
	/* results */
	uint32_t replies;
	uint32_t losses;
	uint32_t last_status;
	uint16_t last_reply;
};

/* Sums over all DSPs, which show whether they got anywhere. */
extern struct dsp_totals {
	uint32_t broken_rings;
	uint32_t enables;
	uint32_t setups;
	uint32_t pairs;		/* setups beside another stream */
	uint32_t starts;
	uint32_t notifications;
	uint32_t register_writes;
	uint32_t dropped;
	uint32_t longest;
} dsp_totals;

/* @seed: of a hostile AP's ideas. */
struct dsp *dsp_create(uint64_t seed);
void dsp_destroy(struct dsp *dsp);
/* The message loop until it would sleep: it must, whatever has come. */
void dsp_run(struct dsp *dsp);
/* The AP's driver starts over. */
void dsp_restart_bus(struct dsp *dsp);

/* The AP takes the DSP's messages; with rings that may be corrupt: as far as they make sense. */
void ap_take(struct dsp *dsp);
/* A message to the audio control channel. */
void ap_control(struct dsp *dsp, bool is_hostile, uint16_t type, const void *body, uint32_t bytes);
/* A control message of QRTR. */
void ap_qrtr_control(struct dsp *dsp, bool is_hostile, uint32_t type);
/* Answers the last request, as the AP would, or nearly so. */
void ap_respond(struct dsp *dsp, bool is_hostile);
/* About the stream of the USB PCM @token, or, if that is 0, about the device. */
void ap_indicate(struct dsp *dsp, bool is_hostile, int32_t event, uint32_t token);
/* CONTROLLER_ADD or CONTROLLER_REMOVE. */
void ap_controller(struct dsp *dsp, bool is_hostile, uint16_t type);
/* SETUP, with new rings. Stream 1 records from the second PCM, or at times, if the AP is not honest, plays to that of stream 0. */
void ap_setup(struct dsp *dsp, bool is_hostile, uint32_t stream);
void ap_put_trb(struct dsp *dsp, uint64_t iova, uint64_t parameter, uint32_t status, uint32_t control);
/* How both sides meet. */
void ap_greet(struct dsp *dsp);
/* An honest AP begins a session, after any past, */
void ap_begin_honest_session(struct dsp *dsp);
/* ... or does so, and its requests succeed. */
void ap_check_sanity(struct dsp *dsp);

#endif /* LULLABY_TESTS_FIRMWARE_FIXTURE_H */
