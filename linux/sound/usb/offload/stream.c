// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams: one direction of one USB PCM, driven by the DSP.
 *
 *	        start                acquired
 *	IDLE ----------> STARTING ------------> RUNNING
 *	  ^                 |                      |  disable, client gone, DSP down, ring ended
 *	  |                 | failed               |  disconnect, sleep: waits for the DSP's disable
 *	  +------------- STOPPING <----------------+
 *
 * A running stream's resources are acquired in this order, and one function releases them in the
 * reverse order:
 *
 *	claim		the USB PCM, from ALSA; the device is resumed and kept so
 *	usage		usb_offload_get(): a sleep keeps the device and all above it active
 *	configuration	endpoints opened, alternate setting and sample rate set
 *	interrupter	the card's, with its event ring in the DSP's MMU
 *	buffer		the transfer buffer
 *	endpoints	offloaded: the xHC's driver refuses URBs for them from here on
 *	mappings	rings and buffer, in the DSP's MMU
 *
 * Releasing begins with stopping the endpoints, which is synchronous. Then rings and buffer are
 * unmapped from the DSP's MMU. But a DSP that was not asked, or has not stopped, still has the
 * doorbell, and may have written a TRB meanwhile. So an endpoint can run once more until it is
 * given back, which stops it again and empties its ring. The buffer that the TRBs point to is freed
 * only then. The function releases the resources that there are, and may be called in any state, so
 * a start that fails half-way needs no unwinding of its own.
 *
 * All of this happens under the card's lock, so other threads see neither STARTING nor the release.
 * They only see a stream in STOPPING that waits for the DSP's disable.
 */
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/usb.h>
#include <linux/usb/audio.h>
#include <linux/usb/audio-v2.h>
#include <linux/usb/audio-v3.h>
#include <linux/usb/hcd.h>
#include <sound/pcm_params.h>

#include <lullaby/usb_audio_stream.h>

#include "../usbaudio.h"
#include "../card.h"
#include "../claim.h"
#include "../helper.h"
#include "../obstacle.h"

#include "test/fault.h"
#include "link.h"
#include "qmi-messages.h"
#include "sideband.h"
#include "stream.h"
#include "trace.h"

static void set_state(struct offload_stream *stream, enum offload_stream_state state)
{
	lockdep_assert_held(stream->sideband->lock);
	trace_offload_stream_state(stream->card_number, stream->pcm, stream->direction,
				   stream->state, state);
	stream->state = state;
}

static struct offload_resources *resources_of(struct offload_stream *stream)
{
	return &stream->sideband->link->resources;
}

/**
 * offload_interval_us() - service interval of a configured PCM
 * @subs: the PCM
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. Does not sleep.
 * Return: microseconds, or 0 if the PCM is not configured.
 */
unsigned int offload_interval_us(const struct snd_usb_substream *subs)
{
	return subs->cur_audiofmt ? snd_usb_format_interval_us(subs, subs->cur_audiofmt) : 0;
}

const char *offload_direction_name(int direction)
{
	return direction == SNDRV_PCM_STREAM_PLAYBACK ? "playback" : "capture";
}

/*
 * The altsetting for a request, or the reason for a refusal. A format that the device does not
 * have, or that needs Linux to touch each packet, is an error of the request.
 */
static const struct audioformat *find_format(struct offload_stream *stream,
					     struct snd_usb_substream *subs,
					     const struct uaudio_request *request)
{
	struct snd_usb_wanted_format wanted = {
		.format = request->format,
		.rate_hz = request->rate_hz,
		.channels = request->channels,
		.interval_us = request->interval_us,
		.handled = stream->sideband->link->dsp.handled,
	};
	const struct audioformat *fp;
	u32 obstacles;

	/* A DSP of that kind, but with an older client */
	if (!request->knows_burst)
		wanted.handled &= ~BIT(SND_USB_OBSTACLE_BURST);
	fp = snd_usb_choose_format(subs, &wanted, &obstacles);
	if (fp)
		return fp;
	if (!obstacles)
		return ERR_PTR(-EOPNOTSUPP);
	dev_info_ratelimited(stream->sideband->dev, "pcm %u %s is not offloaded at %u Hz: %s\n",
			     stream->pcm, offload_direction_name(stream->direction),
			     request->rate_hz, snd_usb_obstacle_text(obstacles));
	return ERR_PTR(obstacles & ~SND_USB_OBSTACLES_MOMENTARY ? -EOPNOTSUPP : -EBUSY);
}

/* Maps the errors of a claim to errors of the protocol. */
static int reason_of_refusal(int error)
{
	switch (error) {
	case -ENODEV:
		return -ENXIO;
	case -ESHUTDOWN:
		return -ENODEV;
	case -EAGAIN:
		/* To a client, -EAGAIN promises a RESUME: only a system sleep may say so. */
		return -EBUSY;
	case -EACCES:
		/* Runtime PM is off, so nobody can resume the device: the system is asleep. */
		return -EAGAIN;
	default:
		return uaudio_reason_of(error);
	}
}

/**
 * offload_stream_check() - check whether a stream could be started
 * @stream: the stream
 * @request: the request, whose fields have been checked
 *
 * This takes no resources, and sends nothing to the device.
 *
 * The caller holds the card's lock, and the card is not gone.
 *
 * Context: Process context. May sleep.
 * Return: 0, or an error, as request.c lists them.
 */
int offload_stream_check(struct offload_stream *stream, const struct uaudio_request *request)
{
	struct snd_usb_audio *chip = stream->chip;
	struct snd_usb_substream *subs;

	lockdep_assert_held(stream->sideband->lock);
	if (stream->state != OFFLOAD_STREAM_IDLE)
		return -EBUSY;

	guard(mutex)(&chip->mutex);
	subs = snd_usb_find_pcm(chip, stream->pcm, stream->direction);
	if (IS_ERR(subs))
		return reason_of_refusal(PTR_ERR(subs));
	return PTR_ERR_OR_ZERO(find_format(stream, subs, request));
}

static int claim_pcm(struct offload_stream *stream)
{
	struct snd_usb_audio *chip = stream->chip;
	struct snd_usb_substream *subs;
	const struct audioformat *fp;

	subs = snd_usb_pcm_claim(chip, stream->pcm, stream->direction);
	if (IS_ERR(subs))
		return reason_of_refusal(PTR_ERR(subs));
	stream->subs = subs;
	offload_resource_add(resources_of(stream), OFFLOAD_RESOURCE_CLAIMS, 1);

	guard(mutex)(&chip->mutex);
	fp = find_format(stream, subs, &stream->request);
	if (IS_ERR(fp))
		return PTR_ERR(fp);
	snd_usb_pcm_set_format(subs, fp);
	return 0;
}

static int use_device(struct offload_stream *stream)
{
	int ret;

	ret = usb_offload_get(stream->sideband->udev);
	if (ret < 0)
		return ret;
	stream->is_used = true;
	offload_resource_add(resources_of(stream), OFFLOAD_RESOURCE_USAGES, 1);
	return 0;
}

static int configure(struct offload_stream *stream)
{
	const struct uaudio_request *request = &stream->request;
	struct snd_pcm_hw_params params;
	int ret;

	snd_usb_pcm_init_params(&params, request->format, request->rate_hz, request->channels);
	ret = snd_usb_hw_params(stream->subs, &params);
	if (ret < 0)
		return uaudio_reason_of(ret);
	stream->is_configured = true;
	offload_resource_add(resources_of(stream), OFFLOAD_RESOURCE_CONFIGURED, 1);

	return uaudio_reason_of(snd_usb_pcm_prepare_claimed(stream->subs));
}

static int take_interrupter(struct offload_stream *stream)
{
	int ret;

	ret = offload_sideband_get(stream->sideband);
	if (ret < 0)
		return uaudio_reason_of(ret);
	stream->has_interrupter = true;
	return 0;
}

static int alloc_buffer(struct offload_stream *stream)
{
	return offload_buffer_alloc(&stream->buffer, stream->sideband->udev->bus->sysdev,
				    stream->request.buffer_bytes, resources_of(stream));
}

static int add_endpoints(struct offload_stream *stream)
{
	const struct snd_usb_substream *subs = stream->subs;
	unsigned int sync_pipe = subs->sync_endpoint ? subs->sync_endpoint->pipe : 0;

	return uaudio_reason_of(offload_rings_add_endpoints(&stream->rings,
							    subs->data_endpoint->pipe, sync_pipe));
}

static int map_memory(struct offload_stream *stream)
{
	int ret;

	ret = offload_rings_map(&stream->rings);
	if (ret < 0)
		return uaudio_reason_of(ret);
	ret = offload_buffer_map(&stream->xfer_buffer, stream->sideband->link->dsp.dev,
				 &stream->buffer, resources_of(stream));
	return uaudio_reason_of(ret);
}

static int acquire(struct offload_stream *stream)
{
	static int (* const steps[])(struct offload_stream *stream) = {
		claim_pcm,
		use_device,
		configure,
		take_interrupter,
		alloc_buffer,
		add_endpoints,
		map_memory,
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		ret = steps[i](stream);
		if (ret < 0)
			return ret;
		ret = offload_fault_step();
		if (ret < 0)
			return ret;
	}
	return 0;
}

/**
 * offload_stream_start() - acquire a stream's resources for the DSP
 * @stream: the stream
 * @request: the request, whose fields have been checked
 * @client: the client that asks
 * @generation: the generation of the DSP that @client is of
 *
 * Does control transfers. A task of the card calls this, with the card's lock held, and the card is
 * not gone.
 *
 * Context: Process context. May sleep.
 * Return: 0, or an error, as request.c lists them. After an error the stream holds nothing, and
 * nothing has changed.
 */
int offload_stream_start(struct offload_stream *stream, const struct uaudio_request *request,
			 const struct sockaddr_qrtr *client, int generation)
{
	int ret;

	lockdep_assert_held(stream->sideband->lock);

	if (stream->state != OFFLOAD_STREAM_IDLE)
		return -EBUSY;

	stream->request = *request;
	stream->client = *client;
	stream->generation = generation;
	offload_rings_begin(&stream->rings);
	set_state(stream, OFFLOAD_STREAM_STARTING);
	dev_dbg(stream->sideband->dev, "created stream pcm %u %s\n", stream->pcm,
		offload_direction_name(stream->direction));

	ret = acquire(stream);
	/* A client whose start is refused for a sleep waits for the end of the sleep. */
	if (ret != -EAGAIN)
		stream->is_resume_due = false;
	if (ret < 0) {
		offload_stream_release(stream);
		return ret;
	}

	set_state(stream, OFFLOAD_STREAM_RUNNING);
	stream->starts++;
	return 0;
}

/**
 * offload_stream_mark_stopping() - should be called when the DSP is asked to stop a stream
 * @stream: a running stream
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. Does not sleep.
 */
void offload_stream_mark_stopping(struct offload_stream *stream)
{
	set_state(stream, OFFLOAD_STREAM_STOPPING);
}

/**
 * offload_stream_release() - release a stream's resources
 * @stream: the stream, in any state
 *
 * Does control transfers. The caller holds the card's lock, and not that of its service.
 *
 * Context: Process context. May sleep.
 */
void offload_stream_release(struct offload_stream *stream)
{
	struct offload_sideband *sideband = stream->sideband;

	lockdep_assert_held(sideband->lock);

	if (stream->state == OFFLOAD_STREAM_IDLE)
		return;
	set_state(stream, OFFLOAD_STREAM_STOPPING);

	offload_rings_stop(&stream->rings);
	offload_mapping_destroy(&stream->xfer_buffer);
	offload_rings_unmap(&stream->rings);
	offload_rings_remove_endpoints(&stream->rings);
	offload_buffer_free(&stream->buffer);
	if (stream->has_interrupter) {
		offload_sideband_put(sideband);
		stream->has_interrupter = false;
	}
	if (stream->is_configured) {
		snd_usb_hw_free(stream->subs);
		stream->is_configured = false;
		offload_resource_sub(resources_of(stream), OFFLOAD_RESOURCE_CONFIGURED, 1);
	}
	if (stream->is_used) {
		usb_offload_put(sideband->udev);
		stream->is_used = false;
		offload_resource_sub(resources_of(stream), OFFLOAD_RESOURCE_USAGES, 1);
	}
	if (stream->subs) {
		snd_usb_pcm_release(stream->subs);
		stream->subs = NULL;
		offload_resource_sub(resources_of(stream), OFFLOAD_RESOURCE_CLAIMS, 1);
	}

	set_state(stream, OFFLOAD_STREAM_IDLE);
	dev_dbg(sideband->dev, "destroyed stream pcm %u %s\n", stream->pcm,
		offload_direction_name(stream->direction));
	stream->released(stream);
}

static s32 speed_info(enum usb_device_speed speed)
{
	switch (speed) {
	case USB_SPEED_LOW:
		return UAUDIO_SPEED_LOW;
	case USB_SPEED_FULL:
		return UAUDIO_SPEED_FULL;
	case USB_SPEED_HIGH:
		return UAUDIO_SPEED_HIGH;
	case USB_SPEED_SUPER:
		return UAUDIO_SPEED_SUPER;
	case USB_SPEED_SUPER_PLUS:
		return UAUDIO_SPEED_SUPER_PLUS;
	default:
		return UAUDIO_SPEED_INVALID;
	}
}

static void describe_audio_class(const struct audioformat *format,
				 const struct usb_host_interface *alts,
				 struct uaudio_stream_resp *resp)
{
	struct uac1_as_header_descriptor *header;

	resp->usb_audio_spec_revision_valid = 1;
	switch (format->protocol) {
	case UAC_VERSION_3:
		resp->usb_audio_spec_revision = 0x0300;
		break;
	case UAC_VERSION_2:
		resp->usb_audio_spec_revision = 0x0200;
		break;
	default:
		resp->usb_audio_spec_revision = 0x0100;
		/* Only UAC1 has bDelay (4.5.2); later versions put latency controls into units. */
		header = snd_usb_find_csint_desc(alts->extra, alts->extralen, NULL, UAC_AS_GENERAL);
		if (header && header->bLength >= UAC_DT_AS_HEADER_SIZE) {
			resp->data_path_delay_valid = 1;
			resp->data_path_delay = header->bDelay;
		}
		break;
	}
}

static void describe_descriptors(const struct offload_stream *stream,
				 struct uaudio_stream_resp *resp)
{
	const struct audioformat *format = stream->subs->cur_audiofmt;
	const struct usb_host_interface *alts;
	struct usb_interface *intf;

	resp->std_as_data_ep_desc_valid = 1;
	memcpy(&resp->std_as_data_ep_desc, &stream->rings.data_ep->desc,
	       min(sizeof(resp->std_as_data_ep_desc), stream->rings.data_ep->desc.bLength));
	if (stream->rings.sync_ep) {
		resp->std_as_sync_ep_desc_valid = 1;
		memcpy(&resp->std_as_sync_ep_desc, &stream->rings.sync_ep->desc,
		       min(sizeof(resp->std_as_sync_ep_desc), stream->rings.sync_ep->desc.bLength));
	}

	intf = usb_ifnum_to_if(stream->sideband->udev, format->iface);
	alts = intf ? usb_altnum_to_altsetting(intf, format->altsetting) : NULL;
	if (!alts)
		return;
	resp->std_as_opr_intf_desc_valid = 1;
	memcpy(&resp->std_as_opr_intf_desc, &alts->desc, sizeof(resp->std_as_opr_intf_desc));
	describe_audio_class(format, alts, resp);
}

/* Only to a client that knows the field: another one gets the bytes that it always got. */
static void describe_burst(const struct offload_stream *stream, struct uaudio_stream_resp *resp)
{
	const struct usb_ss_ep_comp_descriptor *companion = &stream->rings.data_ep->ss_ep_comp;

	if (!stream->request.knows_burst || stream->sideband->udev->speed < USB_SPEED_SUPER)
		return;
	resp->burst_valid = 1;
	resp->burst = companion->bMaxBurst |
		      (u32)(USB_SS_MULT(companion->bmAttributes) - 1) << UAUDIO_BURST_MULT_SHIFT |
		      (u32)le16_to_cpu(companion->wBytesPerInterval) << UAUDIO_BURST_BYTES_SHIFT;
}

/**
 * offload_stream_describe() - describe a stream to the DSP
 * @stream: a running stream
 * @resp: the response, to be completed; the caller sets the fields about device and controller
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. Does not sleep.
 */
void offload_stream_describe(const struct offload_stream *stream, struct uaudio_stream_resp *resp)
{
	struct offload_sideband *sideband = stream->sideband;
	u64 tag = sideband->link->dsp.iova_tag;
	spinlock_t *lock = &sideband->rings_lock;
	struct offload_mapping event_ring, data_ring, sync_ring;

	lockdep_assert_held(sideband->lock);

	describe_descriptors(stream, resp);
	resp->usb_audio_subslot_size_valid = 1;
	resp->usb_audio_subslot_size =
		snd_pcm_format_physical_width(stream->request.format) / BITS_PER_BYTE;

	event_ring = offload_mapping_read(lock, &sideband->event_ring);
	data_ring = offload_mapping_read(lock, &stream->rings.data_ring);
	sync_ring = offload_mapping_read(lock, &stream->rings.sync_ring);
	resp->xhci_mem_info_valid = 1;
	resp->xhci_mem_info[UAUDIO_MEM_EVENT_RING] = offload_mapping_info(&event_ring, tag);
	resp->xhci_mem_info[UAUDIO_MEM_DATA_RING] = offload_mapping_info(&data_ring, tag);
	resp->xhci_mem_info[UAUDIO_MEM_SYNC_RING] = offload_mapping_info(&sync_ring, tag);
	resp->xhci_mem_info[UAUDIO_MEM_XFER_BUFFER] =
		offload_mapping_info(&stream->xfer_buffer, tag);

	resp->interrupter_num_valid = 1;
	resp->interrupter_num = sideband->interrupter;
	resp->speed_info_valid = 1;
	resp->speed_info = speed_info(sideband->udev->speed);
	describe_burst(stream, resp);
}

const char *offload_stream_state_name(enum offload_stream_state state)
{
	switch (state) {
	case OFFLOAD_STREAM_IDLE:
		return "idle";
	case OFFLOAD_STREAM_STARTING:
		return "starting";
	case OFFLOAD_STREAM_RUNNING:
		return "running";
	case OFFLOAD_STREAM_STOPPING:
		return "stopping";
	}
	return "?";
}
