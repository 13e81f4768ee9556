// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Hostility on request: a DSP that misuses the memory and the channels that it has been given. Reaching beyond them is
 * fault.c's business.
 *
 * All of it is the same each time: the request's argument is the seed, or says how much.
 */
#include "hostile.h"

#include <stddef.h>
#include <string.h>

#include "../../../platform.h"
#include "../../../usb/trb.h"
#include "../log.h"

#define MESSAGES_PER_TURN	16
#define NS_ADDRESS		53
#define NS_NAME_BYTES		32
#define NS_ANNOUNCEMENT_BYTES	40
#define ADDRESS_ANY		0xffffffffu
#define MANY_ANNOUNCEMENTS	3000
#define SECOND_ADDRESS		0x600
#define AP_NODE			1
#define QRTR_CONTROL_PORT	0xfffffffeu
#define RPMSG_FIRST_ADDRESS	0x400	/* both sides count their endpoints from here */

static struct {
	uint64_t random;
	uint32_t messages_left;
	uint32_t turns_left;
	uint32_t announcement;		/* enum dsp_fault_announcement */
	uint32_t announcements_left;
	uint64_t announce_ticks;	/* not before that */
} hostile;

static uint64_t next(void)
{
	hostile.random ^= hostile.random >> 12;
	hostile.random ^= hostile.random << 25;
	hostile.random ^= hostile.random >> 27;
	return hostile.random * 0x2545f4914f6cdd1dull;
}

static uint32_t below(uint32_t limit)
{
	return (uint32_t)((next() >> 32) * limit >> 32);
}

static uint32_t edge(void)
{
	static const uint32_t edges[] = {
		0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 20, 40, 56, 128, 255, 256, 496, 512, 4096, 65535, 65536,
		0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	};

	return edges[below(sizeof(edges) / sizeof(edges[0]))];
}

bool hostile_is_kind(uint32_t kind)
{
	return kind == DSP_FAULT_TRB || kind == DSP_FAULT_FLOOD ||
	       kind == DSP_FAULT_CORRUPT_POSITION || kind == DSP_FAULT_FORGE_ANNOUNCEMENT;
}

/* Has the xHC read its samples at an address of our choice, in all transfers that are queued. */
static uint32_t point_trbs_at(struct control *control, uint64_t address)
{
	uint32_t changed = 0;

	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		const struct control_stream *stream = &control->streams[i];
		const struct transfer_ring *ring = audio_stream_ring(&stream->audio);

		if (stream->state != CONTROL_STREAM_RUNNING)
			continue;
		for (uint32_t t = 0; t < ring->segments * TRB_SEGMENT_TRBS; t++) {
			volatile struct trb *trb = &ring->trbs[t];

			if (TRB_TYPE(trb->control) != TRB_TYPE_ISOCH)
				continue;
			trb->parameter = address;
			changed++;
		}
	}
	return changed;
}

static uint32_t request_announcements(const struct dsp_fault_request *request)
{
	uint64_t delay_ms = request->when == DSP_FAULT_LATER ? request->type : 0;

	if (request->argument > DSP_FAULT_ANNOUNCEMENT_MAX)
		return AUDIO_STATUS_INVALID;
	hostile.announcement = (uint32_t)request->argument;
	hostile.announcements_left = request->argument == DSP_FAULT_ANNOUNCEMENT_NAMES ||
				     request->argument == DSP_FAULT_ANNOUNCEMENT_FLAP ?
				     MANY_ANNOUNCEMENTS : 1;
	hostile.announce_ticks = platform_ticks() + platform_ticks_per_second() * delay_ms / 1000;
	return AUDIO_STATUS_OK;
}

uint32_t hostile_request(struct control *control, const struct dsp_fault_request *request,
			 struct dsp_fault_reply *reply)
{
	if (request->when != DSP_FAULT_NOW &&
	    (request->when != DSP_FAULT_LATER || request->kind != DSP_FAULT_FORGE_ANNOUNCEMENT))
		return AUDIO_STATUS_INVALID;
	log_printf("fault injection: kind %u, argument %lx", request->kind, (unsigned long)request->argument);
	switch (request->kind) {
	case DSP_FAULT_TRB:
		reply->value = point_trbs_at(control, request->argument);
		break;
	case DSP_FAULT_FLOOD:
		/* The seed of an xorshift generator is not 0. */
		hostile.random = request->argument | 1ull << 63;
		hostile.messages_left = (uint32_t)request->argument;
		break;
	case DSP_FAULT_FORGE_ANNOUNCEMENT:
		return request_announcements(request);
	default:
		hostile.random = 1ull << 63;
		hostile.turns_left = (uint32_t)request->argument;
		break;
	}
	return AUDIO_STATUS_OK;
}

/* Positions that no stream ever had, with a sequence lock that is sometimes left closed. */
static void corrupt_position(struct control *control)
{
	for (uint32_t i = 0; i < AUDIO_CONTROL_MAX_STREAMS; i++) {
		const struct control_stream *stream = &control->streams[i];
		volatile struct audio_shared_dsp *shared = audio_stream_position(&stream->audio);

		if (stream->state != CONTROL_STREAM_RUNNING)
			continue;
		shared->sequence = shared->sequence + below(3);
		shared->running = edge();
		shared->taken_frames = below(2) ? next() : shared->taken_frames - below(4096);
		shared->released_frames = below(2) ? next() : shared->released_frames - below(4096);
		shared->bus_frames = below(2) ? next() : edge();
		shared->start_ticks = next();
		shared->updated_ticks = next();
		shared->first_frame_ticks = next();
		shared->gap_frames = edge();
		shared->underruns = edge();
		shared->overruns = edge();
		shared->transfer_errors = edge();
		shared->lost_intervals = edge();
		shared->depth_frames = edge();
		shared->interval_uframes = edge();
	}
}

static void fill(uint8_t *data, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		data[i] = below(3) ? (uint8_t)below(4) : (uint8_t)next();
}

static uint32_t control_message(uint8_t *data)
{
	static const uint16_t types[] = {
		AUDIO_CONTROL_HELLO, AUDIO_CONTROL_CONTROLLER_ADD, AUDIO_CONTROL_SETUP,
		AUDIO_CONTROL_START, AUDIO_CONTROL_STOP, AUDIO_CONTROL_RELEASE,
		AUDIO_CONTROL_GET_STATS, AUDIO_CONTROL_PERIOD_ELAPSED, AUDIO_CONTROL_STREAM_LOST,
	};
	static const uint32_t bodies[] = { 0, 4, 4, 8, 40, 3, 5, 116, 484 };
	struct audio_control_header header = {
		.type = (uint16_t)(below(8) ? types[below(9)] : next()),
		.sequence = (uint16_t)(below(4) ? below(64) : edge()),
		.status = below(4) ? below(10) : edge(),
		.detail = edge(),
	};
	uint32_t body_bytes = bodies[below(9)];

	if (below(2))
		header.type |= AUDIO_CONTROL_REPLY;
	/* A flood of the one message that makes the AP do something. */
	if (below(3) == 0) {
		header.type = AUDIO_CONTROL_PERIOD_ELAPSED;
		body_bytes = sizeof(struct audio_stream_ref);
	}
	memcpy(data, &header, sizeof(header));
	fill(data + sizeof(header), body_bytes);
	return below(32) ? (uint32_t)sizeof(header) + body_bytes : below(sizeof(header));
}

static uint32_t qrtr_packet(uint8_t *data, uint32_t node)
{
	uint32_t payload_bytes = below(4) ? 20 : below(440);
	uint32_t words[8] = {
		below(16) ? 1 : edge(),				/* version */
		below(8) ? 1 + below(11) : edge(),		/* type */
		below(2) ? node : below(2) ? below(64) : edge(), /* source node */
		below(2) ? QRTR_CONTROL_PORT : below(0x8000),	/* source port */
		below(2),					/* confirm_rx */
		below(4) ? payload_bytes : edge(),		/* size */
		AP_NODE,
		below(3) ? QRTR_CONTROL_PORT : below(0x8000),	/* destination port */
	};
	uint32_t control[5] = { words[1], 0x41d + below(2), 1, below(2) ? AP_NODE : edge(), below(0x8000) };

	fill(data + sizeof(words), payload_bytes);
	memcpy(data, words, sizeof(words));
	if (payload_bytes >= sizeof(control))
		memcpy(data + sizeof(words), control, sizeof(control));
	payload_bytes = below(8) ? (payload_bytes + 3) & ~3u : payload_bytes;
	return (uint32_t)sizeof(words) + payload_bytes;
}

static uint32_t announcement(uint8_t *data)
{
	uint32_t numbers[2] = { below(4) ? 0x500 + below(1000) : edge(), below(8) ? 0 : 1 };

	fill(data, 32);
	if (below(4)) {
		memset(data, 0, 32);
		memcpy(data, "flood", 5);
		data[5] = (uint8_t)('a' + below(26));
	}
	memcpy(data + 32, numbers, sizeof(numbers));
	return below(16) ? 40 : below(64);
}

/* A message that the used ring says to be shorter than its header, which says that it is longer than any. */
static bool send_cut(struct rpmsg *rpmsg, const struct rpmsg_endpoint *from)
{
	uint32_t header[4] = { from->address, from->remote_address, 0, 0xffff };
	struct virtqueue_buffer buffer;

	if (!rpmsg->is_up || !virtqueue_get(&rpmsg->tx, true, &buffer))
		return false;
	memcpy(buffer.data, header, sizeof(header));
	virtqueue_put(&rpmsg->tx, &buffer, below(sizeof(header)));
	return true;
}

/* Sends one message; false if the AP has no buffer for it. */
static bool flood(struct rpmsg *rpmsg, uint32_t node)
{
	const struct rpmsg_endpoint *qrtr = rpmsg->endpoints[0], *audio = rpmsg->endpoints[1];
	struct rpmsg_endpoint from = { .has_remote = true };
	uint64_t state = hostile.random;
	uint8_t data[RPMSG_PAYLOAD_BYTES] = { 0 };
	uint32_t bytes;

	/* Linux does not give the buffer back: seldom, or it has none left. */
	if (below(256) == 0)
		return send_cut(rpmsg, below(2) ? qrtr : audio);
	switch (below(8)) {
	case 0:
		from.address = below(2) ? RPMSG_FIRST_ADDRESS + below(4) : edge();
		from.remote_address = NS_ADDRESS;
		bytes = announcement(data);
		break;
	case 1:
		from.address = edge();
		from.remote_address = below(2) ? RPMSG_FIRST_ADDRESS + below(64) : edge();
		bytes = below(sizeof(data) + 1);
		fill(data, bytes);
		break;
	case 2:
	case 3:
	case 4:
		from.address = qrtr->address;
		from.remote_address = qrtr->remote_address;
		bytes = qrtr_packet(data, node);
		break;
	default:
		from.address = audio->address;
		from.remote_address = audio->remote_address;
		bytes = control_message(data);
		break;
	}
	if (rpmsg_send(rpmsg, &from, data, bytes))
		return true;
	/* The same message again in the next iteration. */
	hostile.random = state;
	return false;
}

/* A name that is none, at an address that would be one, or the other way round. */
static void make_bad_name(uint32_t number, uint8_t *name, uint32_t *address)
{
	static const char *const names[] = {
		"slash!slash", "!", "line\nforged: line", "escape\033[2J", "", "tab\ttab",
		"rpmsg_ns", "rpmsg_ctrl", "address", "address", "r\xc3\xb8""d",
	};
	uint32_t kind = number % (sizeof(names) / sizeof(names[0]) + 1);

	if (kind == sizeof(names) / sizeof(names[0]))
		memset(name, 1, NS_NAME_BYTES);
	else
		for (uint32_t i = 0; names[kind][i]; i++)
			name[i] = (uint8_t)names[kind][i];
	if (kind == 8)
		*address = ADDRESS_ANY;
	else if (kind == 9)
		*address = NS_ADDRESS;
}

static void copy_name(uint8_t *to, const char *name)
{
	for (uint32_t i = 0; i < NS_NAME_BYTES - 1 && name[i]; i++)
		to[i] = (uint8_t)name[i];
}

/* Sends one announcement; false if the AP has no buffer for it. */
static bool announce(struct rpmsg *rpmsg)
{
	const struct rpmsg_endpoint *audio = rpmsg->endpoints[1];
	struct rpmsg_endpoint from = {
		.address = audio->address, .remote_address = NS_ADDRESS, .has_remote = true,
	};
	uint32_t numbers[2] = { audio->address, 0 };	/* address, 1: the end of it */
	uint8_t data[NS_ANNOUNCEMENT_BYTES] = { 0 };

	switch (hostile.announcement) {
	case DSP_FAULT_ANNOUNCEMENT_NS_ENDS:
	case DSP_FAULT_ANNOUNCEMENT_NS_ENDS_ANY:
		copy_name(data, "rpmsg_ns");
		numbers[0] = hostile.announcement == DSP_FAULT_ANNOUNCEMENT_NS_ENDS ? NS_ADDRESS : ADDRESS_ANY;
		numbers[1] = 1;
		break;
	case DSP_FAULT_ANNOUNCEMENT_NAMES:
		numbers[0] = SECOND_ADDRESS;
		make_bad_name(hostile.announcements_left, data, &numbers[0]);
		break;
	case DSP_FAULT_ANNOUNCEMENT_FLAP:
		copy_name(data, audio->name);
		numbers[0] = SECOND_ADDRESS;
		numbers[1] = hostile.announcements_left % 2;
		break;
	default:
		copy_name(data, audio->name);
		numbers[1] = hostile.announcement == DSP_FAULT_ANNOUNCEMENT_AUDIO_ENDS;
		break;
	}
	memcpy(data + NS_NAME_BYTES, numbers, sizeof(numbers));
	return rpmsg_send(rpmsg, &from, data, sizeof(data));
}

static void announce_some(struct rpmsg *rpmsg)
{
	if (platform_ticks() < hostile.announce_ticks)
		return;
	for (uint32_t i = 0; i < MESSAGES_PER_TURN && hostile.announcements_left; i++) {
		if (!announce(rpmsg))
			break;
		hostile.announcements_left--;
		if (!hostile.announcements_left)
			log_printf("fault injection: nothing more to announce");
	}
}

bool hostile_iterate(struct control *control, struct rpmsg *rpmsg, uint32_t node)
{
	if (hostile.turns_left) {
		hostile.turns_left--;
		corrupt_position(control);
	}
	if (hostile.announcements_left)
		announce_some(rpmsg);
	for (uint32_t i = 0; i < MESSAGES_PER_TURN && hostile.messages_left; i++) {
		if (!flood(rpmsg, node))
			break;
		hostile.messages_left--;
		if (!hostile.messages_left)
			log_printf("fault injection: the flood has ended");
	}
	return hostile.messages_left || hostile.turns_left || hostile.announcements_left;
}
