/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The recorder of a capture stream: from the USB device to the application's PCM buffer.
 *
 * The control channel's code calls these functions; all are called from the one message loop, none
 * blocks, none allocates. recorder.c has the states. It is used as a player is (player.h):
 *
 *	recorder_setup()	-> READY
 *	recorder_start()	-> RUNNING. The first transfers are on the ring and the doorbell has rung.
 *	recorder_service()	at the tick it asked for, or at any time before; then recorder_take_results()
 *	recorder_stop()		-> STOPPING, until the results say `stopped`: READY again
 *	recorder_suspend()	-> SUSPENDING, until recorder_uses_endpoint() is false: SUSPENDED
 *	recorder_resume()	goes on with another endpoint; the frames between are a gap
 *	recorder_release()	-> FREE, from any state: the memory is not touched any more
 */
#ifndef LULLABY_AUDIO_RECORDER_H
#define LULLABY_AUDIO_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../usb/endpoint.h"
#include "../usb/event_ring.h"
#include "capture_pipe.h"
#include "pcm_sink.h"
#include "position.h"
#include "stream_config.h"
#include "stream_results.h"

#define RECORDER_NEVER	UINT64_MAX	/* recorder_service(): no need to call again before something is asked for */

enum recorder_state {
	RECORDER_FREE,
	RECORDER_READY,
	RECORDER_RUNNING,
	RECORDER_STOPPING,
	RECORDER_SUSPENDING,
	RECORDER_SUSPENDED,
	RECORDER_LOST,
};

/**
 * struct recorder - records a stream; all zero is FREE. Its fields are private to recorder.c.
 * @state: enum recorder_state
 * @resumes_running: SUSPENDING, SUSPENDED: the recorder goes on as RUNNING, not as READY
 * @config: the application's side, checked
 * @sink: where samples go
 * @pipe: the device's side
 * @position: as the AP sees it
 * @results: not yet taken
 * @poll_uframes: how often to look for samples
 * @gap_start_ticks: SUSPENDING to the first packet after it: when the last one before it came; else 0
 */
struct recorder {
	enum recorder_state state;
	bool resumes_running;
	struct stream_config config;
	struct pcm_sink sink;
	struct capture_pipe pipe;
	struct position position;
	struct stream_results results;
	uint32_t poll_uframes;
	uint64_t gap_start_ticks;
};

/**
 * recorder_transfer_buffer_bytes() - the size to ask of the AP's USB service as xfer_buff_size
 * @config: checked by stream_config_check()
 *
 * Return: bytes that hold all transfers ahead, whatever the device's service interval.
 */
uint32_t recorder_transfer_buffer_bytes(const struct stream_config *config);

/**
 * recorder_setup() - prepare to record
 * @recorder: FREE; on failure it stays so
 * @rings: the pool of event rings, the same for all streams
 * @config: untrusted
 * @endpoint: untrusted; it describes a running interrupter and an endpoint on whose ring nothing is queued
 *
 * Return: as player_setup().
 */
enum audio_control_status recorder_setup(struct recorder *recorder, struct event_ring_pool *rings,
					 const struct stream_config *config,
					 const struct usb_endpoint_config *endpoint);

/**
 * recorder_reconfigure() - replace the application's side of a READY recorder, with the same USB format
 * @recorder: READY, or SUSPENDED since it was READY
 * @config: untrusted; rate_hz, usb_format and usb_channels are those of recorder_setup()
 *
 * Return: as player_reconfigure().
 */
enum audio_control_status recorder_reconfigure(struct recorder *recorder, const struct stream_config *config);

/**
 * recorder_start() - queue the first transfers; position and counters start from 0
 * @recorder: READY, or SUSPENDED since it was READY: then it begins when it is resumed
 * @now_ticks: platform_ticks()
 *
 * Only as many transfers are queued as the next recorder_service() needs to come in time, so that another stream of
 * the same START begins at once.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE.
 */
enum audio_control_status recorder_start(struct recorder *recorder, uint64_t now_ticks);

/**
 * recorder_stop() - end a run that recorder_start() began
 * @recorder: RUNNING, STOPPING or SUSPENDING; READY, SUSPENDED and LOST are stopped at once
 * @mode: either is the same here
 * @now_ticks: platform_ticks()
 *
 * Samples that have come by now are in the buffer when this returns, and none come after that. Its completion is in the
 * results, never before this returns.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE, AUDIO_STATUS_INVALID (mode).
 */
enum audio_control_status recorder_stop(struct recorder *recorder, enum audio_stop_mode mode, uint64_t now_ticks);

/**
 * recorder_suspend() - come to rest, and let go of the endpoint
 * @recorder: READY, RUNNING or STOPPING; SUSPENDING and SUSPENDED stay so
 * @now_ticks: platform_ticks()
 *
 * Transfers that are queued are still recorded. recorder_uses_endpoint() says when that is over.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE.
 */
enum audio_control_status recorder_suspend(struct recorder *recorder, uint64_t now_ticks);

/**
 * recorder_resume() - go on after a suspend
 * @recorder: SUSPENDED; on failure it stays so
 * @rings: the pool of event rings
 * @endpoint: untrusted; as for recorder_setup(). It may differ from the one before
 * @now_ticks: platform_ticks()
 *
 * Return: as recorder_setup().
 */
enum audio_control_status recorder_resume(struct recorder *recorder, struct event_ring_pool *rings,
					  const struct usb_endpoint_config *endpoint, uint64_t now_ticks);

/**
 * recorder_lose() - the AP said that the device is gone or will be: touch neither ring nor buffer any more
 * @recorder: any state; FREE stays so
 * @reason: enum audio_lost_reason
 * @now_ticks: platform_ticks()
 */
void recorder_lose(struct recorder *recorder, enum audio_lost_reason reason, uint64_t now_ticks);

/**
 * recorder_release() - forget everything; nothing of the recorder's memory is used from here on
 * @recorder: any state
 * @now_ticks: platform_ticks()
 *
 * A recorder that still runs is cut off: the AP stops its endpoint before it frees the memory.
 */
void recorder_release(struct recorder *recorder, uint64_t now_ticks);

/**
 * recorder_service() - read events, refill the ring, publish the position
 * @recorder: any state
 * @now_ticks: platform_ticks()
 *
 * Return: the tick at which to call again at the latest, or RECORDER_NEVER.
 */
uint64_t recorder_service(struct recorder *recorder, uint64_t now_ticks);

/**
 * recorder_take_results() - take the results
 * @recorder: any state
 *
 * Return: events since the last call.
 */
struct stream_results recorder_take_results(struct recorder *recorder);

/**
 * recorder_uses_endpoint() - may the recorder still touch its endpoint's ring and transfer buffer?
 * @recorder: any state
 *
 * Return: false if nothing but recorder_setup() or recorder_resume() makes it touch them again.
 */
bool recorder_uses_endpoint(const struct recorder *recorder);

/**
 * recorder_is_suspending() - has the recorder been suspended, or is it about to be?
 * @recorder: any state
 *
 * Return: true from recorder_suspend() to recorder_resume().
 */
bool recorder_is_suspending(const struct recorder *recorder);

#endif /* LULLABY_AUDIO_RECORDER_H */
