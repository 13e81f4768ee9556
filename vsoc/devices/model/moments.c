// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Actions at moments that the device file or the job names. */
#include "device_parts.h"

/* A request that gets no answer gets a late one. */
#define SILENCE_NS 5000000000

/* Whether the @met-th is among those that a moment is about. */
static bool is_hit(const struct moment *moment, uint32_t met)
{
	return met >= moment->first && (!moment->count || met - moment->first < moment->count);
}

static void begin_unplug(struct device *device, int64_t now_ns, const struct moment *moment)
{
	device->unplug_ns = now_ns;
	if (moment->replug_ms)
		device->plug_ns = now_ns + (int64_t)moment->replug_ms * 1000000;
}

enum action device_request_action(struct device *device, int64_t now_ns, enum request_kind kind)
{
	enum action action = ACTION_NONE;

	for (unsigned int i = 0; i < device->spec->moment_count; i++) {
		const struct moment *moment = &device->spec->moments[i];

		if (moment->kind != MOMENT_REQUEST ||
		    (moment->request != REQUEST_ANY && moment->request != kind))
			continue;
		if (!is_hit(moment, ++device->moments[i].met))
			continue;
		action = moment->action;
		if (action == ACTION_UNPLUG)
			begin_unplug(device, now_ns, moment);
		if (action == ACTION_SILENCE)
			device->answer_ns = now_ns + SILENCE_NS;
	}
	if (action != ACTION_NONE)
		device_set_alarm(device, now_ns);
	return action;
}

/* Moments that count from the first packet of a stream get their time. */
static void note_first(struct device *device, int64_t now_ns, const struct device_stream *stream)
{
	for (unsigned int i = 0; i < device->spec->moment_count; i++) {
		const struct moment *moment = &device->spec->moments[i];

		if (moment->kind == MOMENT_AFTER && !device->moments[i].is_done &&
		    !strcmp(moment->stream, stream->name))
			device->moments[i].due_ns = now_ns + (int64_t)moment->time_ns;
	}
	device_set_alarm(device, now_ns);
}

enum action device_packet_action(struct device *device, int64_t now_ns, struct device_stream *stream)
{
	enum action action = ACTION_NONE;

	stream->packets++;
	if (stream->first_ns < 0) {
		stream->first_ns = now_ns;
		note_first(device, now_ns, stream);
	}
	for (unsigned int i = 0; i < device->spec->moment_count; i++) {
		const struct moment *moment = &device->spec->moments[i];

		if (moment->kind != MOMENT_PACKET || strcmp(moment->stream, stream->name))
			continue;
		if (!is_hit(moment, ++device->moments[i].met))
			continue;
		action = moment->action;
		if (action == ACTION_UNPLUG) {
			begin_unplug(device, now_ns, moment);
			device_set_alarm(device, now_ns);
		}
	}
	return action;
}

static struct device_clock *find_clock(struct device *device, const char *name)
{
	for (unsigned int i = 0; i < device->clock_count; i++)
		if (device->clocks[i].spec && !strcmp(device->clocks[i].spec->name, name))
			return &device->clocks[i];
	return NULL;
}

static void act_on_clock(struct device *device, int64_t now_ns, const struct moment *moment)
{
	struct device_clock *clock = find_clock(device, moment->clock);

	if (!clock)
		return;
	switch (moment->action) {
	case ACTION_RATE:
		device_set_rate(device, clock, now_ns, (uint32_t)moment->value);
		break;
	case ACTION_PPM:
		clock_set_ppm(&clock->clock, now_ns, moment->value);
		device_follow_clocks(device, now_ns);
		record_line(&device->record, now_ns, "ppm %s %d", moment->clock, moment->value);
		break;
	default:
		clock->clock.is_valid = moment->action == ACTION_VALID;
		record_line(&device->record, now_ns, "%s %s", clock->clock.is_valid ? "valid" : "invalid",
			    moment->clock);
	}
}

static void act(struct device *device, int64_t now_ns, const struct moment *moment)
{
	switch (moment->action) {
	case ACTION_PLUG:
		device->plug_ns = now_ns;
		break;
	case ACTION_UNPLUG:
		begin_unplug(device, now_ns, moment);
		break;
	case ACTION_KEY:
		device_press(device, now_ns, moment->key);
		break;
	default:
		act_on_clock(device, now_ns, moment);
	}
}

static bool is_due(int64_t due_ns, int64_t now_ns)
{
	return due_ns >= 0 && due_ns <= now_ns;
}

/* The plug itself: a plug that is due at the same time as an unplug comes after it. */
static void move_plug(struct device *device, int64_t now_ns)
{
	if (is_due(device->unplug_ns, now_ns)) {
		device->unplug_ns = -1;
		if (device->is_plugged)
			device->host->unplug(device->owner);
	}
	if (is_due(device->plug_ns, now_ns)) {
		device->plug_ns = -1;
		if (!device->is_plugged)
			device->host->plug(device->owner);
	}
}

void device_alarm(struct device *device, int64_t now_ns)
{
	for (unsigned int i = 0; i < device->spec->moment_count; i++) {
		struct moment_state *state = &device->moments[i];

		if (state->is_done || !is_due(state->due_ns, now_ns))
			continue;
		state->is_done = true;
		act(device, now_ns, &device->spec->moments[i]);
	}
	if (is_due(device->answer_ns, now_ns)) {
		device->answer_ns = -1;
		device->host->answer_late(device->owner);
	}
	move_plug(device, now_ns);
	device_set_alarm(device, now_ns);
}

static void sooner(int64_t *first_ns, int64_t due_ns)
{
	if (due_ns >= 0 && (*first_ns < 0 || due_ns < *first_ns))
		*first_ns = due_ns;
}

void device_set_alarm(struct device *device, int64_t now_ns)
{
	int64_t first_ns = -1;

	for (unsigned int i = 0; i < device->spec->moment_count; i++)
		if (!device->moments[i].is_done)
			sooner(&first_ns, device->moments[i].due_ns);
	sooner(&first_ns, device->unplug_ns);
	sooner(&first_ns, device->plug_ns);
	sooner(&first_ns, device->answer_ns);
	if (first_ns >= 0)
		device->host->set_alarm(device->owner, first_ns > now_ns ? first_ns : now_ns);
}
