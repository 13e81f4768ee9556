// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests in, responses out: how a service handles each packet and each notice from QRTR.
 *
 * Packets are received in the QMI handle's one thread, which waits for no device. Requests for a
 * card, and notices that a client has gone, become tasks of the card (tasks.c), in the order of
 * arrival: a client's BYE comes after its last request. Requests for other cards may be answered
 * before. Requests that nobody has served when the DSP goes down are dropped. The steps of a
 * request:
 *
 *  1. Is the packet a valid STREAM request, to the byte? If not, it is dropped and counted, as its
 *     sender may not understand an answer.
 *  2. Does it come from the DSP's node? Any port will do; the DSP's clients trust each other.
 *  3. Are its fields right? From here on each request gets exactly one response with a specific
 *     status.
 *  4. As a task: do it, and respond, unless the DSP has gone down meanwhile: its next generation
 *     has the same address. A start whose response cannot be sent is undone: nobody would ever stop
 *     it. Indications about a stream follow the response that its client waits for.
 *
 * A response waits for its client, if QRTR's flow control says so, for response_timeout_ms. A
 * client that let this time pass is unresponsive: nobody waits for it again until it has taken a
 * response. So it cannot delay the others for longer by asking again.
 *
 * Locking: dispatch->lock guards who is unresponsive, and is innermost. A transaction belongs to
 * the thread that serves it.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/usb.h>

#include <lullaby/usb_audio_stream.h>

#include "card.h"
#include "controller.h"
#include "dispatch.h"
#include "gate.h"
#include "link.h"
#include "stop-timeout.h"
#include "qmi-messages.h"
#include "request.h"
#include "stream.h"
#include "tasks.h"
#include "teardown.h"
#include "trace.h"

/**
 * struct offload_transaction - a request, and the response that it gets
 * @task: has it served, if it is for a card
 * @card: that card; holds a reference
 * @dispatch: the part of the service that serves it
 * @link: the link to the DSP that has sent it
 * @from: the client that asks
 * @generation: the generation of the DSP that @from is of
 * @qmi: the QMI transaction
 * @req: the request as it was decoded
 * @present: a bit for each TLV that the packet has, by the TLV's number
 * @request: the meaning of @req, once its fields have been checked
 * @resp: the response
 */
struct offload_transaction {
	struct offload_task task;
	struct offload_card *card;
	struct offload_dispatch *dispatch;
	struct offload_link *link;
	struct sockaddr_qrtr from;
	int generation;
	struct qmi_txn qmi;
	struct uaudio_stream_req req;
	u32 present;
	struct uaudio_request request;
	struct uaudio_stream_resp resp;
};

#define XFER_BUFFER_LIMIT_BYTES		SZ_4M

static unsigned int max_xfer_buffer_bytes = SZ_1M;

static int set_max_xfer_buffer_bytes(const char *value, const struct kernel_param *param)
{
	return param_set_uint_minmax(value, param, PAGE_SIZE, XFER_BUFFER_LIMIT_BYTES);
}

static const struct kernel_param_ops max_xfer_buffer_bytes_ops = {
	.set = set_max_xfer_buffer_bytes,
	.get = param_get_uint,
};
module_param_cb(max_xfer_buffer_bytes, &max_xfer_buffer_bytes_ops, &max_xfer_buffer_bytes, 0644);
MODULE_PARM_DESC(max_xfer_buffer_bytes,
		 "longest transfer buffer that a DSP may ask for, one page to 4 MiB (1 MiB)");

static void drop(struct offload_transaction *txn, size_t bytes, enum offload_counter counter,
		 int reason)
{
	struct device *dsp = txn->link->dsp.dev;

	offload_count(txn->link, counter);
	trace_offload_drop(dsp, txn->from.sq_node, txn->from.sq_port, bytes, reason);
	dev_dbg_ratelimited(dsp, "dropped %zu bytes from %u:%u: %d\n", bytes, txn->from.sq_node,
			    txn->from.sq_port, reason);
}

/* Step 1. */
static bool decode(struct offload_transaction *txn, const void *data, size_t bytes)
{
	const struct qmi_header *header = data;
	int ret;

	ret = uaudio_message_check(data, bytes, UAUDIO_STREAM_REQ_MAX_BYTES, uaudio_stream_req_ei,
				   &txn->present);
	if (ret < 0) {
		drop(txn, bytes,
		     ret == -EMSGSIZE ? OFFLOAD_COUNT_BAD_LENGTH : OFFLOAD_COUNT_BAD_TLV, ret);
		return false;
	}
	if (header->type != QMI_REQUEST || header->msg_id != UAUDIO_STREAM_MSG_ID) {
		drop(txn, bytes, OFFLOAD_COUNT_BAD_MESSAGE, -ENOMSG);
		return false;
	}
	ret = qmi_decode_message(data, bytes, uaudio_stream_req_ei, &txn->req);
	if (ret < 0) {
		drop(txn, bytes, OFFLOAD_COUNT_BAD_TLV, ret);
		return false;
	}
	txn->qmi.id = header->txn_id;
	trace_offload_request(txn->link->dsp.dev, txn->from.sq_node, txn->from.sq_port,
			      txn->qmi.id, txn->req.enable, txn->req.usb_token);
	return true;
}

/* Returns the stream, if it may be started, or an ERR_PTR(). */
static struct offload_stream *find_stream(struct offload_card *card,
					  const struct uaudio_request *request)
{
	struct offload_stream *stream;

	lockdep_assert_held(&card->lock);
	if (card->is_gone)
		return ERR_PTR(-ENODEV);
	if (card->is_suspended)
		return ERR_PTR(-EAGAIN);
	stream = offload_card_find_stream(card, request->pcm, request->direction);
	return stream ?: ERR_PTR(-ENXIO);
}

static int check(struct offload_card *card, const struct uaudio_request *request)
{
	struct offload_stream *stream;

	guard(mutex)(&card->lock);
	stream = find_stream(card, request);
	return IS_ERR(stream) ? PTR_ERR(stream) : offload_stream_check(stream, request);
}

static int disable(struct offload_card *card, const struct uaudio_request *request)
{
	struct offload_stream *stream;

	guard(offload_gate)(card->cards->gate);
	guard(mutex)(&card->lock);
	/* This is expected for a card that is going, too: its clients have been asked to stop. */
	stream = offload_card_find_stream(card, request->pcm, request->direction);
	if (!stream)
		return card->is_gone ? -ENODEV : -ENXIO;
	if (stream->state == OFFLOAD_STREAM_IDLE)
		return -ENOENT;
	offload_stream_release(stream);
	return 0;
}

/*
 * Sends a response, but not to the next generation of the DSP: that has the same address, and may
 * count its transactions from the same number. The time that this may take depends on how the
 * client took the response before.
 */
static int send_response(struct offload_transaction *txn)
{
	struct offload_dispatch *dispatch = txn->dispatch;
	bool is_unresponsive;
	int ret;

	scoped_guard(spinlock, &dispatch->lock)
		is_unresponsive = offload_is_same_client(&dispatch->unresponsive, &txn->from);
	offload_link_limit_send(txn->link, is_unresponsive ? 0 :
				msecs_to_jiffies(offload_response_timeout_ms()));
	if (!offload_is_generation(txn->link, txn->generation))
		return -ESHUTDOWN;
	ret = qmi_send_response(&txn->link->qmi, &txn->from, &txn->qmi, UAUDIO_STREAM_MSG_ID,
				UAUDIO_STREAM_RESP_MAX_BYTES, uaudio_stream_resp_ei, &txn->resp);

	scoped_guard(spinlock, &dispatch->lock) {
		if (ret == -EAGAIN)
			dispatch->unresponsive = txn->from;
		else if (is_unresponsive)
			dispatch->unresponsive.sq_family = 0;
	}
	return ret;
}

static int respond(struct offload_transaction *txn, int reason)
{
	struct uaudio_stream_resp *resp = &txn->resp;
	int ret;

	resp->resp.result = QMI_RESULT_SUCCESS_V01;
	resp->resp.error = QMI_ERR_NONE_V01;
	resp->status_valid = 1;
	resp->status = uaudio_status_of(reason);
	resp->internal_status_valid = 1;
	resp->internal_status = reason;
	resp->usb_token_valid = !!(txn->present & BIT(UAUDIO_REQ_TLV_USB_TOKEN));
	resp->usb_token = txn->req.usb_token;

	trace_offload_response(txn->link->dsp.dev, txn->from.sq_node, txn->from.sq_port,
			       txn->qmi.id, resp->status, reason);
	if (reason < 0)
		offload_count(txn->link, OFFLOAD_COUNT_FAILURES);

	ret = send_response(txn);
	offload_count(txn->link, ret < 0 ? OFFLOAD_COUNT_UNSENT : OFFLOAD_COUNT_RESPONSES);
	return ret;
}

static int start(struct offload_transaction *txn, struct offload_card *card, u8 controller_num)
{
	struct offload_stream *stream;
	int ret;

	lockdep_assert_held(&card->cards->gate->inside);
	if (card->is_device_asleep)
		return -EAGAIN;
	guard(mutex)(&card->lock);
	stream = find_stream(card, &txn->request);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	card->controller_num = controller_num;
	card->slot_id = card->udev->slot_id;
	ret = offload_stream_start(stream, &txn->request, &txn->from, txn->generation);
	if (ret < 0)
		return ret;
	offload_stream_describe(stream, &txn->resp);
	txn->resp.slot_id_valid = 1;
	txn->resp.slot_id = card->slot_id;
	txn->resp.controller_num_valid = 1;
	txn->resp.controller_num = controller_num;
	stream->is_response_pending = true;
	return 0;
}

/* Returns the number of the card's controller, or the reason why the stream cannot be started. */
static int prepare_start(struct offload_transaction *txn, struct offload_card *card)
{
	int ret;

	/* First the checks that change nothing. */
	ret = check(card, &txn->request);
	if (ret < 0)
		return ret;

	/* May wait for the DSP: no lock is held. */
	ret = offload_controller_attach(txn->dispatch->controllers, card);
	if (ret < 0)
		/* The card may have gone, which is the reason then. */
		return check(card, &txn->request) ?: uaudio_reason_of(ret);
	return ret;
}

static void enable(struct offload_transaction *txn, struct offload_card *card)
{
	const struct uaudio_request *request = &txn->request;
	int controller_num, reason, sent;

	controller_num = prepare_start(txn, card);
	if (controller_num < 0) {
		respond(txn, controller_num);
		return;
	}
	reason = -EAGAIN;
	if (offload_gate_try_enter(card->cards->gate)) {
		reason = start(txn, card, controller_num);
		offload_gate_leave(card->cards->gate);
	}
	sent = respond(txn, reason);
	if (reason == 0)
		offload_teardown_responded(card, request->pcm, request->direction, sent == 0);
	else
		/* If the card went meanwhile, nobody else would detach the controller again. */
		offload_controller_detach_unused(txn->dispatch->controllers);
}

/* Step 4. A request of a DSP that has gone down since is dropped. */
static void run_request(struct offload_task *task)
{
	struct offload_transaction *txn = container_of(task, struct offload_transaction, task);

	if (!offload_is_generation(txn->link, txn->generation))
		drop(txn, 0, OFFLOAD_COUNT_UNSENT, -ESHUTDOWN);
	else if (txn->request.enable)
		enable(txn, txn->card);
	else
		respond(txn, disable(txn->card, &txn->request));
	put_device(&txn->card->dev);
	kfree(txn);
}

/* Step 3. Returns 0 if the request has become a task, or the reason for refusing it. */
static int queue_request(struct offload_transaction *txn)
{
	struct offload_transaction *copy;
	struct offload_card *card;
	int reason;

	reason = uaudio_request_parse(&txn->req, txn->present, READ_ONCE(max_xfer_buffer_bytes),
				      &txn->request);
	if (reason < 0)
		return reason;
	card = offload_cards_get(txn->dispatch->cards, txn->request.card);
	if (!card)
		return -ENODEV;
	/* A stream can be given back without memory, too: this waits for the few bytes. */
	copy = kmemdup(txn, sizeof(*txn), GFP_KERNEL | (txn->request.enable ? 0 : __GFP_NOFAIL));
	if (!copy) {
		put_device(&card->dev);
		return -ENOMEM;
	}
	copy->card = card;
	copy->task.run = run_request;
	offload_tasks_add(&card->tasks, &copy->task);
	return 0;
}

static void serve(struct offload_transaction *txn)
{
	int reason = queue_request(txn);

	if (reason < 0)
		respond(txn, reason);
}

/* The sender gets -EACCES, and learns nothing else. */
static void refuse(struct offload_transaction *txn)
{
	offload_count(txn->link, OFFLOAD_COUNT_REFUSED);
	dev_dbg_ratelimited(txn->link->dsp.dev, "refused a request from %u:%u\n",
			    txn->from.sq_node, txn->from.sq_port);
	respond(txn, -EACCES);
}

static struct offload_link *link_of(struct qmi_handle *qmi)
{
	return container_of(qmi, struct offload_link, qmi);
}

static void handle_message(struct qmi_handle *qmi, struct sockaddr_qrtr *from, const void *data,
			   size_t bytes)
{
	struct offload_link *link = link_of(qmi);
	struct offload_transaction txn = {
		.dispatch = link->dispatch,
		.link = link,
		.from = *from,
	};
	bool is_from_dsp = from->sq_node == link->dsp.qrtr_node;

	/* In this order: see snd_usb_offload_dsp_down(). */
	txn.generation = atomic_read_acquire(&link->generation);
	if (READ_ONCE(link->is_down) || READ_ONCE(link->is_closing))
		return;
	if (is_from_dsp)
		offload_stop_timeout_dsp_heard(&link->stop_timeout);
	if (!decode(&txn, data, bytes))
		return;

	/* Step 2. */
	if (!is_from_dsp) {
		refuse(&txn);
		return;
	}
	offload_count(link, OFFLOAD_COUNT_REQUESTS);
	serve(&txn);
}

/**
 * struct offload_departure - a client, or all clients of the DSP, have gone
 * @task: has the streams of a card released
 * @card: that card; holds a reference
 * @client: the client; sq_family 0: all of them
 * @generation: the generation of the DSP that has lost them
 */
struct offload_departure {
	struct offload_task task;
	struct offload_card *card;
	struct sockaddr_qrtr client;
	int generation;
};

static void run_departure(struct offload_task *task)
{
	struct offload_departure *departure = container_of(task, struct offload_departure, task);
	struct offload_card *card = departure->card;

	scoped_guard(offload_gate, card->cards->gate)
		offload_teardown_client(card, &departure->client, departure->generation);
	put_device(&card->dev);
	kfree(departure);
}

/**
 * offload_dispatch_client_gone() - release the streams of a client that has gone, in its turn
 * @card: the card; the caller holds a reference
 * @client: the client; sq_family 0: all clients
 * @generation: the generation of the DSP that the client is of
 *
 * Requests for the card that came before are served before.
 *
 * The caller holds no lock of this driver.
 *
 * Context: Process context. May sleep.
 */
void offload_dispatch_client_gone(struct offload_card *card, const struct sockaddr_qrtr *client,
				  int generation)
{
	struct offload_departure *departure;

	/* Small, so the kernel finds it; without it, a stream would go on without a client. */
	departure = kzalloc(sizeof(*departure), GFP_KERNEL | __GFP_NOFAIL);
	get_device(&card->dev);
	departure->card = card;
	departure->client = *client;
	departure->generation = generation;
	departure->task.run = run_departure;
	offload_tasks_add(&card->tasks, &departure->task);
}

static void queue_departure(struct offload_card *card, void *client)
{
	offload_dispatch_client_gone(card, client, atomic_read(&card->cards->link->generation));
}

static void clients_gone(struct offload_link *link, struct sockaddr_qrtr client)
{
	/* Streams are only ever started for the DSP's node. */
	if (client.sq_node != link->dsp.qrtr_node)
		return;
	offload_count(link, OFFLOAD_COUNT_CLIENTS_GONE);
	offload_cards_for_each(link->dispatch->cards, queue_departure, &client);
}

static void handle_bye(struct qmi_handle *qmi, unsigned int node)
{
	clients_gone(link_of(qmi), (struct sockaddr_qrtr){ .sq_node = node });
}

/* The name service has restarted: for a server this is a BYE from every node. */
static void handle_net_reset(struct qmi_handle *qmi)
{
	handle_bye(qmi, link_of(qmi)->dsp.qrtr_node);
}

static void handle_del_client(struct qmi_handle *qmi, unsigned int node, unsigned int port)
{
	clients_gone(link_of(qmi), (struct sockaddr_qrtr){
		.sq_family = AF_QIPCRTR, .sq_node = node, .sq_port = port,
	});
}

const struct qmi_ops offload_qmi_ops = {
	.msg_handler = handle_message,
	.bye = handle_bye,
	.net_reset = handle_net_reset,
	.del_client = handle_del_client,
};
