// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The clocks and streams of a device. UAC2 and UAC3 describe clocks; in UAC1, and in a basic audio
 * device, the device file tells which streams share one, and where there is no file each has its own.
 */
#include "device_parts.h"

#include <stdio.h>

/* The rates of a dump's clock, as far as its packets carry them. */
static const uint32_t usual_rates_hz[] = { 8000,  11025, 16000,	 22050,	 32000,	 44100,	 48000,	 64000,	 88200,
					   96000, 176400, 192000, 352800, 384000, 705600, 768000 };

static const struct function_spec *function_of(const struct device *device, unsigned int configuration,
					       uint8_t control_interface)
{
	for (unsigned int i = 0; i < device->spec->function_count; i++) {
		const struct function_spec *function = &device->spec->functions[i];

		if (function->configuration == configuration && function->control_interface == control_interface)
			return function;
	}
	return NULL;
}

static const struct stream_spec *stream_spec_of(const struct function_spec *function, uint8_t interface)
{
	for (unsigned int i = 0; function && i < function->stream_count; i++)
		if (function->streams[i].interface == interface)
			return &function->streams[i];
	return NULL;
}

static struct device_clock *add_clock(struct device *device, unsigned int configuration, uint8_t control_interface,
				      uint8_t id, const struct clock_spec *spec)
{
	struct device_clock *clock;

	if (device->clock_count == DEVICE_CLOCKS)
		return NULL;
	clock = &device->clocks[device->clock_count++];
	*clock = (struct device_clock){
		.configuration = (uint8_t)configuration,
		.control_interface = control_interface,
		.id = id,
		.spec = spec,
	};
	if (spec) {
		clock->rates = spec->rates;
		clock_begin(&clock->clock, 0, spec->start_hz, spec->ppm, spec->jitter_ns);
		clock->clock.is_valid = !spec->is_invalid;
	} else {
		clock_begin(&clock->clock, 0, 48000, 0, 0);
	}
	return clock;
}

/* Whether an entity has a clock of its own: a source, or a multiplier that changes the rate of another clock. */
static bool has_clock(const struct entity *entity, const struct clock_spec *spec)
{
	return entity->kind == ENTITY_CLOCK_SOURCE ||
	       (entity->kind == ENTITY_CLOCK_MULTIPLIER && spec && spec->numerator != spec->denominator);
}

/* Clocks that are entities. */
static bool add_described(struct device *device, unsigned int configuration)
{
	const struct topology *topology = &device->topologies[configuration];

	for (unsigned int i = 0; i < topology->entity_count; i++) {
		const struct entity *entity = &topology->entities[i];
		const struct function_spec *function = function_of(device, configuration, entity->control_interface);
		const struct clock_spec *spec = NULL;

		for (unsigned int j = 0; function && j < function->clock_count; j++)
			if (function->clocks[j].id == entity->id)
				spec = &function->clocks[j];
		if (has_clock(entity, spec) &&
		    !add_clock(device, configuration, entity->control_interface, entity->id, spec))
			return false;
	}
	return true;
}

/* The clock of a stream that no descriptor has, shared with earlier streams that have the same one. */
static struct device_clock *find_or_add_hidden(struct device *device, unsigned int configuration,
					       const struct setting *setting, const struct clock_spec *spec)
{
	struct device_clock *clock;

	for (unsigned int i = 0; spec && i < device->clock_count; i++)
		if (device->clocks[i].spec == spec)
			return &device->clocks[i];
	clock = add_clock(device, configuration, setting->control_interface, 0, spec);
	if (clock)
		clock->interface = setting->interface;
	return clock;
}

static bool add_stream(struct device *device, unsigned int configuration, const struct setting *setting)
{
	const struct function_spec *function = function_of(device, configuration, setting->control_interface);
	const struct stream_spec *spec = stream_spec_of(function, setting->interface);
	const struct clock_spec *clock = spec ? spec_clock_source(function, spec->clock) : NULL;
	struct device_stream *stream;

	if (device->stream_count == DEVICE_STREAMS)
		return false;
	stream = &device->streams[device->stream_count++];
	*stream = (struct device_stream){
		.configuration = (uint8_t)configuration,
		.interface = setting->interface,
		.is_playback = setting->is_playback,
		.spec = spec,
		.first_ns = -1,
	};
	if (spec)
		memcpy(stream->name, spec->name, sizeof(stream->name));
	else
		snprintf(stream->name, sizeof(stream->name), "%s%u", setting->is_playback ? "play" : "record",
			 setting->interface);
	if (setting->uac == 1 || !setting->clock) {
		stream->own_clock = find_or_add_hidden(device, configuration, setting, clock);
		if (!stream->own_clock)
			return false;
	}
	return true;
}

static struct device_stream *find_stream(struct device *device, unsigned int configuration, uint8_t interface)
{
	for (unsigned int i = 0; i < device->stream_count; i++)
		if (device->streams[i].configuration == configuration && device->streams[i].interface == interface)
			return &device->streams[i];
	return NULL;
}

static void add_rate(struct rate_set *rates, uint32_t hz)
{
	unsigned int place = rates->count;

	if (device_has_rate(rates, hz) || rates->count == SPEC_RATES)
		return;
	for (; place && rates->hz[place - 1] > hz; place--)
		rates->hz[place] = rates->hz[place - 1];
	rates->hz[place] = hz;
	rates->count++;
}

/* A clock of a dump has the rates that UAC1 lists, or those that the packets of its settings carry. */
static void fill_in_rates(struct device *device)
{
	for (unsigned int i = 0; i < device->stream_count; i++) {
		const struct device_stream *stream = &device->streams[i];
		const struct topology *topology = &device->topologies[stream->configuration];

		for (unsigned int j = 0; j < topology->setting_count; j++) {
			const struct setting *setting = &topology->settings[j];
			struct device_clock *clock;

			if (setting->interface != stream->interface)
				continue;
			device->topology = topology;
			device->configuration = stream->configuration;
			clock = device_clock_of(device, stream, setting);
			if (!clock || clock->spec)
				continue;
			for (unsigned int k = 0; k < setting->rates.count; k++)
				add_rate(&clock->rates, setting->rates.hz[k]);
			for (unsigned int k = 0; !setting->rates.count && k < sizeof(usual_rates_hz) / sizeof(usual_rates_hz[0]); k++)
				if (usual_rates_hz[k] <= setting_greatest_hz(setting))
					add_rate(&clock->rates, usual_rates_hz[k]);
		}
	}
	device->topology = NULL;
	for (unsigned int i = 0; i < device->clock_count; i++) {
		struct device_clock *clock = &device->clocks[i];

		if (!clock->rates.count)
			add_rate(&clock->rates, 48000);
		if (!clock->spec && !device_has_rate(&clock->rates, clock->clock.rate_hz))
			clock->clock.rate_hz = clock->rates.hz[0];
	}
}

/* A capture stream that hears a playback stream gets a cable to it. */
static bool connect_loops(struct device *device)
{
	for (unsigned int i = 0; i < device->stream_count; i++) {
		struct device_stream *stream = &device->streams[i], *player;
		const struct function_spec *function;
		const struct stream_spec *played;

		if (!stream->spec || stream->spec->is_playback)
			continue;
		stream->capture.source = stream->spec->source;
		if (stream->spec->source != SOURCE_LOOP)
			continue;
		function = NULL;
		for (unsigned int j = 0; j < device->spec->function_count; j++)
			if (stream->spec >= device->spec->functions[j].streams &&
			    stream->spec < device->spec->functions[j].streams + SPEC_STREAMS)
				function = &device->spec->functions[j];
		if (!function)
			return false;
		played = &function->streams[stream->spec->loop];
		player = find_stream(device, stream->configuration, played->interface);
		if (!player || (!player->loop.samples && !loop_begin(&player->loop, played->alts[0].channels)))
			return false;
		player->playback.loop = &player->loop;
		stream->capture.loop = &player->loop;
		stream->capture.loop_delay_frames = stream->spec->loop_delay_frames;
	}
	return true;
}

bool device_make_clocks(struct device *device)
{
	for (unsigned int i = 0; i < device->descriptors->configuration_count; i++) {
		const struct topology *topology = &device->topologies[i];

		if (!add_described(device, i))
			return false;
		for (unsigned int j = 0; j < topology->setting_count; j++)
			if (!find_stream(device, i, topology->settings[j].interface) &&
			    !add_stream(device, i, &topology->settings[j]))
				return false;
	}
	fill_in_rates(device);
	for (unsigned int i = 0; i < device->stream_count; i++) {
		struct device_stream *stream = &device->streams[i];

		if (stream->spec) {
			stream->playback.feedback = stream->spec->feedback;
			stream->playback.fifo_frames = stream->spec->fifo_frames;
			stream->capture.fifo_frames = stream->spec->fifo_frames;
		}
	}
	return connect_loops(device);
}

struct device_clock *device_clock_entity(struct device *device, uint8_t control_interface, uint8_t id)
{
	for (unsigned int i = 0; i < device->clock_count; i++) {
		struct device_clock *clock = &device->clocks[i];

		if (clock->id && clock->id == id && clock->control_interface == control_interface &&
		    clock->configuration == device->configuration)
			return clock;
	}
	return NULL;
}

/* The clock that an entity leads to: a source, or a multiplier that has one of its own. */
static struct device_clock *clock_behind(struct device *device, uint8_t control_interface, uint8_t id)
{
	const struct topology *topology = device->topology;

	/* Selectors and multipliers may make a circle in a real device's descriptors. */
	for (unsigned int steps = 0; steps < TOPOLOGY_ENTITIES; steps++) {
		const struct entity *entity = topology_entity(topology, control_interface, id);
		struct device_clock *clock;
		uint8_t selected;

		if (!entity)
			return NULL;
		switch (entity->kind) {
		case ENTITY_CLOCK_SOURCE:
			return device_clock_entity(device, control_interface, id);
		case ENTITY_CLOCK_SELECTOR:
			selected = device->values[entity - topology->entities].selected;
			id = entity->inputs[selected && selected <= TOPOLOGY_INPUTS ? selected - 1 : 0];
			break;
		case ENTITY_CLOCK_MULTIPLIER:
			clock = device_clock_entity(device, control_interface, id);
			if (clock)
				return clock;
			id = entity->clock;
			break;
		default:
			return NULL;
		}
	}
	return NULL;
}

static uint32_t multiply(const struct clock_spec *spec, uint32_t hz)
{
	return (uint32_t)((uint64_t)hz * spec->numerator / spec->denominator);
}

static void advance_players(struct device *device, int64_t now_ns, const struct device_clock *clock)
{
	for (unsigned int i = 0; i < device->stream_count; i++)
		if (device->streams[i].playback.clock == &clock->clock)
			playback_advance(&device->streams[i].playback, now_ns);
}

/* Gives a multiplier the rates, and the rate, of the clock behind it. */
static void follow_clock(struct device *device, int64_t now_ns, struct device_clock *clock)
{
	const struct entity *entity = topology_entity(device->topology, clock->control_interface, clock->id);
	const struct device_clock *input = entity ? clock_behind(device, clock->control_interface, entity->clock) : NULL;

	if (!input || input == clock)
		return;
	clock->rates = input->rates;
	for (unsigned int i = 0; i < clock->rates.count; i++)
		clock->rates.hz[i] = multiply(clock->spec, clock->rates.hz[i]);
	advance_players(device, now_ns, clock);
	clock_set_rate(&clock->clock, now_ns, multiply(clock->spec, input->clock.rate_hz));
	clock_set_ppm(&clock->clock, now_ns, input->clock.ppm);
	clock->clock.jitter_ns = input->clock.jitter_ns;
}

void device_follow_clocks(struct device *device, int64_t now_ns)
{
	/* One may be behind another: they stand in the order in which they can follow. */
	for (unsigned int i = 0; device->topology && i < device->clock_count; i++)
		if (device->clocks[i].spec && device->clocks[i].spec->kind == CLOCK_MULTIPLIER &&
		    device->clocks[i].configuration == device->configuration)
			follow_clock(device, now_ns, &device->clocks[i]);
}

struct device_clock *device_clock_of(struct device *device, const struct device_stream *stream,
				     const struct setting *setting)
{
	return stream->own_clock ? stream->own_clock : clock_behind(device, setting->control_interface, setting->clock);
}

struct device_stream *device_stream_of(struct device *device, uint8_t interface)
{
	return find_stream(device, device->configuration, interface);
}

const struct rate_set *device_rates(struct device *device, const struct device_stream *stream,
				    const struct setting *setting)
{
	const struct device_clock *clock;

	if (setting->rates.count)
		return &setting->rates;
	device->topology = &device->topologies[stream->configuration];
	device->configuration = stream->configuration;
	device_follow_clocks(device, 0);
	clock = device_clock_of(device, stream, setting);
	device->topology = NULL;
	return clock ? &clock->rates : NULL;
}

bool device_has_rate(const struct rate_set *rates, uint32_t hz)
{
	if (rates->is_continuous)
		return hz >= rates->hz[0] && hz <= rates->hz[1];
	for (unsigned int i = 0; i < rates->count; i++)
		if (rates->hz[i] == hz)
			return true;
	return false;
}

void device_set_rate(struct device *device, struct device_clock *clock, int64_t now_ns, uint32_t hz)
{
	advance_players(device, now_ns, clock);
	clock_set_rate(&clock->clock, now_ns, hz);
	device_follow_clocks(device, now_ns);
	record_line(&device->record, now_ns, "rate %s %u", clock->spec ? clock->spec->name : "clock", hz);
}
