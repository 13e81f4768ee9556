/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_PATIENCE_H
#define __SND_USB_OFFLOAD_PATIENCE_H

#include <linux/ktime.h>
#include <linux/types.h>

struct snd_usb_offload_service;

/**
 * struct offload_patience - how long disconnects may still wait for a DSP
 * @began: when the present burst of disconnects began
 * @paused: when one of its disconnects began or ended last
 * @work_ms: of the burst's time, what is kept back for the work
 * @is_silent: the DSP has let the time of a burst pass, and has said nothing since
 *
 * Guarded by the service's lock.
 */
struct offload_patience {
	ktime_t began;
	ktime_t paused;
	unsigned int work_ms;
	bool is_silent;
};

unsigned int offload_response_timeout_ms(void);
void offload_patience_begin(struct snd_usb_offload_service *service);
unsigned int offload_patience_left_ms(struct snd_usb_offload_service *service);
void offload_patience_end(struct snd_usb_offload_service *service, bool has_obeyed);
void offload_patience_lost(struct snd_usb_offload_service *service);
void offload_patience_heard(struct snd_usb_offload_service *service);

#endif /* __SND_USB_OFFLOAD_PATIENCE_H */
