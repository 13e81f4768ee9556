/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The pipe of a playback stream: the device's side of a player. A data endpoint, the explicit feedback endpoint that
 * belongs to it, the packet clock, and the event ring that both report to.
 *
 *	playback_pipe_open()	takes the endpoints
 *	playback_pipe_restart()	begins a run, and playback_pipe_set_phase() tells whether events count
 *	playback_pipe_frames(), playback_pipe_packet_buffer(), playback_pipe_queue(), playback_pipe_publish()
 *				queue packets and hand them over
 *	playback_pipe_poll(), playback_pipe_check()
 *				read events, and see whether the endpoint is alive
 *	playback_pipe_close()	lets go of the endpoints: their memory is not touched any more
 */
#ifndef LULLABY_AUDIO_PLAYBACK_PIPE_H
#define LULLABY_AUDIO_PLAYBACK_PIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../usb/endpoint.h"
#include "../usb/event_ring.h"
#include "../usb/feedback_in.h"
#include "../usb/feedback_rate.h"
#include "../usb/iso_out.h"
#include "../usb/packet_clock.h"
#include "position.h"
#include "stream_config.h"

/* Whether a pipe's events count. */
enum playback_pipe_phase {
	PLAYBACK_PIPE_IDLE,	/* no: they are of an earlier run */
	PLAYBACK_PIPE_RUNNING,	/* yes, and the ring must not run empty */
	PLAYBACK_PIPE_ENDING,	/* yes, and the ring runs empty at the end, as it should */
};

/**
 * struct playback_pipe - the device's side of a player; all zero is closed. Its owner may read it.
 * @clock: frames per service interval
 * @out: transfers on the data endpoint
 * @feedback: transfers on the feedback endpoint, if @has_feedback
 * @rate: the meaning of the feedback's values
 * @refused_in_a_row: feedback values that were refused since one was accepted
 * @refused_since_ticks: when the first of them came
 * @position: where played frames and faults are counted
 * @event_ring: shared with other streams of the device; NULL: closed
 * @phase: whether events count
 * @slot_id: device slot
 * @data_endpoint_id: of the data endpoint
 * @sync_endpoint_id: of the feedback endpoint
 * @has_feedback: whether the device has an explicit feedback endpoint
 * @interval_uframes: service interval
 * @frame_bytes: of a frame on the bus
 * @report_every_tds: one TD in so many asks for an event
 * @since_report_tds: TDs queued after the last one that did
 * @max_tds: as many TDs as can be outstanding
 * @td_limit: TDs outstanding after a refill
 * @depth_frames: the frames that so many TDs carry at the nominal rate
 * @low_water_tds: a refill is due when so many are left
 * @guard_tds: TDs that have to be left when the next ones are published
 * @least_tds: the least depth: the guard and a frame
 * @rate_hz: frames a second
 * @unpublished_tds: TDs that are queued, but not published
 * @empty_ticks: when the last TD that was published will have been sent; 0: none was
 * @is_timed: an event has told of a TD since the ring was empty
 * @ist_uframes: the controller's Isochronous Scheduling Threshold
 * @is_failed: an event said that the endpoint is gone, or it is dead
 * @is_gone_past: an event said that TDs were missed, but not which, and no TD was retired since
 * @progress_ticks: when a TD was last retired, or queued on an empty ring
 * @doorbell_ticks: when transfers were last published, before the event of the first since START
 */
struct playback_pipe {
	struct packet_clock clock;
	struct iso_out out;
	struct feedback_in feedback;
	struct feedback_rate rate;
	uint32_t refused_in_a_row;
	uint64_t refused_since_ticks;
	struct position *position;
	struct event_ring *event_ring;
	enum playback_pipe_phase phase;
	uint32_t slot_id;
	uint32_t data_endpoint_id;
	uint32_t sync_endpoint_id;
	bool has_feedback;
	uint32_t interval_uframes;
	uint32_t frame_bytes;
	uint32_t report_every_tds;
	uint32_t since_report_tds;
	uint32_t max_tds;
	uint32_t td_limit;
	uint32_t depth_frames;
	uint32_t low_water_tds;
	uint32_t guard_tds;
	uint32_t least_tds;
	uint32_t rate_hz;
	uint32_t unpublished_tds;
	uint64_t empty_ticks;
	bool is_timed;
	uint32_t ist_uframes;
	bool is_failed;
	bool is_gone_past;
	uint64_t progress_ticks;
	uint64_t doorbell_ticks;
};

/**
 * playback_pipe_buffer_bytes() - the size of a transfer buffer for a stream
 * @config: checked by stream_config_check()
 *
 * Return: bytes that hold all transfers ahead, whatever the device's service interval.
 */
uint32_t playback_pipe_buffer_bytes(const struct stream_config *config);

/**
 * playback_pipe_open() - take the endpoints
 * @pipe: closed; on failure it stays so
 * @rings: the pool of event rings, the same for all streams
 * @endpoint: untrusted; it describes a running interrupter and an endpoint on whose ring nothing is queued
 * @usb_format: enum uaudio_format on the bus
 * @usb_channels: on the bus
 * @rate_hz: frames a second
 * @position: where played frames and faults are counted
 *
 * Return: AUDIO_STATUS_OK; AUDIO_STATUS_INVALID: a field contradicts another; AUDIO_STATUS_UNSUPPORTED: the endpoint
 * cannot carry the stream; AUDIO_STATUS_NO_MEMORY: the event ring or transfer buffer cannot take it.
 */
enum audio_control_status playback_pipe_open(struct playback_pipe *pipe, struct event_ring_pool *rings,
					     const struct usb_endpoint_config *endpoint, uint32_t usb_format,
					     uint32_t usb_channels, uint32_t rate_hz, struct position *position);

/**
 * playback_pipe_set_depth() - choose how much is queued ahead
 * @pipe: open; 16 ms after it was opened
 * @depth_uframes: the most that shall be outstanding. It is never less than @pipe->least_tds
 */
void playback_pipe_set_depth(struct playback_pipe *pipe, uint32_t depth_uframes);

/**
 * playback_pipe_close() - let go of the endpoints
 * @pipe: open or closed
 */
void playback_pipe_close(struct playback_pipe *pipe);

/**
 * playback_pipe_is_open() - may the pipe still touch its endpoint's rings and transfer buffer?
 * @pipe: any
 *
 * Return: false if only playback_pipe_open() makes it touch them again.
 */
bool playback_pipe_is_open(const struct playback_pipe *pipe);

/**
 * playback_pipe_restart() - begin a run: at the nominal rate, and failures of earlier runs are forgotten
 * @pipe: open or closed, IDLE
 */
void playback_pipe_restart(struct playback_pipe *pipe);

/**
 * playback_pipe_set_phase() - do events count from now on?
 * @pipe: open; or closed, with PLAYBACK_PIPE_IDLE
 * @phase: see there
 */
void playback_pipe_set_phase(struct playback_pipe *pipe, enum playback_pipe_phase phase);

/**
 * playback_pipe_poll() - read events
 * @pipe: open
 * @now_ticks: platform_ticks()
 */
void playback_pipe_poll(struct playback_pipe *pipe, uint64_t now_ticks);

/**
 * playback_pipe_check() - is the endpoint alive?
 * @pipe: open, with all events read until @now_ticks
 * @now_ticks: platform_ticks()
 *
 * Packets that the xHC has certainly gone past are given up here.
 *
 * Return: false if the endpoint is gone: the pipe is to be closed.
 */
bool playback_pipe_check(struct playback_pipe *pipe, uint64_t now_ticks);

/**
 * playback_pipe_begin_refill() - packets are about to be queued
 * @pipe: open
 * @now_ticks: platform_ticks(): on an empty queue, the xHC's time to send them begins now
 */
void playback_pipe_begin_refill(struct playback_pipe *pipe, uint64_t now_ticks);

/**
 * playback_pipe_frames() - the number of frames that the next packet has to carry
 * @pipe: open
 *
 * Each call is the next packet.
 *
 * Return: frames.
 */
uint32_t playback_pipe_frames(struct playback_pipe *pipe);

/**
 * playback_pipe_packet_buffer() - where the next packet's frames go
 * @pipe: open, with fewer than its limit outstanding
 *
 * Return: room for as many frames as playback_pipe_frames() ever returns.
 */
void *playback_pipe_packet_buffer(const struct playback_pipe *pipe);

/**
 * playback_pipe_queue() - queue the next packet
 * @pipe: open, with fewer than its limit outstanding
 * @frames: how many frames to send
 * @pcm_frames: how many of them are the application's
 * @is_last: no packet is queued between this one and the next playback_pipe_publish()
 *
 * The packet that reaches the limit, and one a millisecond, reports anyway.
 */
void playback_pipe_queue(struct playback_pipe *pipe, uint32_t frames, uint32_t pcm_frames, bool is_last);

/**
 * playback_pipe_publish() - hand all queued packets to the xHC
 * @pipe: open; its last packet reports
 */
void playback_pipe_publish(struct playback_pipe *pipe);

/**
 * playback_pipe_request_feedback() - queue and publish as many transfers of the feedback endpoint as are missing
 * @pipe: open
 */
void playback_pipe_request_feedback(struct playback_pipe *pipe);

/**
 * playback_pipe_silence() - overwrite all packets that have not been sent
 * @pipe: open
 * @pattern: byte that is silence
 */
void playback_pipe_silence(struct playback_pipe *pipe, uint8_t pattern);

/**
 * playback_pipe_tds_to_ticks() - how long packets last
 * @pipe: open
 * @tds: so many
 *
 * Return: ticks.
 */
uint64_t playback_pipe_tds_to_ticks(const struct playback_pipe *pipe, uint32_t tds);

/**
 * playback_pipe_look_ticks() - when so many packets will be left, and the event of the one before them has come
 * @pipe: open
 * @left_tds: so many
 * @now_ticks: platform_ticks()
 *
 * Return: a tick after @now_ticks.
 */
uint64_t playback_pipe_look_ticks(const struct playback_pipe *pipe, uint32_t left_tds, uint64_t now_ticks);

/**
 * playback_pipe_first_look_ticks() - when the event of the first packet may come
 * @pipe: open, and no event has come since it was restarted
 * @now_ticks: platform_ticks()
 *
 * That event is the start latency: look for it often, and when it came is known. The bus's time goes by in
 * microframes, so from the doorbell on: looking takes time, too.
 *
 * Return: the next tick at which to look.
 */
uint64_t playback_pipe_first_look_ticks(const struct playback_pipe *pipe, uint64_t now_ticks);

#endif /* LULLABY_AUDIO_PLAYBACK_PIPE_H */
