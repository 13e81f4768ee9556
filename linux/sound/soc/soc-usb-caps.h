/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_SOC_USB_CAPS_H
#define __SND_SOC_USB_CAPS_H

#include <linux/kconfig.h>
#include <linux/types.h>

struct audioformat;
struct snd_soc_usb_pcm_caps;

/* Static without KUnit */
#if IS_ENABLED(CONFIG_KUNIT)
void snd_soc_usb_caps_init(struct snd_soc_usb_pcm_caps *caps);
void snd_soc_usb_caps_add(struct snd_soc_usb_pcm_caps *caps, const struct audioformat *fp);
#endif

#endif /* __SND_SOC_USB_CAPS_H */
