/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The state of the audio control channel and of its streams, for control.c and control_stream.c.
 */
#ifndef LULLABY_SESSION_CONTROL_STATE_H
#define LULLABY_SESSION_CONTROL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../audio/audio_stream.h"
#include "../usb/event_ring.h"
#include "controller.h"
#include "lease.h"
#include "outbox.h"
#include "usb_stream_client.h"

/**
 * struct control_ops - functions of the channel's owner
 * @send: hand a message to the AP; false: no room now, try again with the next control_service()
 * @memory: find memory in the DSP's address space; NULL if @iova and @bytes cannot lie in it
 *	(whether it is mapped shows when it is touched)
 * @stats: fill in the fields of @stats that the channel does not know itself
 * @refuse_version: the AP speaks another version of the channel: there will be no session
 */
struct control_ops {
	bool (*send)(void *context, const void *message, uint32_t bytes);
	void *(*memory)(void *context, uint64_t iova, uint64_t bytes);
	void (*stats)(void *context, struct audio_stats *stats);
	void (*refuse_version)(void *context, uint32_t ap_version);
};

enum control_stream_state {
	CONTROL_STREAM_IDLE,
	CONTROL_STREAM_SETTING_UP,
	CONTROL_STREAM_READY,
	CONTROL_STREAM_RUNNING,
	CONTROL_STREAM_STOPPING,
	CONTROL_STREAM_LOST,
	CONTROL_STREAM_RELEASING,
};

/**
 * struct control_stream - one stream
 * @state: enum control_stream_state
 * @is_suspended: SETTING_UP to STOPPING: the AP's USB service has said SUSPEND, and no RESUME after it
 * @has_early_resume: READY to STOPPING: RESUME has come while an enable is under way, and no SUSPEND after it
 * @wanted: USB stream that the last SETUP needs
 * @lease: USB stream that there is
 * @audio: plays or records it; set up in READY, RUNNING and STOPPING only
 * @config: of the last SETUP
 * @setup: pending reply to SETUP
 * @setup_status: RELEASING: enum audio_control_status of that reply
 * @setup_detail: RELEASING: internal_status behind @setup_status, or 0
 * @drain: pending reply to STOP DRAIN
 * @abort: pending reply to STOP ABORT
 * @release: pending reply to RELEASE
 * @release_status: enum audio_control_status of that reply
 * @period_due: PERIOD_ELAPSED is to be sent
 * @lost_due: STREAM_LOST is to be sent
 * @lost_reason: enum audio_lost_reason
 */
struct control_stream {
	enum control_stream_state state;
	bool is_suspended;
	bool has_early_resume;
	struct lease_terms wanted;
	struct lease lease;
	struct audio_stream audio;
	struct stream_config config;
	struct outbox_pending setup;
	uint32_t setup_status;
	uint32_t setup_detail;
	struct outbox_pending drain;
	struct outbox_pending abort;
	struct outbox_pending release;
	uint32_t release_status;
	bool period_due;
	bool lost_due;
	uint32_t lost_reason;
};

/**
 * struct control - the channel; used by the message loop only
 * @ops: the owner's functions
 * @context: their first argument
 * @client: asks the AP's USB service
 * @memory: @ops->memory() and @context, for functions that need no more
 * @event_rings: shared by all streams
 * @controllers: by controller number
 * @streams: by stream id
 * @hello: pending reply to HELLO, until all streams of the session before are IDLE
 * @is_in_session: the last HELLO was of this version
 * @outbox: messages to the AP
 * @is_quiescing: the DSP is about to end; nothing is sent any more
 * @dropped: malformed messages
 */
struct control {
	const struct control_ops *ops;
	void *context;
	struct usb_stream_client *client;
	struct dsp_memory memory;
	struct event_ring_pool event_rings;
	struct controller controllers[AUDIO_CONTROL_MAX_CONTROLLERS];
	struct control_stream streams[AUDIO_CONTROL_MAX_STREAMS];
	struct outbox_pending hello;
	bool is_in_session;
	struct outbox outbox;
	bool is_quiescing;
	uint32_t dropped;
};

#endif /* LULLABY_SESSION_CONTROL_STATE_H */
