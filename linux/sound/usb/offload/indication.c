// SPDX-License-Identifier: GPL-2.0-only
/*
 * Indications: messages to clients that have not asked for one.
 *
 * A work item sends them. Sending waits for QRTR's flow control, and a client that does not
 * acknowledge delays it for up to response_timeout_ms; the callers hold locks, or have no such
 * time. A client to which an indication cannot be sent is taken for gone, which releases its
 * streams on that card. If the DSP has crashed meanwhile and is back, its new clients have the
 * addresses of the old ones: they get nothing of this, and keep their streams.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/usb.h>

#include <lullaby/usb_audio_stream.h>

#include "card.h"
#include "indication.h"
#include "link.h"
#include "qmi-messages.h"
#include "stream.h"
#include "trace.h"

/**
 * struct offload_indication - an indication that is to be sent
 * @node: in the list of indications that wait
 * @card: the card that it is about; holds a reference
 * @client: its receiver
 * @generation: the generation of the DSP that @client belongs to
 * @ind: the message
 */
struct offload_indication {
	struct list_head node;
	struct offload_card *card;
	struct sockaddr_qrtr client;
	int generation;
	struct uaudio_stream_ind ind;
};

static void free_indication(struct offload_indication *indication)
{
	put_device(&indication->card->dev);
	kfree(indication);
}

static struct offload_indication *next_indication(struct offload_indications *indications)
{
	struct offload_indication *indication;

	spin_lock(&indications->lock);
	indication = list_first_entry_or_null(&indications->list, struct offload_indication, node);
	if (indication)
		list_del(&indication->node);
	spin_unlock(&indications->lock);
	return indication;
}

/* Returns an indication for a stream's client. The caller completes and queues it, or frees it. */
static struct offload_indication *create_indication(struct offload_stream *stream, s32 dev_event,
						    u32 slot_id)
{
	struct offload_card *card = offload_card_of(stream);
	struct offload_indication *indication;

	lockdep_assert_held(&card->lock);
	indication = kzalloc(sizeof(*indication), GFP_KERNEL);
	if (!indication)
		return NULL;

	get_device(&card->dev);
	indication->card = card;
	indication->client = stream->client;
	indication->generation = stream->generation;
	indication->ind.dev_event = dev_event;
	indication->ind.slot_id = slot_id;
	indication->ind.controller_num_valid = 1;
	indication->ind.controller_num = card->controller_num;
	return indication;
}

static void queue_indication(struct offload_indications *indications,
			     struct offload_indication *indication)
{
	scoped_guard(spinlock, &indications->lock)
		list_add_tail(&indication->node, &indications->list);
	queue_work(system_long_wq, &indications->work);
}

/**
 * offload_indication_send() - send a stream's client an event of the whole card
 * @stream: the stream, whose client is valid
 * @dev_event: enum uaudio_dev_event
 *
 * Does not wait for the DSP. The caller holds the card's lock, and the card's service is valid.
 *
 * Context: Process context. May sleep.
 * Return: 0 if it will be sent, or -ENOMEM.
 */
int offload_indication_send(struct offload_stream *stream, s32 dev_event)
{
	struct offload_card *card = offload_card_of(stream);
	struct offload_indication *indication;

	indication = create_indication(stream, dev_event, card->slot_id);
	if (!indication)
		return -ENOMEM;
	queue_indication(card->cards->indications, indication);
	return 0;
}

/*
 * A stream that runs has the slot that the client knows, even if the device has just lost it. A
 * stream that is suspended has the device's present slot, if there is one: its old slot may be
 * another device's.
 */
static u32 slot_of(const struct offload_stream *stream)
{
	if (stream->state != OFFLOAD_STREAM_IDLE || stream->is_response_pending)
		return offload_card_of(stream)->slot_id;
	return stream->sideband->udev->slot_id;
}

/**
 * offload_indication_send_stream() - send a stream's client an event of this stream only
 * @stream: the stream, whose client and request are valid; the indication names it by its token
 * @dev_event: enum uaudio_dev_event
 *
 * The token names the stream. The slot is for clients that ignore the token.
 *
 * Does not wait for the DSP. The caller holds the card's lock, and the card's service is valid.
 *
 * Context: Process context. May sleep.
 * Return: 0 if it will be sent, or -ENOMEM.
 */
int offload_indication_send_stream(struct offload_stream *stream, s32 dev_event)
{
	struct offload_card *card = offload_card_of(stream);
	struct offload_indication *indication;

	indication = create_indication(stream, dev_event, slot_of(stream));
	if (!indication)
		return -ENOMEM;
	indication->ind.usb_token_valid = 1;
	indication->ind.usb_token = stream->request.usb_token;
	queue_indication(card->cards->indications, indication);
	return 0;
}

static int send_indication(struct offload_link *link, struct offload_indication *indication)
{
	struct sockaddr_qrtr *client = &indication->client;

	offload_link_limit_send(link, msecs_to_jiffies(offload_response_timeout_ms()));
	if (!offload_is_generation(link, indication->generation))
		return -ESHUTDOWN;
	trace_offload_indication(link->dsp.dev, client->sq_node, client->sq_port,
				 indication->ind.dev_event, indication->ind.slot_id);
	return qmi_send_indication(&link->qmi, client, UAUDIO_STREAM_MSG_ID,
				   UAUDIO_STREAM_IND_MAX_BYTES, uaudio_stream_ind_ei,
				   &indication->ind);
}

/* This may wait for each client, for response_timeout_ms, and for the end of a sleep. */
static void send_work(struct work_struct *work)
{
	struct offload_indications *indications =
		container_of(work, struct offload_indications, work);
	struct offload_link *link = indications->link;
	struct offload_indication *indication;

	while (!READ_ONCE(link->is_closing) && (indication = next_indication(indications))) {
		if (send_indication(link, indication) == 0) {
			offload_count(link, OFFLOAD_COUNT_INDICATIONS);
		} else {
			offload_count(link, OFFLOAD_COUNT_UNSENT);
			indications->client_gone(indications, indication->card,
						 &indication->client, indication->generation);
		}
		free_indication(indication);
	}
}

/**
 * offload_indications_init() - initialise a list of indications, which is empty
 * @indications: the list; the caller has set its link and client_gone
 *
 * Context: Any context.
 */
void offload_indications_init(struct offload_indications *indications)
{
	INIT_WORK(&indications->work, send_work);
	spin_lock_init(&indications->lock);
	INIT_LIST_HEAD(&indications->list);
}

/**
 * offload_indications_cancel() - drop all indications that wait
 * @indications: the list
 *
 * No card and no request that could send one is left.
 *
 * Context: Process context. May sleep.
 */
void offload_indications_cancel(struct offload_indications *indications)
{
	struct offload_indication *indication;

	cancel_work_sync(&indications->work);
	while ((indication = next_indication(indications)))
		free_indication(indication);
}
