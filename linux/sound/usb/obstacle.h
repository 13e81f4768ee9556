/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether another processor can drive a USB PCM, and if not, why.
 */
#ifndef __USBAUDIO_OBSTACLE_H
#define __USBAUDIO_OBSTACLE_H

#include <linux/bits.h>
#include <linux/types.h>
#include <sound/pcm.h>
#include <sound/usb-obstacle.h>

struct audioformat;
struct snd_usb_substream;

/* Obstacles that other streams make, and take away again when they end. */
#define SND_USB_OBSTACLES_MOMENTARY	(BIT(SND_USB_OBSTACLE_CLOCK) | \
					 BIT(SND_USB_OBSTACLE_ENDPOINT))

/**
 * struct snd_usb_wanted_format - parameters of a stream that another processor wants
 * @format: of the samples on the bus
 * @rate_hz: frames a second
 * @channels: samples in a frame
 * @interval_us: service interval that the altsetting must have, or 0 for any
 * @handled: BIT(enum snd_usb_obstacle) of the obstacles that the processor deals with by itself
 */
struct snd_usb_wanted_format {
	snd_pcm_format_t format;
	unsigned int rate_hz;
	unsigned int channels;
	unsigned int interval_us;
	u32 handled;
};

u64 snd_usb_offload_formats(const struct audioformat *fp);
bool snd_usb_format_has_rate(const struct audioformat *fp, unsigned int rate_hz);
unsigned int snd_usb_format_interval_us(const struct snd_usb_substream *subs,
					const struct audioformat *fp);
u32 snd_usb_format_obstacles(const struct snd_usb_substream *subs, const struct audioformat *fp,
			     unsigned int rate_hz);
const struct audioformat *snd_usb_choose_format(const struct snd_usb_substream *subs,
						const struct snd_usb_wanted_format *wanted,
						u32 *obstacles);
bool snd_usb_pcm_is_offloadable(const struct snd_usb_substream *subs, u32 handled);
const char *snd_usb_obstacle_text(u32 obstacles);

/* For claim.c. */
bool snd_usb_clock_is_taken(const struct snd_usb_substream *subs, const struct audioformat *fp,
			    unsigned int rate_hz, bool by_offload);

#endif /* __USBAUDIO_OBSTACLE_H */
