/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The audio control channel: how the AP's sound card tells the DSP what to play and to record.
 *
 * It runs over the rpmsg channel AUDIO_CONTROL_CHANNEL, announced by the DSP. The AP sends
 * requests; the DSP answers each one with the same `type | AUDIO_CONTROL_REPLY` and `sequence`.
 * The DSP sends notifications unasked (sequence 0). One message is one rpmsg packet, at most
 * AUDIO_CONTROL_MAX_BYTES long: a header, then the body named beside its type. A message whose
 * length is not exactly that of its type is dropped and counted by either side; but a reply that
 * refuses a request need not have a body.
 *
 * Versions. A session begins with HELLO, which has the same 8 bytes in every version. Each side
 * says its own version and compares: if the two differ there is no session, and each side says so
 * in one line of its log. Until there is a session the DSP refuses all requests but HELLO and
 * GET_STATS with WRONG_STATE. A DSP answers HELLO with OK, of any version (a DSP of version 1 with
 * INVALID, and its version all the same).
 *
 * Additions need no other version: a request that the DSP does not know is answered with
 * UNSUPPORTED, and a notification that the AP does not know is dropped. `features` says beforehand
 * which additions a side knows. Fields that are reserved are 0, and a request with another value is
 * refused.
 *
 * A stream, in requests (each stream is one direction of one PCM of the AP's sound card):
 *
 *	SETUP	-> the DSP enables the USB stream (QMI STREAM enable) and primes nothing yet
 *	START	-> the first isochronous transfers of all streams that it names are queued, or none
 *		   is if one of them cannot be started
 *	STOP	-> DRAIN: all samples written so far are still played;
 *		   ABORT: at most one service interval is.
 *		   To a capture stream both are the same: nothing more is put into the buffer
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
 * PERIOD_ELAPSED comes each time `released_frames` has crossed a period, unless the setup says
 * AUDIO_SETUP_NO_PERIOD_WAKEUP; and, whatever it says, once each time
 *
 *	playback	the last sample there is has been released (released_frames == appl_frames),
 *			so that a draining application is woken;
 *	capture		the buffer is full of samples that the application has not read, so that one
 *			that is too slow hears of it.
 *
 * The samples and the position do not travel here: they are in memory, see struct audio_shared.
 */
#ifndef LULLABY_WIRE_AUDIO_CONTROL_H
#define LULLABY_WIRE_AUDIO_CONTROL_H

#include "types.h"

#define AUDIO_CONTROL_CHANNEL		"lullaby-audio"
#define AUDIO_CONTROL_VERSION		2
#define AUDIO_CONTROL_MAX_BYTES		128
#define AUDIO_CONTROL_REPLY		0x8000
#define AUDIO_CONTROL_MAX_STREAMS	8	/* stream ids are 0 .. 7 */
#define AUDIO_CONTROL_MAX_CONTROLLERS	4	/* controller numbers are 0 .. 3 */

#define AUDIO_CONTROL_REQUESTS_END	0x0100	/* requests are below, notifications from here on */

enum audio_control_type {
	/* AP to DSP; body of the request, body of the reply */
	AUDIO_CONTROL_HELLO		= 0x0001, /* struct audio_hello, struct audio_hello */
	AUDIO_CONTROL_CONTROLLER_ADD	= 0x0002, /* struct audio_controller, none */
	AUDIO_CONTROL_CONTROLLER_REMOVE	= 0x0003, /* struct audio_controller, none */
	AUDIO_CONTROL_SETUP		= 0x0010, /* struct audio_setup, none */
	AUDIO_CONTROL_START		= 0x0011, /* struct audio_start, none */
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
	AUDIO_STATUS_UNSUPPORTED	= 4, /* the format or rate cannot be converted or carried;
					      * or the DSP does not know the request
					      */
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

/* Additions that a side knows, in `features` of struct audio_hello. */
#define AUDIO_FEATURE_CAPTURE		0x1	/* capture streams */
#define AUDIO_FEATURE_CHANNEL_MAP	0x2	/* other channel maps than the identity */

/* The first 8 bytes, `version` before all, stay as they are in all versions to come. */
struct audio_hello {
	__le32 version;		/* AUDIO_CONTROL_VERSION of the sender */
	__le16 max_streams;	/* how many the sender can serve */
	__le16 features;	/* AUDIO_FEATURE_*; a receiver ignores bits that it does not know */
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
	__le32 ist_uframes;	/* Isochronous Scheduling Threshold (xHCI 4.14.2.1.4): so many
				 * microframes before its service interval a transfer has to be on
				 * the ring
				 */
	__le32 reserved;
};
static_assert(sizeof(struct audio_controller) == 40, "wire size");

#define AUDIO_CONTROLLER_MAX_IST_UFRAMES	56	/* 7 frames, the most in HCSPARAMS2 */

#define AUDIO_SETUP_NO_PERIOD_WAKEUP	0x1	/* PERIOD_ELAPSED only if samples or room run out */
#define AUDIO_SETUP_MAX_CHANNELS	40	/* of a USB stream */

enum audio_direction {
	AUDIO_DIRECTION_PLAYBACK	= 0,
	AUDIO_DIRECTION_CAPTURE		= 1,
};

struct audio_setup {
	__le32 stream;		/* 0 .. max_streams - 1 */
	__le32 usb_token;	/* see usb_audio_stream.h; of the same direction */
	__le32 format;		/* enum uaudio_format of the PCM buffer */
	__le32 channels;	/* of the PCM buffer */
	__le32 rate_hz;
	__le32 flags;		/* AUDIO_SETUP_* */
	__le64 buffer_iova;	/* the PCM ring buffer */
	__le64 shared_iova;	/* struct audio_shared of this stream */
	__le32 buffer_bytes;	/* a whole number of frames */
	__le32 period_bytes;	/* a whole number of frames, at most buffer_bytes */
	__le32 usb_format;	/* enum uaudio_format on the bus */
	__le32 usb_channels;	/* channels of the USB stream */
	__le32 direction;	/* enum audio_direction */
	__le32 latency_us;	/* most to be queued ahead of the bus; 0: the DSP's choice */
	__u8 channel_map[AUDIO_SETUP_MAX_CHANNELS]; /* by channel of the USB stream: 1 + the channel
						     * of the PCM buffer that it carries;
						     * all 0: the DSP's choice
						     */
	__le32 reserved[2];
};
static_assert(sizeof(struct audio_setup) == 112, "wire size");

/*
 * The first frames of all streams that one START names are on the bus within one service interval
 * of each other (the longest, if they differ), as far as their devices are on one bus.
 */
struct audio_start {
	__le32 streams;		/* bit n: stream n, at least one */
	__le32 reserved;
};
static_assert(sizeof(struct audio_start) == 8, "wire size");

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
 * One per stream, in memory that both sides map. Each half has one writer and its own cache lines.
 *
 * ap.appl_frames: the frames that the application has written (playback) or read (capture) since
 * the PCM was prepared.
 *
 * Playback: the DSP never reads the PCM buffer beyond it: when it runs out, silence goes to the
 * device. `underruns` counts such intervals once more samples follow or the stream is aborted:
 * silence before a DRAIN is no underrun.
 *
 * Capture: the DSP goes on writing round and round, as the device goes on recording. `overruns`
 * counts the intervals of which samples went over others that the application had not read. Each
 * frame that the device should have sent has its place in the buffer: for a packet that was lost or
 * damaged there is silence of nominal length, counted by `lost_intervals`. Only a suspend leaves
 * frames out; `gap_frames` says how many.
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

#define AUDIO_STREAM_FEEDBACK_REFUSED	0x1	/* all explicit feedback of a second was refused */

struct audio_shared_dsp {
	__le32 sequence;
	__le32 running;		/* 1 from START to the end of STOP */
	__le64 taken_frames;	/* playback: out of the PCM buffer, into the transfer buffer;
				 * capture: out of the transfer buffer, into the PCM buffer
				 */
	__le64 released_frames;	/* of those, the frames that the application may use: overwrite
				 * (playback) or read (capture)
				 */
	__le64 bus_frames;	/* playback: of those taken: their transfer has ended, sent or not;
				 * capture: on the bus, whether they were taken or not
				 */
	__le64 updated_ticks;	/* system counter when these were true */
	__le64 start_ticks;	/* system counter when the first transfers were queued; the same for
				 * all streams that one START named
				 */
	__le64 first_frame_ticks; /* system counter when the first transfer had ended, or 0 */
	__le64 gap_frames;	/* capture: frames of nominal rate that suspends have left out */
	__le32 underruns;	/* playback: intervals that carried silence for lack of samples */
	__le32 overruns;	/* capture: service intervals that went over unread samples */
	__le32 missed_services;	/* Missed Service Error events (xHCI 4.10.3.2) */
	__le32 ring_underruns;	/* Ring Underrun or Ring Overrun events (xHCI 4.10.3.1) */
	__le32 transfer_errors;	/* any other unsuccessful transfer event */
	__le32 lost_intervals;	/* service intervals without a transfer, or with a damaged one */
	__le32 depth_frames;	/* the most that the DSP queues ahead in this run */
	__le32 interval_uframes; /* service interval */
	__le32 feedback_accepted; /* values of explicit feedback that are followed */
	__le32 feedback_scaled;	/* of those, the ones with another scale than the specification's */
	__le32 feedback_refused; /* values that no device with this rate can mean */
	__le32 flags;		/* AUDIO_STREAM_* */
	__le64 bus_ticks;	/* playback: system counter at the end of the service interval in
				 * which the last of bus_frames were sent; 0: none were
				 */
	__le64 steady_frames;	/* playback: from bus_frames to here, frames follow each other on
				 * the bus without a gap
				 */
};
static_assert(sizeof(struct audio_shared_dsp) == 128, "wire size");

struct audio_shared {
	struct audio_shared_ap ap;
	struct audio_shared_dsp dsp;
};
static_assert(sizeof(struct audio_shared) == 192, "wire size");

#endif /* LULLABY_WIRE_AUDIO_CONTROL_H */
