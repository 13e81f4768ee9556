/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_PATIENCE_H
#define __SND_USB_OFFLOAD_PATIENCE_H

#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/types.h>

/**
 * struct offload_patience - how long disconnects may still wait for a DSP
 * @lock: guards the rest
 * @began: when the present burst of disconnects began
 * @paused: when one of its disconnects began or ended last
 * @work_ms: of the burst's time, what is kept back for the work
 * @is_silent: the DSP has let the time of a burst pass, and has said nothing since
 */
struct offload_patience {
	struct mutex lock; /* see above */
	ktime_t began;
	ktime_t paused;
	unsigned int work_ms;
	bool is_silent;
};

unsigned int offload_response_timeout_ms(void);
void offload_patience_init(struct offload_patience *patience);
void offload_patience_begin(struct offload_patience *patience, unsigned int cards_going);
unsigned int offload_patience_left_ms(struct offload_patience *patience);
void offload_patience_end(struct offload_patience *patience, bool has_obeyed);
void offload_patience_lost(struct offload_patience *patience);
void offload_patience_heard(struct offload_patience *patience);

#endif /* __SND_USB_OFFLOAD_PATIENCE_H */
