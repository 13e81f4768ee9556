/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a stream is: the shared half of the DSP, and ALSA's wrapping pointers.
 */
#ifndef VSOC_AUDIO_POSITION_H
#define VSOC_AUDIO_POSITION_H

#include <linux/types.h>
#include <lullaby/audio_control.h>

/**
 * struct vsoc_audio_position - the DSP's last report of a stream's position, in the AP's byte order
 * @taken_frames: playback: taken out of the PCM buffer since START; capture: put into it
 * @released_frames: of those, the frames that the application may overwrite or read
 * @bus_frames: playback: of those taken, on the bus; capture: on the bus, taken or not
 * @updated_ticks: system counter when these were true
 * @start_ticks: system counter when the first transfers were queued
 * @first_frame_ticks: system counter at the event of the first transfer, or 0
 * @gap_frames: capture: frames that suspends have left out
 * @underruns: playback: service intervals that carried silence for lack of samples
 * @overruns: capture: service intervals that went over unread samples
 * @missed_services: Missed Service Error events
 * @ring_underruns: Ring Underrun or Ring Overrun events
 * @transfer_errors: any other unsuccessful transfer event
 * @lost_intervals: service intervals without a transfer, or with a damaged one
 * @depth_frames: the most that the DSP queues ahead
 * @interval_uframes: service interval, in microframes
 * @feedback_accepted: values of explicit feedback that are followed
 * @feedback_scaled: of those, the ones with another scale than the specification's
 * @feedback_refused: values that no device with this rate can mean
 * @flags: AUDIO_STREAM_*
 * @bus_ticks: playback: system counter at the end of the service interval that the last of
 *	@bus_frames were sent in, or 0
 * @steady_frames: playback: from @bus_frames to here, frames follow each other without a gap
 * @is_running: from START to the end of STOP
 */
struct vsoc_audio_position {
	u64 taken_frames;
	u64 released_frames;
	u64 bus_frames;
	u64 updated_ticks;
	u64 start_ticks;
	u64 first_frame_ticks;
	u64 gap_frames;
	u32 underruns;
	u32 overruns;
	u32 missed_services;
	u32 ring_underruns;
	u32 transfer_errors;
	u32 lost_intervals;
	u32 depth_frames;
	u32 interval_uframes;
	u32 feedback_accepted;
	u32 feedback_scaled;
	u32 feedback_refused;
	u32 flags;
	u64 bus_ticks;
	u64 steady_frames;
	bool is_running;
};

bool vsoc_audio_position_read(const struct audio_shared_dsp *dsp,
			      struct vsoc_audio_position *position);
s64 vsoc_audio_pointer_delta(u64 from, u64 to, u64 boundary);
int vsoc_audio_advance_appl(u64 *appl_frames, u64 from, u64 to, u64 boundary);
void vsoc_audio_limit_position(struct vsoc_audio_position *position, u64 appl_frames);
u64 vsoc_audio_played_frames(const struct vsoc_audio_position *position, u64 now_ticks, u32 rate_hz,
			     u32 ticks_hz);
u64 vsoc_audio_free_frames(const struct vsoc_audio_position *position, u64 now_ticks, u32 rate_hz,
			   u32 ticks_hz);
u64 vsoc_audio_limit_turn(u64 reported_frames, u64 released_frames, u64 buffer_frames);

#endif /* VSOC_AUDIO_POSITION_H */
