// SPDX-License-Identifier: GPL-2.0-only
/*
 * The resources of a stream, acquired in the order of existing drivers, and their release.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <sound/pcm_params.h>

#include "api-backend.h"
#include "api-driver.h"

/* Places of a card's regions; those of a stream are counted from its direction. */
enum {
	EVENT_RING,
	DATA_RING,
	SYNC_RING = DATA_RING + 2,
	BUFFER = SYNC_RING + 2,
};

/* Formats by their numbers on the wire. */
static const snd_pcm_format_t formats[] = {
	SNDRV_PCM_FORMAT_S8, SNDRV_PCM_FORMAT_U8,
	SNDRV_PCM_FORMAT_S16_LE, SNDRV_PCM_FORMAT_S16_BE,
	SNDRV_PCM_FORMAT_U16_LE, SNDRV_PCM_FORMAT_U16_BE,
	SNDRV_PCM_FORMAT_S24_LE, SNDRV_PCM_FORMAT_S24_BE,
	SNDRV_PCM_FORMAT_U24_LE, SNDRV_PCM_FORMAT_U24_BE,
	SNDRV_PCM_FORMAT_S24_3LE, SNDRV_PCM_FORMAT_S24_3BE,
	SNDRV_PCM_FORMAT_U24_3LE, SNDRV_PCM_FORMAT_U24_3BE,
	SNDRV_PCM_FORMAT_S32_LE, SNDRV_PCM_FORMAT_S32_BE,
	SNDRV_PCM_FORMAT_U32_LE, SNDRV_PCM_FORMAT_U32_BE,
};

/**
 * api_find_stream() - the stream that a token is about
 * @card: its card
 * @token: from the request
 *
 * Return: the stream, or NULL if the card has no such PCM or direction.
 */
struct api_stream *api_find_stream(struct api_card *card, u32 token)
{
	unsigned int direction = token & 0xff, pcm = (token >> 8) & 0xff;
	struct snd_usb_stream *as;
	struct api_stream *stream;

	if (direction > SNDRV_PCM_STREAM_LAST)
		return NULL;
	stream = &card->streams[direction];
	list_for_each_entry(as, &card->chip->pcm_list, list) {
		if (as->pcm_index != pcm || !as->substream[direction].ep_num)
			continue;
		if (stream->is_enabled && stream->subs != &as->substream[direction])
			return NULL;
		stream->subs = &as->substream[direction];
		return stream;
	}
	return NULL;
}

static void set_params(struct snd_pcm_hw_params *params, const struct api_request *request)
{
	struct snd_interval *interval;

	_snd_pcm_hw_params_any(params);
	snd_mask_leave(hw_param_mask(params, SNDRV_PCM_HW_PARAM_FORMAT),
		       (__force unsigned int)formats[request->format]);

	interval = hw_param_interval(params, SNDRV_PCM_HW_PARAM_CHANNELS);
	snd_interval_setinteger(interval);
	interval->min = request->channels;
	interval->max = request->channels;

	interval = hw_param_interval(params, SNDRV_PCM_HW_PARAM_RATE);
	snd_interval_setinteger(interval);
	interval->min = request->rate_hz;
	interval->max = request->rate_hz;
}

static int prepare_endpoints(struct snd_usb_substream *subs)
{
	struct snd_usb_audio *chip = subs->stream->chip;
	int ret;

	CLASS(snd_usb_lock, lock)(chip);

	if (lock.err < 0)
		return lock.err;
	if (subs->sync_endpoint) {
		ret = snd_usb_endpoint_prepare(chip, subs->sync_endpoint);
		if (ret < 0)
			return ret;
	}
	ret = snd_usb_endpoint_prepare(chip, subs->data_endpoint);
	return ret < 0 ? ret : 0;
}

static int configure(struct snd_usb_substream *subs, const struct api_request *request)
{
	struct snd_usb_audio *chip = subs->stream->chip;
	struct snd_pcm_hw_params *params;
	int ret;

	params = kzalloc(sizeof(*params), GFP_KERNEL);
	if (!params)
		return -ENOMEM;
	set_params(params, request);

	pm_runtime_barrier(&chip->intf[0]->dev);
	snd_usb_autoresume(chip);
	ret = snd_usb_hw_params(subs, params);
	kfree(params);
	if (ret < 0)
		goto err_autosuspend;
	ret = prepare_endpoints(subs);
	if (ret < 0)
		goto err_hw_free;
	return 0;

err_hw_free:
	snd_usb_hw_free(subs);
err_autosuspend:
	snd_usb_autosuspend(chip);
	return ret;
}

static int add_endpoint(struct api_card *card, struct snd_usb_endpoint *from,
			   unsigned int index, unsigned int *pipe, struct api_region *ring)
{
	struct usb_host_endpoint *ep = usb_pipe_endpoint(card->chip->dev, from->pipe);
	struct sg_table *sgt;
	int ret;

	if (!ep)
		return -ENODEV;
	ret = xhci_sideband_add_endpoint(card->sb, ep);
	if (ret < 0)
		return ret;
	*pipe = from->pipe;
	sgt = xhci_sideband_get_endpoint_buffer(card->sb, ep);
	if (!sgt)
		return -ENODEV;
	return api_map_ring(ring, card->slot, index, sgt);
}

static int take_event_ring(struct api_card *card)
{
	struct api_backend_data *data = api_backend_data();
	struct sg_table *sgt;
	int ret;

	if (!data)
		return -ENODEV;
	ret = usb_offload_get(card->chip->dev);
	if (ret < 0)
		return ret;
	ret = xhci_sideband_create_interrupter(card->sb, 1, false, 0, data->intr_num);
	if (ret < 0)
		goto err_offload_put;
	ret = -ENODEV;
	sgt = xhci_sideband_get_event_buffer(card->sb);
	if (!sgt)
		goto err_remove_interrupter;
	ret = api_map_ring(&card->event_ring, card->slot, EVENT_RING, sgt);
	if (ret < 0)
		goto err_remove_interrupter;
	return 0;

err_remove_interrupter:
	xhci_sideband_remove_interrupter(card->sb);
err_offload_put:
	usb_offload_put(card->chip->dev);
	return ret;
}

static void give_event_ring_back(struct api_card *card)
{
	api_unmap(&card->event_ring);
	xhci_sideband_remove_interrupter(card->sb);
	usb_offload_put(card->chip->dev);
}

static int allocate_buffer(struct api_card *card, struct api_stream *stream, u32 wanted_bytes)
{
	u32 bytes = PAGE_ALIGN(wanted_bytes ?: PAGE_SIZE);
	struct usb_device *udev = card->chip->dev;
	struct sg_table sgt;
	dma_addr_t dma;
	int ret;

	stream->buffer_cpu = usb_alloc_coherent(udev, bytes, GFP_KERNEL, &dma);
	if (!stream->buffer_cpu)
		return -ENOMEM;
	stream->buffer.bytes = bytes;
	stream->buffer.dma = dma;

	ret = dma_get_sgtable(udev->bus->sysdev, &sgt, stream->buffer_cpu, dma, bytes);
	if (!ret) {
		ret = api_map_buffer(&stream->buffer, card->slot,
				     BUFFER + stream->subs->direction, &sgt, bytes);
		sg_free_table(&sgt);
	}
	if (ret) {
		usb_free_coherent(udev, bytes, stream->buffer_cpu, dma);
		stream->buffer_cpu = NULL;
		memset(&stream->buffer, 0, sizeof(stream->buffer));
		return ret;
	}
	stream->buffer.dma = dma;
	return 0;
}

static void free_memory(struct api_card *card, struct api_stream *stream)
{
	u32 bytes = stream->buffer.bytes;
	u64 dma = stream->buffer.dma;

	api_unmap(&stream->data_ring);
	api_unmap(&stream->sync_ring);
	api_unmap(&stream->buffer);
	if (stream->buffer_cpu)
		usb_free_coherent(card->chip->dev, bytes, stream->buffer_cpu, dma);
	stream->buffer_cpu = NULL;
}

static void return_endpoint(struct api_card *card, unsigned int *pipe)
{
	struct usb_host_endpoint *ep = *pipe ? usb_pipe_endpoint(card->chip->dev, *pipe) : NULL;

	if (ep) {
		xhci_sideband_stop_endpoint(card->sb, ep);
		xhci_sideband_remove_endpoint(card->sb, ep);
	}
	*pipe = 0;
}

static int offload(struct api_card *card, struct api_stream *stream,
		const struct api_request *request)
{
	struct snd_usb_substream *subs = stream->subs;
	int ret;

	ret = add_endpoint(card, subs->data_endpoint, DATA_RING + subs->direction,
			      &stream->data_pipe, &stream->data_ring);
	if (ret < 0)
		return ret;
	if (subs->sync_endpoint) {
		ret = add_endpoint(card, subs->sync_endpoint, SYNC_RING + subs->direction,
				      &stream->sync_pipe, &stream->sync_ring);
		if (ret < 0)
			return ret;
	}
	if (!card->enabled) {
		ret = take_event_ring(card);
		if (ret < 0)
			return ret;
	}
	ret = allocate_buffer(card, stream, request->buffer_bytes);
	if (ret < 0 && !card->enabled)
		give_event_ring_back(card);
	return ret;
}

/**
 * api_stream_enable() - take all that a stream needs
 * @card: its card
 * @stream: found, not enabled
 * @request: the client's
 *
 * Return: 0 or a negative errno; nothing is taken then.
 */
int api_stream_enable(struct api_card *card, struct api_stream *stream,
		      const struct api_request *request)
{
	struct snd_usb_substream *subs = stream->subs;
	struct snd_usb_audio *chip = card->chip;
	int ret;

	if (!request->has_format || !request->has_channels || !request->has_rate ||
	    !request->has_buffer_bytes || request->format >= ARRAY_SIZE(formats))
		return -EINVAL;

	scoped_guard(mutex, &chip->mutex) {
		if (subs->opened)
			return -EBUSY;
		subs->opened = 1;
	}

	ret = configure(subs, request);
	if (ret < 0)
		goto err_opened;
	ret = offload(card, stream, request);
	if (ret < 0)
		goto err_offloaded;
	stream->is_enabled = true;
	card->enabled++;
	return 0;

err_offloaded:
	free_memory(card, stream);
	return_endpoint(card, &stream->sync_pipe);
	return_endpoint(card, &stream->data_pipe);
	snd_usb_hw_free(subs);
	snd_usb_autosuspend(chip);
err_opened:
	guard(mutex)(&chip->mutex);
	subs->opened = 0;
	return ret;
}

/**
 * api_stream_disable() - give everything back, as the client has stopped
 * @card: its card
 * @stream: enabled
 */
void api_stream_disable(struct api_card *card, struct api_stream *stream)
{
	struct snd_usb_audio *chip = card->chip;

	return_endpoint(card, &stream->data_pipe);
	return_endpoint(card, &stream->sync_pipe);
	snd_usb_hw_free(stream->subs);
	snd_usb_autosuspend(chip);

	guard(mutex)(&chip->mutex);
	stream->subs->opened = 0;
	free_memory(card, stream);
	stream->is_enabled = false;
	if (!--card->enabled)
		give_event_ring_back(card);
	wake_up(&api.disabled);
}

/**
 * api_card_cleanup() - the card is going and its client has not stopped
 * @card: the card
 *
 * As existing drivers do it: endpoints and PCM are left as they are, for the end of the sideband
 * and of the card. snd_usb_audio.mutex is held.
 */
void api_card_cleanup(struct api_card *card)
{
	int direction;

	if (!card->enabled)
		return;
	for_each_pcm_streams(direction) {
		if (!card->streams[direction].is_enabled)
			continue;
		free_memory(card, &card->streams[direction]);
		card->streams[direction].is_enabled = false;
	}
	card->enabled = 0;
	give_event_ring_back(card);
}
