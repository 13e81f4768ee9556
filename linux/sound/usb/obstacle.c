// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether another processor can drive a USB PCM, and if not, why.
 *
 * snd-usb-audio knows more about devices than their descriptors say, and some of that is in the
 * code that fills URBs. A processor that fills packets by itself would not do it, and would play
 * noise. So there is one predicate, snd_usb_format_obstacles(), for an altsetting and a rate.
 * Everybody who offers a stream, or grants one, asks it. An obstacle is permanent, or it is
 * momentary: another stream's doing.
 *
 * The predicate follows the quirk table (docs/quirks.md of Lullaby), which says for each quirk of
 * snd-usb-audio whether it concerns control requests only, and stays in force for an offloaded
 * stream, or is an obstacle. A quirk flag that is not in that table is an obstacle, too.
 *
 * Nothing here has a lock of its own: the lists of PCMs, formats and endpoints, and the endpoints'
 * users, are read under snd_usb_audio.mutex.
 */

#include <linux/array_size.h>
#include <linux/export.h>
#include <linux/usb.h>
#include <linux/usb/audio.h>
#include <linux/usb/audio-v2.h>

#include <sound/core.h>
#include <sound/pcm.h>

#include "usbaudio.h"
#include "card.h"
#include "helper.h"
#include "obstacle.h"

#define FRAME_US		1000u
#define MICROFRAME_US		125u
#define MAX_INTERVAL		16	/* bInterval is an exponent (USB 2.0, table 9-13) */

#define INTEGER_FORMATS	(SNDRV_PCM_FMTBIT_S8 | SNDRV_PCM_FMTBIT_U8 |			\
			 SNDRV_PCM_FMTBIT_S16_LE | SNDRV_PCM_FMTBIT_S16_BE |		\
			 SNDRV_PCM_FMTBIT_U16_LE | SNDRV_PCM_FMTBIT_U16_BE |		\
			 SNDRV_PCM_FMTBIT_S24_LE | SNDRV_PCM_FMTBIT_S24_BE |		\
			 SNDRV_PCM_FMTBIT_U24_LE | SNDRV_PCM_FMTBIT_U24_BE |		\
			 SNDRV_PCM_FMTBIT_S24_3LE | SNDRV_PCM_FMTBIT_S24_3BE |		\
			 SNDRV_PCM_FMTBIT_U24_3LE | SNDRV_PCM_FMTBIT_U24_3BE |		\
			 SNDRV_PCM_FMTBIT_S32_LE | SNDRV_PCM_FMTBIT_S32_BE |		\
			 SNDRV_PCM_FMTBIT_U32_LE | SNDRV_PCM_FMTBIT_U32_BE)

/* Flags that concern control requests, probing, the mixer, power, or which formats are listed. */
#define HARMLESS_QUIRK_FLAGS	(QUIRK_FLAG_GET_SAMPLE_RATE |				\
				 QUIRK_FLAG_SKIP_CLOCK_SELECTOR |			\
				 QUIRK_FLAG_IGNORE_CLOCK_SOURCE |			\
				 QUIRK_FLAG_ITF_USB_DSD_DAC |				\
				 QUIRK_FLAG_CTL_MSG_DELAY |				\
				 QUIRK_FLAG_CTL_MSG_DELAY_1M |				\
				 QUIRK_FLAG_CTL_MSG_DELAY_5M |				\
				 QUIRK_FLAG_IFACE_DELAY |				\
				 QUIRK_FLAG_VALIDATE_RATES |				\
				 QUIRK_FLAG_DISABLE_AUTOSUSPEND |			\
				 QUIRK_FLAG_IGNORE_CTL_ERROR |				\
				 QUIRK_FLAG_DSD_RAW |					\
				 QUIRK_FLAG_SET_IFACE_FIRST |				\
				 QUIRK_FLAG_GENERIC_IMPLICIT_FB |			\
				 QUIRK_FLAG_SKIP_IMPLICIT_FB |				\
				 QUIRK_FLAG_IFACE_SKIP_CLOSE |				\
				 QUIRK_FLAG_FIXED_RATE |				\
				 QUIRK_FLAG_MIC_RES_16 |				\
				 QUIRK_FLAG_MIC_RES_384 |				\
				 QUIRK_FLAG_MIXER_MIN_MUTE)

enum quirk_direction {
	QUIRK_OF_PLAYBACK = BIT(SNDRV_PCM_STREAM_PLAYBACK),
	QUIRK_OF_CAPTURE = BIT(SNDRV_PCM_STREAM_CAPTURE),
	QUIRK_OF_BOTH = QUIRK_OF_PLAYBACK | QUIRK_OF_CAPTURE,
};

static const struct {
	unsigned int flag;
	enum quirk_direction direction;
	enum snd_usb_obstacle obstacle;
} flag_obstacles[] = {
	{ QUIRK_FLAG_SHARE_MEDIA_DEVICE, QUIRK_OF_BOTH, SND_USB_OBSTACLE_SHARED_MEDIA },
	{ QUIRK_FLAG_ALIGN_TRANSFER, QUIRK_OF_CAPTURE, SND_USB_OBSTACLE_ALIGNMENT },
	{ QUIRK_FLAG_TX_LENGTH, QUIRK_OF_PLAYBACK, SND_USB_OBSTACLE_LENGTH_WORDS },
	{ QUIRK_FLAG_FORCE_IFACE_RESET, QUIRK_OF_PLAYBACK, SND_USB_OBSTACLE_INTERFACE_RESET },
};

/* QUIRK_FLAG_PLAYBACK_FIRST is an obstacle of implicit feedback only. */
#define KNOWN_QUIRK_FLAGS	(HARMLESS_QUIRK_FLAGS | QUIRK_FLAG_PLAYBACK_FIRST |	\
				 QUIRK_FLAG_SHARE_MEDIA_DEVICE | QUIRK_FLAG_ALIGN_TRANSFER | \
				 QUIRK_FLAG_TX_LENGTH | QUIRK_FLAG_FORCE_IFACE_RESET)

static const char * const texts[] = {
	[SND_USB_OBSTACLE_UNKNOWN_QUIRK]	= "the device has a quirk that is not known here",
	[SND_USB_OBSTACLE_SHARED_MEDIA]		= "a media device decides who streams",
	[SND_USB_OBSTACLE_FORMAT_TYPE]		= "the format is not of type I",
	[SND_USB_OBSTACLE_ENCODING]		= "the samples are not integers",
	[SND_USB_OBSTACLE_LENGTH_WORDS]		= "each packet has to begin with its length",
	[SND_USB_OBSTACLE_FULL_PACKETS]		= "each packet has to be full",
	[SND_USB_OBSTACLE_INTERFACE_RESET]	= "each start needs a reset of the interface",
	[SND_USB_OBSTACLE_ALIGNMENT]		= "packets end within a frame",
	[SND_USB_OBSTACLE_PACKET_OFFSET]	= "packets begin with bytes that are no samples",
	[SND_USB_OBSTACLE_SKIPPED_PACKETS]	= "the first packets have to be ignored",
	[SND_USB_OBSTACLE_FEEDBACK_VALUES]	= "feedback values have to be corrected",
	[SND_USB_OBSTACLE_FEEDBACK_OUT]		= "the device has to be sent feedback",
	[SND_USB_OBSTACLE_IMPLICIT_FEEDBACK]	= "the feedback is implicit",
	[SND_USB_OBSTACLE_PLAYBACK_FIRST]	= "the implicit feedback begins after the playback",
	[SND_USB_OBSTACLE_PACKET_SIZE]		= "packets are too small for the rate",
	[SND_USB_OBSTACLE_BURST]		= "an interval needs more than one packet",
	[SND_USB_OBSTACLE_CLOCK]		= "the clock has the rate of another stream",
	[SND_USB_OBSTACLE_ENDPOINT]		= "another stream uses the endpoint",
};

static_assert(ARRAY_SIZE(texts) == SND_USB_OBSTACLE_COUNT);

static struct snd_usb_audio *chip_of(const struct snd_usb_substream *subs)
{
	return subs->stream->chip;
}

/**
 * snd_usb_offload_formats - get the formats of an altsetting that can be offloaded
 * @fp: the altsetting
 *
 * DSD, IEC 958 subframes, floating point and compressed samples are none of these. DSD over PCM
 * (DoP) is PCM here, and for the device.
 *
 * Context: Any context.
 * Return: SNDRV_PCM_FMTBIT_* of the altsetting's integer formats.
 */
u64 snd_usb_offload_formats(const struct audioformat *fp)
{
	return fp->formats & INTEGER_FORMATS;
}
EXPORT_SYMBOL_GPL(snd_usb_offload_formats);

/**
 * snd_usb_format_has_rate - tell whether an altsetting can run at a rate
 * @fp: the altsetting
 * @rate_hz: the rate
 *
 * Context: Any context.
 * Return: true if it can.
 */
bool snd_usb_format_has_rate(const struct audioformat *fp, unsigned int rate_hz)
{
	unsigned int i;

	if (rate_hz < fp->rate_min || rate_hz > fp->rate_max)
		return false;
	if (fp->rates & SNDRV_PCM_RATE_CONTINUOUS)
		return true;

	for (i = 0; i < fp->nr_rates; i++) {
		if (fp->rate_table[i] == rate_hz)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(snd_usb_format_has_rate);

static const struct usb_host_endpoint *data_endpoint(const struct snd_usb_substream *subs,
						     const struct audioformat *fp)
{
	const struct usb_host_interface *alts;

	alts = snd_usb_get_host_interface(chip_of(subs), fp->iface, fp->altsetting);
	if (!alts || fp->ep_idx >= alts->desc.bNumEndpoints)
		return NULL;
	return &alts->endpoint[fp->ep_idx];
}

/**
 * snd_usb_format_interval_us - get the service interval of an altsetting
 * @subs: the PCM
 * @fp: one of its altsettings
 *
 * This is the interval at which the host controller serves the endpoint, by its descriptor.
 * audioformat.datainterval is 125 us for each interval that snd-usb-audio does not expect.
 *
 * Context: Process context. Does not sleep.
 * Return: microseconds.
 */
unsigned int snd_usb_format_interval_us(const struct snd_usb_substream *subs,
					const struct audioformat *fp)
{
	const struct usb_host_endpoint *endpoint = data_endpoint(subs, fp);
	unsigned int unit_us = subs->dev->speed >= USB_SPEED_HIGH ? MICROFRAME_US : FRAME_US;
	unsigned int exponent = fp->datainterval;

	if (endpoint && endpoint->desc.bInterval >= 1 && endpoint->desc.bInterval <= MAX_INTERVAL)
		exponent = endpoint->desc.bInterval - 1;
	return unit_us << exponent;
}
EXPORT_SYMBOL_GPL(snd_usb_format_interval_us);

static unsigned int frame_bytes(const struct audioformat *fp)
{
	u64 formats = snd_usb_offload_formats(fp);
	snd_pcm_format_t format;

	if (fp->fmt_sz)
		return fp->fmt_sz * fp->channels;
	/* snd-usb-audio's own description of an altsetting, which has one format */
	pcm_for_each_format(format) {
		if (formats & pcm_format_to_bits(format))
			return snd_pcm_format_physical_width(format) / 8 * fp->channels;
	}
	return 0;
}

/* How many bytes a service interval has room for, if it may have several packets at SuperSpeed. */
static unsigned int burst_bytes(const struct snd_usb_substream *subs, const struct audioformat *fp)
{
	const struct usb_host_endpoint *endpoint = data_endpoint(subs, fp);

	if (!endpoint || subs->dev->speed < USB_SPEED_SUPER)
		return fp->maxpacksize;
	/* One burst: devices with several of them in an interval are none for audio. */
	return fp->maxpacksize * (endpoint->ss_ep_comp.bMaxBurst + 1);
}

/* Packets have whole frames, and on average as many as the rate has in an interval. */
static u32 packet_obstacles(const struct snd_usb_substream *subs, const struct audioformat *fp,
			    unsigned int rate_hz)
{
	u64 needed = (u64)rate_hz * snd_usb_format_interval_us(subs, fp);
	unsigned int size = frame_bytes(fp);

	if (!size || needed <= (u64)(fp->maxpacksize / size) * USEC_PER_SEC)
		return 0;
	if (needed <= (u64)(burst_bytes(subs, fp) / size) * USEC_PER_SEC)
		return BIT(SND_USB_OBSTACLE_BURST);
	return BIT(SND_USB_OBSTACLE_PACKET_SIZE);
}

static u32 flag_obstacles_of(const struct snd_usb_substream *subs)
{
	unsigned int flags = chip_of(subs)->quirk_flags;
	u32 obstacles = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flag_obstacles); i++) {
		if ((flags & flag_obstacles[i].flag) &&
		    (flag_obstacles[i].direction & BIT(subs->direction)))
			obstacles |= BIT(flag_obstacles[i].obstacle);
	}
	if (flags & ~KNOWN_QUIRK_FLAGS)
		obstacles |= BIT(SND_USB_OBSTACLE_UNKNOWN_QUIRK);
	return obstacles;
}

/* snd_usb_set_format_quirk(): bytes that are dropped from what these devices record. */
static bool has_packet_offset(const struct snd_usb_substream *subs, unsigned int rate_hz)
{
	if (subs->direction != SNDRV_PCM_STREAM_CAPTURE)
		return false;
	switch (chip_of(subs)->usb_id) {
	case USB_ID(0x041e, 0x3f02): /* E-Mu 0202 USB */
	case USB_ID(0x041e, 0x3f04): /* E-Mu 0404 USB */
	case USB_ID(0x041e, 0x3f0a): /* E-Mu Tracker Pre */
	case USB_ID(0x041e, 0x3f19): /* E-Mu 0204 USB */
		return rate_hz >= 176400;
	case USB_ID(0x534d, 0x0021): /* MacroSilicon MS2100/MS2106 */
	case USB_ID(0x534d, 0x2109): /* MacroSilicon MS2109 */
		return true;
	default:
		return false;
	}
}

/* snd_usb_endpoint_start_quirk() */
static u32 start_obstacles(const struct snd_usb_substream *subs, const struct audioformat *fp)
{
	bool has_feedback = fp->sync_ep && !fp->implicit_fb;
	u32 id = chip_of(subs)->usb_id;

	if (USB_ID_VENDOR(id) == 0x23ba && has_feedback) /* Playback Designs */
		return BIT(SND_USB_OBSTACLE_SKIPPED_PACKETS);

	switch (id) {
	case USB_ID(0x0763, 0x2030): /* M-Audio Fast Track C400 */
	case USB_ID(0x0763, 0x2031): /* M-Audio Fast Track C600 */
		if (subs->direction == SNDRV_PCM_STREAM_CAPTURE || fp->implicit_fb)
			return BIT(SND_USB_OBSTACLE_SKIPPED_PACKETS);
		return 0;
	case USB_ID(0x0644, 0x8038): /* TEAC UD-H01 */
	case USB_ID(0x1852, 0x5034): /* T+A Dac8 */
		return has_feedback ? BIT(SND_USB_OBSTACLE_FEEDBACK_VALUES) : 0;
	default:
		return 0;
	}
}

static u32 sync_obstacles(const struct snd_usb_substream *subs, const struct audioformat *fp)
{
	u32 obstacles = 0;

	if (!fp->sync_ep)
		return 0;
	if (!fp->implicit_fb)
		return fp->sync_ep & USB_DIR_IN ? 0 : BIT(SND_USB_OBSTACLE_FEEDBACK_OUT);

	obstacles |= BIT(SND_USB_OBSTACLE_IMPLICIT_FEEDBACK);
	if (chip_of(subs)->quirk_flags & QUIRK_FLAG_PLAYBACK_FIRST)
		obstacles |= BIT(SND_USB_OBSTACLE_PLAYBACK_FIRST);
	return obstacles;
}

static u32 permanent_obstacles(const struct snd_usb_substream *subs, const struct audioformat *fp,
			       unsigned int rate_hz)
{
	u32 obstacles = flag_obstacles_of(subs);

	if (fp->fmt_type != UAC_FORMAT_TYPE_I)
		obstacles |= BIT(SND_USB_OBSTACLE_FORMAT_TYPE);
	if (!snd_usb_offload_formats(fp))
		obstacles |= BIT(SND_USB_OBSTACLE_ENCODING);
	if (subs->direction == SNDRV_PCM_STREAM_PLAYBACK &&
	    (fp->attributes & UAC_EP_CS_ATTR_FILL_MAX))
		obstacles |= BIT(SND_USB_OBSTACLE_FULL_PACKETS);
	if (has_packet_offset(subs, rate_hz))
		obstacles |= BIT(SND_USB_OBSTACLE_PACKET_OFFSET);
	return obstacles | start_obstacles(subs, fp) | sync_obstacles(subs, fp) |
	       packet_obstacles(subs, fp, rate_hz);
}

/* snd_usb_set_format_quirk(): the rate of these devices is one for all of their endpoints. */
static bool has_device_rate(const struct snd_usb_audio *chip)
{
	switch (chip->usb_id) {
	case USB_ID(0x041e, 0x3f02): /* E-Mu 0202 USB */
	case USB_ID(0x041e, 0x3f04): /* E-Mu 0404 USB */
	case USB_ID(0x041e, 0x3f0a): /* E-Mu Tracker Pre */
	case USB_ID(0x041e, 0x3f19): /* E-Mu 0204 USB */
	case USB_ID(0x2b73, 0x000a): /* Pioneer DJM-900NXS2 */
	case USB_ID(0x2b73, 0x0013): /* Pioneer DJM-450 */
	case USB_ID(0x08e4, 0x017f): /* Pioneer DJM-750 */
	case USB_ID(0x08e4, 0x0163): /* Pioneer DJM-850 */
	case USB_ID(0x0dba, 0x5000): /* Digidesign Mbox 3 */
	case USB_ID(0x2a39, 0x3f8c): /* RME Digiface USB */
	case USB_ID(0x2a39, 0x3fa0): /* RME Digiface USB (alternate) */
		return true;
	default:
		return false;
	}
}

/* As snd-usb-audio's endpoints count the users of a clock: by its id, and not in UAC1. */
static bool shares_clock(const struct snd_usb_audio *chip, const struct audioformat *one,
			 const struct audioformat *other)
{
	if (has_device_rate(chip))
		return true;
	return one->protocol != UAC_VERSION_1 && other->protocol != UAC_VERSION_1 &&
	       one->clock == other->clock;
}

static bool is_own_endpoint(const struct snd_usb_substream *subs, const struct snd_usb_endpoint *ep)
{
	return ep == subs->data_endpoint || ep == subs->sync_endpoint;
}

/**
 * snd_usb_clock_is_taken - tell whether another stream needs an altsetting's clock at another rate
 * @subs: the PCM, whose own endpoints do not count
 * @fp: one of its altsettings
 * @rate_hz: the rate that it is to have
 * @by_offload: count streams of other processors only
 *
 * The caller holds the card's mutex.
 *
 * Context: Process context. Does not sleep.
 * Return: true if the clock could not be set to that rate.
 */
bool snd_usb_clock_is_taken(const struct snd_usb_substream *subs, const struct audioformat *fp,
			    unsigned int rate_hz, bool by_offload)
{
	struct snd_usb_audio *chip = chip_of(subs);
	const struct snd_usb_endpoint *ep;

	lockdep_assert_held(&chip->mutex);

	list_for_each_entry(ep, &chip->ep_list, list) {
		if (!ep->opened || !ep->cur_audiofmt || is_own_endpoint(subs, ep))
			continue;
		if (by_offload && !ep->offloaded)
			continue;
		if (ep->cur_rate != rate_hz && shares_clock(chip, fp, ep->cur_audiofmt))
			return true;
	}
	return false;
}

static bool endpoint_is_taken(const struct snd_usb_substream *subs, int address)
{
	struct snd_usb_audio *chip = chip_of(subs);
	const struct snd_usb_endpoint *ep;

	lockdep_assert_held(&chip->mutex);

	list_for_each_entry(ep, &chip->ep_list, list) {
		if (ep->ep_num == address)
			return ep->opened && !is_own_endpoint(subs, ep);
	}
	return false;
}

static u32 momentary_obstacles(const struct snd_usb_substream *subs, const struct audioformat *fp,
			       unsigned int rate_hz)
{
	u32 obstacles = 0;

	if (snd_usb_clock_is_taken(subs, fp, rate_hz, false))
		obstacles |= BIT(SND_USB_OBSTACLE_CLOCK);
	if (endpoint_is_taken(subs, fp->endpoint) ||
	    (fp->sync_ep && endpoint_is_taken(subs, fp->sync_ep)))
		obstacles |= BIT(SND_USB_OBSTACLE_ENDPOINT);
	return obstacles;
}

/**
 * snd_usb_format_obstacles - find the reasons why an altsetting cannot be offloaded
 * @subs: the PCM; that it is in use itself is no obstacle here
 * @fp: one of its altsettings
 * @rate_hz: the rate that it is to have, one of those that it lists; 0: its lowest, and obstacles
 *	that other streams make do not count
 *
 * The caller holds the card's mutex.
 *
 * Context: Process context. Does not sleep.
 * Return: BIT(enum snd_usb_obstacle) for each reason, 0 if there is none.
 */
u32 snd_usb_format_obstacles(const struct snd_usb_substream *subs, const struct audioformat *fp,
			     unsigned int rate_hz)
{
	if (!rate_hz)
		return permanent_obstacles(subs, fp, fp->rate_min);
	return permanent_obstacles(subs, fp, rate_hz) | momentary_obstacles(subs, fp, rate_hz);
}
EXPORT_SYMBOL_GPL(snd_usb_format_obstacles);

/* Avoided by snd-usb-audio, too, where a device has another altsetting with that format. */
static bool is_disliked(const struct snd_usb_substream *subs, const struct audioformat *fp)
{
	return (fp->ep_attr & USB_ENDPOINT_SYNCTYPE) ==
	       (subs->direction == SNDRV_PCM_STREAM_PLAYBACK ? USB_ENDPOINT_SYNC_ASYNC :
							       USB_ENDPOINT_SYNC_ADAPTIVE);
}

/* The order of snd_usb_find_format(), so that an offloaded PCM sounds like one of ALSA. */
static bool is_better(const struct snd_usb_substream *subs, const struct audioformat *fp,
		      const struct audioformat *than)
{
	if (!than)
		return true;
	if (is_disliked(subs, fp) != is_disliked(subs, than))
		return is_disliked(subs, than);
	return fp->maxpacksize > than->maxpacksize;
}

static bool is_momentary(u32 obstacles)
{
	return !(obstacles & ~SND_USB_OBSTACLES_MOMENTARY);
}

/**
 * snd_usb_choose_format - choose the altsetting for a stream that is to be offloaded
 * @subs: the PCM
 * @wanted: the stream's parameters
 * @obstacles: if NULL is returned, set to the obstacles of an altsetting with these parameters that
 *	are not handled, only momentary ones if there is such an altsetting; 0 if there is none with
 *	these parameters
 *
 * The altsetting stays valid as long as the card.
 *
 * The caller holds the card's mutex.
 *
 * Context: Process context. Does not sleep.
 * Return: the best of all altsettings that fit, or NULL.
 */
const struct audioformat *snd_usb_choose_format(const struct snd_usb_substream *subs,
						const struct snd_usb_wanted_format *wanted,
						u32 *obstacles)
{
	const struct audioformat *fp, *best = NULL;
	u32 found;

	lockdep_assert_held(&chip_of(subs)->mutex);

	*obstacles = 0;
	list_for_each_entry(fp, &subs->fmt_list, list) {
		if (!(snd_usb_offload_formats(fp) & pcm_format_to_bits(wanted->format)) ||
		    fp->channels != wanted->channels ||
		    !snd_usb_format_has_rate(fp, wanted->rate_hz))
			continue;
		if (wanted->interval_us &&
		    wanted->interval_us != snd_usb_format_interval_us(subs, fp))
			continue;
		found = snd_usb_format_obstacles(subs, fp, wanted->rate_hz) & ~wanted->handled;
		if (!found && is_better(subs, fp, best))
			best = fp;
		if (found && (!*obstacles || is_momentary(found)))
			*obstacles = found;
	}
	return best;
}
EXPORT_SYMBOL_GPL(snd_usb_choose_format);

/**
 * snd_usb_pcm_is_offloadable - tell whether a USB PCM can be offloaded, if nobody else uses it
 * @subs: the PCM
 * @handled: BIT(enum snd_usb_obstacle) of the obstacles that the processor deals with by itself
 *
 * The caller holds the card's mutex.
 *
 * Context: Process context. Does not sleep.
 * Return: true if an altsetting of it has no permanent obstacle.
 */
bool snd_usb_pcm_is_offloadable(const struct snd_usb_substream *subs, u32 handled)
{
	const struct audioformat *fp;

	lockdep_assert_held(&chip_of(subs)->mutex);

	list_for_each_entry(fp, &subs->fmt_list, list) {
		if (!(snd_usb_format_obstacles(subs, fp, 0) & ~handled))
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(snd_usb_pcm_is_offloadable);

/**
 * snd_usb_obstacle_text - say in words why something cannot be offloaded
 * @obstacles: BIT(enum snd_usb_obstacle) for each reason
 *
 * Context: Any context.
 * Return: the first of the reasons, or NULL if there is none.
 */
const char *snd_usb_obstacle_text(u32 obstacles)
{
	return obstacles ? texts[__ffs(obstacles)] : NULL;
}
EXPORT_SYMBOL_GPL(snd_usb_obstacle_text);
