// SPDX-License-Identifier: GPL-2.0-only
/*
 * The front ends' parameters: the choice that is left after other parameters have been chosen. No
 * state, no locks.
 */
#include <sound/pcm.h>
#include <sound/pcm_params.h>
#include "vsoc-audio.h"

/*
 * The DSP needs samples two frames of the bus and the controller's Isochronous Scheduling Threshold
 * (1 ms) before they are on the bus, and the application a period. It looks for recorded samples
 * twice a period and four times a buffer, but once a millisecond at most.
 */
#define BUFFER_MIN_US	4000
#define PERIOD_MIN_US	1000

static void get_wanted(struct snd_pcm_hw_params *params, struct vsoc_audio_space *wanted)
{
	const struct snd_mask *format = hw_param_mask_c(params, SNDRV_PCM_HW_PARAM_FORMAT);
	const struct snd_interval *rate = hw_param_interval_c(params, SNDRV_PCM_HW_PARAM_RATE);
	const struct snd_interval *channels =
		hw_param_interval_c(params, SNDRV_PCM_HW_PARAM_CHANNELS);
	unsigned int i;

	memset(wanted, 0, sizeof(*wanted));
	for (i = 0; i < VSOC_AUDIO_FORMATS; i++) {
		if (snd_mask_test_format(format, vsoc_audio_formats[i]))
			wanted->formats |= BIT(i);
	}
	for (i = 0; i < VSOC_AUDIO_RATES; i++) {
		if (snd_interval_test(rate, vsoc_audio_rates_hz[i]))
			wanted->rates |= BIT(i);
	}
	for (i = 0; i < VSOC_AUDIO_MAX_CHANNELS; i++) {
		if (snd_interval_test(channels, i + 1))
			wanted->channels |= BIT_ULL(i);
	}
}

static int rule_format(struct snd_pcm_hw_params *params, struct snd_pcm_hw_rule *rule)
{
	const struct vsoc_audio_caps *caps = rule->private;
	struct vsoc_audio_space wanted, possible;
	struct snd_mask formats;
	unsigned int i;

	get_wanted(params, &wanted);
	wanted.formats = ~0;
	vsoc_audio_refine(caps, &wanted, &possible);

	snd_mask_none(&formats);
	for (i = 0; i < VSOC_AUDIO_FORMATS; i++) {
		if (possible.formats & BIT(i))
			snd_mask_set_format(&formats, vsoc_audio_formats[i]);
	}
	return snd_mask_refine(hw_param_mask(params, SNDRV_PCM_HW_PARAM_FORMAT), &formats);
}

static int rule_rate(struct snd_pcm_hw_params *params, struct snd_pcm_hw_rule *rule)
{
	const struct vsoc_audio_caps *caps = rule->private;
	struct vsoc_audio_space wanted, possible;

	get_wanted(params, &wanted);
	wanted.rates = ~0;
	vsoc_audio_refine(caps, &wanted, &possible);
	if (!possible.rates)
		return -EINVAL;
	return snd_interval_list(hw_param_interval(params, SNDRV_PCM_HW_PARAM_RATE),
				 VSOC_AUDIO_RATES, vsoc_audio_rates_hz, possible.rates);
}

static int rule_channels(struct snd_pcm_hw_params *params, struct snd_pcm_hw_rule *rule)
{
	unsigned int counts[VSOC_AUDIO_MAX_CHANNELS];
	const struct vsoc_audio_caps *caps = rule->private;
	struct vsoc_audio_space wanted, possible;
	unsigned int found = 0, i;

	get_wanted(params, &wanted);
	wanted.channels = ~0;
	vsoc_audio_refine(caps, &wanted, &possible);
	for (i = 0; i < VSOC_AUDIO_MAX_CHANNELS; i++) {
		if (possible.channels & BIT_ULL(i))
			counts[found++] = i + 1;
	}
	if (!found)
		return -EINVAL;
	return snd_interval_list(hw_param_interval(params, SNDRV_PCM_HW_PARAM_CHANNELS), found,
				 counts, 0);
}

/**
 * vsoc_audio_params_constrain() - limit a PCM's parameters to those that its USB PCM accepts
 * @caps: the parameters that the USB PCM accepts; constant until the PCM is closed
 * @runtime: of the PCM, which is being opened
 *
 * Return: 0 or a negative errno.
 */
int vsoc_audio_params_constrain(struct vsoc_audio_caps *caps, struct snd_pcm_runtime *runtime)
{
	int err;

	err = snd_pcm_hw_rule_add(runtime, 0, SNDRV_PCM_HW_PARAM_FORMAT, rule_format,
				  caps, SNDRV_PCM_HW_PARAM_RATE,
				  SNDRV_PCM_HW_PARAM_CHANNELS, -1);
	if (err < 0)
		return err;
	err = snd_pcm_hw_rule_add(runtime, 0, SNDRV_PCM_HW_PARAM_RATE, rule_rate,
				  caps, SNDRV_PCM_HW_PARAM_FORMAT,
				  SNDRV_PCM_HW_PARAM_CHANNELS, -1);
	if (err < 0)
		return err;
	err = snd_pcm_hw_rule_add(runtime, 0, SNDRV_PCM_HW_PARAM_CHANNELS, rule_channels,
				  caps, SNDRV_PCM_HW_PARAM_FORMAT,
				  SNDRV_PCM_HW_PARAM_RATE, -1);
	if (err < 0)
		return err;
	err = snd_pcm_hw_constraint_integer(runtime, SNDRV_PCM_HW_PARAM_PERIODS);
	if (err < 0)
		return err;
	err = snd_pcm_hw_constraint_minmax(runtime, SNDRV_PCM_HW_PARAM_PERIOD_TIME,
					   PERIOD_MIN_US, UINT_MAX);
	if (err < 0)
		return err;
	return snd_pcm_hw_constraint_minmax(runtime, SNDRV_PCM_HW_PARAM_BUFFER_TIME,
					    BUFFER_MIN_US, UINT_MAX);
}

/**
 * vsoc_audio_params_usb_channels() - get the USB stream's number of channels for a PCM's parameters
 * @caps: the parameters that the USB PCM accepts
 * @format: of the PCM
 * @rate_hz: of the PCM
 * @channels: of the PCM
 *
 * Return: a number of channels, 0 if the parameters cannot be played.
 */
unsigned int vsoc_audio_params_usb_channels(const struct vsoc_audio_caps *caps,
					    snd_pcm_format_t format, unsigned int rate_hz,
					    unsigned int channels)
{
	unsigned int format_index, rate_index;

	for (format_index = 0; format_index < VSOC_AUDIO_FORMATS; format_index++) {
		if (vsoc_audio_formats[format_index] == format)
			break;
	}
	for (rate_index = 0; rate_index < VSOC_AUDIO_RATES; rate_index++) {
		if (vsoc_audio_rates_hz[rate_index] == rate_hz)
			break;
	}
	if (format_index == VSOC_AUDIO_FORMATS || rate_index == VSOC_AUDIO_RATES)
		return 0;
	return vsoc_audio_usb_channels(caps, format_index, rate_index, channels);
}
