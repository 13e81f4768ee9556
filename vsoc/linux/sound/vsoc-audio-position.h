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
 * @queued_frames: taken out of the PCM buffer since START
 * @played_frames: of those, on the bus
 * @updated_ticks: system counter when the two were true
 * @first_frame_ticks: system counter at the event of the first transfer, or 0
 * @underruns: service intervals that carried silence for lack of samples
 * @missed_services: Missed Service Error events
 * @ring_underruns: Ring Underrun events
 * @transfer_errors: any other unsuccessful transfer event
 * @is_running: from START to the end of STOP
 */
struct vsoc_audio_position {
	u64 queued_frames;
	u64 played_frames;
	u64 updated_ticks;
	u64 first_frame_ticks;
	u32 underruns;
	u32 missed_services;
	u32 ring_underruns;
	u32 transfer_errors;
	bool is_running;
};

bool vsoc_audio_position_read(const struct audio_shared_dsp *dsp,
			      struct vsoc_audio_position *position);
s64 vsoc_audio_pointer_delta(u64 from, u64 to, u64 boundary);
int vsoc_audio_advance_appl(u64 *appl_frames, u64 from, u64 to, u64 boundary);
void vsoc_audio_limit_position(struct vsoc_audio_position *position, u64 appl_frames);
u64 vsoc_audio_limit_turn(u64 reported_frames, u64 queued_frames, u64 buffer_frames);

#endif /* VSOC_AUDIO_POSITION_H */
