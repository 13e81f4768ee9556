/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The pipe of a capture stream: the device's side of a recorder. A data endpoint, the clock that tells how many frames
 * a lost packet had, the application's buffer, where packets go at once, and the event ring.
 *
 *	capture_pipe_open()	takes the endpoint
 *	capture_pipe_restart()	begins a run, and capture_pipe_set_phase() tells whether events count
 *	capture_pipe_refill()	hands transfers to the xHC
 *	capture_pipe_poll(), capture_pipe_check()
 *				read events and put their samples into the buffer, and see whether the endpoint is alive
 *	capture_pipe_close()	lets go of the endpoint: its memory is not touched any more
 */
#ifndef LULLABY_AUDIO_CAPTURE_PIPE_H
#define LULLABY_AUDIO_CAPTURE_PIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../usb/endpoint.h"
#include "../usb/event_ring.h"
#include "../usb/iso_in.h"
#include "../usb/packet_clock.h"
#include "pcm_sink.h"
#include "position.h"
#include "stream_config.h"

/* Whether a pipe's events count. */
enum capture_pipe_phase {
	CAPTURE_PIPE_IDLE,	/* no: they are of an earlier run */
	CAPTURE_PIPE_RUNNING,	/* yes, and the ring must not run empty */
	CAPTURE_PIPE_ENDING,	/* yes, and the ring runs empty at the end, as it should */
	CAPTURE_PIPE_DISCARDING, /* transfers end, but their samples are not wanted any more */
};

/**
 * struct capture_pipe - the device's side of a recorder; all zero is closed. Its owner may read it.
 * @in: transfers on the data endpoint
 * @clock: frames that a service interval has at the nominal rate
 * @sink: where samples go
 * @position: where frames and faults are counted
 * @event_ring: shared with other streams of the device; NULL: closed
 * @phase: whether events count
 * @slot_id: device slot
 * @endpoint_id: of the data endpoint
 * @interval_uframes: service interval
 * @frame_bytes: of a frame on the bus
 * @rate_hz: nominal
 * @td_limit: TDs outstanding after a refill
 * @depth_frames: frames of so many TDs at the nominal rate
 * @periods: periods that have become complete, until the owner takes them
 * @balance_frames: frames that the clock is ahead of the device's packets, -1, 0 or 1
 * @lost_frames: of a lost packet, for which no silence has been put in yet
 * @is_failed: an event said that the endpoint is gone, or it is dead
 * @is_gone_past: an event said that TDs were missed, but not which, and no TD was retired since
 * @progress_ticks: when a TD was last retired, or queued on an empty ring
 * @doorbell_ticks: when transfers were last queued, before the first event
 * @first_event_ticks: when the first TD was retired since the pipe was opened or restarted, or 0
 */
struct capture_pipe {
	struct iso_in in;
	struct packet_clock clock;
	struct pcm_sink *sink;
	struct position *position;
	struct event_ring *event_ring;
	enum capture_pipe_phase phase;
	uint32_t slot_id;
	uint32_t endpoint_id;
	uint32_t interval_uframes;
	uint32_t frame_bytes;
	uint32_t rate_hz;
	uint32_t td_limit;
	uint32_t depth_frames;
	uint32_t periods;
	int32_t balance_frames;
	uint32_t lost_frames;
	bool is_failed;
	bool is_gone_past;
	uint64_t progress_ticks;
	uint64_t doorbell_ticks;
	uint64_t first_event_ticks;
};

/**
 * capture_pipe_buffer_bytes() - the size of a transfer buffer for a stream
 * @config: checked by stream_config_check()
 *
 * Return: bytes that hold all transfers, whatever the device's service interval.
 */
uint32_t capture_pipe_buffer_bytes(const struct stream_config *config);

/**
 * capture_pipe_open() - take the endpoint
 * @pipe: closed; on failure it stays so
 * @rings: the pool of event rings, the same for all streams
 * @endpoint: untrusted; it describes a running interrupter and an endpoint on whose ring nothing is queued
 * @config: of the stream, checked
 * @sink: where samples go
 * @position: where frames and faults are counted
 *
 * Return: AUDIO_STATUS_OK; AUDIO_STATUS_INVALID: a field contradicts another; AUDIO_STATUS_UNSUPPORTED: the endpoint
 * cannot carry the stream; AUDIO_STATUS_NO_MEMORY: the event ring or transfer buffer cannot take it.
 */
enum audio_control_status capture_pipe_open(struct capture_pipe *pipe, struct event_ring_pool *rings,
					    const struct usb_endpoint_config *endpoint,
					    const struct stream_config *config, struct pcm_sink *sink,
					    struct position *position);

/**
 * capture_pipe_close() - let go of the endpoint
 * @pipe: open or closed
 */
void capture_pipe_close(struct capture_pipe *pipe);

/**
 * capture_pipe_is_open() - may the pipe still touch its endpoint's ring and transfer buffer?
 * @pipe: any
 *
 * Return: false if only capture_pipe_open() makes it touch them again.
 */
bool capture_pipe_is_open(const struct capture_pipe *pipe);

/**
 * capture_pipe_restart() - begin a run: failures of earlier runs are forgotten
 * @pipe: open or closed, IDLE
 */
void capture_pipe_restart(struct capture_pipe *pipe);

/**
 * capture_pipe_set_phase() - do events count from now on?
 * @pipe: open; or closed, with CAPTURE_PIPE_IDLE
 * @phase: see there
 */
void capture_pipe_set_phase(struct capture_pipe *pipe, enum capture_pipe_phase phase);

/**
 * capture_pipe_poll() - read events
 * @pipe: open
 * @now_ticks: platform_ticks()
 */
void capture_pipe_poll(struct capture_pipe *pipe, uint64_t now_ticks);

/**
 * capture_pipe_check() - is the endpoint alive?
 * @pipe: open, with all events read until @now_ticks
 * @now_ticks: platform_ticks()
 *
 * Packets that the xHC has certainly gone past are given up here.
 *
 * Return: false if the endpoint is gone: the pipe is to be closed.
 */
bool capture_pipe_check(struct capture_pipe *pipe, uint64_t now_ticks);

/**
 * capture_pipe_refill() - queue transfers and hand them to the xHC
 * @pipe: open
 * @tds: how many shall be outstanding afterwards, at most its limit
 * @now_ticks: platform_ticks()
 */
void capture_pipe_refill(struct capture_pipe *pipe, uint32_t tds, uint64_t now_ticks);

/**
 * capture_pipe_end() - no packet follows: silence for the last lost ones
 * @pipe: open
 */
void capture_pipe_end(struct capture_pipe *pipe);

/**
 * capture_pipe_first_look_ticks() - when the event of the first packet may come
 * @pipe: open, and no event has come since it was opened or restarted
 * @now_ticks: platform_ticks()
 *
 * As with playback_pipe_first_look_ticks(), when that event came is known to a microframe.
 *
 * Return: the next tick at which to look.
 */
uint64_t capture_pipe_first_look_ticks(const struct capture_pipe *pipe, uint64_t now_ticks);

/**
 * capture_pipe_take_periods() - take the periods that have become complete
 * @pipe: any
 *
 * Return: how many since the last call.
 */
uint32_t capture_pipe_take_periods(struct capture_pipe *pipe);

#endif /* LULLABY_AUDIO_CAPTURE_PIPE_H */
