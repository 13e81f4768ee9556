// SPDX-License-Identifier: GPL-2.0-only
/*
 * Teardown: the end of streams that no client has disabled, and of cards.
 *
 * A card's removal, in stages. offload_teardown_card() has 1 to 4, the service the rest:
 *
 *  1. The card is disconnected from soc-usb: its back end forgets the card, and tells the
 *     applications that play to it.
 *  2. The card is marked as gone, so no stream starts any more, and running streams go to
 *     STOPPING. This waits for the card's lock, which a start or a release may hold.
 *  3. Each of their clients is sent a disconnect indication, and then has time to disable its
 *     streams, unless the DSP is known to be unresponsive; stop-timeout.c decides how much. No lock
 *     of this driver is held meanwhile, so the disable requests are served as always. If the DSP
 *     crashes, or cannot be reached, or its client goes, its streams are released then, which ends
 *     the wait, too.
 *  4. The streams that are left are released by force.
 *  5. The controller is detached if this was its last card. An attachment that is under way for a
 *     request of this card is waited for: the platform may be looking at registers that go next.
 *  6. The card leaves the device model.
 *
 * Before this, the USB core has marked an unplugged device as NOTATTACHED, and snd-usb-audio grants
 * no claim any more (platform.c). After it, snd-usb-audio disconnects its own card. Then the USB
 * core drops the endpoints, and the xHC's driver frees the rings.
 *
 * Some threads can still have the card afterwards: a request that looked it up, which finds it gone
 * when it has the lock; an indication in flight, invalidation_work and offload_cards_for_each(),
 * which find nothing to release. Each holds a reference to the device, touches neither chip nor
 * service after that, and ends.
 *
 * When a ring has ended (sideband.c), invalidation_work releases its stream, as it may take the
 * card's lock. It tells the stream's client first.
 */
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include <lullaby/usb_audio_stream.h>

#include "card.h"
#include "gate.h"
#include "indication.h"
#include "link.h"
#include "stop-timeout.h"
#include "stream.h"
#include "teardown.h"

/**
 * offload_teardown_stream_released() - should be called when a stream has become idle
 * @stream: the stream
 *
 * The caller holds the card's lock.
 *
 * Context: Process context. Does not sleep.
 */
void offload_teardown_stream_released(struct offload_stream *stream)
{
	struct offload_card *card = offload_card_of(stream);

	lockdep_assert_held(&card->lock);
	if (card->is_gone && offload_card_is_idle(card))
		complete_all(&card->drained);
}

/**
 * offload_teardown_ring_ended() - release the streams of a card whose rings have ended, soon
 * @sideband: the card's connection to its xHC
 *
 * The rules of &struct offload_sideband.ring_ended apply.
 *
 * Context: Any context.
 */
void offload_teardown_ring_ended(struct offload_sideband *sideband)
{
	struct offload_card *card = container_of(sideband, struct offload_card, sideband);

	/* The work has a reference; if it is queued already, it has one. Freezable: suspend.c. */
	get_device(&card->dev);
	if (!queue_work(system_freezable_wq, &card->invalidation_work))
		put_device(&card->dev);
}

/**
 * offload_teardown_invalidation_work() - release the streams whose rings have ended
 * @work: invalidation_work of a card, which holds a reference to the card
 *
 * Context: Process context. May sleep.
 */
void offload_teardown_invalidation_work(struct work_struct *work)
{
	struct offload_card *card = container_of(work, struct offload_card, invalidation_work);
	struct offload_stream *stream;

	scoped_guard(mutex, &card->lock) {
		/* Once the card is gone and its service with it, all its streams are idle. */
		list_for_each_entry(stream, &card->streams, node) {
			if (stream->state == OFFLOAD_STREAM_IDLE ||
			    !offload_rings_are_invalid(&stream->rings))
				continue;
			/*
			 * If a response is pending, offload_teardown_responded() sends the
			 * indication after it. The card's other streams may well go on.
			 */
			if (!stream->is_response_pending)
				offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_DISCONNECT);
			offload_count(card->cards->link, OFFLOAD_COUNT_FORCED);
			offload_stream_release(stream);
		}
	}
	put_device(&card->dev);
}

/* A card is going: a client that waits for the end of a sleep need not wait any more. */
static void forget_resume(struct offload_stream *stream)
{
	if (!stream->is_resume_due)
		return;
	stream->is_resume_due = false;
	/*
	 * This names the stream by its token, as its slot may be another device's by now. If it
	 * cannot be sent, the DSP's sound card hears of the disconnect, too.
	 */
	offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_DISCONNECT);
}

static bool is_asked_to_stop(struct offload_card *card, const struct sockaddr_qrtr *client)
{
	struct offload_stream *stream;

	list_for_each_entry(stream, &card->streams, node)
		if (stream->state == OFFLOAD_STREAM_STOPPING && !stream->is_suspending &&
		    !stream->is_response_pending && offload_is_same_client(&stream->client, client))
			return true;
	return false;
}

static void ask_client(struct offload_card *card, struct offload_stream *stream)
{
	lockdep_assert_held(&card->lock);
	if (offload_indication_send(stream, UAUDIO_DEV_EVENT_DISCONNECT) < 0) {
		/* Sending failed: do not wait. */
		offload_count(card->cards->link, OFFLOAD_COUNT_FORCED);
		offload_stream_release(stream);
		return;
	}
	offload_stream_mark_stopping(stream);
}

/*
 * Stages 2 and 3, under the lock. One indication tells a client of all its streams on the card,
 * except for streams whose response is pending: an indication about these follows the response.
 */
static void ask_to_stop(struct offload_card *card)
{
	struct offload_stream *stream;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(stream, &card->streams, node) {
		forget_resume(stream);
		if (stream->state != OFFLOAD_STREAM_RUNNING)
			continue;
		if (stream->is_response_pending || is_asked_to_stop(card, &stream->client))
			offload_stream_mark_stopping(stream);
		else
			ask_client(card, stream);
	}
}

/**
 * offload_teardown_responded() - should be called when the response to a start has been sent, or
 * could not be
 * @card: the card
 * @pcm: of the stream that was started
 * @direction: of the stream that was started
 * @is_sent: whether it has been sent; if not, the start is undone
 *
 * If the card has begun to go meanwhile, or the stream was released, no indication has been sent:
 * without the response the client would not know the stream. It is sent here.
 *
 * Does control transfers. The caller does not hold @card->lock.
 *
 * Context: Process context. May sleep.
 */
void offload_teardown_responded(struct offload_card *card, unsigned int pcm, int direction,
				bool is_sent)
{
	struct offload_stream *stream;

	guard(offload_gate)(card->cards->gate);
	guard(mutex)(&card->lock);
	stream = offload_card_find_stream(card, pcm, direction);
	if (!stream->is_response_pending)
		return;
	if (!is_sent) {
		offload_stream_release(stream);
		dev_warn_ratelimited(&card->dev,
				     "pcm %u: stopped, as the response was not sent\n", pcm);
	} else if (stream->state == OFFLOAD_STREAM_IDLE) {
		/* In a sleep, SUSPEND has been sent and says the same. */
		if (!stream->is_resume_due)
			offload_indication_send_stream(stream, UAUDIO_DEV_EVENT_DISCONNECT);
	} else if (card->is_gone && stream->state == OFFLOAD_STREAM_STOPPING &&
		   !stream->is_suspending) {
		ask_client(card, stream);
	}
	stream->is_response_pending = false;
}

static void release_matching(struct offload_card *card, const struct sockaddr_qrtr *client,
			     int generation)
{
	struct offload_stream *stream;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(stream, &card->streams, node) {
		if (client && stream->generation != generation)
			continue;
		if (client && client->sq_family &&
		    !offload_is_same_client(&stream->client, client))
			continue;
		/* No client is left that waits for the end of a sleep. */
		stream->is_resume_due = false;
		if (stream->state == OFFLOAD_STREAM_IDLE)
			continue;
		offload_count(card->cards->link, OFFLOAD_COUNT_FORCED);
		offload_stream_release(stream);
	}
}

static void release_all(struct offload_card *card, void *unused)
{
	guard(mutex)(&card->lock);
	release_matching(card, NULL, 0);
}

/**
 * offload_teardown_all() - release all streams of all cards without asking the DSP
 * @cards: the cards
 *
 * Does control transfers. The caller is inside of @cards->gate, and holds no lock of the service or
 * of its cards.
 *
 * Context: Process context. May sleep.
 */
void offload_teardown_all(struct offload_cards *cards)
{
	offload_cards_for_each(cards, release_all, NULL);
}

/**
 * offload_teardown_client() - release the streams of a client that is gone
 * @card: the card
 * @client: the client; sq_family 0: all clients
 * @generation: the generation of the DSP that the client is of
 *
 * Does control transfers. The caller holds neither the service's lock nor @card->lock.
 *
 * Context: Process context. May sleep.
 */
void offload_teardown_client(struct offload_card *card, const struct sockaddr_qrtr *client,
			     int generation)
{
	guard(mutex)(&card->lock);
	release_matching(card, client, generation);
}

/**
 * offload_teardown_card() - end all streams of a card, and disconnect it from soc-usb
 * @card: the card
 *
 * See the top of this file.
 *
 * For snd-usb-audio's disconnect callback. The caller holds no lock of this driver. stop-timeout.c
 * bounds the wait.
 *
 * Context: Process context. May wait for the DSP.
 */
void offload_teardown_card(struct offload_card *card)
{
	struct offload_stop_timeout *stop_timeout = &card->cards->link->stop_timeout;
	unsigned int timeout_ms;
	bool is_idle;

	offload_cards_begin_stop_timeout(card->cards);
	offload_card_soc_usb_disconnect(card);

	scoped_guard(mutex, &card->lock) {
		WRITE_ONCE(card->is_gone, true);
		ask_to_stop(card);
		is_idle = offload_card_is_idle(card);
	}
	if (!is_idle) {
		timeout_ms = offload_stop_timeout_left_ms(stop_timeout);
		is_idle = wait_for_completion_timeout(&card->drained, msecs_to_jiffies(timeout_ms));
		if (!is_idle)
			dev_warn_ratelimited(&card->dev,
					     "the DSP has not stopped its streams in %u ms: released by force\n",
					     timeout_ms);
	}
	offload_stop_timeout_end(stop_timeout, is_idle);

	release_all(card, NULL);

	/* Nothing is offloaded any more, so nobody queues it again. */
	if (cancel_work_sync(&card->invalidation_work))
		put_device(&card->dev);
}
