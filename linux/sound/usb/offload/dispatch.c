// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests in, responses out: what a service does with each packet and each notice from QRTR.
 *
 * All of it runs in the QMI handle's one thread, in the order of arrival: a client's BYE comes
 * after its last request. What a DSP has asked and nobody has read when it goes down is dropped.
 * The steps of a request:
 *
 *  1. Is the packet a STREAM request, sound to the byte? If not it is dropped and counted: there
 *     may be nobody who could make sense of an answer.
 *  2. Does it come from the DSP's node? Any port will do; the DSP's clients trust each other.
 *  3. Are its fields right? From here on each request gets exactly one response with a specific
 *     status.
 *  4. Do it, and respond, unless the DSP has gone down meanwhile: its next life has the same
 *     address. A start whose response cannot be sent is undone: nobody would ever stop it. What
 *     the client is told of a stream comes after the response that it waits for.
 *
 * A response waits for its client, if QRTR's flow control says so, for response_timeout_ms. A
 * client that let this time pass is not waited for again until it has taken something: it cannot
 * hold up the others for longer by asking again.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/sizes.h>
#include <linux/usb.h>

#include <lullaby/usb_audio_stream.h>

#include "card.h"
#include "controller.h"
#include "dispatch.h"
#include "patience.h"
#include "power.h"
#include "qmi-messages.h"
#include "request.h"
#include "service.h"
#include "stream.h"
#include "trace.h"

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

static void drop(struct snd_usb_offload_service *service, const struct sockaddr_qrtr *from,
		 size_t bytes, enum offload_counter counter, int reason)
{
	offload_count(service, counter);
	trace_offload_drop(service->dsp.dev, from->sq_node, from->sq_port, bytes, reason);
	dev_dbg_ratelimited(service->dsp.dev, "dropped %zu bytes from %u:%u: %d\n", bytes,
			    from->sq_node, from->sq_port, reason);
}

/* Step 1. */
static bool decode(struct snd_usb_offload_service *service, const struct sockaddr_qrtr *from,
		   const void *data, size_t bytes, struct uaudio_stream_req *req, u32 *present)
{
	const struct qmi_header *header = data;
	int ret;

	ret = uaudio_message_check(data, bytes, UAUDIO_STREAM_REQ_MAX_BYTES, uaudio_stream_req_ei,
				   present);
	if (ret < 0) {
		drop(service, from, bytes,
		     ret == -EMSGSIZE ? OFFLOAD_COUNT_BAD_LENGTH : OFFLOAD_COUNT_BAD_TLV, ret);
		return false;
	}
	if (header->type != QMI_REQUEST || header->msg_id != UAUDIO_STREAM_MSG_ID) {
		drop(service, from, bytes, OFFLOAD_COUNT_BAD_MESSAGE, -ENOMSG);
		return false;
	}
	memset(req, 0, sizeof(*req));
	ret = qmi_decode_message(data, bytes, uaudio_stream_req_ei, req);
	if (ret < 0) {
		drop(service, from, bytes, OFFLOAD_COUNT_BAD_TLV, ret);
		return false;
	}
	return true;
}

static struct offload_card *get_card(struct snd_usb_offload_service *service, unsigned int number)
{
	struct offload_card *card;

	guard(mutex)(&service->lock);
	list_for_each_entry(card, &service->cards, node) {
		if (card->number == number) {
			get_device(&card->dev);
			return card;
		}
	}
	return NULL;
}

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

	guard(offload_bus)(card->service);
	guard(mutex)(&card->lock);
	/* A card that is going is asked for exactly this. */
	stream = offload_card_find_stream(card, request->pcm, request->direction);
	if (!stream)
		return card->is_gone ? -ENODEV : -ENXIO;
	if (stream->state == OFFLOAD_STREAM_IDLE)
		return -ENOENT;
	offload_stream_release(stream);
	return 0;
}

/*
 * Sends a response, but not to the next life of the DSP that has asked: it has the same address,
 * and may well count its transactions from the same number.
 * How long that may take depends on how the client took the one before.
 */
static int send(struct snd_usb_offload_service *service, struct sockaddr_qrtr *to,
		struct qmi_txn *txn, struct uaudio_stream_resp *resp)
{
	bool is_suspect = offload_is_same_client(&service->unresponsive, to);
	int ret;

	offload_service_limit_send(service, is_suspect ? 0 :
				   msecs_to_jiffies(offload_response_timeout_ms()));
	if (!offload_is_life(service, service->request_life))
		return -ESHUTDOWN;
	ret = qmi_send_response(&service->qmi, to, txn, UAUDIO_STREAM_MSG_ID,
				UAUDIO_STREAM_RESP_MAX_BYTES, uaudio_stream_resp_ei, resp);
	if (ret == -EAGAIN)
		service->unresponsive = *to;
	else if (is_suspect)
		service->unresponsive.sq_family = 0;
	return ret;
}

static int respond(struct snd_usb_offload_service *service, struct sockaddr_qrtr *to,
		   struct qmi_txn *txn, struct uaudio_stream_resp *resp, int reason)
{
	int ret;

	resp->resp.result = QMI_RESULT_SUCCESS_V01;
	resp->resp.error = QMI_ERR_NONE_V01;
	resp->status_valid = 1;
	resp->status = uaudio_status_of(reason);
	resp->internal_status_valid = 1;
	resp->internal_status = reason;

	trace_offload_response(service->dsp.dev, to->sq_node, to->sq_port, txn->id, resp->status,
			       reason);
	if (reason < 0)
		offload_count(service, OFFLOAD_COUNT_FAILURES);

	ret = send(service, to, txn, resp);
	offload_count(service, ret < 0 ? OFFLOAD_COUNT_UNSENT : OFFLOAD_COUNT_RESPONSES);
	return ret;
}

static int start(struct offload_card *card, u8 controller_num,
		 const struct uaudio_request *request, const struct sockaddr_qrtr *client,
		 struct uaudio_stream_resp *resp)
{
	struct offload_stream *stream;
	int ret;

	lockdep_assert_held(&card->service->bus);
	if (card->is_device_asleep)
		return -EAGAIN;
	guard(mutex)(&card->lock);
	stream = find_stream(card, request);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	card->controller_num = controller_num;
	card->slot_id = card->udev->slot_id;
	ret = offload_stream_start(stream, request, client);
	if (ret < 0)
		return ret;
	offload_stream_describe(stream, resp);
	stream->is_unanswered = true;
	return 0;
}

/* The number of the card's controller, or why the stream cannot be started. */
static int prepare(struct snd_usb_offload_service *service, struct offload_card *card,
		   const struct uaudio_request *request)
{
	int ret;

	/* First what can be told without changing anything. */
	ret = check(card, request);
	if (ret < 0)
		return ret;

	/* May wait for the DSP: no lock is held. */
	ret = offload_controller_attach(service, card);
	if (ret < 0)
		/* If it was because the card has gone, that is the reason. */
		return check(card, request) ?: uaudio_reason_of(ret);
	return ret;
}

static void enable(struct snd_usb_offload_service *service, struct offload_card *card,
		   const struct uaudio_request *request, struct sockaddr_qrtr *from,
		   struct qmi_txn *txn, struct uaudio_stream_resp *resp)
{
	int controller_num, reason, sent;

	controller_num = prepare(service, card, request);
	if (controller_num < 0) {
		respond(service, from, txn, resp, controller_num);
		return;
	}
	reason = -EAGAIN;
	if (offload_power_bus_try(service)) {
		reason = start(card, controller_num, request, from, resp);
		offload_power_bus_end(service);
	}
	sent = respond(service, from, txn, resp, reason);
	if (reason == 0)
		offload_card_answered(card, request->pcm, request->direction, sent == 0);
	else
		/* If the card went meanwhile, nobody else would detach the controller again. */
		offload_controller_detach_unused(service);
}

/* Steps 3 and 4. */
static void handle_request(struct snd_usb_offload_service *service, struct sockaddr_qrtr *from,
			   struct qmi_txn *txn, const struct uaudio_stream_req *req, u32 present)
{
	struct uaudio_stream_resp resp = { };
	struct offload_card *card = NULL;
	struct uaudio_request request;
	int reason;

	reason = uaudio_request_parse(req, present, READ_ONCE(max_xfer_buffer_bytes), &request);
	resp.usb_token_valid = !!(present & BIT(UAUDIO_REQ_TLV_USB_TOKEN));
	resp.usb_token = request.usb_token;
	if (reason == 0) {
		card = get_card(service, request.card);
		reason = card ? 0 : -ENODEV;
	}
	if (reason < 0)
		respond(service, from, txn, &resp, reason);
	else if (request.enable)
		enable(service, card, &request, from, txn, &resp);
	else
		respond(service, from, txn, &resp, disable(card, &request));
	if (card)
		put_device(&card->dev);
}

/* Who may not ask is told so, and learns nothing else. */
static void refuse(struct snd_usb_offload_service *service, struct sockaddr_qrtr *from,
		   struct qmi_txn *txn, const struct uaudio_stream_req *req, u32 present)
{
	struct uaudio_stream_resp resp = {
		.usb_token_valid = !!(present & BIT(UAUDIO_REQ_TLV_USB_TOKEN)),
		.usb_token = req->usb_token,
	};

	offload_count(service, OFFLOAD_COUNT_REFUSED);
	dev_dbg_ratelimited(service->dsp.dev, "refused a request from %u:%u\n", from->sq_node,
			    from->sq_port);
	respond(service, from, txn, &resp, -EACCES);
}

static struct snd_usb_offload_service *service_of(struct qmi_handle *qmi)
{
	return container_of(qmi, struct snd_usb_offload_service, qmi);
}

static void handle_message(struct qmi_handle *qmi, struct sockaddr_qrtr *from, const void *data,
			   size_t bytes)
{
	struct snd_usb_offload_service *service = service_of(qmi);
	const struct qmi_header *header = data;
	struct uaudio_stream_req req;
	struct qmi_txn txn = { };
	u32 present;

	/* In this order: see snd_usb_offload_dsp_down(). */
	service->request_life = atomic_read_acquire(&service->life);
	if (READ_ONCE(service->is_down) || READ_ONCE(service->is_closing))
		return;
	if (from->sq_node == service->dsp.qrtr_node)
		offload_patience_heard(service);
	if (!decode(service, from, data, bytes, &req, &present))
		return;
	txn.id = header->txn_id;
	trace_offload_request(service->dsp.dev, from->sq_node, from->sq_port, txn.id, req.enable,
			      req.usb_token);

	if (from->sq_node != service->dsp.qrtr_node) {
		refuse(service, from, &txn, &req, present);
		return;
	}
	offload_count(service, OFFLOAD_COUNT_REQUESTS);
	handle_request(service, from, &txn, &req, present);
}

static void release_node(struct snd_usb_offload_service *service, unsigned int node)
{
	/* Streams are only ever started for the DSP's node. */
	if (node != service->dsp.qrtr_node)
		return;
	offload_count(service, OFFLOAD_COUNT_CLIENTS_GONE);
	guard(offload_bus)(service);
	offload_card_release_all(service);
}

static void handle_bye(struct qmi_handle *qmi, unsigned int node)
{
	release_node(service_of(qmi), node);
}

/* The name service has started anew: for a server this is a BYE from every node. */
static void handle_net_reset(struct qmi_handle *qmi)
{
	struct snd_usb_offload_service *service = service_of(qmi);

	release_node(service, service->dsp.qrtr_node);
}

static void release_client(struct offload_card *card, void *client)
{
	offload_card_release_client(card, client, atomic_read(&card->service->life));
}

static void handle_del_client(struct qmi_handle *qmi, unsigned int node, unsigned int port)
{
	struct sockaddr_qrtr client = { .sq_family = AF_QIPCRTR, .sq_node = node, .sq_port = port };
	struct snd_usb_offload_service *service = service_of(qmi);

	if (node != service->dsp.qrtr_node)
		return;
	offload_count(service, OFFLOAD_COUNT_CLIENTS_GONE);
	guard(offload_bus)(service);
	offload_card_for_each(service, release_client, &client);
}

const struct qmi_ops offload_qmi_ops = {
	.msg_handler = handle_message,
	.bye = handle_bye,
	.net_reset = handle_net_reset,
	.del_client = handle_del_client,
};
