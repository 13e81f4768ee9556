/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The news of a player or a recorder, beside the position.
 */
#ifndef LULLABY_AUDIO_STREAM_RESULTS_H
#define LULLABY_AUDIO_STREAM_RESULTS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct stream_results - events since the results were last taken
 * @periods_elapsed: periods that released_frames has crossed; 0 with no_period_wakeup
 * @ran_out: the last sample there is has been released, or there is no more room for samples (once each time)
 * @stopped: a stop has been completed, and the stream can be started again
 * @lost: the endpoint is gone; only a release is left. It comes once; a stop under way ends with it.
 * @lost_reason: enum audio_lost_reason, if @lost
 */
struct stream_results {
	uint32_t periods_elapsed;
	bool ran_out;
	bool stopped;
	bool lost;
	uint32_t lost_reason;
};

#endif /* LULLABY_AUDIO_STREAM_RESULTS_H */
