/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * The audio control channel, the DSP's side: serves the AP's requests (wire/audio_control.h).
 *
 * control.c is the channel: lengths, replies and their queue, controllers, statistics.
 * control_stream.c is the life of one stream, between three parties that answer in their own time:
 *
 *	AP's sound card --- control channel --- DSP --- QMI --- AP's USB service
 *					         |
 *					    stream engine
 *
 *	IDLE --SETUP--> ENABLING --response--> READY --START--> RUNNING --STOP--> STOPPING --> READY
 *	any --RELEASE--> DISABLING --response--> IDLE
 *	READY .. STOPPING --device gone--> LOST --RELEASE--> IDLE	(its disable is sent at once)
 *
 * In READY, RUNNING and STOPPING the AP's USB service may ask for a pause, before it cuts the controller's power:
 *
 *	NONE --SUSPEND--> COMING --at rest--> DISABLING --response--> RESTING --RESUME--> ENABLING --response--> NONE
 *
 * The AP's sound card hears nothing of it: requests are served meanwhile, and what they ask for happens afterwards.
 *
 * Replies that must wait (SETUP, STOP, RELEASE, HELLO) are kept as the sequence number that they
 * are owed to. Every wait ends: QMI requests time out, and so does a stop inside the engine.
 */
#ifndef LULLABY_IPC_CONTROL_H
#define LULLABY_IPC_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../audio/stream.h"
#include "../usb/event_ring.h"
#include "usb_stream_client.h"

#define CONTROL_OUTBOX_MESSAGES	32

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

/* A reply that the AP waits for. */
struct control_owed {
	bool is_owed;
	uint16_t sequence;
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
	struct control_owed setup;
	struct control_owed drain;
	struct control_owed abort;
	struct control_owed release;
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
 * struct control_message - a reply that could not be sent yet
 * @bytes: its length
 * @data: the message
 */
struct control_message {
	uint32_t bytes;
	uint8_t data[sizeof(struct audio_control_header) + sizeof(struct audio_stats)];
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
 * @outbox: replies that could not be sent, a ring
 * @outbox_first: the oldest
 * @outbox_count: how many
 * @is_quiescing: the DSP is about to end; nothing is sent any more
 * @dropped: malformed messages, and replies for which there was no room
 */
struct control {
	const struct control_ops *ops;
	void *context;
	struct usb_stream_client *client;
	struct event_ring_pool event_rings;
	struct control_controller controllers[AUDIO_CONTROL_MAX_CONTROLLERS];
	struct control_stream streams[AUDIO_CONTROL_MAX_STREAMS];
	struct control_owed hello;
	uint32_t hello_status;
	struct control_message outbox[CONTROL_OUTBOX_MESSAGES];
	uint32_t outbox_first;
	uint32_t outbox_count;
	bool is_quiescing;
	uint32_t dropped;
};

/* The callbacks that the USB stream client needs; their context is the struct control. */
extern const struct usb_stream_client_ops control_client_ops;

/**
 * control_init() - set the channel up
 * @control: the channel; all zero before
 * @ops: the owner's functions, all of them
 * @context: their first argument
 * @client: made with control_client_ops and @control
 */
void control_init(struct control *control, const struct control_ops *ops, void *context,
		  struct usb_stream_client *client);

/**
 * control_receive() - should be called for each message of the channel
 * @control: the channel
 * @message: private copy
 * @bytes: its length
 */
void control_receive(struct control *control, const uint8_t *message, uint32_t bytes);

/**
 * control_service() - run the streams and the USB service's client, send what is owed
 * @control: the channel
 * @now: platform_ticks()
 *
 * Should be called after messages have been received, and before a sleep. What it leaves unsaid waits for the AP: for
 * room in a ring, or for its service.
 *
 * Return: when to call again at the latest, or UINT64_MAX.
 */
uint64_t control_service(struct control *control, uint64_t now);

/**
 * control_quiesce() - the AP wants the DSP to end: silence every stream
 * @control: the channel
 * @now: platform_ticks()
 *
 * Nothing is asked of the AP or told to it any more. Should be followed by control_service() until
 * control_is_quiet(), or until patience ends.
 */
void control_quiesce(struct control *control, uint64_t now);

/**
 * control_is_quiet() - has every stream come to rest?
 * @control: the channel
 *
 * Return: true if no stream touches a ring or a buffer any more.
 */
bool control_is_quiet(const struct control *control);

#endif /* LULLABY_IPC_CONTROL_H */
