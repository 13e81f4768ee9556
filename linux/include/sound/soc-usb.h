/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connects USB sound cards to an ASoC back end that plays them through another processor.
 *
 * Two sides meet here. The class driver (sound/usb/offload) reports USB sound cards with
 * snd_soc_usb_connect() and snd_soc_usb_disconnect(). An ASoC component that is a USB back end
 * adds a port, which is told of the cards behind the controllers that name the component in
 * their "usb-soc-be" property, or that a class driver connects by the component's own device,
 * whichever of the two came first.
 */
#ifndef __LINUX_SND_SOC_USB_H
#define __LINUX_SND_SOC_USB_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <sound/pcm.h>
#include <sound/usb-obstacle.h>

struct device;
struct snd_pcm_hw_params;
struct snd_soc_component;
struct snd_soc_jack;

enum snd_soc_usb_kctl {
	SND_SOC_USB_KCTL_CARD_ROUTE,
	SND_SOC_USB_KCTL_PCM_ROUTE,
};

/**
 * struct snd_soc_usb_device - a USB sound card, as a back end sees it
 * @card_idx: ALSA card number
 * @chip_idx: snd-usb-audio's own index of the card (struct snd_usb_audio.index)
 * @instance: not 0, and another for each card that comes, where numbers are used again; 0 from a
 *	class driver that does not say
 * @cpcm_idx: device numbers of its capture PCMs
 * @ppcm_idx: device numbers of its playback PCMs
 * @num_capture: entries in @cpcm_idx
 * @num_playback: entries in @ppcm_idx
 * @list: for the port that the device is connected to, between its two callbacks
 *
 * Owned by the class driver; constant from snd_soc_usb_connect() to snd_soc_usb_disconnect().
 */
struct snd_soc_usb_device {
	int card_idx;
	int chip_idx;
	u64 instance;
	unsigned int *cpcm_idx;
	unsigned int *ppcm_idx;
	int num_capture;
	int num_playback;

	struct list_head list;
};

/**
 * struct snd_soc_usb - a port: one ASoC component's interest in USB sound cards
 * @list: soc-usb's list of ports
 * @component: the back end
 * @connection_status_cb: a device came (@connected) or went. Optional. A negative errno for a
 *	device that came leaves it to the next matching port. May sleep; must not add, remove,
 *	get, connect or disconnect anything of soc-usb.
 * @update_offload_route_info: fill route[0] with the ASoC card or PCM number (as @path asks)
 *	through which a USB PCM is offloaded, or -1. Optional. May sleep; the same restrictions.
 * @priv_data: the back end's own
 * @users: soc-usb's: one for the port being added, one for each snd_soc_usb_get_port()
 * @unused: soc-usb's: completed when @users has come to 0
 *
 * The callbacks and @priv_data are constant while the port is added.
 */
struct snd_soc_usb {
	struct list_head list;
	struct snd_soc_component *component;
	int (*connection_status_cb)(struct snd_soc_usb *usb,
				    struct snd_soc_usb_device *sdev,
				    bool connected);
	int (*update_offload_route_info)(struct snd_soc_component *component,
					 int card, int pcm, int direction,
					 enum snd_soc_usb_kctl path,
					 long *route);
	void *priv_data;

	refcount_t users;
	struct completion unused;
};

/**
 * struct snd_soc_usb_pcm - a USB PCM, and the processor that is to drive it
 * @card_idx: ALSA card number
 * @pcm_idx: device number of the PCM
 * @direction: SNDRV_PCM_STREAM_PLAYBACK or SNDRV_PCM_STREAM_CAPTURE
 * @handled: BIT(enum snd_usb_obstacle) of the obstacles that the processor deals with by itself
 */
struct snd_soc_usb_pcm {
	int card_idx;
	int pcm_idx;
	int direction;
	u32 handled;
};

/**
 * struct snd_soc_usb_pcm_caps - the capabilities of a USB PCM in one direction, over all its
 * altsettings that can be offloaded
 * @formats: SNDRV_PCM_FMTBIT_* of the USB stream
 * @carried_formats: SNDRV_PCM_FMTBIT_* of every format whose samples fit unchanged, that is
 *	@formats and the formats that snd_soc_usb_match_format() repacks into one of them
 * @rates: SNDRV_PCM_RATE_*; _KNOT if there is a rate without a bit, _CONTINUOUS for a range
 * @rate_min: in Hz
 * @rate_max: in Hz
 * @channels_min: fewest channels of an altsetting
 * @channels_max: most channels of an altsetting
 *
 * Not every combination need exist: snd_soc_usb_find_pcm_format() answers for one.
 */
struct snd_soc_usb_pcm_caps {
	u64 formats;
	u64 carried_formats;
	unsigned int rates;
	unsigned int rate_min;
	unsigned int rate_max;
	unsigned int channels_min;
	unsigned int channels_max;
};

/* Ports, for an ASoC back end. */
struct snd_soc_usb *snd_soc_usb_allocate_port(struct snd_soc_component *component, void *data);
void snd_soc_usb_free_port(struct snd_soc_usb *usb);
void snd_soc_usb_add_port(struct snd_soc_usb *usb);
void snd_soc_usb_remove_port(struct snd_soc_usb *usb);
int snd_soc_usb_setup_offload_jack(struct snd_soc_component *component, struct snd_soc_jack *jack);

/* Devices, for the class driver. */
int snd_soc_usb_connect(struct device *usbdev, struct snd_soc_usb_device *sdev);
int snd_soc_usb_disconnect(struct device *usbdev, struct snd_soc_usb_device *sdev);
int snd_soc_usb_update_offload_route(struct device *dev, int card, int pcm, int direction,
				     enum snd_soc_usb_kctl path, long *route);
void *snd_soc_usb_find_priv_data(struct device *usbdev);
struct snd_soc_usb *snd_soc_usb_get_port(struct device *usbdev);
void snd_soc_usb_put_port(struct snd_soc_usb *usb);
bool snd_soc_usb_device_matches(struct device *usbdev, struct device *backend);

/* Capabilities of USB PCMs, for both. */
int snd_soc_usb_find_supported_format(int card_idx, struct snd_pcm_hw_params *params,
				      int direction);
int snd_soc_usb_get_pcm_caps(const struct snd_soc_usb_pcm *pcm, struct snd_soc_usb_pcm_caps *caps);
int snd_soc_usb_find_pcm_format(const struct snd_soc_usb_pcm *pcm, snd_pcm_format_t format,
				unsigned int rate_hz, unsigned int channels,
				snd_pcm_format_t *usb_format, const char **reason);
int snd_soc_usb_check_pcm_free(int card_idx, int pcm_idx, int direction);
int snd_soc_usb_match_format(u64 usb_formats, snd_pcm_format_t format,
			     snd_pcm_format_t *usb_format);

#endif /* __LINUX_SND_SOC_USB_H */
