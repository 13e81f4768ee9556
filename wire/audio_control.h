/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The audio control channel: how the AP's sound card tells the DSP what to play.
 *
 * It runs over the rpmsg channel AUDIO_CONTROL_CHANNEL, announced by the DSP. The AP sends
 * requests; the DSP answers each one with the same `type | AUDIO_CONTROL_REPLY` and `sequence`.
 * The DSP sends notifications unasked (sequence 0). One message is one rpmsg packet, at most
 * AUDIO_CONTROL_MAX_BYTES long: a header, then the body named beside its type. A message whose
 * length is not exactly that of its type is dropped and counted by either side.
 *
 * A stream, in requests (each stream is one PCM of the AP's sound card):
 *
 *	SETUP	-> the DSP enables the USB stream (QMI STREAM enable) and primes nothing yet
 *	START	-> the first isochronous transfers are queued
 *	STOP	-> DRAIN: all samples written so far are still played;
 *		   ABORT: at most one service interval is
 *	RELEASE	-> the USB stream is disabled (QMI STREAM disable);
 *		   the buffer may be unmapped
 *
 * Before a sleep that cuts the xHC's power, the AP's USB service says SUSPEND to the DSP, and after
 * it RESUME. A DSP that can, suspends its streams meanwhile, and the AP does not hear of it here:
 * requests are served, `running` stays 1, and the frame counts stand still. One that cannot reports
 * STREAM_LOST.
 *
 * SETUP on a stream that is set up and stopped replaces its parameters. RELEASE is accepted in any
 * state and is idempotent. The reply to STOP is sent when the last transfer has completed.
 *
 * PERIOD_ELAPSED comes each time `queued_frames` has crossed a period, unless the setup says
 * AUDIO_SETUP_NO_PERIOD_WAKEUP; and, whatever it says, once each time the DSP has taken the last
 * sample there is (queued_frames == appl_frames), so that a draining application is woken.
 *
 * The samples and the position do not travel here: they are in memory, see struct audio_shared.
 */
#ifndef LULLABY_WIRE_AUDIO_CONTROL_H
#define LULLABY_WIRE_AUDIO_CONTROL_H

#include "types.h"

#define AUDIO_CONTROL_CHANNEL		"lullaby-audio"
#define AUDIO_CONTROL_VERSION		1
#define AUDIO_CONTROL_MAX_BYTES		128
#define AUDIO_CONTROL_REPLY		0x8000
#define AUDIO_CONTROL_MAX_STREAMS	8	/* stream ids are 0 .. 7 */
#define AUDIO_CONTROL_MAX_CONTROLLERS	4	/* controller numbers are 0 .. 3 */

enum audio_control_type {
	/* AP to DSP; body of the request, body of the reply */
	AUDIO_CONTROL_HELLO		= 0x0001, /* struct audio_hello, struct audio_hello */
	AUDIO_CONTROL_CONTROLLER_ADD	= 0x0002, /* struct audio_controller, none */
	AUDIO_CONTROL_CONTROLLER_REMOVE	= 0x0003, /* struct audio_controller, none */
	AUDIO_CONTROL_SETUP		= 0x0010, /* struct audio_setup, none */
	AUDIO_CONTROL_START		= 0x0011, /* struct audio_stream_ref, none */
	AUDIO_CONTROL_STOP		= 0x0012, /* struct audio_stop, none */
	AUDIO_CONTROL_RELEASE		= 0x0013, /* struct audio_stream_ref, none */
	AUDIO_CONTROL_GET_STATS		= 0x0020, /* none, struct audio_stats */
	/* 0x0030: of tests, see fault_injection.h */
	/* DSP to AP, unasked */
	AUDIO_CONTROL_PERIOD_ELAPSED	= 0x0100, /* struct audio_stream_ref */
	AUDIO_CONTROL_STREAM_LOST	= 0x0101, /* struct audio_lost */
};

/* Why a request failed, in a reply's `status`. */
enum audio_control_status {
	AUDIO_STATUS_OK			= 0,
	AUDIO_STATUS_INVALID		= 1, /* a field is out of range or contradicts another */
	AUDIO_STATUS_WRONG_STATE	= 2, /* the stream's state does not allow it */
	AUDIO_STATUS_NO_DEVICE		= 3, /* the AP's USB service knows no such device */
	AUDIO_STATUS_UNSUPPORTED	= 4, /* the format or rate cannot be converted or carried */
	AUDIO_STATUS_BUSY		= 5, /* the USB PCM is in use */
	AUDIO_STATUS_NO_MEMORY		= 6,
	AUDIO_STATUS_TIMED_OUT		= 7, /* the AP's USB service did not answer */
	AUDIO_STATUS_FAILED		= 8, /* the AP's USB service refused for another reason */
};

struct audio_control_header {
	__le16 type;		/* enum audio_control_type, | AUDIO_CONTROL_REPLY in a reply */
	__le16 sequence;	/* of the request; 0 in a notification */
	__le32 status;		/* enum audio_control_status; 0 in requests and notifications */
	__le32 detail;		/* internal_status of the QMI response behind a refusal, or 0 */
};
static_assert(sizeof(struct audio_control_header) == 12, "wire size");

struct audio_hello {
	__le32 version;		/* AUDIO_CONTROL_VERSION of the sender */
	__le32 max_streams;	/* how many the sender can serve */
};
static_assert(sizeof(struct audio_hello) == 8, "wire size");

/* Where the DSP finds the registers of an xHC: addresses as the DSP dereferences them. */
struct audio_controller {
	__le32 controller_num;	/* the number that QMI responses use */
	__le32 max_slots;
	__le64 doorbell_iova;	/* xHCI 5.6: doorbell array, one 32-bit register a slot */
	__le64 runtime_iova;	/* xHCI 5.5: runtime registers, MFINDEX first */
	__le32 doorbell_bytes;	/* mapped from doorbell_iova */
	__le32 runtime_bytes;	/* mapped from runtime_iova */
};
static_assert(sizeof(struct audio_controller) == 32, "wire size");

#define AUDIO_SETUP_NO_PERIOD_WAKEUP	0x1	/* PERIOD_ELAPSED for the last sample only */

struct audio_setup {
	__le32 stream;		/* 0 .. max_streams - 1 */
	__le32 usb_token;	/* see usb_audio_stream.h; says the direction, too */
	__le32 format;		/* enum uaudio_format of the PCM buffer */
	__le32 channels;	/* of the PCM buffer */
	__le32 rate_hz;
	__le32 flags;		/* AUDIO_SETUP_* */
	__le64 buffer_iova;	/* the PCM ring buffer */
	__le64 shared_iova;	/* struct audio_shared of this stream */
	__le32 buffer_bytes;	/* a whole number of frames */
	__le32 period_bytes;	/* a whole number of frames, at most buffer_bytes */
	__le32 usb_format;	/* enum uaudio_format the USB device takes */
	__le32 usb_channels;	/* channels of the USB stream */
};
static_assert(sizeof(struct audio_setup) == 56, "wire size");

struct audio_stream_ref {
	__le32 stream;
};
static_assert(sizeof(struct audio_stream_ref) == 4, "wire size");

enum audio_stop_mode {
	AUDIO_STOP_ABORT	= 0,
	AUDIO_STOP_DRAIN	= 1,
};

struct audio_stop {
	__le32 stream;
	__le32 mode;		/* enum audio_stop_mode */
};
static_assert(sizeof(struct audio_stop) == 8, "wire size");

enum audio_lost_reason {
	AUDIO_LOST_DISCONNECTED	= 0,	/* the AP said that the USB device has gone */
	AUDIO_LOST_SUSPENDED	= 1,	/* the xHC loses power, and the DSP cannot go on */
	AUDIO_LOST_ENDPOINT	= 2,	/* the xHC halted or stopped the endpoint */
};

struct audio_lost {
	__le32 stream;
	__le32 reason;		/* enum audio_lost_reason */
};
static_assert(sizeof(struct audio_lost) == 8, "wire size");

/* The DSP's own account. Times are ticks of the system counter (CNTFRQ_EL0 a second). */
struct audio_stats {
	__le64 busy_ticks;	/* between wake-up and WFI */
	__le64 uptime_ticks;
	__le64 wakeups;
	__le32 rpmsg_dropped;	/* malformed packets of any channel */
	__le32 qmi_dropped;
	__le32 qrtr_dropped;
	__le32 control_dropped;
};
static_assert(sizeof(struct audio_stats) == 40, "wire size");

/*
 * One per stream, in memory that both sides map. Each half has one writer and its own cache line.
 *
 * ap.appl_frames: the frames that the application has written since the PCM was prepared. The
 * DSP never reads the PCM buffer beyond it: when it runs out, silence goes to the device.
 * `underruns` counts such intervals once more samples follow or the stream is aborted: silence
 * before a DRAIN is no underrun.
 *
 * dsp: a sequence lock. The DSP makes `sequence` odd, writes, makes it even; a reader retries
 * while it is odd or has changed. Frame counts start from 0 at START and are not wrapped at the
 * buffer.
 */
struct audio_shared_ap {
	__le64 appl_frames;
	__le64 reserved[7];
};
static_assert(sizeof(struct audio_shared_ap) == 64, "wire size");

struct audio_shared_dsp {
	__le32 sequence;
	__le32 running;		/* 1 from START to the end of STOP */
	__le64 queued_frames;	/* taken out of the PCM buffer: their space may be reused */
	__le64 played_frames;	/* of those, on the bus: their transfer event has come */
	__le64 updated_ticks;	/* system counter when the two were true */
	__le64 first_frame_ticks; /* system counter at the event of the first transfer, or 0 */
	__le32 underruns;	/* service intervals that carried silence for lack of samples */
	__le32 missed_services;	/* Missed Service Error events (xHCI 4.10.3.2) */
	__le32 ring_underruns;	/* Ring Underrun events (xHCI 4.10.3.1) */
	__le32 transfer_errors;	/* any other unsuccessful transfer event */
};
static_assert(sizeof(struct audio_shared_dsp) == 56, "wire size");

struct audio_shared {
	struct audio_shared_ap ap;
	struct audio_shared_dsp dsp;
	__le64 reserved;
};
static_assert(sizeof(struct audio_shared) == 128, "wire size");

#endif /* LULLABY_WIRE_AUDIO_CONTROL_H */
