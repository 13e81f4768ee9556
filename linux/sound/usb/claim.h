/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Claiming a USB PCM for another processor, so that ALSA and it exclude each other.
 *
 * The life of a claim, as a class driver sees it:
 *
 *	subs = snd_usb_pcm_claim(chip, pcm_idx, direction);
 *	snd_usb_pcm_set_format(subs, fp);	the altsetting, see obstacle.h
 *	snd_usb_pcm_init_params(&params, format, rate_hz, channels);
 *	snd_usb_hw_params(subs, &params);	opens the endpoints; subs->cur_audiofmt is set
 *	snd_usb_pcm_prepare_claimed(subs);	sets altsetting, pitch and sample rate
 *	... subs->data_endpoint, subs->sync_endpoint: offload their rings, stream ...
 *	snd_usb_hw_free(subs);			altsetting 0
 *	snd_usb_pcm_release(subs);
 *
 * Nothing here submits or allocates a URB for the claimed PCM's endpoints.
 */
#ifndef __USBAUDIO_CLAIM_H
#define __USBAUDIO_CLAIM_H

#include <linux/list.h>
#include <linux/types.h>
#include <sound/pcm.h>

struct audioformat;
struct snd_pcm_hw_params;
struct snd_usb_audio;
struct snd_usb_substream;

/* For class drivers. */
void snd_usb_card_put(struct snd_usb_audio *chip);
struct snd_usb_substream *snd_usb_find_pcm(struct snd_usb_audio *chip, int pcm_idx, int direction);
struct snd_usb_substream *snd_usb_pcm_claim(struct snd_usb_audio *chip, int pcm_idx, int direction);
void snd_usb_pcm_set_format(struct snd_usb_substream *subs, const struct audioformat *fp);
int snd_usb_pcm_prepare_claimed(struct snd_usb_substream *subs);
void snd_usb_pcm_release(struct snd_usb_substream *subs);
void snd_usb_pcm_init_params(struct snd_pcm_hw_params *params, snd_pcm_format_t format,
			     unsigned int rate_hz, unsigned int channels);

/* In pcm.c, exported for class drivers. */
const struct audioformat *
snd_usb_find_format(struct list_head *fmt_list_head, snd_pcm_format_t format, unsigned int rate,
		    unsigned int channels, bool strict_match, struct snd_usb_substream *subs);
const struct audioformat *
snd_usb_find_substream_format(struct snd_usb_substream *subs,
			      const struct snd_pcm_hw_params *params);
int snd_usb_hw_params(struct snd_usb_substream *subs, struct snd_pcm_hw_params *hw_params);
int snd_usb_hw_free(struct snd_usb_substream *subs);
int snd_usb_pcm_change_state(struct snd_usb_substream *subs, int state);

/* For pcm.c and platform.c. */
int snd_usb_pcm_take(struct snd_usb_substream *subs);
void snd_usb_pcm_give_back(struct snd_usb_substream *subs);
int snd_usb_pcm_offload_endpoints(struct snd_usb_substream *subs);
void snd_usb_pcm_check_released(struct snd_usb_audio *chip);

#endif /* __USBAUDIO_CLAIM_H */
