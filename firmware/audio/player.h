/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The player of a playback stream: from the application's PCM buffer to the USB device.
 *
 * The control channel's code calls these functions; all are called from the one message loop, none
 * blocks, none allocates. player.c has the states. How to use it:
 *
 *	event_ring_pool, zeroed, one for all streams
 *	player_setup()	-> READY. Parameters and endpoint are checked here; nothing runs yet.
 *	player_start()	-> RUNNING. The first transfers are on the ring and the doorbell has rung.
 *	player_service() at the tick it asked for, or at any time before; then player_take_results()
 *	player_stop()	-> DRAINING or ABORTING, until the results say `stopped`: READY again
 *	player_suspend() -> SUSPENDING, until player_uses_endpoint() is false: SUSPENDED
 *	player_resume()	goes on with another endpoint, at the frame where the suspend began
 *	player_release() -> FREE, from any state: the memory is not touched any more
 */
#ifndef LULLABY_AUDIO_PLAYER_H
#define LULLABY_AUDIO_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../usb/endpoint.h"
#include "../usb/event_ring.h"
#include "pcm_source.h"
#include "playback_pipe.h"
#include "position.h"
#include "stream_config.h"
#include "stream_results.h"

#define PLAYER_NEVER	UINT64_MAX	/* player_service(): no need to call again before something is asked for */

enum player_state {
	PLAYER_FREE,
	PLAYER_READY,
	PLAYER_RUNNING,
	PLAYER_DRAINING,
	PLAYER_ABORTING,
	PLAYER_SUSPENDING,
	PLAYER_SUSPENDED,
	PLAYER_LOST,
};

/**
 * struct player - plays a stream; all zero is FREE. Its fields are private to player.c.
 * @state: enum player_state
 * @resume_to: SUSPENDING, SUSPENDED: READY, RUNNING or DRAINING, where the player goes on
 * @trailing_silence_tds: SUSPENDING: TDs of trailing silence that are still to be queued
 * @source: the application's samples
 * @pipe: the device's side
 * @position: as the AP sees it
 * @results: not yet taken
 * @no_period_wakeup: never report elapsed periods
 * @rate_hz: frames a second
 * @latency_us: the most that shall be queued ahead; 0: the usual
 * @usb_format: enum uaudio_format on the bus
 * @usb_channels: on the bus
 * @gap_frames: frames before the last interval of silence that was queued
 * @silent_intervals: intervals without enough samples that are no underruns yet
 */
struct player {
	enum player_state state;
	enum player_state resume_to;
	uint32_t trailing_silence_tds;
	struct pcm_source source;
	struct playback_pipe pipe;
	struct position position;
	struct stream_results results;
	bool no_period_wakeup;
	uint32_t rate_hz;
	uint32_t latency_us;
	uint32_t usb_format;
	uint32_t usb_channels;
	uint64_t gap_frames;
	uint32_t silent_intervals;
};

/**
 * player_transfer_buffer_bytes() - the size to ask of the AP's USB service as xfer_buff_size
 * @config: checked by stream_config_check()
 *
 * Return: bytes that hold all transfers ahead, whatever the device's service interval.
 */
uint32_t player_transfer_buffer_bytes(const struct stream_config *config);

/**
 * player_setup() - prepare to play
 * @player: FREE; on failure it stays so
 * @rings: the pool of event rings, the same for all streams
 * @config: untrusted
 * @endpoint: untrusted; it describes a running interrupter and an endpoint on whose ring nothing is queued
 *
 * Return: AUDIO_STATUS_OK; AUDIO_STATUS_WRONG_STATE; AUDIO_STATUS_INVALID: a field contradicts another;
 * AUDIO_STATUS_UNSUPPORTED: formats do not convert, or the endpoint cannot carry them;
 * AUDIO_STATUS_NO_MEMORY: the event ring or transfer buffer cannot take this player.
 */
enum audio_control_status player_setup(struct player *player, struct event_ring_pool *rings,
				       const struct stream_config *config,
				       const struct usb_endpoint_config *endpoint);

/**
 * player_reconfigure() - replace the application's side of a READY player, with the same USB format
 * @player: READY, or SUSPENDED since it was READY
 * @config: untrusted; rate_hz, usb_format and usb_channels are those of player_setup()
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE, AUDIO_STATUS_INVALID; AUDIO_STATUS_UNSUPPORTED: the
 * device's side would change: release, and set up anew.
 */
enum audio_control_status player_reconfigure(struct player *player, const struct stream_config *config);

/**
 * player_start() - queue the first transfers; position and counters start from 0
 * @player: READY, or SUSPENDED since it was READY: then it begins when it is resumed
 * @now_ticks: platform_ticks()
 *
 * Results of the run before that have not been taken are forgotten.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE.
 */
enum audio_control_status player_start(struct player *player, uint64_t now_ticks);

/**
 * player_stop() - end a run that player_start() began
 * @player: RUNNING, DRAINING, ABORTING or SUSPENDING; READY and LOST are stopped at once. SUSPENDED is, unless a
 *	DRAIN has samples left: these are played when it is resumed
 * @mode: DRAIN plays all samples written so far; ABORT silences all but the packet on the bus just now
 * @now_ticks: platform_ticks()
 *
 * Its completion is in the results, never before this returns. An ABORT overtakes a DRAIN.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE, AUDIO_STATUS_INVALID (mode).
 */
enum audio_control_status player_stop(struct player *player, enum audio_stop_mode mode, uint64_t now_ticks);

/**
 * player_suspend() - come to rest at a frame, and let go of the endpoint
 * @player: READY, RUNNING, DRAINING or ABORTING; SUSPENDING and SUSPENDED stay so
 * @now_ticks: platform_ticks()
 *
 * Samples that have been taken out of the buffer are played, and a little silence after them; no others are taken.
 * player_uses_endpoint() says when that is over.
 *
 * Return: AUDIO_STATUS_OK, AUDIO_STATUS_WRONG_STATE.
 */
enum audio_control_status player_suspend(struct player *player, uint64_t now_ticks);

/**
 * player_resume() - go on after a suspend
 * @player: SUSPENDED; on failure it stays so
 * @rings: the pool of event rings
 * @endpoint: untrusted; as for player_setup(). It may differ from the one before
 * @now_ticks: platform_ticks()
 *
 * Return: as player_setup().
 */
enum audio_control_status player_resume(struct player *player, struct event_ring_pool *rings,
					const struct usb_endpoint_config *endpoint, uint64_t now_ticks);

/**
 * player_lose() - the AP said that the device is gone or will be: touch neither rings nor buffer any more
 * @player: any state; FREE stays so
 * @reason: enum audio_lost_reason
 * @now_ticks: platform_ticks()
 */
void player_lose(struct player *player, enum audio_lost_reason reason, uint64_t now_ticks);

/**
 * player_release() - forget everything; nothing of the player's memory is used from here on
 * @player: any state
 * @now_ticks: platform_ticks()
 *
 * A player that still runs is cut off: the AP stops its endpoint before it frees the memory.
 */
void player_release(struct player *player, uint64_t now_ticks);

/**
 * player_service() - read events, refill the ring, publish the position
 * @player: any state
 * @now_ticks: platform_ticks()
 *
 * Return: the tick at which to call again at the latest, or PLAYER_NEVER.
 */
uint64_t player_service(struct player *player, uint64_t now_ticks);

/**
 * player_take_results() - take the results
 * @player: any state
 *
 * Return: events since the last call.
 */
struct stream_results player_take_results(struct player *player);

/**
 * player_uses_endpoint() - may the player still touch its endpoint's rings and transfer buffer?
 * @player: any state
 *
 * Return: false if nothing but player_setup() or player_resume() makes it touch them again.
 */
bool player_uses_endpoint(const struct player *player);

/**
 * player_is_suspending() - has the player been suspended, or is it about to be?
 * @player: any state
 *
 * Return: true from player_suspend() to player_resume().
 */
bool player_is_suspending(const struct player *player);

#endif /* LULLABY_AUDIO_PLAYER_H */
