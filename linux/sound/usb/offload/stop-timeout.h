/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_STOP_TIMEOUT_H
#define __SND_USB_OFFLOAD_STOP_TIMEOUT_H

#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/types.h>

/**
 * struct offload_stop_timeout - how long disconnects may still wait for a DSP
 * @lock: guards the rest
 * @began: when the present burst of disconnects began, 0 before the first one
 * @last: when one of its disconnects began or ended last
 * @work_ms: the part of the burst's time that is reserved for the work
 * @is_unresponsive: the DSP has let the time of a burst pass, and has sent nothing since
 */
struct offload_stop_timeout {
	struct mutex lock; /* see above */
	ktime_t began;
	ktime_t last;
	unsigned int work_ms;
	bool is_unresponsive;
};

unsigned int offload_response_timeout_ms(void);
void offload_stop_timeout_init(struct offload_stop_timeout *stop_timeout);
void offload_stop_timeout_begin(struct offload_stop_timeout *stop_timeout,
				unsigned int cards_going);
unsigned int offload_stop_timeout_left_ms(struct offload_stop_timeout *stop_timeout);
void offload_stop_timeout_end(struct offload_stop_timeout *stop_timeout, bool has_stopped);
void offload_stop_timeout_dsp_down(struct offload_stop_timeout *stop_timeout);
void offload_stop_timeout_dsp_heard(struct offload_stop_timeout *stop_timeout);

#endif /* __SND_USB_OFFLOAD_STOP_TIMEOUT_H */
