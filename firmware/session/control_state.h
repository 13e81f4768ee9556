/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * What control.c and control_stream.c know of the audio control channel and of its streams.
 */
#ifndef LULLABY_SESSION_CONTROL_STATE_H
#define LULLABY_SESSION_CONTROL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../audio/stream.h"
#include "../usb/event_ring.h"
#include "outbox.h"
#include "usb_stream_client.h"

/**
 * struct control_ops - what the channel asks of its owner
 * @send: hand a message to the AP; false: no room now, try again with the next control_service()
 * @memory: find memory in the DSP's address space; NULL if @iova and @bytes cannot lie in it
 *	(whether it is mapped shows when it is touched)
 * @stats: fill in the fields of @stats that the channel does not know itself
 * @provoke: misbehave as @provoke says and fill in the reply's body; returns enum audio_control_status. NULL:
 *	this DSP cannot be provoked
 */
struct control_ops {
	bool (*send)(void *context, const void *message, uint32_t bytes);
	void *(*memory)(void *context, uint64_t iova, uint64_t bytes);
	void (*stats)(void *context, struct audio_stats *stats);
	uint32_t (*provoke)(void *context, const struct audio_provoke *provoke,
			    struct audio_provoked *provoked);
};

enum control_stream_state {
	CONTROL_STREAM_IDLE,
	CONTROL_STREAM_ENABLING,
	CONTROL_STREAM_READY,
	CONTROL_STREAM_RUNNING,
	CONTROL_STREAM_STOPPING,
	CONTROL_STREAM_DISABLING,
	CONTROL_STREAM_LOST,
};

/* What has become of the USB stream of a stream in READY, RUNNING or STOPPING. */
enum control_pause {
	CONTROL_PAUSE_NONE,		/* it is enabled */
	CONTROL_PAUSE_COMING,		/* the engine plays what it has taken */
	CONTROL_PAUSE_DISABLING,
	CONTROL_PAUSE_RESTING,		/* it is disabled; waits for RESUME */
	CONTROL_PAUSE_ENABLING,
};

/**
 * struct control_stream - one stream
 * @state: enum control_stream_state
 * @pause: enum control_pause
 * @suspend_due: SUSPEND came while the USB stream was being enabled: pause as soon as it is
 * @resume_due: RESUME came before the USB stream was disabled: enable it as soon as it is
 * @engine: plays it; set up in READY, RUNNING and STOPPING only
 * @config: what to play, from the last SETUP
 * @usb_token: which USB PCM, from the last SETUP
 * @transfer_buffer_bytes: size asked of the USB service
 * @enabled_token: USB PCM that is enabled, or may be, at the USB service
 * @controller: controller number, once enabled
 * @slot_id: device slot, once enabled
 * @enable_after: DISABLING is only half of a SETUP: enable with the new parameters afterwards
 * @disable_under_way: LOST: the disable has not been answered
 * @enable_under_way: LOST: an enable had been sent, which has to be undone if it succeeds
 * @is_releasing: ENABLING, DISABLING, LOST: IDLE is where it goes as soon as nothing is under way
 * @setup_status: what to say to SETUP when DISABLING ends
 * @setup: reply owed to SETUP
 * @drain: reply owed to STOP DRAIN
 * @abort: reply owed to STOP ABORT
 * @release: reply owed to RELEASE
 * @period_due: PERIOD_ELAPSED is to be sent
 * @lost_due: STREAM_LOST is to be sent
 * @lost_reason: enum audio_lost_reason
 */
struct control_stream {
	enum control_stream_state state;
	enum control_pause pause;
	bool suspend_due;
	bool resume_due;
	struct stream engine;
	struct stream_config config;
	uint32_t usb_token;
	uint32_t transfer_buffer_bytes;
	uint32_t enabled_token;
	uint32_t controller;
	uint32_t slot_id;
	bool enable_after;
	bool disable_under_way;
	bool enable_under_way;
	bool is_releasing;
	uint32_t setup_status;
	struct outbox_owed setup;
	struct outbox_owed drain;
	struct outbox_owed abort;
	struct outbox_owed release;
	bool period_due;
	bool lost_due;
	uint32_t lost_reason;
};

/**
 * struct control_controller - where an xHC's registers are
 * @is_known: CONTROLLER_ADD has told
 * @max_slots: device slots
 * @doorbells: doorbell array
 * @runtime: runtime registers
 * @doorbell_bytes: mapped from @doorbells
 * @runtime_bytes: mapped from @runtime
 */
struct control_controller {
	bool is_known;
	uint32_t max_slots;
	volatile void *doorbells;
	volatile void *runtime;
	uint32_t doorbell_bytes;
	uint32_t runtime_bytes;
};

/**
 * struct control - the channel; used by the message loop only
 * @ops: the owner's functions
 * @context: their first argument
 * @client: asks the AP's USB service
 * @event_rings: shared by all streams
 * @controllers: by controller number
 * @streams: by stream id
 * @hello: reply owed to HELLO, until all streams of the session before are IDLE
 * @hello_status: what it will say
 * @outbox: what is to be sent
 * @is_quiescing: the DSP is about to end; nothing is sent any more
 * @dropped: malformed messages
 */
struct control {
	const struct control_ops *ops;
	void *context;
	struct usb_stream_client *client;
	struct event_ring_pool event_rings;
	struct control_controller controllers[AUDIO_CONTROL_MAX_CONTROLLERS];
	struct control_stream streams[AUDIO_CONTROL_MAX_STREAMS];
	struct outbox_owed hello;
	uint32_t hello_status;
	struct outbox outbox;
	bool is_quiescing;
	uint32_t dropped;
};

#endif /* LULLABY_SESSION_CONTROL_STATE_H */
