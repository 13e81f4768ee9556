// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of every service, card and stream, for people and for tests.
 *
 * In /sys/kernel/debug/snd_usb_offload/<DSP>: state the cards, streams and controllers, each with
 *	the resources that it holds resources "name count" lines: resource counters, all 0 when
 *	nothing streams counters "name count" lines: messages, since registration
 *
 * Beside the DSPs' directories there may be fail_step, see fault.c.
 */
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <sound/pcm.h>

#include "../usbaudio.h"
#include "../card.h"
#include "../claim.h"
#include "../obstacle.h"

#include "card.h"
#include "controller.h"
#include "debugfs.h"
#include "test/fault.h"
#include "link.h"
#include "stream.h"

static struct dentry *root;	/* fixed after init */

static const char * const resource_names[] = {
	[OFFLOAD_RESOURCE_CLAIMS]		= "claims",
	[OFFLOAD_RESOURCE_USAGES]		= "usages",
	[OFFLOAD_RESOURCE_CONFIGURED]		= "configured",
	[OFFLOAD_RESOURCE_INTERRUPTERS]		= "interrupters",
	[OFFLOAD_RESOURCE_ENDPOINTS]		= "endpoints",
	[OFFLOAD_RESOURCE_BUFFERS]		= "buffers",
	[OFFLOAD_RESOURCE_BUFFER_BYTES]		= "buffer_bytes",
	[OFFLOAD_RESOURCE_MAPPINGS]		= "mappings",
	[OFFLOAD_RESOURCE_MAPPED_BYTES]		= "mapped_bytes",
};

static_assert(ARRAY_SIZE(resource_names) == OFFLOAD_RESOURCE_COUNT);

static const char * const counter_names[] = {
	[OFFLOAD_COUNT_REQUESTS]	= "requests",
	[OFFLOAD_COUNT_RESPONSES]	= "responses",
	[OFFLOAD_COUNT_FAILURES]	= "failures",
	[OFFLOAD_COUNT_REFUSED]		= "refused",
	[OFFLOAD_COUNT_INDICATIONS]	= "indications",
	[OFFLOAD_COUNT_UNSENT]		= "unsent",
	[OFFLOAD_COUNT_BAD_LENGTH]	= "bad_length",
	[OFFLOAD_COUNT_BAD_TLV]		= "bad_tlv",
	[OFFLOAD_COUNT_BAD_MESSAGE]	= "bad_message",
	[OFFLOAD_COUNT_CLIENTS_GONE]	= "clients_gone",
	[OFFLOAD_COUNT_FORCED]		= "forced_releases",
};

static_assert(ARRAY_SIZE(counter_names) == OFFLOAD_COUNTER_COUNT);

const char *offload_resource_name(enum offload_resource kind)
{
	return resource_names[kind];
}

static struct offload_link *link_of_controllers(const struct offload_controllers *controllers)
{
	return controllers->cards->link;
}

static int resources_show(struct seq_file *file, void *unused)
{
	struct offload_link *link = link_of_controllers(file->private);
	unsigned int kind;

	for (kind = 0; kind < OFFLOAD_RESOURCE_COUNT; kind++)
		seq_printf(file, "%s %lld\n", resource_names[kind],
			   offload_resource_read(&link->resources, kind));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(resources);

static int counters_show(struct seq_file *file, void *unused)
{
	struct offload_link *link = link_of_controllers(file->private);
	unsigned int counter;

	for (counter = 0; counter < OFFLOAD_COUNTER_COUNT; counter++)
		seq_printf(file, "%s %ld\n", counter_names[counter],
			   atomic_long_read(&link->counters[counter]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static void show_mapping(struct seq_file *file, const char *name,
			 const struct offload_mapping *mapping)
{
	if (mapping->sgt)
		seq_printf(file, "    mapping %s iova %pad dma %pad bytes %zu\n", name,
			   &mapping->iova, &mapping->dma, mapping->bytes);
}

static void show_stream(struct seq_file *file, struct offload_stream *stream)
{
	const struct uaudio_request *request = &stream->request;
	const struct offload_rings *rings = &stream->rings;
	spinlock_t *lock = &stream->sideband->rings_lock;
	struct offload_mapping data_ring, sync_ring;

	seq_printf(file, "  stream pcm %u %s %s starts %u%s\n", stream->pcm,
		   offload_direction_name(stream->direction),
		   offload_stream_state_name(stream->state), stream->starts,
		   stream->is_resume_due ? " resume due" : "");
	if (stream->state == OFFLOAD_STREAM_IDLE)
		return;

	seq_printf(file, "    client %u:%u token 0x%08x\n", stream->client.sq_node,
		   stream->client.sq_port, request->usb_token);
	seq_printf(file, "    format %s channels %u rate_hz %u interval_us %u\n",
		   snd_pcm_format_name(request->format), request->channels, request->rate_hz,
		   stream->subs ? offload_interval_us(stream->subs) : 0);
	if (rings->data_ep)
		seq_printf(file, "    endpoint data 0x%02x\n",
			   rings->data_ep->desc.bEndpointAddress);
	if (rings->sync_ep)
		seq_printf(file, "    endpoint sync 0x%02x\n",
			   rings->sync_ep->desc.bEndpointAddress);
	data_ring = offload_mapping_read(lock, &rings->data_ring);
	sync_ring = offload_mapping_read(lock, &rings->sync_ring);
	show_mapping(file, "data_ring", &data_ring);
	show_mapping(file, "sync_ring", &sync_ring);
	show_mapping(file, "xfer_buffer", &stream->xfer_buffer);
}

static void show_formats(struct seq_file *file, u64 formats)
{
	const char *separator = " formats ";
	snd_pcm_format_t format;

	pcm_for_each_format(format) {
		if (!(formats & pcm_format_to_bits(format)))
			continue;
		seq_printf(file, "%s%s", separator, snd_pcm_format_name(format));
		separator = ",";
	}
}

/* What the DSP could do with an altsetting, if nobody else used the device. */
static void show_setting(struct seq_file *file, const struct snd_usb_substream *subs,
			 const struct audioformat *fp, u32 handled)
{
	const char *reason = snd_usb_obstacle_text(snd_usb_format_obstacles(subs, fp, 0) &
						   ~handled);

	seq_printf(file, "    setting %u interface %u", fp->altsetting, fp->iface);
	show_formats(file, fp->formats);
	seq_printf(file, " channels %u rate_min_hz %u rate_max_hz %u interval_us %u offload %s\n",
		   fp->channels, fp->rate_min, fp->rate_max,
		   snd_usb_format_interval_us(subs, fp), reason ? "no" : "yes");
	if (reason)
		seq_printf(file, "      reason %s\n", reason);
}

static void show_settings(struct seq_file *file, struct offload_card *card,
			  const struct offload_stream *stream)
{
	const struct snd_usb_substream *subs;
	const struct audioformat *fp;

	guard(mutex)(&card->chip->mutex);
	subs = snd_usb_find_pcm(card->chip, stream->pcm, stream->direction);
	if (IS_ERR(subs))
		return;
	list_for_each_entry(fp, &subs->fmt_list, list)
		show_setting(file, subs, fp, card->cards->link->dsp.handled);
}

static void show_card(struct offload_card *card, void *data)
{
	struct offload_sideband *sideband = &card->sideband;
	struct seq_file *file = data;
	struct offload_mapping event_ring;
	struct offload_stream *stream;

	guard(mutex)(&card->lock);
	seq_printf(file, "card %u usb %s slot %d%s\n", card->number, dev_name(&card->udev->dev),
		   card->udev->slot_id,
		   card->is_gone ? " gone" : card->is_suspended ? " suspended" : "");
	if (sideband->users) {
		seq_printf(file, "  interrupter %d users %u\n", sideband->interrupter,
			   sideband->users);
		event_ring = offload_mapping_read(&sideband->rings_lock, &sideband->event_ring);
		show_mapping(file, "event_ring", &event_ring);
	}
	list_for_each_entry(stream, &card->streams, node) {
		show_stream(file, stream);
		if (!card->is_gone)
			show_settings(file, card, stream);
	}
}

static int state_show(struct seq_file *file, void *unused)
{
	struct offload_controllers *controllers = file->private;
	const struct snd_usb_offload_dsp *dsp = &link_of_controllers(controllers)->dsp;
	struct offload_controller *controller;

	seq_printf(file, "dsp %s node %u instance %u\n", dev_name(dsp->dev), dsp->qrtr_node,
		   dsp->qmi_instance);
	scoped_guard(mutex, &controllers->cards->lock) {
		list_for_each_entry(controller, &controllers->list, node)
			seq_printf(file, "controller %u %s %s\n", controller->number,
				   dev_name(controller->hcd->self.controller),
				   offload_controller_state_name(controller->state));
	}
	offload_cards_for_each(controllers->cards, show_card, file);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

/**
 * offload_debugfs_add() - show a service
 * @controllers: the service's, which lead to its cards and to its link
 *
 * Context: Process context. May sleep.
 * Return: its directory, for debugfs_remove(): nobody reads about the service after that.
 */
struct dentry *offload_debugfs_add(struct offload_controllers *controllers)
{
	struct dentry *directory;

	directory = debugfs_create_dir(dev_name(link_of_controllers(controllers)->dsp.dev), root);
	debugfs_create_file("state", 0400, directory, controllers, &state_fops);
	debugfs_create_file("resources", 0400, directory, controllers, &resources_fops);
	debugfs_create_file("counters", 0400, directory, controllers, &counters_fops);
	return directory;
}

void offload_debugfs_init(void)
{
	root = debugfs_create_dir("snd_usb_offload", NULL);
	offload_fault_debugfs_add(root);
}

void offload_debugfs_exit(void)
{
	debugfs_remove(root);
}
