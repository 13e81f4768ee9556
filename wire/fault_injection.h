/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Fault injection: a test asks the DSP to misbehave, and looks at how the AP copes.
 *
 * It is test equipment and no part of the product's protocol: a production build of the firmware
 * drops DSP_FAULT_REQUEST as a message of no known type, and one of the AP's drivers never sends
 * it. A firmware that has it says AUDIO_STATUS_UNSUPPORTED unless the AP has set
 * DSP_FAULT_FLAG_ALLOWED in the register page before the DSP's start.
 *
 * The request travels on the audio control channel, with its header (audio_control.h).
 *
 * READ, WRITE, STALE and JUMP that are to happen NOW happen before the reply, which so says that
 * the access was allowed. Everything else happens after the reply.
 */
#ifndef LULLABY_WIRE_FAULT_INJECTION_H
#define LULLABY_WIRE_FAULT_INJECTION_H

#include "types.h"

/* A type of request beside those of enum audio_control_type */
#define DSP_FAULT_REQUEST	0x0030	/* struct dsp_fault_request, struct dsp_fault_reply */

/* struct vsoc_dsp_regs, test_flags: the DSP may be asked to misbehave */
#define DSP_FAULT_FLAG_ALLOWED		0x1
/* With it, the fault that comes unasked (enum dsp_fault_kind or 0): before RUNNING, at HELLO */
#define DSP_FAULT_AT_BOOT(kind)		((kind) << 8)
#define DSP_FAULT_AT_HELLO(kind)	((kind) << 16)
#define DSP_FAULT_GET_AT_BOOT(flags)	((flags) >> 8 & 0xff)
#define DSP_FAULT_GET_AT_HELLO(flags)	((flags) >> 16 & 0xff)

enum dsp_fault_kind {
	DSP_FAULT_READ			= 1,	/* load 32 bits; argument: the address */
	DSP_FAULT_WRITE			= 2,	/* store DSP_FAULT_PATTERN; argument: the address */
	DSP_FAULT_JUMP			= 3,	/* call; argument: the address */
	DSP_FAULT_STALE			= 4,	/* load from the PCM buffer of the last SETUP of a
						 * stream, whatever has become of it; argument: the
						 * stream
						 */
	DSP_FAULT_UNDEFINED		= 5,	/* an undefined instruction */
	DSP_FAULT_PANIC			= 6,	/* a failed assertion */
	DSP_FAULT_STACK			= 7,	/* endless recursion */
	DSP_FAULT_HANG			= 8,	/* an endless loop with interrupts masked */
	DSP_FAULT_STUCK			= 9,	/* the message loop ends in an endless sleep */
	DSP_FAULT_DEAD			= 10,	/* an endless sleep that even the reset line does
						 * not end
						 */
	DSP_FAULT_IGNORE_RX		= 11,	/* no message of the AP is read any more; streams go
						 * on; argument: for how many milliseconds, 0 for
						 * ever
						 */
	DSP_FAULT_DROP_TX		= 12,	/* messages are acted on, and nothing is sent any
						 * more
						 */
	DSP_FAULT_IGNORE_INDICATIONS	= 13,	/* indications of the USB service are ignored */
	DSP_FAULT_TRB			= 14,	/* all transfers that are queued read their samples
						 * at another address; argument: that, as the xHC
						 * sees it
						 */
	DSP_FAULT_FLOOD			= 15,	/* hostile messages on all channels; argument: how
						 * many
						 */
	DSP_FAULT_CORRUPT_POSITION	= 16,	/* nonsense in struct audio_shared of all streams
						 * that run; argument: for how many iterations of
						 * the message loop
						 */
	DSP_FAULT_OFF			= 17,	/* the core switches itself off without a word */
	DSP_FAULT_FORGE_ANNOUNCEMENT	= 18,	/* channels that come and go; argument: enum
						 * dsp_fault_announcement
						 */
	DSP_FAULT_KIND_MAX		= DSP_FAULT_FORGE_ANNOUNCEMENT,
};

/* Messages to the AP's name service */
enum dsp_fault_announcement {
	DSP_FAULT_ANNOUNCEMENT_NS_ENDS	= 0,	/* the end of the AP's own name service, at its
						 * address
						 */
	DSP_FAULT_ANNOUNCEMENT_NS_ENDS_ANY = 1,	/* the same, at any address */
	DSP_FAULT_ANNOUNCEMENT_AUDIO_ENDS = 2,	/* the end of this channel */
	DSP_FAULT_ANNOUNCEMENT_AUDIO	= 3,	/* this channel, once more */
	DSP_FAULT_ANNOUNCEMENT_NAMES	= 4,	/* 3000 channels, each with a fault */
	DSP_FAULT_ANNOUNCEMENT_FLAP	= 5,	/* a second channel like this, and its end, 1500
						 * times
						 */
	DSP_FAULT_ANNOUNCEMENT_MAX	= DSP_FAULT_ANNOUNCEMENT_FLAP,
};

enum dsp_fault_when {
	DSP_FAULT_NOW			= 0,
	DSP_FAULT_BEFORE		= 1,	/* instead of serving the next request of a type */
	DSP_FAULT_AFTER			= 2,	/* when the DSP has begun to serve that request */
	DSP_FAULT_INDICATION		= 3,	/* instead of serving the USB service's next
						 * indication
						 */
	DSP_FAULT_LATER			= 4,	/* after some time */
	DSP_FAULT_WHEN_MAX		= DSP_FAULT_LATER,
};

#define DSP_FAULT_PATTERN	0x9407c0deu

struct dsp_fault_request {
	__le32 kind;		/* enum dsp_fault_kind */
	__le32 when;		/* enum dsp_fault_when */
	__le32 type;		/* BEFORE, AFTER: enum audio_control_type of the request;
				 * LATER: milliseconds
				 */
	__le32 reserved;	/* 0 */
	__le64 argument;	/* see the kind */
};
static_assert(sizeof(struct dsp_fault_request) == 24, "wire size");

struct dsp_fault_reply {
	__le64 value;		/* the value that READ or STALE loaded, or 0 */
};
static_assert(sizeof(struct dsp_fault_reply) == 8, "wire size");

#endif /* LULLABY_WIRE_FAULT_INJECTION_H */
